"""Missing episodes: hours since the last sighting, and risk that two people lower."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from goldthread.accounts.models import Staff
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.safeguarding import missing_actions as actions
from goldthread.safeguarding import missing_rules as rules
from goldthread.safeguarding.missing_models import MissingAssessment, MissingEpisode
from goldthread.safeguarding.missing_rules import newest_table, suggested
from tests.cast import Cast, key, opened
from tests.response.test_alarms import later
from tests.safeguarding.episodes import assess, back, clocks, gone, now, version
from tests.supervision.test_pages import Browser, text


def agree(user: Staff, episode: MissingEpisode, **given: Any) -> None:
    """Answer as the inspector by a page that is up to date."""
    given = {"version": version(episode), "approve": True, **given}
    actions.agree(user, episode.pk, key=key(), **given)
    episode.refresh_from_db()


def test_the_child_is_enough_and_the_suggested_risk_holds(cast: Cast) -> None:
    episode = gone(cast)
    assert (episode.risk, clocks(episode)) == ("medium", {"missing_medium"})
    high = gone(cast, name="Wren Lake", reasons=["exploitation"])
    assert (high.risk, clocks(high)) == ("high", {"missing_high"})
    with pytest.raises(Invalid, match="Write why it is lower"):
        assess(cast.supervisor, high, risk="medium", reasons=["exploitation"])
    assess(cast.supervisor, high, risk="medium", reasons=["exploitation"], words="Spoken to by phone.")
    assert clocks(high) == {"missing_medium"}
    assert MissingAssessment.objects.filter(episode=high).count() == 2


def test_a_form_sent_again_with_more_in_it_makes_no_second_child_and_no_second_episode(cast: Cast) -> None:
    incident, sent = opened(cast.handler), key()
    held = actions.open_episode(cast.supervisor, incident.pk, key=sent)
    with pytest.raises(Refused, match=f"as {held.pk}: add to that"):
        actions.open_episode(cast.supervisor, incident.pk, key=sent, words="Has no coat.")
    assert incident.child_versions.count() == MissingEpisode.objects.count() == 1


def test_below_medium_needs_an_inspector_who_did_not_choose_it_and_until_then_the_higher_holds(cast: Cast) -> None:
    episode = gone(cast, risk="low", words="Her brother says she is at his flat.")
    assert (episode.risk, clocks(episode)) == ("medium", {"missing_medium"})
    for other in (cast.supervisor, cast.stranger, cast.officer):
        with pytest.raises((Refused, NotThere)):
            agree(other, episode)
    agree(cast.fim, episode)
    assert (episode.risk, clocks(episode)) == ("low", {"missing_low"})
    with pytest.raises(Refused, match="Nothing waits"):
        agree(cast.fim, episode)
    assess(cast.supervisor, episode, risk="low", words="No change.")
    assert episode.risk == "low", "what two people agreed on holds on"
    assess(cast.fim, episode, risk="none", words="Seen on a call.")
    with pytest.raises(Refused, match="another inspector"):
        agree(cast.fim, episode)
    with pytest.raises(IntegrityError), transaction.atomic():
        MissingAssessment(episode=episode, version=99, asked="low", risk="low", suggested="medium", by=cast.fim).save()


def test_an_answer_to_an_assessment_that_was_replaced_meanwhile_is_refused_and_stays_typed(
    cast: Cast, browser: Browser
) -> None:
    episode = gone(cast)
    page = f"/safeguarding/missing/{episode.pk}"
    client = browser(cast.vast)
    assert re.search(r'name="version" value="1"', client.get(page).content.decode())
    assess(cast.supervisor, episode, risk="high", reasons=["exploitation"])
    routine = {"key": key(), "version": 1, "risk": "medium", "reasons": ["care"], "words": "No news."}
    refused = client.post(f"{page}/assess", routine)
    assert refused.status_code == 422
    for words in ("High risk holds now", "No news."):
        assert words in text(refused), words
    episode.refresh_from_db()
    assert (episode.risk, clocks(episode)) == ("high", {"missing_high"})
    assert re.search(r'name="version" value="2"', refused.content.decode()), "read, it may be sent again"
    assess(cast.supervisor, episode, risk="low", words="At her brother's.")
    assess(cast.supervisor, episode, risk="none", words="Seen on a call.")
    with pytest.raises(Stale, match="meanwhile"):
        agree(cast.fim, episode, version=3)
    assert episode.risk == "high"


def test_where_the_child_was_seen_is_kept_without_a_time(cast: Cast, browser: Browser) -> None:
    episode = gone(cast, last_seen="Bus station, by her aunt, after tea")
    assert episode.last_seen_at is None
    page = text(browser(cast.supervisor).get(f"/safeguarding/missing/{episode.pk}"))
    assert "Time not known Bus station, by her aunt, after tea" in page


def test_a_sighting_recorded_by_mistake_is_taken_back_and_the_hours_are_counted_anew(
    cast: Cast, browser: Browser
) -> None:
    first, wrong = now() - timedelta(hours=3), now() - timedelta(minutes=5)
    episode = gone(cast, last_seen_at=first, last_seen="At school.")
    actions.sight(cast.supervisor, episode.pk, key=key(), seen_at=wrong, words="At the fair, at 22:30.")
    back_at = now() - timedelta(minutes=30)
    with pytest.raises(Invalid, match="can be taken back"):
        actions.come_back(cast.supervisor, episode.pk, key=key(), returned_at=back_at, found_by="self")
    client, page = browser(cast.vast), f"/safeguarding/missing/{episode.pk}"
    mistake = episode.sightings.latest("pk").pk
    given = {"key": key(), "sighting": mistake, "why": ""}
    assert client.post(f"{page}/withdraw", given).status_code == 422
    for _ in range(2):
        assert client.post(f"{page}/withdraw", {**given, "why": "The time was an hour out."}).status_code == 302
    episode.refresh_from_db()
    assert episode.last_seen_at == first
    shown = text(client.get(page))
    assert "At the fair, at 22:30." in shown
    assert "Taken back The time was an hour out." in shown
    with pytest.raises(Refused, match="already"):
        actions.take_back(cast.supervisor, episode.pk, key=key(), sighting=mistake, why="Again.")
    with pytest.raises(Invalid, match="Choose"):
        actions.take_back(
            cast.supervisor, gone(cast, name="Wren Lake").pk, key=key(), sighting=mistake, why="Not hers."
        )
    actions.come_back(cast.supervisor, episode.pk, key=key(), returned_at=back_at, found_by="self")


@settings(suppress_health_check=[HealthCheck.too_slow])
@drawn(
    st.lists(st.sampled_from(list(newest_table().reasons))),
    st.integers(1, 40),
    st.sampled_from(["", *newest_table().risks]),
    st.sampled_from(["", *newest_table().risks]),
    st.sampled_from(["", *newest_table().risks]),
)
def test_one_person_never_brings_a_child_below_what_held_and_medium(
    reasons: list[str], number: int, last: str, asked: str, holds: str
) -> None:
    table = newest_table()
    suggests = suggested(table, reasons, number, last)
    assert not table.is_low(suggests)
    assert table.severity(suggests) >= table.severity(suggested(table, reasons, max(1, number - 1), last)), (
        "frequency raises"
    )
    assert not last or table.severity(suggests) >= table.severity(last), "a return resets nothing"
    found = rules.assess(table, asked, reasons, "as said", suggests, holds)
    if table.is_low(found.risk):
        assert table.is_low(holds)
        assert table.severity(found.risk) >= table.severity(found.asked)


def test_the_hours_run_from_the_last_sighting_in_whatever_order_it_is_told(cast: Cast, browser: Browser) -> None:
    episode = gone(cast)
    client = browser(cast.supervisor)
    page = client.get(f"/safeguarding/missing/{episode.pk}")
    assert "Last sighting not known" in text(page)
    assert "Not known Not known" not in text(page)
    for letter in "sar":
        assert page.content.decode().count(f'data-key="{letter}"') == 1, "each part of the page has its key"
    assert '<a href="/safeguarding/missing" aria-current="true">' in page.content.decode()
    for hours in (5, 9):
        actions.sight(
            cast.supervisor, episode.pk, key=key(), seen_at=now() - timedelta(hours=hours, minutes=3), words="At the bus station, by a driver.",
        )  # fmt: skip
    episode.refresh_from_db()
    assert timedelta(hours=5, minutes=2) < now() - episode.last_seen_at < timedelta(hours=5, minutes=4)  # type: ignore[operator]
    for address in (
        f"/safeguarding/missing/{episode.pk}",
        "/safeguarding/missing",
        f"/incidents/{episode.incident_id}/",
    ):
        assert "5 h 3 min" in text(client.get(address)), address
    with pytest.raises(Invalid, match="not come yet"):
        actions.sight(cast.supervisor, episode.pk, key=key(), seen_at=now() + timedelta(hours=1), words="Seen.")
    with pytest.raises(Invalid, match="seen missing after that"):
        actions.come_back(
            cast.supervisor, episode.pk, key=key(), returned_at=now() - timedelta(hours=6), found_by="self"
        )
    back(cast, episode)
    later(timedelta(hours=1))
    with pytest.raises(Invalid, match="back by then"):
        actions.sight(cast.supervisor, episode.pk, key=key(), seen_at=now(), words="At home.")
