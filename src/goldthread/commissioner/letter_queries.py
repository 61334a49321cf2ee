"""Questions of the Commissioner's letter: what would be drafted, what was written, and what would be issued."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from goldthread.audit.canonical import canonical_json
from goldthread.commissioner import drafting
from goldthread.commissioner.models import Letter, LetterDraft, LetterText
from goldthread.commissioner.status import ReportTold, Status, status
from goldthread.improvement.queries import plan


@dataclass(frozen=True)
class Frozen:
    """Something as it would be frozen now: ``sha256`` is of ``text``, the canonical JSON of ``content``."""

    content: dict[str, Any]
    text: str
    sha256: str


@dataclass(frozen=True)
class Comments:
    """How far the comments on a report are."""

    report: ReportTold
    draft: LetterDraft | None
    letter: Letter | None


def frozen(content: dict[str, Any]) -> Frozen:
    """A document as it would be frozen."""
    text = canonical_json(content)
    return Frozen(content, text, hashlib.sha256(text.encode()).hexdigest())


def owed(whole: Status) -> list[Comments]:
    """The comments that are owed on reports of the plan, with how far each is: those not published first, by their last day."""
    found = [comments(one) for one in whole.reports if one.comments_on is not None]
    return sorted(found, key=lambda one: (one.report.published is not None, one.report.comments_on, one.report.id))


def one(report: int) -> Comments | None:
    """How far the comments on one report are; None where there is no such report, or none are owed."""
    told = next((each for each in status().reports if each.id == report and each.comments_on is not None), None)
    return None if told is None else comments(told)


def comments(told: ReportTold) -> Comments:
    """How far the comments on a report are."""
    drafts = LetterDraft.objects.filter(report=told.id, text__erased_at__isnull=True).select_related("text")
    return Comments(
        told,
        drafts.order_by("-number").first(),
        Letter.objects.filter(report=told.id).select_related("text", "draft").first(),
    )


def drafted(report: int) -> Frozen | None:
    """The draft as the record gives it now; None where no comments are owed."""
    whole = plan()
    found = next((each for each in whole.reports if each.id == report and each.comments_on is not None), None)
    told = next((each for each in status().reports if each.id == report), None)
    if found is None or told is None:
        return None
    actions = {each.number: each.actions for each in found.recommendations}
    return frozen(drafting.draft(told, actions, whole.today))


def texts(report: int) -> dict[str, list[LetterText]]:
    """Every version of each part that was written, the newest first."""
    found: dict[str, list[LetterText]] = {}
    rows = LetterText.objects.filter(report=report).select_related("words__erasure").order_by("-number")
    for each in rows:
        found.setdefault(each.part, []).append(each)
    return found


def composed(draft: LetterDraft) -> Frozen:
    """The letter as it would be issued now on a draft."""
    newest = {part: some[0].words.shown() for part, some in texts(draft.report_id).items()}
    return frozen(drafting.letter(draft.content, draft.sha256, newest))
