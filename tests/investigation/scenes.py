"""What investigation's tests begin with: an incident with a child, offered, and accepted by the cast's detectives."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db import connection

from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.investigation import actions, offer_actions, queries, review_actions
from goldthread.investigation.models import Handover, Investigation
from tests.cast import Cast, key
from tests.response.test_requests import with_child

SAID = {"seen": "yes", "spoken": "alone", "by_whom": "Detective Amber, at school"}


def named(cast: Cast) -> Incident:
    """An incident of high risk with one child named."""
    incident = with_child(cast)
    child = ChildGiven(str(uuid.uuid4()), "Wren", 7, False, "upstairs", "her mother", "not_known")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=[child])
    incident.refresh_from_db()
    return incident


def offered(cast: Cast, incident: Incident | None = None, **given: Any) -> Handover:
    """It is offered to the Detectives."""
    whom = given or {"team": cast.investigator.team_id}
    return offer_actions.hand(cast.handler, (incident or named(cast)).pk, key=key(), note="He was arrested.", **whom)


def accepted(cast: Cast, incident: Incident | None = None) -> Investigation:
    """The detective sergeant accepts it for the investigator, and reviews it herself."""
    return offer_actions.accept(
        cast.detective_sergeant, offered(cast, incident).pk, key=key(),
        investigator=cast.investigator.pk, supervisor=cast.detective_sergeant.pk,
    )  # fmt: skip


def read(one: Investigation) -> None:
    """Whoever leads it has read and acknowledged everything."""
    one.refresh_from_db()
    seen = {each.incident.pk: each.incident.last_seq for each in queries.news_of(one)}
    actions.acknowledge(one.investigator, one.pk, key=key(), seen=seen)


def heard(user: Staff, one: Investigation, **given: str) -> None:
    """Every child's voice is recorded."""
    for child in queries.children_of(one):
        said = {**SAID, "said": "I was under the stairs.", **given}
        actions.record_voice(user, one.pk, child.child, key=key(), **said)


def answered(user: Staff, one: Investigation) -> None:
    """The suspect has access to no child, and how that is known."""
    actions.answer_access(user, one.pk, key=key(), answer="no", words="His landlord and his sister were asked.")


def reviewed(user: Staff, one: Investigation, **given: Any) -> Any:
    """A review that agrees."""
    said = {"agrees": True, "voice": True, "words": "Read the plan and the account.", **given}
    return review_actions.review(user, one.pk, key=key(), **said)


def whole(cast: Cast) -> Investigation:
    """One that may end."""
    one = accepted(cast)
    read(one)
    heard(cast.investigator, one)
    answered(cast.investigator, one)
    reviewed(cast.detective_sergeant, one)
    one.refresh_from_db()
    return one


def proposed(cast: Cast, one: Investigation, **given: Any) -> Any:
    """Its end is proposed by the investigator."""
    said = {"outcome": "charged", **given}
    return review_actions.ask_end(cast.investigator, one.pk, key=key(), **said)


def ended(cast: Cast, one: Investigation) -> Investigation:
    """Its end is proposed and confirmed."""
    asked = proposed(cast, one)
    review_actions.answer_end(cast.detective_sergeant, one.pk, asked.pk, key=key(), confirm=True)
    one.refresh_from_db()
    return one


def soon(hours: int = 4) -> Any:
    """A time that lies ahead."""
    return database_now(connection) + timedelta(hours=hours)
