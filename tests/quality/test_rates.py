"""A round's rates: weighted by what each stratum held, the first score where two scored, nothing where too few, and nobody's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.figures.rates import Stratum, weighted
from goldthread.quality.rates import hidden_of, of_round
from goldthread.quality.series import all_rates
from tests.cast import Cast
from tests.quality.rate_scenes import NO, NOTHING, YES, drawn
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]


def test_each_stratum_counts_by_its_size(cast: Cast) -> None:
    made = drawn(cast, {"child": (6, [YES] * 6), "rest": (94, [YES, YES, NO, NO, NO])})
    rows = {one.code: one for one in of_round(made).rows}
    expected = weighted([Stratum(6, 6, 6, 6), Stratum(94, 5, 5, 2)])
    assert rows["good"].whole == rows["voice"].whole == expected
    assert expected is not None
    assert expected.share == pytest.approx(0.436)
    assert set(rows) == {"good", "critical", *YES}
    child = rows["good"].strata["child"]
    assert child is not None
    assert (child.share, child.low, child.n) == (1, 1, 6), "looked at whole"


def test_what_does_not_apply_or_cannot_be_scored_counts_in_no_rate(cast: Cast) -> None:
    made = drawn(cast, {"rest": (50, [YES] * 4 + [NO, NO, {**YES, "voice": "na"}, NOTHING])}, left=3)
    told = of_round(made)
    rows = {one.code: one for one in told.rows}
    assert (told.records, told.drawn) == (8, 11)
    good, voice = rows["good"].whole, rows["voice"].whole
    assert good is not None
    assert voice is not None
    assert (good.share, good.n) == (pytest.approx(5 / 7), 7)
    assert (voice.share, voice.n) == (pytest.approx(2 / 3), 6)


def test_what_rests_on_few_is_not_told(cast: Cast) -> None:
    made = drawn(cast, {"rest": (50, [YES, YES, NO, NO, {**YES, "voice": "na"}])})
    rows = {one.code: one.whole for one in of_round(made).rows}
    assert rows["good"] is not None
    assert rows["voice"] is None, "four records"


def test_of_two_scores_the_first_counts_and_both_make_the_agreement(cast: Cast) -> None:
    made = drawn(cast, {"rest": (40, [YES, NO, YES, NO, YES])}, twice=[YES, NO, YES, NO, NO])
    told = of_round(made)
    assert told.twice == 5
    assert told.agreement is not None
    assert 0 < told.agreement.alpha < 1
    assert told.agreement == of_round(made).agreement, "the same round tells the same"
    row = told.rows[0].whole
    assert row is not None
    assert row.share == pytest.approx(0.6)
    few = drawn(cast, {"rest": (40, [YES, NO, YES, NO, YES])}, twice=[YES, NO])
    assert of_round(few).agreement is None


def test_too_few_are_not_shown_and_neither_is_what_would_give_them_away(cast: Cast) -> None:
    assert hidden_of(Counter()) == set()
    assert hidden_of(Counter(child=9, rest=12)) == set()
    assert hidden_of(Counter(child=4, delayed=6, rest=12)) == {"child", "delayed"}
    assert hidden_of(Counter(child=4, delayed=1, rest=12)) == {"child", "delayed"}
    assert hidden_of(Counter(child=4)) == {"child"}
    told = of_round(drawn(cast, {"child": (9, [YES] * 4)}))
    assert all(one.whole is None and one.strata["child"] is None for one in told.rows)


def test_the_page_tells_rates_to_those_who_answer_for_them_and_no_name(cast: Cast, browser: Browser) -> None:
    silver = browser(cast.silver)
    assert "No round has been drawn." in text(silver.get("/quality/rates/"))
    made = drawn(
        cast, {"child": (9, [YES] * 4), "delayed": (10, [NO] * 5), "rest": (90, [YES] * 6), "downgraded": (3, ())}
    )
    at = f"/quality/rates/{made.pk}/"
    assert silver.get("/quality/rates/").headers["Location"] == at
    page = text(silver.get(at))
    assert "15 of 15 drawn records are scored" in page
    assert "too few to show" in page
    assert "of the others none is scored yet" in page
    assert "Agreement cannot be told: 0 records are scored twice" in page
    assert "n&nbsp;=&nbsp;15" in silver.get(at).text
    for one in Staff.objects.exclude(pk=cast.silver.pk):
        assert one.name not in page
    for name, user in cast.everybody().items():
        may = roles()[user.role].can("quality.rates")
        assert browser(user).get(at).status_code == (200 if may else 403), name
    assert not roles()["pcc"].can("quality.rates")


def test_where_nothing_applies_in_any_record_a_rate_is_not_known_and_never_zero(cast: Cast, browser: Browser) -> None:
    made = drawn(cast, {"rest": (40, [NOTHING] * 8)}, twice=[NOTHING] * 6)
    told = of_round(made)
    assert (told.records, told.agreement) == (8, None)
    known = {row.code for row in told.rows if row.whole is not None or any(row.strata.values())}
    assert known == {"critical"}, "a critical fail counts whatever else applies"
    for series in all_rates():
        assert (series.code == "quality.critical") == ({one.share for one in series.values()} != {None}), series.code
    page = text(browser(cast.silver).get(f"/quality/rates/{made.pk}/"))
    assert page.count("applies to fewer than 5") == len(told.rows) - 1
    assert page.count("n&nbsp;=&nbsp;8") == 2, "the whole's critical fails, and its stratum's"


def test_strata_of_one_record_or_none_are_told_with_the_rest_and_not_by_themselves(cast: Cast) -> None:
    made = drawn(
        cast, {"child": (6, [YES] * 6), "delayed": (30, [NO]), "downgraded": (0, []), "rest": (64, [YES, NO] * 4)}
    )
    good = next(one for one in of_round(made).rows if one.code == "good")
    assert good.whole is not None
    assert good.whole.n == 15
    assert good.whole.share == pytest.approx((6 + 0 + 32) / 100)
    assert good.whole.low < good.whole.share < good.whole.high
    assert (good.strata["delayed"], good.strata["downgraded"]) == (None, None)
