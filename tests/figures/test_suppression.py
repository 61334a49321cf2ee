"""What is withheld cannot be worked out from what is told, and no more is withheld than that needs."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldthread.figures.suppression import (
    NOTHING,
    OF,
    WHOLE,
    Form,
    Hint,
    Place,
    Told,
    less,
    limits,
    summed,
    value,
    withhold,
)

SMALL = 5


def place(code: str, *, total: bool = False, of: tuple[str, ...] = ()) -> Place:
    cells = of or (code,)
    met = frozenset(f"{one}.met" for one in cells)
    return Place(code, met | {f"{one}.not" for one in cells}, met, total=total)


def counts(**given: tuple[int, int]) -> dict[str, int]:
    """Of each place how many meet it and how many do not."""
    return {
        f"{code}.{name}": many for code, pair in given.items() for name, many in zip(("met", "not"), pair, strict=True)
    }


def test_large_counts_and_none_are_told_whole() -> None:
    found = counts(a=(20, 30), b=(0, 12), c=(0, 0), d=(5, 5))
    places = [place(code) for code in "abcd"]
    total = place("all", total=True, of=("a", "b", "c", "d"))
    assert withhold(found, [*places, total], small=SMALL) == dict.fromkeys([*"abcd", "all"], WHOLE)


def test_a_small_part_takes_its_other_part_with_it_and_leaves_the_whole() -> None:
    assert withhold(counts(a=(3, 37), b=(37, 4), c=(2, 1)), [place(one) for one in "abc"], small=SMALL) == {
        "a": OF, "b": OF, "c": NOTHING,
    }  # fmt: skip


def test_one_small_month_takes_the_total_and_three_may_leave_it() -> None:
    months = [place(one) for one in "abc"]
    total = place("all", total=True, of=("a", "b", "c"))
    told = withhold(counts(a=(1, 2), b=(20, 20), c=(20, 20)), [*months, total], small=SMALL)
    assert told == {"a": NOTHING, "b": WHOLE, "c": WHOLE, "all": NOTHING}
    four = place("all", total=True, of=("a", "b", "c", "d"))
    told = withhold(counts(a=(1, 2), b=(2, 2), c=(1, 0), d=(20, 20)), [*months, place("d"), four], small=SMALL)
    assert (told["d"], told["all"]) == (WHOLE, WHOLE), (
        "eight in three months that count 1 to 4 each: any of them may be any"
    )


def test_two_small_months_that_can_only_be_four_each_take_the_total() -> None:
    """Whoever knows what withholding means would read four and four from eight."""
    total = place("all", total=True, of=("a", "b", "c"))
    told = withhold(counts(a=(0, 4), b=(0, 4), c=(20, 20)), [place(one) for one in "abc"] + [total], small=SMALL)
    assert told == {"a": NOTHING, "b": NOTHING, "c": WHOLE, "all": NOTHING}


def test_two_withheld_shares_that_can_only_be_four_each_take_the_totals_share() -> None:
    total = place("all", total=True, of=("a", "b"))
    told = withhold(counts(a=(4, 36), b=(4, 36)), [place("a"), place("b"), total], small=SMALL)
    assert told == {"a": OF, "b": OF, "all": OF}, "eight of eighty would be four of forty twice"


def test_what_a_later_edition_would_give_away_of_an_earlier_one_is_withheld() -> None:
    found = counts(a=(10, 10), b=(1, 1), c=(10, 10))
    first = [Told(summed(["a.met", "a.not"]), 20), Told(summed(["a.met"]), 10)]
    first.append(Told(summed(f"{one}.{part}" for one in "abc" for part in ("met", "not")), 42))
    kept = [summed(["b.met", "b.not"]), summed(["b.met"]), summed(["b.not"])]
    assert withhold(found, [place("c")], small=SMALL, told=first, kept=kept) == {"c": NOTHING}
    assert withhold(found, [place("c")], small=SMALL, told=first[:2], kept=kept) == {"c": WHOLE}


def test_a_figure_that_differs_by_few_from_one_told_before_is_withheld() -> None:
    found = counts(a=(20, 20), anew=(22, 20))
    told = place("a").told(WHOLE, found)
    change = less(summed(["anew.met", "anew.not"]), summed(["a.met", "a.not"]))
    assert withhold(found, [place("anew")], small=SMALL, told=told, secrets=[change]) == {"anew": NOTHING}
    assert withhold(found | counts(anew=(30, 20)), [place("anew")], small=SMALL, told=told, secrets=[change]) == {
        "anew": WHOLE
    }


def test_told_before_is_not_told_again_and_what_was_given_away_before_is_refused() -> None:
    found = counts(a=(2, 20))
    with pytest.raises(ValueError, match="gives a withheld count away"):
        withhold(found, [], small=SMALL, told=place("a").told(WHOLE, found), kept=[summed(["a.met"])])


def test_limits_are_those_that_counting_all_ways_gives() -> None:
    told = [Told(summed(["a", "b"]), 7), Told(summed(["b", "c"]), 3)]
    ways = [(a, b, c) for a, b, c in product(range(8), repeat=3) if a + b == 7 and b + c == 3]
    for number, cell in enumerate("abc"):
        values = [way[number] for way in ways]
        assert limits(summed([cell]), told) == (min(values), max(values))
    assert limits(less(summed(["a"]), summed(["c"])), told) == (4, 4)
    assert limits(summed(["d"]), told, most=99) == (0, 99), "of which nothing was told"


def test_limits_know_that_cases_are_whole() -> None:
    assert limits(summed(["a"]), [Told((("a", 2), ("b", 2)), 6)]) == (0, 3)
    odd = [Told(summed(["a", "b"]), 3), Told(summed(["b", "c"]), 3), Told(summed(["a", "c"]), 4)]
    assert limits(summed(["a"]), odd) == (2, 2)


def _may_be(form: Form, many: int, told: list[Told], hints: list[Hint]) -> bool:
    try:
        return limits(form, [*told, Told(form, many)], hints, small=SMALL) == (many, many)
    except ValueError:
        return False


few = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 9, 14, 60])


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(few, few), min_size=2, max_size=5))
def test_no_small_count_of_a_random_table_can_be_worked_out(table: list[tuple[int, int]]) -> None:
    """By an outsider who tries for each withheld figure every value: he is left each that he would have, were no count told."""
    names = [f"p{number}" for number in range(len(table))]
    found = counts(**dict(zip(names, table, strict=True)))
    places = [*(place(one) for one in names), place("all", total=True, of=tuple(names))]
    levels = withhold(found, places, small=SMALL)
    told = [one for each in places for one in each.told(levels[each.code], found)]
    hints = [one for each in places for one in each.hints(found, SMALL)]
    for each in places:
        for form in each.withheld(levels[each.code]):
            low, high = limits(form, told, hints, small=SMALL)
            if 0 < value(form, found) < SMALL:
                for many in (1, 2, 3, 4):
                    assert _may_be(form, many, told, hints) or not _may_be(form, many, [], hints), (
                        table,
                        levels,
                        form,
                        many,
                    )
            else:
                assert high - low >= SMALL - 2, (table, levels, form)
    for each in places:
        for form in each.figures[: levels[each.code]]:
            assert not 0 < sum(found[cell] for cell, _ in form) < SMALL, "nothing small is told"


def test_no_place_is_told_less_than_it_must_be() -> None:
    """Telling any one of them one step more would give something away."""
    names = ["a", "b", "c", "d"]
    found = counts(a=(1, 1), b=(30, 2), c=(8, 9), d=(40, 50))
    places = [*(place(one) for one in names), place("all", total=True, of=tuple(names))]
    levels = withhold(found, places, small=SMALL)
    assert levels != dict.fromkeys(levels, NOTHING)
    for each in places:
        if levels[each.code] == WHOLE:
            continue
        more = {**levels, each.code: levels[each.code] + 1}
        told = [one for every in places for one in every.told(more[every.code], found)]
        hints = [one for every in places for one in every.hints(found, SMALL)]
        watched = [form for every in places for form in every.figures if 0 < value(form, found) < SMALL]
        open_to_who_knows_no_count = [
            (form, many) for form in watched for many in (1, 4) if _may_be(form, many, [], hints)
        ]
        assert any(not _may_be(form, many, told, hints) for form, many in open_to_who_knows_no_count), each.code
