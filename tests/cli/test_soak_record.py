"""What ``make soak`` compares at its end is able to fail, for every kind of write that its programs make."""

from __future__ import annotations

import json
import random
import re
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from soak.kills import LostError
from soak.lists import contact as contact_of_a_system
from soak.record import KINDS, Write, compared, exactly
from tests.cast import Cast, key

from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.contact import actions as contact
from goldthread.contact.models import ChildrenAnswer, Entry, Incident, Particular
from goldthread.integration.message_actions import take
from goldthread.integration.message_came_rules import came_in
from goldthread.response import actions as response
from goldthread.response.models import Closing, GradePeriod

ONE_OF_EACH = [Write(verb, "an-incident", f"what {verb} says") for verb in KINDS]
EACH = pytest.mark.parametrize("write", ONE_OF_EACH, ids=lambda write: write.verb)
WORDS = "S1-1-0: shed lock cut, strimmer and two ladders gone, no one seen"


def test_what_stands_once_with_its_event_is_well() -> None:
    assert exactly(ONE_OF_EACH, ONE_OF_EACH, ONE_OF_EACH) == dict.fromkeys(KINDS, 1)


@EACH
@pytest.mark.parametrize("where", ["record", "audit"])
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (lambda all_, one: [each for each in all_ if each != one], "acknowledged and not in the {where}"),
        (lambda all_, one: [*all_, one], "more than once in the {where}"),
        (lambda all_, one: [*all_, one._replace(incident="another")], "though never acknowledged in the {where}"),
    ],
    ids=["missing", "doubled", "never acknowledged"],
)
def test_a_write_of_any_kind_that_does_not_stand_once_is_told(
    write: Write, where: str, changed: Callable[[list[Write], Write], list[Write]], said: str
) -> None:
    wrong = changed(ONE_OF_EACH, write)
    stands, audited = (wrong, ONE_OF_EACH) if where == "record" else (ONE_OF_EACH, wrong)
    name, _ = KINDS[write.verb]
    with pytest.raises(LostError, match=f"^{name} {said.format(where=where)}, 1 times: '{write.what}' of [a-z-]+$"):
        exactly(ONE_OF_EACH, stands, audited)


@pytest.fixture
def told(cast: Cast) -> list[Write]:
    """One write of each kind, made by the actions behind the API, and a contact that is none of the soak's beside it."""
    for place in ("14 Larch Road", "7 Soak Row"):
        incident = contact.open_incident(
            cast.fim, incident_id=uuid.uuid4(), channel="101", location=place, area="North"
        )
        contact.add_words(
            cast.fim, incident.pk, key=key(), source="caller", text=WORDS if place == "7 Soak Row" else "Bins."
        )
        contact.answer_children(cast.fim, incident.pk, key=key(), answer="asked_none", given=[])
        response.choose_grade(cast.fim, incident.pk, key=key(), code="resolution", why="advice is enough")
        response.close(cast.fim, incident.pk, key=key(), reason="advice", result="Advice given.")
    said = {"incident.open": "101", "entry.add": WORDS, "children.answer": "asked_none", "grade.choose": "resolution",
            "incident.close": "advice"}  # fmt: skip
    return [*(Write(verb, str(incident.pk), what) for verb, what in said.items()), *_handed_in(cast)]


def _handed_in(cast: Cast) -> list[Write]:
    """What an incident system's messages of one contact write; of each verb that a person's contact has not, the first is enough."""
    telling = list(contact_of_a_system(1, "run-1", 1, random.Random(1)))
    lines = b"\n".join(json.dumps(message).encode() for message, _ in telling)
    acks = take(None, came_in(lines, lines=True), desk=cast.handler.team)
    assert {ack.became for ack in acks} == {"taken"}
    return [
        Write(verb, str(ack.incident_id), what)
        for ack, (_, writes) in zip(acks, telling, strict=True)
        for verb, what in writes
    ]


def test_the_database_is_asked_for_every_kind(told: list[Write]) -> None:
    with connection.cursor() as reading:
        found = compared(reading, told)
    assert set(found) == set(KINDS)
    assert found.total() == len(told)


@pytest.mark.parametrize("verb", KINDS)
def test_a_write_that_the_database_does_not_hold_is_told(told: list[Write], verb: str) -> None:
    lost = Write(verb, str(uuid.uuid4()), "S9-9-9: never written")
    with connection.cursor() as reading, pytest.raises(LostError) as told_of:
        compared(reading, [*told, lost])
    assert str(told_of.value).count(f"{KINDS[verb][0]} acknowledged and not in the ") == 2, "record and audit"


def _again_entry(one: Incident) -> None:
    Entry.objects.create(
        incident=one, seq=99, kind="words", source="caller", text=Payload.objects.keep(WORDS), occurred_at=one.opened_at
    )


def _again_contact(one: Incident) -> None:
    Incident.objects.create(reference="AM-TWICE", channel="101", team_id=one.team_id, owner_id=one.owner_id, location_id=one.location_id,
                            next_action="assess", next_action_at=one.opened_at)  # fmt: skip


AGAIN: dict[str, tuple[Callable[[Incident], object], str]] = {
    "incident.open": (_again_contact, "though never acknowledged"),
    "entry.add": (_again_entry, "more than once"),
    "children.answer": (lambda one: ChildrenAnswer.objects.create(incident=one, answer="asked_none"), "more than once"),
    "grade.choose": (
        lambda one: GradePeriod.objects.create(incident=one, seq=9, grade="resolution", severity=1),
        "more than once",
    ),
    "incident.close": (
        lambda one: Closing.objects.create(incident=one, reason="advice", result=Payload.objects.keep("Twice.")),
        "more than once",
    ),
    "particular.set": (
        lambda one: Particular.objects.create(incident=one, kind="location", text=Payload.objects.keep("7 Soak Row")),
        "more than once",
    ),
}


@pytest.mark.parametrize("verb", KINDS)
def test_a_row_that_the_database_holds_twice_is_told(told: list[Write], verb: str) -> None:
    again, said = AGAIN[verb]
    again(Incident.objects.get(pk=next(one.incident for one in told if one.verb == verb)))
    with connection.cursor() as reading, pytest.raises(LostError, match=f"^{KINDS[verb][0]} {said} in the record"):
        compared(reading, told)


@pytest.mark.parametrize("verb", KINDS)
def test_an_event_that_the_audit_holds_twice_is_told(told: list[Write], cast: Cast, verb: str) -> None:
    write = next(one for one in told if one.verb == verb)
    detail = {KINDS[verb][1]: write.what}
    if verb == "entry.add":
        detail = {"text": Entry.objects.get(text__text=write.what).text}
    if verb == "particular.set":
        detail["origin"] = "imported"
    with acting(cast.fim) as act:
        act.record("collection", verb, [("incident", write.incident)], **detail)
    with (
        connection.cursor() as reading,
        pytest.raises(LostError, match=f"^{re.escape(KINDS[verb][0])} more than once in the audit"),
    ):
        compared(reading, told)
