"""The THRIVE card: opened once by a signed address, as one person, and answered in; whatever is wrong says so in a plain page."""

from __future__ import annotations

import gzip
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.signing import Signer
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from goldthread.accounts.actions import deactivate
from goldthread.accounts.models import Staff
from goldthread.assessment.models import MarkAnswer, ThriveVersion
from goldthread.assessment.queries import thrive_text
from goldthread.audit.models import AuditEvent
from goldthread.contact.models import ChildVersion, Entry, Incident
from goldthread.integration import card_rules, card_tokens
from goldthread.integration.card_models import Card
from goldthread.web.jinja import BUILT
from tests.cast import Cast, assess, ended, graded, key, opened, say
from tests.integration.conftest import Program, Programs, problem
from tests.response.test_alarms import later

HOST = "https://cad.harrier.invalid"
SAID = "shouting next door, kids crying, he has a knife"


class Framed:
    """A card in a frame: no cookie, and the pass that its page holds."""

    def __init__(self, address: str) -> None:
        self.client = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
        self.at = urlsplit(address).path
        self.pass_ = ""
        self.first = self.took(self.client.get(address))

    def took(self, answer: HttpResponse) -> HttpResponse:
        self.pass_ = answer.headers.get("X-Goldthread-Card", self.pass_)
        return answer

    def post(self, name: str, given: dict[str, Any] | None = None, **more: Any) -> HttpResponse:
        headers = more.pop("headers", {"X-Goldthread-Card": self.pass_})
        return self.took(self.client.post(f"{self.at}{name}", {"key": key(), **(given or {})}, headers=headers))


@pytest.fixture
def service(cast: Cast, settings: Settings) -> Staff:
    settings.ENV = settings.ENV.model_copy(update={"card_hosts": HOST})
    found = Staff(
        username="harrier", name="Harrier CAD", role="incident_system", team=cast.far_supervisor.team, password="x"
    )
    found.save()
    return found


@pytest.fixture
def asking(service: Staff, program: Programs) -> Program:
    return program(service)


Frames = Callable[..., Framed]


@pytest.fixture
def framed(asking: Program) -> Frames:
    """The card of an incident for somebody, opened."""

    def made(user: Staff, incident: Incident) -> Framed:
        answer = asking.post("/cards", {"reference": incident.reference, "person": user.username})
        assert answer.status_code == 201, answer.content
        return Framed(answer.json()["address"])

    return made


def _address(asking: Program, user: Staff, incident: Incident) -> str:
    found: str = asking.post("/cards", {"reference": incident.reference, "person": user.username}).json()["address"]
    return found


def _page(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_card_shows_thrive_as_it_stands(cast: Cast, framed: Frames) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)
    graded(cast.handler, incident, "priority")
    assess(cast.handler, incident, "He is armed.")
    page = _page(framed(cast.handler, incident).first)
    for told in (
        "Priority",
        "He is armed.",
        "THRIVE v1",
        "has a knife",
        "danger to life",
        "words suggest Immediate",
        "Are there any children",
    ):
        assert told in page, told
    assert "Nothing under Harm, Risk" in page


def test_what_another_says_is_there_at_the_next_look_and_nothing_where_nothing_changed(
    cast: Cast, framed: Frames
) -> None:
    incident = opened(cast.handler)
    card = framed(cast.handler, incident)
    stamp = re.search(r'data-stamp="(\w+)"', card.first.content.decode())
    assert stamp is not None
    seen = {card.post("look", {"have": stamp[1]}).status_code for _ in range(2)}
    assert 204 in seen  # a minute may end between the two
    say(cast.teammate, incident, "there are two little ones upstairs")
    assert "two little ones upstairs" in _page(card.post("look", {"have": stamp[1]}))


def test_answers_go_through_the_same_actions_as_the_person(cast: Cast, framed: Frames) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)
    assess(cast.teammate, incident, "He is armed.")
    card = framed(cast.teammate, incident)
    assert card.post("words", {"source": "caller", "text": "she is in the kitchen"}).status_code == 200
    child = {
        "child-TOTAL_FORMS": 1,
        "child-INITIAL_FORMS": 0,
        "child-0-name": "Mia",
        "child-0-age": "4",
        "child-0-where_now": "upstairs",
    }
    assert "Mia" in _page(card.post("children", {"answer": "named", **child}))
    mark = re.search(r"""data-cue="([\w-]+)".*?name="facts" value='([^']*)'""", card.first.content.decode(), re.DOTALL)
    assert mark is not None
    facts = mark[2]
    assert card.post("mark", {"cue": mark[1], "answer": "noted", "facts": facts, "quote": "a knife"}).status_code == 200
    assert card.post("thrive", {"based_on": 1, "seen": 99, "harm": "Could be killed."}).status_code == 200

    assert Entry.objects.filter(kind="words", author=cast.teammate).count() == 1
    assert ChildVersion.objects.get().incident_id == incident.pk
    assert MarkAnswer.objects.get().by == cast.teammate
    newest = ThriveVersion.objects.latest("version")
    assert newest.author == cast.teammate
    assert (thrive_text(newest)["elements"]["threat"], thrive_text(newest)["elements"]["harm"]) == (
        "He is armed.",
        "Could be killed.",
    )
    assert not AuditEvent.objects.filter(duty="collection", role="incident_system").exists()


@pytest.mark.parametrize(("reason", "answer"), [("checked", ""), ("", "ask")])
def test_a_mark_is_not_so_or_to_be_asked(cast: Cast, framed: Frames, reason: str, answer: str) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)
    given = {"cue": "imminent", "reason": reason, "answer": answer, "facts": "[]"}
    assert framed(cast.handler, incident).post("mark", given).status_code == 200
    assert MarkAnswer.objects.get().answer == (answer or "not_so")


def test_a_form_sent_twice_acts_once(cast: Cast, framed: Frames) -> None:
    incident = opened(cast.handler)
    card, given = framed(cast.handler, incident), {"key": key(), "source": "caller", "text": "he is back"}
    assert {card.post("words", given).status_code for _ in range(2)} == {200}
    assert Entry.objects.filter(kind="words").count() == 1


def test_a_form_without_script_carries_the_pass_as_a_field(cast: Cast, framed: Frames) -> None:
    card = framed(cast.handler, opened(cast.handler))
    answer = card.post("words", {"card": card.pass_, "source": "caller", "text": "he is back"}, headers={})
    assert "he is back" in _page(answer)


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("words", {"source": "caller", "text": "  "}, "Write"),
        ("words", {"source": "nobody", "text": "typed words"}, "typed words"),
        ("words", {"source": "caller", "text": "typed <b>words</b> " * 60_000}, "typed &lt;b&gt;words"),
        ("words", {"source": "caller", "text": "kept"}, "kept"),
        ("children", {"answer": "named"}, "out of date"),
        ("mark", {"cue": "no-such-cue", "answer": "noted"}, "no such mark"),
        ("mark", {"cue": "imminent", "answer": "noted", "facts": "{"}, "does not fit the mark"),
        ("thrive", {"based_on": 0}, "at least one element"),
        ("thrive", {"based_on": 7, "harm": "typed words"}, "typed words"),
        ("thrive", {"based_on": "x", "harm": "typed words"}, "typed words"),
    ],
)
def test_what_cannot_be_kept_comes_back_with_a_sentence_and_all_that_was_typed(
    cast: Cast, framed: Frames, name: str, given: dict[str, Any], told: str
) -> None:
    sent = {**given, "key": "no key"} if told == "kept" else given
    answer = framed(cast.handler, opened(cast.handler)).post(name, sent)
    assert answer.status_code == 422
    assert told in _page(answer)
    assert 'class="bad"' in answer.content.decode()


def test_another_version_in_between_loses_nothing_typed_and_is_written_on(cast: Cast, framed: Frames) -> None:
    incident = opened(cast.handler)
    card = framed(cast.handler, incident)
    assess(cast.teammate, incident, "He is armed.")
    answer = card.post("thrive", {"based_on": 0, "harm": "Could be killed."})
    assert answer.status_code == 422
    assert "Version 1 was written while you were writing" in _page(answer)
    assert 'name="based_on" value="1"' in _page(answer)
    assert card.post("thrive", {"based_on": 1, "harm": "Could be killed."}).status_code == 200
    assert thrive_text(ThriveVersion.objects.latest("version"))["elements"]["threat"] == "He is armed."


def _ends(answer: HttpResponse, why: str, status: int = 410) -> None:
    _heading, what = card_rules.ENDED[why]
    assert answer.status_code == status
    assert what in answer.content.decode()
    assert "AM-" not in answer.content.decode()
    assert "frame-ancestors" in answer.headers["Content-Security-Policy"]


def test_an_address_opens_once_and_soon(cast: Cast, asking: Program) -> None:
    incident = opened(cast.handler)
    address = _address(asking, cast.handler, incident)
    assert Framed(address).first.status_code == 200
    _ends(Framed(address).first, "used")
    late = _address(asking, cast.handler, incident)
    later(card_rules.ADDRESS_LIVES + timedelta(seconds=1))
    _ends(Framed(late).first, "late")
    assert AuditEvent.objects.filter(duty="security", verb="card.refuse").count() == 2


def test_a_forged_or_changed_address_opens_nothing(cast: Cast, asking: Program) -> None:
    incident, other = opened(cast.handler), opened(cast.handler)
    address = _address(asking, cast.handler, incident)
    token = address.partition("token=")[2]
    _ends(Framed(address.replace(incident.reference, other.reference)).first, "other")
    told = card_tokens.read_address(token)
    assert told is not None
    forged = Signer(key="another secret" * 5, salt=card_tokens.ADDRESS, sep=".").sign_object([told.card.hex])
    for wrong in (
        token[:-1],
        token + "x",
        "x",
        "",
        forged,
        token[::-1],
        "é" * 9,
        "x" * 10_000,
        card_tokens.given(told.card, told.issued_at),
    ):
        _ends(Framed(f"/card/{incident.reference}/?token={wrong}").first, "unknown")
    stolen = card_tokens.address(
        card_tokens.Address(uuid.uuid4(), incident.reference, cast.handler.pk, told.issued_at, told.expires_at)
    )
    _ends(Framed(f"/card/{incident.reference}/?token={stolen}").first, "unknown")
    assert Framed(address).first.status_code == 200  # none of that has used it up


def test_a_head_request_uses_no_address_up(cast: Cast, asking: Program) -> None:
    address = _address(asking, cast.handler, opened(cast.handler))
    Client(headers={"host": "localhost"}).head(address)
    assert Framed(address).first.status_code == 200


def test_a_pass_of_another_card_or_none_does_nothing(cast: Cast, framed: Frames) -> None:
    mine, other = framed(cast.handler, opened(cast.handler)), framed(cast.handler, opened(cast.handler))
    given = {"source": "caller", "text": "he is back"}
    _ends(mine.post("words", given, headers={"X-Goldthread-Card": other.pass_}), "other")
    _ends(mine.post("words", given, headers={}), "unknown")
    assert not Entry.objects.filter(kind="words").exists()


def test_an_open_card_goes_on_and_one_left_alone_is_over(cast: Cast, framed: Frames) -> None:
    card = framed(cast.handler, opened(cast.handler))
    for _ in range(3):
        later(card_rules.IDLE - timedelta(minutes=1))
        assert card.post("look").status_code == 200
    later(card_rules.IDLE)
    _ends(card.post("look"), "over")
    kept, began = framed(cast.handler, opened(cast.handler)), Card.objects.latest("issued_at")
    later(card_rules.LIVES)
    fresh = card_tokens.given(began.pk, began.issued_at + card_rules.LIVES)
    _ends(kept.post("look", headers={"X-Goldthread-Card": fresh}), "over")


def test_whose_access_ended_or_sight_went_or_who_signed_off_is_told_so_at_the_next_request(
    cast: Cast, framed: Frames, asking: Program, browser: Callable[[Staff | None], Client]
) -> None:
    incident = opened(cast.handler)
    gone = framed(cast.dispatcher, incident)
    assert gone.post("look").status_code == 200
    ended(cast, incident)
    _ends(gone.post("look"), "no_sight")
    deactivated = framed(cast.teammate, opened(cast.teammate))
    deactivate(cast.teammate.username)
    _ends(deactivated.post("look"), "no_access")
    signed_in = browser(cast.handler)
    card = framed(cast.handler, opened(cast.handler))
    assert card.post("look").status_code == 200
    signed_in.post("/accounts/logout/")
    _ends(card.post("look"), "signed_off")
    there = framed(cast.stranger, opened(cast.stranger))
    assert asking.post("/cards/end", {"person": cast.stranger.username}).json() == {"ended": 1}
    _ends(there.post("look"), "signed_off")


def test_who_stays_signed_in_elsewhere_keeps_their_card(
    cast: Cast, framed: Frames, browser: Callable[[Staff | None], Client]
) -> None:
    first, second = browser(cast.handler), browser(cast.handler)
    card = framed(cast.handler, opened(cast.handler))
    first.post("/accounts/logout/", {"shift": "goes-on"})
    assert card.post("look").status_code == 200
    second.post("/accounts/logout/")
    _ends(card.post("look"), "signed_off")


def test_a_role_taken_away_ends_what_it_could_do(cast: Cast, framed: Frames) -> None:
    incident = opened(cast.handler)
    card = framed(cast.handler, incident)
    Staff.objects.filter(pk=cast.handler.pk).update(role="trainer")
    _ends(card.post("look"), "no_sight")


def test_a_verb_that_the_person_lacks_is_refused_and_not_offered(cast: Cast, framed: Frames) -> None:
    incident = opened(cast.handler)
    incident.child = "possible"
    card = framed(cast.vast, incident)
    assert 'id="f-thrive"' not in _page(card.first)
    assert 'id="f-words"' in _page(card.first)
    _ends(card.post("thrive", {"based_on": 0, "harm": "x"}), "not_yours", 403)
    assert card.post("look").status_code == 200
    assert not ThriveVersion.objects.exists()


def test_the_service_gives_nobody_more_than_they_see(cast: Cast, asking: Program) -> None:
    far = opened(cast.stranger, area="South")
    for person in (cast.dispatcher, cast.pcc, cast.qa, cast.silver, cast.officer):
        problem(asking.post("/cards", {"reference": far.reference, "person": person.username}), 404, "not-there")
    for reference, person in (
        ("AM-000000-0000", "handler"),
        (far.reference, "nobody"),
        (far.reference, "harrier"),
        ("\x00", "handler"),
    ):
        problem(asking.post("/cards", {"reference": reference, "person": person}), 404, "not-there")
    assert not Card.objects.exists()


def test_only_the_verbs_role_asks_for_cards(cast: Cast, service: Staff, program: Programs) -> None:
    incident = opened(cast.handler)
    body = {"reference": incident.reference, "person": "handler"}
    for user in cast.everybody().values():
        problem(program(user).post("/cards", body), 403, "not-permitted")
        problem(program(user).post("/cards/end", {"person": "handler"}), 403, "not-permitted")
    problem(program(None).post("/cards", body), 401, "no-token")


def test_a_card_is_asked_for_once_by_one_key(cast: Cast, asking: Program) -> None:
    body, own = {"reference": opened(cast.handler).reference, "person": "handler"}, uuid.uuid4()
    assert len({asking.post("/cards", body, key=own).content for _ in range(2)}) == 1
    assert Card.objects.count() == 1


def test_the_host_is_one_that_the_operator_named(cast: Cast, asking: Program, settings: Settings) -> None:
    body = {"reference": opened(cast.handler).reference, "person": "handler"}
    problem(asking.post("/cards", {**body, "host": "https://elsewhere.invalid"}), 422, "invalid")
    settings.ENV = settings.ENV.model_copy(update={"card_hosts": f"{HOST},https://second.invalid"})
    problem(asking.post("/cards", body), 422, "invalid")
    made = asking.post("/cards", {**body, "host": "https://second.invalid/"}).json()["address"]
    assert Framed(made).first.headers["Content-Security-Policy"].endswith("frame-ancestors https://second.invalid")
    settings.ENV = settings.ENV.model_copy(update={"card_hosts": ""})
    assert "GOLDTHREAD_CARD_HOSTS" in problem(asking.post("/cards", body), 409, "refused")["detail"]


def test_the_policy_lets_one_host_frame_the_card_and_nobody_the_rest(
    cast: Cast, framed: Frames, browser: Callable[[Staff | None], Client]
) -> None:
    card = framed(cast.handler, opened(cast.handler))
    for answer in (card.first, card.post("look"), card.post("words", {"source": "caller", "text": ""})):
        policy = answer.headers["Content-Security-Policy"]
        assert policy.endswith(f"frame-ancestors {HOST}")
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "X-Frame-Options" not in answer.headers
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "no-store" in answer.headers["Cache-Control"]
        assert not answer.cookies
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    for address in ("/board/", "/contact/", "/accounts/login/", "/card/AM-1/nothing"):
        headers = browser(cast.handler).get(address).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], address
        assert headers["X-Frame-Options"] == "DENY", address


def test_a_session_of_a_browser_opens_no_card(cast: Cast, browser: Callable[[Staff | None], Client]) -> None:
    incident = opened(cast.handler)
    _ends(browser(cast.handler).get(f"/card/{incident.reference}/"), "unknown")
    _ends(browser(cast.handler).post(f"/card/{incident.reference}/look"), "unknown")


def test_opening_is_a_consultation_of_the_person_and_asking_a_security_event(
    cast: Cast, framed: Frames, service: Staff
) -> None:
    incident = opened(cast.handler)
    card = framed(cast.teammate, incident)
    for _ in range(3):
        card.post("look")
    seen = AuditEvent.objects.filter(verb="card.see")
    assert [(one.duty, one.staff_id, one.role) for one in seen] == [("consultation", cast.teammate.pk, "call_handler")]
    asked = AuditEvent.objects.get(verb="card.issue")
    assert (asked.duty, asked.staff_id) == ("security", service.pk)


def test_all_of_the_card_is_20_kb_on_the_wire_also_where_much_was_said(cast: Cast, framed: Frames) -> None:
    incident = opened(cast.handler)
    say(
        cast.handler,
        incident,
        f"{SAID}, she is bleeding and will not wake up, he said he will kill the kids, he hit her again " * 40,
    )
    graded(cast.handler, incident, "immediate")
    assess(cast.handler, incident, "He is armed, and has said what he will do. " * 200)
    page = framed(cast.handler, incident).first.content
    parts = [page, (BUILT / "card.css").read_bytes(), (BUILT / "card.js").read_bytes()]
    assert sum(map(len, parts)) <= 20_000, [len(one) for one in parts]
    assert b"<script src" in page
    assert page.count(b"<script") == 1
    assert b"<style" not in page
    assert len(gzip.compress(page)) < len(page)


def test_words_that_were_erased_are_not_on_the_card(cast: Cast, framed: Frames) -> None:
    from goldthread.audit.actions import erase
    from goldthread.audit.models import Payload

    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)
    second = Staff(username="second", name="Second Auditor", role="auditor", team=cast.auditor.team, password="x")
    second.save()
    erase(cast.auditor, second, Payload.objects.filter(text=SAID), "reviewed", "MoPI 4")
    assert "knife" not in _page(framed(cast.handler, incident).first)


def test_a_reader_that_is_down_says_so_on_the_card(cast: Cast, framed: Frames, monkeypatch: pytest.MonkeyPatch) -> None:
    from goldthread.assessment import reading

    monkeypatch.setattr(reading, "reader", reading.NoReader)
    incident = opened(cast.handler)
    say(cast.handler, incident, "all quiet now")
    assert "read the words yourself" in _page(framed(cast.handler, incident).first)
