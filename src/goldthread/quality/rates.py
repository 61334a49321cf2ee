"""What a round says of the whole period: weighted rates with limits, of each stratum by itself, and how far two assessors agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from goldthread.figures.agreement import Agreement, alpha
from goldthread.figures.rates import Rate, Stratum, weighted
from goldthread.measures.registry import SMALL
from goldthread.quality import rules
from goldthread.quality.models import QualityRound, QualityRuling, QualityScore

S = TypeVar("S")


@dataclass(frozen=True)
class Row:
    """One rate: what is counted, the whole's and each stratum's by itself; None where nothing may or can be told."""

    code: str
    section: str
    says: str
    whole: Rate | None
    strata: dict[str, Rate | None]


@dataclass(frozen=True)
class Figures:
    """A round's rates. ``hidden`` are strata of which too few were scored to show them by themselves: see ``hidden_of``."""

    records: int
    drawn: int
    rows: list[Row]
    hidden: frozenset[str]
    agreement: Agreement | None
    twice: int


class _Found(NamedTuple):
    """One score: its record, its place among the record's, the stratum, answers, critical fails and result."""

    record: int
    place: int
    stratum: str
    answers: dict[str, str]
    critical: Sequence[str]
    result: str


_Scores = dict[int, dict[int, _Found]]
"""A round's scores by record and place."""


def of_round(one: QualityRound) -> Figures:
    """The rates of a round from what is scored by now: the first assessor's score where two scored a record, and where a dispute had it
    scored again that score alone.
    """
    form = rules.made(one.form)
    sizes = {each.code: each.population for each in one.strata.all()}
    scores = _scores([one])[one.pk]
    told = _counting(scores, scored_again())
    hidden = hidden_of(Counter(each.stratum for each in told))
    kinds = [
        ("good", "The whole", "The record is good"),
        ("critical", "The whole", "No critical fail"),
        *((each.code, each.section, each.asks) for each in form.questions),
    ]
    rows = [Row(code, section, says, *_rates(code, told, sizes, hidden)) for code, section, says in kinds]
    pairs = [_pairs(some[1], some[2]) for some in scores.values() if {1, 2} <= some.keys()]
    drawn = sum(each.drawn for each in one.strata.all())
    return Figures(len(told), drawn, rows, hidden, alpha(pairs, one.pk), len(pairs))


def wholes(one: QualityRound) -> dict[str, Rate | None] | None:
    """A finished round's rates of the whole by their code, as ``of_round`` tells them; None while a record of it waits to be scored."""
    return every_whole([one])[one.pk]


def every_whole(rounds: Sequence[QualityRound]) -> dict[int, dict[str, Rate | None] | None]:
    """The same of several rounds by their number, looked up at once."""
    scores, again = _scores(rounds), scored_again()
    return {one.pk: _wholes(one, _counting(scores[one.pk], again)) for one in rounds}


def _wholes(one: QualityRound, told: Sequence[_Found]) -> dict[str, Rate | None] | None:
    if len(told) < sum(each.drawn for each in one.strata.all()):
        return None
    sizes = {each.code: each.population for each in one.strata.all()}
    codes = ["good", "critical", *(each.code for each in rules.made(one.form).questions)]
    return {code: _whole(_strata(code, told, sizes)) for code in codes}


def rate_now(one: QualityRound, code: str) -> Rate | None:
    """The whole's rate of one question (or ``good``, ``critical``) from what is scored by now; None where it cannot be told."""
    sizes = {each.code: each.population for each in one.strata.all()}
    return _whole(_strata(code, _counting(_scores([one])[one.pk], scored_again()), sizes))


def showing(one: QualityRound, code: str) -> list[int]:
    """The records whose score that counts does not meet a question that applies to them, by their numbers in order."""
    return sorted(
        score.record
        for score in _counting(_scores([one])[one.pk], scored_again())
        for applies, met in [_counts(code, score)]
        if applies and not met
    )


def hidden_of(scored: Counter[str]) -> frozenset[str]:
    """Strata that are not shown by themselves: those of which fewer than five records are scored, since so few could tell who handled
    them, and where that hides one alone, the next smallest as well, or the whole would give it away *(ours)*.
    """
    few = {code for code, number in scored.items() if number < SMALL}
    others = sorted((number, code) for code, number in scored.items() if code not in few)
    if len(few) == 1 and others:
        few.add(others[0][1])
    return frozenset(few)


def _scores(rounds: Iterable[QualityRound]) -> dict[int, _Scores]:
    """The scores of each of these rounds, by its number."""
    found: dict[int, _Scores] = {one.pk: {} for one in rounds}
    rows = QualityScore.objects.filter(task__record__stratum__round__in=list(found)).values_list(
        "task__record__stratum__round_id", "task__record_id", "task__place", "task__record__stratum__code", "answers", "critical", "result"
    )  # fmt: skip
    for number, *score in rows.order_by("task__place", "id"):
        one = _Found(*score)
        found[number].setdefault(one.record, {})[one.place] = one
    return found


def scored_again() -> set[int]:
    """Records that a dispute had scored again."""
    found = QualityRuling.objects.filter(ruling="again").values_list("reply__feedback__score__task__record", flat=True)
    return set(found)


def _counting(scores: _Scores, again: set[int]) -> list[_Found]:
    """The scores that count."""
    found = [counted(some, anew=pk in again) for pk, some in scores.items()]
    return [each for each in found if each is not None]


def counted(some: Mapping[int, S], *, anew: bool) -> S | None:
    """The score that counts of those a record has by their place; None where it waits to be scored again."""
    if anew:
        return some.get(3)
    return next(iter(some.values()))


def _rates(
    code: str, told: Iterable[_Found], sizes: dict[str, int], hidden: Collection[str]
) -> tuple[Rate | None, dict[str, Rate | None]]:
    """The whole's rate and each stratum's."""
    strata = _strata(code, told, sizes)
    return _whole(strata), {name: None if name in hidden else weighted([one]) for name, one in strata.items()}


def _strata(code: str, told: Iterable[_Found], sizes: dict[str, int]) -> dict[str, Stratum]:
    counts = {one: [0, 0, 0] for one in sizes}
    for each in told:
        applies, met = _counts(code, each)
        for place, adds in enumerate((True, applies, met)):
            counts[each.stratum][place] += adds
    return {one: Stratum(sizes[one], *counts[one]) for one in sizes}


def _whole(strata: Mapping[str, Stratum]) -> Rate | None:
    whole = weighted(list(strata.values()))
    return None if whole is None or whole.n < SMALL else whole


def _counts(code: str, one: _Found) -> tuple[bool, bool]:
    """Whether a record counts in a rate, and whether it meets it. A critical fail counts whatever else applies."""
    if code == "critical":
        return True, not one.critical
    if code == "good":
        return one.result != "unscorable", one.result == "good"
    return one.answers[code] != "na", one.answers[code] == "yes"


def _pairs(first: _Found, second: _Found) -> list[tuple[str, str]]:
    return [(answer, second.answers[code]) for code, answer in first.answers.items()]
