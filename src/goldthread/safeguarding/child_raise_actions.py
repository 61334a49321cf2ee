"""Concerns that raise a child by their number: found when a child is tied or an incident of theirs closes, answered in words."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING

from goldthread.assessment.models import Reading
from goldthread.audit.actions import Acting, acting
from goldthread.audit.models import Payload
from goldthread.config.errors import NotThere, Stale
from goldthread.config.upward import announce, listen
from goldthread.contact.actions import lock_identity
from goldthread.contact.events import IncidentChanged
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.contact.work import Work
from goldthread.safeguarding import child_queries as queries
from goldthread.safeguarding import child_rules as rules
from goldthread.safeguarding.child_models import ChildRaise, ChildRaiseAnswer
from goldthread.safeguarding.clock_actions import start, stop

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

CLOCK = "child_raise"
NO_RAISE = "There is no such raise, or it is not one that you may see."
Dealt = Callable[[Collection[uuid.UUID]], Collection[uuid.UUID]]
_dealt: list[Dealt] = []


def dealt(found: Dealt) -> Dealt:
    """Register a question: of these incidents, those from which something was opened for a child, so that they are below no threshold."""
    if found not in _dealt:
        _dealt.append(found)
    return found


@listen(IncidentChanged)
def closed(event: IncidentChanged) -> None:
    """Look at the record of each child of an incident that closes by this command."""
    if event.incident.closed_at is None or event.incident.closed_at != event.act.now:
        return
    ties = queries.standing_ties().filter(incident=event.incident).values_list("record", flat=True)
    if records := set(ties):
        for root in sorted(set(queries.roots(records).values())):
            look(event.act, root, event.incident)


def look(act: Acting, record: uuid.UUID, *here: Incident) -> ChildRaise | None:
    """Raise the child where concerns below the threshold are enough and no raise of theirs waits. It stands first on the
    VAST's list of children, on a clock until it is answered, and opens a concern on their desk (``concern_finding``).
    ``here``: incidents that the command holds.
    """
    lock_identity(record)
    held = queries.held(record)
    if held is None or queries.raises_open().filter(record__in=held.members).exists():
        return None
    counted = _counted({one.incident_id for one in held.ties}, act.now)
    raising = rules.rules_on(force_day(act.now)).raising
    before = [known for one in queries.raises_of(held) for known in (one.incidents, one.answer.incidents)]
    if not rules.raises(counted, before, raising):
        return None
    made = ChildRaise(record_id=held.root, incidents=list(counted), at=act.now)
    made.save()
    act.record(
        "combination", "child.raise", [("child_record", str(held.root)), *(("incident", one) for one in counted)]
    )
    start(act, CLOCK, about=("child_raise", made.pk), incident=_line(act, made, list(counted), here))
    return made


def answer(user: Staff, raise_id: int, *, words: str) -> ChildRaiseAnswer:
    """Say what was decided. The same answer twice is one; raises ``Stale`` for another, ``NotThere`` for a raise out of sight."""
    kept = rules.reason(words, "words", needed="Write what was decided for the child.")
    with acting(user) as act:
        found = ChildRaise.objects.filter(pk=raise_id).first()
        held = queries.held(found.record_id) if found is not None else None
        if found is None or held is None:
            raise NotThere(NO_RAISE)
        # A record of no incident any more is in sight by those that raised it, or its clock could never be ended.
        of = [pk for pk, _ in held.at] or found.incidents
        if not Incident.objects.reached_by(user, "child.tie").filter(pk__in=of).exists():
            raise NotThere(NO_RAISE)
        # Whoever ties one more at this moment comes before, and it is known to the answer, or after, and it raises the child anew.
        lock_identity(held.root)
        held = queries.held(found.record_id)
        assert held is not None
        before = ChildRaiseAnswer.objects.filter(raised=found).select_related("words").first()
        if before is not None:
            if before.words.shown() == kept:
                return before
            raise Stale("Somebody has answered this meanwhile. What you wrote is still here and was not saved.")
        made = ChildRaiseAnswer(
            raised=found, words=Payload.objects.keep(kept), by=user, at=act.now,
            incidents=sorted({str(pk) for pk, _ in held.at} | set(found.incidents)),
        )  # fmt: skip
        made.save()
        stop(act, ("child_raise", found.pk), "answered", by=user)
        act.record("alteration", "child.answer", [("child_record", str(held.root)), ("child_raise", found.pk)])
    return made


def _counted(incidents: set[uuid.UUID], now: datetime) -> dict[str, None]:
    """Of these, the newest first, those that count: in the window, below the level, and nothing opened from them."""
    raising = rules.rules_on(force_day(now)).raising
    found = Incident.objects.filter(pk__in=incidents, opened_at__gt=now - raising.days).order_by("-opened_at", "-id")
    recent = list(found.values_list("pk", flat=True))
    if len(recent) < raising.incidents:
        return {}
    done = {pk for each in _dealt for pk in each(recent)}
    newest = Reading.objects.filter(incident__in=recent).order_by("incident", "-id").distinct("incident")
    levels = dict(newest.values_list("incident", "level"))
    return {str(pk): None for pk in recent if pk not in done and rules.below(levels.get(pk, "none"), raising.below)}


def _line(act: Acting, made: ChildRaise, counted: list[str], here: Collection[Incident]) -> Incident | None:
    """Write it on the newest incident's timeline, or where somebody acts on that just now on the next, since waiting could be for ever."""
    held: dict[uuid.UUID, Incident] = {
        one.pk: one for one in Incident.objects.filter(pk__in=counted).select_for_update(skip_locked=True, of=("self",))
    }
    held |= {one.pk: one for one in here if str(one.pk) in counted}
    for pk in map(uuid.UUID, counted):
        if pk in held:
            Work(act, held[pk], None, None, "child.raise").event("child.raised", raised=made.pk, count=len(counted))
            held[pk].save(update_fields=["last_seq"])
            if held[pk] not in here:
                announce(IncidentChanged(held[pk], act))
            return held[pk]
    return None
