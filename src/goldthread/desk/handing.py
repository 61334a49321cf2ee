"""To whom an incident may be handed, and what stands unacknowledged, as its page shows it."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from goldthread.accounts.duty_models import Duty
from goldthread.accounts.models import Staff
from goldthread.accounts.rank_models import of_roles
from goldthread.accounts.roles import roles
from goldthread.assessment.models import ThriveVersion
from goldthread.config.prepared import Prepared
from goldthread.contact import choices
from goldthread.desk.presenters import OWED
from goldthread.response.models import Clock, Reassessment, TakenFrom
from goldthread.response.shift_actions import held_by
from goldthread.response.transfer_actions import told

if TYPE_CHECKING:
    from goldthread.desk.record import Record

TAKERS = [code for code, role in roles().items() if role.can("owner.take")]


@lru_cache(maxsize=1)
def _takers() -> Prepared[Any]:
    """Who could hold an incident, each with whether they are on duty."""
    present = Exists(Duty.objects.filter(staff=OuterRef("pk"), ended_at__isnull=True))
    found = Staff.objects.filter(of_roles(TAKERS), is_active=True).annotate(present=present)
    return Prepared(found.select_related("team").order_by("name"), [])


def receivers() -> list[tuple[str, list[tuple[str, str]]]]:
    """Desks and people who could hold an incident, those on duty first; as a grouped choice."""
    staff = _takers().all()
    teams = sorted({(one.team.name, one.team_id) for one in staff})
    staffed = {one.team_id for one in staff if one.present}
    desks = [(f"team:{pk}", name if pk in staffed else f"{name}, nobody on duty") for name, pk in teams]
    here = [(f"staff:{one.pk}", f"{one.name}, {one.team.name}") for one in staff if one.present]
    return [("Desks", sorted(desks, key=lambda one: "nobody on duty" in one[1])), ("On duty", here)]


def offered(record: Record, user: Staff, now: datetime) -> dict[str, Any] | None:
    """The hand-off that nobody has acknowledged yet; None where there is none."""
    found = record.offered
    if found is None:
        return None
    return {
        "to": found.to.name if found.to else found.to_team.name if found.to_team else "",
        "by": found.by.name,
        "at": found.at,
        "note": found.note.shown() if found.note else "",
        "answer_by": found.answer_by,
        "late": found.answer_by < now,
        "mine": found.to_id == user.pk or (found.to_team_id is not None and found.to_team_id == user.team_id),
        "given": found.by_id == user.pk,
    }


def taken(user: Staff) -> list[TakenFrom]:
    """What others took over from this person and they have not said that they saw, newest first."""
    found = TakenFrom.objects.filter(staff=user).exclude(incident__owner=user)
    return list(found.select_related("incident", "by").order_by("-at"))


def transfers(record: Record, now: datetime) -> list[dict[str, Any]]:
    """Every other force or agency that was asked to act, newest first, with their answer."""
    rows = []
    for one in record.transfers:
        answer = getattr(one, "answer", None)
        rows.append(
            {
                "id": one.pk,
                **told(one),
                "threshold": one.get_threshold_display(),
                "police": one.threshold,
                "by": one.by.name,
                "at": one.at,
                "open": answer is None,
                "answer_by": one.answer_by,
                "late": answer is None and one.answer_by < now,
                "answer": answer.get_answer_display() if answer else "",
                "accepted": answer is not None and answer.answer == "accepted",
                "words": answer.words.shown() if answer and answer.words else "",
                "answered_at": answer.at if answer else None,
            }
        )
    return rows


def held(user: Staff, now: datetime, left: dict[UUID, str]) -> list[dict[str, Any]]:
    """What this person owns, soonest owed first, each with why the next shift should look at it, or that nothing is new.

    ``left`` says of those that could not be handed over why.
    """
    found = held_by(user)
    asked = Reassessment.objects.filter(incident__in=found).in_bulk()
    late = set(Clock.objects.filter(incident__in=found).breached(now).values_list("incident", flat=True))
    assessed = set(ThriveVersion.objects.filter(incident__in=found).values_list("incident", flat=True))
    rows = []
    for one in found:
        looks = [
            "no THRIVE yet" if one.pk not in assessed else "",
            "to be assessed again" if one.pk in asked else "",
            "child involved" if one.child == "yes" else "child possible" if one.child == "possible" else "",
            "over time" if one.pk in late else "",
        ]
        rows.append(
            {
                "id": one.pk,
                "reference": one.reference,
                "opened_at": one.opened_at,
                "place": one.location.shown() if one.location else "",
                "child": one.child,
                "children_answer": dict(choices.CHILDREN_ANSWERS)[one.children_answer],
                "owed": OWED.get(one.next_action, one.next_action),
                "owed_at": one.next_action_at,
                "offered": one.offered_to.name if one.offered_to else one.offered_team.name if one.offered_team else "",
                "looks": [words for words in looks if words],
                "why": left.get(one.pk, ""),
            }
        )
    return rows
