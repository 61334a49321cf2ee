"""Operations on staff: who is here, the table that brings them up to date, and ending access."""

from __future__ import annotations

from typing import Annotated

from django.core.paginator import Paginator
from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import ConfigDict, Field

from goldthread.accounts import queries, staff_actions, staff_rules
from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.desk.leaving import owned_by
from goldthread.integration.api import answers_staffing as answers
from goldthread.integration.api.fields import LARGEST_ID, LONGEST_LIST, Given, Key
from goldthread.integration.api.operations import operation

router = Router(tags=["Staff"])
KEEP = "staff.keep"
PAGE, TOLD = 100, 50
StaffId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="Somebody, by the `id` that the list gave.")]
TABLE = "login,name,role,team\nam1234,Nell Ashby,call_handler,Contact Team A\n"


class TableGiven(Given):
    """A table of staff as CSV."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"table": TABLE, "whole": False}]})
    table: str = Field(
        min_length=1, max_length=staff_rules.MOST_BYTES,
        description="CSV with the columns `login`, `name`, `role` and `team`, in any order, and if you like `area`, `active` (yes or no) "
        "and `subject`.",
    )  # fmt: skip
    whole: bool = Field(
        False, description="Whether this is everybody, so that who is not in it has no access any more."
    )


class TablePut(TableGiven):
    """A table that is to be done."""

    seen: str = Field(
        "",
        max_length=64,
        description="What looking it over gave; where it would do something else by now, nothing is done.",
    )


class EmergencyGiven(Given):
    """Whether somebody may sign in here in an emergency."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"may": True}]})
    may: bool


@operation(router, "GET", "/staff", KEEP, "consultation", answers={200: answers.StaffPage}, summary="List staff")
def list_staff(
    request: HttpRequest, page: Annotated[int, Query(ge=1, le=LONGEST_LIST, description="Which page, from 1.")] = 1
) -> answers.StaffPage:
    """Everybody who is or was here, those with access first, by name. Programs are listed by themselves."""
    pages = Paginator(queries.staff_list(), PAGE)
    found = pages.get_page(page)
    listed = list(found.object_list)
    record_consultation(staff(request), KEEP, [("staff", one.pk) for one in listed])
    return answers.StaffPage(
        page=found.number, pages=pages.num_pages, total=pages.count,
        staff=[
            answers.StaffShown(
                id=one.pk, login=one.username, name=one.name, role=one.role, team=one.team.name, area=one.area,
                active=one.is_active, emergency=one.emergency, tied=hasattr(one, "sign_on"),
            )
            for one in listed
        ],
    )  # fmt: skip


@operation(
    router, "POST", "/staff/table/look-over", KEEP, "consultation", answers={200: answers.TablePlan}, summary="Look a table of staff over",
)  # fmt: skip
def look_staff_over(request: HttpRequest, given: TableGiven) -> answers.TablePlan:
    """What the table would add, change and end, and which lines would be left out. Nothing is done by this."""
    user = staff(request)
    plan = staff_actions.look_over(user, given.table, whole=given.whole)
    owned = owned_by([one.pk for one in plan.ends])
    about: list[tuple[str, object]] = [("staff", pk) for pk in plan.about[:TOLD]]
    record_consultation(user, KEEP, [*about, *[("incident", key) for kept in owned.values() for key, _ in kept][:TOLD]])
    return _plan(plan, owned)


@operation(
    router, "POST", "/staff/table", KEEP, "alteration", answers={200: answers.TablePlan}, summary="Do a table of staff"
)
def put_staff(request: HttpRequest, key: Key, given: TablePut) -> answers.TablePlan:  # noqa: ARG001 - the same table again does nothing
    """Adds, changes and ends as the table says, but for the lines that are left out. Nobody changes their own role or ends their own
    access by it, and somebody always keeps staff. `stale` where it would do something else than what was looked over.
    """
    return _plan(staff_actions.put_staff(staff(request), given.table, whole=given.whole, seen=given.seen), {})


@operation(
    router, "POST", "/staff/{int:staff_id}/end", KEEP, "alteration", answers={200: answers.StaffAfter}, summary="End somebody's access",
)  # fmt: skip
def end_staff(request: HttpRequest, staff_id: StaffId, key: Key) -> answers.StaffAfter:  # noqa: ARG001 - it ends once
    """Ends their sessions and tokens at once. What they own is nobody's from then on, and alarms until somebody takes it."""
    found = staff_actions.end_staff(staff(request), staff_id)
    return answers.StaffAfter(id=found.pk, active=found.is_active, emergency=found.emergency)


@operation(
    router, "POST", "/staff/{int:staff_id}/emergency", KEEP, "alteration", answers={200: answers.StaffAfter}, summary="Name somebody for an emergency",
)  # fmt: skip
def name_for_emergency(
    request: HttpRequest, staff_id: StaffId, key: Key, given: EmergencyGiven  # noqa: ARG001 - said twice it is the same
) -> answers.StaffAfter:  # fmt: skip
    """Says whether somebody may sign in by a password kept here while others sign on by the force's directory."""
    found = staff_actions.name_for_emergency(staff(request), staff_id, given.may)
    return answers.StaffAfter(id=found.pk, active=found.is_active, emergency=found.emergency)


def _plan(plan: staff_rules.Plan, owned: dict[int, list[tuple[str, str]]]) -> answers.TablePlan:
    return answers.TablePlan(
        seen=plan.digest, added=[one.login for one in plan.adds], same=plan.same, new_teams=plan.teams, passed_over=plan.beyond,
        changed=[
            answers.Changed(line=one.line, login=one.login, was=one.was, now=one.now, returns=one.returns) for one in plan.changes
        ],
        ended=[
            answers.Ended(line=one.line, login=one.login, owns=[reference for _, reference in owned.get(one.pk, [])])
            for one in plan.ends
        ],
        left_out=[answers.LeftOut(line=one.line, why=one.says) for one in plan.wrong],
    )  # fmt: skip
