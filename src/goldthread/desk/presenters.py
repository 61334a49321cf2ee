"""What the desk's pages show. A template only walks what is handed over here."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.accounts.roles import verbs
from goldthread.assessment.elements import elements_on
from goldthread.assessment.models import Reading, ThriveVersion
from goldthread.assessment.queries import newest_reading, newest_thrive, thrive_text
from goldthread.assessment.reading import reader
from goldthread.contact import choices
from goldthread.contact.models import ChildVersion, Entry, Incident
from goldthread.desk.board import suggested_level
from goldthread.desk.marks import Mark, Piece, marks_of, pieces
from goldthread.response.grades import closing_reasons, grade, grades_on
from goldthread.response.models import ARRIVAL_SOURCES, Allocation, Clock, GradePeriod, Unit

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from goldthread.accounts.models import Staff

LEVEL_NAMES = {"immediate": "Immediate", "high": "Priority", "medium": "Scheduled", "low": "a grade"}
OWED = {
    "assess": "Assess and grade",
    "allocate": "Send a unit",
    "arrive": "Arrival",
    "result": "Result from the unit",
    "none": "Nothing",
}
EVENTS = {
    "incident.opened": "Opened",
    "incident.reopened": "Opened again by late words",
    "incident.closed": "Closed",
    "area.set": "Area",
    "particular.set": "Recorded",
    "children.answered": "Children",
    "thrive.written": "THRIVE version",
    "grade.chosen": "Grade",
    "unit.allocated": "Unit sent",
    "unit.arrived": "Unit arrived",
    "unit.left": "Unit left",
    "owner.taken": "Taken over",
}


@dataclass(frozen=True)
class Line:
    """One line of the timeline as shown."""

    seq: int
    kind: str
    source: str
    at: datetime
    recorded_at: datetime
    late: bool
    author: str
    pieces: list[Piece] = field(default_factory=list)
    what: str = ""
    erased: bool = False


@dataclass(frozen=True)
class ChildShown:
    """One child as known now."""

    child: str
    name: str
    age: str
    where_now: str
    last_seen_by: str
    seen: str
    at: datetime


def ribbon(incident: Incident, now: datetime) -> dict[str, Any]:
    """The THRIVE ribbon: grade and clock, what the words suggest, children, version, owner and what is owed next."""
    period = GradePeriod.objects.filter(incident=incident).order_by("-seq").first()
    held = grade(period.grade) if period else None
    reading = newest_reading(incident)
    version = newest_thrive(incident)
    level = reading.level if reading and reading.state == "read" else "none"
    suggested = suggested_level(held, level)
    return {
        "reference": incident.reference,
        "id": incident.pk,
        "open": incident.is_open,
        "closed_at": incident.closed_at,
        "grade": held.name if held else "",
        "grade_at": period.at if period else None,
        "clocks": clocks(incident, now),
        "suggests": LEVEL_NAMES.get(suggested, "") if suggested else "",
        "suggested": suggested,
        "child": incident.child,
        "children_answer": dict(choices.CHILDREN_ANSWERS)[incident.children_answer],
        "children_count": incident.child_versions.values("child").distinct().count(),
        "version": version,
        "new_since": incident.entries.filter(kind="words", seq__gt=version.read_up_to).count() if version else 0,
        "reader": reader_state(reading),
        "strongest": strongest(incident, reading),
        "owner": owner(incident),
        "owed": OWED.get(incident.next_action, incident.next_action),
        "owed_at": incident.next_action_at if incident.is_open else None,
    }


def clocks(incident: Incident, now: datetime) -> list[dict[str, Any]]:
    """Every running clock with seconds gone and seconds allowed."""
    return [
        {
            "kind": clock.get_kind_display(),
            "started_at": clock.started_at,
            "due_at": clock.due_at,
            "elapsed": int((now - clock.started_at).total_seconds()),
            "target": int((clock.due_at - clock.started_at).total_seconds()),
        }
        for clock in Clock.objects.filter(incident=incident).running().order_by("due_at")
    ]


def reader_state(reading: Reading | None) -> dict[str, str]:
    """What the reader is to this incident, in a code and a sentence; silence is never shown as safety."""
    if reading is None:
        return {"code": "waiting", "say": "Nothing has been said yet, so nothing has been read."}
    if reading.state == "down":
        return {
            "code": "down",
            "say": "The reader is down. Nothing was read; read the words yourself and treat a child as possibly involved.",
        }
    if reading.abstain:
        why = reading.why_abstained or "The reader could not assess this text."
        return {"code": "abstained", "say": f"{why} Read the words yourself and treat a child as possibly involved."}
    if not reading.findings:
        return {
            "code": "nothing",
            "say": "The reader noticed nothing. That is not a sign of safety: ask about children.",
        }
    return {"code": "read", "say": ""}


def owner(incident: Incident) -> str:
    """Who owns it, as a name."""
    if incident.owner is not None:
        return incident.owner.name
    return incident.owner_team.name if incident.owner_team is not None else ""


def strongest(incident: Incident, reading: Reading | None, most: int = 3) -> list[Mark]:
    """The strongest marks that stand, each with its quote."""
    if reading is None or reading.state != "read":
        return []
    texts = _texts(incident, {one["entry"] for one in reading.findings})
    found = [mark for mark in marks_of(reading, texts, reader()) if mark.stands]
    return sorted(found, key=lambda mark: -mark.score)[:most]


def said(incident: Incident) -> list[Line]:
    """The timeline, oldest first, with the marks standing in the words themselves."""
    reading = newest_reading(incident)
    entries = list(incident.entries.select_related("text", "author").order_by("seq"))
    texts = {entry.seq: entry.text.text for entry in entries if entry.text is not None and entry.text.erased_at is None}
    marks = marks_of(reading, texts, reader()) if reading and reading.state == "read" else []
    return [_line(entry, [mark for mark in marks if mark.entry == entry.seq]) for entry in entries]


def noticed(incident: Incident) -> dict[str, Any]:
    """The reader's column: marks with why each matters, at most three questions, and its state in words."""
    reading = newest_reading(incident)
    if reading is None or reading.state != "read":
        return {"state": reader_state(reading), "marks": [], "questions": []}
    texts = _texts(incident, {one["entry"] for one in reading.findings})
    marks = sorted(
        marks_of(reading, texts, reader()), key=lambda mark: (not mark.stands, -mark.score, mark.entry, mark.start)
    )
    return {"state": reader_state(reading), "marks": marks, "questions": reading.questions[:3], "reading": reading}


def disagreement(incident: Incident) -> dict[str, Any] | None:
    """Where words and grade disagree: the grade held, the level the words suggest, and the quotes; None where they agree."""
    period = GradePeriod.objects.filter(incident=incident).order_by("-seq").first()
    reading = newest_reading(incident)
    if period is None or reading is None or reading.state != "read":
        return None
    held = grade(period.grade)
    suggested = suggested_level(held, reading.level)
    if not suggested:
        return None
    named = [one.name for one in grades_on(period.at.date()).values() if one.level == suggested]
    return {"held": held.name, "suggested": named[0] if named else suggested, "quotes": strongest(incident, reading)}


def children(incident: Incident) -> list[ChildShown]:
    """Each child's newest version, in the order first recorded."""
    newest: dict[str, ChildVersion] = {}
    for version in incident.child_versions.select_related("particulars").order_by("id"):
        newest[str(version.child)] = version
    return [_child(version) for version in newest.values()]


def particulars(incident: Incident) -> list[dict[str, Any]]:
    """Place, caller's name and number as they hold now; what was never given says so."""
    newest = {one.kind: one for one in incident.particulars.select_related("text").order_by("id")}
    area = {"name": "Area", "text": incident.area, "at": None}
    return [area] + [
        {
            "name": name,
            "text": newest[kind].text.shown() if kind in newest else "",
            "at": newest[kind].at if kind in newest else None,
        }
        for kind, name in choices.PARTICULARS
    ]


def listed(incidents: list[Incident]) -> list[dict[str, Any]]:
    """Incidents as a plain list shows them."""
    return [
        {
            "id": one.pk,
            "reference": one.reference,
            "opened_at": one.opened_at,
            "closed_at": one.closed_at,
            "child": one.child,
            "children_answer": dict(choices.CHILDREN_ANSWERS)[one.children_answer],
            "place": one.location.shown() if one.location else "",
            "owner": owner(one),
            "owed": OWED.get(one.next_action, one.next_action),
        }
        for one in incidents
    ]


def by_reference(user: Staff, asked: str) -> QuerySet[Incident]:
    """Incidents in sight whose reference is, or ends with, what was asked; newest first."""
    found: QuerySet[Incident] = Incident.objects.visible_to(user).select_related("location", "owner", "owner_team")
    return found.filter(reference__iendswith=asked.replace("\x00", "")).order_by("-opened_at")


def thrive_versions(incident: Incident) -> list[dict[str, Any]]:
    """Every THRIVE version, newest first, with its elements in order."""
    found = []
    for version in (
        ThriveVersion.objects.filter(incident=incident).select_related("author", "text").order_by("-version")
    ):
        text = thrive_text(version)
        elements = [
            {"name": element.name, "text": text["elements"].get(element.code, "")}
            for element in elements_on(version.at.date())
        ]
        found.append(
            {
                "version": version,
                "elements": elements,
                "interim": text["interim"],
                "advice": text["advice"],
                "erased": version.text.erased_at is not None,
            }
        )
    return found


def grades(incident: Incident | None, now: datetime) -> list[dict[str, Any]]:
    """The grades that may be chosen now, most urgent first; lower ones than held are left out."""
    period = GradePeriod.objects.filter(incident=incident).order_by("-seq").first() if incident else None
    held = period.severity if period else 0
    found = sorted(grades_on(now.date()).values(), key=lambda one: -one.severity)
    return [{"code": one.code, "name": one.name, "severity": one.severity} for one in found if one.severity > held]


def grade_history(incident: Incident) -> list[dict[str, Any]]:
    """Every grade the incident held, with who chose it and why."""
    periods = (
        GradePeriod.objects.filter(incident=incident).select_related("by", "why", "why_not_above").order_by("-seq")
    )
    return [
        {
            "name": grade(period.grade).name,
            "at": period.at,
            "by": period.by.name if period.by else "imported",
            "why": period.why.shown() if period.why else "",
            "why_not_above": period.why_not_above.shown() if period.why_not_above else "",
            "owed": period.why is None,
        }
        for period in periods
    ]


def sending(user: Staff, incident: Incident) -> dict[str, Any]:
    """Units that may be sent, and those that were."""
    sent = Allocation.objects.filter(incident=incident).select_related("unit").order_by("id")
    return {
        "units": list(Unit.objects.for_area(user).ready().order_by("area", "call_sign")),
        "sent": [
            {
                "id": one.pk,
                "unit": one.unit,
                "at": one.at,
                "arrived_at": one.arrived_at,
                "source": one.get_arrival_source_display(),
                "left_at": one.left_at,
            }
            for one in sent
        ],
        "sources": ARRIVAL_SOURCES,
    }


def may(user: Staff, incident: Incident) -> dict[str, bool]:
    """Which verbs this person may do to this incident now; the page shows only these."""
    reach = Incident.objects.filter(pk=incident.pk)
    return {
        verb.replace(".", "_"): user.can(verb) and reach.reached_by(user, verb).exists()
        for verb in verbs()
        if verb not in {"incident.see", "incident.open", "board.see", "audit.see", "measures.see", "measures.cases"}
    }


def closing() -> list[dict[str, str]]:
    """Reasons for closing."""
    return [{"code": reason.code, "name": reason.name} for reason in closing_reasons().values()]


def _texts(incident: Incident, wanted: set[int]) -> dict[int, str]:
    entries = incident.entries.filter(seq__in=wanted, text__erased_at__isnull=True).select_related("text")
    return {entry.seq: entry.text.text for entry in entries if entry.text is not None}


def _line(entry: Entry, marks: list[Mark]) -> Line:
    author = entry.author.name if entry.author else "system"
    common: dict[str, Any] = {
        "seq": entry.seq,
        "kind": entry.kind,
        "source": entry.get_source_display(),
        "at": entry.occurred_at,
        "recorded_at": entry.recorded_at,
        "late": entry.late,
        "author": author,
    }
    if entry.text is not None:
        if entry.text.erased_at is not None:
            return Line(**common, what=entry.text.shown(), erased=True)
        return Line(**common, pieces=pieces(entry.text.text, marks))
    return Line(**common, what=_event(entry))


def _event(entry: Entry) -> str:
    said_as = EVENTS.get(entry.code, entry.code)
    data = entry.data
    match entry.code:
        case "grade.chosen":
            return f"{said_as}: {grade(data['grade']).name}"
        case "children.answered":
            answer = dict(choices.CHILDREN_ANSWERS)[data["answer"]]
            return f"{said_as}: {answer}" + (f" ({data['count']})" if data["count"] else "")
        case "particular.set":
            return f"{said_as}: {dict(choices.PARTICULARS)[data['kind']].lower()}"
        case "area.set":
            return f"{said_as}: {data['area']}"
        case "incident.opened":
            return f"{said_as}: {dict(choices.CHANNELS)[data['channel']]}"
        case "incident.closed":
            reason = closing_reasons().get(data["reason"])
            return f"{said_as}: {reason.name if reason else data['reason']}"
        case "unit.arrived":
            return f"{said_as}: {data['unit']}, by {dict(ARRIVAL_SOURCES)[data['source']].lower()}"
        case "unit.allocated" | "unit.left":
            return f"{said_as}: {data['unit']}"
        case "thrive.written":
            return f"{said_as} {data['version']}"
        case _:
            return said_as


def _child(version: ChildVersion) -> ChildShown:
    if version.particulars.erased_at is not None:
        name, where_now, last_seen_by = version.particulars.shown(), "", ""
    else:
        facts = json.loads(version.particulars.text)
        name, where_now, last_seen_by = facts["name"], facts["where_now"], facts["last_seen_by"]
    age = "age not known" if version.age is None else f"{'about ' if version.age_estimated else ''}{version.age}"
    return ChildShown(str(version.child), name, age, where_now, last_seen_by, version.get_seen_display(), version.at)
