"""What the evaluation counts, on invented answers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import pytest
from modelling.corpus import Log
from modelling.judges import Answer

from modelling import __main__ as command
from modelling import evaluate, judges
from tests.modelling.test_corpus import LOG

HARMLESS = replace(LOG, id="x2", text="flute left on the bus, pupil has it back", at_risk=False, level="none", spans=())


def test_the_missed_stand_before_the_wrongly_raised() -> None:
    told = list(evaluate.errors([HARMLESS, LOG], lambda texts: [Answer(text == HARMLESS.text, 0.5) for text in texts]))
    assert [line.split(":")[0] for line in told] == ["missed x1 (high)", "false alert x2 (none)"]


@pytest.mark.parametrize(("flags", "part", "warned"), [([], "tune", False), (["--part", "test"], "test", True)])
def test_the_test_part_is_read_on_demand_only_and_with_a_warning(
    flags: list[str], part: str, warned: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[set[str]] = []

    def errors(logs: list[Log], judge: judges.Judge) -> list[str]:
        asked.append({one.part for one in logs})
        return []

    monkeypatch.setattr(evaluate, "errors", errors)
    monkeypatch.setattr(sys, "argv", ["modelling", "errors", *flags])
    assert command.main() == 0
    assert asked == [{part}]
    assert ("no test part any more" in capsys.readouterr().err) is warned


def test_what_is_wrong_on_the_tune_part_lies_where_git_ignores_it() -> None:
    ignored = (judges.ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert f"/{command.WRONG.relative_to(judges.ROOT).parts[0]}/" in ignored


def test_the_report_has_every_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(texts: Sequence[str]) -> list[Answer]:
        return [Answer("crying" in text, 0.5, "high") for text in texts]

    names = {"reader, full path": judge, "reader, fast path (lexicon alone)": judge}
    for name, put in (
        ("PARTS", names),
        ("OTHERS", {}),
        ("full", judge),
        ("fast", lambda texts: judge(texts)),
        ("assertion_report", lambda spans: []),
    ):
        monkeypatch.setattr(evaluate, name, put)
    drawn = evaluate.Drawn()
    told = "\n".join(evaluate.report([LOG, HARMLESS], drawn))
    for table in ("family's name also in train", "transcript, ", "among routine entries: 100", "words to a machine inside",
                  "in other languages"):  # fmt: skip
        assert table in told
