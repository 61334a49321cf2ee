"""Operations on one incident's record: opening, reading, adding words, children, particulars and area."""

from __future__ import annotations

import uuid
from typing import Annotated

from django.db import connection
from django.db.models import OuterRef
from django.http import HttpRequest
from ninja import Query, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.rank_models import acts_as
from goldthread.accounts.routes import staff
from goldthread.assessment import modes
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.contact import actions as contact
from goldthread.contact import choices, rules
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.contact.work import command_key
from goldthread.desk.queries import seen
from goldthread.desk.record import Record
from goldthread.desk.timeline import of_reader
from goldthread.integration.api import answers, shown
from goldthread.integration.api.fields import Coded, Day, Given, IncidentId, InForce, Key, Moment, Whole
from goldthread.integration.api.operations import operation

router = Router(tags=["Incidents"])
LONGEST_PAGE = 500
"""Lines of the timeline in one answer *(ours)*."""
GIVEN_SOURCES = [one for one in choices.SOURCES if one[0] != "system"]
AREA = "The area's name; left out or empty while it is not known."


class Opening(Given):
    """How the contact came in and who is on the line. Only the channel is needed: help comes before paperwork."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "channel": "partner",
                    "location": "14 Larch Road",
                    "caller_name": "Ash Bell, duty nurse",
                    "caller_phone": "01632 960147",
                }
            ]
        }
    )
    channel: Annotated[str, Coded.of(choices.CHANNELS)] = Field(description="How the contact came in.")
    location: str = Field("", max_length=contact.LIMITS["location"], description="Where, in words.")
    area: Annotated[str, InForce("areas")] = Field("", description=AREA)
    caller_name: str = Field("", max_length=contact.LIMITS["caller_name"], description="Who is on the line.")
    caller_phone: str = Field("", max_length=contact.LIMITS["caller_phone"], description="Their number, as given.")


class Words(Given):
    """Somebody's words, kept to the letter."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "source": "caller",
                    "text": "He took the two little ones with him and he had been drinking.",
                    "occurred_at": "2026-11-23T02:07:00Z",
                }
            ]
        }
    )
    source: Annotated[str, Coded.of(GIVEN_SOURCES)] = Field(description="Where the words come from.")
    text: str = Field(
        min_length=1,
        max_length=rules.LONGEST_ENTRY,
        pattern=r"\S",
        description="What was said or heard. Null characters and halves of characters are kept as U+FFFD.",
    )
    occurred_at: Moment | None = Field(
        None,
        description="When it was said, where that was earlier; not ahead of now, and at most a hundred years ago. The time of recording is kept beside it.",
    )


class ParticularGiven(Given):
    """A fact of the contact, or its correction; what stood before stays on record."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "caller_phone", "text": "07700 900321"}]})
    kind: Annotated[str, Coded.of(choices.PARTICULARS)] = Field(description="Which fact.")
    text: str = Field(
        min_length=1,
        max_length=max(contact.LIMITS.values()),
        pattern=r"\S",
        description="As it should be, or `unknown`. A name or a number is shorter than a place.",
    )


class AreaGiven(Given):
    """Which area the incident lies in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"area": "North"}]})
    area: Annotated[str, InForce("areas")] = Field(description="The area's name.")


class ChildStated(Given):
    """A child as stated now; everything may be left out, and what is left out is *not known*."""

    child: uuid.UUID | None = Field(
        None, strict=False, description="A child recorded before, to say more of the same; left out for another child."
    )
    name: str = Field("", max_length=120, description="Empty is kept as `unknown`.")
    age: Annotated[int, Whole(0, 17)] | None = Field(
        None, description="In whole years. Where age is unknown, treat as a child."
    )
    age_estimated: bool = False
    born: Day | None = Field(None, description="Date of birth, where it is known; the age then follows from it.")
    where_now: str = Field("", max_length=200, description="Where the child is now.")
    last_seen_by: str = Field("", max_length=200, description="Last seen by whom.")
    last_seen_when: str = Field("", max_length=120, description="When, in the speaker's words: *since sat*.")
    seen: Annotated[str, Coded.of(choices.SEEN)] = Field("not_known", description="Whether seen or spoken to.")
    version: Annotated[int, Whole(0, 32_767)] = Field(
        0,
        description="The child's `version` as it was read: a field that is given as it stood then leaves what others said since.",
    )


class ChildrenGiven(Given):
    """The answer to *Children?*, with the children where there are any."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "answer": "named",
                    "children": [
                        {"name": "Mia", "age": 4, "age_estimated": True, "where_now": "upstairs"},
                        {
                            "name": "Tom",
                            "born": "2019-11-23",
                            "last_seen_by": "his aunt",
                            "last_seen_when": "since sat",
                        },
                    ],
                },
                {"answer": "not_known"},
            ]
        }
    )
    answer: Annotated[str, Coded.of(choices.CHILDREN_ANSWERS[1:])] = Field(
        description="`named` goes with at least one child, the others with none."
    )
    children: list[ChildStated] = Field([], max_length=rules.MOST_CHILDREN)


@operation(
    router, "POST", "/incidents", "incident.open", "collection",
    answers={201: answers.Opened, 200: answers.Opened}, summary="Open an incident",
)  # fmt: skip
def open_incident(request: HttpRequest, key: Key, given: Opening) -> Status[answers.Opened]:
    """Opens an incident, owned by this user, and answers with its identity. An earlier try with the same key and the
    same values answers 200 with the incident it made; with other values it is another contact and makes another
    incident, so that nothing told is lost. Its first words are added by the next operation.
    """
    user = staff(request)
    incident_id = command_key(key, user.pk, "incident.open", *given.model_dump().values())
    stood = Incident.objects.filter(pk=incident_id).exists()
    opened = contact.open_incident(user, incident_id=incident_id, **given.model_dump())
    return Status(200 if stood else 201, answers.Opened(id=opened.pk, reference=opened.reference))


@operation(
    router, "GET", "/incidents/{uuid:incident_id}", "incident.see", "consultation",
    answers={200: answers.IncidentShown}, summary="Read an incident",
)  # fmt: skip
def read_incident(request: HttpRequest, incident_id: IncidentId) -> answers.IncidentShown:
    """The record as its page shows it: ribbon, clocks, children, what the reader noticed with its quotes, every THRIVE
    version, every grade, units sent. That this user saw it is put on record, and so is each child shown.
    """
    user = staff(request)
    found = shown.incident(Record(seen(user, incident_id), user), database_now(connection))
    subjects = [("incident", str(found.id)), *(("child", str(one.child)) for one in found.children)]
    record_consultation(user, "incident.see", subjects)
    return found


@operation(
    router, "GET", "/incidents/{uuid:incident_id}/timeline", "incident.see", "consultation",
    answers={200: answers.Timeline}, summary="Read the timeline",
)  # fmt: skip
def read_timeline(
    request: HttpRequest,
    incident_id: IncidentId,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Only lines with a greater `seq`.")] = 0,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="At most so many lines.")] = 100,
) -> answers.Timeline:
    """Everybody's words to the letter, and what the system recorded, in the order recorded. Ask again with `after` to go
    on, or to see what is new. That this user saw it is put on record.
    """
    user = staff(request)
    incident = seen(user, incident_id)
    acted = acts_as(OuterRef("author"), OuterRef("recorded_at"))
    lines = incident.entries.annotate(acted_as=acted).filter(seq__gt=after).select_related("text__erasure", "author")
    here = list(lines.order_by("seq")[: limit + 1])
    read = modes.shown(user, incident).readings
    found = [shown.timeline_line(entry) for entry in here[:limit] if read or not of_reader(entry)]
    record_consultation(user, "incident.see", [("incident", str(incident_id))], after=after)
    return answers.Timeline(lines=found, last_seq=incident.last_seq, more=len(here) > limit)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/entries", "entry.add", "collection",
    answers={201: answers.Added}, summary="Add words",
)  # fmt: skip
def add_words(request: HttpRequest, incident_id: IncidentId, key: Key, given: Words) -> Status[answers.Added]:
    """Adds somebody's words to the timeline; the reader reads them at once, together with all before them. Words for a
    closed incident open it again in this user's hands.
    """
    made = contact.add_words(staff(request), incident_id, key=key, **dict(given))
    return Status(
        201,
        answers.Added(seq=made.seq, occurred_at=made.occurred_at, recorded_at=made.recorded_at, late=made.late),
    )


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/children", "children.answer", "collection",
    answers={204: None}, summary="Answer the children question",
)  # fmt: skip
def answer_children(request: HttpRequest, incident_id: IncidentId, key: Key, given: ChildrenGiven) -> Status[None]:
    """Answers *Children?*. Children given before stay on record; one given again gets a new version. Once a child is
    recorded the answer cannot become *none* or *not known* (409).
    """
    stated = [
        ChildGiven(
            # Of this command and this place in it, so that a retry names the same child.
            child=str(one.child or uuid.uuid5(key, f"child {number}")),
            name=one.name,
            age=one.age,
            age_estimated=one.age_estimated,
            where_now=one.where_now,
            last_seen_by=one.last_seen_by,
            seen=one.seen,
            born=one.born,
            last_seen_when=one.last_seen_when,
            version=one.version,
        )
        for number, one in enumerate(given.children)
    ]
    contact.answer_children(staff(request), incident_id, key=key, answer=given.answer, given=stated)
    return Status(204, None)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/particulars", "entry.add", "alteration",
    answers={204: None}, summary="Record or correct a particular",
)  # fmt: skip
def set_particular(request: HttpRequest, incident_id: IncidentId, key: Key, given: ParticularGiven) -> Status[None]:
    """Records the place, the caller's name or number, or corrects it; what stood before stays on record."""
    contact.set_particular(staff(request), incident_id, key=key, kind=given.kind, text=given.text)
    return Status(204, None)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/area", "entry.add", "alteration",
    answers={204: None}, summary="Say which area it lies in",
)  # fmt: skip
def set_area(request: HttpRequest, incident_id: IncidentId, key: Key, given: AreaGiven) -> Status[None]:
    """Says which area the incident lies in. Until then it stands on every area's board."""
    contact.set_area(staff(request), incident_id, key=key, area=given.area)
    return Status(204, None)
