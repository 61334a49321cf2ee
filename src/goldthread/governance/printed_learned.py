"""The sections of a pack that tell what quality found and learning owes and changed, as a document's parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from goldthread.documents.described import Paragraph, Part, Section, Table
from goldthread.governance.drawing import day
from goldthread.governance.learned_words import (
    VERDICTS,
    cohort_name,
    due_words,
    effect_words,
    newest_words,
    rate_words,
    records_words,
    trained_words,
    when_words,
)

Address = Callable[[str], str]
"""The page that opens something by its code, empty for none."""
THEME, COURSE, COHORT = "theme:", "course:", "cohort:"
"""Before a theme's number, a course's code, a cohort's number, where what opens it is asked for as for a figure."""


def themes(found: Sequence[Mapping[str, Any]], address: Address) -> list[Part]:
    """Open themes in one table."""
    if not found:
        return [Paragraph("No theme is open.")]
    rows = tuple(
        (
            lined(one["title"], one["why"]),
            one["asked"] or "none: it rests on one record",
            lined(rate_words(one), f"Since: {newest_words(one) or 'no round has ended'}"),
            records_words(one["records"]),
            "; ".join(one["came_of"]) or "nothing yet",
        )
        for one in found
    )
    head = ("Theme", "Question", "Rate when made, and since", "Shown by", "Came of it")
    addresses = tuple(address(f"{THEME}{one['id']}") for one in found)
    return [Table("Open themes, the newest first", head, rows, (8, 6, 7, 3, 4), addresses)]


def learning(found: Sequence[Mapping[str, Any]], address: Address) -> list[Part]:
    """Each course with how many are due, by role and team."""
    if not found:
        return [Paragraph("Nobody must hold a course.")]
    return [_course(one, address) for one in found]


def effects(found: Sequence[Mapping[str, Any]], address: Address) -> list[Part]:
    """Each cohort with its outcomes."""
    if not found:
        return [Paragraph("No cohort with a register is compared, or was until not long ago.")]
    return [_cohort(one, address) for one in found]


def lined(*told: str) -> str:
    """What is told, a line each, without what is empty."""
    return "\n".join(one for one in told if one)


def _course(one: Mapping[str, Any], address: Address) -> Section:
    all_told = f"{due_words(one['counted'])}; {when_words(one)}."
    parts: list[Part] = [Paragraph(all_told[0].upper() + all_told[1:])]
    if one["groups"]:
        rows = tuple(
            (
                ", ".join(each["roles"]),
                each["team"] or "all teams",
                *(f"{each[name]:,}" for name in ("people", "due", "never", "expired", "soon", "booked")),
                day(each["first"]) if each["first"] else "nobody holds it",
            )
            for each in one["groups"]
        )
        head = ("Role", "Team", "Must hold", "Due", "Never held", "Ran out", "Soon", "Booked", "Next runs out")
        parts.append(Table(f"{one['name']}: people by role and team", head, rows, (6, 6, 3, 3, 3, 3, 3, 3, 5)))
    return Section(one["name"], tuple(parts), address(f"{COURSE}{one['course']}"))


def _cohort(one: Mapping[str, Any], address: Address) -> Section:
    rows = tuple(
        (
            f"{each['name']}{' (lower is better)' if each['good'] == 'down' else ''}",
            VERDICTS[each["verdict"]],
            f"{effect_words(each)}, p = {each['p']:.3f}" if each["p"] is not None else each["why"],
        )
        for each in one["outcomes"]
    )
    words = trained_words(one)
    parts = (
        Paragraph(f"{words[0].upper()}{words[1:]}."),
        Table(f"{cohort_name(one)}: what it changed", ("Outcome", "Found", "Difference"), rows, (6, 5, 10)),
    )
    return Section(cohort_name(one), parts, address(f"{COHORT}{one['cohort']}"))
