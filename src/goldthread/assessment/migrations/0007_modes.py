"""Modes of the reader, and the database's own answer to which holds for a team now."""

import django.db.models.deletion
import goldthread.audit.models
from django.conf import settings
from django.db import migrations, models


FORWARD = """
-- The mode that holds for a team now, and since when: the kill switch above all, else the newest change that concerns it.
CREATE FUNCTION assessment_reader_mode(the_team bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT json_build_object('mode', mode, 'since', since, 'switch', true)::text FROM (
            SELECT mode, since FROM assessment_modechange WHERE switch AND since <= goldthread_now() ORDER BY since DESC, id DESC LIMIT 1
        ) AS thrown WHERE mode = 'off'),
        (SELECT json_build_object('mode', mode, 'since', since, 'switch', false)::text FROM assessment_modechange AS change
         WHERE NOT switch AND since <= goldthread_now() AND (team_id IS NULL OR team_id = the_team)
           AND NOT EXISTS (SELECT 1 FROM assessment_modewithdrawn AS back WHERE back.change_id = change.id)
         ORDER BY since DESC, id DESC LIMIT 1),
        '{"mode": "open"}'
    )
$$;
"""
BACK = "DROP FUNCTION assessment_reader_mode(bigint);"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_programme_lead"),
        ("assessment", "0006_critical"),
        ("audit", "0002_chain"),
        ("contact", "0010_reasoned_sight"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="reading",
            name="mode",
            field=models.CharField(
                blank=True,
                choices=[
                    ("off", "Off: nothing is read"),
                    ("silent", "Silent: read, and nothing shown"),
                    ("blind_first", "Blind first: shown after the first assessment"),
                    ("open", "Open: shown as it is read"),
                ],
                db_default="",
                default="",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="reading",
            name="state",
            field=models.CharField(
                choices=[
                    ("read", "Read"),
                    ("down", "Not read: the reader failed"),
                    ("off", "Not read: the reader was off"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="ModeChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("off", "Off: nothing is read"),
                            ("silent", "Silent: read, and nothing shown"),
                            ("blind_first", "Blind first: shown after the first assessment"),
                            ("open", "Open: shown as it is read"),
                        ],
                        max_length=12,
                    ),
                ),
                ("switch", models.BooleanField(default=False)),
                ("since", models.DateTimeField()),
                ("at", models.DateTimeField(db_default=goldthread.audit.models.DatabaseNow())),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.team"
                    ),
                ),
                (
                    "why",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="audit.payload"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ModeWithdrawn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=goldthread.audit.models.DatabaseNow())),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawn",
                        to="assessment.modechange",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Unread",
            fields=[
                (
                    "incident",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="contact.incident",
                    ),
                ),
                ("since", models.DateTimeField()),
                (
                    "team",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.team"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="modechange",
            constraint=models.CheckConstraint(
                condition=models.Q(("since__gte", models.F("at"))), name="mode_not_in_the_past"
            ),
        ),
        migrations.AddConstraint(
            model_name="modechange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("switch", False), models.Q(("mode__in", ("off", "open")), ("team__isnull", True)), _connector="OR"
                ),
                name="mode_switch_is_for_everybody",
            ),
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
