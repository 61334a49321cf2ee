"""Questions of themes: which there are, and which of its records somebody may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, F

from goldthread.contact.models import Incident
from goldthread.quality import rules, theme_rules
from goldthread.quality.models import QualityTask, QualityTheme, QualityThemeRecord

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from goldthread.accounts.models import Staff

WHOLE = ("title__erasure", "why__erasure", "round", "by", "end__words__erasure", "end__by")


@dataclass(frozen=True)
class Shown:
    """A record that shows a theme, for somebody who may see it, and the page on which they may."""

    incident: UUID
    reference: str
    address: str


def themes(state: str = "") -> QuerySet[QualityTheme]:
    """Every theme, those open first, the newest first; ``open`` or ``closed`` only where asked for."""
    found = QualityTheme.objects.select_related(*WHOLE).annotate(shown_by=Count("records"))
    if state in {"open", "closed"}:
        found = found.filter(end__isnull=state == "open")
    return found.order_by(F("end__id").desc(nulls_first=True), "-id")


def theme(theme_id: int) -> QualityTheme | None:
    """One theme."""
    return themes().filter(pk=theme_id).first()


def asked(one: QualityTheme) -> str:
    """What its question asks, in the words of the round's own form; empty where it rests on one record alone."""
    return theme_rules.codes(rules.made(one.round.form)).get(one.question, "")


def records(one: QualityTheme, user: Staff) -> list[Shown]:
    """Of the records that show it those that this person may see: incidents in their sight, and what they scored themselves."""
    here = QualityThemeRecord.objects.filter(theme=one).values("record")
    scored = QualityTask.objects.visible_to(user).filter(record__in=here).select_related("record__incident")
    found = {
        each.record.incident_id: Shown(
            each.record.incident_id, each.record.incident.reference, f"/quality/records/{each.pk}/"
        )
        for each in scored
    }
    numbers = QualityThemeRecord.objects.filter(theme=one).values("record__incident")
    for incident in Incident.objects.visible_to(user).filter(pk__in=numbers):
        found[incident.pk] = Shown(incident.pk, incident.reference, f"/incidents/{incident.pk}/")
    return sorted(found.values(), key=lambda each: each.reference)
