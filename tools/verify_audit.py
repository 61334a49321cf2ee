"""Check an export of Goldthread's audit log against its signed checkpoints, without Goldthread.

    python verify_audit.py EXPORT.jsonl CHECKPOINT_DIR PUBLIC_KEY

Needs Python 3.11 and the ``cryptography`` package, nothing else: it was written from the description in
``docs/audit.md`` so that an auditor need not trust the program that wrote the log. It prints each thing that is wrong
and a summary, and ends with 0 when all is whole, 1 when something is wrong, 2 when it cannot tell.

The export is a header line and then one line an event, shard after shard, each in order of its number. The program
reads it once, from eight places at a time, and holds no more than one line of each.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SHARDS = 8
ZERO = "0" * 64
HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
TEXTS = ("role", "duty", "verb", "subjects", "reason", "detail", "request_id")
NUMBERS = ("id", "shard", "shard_seq")
STRINGS = ("at", "prev_hash", "hash", *TEXTS)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - the older spelling runs everywhere

Row = dict[str, Any]  # a JSON object, checked before it is used
Say = Callable[[str], None]


class Unreadable(Exception):
    """Something is not what it should be; the message says what."""


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


# --- events -----------------------------------------------------------------------------------------------------------


def read_event(line: bytes) -> tuple[Row, str]:
    """One line as an event with its link, and the hash it should have by its fields and the hash before it.

    Raises ``Unreadable`` unless the line is written exactly as an export writes it.
    """
    try:
        row: Row = json.loads(line)
        right = isinstance(row, dict) and row.keys() == {*NUMBERS, *STRINGS, "staff_id"}
        right = right and canonical(row) == line.rstrip(b"\n")
    except (ValueError, RecursionError):
        right = False
    if not right:
        raise Unreadable("not a line of an export")
    kinds = [(name, int) for name in NUMBERS] + [(name, str) for name in STRINGS]
    kinds += [("staff_id", int)] if row["staff_id"] is not None else []
    for name, kind in kinds:
        if type(row[name]) is not kind:  # not isinstance: true is an int as well
            raise Unreadable(f"{name} is not a {kind.__name__}")
    if not HEX.fullmatch(row["hash"]) or not HEX.fullmatch(row["prev_hash"]):
        raise Unreadable("a hash is not 64 hexadecimal digits")
    try:
        at = datetime.fromisoformat(row["at"])
        exact = at.isoformat(timespec="microseconds") == row["at"] and at.utcoffset() == EPOCH.utcoffset()
    except ValueError:
        exact = False
    if not exact:
        raise Unreadable("at is not a time in UTC to the microsecond")
    return row, _hash_of(row, at)


def _hash_of(row: Row, at: datetime) -> str:
    since = at - EPOCH
    microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    values = ["goldthread-audit-1", row["shard"], row["shard_seq"], row["id"], microseconds, row["staff_id"]]
    values += [row[name] for name in TEXTS]
    packed = []
    for value in values:
        data = b"" if value is None else str(value).encode()
        packed.append(struct.pack(">I", 0xFFFFFFFF if value is None else len(data)) + data)
    previous = bytes.fromhex(row["prev_hash"])
    return sha256(b"".join(packed) + struct.pack(">I", len(previous)) + previous).hex()


# --- trees (RFC 6962, section 2.1) ------------------------------------------------------------------------------------


class Tree:
    """A Merkle tree that keeps only the roots of its perfect subtrees, each with its height."""

    def __init__(self) -> None:
        self.stack: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        height, node = 0, sha256(b"\x00" + leaf)
        while self.stack and self.stack[-1][0] == height:
            node = sha256(b"\x01" + self.stack.pop()[1] + node)
            height += 1
        self.stack.append((height, node))

    def root(self) -> str:
        if not self.stack:
            return sha256(b"").hex()
        nodes = [node for _, node in self.stack]
        root = nodes.pop()
        while nodes:
            root = sha256(b"\x01" + nodes.pop() + root)
        return root.hex()


# --- checkpoints ------------------------------------------------------------------------------------------------------


def read_checkpoint(data: bytes, number: int, key: Ed25519PublicKey) -> Row:
    """The signed part of a checkpoint file. Raises ``Unreadable`` when it is not what was signed."""
    try:
        document = json.loads(data)
        body, signature = document["body"], bytes.fromhex(document["signature"])
        key.verify(signature, canonical(body))
        raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        shards, overall = body["shards"], Tree()
        for place, shard in enumerate(shards):
            overall.add(f"{place}:{shard['size']}:{shard['root']}".encode())
        right = (
            canonical(document) + b"\n" == data
            and document.keys() == {"body", "signature"}
            and document["signature"] == signature.hex()
            and body["format"] == "goldthread-checkpoint-1"
            and body["key"] == sha256(raw).hex()
            and body["root"] == overall.root()
            and body["events"] == sum(shard["size"] for shard in shards)
            and [shard["shard"] for shard in shards] == list(range(SHARDS))
        )
    except InvalidSignature:
        raise Unreadable(f"checkpoint {number} does not bear the signature of this key") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        right = False
    if not right:
        raise Unreadable(f"checkpoint {number} is not a checkpoint file")
    if body["number"] != number:
        raise Unreadable(f"the file of checkpoint {number} holds checkpoint {body['number']}")
    return dict(body)


def checkpoints(files: Callable[[int], bytes | None], last: int, key: Ed25519PublicKey, say: Say) -> Iterator[Row]:
    """Sound checkpoints 1 to ``last`` in order; ``files`` gives each one's bytes, or None where it is missing."""
    previous: str | None = ZERO
    for number in range(1, last + 1):
        data = files(number)
        if data is None:
            say(f"checkpoint {number} is missing")
            previous = None
            continue
        try:
            body = read_checkpoint(data, number, key)
            if previous is not None and body["previous"] != previous:
                say(f"checkpoint {number} does not follow the one before it")
            yield body
        except Unreadable as error:
            say(str(error))
        previous = sha256(data).hex()


# --- the export -------------------------------------------------------------------------------------------------------


class Shard:
    """One chain on its way through the export, from checkpoint to checkpoint."""

    def __init__(self, number: int, lines: Iterator[bytes], count: int, say: Say) -> None:
        self.number, self.lines, self.left, self.say = number, lines, count, say
        self.seq, self.head, self.tree, self.provable = 0, ZERO, Tree(), True
        self.ahead = self._next()

    def _next(self) -> tuple[Row, str] | None:
        while self.left:
            self.left -= 1
            line = next(self.lines, None)
            if line is None:
                self.say(f"shard {self.number}: {self.left + 1} events that the header counts are not there")
                self.left = 0
                break
            try:
                row, expected = read_event(line)
            except Unreadable as error:
                self.say(f"shard {self.number}, after number {self.seq}: a line cannot be read ({error})")
                continue
            if row["shard"] != self.number:
                self.say(f"event {row['id']}: stands among the events of shard {self.number}")
                continue
            return row, expected
        return None

    def advance(self, to: int | None) -> int:
        """Check events up to number ``to``, or all; returns how many were checked."""
        count = 0
        while self.ahead is not None and (to is None or self.ahead[0]["shard_seq"] <= to):
            self._check(*self.ahead)
            self.ahead = self._next()
            count += 1
        if to is not None and self.seq < to:
            self._gap(to)
            self.seq = to
        return count

    def _check(self, row: Row, expected: str) -> None:
        seq, place = row["shard_seq"], f"event {row['id']}, shard {self.number}, number {row['shard_seq']}"
        if seq <= self.seq:
            self.say(f"{place}: is there twice or out of order")
            return
        if seq != self.seq + 1:
            self._gap(seq - 1)
        elif row["prev_hash"] != self.head:
            self.say(f"{place}: does not continue from the event before it")
        if expected != row["hash"]:
            self.say(f"{place}: was changed after it was recorded")
        self.seq, self.head = seq, row["hash"]
        self.tree.add(bytes.fromhex(self.head))

    def _gap(self, last: int) -> None:
        self.provable = False
        first = self.seq + 1
        which = f"number {first} was" if first == last else f"numbers {first} to {last} were"
        self.say(f"shard {self.number}: {which} removed")

    def compare(self, since: int, root: object, checkpoint: object) -> None:
        """Compare the tree so far with the root that a checkpoint signed."""
        if self.provable and self.tree.root() != root:
            self.provable = False
            self.say(
                f"shard {self.number}: of the events numbered {since + 1} to {self.seq} one or more were replaced and "
                f"the chain made anew; checkpoint {checkpoint} vouches for others, later ones have lost their proof"
            )


def read_header(line: bytes) -> tuple[list[int], int]:
    """How many events each shard has, and the last checkpoint the database knew of."""
    try:
        header = json.loads(line)
        sizes, last = header["shards"], header["checkpoint"]
        right = header["format"] == "goldthread-export-1" and canonical(header) == line.rstrip(b"\n")
        right = right and len(sizes) == SHARDS and all(type(n) is int and n >= 0 for n in [*sizes, last])
    except (ValueError, KeyError, TypeError, RecursionError):
        right = False
    if not right:
        raise Unreadable("the first line is not the header of an export")
    return list(sizes), int(last)


def verify(
    header: bytes,
    sections: Sequence[Iterator[bytes]],
    extra: int,
    found: Callable[[Say], Iterator[Row]],
    say: Say,
) -> str:
    """Check everything and return the summary.

    ``sections``: the lines of each shard as the header counts them; ``extra``: how many lines follow after the last;
    ``found``: gives the checkpoints, telling what is wrong with them.
    """
    sizes, noted = read_header(header)
    if extra:
        say(f"{extra} lines follow that the header does not count")
    shards = [Shard(n, lines, sizes[n], say) for n, lines in enumerate(sections)]
    done, covered, last, at = [0] * SHARDS, 0, 0, ""
    for body in found(say):
        last, at = body["number"], body["at"]
        for shard, told in zip(shards, body["shards"], strict=True):
            if told["size"] < done[shard.number]:
                say(f"checkpoint {last} covers fewer events of shard {shard.number} than the one before")
                continue
            covered += shard.advance(told["size"])
            shard.compare(done[shard.number], told["root"], last)
            done[shard.number] = told["size"]
    if noted > last:
        say(f"checkpoints {last + 1} to {noted} were written and are not there")
    after = sum(shard.advance(None) for shard in shards)
    if not last:
        return f"No checkpoint was found: {after} events were checked against their own chain only."
    return (
        f"{covered} events up to checkpoint {last} ({at}) were checked against signed checkpoints; "
        f"{after} later events against their own chain only."
    )


# --- files ------------------------------------------------------------------------------------------------------------


def open_export(opened: Callable[[], BinaryIO]) -> tuple[bytes, list[Iterator[bytes]], int]:
    """The header, a reader for each shard's lines, and how many lines follow after the last.

    ``opened`` opens the export anew from its start, once for each shard.
    """
    with opened() as file:
        header = file.readline()
        sizes, _ = read_header(header)
        sections = []
        for size in sizes:
            sections.append(_lines(opened, file.tell()))
            for _ in range(size):
                file.readline()
        extra = sum(1 for _ in file)
    return header, sections, extra


def _lines(opened: Callable[[], BinaryIO], start: int) -> Iterator[bytes]:
    with opened() as file:
        file.seek(start)
        yield from file


def open_checkpoints(folder: Path, key: Ed25519PublicKey) -> Callable[[Say], Iterator[Row]]:
    """The checkpoint files of a folder, in order."""
    numbers = (re.fullmatch(r"checkpoint-(\d{9,})\.json", path.name, re.ASCII) for path in folder.iterdir())
    last = max((int(match[1]) for match in numbers if match), default=0)

    def read(number: int) -> bytes | None:
        try:
            return (folder / f"checkpoint-{number:09d}.json").read_bytes()
        except OSError:
            return None

    return lambda say: checkpoints(read, last, key, say)


def read_key(path: Path) -> Ed25519PublicKey:
    """The public key in a PEM file."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise Unreadable(f"{path} does not hold an Ed25519 public key in PEM form")
    return key


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 3:
        sys.stderr.write(__doc__ or "")
        return 2
    wrong = 0

    def opened() -> BinaryIO:
        return Path(arguments[0]).open("rb")

    def say(what: str) -> None:
        nonlocal wrong
        wrong += 1
        sys.stdout.write(f"{what}\n")

    try:
        found = open_checkpoints(Path(arguments[1]), read_key(Path(arguments[2])))
        header, sections, extra = open_export(opened)
        summary = verify(header, sections, extra, found, say)
    except (Unreadable, OSError) as error:
        sys.stderr.write(f"Cannot verify: {error}\n")
        return 2
    sys.stdout.write(f"{summary} {f'{wrong} things are wrong.' if wrong else 'Nothing is wrong.'}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
