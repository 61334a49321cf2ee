"""What was found in single scored records, each with who opened it: for comparing groups, never for showing one person's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from goldthread.contact.known import force_day
from goldthread.quality.finding import of_period
from goldthread.quality.models import QualityScore
from goldthread.quality.rates import counted, scored_again

FIELDS = (
    "task__record_id", "task__place", "result", "critical", "by_id", "task__record__chance", "task__record__stratum__code",
    "task__record__stratum__round_id", "task__record__incident__opened_by_id", "task__record__incident__opened_at",
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """The score that counts of one drawn record: who opened it and on which day, who scored it, and with which chance it was drawn."""

    handler: int
    day: date
    assessor: int
    stratum: str
    round: int
    chance: float
    good: bool
    no_critical: bool


def results(since: date, until: date) -> list[Result]:
    """Of every round, the records opened on these days, both within, that could be scored and were opened by a person here."""
    start, end = of_period(since, until)
    rows = (
        QualityScore.objects.filter(task__record__incident__opened_at__gte=start, task__record__incident__opened_at__lt=end)
        .order_by("task__record_id", "task__place")
        .values_list(*FIELDS)
    )  # fmt: skip
    return list(_found(rows.iterator(chunk_size=2_000)))


def _found(rows: Any) -> Iterator[Result]:
    again = scored_again()
    for record, some in groupby(rows, lambda row: row[0]):
        score = counted({row[1]: row for row in some}, anew=record in again)
        if score is None or score[2] == "unscorable" or score[8] is None:
            continue
        _, _, result, critical, by, chance, stratum, drawn_in, handler, opened = score
        yield Result(
            handler, force_day(opened), by, stratum, drawn_in, chance, good=result == "good", no_critical=not critical
        )
