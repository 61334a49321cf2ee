"""Decisions of first contact, over whatever anybody may type."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.config.errors import Invalid
from goldthread.contact import rules
from goldthread.contact.rules import ChildGiven

ANYTHING = st.text(st.characters(), max_size=200)  # lone surrogates and null characters too
NOW = datetime(2026, 11, 23, 2, 7, tzinfo=UTC)
ANSWERS = ["not_asked", "named", "asked_none", "not_known"]
READ = ["yes", "implied", "no", None]


TODAY = date(2026, 11, 23)


def child(**changed: object) -> ChildGiven:
    return ChildGiven(
        **{
            "child": "x",
            "name": "Mia",
            "age": 4,
            "age_estimated": False,
            "where_now": "",
            "last_seen_by": "",
            "seen": "not_known",
            **changed,
        }
    )  # type: ignore[arg-type]


@given(ANYTHING)
def test_what_is_kept_can_always_be_stored(text: str) -> None:
    kept = rules.tidy(text)
    kept.encode("utf-8")
    assert "\x00" not in kept


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=200))
def test_whole_characters_are_kept_to_the_letter(text: str) -> None:
    assert rules.tidy(text) == text


@given(ANYTHING)
def test_words_are_kept_but_for_line_ends_or_refused(text: str) -> None:
    try:
        kept = rules.words(text)
    except Invalid:
        assert not rules.tidy(text).strip()
    else:
        assert "\r" not in kept
        assert rules.words(kept) == kept
        assert kept.replace("\n", "") == rules.tidy(text).replace("\r", "").replace("\n", "")


@pytest.mark.parametrize(("length", "fits"), [(rules.LONGEST_ENTRY, True), (rules.LONGEST_ENTRY + 1, False)])
def test_the_longest_entry(length: int, fits: bool) -> None:
    if fits:
        assert len(rules.words("x" * length)) == length
    else:
        with pytest.raises(Invalid, match="400,001 characters"):
            rules.words("x" * length)


@given(ANYTHING, st.integers(1, 200))
def test_a_short_text_is_one_line_within_its_limit_or_refused(text: str, limit: int) -> None:
    try:
        kept = rules.short(text, "location", limit)
    except Invalid:
        assert len(" ".join(rules.tidy(text).split())) > limit
    else:
        assert len(kept) <= limit
        assert kept == " ".join(kept.split())


@given(st.timedeltas(-timedelta(days=60_000), timedelta(days=60_000)))
def test_a_stated_time_is_kept_as_stated_or_refused(apart: timedelta) -> None:
    try:
        at, late = rules.stated_time(NOW + apart, NOW)
    except Invalid:
        assert apart > rules.AHEAD or apart < -rules.EARLIEST
    else:
        assert at == NOW + apart
        assert late == (apart < -rules.LATE)


def test_without_a_stated_time_it_is_now() -> None:
    assert rules.stated_time(None, NOW) == (NOW, False)


@pytest.mark.parametrize("answer", ["asked_none", "not_known"])
def test_none_with_a_child_named_is_a_contradiction(answer: str) -> None:
    with pytest.raises(Invalid, match="choose which holds"):
        rules.children(answer, [child()], TODAY)


def test_children_recorded_without_a_child_is_a_contradiction() -> None:
    with pytest.raises(Invalid, match="at least one child"):
        rules.children("named", [], TODAY)


@pytest.mark.parametrize("answer", ["", "not_asked", "none", "'; DROP TABLE", "NAMED"])
def test_an_unknown_answer_is_refused(answer: str) -> None:
    with pytest.raises(Invalid):
        rules.children(answer, [], TODAY)


@given(st.one_of(st.none(), st.integers(-5, 200)))
def test_a_childs_age_is_a_childs(age: int | None) -> None:
    if age is None or 0 <= age <= 17:
        assert rules.children("named", [child(age=age)], TODAY)[0].age == age
    else:
        with pytest.raises(Invalid, match="0 to 17"):
            rules.children("named", [child(age=age)], TODAY)


def test_a_nameless_child_is_unknown_and_not_refused() -> None:
    assert rules.children("named", [child(name="  ")], TODAY)[0].name == "unknown"


def test_more_children_than_one_answer_holds_are_refused_with_what_to_do() -> None:
    with pytest.raises(Invalid, match="second answer"):
        rules.children("named", [child()] * (rules.MOST_CHILDREN + 1), TODAY)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("read", READ)
def test_none_stands_only_where_it_was_asked_and_the_words_agree(answer: str, read: str | None) -> None:
    found = rules.child_involved(answer, read)
    assert (found == "none") == (answer == "asked_none" and read == "no")
    assert (found == "yes") == (answer == "named" or read == "yes")
