"""What retention's pages show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from goldthread.contact.known import force_day, group_of
from goldthread.contact.models import Incident
from goldthread.retention import actions, queries, rules
from goldthread.retention.models import RetentionReview

if TYPE_CHECKING:
    from goldthread.retention.models import RetentionDecision


def listed(reviews: Iterable[RetentionReview], today: date) -> list[dict[str, Any]]:
    """The rows of the list, each with its group as it is now and why it is in it."""
    rows = list(reviews)
    held = rules.held_on(today)
    facts = queries.facts_of([one.incident_id for one in rows])
    return [{"one": one, **_about(one, held, facts[one.incident_id], today)} for one in rows]


def page(one: RetentionReview, today: date) -> dict[str, Any]:
    """One review: why it is in its group, what hangs on it, what it holds, and what was decided before."""
    held, incident = rules.held_on(today), one.incident
    facts = queries.facts_of([incident.pk])[incident.pk]
    group = held.group(facts)
    texts = queries.payloads_of(incident)
    waits = one.state != "waiting" and one.closed_at == incident.closed_at
    return {
        **_about(one, held, facts, today),
        "against": actions.against(incident, held, facts, today),
        "others": [_other(other, "of the same child") for other in queries.of_the_same_child(incident)]
        + [_other(other, "linked as the same matter") for other in _linked(incident)],
        "again": rules.told(rules.years_after(today, group.again)),
        "years": group.again,
        "texts": texts.count(),
        "waits": waits,
        "said": queries.said(incident) if waits else [],
        "decisions": [_decision(each) for each in queries.decisions_of(one)],
        "proposal": queries.open_proposal(one),
        "opened": rules.told(force_day(incident.opened_at)),
        "stands": one.closed_at == incident.closed_at,
    }


def _about(one: RetentionReview, held: rules.Held, facts: set[str], today: date) -> dict[str, Any]:
    group = held.group(facts)
    return {
        "group": group.name,
        "because": rules.because(group, facts),
        "closed": rules.told(force_day(one.closed_at)),
        "due": rules.told(one.due_on),
        "late": one.state in {"due", "proposed"} and one.due_on < today - held.within,
        "state": one.get_state_display(),
    }


def _linked(incident: Incident) -> Iterable[Incident]:
    return Incident.objects.filter(pk__in=group_of(incident)).order_by("opened_at", "pk")


def _other(incident: Incident, how: str) -> dict[str, Any]:
    ended = incident.closed_at
    return {
        "reference": incident.reference,
        "how": how,
        "open": incident.is_open,
        "closed": rules.told(force_day(ended)) if ended else "",
    }


def _decision(one: RetentionDecision) -> dict[str, Any]:
    answer = getattr(one, "answer", None)
    return {
        "id": one.pk,
        "kind": one.kind,
        "group": rules.names().get(one.group, one.group),
        "next_on": one.next_on,
        "next": rules.told(one.next_on) if one.next_on else "",
        "words": one.words.shown(),
        "by": one.by.name,
        "at": one.at,
        "answer": answer.answer if answer else "",
        "answered_by": answer.by.name if answer else "",
        "answered_at": answer.at if answer else None,
        "why": answer.words.shown() if answer and answer.words else "",
    }
