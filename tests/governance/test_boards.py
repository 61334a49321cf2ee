"""Boards: a list that builds itself from what changed and what is owed, decided and carried over, and taken up to the board above."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.governance import queries
from goldthread.governance.items import figure_subject as subject_of
from goldthread.meetings import actions
from goldthread.meetings import queries as meetings
from goldthread.meetings.deciding_actions import decide, done
from goldthread.meetings.models import Action, Decision, Line, Meeting, Proposal
from tests.cast import Cast, key
from tests.governance.scenes import CODE, STEADY, gold, history
from tests.response.test_alarms import later
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]


def call(user: Staff, board: str = "silver") -> Meeting:
    return actions.call(user, board, key=key(), because="regular")


def choose(user: Staff, meeting: Meeting, code: str, figure: str = CODE, **given: Any) -> Decision:
    line = Line.objects.get(meeting=meeting, subject=subject_of(figure))
    newest = line.decisions.order_by("-id").first()
    return decide(
        user, meeting.pk, line.pk, key=key(), code=code, seen=newest.pk if newest else 0, **{"words": "Why did it fall?", **given}
    )  # fmt: skip


@pytest.fixture
def fallen(cast: Cast) -> Cast:
    """One figure fell, one rose, the others stay or cannot be told."""
    history([*STEADY, 40])
    history([*STEADY, 95], code="assessed")
    history(STEADY, code="many-marks")
    return cast


def test_the_list_names_what_changed_the_worse_first_and_is_frozen(fallen: Cast) -> None:
    meeting = call(fallen.silver)
    lines = list(Line.objects.filter(meeting=meeting).order_by("position"))
    assert [(one.told["title"], one.reasons) for one in lines] == [
        ("Children asked about", ["worse"]), ("THRIVE written", ["better"])
    ]  # fmt: skip
    assert lines[0].told["reasons"][0]["words"] == "changed for the worse: beyond"
    assert {"label": "Changed for the worse", "value": "1"} in meeting.frozen["heading"]
    assert {"label": "Newest", "value": lines[0].told["known"][0]["value"]} in lines[0].told["known"]
    assert meeting.frozen["attendance"][0]["name"] == fallen.silver.name


def test_an_action_may_be_due_in_weeks_belongs_to_people_on_duty_or_not_and_comes_back_late(fallen: Cast) -> None:
    meeting = call(fallen.silver)
    made = choose(fallen.silver, meeting, "act", owner=f"staff:{fallen.fim.pk}", minutes=14 * 1440)
    assert made.action.due_at - made.action.at == timedelta(days=14)
    assert meetings.mine(fallen.fim).count() == 1, "who owes it is on no shift"
    actions.end(fallen.silver, meeting.pk)
    later(timedelta(days=7))
    second = call(fallen.silver)
    assert "late" not in Line.objects.get(meeting=second, subject=subject_of(CODE)).reasons
    actions.end(fallen.silver, second.pk)
    later(timedelta(days=8))
    third = call(fallen.silver)
    line = Line.objects.get(meeting=third, subject=subject_of(CODE))
    assert "late" in line.reasons
    assert line.position == 1
    done(fallen.fim, Action.objects.filter(answer__isnull=True, decision__isnull=False).latest("id").pk, words="Asked.")
    actions.end(fallen.silver, third.pk)
    assert "late" not in Line.objects.get(meeting=call(fallen.silver), subject=subject_of(CODE)).reasons


def test_what_is_watched_leaves_nothing_owed_and_a_day_too_far_is_refused(fallen: Cast) -> None:
    meeting = call(fallen.silver)
    assert not hasattr(choose(fallen.silver, meeting, "watch"), "action")
    with pytest.raises(Invalid, match="Give days from 1 to 90"):
        choose(fallen.silver, meeting, "act", minutes=91 * 1440)
    with pytest.raises(Invalid):
        choose(fallen.silver, meeting, "act", owner=f"staff:{fallen.handler.pk}")
    with pytest.raises(Invalid):
        choose(fallen.silver, meeting, "live_with", person=str(fallen.fim.pk))
    made = choose(fallen.silver, meeting, "live_with", person=str(gold(fallen).pk))
    assert made.person == gold(fallen)


def test_what_a_board_takes_up_stands_on_the_next_list_of_the_one_above_and_on_one_list_alone(fallen: Cast) -> None:
    chief = gold(fallen)
    meeting = call(fallen.silver)
    choose(fallen.silver, meeting, "take_up", figure="assessed", words="It rose, and nobody knows why.")
    above = call(chief, "gold")
    line = Line.objects.get(meeting=above, subject=subject_of("assessed"))
    assert "taken_up" in line.reasons
    assert any("nobody knows why" in one["words"] for one in line.told["reasons"])
    actions.end(chief, above.pk)
    assert "taken_up" not in Line.objects.get(meeting=call(chief, "gold"), subject=subject_of("assessed")).reasons


def test_what_was_not_reached_comes_back_and_what_is_no_figure_any_more_keeps_its_words(
    fallen: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.end(fallen.silver, call(fallen.silver).pk)
    second = call(fallen.silver)
    assert "unreached" in Line.objects.get(meeting=second, subject=subject_of(CODE)).reasons
    actions.end(fallen.silver, second.pk)
    with monkeypatch.context() as gone:
        left = [one for one in queries.all_series() if one.code != CODE]
        gone.setattr("goldthread.governance.queries.all_series", lambda **_: left)
        third = call(fallen.silver)
    line = Line.objects.get(meeting=third, subject=subject_of(CODE))
    assert (line.told["title"], line.reasons) == ("Children asked about", ["unreached"])


def test_the_page_shows_the_chart_asks_for_days_and_the_minutes_tell_who_was_there(
    fallen: Cast, browser: Browser
) -> None:
    client = browser(fallen.silver)
    there = client.post("/meetings/call", {"key": key(), "kind": "silver", "because": "regular", "words": ""}).headers[
        "Location"
    ]
    page = client.get(there)
    assert "<svg xmlns" in page.text
    assert "governance.css" in page.text or "governance." in page.text
    asking = client.get(f"{there}?decide=act")
    assert "Days until due" in text(asking)
    assert "Whoever chairs" in text(asking)
    line = Line.objects.get(subject=subject_of(CODE))
    given = {
        "key": key(),
        "code": "act",
        "seen": 0,
        "words": "Find it.",
        "minutes": 91,
        "owner": f"staff:{fallen.fim.pk}",
    }
    wrong = client.post(f"{there}lines/{line.pk}/decide", given)
    assert (wrong.status_code, "Give days from 1 to 90" in text(wrong), "Find it." in wrong.text) == (422, True, True)
    assert client.post(f"{there}lines/{line.pk}/decide", {**given, "minutes": 14}).status_code == 302
    owed = Action.objects.get(decision__isnull=False)
    assert owed.due_at - owed.at == timedelta(days=14)
    assert "The board sees it" in text(
        browser(fallen.fim).post(f"/meetings/actions/{owed.pk}/done", {"key": key(), "words": "Found."}, follow=True)
    )
    assert client.post(f"{there}end", {"key": key()}).status_code == 302
    minutes = text(client.get(there))
    for words in (
        "s assurance meeting",
        "Children asked about",
        "Something is to be done",
        fallen.silver.name,
    ):
        assert words in minutes
    assert client.get(f"{there}minutes.pdf").content.startswith(b"%PDF")


def test_nobody_but_those_of_the_board_calls_it_or_reads_of_it(fallen: Cast, browser: Browser) -> None:
    meeting = call(fallen.silver)
    for name, user in fallen.everybody().items():
        expected = 200 if user.role == "silver" else 404 if user.seat.can("meeting.see") else 403
        assert browser(user).get(f"/meetings/{meeting.pk}/").status_code == expected, name
    assert browser(gold(fallen)).get(f"/meetings/{meeting.pk}/").status_code == 200
    for board, user in (
        ("gold", fallen.silver),
        ("fgb", fallen.silver),
        ("silver", fallen.fim),
        ("silver", gold(fallen)),
    ):
        with pytest.raises(Refused):
            call(user, board)
    with pytest.raises(NotThere):
        actions.call(fallen.pcc, "no-such", key=key(), because="regular")
    irmm = actions.call(fallen.fim, "irmm", key=key(), because="start")
    assert browser(fallen.silver).get(f"/meetings/{irmm.pk}/").status_code == 404


def test_a_board_is_proposed_once_its_time_has_come_and_not_before(fallen: Cast) -> None:
    actions.propose()
    assert not Proposal.objects.filter(kind__in=["silver", "gold", "fgb"]).exists(), "one that never sat has not begun"
    actions.end(fallen.silver, call(fallen.silver).pk)
    later(timedelta(days=6))
    actions.propose()
    assert not Proposal.objects.filter(kind="silver", ended_at=None).exists()
    later(timedelta(days=1))
    actions.propose()
    actions.propose()
    assert "every 7 days" in Proposal.objects.get(kind="silver", ended_at=None).words
