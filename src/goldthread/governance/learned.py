"""What quality found and learning owes and changed, as boards are told it: values in the shape in which packs freeze them.

    THEME   an open theme of quality: {"id", "title", "why", "asked": the question, "share", "low", "high", "n": its rate when it was made,
            null where it could not be told, "records": how many show it, "at": TIME, "came_of": [WORDS],
            "newest": {"share", "low", "high", "n", "until": TIME} of the question's newest round that is scored whole and ended after it
            was made, or null}
    DUE     a course that somebody must hold: {"course", "name", "next": DAY of its next cohort or null, "counted": COUNTED, null for fewer
            than five people, "groups": [{"roles": [NAME], "team", ...COUNTED}]}
    COUNTED {"people", "due", "never", "expired", "soon", "booked", "first": DAY or null}
    EFFECT  what a cohort changed: {"cohort", "name", "starts": DAY, "ends": DAY, "trained": null for fewer than five, "until": the last DAY
            compared, "over": whether anything more is still to be compared, "outcomes": [OUTCOME]}
    OUTCOME {"code", "name", "good", "verdict": "better", "worse", "open" or "not_yet", "why": why it cannot be told yet,
            "difference", "low", "high", "p", "n": null where it cannot be told yet}

Shares are from 0 to 1, to six places; TIME is ISO 8601 in UTC, DAY a date.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from goldthread.accounts.roles import roles
from goldthread.contact.known import force_day
from goldthread.governance.agendas import agendas_on
from goldthread.governance.told import PLACES, iso
from goldthread.learning.effects import CohortEffect, Outcome
from goldthread.learning.queries import effects
from goldthread.learning.standing import Counted, Standing, standing
from goldthread.measures.registry import SMALL
from goldthread.measures.series import Series, Value, all_series
from goldthread.quality import uses
from goldthread.quality.models import QualityTheme
from goldthread.quality.theme_queries import asked, themes


def themes_told(now: datetime) -> list[dict[str, Any]]:
    """Every open theme that there is at that time, the newest first: a demo asks for times of its past."""
    series = {one.code: one for one in all_series()}
    return [_theme(one, series.get(f"quality.{one.question}")) for one in themes("open") if one.at <= now]


def due_told(now: datetime) -> list[dict[str, Any]]:
    """Every course that somebody must hold."""
    return [_due(one) for one in standing(force_day(now))]


def effects_told(now: datetime) -> list[dict[str, Any]]:
    """What each cohort changed that is still compared, or was until not long ago (``told_for`` of ``agendas.toml``), the newest first."""
    today = force_day(now)
    since = today - agendas_on(today).told_for
    return [_effect(one, today) for one in effects() if one.after[1] >= since and one.at <= now]


def _theme(one: QualityTheme, series: Series | None) -> dict[str, Any]:
    after = [value for value in series.values() if value.until > one.at] if series is not None else []
    return {
        "id": one.pk,
        "title": one.title.shown(),
        "why": one.why.shown(),
        "asked": asked(one),
        "share": _short(one.share),
        "low": _short(one.low),
        "high": _short(one.high),
        "n": one.n,
        "records": one.shown_by,  # type: ignore[attr-defined]  # counted by the query
        "at": iso(one.at),
        "came_of": [each.words for each in uses.came_of(one.pk)],
        "newest": _newest(after[-1]) if after else None,
    }


def _newest(one: Value) -> dict[str, Any]:
    return {"share": _short(one.share), "low": _short(one.low), "high": _short(one.high), "n": one.n, "until": iso(one.until)}  # fmt: skip


def _due(one: Standing) -> dict[str, Any]:
    names = {code: role.name for code, role in roles().items()}
    return {
        "course": one.course.code,
        "name": one.course.name,
        "next": _day(one.next),
        "counted": _counted(one.counted) if one.counted is not None else None,
        "groups": [
            {"roles": [names[code] for code in each.roles], "team": each.team, **_counted(each.counted)}
            for each in one.groups
        ],
    }


def _counted(one: Counted) -> dict[str, Any]:
    return {**vars(one), "due": one.due, "first": _day(one.first)}


def _effect(one: CohortEffect, today: date) -> dict[str, Any]:
    return {
        "cohort": one.cohort.pk,
        "name": one.name,
        "starts": _day(one.cohort.starts),
        "ends": _day(one.cohort.ends),
        "trained": one.trained if one.trained >= SMALL else None,
        "until": _day(one.after[1]),
        "over": one.after[1] < today,
        "outcomes": [_outcome(each) for each in one.outcomes],
    }


def _outcome(one: Outcome) -> dict[str, Any]:
    told = one.effect
    return {
        "code": one.code,
        "name": one.name,
        "good": one.good,
        "verdict": one.verdict,
        "why": one.why,
        "difference": _short(told.difference) if told else None,
        "low": _short(told.low) if told else None,
        "high": _short(told.high) if told else None,
        "p": _short(told.p) if told else None,
        "n": told.n if told else None,
    }


def _day(one: date | None) -> str | None:
    return one.isoformat() if one else None


def _short(share: float | None) -> float | None:
    return None if share is None else round(share, PLACES)
