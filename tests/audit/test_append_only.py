"""What a thief of the serving role's password may do to the log: read it, and add to it under the clock's own time."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors

from goldthread.audit.actions import acting, erase
from goldthread.audit.models import AppendOnlyError, AuditEvent, AuditLink, Erasure, Payload

REFUSED_BY_RIGHTS = [
    "UPDATE audit_event SET verb = 'x'",
    "UPDATE audit_event SET verb = 'x' WHERE false",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event CASCADE",
    "TRUNCATE audit_payload CASCADE",
    "MERGE INTO audit_event e USING audit_event s ON e.id = s.id WHEN MATCHED THEN DELETE",
    "INSERT INTO audit_event (id, role, duty, verb) VALUES (1, 'r', 'erasure', 'v') "
    "ON CONFLICT (id) DO UPDATE SET verb = 'x'",
    "ALTER TABLE audit_event DROP COLUMN reason",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "ALTER TABLE audit_event OWNER TO CURRENT_USER",
    "DROP TRIGGER audit_queue ON audit_event",
    "DROP TABLE audit_link",
    "CREATE TRIGGER mine BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()",
    "CREATE RULE mine AS ON INSERT TO audit_event DO INSTEAD NOTHING",
    "SET session_replication_role = replica",
    "SET ROLE goldthread_owner",
    "SET SESSION AUTHORIZATION goldthread_owner",
    "CREATE OR REPLACE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE OR REPLACE FUNCTION goldthread_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
    "ALTER FUNCTION audit_queue() SECURITY INVOKER",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TABLE public.mine (event_id bigint)",
    "CREATE SCHEMA mine",
    "COPY audit_link FROM STDIN",
    "COPY audit_event TO PROGRAM 'cat'",
    "COPY audit_event FROM PROGRAM 'cat'",
    "INSERT INTO audit_link VALUES (1, 0, 99, '\\x00', '\\x00')",
    "DELETE FROM audit_link",
    "UPDATE audit_link SET hash = '\\x00'",
    "UPDATE audit_shard SET seq = 0",
    "INSERT INTO audit_shard VALUES (9, 0, '\\x00')",
    "INSERT INTO audit_pending VALUES (1)",
    "INSERT INTO audit_checkpoint (number, events, root, file_digest) VALUES (1, 1, '\\x00', '\\x00')",
    "UPDATE audit_payload SET text = 'nothing to see'",
    "DELETE FROM audit_payload",
    "UPDATE audit_erasure SET approved_by = 99",
    "SELECT audit_erase(1, ARRAY[]::uuid[], 'auditor')",  # no decision was made in this transaction
]


@pytest.fixture
def events(audit_db, cast):
    with acting(cast.handler) as act:
        payload = Payload.objects.keep("Two children heard upstairs")
        act.record("collection", "entry.add", [("incident", 5)])
    return payload


@pytest.fixture
def app(audit_db, events):
    with audit_db.connect("app") as connection:
        yield connection


def test_the_serving_role_is_refused(app: psycopg.Connection, subtests: pytest.Subtests):
    for statement in REFUSED_BY_RIGHTS:
        with subtests.test(msg=statement), pytest.raises(errors.InsufficientPrivilege):
            app.execute(statement)
    assert AuditEvent.objects.get().verb == "entry.add"
    assert Payload.objects.get().shown() == "Two children heard upstairs"


def test_the_serving_role_cannot_give_itself_a_right(app: psycopg.Connection):
    app.execute("GRANT UPDATE ON audit_event TO CURRENT_USER")  # a warning only, and no right
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute("UPDATE audit_event SET verb = 'x'")


def test_the_trigger_function_cannot_be_tied_to_a_table_of_ones_own(audit_db, app):
    with audit_db.connect("admin") as admin:
        admin.execute(f"GRANT TEMPORARY ON DATABASE {audit_db.name} TO goldthread_app")
    app.execute("CREATE TEMP TABLE mine (event_id bigint)")
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute("CREATE TRIGGER mine AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION audit_chain()")


def test_an_event_cannot_be_dated_otherwise(app, subtests):
    for when in ("now() + interval '1 hour'", "now() - interval '1 hour'", "'infinity'"):
        with subtests.test(msg=when), pytest.raises(errors.CheckViolation):
            app.execute(
                "INSERT INTO audit_event (at, role, duty, verb, subjects, reason, detail, request_id) "
                f"VALUES ({when}, 'r', 'disclosure', 'v', '[]', '', '{{}}', '')"
            )


def test_a_copied_in_event_is_chained_like_any_other(app):
    with app.cursor().copy(
        "COPY audit_event (role, duty, verb, subjects, reason, detail, request_id) FROM STDIN"
    ) as copy:
        copy.write_row(["loader", "collection", "bulk.load", "[]", "", "{}", ""])
    assert AuditLink.objects.filter(event__verb="bulk.load").count() == 1


def test_a_payload_comes_in_with_its_own_digest_and_unerased(app):
    insert = "INSERT INTO audit_payload (id, salt, text, digest, erased_at) VALUES (gen_random_uuid(), {}, 'x', {}, {})"
    salt, digest = "'0123456789abcdef'::bytea", "sha256('0123456789abcdefx')"
    app.execute(insert.format(salt, digest, "NULL"))
    for wrong in ((salt, digest, "now()"), (salt, "'\\x00'", "NULL"), ("''", "sha256('x')", "NULL")):
        with pytest.raises(errors.CheckViolation):
            app.execute(insert.format(*wrong))


RIGHTS_GIVEN = [
    "UPDATE audit_event SET verb = 'x'",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event CASCADE",
    "DELETE FROM audit_link",
    "UPDATE audit_payload SET text = 'x'",
    "UPDATE audit_payload SET text = '', salt = '', erased_at = now()",
    "DELETE FROM audit_payload",
    "TRUNCATE audit_payload CASCADE",
]


def test_a_right_given_by_mistake_does_not_help(audit_db, app, subtests):
    with audit_db.connect("owner") as owner:
        owner.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO goldthread_app")
    for statement in RIGHTS_GIVEN:
        refused = pytest.raises(errors.InsufficientPrivilege, match=r"may only be added to|never changed but by")
        with subtests.test(msg=statement), refused:
            app.execute(statement)


def test_not_even_the_owner_erases_by_hand(audit_db, events):
    with audit_db.connect("owner") as owner, pytest.raises(errors.InsufficientPrivilege):
        owner.execute("UPDATE audit_payload SET text = '', salt = '', erased_at = now()")


def test_a_superuser_posing_as_a_replica_does_not_pass_the_triggers(audit_db, events):
    with audit_db.connect("admin") as admin:
        admin.execute("SET session_replication_role = replica")
        with pytest.raises(errors.InsufficientPrivilege):
            admin.execute("DELETE FROM audit_event")


def test_an_earlier_decision_cannot_be_used_again(app, cast, events):
    erase(cast.auditor, cast.officer, [events], "Reviewed: held too long", "the records review policy")
    later = Payload.objects.keep("Another text")
    with pytest.raises(errors.InsufficientPrivilege, match="two people, made in the same transaction"):
        app.execute("SELECT audit_erase(%s, %s, 'auditor')", [Erasure.objects.get().pk, [later.pk]])


def test_one_person_cannot_decide_alone_even_by_hand(app):
    with pytest.raises(errors.CheckViolation, match="two_people"):
        app.execute("INSERT INTO audit_erasure (asked_by, approved_by, rationale, policy) VALUES (1, 1, 'r', 'p')")


def test_a_decision_cannot_be_dated_for_another_transaction(app):
    with pytest.raises(errors.CheckViolation):
        app.execute(
            "INSERT INTO audit_erasure (asked_by, approved_by, rationale, policy, transaction) "
            "VALUES (1, 2, 'r', 'p', 5)"
        )


def test_models_refuse_before_the_database_is_asked(events):
    event = AuditEvent.objects.get()
    for attempt in (
        event.save,
        event.delete,
        events.save,
        AuditEvent.objects.all().delete,
        lambda: AuditEvent.objects.update(verb="x"),
        lambda: AuditEvent.objects.bulk_update([event], ["verb"]),
    ):
        with pytest.raises(AppendOnlyError):
            attempt()
