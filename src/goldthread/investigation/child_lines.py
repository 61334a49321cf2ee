"""What investigations add to a child's chronology: taken on, what the child said or showed, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from goldthread.investigation.models import ChildVoice, Investigation
from goldthread.safeguarding.child_chronology import Line, register
from goldthread.safeguarding.child_queries import Seen


def investigations(seen: Seen) -> Iterable[Line]:
    """Investigations of the incidents that this reader may see, and when this child was heard in them."""
    found = Investigation.objects.visible_to(seen.user).filter(incident__in=seen.pks).select_related("investigator")
    rows = {one.pk: one for one in found}
    for one in rows.values():
        href = reverse("investigation:one", args=[one.pk])
        yield Line(one.opened_at, one.incident_id, "Investigation taken on", one.investigator.name, href=href)
        if one.closed_at is not None:
            yield Line(one.closed_at, one.incident_id, "Investigation ended", one.investigator.name, href=href)
    mine = {one.child for one in seen.ties}
    for voice in ChildVoice.objects.filter(investigation__in=rows, child__in=mine).select_related("by"):
        href = reverse("investigation:one", args=[voice.investigation_id])
        words = f"Voice of the child: {voice.get_kind_display().lower()}"
        yield Line(
            voice.occurred_at or voice.at, rows[voice.investigation_id].incident_id, words, voice.by.name, href=href
        )


def register_all() -> None:
    """Register them; called once at start."""
    register("investigation", "Investigation", investigations)
