"""Rights of the serving role, set anew after every migration so that tables to come are covered too.

The owner migrates and owns; the serving role may read and add, change ordinary tables, and never touch what is
append-only. Triggers on those tables refuse the same to any role that got a right by mistake, the owner included.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from goldthread.audit.models import AppendOnly
from goldthread.config.logs import log

READ_ADD = "SELECT, INSERT"
ORDINARY = "SELECT, INSERT, UPDATE, DELETE"
SPECIAL = {
    "audit_payload": READ_ADD,
    "audit_link": "SELECT",
    "audit_shard": "SELECT",
    "audit_checkpoint": "SELECT",
    "audit_pending": "",
    "django_migrations": "SELECT",
    "clock_offset": "SELECT, UPDATE",  # there in demo and test only: the demo moves its clock
}
CALLABLE = ("audit_erase(bigint, uuid[], text)", "audit_note_checkpoint(bigint, bigint, bytea, bytea)")

_TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') ORDER BY relname
"""
_OWNS = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('public.audit_event')"
_TRIGGER = "SELECT tgenabled FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = %s"


def append_only_tables() -> set[str]:
    """The tables of every installed model that inherits ``AppendOnly``."""
    return {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model, AppendOnly) and model._meta.managed and not model._meta.proxy
    }


def serving_role() -> str:
    """The role named in ``DATABASE_URL``; empty when none is."""
    return unquote(urlsplit(settings.ENV.database_url).username or "")


def rights_on(table: str, append_only: set[str]) -> str:
    """What the serving role may do to a table, as SQL's list of privileges; empty for nothing."""
    if table in SPECIAL:
        return SPECIAL[table]
    return READ_ADD if table in append_only else ORDINARY


def apply(connection: BaseDatabaseWrapper, role: str | None = None) -> bool:
    """Put triggers on every append-only table and give ``role`` (from ``DATABASE_URL`` unless named) its rights.

    Returns whether rights were given. They are not where the connection does not own the tables, or where serving and
    migrating role are one; then the log says that the database itself no longer protects the audit.
    """
    role = serving_role() if role is None else role
    with connection.cursor() as cursor:
        cursor.execute(_OWNS)
        row = cursor.fetchone()
        if row is None or not row[0]:
            return False
        append_only = append_only_tables()
        cursor.execute(_TABLES)
        tables = [str(name) for (name,) in cursor.fetchall()]
        for table in sorted(append_only.intersection(tables)):
            _protect(cursor, table)
        cursor.execute("SELECT pg_has_role(oid, current_user, 'MEMBER') FROM pg_roles WHERE rolname = %s", [role])
        known = cursor.fetchone()
        if known is None or known[0]:
            log().warning(
                "the serving role owns the tables or does not exist: the database does not protect the audit",
                part="audit",
                where=role,
            )
            return False
        # At once, so that a service that runs meanwhile never finds a right missing.
        with transaction.atomic(using=connection.alias):
            _grant(cursor, sql.Identifier(role), tables, append_only)
    return True


def _protect(cursor: Any, table: str) -> None:
    name = sql.Identifier(table)
    for trigger, when in (
        ("append_only_rows", "BEFORE UPDATE OR DELETE ON {} FOR EACH ROW"),
        ("append_only_truncate", "BEFORE TRUNCATE ON {} FOR EACH STATEMENT"),
    ):
        cursor.execute(_TRIGGER, [f'public."{table}"', trigger])
        row = cursor.fetchone()
        if row is None:
            create = f"CREATE TRIGGER {trigger} {when} EXECUTE FUNCTION audit_refuse_change()"
            cursor.execute(sql.SQL(create).format(name))
        if row is None or row[0] != "A":  # always: session_replication_role = replica does not pass it by
            cursor.execute(sql.SQL(f"ALTER TABLE {{}} ENABLE ALWAYS TRIGGER {trigger}").format(name))


def _grant(cursor: Any, role: sql.Identifier, tables: list[str], append_only: set[str]) -> None:
    def run(statement: str, *parts: sql.Composable) -> None:
        cursor.execute(sql.SQL(statement).format(*parts))

    run("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    run("REVOKE ALL ON SCHEMA public FROM {}", role)
    run("GRANT USAGE ON SCHEMA public TO {}", role)
    # An extract of records is compared in tables of its own transaction. Whatever runs with the owner's rights looks there last.
    cursor.execute("SELECT current_database()")
    run("GRANT TEMPORARY ON DATABASE {} TO {}", sql.Identifier(cursor.fetchone()[0]), role)
    for table in tables:
        run("REVOKE ALL ON {} FROM {}, PUBLIC", sql.Identifier(table), role)
        rights = rights_on(table, append_only)
        if rights:
            run(f"GRANT {rights} ON {{}} TO {{}}", sql.Identifier(table), role)
    run("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", role)
    for function in CALLABLE:
        run(f"GRANT EXECUTE ON FUNCTION {function} TO {{}}", role)
