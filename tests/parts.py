"""A part of a long list of cases for a plain run; ``make test-long`` takes all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def some(cases: Iterable[Any], one_in: int) -> list[Any]:
    """Every case, all but one in so many marked *long*; tuples are several values of one case."""
    every = [case if isinstance(case, tuple) else (case,) for case in cases]
    return [pytest.param(*case, marks=[] if at % one_in == 0 else pytest.mark.long) for at, case in enumerate(every)]
