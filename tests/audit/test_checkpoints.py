"""Checkpoints are written each minute, follow one another, and fail in a sentence."""

from __future__ import annotations

import errno
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from procrastinate.contrib.django import app

from goldthread.audit import checkpoint_files, checkpoints, keys, merkle, tasks
from goldthread.audit.actions import record_consultation
from goldthread.audit.keys import CheckpointError
from goldthread.audit.models import AuditLink, Checkpoint


def see(cast, times: int = 1) -> None:
    for number in range(times):
        record_consultation(cast.handler, "incident.see", [("incident", number)])


def read(environment, number: int) -> bytes:
    return checkpoint_files.path_of(environment.data / "checkpoints", number).read_bytes()


def pem(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_a_checkpoint_covers_what_happened_and_names_the_one_before(audit_db, cast, environment):
    see(cast, 3)
    first = checkpoints.write(environment)
    see(cast, 4)
    second = checkpoints.write(environment)
    assert (first.number, first.events, first.previous) == (1, 3, "0" * 64)
    assert (second.number, second.events, second.previous) == (2, 7, checkpoint_files.digest(read(environment, 1)))
    key = keys.signing_key(environment).public_key()
    assert checkpoint_files.parse(read(environment, 2), 2, key) == second
    assert list(Checkpoint.objects.order_by("number").values_list("number", "events")) == [(1, 3), (2, 7)]


def test_nothing_is_written_where_nothing_happened(audit_db, cast, environment):
    assert checkpoints.write(environment) is None
    see(cast)
    checkpoints.write(environment)
    assert checkpoints.write(environment) is None
    assert Checkpoint.objects.count() == 1


def test_the_cache_of_the_trees_is_never_trusted(audit_db, cast, environment):
    path = environment.data / "audit-frontier.json"
    see(cast, 20)
    checkpoints.write(environment)
    for number, cache in enumerate((None, b"", b"[]", b'[["00"],[],[],[],[],[],[],[]]', b'{"peaks": 5}'), 1):
        path.unlink() if cache is None else path.write_bytes(cache)
        see(cast, 5)
        written = checkpoints.write(environment)
        assert written.events == 20 + 5 * number
    path.unlink()
    see(cast)
    last = checkpoints.write(environment)
    for shard, tree in enumerate(last.trees):
        links = AuditLink.objects.filter(shard=shard).order_by("shard_seq").values_list("hash", flat=True)
        assert (tree.size, tree.root) == (len(links), merkle.root_of(map(bytes, links)).hex())


def test_what_was_written_before_a_crash_is_taken_up(audit_db, cast, environment):
    see(cast)
    checkpoints.write(environment)
    with audit_db.connect("owner") as owner:
        owner.execute("ALTER TABLE audit_checkpoint DISABLE TRIGGER USER; DELETE FROM audit_checkpoint")
    (environment.data / "checkpoints" / ".checkpoint-000000002.json.77").write_bytes(b"{")  # a write that was cut off
    assert checkpoints.write(environment) is None
    assert Checkpoint.objects.get().number == 1
    see(cast)
    assert checkpoints.write(environment).number == 2


def test_one_writer_at_a_time(audit_db, cast, environment):
    see(cast)
    with audit_db.connect("app") as other:
        other.execute("BEGIN")
        other.execute("SELECT pg_advisory_xact_lock(%s)", [checkpoints._LOCK])
        assert checkpoints.write(environment) is None
    assert checkpoints.write(environment).number == 1


def test_a_generated_key_is_for_its_owner_only(environment):
    first = keys.signing_key(environment)
    path = environment.keys_dir / "checkpoint.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.fingerprint(keys.signing_key(environment).public_key()) == keys.fingerprint(first.public_key())
    assert keys.fingerprint(keys.public_key(path.with_suffix(".pub"))) == keys.fingerprint(first.public_key())


def test_production_makes_neither_key_nor_folder(environment, tmp_path: Path):
    production = environment.model_copy(update={"mode": "production"})
    with pytest.raises(CheckpointError, match="GOLDTHREAD_CHECKPOINT_KEY is not set"):
        keys.signing_key(production)
    with pytest.raises(CheckpointError, match="GOLDTHREAD_CHECKPOINT_DIR is not set"):
        checkpoints.folder_of(production)
    absent = tmp_path / "absent"
    with pytest.raises(CheckpointError, match="is not there"):
        checkpoints.folder_of(production.model_copy(update={"checkpoint_dir": absent}))
    assert not absent.exists()


@pytest.mark.parametrize("content", [None, b"", b"not a key", pem(X25519PrivateKey.generate())])
def test_a_file_without_the_right_key_is_told(environment, tmp_path: Path, content):
    path = tmp_path / "given.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"cannot be read|does not hold|not an Ed25519"):
        keys.signing_key(environment.model_copy(update={"checkpoint_key": path}))


def test_another_key_does_not_continue_the_series(audit_db, cast, environment, tmp_path: Path):
    see(cast)
    checkpoints.write(environment)
    see(cast)
    (tmp_path / "other.pem").write_bytes(pem(Ed25519PrivateKey.generate()))
    with pytest.raises(CheckpointError, match="signed with another key"):
        checkpoints.write(environment.model_copy(update={"checkpoint_key": tmp_path / "other.pem"}))


def test_a_full_disk_is_told_and_leaves_nothing_half_written(audit_db, cast, environment, monkeypatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    see(cast)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(CheckpointError, match="No space left on device"):
            checkpoints.write(environment)
    assert list((environment.data / "checkpoints").iterdir()) == []
    assert checkpoints.write(environment).number == 1


def test_lost_files_are_missed(audit_db, cast, environment):
    folder = environment.data / "checkpoints"
    for _ in range(2):
        see(cast)
        checkpoints.write(environment)
    second = read(environment, 2)
    checkpoint_files.path_of(folder, 2).unlink()
    with pytest.raises(CheckpointError, match=r"Checkpoint 2 was written before but .* ends at 1"):
        checkpoints.write(environment)
    checkpoint_files.path_of(folder, 1).unlink()
    with pytest.raises(CheckpointError, match="holds none"):
        checkpoints.write(environment)
    checkpoint_files.path_of(folder, 2).write_bytes(second)
    see(cast)
    assert checkpoints.write(environment).number == 3


def test_a_new_series_begins_at_one_when_told_so(audit_db, cast, environment, tmp_path: Path):
    see(cast)
    checkpoints.write(environment)
    elsewhere = environment.model_copy(update={"checkpoint_dir": tmp_path / "elsewhere"})
    fresh = checkpoints.write(elsewhere, new_series=True)
    assert (fresh.number, fresh.previous) == (1, "0" * 64)
    see(cast)
    assert checkpoints.write(elsewhere).number == 2


@pytest.mark.parametrize(
    ("done", "told"),
    [
        ("UPDATE audit_shard SET seq = 0", "fewer events than checkpoint 1 vouches for"),
        ("UPDATE audit_link SET hash = sha256('x')", "no longer matches checkpoint 1"),
        ("DELETE FROM audit_link WHERE shard_seq = 1", "lacks events of shard"),
    ],
)
def test_nothing_is_signed_over_a_log_that_was_cut(audit_db, cast, environment, done: str, told: str):
    see(cast, 5)
    checkpoints.write(environment)
    (environment.data / "audit-frontier.json").unlink()
    see(cast, 12)
    with audit_db.connect("admin") as admin:
        admin.execute("ALTER TABLE audit_link DISABLE TRIGGER ALL")
        admin.execute(done)
    with pytest.raises(CheckpointError, match=told):
        checkpoints.write(environment)


def test_the_job_never_fails_and_says_what_went_wrong(audit_db, cast, environment, monkeypatch):
    said = []
    told = SimpleNamespace(error=lambda _, error, **__: said.append(error), info=lambda text, **_: said.append(text))
    monkeypatch.setattr(tasks, "log", lambda: told)
    see(cast)
    absent = environment.model_copy(update={"mode": "production", "checkpoint_key": Path("/nowhere/key.pem")})
    monkeypatch.setattr(settings, "ENV", absent)
    tasks.write_checkpoint(0)
    assert not Checkpoint.objects.exists()
    monkeypatch.setattr(settings, "ENV", environment)
    tasks.write_checkpoint(0)
    tasks.write_checkpoint(0)
    assert Checkpoint.objects.get().number == 1
    assert said == [
        "The checkpoint key /nowhere/key.pem cannot be read: No such file or directory.",
        "audit checkpoint written",
    ]


def test_the_worker_runs_the_job_as_the_serving_role(audit_db, cast, environment, monkeypatch):
    monkeypatch.setattr(settings, "ENV", environment)
    said = []
    informed = SimpleNamespace(info=lambda text, count, **_: said.append((text, count)))
    monkeypatch.setattr(tasks, "log", lambda: informed)
    see(cast)
    tasks.write_checkpoint.defer(timestamp=0)
    once = {"queues": ["audit"], "wait": False, "install_signal_handlers": False, "listen_notify": False}
    # In a thread of its own: the browser tests' driver keeps a loop in this one.
    with app.replace_connector(app.connector.get_worker_connector()) as working, ThreadPoolExecutor(1) as apart:
        apart.submit(working.run_worker, **once).result()
    assert Checkpoint.objects.get().number == 1
    assert said == [("audit checkpoint written", 1)]
    assert app.periodic_registry.periodic_tasks["audit.checkpoint", "audit-checkpoint"].cron == "* * * * *"


def test_roots_are_those_of_rfc_6962():
    # The leaves and roots published with the reference implementation of RFC 6962.
    leaves = [bytes.fromhex(leaf) for leaf in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )]  # fmt: skip
    assert merkle.root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for size, root in (
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ):
        assert merkle.root_of(leaves[:size]).hex() == root


def test_a_file_says_no_more_than_was_signed(audit_db, cast, environment):
    see(cast)
    checkpoints.write(environment)
    data, key = read(environment, 1), keys.signing_key(environment).public_key()
    document = json.loads(data)
    for changed in (
        data[:-1],
        data + b"\n",
        json.dumps(document).encode(),
        checkpoint_files.canonical_json({**document, "note": "x"}).encode() + b"\n",
        checkpoint_files.canonical_json({**document, "body": {**document["body"], "events": 9}}).encode() + b"\n",
        b"[]",
        b"",
        b"\xff",
    ):
        with pytest.raises(CheckpointError):
            checkpoint_files.parse(changed, 1, key)
    with pytest.raises(CheckpointError, match="the file of checkpoint 2 holds checkpoint 1"):
        checkpoint_files.parse(data, 2, key)
