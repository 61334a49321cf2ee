"""Which stored readings somebody may have replayed, what became of each, and that it is on record who asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from goldthread.assessment.models import Reading
from goldthread.assessment.replay import replayed
from goldthread.assessment.replay_rules import OUTCOMES, Replayed
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import Invalid, NotThere
from goldthread.contact.models import Incident

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

VERB = "reader.replay"
MOST = 100
"""Readings replayed for one request of a program *(ours)*: at some tens a second that takes a few seconds."""
AT_ONCE = 100
"""Readings whose words are fetched together, and whose replay is one event of the audit *(ours)*."""
LONGEST_REFERENCE = 40
NOT_THERE = (
    "There is no such incident in your sight. Write its reference to the letter, such as AM-260619-0012; nothing was "
    "replayed."
)


@dataclass(frozen=True)
class Row:
    """One reading and what became of its replay."""

    reading: Reading
    replay: Replayed


def asked_for(user: Staff | None, reference: str = "", before: int | None = None) -> QuerySet[Reading]:
    """Stored readings in this person's reach, the newest first: of one incident where its reference is given, and of those only what was
    made before the reading ``before``. The system itself, None, reaches every one.

    Raises ``NotThere`` for a reference that this person does not reach, ``Invalid`` for what is none.
    """
    found = Reading.objects.select_related("entry", "incident").order_by("-pk")
    named = " ".join(reference.split()).upper()
    if len(named) > LONGEST_REFERENCE:
        raise Invalid({"incident": f"A reference has at most {LONGEST_REFERENCE} characters. Nothing was replayed."})
    if named:
        reach = Incident.objects.filter(reference=named)
        incident = (reach if user is None else reach.reached_by(user, VERB)).first()
        if incident is None:
            raise NotThere(NOT_THERE)
        found = found.filter(incident=incident)
    elif user is not None:
        found = found.filter(incident__in=Incident.objects.reached_by(user, VERB))
    return found if before is None else found.filter(pk__lt=before)


def replay(user: Staff | None, readings: Sequence[Reading]) -> list[Row]:
    """Replay these, and put on record that this person saw what became of them."""
    rows = [Row(one, told) for one, told in zip(readings, replayed(readings), strict=True)]
    subjects = dict.fromkeys(("incident", str(one.incident_id)) for one in readings)
    detail: dict[str, Any] = {"readings": len(rows), **counted(rows)}
    record_consultation(user, VERB, subjects, **detail)
    return rows


def in_batches(user: Staff | None, readings: QuerySet[Reading], most: int) -> Iterator[list[Row]]:
    """Replay the first ``most`` of these, some at a time, so that few stand in memory and each step is on record as it is done."""
    done, left = 0, readings
    while some := list(left[: min(AT_ONCE, most - done)]):
        yield replay(user, some)
        done, left = done + len(some), readings.filter(pk__lt=some[-1].pk)
        if done == most:
            return


def counted(rows: Sequence[Row]) -> dict[str, int]:
    """How many ended in which way; ways that none ended in have their nought."""
    found = Counter(one.replay.outcome for one in rows)
    return {code: found[code] for code, _ in OUTCOMES}
