"""The verbs of hand-offs: to hand over, to acknowledge, to decline, to take back."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from goldthread.accounts.models import Staff, Team
from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, Refused, Stale
from goldthread.contact.work import Work, on_incident
from goldthread.response import rules
from goldthread.response import shared_actions as shared
from goldthread.response.handoff_models import HandOff, HandOffAnswer, TakenFrom
from goldthread.response.models import Clock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from goldthread.contact.models import Incident

ACKNOWLEDGE_WITHIN = timedelta(minutes=5)
"""How long a hand-off may stand unacknowledged before it alarms *(ours)*."""
TAKING = ("owner.taken", "owner.acknowledged", "contact.read", "unit.allocated")
"""What makes somebody the owner by their own hand."""


def hand_over(
    user: Staff,
    incident_id: uuid.UUID,
    *,
    key: uuid.UUID,
    to: int | None = None,
    to_team: int | None = None,
    note: str = "",
    at_shift_end: bool = False,
) -> HandOff:
    """Offer the incident to a person or a desk; it stays where it is until they acknowledge.

    ``at_shift_end``: whoever acknowledges it is asked to assess it, where a child is or may be involved or it is late.
    Raises ``Invalid`` for nobody, both, or somebody who could not hold it, ``Refused`` where an offer stands already.
    """
    kept = shared.reason(note, "note")
    with on_incident(user, incident_id, "owner.hand", key, "hand", to, to_team, kept) as work:
        if work.done is not None:
            return HandOff.objects.get(pk=int(work.done))
        shared.must_be_open(work)
        receiver, desk = _receiver(to, to_team)
        if open_handoffs(work.incident).exists():
            raise Refused(
                "This is handed over already and not acknowledged yet. Take that back first; nothing was changed."
            )
        if receiver is not None and receiver.pk == work.incident.owner_id:
            raise Refused(f"{receiver.name} owns this already. Nothing was changed.")
        handoff = HandOff(
            incident=work.incident, to=receiver, to_team=desk, note=Payload.objects.keep(kept) if kept else None, by=user,
            at=work.now, answer_by=work.now + ACKNOWLEDGE_WITHIN, at_shift_end=at_shift_end,
        )  # fmt: skip
        handoff.save()
        named: dict[str, Any] = {"staff": receiver.pk} if receiver else {"team": desk.pk if desk else 0}
        work.event("owner.offered", **named)
        work.involve("author")
        work.offer(to=receiver, team_id=desk.pk if desk else None)
        work.act.record("alteration", "owner.hand", shared.subject(work), **named)
        work.finish(handoff.pk)
    return handoff


def acknowledge(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID) -> None:
    """Take what was handed to oneself or one's desk: from now on it is this person's."""
    with on_incident(user, incident_id, "owner.take", key, "acknowledge") as work:
        if work.done is not None:
            return
        handoff = _mine(work, user)
        HandOffAnswer(handoff=handoff, answer="acknowledged", by=user, at=work.now).save()
        work.own(staff=user)
        TakenFrom.objects.filter(incident=work.incident, staff=user).delete()
        work.event("owner.acknowledged", look=_wants_a_look(work, handoff))
        work.act.record("alteration", "owner.acknowledge", shared.subject(work))
        work.finish()


def decline(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, words: str) -> None:
    """Say why one does not take what was handed over; it stays with the giver, who is told."""
    kept = shared.reason(words, "words")
    with on_incident(user, incident_id, "owner.take", key, "decline", kept) as work:
        if work.done is not None:
            return
        handoff = _mine(work, user)
        if not kept:
            raise Invalid({"words": "Write why not, for whoever handed it over. Nothing was changed."})
        HandOffAnswer(handoff=handoff, answer="declined", words=Payload.objects.keep(kept), by=user, at=work.now).save()
        work.offer()
        work.event("owner.declined")
        work.involve("author")
        work.act.record("alteration", "owner.decline", shared.subject(work))
        work.finish()


def take_back(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID) -> None:
    """Withdraw one's own offer. Raises ``Refused`` where another made it."""
    with on_incident(user, incident_id, "owner.hand", key, "take back") as work:
        if work.done is not None:
            return
        handoff = open_handoffs(work.incident).first()
        if handoff is None:
            raise Stale("Nothing is handed over here now. Nothing was changed; reload to see who owns it.")
        if handoff.by_id != user.pk:
            raise Refused("Somebody else handed this over, so it is not yours to take back. Nothing was changed.")
        HandOffAnswer(handoff=handoff, answer="withdrawn", by=user, at=work.now).save()
        work.offer()
        work.event("owner.withdrawn")
        work.act.record("alteration", "owner.withdraw", shared.subject(work))
        work.finish()


def open_handoffs(incident: Incident) -> QuerySet[HandOff]:
    """What is offered and not answered."""
    return (
        HandOff.objects.filter(incident=incident, answer__isnull=True)
        .select_related("to", "to_team", "by")
        .order_by("-id")
    )


def settle(work: Work, taker: Staff | None) -> None:
    """Answer what is offered where somebody acts as the owner: theirs is acknowledged, another's overtaken; None: nobody took it."""
    for handoff in open_handoffs(work.incident):
        theirs = taker is not None and (
            handoff.to_id == taker.pk or (handoff.to_team_id is not None and handoff.to_team_id == taker.team_id)
        )
        answer = "acknowledged" if theirs else "overtaken"
        HandOffAnswer(handoff=handoff, answer=answer, by=taker if theirs else None, at=work.now).save()
        work.event(f"owner.{answer}", **({"look": _wants_a_look(work, handoff)} if theirs else {}))


def taken_from(work: Work, taker: Staff, named: int | None) -> Staff | None:
    """From which person it is being taken, who will be told; None where no other owns it. Raises ``Taken``: see the rule."""
    was: Staff | None = work.incident.owner
    TakenFrom.objects.filter(incident=work.incident, staff=taker).delete()
    if was is None or was.pk == taker.pk:
        return None
    if rules.must_name_owner(was.pk, taker.pk, named):
        took = work.incident.entries.filter(code__in=TAKING, author=was).order_by("-seq").first()
        raise rules.Taken(was.pk, was.name, work.now - took.recorded_at if took else None)
    TakenFrom.objects.update_or_create(incident=work.incident, staff=was, defaults={"by": taker, "at": work.now})
    return was


def seen_taken(user: Staff, until: datetime) -> None:
    """Say that one has seen what was taken over from oneself until then; one is told of it no more."""
    with acting(user) as act:
        found = TakenFrom.objects.filter(staff=user, at__lte=until)
        subjects = [("incident", str(one)) for one in found.values_list("incident", flat=True)]
        found.delete()
        if subjects:
            act.record("alteration", "owner.taken_seen", subjects)


def _wants_a_look(work: Work, handoff: HandOff) -> bool:
    """Whether a new shift assesses it: where a child is or may be involved, or a clock has run out."""
    late = Clock.objects.filter(incident=work.incident).breached(work.now)
    return handoff.at_shift_end and (work.incident.child != "none" or late.exists())


def _receiver(to: int | None, to_team: int | None) -> tuple[Staff | None, Team | None]:
    if (to is None) == (to_team is None):
        raise Invalid({"to": "Choose one person or one desk."})
    if to is not None:
        receiver = Staff.objects.filter(pk=to).select_related("team").first()
        if receiver is None or not receiver.can("owner.take"):
            raise Invalid({"to": "This person cannot take incidents over. Choose somebody from the list."})
        return receiver, None
    desk = Team.objects.filter(pk=to_team or 0).first()
    if desk is None or not any(
        one.can("owner.take") for one in Staff.objects.ranked().filter(team=desk, is_active=True)
    ):
        raise Invalid({"to": "Nobody at this desk could take it. Choose a desk from the list."})
    return None, desk


def _mine(work: Work, user: Staff) -> HandOff:
    """The offer to this person or their desk. Raises ``Stale`` where there is none any more, ``Refused`` where it is another's."""
    handoff: HandOff | None = open_handoffs(work.incident).first()
    if handoff is None:
        raise Stale("Nothing is handed over here now. Nothing was changed; reload to see who owns it.")
    mine = open_handoffs(work.incident).filter(Q(to=user) | Q(to_team=user.team_id))
    if not mine.exists():
        raise Refused("This was handed to somebody else. Take it over instead.")
    return handoff
