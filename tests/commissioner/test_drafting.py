"""The draft says what the record says: it claims *met* nowhere that the record does not, and says *not known* as such."""

from __future__ import annotations

from datetime import date

import pytest

from goldthread.commissioner import drafting
from goldthread.commissioner.queries import Published
from goldthread.commissioner.status import FigureTold, Line, ReportTold
from goldthread.config.errors import Invalid
from goldthread.improvement.rules import STATES, WHYS
from goldthread.improvement.told import Doing, Step

DAY = date(2026, 5, 4)


def line(**given: object) -> Line:
    facts = {
        "number": 1, "text": "As published.", "state": "progress", "state_name": "In progress", "because": "Entered", "since": DAY,
        "reference": "", "due_on": None, "days_left": None, "office": "Gold, chief officer owner", "figure": None,
    }  # fmt: skip
    return Line(**{**facts, **given})  # type: ignore[arg-type]


def told(
    state: str = "told", of: int | None = 40, met: int | None = 36, good: str = "up", target: float = 0.9
) -> FigureTold:
    return FigureTold(
        "Children asked about",
        target,
        good,
        Published("first-contact", "First contact", 3, "April 2026", state, of, met),
    )


def doing(
    words: str, mark: str = "open", *, day: date | None = None, why: str = "", due: date | None = None, late: int = 0
) -> Doing:
    steps = [Step(1, "Step", due, None, "", None, late)] if due else []
    return Doing(1, 1, "1.1", words, None, mark, day, why, steps, [], [], [])


@pytest.mark.parametrize("because", [words for _, words in WHYS])
def test_only_a_state_in_which_somebody_says_so_speaks_of_met(because: str) -> None:
    for state, _ in STATES:
        said = drafting.state(line(state=state, because=because, reference="R1"))
        assert ("does not claim that it is met" in said) == (state == "progress"), state
        assert "4 May 2026" in said
        assert ("for the inspectorate to say" in said) == (state in {"believed", "submitted"})


def test_a_recommendation_that_fell_back_says_so_and_not_by_how_much() -> None:
    said = drafting.state(line(because="Its figure fell back"))
    assert (
        said == "It was re-opened on 4 May 2026, since its figure fell back. The force does not claim that it is met."
    )


@pytest.mark.parametrize(
    ("figure", "says"),
    [
        (None, "No figure is bound to it."),
        (FigureTold("Children asked about", 0.9, "up", None), "is in no published table, so none is given"),
        (told("unknown", None, None), "not known for April 2026, edition 3"),
        (told("withheld", None, None), "the share is withheld, since few cases stand behind it"),
        (told("part", 40, None), "the share is withheld, since few cases stand behind it"),
        (told("told", 0, 0), "no cases for April 2026"),
        (
            told(),
            "90.0 % (36 of 40) for April 2026, edition 3 of First contact. That reaches its target of 90 % or more.",
        ),
        (told(met=35), "87.5 % (35 of 40) for April 2026, edition 3 of First contact. That does not reach its target"),
        (told(good="down", target=0.1), "That does not reach its target of 10 % or less."),
        (told(met=0, good="down", target=0.1), "That reaches its target of 10 % or less."),
    ],
)
def test_a_figure_is_told_as_published_and_not_otherwise(figure: FigureTold | None, says: str) -> None:
    said = drafting.figure(figure)
    assert says in said
    assert "is met" not in said


def test_comments_say_what_is_done_what_is_proposed_and_that_nothing_is() -> None:
    some = [
        doing("Trained both teams.", "done", day=DAY),
        doing("Train the third.", due=date(2026, 6, 30), late=3),
        doing("Write it down."),
        doing("A new form.", "dropped", why="It asked twice."),
    ]
    assert drafting.comments(line(), some) == (
        "Done:\n- Trained both teams. (4 May 2026)\n"
        "Proposed:\n- Train the third. (by 30 June 2026, late)\n- Write it down. (without a date on record)\n"
        "Not pursued:\n- A new form. Why not: It asked twice."
    )
    assert drafting.comments(line(), []) == drafting.NO_ACTION
    assert drafting.comments(line(text=None), []) == f"{drafting.NO_TEXT}\n{drafting.NO_ACTION}"


def made() -> dict[str, object]:
    report = ReportTold(
        1, "A report", "An inspectorate", date(2026, 4, 10), date(2026, 6, 5), 32, [line(), line(number=2, text=None)]
    )
    return drafting.draft(report, {1: [doing("Trained.", "done", day=DAY)]}, DAY)


def test_a_letter_is_the_draft_where_nothing_was_edited_and_tells_what_was() -> None:
    draft = made()
    same = drafting.letter(draft, "0" * 64, {})
    assert (same["opening"], same["chief"]) == (draft["opening"], "")
    assert all(one["comments"] == one["drafted"] for one in same["recommendations"])
    other = drafting.letter(draft, "0" * 64, {"2": "The Commissioner asks why.", "chief": "I accept it."})
    assert other["recommendations"][1]["comments"] == "The Commissioner asks why."
    assert drafting.NO_ACTION in other["recommendations"][1]["drafted"]
    assert other["recommendations"][0] == same["recommendations"][0]
    assert other["chief"] == "I accept it."
    assert drafting.parts(draft).keys() == {"opening", "1", "2"}


@pytest.mark.parametrize(
    ("words", "part", "field"),
    [("", "1", "words"), (" \n", "1", "words"), ("x" * 12_001, "1", "words"), ("x", "3", "part"), ("x", "", "part")],
)
def test_what_cannot_be_kept_is_refused(words: str, part: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        drafting.checked(words, part, made())
    assert set(refused.value.fields) == {field}


def test_words_are_kept_without_what_no_page_can_show() -> None:
    assert drafting.checked(" a\x00b\r\nc ", "chief", made()) == "ab\nc"


def test_differences_put_together_give_both_texts() -> None:
    drafted, now = "Done:\n- Trained both teams.", "Done:\n- Trained one team, late."
    found = drafting.differences(drafted, now)
    assert "".join(text for kind, text in found if kind != "in") == drafted
    assert "".join(text for kind, text in found if kind != "out") == now
    assert {kind for kind, _ in found} == {"same", "in", "out"}
    anew = "The Commissioner asks when."
    assert drafting.differences(drafted, anew) == [("out", drafted), ("in", anew)]
