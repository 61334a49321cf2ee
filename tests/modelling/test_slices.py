"""How the test part is cut for the tables."""

from __future__ import annotations

from dataclasses import replace

import pytest
from modelling.scores import detection, row
from modelling.slices import slices, youngest

from modelling import evaluate
from tests.modelling.test_corpus import LOG


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("inft states f15 left at 8", 15),
        ("with m6, and F31", 6),
        ("his son, 9, is with him", 9),
        ("two girls 7 and 9", 7),
        ("a 14 yr old and a 12 y/o", 12),
        ("my six-year-old won't sleep", 6),
        ("girl aged 4 with gran", 4),
        ("aged 18 months", 0),
        ("a 7 mth old and a 3yo", 0),
        ("she's only 13.", 13),
        ("Year 9 account of it", 13),
        ("two 8th graders fought", 13),
        ("toddler on the windowsill", 1),
        ("baby heard through the wall", 0),
        ("primary school rang", 5),
        ("secondary pupil not in", 12),
        ("three teenagers on the roof", 12),
        ("my baby, she's 6, is outside", 6),
        ("M6 J12 northbound, lorry on its side", None),
        ("M4 services, male 44", None),
        ("married 12 yrs", None),
        ("gave up 15 yrs back", None),
        ("f31 and m40 arguing", None),
        ("baby shower got loud", None),
        ("flat 9, 15 Mill Lane, £14 taken at 16:10", None),
    ],
)
def test_the_youngest_age_is_told_in_many_ways(text: str, age: int | None) -> None:
    assert youngest(text) == age


def test_a_familys_name_that_stands_in_train_too_is_told_apart() -> None:
    trained = next(one.family for one in evaluate.logs() if one.part == "train")
    part = [replace(LOG, family=trained), replace(LOG, id="x2", family="a name that nobody gave")]
    found = {one.name: [log.id for log in one.logs] for one in slices(part)}
    assert found["family's name also in train"] == ["x1"]
    assert found["family's name not in train"] == ["x2"]


def test_texts_all_of_one_kind_have_no_precision() -> None:
    assert row("cue missing", detection([True, True], [True, False])).endswith("no cases")
    assert row("all", detection([True, False], [True, True])).endswith("of 2")
