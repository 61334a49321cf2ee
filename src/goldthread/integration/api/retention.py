"""Operations of retention: what is due for review, one incident, keeping it, and erasing its texts by two people."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.contact.known import force_day
from goldthread.integration.api import answers_retention as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Day, Given, IncidentId, Key, PageNumber
from goldthread.integration.api.operations import operation
from goldthread.retention import actions, presenters, queries, rules
from goldthread.retention.models import RetentionReview

router = Router(tags=["Retention"])
PAGE = 50
SEE, DECIDE = "retention.see", "retention.decide"
LISTS = [("due", "To review"), ("proposed", "Erasure proposed")]
ProposalId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The proposal, by its `id` in `decisions`.")]


class KeepGiven(Given):
    """That it is kept."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"rationale": "An appeal in the matter is under way.", "next_on": "2031-11-23"}]
        }
    )
    rationale: str = Field(max_length=rules.LONGEST, description="Why. It stays when the texts go: name nobody.")
    next_on: Day | None = Field(None, description="When to look again, by the group's next review; null for that one.")


class ErasureGiven(Given):
    """That its texts are to be erased."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rationale": "Nothing needs it any more."}]})
    rationale: str = Field(max_length=rules.LONGEST, description="Why. It stays when the texts go: name nobody.")


class ErasureAnswerGiven(Given):
    """Whether they are."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"approve": False, "words": "A complaint about it is under way."}]}
    )
    approve: bool
    words: str = Field("", max_length=rules.LONGEST, description="Why not. Needed to refuse it.")


@operation(
    router, "GET", "/retention", SEE, "consultation", answers={200: answers.RetentionList}, summary="List retention reviews",
)  # fmt: skip
def list_retention(
    request: HttpRequest,
    show: Annotated[Annotated[str, Coded.of(LISTS)] | None, Query(description="Which list; `due` without it.")] = None,
    page: PageNumber = 1,
) -> answers.RetentionList:
    """Closed incidents whose review is due, or whose erasure is proposed, what has been due longest first, fifty to a page. That this
    user saw them is put on record.
    """
    user = staff(request)
    pages = Paginator(queries.listed(user, show or "due"), PAGE)
    here = list(pages.get_page(page).object_list) if page <= pages.num_pages else []
    record_consultation(user, SEE, [("incident", str(each.incident_id)) for each in here])
    rows = presenters.listed(here, _today())
    return answers.RetentionList(
        page=page,
        pages=pages.num_pages,
        total=pages.count,
        reviews=[answers.RetentionBrief(**_brief(each["one"], each)) for each in rows],
    )


@operation(
    router, "GET", "/retention/{uuid:incident_id}", SEE, "consultation",
    answers={200: answers.RetentionShown}, summary="Read a retention review",
)  # fmt: skip
def read_retention(request: HttpRequest, incident_id: IncidentId) -> answers.RetentionShown:
    """Why the incident is in its group, what hangs on it, what was said in it and what was decided. That this user saw it is put
    on record.
    """
    user = staff(request)
    found = RetentionReview.objects.visible_to(user).filter(incident=incident_id).select_related("incident").first()
    if found is None:
        raise NotThere(rules.NOT_THERE)
    record_consultation(user, SEE, [("incident", str(incident_id))])
    shown = presenters.page(found, _today())
    return answers.RetentionShown(
        **_brief(found, shown),
        against=shown["against"],
        others=[answers.RetentionOther(**{name: each[name] for name in ("reference", "how", "open")}) for each in shown["others"]],
        texts=shown["texts"],
        said=[
            answers.RetentionSaid(
                occurred_at=each.occurred_at, source=each.source, text=each.text.shown() if each.text else ""
            )
            for each in shown["said"]
        ],
        decisions=[
            answers.RetentionDecided(**{name: each[name] for name in answers.RetentionDecided.model_fields})
            for each in shown["decisions"]
        ],
    )  # fmt: skip


@operation(
    router, "POST", "/retention/{uuid:incident_id}/keeping", DECIDE, "alteration",
    answers={201: answers.RetentionMade}, summary="Keep a closed incident",
)  # fmt: skip
def keep_incident(
    request: HttpRequest, incident_id: IncidentId, key: Key, given: KeepGiven
) -> Status[answers.RetentionMade]:
    """Keeps it until its group's next review, or a sooner day. Refused (409) where no review is due, or its erasure is proposed."""
    made = actions.keep_incident(staff(request), incident_id, key=key, **given.model_dump())
    return Status(201, answers.RetentionMade(id=made.pk))


@operation(
    router, "POST", "/retention/{uuid:incident_id}/erasures", DECIDE, "alteration",
    answers={201: answers.RetentionMade}, summary="Propose that an incident's texts are erased",
)  # fmt: skip
def propose_erasure(
    request: HttpRequest, incident_id: IncidentId, key: Key, given: ErasureGiven
) -> Status[answers.RetentionMade]:
    """Nothing is erased until another person approves. Refused (409) with everything in `against`."""
    made = actions.propose_erasure(staff(request), incident_id, key=key, **given.model_dump())
    return Status(201, answers.RetentionMade(id=made.pk))


@operation(
    router, "POST", "/retention/{uuid:incident_id}/erasures/{int:proposal_id}/answer", DECIDE, "erasure",
    answers={204: None}, summary="Approve or refuse a proposed erasure",
)  # fmt: skip
def answer_erasure(
    request: HttpRequest, incident_id: IncidentId, proposal_id: ProposalId, key: Key, given: ErasureAnswerGiven
) -> Status[None]:
    """As a second person: approving erases every text of the incident for good, refusing puts it on the list again."""
    actions.answer_erasure(staff(request), incident_id, proposal_id, key=key, **given.model_dump())
    return Status(204, None)


def _today() -> date:
    return force_day(database_now(connection))


def _brief(one: RetentionReview, shown: dict[str, Any]) -> dict[str, Any]:
    return {
        "incident": one.incident_id,
        "reference": one.incident.reference,
        "closed_at": one.closed_at,
        "due_on": one.due_on,
        "late": shown["late"],
        "state": one.state,
        "group": shown["group"],
        "because": shown["because"],
    }
