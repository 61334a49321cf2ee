"""What two versions differ in: nothing of either is lost, and what is marked is what changed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from goldthread.desk.differences import MOST_WORDS, Part, differences

TEXTS = st.text(alphabet="ab \n.", max_size=60)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_had_back(before: str, after: str) -> None:
    parts = differences(before, after)
    assert "".join(one.text for one in parts if one.kind != "new") == before or before == after
    assert "".join(one.text for one in parts if one.kind != "gone") == after


def test_what_changed_is_marked_by_the_word() -> None:
    assert differences("He has gone to the pub", "He has gone to his mother") == [
        Part("same", "He has gone to "), Part("gone", "the"), Part("new", "his"), Part("same", " "), Part("gone", "pub"),
        Part("new", "mother"),
    ]  # fmt: skip
    assert differences("", "new") == [Part("new", "new")]
    assert differences("old", "") == [Part("gone", "old")]
    assert differences("", "") == []


def test_long_texts_are_compared_by_the_line() -> None:
    lines = [f"line {number} of a long text" for number in range(MOST_WORDS)]
    parts = differences("\n".join(lines), "\n".join([*lines[:5], "another", *lines[6:]]))
    assert [one.kind for one in parts] == ["same", "gone", "new", "same"]
