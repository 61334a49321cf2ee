"""The verbs of evidence: entering it, a new version of it, checking that it is what was received, and giving out its file."""

from __future__ import annotations

import hashlib
import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.config.logs import log
from goldthread.contact.known import force_day
from goldthread.contact.work import command_key
from goldthread.files import actions as files
from goldthread.improvement import entry_rules, rules, theme_uses
from goldthread.improvement.frame import NOTE, REGISTER, hold, planning, there
from goldthread.improvement.models import EVIDENCE, Evidence, EvidenceCheck, Recommendation

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from goldthread.accounts.models import Staff

RECOMMENDATION = "plan-recommendation"


def add_evidence(
    user: Staff, recommendation: int, *, key: uuid.UUID, words: str, true_on: date, received_on: date,
    expires_on: date | None = None, replaces: int | None = None, upload: UploadedFile[Any] | None = None,
    theme: int | None = None,
) -> Evidence:  # fmt: skip
    """Enter evidence for a recommendation: what it shows, and a file where there is one; or a new version of what was entered.

    The same sent twice is one. Raises ``NotThere``; ``Invalid`` for days that cannot be, no words, or a file that is not taken;
    ``Stale`` where the version named was replaced already.
    """
    kept = entry_rules.words(words, "Write in a sentence what it shows.")
    with planning(user, NOTE) as act:
        found = there(Recommendation, recommendation)
        named = None if upload is None else (upload.name, upload.size)
        own = command_key(
            key,
            user.pk,
            recommendation,
            "evidence",
            kept,
            true_on,
            received_on,
            expires_on,
            replaces,
            named,
            *(() if theme is None else (theme,)),
        )
        same = Evidence.objects.filter(key=own).first()
        if same is not None:
            return same
        entry_rules.evidence(true_on, received_on, expires_on, force_day(act.now))
        before = None if replaces is None else Evidence.objects.filter(pk=replaces, recommendation=found).first()
        came_of = theme_uses.named(theme)
        if replaces is not None and before is None:
            raise Invalid({"replaces": "There is no such evidence for this recommendation. Nothing was saved."})
        if before is not None and Evidence.objects.filter(replaces=before).exists():
            raise Stale(
                "A newer version of this evidence is there already. Nothing was saved; look at it, and replace that one."
            )
        file = None if upload is None else files.keep(act, upload, about=(EVIDENCE, own), by=user)
        made = Evidence(
            recommendation=found, replaces=before, version=1 if before is None else before.version + 1,
            words=Payload.objects.keep(kept), file=file, sha256=file.sha256 if file else hashlib.sha256(kept.encode()).hexdigest(),
            true_on=true_on, received_on=received_on, expires_on=expires_on, theme=came_of, key=own, by=user, at=act.now,
        )  # fmt: skip
        made.save()
        subjects = [("plan-evidence", made.pk), (RECOMMENDATION, found.pk)]
        act.record("collection", NOTE, subjects, sha256=made.sha256, version=made.version, words=made.words)
    return made


def check_all() -> int:
    """Check that every newest version of evidence is what was received; returns how many are not. Safe to run twice."""
    numbers = Evidence.objects.filter(replaced_by__isnull=True).order_by("pk").values_list("pk", flat=True)
    return sum(bool(check(number)) for number in numbers)


def check(number: int) -> str:
    """Why evidence is not what was received, as one of ``rules.UNSOUND``; empty where it is. What changed of that is written down."""
    one = Evidence.objects.select_related("words", "file__content").get(pk=number)
    why = _unsound(one)
    if why == _last(number):
        return why
    with acting(None) as act:
        hold(Evidence, number)
        if why == _last(number):
            return why
        EvidenceCheck(evidence=one, why=why, at=act.now).save()
        subjects = [("plan-evidence", number), (RECOMMENDATION, one.recommendation_id)]
        act.record("alteration", "plan.check", subjects, why=why, sha256=one.sha256)
    if why:
        log().error("evidence of the plan is not what was received", part="improvement", evidence=number, why=why)
    return why


def give(user: Staff, number: int) -> files.Given:
    """Check evidence, and give out its file where it is what was received.

    Raises ``NotThere`` where there is none, ``Refused`` without the verb and where the file is not what was received.
    """
    if not user.can(REGISTER):
        raise Refused(f"Your role, {user.seat.name}, may not do this.")
    one = Evidence.objects.filter(pk=number, file__isnull=False).first()
    if one is None or one.file_id is None:
        raise NotThere(rules.NOT_THERE)
    why = check(number)
    if why:
        raise Refused(f"{dict(rules.UNSOUND)[why]}. It is not given out, and does not count; tell the service desk.")
    return files.give(user, one.file_id)


def _last(number: int) -> str:
    last = EvidenceCheck.objects.filter(evidence=number).order_by("-at", "-pk").first()
    return "" if last is None else last.why


def _unsound(one: Evidence) -> str:
    words = one.words
    if words.erased_at is not None:
        return "erased"
    if hashlib.sha256(bytes(words.salt) + words.text.encode()).digest() != bytes(words.digest):
        return "changed"
    if one.file is not None:
        return "changed" if one.file.sha256 != one.sha256 else files.unsound(one.file)
    return "" if hashlib.sha256(words.text.encode()).hexdigest() == one.sha256 else "changed"
