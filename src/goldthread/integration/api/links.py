"""Operations on partners' links: how they stand, sending one, ending one."""

from __future__ import annotations

from typing import Annotated

from django.db import connection
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.integration.api import answers_links as answers
from goldthread.integration.api.fields import LARGEST_ID, Given, Key, Whole
from goldthread.integration.api.operations import operation
from goldthread.integration.api.referrals import ReferralId
from goldthread.safeguarding import link_actions, link_queries, referral_queries

router = Router(tags=["Partners' links"])
SEES, MAKES = referral_queries.SEES, link_actions.MAKES
LinkId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The link, by the `id` that reading gave.")]


class PartnerLinkGiven(Given):
    """To whom a link goes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"contact": 4}]})
    contact: Annotated[int, Whole(1, LARGEST_ID)] = Field(description="A registered contact of the referral's partner.")


@operation(
    router, "GET", "/referrals/{uuid:referral_id}/links", SEES, "consultation",
    answers={200: answers.Links}, summary="List a referral's links",
)  # fmt: skip
def list_links(request: HttpRequest, referral_id: ReferralId) -> answers.Links:
    """Every link that was sent, how it stands and what was done with it. That this user saw it is put on record."""
    user, now = staff(request), database_now(connection)
    found = referral_queries.one(user, referral_id)
    if found is None:
        raise NotThere(link_actions.NOT_THERE)
    record_consultation(user, "link.list", [("incident", str(found.incident_id)), ("referral", str(found.pk))])
    return answers.Links(
        links=[
            answers.LinkShown(
                id=one.link.pk, contact=one.link.contact_id, name=one.link.contact.name, state=one.state,
                made_at=one.link.made_at, expires_at=one.link.expires_at, message=one.message, failed=one.failed,
                uses=[answers.LinkUsed(kind=use.kind, at=use.at, address=use.address) for use in one.uses],
            )
            for one in link_queries.links_of(found, now)
        ]
    )  # fmt: skip


@operation(
    router, "POST", "/referrals/{uuid:referral_id}/links", MAKES, "disclosure",
    answers={201: answers.LinkMade}, summary="Send a contact a link",
)  # fmt: skip
def send_link(
    request: HttpRequest, referral_id: ReferralId, key: Key, given: PartnerLinkGiven
) -> Status[answers.LinkMade]:
    """Sends a link by mail or text; it ends an earlier one of the same contact. A referral sends its contact one by itself."""
    made = link_actions.send(staff(request), referral_id, key=key, contact=given.contact)
    return Status(201, answers.LinkMade(id=made.pk, message=link_queries.message(made)[0], expires_at=made.expires_at))


@operation(
    router, "POST", "/referrals/{uuid:referral_id}/links/{int:link_id}/end", MAKES, "alteration",
    answers={204: None}, summary="End a link",
)  # fmt: skip
def end_link(request: HttpRequest, referral_id: ReferralId, link_id: LinkId, key: Key) -> Status[None]:
    """Ends a link now: whoever opens it is told so and sees nothing."""
    link_actions.revoke(staff(request), referral_id, key=key, link=link_id)
    return Status(204, None)
