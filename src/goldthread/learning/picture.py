"""An effect as a picture: a line of limits with its point, about nothing changed; in per cent, told in words beside it."""

from __future__ import annotations

from dataclasses import dataclass

from goldthread.figures.effects import Effect

WIDTH, EDGE = 400, 20


@dataclass(frozen=True)
class Picture:
    """Where things lie across a picture ``WIDTH`` wide: nothing changed, both limits, the point, and marks with their per cent."""

    width: int
    nothing: float
    low: float
    high: float
    point: float
    marks: list[tuple[float, str]]


def drawn(one: Effect, reach: float) -> Picture:
    """The picture of an effect on a scale from minus to plus ``reach`` (a share)."""

    def place(share: float) -> float:
        held = max(min(share, reach), -reach)
        return round(EDGE + (held + reach) / (2 * reach) * (WIDTH - 2 * EDGE), 1)

    step = reach / 2
    marks = [(place(each * step), f"{100 * each * step:+.0f}" if each else "0") for each in range(-2, 3)]
    return Picture(WIDTH, place(0), place(one.low), place(one.high), place(one.difference), marks)


def reach(found: list[Effect]) -> float:
    """How far a scale goes that holds all of these: a tenth at least, in steps of a fifth above."""
    most = max((max(abs(one.low), abs(one.high)) for one in found), default=0.1)
    return next(one for one in (0.1, 0.2, 0.4, 0.6, 0.8, 1.0) if most <= one or one == 1.0)
