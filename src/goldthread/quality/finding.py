"""Into which stratum each closed incident of a period falls, as it stands now."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, F, OuterRef, Q, Subquery, Window
from django.db.models.functions import Lag

from goldthread.assessment.models import Reading
from goldthread.clocks.local import LONDON
from goldthread.contact.models import Incident
from goldthread.desk.board import suggested_level
from goldthread.quality.rules import Form, stratum
from goldthread.response.grades import every_grade, grade
from goldthread.response.models import Clock, GradePeriod


def of_period(since: date, until: date) -> tuple[datetime, datetime]:
    """The moments at which a period of days, both within, begins and has ended, in the force's time."""
    start, end = (datetime.combine(day, time(), LONDON) for day in (since, until + timedelta(days=1)))
    return start, end


def population(form: Form, since: date, until: date) -> dict[str, list[tuple[uuid.UUID, int]]]:
    """The closed incidents opened in the period by stratum, each with its last line, in the order of their identities."""
    found: dict[str, list[tuple[uuid.UUID, int]]] = {code: [] for code in form.strata}
    start, end = of_period(since, until)
    closed = Incident.objects.closed().filter(opened_at__gte=start, opened_at__lt=end)
    for pk, last, facts in _facts(closed):
        found[stratum(facts, form)].append((pk, last))
    return found


def still_open(since: date, until: date) -> int:
    """How many incidents of the period are open."""
    start, end = of_period(since, until)
    return Incident.objects.open().filter(opened_at__gte=start, opened_at__lt=end).count()


def _facts(closed: object) -> Iterator[tuple[uuid.UUID, int, set[str]]]:
    read = Reading.objects.filter(incident=OuterRef("pk")).order_by("-id")
    held = GradePeriod.objects.filter(incident=OuterRef("pk")).order_by("-seq")
    late = Clock.objects.filter(incident=OuterRef("pk")).filter(
        Q(stopped_at__gt=F("due_at")) | Q(stopped_at__isnull=True, due_at__lt=OuterRef("closed_at"))
    )
    before = Window(Lag("severity"), partition_by=F("incident"), order_by="seq")
    lowered = set(
        GradePeriod.objects.filter(incident__in=closed.values("pk"))  # type: ignore[attr-defined]
        .annotate(before=before).filter(severity__lt=F("before")).values_list("incident", flat=True)
    )  # fmt: skip
    known = set(every_grade())
    rows = (
        closed.annotate(  # type: ignore[attr-defined]
            words=Subquery(read.values("child")[:1]), level=Subquery(read.values("level")[:1]),
            at_risk=Subquery(read.values("at_risk")[:1]), held=Subquery(held.values("grade")[:1]), late=Exists(late),
        )
        .order_by("pk")
        .values_list("pk", "last_seq", "child", "children_answer", "words", "level", "at_risk", "held", "late")
    )  # fmt: skip
    for pk, last, child, answer, words, level, at_risk, code, is_late in rows.iterator(chunk_size=2_000):
        facts = {
            "child": child == "yes",
            "discordant": bool(suggested_level(grade(code) if code in known else None, level or "none")),
            "delayed": is_late,
            "downgraded": pk in lowered,
            "unnoticed": words in {"yes", "implied"} and not at_risk,
            "asked_none": answer == "asked_none",
        }
        yield pk, last, {name for name, holds in facts.items() if holds}
