"""Who sits in a meeting while somebody acts in a role, what is lost when it ends or moves on, and what no meeting reaches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goldthread.accounts.models import Staff
from goldthread.accounts.rank_actions import end_rank
from goldthread.config.errors import NotThere, Refused
from goldthread.contact.models import Incident
from goldthread.meetings import actions, queries
from goldthread.meetings.deciding_actions import done
from goldthread.meetings.kinds import kinds_on
from goldthread.meetings.models import Action, Decision, Line, Minutes
from goldthread.response.request_models import ReviewRequest
from tests.accounts.test_acting_ranks import acts, anew
from tests.cast import Cast, assess, graded, opened
from tests.response.test_alarms import later
from tests.response.test_requests import decide as decide_request
from tests.response.test_requests import lower, with_child
from tests.supervision.test_irmm import call, choose, late_child, line, on_duty, shut
from tests.supervision.test_irmm_pages import form, text

Browser = Callable[[Staff | None], Client]


@pytest.fixture
def incident(cast: Cast) -> Incident:
    on_duty(cast.fim, cast.supervisor, cast.dispatcher, cast.handler)
    return late_child(cast)


def test_who_acts_as_fim_calls_chairs_and_ends_and_the_minutes_say_so(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    rank = acts(cast.fim, cast.supervisor, "fim", until=2)
    acting = anew(cast.supervisor)
    assert "Call the Incident Risk Management Meeting" in text(browser(acting).get("/meetings/"))
    meeting = call(acting)
    choose(acting, meeting, incident)
    end_rank(cast.fim, rank.pk)
    minutes = actions.end(cast.fim, taken(cast, meeting.pk))
    roles = {(one["name"], one["part"]): one["role"] for one in minutes.content["attendance"]}
    assert roles[cast.supervisor.name, "Chair"] == "Acting Force Incident Manager", "as they were when they sat down"
    assert roles[cast.supervisor.name, "Present"] == "Contact supervisor"
    assert roles[cast.fim.name, "Chair"] == "Force Incident Manager"


def taken(cast: Cast, meeting: int) -> int:
    actions.take_chair(cast.fim, meeting)
    return meeting


def test_a_chair_whose_acting_rank_has_ended_decides_and_ends_nothing(cast: Cast, incident: Incident) -> None:
    rank = acts(cast.fim, cast.supervisor, "fim", until=2)
    acting = anew(cast.supervisor)
    meeting = call(acting)
    end_rank(cast.fim, rank.pk)
    for act in (
        lambda: choose(acting, meeting, incident),
        lambda: actions.end(acting, meeting.pk),
        lambda: actions.move(acting, meeting.pk, line(meeting, incident).pk),
        lambda: call(acting, "mid"),
    ):
        with pytest.raises(Refused):
            act()
    assert not Decision.objects.exists()
    choose(cast.fim, meeting_of(cast, meeting.pk), incident)


def meeting_of(cast: Cast, pk: int) -> Any:
    actions.take_chair(cast.fim, pk)
    return queries.newest("irmm")


def test_a_chair_who_left_decides_again_when_they_are_back(cast: Cast, browser: Browser, incident: Incident) -> None:
    meeting, client = call(cast.fim), browser(cast.fim)
    actions.join(cast.supervisor, meeting.pk)
    actions.leave(cast.fim, meeting.pk)
    with pytest.raises(Refused, match="You left the chair"):
        choose(cast.fim, meeting, incident)
    door = text(client.get(f"/meetings/{meeting.pk}/"))
    assert "Nobody is in the chair" in door
    assert "Raise the grade" not in door
    assert "nobody is in it" in text(browser(cast.supervisor).get(f"/meetings/{meeting.pk}/"))
    actions.take_chair(cast.fim, meeting.pk)
    choose(cast.fim, meeting, incident)


def test_an_acting_supervisor_is_given_what_was_not_reached(cast: Cast) -> None:
    on_duty(cast.fim, cast.handler)
    acts(cast.fim, cast.handler, until=8)
    for _ in range(2):
        with_child(cast)
    later(timedelta(hours=2))
    actions.end(cast.fim, call(cast.fim).pk)
    assert {one.owner for one in Action.objects.all()} == {cast.handler}


def test_words_for_a_meeting_that_has_ended_are_shown_again_with_why(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    meeting, client = call(cast.fim), browser(cast.fim)
    at = f"/meetings/{meeting.pk}/lines/{line(meeting, incident).pk}/decide"
    actions.end(cast.fim, meeting.pk)
    answer = client.post(at, form(words="Ring her aunt before ten."))
    assert answer.status_code == 422
    assert "This meeting has ended. Nothing was changed" in text(answer)
    assert "Ring her aunt before ten." in text(answer)


def test_words_of_whoever_has_lost_the_chair_are_shown_again(cast: Cast, browser: Browser, incident: Incident) -> None:
    acts(cast.fim, cast.supervisor, "fim", until=2)
    meeting, client = call(cast.fim), browser(cast.fim)
    actions.take_chair(anew(cast.supervisor), meeting.pk)
    answer = client.post(
        f"/meetings/{meeting.pk}/lines/{line(meeting, incident).pk}/decide", form(words="Ring her aunt before ten.")
    )
    assert f"{cast.supervisor.name} chairs this meeting" in text(answer)
    assert "Ring her aunt before ten." in text(answer)


def test_words_for_a_line_that_is_past_are_never_offered_for_the_line_now(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    other = late_child(cast)
    meeting, client = call(cast.fim), browser(cast.fim)
    first, second = sorted((line(meeting, incident), line(meeting, other)), key=lambda one: one.position)
    at = f"/meetings/{meeting.pk}/lines/{first.pk}/decide"
    client.post(at, form())
    stale = client.post(at, form(words="Only for the first."))
    assert "Only for the first." in text(stale)
    assert f"Line {first.position}" in text(stale)
    assert f"/lines/{second.pk}/decide" not in stale.content.decode(), "one key would decide the wrong incident"


def test_a_line_that_no_meeting_reaches_gives_nobody_longer_each_time(cast: Cast, incident: Incident) -> None:
    actions.end(cast.fim, call(cast.fim).pk)
    later(timedelta(hours=1))
    first = queries.owed("irmm").get()
    actions.end(cast.fim, call(cast.fim, "mid").pk)
    second = queries.owed("irmm").get()
    assert second.pk != first.pk
    assert second.due_at == first.due_at


def test_what_was_lowered_or_closed_unseen_and_not_reached_is_on_the_next_list_too(cast: Cast) -> None:
    on_duty(cast.fim, cast.supervisor, cast.handler)
    unseen = with_child(cast)
    shut(cast, unseen)
    lowered = opened(cast.handler)
    grade_lowered(cast, lowered)
    actions.end(cast.fim, call(cast.fim).pk)
    second = call(cast.fim, "mid")
    assert "unseen" in line(second, unseen).reasons
    assert "lowered" in line(second, lowered).reasons
    choose(cast.fim, second, unseen)
    done(cast.fim, queries.of_subject(unseen.pk).get().pk, words="Seen at school.")
    actions.end(cast.fim, second.pk)
    assert not Line.objects.filter(meeting=call(cast.fim, "other"), subject=unseen.pk).exists()


def grade_lowered(cast: Cast, incident: Incident) -> None:
    graded(cast.handler, incident, "priority")
    lower(cast, incident)
    assess(cast.handler, incident)
    decide_request(cast.supervisor, ReviewRequest.objects.get(incident=incident))


def test_what_one_owes_says_what_it_is_about_and_a_meeting_says_when_it_ends_itself(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    meeting = call(cast.fim)
    assert "ends itself at" in text(browser(cast.fim).get(f"/meetings/{meeting.pk}/"))
    choose(cast.fim, meeting, incident, owner=f"staff:{cast.supervisor.pk}")
    page = browser(cast.supervisor).get("/meetings/mine")
    assert "child involved, past target by 1 h" in text(page)
    on_duty(cast.far_supervisor)
    choose(cast.fim, meeting, incident, owner=f"staff:{cast.far_supervisor.pk}")
    page = text(browser(cast.far_supervisor).get("/meetings/mine"))
    assert "child involved" not in page, "what is out of their sight is owed all the same, and says no more"
    assert incident.reference in page


def test_the_list_of_what_one_owes_asks_as_often_for_many_as_for_few(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    client = browser(cast.supervisor)

    def asked() -> int:
        client.get("/meetings/mine")
        with CaptureQueriesContext(connection) as found:
            assert client.get("/meetings/mine").status_code == 200
        return len(found)

    actions.end(cast.fim, call(cast.fim).pk)
    few = asked()
    for _ in range(4):
        with_child(cast)
    later(timedelta(hours=2))
    actions.end(cast.fim, call(cast.fim, "mid").pk)
    assert queries.mine(cast.supervisor).count() == 5
    assert asked() == few


def test_a_decision_s_form_and_the_minutes_ask_for_everybody_s_role_at_once(cast: Cast, incident: Incident) -> None:
    meeting = call(cast.fim)
    kind = kinds_on(meeting.opened_at.date())["irmm"]
    with CaptureQueriesContext(connection) as few:
        assert all(one.seat.name for one in queries.may_own(kind)["people"])
    assert len(few) == 1
    for one in (cast.supervisor, cast.dispatcher):
        actions.join(one, meeting.pk)
    with CaptureQueriesContext(connection) as found:
        actions.end(cast.fim, meeting.pk)
    asked = [one["sql"] for one in found if "accounts_actingrank" in one["sql"]]
    assert len(asked) <= 2, asked
    assert len(Minutes.objects.get(meeting=meeting).content["attendance"]) == 3


def test_a_stranger_s_acting_rank_admits_to_nothing_else(cast: Cast, incident: Incident) -> None:
    acts(cast.fim, cast.handler, until=2)
    acting = anew(cast.handler)
    with pytest.raises(Refused):
        call(acting)
    meeting = call(cast.fim)
    actions.join(acting, meeting.pk)
    with pytest.raises(Refused):
        actions.take_chair(acting, meeting.pk)
    with pytest.raises(NotThere):
        actions.join(anew(cast.teammate), meeting.pk)
