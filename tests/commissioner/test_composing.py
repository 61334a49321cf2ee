"""Editions of one table together: somebody who keeps them all works out no small count, and no small change."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldthread.commissioner.catalogue import Table, read, up_to
from goldthread.commissioner.composing import Edition, Words, compose
from tests.commissioner.outsider import Outsider

SMALL = 5
LASTS = [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30)]
RELATIONS = {
    "alone": ((("a",)), []),
    "same": (("a", "b"), ["a.of = b.of"]),
    "within": (("a", "b"), ["a.of = b.of", "a.met >= b.met"]),
    "parts": (("a", "b", "c"), ["a.met = b.met + c.met", "a.not = b.not + c.not"]),
    "part": (("a", "b"), ["a.met >= b.met", "a.not >= b.not"]),
}
Counts = dict[str, dict[str, tuple[int, int] | None]]


def made(kind: str, periods: int = 3) -> Table:
    measures, relations = RELATIONS[kind]
    row = {
        "code": kind,
        "title": "T",
        "by": "month",
        "periods": periods,
        "says": "S",
        "measures": list(measures),
        "relations": relations,
    }
    return read([row])[kind]


def issue(table: Table, last: date, counts: Counts, before: Edition | None = None) -> Edition:
    """The next edition, its basis kept as JSON between as the database keeps it."""
    words = {code: Words(code, "D", "up") for code in table.measures}
    number = before.content["number"] + 1 if before else 1
    basis = json.loads(json.dumps(before.basis)) if before else None
    periods = up_to(table.by, last, table.periods)
    return compose(table, periods, counts, words, number=number, small=SMALL, before=basis)


def places(edition: Edition, measure: str = "a") -> dict[str, dict[str, Any]]:
    return {one["period"]: one for row in edition.content["rows"] if row["measure"] == measure for one in row["places"]}


def alone(**counts: tuple[int, int] | None) -> Counts:
    """Counts of the measure ``a`` by month, such as ``m01=(3, 40)``."""
    return {f"2026-{name[1:]}": {"a": one} for name, one in counts.items()}


FIRST = alone(m01=(20, 40), m02=(0, 12), m03=(3, 40))


def test_an_edition_tells_what_may_be_told_and_holds_nothing_else() -> None:
    found = issue(made("alone"), LASTS[0], FIRST)
    told = places(found)
    assert [(one["state"], one["of"], one["met"]) for one in told.values()] == [
        ("told", 40, 20), ("told", 12, 0), ("part", 40, None), ("part", 92, None),
    ]  # fmt: skip
    assert found.content["periods"][0] == {"code": "2026-01", "name": "January 2026"}
    assert found.content["until"] == "2026-03-31"
    assert {one["issued"] for one in told.values()} == {1}


def test_a_figure_stands_as_it_was_issued_while_it_changed_by_few() -> None:
    table = made("alone")
    first = issue(table, LASTS[0], FIRST)
    second = issue(table, LASTS[1], alone(m02=(4, 12), m03=(7, 42), m04=(20, 40)), first)
    told = places(second)
    assert (told["2026-02"]["met"], told["2026-02"]["of"], told["2026-02"]["issued"]) == (0, 12, 1)
    assert (told["2026-03"]["state"], told["2026-03"]["of"]) == ("part", 40)
    assert (told["2026-04"]["issued"], told["2026-04"]["was"]) == (2, None)


def test_a_figure_that_changed_by_much_is_replaced_and_says_so() -> None:
    table = made("alone")
    first = issue(table, LASTS[0], FIRST)
    told = places(issue(table, LASTS[1], alone(m02=(0, 30), m03=(12, 60), m04=(20, 40)), first))
    assert (told["2026-02"]["of"], told["2026-02"]["issued"], told["2026-02"]["was"]) == (30, 2, 1)
    assert (told["2026-03"]["of"], told["2026-03"]["met"], told["2026-03"]["was"]) == (60, 12, 1)


def test_a_change_by_much_in_one_count_and_by_few_in_another_is_withheld() -> None:
    table = made("alone")
    first = issue(table, LASTS[0], FIRST)
    told = places(issue(table, LASTS[1], alone(m02=(2, 60), m03=(3, 40), m04=(20, 40)), first))
    assert (told["2026-02"]["state"], told["2026-02"]["was"]) == ("withheld", 1)
    assert told["total"]["state"] == "withheld", "or the new figure came out of it"


def test_not_known_is_told_as_such_and_becomes_known_in_a_later_edition() -> None:
    table = made("alone")
    first = issue(table, LASTS[0], {**FIRST, "2026-03": {"a": None}})
    told = places(first)
    assert (told["2026-03"]["state"], told["total"]["state"]) == ("unknown", "unknown")
    second = issue(table, LASTS[1], alone(m02=(0, 12), m03=(6, 40), m04=None), first)
    told = places(second)
    assert (told["2026-03"]["met"], told["2026-03"]["was"], told["2026-04"]["state"]) == (6, None, "unknown")
    again = places(issue(table, LASTS[2], alone(m03=None, m04=None, m05=(6, 40)), second))
    assert again["2026-03"]["met"] == 6, "what was issued stands where the query fails later"


def test_counts_that_do_not_hang_together_are_not_known() -> None:
    counts: Counts = {f"2026-0{month}": {"a": (20, 40), "b": (20, 40)} for month in (1, 2, 3)}
    counts["2026-02"]["b"] = (20, 41)
    told = places(issue(made("same"), LASTS[0], counts), "b")
    assert [told[one]["state"] for one in ("2026-01", "2026-02", "2026-03")] == ["told", "unknown", "told"]


def test_what_a_wider_figure_has_more_is_protected_though_no_place_tells_it() -> None:
    counts: Counts = {f"2026-0{month}": {"a": (30, 40), "b": (20, 40)} for month in (1, 2, 3)}
    counts["2026-02"]["b"] = (28, 40)
    found = issue(made("within"), LASTS[0], counts)
    states = {code: places(found, code)["2026-02"]["state"] for code in ("a", "b")}
    assert sorted(states.values()) != ["told", "told"]
    assert places(found, "a")["2026-01"]["state"] == "told"


sizes = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 8, 13, 40, 90])
changes = st.sampled_from([0, 0, 0, 0, 1, 2, -1, 4, 5, -6, 12])


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, list[Counts]]:
    """A table's kind, and the counts of three editions: three months each, of which two come again, changed or not."""
    kind = draw(st.sampled_from(sorted(RELATIONS)))
    classes: dict[str, list[int]] = {}
    found: list[Counts] = []
    for last in LASTS[:3]:
        counts: Counts = {}
        for month in range(last.month - 2, last.month + 1):
            code = f"2026-{month:02}"
            old = classes.get(code)
            now = [max(one + draw(changes), 0) for one in old] if old else [draw(sizes) for _ in range(4)]
            classes[code] = now
            counts[code] = _counts(kind, now)
        found.append(counts)
    return kind, found


def _counts(kind: str, some: list[int]) -> dict[str, tuple[int, int] | None]:
    one, two, three, four = some
    if kind == "alone":
        return {"a": (one, one + two)}
    if kind == "same":
        many = one + two + three
        return {"a": (one, many), "b": (two, many)}
    if kind == "within":
        many = one + two + three
        return {"a": (one + two, many), "b": (one, many)}
    whole, part = (one + three, one + two + three + four), (one, one + two)
    return {"a": whole, "b": part, "c": (three, three + four)} if kind == "parts" else {"a": whole, "b": part}


def _attacked(history: tuple[str, list[Counts]]) -> None:
    kind, counts = history
    table, editions = made(kind), list[Edition]()
    for last, now in zip(LASTS, counts, strict=False):
        editions.append(issue(table, last, now, editions[-1] if editions else None))
    contents, relations = [one.content for one in editions], RELATIONS[kind][1]
    outsider, blind = Outsider(contents, relations), Outsider(contents, relations, blind=True)
    truth: dict[tuple[str, str, int], dict[str, int]] = {}
    for number, (edition, now) in enumerate(zip(editions, counts, strict=True), start=1):
        for code in table.measures:
            for period, place in places(edition, code).items():
                assert not 0 < (place["of"] or 0) < SMALL
                assert not 0 < (place["met"] or 0) < SMALL
                pair = now[period][code] if period != "total" and place["issued"] == number else None
                if pair is not None:
                    truth[(code, period, number)] = {"of": pair[1], "met": pair[0], "not": pair[1] - pair[0]}
    for (code, period, number), figures in truth.items():
        for one in (outsider, blind):
            one.suppose_as_withheld(code, [(period, number)], figures, SMALL)
    for (code, period, number), figures in truth.items():
        for figure, many in figures.items():
            term = (1, code, period, number, figure)
            assert outsider.may_be(many, term), "the truth is one of the ways"
            if 0 < many < SMALL:
                for one in range(1, SMALL):
                    assert outsider.may_be(one, term) or not blind.may_be(one, term), (one, term, history)
            for earlier in range(1, number):
                then = truth.get((code, period, earlier))
                if then is not None and 0 < abs(many - then[figure]) < SMALL:
                    low, high = outsider.limits(term, (-1, code, period, earlier, figure))
                    if high - low < SMALL - 2:
                        least, most = blind.limits(term, (-1, code, period, earlier, figure))
                        assert high - low >= most - least, (term, earlier, history)
    if kind == "part":
        _rest_is_hidden(outsider, blind, truth, history)


def _rest_is_hidden(
    outsider: Outsider, blind: Outsider, truth: dict[tuple[str, str, int], dict[str, int]], history: object
) -> None:
    """What the wider measure has more than the narrower."""
    for code, period, number in truth:
        if code == "a":
            for figure in ("met", "not"):
                terms = (1, "a", period, number, figure), (-1, "b", period, number, figure)
                if 0 < truth["a", period, number][figure] - truth["b", period, number][figure] < SMALL:
                    for one in range(1, SMALL):
                        assert outsider.may_be(one, *terms) or not blind.may_be(one, *terms), (one, terms, history)


@settings(max_examples=6, deadline=None)
@given(histories())
def test_no_small_count_or_change_of_random_editions_can_be_worked_out(history: tuple[str, list[Counts]]) -> None:
    _attacked(history)


@pytest.mark.long
@settings(max_examples=150, deadline=None)
@given(histories())
def test_no_small_count_or_change_of_many_random_editions_can_be_worked_out(history: tuple[str, list[Counts]]) -> None:
    _attacked(history)


def test_the_outsider_of_these_tests_finds_what_is_told_carelessly() -> None:
    """So that he would find it where the code withheld too little."""
    found = issue(made("alone"), LASTS[0], alone(m01=(20, 40), m02=(20, 40), m03=(1, 2)))
    assert Outsider([found.content], []).limits((1, "a", "2026-03", 1, "of"))[1] > 100
    for row in found.content["rows"]:
        row["places"][-1] |= {"state": "part", "of": 82}
    assert Outsider([found.content], []).limits((1, "a", "2026-03", 1, "of")) == (2, 2)
