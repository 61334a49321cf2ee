"""What a line of a board's list shows of its subject as it stands today, and where the subject's page is."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.urls import reverse

from goldthread.clocks.db import database_now
from goldthread.contact.known import force_day
from goldthread.governance import drawing, items, learned, queries, rules
from goldthread.governance.learned_words import (
    due_words,
    effect_words,
    newest_words,
    rate_words,
    records_words,
    when_words,
)
from goldthread.governance.models import Annotation
from goldthread.governance.told import series_told
from goldthread.improvement.queries import plan
from goldthread.learning.models import Cohort
from goldthread.learning.rules import courses_on
from goldthread.measures.series import all_series
from goldthread.meetings import beyond
from goldthread.quality.models import QualityTheme

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

WORDS = {"due": due_words, "effect": effect_words, "newest": newest_words, "rate": rate_words, "records": records_words, "when": when_words}  # fmt: skip


def now_of(since: Mapping[uuid.UUID, datetime]) -> dict[uuid.UUID, beyond.Now]:
    """Where each subject's page is, and whether anything was noted on a figure, or a theme closed, since."""
    if not since:
        return {}
    found = _addresses()
    newest = Annotation.objects.filter(at__gt=min(since.values())).order_by("at")
    noted = {
        items.figure_subject(code): (at, "something was noted on it") for code, at in newest.values_list("series", "at")
    }
    ended = QualityTheme.objects.filter(end__at__gt=min(since.values())).values_list("pk", "end__at")
    noted |= {items.subject_of("theme", pk): (at, "it was closed") for pk, at in ended}
    return {
        subject: beyond.Now(found[subject], noted[subject][1] if subject in noted and noted[subject][0] > at else "")
        for subject, at in since.items()
        if subject in found
    }


def values(user: Staff, subject: uuid.UUID) -> dict[str, Any]:
    """What the meeting shows of a line, by what it is; nothing of what is no more, nor of what this person's role does not see."""
    found: dict[str, Any] = {}
    for verb, of in ((rules.SEE, _figure), ("plan.see", _plan), ("quality.themes", _theme), ("learning.see", _learned)):
        if not found and user.can(verb):
            found = of(subject)
    return {"told": None, "recommended": None, "finding": None, "course": None, "cohort": None, "words": WORDS, **found}


def _addresses() -> dict[uuid.UUID, str]:
    """The page of everything that may stand on a list."""
    day = force_day(database_now(connection))
    found = {items.figure_subject(one.code): reverse("governance:series", args=[one.code]) for one in all_series()}
    for one in plan().recommendations:
        found[items.recommendation_subject(one.id)] = reverse("improvement:recommendation", args=[one.id])
    for pk in QualityTheme.objects.values_list("pk", flat=True):
        found[items.subject_of("theme", pk)] = reverse("quality:theme", args=[pk])
    for code in courses_on(day).courses:
        found[items.subject_of("course", code)] = course_page(code)
    for pk in Cohort.objects.values_list("pk", flat=True):
        found[items.subject_of("cohort", pk)] = cohort_page(pk)
    return found


def course_page(code: str) -> str:
    """Where a course stands with how many are due."""
    return f"{reverse('learning:standing')}#{code}"


def cohort_page(number: int) -> str:
    """Where a cohort stands with what it changed."""
    return f"{reverse('learning:effects')}#c{number}"


def _figure(subject: uuid.UUID) -> dict[str, Any]:
    code = next((one.code for one in all_series() if items.figure_subject(one.code) == subject), None)
    found = queries.one(code) if code is not None else None
    if found is None:
        return {}
    told = series_told(found)
    return {"told": told, "svg": drawing.svg(told), "page": reverse("governance:series", args=[told["code"]])}


def _plan(subject: uuid.UUID) -> dict[str, Any]:
    for one in plan().recommendations:
        if items.recommendation_subject(one.id) == subject:
            return {"recommended": one, "page": reverse("improvement:recommendation", args=[one.id])}
    return {}


def _theme(subject: uuid.UUID) -> dict[str, Any]:
    for one in learned.themes_told(database_now(connection)):
        if items.subject_of("theme", one["id"]) == subject:
            return {"finding": one, "page": reverse("quality:theme", args=[one["id"]])}
    return {}


def _learned(subject: uuid.UUID) -> dict[str, Any]:
    now = database_now(connection)
    for one in learned.due_told(now):
        if items.subject_of("course", one["course"]) == subject:
            return {"course": one, "page": course_page(one["course"])}
    if any(items.subject_of("cohort", pk) == subject for pk in Cohort.objects.values_list("pk", flat=True)):
        for one in learned.effects_told(now):
            if items.subject_of("cohort", one["cohort"]) == subject:
                return {"cohort": one, "page": cohort_page(one["cohort"])}
    return {}
