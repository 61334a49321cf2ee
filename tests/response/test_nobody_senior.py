"""A request never waits at an empty desk: it goes to the FIM at once, or says that nobody is there and whom to ring."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.accounts.oncall_actions import put_line
from goldthread.accounts.rank_actions import give_rank
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere
from goldthread.contact.models import Entry, Incident
from goldthread.desk.models import BoardRow
from goldthread.response import actions as response
from goldthread.response import alarm_actions, request_actions, senior_actions, shift_actions
from goldthread.response.models import Alarm, GradePeriod
from goldthread.response.request_models import ReviewRequest
from goldthread.supervision.queries import waiting
from tests.accounts.test_on_call import line
from tests.cast import Cast, assess, graded, key, opened, say, taken
from tests.response.test_alarms import later, off_duty, on_duty, raised
from tests.response.test_requests import WHY, decide, lower, with_child

Browser = Callable[[Staff | None], Client]
NOW, QUARTER = timedelta(0), timedelta(minutes=15)


def with_fim(request: ReviewRequest | None) -> timedelta:
    """How long after it was asked it goes to the FIM."""
    assert request is not None
    assert request.answer_by == request.at + QUARTER, "by when it is to be answered stays"
    return Alarm.objects.get(kind="request", source=f"request:{request.pk}").due_at - request.at


def attending(cast: Cast, incident: Incident) -> Incident:
    response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
    return incident


def nobody(incident: Incident) -> bool:
    return Alarm.objects.filter(incident=incident, kind="senior", ended_at=None).exists()


def test_with_a_supervisor_on_duty_it_waits_its_quarter_of_an_hour(cast: Cast) -> None:
    on_duty(cast.supervisor, cast.fim)
    incident = with_child(cast)
    request = lower(cast, incident)
    assert with_fim(request) == QUARTER
    assert not nobody(incident)


@pytest.mark.parametrize("why", ["off duty", "another team", "owns it", "wrote the THRIVE"])
def test_without_a_supervisor_who_could_it_is_the_fim_s_at_once(cast: Cast, why: str) -> None:
    on_duty(cast.fim, cast.far_supervisor, *([] if why == "off duty" or why == "another team" else [cast.supervisor]))
    incident = with_child(cast)
    if why == "owns it":
        taken(cast.supervisor, incident)
    if why == "wrote the THRIVE":
        assess(cast.supervisor, incident)
    request = lower(cast, incident)
    assert with_fim(request) == NOW
    assert not nobody(incident)
    alarm_actions.raise_due()
    assert raised(incident) == ["request"]


@pytest.mark.parametrize("why", ["no FIM", "the FIM asked", "the FIM owns it", "the FIM wrote the THRIVE"])
def test_with_no_fim_either_it_says_so_and_rings_nobody_wrongly(cast: Cast, browser: Browser, why: str) -> None:
    put_line(cast.supervisor, line())
    if why != "no FIM":
        on_duty(cast.fim)
    incident = with_child(cast)
    if why == "the FIM owns it":
        taken(cast.fim, incident)
    if why == "the FIM wrote the THRIVE":
        assess(cast.fim, incident)
    asker = cast.fim if why == "the FIM asked" else cast.handler
    request_actions.ask_lower(asker, incident.pk, key=key(), code="scheduled", **WHY)
    page = browser(cast.handler).get(f"/incidents/{incident.pk}/").text
    assert "Nobody senior is on duty" in page
    assert "Fim Amber, Force Incident Manager, 01632 960123" in page
    alarm_actions.raise_due()
    assert "senior" in raised(incident)
    assert "senior" in BoardRow.objects.get(incident=incident).needs
    board = browser(cast.handler).get("/board/").text
    assert "nobody senior on duty" in board
    assert "01632 960123" in board


def test_whoever_comes_on_duty_has_it_and_the_alarm_ends(cast: Cast, browser: Browser) -> None:
    incident = with_child(cast)
    lower(cast, incident)
    alarm_actions.raise_due()
    assert nobody(incident)
    on_duty(cast.far_supervisor, cast.handler, cast.pcc)
    senior_actions.find_unstaffed()
    assert nobody(incident), "none of these could decide it"
    shift_actions.begin_shift(cast.supervisor)
    senior_actions.find_unstaffed()
    assert not nobody(incident)
    assert "senior" not in BoardRow.objects.get(incident=incident).needs
    assert "Nobody senior" not in browser(cast.handler).get(f"/incidents/{incident.pk}/").text
    assert [one.incident for one in waiting(cast.supervisor, database_now(connection)).lines] == [incident.pk]


def test_one_that_waits_goes_on_to_the_fim_when_the_last_supervisor_leaves(cast: Cast) -> None:
    on_duty(cast.supervisor, cast.fim)
    incident = with_child(cast)
    lower(cast, incident)
    assert alarm_actions.raise_due() == 0
    off_duty(cast.supervisor)
    senior_actions.find_unstaffed()
    alarm_actions.raise_due()
    assert raised(incident) == ["request"]
    off_duty(cast.fim)
    for _ in range(2):
        senior_actions.find_unstaffed()
        alarm_actions.raise_due()
    assert raised(incident) == ["request", "senior"]
    on_duty(cast.fim)
    senior_actions.find_unstaffed()
    off_duty(cast.fim)
    senior_actions.find_unstaffed()
    alarm_actions.raise_due()
    assert raised(incident) == ["request", "senior", "senior"], "each time anew"


def test_an_acting_rank_staffs_the_desk_until_its_minute(cast: Cast) -> None:
    on_duty(cast.teammate)
    until = database_now(connection) + timedelta(hours=1)
    give_rank(cast.supervisor, cast.teammate.pk, role="contact_supervisor", starts_at=None, ends_at=until, why="Ill.")
    incident = with_child(cast)
    request = lower(cast, incident)
    assert (with_fim(request), nobody(incident)) == (QUARTER, False)
    later(timedelta(hours=1))
    senior_actions.find_unstaffed()
    assert nobody(incident)


def test_what_only_an_inspector_approves_waits_for_no_supervisor(cast: Cast) -> None:
    on_duty(cast.supervisor)
    incident = opened(cast.handler)
    say(cast.handler, incident, "My daughter is 13 and has run away, she is missing since last night.")
    graded(cast.handler, incident)
    request = lower(cast, incident, "resolution")
    assert with_fim(request) == NOW
    assert nobody(incident)


def test_every_answer_to_the_request_ends_the_alarm(cast: Cast) -> None:
    for answer in ("refused", "withdrawn", "overtaken"):
        incident = with_child(cast)
        request = lower(cast, incident)
        assert nobody(incident)
        if answer == "refused":
            decide(cast.fim, request, "refused", words="Not yet.")
        elif answer == "withdrawn":
            request_actions.withdraw(cast.handler, request.pk, key=key())
        else:
            graded(cast.handler, incident, "immediate")
        assert not nobody(incident), answer


def test_it_holds_up_no_upgrade_and_no_unit(cast: Cast) -> None:
    incident = with_child(cast)
    lower(cast, incident)
    response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
    graded(cast.handler, incident, "immediate")
    assert GradePeriod.objects.filter(incident=incident).last().grade == "immediate"


def test_whom_somebody_rang_is_a_line_of_the_record(cast: Cast, browser: Browser) -> None:
    stands = put_line(cast.supervisor, line())
    incident = with_child(cast)
    lower(cast, incident)
    client, address = browser(cast.handler), f"/incidents/{incident.pk}/rung"
    assert client.post(address, {"key": key(), "on_call": stands.pk, "outcome": "no_answer"}).status_code == 302
    again = {"key": key(), "who": "Duty  superintendent\x00 <b>", "outcome": "answered"}
    for _ in range(2):
        assert client.post(address, again).status_code == 302
    page = client.get(f"/incidents/{incident.pk}/").text
    assert "Fim Amber, Force Incident Manager: no answer" in page
    read = browser(cast.officer).get(f"/incidents/{attending(cast, incident).pk}/").text
    assert "Fim Amber, Force Incident Manager: no answer" in read
    assert "01632 960123" not in read, "an officer sees no on-call list, and so none of its numbers"
    assert page.count("&lt;b&gt;: answered") == 1
    assert AuditEvent.objects.filter(verb="oncall.rung").count() == 2
    both = {"key": key(), "on_call": stands.pk, "who": "Duty chief inspector", "outcome": "message"}
    assert client.post(address, both).status_code == 302
    told = Entry.objects.filter(incident=incident, code="oncall.rung").latest("seq")
    assert told.text is not None
    assert (told.text.text, told.data["on_call"]) == ("Duty chief inspector", None), (
        "a name that was written is who was rung"
    )
    for wrong in (
        {"outcome": "perhaps"},
        {"on_call": 10**20, "who": ""},
        {"on_call": "x"},
        {"who": "x" * 201},
        {"who": " "},
        {"key": "x"},
    ):
        assert client.post(address, {**again, "key": key(), **wrong}).status_code == 422, wrong
    assert Entry.objects.filter(incident=incident, code="oncall.rung").count() == 3
    assert browser(cast.far_supervisor).post(address, {**again, "key": key()}).status_code == 404
    assert browser(cast.pcc).post(address, again).status_code == 403
    for who in (cast.far_supervisor, cast.pcc):
        with pytest.raises((NotThere, Invalid)):
            senior_actions.note_rung(who, incident.pk, key=key(), outcome="answered", who="Ada")


def test_looking_costs_as_much_for_many_requests_as_for_few(
    cast: Cast, django_assert_max_num_queries: Callable[..., object]
) -> None:
    on_duty(cast.supervisor, cast.fim)
    for _ in range(6):
        lower(cast, with_child(cast))
    assert ReviewRequest.objects.count() == 6
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        assert senior_actions.find_unstaffed() == 0
