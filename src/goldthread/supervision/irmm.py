"""Incident Risk Management Meetings: the list of incidents, what became of them since, and their part in the meetings' mechanism."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.urls import reverse

from goldthread.assessment.mode_rules import ALL
from goldthread.audit.models import DatabaseNow
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.contact.querysets import one
from goldthread.desk import pages
from goldthread.desk.models import BoardRow
from goldthread.desk.record import Record
from goldthread.desk.rows import rows
from goldthread.desk.timeline import said
from goldthread.meetings import beyond
from goldthread.meetings.rules import Candidate, Rest
from goldthread.response.grades import grade
from goldthread.response.models import GradePeriod, Unit
from goldthread.supervision import irmm_actions, irmm_rules
from goldthread.supervision.irmm_choices import LABELS, choices
from goldthread.supervision.irmm_finding import KIND, find, numbers
from goldthread.web.times import clock

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.meetings.models import Meeting

SEE = "meeting.see"


def agenda(user: Staff, before: Meeting | None, now: datetime, most: int) -> beyond.Agenda:
    """Incidents with a reason to be looked at, the weightiest first, ``most`` of them by name; demand against resource above them."""
    held = irmm_rules.set_on(force_day(now))
    since = max(before.opened_at, now - held.most) if before is not None else now - held.since
    found = find(held, since, now)
    wanted = [each.incident for each in found]
    reach = set(Incident.objects.reached_by(user, SEE).filter(pk__in=wanted).values_list("pk", flat=True))
    ranked = irmm_rules.ranked([each for each in found if each.incident in reach], held, now)
    order, rest = ranked[:most], ranked[most:]
    named = {each.incident for each in order}
    shown = {row["id"]: row for row in rows(BoardRow.objects.filter(pk__in=named).order_by("pk"), now, ALL)}
    closed = {each.pk: each for each in Incident.objects.filter(pk__in=named - set(shown))}
    return beyond.Agenda(
        heading=tuple(_heading()),
        candidates=tuple(
            Candidate(
                subject=each.incident,
                title=shown[each.incident]["reference"] if each.incident in shown else closed[each.incident].reference,
                words=_words(shown.get(each.incident)),
                reasons=irmm_rules.said(each, held, now),
                known=_known(shown[each.incident]) if each.incident in shown else _closed(closed[each.incident], now),
                points=irmm_rules.points(each, held),
            )
            for each in order
        ),
        rest=Rest(tuple(each.incident for each in rest), irmm_rules.named(numbers(rest), held)),
    )


def broken(now: datetime) -> list[tuple[str, str]]:
    """The thresholds that call for a meeting now."""
    held = irmm_rules.set_on(force_day(now))
    return irmm_rules.broken(numbers(find(held, now - held.since, now)), held)


def reached(user: Staff, subjects: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these incidents that this person may see in a meeting."""
    return set(Incident.objects.reached_by(user, SEE).filter(pk__in=list(subjects)).values_list("pk", flat=True))


def teams(subjects: Iterable[uuid.UUID]) -> dict[uuid.UUID, int | None]:
    """The team that took each incident."""
    return dict(Incident.objects.filter(pk__in=list(subjects)).values_list("pk", "team"))


def owner_of(subject: uuid.UUID) -> str:
    """Who owns the incident, as an action names its owner."""
    staff, team = Incident.objects.filter(pk=subject).values_list("owner", "owner_team").get()
    return f"staff:{staff}" if staff else f"team:{team}"


def now_of(since: Mapping[uuid.UUID, datetime]) -> dict[uuid.UUID, beyond.Now]:
    """What became of each incident since its time: closed, graded otherwise. Two queries however many there are."""
    if not since:
        return {}
    graded = GradePeriod.objects.filter(incident__in=since, at__gt=min(since.values())).order_by("seq")
    grades = {pk: code for pk, code, at in graded.values_list("incident", "grade", "at") if at > since[pk]}
    found = {}
    for pk, closed in Incident.objects.filter(pk__in=since).values_list("pk", "closed_at"):
        changed = [f"closed {clock(closed)}"] if closed is not None and closed > since[pk] else []
        changed += [f"grade now {grade(grades[pk]).name}"] if pk in grades else []
        found[pk] = beyond.Now(reverse("desk:incident", args=[pk]), ", ".join(changed))
    return found


def values(user: Staff, subject: uuid.UUID) -> dict[str, Any]:
    """What the meeting shows of an incident: its ribbon and the last that was said; nothing where it is out of sight."""
    incident = one(user, SEE, subject)
    if incident is None:
        return {"ribbon": None}
    record = Record(incident, user)
    words = [each for each in said(record) if each.kind == "words"]
    return {**pages.ribbon_values(record), "last_words": words[-3:]}


def register() -> None:
    """Give the meetings' mechanism this kind; called once at start."""
    beyond.register(
        beyond.Body(
            kind=KIND,
            agenda=agenda,
            carry_out=irmm_actions.carry_out,
            done=irmm_actions.done,
            reached=reached,
            teams=teams,
            owner_of=owner_of,
            now_of=now_of,
            choices=choices,
            broken=broken,
            labels=LABELS,
            template="supervision/_irmm-line.jinja",
            values=values,
            subject="incident",
            queue=("supervision.review", "supervision:queue"),
        )
    )


def _words(row: dict[str, Any] | None) -> str:
    return ", ".join(part for part in (row["what"] or "nothing said yet", row["place"]) if part) if row else ""


def _known(row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    over = row["elapsed"] - row["target"]
    stands = "attended" if row["attended"] else f"over by {over // 60} min" if row["over"] else f"due {row['due']}"
    return (
        ("Grade", row["grade"] or "not graded yet"),
        ("Target", stands),
        ("Children", row["children_answer"]),
        ("Owner", row["owner"]),
        ("Area", row["area"] or "not known"),
    )


def _closed(incident: Incident, now: datetime) -> tuple[tuple[str, str], ...]:
    if incident.closed_at is None:
        return ()
    return (("Closed", clock(incident.closed_at, now)),)


def _heading() -> list[tuple[str, str]]:
    """Demand against resource, as figures."""
    board = BoardRow.objects.aggregate(
        every=Count("pk"),
        child=Count("pk", filter=~Q(incident__child="none")),
        late=Count("pk", filter=Q(attended=False, due_at__lte=DatabaseNow())),
        waiting=Count("pk", filter=Q(attended=False)),
    )
    units = Unit.objects.exclude(state="off").aggregate(
        every=Count("pk"), free=Count("pk", filter=Q(state="available"))
    )
    return [
        ("Open incidents", f"{board['every']:,}"),
        ("With a child, or maybe", f"{board['child']:,}"),
        ("Past target", f"{board['late']:,}"),
        ("Nobody there yet", f"{board['waiting']:,}"),
        ("Units on duty", f"{units['every']:,}"),
        ("Units free", f"{units['free']:,}"),
    ]
