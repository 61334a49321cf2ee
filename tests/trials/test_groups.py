"""Figures by group: the groups make the whole, and no small number can be told or reckoned."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from goldthread.clocks.db import database_now
from goldthread.contact import actions
from goldthread.contact.rules import ChildGiven
from goldthread.measures.registry import SMALL, measure
from goldthread.response.models import GradePeriod
from goldthread.trials.groups import CUTS, NO_AGE, cuts
from goldthread.trials.groups_rules import groups, is_small, told
from goldthread.trials.measures import MEASURES
from tests.cast import Cast, key, opened, say

FIGURES = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda two: (min(two), max(two)))


@given(st.lists(FIGURES, max_size=6))
def test_nothing_small_is_told_or_left_over(figures: list[tuple[int, int]]) -> None:
    counts = {f"group {at}": one for at, one in enumerate(figures)}
    found = {one.name: one for one in groups(counts)}
    assert list(found) == list(counts)
    hidden = [name for name, one in found.items() if one.of is None]
    for name, one in found.items():
        if one.of is not None and one.met is not None:
            assert (one.met, one.of) == counts[name]
            assert not is_small(one.met, one.of)
    left = [sum(counts[name][at] for name in hidden) for at in (0, 1)]
    if hidden and len(hidden) < len(counts):
        assert len(hidden) > 1
        assert not is_small(*left)
    assert bool(hidden) == any(is_small(*one) for one in counts.values())


@pytest.mark.parametrize(
    ("met", "of", "shown"), [(0, 0, True), (0, 4, False), (0, 5, True), (4, 20, False), (17, 20, False), (5, 10, True)]
)
def test_one_figure_by_itself(met: int, of: int, shown: bool) -> None:
    assert (told("All", met, of).of is not None) is shown
    assert SMALL == 5


def test_every_measure_is_cut_every_way_and_the_parts_make_the_whole(cast: Cast) -> None:
    for at in range(12):
        incident = opened(cast.handler, area="North" if at % 2 else "South")
        say(cast.handler, incident, "kids crying upstairs, he has a knife and says he will kill them")
    now = database_now(connection)
    for code, *_ in MEASURES:
        whole, found = cuts(measure(code), now)
        assert [one.name for one in found] == list(CUTS), code
        if whole.of:
            for cut in found:
                assert sum(one.of or 0 for one in cut.groups) == whole.of, (code, cut)
    whole, found = cuts(measure("reader-prompted"), now)
    assert (whole.met, whole.of, whole.percent) == (12, 12, 100.0)
    by = {cut.name: {one.name: (one.met, one.of) for one in cut.groups} for cut in found}
    assert by["Area"] == {"North": (6, 6), "South": (6, 6)}
    assert by["How the reader stood at the first words"] == {"Open": (12, 12)}
    assert by["Youngest child"] == {NO_AGE: (12, 12)}
    assert by["Channel"] == {"999": (12, 12)}
    assert by["Language"] == {"not asked": (12, 12)}
    (engine,) = by["Engine"]
    assert "lexicon" in engine
    assert not GradePeriod.objects.exists()


def test_the_youngest_child_decides_and_a_group_of_few_takes_another_with_it(cast: Cast) -> None:
    for at in range(13):
        incident = opened(cast.handler)
        say(cast.handler, incident, "kids crying upstairs")
        if at < 8:
            ages = [3, 14] if at < 6 else [0]
            children = [
                ChildGiven(
                    str(key()),
                    f"Fern {age}",
                    age,
                    age_estimated=False,
                    where_now="",
                    last_seen_by="",
                    last_seen_when="",
                    seen="not_known",
                )
                for age in ages
            ]
            actions.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=children)
    whole, found = cuts(measure("reader-prompted"), database_now(connection))
    ages = {one.name: one.of for one in next(one for one in found if one.name == "Youngest child").groups}
    assert whole.of == 13
    assert list(ages) == ["under 1", "1 to 4", NO_AGE]
    assert ages["under 1"] is None  # of two
    assert [ages["1 to 4"], ages[NO_AGE]].count(None) == 1  # and the smaller of the others
