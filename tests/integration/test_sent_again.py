"""A command that a program sends twice, or eight times at once, acts once: what makes it one command is its key."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.http import HttpResponse

from goldthread.assessment.models import MarkAnswer, ThriveVersion
from goldthread.audit.models import AuditEvent
from goldthread.contact.models import ChildVersion, Entry, Incident
from goldthread.contact.people_models import Lookup
from goldthread.response.models import Allocation, GradePeriod
from tests.cast import Cast, key, make_cast, opened
from tests.conftest import Database
from tests.integration.conftest import Program, Programs, problem

COMMANDS: dict[str, tuple[str, Any]] = {
    "entries": ("handler", {"source": "caller", "text": "help"}),
    "children": ("handler", {"answer": "named", "children": [{"name": "Mia"}, {}]}),
    "particulars": ("handler", {"kind": "location", "text": "3 Elm Row"}),
    "area": ("handler", {"area": "South"}),
    "thrive": ("handler", {"based_on": 0, "elements": {"threat": "x"}}),
    "grade": ("handler", {"grade": "priority"}),
    "allocations": ("dispatcher", {"unit": 0}),
    "owner": ("teammate", {"owner_id": 0}),
    "marks": ("handler", {"cue": "da-child", "answer": "noted", "facts": ["a|affirmed"]}),
    "known/searches": ("handler", {"kind": "phone", "typed": "07700 900321"}),
}


def _state(incident: Incident) -> tuple[int, ...]:
    incident.refresh_from_db()
    counted = (Entry, ChildVersion, ThriveVersion, GradePeriod, Allocation, MarkAnswer, Lookup)
    return (incident.last_seq, *(model.objects.count() for model in counted))


@pytest.mark.parametrize("name", COMMANDS)
def test_sent_twice_it_acts_once_and_answers_the_same(cast: Cast, program: Programs, name: str) -> None:
    who, body = COMMANDS[name]
    incident, asking, used = opened(cast.handler), program(cast.everybody()[who]), key()
    given = {"allocations": {"unit": cast.unit.pk}, "owner": {"owner_id": cast.handler.pk}}.get(name, body)
    first = asking.post(f"/incidents/{incident.pk}/{name}", given, key=used)
    assert first.status_code in (201, 204)
    stood = _state(incident)
    again = asking.post(f"/incidents/{incident.pk}/{name}", given, key=used)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert _state(incident) == stood


def test_opening_again_with_the_same_key_gives_the_first(cast: Cast, program: Programs) -> None:
    asking, used = program(cast.handler), key()
    body = {"channel": "999", "location": "14 Larch Road"}
    first, again = (asking.post("/incidents", body, key=used) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Incident.objects.count() == 1


def test_the_same_key_with_other_content_is_another_command(cast: Cast, program: Programs) -> None:
    """The house rule: what was added before a second try is never taken for done."""
    asking, used = program(cast.handler), key()
    ids = {asking.post("/incidents", {"channel": channel}, key=used).json()["id"] for channel in ("999", "101")}
    assert len(ids) == 2
    at = f"/incidents/{ids.pop()}/entries"
    for text in ("he is outside", "he is outside, he has a knife"):
        assert asking.post(at, {"source": "caller", "text": text}, key=used).status_code == 201
    assert Entry.objects.filter(kind="words").count() == 2


def test_two_users_with_one_key_open_two_incidents(cast: Cast, program: Programs) -> None:
    used = key()
    for user in (cast.handler, cast.stranger):
        assert program(user).post("/incidents", {"channel": "999"}, key=used).status_code == 201


@pytest.mark.parametrize("given", ["", "1", "not-a-key", "6d2c3f4e-8a1b-4c5d-9e0f-11223344556", "x" * 5_000])
def test_a_command_without_a_key_is_refused(cast: Cast, program: Programs, given: str) -> None:
    answer = program(cast.handler).post("/incidents", {"channel": "999"}, **{"Idempotency-Key": given})
    assert set(problem(answer, 422, "not-as-described")["errors"]) == {"Idempotency-Key"}
    assert not Incident.objects.exists()


def _at_once(work: Callable[[], HttpResponse], times: int) -> list[HttpResponse]:
    ready, found = threading.Barrier(times), []

    def one() -> None:
        try:
            ready.wait(10)
            found.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    close_old_connections()
    return found


def test_eight_opens_at_once_make_one_incident(committing: Database, program: Programs) -> None:
    made, used = make_cast(), key()
    asking = program(made.handler)
    # A client of Django's tests is no client for threads; each gets its own, with the same token.
    found = _at_once(lambda: Program(asking.token).post("/incidents", {"channel": "999"}, key=used), 8)
    assert {answer.status_code for answer in found} <= {200, 201}
    assert len({answer.json()["id"] for answer in found}) == 1
    assert Incident.objects.count() == 1
    assert AuditEvent.objects.filter(verb="token.use").count() == 1


def test_eight_deliveries_of_one_message_at_once_open_one_incident(committing: Database, program: Programs) -> None:
    asking = program(make_cast().handler)
    message = {"channel": "online", "external_id": "1", "text": "help"}
    found = _at_once(lambda: Program(asking.token).post("/inbox", message), 8)
    assert sorted(answer.status_code for answer in found) == [200] * 7 + [201]
    assert len({answer.content for answer in found}) == 1
    assert Incident.objects.count() == 1


def test_eight_sends_of_the_same_words_at_once_are_kept_once(committing: Database, program: Programs) -> None:
    made, used = make_cast(), uuid.uuid4()
    incident, asking = opened(made.handler), program(made.handler)
    said = {"source": "caller", "text": "help"}
    found = _at_once(lambda: Program(asking.token).post(f"/incidents/{incident.pk}/entries", said, key=used), 8)
    assert {answer.status_code for answer in found} == {201}
    assert len({answer.content for answer in found}) == 1
    assert incident.entries.filter(kind="words").count() == 1
