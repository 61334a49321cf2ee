"""Screened files and look-back items for tests, made the way an operator makes them."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import connection

from goldthread.accounts.models import Staff, Team
from goldthread.clocks.db import database_now
from goldthread.lookback.actions import Made, make
from goldthread.lookback.models import Item
from goldthread.lookback.screened import ScreenedFile
from goldthread.lookback.tabled import Asked
from tests.cast import Cast

GT = (
    "gt_child", "gt_at_risk", "gt_probability", "gt_level", "gt_adult_vulnerability", "gt_abstain", "gt_cues",
    "gt_questions", "gt_findings", "gt_engine", "gt_lexicon", "gt_error",
)  # fmt: skip
HEADER = ("ref", "received", "log", "grade", "tags", "thrive", *GT)
ASKED = Asked("ref", "received", "log", "grade", "thrive", ("tags",))
TEXT = "Caller says the kids are crying upstairs, dad has been drinking since noon and is shouting at them."
QUOTE = "kids are crying"


def row(reference: str, level: str = "high", probability: float = 0.8, **given: Any) -> list[str]:
    """One row as ``goldthread screen`` writes it: at risk, and carried by nothing unless told otherwise."""
    text = given.get("text", TEXT)
    start = text.find(QUOTE)
    finding = {
        "cue": "background", "start": start, "end": start + len(QUOTE), "quote": QUOTE, "assertion": "affirmed",
        "elements": ["risk"], "score": 0.7, "rule": "kids crying",
    }  # fmt: skip
    values = {
        "ref": reference, "received": "2026-03-02T21:15:00+00:00", "log": text, "grade": "Resolution", "tags": "ASB",
        "thrive": "No threat to anyone.", "gt_child": "yes", "gt_at_risk": "true", "gt_probability": str(probability),
        "gt_level": level, "gt_adult_vulnerability": "false", "gt_abstain": "false", "gt_cues": "background",
        "gt_questions": "", "gt_findings": json.dumps([finding] if start >= 0 else []), "gt_engine": "0.3.0",
        "gt_lexicon": "abc", "gt_error": "",
    }  # fmt: skip
    return [str({**values, **given}[name]) for name in HEADER]


def written(
    folder: Path, rows: Sequence[Sequence[str]], name: str = "screened.csv", header: Sequence[str] = HEADER
) -> Path:
    """The rows as a file."""
    path = folder / name
    with path.open("w", newline="", encoding="utf-8", errors="surrogateescape") as sink:
        csv.writer(sink).writerows([header, *rows])
    return path


def taken_in(path: Path, by: Staff, team: Team, a_day: int = 10, asked: Asked = ASKED) -> Made:
    """The file taken into the look-back through the action."""
    return make(by, team, a_day, ScreenedFile(path, asked, database_now(connection)))


def some_items(cast: Cast, folder: Path, count: int = 3, a_day: int = 10, name: str = "screened.csv") -> list[Item]:
    """Items of Team A, highest risk first: Immediate, then Priority ones."""
    rows = [
        row(f"{name[:8].upper()}-{n}", "immediate" if n == 0 else "high", round(0.9 - n / 100, 4)) for n in range(count)
    ]
    made = taken_in(written(folder, rows, name), cast.supervisor, cast.supervisor.team, a_day)
    return list(Item.objects.filter(hit__run=made.run).select_related("hit").order_by("-severity", "-probability"))
