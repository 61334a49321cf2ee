"""Finding what was done to the log: every event against its chain, every chain against every checkpoint.

One pass, in memory that does not grow with the log: eight streams of rows, one a shard, move forward from checkpoint
to checkpoint. What lies after the last checkpoint is held by its chain alone, which someone with the rights of a
database administrator could make anew; the report says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from goldthread.audit.canonical import START, Event, Link, event_hash
from goldthread.audit.checkpoint_files import NO_FILE, CheckpointFile, digest, last_number, parse, path_of
from goldthread.audit.keys import CheckpointError
from goldthread.audit.merkle import Frontier


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: what, and where as far as it can be told. Numbers are None where they do not apply."""

    what: str
    event: int | None = None
    shard: int | None = None
    shard_seq: int | None = None

    def __str__(self) -> str:
        told = (("event", self.event), ("shard", self.shard), ("number", self.shard_seq))
        place = ", ".join(f"{name} {value}" for name, value in told if value is not None)
        return f"{place}: {self.what}" if place else self.what


class Row(NamedTuple):
    """A link and the event it belongs to; None where the event is gone."""

    link: Link
    event_id: int
    event: Event | None


@dataclass
class Result:
    """What was looked at. ``covered`` events lie under the last checkpoint, ``after`` are held by their chain alone."""

    problems: int = 0
    covered: int = 0
    after: int = 0
    checkpoints: int = 0
    last: CheckpointFile | None = None


@dataclass
class Chain:
    """One shard on the way through: where it stands, and whether its tree can still be compared with checkpoints."""

    shard: int
    rows: Iterator[Row]
    report: Callable[[Problem], None]
    frontier: Frontier = field(default_factory=Frontier)
    seq: int = 0
    head: bytes = START
    comparable: bool = True
    ahead: Row | None = None

    def __post_init__(self) -> None:
        self.ahead = next(self.rows, None)

    def advance(self, to: int | None) -> int:
        """Check rows up to number ``to`` (None: to the end) and return how many there were."""
        count = 0
        while self.ahead is not None and (to is None or self.ahead.link.shard_seq <= to):
            self._check(self.ahead)
            self.ahead = next(self.rows, None)
            count += 1
        if to is not None and self.seq < to:
            self._missing(self.seq + 1, to)
            self.seq = to
        return count

    def compare(self, since: int, root: str, number: int) -> None:
        """Compare the tree with the root that checkpoint ``number`` signed, after advancing to its size."""
        if self.comparable and self.frontier.root().hex() != root:
            self.comparable = False
            self.report(Problem(
                f"one or more of the events numbered {since + 1} to {self.seq} were replaced, and the chain made anew "
                f"to hide it: checkpoint {number} vouches for others. Later events of this shard have lost their proof",
                shard=self.shard,
            ))  # fmt: skip

    def _check(self, row: Row) -> None:
        link, place = row.link, {"event": row.event_id, "shard": row.link.shard, "shard_seq": row.link.shard_seq}
        if link.shard_seq <= self.seq:
            self.report(Problem("is there twice or out of order", **place))
            return
        followed = link.shard_seq == self.seq + 1
        if not followed:
            self._missing(self.seq + 1, link.shard_seq - 1)
        if row.event is None:
            self.report(Problem("was removed; its link in the chain is still there", **place))
        elif event_hash(row.event, link.shard, link.shard_seq, link.prev_hash) != link.hash:
            self.report(Problem("was changed after it was recorded", **place))
        if followed and link.prev_hash != self.head:
            self.report(Problem("does not continue from the event before it", **place))
        self.seq, self.head = link.shard_seq, link.hash
        self.frontier.append(link.hash)

    def _missing(self, first: int, last: int) -> None:
        self.comparable = False
        told = "was removed" if first == last else f"and all up to {last} were removed"
        self.report(Problem(told, shard=self.shard, shard_seq=first))


def checkpoints_in(folder: Path, key: Ed25519PublicKey, report: Callable[[Problem], None]) -> Iterator[CheckpointFile]:
    """Every sound checkpoint in order; what is wrong with the others goes to ``report``."""
    try:
        last = last_number(folder)
    except OSError as error:
        raise CheckpointError(f"The folder of checkpoints {folder} cannot be read: {error.strerror}.") from None
    before: str | None = NO_FILE  # None: the file before is missing, so nothing can be said of the link to it
    for number in range(1, last + 1):
        try:
            data = path_of(folder, number).read_bytes()
        except OSError:
            report(Problem(f"checkpoint {number} is missing"))
            before = None
            continue
        try:
            found = parse(data, number, key)
        except CheckpointError as error:
            report(Problem(str(error)))
        else:
            if before is not None and found.previous != before:
                report(Problem(f"checkpoint {number} does not follow the one before it"))
            yield found
        before = digest(data)


def verify(
    shards: Iterable[Iterator[Row]], checkpoints: Iterable[CheckpointFile], report: Callable[[Problem], None]
) -> Result:
    """Check ``shards`` (rows of shard 0, 1 ... each ordered by number) against their chains and ``checkpoints``.

    Every problem goes to ``report`` as it is found, those of one shard in order.
    """
    result = Result()

    def note(problem: Problem) -> None:
        result.problems += 1
        report(problem)

    chains = [Chain(number, rows, note) for number, rows in enumerate(shards)]
    sizes = [0] * len(chains)
    for checkpoint in checkpoints:
        result.checkpoints += 1
        result.last = checkpoint
        for chain, tree in zip(chains, checkpoint.trees, strict=True):
            if tree.size < sizes[chain.shard]:
                note(Problem(f"checkpoint {checkpoint.number} covers less than the one before", shard=chain.shard))
                continue
            result.covered += chain.advance(tree.size)
            chain.compare(sizes[chain.shard], tree.root, checkpoint.number)
            sizes[chain.shard] = tree.size
    result.after = sum(chain.advance(None) for chain in chains)
    return result
