"""The wording language."""

import pytest

from goldthread.thrive.patterns import Expansions, WordingError, expand, parse, shapes


def lists(name: str) -> Expansions:
    known: dict[str, Expansions] = {
        "child": {("kid",): True, ("little", "one"): True},
        "number": {("{number}",): False},
    }
    if name not in known:
        raise WordingError(f"unknown list {{{name}}}")
    return known[name]


def runs(wording: str) -> set[str]:
    return {" ".join(run) for run in expand(parse(wording), lists)}


def test_alternatives_and_missing_parts_are_spelled_out() -> None:
    assert runs("(hit|punched) [the] {child}") == {
        "hit kid", "hit the kid", "punched kid", "punched the kid", "hit little one", "hit the little one",
        "punched little one", "punched the little one",
    }  # fmt: skip


def test_brackets_nest() -> None:
    assert runs("(a (b|c)|[d] e)") == {"a b", "a c", "d e", "e"}


def test_words_are_written_as_the_matcher_sees_them() -> None:
    assert runs("Don't w/ next-door") == {"dont w next door"}


def test_a_gap_parts_the_slots() -> None:
    (shape,) = shapes(parse("kids .. crying .... quiet"), lists)
    assert shape.gaps == (4, 10)
    assert len(shape.slots) == 3


def test_a_gap_inside_an_alternative_makes_two_shapes() -> None:
    assert len(shapes(parse("(a .. b|c) d"), lists)) == 2


def test_a_part_that_may_be_missing_beside_a_gap() -> None:
    assert sorted(len(shape.slots) for shape in shapes(parse("a .. [b] .. c"), lists)) == [2, 3]


def test_a_list_tells_that_a_run_speaks_of_a_child() -> None:
    assert expand(parse("(lady|{child})"), lists) == {("lady",): False, ("kid",): True, ("little", "one"): True}


@pytest.mark.parametrize(
    ("wording", "fault"),
    [
        ("", "empty"),
        ("(a|b", "never closed"),
        ("a)", "without its opening"),
        ("a | b", "outside brackets"),
        ("(a|)", "empty alternative"),
        ("{nobody}", "unknown list"),
        ("a ... b", "not a gap"),
        ("{child", "unmatched"),
        ("..", "no words at all"),
    ],
)
def test_a_malformed_wording_is_refused_in_plain_words(wording: str, fault: str) -> None:
    with pytest.raises(WordingError, match=fault):
        shapes(parse(wording), lists)


def test_a_wording_that_would_explode_is_refused() -> None:
    many = "(" + "|".join(f"w{number}" for number in range(90)) + ")"
    with pytest.raises(WordingError, match="split the wording"):
        expand(parse(f"{many} {many}"), lists)
