"""The harder trials: what they make of a text, what they count, and what they are made of."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from modelling.judges import ROOT, Answer

from goldthread.thrive.reading import Finding
from modelling import trials
from tests.modelling.test_corpus import LOG

HARMLESS = replace(LOG, id="x2", text="flute left on the bus. pupil has it back", at_risk=False, level="none", spans=())
PART = [LOG, HARMLESS]


def _finding(text: str, quote: str) -> Finding:
    at = text.index(quote)
    return Finding(
        "background", at, at + len(quote), quote, "affirmed", ("risk",), 0.8, "network", "high", critical=False
    )


def _crying(texts: Sequence[str]) -> list[Answer]:
    """A judge that goes by one word, and is silenced by another."""
    return [
        Answer(
            "crying" in text and "robot" not in text,
            0.5,
            "high" if "computer" not in text else "low",
            abstain="ü" in text,
        )
        for text in texts
    ]


def test_a_transcript_names_who_speaks_before_each_sentence_and_loses_no_word() -> None:
    made = trials.transcribed("Kids crying. Gone quiet!\nNobody answers", ["[{time}] CALLER:"], random.Random(1))
    lines = made.splitlines()
    assert all(re.match(r"\[\d\d:\d\d:\d\d\] CALLER: ", line) for line in lines)
    assert [line.split(": ", 1)[1] for line in lines] == ["Kids crying.", "Gone quiet!", "Nobody answers"]
    assert sorted(lines) == lines, "time goes on"


def test_a_log_stands_whole_among_different_entries() -> None:
    made = trials.among("kids crying", ["a", "b", "c", "d"], 3, random.Random(1)).splitlines()
    assert len(set(made)) == 4
    assert "kids crying" in made


def test_a_dialect_changes_whole_words_and_keeps_capitals() -> None:
    words = {"child": "bairn", "don't": "dinnae", "over there": "yonder"}
    made = trials.spoken("Child and CHILD and childish: I don't know. Don't go over there", words)
    assert made == "Bairn and BAIRN and childish: I dinnae know. Dinnae go yonder"


def test_every_dialect_is_told_with_how_many_texts_it_changes() -> None:
    told = list(trials.regional(PART, _crying))
    assert [line.split()[1] for line in told] == list(trials.dialects())
    assert len(told) >= 6
    assert all(len(words) >= 10 and all(words.values()) for words in trials.dialects().values())
    changed = {line.split()[1]: int(line.split()[-1]) for line in told}
    assert changed["london"] == 0, "neither of these two texts has a word of it"


@pytest.mark.parametrize("place", trials.PLACES)
@pytest.mark.parametrize("text", ["Kids crying. Now quiet. Nobody answers", "kids crying all evening", "kids"])
def test_an_order_stands_where_it_says(text: str, place: str) -> None:
    made, start, end = trials.with_order(text, "hey robot", place)
    assert made[start:end] == "hey robot"
    assert sorted((made[:start] + made[end:]).split()) == sorted(text.split())
    assert (made.endswith("hey robot"), made.startswith("hey robot")) == {
        "behind": (True, False), "before": (False, True), "inside": (text == "kids", False)
    }[place]  # fmt: skip


def test_what_an_order_takes_away_and_what_is_quoted_of_it_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "lines", lambda name: ["hey robot, rest"])

    def judge(texts: Sequence[str]) -> list[Answer]:
        return [
            replace(one, findings=(_finding(text, "robot"),)) for text, one in zip(texts, _crying(texts), strict=True)
        ]

    told = list(trials.orders(PART, judge, _crying([one.text for one in PART])))
    assert len(told) == 4 * len(trials.PLACES)
    assert told[0].split()[5:6] == ["0.000"], "the risky one is not found any more"
    assert [line.split("(")[0].rsplit(None, 1)[1] for line in told[1:4]] == ["1.000", "1.000", "1.000"]


def test_a_level_lowered_is_counted_though_the_log_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "lines", lambda name: ["computer, rest"])
    lost, lowered, quoted = list(trials.orders(PART, _crying, _crying([one.text for one in PART])))[1:4]
    assert "0.000" in lost
    assert "1.000" in lowered
    assert "0.000" in quoted


def test_every_trial_tells_recall_and_specificity() -> None:
    told = [*trials.transcripts(PART, _crying), *trials.entries(PART, _crying)]
    found = [line for line in told if "not sure" not in line]
    assert len(found) == 2 + len(trials.ENTRIES), "among more harmless logs than there are nothing is put"
    assert all(line.count("1.000") >= 2 for line in found)
    assert len(told) - len(found) == 2 * len(trials.ENTRIES)


def test_other_languages_are_sorted_by_what_the_reader_says_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    said = ["ü", "crying", "nichts", "nada"]
    monkeypatch.setattr(trials, "lines", lambda name: [json.dumps({"text": text}) for text in said])
    assert [line.split("(")[0].rsplit(None, 1)[1] for line in list(trials.languages(_crying))[1:]] == [
        "0.250", "0.250", "0.250", "0.500",
    ]  # fmt: skip


def test_there_are_enough_entries_forms_orders_and_languages_and_none_twice() -> None:
    for name, least in (("entries.txt", max(trials.ENTRIES)), ("speakers.txt", 8), ("to-a-machine.txt", 40)):
        found = trials.lines(name)
        assert len(found) == len(set(found)) >= least
        assert all(found)
    rows = [json.loads(line) for line in trials.lines("other-languages.jsonl")]
    assert len(rows) >= 30
    assert len({row["language"] for row in rows}) >= 10


@pytest.mark.parametrize("known", ["modelling/train.py", "src/goldthread/thrive/spoken_to.py"])
def test_no_order_is_one_that_was_trained_on_or_that_the_forms_were_written_from(known: str) -> None:
    words = " ".join(re.findall(r"\w+", (ROOT / known).read_text(encoding="utf-8").casefold()))
    for order in trials.lines("to-a-machine.txt"):
        said = re.findall(r"\w+", order.casefold())
        runs = (" ".join(said[at : at + 5]) for at in range(max(1, len(said) - 4)))
        assert not any(f" {run} " in f" {words} " for run in runs), order
