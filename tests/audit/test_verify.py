"""Whatever is done to the stored log, with the rights of a database superuser, is found and named."""

from __future__ import annotations

import argparse
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from goldthread.audit import checkpoint_files, checkpoints
from goldthread.audit.actions import acting, erase, record_consultation
from goldthread.audit.canonical import START, Event, event_hash
from goldthread.audit.models import AuditEvent, AuditLink, Payload
from goldthread.cli import audit as commands

VERIFIER = Path(__file__).parents[2] / "tools" / "verify_audit.py"
TRIGGERS = "ALTER TABLE {} DISABLE TRIGGER ALL"
TABLES = ("audit_event", "audit_link", "audit_checkpoint", "audit_payload")


def see(cast, times: int) -> None:
    for number in range(times):
        record_consultation(cast.handler, "incident.see", [("incident", number)])


@pytest.fixture
def log(audit_db, cast, environment, monkeypatch):
    """Thirty events under two checkpoints and five after them."""
    monkeypatch.setattr(settings, "ENV", environment)
    for count in (20, 10):
        see(cast, count)
        checkpoints.write(environment)
    see(cast, 5)
    return environment


@pytest.fixture
def superuser(audit_db, log):
    with audit_db.connect("admin") as admin:
        for table in TABLES:
            admin.execute(TRIGGERS.format(table))
        admin.execute("ALTER TABLE audit_link DROP CONSTRAINT audit_link_place_once")
        yield admin


@pytest.fixture
def run(log, capsys):
    def run_verify() -> tuple[int, str]:
        arguments = commands_parser().parse_args(["verify-audit"])
        status = arguments.run(arguments)
        out, err = capsys.readouterr()
        return status, out + err

    return run_verify


@pytest.fixture
def run_elsewhere(log, tmp_path: Path, capsys):
    """Export, then verify with the program that knows nothing of this package."""

    def run_verify() -> tuple[int, str]:
        out = tmp_path / "export.jsonl"
        arguments = commands_parser().parse_args(["export-audit", str(out)])
        assert arguments.run(arguments) == 0
        capsys.readouterr()
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
        key = log.keys_dir / "checkpoint.pub"
        done = subprocess.run(
            [sys.executable, "-I", str(VERIFIER), str(out), str(log.data / "checkpoints"), str(key)],
            capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    return run_verify


def commands_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    commands.add_commands(parser.add_subparsers())
    return parser


def a_place(covered: bool = True) -> AuditLink:
    """A link in the middle of its shard, under the first checkpoint or after the last."""
    links = AuditLink.objects.select_related("event").order_by("event_id")
    if not covered:
        return links.last()
    for link in links[:20]:
        if link.shard_seq > 1 and AuditLink.objects.filter(shard=link.shard, shard_seq=link.shard_seq + 1).exists():
            return link
    raise AssertionError("no shard has three events")


def test_a_whole_log_passes_both_ways(run, run_elsewhere):
    told = "30 events up to checkpoint 2"
    for status, said in (run(), run_elsewhere()):
        assert status == 0
        assert told in said
        assert "5 later events against their own chain only. Nothing is wrong." in said


def test_a_lawful_erasure_breaks_nothing(run, run_elsewhere, cast, log):
    erase(cast.auditor, cast.officer, [Payload.objects.keep("Two children heard")], "Reviewed", "the review policy")
    checkpoints.write(log)
    assert run()[0] == run_elsewhere()[0] == 0


CHANGES = [
    "verb = 'other'", "staff_id = 99", "staff_id = NULL", "role = 'auditor'", "duty = 'erasure'", "reason = 'x'",
    "subjects = '[]'", "detail = '{\"a\":1}'", "request_id = 'x'", "at = at + interval '1 microsecond'",
]  # fmt: skip


def test_a_changed_event_is_named(superuser, run, run_elsewhere, subtests):
    place = a_place()
    named = f"event {place.event_id}, shard {place.shard}, number {place.shard_seq}: was changed"
    columns = ", ".join(change.split(" = ")[0] for change in CHANGES if "NULL" not in change)
    superuser.execute("CREATE TABLE kept AS SELECT * FROM audit_event")
    for change in CHANGES:
        superuser.execute(f"UPDATE audit_event SET {change} WHERE id = {place.event_id}")
        for status, said in (run(), run_elsewhere()):
            with subtests.test(msg=change):
                assert status == 1
                assert named in said
                assert "1 things are wrong" in said
        restored = f"SELECT {columns} FROM kept WHERE id = {place.event_id}"
        superuser.execute(f"UPDATE audit_event SET ({columns}) = ({restored}) WHERE id = {place.event_id}")
    assert run()[0] == 0


def test_a_change_after_the_last_checkpoint_is_named_too(superuser, run, run_elsewhere):
    place = a_place(covered=False)
    superuser.execute(f"UPDATE audit_event SET verb = 'other' WHERE id = {place.event_id}")
    assert f"event {place.event_id}," in run()[1]
    assert f"event {place.event_id}," in run_elsewhere()[1]


@pytest.fixture
def texts(log, cast):
    """Five texts that events vouch for; the last lawfully erased."""
    kept = [Payload.objects.keep(f"Two children heard, call {number}") for number in range(5)]
    with acting(cast.handler) as act:
        for text in kept:
            act.record("collection", "entry.add", [("incident", 5)], text=text)
    erase(cast.auditor, cast.officer, [kept[4]], "Reviewed", "the review policy")
    return kept


def test_a_text_bound_to_the_chain_cannot_be_changed_unseen(texts, superuser, run):
    assert run()[0] == 0
    changes = (
        ("UPDATE audit_payload SET text = 'Nothing heard' WHERE id = %s", "was changed"),
        ("UPDATE audit_payload SET text = 'x', digest = sha256(salt || 'x') WHERE id = %s", "was replaced"),
        (
            "UPDATE audit_payload SET text = '', salt = '', erased_at = now() WHERE id = %s",
            "without a recorded erasure",
        ),
        ("DELETE FROM audit_payload WHERE id = %s", "was removed"),
    )
    for (change, _), text in zip(changes, texts, strict=False):
        superuser.execute(change, [text.pk])
    status, said = run()
    assert status == 1
    for (_, what), text in zip(changes, texts, strict=False):
        assert any(what in line and str(text.pk) in line for line in said.splitlines())
    assert str(texts[4].pk) not in said


def test_a_removed_event_is_named_by_its_link(superuser, run, run_elsewhere):
    place = a_place()
    superuser.execute(f"DELETE FROM audit_event WHERE id = {place.event_id}")
    status, said = run()
    assert status == 1
    assert f"event {place.event_id}, shard {place.shard}, number {place.shard_seq}: was removed" in said
    assert run_elsewhere()[0] == 1


def test_an_event_removed_with_its_link_leaves_a_gap(superuser, run, run_elsewhere):
    place = a_place()
    superuser.execute(f"DELETE FROM audit_link WHERE event_id = {place.event_id}")
    superuser.execute(f"DELETE FROM audit_event WHERE id = {place.event_id}")
    status, said = run()
    assert status == 1
    assert f"shard {place.shard}, number {place.shard_seq}: was removed" in said
    assert f"shard {place.shard}: number {place.shard_seq} was removed" in run_elsewhere()[1]


def test_two_events_in_each_others_place_are_named(superuser, run, run_elsewhere):
    place = a_place()
    after = AuditLink.objects.get(shard=place.shard, shard_seq=place.shard_seq + 1)
    superuser.execute(
        "UPDATE audit_link SET shard_seq = CASE shard_seq WHEN %(a)s THEN %(b)s ELSE %(a)s END "
        "WHERE shard = %(shard)s AND shard_seq IN (%(a)s, %(b)s)",
        {"a": place.shard_seq, "b": after.shard_seq, "shard": place.shard},
    )
    for status, said in (run(), run_elsewhere()):
        assert status == 1
        assert f"event {place.event_id}," in said
        assert f"event {after.event_id}," in said


def test_an_event_put_in_past_the_trigger_is_named(superuser, run):
    superuser.execute(
        "INSERT INTO audit_event (id, role, duty, verb, subjects, reason, detail, request_id) "
        "VALUES (777, 'r', 'disclosure', 'v', '[]', '', '{}', '')"
    )
    status, said = run()
    assert status == 1
    assert "event 777: was put in without a link in any chain" in said


def test_a_duplicated_place_is_named(superuser, run, run_elsewhere):
    place = a_place()
    superuser.execute(
        "INSERT INTO audit_event SELECT 778, at, staff_id, role, duty, verb, subjects, reason, detail, request_id "
        f"FROM audit_event WHERE id = {place.event_id}"
    )
    superuser.execute(
        f"INSERT INTO audit_link SELECT 778, shard, shard_seq, prev_hash, hash FROM audit_link "
        f"WHERE event_id = {place.event_id}"
    )
    for status, said in (run(), run_elsewhere()):
        assert status == 1
        assert f"event 778, shard {place.shard}, number {place.shard_seq}: is there twice or out of order" in said


def test_a_chain_made_anew_is_found_by_the_checkpoint_that_vouched_for_the_old_one(superuser, run, run_elsewhere):
    place = a_place()
    superuser.execute(f"UPDATE audit_event SET staff_id = 99 WHERE id = {place.event_id}")
    make_chain_anew(superuser, place.shard)
    for status, said in (run(), run_elsewhere()):
        assert status == 1
        assert f"shard {place.shard}" in said
        assert "were replaced" in said
        assert "checkpoint 1 vouches for others" in said
        assert "1 things are wrong" in said


def test_a_cut_end_is_found(superuser, run, run_elsewhere):
    last = AuditLink.objects.filter(event_id__lte=30).order_by("event_id").last()
    superuser.execute(f"DELETE FROM audit_link WHERE shard = {last.shard} AND shard_seq >= {last.shard_seq}")
    superuser.execute("DELETE FROM audit_event e WHERE NOT EXISTS (SELECT FROM audit_link WHERE event_id = e.id)")
    before = bytes(last.prev_hash)
    superuser.execute(
        "UPDATE audit_shard SET seq = %s, head = %s WHERE number = %s", [last.shard_seq - 1, before, last.shard]
    )
    for status, said in (run(), run_elsewhere()):
        assert status == 1
        assert "removed" in said


def test_a_dropped_shard_is_found(superuser, run, run_elsewhere):
    shard = a_place().shard
    superuser.execute(f"DELETE FROM audit_link WHERE shard = {shard}")
    superuser.execute("DELETE FROM audit_event e WHERE NOT EXISTS (SELECT FROM audit_link WHERE event_id = e.id)")
    superuser.execute(f"DELETE FROM audit_shard WHERE number = {shard}")
    for status, said in (run(), run_elsewhere()):
        assert status == 1
        assert "were removed" in said


def test_an_end_cut_after_the_last_checkpoint_is_found_by_the_head(superuser, run):
    place = a_place(covered=False)
    superuser.execute(f"DELETE FROM audit_link WHERE event_id = {place.event_id}")
    superuser.execute(f"DELETE FROM audit_event WHERE id = {place.event_id}")
    status, said = run()
    assert status == 1
    assert f"shard {place.shard}: the head stands at {place.shard_seq}" in said


def test_a_link_moved_out_of_sight_is_named(superuser, run):
    place = a_place()
    superuser.execute(f"UPDATE audit_link SET shard = 9 WHERE event_id = {place.event_id}")
    assert "is in a shard that does not exist" in run()[1]


def test_lost_or_changed_checkpoints_are_named(log, run, run_elsewhere):
    folder = log.data / "checkpoints"
    first, second = (checkpoint_files.path_of(folder, number) for number in (1, 2))
    kept = second.read_bytes()
    second.write_bytes(kept.replace(b'"events":30', b'"events":29'))
    for status, said in (run(), run_elsewhere()):
        assert status == 1
        assert "checkpoint 2" in said
    second.unlink()
    for status, said in (run(), run_elsewhere()):
        assert status == 1
        assert "checkpoints 2 to 2 were written and are not" in said
    second.write_bytes(kept)
    first.unlink()
    for status, said in (run(), run_elsewhere()):
        assert status == 1
        assert "checkpoint 1 is missing" in said


def test_without_checkpoints_the_report_says_how_little_it_proves(audit_db, cast, environment, monkeypatch, capsys):
    monkeypatch.setattr(settings, "ENV", environment)
    see(cast, 3)
    arguments = commands_parser().parse_args(["verify-audit"])
    assert arguments.run(arguments) == 0
    assert "No checkpoint was found: the 3 events were checked against their own chain only." in capsys.readouterr().out


def test_what_cannot_be_read_is_told_in_a_sentence(log, capsys, tmp_path: Path):
    for option, value in (("--checkpoints", "absent"), ("--public-key", "absent.pub")):
        arguments = commands_parser().parse_args(["verify-audit", option, str(tmp_path / value)])
        assert arguments.run(arguments) == 2
        assert "cannot be read" in capsys.readouterr().err
    arguments = commands_parser().parse_args(["export-audit", str(tmp_path)])
    assert arguments.run(arguments) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_checkpoint_can_be_written_by_hand(log, capsys):
    for said in ("Checkpoint 3 written; it covers 35 events.", "Nothing was recorded since the last checkpoint."):
        arguments = commands_parser().parse_args(["checkpoint"])
        assert arguments.run(arguments) == 0
        assert said in capsys.readouterr().out
    (log.keys_dir / "checkpoint.pem").write_text("spoilt")
    assert arguments.run(arguments) == 2
    assert "does not hold" in capsys.readouterr().err


def make_chain_anew(superuser, shard: int) -> None:
    head = START
    for link in AuditLink.objects.filter(shard=shard).select_related("event").order_by("shard_seq"):
        event = Event(*(getattr(link.event, name) for name in Event._fields))
        fresh = event_hash(event, shard, link.shard_seq, head)
        superuser.execute(
            "UPDATE audit_link SET prev_hash = %s, hash = %s WHERE event_id = %s", [head, fresh, link.event_id]
        )
        head = fresh
    superuser.execute("UPDATE audit_shard SET head = %s WHERE number = %s", [head, shard])
    assert AuditEvent.objects.filter(staff_id=99).exists()
