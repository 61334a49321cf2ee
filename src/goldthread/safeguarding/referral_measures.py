"""Measures of referrals: what partners were told and answered, in time, and whether the child's outcome is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import CharField, Exists, ExpressionWrapper, F, Min, OuterRef, QuerySet, Subquery, Value
from django.db.models.fields import DurationField
from django.db.models.functions import Cast, Coalesce, Greatest

from goldthread.measures.registry import Measure, Timed, register
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.referral_models import Referral, ReferralLeg
from goldthread.safeguarding.referral_queries import ABOUT

Pair = tuple[QuerySet[Any], QuerySet[Any]]
MONTH = timedelta(days=28)
ADDRESS = "/safeguarding/referrals/{}/"
DECIDED = ("referral_decision", "edt_decision", "force_answer", "partner_answer")
"""Clocks that run until a partner says whether it takes the referral."""


def answered_in_time(rules: tuple[str, ...], since: datetime, until: datetime) -> Pair:
    """Referrals with a clock of these rules that fell due in the window and was not ended by withdrawing; of them those where it was
    stopped by then.
    """
    due = Clock.objects.filter(
        about=ABOUT, about_id=Cast(OuterRef("pk"), CharField()), rule__in=rules, due_at__gte=since, due_at__lt=until
    ).exclude(because="withdrawn")
    found = Referral.objects.filter(Exists(due))
    return found, found.filter(Exists(due.filter(stopped_at__lte=F("due_at"))))


def having(leg: str, since: datetime, until: datetime) -> Pair:
    """Referrals accepted in the window and not withdrawn; of them those with ``leg``."""
    legs = ReferralLeg.objects.filter(referral=OuterRef("pk"))
    accepted = legs.filter(leg="accepted", occurred_at__gte=since, occurred_at__lt=until)
    found = Referral.objects.filter(Exists(accepted), withdrawn_at__isnull=True)
    return found, found.filter(Exists(legs.filter(leg=leg)))


def sent_with(leg: str, since: datetime, until: datetime) -> Pair:
    """Referrals made in the window and not withdrawn; of them those with ``leg``, or with any answer where it is *seen*."""
    wanted = ("seen", "accepted", "declined", "acted", "outcome") if leg == "seen" else (leg,)
    found = Referral.objects.filter(made_at__gte=since, made_at__lt=until, withdrawn_at__isnull=True)
    return found, found.filter(Exists(ReferralLeg.objects.filter(referral=OuterRef("pk"), leg__in=wanted)))


def took(legs: tuple[str, ...], begins: str, cases: QuerySet[Any], until: datetime) -> QuerySet[Any]:
    """From the leg ``begins`` to the first of ``legs``; what is not there yet counts with its time up to ``until``."""

    def first(codes: tuple[str, ...]) -> Subquery:
        rows = ReferralLeg.objects.filter(referral=OuterRef("pk"), leg__in=codes).order_by().values("referral")
        return Subquery(rows.annotate(first=Min("occurred_at")).values("first"))

    length = ExpressionWrapper(Coalesce(first(legs), Value(until)) - first((begins,)), output_field=DurationField())
    found: QuerySet[Any] = cases.annotate(took=Greatest(length, Value(timedelta(0))))
    return found


def _timed(words: str, legs: tuple[str, ...], begins: str) -> Timed:
    return Timed(words, partial(took, legs, begins))


ANY_ANSWER = ("seen", "accepted", "declined", "acted", "outcome")


def register_all() -> None:
    """Register the measures of referrals; called once at start."""
    rows: list[tuple[str, str, str, str, Callable[[datetime, datetime], Pair], Timed | None]] = [
        (
            "referral-read", "Referrals read by the partner",
            "Of referrals made and not withdrawn, the share that a named person at the partner has seen or answered.",
            "up", partial(sent_with, "seen"), _timed("from sending to the first answer", ANY_ANSWER, "sent"),
        ),
        (
            "referral-decided", "Referrals decided in time",
            "Of referrals whose time for a decision ran out and that were not withdrawn, the share accepted or declined by then.",
            "up", partial(answered_in_time, DECIDED), _timed("from sending to the decision", ("accepted", "declined", "acted"), "sent"),
        ),
        (
            "referral-declined", "Referrals declined",
            "Of referrals made and not withdrawn, the share that was declined, whatever came after. Neither high nor low is good by itself.",
            "neither", partial(sent_with, "declined"), None,
        ),
        (
            "referral-acted", "Accepted referrals acted on",
            "Of referrals accepted and not withdrawn, the share in which the partner said what was done.",
            "up", partial(having, "acted"), _timed("from accepting to acting", ("acted", "outcome"), "accepted"),
        ),
        (
            "referral-outcome", "Outcome for the child known",
            "Of referrals accepted and not withdrawn, the share in which the outcome for the child is known.",
            "up", partial(having, "outcome"), _timed("from accepting to the outcome", ("outcome",), "accepted"),
        ),
        (
            "referral-fed-back", "Accepted referrals fed back",
            "Of referrals accepted and not withdrawn, the share in which those who worked on the incident were told what came of it.",
            "up", partial(having, "fed_back"), _timed("from accepting to feeding back", ("fed_back",), "accepted"),
        ),
        (
            "encompass-told", "Schools told before the next lesson",
            "Of Operation Encompass referrals whose next school day came, the share that a named person there had seen or answered by then. "
            "Where a school's terms are not entered every weekday counts.",
            "up", partial(answered_in_time, ("encompass",)), _timed("from sending to the first answer", ANY_ANSWER, "sent"),
        ),
    ]  # fmt: skip
    for code, name, definition, good, cases, timed in rows:
        register(Measure(code, name, definition, MONTH, good, cases, "referral", ADDRESS, timed=timed))
