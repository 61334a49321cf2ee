"""Bank holidays of England and Wales, worked out by a library that knows the proclaimed ones too."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=1)
def bank_holidays() -> Container[date]:
    """Bank holidays of England and Wales; years are worked out as they are asked for."""
    found: Container[date] = holidays.country_holidays("GB", subdiv="ENG")
    return found
