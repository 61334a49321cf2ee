"""The pages of messages: what came, what wants somebody, for whom, and that each leads to its incident for those who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.integration import message_queries
from goldthread.integration.message_models import Message, MessageSettled
from goldthread.integration.message_place_actions import give_up_waiting
from goldthread.measures import queries as figures
from goldthread.measures.registry import measures
from tests.cast import Cast
from tests.integration.conftest import Program, Programs, problem
from tests.integration.messages_given import RISKY, account, give, integrator, told, waited_out
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]


@pytest.fixture
def sender(cast: Cast, program: Programs) -> Program:
    return program(account(cast))


def test_nothing_came_yet_and_the_page_says_what_to_do(cast: Cast, browser: Browser) -> None:
    page = text(browser(integrator()).get("/messages/"))
    assert "No message came today." in page
    assert "goldthread import" in page


def test_what_came_today_stands_by_system_and_what_wants_somebody_in_its_list(
    cast: Cast, sender: Program, browser: Browser
) -> None:
    give(
        sender, told(1, "opened"), told(2, "grade", grade="1"), told(3, "grade", grade="3"), told(3, "grade", grade="3")
    )
    give(sender, told(5, text=RISKY), told(6, at="then"), {"text": "nobody knows whose"})
    client = browser(integrator())
    page = text(client.get("/messages/"))
    incident = Incident.objects.get()
    for words in (
        "nightingale",
        "on Team A",
        "Not read, not placed",
        "it is to be a time with its zone",
        "without an id",
    ):
        assert words in page, words
    assert "NG-1-5" in text(client.get("/messages/?show=waiting"))
    assert "for number 4" in text(client.get("/messages/?show=waiting"))
    assert incident.reference in text(client.get("/messages/?show=outside"))
    assert "No message is missing." in text(client.get("/messages/?show=gaps"))
    waited_out()
    give_up_waiting()
    assert "No message waits" in text(client.get("/messages/?show=waiting"))
    assert "NG-1" in text(client.get("/messages/?show=gaps"))
    everything = text(client.get("/messages/?show=all"))
    assert "after a gap" in everything
    assert "the grade was lowered, and nobody decided that here" in everything
    assert f"/incidents/{incident.pk}/" not in client.get("/messages/?show=all").content.decode()
    assert f"/incidents/{incident.pk}/" in browser(cast.supervisor).get("/messages/?show=all").content.decode()
    assert client.get("/messages/count").json() == {"count": 5, "over": 2}
    seen = AuditEvent.objects.filter(verb="messages.see", duty="consultation")
    assert str(Message.objects.latest("id").pk) in "".join(seen.values_list("subjects", flat=True))


def test_a_system_that_has_gone_silent_is_told(cast: Cast, sender: Program, browser: Browser) -> None:
    give(sender, told(1, "opened"))
    user, now = integrator(), database_now(connection)
    (one,) = message_queries.systems(user, now)
    assert (one.silent, one.new, one.off) == (False, 1, 0)
    (later,) = message_queries.systems(user, now + timedelta(minutes=16))
    assert later.silent
    assert not message_queries.systems(user, now + timedelta(days=8))[0].silent, "it is no longer in use"


def test_a_clock_that_differs_is_told(cast: Cast, sender: Program, browser: Browser) -> None:
    give(sender, told(1, "opened", at=(database_now(connection) + timedelta(hours=5)).isoformat()))
    assert "ahead of ours" in text(browser(integrator()).get("/messages/"))
    page = text(browser(cast.supervisor).get(f"/incidents/{Incident.objects.get().pk}/"))
    assert "times 4 h 59 min ahead of ours: its clock. Targets run from when its messages came here" in page


def test_a_message_shows_what_it_said_and_is_settled_once(cast: Cast, sender: Program, browser: Browser) -> None:
    give(sender, told(1, "opened"), told(2, at="then", text="<b>" + RISKY))
    message = Message.objects.get(became="unreadable")
    user = integrator()
    client, where = browser(user), f"/messages/{message.pk}/"
    page = client.get(where)
    assert "&lt;b&gt;" in page.content.decode()
    assert "Its words suggest immediate" in text(page)
    wrong = client.post(f"{where}settle", {"because": "bored"})
    assert (wrong.status_code, "As it came" in text(wrong)) == (422, True)
    for _ in range(2):
        assert client.post(f"{where}settle", {"because": "known"}).status_code in (302, 422)
    assert MessageSettled.objects.get().by == user
    assert AuditEvent.objects.filter(verb="messages.settle", duty="alteration").count() == 1
    assert "Known here in another way, Ingrid Teal" in text(client.get(where))
    assert client.get("/messages/count").json()["count"] == 0


def test_it_shows_to_each_what_they_may_see(cast: Cast, sender: Program, browser: Browser, program: Programs) -> None:
    give(sender, told(1, "opened"), told(2, at="then"))
    message = Message.objects.get(became="unreadable")
    for name, one in cast.everybody().items():
        client = browser(one)
        page, whole = client.get("/messages/"), client.get(f"/messages/{message.pk}/")
        if name in ("supervisor", "fim"):
            assert (page.status_code, whole.status_code) == (200, 200), name
            assert client.post(f"/messages/{message.pk}/settle", {"because": "known"}).status_code == 403
        elif name == "far_supervisor":
            assert (page.status_code, whole.status_code) == (200, 404)
            assert "nightingale" not in text(page)
            assert program(one).get("/messages", {"show": "all"}).json()["total"] == 0
            assert program(one).get("/messages/systems").json() == {"systems": []}
            problem(program(one).get(f"/messages/{message.pk}"), 404, "not-there")
        else:
            assert (page.status_code, whole.status_code) == (403, 403), name
            problem(program(one).get("/messages"), 403, "not-permitted")
            problem(program(one).get(f"/messages/{message.pk}"), 403, "not-permitted")
    system = Staff.objects.get(username="nightingale")
    assert browser(system).get("/messages/").status_code == 403
    assert browser(integrator()).get(f"/messages/{2**63}/").status_code == 404


def test_a_program_sees_and_settles_as_the_page_does(cast: Cast, sender: Program, program: Programs) -> None:
    give(sender, told(1, "opened"), told(3), told(4, at="then"))
    asking = program(integrator())
    assert [one["number"] for one in asking.get("/messages", {"show": "waiting"}).json()["messages"]] == [3]
    (system,) = asking.get("/messages/systems").json()["systems"]
    assert (system["code"], system["new"], system["waiting"], system["unreadable"]) == ("nightingale", 2, 1, 1)
    (row,) = asking.get("/messages").json()["messages"]
    for _ in range(2):
        assert asking.post(f"/messages/{row['id']}/settled", {"because": "nothing"}).status_code == 204
    good = Message.objects.get(number=1)
    problem(asking.post(f"/messages/{good.pk}/settled", {"because": "nothing"}), 409, "refused")
    problem(program(cast.fim).post(f"/messages/{row['id']}/settled", {"because": "nothing"}), 403, "not-permitted")


def test_the_measures_count_what_came(cast: Cast, sender: Program) -> None:
    old = (database_now(connection) - timedelta(hours=3)).isoformat()
    give(sender, told(1, "opened"), told(2, at=old), told(2, at=old), told(3, at="then"), told(2, at=old, text="other"))
    now = database_now(connection) + timedelta(seconds=1)
    found = {one.code: figures.point(one, now) for one in measures() if one.code.startswith("messages-")}
    assert (found["messages-in"].met, found["messages-in"].of) == (2, 4)
    assert (found["messages-refused"].met, found["messages-refused"].of) == (2, 4)
    assert (found["messages-late"].met, found["messages-late"].of) == (1, 2)
