"""Operations of missing episodes: who is missing, one episode, and everything that is recorded of it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.integration.api import answers_protection as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, IncidentId, Key, Moment, PageNumber, Whole
from goldthread.integration.api.operations import operation
from goldthread.safeguarding import missing_actions as actions
from goldthread.safeguarding import missing_choices as choices
from goldthread.safeguarding import missing_presenters as presenters
from goldthread.safeguarding import missing_queries as queries
from goldthread.safeguarding.missing_rules import newest_table
from goldthread.safeguarding.protection_rules import LONGEST

router = Router(tags=["Missing children"])
PAGE = 50
SEES, RECORDS = queries.SEES, actions.VERB
TABLE = newest_table()
RISKS = [(one.code, one.name) for one in TABLE.risks.values()]
Reasons = list[Annotated[str, Coded.of(TABLE.reasons.items())]]
SightingId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The sighting, by the `id` that reading gave.")]
Version = Annotated[
    int, Whole(1, LARGEST_ID), Field(description="The newest assessment that its author had before them.")
]
EpisodeId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The episode, by the `id` that the list gave.")]


class MissingGiven(Given):
    """A child is missing: the child is enough."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "unknown", "last_seen_at": "2026-11-23T02:07:00Z", "last_seen": "At the bus station."}
            ]
        }
    )
    child: UUID | None = Field(
        None, strict=False, description="The child, by the `child` of the incident; null for one not on record yet."
    )
    name: str = Field("", max_length=120, description="The name of a child not on record yet.")
    last_seen_at: Moment | None = Field(None, description="The last sighting; null where nobody knows.")
    last_seen: str = Field("", max_length=LONGEST, description="Where, and by whom.")
    went_from: Annotated[str, Coded.of([("", "Not said"), *TABLE.places.items()])] = ""
    place: str = Field("", max_length=LONGEST, description="The address; left out, it is the incident's settled one.")
    risk: Annotated[str, Coded.of([("", "As the record suggests"), *RISKS])] = ""
    reasons: Reasons = Field(default_factory=list, max_length=50)
    words: str = Field("", max_length=LONGEST, description="Needed for a risk below what the record suggests.")


class Assessing(Given):
    """The risk anew."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": 1, "risk": "high", "reasons": ["exploitation"]}]}
    )
    version: Version
    risk: Annotated[str, Coded.of(RISKS)]
    reasons: Reasons = Field(default_factory=list, max_length=50)
    words: str = Field("", max_length=LONGEST, description="Needed for a risk below what the record suggests.")


class Agreeing(Given):
    """An inspector's answer to a risk below medium."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": 2, "approve": False, "words": "Not seen by anybody."}]}
    )
    version: Version
    approve: bool
    words: str = Field("", max_length=LONGEST, description="Needed where it is not agreed.")


class Seen(Given):
    """A sighting."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"seen_at": "2026-11-23T02:07:00Z", "words": "At the fair, by a friend."}]}
    )
    seen_at: Moment
    words: str = Field(min_length=1, max_length=LONGEST, pattern=r"\S", description="Where, and by whom.")


class Withdrawing(Given):
    """Why a sighting was a mistake."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"why": "The time was an hour out."}]})
    why: str = Field(min_length=1, max_length=LONGEST, pattern=r"\S")


class Back(Given):
    """The return."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"found_by": "police", "condition": "Cold, unhurt."}]})
    found_by: Annotated[str, Coded.of(choices.FOUND_BY)]
    returned_at: Moment | None = Field(None, description="When, where that was earlier than now.")
    where: str = Field("", max_length=LONGEST)
    condition: str = Field("", max_length=LONGEST)


class Interviewing(Given):
    """What came of an interview."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "prevention", "outcome": "done", "how": "face", "who": "4417", "words": "I was afraid."}
            ]
        }
    )
    kind: Annotated[str, Coded.of(choices.INTERVIEWS)]
    outcome: Annotated[str, Coded.of(choices.OUTCOMES)]
    held_at: Moment | None = Field(None, description="When, where that was earlier than now.")
    how: Annotated[str, Coded.of([("", "Not said"), *choices.HOW])] = Field("", description="Needed where it was done.")
    who: str = Field(
        min_length=1, max_length=LONGEST, pattern=r"\S", description="Who spoke to the child, or offers it."
    )
    words: str = Field("", max_length=LONGEST, description="What the child said, or why there was none.")
    not_face: str = Field("", max_length=LONGEST, description="Why a prevention interview was not face to face.")


@operation(
    router, "GET", "/missing", SEES, "consultation", answers={200: answers.MissingChildren}, summary="List missing children",
)  # fmt: skip
def list_missing(request: HttpRequest, page: PageNumber = 1) -> answers.MissingChildren:
    """The longest unseen first, before them those whose last sighting nobody knows; then those back to whom an interview is owed. Fifty
    to a page. That this user saw them is put on record.
    """
    user, now = staff(request), database_now(connection)
    pages = Paginator(queries.listed(user), PAGE)
    rows = presenters.rows(pages.get_page(page).object_list if page <= pages.num_pages else [], now)
    record_consultation(user, "missing.list", [("episode", str(one["id"])) for one in rows])
    return answers.MissingChildren(
        page=page, pages=pages.num_pages, total=pages.count, rows=[answers.MissingRow(**_row(one)) for one in rows]
    )


@operation(
    router, "GET", "/missing/places", SEES, "consultation", answers={200: answers.Places}, summary="List places children went missing from",
)  # fmt: skip
def list_places(request: HttpRequest) -> answers.Places:
    """Of the last twelve months, those where children are looked after first, then the most often."""
    user, now = staff(request), database_now(connection)
    rows = presenters.places(user, now)
    record_consultation(user, "missing.places", presenters.counted(rows))
    return answers.Places(rows=[answers.Place(**one) for one in rows])


@operation(
    router, "GET", "/missing/{int:episode_id}", SEES, "consultation", answers={200: answers.Episode}, summary="Read a missing episode",
)  # fmt: skip
def read_episode(request: HttpRequest, episode_id: EpisodeId) -> answers.Episode:
    """All that is known of it, and this child's other episodes. That this user saw it is put on record."""
    user, now = staff(request), database_now(connection)
    held = (
        queries.in_sight(user).select_related("incident", "place__street", "place_words").filter(pk=episode_id).first()
    )
    if held is None:
        raise NotThere(actions.NOT_THERE)
    one = presenters.row(held, now)
    record_consultation(user, SEES, [("incident", str(held.incident_id)), ("episode", str(held.pk))])
    history = presenters.history(user, held, now)
    same = ("version", "asked", "risk", "reasons", "words", "by", "agreed_by", "at")
    assessed = (presenters.assessment(each) for each in queries.assessments(held))
    spoken = (presenters.interview(each) for each in queries.interviews(held))
    return answers.Episode(
        **_row(one),
        assessments=[answers.Assessment(**{name: each[name] for name in same}) for each in assessed],
        sightings=[answers.Sighting(**presenters.sighting(each)) for each in queries.sightings(held)],
        interviews=[answers.InterviewShown(**each) for each in spoken],
        others=[each["id"] for each in history["episodes"] if not each["here"]],
        hidden=history["hidden"],
    )


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/missing", RECORDS, "collection",
    answers={201: answers.Made}, summary="Record a missing child",
)  # fmt: skip
def open_episode(request: HttpRequest, incident_id: IncidentId, key: Key, given: MissingGiven) -> Status[answers.Made]:
    """Starts the clock until the risk is assessed again. Below medium the risk waits for an inspector, and the suggested one holds."""
    values = {**given.model_dump(), "child": str(given.child) if given.child else ""}
    made = actions.open_episode(staff(request), incident_id, key=key, **values)
    return Status(201, answers.Made(id=made.pk))


@operation(
    router, "POST", "/missing/{int:episode_id}/assessments", RECORDS, "alteration",
    answers={204: None}, summary="Assess a missing child's risk",
)  # fmt: skip
def assess(request: HttpRequest, episode_id: EpisodeId, key: Key, given: Assessing) -> Status[None]:
    """A new version, from which the clock runs anew. Below medium it waits for an inspector, and the higher one holds. Answers 409
    (`stale`) where another version came since the one that was given.
    """
    actions.assess(staff(request), episode_id, key=key, **given.model_dump())
    return Status(204, None)


@operation(
    router, "POST", "/missing/{int:episode_id}/agreement", actions.DECIDES, "alteration",
    answers={204: None}, summary="Answer a lower risk as the inspector",
)  # fmt: skip
def agree(request: HttpRequest, episode_id: EpisodeId, key: Key, given: Agreeing) -> Status[None]:
    """By an inspector who did not choose it; until then the higher risk holds. Answers 409 (`stale`) where another version came since the
    one that was given.
    """
    actions.agree(staff(request), episode_id, key=key, **given.model_dump())
    return Status(204, None)


@operation(
    router, "POST", "/missing/{int:episode_id}/sightings", RECORDS, "collection",
    answers={204: None}, summary="Record a sighting of a missing child",
)  # fmt: skip
def sight(request: HttpRequest, episode_id: EpisodeId, key: Key, given: Seen) -> Status[None]:
    """The hours are counted from the last sighting, in whatever order they are told."""
    actions.sight(staff(request), episode_id, key=key, seen_at=given.seen_at, words=given.words)
    return Status(204, None)


@operation(
    router, "POST", "/missing/{int:episode_id}/sightings/{int:sighting_id}/withdrawal", RECORDS, "alteration",
    answers={204: None}, summary="Take a sighting back",
)  # fmt: skip
def withdraw_sighting(
    request: HttpRequest, episode_id: EpisodeId, sighting_id: SightingId, key: Key, given: Withdrawing
) -> Status[None]:
    """It was recorded by mistake: it stays on record with the reason, and the hours are counted from the last that stands."""
    actions.take_back(staff(request), episode_id, key=key, sighting=sighting_id, why=given.why)
    return Status(204, None)


@operation(
    router, "POST", "/missing/{int:episode_id}/return", RECORDS, "alteration",
    answers={204: None}, summary="Record a missing child's return",
)  # fmt: skip
def come_back(request: HttpRequest, episode_id: EpisodeId, key: Key, given: Back) -> Status[None]:
    """Starts the clocks of both interviews from the return. The risk stays as it was, for the next episode."""
    actions.come_back(staff(request), episode_id, key=key, **given.model_dump())
    return Status(204, None)


@operation(
    router, "POST", "/missing/{int:episode_id}/interviews", RECORDS, "collection",
    answers={204: None}, summary="Record an interview after a return",
)  # fmt: skip
def interview(request: HttpRequest, episode_id: EpisodeId, key: Key, given: Interviewing) -> Status[None]:
    """Ends its clock; of a return home interview the offer does."""
    actions.interview(staff(request), episode_id, key=key, **given.model_dump())
    return Status(204, None)


def _row(one: dict[str, Any]) -> dict[str, Any]:
    same = (
        "id", "child", "called", "risk", "waits", "last_seen_at", "unseen_s", "at", "returned_at", "number", "went_from", "place",
    )  # fmt: skip
    return {"incident": one["incident"].pk, **{name: one[name] for name in same}}
