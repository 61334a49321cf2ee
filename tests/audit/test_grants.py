"""Rights follow from the models, for every table there is and every one to come."""

from __future__ import annotations

import os
from collections.abc import Iterator
from types import SimpleNamespace

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from goldthread.audit import grants
from goldthread.audit.models import AppendOnly

from .conftest import Committed, django_at

PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES", "MAINTAIN")


def rights(admin, table: str) -> set[str]:
    return {
        privilege
        for privilege in PRIVILEGES
        if admin.execute("SELECT has_table_privilege('goldthread_app', %s, %s)", [table, privilege]).fetchone()[0]
    }


@pytest.fixture
def admin(audit_db):
    with audit_db.connect("admin") as found:
        yield found


@pytest.fixture
def unmigrated(cluster, django_db_blocker, monkeypatch) -> Iterator[Committed]:
    """An empty database, with Django connected as its owner."""
    made = Committed(f"audit_empty_{os.getpid()}_{os.urandom(3).hex()}", cluster)
    monkeypatch.setattr(settings, "ENV", settings.ENV.model_copy(update={"database_url": made.url("app")}))
    with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {made.name} OWNER goldthread_owner")
        with django_db_blocker.unblock(), django_at(made.url("owner")):
            yield made
        admin.execute(f"DROP DATABASE {made.name} WITH (FORCE)")


MAY = {
    "audit_event": {"SELECT", "INSERT"},
    "audit_erasure": {"SELECT", "INSERT"},
    "audit_payload": {"SELECT", "INSERT"},
    "audit_link": {"SELECT"},
    "audit_shard": {"SELECT"},
    "audit_checkpoint": {"SELECT"},
    "audit_pending": set(),
    "django_migrations": {"SELECT"},
    "procrastinate_jobs": {"SELECT", "INSERT", "UPDATE", "DELETE"},
}


def test_the_serving_role_may_do_what_it_must(admin):
    assert {table: rights(admin, table) for table in MAY} == MAY


def test_every_append_only_model_is_covered():
    expected = {model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnly)}
    assert expected == grants.append_only_tables()
    assert {"audit_event", "audit_link", "audit_erasure", "audit_checkpoint"} <= expected
    for table in expected - grants.SPECIAL.keys():
        assert grants.rights_on(table, expected) == "SELECT, INSERT"


def test_a_table_to_come_is_covered_by_the_next_run(admin, as_owner, monkeypatch):
    admin.execute("SET ROLE goldthread_owner")
    admin.execute("CREATE TABLE note (id serial, text text); CREATE TABLE score (id serial)")
    admin.execute("INSERT INTO score DEFAULT VALUES")
    assert rights(admin, "note") == set()
    monkeypatch.setattr(grants, "append_only_tables", lambda: {"score"})
    assert grants.apply(connection)
    assert grants.apply(connection)  # again does no harm
    assert rights(admin, "note") == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert rights(admin, "score") == {"SELECT", "INSERT"}
    with pytest.raises(Exception, match="may only be added to"):
        admin.execute("UPDATE score SET id = 9")
    with pytest.raises(Exception, match="may only be added to"):
        admin.execute("TRUNCATE score")


def test_the_serving_role_cannot_make_tables(admin):
    found = admin.execute("SELECT has_schema_privilege('goldthread_app', 'public', 'CREATE')").fetchone()
    assert found == (False,)


def test_a_database_with_one_role_for_all_is_said_to_be_unprotected(as_owner, monkeypatch):
    said = []
    monkeypatch.setattr(grants, "log", lambda: SimpleNamespace(warning=lambda text, **_: said.append(text)))
    assert not grants.apply(connection, role="goldthread_owner")
    assert not grants.apply(connection, role="")
    assert len(said) == 2
    assert "does not protect the audit" in said[0]


def test_the_serving_role_itself_changes_no_rights(audit_db):
    assert not grants.apply(connection)


def test_the_migrations_can_be_taken_back_and_made_again(unmigrated):
    for target in ([], ["zero"], []):
        call_command("migrate", "audit", *target, verbosity=0)
    with unmigrated.connect("app") as app:
        assert app.execute("SELECT count(*) FROM audit_shard").fetchone() == (8,)


def test_production_has_no_clock_that_can_be_moved(unmigrated, monkeypatch):
    monkeypatch.setattr(settings, "ENV", settings.ENV.model_copy(update={"mode": "production"}))
    call_command("migrate", "audit", verbosity=0)
    with unmigrated.connect("app") as app:
        assert app.execute("SELECT to_regclass('clock_offset')").fetchone() == (None,)
        assert app.execute("SELECT goldthread_now() = statement_timestamp()").fetchone() == (True,)
