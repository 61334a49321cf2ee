"""How people handle a call: in what order, how fast, how well. The dice decide; most is right, some is not.

A timeline is made of offsets in seconds from the opening, so that the same telling can be laid into any hour.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from goldthread.demo.storybook import GRADES, Template

# Shares of a real force's slips *(ours)*: enough that every list of the demo has something in it.
NO_THRIVE = 0.12
NOT_ASKED_AT_RISK = 0.10
NOT_ASKED = 0.27
UNDER_GRADED = 0.14
RAISED_LATER = 0.6
SENT_LATE = 0.14
ARRIVED_LATE = 0.12
GRADED_LATE = 0.05

MINUTE, HOUR = 60, 3600
ALLOCATE = {"immediate": 3 * MINUTE, "priority": 15 * MINUTE, "scheduled": 24 * HOUR}
TRAVEL = {
    "immediate": (2 * MINUTE, 10 * MINUTE),
    "priority": (6 * MINUTE, 35 * MINUTE),
    "scheduled": (10 * MINUTE, 45 * MINUTE),
}

OPEN_STATES = (
    "just_in", "waiting", "at_scene", "over_target", "sent", "not_asked", "ungraded", "under_graded", "scheduled",
    "reported", "taken", "second_wanted", "waiting",
)  # fmt: skip
"""How far the open ones of the small force have come, in the order in which they are dealt; thirteen against four areas."""
OPEN_MIX = {
    "scheduled": 31, "second_wanted": 22, "waiting": 21, "over_target": 7, "not_asked": 4, "under_graded": 3, "ungraded": 2,
    "just_in": 2, "taken": 4, "sent": 1, "at_scene": 2, "reported": 1,
}  # fmt: skip
"""Shares of the open ones of the full force, in hundredths *(ours)*: most wait for an appointment, a call back or a unit. A
unit is with some of those that *wait* too, sent while the handler still writes; at three hundred a few units are left."""


@dataclass(frozen=True)
class Handling:
    """The choices made in one call. ``answer`` is empty where nobody asked; ``raised`` says that the grade rose later."""

    grade: str
    answer: str
    thrive: bool
    raised: bool = False
    graded_late: bool = False
    sent_late: bool = False
    arrived_late: bool = False


@dataclass(frozen=True)
class Moment:
    """One step to come: what, when (seconds after the opening), and which of the texts where there are several."""

    what: str
    offset: float
    index: int = 0


def handle(rng: random.Random, template: Template) -> Handling:
    """Deal the choices of one call."""
    lower = GRADES[max(GRADES.index(template.grade) - 1, 0)]
    under = template.at_risk and lower != template.grade and rng.random() < UNDER_GRADED
    # Without deployment nobody would have seen what the officer later tells, so such a slip is always put right.
    raised = under and (lower == "resolution" or rng.random() < RAISED_LATER)
    return Handling(
        grade=lower if under else template.grade,
        answer=_answer(rng, template),
        thrive=rng.random() >= NO_THRIVE,
        raised=raised,
        graded_late=rng.random() < GRADED_LATE,
        sent_late=rng.random() < SENT_LATE,
        arrived_late=rng.random() < ARRIVED_LATE,
    )


def handle_open(rng: random.Random, template: Template, state: str) -> Handling:
    """Deal the choices of a call that still stands in ``state``."""
    dealt = replace(handle(rng, template), graded_late=False, sent_late=False, arrived_late=False, raised=False)
    grade = template.grade
    if state == "under_graded":
        grade = GRADES[max(GRADES.index(template.grade) - 1, 0)]
    answer = "" if state == "not_asked" else dealt.answer
    return replace(dealt, grade=grade, answer=answer)


def _answer(rng: random.Random, template: Template) -> str:
    if rng.random() < (NOT_ASKED_AT_RISK if template.at_risk else NOT_ASKED):
        return ""
    if template.children:
        return "named" if rng.random() < 0.95 else "not_known"
    if template.at_risk:
        return "not_known"
    return "asked_none" if rng.random() < 0.75 else "not_known"


def timeline(rng: random.Random, template: Template, chosen: Handling) -> list[Moment]:
    """The steps of a whole call in order, from its opening to its closing."""
    at = rng.uniform(12, 40)
    found = [Moment("opened", 0)]
    urgent = chosen.grade == "immediate"
    for index, (_, text) in enumerate(template.words):
        found.append(Moment("said", at, index))
        if index == 0 and urgent:
            found.append(Moment("graded", at + rng.uniform(4, 15)))
            at += 16
        at += rng.uniform(8, 20) + len(text) * rng.uniform(0.1, 0.25)
    if chosen.answer:
        found.append(Moment("answered", at + rng.uniform(2, 10)))
        at += rng.uniform(12, 40)
    if chosen.thrive:
        at += rng.uniform(30, 110)
        found.append(Moment("assessed", at))
    if not urgent:
        at += rng.uniform(12, 50 * MINUTE if chosen.graded_late else 45)
        found.append(Moment("graded", at))
    graded = next(moment.offset for moment in found if moment.what == "graded")
    grade = chosen.grade
    if chosen.raised:
        at += rng.uniform(8 * MINUTE, 70 * MINUTE)
        found += [Moment("reviewed", at), Moment("reassessed", at + 40), Moment("raised", at + 55)]
        grade, graded, at = template.grade, at + 55, at + 60
    if grade == "resolution":
        return [*found, Moment("closed", at + rng.uniform(8 * MINUTE, 4 * HOUR))]
    # A unit may be sent while the handler still writes.
    found += _attendance(rng, template, chosen, grade, max(graded, at - 4 * MINUTE))
    return sorted(found, key=lambda moment: moment.offset)


def _attendance(rng: random.Random, template: Template, chosen: Handling, grade: str, at: float) -> list[Moment]:
    target = ALLOCATE[grade]
    found = []
    if rng.random() < 0.5:
        found.append(Moment("taken", at + min(target, 5 * MINUTE) * rng.uniform(0.05, 0.2)))
    at += target * (rng.uniform(1.1, 3.5) if chosen.sent_late else rng.triangular(0.22, 0.95, 0.4))
    found.append(Moment("sent", at))
    at += rng.uniform(*TRAVEL[grade]) * (rng.uniform(2, 4) if chosen.arrived_late else 1)
    found.append(Moment("arrived", at))
    for index in range(len(template.later)):
        at += rng.uniform(6 * MINUTE, 40 * MINUTE)
        found.append(Moment("reported", at, index))
    if rng.random() < 0.4:
        at += rng.uniform(2 * MINUTE, 15 * MINUTE)
        found.append(Moment("left", at))
    return [*found, Moment("closed", at + rng.uniform(2 * MINUTE, 40 * MINUTE))]


def fits(template: Template, state: str) -> bool:
    """Whether a template can stand in an open state."""
    match state:
        case "scheduled":
            return template.grade == "scheduled"
        case "second_wanted":
            return template.grade == "resolution"
        case "under_graded":
            return template.at_risk and template.grade in {"priority", "immediate"}
        case "not_asked":
            return template.at_risk and template.grade == "priority"
        case "over_target":
            return template.grade == "priority"
        case "just_in" | "ungraded":
            return True
        case _:
            return template.grade in {"priority", "immediate"}


def cut(rng: random.Random, moments: list[Moment], state: str, chosen: Handling) -> tuple[list[Moment], float]:
    """The part of a timeline that has happened in an open state, and how many seconds ago its last step was."""

    def until(*whats: str) -> list[Moment]:
        last = max(place for place, moment in enumerate(moments) if moment.what in whats)
        return moments[: last + 1]

    match state:
        case "just_in":
            return until("opened") + [moment for moment in moments if moment.what == "said"][:1], rng.uniform(5, 70)
        case "ungraded":
            kept = [moment for moment in until("said", "answered") if moment.what != "graded"]
            return kept, rng.uniform(30, 9 * MINUTE)
        case "sent":
            return until("sent"), rng.uniform(30, 9 * MINUTE)
        case "at_scene":
            return until("arrived"), rng.uniform(4 * MINUTE, 40 * MINUTE)
        case "reported":
            return until("reported"), rng.uniform(2 * MINUTE, 25 * MINUTE)
        case "taken":
            kept = [moment for moment in until("graded", "assessed", "answered", "said") if moment.what != "taken"]
            return [*kept, Moment("taken", kept[-1].offset + rng.uniform(10, 40))], rng.uniform(20, 3 * MINUTE)
        case "over_target":
            return until("graded", "assessed", "answered", "said"), rng.uniform(64 * MINUTE, 150 * MINUTE)
        case "scheduled":
            return until("graded", "assessed", "answered", "said"), rng.uniform(1 * HOUR, 22 * HOUR)
        case "second_wanted":
            return until("graded", "assessed", "answered", "said"), rng.uniform(15 * MINUTE, 100 * MINUTE)
        case _:
            most = min(ALLOCATE[chosen.grade], 40 * MINUTE) if chosen.grade in ALLOCATE else 20 * MINUTE
            return until("graded", "assessed", "answered", "said"), most * rng.uniform(0.1, 0.8)
