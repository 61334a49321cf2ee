"""Ten thousand random tamperings with an export or its checkpoints: the stand-alone verifier finds every one."""

from __future__ import annotations

import functools
import importlib.util
import io
import json
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from goldthread.audit.canonical import SHARDS, START, Event, Link, canonical_json, event_hash
from goldthread.audit.checkpoint_files import CheckpointFile, Tree, digest, signed
from goldthread.audit.keys import fingerprint
from goldthread.audit.merkle import Frontier
from goldthread.audit.stored import EXPORT_FORMAT, export_line

EVENTS, AFTER, CHECKPOINTS = 240, 16, 4
KEY, FORGERS_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32) for seed in (1, 2))

Chain = list[tuple[Link, Event]]


@dataclass(frozen=True)
class Evidence:
    """What an auditor is handed: the export's lines and the checkpoint files. ``covered``: each shard's proven size."""

    lines: tuple[bytes, ...]
    files: dict[int, bytes]
    chains: tuple[Chain, ...]
    covered: tuple[int, ...]

    def exported(self, chains: list[Chain], **header: object) -> Evidence:
        """The same checkpoints beside an export of other chains, with a header that fits it."""
        return replace(self, lines=tuple(lines_of(chains, last=len(self.files), **header)))


def chain(events: list[Event], shard: int) -> Chain:
    """Events with links as the database would make them; a forger can do this, for no key is in it."""
    linked, head = [], START
    for seq, event in enumerate(events, 1):
        link = Link(shard, seq, head, event_hash(event, shard, seq, head))
        linked.append((link, event))
        head = link.hash
    return linked


def lines_of(chains: list[Chain], last: int, **header: object) -> list[bytes]:
    told = {"format": EXPORT_FORMAT, "checkpoint": last, "shards": [len(rows) for rows in chains], **header}
    return [f"{canonical_json(told)}\n".encode(), *(line_of(link, event) for rows in chains for link, event in rows)]


@functools.lru_cache(4096)
def line_of(link: Link, event: Event) -> bytes:
    return f"{export_line(link, event)}\n".encode()


def checkpoints_over(chains: list[Chain], key: Ed25519PrivateKey, covered: list[int]) -> dict[int, bytes]:
    files, previous = {}, "0" * 64
    for number in range(1, CHECKPOINTS + 1):
        trees = []
        for rows, size in zip(chains, covered, strict=True):
            frontier = Frontier()
            for link, _ in rows[: size * number // CHECKPOINTS]:
                frontier.append(link.hash)
            trees.append(Tree(frontier.size, frontier.root().hex()))
        name = fingerprint(key.public_key())
        body = CheckpointFile(number, "2026-03-03T00:00:00+00:00", previous, name, tuple(trees))
        files[number] = signed(body, key)
        previous = digest(files[number])
    return files


@functools.cache
def whole() -> Evidence:
    chance = random.Random(62)
    events: list[list[Event]] = [[] for _ in range(SHARDS)]
    for number in range(1, EVENTS + 1):
        at = datetime(2026, 3, 3, tzinfo=UTC) + timedelta(microseconds=chance.randrange(10**12))
        subjects = canonical_json([["incident", str(chance.randrange(40))]])
        staff = chance.choice([None, 7, 8, 9])
        event = Event(number, at, staff, "handler", "consultation", "incident.see", subjects, "", "{}", f"r-{number}")
        events[number % SHARDS].append(event)
    chains = [chain(rows, shard) for shard, rows in enumerate(events)]
    covered = [len(rows) - AFTER // SHARDS for rows in chains]
    files = checkpoints_over(chains, KEY, covered)
    return Evidence(tuple(lines_of(chains, CHECKPOINTS)), files, tuple(chains), tuple(covered))


@pytest.fixture(scope="module")
def verifier() -> ModuleType:
    path = Path(__file__).parents[2] / "tools" / "verify_audit.py"
    spec = importlib.util.spec_from_file_location("verify_audit", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.read_event = functools.lru_cache(4096)(module.read_event)  # most lines are the same in every run
    return module


class Found(Exception):
    """Enough was found: the rest need not be read."""


def find(verifier: ModuleType, evidence: Evidence, stop: bool = False) -> list[str]:
    """What the verifier says is wrong; with ``stop`` only the first thing."""
    said: list[str] = []

    def say(what: str) -> None:
        said.append(what)
        if stop:
            raise Found

    data, files = b"".join(evidence.lines), evidence.files
    try:
        header, sections, extra = verifier.open_export(lambda: io.BytesIO(data))
        found = functools.partial(verifier.checkpoints, files.get, max(files, default=0), KEY.public_key())
        verifier.verify(header, sections, extra, found, say)
    except verifier.Unreadable as error:
        said.append(str(error))
    except Found:
        pass
    return said


# --- what a tamperer may do -------------------------------------------------------------------------------------------


def any_line(chance: random.Random) -> int:
    return chance.randrange(1, EVENTS + 1)


def covered_place(chance: random.Random, evidence: Evidence) -> tuple[int, int]:
    shard = chance.randrange(SHARDS)
    return shard, chance.randrange(evidence.covered[shard])


def with_line(evidence: Evidence, place: int, *lines: bytes) -> Evidence:
    return replace(evidence, lines=evidence.lines[:place] + lines + evidence.lines[place + 1 :])


def remade(chance: random.Random, evidence: Evidence, shard: int, events: list[Event]) -> Evidence:
    chains = [*evidence.chains]
    chains[shard] = chain(events, shard)
    return evidence.exported(chains)


def change_a_field(chance: random.Random, evidence: Evidence) -> Evidence:
    place = any_line(chance)
    row = json.loads(evidence.lines[place])
    name = chance.choice(sorted(row))
    value = row[name]
    if name == "at":
        moved = datetime.fromisoformat(value) + timedelta(microseconds=chance.choice([-1, 1, 10**9]))
        row[name] = moved.isoformat(timespec="microseconds")
    elif name in {"hash", "prev_hash"}:
        row[name] = chance.choice([chance.randbytes(32).hex(), value.upper(), value[:-1]])
    elif isinstance(value, int) or value is None:
        row[name] = chance.choice([(value or 0) + 1, str(value), None if value else 0, True])
    else:
        row[name] = chance.choice([value + "x", value[:-1] if value else "x", "other"])
    return with_line(evidence, place, f"{canonical_json(row)}\n".encode())


def flip_a_bit(chance: random.Random, evidence: Evidence) -> Evidence:
    place = any_line(chance)
    line = bytearray(evidence.lines[place])
    line[chance.randrange(len(line))] ^= 1 << chance.randrange(8)
    return with_line(evidence, place, bytes(line))


def write_a_line_otherwise(chance: random.Random, evidence: Evidence) -> Evidence:
    place = any_line(chance)
    row = json.loads(evidence.lines[place])
    told = chance.choice([json.dumps(row), canonical_json({**row, "note": "x"}), canonical_json(row) + " ", "", "[]"])
    return with_line(evidence, place, f"{told}\n".encode())


def delete_events(chance: random.Random, evidence: Evidence) -> Evidence:
    shard, place = covered_place(chance, evidence)
    chains = [*evidence.chains]
    chains[shard] = chains[shard][:place] + chains[shard][place + chance.randrange(1, 4) :]
    header = {} if chance.random() < 0.5 else {"shards": [len(rows) for rows in evidence.chains]}
    return evidence.exported(chains, **header)


def swap_two_lines(chance: random.Random, evidence: Evidence) -> Evidence:
    one, other = sorted(chance.sample(range(1, EVENTS + 1), 2))
    lines = [*evidence.lines]
    lines[one], lines[other] = lines[other], lines[one]
    return replace(evidence, lines=tuple(lines))


def duplicate_an_event(chance: random.Random, evidence: Evidence) -> Evidence:
    shard, place = covered_place(chance, evidence)
    chains = [*evidence.chains]
    target = chance.randrange(len(chains[shard]) + 1)
    chains[shard] = [*chains[shard][:target], chains[shard][place], *chains[shard][target:]]
    return evidence.exported(chains)


def forge_and_chain_anew(chance: random.Random, evidence: Evidence) -> Evidence:
    shard, place = covered_place(chance, evidence)
    events = [event for _, event in evidence.chains[shard]]
    forged = events[place]._replace(id=9_999, staff_id=99)
    way = chance.choice(["insert", "replace", "remove", "swap"])
    if way == "swap" and place:
        events[place - 1], events[place] = events[place], events[place - 1]
    else:
        events[place : place + (way != "insert")] = [] if way == "remove" else [forged]
    return remade(chance, evidence, shard, events)


def forge_keeping_hashes(chance: random.Random, evidence: Evidence) -> Evidence:
    """One event changed with its own hash made anew; the next still names the old one."""
    shard, place = covered_place(chance, evidence)
    chains = [*evidence.chains]
    link, event = chains[shard][place]
    event = event._replace(verb="incident.close")
    link = replace(link, hash=event_hash(event, shard, link.shard_seq, link.prev_hash))
    chains[shard] = [*chains[shard][:place], (link, event), *chains[shard][place + 1 :]]
    return evidence.exported(chains)


def cut_the_end(chance: random.Random, evidence: Evidence) -> Evidence:
    shard, place = covered_place(chance, evidence)
    chains = [*evidence.chains]
    chains[shard] = chains[shard][:place]
    return evidence.exported(chains)


def cut_the_file(chance: random.Random, evidence: Evidence) -> Evidence:
    return replace(evidence, lines=evidence.lines[: any_line(chance)])


def drop_a_shard(chance: random.Random, evidence: Evidence) -> Evidence:
    chains = [*evidence.chains]
    chains[chance.randrange(SHARDS)] = []
    return evidence.exported(chains)


def exchange_two_shards(chance: random.Random, evidence: Evidence) -> Evidence:
    chains = [*evidence.chains]
    one, other = chance.sample(range(SHARDS), 2)
    if chance.random() < 0.5:
        chains[one], chains[other] = chains[other], chains[one]
    else:
        renumbered = [chain([event for _, event in chains[a]], b) for a, b in ((other, one), (one, other))]
        chains[one], chains[other] = renumbered
    return evidence.exported(chains)


def change_the_header(chance: random.Random, evidence: Evidence) -> Evidence:
    header = json.loads(evidence.lines[0])
    header["shards"][chance.randrange(SHARDS)] += chance.choice([-1, 1, 1000])
    change = chance.choice([{}, {"checkpoint": CHECKPOINTS + 1}, {"format": "other"}, {"shards": []}])
    return with_line(evidence, 0, f"{canonical_json({**header, **change})}\n".encode())


def change_a_checkpoint(chance: random.Random, evidence: Evidence) -> Evidence:
    files, number = dict(evidence.files), chance.randrange(1, CHECKPOINTS + 1)
    way = chance.choice(["flip", "lose", "exchange", "cut", "body", "upper"])
    data = bytearray(files[number])
    if way == "flip":
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif way == "cut":
        del data[chance.randrange(len(data)) :]
    elif way == "upper":
        data = bytearray(data.replace(b'"signature":"', b'"signature":"', 1)[:-131] + data[-131:].upper())
    elif way == "body":
        document = json.loads(data)
        document["body"]["shards"][chance.randrange(SHARDS)]["size"] -= 1
        data = bytearray(f"{canonical_json(document)}\n".encode())
    elif way == "exchange":
        data = bytearray(files[number % CHECKPOINTS + 1])
    files[number] = bytes(data)
    if way == "lose":
        del files[number]
    return replace(evidence, files=files)


def sign_a_forged_log_with_another_key(chance: random.Random, evidence: Evidence) -> Evidence:
    forged = forge_and_chain_anew(chance, evidence)
    return replace(forged, files=checkpoints_over([*evidence.chains], FORGERS_KEY, [*evidence.covered]))


WAYS = [
    change_a_field, flip_a_bit, write_a_line_otherwise, delete_events, swap_two_lines, duplicate_an_event,
    forge_and_chain_anew, forge_keeping_hashes, cut_the_end, cut_the_file, drop_a_shard, exchange_two_shards,
    change_the_header, change_a_checkpoint, sign_a_forged_log_with_another_key,
]  # fmt: skip
RARE = {sign_a_forged_log_with_another_key: 0.05, exchange_two_shards: 0.2, drop_a_shard: 0.2}


def test_a_whole_export_passes(verifier):
    assert find(verifier, whole()) == []


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_tampering_is_found(verifier, way):
    chance = random.Random(way.__name__)
    for _ in range(5):
        tampered = way(chance, whole())
        assert (tampered.lines, tampered.files) != (whole().lines, whole().files)
        assert find(verifier, tampered)


@pytest.mark.parametrize("many", [1_000, pytest.param(10_000, marks=[pytest.mark.slow, pytest.mark.long])])
def test_thousands_of_tamperings_are_found(verifier, many):
    chance = random.Random(10_000)
    weights = [RARE.get(way, 1.0) for way in WAYS]
    done = 0
    while done < many:
        (way,) = chance.choices(WAYS, weights)
        tampered = way(chance, whole())
        if (tampered.lines, tampered.files) == (whole().lines, whole().files):
            continue
        done += 1
        assert find(verifier, tampered, stop=True), way.__name__


def test_a_changed_event_is_named(verifier):
    chance = random.Random(1)
    for _ in range(50):
        shard, place = covered_place(chance, whole())
        chains = [*whole().chains]
        link, event = chains[shard][place]
        chains[shard] = [*chains[shard][:place], (link, event._replace(staff_id=99)), *chains[shard][place + 1 :]]
        named = f"event {event.id}, shard {shard}, number {link.shard_seq}: was changed after it was recorded"
        assert find(verifier, whole().exported(chains)) == [named]
