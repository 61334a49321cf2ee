"""Clauses: every word in one, in order, short enough to read, and the same however the text goes on."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.thrive.clauses import MOST, clauses


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in clauses(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kids crying upstairs. Male left in red Corsa", ["kids crying upstairs.", "Male left in red Corsa"]),
        ("Caller says he hit her\nno reply at the door", ["Caller says he hit her", "no reply at the door"]),
        ("Asked about children. None.", ["Asked about children. None."]),
        ("rp heard a bang - then nothing at all", ["rp heard a bang", "then nothing at all"]),
        (
            "Rear wheel taken from rack / No suspects seen there",
            ["Rear wheel taken from rack", "No suspects seen there"],
        ),
        ("", []),
        (" \n\t ", []),
        ("ok", ["ok"]),
    ],
)
def test_where_a_text_is_cut(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_a_long_stretch_is_cut_where_it_joins() -> None:
    text = (
        "he came round about nine and banged on the door for a bit, then he went off up the road with the lad from " * 3
    )
    found = pieces(text)
    assert len(found) > 2
    assert all(len(one.split()) <= MOST for one in found)
    assert found[1].split()[0] in {"then", "he", "and", "with"}


@given(st.text(alphabet=st.sampled_from("ab .,!?\n-/&\u2014\u00e9\U0001f600"), max_size=400))
def test_every_word_stands_in_exactly_one_clause(text: str) -> None:
    places = clauses(text)
    assert all(start < end for start, end in places)
    assert all(one[1] <= other[0] for one, other in pairwise(places))
    covered = [text[start:end] for start, end in places]
    between = re.sub(r"[\s\-/\u2013\u2014]", "", text)
    assert re.sub(r"[\s\-/\u2013\u2014]", "", "".join(covered)) == between
    assert all(len(one.split()) <= MOST for one in covered)


def test_what_is_typed_on_leaves_earlier_clauses_alone() -> None:
    text = "kids crying upstairs. Male has left the house now. Mum is not answering her phone, " * 4
    for end in range(40, len(text), 7):
        assert clauses(text[:end])[:-2] == clauses(text)[: max(len(clauses(text[:end])) - 2, 0)]


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "a " * 300_000,
        ", " * 300_000,
        "\n" * 1_000_000,
        "and " * 200_000,
        " " * 1_000_000,
        " -" * 300_000,
    ],
)
def test_hostile_length_is_answered(text: str) -> None:
    places = clauses(text)
    assert sum(len(text[start:end].replace("-", "").split()) for start, end in places) == len(
        text.replace("-", "").split()
    )


SPOKEN = ["he is in the kitchen with the baby", "where are the children now", "they are under the bed upstairs"]


@pytest.mark.parametrize(
    "lines",
    [
        "[02:00:07] CALLER: {}\n[02:00:11] OPERATOR: {}\n[02:00:15] CALLER: {}",
        "[02:00:07] CALLER: {} [02:00:11] OPERATOR: {} [02:00:15] CALLER: {}",
        "[02:00] {}\n[02:01] {}\n[02:02] {}",
        "02:14 OP: {}\n02:14 CALLER: {}\n02:15 OP: {}",
        "02:14 OP: {}. 02:14 CALLER: {}. 02:15 OP: {}",
        "Caller> {}\nOperator> {}\nCaller> {}",
        "Caller> {} Operator> {} Caller> {}",
        "C: {} O: {} C: {}",
        "c: {}\no: {}\nc: {}",
        "Entry 12: {}\nEntry 13: {}\nEntry 14: {}",
        "Entry 12: {}. Entry 13: {}. Entry 14: {}",
        "entry 12 - {}\nENTRY 13 - {}\nEntry #14 - {}",
        "14/03 02:15 PC 4417 - {}\n14/03 02:16 PC 4417 - {}\n14/03 02:19 PS 22 - {}",
        "14/03/2026 02:15 PC4417: {}\n14/03/2026 02:16 NY30: {}\n2026-03-14 02:19 OP: {}",
        "(02:15) {}\n(02:16) {}\n(14/03 02:19) {}",
        "  02:15 - {}\r\n  02:16 - {}\r\n  02:19 - {}",
        "02:15:20 {}\n02:15:21 {}\n02:15:40hrs {}",
        "call taker: {}\ncaller: {}\ncall handler: {}",
        "Q: {}? A: {}. Q: {}",
        "Entry 6 Tue 2240: {}\nEntry 7 Wed 0110: {}\nEntry 8: [02:14] CALLER: {}",
    ],
)
def test_who_spoke_and_when_is_in_no_clause(lines: str) -> None:
    text = lines.format(*SPOKEN)
    assert [one.rstrip(".?") for one in pieces(text)] == SPOKEN
    assert all(text[start:end] == one for (start, end), one in zip(clauses(text), pieces(text), strict=True))


def test_short_answers_behind_a_label_stand_alone() -> None:
    assert pieces("OP: is he there now? CALLER: yes. OP: stay on the line") == [
        "is he there now?",
        "yes.",
        "stay on the line",
    ]


@pytest.mark.parametrize(
    "text", ["[02:00:07]", "CALLER:", "02:14 OP: ", "14/03 02:15 PC 4417 -", "Entry 12:", "C: O: C: "]
)
def test_nothing_but_who_and_when_is_kept(text: str) -> None:
    assert pieces(text)
    assert "".join(pieces(text)).rstrip(" -") in text


@pytest.mark.parametrize(
    "text",
    [
        "He said: come here",
        "Note: child crying",
        "Mum: he hit the baby",
        "CHILD: daddy is hitting mummy",
        "Kids: none seen at address",
        "F15: missing since Friday night",
        "M14: seen with older men",
        "2/3 kids in the car",
        "7-8 yr old boy alone on the road",
        "3 kids alone since 02:15 in the flat",
        "she told me: he will kill us",
        "Injuries: bruise to left arm",
        "coercive control: takes her phone off her",
        "told the caller: keep away from the kids",
        "10.30 is when he hits her",
        "Year 9: pupil not in since Monday",
        "Flat 12: baby crying all night",
        "No 14: kids left alone again",
        "999 call: child whispering and line dropped",
        "Dad: shut up or else",
        "1914 Boys spoken to at the verge",
        "aged 7: says dad hit her",
    ],
)
def test_ordinary_words_before_a_colon_stay(text: str) -> None:
    assert " ".join(pieces(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "[02:00] " * 100_000,
        "C: " * 300_000,
        "02:" * 300_000,
        "14/03 " * 150_000,
        "entry 1" * 100_000,
        "[" * 500_000,
        "\n 02:15 PC 1 - " * 50_000,
        "\n" + " " * 500_000 + "02:15",
    ],
)
def test_hostile_labels_are_answered(text: str) -> None:
    assert clauses(text)
