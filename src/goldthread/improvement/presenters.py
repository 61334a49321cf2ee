"""What the plan's pages show: a figure as a small picture, what stands at the top, and the choices of their forms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from goldthread.improvement.told import Doing, Figure, Plan, Recommended, Reported
from goldthread.measures.series import all_series
from goldthread.quality.models import QualityRound
from goldthread.quality.series import all_rates

WIDTH, HEIGHT, EDGE = 300, 72, 4
SHOWN = 26
"""Values that a picture shows: half a year of weeks *(ours)*."""
ROUNDS = 24


@dataclass(frozen=True)
class Dot:
    """A value in a picture; ``joined`` says that a line leads to it from the one before."""

    x: float
    y: float
    joined: bool
    late: bool
    restated: bool


def picture(figure: Figure | None) -> dict[str, Any] | None:
    """A figure's last values as dots from 0 to 100 %, with its target as a line; a value not known breaks the line."""
    if figure is None or not figure.values:
        return None
    shown = figure.values[-SHOWN:]
    begins, length = shown[0].until, (shown[-1].until - shown[0].until).total_seconds() or 1
    dots, joined = [], False
    for one in shown:
        if one.share is None:
            joined = False
            continue
        x = EDGE + (WIDTH - 2 * EDGE) * ((one.until - begins).total_seconds() / length)
        dots.append(Dot(round(x, 1), _height(one.share), joined, one.late, one.restated))
        joined = True
    return {"width": WIDTH, "height": HEIGHT, "dots": dots, "target": _height(figure.bound.target)}


def _height(share: float) -> float:
    return round(EDGE + (HEIGHT - 2 * EDGE) * (1 - share), 1)


@dataclass(frozen=True)
class Alert:
    """What stands at the top until it is mended: a short sign, a sentence, and the page where it is mended."""

    sign: str
    says: str
    recommendation: int
    action: int | None = None


def alerts(plan: Plan) -> list[Alert]:
    """What stands at the top of the plan: hash alarms, what fell back, what nobody owns any more, and days that passed."""
    found: dict[int, list[Alert]] = {0: [], 1: [], 2: [], 3: []}
    for report in plan.reports:
        for one in report.recommendations:
            name = f"{report.name}, recommendation {one.number}"
            if one.alarmed:
                found[0].append(
                    Alert("hash alarm", f"{name}: evidence is not what was received, and does not count.", one.id)
                )
            if one.fell_back and one.state.share is not None:
                says = f"{name} re-opened by itself: its figure was {one.state.share * 100:.1f} %."
                found[1].append(Alert("re-opened", says, one.id))
            if one.owner is not None and one.owner.gone and one.state.state != "closed":
                found[2].append(Alert("owner left", f"{name}: nobody, its owner left. Give it a new one.", one.id))
            found[2] += [
                Alert("owner left", f"Action {each.reference} of {report.name}: nobody, its owner left. Give it a new one.", one.id, each.id)
                for each in one.actions
                if each.open and each.owner is not None and each.owner.gone
            ]  # fmt: skip
            if one.days_left is not None and one.days_left < 0 and one.state.state in {"progress", "believed"}:
                found[3].append(
                    Alert("day passed", f"{name}: its published day has passed, and it is not submitted.", one.id)
                )
    return [each for place in sorted(found) for each in found[place]]


def comments_words(report: Reported) -> str:
    """How the clock of the Commissioner's comments on a report stands; empty where none are owed."""
    if report.comments_on is None:
        return ""
    due, said, left = spelt(report.comments_on), report.published, report.comments_left
    if said is not None and said.day is not None:
        how = f"{_days(said.late)} late" if said.late else "in time"
        return f"Published {spelt(said.day)}, met {how}: due {due}."
    assert left is not None
    over = f"{_days(-left)} over" if left < 0 else f"{_days(left)} left" if left else "today is the last day"
    return f"Not published yet: due {due}, {over}."


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def series_choices() -> list[tuple[str, str]]:
    """Every series that may be bound, by name."""
    return sorted(((one.code, one.name) for one in all_series()), key=lambda one: one[1].lower())


def round_choices() -> list[tuple[int, str]]:
    """Rounds of quality, the newest first."""
    found = QualityRound.objects.order_by("-until", "-id")[:ROUNDS]
    return [(one.pk, f"{spelt(one.since)} to {spelt(one.until)}") for one in found]


def rate_choices() -> list[tuple[str, str]]:
    """Rates that a round tells, by code."""
    return [(one.code.removeprefix("quality."), one.name) for one in all_rates()]


def recommendation_choices(plan: Plan) -> list[tuple[int, str]]:
    """Every recommendation by report and number."""
    return [(one.id, f"{report.name}: {one.number}") for report in plan.reports for one in report.recommendations]


def spelt(day: date) -> str:
    """A day as people write it."""
    return f"{day.day} {day:%B %Y}"


def subjects(*found: Reported | Recommended | Doing) -> list[tuple[str, object]]:
    """What the audit is told that somebody saw."""
    kinds = {Reported: "plan-report", Recommended: "plan-recommendation", Doing: "plan-action"}
    return [(kinds[type(one)], one.id) for one in found]
