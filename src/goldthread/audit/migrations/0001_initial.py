"""The clock that every time in the database comes from, and the tables of the audit."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import goldthread.audit.models

# Statement time: stable within a statement, so that it may stand in an indexed comparison.
PLAIN_SQL = """
CREATE FUNCTION goldthread_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT statement_timestamp() $$;
"""

OFFSET_SQL = """
CREATE TABLE clock_offset (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    shift interval NOT NULL DEFAULT interval '0'
);
INSERT INTO clock_offset DEFAULT VALUES;
CREATE FUNCTION goldthread_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT statement_timestamp() + (SELECT shift FROM public.clock_offset)
$$;
"""

TRANSACTION_SQL = """
CREATE FUNCTION audit_transaction() RETURNS bigint
LANGUAGE sql STABLE AS $$ SELECT pg_current_xact_id()::text::bigint $$;
"""


def make_clock(_apps, schema_editor):
    """In demo and test the clock can be moved; in production the table that would move it does not exist."""
    movable = settings.ENV.mode in {"demo", "test"}
    schema_editor.execute(OFFSET_SQL if movable else PLAIN_SQL, params=None)


def drop_clock(_apps, schema_editor):
    schema_editor.execute("DROP FUNCTION goldthread_now(); DROP TABLE IF EXISTS clock_offset;", params=None)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunPython(make_clock, drop_clock),
        migrations.RunSQL(TRANSACTION_SQL, "DROP FUNCTION audit_transaction()"),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=goldthread.audit.models.DatabaseNow())),
                ("staff_id", models.BigIntegerField(null=True)),
                ("role", models.CharField(max_length=40)),
                ("duty", models.CharField(max_length=16)),
                ("verb", models.CharField(max_length=80)),
                ("subjects", models.TextField(default="[]")),
                ("reason", models.TextField(blank=True, default="")),
                ("detail", models.TextField(default="{}")),
                ("request_id", models.CharField(blank=True, default="", max_length=64)),
            ],
            options={
                "db_table": "audit_event",
            },
        ),
        migrations.CreateModel(
            name="AuditShard",
            fields=[
                ("number", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(default=0)),
                ("head", models.BinaryField(max_length=32)),
            ],
            options={
                "db_table": "audit_shard",
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.BigIntegerField()),
                ("at", models.DateTimeField(db_default=goldthread.audit.models.DatabaseNow())),
                ("events", models.BigIntegerField()),
                ("root", models.BinaryField(max_length=32)),
                ("file_digest", models.BinaryField(max_length=32, unique=True)),
            ],
            options={
                "db_table": "audit_checkpoint",
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_by", models.BigIntegerField()),
                ("approved_by", models.BigIntegerField()),
                ("rationale", models.TextField()),
                ("policy", models.CharField(max_length=200)),
                ("at", models.DateTimeField(db_default=goldthread.audit.models.DatabaseNow())),
                (
                    "transaction",
                    models.BigIntegerField(db_default=goldthread.audit.models.TransactionNumber(), editable=False),
                ),
            ],
            options={
                "db_table": "audit_erasure",
            },
        ),
        migrations.CreateModel(
            name="Payload",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("salt", models.BinaryField(max_length=16)),
                ("text", models.TextField()),
                ("digest", models.BinaryField(max_length=32)),
                ("erased_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "audit_payload",
            },
        ),
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="link",
                        serialize=False,
                        to="audit.auditevent",
                    ),
                ),
                ("shard", models.SmallIntegerField()),
                ("shard_seq", models.BigIntegerField()),
                ("prev_hash", models.BinaryField(max_length=32)),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={
                "db_table": "audit_link",
            },
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["staff_id", "at"], name="audit_event_staff_at"),
        ),
        migrations.AddConstraint(
            model_name="auditevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "duty__in",
                        [
                            "collection",
                            "alteration",
                            "consultation",
                            "disclosure",
                            "combination",
                            "erasure",
                            "security",
                        ],
                    )
                ),
                name="audit_event_duty_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.CheckConstraint(
                condition=models.Q(("asked_by", models.F("approved_by")), _negated=True),
                name="audit_erasure_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.CheckConstraint(
                condition=models.Q(("rationale", ""), _negated=True), name="audit_erasure_has_rationale"
            ),
        ),
        migrations.AddField(
            model_name="payload",
            name="erasure",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="payloads", to="audit.erasure"
            ),
        ),
        migrations.AddConstraint(
            model_name="auditlink",
            constraint=models.UniqueConstraint(fields=("shard", "shard_seq"), name="audit_link_place_once"),
        ),
    ]
