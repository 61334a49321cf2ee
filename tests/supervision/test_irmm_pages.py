"""A meeting as pages: the chair's, that of another room, the minutes, what one owes; and who sees nothing of them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from goldthread.accounts import duty_actions
from goldthread.accounts.models import Staff
from goldthread.accounts.oncall_actions import put_line
from goldthread.audit.actions import acting
from goldthread.audit.models import AuditEvent
from goldthread.clocks.local import LONDON
from goldthread.contact.models import Incident
from goldthread.meetings import actions
from goldthread.meetings.models import Action, Decision, Meeting
from goldthread.meetings.tasks import watch_each_minute
from tests.accounts.test_on_call import line as on_call
from tests.cast import Cast, key
from tests.response.test_alarms import later
from tests.response.test_requests import with_child
from tests.supervision.test_irmm import call, choose, late_child, like, line, on_duty, shut

Browser = Callable[[Staff | None], Client]


def text(response: object) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())  # type: ignore[attr-defined]


def form(code: str = "hold", **given: Any) -> dict[str, Any]:
    return {"key": key(), "code": code, "seen": 0, "words": "Aunt is with her.", "minutes": 20, "owner": "", **given}


@pytest.fixture
def incident(cast: Cast) -> Incident:
    on_duty(cast.fim, cast.supervisor, cast.dispatcher)
    return late_child(cast)


def test_one_key_calls_it_and_the_chair_has_everything_on_one_page(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    client = browser(cast.fim)
    assert "No meeting has ended yet." in text(client.get("/meetings/"))
    answer = client.post("/meetings/call", {"key": key(), "kind": "irmm", "because": "start", "words": ""}, follow=True)
    page = text(answer)
    for words in (
        incident.reference,
        "child involved, past target",
        "min left",
        "Raise the grade",
        "Fim Amber (chair)",
    ):
        assert words in page
    event = AuditEvent.objects.filter(verb="meeting.see").latest("id")
    assert str(incident.pk) in event.subjects
    again = client.post("/meetings/call", {"key": key(), "kind": "irmm", "because": "mid", "words": ""})
    assert again.status_code == 422
    assert "has this meeting open since" in text(again)


def test_a_decision_leads_to_the_next_line_and_a_refused_one_keeps_its_words(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    other = late_child(cast)
    meeting, client = call(cast.fim), browser(cast.fim)
    first, second = sorted((line(meeting, incident), line(meeting, other)), key=lambda one: one.position)
    at = f"/meetings/{meeting.pk}/lines/{first.pk}/decide"
    shown = client.get(f"/meetings/{meeting.pk}/?decide=accept").content.decode()
    assert "Who accepts it, by name" in shown
    named = shown.split('name="person"')[1].split("</select>")[0]
    assert (cast.supervisor.name in named, cast.handler.name in named) == (True, False)
    wrong = client.post(at, form("accept"))
    assert wrong.status_code == 422
    assert "Aunt is with her." in wrong.content.decode()
    assert client.post(at, form()).status_code == 302
    meeting.refresh_from_db()
    assert meeting.at_line == second
    stale = client.post(at, form(words="Ring <b>her</b> now."))
    assert stale.status_code == 422
    assert "decided this line meanwhile" in text(stale)
    assert "Ring &lt;b&gt;her&lt;/b&gt; now." in stale.content.decode()
    assert Decision.objects.count() == 1


def test_another_room_follows_and_decides_nothing(cast: Cast, browser: Browser, incident: Incident) -> None:
    meeting, room = call(cast.fim), browser(cast.supervisor)
    at = f"/meetings/{meeting.pk}"
    assert "You are not in this meeting" in text(room.get(f"{at}/"))
    assert incident.reference not in text(room.get(f"{at}/"))
    before = room.get(f"{at}/state").json()
    joined = room.post(f"{at}/join", {"key": key()}, follow=True)
    assert incident.reference in text(joined)
    assert "There is nothing to decide here" in text(joined)
    assert room.get(f"{at}/state").json() != before
    for route in ("chair", "end", "at", f"lines/{line(meeting, incident).pk}/decide"):
        assert room.post(f"{at}/{route}", form()).status_code == 403
    assert "You are not in this meeting" in text(room.post(f"{at}/leave", {"key": key()}, follow=True))


def test_what_is_out_of_sight_keeps_its_place_and_says_nothing(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    meeting, far = call(cast.fim), browser(cast.far_supervisor)
    page = text(far.post(f"/meetings/{meeting.pk}/join", {"key": key()}, follow=True))
    assert "outside your sight" in page
    assert incident.reference not in page
    choose(cast.fim, meeting, incident)
    actions.end(cast.fim, meeting.pk)
    minutes = text(far.get(f"/meetings/{meeting.pk}/"))
    assert incident.reference not in minutes
    assert "Aunt is with her." not in minutes
    assert "1 of its lines are outside your sight" in minutes
    assert "Aunt is with her." in text(browser(cast.supervisor).get(f"/meetings/{meeting.pk}/"))


def test_strangers_and_the_commissioner_see_nothing_of_it(cast: Cast, browser: Browser, incident: Incident) -> None:
    meeting = call(cast.fim)
    handler = browser(cast.handler)
    assert [handler.get(f"/meetings/{path}").status_code for path in ("mine", f"{meeting.pk}/", f"{meeting.pk}/state")] == [
        200, 404, 404,
    ]  # fmt: skip
    assert handler.post(f"/meetings/{meeting.pk}/join", {"key": key()}).status_code == 404
    board = browser(cast.silver)  # has meetings of its own kind, and none of this one
    assert [board.get(f"/meetings/{path}").status_code for path in ("", f"{meeting.pk}/", f"{meeting.pk}/state")] == [
        200, 404, 404,
    ]  # fmt: skip
    assert f"/meetings/{meeting.pk}/" not in board.get("/meetings/").text
    assert board.post(f"/meetings/{meeting.pk}/join", {"key": key()}).status_code == 404
    assert board.post("/meetings/call", {"key": key(), "kind": "irmm", "because": "start"}).status_code == 422
    for person in (cast.pcc, cast.auditor):
        client = browser(person)
        for path in ("", "mine", "count", f"{meeting.pk}/", f"{meeting.pk}/state"):
            assert client.get(f"/meetings/{path}").status_code == 403, path
        assert client.post("/meetings/call", {"key": key(), "kind": "irmm", "because": "start"}).status_code == 403
    assert browser(cast.fim).get(f"/meetings/{10**18}/").status_code == 404
    assert browser(cast.fim).get(f"/meetings/{10**30}/").status_code == 404


def test_the_minutes_say_who_owes_what_and_what_was_not_reached(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    other = late_child(cast)
    meeting, client = call(cast.fim), browser(cast.fim)
    choose(cast.fim, meeting, incident)
    assert client.post(f"/meetings/{meeting.pk}/end", {"key": key()}).status_code == 302
    page = text(client.get(f"/meetings/{meeting.pk}/"))
    meeting.refresh_from_db()
    for words in (
        "Hold, with the reason",
        "Aunt is with her.",
        other.reference,
        cast.supervisor.name,
        meeting.minutes.sha256,
    ):
        assert words in page


def test_what_one_owes_is_done_with_words_and_told_where_it_changed(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    meeting, client = call(cast.fim), browser(cast.supervisor)
    choose(cast.fim, meeting, incident, owner=f"staff:{cast.supervisor.pk}")
    owed = Action.objects.get()
    assert client.get("/meetings/count").json() == {"count": 1, "over": 0}
    assert "owed of meeting" in text(client.get(f"/incidents/{incident.pk}/"))
    shut(cast, incident)
    later(timedelta(hours=2))
    page = text(client.get("/meetings/mine"))
    assert "since then: closed" in page
    assert client.get("/meetings/count").json() == {"count": 1, "over": 1}
    empty = client.post(f"/meetings/actions/{owed.pk}/done", {"key": key(), "words": "  "})
    assert (empty.status_code, "Write what was done" in text(empty)) == (422, True)
    assert browser(cast.far_supervisor).post(
        f"/meetings/actions/{owed.pk}/done", {"key": key(), "words": "x"}
    ).status_code == 404  # fmt: skip
    sent = client.post(f"/meetings/actions/{owed.pk}/done", {"key": key(), "words": "Seen.", "back": "//evil.example"})
    assert sent.headers["Location"] == "/meetings/mine"
    assert "You owe nothing of a meeting." in text(client.get("/meetings/mine"))
    shown = text(client.get(f"/incidents/{incident.pk}/"))
    assert f"Action of meeting {meeting.pk} done . Seen." in shown.replace("done.", "done .")


def test_a_proposed_meeting_is_on_the_page_of_whoever_calls_it(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    for _ in range(4):
        with_child(cast)
    later(timedelta(hours=2))
    watch_each_minute(0)
    page = text(browser(cast.fim).get("/meetings/"))
    assert "A meeting is proposed 5 open incidents with a child are past their target" in page
    assert "A meeting is proposed" not in text(browser(cast.supervisor).get("/meetings/"))


def test_where_nobody_on_duty_may_call_a_proposed_meeting_everybody_in_it_is_told_whom_to_ring(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    put_line(cast.supervisor, on_call())
    for _ in range(4):
        with_child(cast)
    later(timedelta(hours=2))
    watch_each_minute(0)
    with acting(None) as act:
        duty_actions.end(cast.fim, act, "handover")
    client = browser(cast.supervisor)
    told = "Nobody who may call it is on duty: ring Fim Amber, Force Incident Manager, 01632 960123."
    assert told in text(client.get("/meetings/"))
    assert client.get("/meetings/count").json()["count"] == 1
    for outside in (cast.handler, cast.pcc):
        assert "is proposed" not in text(browser(outside).get("/meetings/"))


def test_a_form_that_is_none_does_nothing(cast: Cast, browser: Browser, incident: Incident) -> None:
    meeting, client = call(cast.fim), browser(cast.fim)
    routes = ("at", "end", "leave", "join", "chair", f"lines/{line(meeting, incident).pk}/decide")
    wrong: list[dict[str, Any]] = [
        {},
        {"key": "none"},
        {"line": "many"},
        {"line": 10**40},
        {"code": "x" * 999, "seen": -1},
    ]
    for number, given in enumerate(wrong):
        route = routes[number]
        assert client.post(f"/meetings/{meeting.pk}/{route}", {"key": "", **given}).status_code == 422, route
    assert client.post(f"/meetings/{meeting.pk}/{routes[-1]}", {"key": key(), **wrong[-1]}).status_code == 422
    assert client.post("/meetings/call", {"key": "", "kind": "none"}).status_code == 422
    assert Meeting.objects.get().is_open


def test_the_page_asks_as_often_for_many_lines_as_for_few(cast: Cast, browser: Browser, incident: Incident) -> None:
    client = browser(cast.fim)

    def asked(meeting: Meeting) -> int:
        client.get(f"/meetings/{meeting.pk}/")
        with CaptureQueriesContext(connection) as found:
            assert client.get(f"/meetings/{meeting.pk}/").status_code == 200
        return len(found)

    def next_meeting() -> Meeting:
        meeting = call(cast.fim)
        actions.move(cast.fim, meeting.pk, line(meeting, incident).pk)
        return meeting

    actions.end(cast.fim, next_meeting().pk)  # so that something comes back in each of the two compared
    few = next_meeting()
    number = asked(few)
    actions.end(cast.fim, few.pk)
    for _ in range(5):
        with_child(cast)
    later(timedelta(hours=2))
    assert asked(next_meeting()) <= number + 1, "where somebody wrote what is owed there is one more"


def test_a_long_list_is_a_short_page_and_its_end_is_folded(cast: Cast, browser: Browser, incident: Incident) -> None:
    like(incident, 600)
    meeting, client = call(cast.fim), browser(cast.fim)
    at = f"/meetings/{meeting.pk}/"
    page = client.get(at).content.decode()
    assert len(page) < 200_000
    assert page.count('<span class="mt-list__number">') == 15
    assert "Show the 485 past the planned" in page
    assert "101 more have a reason and are not named." in page
    assert "child involved, past target" in page[page.index("101 more") :]
    past = text(client.get(f"{at}?past=10"))
    assert "Lines 466 to 500 of 500 are shown too." in past
    last = meeting.lines.get(position=500)
    assert last.told["title"] in past
    client.post(f"{at}at", {"key": key(), "line": last.pk})
    assert f"500. {last.told['title']}" in text(client.get(at)), (
        "where the chair is stands on the page, however far down"
    )
    actions.end(cast.fim, meeting.pk)
    minutes = text(client.get(at))
    assert "500 on the list, 0 decided, 500 not reached" in minutes
    assert "101 more had a reason when the list was made" in minutes


def test_the_minutes_as_a_file_carry_the_page_s_digest_and_are_the_same_each_time(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    meeting, client = call(cast.fim), browser(cast.fim)
    at = f"/meetings/{meeting.pk}/minutes.pdf"
    assert client.get(at).status_code == 404, "there are none while it sits"
    choose(cast.fim, meeting, incident, words="Aunt is with her 👧 #panic.")
    actions.end(cast.fim, meeting.pk)
    page, answer = client.get(f"/meetings/{meeting.pk}/").content.decode(), client.get(at)
    assert f'href="{at}"' in page
    day = meeting.opened_at.astimezone(LONDON).date()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="IRMM-{meeting.pk}-{day}.pdf"'
    printed = printed_text(answer.content)
    assert f"{meeting.minutes.sha256}</code>" in page
    for told in (
        meeting.minutes.sha256,
        incident.reference,
        "Aunt is with her [girl] #panic.",
        "Hold, with the reason",
    ):
        assert told in printed
    assert client.get(at).content == answer.content
    event = AuditEvent.objects.filter(duty="disclosure", verb="meeting.see").latest("id")
    assert (event.staff_id, str(incident.pk) in event.subjects) == (cast.fim.pk, True)
    assert meeting.minutes.sha256 in event.detail


def test_the_file_shows_no_more_than_the_page_and_only_to_whom_the_meeting_is_open(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    meeting = call(cast.fim)
    choose(cast.fim, meeting, incident)
    actions.end(cast.fim, meeting.pk)
    at = f"/meetings/{meeting.pk}/minutes.pdf"
    for nobody, answer in ((cast.handler, 404), (cast.pcc, 403), (cast.silver, 404)):
        assert browser(nobody).get(at).status_code == answer
    far = printed_text(browser(cast.far_supervisor).get(at).content)
    assert incident.reference not in far
    assert "Aunt is with her." not in far
    assert "1 of its lines are outside your sight" in far
    event = AuditEvent.objects.filter(duty="disclosure", verb="meeting.see").latest("id")
    assert str(incident.pk) not in event.subjects


def printed_text(made: bytes) -> str:
    pages = PdfReader(io.BytesIO(made)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split()).replace("\u200b", "")
