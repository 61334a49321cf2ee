"""Two people who do the same at the same instant, by page and by program: one of them stands, the other is told, nothing is lost."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.http import HttpResponse
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.contact.arrival_actions import receive
from goldthread.contact.arrival_rules import Arriving
from goldthread.contact.models import Incident
from goldthread.response import handoff_actions, request_actions
from goldthread.response.models import Closing, GradePeriod, HandOffAnswer
from goldthread.response.request_models import ReviewDecision, ReviewRequest
from tests.cast import Cast, key, make_cast, opened
from tests.conftest import Database
from tests.integration.conftest import Program, Programs
from tests.response.at_once import at_once
from tests.response.test_requests import WHY, assess, with_child

Browser = Callable[[Staff | None], Client]
WAYS = ("page", "htmx", "program")
TRIED = {("page", "supervisor"), ("htmx", "fim"), ("program", "supervisor")}
"""By which way with whom first at the incident in a plain run, each of both at least once; ``make test-long`` tries all."""
by_each_way = pytest.mark.parametrize(
    ("hand", "first"),
    [
        pytest.param(way, first, marks=[] if (way, first) in TRIED else pytest.mark.long)
        for way in WAYS
        for first in ("supervisor", "fim")
    ],
    indirect=["hand"],
)


@dataclass(frozen=True)
class Told:
    """What somebody's screen or program was answered: whether it was done, and in which words."""

    done: bool
    say: str


@dataclass(frozen=True)
class Hand:
    """Somebody with a page open, or a program at work, on one incident."""

    send: Callable[[str, str, dict[str, object]], Told]

    def decide(self, request: ReviewRequest, answer: str, seen: int | None = None) -> Told:
        given = {"answer": answer, "words": "Nobody has seen her.", **({} if seen is None else {"seen": seen})}
        return self.send("decide", f"requests/{request.pk}/decision", {"request": request.pk, **given})

    def say(self, text: str) -> Told:
        return self.send("words", "entries", {"source": "caller", "text": text})

    def take(self, owner: Staff) -> Told:
        return self.send("take", "owner", {"owner_id": owner.pk})

    def acknowledge(self) -> Told:
        return self.send("hand/answer", "handoff/answer", {"answer": "acknowledged"})


Hands = Callable[[Staff, Incident], Hand]


@pytest.fixture(params=WAYS)
def hand(request: pytest.FixtureRequest, browser: Browser, program: Programs) -> Hands:
    """Somebody's hand on an incident, by one of the three ways."""

    def made(who: Staff, incident: Incident) -> Hand:
        if request.param == "program":
            asking = program(who)

            def ask(_name: str, path: str, given: dict[str, object]) -> Told:
                given.pop("request", None)
                answer = Program(asking.token).post(f"/incidents/{incident.pk}/{path}", given or None)
                return Told(
                    answer.status_code in {201, 204}, "" if answer.status_code < 400 else answer.json()["detail"]
                )

            return Hand(ask)
        client = browser(who)
        client.get(f"/incidents/{incident.pk}/")
        headers = {"HX-Request": "true"} if request.param == "htmx" else {}

        def post(name: str, _path: str, given: dict[str, object]) -> Told:
            answer = client.post(f"/incidents/{incident.pk}/{name}", {"key": key(), **given}, headers=headers)
            return Told(answer.status_code in {200, 204, 302}, _words(answer))

        return Hand(post)

    return made


def _words(answer: HttpResponse) -> str:
    return html.unescape(" ".join(answer.content.decode().split()))


def _in_order(cast: Cast, first: str) -> list[Staff]:
    return [cast.supervisor, cast.fim] if first == "supervisor" else [cast.fim, cast.supervisor]


def _one_was_told(found: list[Told | BaseException], *sentences: str) -> None:
    """The first was done; the other got one of the sentences."""
    for one in found:
        assert isinstance(one, Told), one
    done, told = [one for one in found if isinstance(one, Told)]
    assert done.done, done.say[:3_000]
    assert not told.done
    assert any(sentence in told.say for sentence in sentences), told.say[:3_000]


def _asked(cast: Cast) -> tuple[Incident, ReviewRequest]:
    incident = with_child(cast)
    request = request_actions.ask_lower(cast.handler, incident.pk, key=key(), code="scheduled", **WHY)
    assess(cast.handler, incident)
    assert request is not None
    return incident, request


def _grades(incident: Incident) -> list[str]:
    return list(GradePeriod.objects.filter(incident=incident).order_by("seq").values_list("grade", flat=True))


@by_each_way
def test_approve_and_refuse(committing: Database, hand: Hands, first: str) -> None:
    cast = make_cast()
    incident, request = _asked(cast)
    hands = {"approved": hand(cast.supervisor, incident), "refused": hand(cast.fim, incident)}
    order = ("approved", "refused") if first == "supervisor" else ("refused", "approved")
    found = at_once(incident, *(lambda one=one: hands[one].decide(request, one) for one in order))
    decision = ReviewDecision.objects.get(request=request)
    assert (decision.answer, decision.by) == (order[0], getattr(cast, first))
    _one_was_told(found, f"This was answered already, by {first.title()} Amber: {order[0]}.")
    assert _grades(incident) == ["priority", *(["scheduled"] if first == "supervisor" else [])]
    assert incident.entries.filter(code__startswith="request.").exclude(code="request.made").count() == 1
    assert AuditEvent.objects.filter(verb="request.decide").count() == 1


@by_each_way
def test_approve_twice(committing: Database, hand: Hands, first: str) -> None:
    cast = make_cast()
    incident, request = _asked(cast)
    hands = [hand(one, incident) for one in _in_order(cast, first)]
    found = at_once(incident, *(lambda one=one: one.decide(request, "approved") for one in hands))
    _one_was_told(found, f"This was answered already, by {first.title()} Amber: approved.")
    assert _grades(incident) == ["priority", "scheduled"]
    assert ReviewDecision.objects.count() == 1


@by_each_way
@pytest.mark.long
def test_close_twice(committing: Database, hand: Hands, first: str) -> None:
    """The first closes it, which takes it out of the FIM's sight: the FIM is told so, not that it never was."""
    cast = make_cast()
    incident = with_child(cast, "resolution")
    request = request_actions.ask_close(cast.handler, incident.pk, key=key(), reason="advice", result="All well.")
    assess(cast.handler, incident)
    hands = [hand(one, incident) for one in _in_order(cast, first)]
    found = at_once(incident, *(lambda one=one: one.decide(request, "approved") for one in hands))
    _one_was_told(found, f"This was answered already, by {first.title()} Amber: approved.", "was closed")
    assert Closing.objects.filter(incident=incident).count() == 1
    incident.refresh_from_db()
    assert not incident.is_open


@pytest.mark.parametrize("words_first", [True, False])
def test_approve_while_words_come_that_the_decider_has_not_read(
    committing: Database, hand: Hands, words_first: bool
) -> None:
    cast = make_cast()
    incident, request = _asked(cast)
    seen = Incident.objects.get(pk=incident.pk).last_seq
    decider, other = hand(cast.supervisor, incident), hand(cast.teammate, incident)
    both = [lambda: decider.decide(request, "approved", seen), lambda: other.say("She rang again, crying.")]
    found = at_once(incident, *(reversed(both) if words_first else both))
    decided, said = reversed(found) if words_first else found
    assert isinstance(decided, Told)
    assert isinstance(said, Told)
    assert said.done, "words are never refused"
    assert incident.entries.filter(kind="words", text__text="She rang again, crying.").count() == 1
    assert decided.done is not words_first
    assert _grades(incident) == ["priority", *([] if words_first else ["scheduled"])]
    if words_first:
        assert "Something was said after the newest THRIVE" in decided.say


def test_two_who_acknowledge_one_hand_off(committing: Database, hand: Hands) -> None:
    cast = make_cast()
    incident = opened(cast.stranger)
    handoff_actions.hand_over(cast.stranger, incident.pk, key=key(), to_team=cast.handler.team_id)
    hands = [hand(one, incident) for one in (cast.handler, cast.teammate)]
    found = at_once(incident, *(one.acknowledge for one in hands))
    _one_was_told(found, "Nothing is handed over here now. Nothing was changed; reload to see who owns it.")
    assert HandOffAnswer.objects.get().by == cast.handler
    incident.refresh_from_db()
    assert incident.owner == cast.handler
    assert incident.entries.filter(code="owner.acknowledged").count() == 1


def test_two_who_take_one_incident(committing: Database, hand: Hands, browser: Browser) -> None:
    """The second is told whose it is now, and takes it by saying so once more; who lost it is told on their screen."""
    cast = make_cast()
    incident = opened(cast.stranger)
    handler, teammate = (hand(one, incident) for one in (cast.handler, cast.teammate))
    found = at_once(incident, *(lambda one=one: one.take(cast.stranger) for one in (handler, teammate)))
    _one_was_told(
        found, "Handler Amber took this 0 s ago. It is theirs; nothing was changed.", "Handler Amber took this 1 s ago."
    )
    incident.refresh_from_db()
    assert incident.owner == cast.handler
    assert "Handler Amber took" in browser(cast.stranger).get("/taken").text
    assert browser(cast.handler).get("/taken").status_code == 204
    assert teammate.take(cast.handler).done
    incident.refresh_from_db()
    assert incident.owner == cast.teammate
    assert f"Teammate Amber took {incident.reference} over" in _words(browser(cast.handler).get("/taken"))


def test_two_who_open_one_unread_contact(committing: Database, browser: Browser) -> None:
    cast = make_cast()
    incident = receive(None, Arriving("online", "form-1", "Please come."), desk=cast.handler.team).incident
    clients = [browser(one) for one in (cast.handler, cast.teammate)]
    address = f"/inbox/{incident.pk}/take"
    found = at_once(incident, *(lambda one=one: one.post(address, {"key": key()}, follow=True) for one in clients))
    pages = [_words(one) for one in found if isinstance(one, HttpResponse)]
    assert len(pages) == 2, found
    said = "Handler Amber has read this already. Nothing was changed."
    assert [said in page for page in pages] == [False, True]
    incident.refresh_from_db()
    assert incident.owner == cast.handler
    assert incident.entries.filter(code="contact.read").count() == 1
