"""What the hourly job does: give each incident old enough its row, and put on the list what falls due. Safe to run twice at once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F

from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.retention import queries, rules
from goldthread.retention.models import RetentionReview, RetentionSweep

if TYPE_CHECKING:
    from goldthread.contact.querysets import IncidentQuerySet

WINDOW = 50_000
"""Incidents that one run goes through, by when they were opened: ten million in eight days, half a second or so a run *(ours)*."""
BATCH = 500
MOST = 2_000
"""Reviews that one run puts on the list: a large force closes fewer in an hour, and other jobs wait for seconds at most *(ours)*."""
OPEN_AGAIN = timedelta(days=30)
"""When an incident that is open on its day is looked at again *(ours)*."""


def take_in(window: int = WINDOW) -> int:
    """Go on through the incidents opened long enough ago, and give each closed one a row; one that closed anew since begins anew.

    The way goes round: after the last it begins with the first, so that what closed late or was imported with an old date is found too.
    How many rows were made or begun anew.
    """
    with transaction.atomic():
        mark = RetentionSweep.objects.select_for_update(skip_locked=True).first()
        if mark is None:
            return 0  # another run is at it
        today = force_day(database_now(connection))
        first = rules.held_on(today).soonest
        ahead = Incident.objects.filter(opened_at__lt=_midnight(rules.years_before(today, first))).order_by("opened_at")
        if mark.upto is not None:
            ahead = ahead.filter(opened_at__gte=mark.upto)
        last = ahead.values_list("opened_at", flat=True)[window - 1 : window].first()
        found = ahead.closed() if last is None else ahead.closed().filter(opened_at__lte=last)
        made = _new(found, first) + _anew(found, first)
        _sooner(found, today)
        mark.upto = None if last is None else last + timedelta(microseconds=1)
        mark.save()
    return made


def fall_due(most: int = MOST) -> int:
    """Put on the list every review whose day has come, in batches; of an incident reckoned for the first time, only where its group's
    day has come, which may be later. How many were put there.
    """
    today = force_day(database_now(connection))
    held = rules.held_on(today)
    put = 0
    while put < most:
        with transaction.atomic():
            coming = RetentionReview.objects.filter(state="waiting", due_on__lte=today).order_by("due_on", "pk")
            rows = list(coming.select_for_update(skip_locked=True, of=("self",)).select_related("incident")[:BATCH])
            facts = queries.facts_of([one.incident_id for one in rows])
            for one in rows:
                _reckon(one, held, facts[one.incident_id], today)
            RetentionReview.objects.bulk_update(rows, ["closed_at", "due_on", "decided", "group", "state"])
        put += sum(one.state == "due" for one in rows)
        if len(rows) < BATCH:
            break
    return put


def _reckon(one: RetentionReview, held: rules.Held, facts: set[str], today: date) -> None:
    if one.incident.closed_at is None:
        one.due_on = today + OPEN_AGAIN
        return
    if one.closed_at != one.incident.closed_at:
        one.closed_at, one.decided = one.incident.closed_at, False
    group = held.group(facts)
    one.group = group.code
    day = one.due_on if one.decided else rules.years_after(force_day(one.closed_at), group.first)
    one.due_on = day
    if day <= today:
        one.state = "due"


def _new(found: IncidentQuerySet, first: int) -> int:
    rows = [
        RetentionReview(incident_id=pk, closed_at=closed, due_on=rules.years_after(force_day(closed), first))
        for pk, closed in found.filter(retention__isnull=True).values_list("pk", "closed_at")
    ]
    return len(RetentionReview.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True))


def _anew(found: IncidentQuerySet, first: int) -> int:
    """What closed anew: whatever was decided of the closing before, its review comes from this one."""
    stale = RetentionReview.objects.filter(incident__in=found.values("pk")).exclude(incident__closed_at=F("closed_at"))
    rows = list(stale.select_for_update(of=("self",)).select_related("incident"))
    for one in rows:
        one.closed_at, one.decided, one.state = one.incident.closed_at, False, "waiting"
        one.due_on = rules.years_after(force_day(one.closed_at), first)
    RetentionReview.objects.bulk_update(rows, ["closed_at", "decided", "state", "due_on"], batch_size=BATCH)
    return len(rows)


def _sooner(found: IncidentQuerySet, today: date) -> None:
    """What waits for a first review that a set begun since has sooner, or whose group there is no more, comes up today."""
    held = rules.held_on(today)
    waiting = RetentionReview.objects.filter(
        incident__in=found.values("pk"), state="waiting", decided=False, due_on__gt=today
    )
    waiting = waiting.exclude(group="")
    for group in held.groups:
        past = _midnight(rules.years_before(today, group.first))
        waiting.filter(group=group.code, closed_at__lt=past).update(due_on=today)
    gone = waiting.exclude(group__in=[group.code for group in held.groups])
    gone.filter(closed_at__lt=_midnight(rules.years_before(today, held.soonest))).update(due_on=today)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)
