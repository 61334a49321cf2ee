"""How the test part is cut for the tables."""

from __future__ import annotations

from modelling.scores import detection

from modelling import evaluate


def test_texts_all_of_one_kind_have_no_precision() -> None:
    assert evaluate._line("cue missing", detection([True, True], [True, False])).endswith("no cases")
    assert evaluate._line("all", detection([True, False], [True, True])).endswith("of 2")
