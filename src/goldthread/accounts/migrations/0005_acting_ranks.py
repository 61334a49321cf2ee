"""Acting ranks, and the database's own answer to who acts as what now."""

import datetime
import django.db.models.deletion
import django.db.models.expressions
import goldthread.audit.models
from django.conf import settings
from django.db import migrations, models


FORWARD = """
-- The senior role in which somebody acts now, by the database's clock; nothing where none is in force.
CREATE FUNCTION accounts_acts_as(the_staff bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT rank.role FROM accounts_actingrank AS rank
    WHERE rank.staff_id = the_staff AND rank.starts_at <= goldthread_now() AND rank.ends_at > goldthread_now()
      AND NOT EXISTS (SELECT 1 FROM accounts_actingrankend AS ended WHERE ended.rank_id = rank.id)
    LIMIT 1
$$;

CREATE FUNCTION accounts_rank_by_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.starts_at < goldthread_now() - interval '1 minute' THEN
        RAISE EXCEPTION 'an acting rank never begins in the past' USING ERRCODE = 'check_violation';
    END IF;
    -- Whoever else gives this person a rank waits here, so that two cannot both find the time free.
    PERFORM 1 FROM accounts_staff WHERE id = NEW.staff_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM accounts_actingrank AS other
               WHERE other.staff_id = NEW.staff_id AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
               AND NOT EXISTS (SELECT 1 FROM accounts_actingrankend AS ended WHERE ended.rank_id = other.id)) THEN
        RAISE EXCEPTION 'acting ranks of one person do not overlap' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rank_by_rule BEFORE INSERT ON accounts_actingrank FOR EACH ROW EXECUTE FUNCTION accounts_rank_by_rule();
"""
BACK = """
DROP TRIGGER rank_by_rule ON accounts_actingrank;
DROP FUNCTION accounts_rank_by_rule();
DROP FUNCTION accounts_acts_as(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_duty"),
        ("audit", "0002_chain"),
    ]

    operations = [
        migrations.CreateModel(
            name="ActingRank",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("contact_supervisor", "Acting contact supervisor"),
                            ("fim", "Acting Force Incident Manager"),
                        ],
                        max_length=40,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("at", models.DateTimeField(db_default=goldthread.audit.models.DatabaseNow())),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ranks", to=settings.AUTH_USER_MODEL
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
            name="ActingRankEnd",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=goldthread.audit.models.DatabaseNow())),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "rank",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ended", to="accounts.actingrank"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="actingrank",
            index=models.Index(fields=["ends_at"], name="rank_ends"),
        ),
        migrations.AddConstraint(
            model_name="actingrank",
            constraint=models.CheckConstraint(
                condition=models.Q(("staff", models.F("by")), _negated=True), name="rank_by_another"
            ),
        ),
        migrations.AddConstraint(
            model_name="actingrank",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_at__gte", models.F("at"))), name="rank_not_in_the_past"
            ),
        ),
        migrations.AddConstraint(
            model_name="actingrank",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at__gt", models.F("starts_at")),
                    (
                        "ends_at__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("starts_at"), "+", models.Value(datetime.timedelta(seconds=57600))
                        ),
                    ),
                ),
                name="rank_ends_in_time",
            ),
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
