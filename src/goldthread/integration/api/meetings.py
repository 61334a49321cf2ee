"""Operations of meetings: calling one, being in it, its list, deciding lines, what is owed, and its minutes."""

from __future__ import annotations

from typing import Annotated

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere, Refused
from goldthread.contact.known import force_day
from goldthread.integration.api import answers_meetings as answers
from goldthread.integration.api.fields import LARGEST_ID, Given, Key, PageNumber, Whole
from goldthread.integration.api.operations import operation
from goldthread.meetings import actions, beyond, deciding_actions, presenters, queries
from goldthread.meetings.actions import NOT_THERE
from goldthread.meetings.kinds import Kind, kinds_on
from goldthread.meetings.minutes import rest_told
from goldthread.meetings.models import Meeting
from goldthread.meetings.rules import LONGEST_WORDS

router = Router(tags=["Meetings"])
PAGE = 50
SEE, CHAIR = "meeting.see", "meeting.chair"
MeetingId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The meeting.")]
LineId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The line, by the `id` that reading gave.")]
ActionId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The action.")]


class CallGiven(Given):
    """A meeting to be called."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "irmm", "because": "start"}]})
    kind: str = Field(max_length=20, description="`irmm`, `silver`, `gold` or `fgb`.")
    because: str = Field(
        max_length=20, description="`start`, `mid`, `threshold` or `other`; of a board `regular` or `between`."
    )
    words: str = Field("", max_length=LONGEST_WORDS)


class LineDecisionGiven(Given):
    """A decision of a line, with the fields that it needs: see `docs/decisions/0038-meetings.md` and the page."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": "hold", "seen": 0, "words": "Her aunt is with her.", "minutes": 30}]}
    )
    code: str = Field(max_length=20, description="A decision of the kind, such as `hold` or `upgrade`.")
    seen: Annotated[int, Whole(0, LARGEST_ID)] = Field(
        description="`decided` as reading gave it: `stale` where it changed."
    )
    words: str = Field("", max_length=LONGEST_WORDS)
    owner: str = Field(
        "", max_length=40, description="`staff:3` or `team:3`; whoever owns the incident, or chairs, unless given."
    )
    person: str = Field("", max_length=20, description="For *accept*: the number of whoever accepts.")
    minutes: Annotated[int, Whole(1, 129_600)] | None = Field(
        None,
        description="Until it is due; the decision's own unless given. An incident meeting allows a day, a board ninety.",
    )
    given: dict[str, Annotated[str, Field(max_length=120)]] = Field(
        default_factory=dict, max_length=10, description="`grade`, `unit`, `to`, `reason`, `agency`, `reached`."
    )


class DoneGiven(Given):
    """What was done."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "Rang her aunt; both are well."}]})
    words: str = Field(min_length=1, max_length=LONGEST_WORDS, pattern=r"\S")


@operation(router, "GET", "/meetings", SEE, "consultation", answers={200: answers.Meetings}, summary="List meetings")
def list_meetings(request: HttpRequest, page: PageNumber = 1) -> answers.Meetings:
    """Meetings of the kinds that admit this user, the newest first, fifty to a page."""
    user = staff(request)
    kinds = _kinds()
    pages = Paginator(queries.meetings(user, kinds), PAGE)
    here = list(pages.object_list[(page - 1) * PAGE : page * PAGE])
    record_consultation(user, SEE, [("meeting", str(one.pk)) for one in here])
    return answers.Meetings(
        page=page, pages=pages.num_pages, total=pages.count, rows=[_row(one, kinds[one.kind]) for one in here]
    )


@operation(
    router, "POST", "/meetings", CHAIR, "collection", answers={201: answers.MeetingMade}, summary="Call a meeting"
)
def call_meeting(request: HttpRequest, key: Key, given: CallGiven) -> Status[answers.MeetingMade]:
    """Builds the list now, freezes it, and makes this user its chair. Refused while one of the kind sits."""
    made = actions.call(staff(request), given.kind, key=key, because=given.because, words=given.words)
    return Status(201, answers.MeetingMade(id=made.pk))


@operation(
    router, "GET", "/meetings/{int:meeting_id}", SEE, "consultation", answers={200: answers.MeetingWhole}, summary="Read a meeting's list",
)  # fmt: skip
def read_meeting(request: HttpRequest, meeting_id: MeetingId) -> answers.MeetingWhole:
    """The frozen list with what was decided of each line. What is out of this user's sight keeps its place and says nothing."""
    user = staff(request)
    found, kind = _meeting(user, meeting_id)
    lines = presenters.lines(found, kind, user)
    body = beyond.body(kind.code)
    seen = [(body.subject, one["subject"]) for one in lines if not one["hidden"]]
    record_consultation(user, SEE, [("meeting", str(found.pk)), *seen])
    return answers.MeetingWhole(
        **_row(found, kind).model_dump(),
        kind=kind.code,
        heading=[answers.Pair(**one) for one in found.frozen.get("heading", [])],
        agenda_sha256=found.agenda_sha256,
        present=[
            answers.PresentShown(name=one.staff.name, part=one.part, since=one.joined_at)
            for one in queries.present(found)
        ],
        lines=[answers.LineShown.model_validate({"subject": None, **one}) for one in lines],
        rest=answers.RestShown.model_validate(rest_told(found.frozen)),
    )


@operation(
    router, "POST", "/meetings/{int:meeting_id}/join", SEE, "alteration", answers={204: None}, summary="Join a meeting",
)  # fmt: skip
def join_meeting(request: HttpRequest, meeting_id: MeetingId, key: Key) -> Status[None]:  # noqa: ARG001 - who is in it stays in it
    """Puts this user among those present; `stale` where the meeting has ended."""
    actions.join(staff(request), meeting_id)
    return Status(204, None)


@operation(
    router, "POST", "/meetings/{int:meeting_id}/leave", SEE, "alteration", answers={204: None}, summary="Leave a meeting",
)  # fmt: skip
def leave_meeting(request: HttpRequest, meeting_id: MeetingId, key: Key) -> Status[None]:  # noqa: ARG001 - who has left has left
    """Where the chair leaves it goes on, and whoever may chair it takes the chair."""
    actions.leave(staff(request), meeting_id)
    return Status(204, None)


@operation(
    router, "POST", "/meetings/{int:meeting_id}/chair", CHAIR, "alteration", answers={204: None}, summary="Take a meeting's chair",
)  # fmt: skip
def take_chair(request: HttpRequest, meeting_id: MeetingId, key: Key) -> Status[None]:  # noqa: ARG001 - who has it keeps it
    """Makes this user the chair, whether the chair left or not; who had it stays as one present."""
    actions.take_chair(staff(request), meeting_id)
    return Status(204, None)


@operation(
    router, "POST", "/meetings/{int:meeting_id}/lines/{int:line_id}/decisions", CHAIR, "alteration",
    answers={201: answers.Decided}, summary="Decide a line",
)  # fmt: skip
def decide_line(
    request: HttpRequest, meeting_id: MeetingId, line_id: LineId, key: Key, given: LineDecisionGiven
) -> Status[answers.Decided]:
    """Decides a line as the meeting's chair, by the same actions as anywhere, and writes it to the incident where the line is of one."""
    made = deciding_actions.decide(staff(request), meeting_id, line_id, key=key, **given.model_dump())
    return Status(201, answers.Decided(id=made.pk, came_of=made.came_of))


@operation(
    router, "POST", "/meetings/{int:meeting_id}/end", CHAIR, "alteration", answers={204: None}, summary="End a meeting",
)  # fmt: skip
def end_meeting(request: HttpRequest, meeting_id: MeetingId, key: Key) -> Status[None]:  # noqa: ARG001 - ending twice is ending once
    """Ends it as its chair: what was not reached goes to people on duty, and the minutes are frozen. Ending it again changes nothing."""
    actions.end(staff(request), meeting_id)
    return Status(204, None)


@operation(
    router, "GET", "/meetings/{int:meeting_id}/minutes", SEE, "consultation", answers={200: answers.MinutesShown}, summary="Read minutes",
)  # fmt: skip
def read_minutes(request: HttpRequest, meeting_id: MeetingId) -> answers.MinutesShown:
    """The minutes as they were frozen; refused while the meeting sits."""
    user = staff(request)
    found, kind = _meeting(user, meeting_id)
    if found.is_open:
        raise Refused("This meeting still sits. Its minutes are made when it ends.")
    kept = found.minutes
    told = presenters.minutes(kept.content, kind, user)
    body = beyond.body(kind.code)
    seen = [(body.subject, one["subject"]) for one in (*told["lines"], *told["not_reached"]) if not one["hidden"]]
    record_consultation(user, SEE, [("meeting", str(found.pk)), *seen])
    hidden = told.pop("hidden")
    return answers.MinutesShown(sha256=kept.sha256, issued_at=kept.at, hidden=hidden, content=told)


@operation(
    router, "GET", "/meetings/actions", SEE, "consultation", answers={200: answers.Actions}, summary="List what one owes of meetings",
)  # fmt: skip
def list_actions(request: HttpRequest) -> answers.Actions:
    """Actions that this user or their team owes, at most five hundred, the soonest due first."""
    user = staff(request)
    rows = presenters.actions(user, queries.mine(user)[:500], database_now(connection))
    record_consultation(user, SEE, [("action", str(one["id"])) for one in rows])
    return answers.Actions(
        rows=[answers.ActionShown.model_validate({**one, "incident": one["subject"]}) for one in rows]
    )


@operation(
    router, "POST", "/meetings/actions/{int:action_id}/done", SEE, "alteration", answers={204: None}, summary="Say that an action is done",
)  # fmt: skip
def finish_action(request: HttpRequest, action_id: ActionId, key: Key, given: DoneGiven) -> Status[None]:  # noqa: ARG001 - it ends once
    """Ends an action with what was done, said in the incident; `stale` where it ended already."""
    deciding_actions.done(staff(request), action_id, words=given.words)
    return Status(204, None)


def _row(found: Meeting, kind: Kind) -> answers.MeetingShown:
    return answers.MeetingShown.model_validate(presenters.row(found, kind))


def _kinds() -> dict[str, Kind]:
    kinds = kinds_on(force_day(database_now(connection)))
    return {code: kind for code, kind in kinds.items() if code in beyond.bodies()}


def _meeting(user: Staff, meeting_id: int) -> tuple[Meeting, Kind]:
    kinds = _kinds()
    found = queries.meetings(user, kinds).filter(pk=meeting_id).first()
    if found is None:
        raise NotThere(NOT_THERE)
    return found, kinds[found.kind]
