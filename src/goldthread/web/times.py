"""Times and lengths of time as people in a control room read them. Pure: every function is told what ``now`` is.

A clock time is London time. On the night the clocks go back an hour happens twice, so such a time carries its zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from goldthread.clocks.local import LONDON

NEAR = 0.8  # share of a target after which it counts as near
TARGET_AT = 75.0  # where the target stands on a bar of 100
OVERSHOOT = 6.0  # a bar just past its target shows that it is
NOT_KNOWN = "not known"

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def clock(value: datetime | None, now: datetime | None = None, seconds: bool = False) -> str:
    """``02:07`` on the day of ``now``, else with its date (and year when it differs); both arguments aware.

    ``None`` reads "not known", never as a blank.
    """
    if value is None:
        return NOT_KNOWN
    local = value.astimezone(LONDON)
    shown = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        shown += f" {local.tzname()}"
    today = now.astimezone(LONDON) if now else None
    if today and local.date() == today.date():
        return shown
    date = f"{local.day} {local:%b}"
    if today is None or local.year != today.year:
        date += f" {local.year}"
    return f"{date} {shown}"


def ago(value: datetime | None, now: datetime) -> str:
    """``12 min ago`` or, for what is still to come, ``in 12 min``; under a minute either way, ``just now``."""
    if value is None:
        return ""
    seconds = int((now - value).total_seconds())
    length = _about(abs(seconds))
    if not length:
        return "just now"
    return f"{length} ago" if seconds > 0 else f"in {length}"


def _about(seconds: int) -> str:
    """A length of time to the nearest useful unit; empty below one minute."""
    if seconds < MINUTE:
        return ""
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < DAY:
        hours, minutes = seconds // HOUR, seconds % HOUR // MINUTE
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days = seconds // DAY
    if days < 90:
        return "1 day" if days == 1 else f"{days} days"
    months = int(days / 30.44)
    return f"{months} months" if months < 24 else f"{months // 12} years"


def duration(length: float | timedelta, signed: bool = False) -> str:
    """Seconds (or a timedelta) as ``07:12``, from an hour ``01:07:12``, from four days ``4 d 02 h``.

    Negative lengths carry a minus; with ``signed`` positive ones carry a plus.
    """
    total = int(length.total_seconds() if isinstance(length, timedelta) else length)
    sign = "-" if total < 0 else "+" if signed else ""
    total = abs(total)
    hours, minutes, seconds = total // HOUR, total % HOUR // MINUTE, total % MINUTE
    if hours >= 96:
        return f"{sign}{hours // 24} d {hours % 24:02} h"
    return f"{sign}{hours:02}:{minutes:02}:{seconds:02}" if hours else f"{sign}{minutes:02}:{seconds:02}"


def spoken(length: float) -> str:
    """Seconds in words for a screen reader: ``1 h 7 min 12 s``; at most two units once hours are reached."""
    total = abs(int(length))
    hours, minutes, seconds = total // HOUR, total % HOUR // MINUTE, total % MINUTE
    parts = [f"{hours} h"] if hours else []
    parts += [f"{minutes} min"] if minutes else []
    parts += [f"{seconds} s"] if seconds and not hours else []
    return " ".join(parts) or "0 s"


@dataclass(frozen=True)
class Bar:
    """Elapsed time against a target, ready to draw: ``fill`` and ``target_at`` are percentages of the bar's width."""

    state: str  # "running", "near", "over" or "free" (no target)
    fill: float
    target_at: float
    text: str
    words: str


def bar(elapsed_s: float, target_s: float | None) -> Bar:
    """Geometry and words for time against its target, both in seconds. No target: the elapsed time alone.

    The bar is full at four thirds of the target; what is longer stays full and the text carries the figure.
    """
    if not target_s or target_s <= 0:
        return Bar("free", 0.0, 0.0, f"{duration(elapsed_s)} gone", f"{spoken(elapsed_s)} gone, no target")
    fill = round(min(max(elapsed_s, 0) / target_s * TARGET_AT, 100.0), 1)
    left = target_s - elapsed_s
    if left < 0:
        fill = max(fill, TARGET_AT + OVERSHOOT)
    gone = f"{spoken(elapsed_s)} gone of {spoken(target_s)}"
    if left < 0:
        return Bar("over", fill, TARGET_AT, f"{duration(-left, signed=True)} over", f"{gone}, over its target")
    if elapsed_s >= target_s * NEAR:
        return Bar("near", fill, TARGET_AT, f"{duration(left)} left", f"{gone}, near its target")
    return Bar("running", fill, TARGET_AT, f"{duration(left)} left", gone)
