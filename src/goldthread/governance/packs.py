"""What a pack says, as canonical JSON: composed for the draft and frozen when it is issued.

{"shape": 2,
 "pack": {"board", "name", "number", "at": TIME, "by": NAME,
          "before": {"number", "sha256", "at": TIME} of the board's pack before, or null},
 "sections": [{"kind", "heading", "says", "codes": [CODE] of the figures in it}],
 "figures": {CODE: FIGURE},
 "comments": [{"title": the report, "words": how the clock of the Commissioner's comments on it stands}], missing from packs issued before
 "plan": [{"id", "title", "text", "state", "colour", "reasons", "view", "owner": their office, "due_on", "figure", "evidence"}],
 "decisions": [{"title", "decision", "words", "by", "at": TIME, "owner", "due_at": TIME, "state"}],
 "themes": [THEME], "learning": [DUE], "effects": [EFFECT] as ``learned`` has them; packs of shape 1 have none of these,
 "owed": [{"title", "words", "owner", "due_at": TIME, "late": whether its time had passed}]}

FIGURE  as ``told`` has a figure's history, with at most ``SHOWN`` of its values, and beside that
        "figure": {"since": TIME or null, "until": TIME, "share", "n", "met"} as of now, null where not known,
        and in each value "was": {"share", "n", "met", "pack": number} where the newest pack that told it told another, else null
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.governance import learned, queries, rules
from goldthread.governance.items import NO_TEXT, figure_words, title_of
from goldthread.governance.models import Pack
from goldthread.governance.rules import PackKind
from goldthread.governance.told import figure_told, iso, series_told
from goldthread.improvement.presenters import comments_words
from goldthread.improvement.queries import plan
from goldthread.improvement.told import Recommended, Reported
from goldthread.measures.series import all_series
from goldthread.meetings.kinds import decision_names
from goldthread.meetings.minutes import action_told
from goldthread.meetings.models import Decision
from goldthread.meetings.queries import owed as owed_of

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

SHAPE = 2
SHOWN = 26
"""Values of a figure that a pack shows: half a year of weeks *(ours)*. Limits are reckoned from its whole history."""
MOST = 200
"""Decisions, and actions owed, that a pack tells *(ours)*."""


def compose(kind: PackKind, user: Staff, now: datetime) -> dict[str, Any]:
    """The pack that would be issued now."""
    before = queries.newest(kind.board)
    judged = {one.series.code: one for one in queries.every()}
    order = [one.code for one in all_series()]
    changed = {code for code, one in judged.items() if one.chart.now}
    sections = [
        {
            "kind": part.kind,
            "heading": part.heading,
            "says": part.says,
            "codes": [
                code for code in rules.chosen(order, part.series) if part.kind != "signals" or code in changed
            ],
        }
        for part in kind.parts
    ]  # fmt: skip
    wanted = dict.fromkeys(code for one in sections for code in one["codes"])
    said, kinds = _before(before), {one.kind for one in kind.parts}
    return {
        "shape": SHAPE,
        "pack": {
            "board": kind.board,
            "name": kind.name,
            "number": before.number + 1 if before else 1,
            "at": iso(now),
            "by": user.name,
            "before": {"number": before.number, "sha256": before.sha256, "at": iso(before.at)} if before else None,
        },
        "sections": sections,
        "figures": {code: _figure(judged[code], now, said.get(code, {})) for code in wanted},
        **(_plan() if "plan" in kinds else {"comments": [], "plan": []}),
        "themes": learned.themes_told(now) if "themes" in kinds else [],
        "learning": learned.due_told(now) if "learning" in kinds else [],
        "effects": learned.effects_told(now) if "effects" in kinds else [],
        "decisions": _decisions(kind.board, before),
        "owed": _owed(kind.board, now),
    }


def _figure(one: queries.Judged, now: datetime, said: dict[str, dict[str, Any]]) -> dict[str, Any]:
    told = series_told(one)
    values = told["values"][-SHOWN:]
    for each in values:
        before = said.get(each["until"])
        each["was"] = before if before is not None and rules.apart(each, before) else None
    return {**told, "values": values, "figure": figure_told(queries.figure(one.series, now))}


def _before(pack: Pack | None) -> dict[str, dict[str, dict[str, Any]]]:
    """What the board's pack before told, by the figure's code and the value's time."""
    if pack is None:
        return {}
    return {
        code: {
            each["until"]: {**{name: each[name] for name in ("share", "n", "met")}, "pack": pack.number}
            for each in one["values"]
        }
        for code, one in pack.content.get("figures", {}).items()
    }


def _plan() -> dict[str, list[dict[str, Any]]]:
    reports = plan().reports
    return {
        "comments": [{"title": one.name, "words": words} for one in reports if (words := comments_words(one))],
        "plan": [_recommended(one, report) for report in reports for one in report.recommendations],
    }


def _recommended(one: Recommended, report: Reported) -> dict[str, Any]:
    newest = max(one.counting, key=lambda proof: (proof.true_on, proof.id), default=None)
    return {
        "id": one.id,
        "title": title_of(one, report),
        "text": one.text or NO_TEXT,
        "state": f"{one.state.name}: {one.state.because.lower()}",
        "colour": one.colour_name,
        "reasons": one.reasons,
        "view": one.view.rag if one.view else "",
        "owner": one.owner.office if one.owner else "",
        "due_on": one.due_on.isoformat() if one.due_on else None,
        "figure": figure_words(one),
        "evidence": f"{newest.words} (true on {newest.true_on.isoformat()})" if newest else "",
    }


def _decisions(board: str, before: Pack | None) -> list[dict[str, Any]]:
    found = Decision.objects.filter(line__meeting__kind=board)
    if before is not None:
        found = found.filter(at__gt=before.at)
    found = found.select_related(
        "line__text", "words", "by", "action__owner", "action__owner_team", "action__words", "action__answer__by", "action__answer__words"
    )  # fmt: skip
    names = decision_names()
    return [_decided(one, names) for one in found.order_by("-at", "-id")[:MOST]]


def _decided(one: Decision, names: dict[str, str]) -> dict[str, Any]:
    owed = action_told(one.action) if hasattr(one, "action") else None
    return {
        "title": one.line.told.get("title", "erased"),
        "decision": names.get(one.code, one.code),
        "words": one.words.shown() if one.words else "",
        "by": one.by.name,
        "at": iso(one.at),
        "owner": owed["owner"] if owed else "",
        "due_at": owed["due_at"] if owed else None,
        "state": owed["state"] if owed else "",
    }


def _owed(board: str, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "title": one.line.told.get("title", "erased"),
            "words": one.words.shown(),
            "owner": action_told(one)["owner"],
            "due_at": iso(one.due_at),
            "late": one.due_at < now,
        }
        for one in owed_of(board)[:MOST]
    ]
