"""Markers on a child: set with a day by which somebody looks again, and kept, changed or ended then. A clock tells of the day."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Case, When

from goldthread.audit.actions import Acting, acting
from goldthread.audit.models import Payload
from goldthread.clocks.bank import bank_holidays
from goldthread.clocks.working import end_of_day
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.config.upward import announce
from goldthread.contact.actions import lock_identity
from goldthread.contact.events import IncidentChanged
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.contact.work import Work, command_key
from goldthread.safeguarding import child_rules as rules
from goldthread.safeguarding.child_actions import reached
from goldthread.safeguarding.child_models import REVIEWED, ChildMarker, ChildMarkerReview
from goldthread.safeguarding.clock_actions import start, stop

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.audit.actions import Subject
    from goldthread.safeguarding.child_queries import Held

CLOCK = "marker_review"
ABOUT = "child_marker"


@dataclass(frozen=True)
class Reviewed:
    """A review as given: ``seen`` is how many there were before it, so that none is answered that its author did not see."""

    outcome: str
    why: str
    seen: int
    words: str = ""
    review_on: date | None = None


def mark(
    user: Staff, record_id: uuid.UUID, *, key: uuid.UUID, kind: str, words: str, review_on: date | None
) -> ChildMarker:
    """Put a marker on a child. Raises ``Invalid`` for no words, an unknown kind, or a day that is not ahead or too far."""
    kept = rules.reason(words, "words", needed="Write what whoever meets the child must know.")
    with acting(user) as act:
        held = reached(user, record_id)
        today = force_day(act.now)
        held_rules = rules.rules_on(today)
        code = rules.kind(kind, held_rules)
        own = command_key(key, user.pk, record_id, code, kept, review_on)
        lock_identity(own)
        before = ChildMarker.objects.filter(key=own).first()
        if before is not None:
            return before
        day = rules.review_on(review_on, today, held_rules)
        made = ChildMarker(
            record_id=held.root,
            kind=code,
            words=Payload.objects.keep(kept),
            review_on=day,
            by=user,
            at=act.now,
            key=own,
        )
        made.save()
        _run(act, made, day)
        subjects: list[Subject] = [("child_record", str(held.root)), ("child_marker", made.pk)]
        subjects += _line(act, user, held, "child.marked", marker=made.pk, kind=code)
        act.record("collection", "child.mark", subjects, kind=code)
    return made


def review(user: Staff, marker_id: int, given: Reviewed) -> ChildMarkerReview:
    """Keep, change or end a marker. The same review sent twice is one; raises ``Stale`` where another came meanwhile, ``Refused`` for
    a marker that has ended.
    """
    why = rules.reason(given.why)
    if given.outcome not in dict(REVIEWED):
        raise Invalid({"outcome": "Choose whether it is kept, changed or ended."})
    words = ""
    if given.outcome == "changed":
        words = rules.reason(given.words, "words", needed="Write what it says from now on.")
    with acting(user) as act:
        marker = ChildMarker.objects.filter(pk=marker_id).first()
        if marker is None:
            raise NotThere("There is no such marker, or it is not one that you may see.")
        held = reached(user, marker.record_id)
        lock_identity(marker.key)
        reviews = ChildMarkerReview.objects.filter(marker=marker).select_related("why", "words")
        last = reviews.order_by("-number").first()
        if last is not None and last.number == given.seen + 1 and _same(last, user, given, why, words):
            return last
        if last is not None and last.number > given.seen:
            raise Stale("Somebody has reviewed this marker meanwhile. What you wrote is still here and was not saved.")
        if last is not None and last.outcome == "ended":
            raise Refused("This marker has ended. Set a new one where it is needed again.")
        today = force_day(act.now)
        day = None if given.outcome == "ended" else rules.review_on(given.review_on, today, rules.rules_on(today))
        made = ChildMarkerReview(
            marker=marker, number=last.number + 1 if last else 1, outcome=given.outcome, why=Payload.objects.keep(why),
            words=Payload.objects.keep(words) if words else None, review_on=day, by=user, at=act.now,
        )  # fmt: skip
        made.save()
        stop(act, (ABOUT, marker.pk), given.outcome, by=user)
        if day is not None:
            _run(act, marker, day)
        subjects: list[Subject] = [("child_record", str(marker.record_id)), ("child_marker", marker.pk)]
        subjects += _line(act, user, held, "child.reviewed", marker=marker.pk, kind=marker.kind, outcome=given.outcome)
        act.record("alteration", "child.review", subjects, outcome=given.outcome)
    return made


def _line(act: Acting, user: Staff, held: Held, code: str, **data: Any) -> list[Subject]:
    """Write it on the timeline of one of the incidents tied to the child; that incident, or nothing where none is tied.

    The newest that is open, since there somebody acts on what they read next; where all are closed the newest, at which whoever looks
    for what came last begins. One and not all: the marker itself is shown on each of them.
    """
    tied = Incident.objects.filter(pk__in={pk for pk, _ in held.at})
    still_open = Case(When(closed_at__isnull=True, then=0), default=1)
    incident = tied.order_by(still_open, "-opened_at", "-pk").select_for_update(of=("self",)).first()
    if incident is None:
        return []
    Work(act, incident, user, None, code).event(code, **data)
    incident.save(update_fields=["last_seq"])
    announce(IncidentChanged(incident, act))
    return [("incident", str(incident.pk))]


def _same(last: ChildMarkerReview, user: Staff, given: Reviewed, why: str, words: str) -> bool:
    """Whether this is the review that was kept last, sent again because its answer was lost."""
    day = None if given.outcome == "ended" else given.review_on
    told = (last.why.shown(), last.words.shown() if last.words else "")
    return (last.by_id, last.outcome, last.review_on, *told) == (user.pk, given.outcome, day, why, words)


def _run(act: Acting, marker: ChildMarker, day: date) -> None:
    start(act, CLOCK, about=(ABOUT, marker.pk), due_at=end_of_day(day, 0, bank_holidays()))
