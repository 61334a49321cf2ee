"""Operations on what is known: reading it, and searching for a place, a number or a name."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.db import connection
from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.contact import known_actions
from goldthread.contact.actions import LIMITS
from goldthread.contact.models import Incident
from goldthread.contact.people_models import SEARCHED
from goldthread.contact.work import NOT_THERE
from goldthread.desk.known import Known
from goldthread.integration.api import answers_known as answers
from goldthread.integration.api import shown_known
from goldthread.integration.api.fields import Coded, Given, IncidentId, Key
from goldthread.integration.api.operations import operation

router = Router(tags=["Known"])


class SearchGiven(Given):
    """What to search for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "place", "typed": "14 Larch Road"}]})
    kind: Annotated[str, Coded.of(SEARCHED)] = Field(description="A place, a number or a name.")
    typed: str = Field(
        min_length=1,
        max_length=LIMITS["location"],
        pattern=r"\S",
        description="As said or typed, at least three letters or digits. A name or a number is shorter than a place.",
    )


@operation(
    router, "GET", "/incidents/{uuid:incident_id}/known", "known.see", "consultation",
    answers={200: answers.KnownShown}, summary="Read what is known",
)  # fmt: skip
def read_known(request: HttpRequest, incident_id: IncidentId) -> answers.KnownShown:
    """What is known of the incident's place, number and people, each with its source and as of when; markers, other
    contact, and incidents of the same matter. What was not searched says so and is never *none*. Of an incident out of
    this user's sight only when, the grade and whose it is are told. Everything shown is put on record.
    """
    user = staff(request)
    incident = Incident.objects.reached_by(user, "known.see").select_related("team").filter(pk=incident_id).first()
    if incident is None:
        raise NotThere(NOT_THERE)
    found = Known(user, incident, database_now(connection))
    record_consultation(user, "known.see", found.subjects)
    return shown_known.known(found)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/known/searches", "known.search", "collection",
    answers={201: answers.SearchMade}, summary="Search for what is known",
)  # fmt: skip
def search_known(
    request: HttpRequest, incident_id: IncidentId, key: Key, given: SearchGiven
) -> Status[answers.SearchMade]:
    """Searches and puts the outcome on record: no trace, or how many were found to choose from; they stand in what is
    known. A number is itself, so its search settles on it at once.
    """
    made = known_actions.search(staff(request), incident_id, key=key, kind=given.kind, typed=given.typed)
    return Status(201, answers.SearchMade(kind=made.kind, state=made.outcome, found=made.found))


class LinkGiven(Given):
    """The other incident of one matter."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"other": "0f9c2a52-7e0b-5a7e-9d3f-1b2c3d4e5f60"}]})
    other: UUID = Field(strict=False, description="The other incident's `id`, as what is known or a list gave it.")
    linked: bool = Field(True, description="False says that they are not one matter after all.")


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/links", "incident.link", "combination",
    answers={204: None}, summary="Say that two incidents are one matter",
)  # fmt: skip
def link_incidents(request: HttpRequest, incident_id: IncidentId, key: Key, given: LinkGiven) -> Status[None]:
    """Links the two, or takes the link back; both records stay as they are. A closed one is opened again, in this user's
    hands. The other must be in sight, or share a place, number or person with this one.
    """
    act = known_actions.link if given.linked else known_actions.unlink
    act(staff(request), incident_id, key=key, other_id=given.other)
    return Status(204, None)
