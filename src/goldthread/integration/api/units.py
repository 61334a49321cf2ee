"""Operations on units: which there are, sending one, its arrival and its leaving."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.config.errors import Invalid
from goldthread.integration.api import answers_lists, answers_response, shown_response
from goldthread.integration.api.fields import LARGEST_ID, AllocationId, Coded, Given, IncidentId, Key, Moment, Whole
from goldthread.integration.api.operations import operation
from goldthread.response import actions as response
from goldthread.response import unit_actions
from goldthread.response.models import ARRIVAL_SOURCES, UNIT_STATES, Unit

router = Router(tags=["Units"])
UnitId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The unit, by the `id` that the list of units gave.")]


class Sending(Given):
    """The unit to send."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"unit": 21}]})
    unit: Annotated[int, Whole(1, LARGEST_ID)] = Field(description="The unit's `id`, from the list of units.")
    committed_until: Moment | None = Field(None, description="Until when it is held there, where that is known.")


class Arrival(Given):
    """That it arrived, by whose word."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"source": "officer", "occurred_at": "2026-11-23T02:19:00Z"}]}
    )
    source: Annotated[str, Coded.of(ARRIVAL_SOURCES)] = Field(description="By whose word.")
    occurred_at: Moment | None = Field(
        None, description="When, where that was earlier than now; not before it was sent."
    )


class Committed(Given):
    """Until when it is held."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"until": "2026-11-23T04:00:00Z"}]})
    until: Moment | None = Field(description="Until when; null where nobody knows.")


class UnitState(Given):
    """What is set by hand."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "off"}]})
    state: Annotated[str, Coded.of([one for one in UNIT_STATES if one[0] in unit_actions.BY_HAND])]


@operation(
    router, "GET", "/units", "unit.allocate", "none", answers={200: answers_lists.Units}, summary="List units",
)  # fmt: skip
def list_units(
    request: HttpRequest,
    state: Annotated[
        Annotated[str, Coded.of(UNIT_STATES)] | None, Query(description="Only units in this state.")
    ] = None,
) -> answers_lists.Units:
    """The units of this user's area, or of the whole force for a user without one. Only one that is `available` can be
    sent.
    """
    found = Unit.objects.for_area(staff(request)).order_by("area", "call_sign")
    if state:
        found = found.filter(state=state)
    names = answers_lists.UnitShown.model_fields
    return answers_lists.Units(
        units=[answers_lists.UnitShown(**{name: getattr(one, name) for name in names}) for one in found]
    )


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/allocations", "unit.allocate", "alteration",
    answers={201: answers_response.Allocated}, summary="Send a unit",
)  # fmt: skip
def send_unit(
    request: HttpRequest, incident_id: IncidentId, key: Key, given: Sending
) -> Status[answers_response.Allocated]:
    """Sends a unit and makes this user the owner. Nothing about the record stands against it, not even a missing grade;
    a unit that is not available is refused (409).
    """
    return Status(
        201,
        shown_response.allocated(
            response.allocate(staff(request), incident_id, key=key, unit_id=given.unit, committed=given.committed_until)
        ),
    )


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/allocations/{int:allocation_id}/arrival", "unit.allocate",
    "alteration", answers={204: None}, summary="Record an arrival",
)  # fmt: skip
def record_arrival(
    request: HttpRequest, incident_id: IncidentId, allocation_id: AllocationId, key: Key, given: Arrival
) -> Status[None]:
    """Records that a unit arrived; the first arrival stops the attendance clock at that time."""
    try:
        response.record_arrival(
            staff(request),
            incident_id,
            key=key,
            allocation_id=allocation_id,
            source=given.source,
            at=given.occurred_at,
        )
    except Invalid as error:
        # The page's form calls this time ``at``.
        raise Invalid({"occurred_at" if name == "at" else name: say for name, say in error.fields.items()}) from None
    return Status(204, None)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/allocations/{int:allocation_id}/leaving", "unit.allocate",
    "alteration", answers={204: None}, summary="Record that a unit left",
)  # fmt: skip
def record_leaving(
    request: HttpRequest, incident_id: IncidentId, allocation_id: AllocationId, key: Key
) -> Status[None]:
    """Records that a unit left, arrived or not; it is available again. Without any arrival the incident waits again."""
    response.record_leaving(staff(request), incident_id, key=key, allocation_id=allocation_id)
    return Status(204, None)


@operation(
    router, "POST", "/units/{int:unit_id}/state", "unit.allocate", "alteration", answers={204: None}, summary="Set a unit's state",
)  # fmt: skip
def set_unit_state(request: HttpRequest, unit_id: UnitId, given: UnitState) -> Status[None]:
    """Sets a unit available or off duty; refused (409) while it is with an incident. Sending and leaving set the rest."""
    unit_actions.set_state(staff(request), unit_id, state=given.state)
    return Status(204, None)


@operation(
    router, "POST", "/units/{int:unit_id}/committed", "unit.allocate", "alteration", answers={204: None},
    summary="Say until when a unit is held",
)  # fmt: skip
def set_unit_committed(request: HttpRequest, unit_id: UnitId, given: Committed) -> Status[None]:
    """Sets until when a unit is held; refused (409) off duty. It ends when the unit leaves, and never stands against sending."""
    unit_actions.set_committed(staff(request), unit_id, until=given.until)
    return Status(204, None)
