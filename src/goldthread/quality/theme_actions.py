"""The verbs of themes: the lead makes one of a finding, and closes it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import connection

from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.actions import lock_identity
from goldthread.contact.work import command_key
from goldthread.quality import rates, rules, theme_rules
from goldthread.quality.models import (
    QualityRecord,
    QualityRound,
    QualityTheme,
    QualityThemeEnd,
    QualityThemeRecord,
)

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

MAKE, SEE = "quality.theme", "quality.themes"


def make(
    user: Staff, *, key: uuid.UUID, round_id: int, title: str, why: str, question: str = "", record: int | None = None
) -> QualityTheme:
    """Make a theme of a question of a round, or of one scored record of it. The same sent twice is one.

    Every record whose score that counts does not meet the question is kept as showing it; with ``record`` that one alone.
    Raises ``Refused`` without the verb, ``NotThere`` for no such round, ``Invalid`` for words that are missing or a question that no record shows.
    """
    with acting(user) as act:
        if not user.can(MAKE):
            raise Refused(f"Your role, {user.seat.name}, may not do this.")
        own = command_key(key, user.pk, MAKE, round_id, title, why, question, record)
        lock_identity(own)
        before = QualityTheme.objects.filter(key=own).first()
        if before is not None:
            return before
        found = QualityRound.objects.filter(pk=round_id).first()
        if found is None:
            raise NotThere("There is no such round.")
        form = rules.made(found.form)
        if not question and record is None:
            raise Invalid({"question": "Choose the question that shows it. Nothing was saved."})
        known = question in theme_rules.codes(form)
        if record is not None:
            scored = QualityRecord.objects.filter(pk=record, stratum__round=found, tasks__score__isnull=False)
            shows = list(scored.values_list("pk", flat=True).distinct())
        else:
            shows = rates.showing(found, question) if known else []
        kept, reason = theme_rules.checked(form, title, why, question, shows)
        rate = rates.rate_now(found, question) if known else None
        told = {} if rate is None else {"share": rate.share, "low": rate.low, "high": rate.high, "n": rate.n}
        made = QualityTheme(
            round=found, question=question, title=Payload.objects.keep(kept), why=Payload.objects.keep(reason), key=own, by=user, at=act.now,
            **told,
        )  # fmt: skip
        made.save()
        QualityThemeRecord.objects.bulk_create(QualityThemeRecord(theme=made, record_id=one) for one in shows)
        subjects = [("quality-theme", str(made.pk)), ("quality-round", str(found.pk))]
        act.record("combination", MAKE, subjects, question=question, records=len(shows))
    return made


def close(user: Staff, theme_id: int, *, words: str) -> QualityThemeEnd:
    """Close a theme with why. The same sent twice is one. Raises ``NotThere``, ``Invalid`` without a reason, ``Stale`` where it was closed."""
    kept = rules.words(words, "Write what came of it, or why it is taken up no further.")
    with acting(user) as act:
        found = QualityTheme.objects.filter(pk=theme_id).first() if user.can(MAKE) else None
        if found is None:
            raise NotThere(theme_rules.NOT_THERE)
        with connection.cursor() as cursor:  # of two at once the second finds the first
            cursor.execute("SELECT pg_advisory_xact_lock(72620, %s)", [theme_id % 2**31])
        before = QualityThemeEnd.objects.filter(theme=found).select_related("words").first()
        if before is not None:
            if before.by_id == user.pk and before.words.shown() == kept:
                return before
            raise Stale(theme_rules.CLOSED)
        made = QualityThemeEnd(theme=found, words=Payload.objects.keep(kept), by=user, at=act.now)
        made.save()
        act.record("alteration", MAKE, [("quality-theme", str(theme_id))], state="closed")
    return made
