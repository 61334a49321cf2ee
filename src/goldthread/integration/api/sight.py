"""Opening the records behind a figure for a reason."""

from __future__ import annotations

from typing import Annotated

from django.db import connection
from django.http import HttpRequest
from ninja import Path, Router
from pydantic import ConfigDict

from goldthread.accounts.routes import staff
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.contact import sight_actions
from goldthread.contact.choices import SIGHT_REASONS
from goldthread.contact.models import Incident
from goldthread.integration.api import answers_lists as answers
from goldthread.integration.api import shown
from goldthread.integration.api.fields import Coded, Given
from goldthread.integration.api.operations import operation
from goldthread.measures.queries import WHICH, cases
from goldthread.measures.registry import measure

router = Router(tags=["Records behind a figure"])


class ReasonGiven(Given):
    """Which of a measure's numbers, and why its records are opened."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"which": "not_met", "reason": "assurance"}]})
    which: Annotated[str, Coded.of(list(WHICH.items()))]
    reason: Annotated[str, Coded.of(SIGHT_REASONS)]


@operation(
    router, "POST", "/measures/{slug:code}/records", sight_actions.OPENS, "consultation",
    answers={200: answers.RecordsOpened}, summary="Open the records behind a figure",
)  # fmt: skip
def open_records(
    request: HttpRequest,
    code: Annotated[str, Path(max_length=60, description="The measure, by its code.")],
    given: ReasonGiven,
) -> answers.RecordsOpened:
    """Open the newest hundred incidents behind one number of a measure to this user for twelve hours. That, and why, is put on record."""
    user, now = staff(request), database_now(connection)
    try:
        one = measure(code)
    except KeyError:
        raise NotThere("There is no such measure.") from None
    if one.subject != "incident":
        raise NotThere("This measure does not count incidents.")
    number = sight_actions.open_behind(user, one, given.which, now, reason=given.reason)
    found = Incident.objects.visible_to(user).filter(pk__in=cases(one, now, given.which).values("pk"))
    return answers.RecordsOpened(
        opened=number, incidents=shown.briefs(list(found.order_by("-opened_at")[: sight_actions.MOST]), user)
    )
