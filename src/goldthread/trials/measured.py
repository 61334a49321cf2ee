"""What the reader was measured to find, as ``make evaluate`` printed it; kept in ``measured.toml``, which ``python -m tools.atrs`` writes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from goldthread.config import dated

ALL, PARTS, HARDER = "reader, full path", "at risk or not", "harder trials, full path"
WHOLE, QUOTED, DOUBT = "what else the full path says", "what is quoted, of the risky found", "says it is not sure"
RECALL, SPECIFICITY, PRECISION = 0, 1, 2


@dataclass(frozen=True)
class Measured:
    """Results on the test part: the model and lexicon that they are of, how many logs, and tables of shares.

    ``tables`` hold by table and row the cells as printed: a share with its 95 % interval and the number of cases, or *no cases*.
    """

    model: str
    lexicon: str
    logs: int
    risky: int
    oblique: int
    brier: str
    brier_same: str
    tables: dict[str, dict[str, list[str]]]

    def cell(self, table: str, row: str, column: int = RECALL) -> str:
        """One share. Raises ``KeyError`` or ``IndexError`` where it was not measured."""
        return self.tables[table][row][column]


@lru_cache(maxsize=1)
def measured() -> Measured:
    """The results that this version was shipped with."""
    return Measured(**dated.table("trials", "measured.toml"))
