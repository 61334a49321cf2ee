"""A list behind a figure says what it leaves out: how many, and how many of these left somebody's sight by closing."""

from __future__ import annotations

import re

from goldthread.contact.models import Incident
from goldthread.safeguarding.clock_models import Clock
from tests.cast import Cast, attended, closed, opened
from tests.safeguarding.referrals import partner, referred, with_children
from tests.supervision.test_pages import Browser, text


def told(page: str) -> tuple[int, int, int, int]:
    """All, listed, not seen, and of these closed; zero where it is not said."""
    found = [
        re.search(pattern, page)
        for pattern in (
            r"All that count: (\d+)\.", r"listed here: (\d+)\.", r"does not see the other (\d+)\.", r"left your sight by closing: (\d+)\.",
        )
    ]  # fmt: skip
    return tuple(int(one[1]) if one else 0 for one in found)  # type: ignore[return-value]


def shut(cast: Cast, incident: Incident) -> None:
    attended(cast, incident)
    Clock.objects.update(holds=False)
    closed(cast, incident)


def test_of_referrals_in_closed_incidents_a_fim_is_told_how_many_they_are_and_who_opens_them(
    cast: Cast, browser: Browser
) -> None:
    to = partner()
    shown, hidden = [referred(cast.vast, with_children(cast, name), to) for name in ("Orla Fenwick", "Tom Larch")]
    shut(cast, hidden.incident)
    at = "/measures/referral-read/?which=all"
    page = browser(cast.fim).get(at)
    assert told(text(page)) == (2, 1, 1, 1)
    assert "supervisor of the incident's team can open these" in text(page).replace("&#39;", "'")
    assert str(shown.pk) in page.text
    assert hidden.reference not in page.text
    assert str(hidden.pk) not in page.text
    for who in (cast.vast, cast.supervisor):
        everything = browser(who).get(at)
        assert told(text(everything)) == (2, 2, 0, 0), who
        assert str(hidden.pk) in everything.text


def test_what_was_never_in_sight_is_not_called_closed(cast: Cast, browser: Browser) -> None:
    far = opened(cast.stranger)
    shut(cast, with_children(cast, "Orla Fenwick"))
    at = "/measures/children-asked/?which=all"
    assert told(text(browser(cast.supervisor).get(at))) == (2, 1, 1, 0)
    assert told(text(browser(cast.fim).get(at))) == (2, 1, 1, 1)
    assert str(far.pk) in browser(cast.fim).get(at).text


def test_an_empty_list_says_whether_the_figure_is_empty_too(cast: Cast, browser: Browser) -> None:
    at = "/measures/children-asked/?which=all"
    assert "counts no case of this kind" in text(browser(cast.fim).get(at))
    shut(cast, with_children(cast, "Orla Fenwick"))
    page = text(browser(cast.fim).get(at))
    assert told(page) == (1, 0, 1, 1)
    assert "how many is told above" in page
