"""What the desk's pages show. A template only walks what is handed over here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.accounts.roles import verbs
from goldthread.assessment.elements import elements_on
from goldthread.assessment.mode_rules import child_unread
from goldthread.assessment.modes import shown_of
from goldthread.assessment.queries import thrive_text
from goldthread.contact import choices
from goldthread.contact.models import BACKWARDS, ChildVersion, Incident
from goldthread.desk.differences import differences
from goldthread.desk.marks import Mark
from goldthread.desk.owed import owed
from goldthread.desk.record import Record
from goldthread.desk.unit_rows import held, overdue
from goldthread.response.grades import grade, grades_on
from goldthread.response.models import ARRIVAL_SOURCES, Clock, GradePeriod
from goldthread.response.reassess_rules import triggers
from goldthread.response.request_rules import delays as reasons_of_delay

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from goldthread.accounts.models import Staff

LEVEL_NAMES = {"immediate": "Immediate", "high": "Priority", "medium": "Scheduled", "low": "a grade"}
OWED = {
    "first_read": "First read",
    "assess": "Assess and grade",
    "allocate": "Send a unit",
    "arrive": "Arrival",
    "result": "Result from the unit",
    "none": "Nothing",
}


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


def ribbon(record: Record, now: datetime) -> dict[str, Any]:
    """The THRIVE ribbon: grade and clock, what the words suggest, children, version, owner and what is owed next."""
    incident = record.incident
    version = record.versions[0] if record.versions else None
    words = [entry.seq for entry in record.entries if entry.kind == "words"]
    return {
        "reference": incident.reference,
        "id": incident.pk,
        "open": incident.is_open,
        "closed_at": incident.closed_at,
        "grade": record.held.name if record.held else "",
        "grade_at": record.periods[0].at if record.periods else None,
        "clocks": clocks(record, now),
        "suggests": LEVEL_NAMES.get(record.suggested, ""),
        "suggested": record.suggested,
        "child": record.child,
        "children_answer": dict(choices.CHILDREN_ANSWERS)[incident.children_answer],
        "children_count": len(record.children),
        "version": version,
        "new_since": sum(seq > version.read_up_to for seq in words) if version else 0,
        "reassess": reassess(record, now),
        "orphan": any(one.kind == "orphan" for one in record.alarms),
        "reader": record.noticed.code,
        "wants": record.noticed.wants,
        "owed_paper": [one for one in owed(record, now) if not one.done],
        "strongest": strongest(record),
        "owner": owner(incident),
        "owed": OWED.get(incident.next_action, incident.next_action),
        "owed_at": incident.next_action_at if incident.is_open else None,
    }


def reassess(record: Record, now: datetime) -> dict[str, Any] | None:
    """Why the incident wants the next THRIVE, and until when its owner has to answer; None where nothing asks."""
    asked = record.reassessment
    if asked is None:
        return None
    reasons = [{"words": triggers().get(one["code"], one["code"]), "first": one["first"]} for one in record.reasons]
    if not reasons:
        return None
    return {"since": asked.since, "reasons": reasons, "by": asked.answer_by, "late": asked.answer_by < now}


def clocks(record: Record, now: datetime) -> list[dict[str, Any]]:
    """Every running clock with seconds gone and seconds allowed."""
    return [
        {
            "kind": clock.get_kind_display(),
            "started_at": clock.started_at,
            "due_at": clock.due_at,
            "elapsed": int((now - clock.started_at).total_seconds()),
            "target": int((clock.due_at - clock.started_at).total_seconds()),
        }
        for clock in record.clocks
    ]


def owner(incident: Incident) -> str:
    """Who owns it, as a name."""
    if incident.owner is not None:
        return incident.owner.name
    return incident.owner_team.name if incident.owner_team is not None else ""


def strongest(record: Record, most: int = 3) -> list[Mark]:
    """The strongest marks that stand, each with its quote."""
    return sorted((mark for mark in record.marks if mark.stands), key=lambda mark: -mark.score)[:most]


def disagreement(record: Record) -> dict[str, Any] | None:
    """Where words and grade disagree: the grade held, the level the words suggest, and the quotes; None where they agree."""
    if record.held is None or not record.suggested:
        return None
    named = [one.name for one in grades_on(record.periods[0].at.date()).values() if one.level == record.suggested]
    suggested = named[0] if named else record.suggested
    return {"held": record.held.name, "suggested": suggested, "quotes": strongest(record)}


def children(record: Record) -> list[ChildShown]:
    """Each child as known now, in the order first recorded."""
    return [_child(version) for version in record.children]


def particulars(record: Record) -> list[dict[str, Any]]:
    """Place, caller's name and number as they hold now; what was never given says so."""
    incident = record.incident
    newest = {one.kind: one for one in record.particulars}
    area = {"kind": "area", "name": "Area", "text": incident.area, "at": None}
    return [area] + [
        {
            "kind": kind,
            "name": name,
            "text": newest[kind].text.shown() if kind in newest else "",
            "at": newest[kind].at if kind in newest else None,
        }
        for kind, name in choices.PARTICULARS
        if kind in newest or kind != "sender"  # a call has no sender's address
    ]


def listed(incidents: list[Incident], user: Staff) -> list[dict[str, Any]]:
    """Incidents as a plain list shows them to somebody."""
    read = shown_of(user, [one.pk for one in incidents])
    return [
        {
            "id": one.pk,
            "reference": one.reference,
            "opened_at": one.opened_at,
            "closed_at": one.closed_at,
            "child": one.child if one.pk in read else child_unread(one.children_answer, one.on_line),
            "children_answer": dict(choices.CHILDREN_ANSWERS)[one.children_answer],
            "place": one.location.shown() if one.location else "",
            "owner": owner(one),
            "owed": OWED.get(one.next_action, one.next_action),
            "needs": (one.board_row.needs if one.pk in read else one.board_row.blind_needs)
            if hasattr(one, "board_row")
            else (),
        }
        for one in incidents
    ]


def by_reference(user: Staff, asked: str) -> QuerySet[Incident]:
    """Incidents in sight whose reference is, or ends with, what was asked; newest first."""
    found: QuerySet[Incident] = Incident.objects.visible_to(user).select_related(
        "location", "owner", "owner_team", "board_row"
    )
    end = asked.replace("\x00", "").upper()[::-1]
    return found.annotate(backwards=BACKWARDS).filter(backwards__startswith=end).order_by("-opened_at")


def thrive_versions(record: Record) -> list[dict[str, Any]]:
    """Every THRIVE version, newest first, with its elements in order and what each changed since the version before."""
    found = []
    texts = [thrive_text(version) for version in record.versions]
    for version, text, before in zip(record.versions, texts, [*texts, None][1:], strict=True):
        elements = [
            {
                "name": element.name,
                "text": text["elements"].get(element.code, ""),
                "parts": []
                if before is None
                else differences(before["elements"].get(element.code, ""), text["elements"].get(element.code, "")),
            }
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


def grades(record: Record | None, now: datetime) -> list[tuple[str, str]]:
    """The grades that may be chosen now with their names, most urgent first; lower ones than held are left out."""
    held = record.held.severity if record and record.held else 0
    found = sorted(grades_on(now.date()).values(), key=lambda one: -one.severity)
    return [(one.code, one.name) for one in found if one.severity > held]


def side_by_side(record: Record, left: int, right: int) -> list[dict[str, Any]]:
    """Each element of two versions (0: none), what only one of them has marked in it; elements in neither are left out."""
    texts = {one.version: (one, thrive_text(one)) for one in record.versions}

    def parted(number: int) -> dict[str, str]:
        if number not in texts:
            return {}
        _, text = texts[number]
        return {**text["elements"], "interim": text["interim"], "advice": text["advice"]}

    before, after = parted(left), parted(right)
    newest = max((texts[one][0].at for one in (left, right) if one in texts), default=None)
    names = [(one.code, one.name) for one in elements_on(newest.date())] if newest else []
    rows = []
    for code, name in [*names, ("interim", "Until police arrive"), ("advice", "Advice given")]:
        parts = differences(before.get(code, ""), after.get(code, ""))
        if parts:
            rows.append(
                {
                    "name": name,
                    "left": [one for one in parts if one.kind != "new"],
                    "right": [one for one in parts if one.kind != "gone"],
                }
            )
    return rows


def grade_history(record: Record) -> list[dict[str, Any]]:
    """Every grade the incident held, with who chose it and why."""

    def shown(period: GradePeriod, name: str) -> str:
        """The reason as written later, else as given with the grade."""
        later = getattr(record.explained.get(period.pk), name, None)
        text = later or getattr(period, name)
        return text.shown() if text else ""

    return [
        {
            "name": grade(period.grade).name,
            "at": period.at,
            "by": period.by.name if period.by else "imported",
            "why": shown(period, "why"),
            "why_not_above": shown(period, "why_not_above"),
            "owed": not shown(period, "why"),
            "clocks": [_clock(one) for one in record.clocks_of(period)],
        }
        for period in record.periods
    ]


STOPPED = {"regraded": "another grade", "put_off": "put off", "closed": "closed", "read": "read"}


def _clock(one: Clock) -> dict[str, Any]:
    """A clock that a grade had: when it was due, and what came of it."""
    by = dict(ARRIVAL_SOURCES).get(one.stopped_by, "") or STOPPED.get(one.stopped_by, one.stopped_by)
    return {
        "kind": one.get_kind_display(),
        "due_at": one.due_at,
        "stopped_at": one.stopped_at,
        "by": by.lower(),
        "late": one.stopped_at is not None and one.stopped_at > one.due_at,
    }


def delays(record: Record, now: datetime) -> list[dict[str, Any]]:
    """Every target that was missed: by how much, and who said why; without ``why`` it is not explained."""
    return [
        {
            "kind": clock.get_kind_display(),
            "due_at": clock.due_at,
            "running": clock.stopped_at is None,
            "over": (clock.stopped_at or now) - clock.due_at,
            "why": [
                {
                    "reasons": [
                        known.name if (known := reasons_of_delay().get(code)) else code for code in one.reasons
                    ],
                    "words": one.why.shown(),
                    "by": one.by.name,
                    "at": one.at,
                }
                for one in [record.delays.get(clock.pk)]
                if one is not None
            ],
        }
        for clock in record.missed(now)
    ]


def sent(record: Record, now: datetime) -> list[dict[str, Any]]:
    """Units that were sent, in order."""
    return [
        {
            "id": one.pk,
            "unit": one.unit,
            "at": one.at,
            "arrived_at": one.arrived_at,
            "source": one.get_arrival_source_display(),
            "left_at": one.left_at,
            "held": "" if one.left_at else held(one.unit, now),
            "overdue": overdue(one.unit, now),
        }
        for one in record.allocations
    ]


def may(user: Staff, record: Record) -> dict[str, bool]:
    """Which verbs this person may do to this incident now; the page shows only these."""
    return {verb.replace(".", "_"): record.reached(user, verb) for verb in verbs() if verb not in WITHOUT_OBJECT}


def may_before(user: Staff) -> dict[str, bool]:
    """What this person may do to a contact that is not opened yet; closing waits until it is."""
    return {
        verb.replace(".", "_"): user.seat.scope(verb) != "none" and verb != "incident.close"
        for verb in verbs()
        if verb not in WITHOUT_OBJECT
    }


WITHOUT_OBJECT = {
    "incident.see",
    "incident.open",
    "contact.receive",
    "inbox.see",
    "board.see",
    "quality.score",
    "quality.draw",
    "quality.rates",
    "quality.answer",
    "plan.see",
    "plan.register",
    "plan.keep",
    "plan.note",
    "plan.own",
    "plan.board",
    "rank.give",
    "oncall.see",
    "oncall.keep",
    "audit.see",
    "measures.see",
    "measures.cases",
    "governance.see",
    "governance.annotate",
    "pack.see",
    "pack.issue",
}


def child_facts(version: ChildVersion) -> dict[str, str]:
    """What was stated of a child in words; empty once it was erased."""
    if version.particulars.erased_at is not None:
        return {"name": "", "where_now": "", "last_seen_by": ""}
    found: dict[str, str] = json.loads(version.particulars.text)
    return found


def child_rows(record: Record | None) -> list[dict[str, Any]]:
    """Each child as the children form shows it, to be added to."""
    return [
        {
            **child_facts(version),
            "child": version.child,
            "version": version.version,
            "age": version.age,
            "age_estimated": version.age_estimated,
            "seen": version.seen,
        }
        for version in (record.children if record else [])
        if version.particulars.erased_at is None
    ]


def _child(version: ChildVersion) -> ChildShown:
    if version.particulars.erased_at is not None:
        name, where_now, last_seen_by = version.particulars.shown(), "", ""
    else:
        facts = child_facts(version)
        name, where_now = facts["name"], facts["where_now"]
        last_seen_by = ", ".join(filter(None, [facts["last_seen_by"], facts.get("last_seen_when", "")]))
    age = "age not known" if version.age is None else f"{'about ' if version.age_estimated else ''}{version.age}"
    return ChildShown(str(version.child), name, age, where_now, last_seen_by, version.get_seen_display(), version.at)
