"""What quality and learning put on a board's list: open themes, courses held by too few, and what cohorts changed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from goldthread.governance import learned, learned_words
from goldthread.governance.agendas import Agendas
from goldthread.governance.drawing import day
from goldthread.governance.items import Item, subject_of


def of_themes(known: Agendas, now: datetime) -> dict[uuid.UUID, Item]:
    """Every open theme."""
    return {subject_of("theme", one["id"]): _theme(one, known, now) for one in learned.themes_told(now)}


def of_courses(board: str, known: Agendas, now: datetime) -> dict[uuid.UUID, Item]:
    """Every course that somebody must hold; without a reason where enough of them hold it for this board."""
    return {subject_of("course", one["course"]): _course(one, known.lacking[board]) for one in learned.due_told(now)}


def of_cohorts(now: datetime) -> dict[uuid.UUID, Item]:
    """Every cohort whose effect is told, or is to be."""
    return {subject_of("cohort", one["cohort"]): _cohort(one) for one in learned.effects_told(now)}


def _theme(one: Mapping[str, Any], known: Agendas, now: datetime) -> Item:
    made = datetime.fromisoformat(one["at"])
    reasons = {"theme": f"open since {day(one['at'])}: {learned_words.rate_words(one)}"}
    if not one["came_of"] and made + known.idle <= now:
        reasons["theme_idle"] = f"open for {(now - made).days} days, and nothing came of it"
    facts = (
        ("Question", one["asked"] or "none: it rests on one record"),
        ("Rate when it was made", learned_words.rate_words(one)),
        ("Since", learned_words.newest_words(one) or "no round has ended since"),
        ("Shown by", learned_words.records_words(one["records"])),
        ("Came of it", "; ".join(one["came_of"]) or "nothing yet"),
    )
    return Item(f"Theme: {one['title']}", one["why"], reasons, facts)


def _course(one: Mapping[str, Any], share: float) -> Item:
    counted = one["counted"]
    lacking = counted["never"] + counted["expired"] if counted is not None else 0
    reasons = {}
    if counted is not None and lacking and lacking >= share * counted["people"]:
        reasons["lacking"] = f"{lacking:,} of {counted['people']:,} who must hold it do not"
    facts = [("All who must hold it", learned_words.due_words(counted)), ("By when", learned_words.when_words(one))]
    facts += [
        (", ".join(each["roles"]), learned_words.due_words(each)) for each in one["groups"] if not each["team"]
    ]  # fmt: skip
    if counted is not None and counted["first"]:
        facts.append(("Next runs out", day(counted["first"])))
    return Item(f"Course: {one['name']}", "Who must hold it, and how many are due.", reasons, tuple(facts))


def _cohort(one: Mapping[str, Any]) -> Item:
    reasons: dict[str, str] = {}
    for verdict, words in learned_words.VERDICTS.items():
        names = ", ".join(each["name"] for each in one["outcomes"] if each["verdict"] == verdict)
        early = verdict == "open" and not one["over"]
        code = "effect_not_yet" if early else f"effect_{verdict}"
        said = f"{words}{' so far, and still compared' if early else ''}: {names}"
        if names:
            reasons[code] = f"{reasons[code]}; {said}" if code in reasons else said
    facts = [("Trained", learned_words.trained_words(one))]
    facts += [(each["name"], learned_words.effect_words(each)) for each in one["outcomes"]]
    return Item(
        f"Cohort: {learned_words.cohort_name(one)}",
        "What it changed, against those not trained yet.",
        reasons,
        tuple(facts),
    )
