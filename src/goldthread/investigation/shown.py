"""What investigation shows on an incident's own page: how its handover stands, and its lines of the timeline."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from goldthread.contact.known import CHILD_FOUND
from goldthread.contact.querysets import CHILD_TOO
from goldthread.desk import beyond
from goldthread.desk.standing import may_stand
from goldthread.investigation.models import ACCESS, Handover, Investigation
from goldthread.investigation.queries import DECLINED, clock_of, newest_handover
from goldthread.investigation.rules import names
from goldthread.investigation.shared_actions import SENIOR
from goldthread.safeguarding import clock_views

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.desk.record import Record


def show_all() -> None:
    """Register all; called once at start."""
    CHILD_FOUND.append("inv.child")
    one = ("investigation:one", Investigation.objects.visible_to)
    clock_views.PLACES.update(
        inv_offer=("investigation:offer", lambda user: Handover.objects.reached_by(user, "investigation.accept")),
        inv_review=one, inv_access=one, inv_told=one, inv_plan=one,
    )  # fmt: skip
    # Its clocks tell VAST, who must be able to see of what.
    CHILD_TOO.append(lambda: Q(Exists(Investigation.objects.filter(incident=OuterRef("pk")))))
    may_stand(Handover)
    beyond.display("investigation/_state.jinja", _state)
    beyond.below("investigation/_hand.jinja")
    for code, words in {
        "inv.withdrawn": "Offer to investigation taken back",
        "inv.declined": "Investigation declined",
        "inv.left": "Not investigated, somebody senior says why",
        "inv.assigned": "Investigation given to others of its team",
        "inv.child": "Child added in the investigation",
        "inv.end_returned": "Closing decision of the investigation returned",
    }.items():
        beyond.line(code, lambda _data, words=words: words)  # type: ignore[misc]  # each its own
    beyond.line("inv.offered", lambda data: f"Handed to investigation, risk: {_name(data['risk'])}")
    beyond.line("inv.risen", lambda data: f"Risk of what is offered to investigation has risen: {_name(data['risk'])}")
    beyond.line("inv.accepted", lambda data: f"Investigation accepted, risk: {_name(data['risk'])}")
    beyond.line("inv.referenced", lambda data: f"Crime reference {data['reference'] or 'taken off'}")
    beyond.line("inv.access", lambda data: f"Suspect's access to any child: {dict(ACCESS)[data['answer']].lower()}")
    beyond.line(
        "inv.voice",
        lambda data: (
            "Voice of a child recorded" if data["kind"] == "heard" else "Why a child cannot be heard, recorded"
        ),
    )
    beyond.line("inv.reviewed", _reviewed)
    beyond.line("inv.end_asked", lambda data: f"End of the investigation proposed: {_name(data['outcome'])}")
    beyond.line("inv.ended", lambda data: f"Investigation ended: {_name(data['outcome'])}")
    beyond.line("inv.told", lambda data: f"Outcome told: {_name(data['how'])}")


def _state(user: Staff, record: Record, _now: datetime) -> dict[str, Any]:
    incident = record.incident
    offer = newest_handover(incident) if record.has(Handover) else None
    answer = getattr(offer, "answer", None)
    one = getattr(offer, "investigation", None)
    mine = bool(user.seat.codes & SENIOR) or incident.owner_id == user.pk
    return {
        "inv": {
            "offer": offer,
            "answer": answer,
            "one": one,
            "risk": _name(one.risk if one else offer.risk) if offer else "",
            "may_hand": mine and user.can("investigation.hand") and incident.is_open,
            "waits": offer is not None and answer is None,
            "unsettled": offer is not None and clock_of(DECLINED, offer.pk) is not None,
            "reaches": one is not None and user.can("investigation.see"),
        }
    }


def _reviewed(data: dict[str, Any]) -> str:
    found = "agrees with the plan" if data["agrees"] else "directs an action"
    return f"Investigation reviewed: {found}, risk {_name(data['risk'])}"


def _name(code: str) -> str:
    return names().get(code, code).lower()
