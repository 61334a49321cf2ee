"""Operations on children's records: whether a child is known, finding and reading a record, tying and merging, markers, likenesses."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import staff
from goldthread.audit.actions import Subject, record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.contact.querysets import one
from goldthread.contact.search_rules import LONGEST, too_short
from goldthread.contact.work import NOT_THERE
from goldthread.desk.record import Record
from goldthread.integration.api import answers_children as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Day, Given, IncidentId, InForce, Key, PageNumber, Whole
from goldthread.integration.api.operations import operation
from goldthread.response.request_rules import LONGEST_WORDS
from goldthread.safeguarding import (
    child_actions,
    child_marker_actions,
    child_marker_presenters,
    child_presenters,
    child_queries,
)
from goldthread.safeguarding.child_chronology import chronology
from goldthread.safeguarding.child_models import REVIEWED

router = Router(tags=["Children"])
PAGE = 20
SEE, TIE, KNOWN = child_queries.SEE, child_actions.TIE, "child.known"
RecordId = Annotated[UUID, Path(description="The record, by the `record` that finding or making it gave.")]
ChildId = Annotated[UUID, Path(description="The child, by the `child` that the incident's answer has.")]
MarkerId = Annotated[
    int, Path(ge=1, le=LARGEST_ID, description="The marker, by the `id` that listing or setting it gave.")
]
LikenessId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The pair, by the `id` that the list gave.")]
ONE_OR_TWO = [("same", "One child"), ("apart", "Two children")]


class NameGiven(Given):
    """What to search for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"typed": "Mia Fenwick"}]})
    typed: str = Field(
        min_length=1, max_length=LONGEST, pattern=r"\S", description="A name, at least three letters of it."
    )


DESPITE = Field(
    False, description="Whoever says so has read what speaks against it, which a refusal without this tells."
)


class WhyGiven(Given):
    """Why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"why": "The grandmother told both."}]})
    why: str = Field(min_length=1, max_length=LONGEST_WORDS, pattern=r"\S")


class TieGiven(Given):
    """Which record a child of an incident is to be tied to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"why": "The grandmother told both."}]})
    record: UUID | None = Field(
        None, strict=False, description="The record that is this child's; without one, a new record is made."
    )
    why: str = Field("", max_length=LONGEST_WORDS, description="Needed where a record is named.")
    despite: bool = DESPITE


class MergeGiven(WhyGiven):
    """Another record that is the same child."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"other": "0b0f6a52-6f3a-4a57-9d0c-0f7f3c0a9f11", "why": "The grandmother told both."}]
        }
    )
    other: UUID = Field(strict=False, description="The other record, by the `record` that finding or making it gave.")
    despite: bool = DESPITE


class UnmergeGiven(WhyGiven):
    """Why a merge is taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"why": "Born in different years.", "different": True}]})
    different: bool = Field(False, description="They are two children, and are not suggested as one again.")


class MarkerGiven(Given):
    """A warning or need on a child."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "missing", "words": "Goes to the bus station.", "review_on": "2027-02-01"}]
        }
    )
    kind: Annotated[str, InForce("marker_kinds")] = Field(max_length=30, description="What it is about.")
    words: str = Field(
        min_length=1, max_length=LONGEST_WORDS, pattern=r"\S", description="What whoever meets the child must know."
    )
    review_on: Day = Field(description="The day by which somebody looks at it again: ahead, and a year at most.")


class MarkerReviewGiven(WhyGiven):
    """A marker looked at again."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"outcome": "kept", "why": "Went again in May.", "seen": 0, "review_on": "2027-06-01"}]
        }
    )
    outcome: Annotated[str, Coded.of(REVIEWED)]
    seen: Annotated[int, Whole(0, 2**15 - 1)] = Field(
        description="`seen` of the marker as it was read: `stale` where somebody reviewed it since."
    )
    words: str = Field("", max_length=LONGEST_WORDS, description="What it says from now on; needed for *changed*.")
    review_on: Day | None = Field(None, description="When it is looked at next; needed unless it ends.")


class LikenessGiven(Given):
    """Whether two children are one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"answer": "same", "why": "Both gave her school."}]})
    answer: Annotated[str, Coded.of(ONE_OR_TWO)]
    why: str = Field("", max_length=LONGEST_WORDS, description="Needed to say that they are one.")
    despite: bool = DESPITE


@operation(
    router, "GET", "/incidents/{uuid:incident_id}/children/records", KNOWN, "consultation",
    answers={200: answers.ChildrenKnown}, summary="See which children are known",
)  # fmt: skip
def read_children_known(request: HttpRequest, incident_id: IncidentId) -> answers.ChildrenKnown:
    """Which children of the incident have a record across incidents, how many incidents came before, and the markers that stand."""
    user = staff(request)
    incident = one(user, KNOWN, incident_id)
    if incident is None:
        raise NotThere(NOT_THERE)
    rows = child_presenters.here(user, incident, Record(incident, user).children, database_now(connection))
    subjects: list[Subject] = [("incident", str(incident_id)), *(("child", str(row["child"])) for row in rows)]
    subjects += [("child_marker", str(each["marker"].pk)) for row in rows for each in row["markers"]]
    record_consultation(user, KNOWN, subjects)
    opens = user.can(SEE)
    return answers.ChildrenKnown(
        children=[
            answers.ChildKnown(
                child=row["child"], name=row["name"], record=row["record"] if opens else None,
                known=row["record"] is not None, earlier=row["before"],
                markers=[
                    answers.MarkerStanding(
                        kind=each["marker"].kind, words=each["words"], review_on=each["review_on"], late=each["late"]
                    )
                    for each in row["markers"]
                ],
            )
            for row in rows
        ]
    )  # fmt: skip


@operation(
    router, "POST", "/children/searches", SEE, "consultation", answers={200: answers.ChildrenFound}, summary="Find a child by name",
)  # fmt: skip
def find_children(request: HttpRequest, given: NameGiven) -> answers.ChildrenFound:
    """Children with a name like this in incidents that this user may see. What was found is put on record, the name is not."""
    user = staff(request)
    if too_short(given.typed):
        raise Invalid({"typed": "Give at least three letters to search. Nothing was searched."})
    at = child_queries.find(user, given.typed)
    rows = child_presenters.children(at, Incident.objects.reached_by(user, SEE).in_bulk({pk for pk, _ in at}))
    subjects = [("incident", str(row["incident"].pk)) for row in rows]
    record_consultation(user, "child.search", [*subjects, *(("child", str(row["child"])) for row in rows)])
    same = ("name", "age", "record", "child")
    return answers.ChildrenFound(
        found=[answers.ChildFound(incident=row["incident"].pk, **{name: row[name] for name in same}) for row in rows]
    )


@operation(
    router, "GET", "/children/{uuid:record_id}", SEE, "consultation", answers={200: answers.ChildRecordShown}, summary="Read a child's record",
)  # fmt: skip
def read_child(request: HttpRequest, record_id: RecordId) -> answers.ChildRecordShown:
    """The record's incidents within this user's sight and the chronology of these. That this user saw them is put on record."""
    seen = _seen(staff(request), record_id)
    return answers.ChildRecordShown(
        record=seen.held.root,
        name=child_presenters.called(seen),
        more=seen.more,
        ties=[answers.Tied(incident=tie.incident_id, child=tie.child, at=tie.at) for tie in seen.ties],
        chronology=[
            answers.ChildLine(
                at=line.at,
                kind=line.kind,
                incident=line.incident,
                words=line.words,
                source=line.source,
                quote=line.quote,
            )
            for line in chronology(seen)
        ],
    )


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/children/{uuid:child}/record", TIE, "combination",
    answers={201: answers.RecordMade}, summary="Tie a child to a record",
)  # fmt: skip
def tie_child(
    request: HttpRequest, incident_id: IncidentId, child: ChildId, key: Key, given: TieGiven
) -> Status[answers.RecordMade]:
    """Makes a record of a child of an incident, or ties the child to one. Refused where the child belongs to another record."""
    user = staff(request)
    if given.record is None:
        made = child_actions.make(user, incident_id, child, key=key, why=given.why).pk
    else:
        made = child_actions.tie(
            user, incident_id, child, key=key, record_id=given.record, why=given.why, despite=given.despite
        )
    return Status(201, answers.RecordMade(record=made))


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/children/{uuid:child}/untie", TIE, "alteration",
    answers={201: answers.RecordMade}, summary="Take a child's tie back",
)  # fmt: skip
def untie_child(
    request: HttpRequest, incident_id: IncidentId, child: ChildId, key: Key, given: WhyGiven
) -> Status[answers.RecordMade]:
    """Says that a child of an incident is not that record's after all; answers with the record it was tied to."""
    made = child_actions.untie(staff(request), incident_id, child, key=key, why=given.why)
    return Status(201, answers.RecordMade(record=made))


@operation(
    router, "POST", "/children/{uuid:record_id}/merges", TIE, "combination", answers={201: answers.RecordMade}, summary="Merge two records",
)  # fmt: skip
def merge_children(
    request: HttpRequest, record_id: RecordId, key: Key, given: MergeGiven
) -> Status[answers.RecordMade]:
    """Says that another record is the same child; it goes into this one. `stale` where another merged one of them meanwhile."""
    made = child_actions.merge(staff(request), record_id, given.other, key=key, why=given.why, despite=given.despite)
    return Status(201, answers.RecordMade(record=made))


@operation(
    router, "POST", "/children/{uuid:record_id}/unmerge", TIE, "alteration", answers={201: answers.RecordMade}, summary="Take a merge back",
)  # fmt: skip
def unmerge_child(
    request: HttpRequest, record_id: RecordId, key: Key, given: UnmergeGiven
) -> Status[answers.RecordMade]:
    """Takes the merge of this record into another back: both stand as they did, with what was tied to each since."""
    made = child_actions.unmerge(staff(request), record_id, key=key, why=given.why, different=given.different)
    return Status(201, answers.RecordMade(record=made))


@operation(
    router, "GET", "/children/{uuid:record_id}/markers", SEE, "consultation", answers={200: answers.ChildMarkers}, summary="List a child's markers",
)  # fmt: skip
def list_child_markers(request: HttpRequest, record_id: RecordId) -> answers.ChildMarkers:
    """Every marker on the record, ended ones too, each as it holds now. That this user saw them is put on record."""
    seen, today = _seen(staff(request), record_id), force_day(database_now(connection))
    rows = [child_marker_presenters.marker(one, reviews, today) for one, reviews in child_queries.markers_of(seen.held)]
    return answers.ChildMarkers(
        markers=[
            answers.ChildMarkerShown(
                id=row["marker"].pk, kind=row["marker"].kind, words=row["words"], review_on=row["review_on"],
                late=row["late"], ended=row["ended"], seen=row["seen"], by=row["marker"].by.name, at=row["marker"].at,
            )
            for row in rows
        ]
    )  # fmt: skip


@operation(
    router, "POST", "/children/{uuid:record_id}/markers", TIE, "collection", answers={201: answers.ChildMarkerMade}, summary="Set a marker on a child",
)  # fmt: skip
def set_child_marker(
    request: HttpRequest, record_id: RecordId, key: Key, given: MarkerGiven
) -> Status[answers.ChildMarkerMade]:
    """Puts a marker on the record, with the day by which somebody looks at it again; a clock tells of that day."""
    made = child_marker_actions.mark(
        staff(request), record_id, key=key, kind=given.kind, words=given.words, review_on=given.review_on
    )
    return Status(201, answers.ChildMarkerMade(id=made.pk))


@operation(
    router, "POST", "/children/markers/{int:marker_id}/reviews", TIE, "alteration", answers={204: None}, summary="Review a marker",
)  # fmt: skip
def review_child_marker(request: HttpRequest, marker_id: MarkerId, key: Key, given: MarkerReviewGiven) -> Status[None]:  # noqa: ARG001 - `seen` tells a retry
    """Keeps, changes or ends a marker, with the reason. `stale` where another reviewed it meanwhile; refused for one that has ended."""
    reviewed = child_marker_actions.Reviewed(**given.model_dump())
    child_marker_actions.review(staff(request), marker_id, reviewed)
    return Status(204, None)


@operation(
    router, "GET", "/children/likenesses", TIE, "consultation", answers={200: answers.Likenesses}, summary="List children who may be one",
)  # fmt: skip
def list_likenesses(request: HttpRequest, page: PageNumber = 1) -> answers.Likenesses:
    """Pairs that the machine suggests and nobody has decided, of incidents that this user sees both; the likeliest first, twenty to
    a page. That this user saw them is put on record.
    """
    user = staff(request)
    pages = Paginator(child_queries.waiting(user), PAGE)
    here = list(pages.object_list[(page - 1) * PAGE : page * PAGE])
    rows = child_presenters.pairs(here, database_now(connection))
    sides = [side for row in rows for side in row["sides"]]
    subjects: list[Subject] = [("incident", str(side["incident"].pk)) for side in sides]
    subjects += [("child", str(side["child"])) for side in sides]
    record_consultation(user, "child.list", list(dict.fromkeys(subjects)))
    same = ("name", "age", "record", "child")
    return answers.Likenesses(
        page=page, pages=pages.num_pages, total=pages.count,
        rows=[
            answers.LikenessShown(
                id=row["id"],
                children=[
                    answers.ChildFound(incident=side["incident"].pk, **{name: side[name] for name in same})
                    for side in row["sides"]
                ],
                compared=[answers.Compared(**each) for each in row["rows"]],
            )
            for row in rows
        ],
    )  # fmt: skip


@operation(
    router, "POST", "/children/likenesses/{int:likeness_id}/decision", TIE, "combination",
    answers={201: answers.LikenessDecided}, summary="Say whether two children are one",
)  # fmt: skip
def decide_likeness(
    request: HttpRequest,
    likeness_id: LikenessId,
    key: Key,  # noqa: ARG001 - the same said twice is said once
    given: LikenessGiven,
) -> Status[answers.LikenessDecided]:
    """One child: ties, makes or merges what it takes, and answers with the record. Two children: kept, and not suggested again.
    `stale` where somebody said the other meanwhile.
    """
    user, record = staff(request), None
    if given.answer == "same":
        record = child_actions.same(user, likeness_id, why=given.why, despite=given.despite)
    else:
        child_actions.apart(user, likeness_id, why=given.why)
    return Status(201, answers.LikenessDecided(record=record))


def _seen(user: Staff, record_id: UUID) -> child_queries.Seen:
    """What this user sees of a record, which is put on record."""
    seen = child_queries.seen(user, record_id)
    if seen is None:
        raise NotThere(child_actions.NO_RECORD)
    record_consultation(user, SEE, [("child_record", str(seen.held.root)), *(("incident", str(pk)) for pk in seen.pks)])
    return seen
