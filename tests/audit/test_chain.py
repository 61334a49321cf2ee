"""The chain is made at commit, whole, by the database."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldthread.audit.actions import acting, record_consultation
from goldthread.audit.canonical import START, Event, event_hash
from goldthread.audit.models import AuditEvent, AuditLink, AuditShard

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=40)
START_OF_1970 = datetime(1970, 1, 1, tzinfo=UTC)
INSERT = (
    "INSERT INTO audit_event (staff_id, role, duty, verb, subjects, reason, detail, request_id) "
    "VALUES (1, 'handler', 'alteration', 'entry.add', '[[\"incident\",\"5\"]]', '', '{}', '')"
)


def chained() -> list[tuple[AuditLink, bytes]]:
    """Every link with the hash its event should have there."""
    links = AuditLink.objects.select_related("event").order_by("shard", "shard_seq")
    return [
        (
            link,
            event_hash(
                Event(*(getattr(link.event, name) for name in Event._fields)),
                link.shard, link.shard_seq, bytes(link.prev_hash),
            ),
        )
        for link in links
    ]  # fmt: skip


def assert_whole() -> None:
    heads = {shard.number: (0, START) for shard in AuditShard.objects.all()}
    for link, expected in chained():
        seq, head = heads[link.shard]
        assert (link.shard_seq, bytes(link.prev_hash)) == (seq + 1, head)
        assert bytes(link.hash) == expected
        heads[link.shard] = (link.shard_seq, expected)
    assert {shard.number: (shard.seq, bytes(shard.head)) for shard in AuditShard.objects.all()} == heads
    assert AuditLink.objects.count() == AuditEvent.objects.count()


def test_events_of_one_action_are_chained_together_in_order(audit_db, cast):
    with acting(cast.handler) as act:
        for verb in ("incident.open", "entry.add", "grade.set"):
            act.record("collection", verb, [("incident", 5)])
        assert not AuditLink.objects.exists()  # nothing is locked before the commit
    links = list(AuditLink.objects.select_related("event").order_by("shard_seq"))
    assert [link.event.verb for link in links] == ["incident.open", "entry.add", "grade.set"]
    assert len({link.shard for link in links}) == 1
    assert_whole()


def test_an_action_that_fails_leaves_no_event_and_no_link(audit_db, cast):
    with pytest.raises(RuntimeError), acting(cast.handler) as act:  # noqa: PT012 - the failure is inside the action
        act.record("collection", "incident.open", [("incident", 5)])
        raise RuntimeError
    assert not AuditEvent.objects.exists()
    assert not AuditLink.objects.exists()


def test_an_action_within_an_action_is_part_of_it(audit_db, cast):
    with acting(cast.handler) as outer:
        with acting(None) as inner:
            inner.record("alteration", "clock.start", [("incident", 5)])
        outer.record("collection", "incident.open", [("incident", 5)])
    assert AuditLink.objects.values("shard").distinct().count() == 1
    actors = AuditEvent.objects.order_by("id").values_list("staff_id", "role")
    assert list(actors) == [(None, "system"), (11, "handler")]
    assert_whole()


def test_many_at_once_leave_every_chain_whole(audit_db, cast):
    def work() -> None:
        with audit_db.connect("app") as mine:
            for _ in range(25):
                mine.execute(INSERT)

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert AuditEvent.objects.count() == 150
    assert AuditShard.objects.filter(seq__gt=0).count() == 8
    assert_whole()


def test_a_shard_is_locked_only_after_the_foreign_keys_were_checked(audit_db):
    """Else two transactions, one holding a row for update and one referring to it, would wait for each other."""
    with audit_db.connect("owner") as owner:
        owner.execute("CREATE TABLE parent (id int PRIMARY KEY)")
        owner.execute("CREATE TABLE child (parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)")
        owner.execute("GRANT SELECT, INSERT, UPDATE ON parent, child TO goldthread_app; INSERT INTO parent VALUES (1)")
    with audit_db.connect("app") as holder, audit_db.connect("app") as other, audit_db.connect("admin") as watcher:
        holder.execute("BEGIN; SELECT * FROM parent FOR UPDATE")

        def refer() -> None:
            other.execute("BEGIN")
            other.execute(INSERT)
            other.execute("INSERT INTO child VALUES (1)")
            other.execute("COMMIT")

        worker = threading.Thread(target=refer)
        worker.start()
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid = %s"
        while not watcher.execute(waiting, [other.info.backend_pid]).fetchone()[0]:
            assert worker.is_alive()
        locked = "SELECT number FROM audit_shard FOR UPDATE NOWAIT"
        assert len(watcher.execute(locked).fetchall()) == 8
        holder.execute("COMMIT")
        worker.join()
    assert AuditLink.objects.count() == 1


def test_a_consultation_is_an_event(audit_db, cast):
    event = record_consultation(cast.handler, "incident.see", [("incident", 5), ("incident", 5)], page="incident")
    event.refresh_from_db()
    assert (event.duty, event.subjects, event.detail) == ("consultation", '[["incident","5"]]', '{"page":"incident"}')
    assert_whole()


@pytest.fixture
def reader(audit_db):
    with audit_db.connect("app") as connection:
        yield connection


EVENTS = st.builds(
    Event,
    id=st.integers(1, 2**62),
    at=st.integers(-(10**15), 10**17).map(lambda number: START_OF_1970 + timedelta(microseconds=number)),
    staff_id=st.none() | st.integers(0, 2**62),
    role=TEXT,
    duty=st.text("abc", max_size=16),
    verb=TEXT,
    subjects=TEXT,
    reason=TEXT,
    detail=TEXT,
    request_id=TEXT,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(event=EVENTS, seq=st.integers(1, 2**62), before=st.binary(min_size=32, max_size=32))
def test_database_and_python_hash_alike(reader: psycopg.Connection, event: Event, seq: int, before: bytes):
    columns = ("bigint", "timestamptz", "bigint", *["text"] * 7)
    row = ", ".join(f"%s::{kind}" for kind in columns)
    found = reader.execute(
        f"SELECT audit_event_hash(ROW({row})::audit_event, 3::smallint, %s::bigint, %s)", [*event, seq, before]
    ).fetchone()
    assert bytes(found[0]) == event_hash(event, 3, seq, before)


def test_fields_cannot_run_into_one_another():
    at = datetime(2026, 3, 3, tzinfo=UTC)
    one = Event(1, at, None, "ab", "c", "v", "[]", "", "{}", "")
    assert event_hash(one, 0, 1, START) != event_hash(one._replace(role="a", duty="bc"), 0, 1, START)
    assert event_hash(one, 0, 1, START) != event_hash(one._replace(staff_id=0), 0, 1, START)
