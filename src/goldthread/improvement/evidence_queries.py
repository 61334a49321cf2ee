"""Evidence as it stood: which version counts, and why one does not."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from goldthread.improvement.history import until
from goldthread.improvement.models import Evidence, EvidenceCheck
from goldthread.improvement.rules import UNSOUND
from goldthread.improvement.told import Proof


def proofs(upto: datetime, today: date) -> dict[int, list[Proof]]:
    """The newest version of each piece of evidence by recommendation, with those that it replaces."""
    rows = until(Evidence.objects.select_related("words__erasure", "file__name__erasure", "by"), upto)
    checks = {one.evidence_id: one.why for one in until(EvidenceCheck.objects.all(), upto)}
    found: dict[int, Proof] = {}
    of: dict[int, int] = {}
    for row in rows:
        older = found.pop(row.replaces_id, None) if row.replaces_id else None
        made = _proof(row, checks.get(row.pk, ""), today)
        if older is not None:
            made = replace(made, older=[replace(older, why_not="A newer version replaces it.", older=[]), *older.older])
        found[row.pk] = made
        of[row.pk] = row.recommendation_id
    by_recommendation: dict[int, list[Proof]] = defaultdict(list)
    for pk, one in found.items():
        by_recommendation[of[pk]].append(one)
    return {
        pk: sorted(some, key=lambda one: (one.true_on, one.id), reverse=True) for pk, some in by_recommendation.items()
    }


def _proof(row: Any, unsound: str, today: date) -> Proof:
    expired = row.expires_on is not None and row.expires_on < today
    why_not = ""
    if unsound:
        why_not = f"{dict(UNSOUND)[unsound]}. It does not count."
    elif expired:
        why_not = "It has expired and does not count."
    return Proof(
        row.pk, row.version, row.words.shown(), str(row.file_id) if row.file_id else "",
        row.file.name.shown() if row.file_id else "", row.sha256, row.true_on, row.received_on, row.expires_on, row.by.name,
        row.at, unsound, expired, why_not, [],
    )  # fmt: skip
