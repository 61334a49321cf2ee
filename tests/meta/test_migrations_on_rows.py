"""Every migration applies where there are rows already, as it will at a force: rows that are only added to stay as they are.

The migrations are walked as the owning role, one after another. Each table that one of them makes gets a row at once and, where it
is append-only, its triggers, so that every later one meets rows. On empty tables a migration that fills in old rows passes unseen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, migrations
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from goldthread.audit import grants
from goldthread.audit.models import AppendOnly
from tests.audit.conftest import django_at
from tests.conftest import Database, _named
from tests.meta.test_migrations import OURS

SAME = "'11111111-1111-4111-8111-111111111111'"
BY_TYPE = {
    "bigint": "1", "integer": "1", "smallint": "1", "double precision": "1", "uuid": SAME, "boolean": "false", "jsonb": "'{}'", "bytea": "''",
    "timestamp with time zone": "'2026-06-01'", "date": "'2026-06-01'", "character varying": "'x'", "text": "'x'", "ARRAY": "'{}'",
}  # fmt: skip
"""What stands in a column that must hold something. Keys are the same everywhere, so that each row refers to rows that are there."""
GIVEN: dict[str, dict[str, str]] = {
    "accounts_actingrank": {"by_id": "2", "at": "'2026-06-01'", "ends_at": "'2026-06-01 08:00'"},
    "accounts_oncall": {"ends_at": "'2026-06-02'"},
    "accounts_staff": {"role": "'fim'"},
    "accounts_apitoken": {"expires_at": "'2126-06-01'"},
    "accounts_serviceaccount": {"owner_id": "2"},
    "assessment_markanswer": {"answer": "'not_so'"},
    "assessment_modechange": {"since": "'2126-06-01'"},
    "audit_event": {"duty": "'collection'", "subjects": "'[]'", "detail": "'{}'"},
    "audit_payload": {"salt": "'0123456789abcdef'", "digest": "sha256('0123456789abcdefx')"},
    "audit_erasure": {"approved_by": "2"},
    "contact_entry": {"kind": "'event'"},
    "contact_incident": {"owner_id": "1", "next_action_at": "'2026-06-01'"},
    "contact_marker": {"person_id": "1"},
    "contact_matterlink": {"first_id": "'00000000-0000-4000-8000-000000000000'"},
    "integration_card": {"ended": "''", "expires_at": "'2126-06-01'"},
    "integration_delivery": {"due_at": "'2026-06-01'", "why": "''"},
    "integration_subscription": {"ended": "''"},
    "improvement_actionmark": {"mark": "'done'"},
    "improvement_commentspublished": {"day": "'2026-06-01'"},
    "improvement_actionneed": {"other_id": "2"},
    "improvement_statechange": {"by_id": "1"},
    "investigation_accessanswer": {"answer": "'not_known'"},
    "investigation_investigation": {"supervisor_id": "2"},
    "investigation_supervisorreview": {"agrees": "true"},
    "investigation_endanswer": {"answer": "'confirmed'"},
    "lookback_hit": {"said_id": SAME},
    "lookback_item": {"owner_id": "1", "state": "'open'", "decision": "''", "outcome": "''"},
    "lookback_decision": {"kind": "'reopen'", "reason": "''"},
    "meetings_action": {"owner_id": "1", "due_at": "'2126-06-01'"},
    "learning_cohort": {"ends": "'2026-06-01'", "places": "1"},
    "learning_courseattendance": {"result": "''"},
    "learning_learningneed": {"roles": "'{call_handler}'"},
    "learning_learningneedstep": {"course": "'x'"},
    "meetings_actionanswer": {"answer": "'done'", "by_id": "1", "words_id": SAME},
    "notices_notice": {"due_at": "'2026-06-01'", "why": "''"},
    "quality_qualityreply": {"reply": "'agrees'"},
    "quality_qualityruling": {"by_id": "2"},
    "response_clock": {"kind": "'first_read'"},
    "response_handoff": {"to_id": "1"},
    "response_reviewrequest": {"kind": "'close'", "result_id": SAME},
    "response_transferanswer": {"words_id": SAME},
    "retention_retentionanswer": {"answer": "'approved'", "by_id": "2"},
    "retention_retentiondecision": {"kind": "'erase'"},
    "safeguarding_concern": {"outcome": "''"},
    "safeguarding_concerncall": {"next_at": "'2126-06-01'"},
    "safeguarding_concernresearch": {"words_id": SAME},
    "safeguarding_concernanswer": {"words_id": SAME},
    "safeguarding_childapart": {"other_incident_id": "'22222222-2222-4222-8222-222222222222'"},
    "safeguarding_childlikeness": {"other_incident_id": "'22222222-2222-4222-8222-222222222222'", "ended": "''"},
    "safeguarding_childmarkerreview": {"outcome": "'kept'", "review_on": "'2026-06-01'"},
    "safeguarding_childmerge": {"into_id": "'22222222-2222-4222-8222-222222222222'"},
    "safeguarding_clock": {"because": "''"},
    "safeguarding_dooranswer": {"seen": "'yes'", "alone": "''"},
    "safeguarding_doorvisit": {"no_child": "''"},
    "safeguarding_referralleg": {"leg": "'sent'", "origin": "'here'", "by_id": "1", "by_name": "''"},
    "safeguarding_childmeeting": {"kind": "'strategy'", "outcome": "'enquiry'"},
    "safeguarding_protection": {"ended_how": "''", "lapses_at": "'2026-06-04'"},
    "safeguarding_protectionversion": {"designated_is": "''"},
    "supervision_coachingnote": {"end": "2", "good_id": SAME, "to_id": "2"},
    "supervision_question": {"to_id": "1"},
    "supervision_sweep": {"ended_by": "''"},
}
"""What a constraint of a table asks of its row beyond that."""

CHAIN = {"audit_pending", "audit_link"}
"""The database writes these by itself for each event."""

COLUMNS = """
SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
"""
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"


@dataclass
class Walk:
    """A database that is migrated step by step, and the tables that hold a row so far."""

    made: Database
    filled: set[str] = field(default_factory=set)
    unbegun: set[tuple[str, str]] = field(default_factory=set)

    def on(self) -> None:
        """Apply every migration there is, with rows in what the ones before it made."""
        executor = MigrationExecutor(connection, self._done)
        self.unbegun = {node for node in executor.loader.graph.nodes if node[1].endswith("_initial")}
        executor.migrate(executor.loader.graph.leaf_nodes())

    def apply(self, migration: migrations.Migration) -> None:
        """Apply one more."""
        executor = MigrationExecutor(connection)
        executor.apply_migration(executor.loader.project_state(), migration)

    def _done(self, action: str, done: migrations.Migration | None = None, *_: object) -> None:
        if action != "apply_success" or done is None:
            return
        self.unbegun.discard((done.app_label, done.name))
        with psycopg.connect(self.made.admin_url) as admin:
            if admin.execute("SELECT to_regproc('audit_refuse_change')").fetchone() == (None,):
                return  # the audit itself is being set up: nobody has rows without it
            admin.execute(
                "SET session_replication_role = replica"
            )  # tables do not come in the order of their references
            unbegun = {app for app, _ in self.unbegun}  # two first migrations of an app are one release
            mine = tuple(f"{app}_" for app in OURS if app not in unbegun)
            new = {name for (name,) in admin.execute(TABLES).fetchall() if name.startswith(mine)} - self.filled - CHAIN
            for table in sorted(new):
                _row(admin, table)
        if new:
            self.filled |= new
            grants.apply(connection, "goldthread_app")


def _row(admin: psycopg.Connection, table: str) -> None:
    """Put the least row in a table that has none."""
    if admin.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table))).fetchone():
        return
    values = {name: BY_TYPE[kind] for name, kind in admin.execute(COLUMNS, [table]).fetchall()} | GIVEN.get(table, {})
    admin.execute(
        sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ".join(values.values())),  # our own text, from above
        )
    )


@pytest.fixture(scope="module")
def walk(cluster: Database, worker_id: str, django_db_blocker: pytest.FixtureRequest) -> Iterator[Walk]:
    """A database with every migration and a row in every table."""
    made = _named(cluster, f"walked_{worker_id}_{os.getpid()}")
    with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{made.name}" OWNER goldthread_owner')
        try:
            with django_db_blocker.unblock(), django_at(made.owner_url):  # type: ignore[attr-defined]
                walk = Walk(made)
                walk.on()
                yield walk
        finally:
            admin.execute(f'DROP DATABASE "{made.name}" WITH (FORCE)')


def test_every_migration_applies_where_there_are_rows(walk: Walk) -> None:
    left = MigrationExecutor(connection)
    assert left.migration_plan(left.loader.graph.leaf_nodes()) == []
    tables = {
        model._meta.db_table for app in OURS for model in apps.get_app_config(app).get_models(include_auto_created=True)
    }
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            assert cursor.fetchone()[0], f"{table} was empty all the way"


def test_a_migration_that_changes_a_row_that_is_only_added_to_is_refused(walk: Walk, subtests: pytest.Subtests) -> None:
    keys = {model._meta.db_table: model._meta.pk.column for model in apps.get_models() if issubclass(model, AppendOnly)}
    for table, column in sorted(keys.items()):
        fills_in = type("Migration", (migrations.Migration,), {"operations": [
            migrations.RunSQL(f'UPDATE "{table}" SET "{column}" = "{column}"'),
        ]})  # fmt: skip
        with subtests.test(msg=table), pytest.raises(ProgrammingError, match="may only be added to"):
            walk.apply(fills_in("9999_fills_in", "audit"))
