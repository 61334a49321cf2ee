"""Operations of cohorts: planning, booking, calling off, and the register of who was there."""

from __future__ import annotations

from typing import Annotated

from django.core.paginator import Paginator
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import NotThere
from goldthread.integration.api import answers_learning as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Day, Given, Key, PageNumber, Whole
from goldthread.integration.api.operations import operation
from goldthread.learning import actions, queries, reading, register_actions, rules
from goldthread.learning.models import Cohort
from goldthread.learning.views import KEEP

router = Router(tags=["Cohorts"])
PAGE = 50
CohortId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The cohort, by the `id` that the list gave.")]
StaffId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="Somebody, by the `id` that the list of who is due gave.")]  # fmt: skip
Id = Annotated[int, Whole(1, LARGEST_ID)]


class CohortGiven(Given):
    """A course to be held once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"course": "thrive-refresher", "starts": "2026-10-05", "ends": "2026-10-05", "place": "Room 2", "places": 12}
            ]
        }
    )  # fmt: skip
    course: str = Field(max_length=40)
    starts: Day
    ends: Day = Field(description="Its last day, that one included.")
    place: str = Field(max_length=rules.LONGEST_PLACE)
    places: Annotated[int, Whole(1, rules.MOST_PLACES)]
    trainer: Id | None = Field(None, description="Who holds it, by number; null for whoever plans it.")
    need: Id | None = Field(None, description="The need that it is for.")


class BookingGiven(Given):
    """Whom to book."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"staff": [3, 4]}]})
    staff: list[Id] = Field(description="By the `id` that the list of who is due gave. Those booked already stay where they are.")  # fmt: skip


class CallOffGiven(Given):
    """Why a cohort is called off."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "The trainer is ill."}]})
    words: str = Field(max_length=rules.LONGEST, description="Why, for those who are booked.")


class AttendanceLine(Given):
    """Whether one person was there."""

    username: str = Field(max_length=60, description="Their collar number or login.")
    attended: bool
    result: Annotated[str, Coded.of(rules.RESULTS)] = ""


class RegisterGiven(Given):
    """Who was there."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rows": [{"username": "4411", "attended": True, "result": "passed"}]}]}
    )
    rows: list[AttendanceLine]


class RegisterFileGiven(Given):
    """A file of attendance."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"csv": "collar,attended,result\n4411,yes,passed\n4412,no,\n"}]}
    )
    csv: str = Field(max_length=reading.MOST, description="Its text, with the columns `collar` or `username`, `attended` and `result`.")  # fmt: skip


@operation(
    router, "GET", "/learning/cohorts", KEEP, "consultation", answers={200: answers.CohortList}, summary="List cohorts",
)  # fmt: skip
def list_cohorts(request: HttpRequest, page: PageNumber = 1) -> answers.CohortList:
    """Every cohort, the one that begins last first, fifty to a page."""
    pages = Paginator(queries.cohorts(), PAGE)
    here: list[Cohort] = list(pages.get_page(page).object_list) if page <= pages.num_pages else []
    record_consultation(staff(request), KEEP, [("learning-cohort", str(each.pk)) for each in here])
    return answers.CohortList(
        page=page, pages=pages.num_pages, total=pages.count, cohorts=[_brief(queries.room(each)) for each in here]
    )


@operation(
    router, "POST", "/learning/cohorts", KEEP, "collection", answers={201: answers.LearningMade}, summary="Plan a cohort",
)  # fmt: skip
def plan_cohort(request: HttpRequest, key: Key, given: CohortGiven) -> Status[answers.LearningMade]:
    """Refused (422) for days, places, a course, a trainer or a need that cannot be."""
    return Status(201, answers.LearningMade(id=actions.plan_cohort(staff(request), key=key, **given.model_dump()).pk))


@operation(
    router, "GET", "/learning/cohorts/{int:cohort_id}", KEEP, "consultation",
    answers={200: answers.CohortWhole}, summary="Read a cohort",
)  # fmt: skip
def read_cohort(request: HttpRequest, cohort_id: CohortId) -> answers.CohortWhole:
    """The cohort with everybody who is booked for it or in its register."""
    found = queries.cohorts().filter(pk=cohort_id).first()
    if found is None:
        raise NotThere(actions.NO_COHORT)
    room = queries.room(found)
    people = _people(room)
    subjects = [("learning-cohort", str(cohort_id)), *(("staff", str(one.id)) for one in people)]
    record_consultation(staff(request), KEEP, subjects)
    return answers.CohortWhole(**_brief(room).model_dump(), people=people)


@operation(
    router, "POST", "/learning/cohorts/{int:cohort_id}/bookings", KEEP, "collection",
    answers={201: answers.LearningKept}, summary="Book people",
)  # fmt: skip
def book_people(request: HttpRequest, cohort_id: CohortId, given: BookingGiven) -> Status[answers.LearningKept]:
    """The first to come have the places, the others wait. Refused (409) where it was called off or is over."""
    made = actions.book(staff(request), cohort_id, staff=given.staff)
    return Status(201, answers.LearningKept(kept=len(made)))


@operation(
    router, "POST", "/learning/cohorts/{int:cohort_id}/bookings/{int:staff_id}/back", KEEP, "alteration",
    answers={204: None}, summary="Take a booking back",
)  # fmt: skip
def take_booking_back(request: HttpRequest, cohort_id: CohortId, staff_id: StaffId) -> Status[None]:
    """Frees the place: whoever waits longest moves up. 404 where they are not booked."""
    actions.unbook(staff(request), cohort_id, staff=staff_id)
    return Status(204, None)


@operation(
    router, "POST", "/learning/cohorts/{int:cohort_id}/call-off", KEEP, "alteration",
    answers={204: None}, summary="Call a cohort off",
)  # fmt: skip
def call_cohort_off(request: HttpRequest, cohort_id: CohortId, given: CallOffGiven) -> Status[None]:
    """Calls it off with why. Refused (409) where a register of it was kept."""
    actions.call_off(staff(request), cohort_id, words=given.words)
    return Status(204, None)


@operation(
    router, "POST", "/learning/cohorts/{int:cohort_id}/register", KEEP, "collection",
    answers={201: answers.LearningKept}, summary="Keep a register",
)  # fmt: skip
def keep_register(request: HttpRequest, cohort_id: CohortId, given: RegisterGiven) -> Status[answers.LearningKept]:
    """All of it or nothing. What stands already is not kept twice; what differs holds from then on."""
    rows = [rules.Was(one.username, one.attended, one.result) for one in given.rows]
    made = register_actions.register(staff(request), cohort_id, rows=rows)
    return Status(201, answers.LearningKept(kept=len(made)))


@operation(
    router, "POST", "/learning/cohorts/{int:cohort_id}/file", KEEP, "collection",
    answers={201: answers.LearningKept}, summary="Read a file of attendance",
)  # fmt: skip
def read_register_file(
    request: HttpRequest, cohort_id: CohortId, given: RegisterFileGiven
) -> Status[answers.LearningKept]:
    """All of it or nothing: 422 names each line that is wrong, 409 a file that was read before."""
    content = given.csv.encode("utf-8", "surrogatepass")
    made = register_actions.read_file(staff(request), cohort_id, content=content)
    return Status(201, answers.LearningKept(kept=made.rows))


def _brief(room: queries.Room) -> answers.CohortShown:
    one = room.cohort
    return answers.CohortShown(
        id=one.pk, course=one.course, starts=one.starts, ends=one.ends, place=one.place, trainer=one.trainer.name, places=one.places,
        called_off=one.why.shown() if one.why else "", booked=len(room.placed), waiting=len(room.waiting), registered=len(room.attendance),
    )  # fmt: skip


def _people(room: queries.Room) -> list[answers.CohortPerson]:
    bookings = [*room.placed, *room.waiting]
    place = {one.staff_id: number for number, one in enumerate(bookings, 1)}
    every: dict[int, Staff] = {one.staff_id: one.staff for one in (*bookings, *room.attendance.values())}
    waiting = {one.staff_id for one in room.waiting}
    return [
        answers.CohortPerson(
            id=pk, username=one.username, name=one.name, team=one.team.name, place=place.get(pk), waits=pk in waiting,
            attended=room.attendance[pk].attended if pk in room.attendance else None,
            result=room.attendance[pk].result if pk in room.attendance else "",
        )
        for pk, one in every.items()
    ]  # fmt: skip
