"""How a record is scored, how records are drawn, and who may score which: values in, answer or refusal out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any, TypeVar

from goldthread.config import dated
from goldthread.config.errors import Invalid, Refused
from goldthread.contact.rules import tidy
from goldthread.figures.draws import draw

T = TypeVar("T")
ANSWERS = [("yes", "Yes"), ("partly", "Partly"), ("no", "No"), ("na", "Not applicable")]
POINTS = {"yes": 1.0, "partly": 0.5, "no": 0.0}
RESULTS = [
    ("good", "Good"),
    ("fair", "Requires improvement"),
    ("inadequate", "Inadequate"),
    ("unscorable", "Cannot be scored"),
]
REPLIES = [("agrees", "Acknowledged"), ("disputes", "Disputed")]
RULINGS = [("stands", "The score stands"), ("again", "It is scored again by another assessor")]
LONGEST, MOST = 4_000, 1_000
"""Characters of what an assessor writes; records of one draw *(ours)*."""
TOO_LONG = f"That is longer than {LONGEST:,} characters. Nothing was saved; shorten it."
NOT_THERE = "There is no such record, or it is not yours to score."
CHANGED = "This record was scored or freed since you opened it. Nothing was saved; what you chose is still here."


@dataclass(frozen=True)
class Question:
    """A question of a form, with what each answer means."""

    code: str
    section: str
    asks: str
    weight: int
    yes: str
    partly: str
    no: str


@dataclass(frozen=True)
class Form:
    """A form as it was in force on a day, with the strata of a draw in the order in which a record falls into one."""

    name: str
    double: int
    answer_days: int
    good: int
    fair: int
    strata: Mapping[str, str]
    questions: tuple[Question, ...]
    critical: Mapping[str, str]
    kept: Mapping[str, Any]
    """The set as it stands in the file: what a round keeps."""

    @property
    def sections(self) -> list[tuple[str, list[Question]]]:
        """The questions by section, in order."""
        return [(name, list(some)) for name, some in groupby(self.questions, lambda one: one.section)]


def made(row: Mapping[str, Any]) -> Form:
    """A form from its set in the file, or from what a round kept of it. Raises ``ValueError`` for a code given twice."""
    questions = tuple(Question(**one) for one in row["question"])
    for codes in ([one.code for one in questions], [one["code"] for one in row["stratum"]]):
        if len(set(codes)) < len(codes):
            raise ValueError("quality.toml: two questions, or two strata, have one code")
    return Form(
        row["name"], row["double"], row["answer_days"], row["good"], row["fair"], {one["code"]: one["name"] for one in row["stratum"]}, questions,
        {one["code"]: one["says"] for one in row["critical"]}, {name: value for name, value in row.items() if name != "from"},
    )  # fmt: skip


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, Form]]:
    return dated.sets("quality", "quality.toml", made)


def form_on(day: date) -> Form:
    """The form in force on a day."""
    return dated.on(_sets(), day)


def stratum(facts: Collection[str], form: Form) -> str:
    """The first stratum, in the form's order, whose fact holds; the last takes what none does."""
    return next((code for code in form.strata if code in facts), list(form.strata)[-1])


def plan(since: date, until: date, today: date, numbers: Mapping[str, int], form: Form) -> dict[str, int]:
    """How many to draw of each stratum. Raises ``Invalid`` for a period that has not ended, or numbers that draw nothing or too much."""
    wrong = {}
    if until < since:
        wrong["until"] = "The period ends before it begins. Nothing was drawn; give a later day."
    elif until >= today:
        wrong["until"] = "The period has not ended yet. Nothing was drawn; give a day before today."
    if unknown := set(numbers) - set(form.strata):
        raise Invalid({"numbers": f"The form has no stratum {min(unknown)}. Nothing was drawn."})
    if any(number < 0 for number in numbers.values()):
        wrong["numbers"] = "A number cannot be below none. Nothing was drawn."
    elif not 0 < sum(numbers.values()) <= MOST:
        wrong["numbers"] = f"Draw one record at least and {MOST:,} at most. Nothing was drawn; change the numbers."
    if wrong:
        raise Invalid(wrong)
    return {code: numbers.get(code, 0) for code in form.strata}


def doubled(drawn: Sequence[T], share: int, seed: str) -> set[T]:
    """Which of all drawn records a second assessor scores as well: ``share`` in a hundred, one at least where any were drawn."""
    number = max(round(len(drawn) * share / 100), 1) if share and drawn else 0
    return set(draw(drawn, number, f"{seed}.double"))


def checked(
    form: Form, answers: Mapping[str, str], critical: Collection[str], words: str
) -> tuple[dict[str, str], list[str], str]:
    """What an assessor chose, as it will be kept. Raises ``Invalid`` where an answer is missing or is none of the form's, where a critical
    fail or a record that cannot be scored is not explained, and where the words are too many.
    """
    wrong = {
        one.code: f"{one.section}: choose an answer."
        for one in form.questions
        if answers.get(one.code) not in dict(ANSWERS)
    }
    if unknown := set(answers) - {one.code for one in form.questions}:
        raise Invalid({"answers": f"The form has no question {min(unknown)}. Nothing was saved."})
    if unknown := set(critical) - set(form.critical):
        raise Invalid({"critical": f"The form has no critical fail {min(unknown)}. Nothing was saved."})
    kept = _tidied(words)
    if len(kept) > LONGEST:
        wrong["words"] = TOO_LONG
    elif critical and not kept:
        wrong["words"] = "Write what the critical fail rests on, in the record's words."
    elif not kept and not wrong and set(answers.values()) == {"na"}:
        wrong["words"] = "Nothing applies, so it cannot be scored. Write why."
    if wrong:
        raise Invalid(wrong)
    ordered = {one.code: answers[one.code] for one in form.questions}
    return ordered, [code for code in form.critical if code in critical], kept


def words(given: str, needed: str = "") -> str:
    """An answer's words as they will be kept. Raises ``Invalid`` for too many, and for none where ``needed`` is the sentence that asks."""
    kept = _tidied(given)
    if needed and not kept:
        raise Invalid({"words": needed})
    if len(kept) > LONGEST:
        raise Invalid({"words": TOO_LONG})
    return kept


def _tidied(given: str) -> str:
    return tidy(given.replace("\r\n", "\n").replace("\r", "\n")).strip()


def points(form: Form, answers: Mapping[str, str]) -> float | None:
    """Points of a hundred; None where nothing applies."""
    counted = [(one.weight, POINTS[answers[one.code]]) for one in form.questions if answers[one.code] in POINTS]
    whole = sum(weight for weight, _ in counted)
    return 100 * sum(weight * point for weight, point in counted) / whole if whole else None


def result(form: Form, answers: Mapping[str, str], critical: Collection[str]) -> str:
    """One of ``RESULTS``: a critical fail makes it inadequate whatever the points."""
    if critical:
        return "inadequate"
    reached = points(form, answers)
    if reached is None:
        return "unscorable"
    return "good" if reached >= form.good else "fair" if reached >= form.fair else "inadequate"


def may_score(user: int, hands: Collection[int], others: Collection[int]) -> None:
    """Raise ``Refused`` for who worked on the incident, and for who scored it as the other assessor."""
    if user in hands:
        raise Refused("You worked on this incident, so another assessor scores it. Nothing was changed.")
    if user in others:
        raise Refused("You score this record already, so another assessor is its second. Nothing was changed.")
