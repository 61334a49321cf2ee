"""What the evaluation counts, on invented answers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import pytest
from modelling.corpus import Log
from modelling.judges import Answer

from goldthread.thrive.reading import Finding
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


def test_doubt_is_told_of_the_wrong_answers_and_of_the_right_ones() -> None:
    answers = [
        Answer(at_risk=False, likely=0.4, doubt=True),
        Answer(at_risk=False, likely=0.1),
        Answer(at_risk=True, likely=0.9),
        Answer(at_risk=True, likely=0.5, abstain=True),
    ]
    [line] = list(evaluate.doubts([True, True, True, False], {"typed well": answers}))[1:]
    assert [share.strip() for share in line.replace("typed well", "").split("  ") if share] == [
        "0.667 (0.21 to 0.94) of 3", "0.500 (0.09 to 0.91) of 2", "0.000 (0.00 to 0.79) of 1",
    ]  # fmt: skip


def test_a_false_alarm_is_told_under_each_cue_that_counted_in_it() -> None:
    def found(cue: str, score: float, rule: str = "a wording") -> Finding:
        return Finding(cue, 0, 4, "kids", "affirmed", ("risk",), score, rule, "high", critical=False)

    right = Answer(at_risk=True, likely=0.9, findings=(found("missing", 0.8), found("care", 0.1)))
    wrong = Answer(at_risk=True, likely=0.5, findings=(found("missing", 0.8), found("oblique", 0.1, "network")))
    silent = Answer(at_risk=False, likely=0.1, findings=(found("neglect", 0.8),))
    told = list(evaluate.alarms([True, False, False], [right, wrong, silent]))[1:]
    assert [line.split()[1] for line in told] == ["missing", "oblique"]
    assert told[0].endswith("0.500 (0.09 to 0.91) of 2")
    assert told[1].endswith("0.000 (0.00 to 0.79) of 1")


def test_levels_are_told_too_low_and_too_high() -> None:
    said = [Answer(at_risk=True, likely=0.9, level=level) for level in ("low", "immediate", "high")]
    told = {line[:34].strip(): line[34:] for line in evaluate.others([LOG] * 3, said)}
    assert told["level lower than labelled"].startswith("0.333")
    assert told["level higher than labelled"].startswith("0.333")
    assert told["level right or one off"].startswith("0.667")


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
                  "in other languages", "level lower than labelled", "false alarms by cue quoted"):  # fmt: skip
        assert table in told
    doubts = told[told.index("\nsays it is not sure") :].splitlines()[2:6]
    assert [line.split()[0] for line in doubts] == ["typed", "slips", "slips", "slips"]
