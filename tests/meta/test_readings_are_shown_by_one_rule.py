"""What was read is shown by one rule: whoever reads ``Reading`` is listed here with why that shows nobody what their mode withholds."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import goldthread

SOURCE = Path(goldthread.__file__).parent
READS = re.compile(r"\b(newest_reading|Reading\.objects|incident\.readings\b|assessment_reading\b)")

GATED = {
    "desk/record.py": "a page of an incident: ``Record.shown``",
    "desk/rows.py": "rows of the board and inbox: by the ``View`` they are asked for",
    "desk/cumulative.py": "laid side by side: those of ``shown_of`` alone",
    "desk/views.py": "typing: asked before anything is read",
    "integration/card_presenters.py": "a card elsewhere: ``Record.shown``; here whether it is another",
}
DECIDES = {
    "assessment/actions.py": "reads and stores",
    "assessment/queries.py": "the question itself",
    "assessment/modes.py": "the rule itself",
    "response/shared_actions.py": "closing and requests, which nobody is shown",
    "response/reassess_actions.py": "whether a risk is withheld",
    "response/unseen_actions.py": "the rescue",
    "desk/board.py": "the board row, with and without what was read",
    "trials/actions.py": "which engine reads",
    "assessment/replay.py": "makes an advice again, without its words; see trials/replay_queries.py",
}
NOT_FIRST_CONTACT = {
    "supervision/finding.py": "supervisors are the rescue",
    "supervision/irmm_finding.py": "the FIM's meeting",
    "supervision/reversals.py": "what came of reviews, as a figure",
    "safeguarding/concern_finding.py": "VAST is the rescue",
    "safeguarding/owed_finding.py": "what is owed, without a quote",
    "safeguarding/child_chronology.py": "one child's record, which VAST keeps",
    "safeguarding/child_raise_actions.py": "raises a child to VAST",
    "lookback/stored.py": "looking back", "lookback/quotes.py": "looking back", "lookback/models.py": "looking back",
    "quality/finding.py": "drawing records to be scored", "retention/queries.py": "closed long ago",
    "trials/replay_queries.py": "for the AI owner and supervisors, who are the rescue", "trials/measures.py": "figures of all",
    "trials/groups.py": "figures of all",
    "desk/measures.py": "figures of all", "demo/seed.py": "makes the demo", "demo/rows.py": "makes the demo", "demo/check.py": "checks the demo",
}  # fmt: skip


def test_every_place_that_reads_a_reading_is_known() -> None:
    found = {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if "migrations" not in file.parts and READS.search(file.read_text(encoding="utf-8"))
    }
    known = {*GATED, *DECIDES, *NOT_FIRST_CONTACT}
    assert found - known == set(), "these read what was read: ask assessment.modes what is shown, and say here how"
    assert {one for one in known - found if one in GATED} == set(), "these read nothing any more"


def _calls(name: str) -> list[tuple[str, ast.Call]]:
    found = []
    for file in SOURCE.rglob("*.py"):
        if file.parts[-2] == "demo" or "migrations" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                found.append((f"{file.relative_to(SOURCE)}:{node.lineno}", node))
    return found


def test_every_record_says_who_looks() -> None:
    calls = [(at, one) for at, one in _calls("Record") if "config/" not in at]
    assert len(calls) > 10
    assert [at for at, one in calls if len(one.args) < 2] == [], (
        "Record(incident, user): else it is everybody's mode that holds"
    )


def test_every_list_of_rows_says_whose_eyes_it_is_for() -> None:
    importing = {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if re.search(r"from goldthread\.desk\.rows import .*\brows\b", file.read_text(encoding="utf-8"))
    }
    calls = [(at, one) for at, one in _calls("rows") if at.partition(":")[0] in importing]
    assert len(calls) >= 8
    assert [at for at, one in calls if len(one.args) < 3] == []
