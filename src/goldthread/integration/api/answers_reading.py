"""What the API answers about what the reader noticed, and what people answered to it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from goldthread.assessment import marking
from goldthread.assessment.models import STATES
from goldthread.desk.marks import ASSERTIONS
from goldthread.integration.api.fields import Coded, Shown

NAMED_LEVELS = [(level, level) for level in ("low", "medium", "high", "immediate")]
LEVELS = [("none", "none"), *NAMED_LEVELS]
READER = [
    ("waiting", "nothing has been said yet"),
    ("down", STATES[1][1]),
    ("off", STATES[2][1]),
    ("silent", "the reader is silent for this user: nothing of it is shown"),
    ("blind_first", "shown once this user's team has saved its first assessment"),
    ("abstained", "the text could not be judged"),
    ("nothing", "nothing was noticed, which is no sign of safety"),
    ("read", "read"),
]


class Mark(Shown):
    """One thing the reader noticed in the words, with its quote. It advises; it never says that there is no risk."""

    cue: str = Field(description="The cue's code in the lexicon.", examples=["not-seen"])
    label: str = Field(description="The cue in words.")
    quote: str = Field(description="The words it rests on.")
    entry: int = Field(description="`seq` of the entry the words stand in.")
    start: int = Field(description="Where the quote begins in that entry's text, in Unicode code points from 0.")
    end: int = Field(description="Where it ends; `text[start:end]` is the quote.")
    assertion: Annotated[str, Coded.of((code, words or "said to be so") for code, words in ASSERTIONS.items())] = Field(
        description="How the words are meant."
    )
    stands: bool = Field(description="Whether it wants an answer from a person.")
    critical: bool = Field(description="Whether life may be at stake: such a cue is never set aside by words nearby.")
    why: str = Field(description="Why it matters.")
    question: str = Field(description="What to ask next; may be empty.")


class Answered(Shown):
    """What a person answered last to the marks of one cue."""

    answer: Annotated[str, Coded.of(marking.ANSWERS)]
    reason: Annotated[str, Coded.of(marking.REASONS)] | None = Field(
        description="Why it is not so; null for the other answers."
    )
    by: str = Field(description="Whose answer it is, by initials.")
    at: datetime


class Cue(Shown):
    """One cue in the words: its marks are answered together, and a new fact asks again."""

    cue: str = Field(description="The cue's code; give this to answer it.", examples=["not-seen"])
    label: str = Field(description="The cue in words.")
    quotes: list[str] = Field(description="The words it rests on, the strongest first; `marks` has every one.")
    assertion: Annotated[str, Coded.of((code, words or "said to be so") for code, words in ASSERTIONS.items())] = Field(
        description="How the strongest words are meant."
    )
    critical: bool = Field(description="Whether life may be at stake.")
    wants: bool = Field(description="Whether it wants an answer from a person now.")
    revived: bool = Field(description="Whether it was answered before a new fact came, and wants an answer again.")
    answered: Answered | None = Field(description="The newest answer; null means *not answered yet*.")
    facts: list[str] = Field(
        description="What it rests on now, as codes without words; give them back with the answer."
    )
    element: str = Field(description="The element of the THRIVE to which it belongs first.", examples=["risk"])


class Reader(Shown):
    """The state of the reader for this incident."""

    state: Annotated[str, Coded.of(READER)] = Field(
        description="Only `read` and `nothing` mean that the words were read."
    )
    say: str = Field(description="The same in a sentence that a person is to be shown; empty where it was read.")


class Noticed(Shown):
    """The newest reading of everything said. Null stands for *no answer* and must never be shown as *none*."""

    reader: Reader
    at: datetime | None = Field(description="When it was read.")
    child: Annotated[str, Coded.of([("yes", "yes"), ("implied", "implied"), ("no", "not in these words")])] | None = (
        Field(description="Whether the words name or imply a child; null where they could not be judged.")
    )
    at_risk: bool | None = Field(description="Whether a child seems at risk; null where it could not be judged.")
    probability: float | None = Field(description="Of a child at risk, 0 to 1; null where it could not be judged.")
    level: Annotated[str, Coded.of(LEVELS)] | None = Field(
        description="The urgency the words suggest; null where it could not be judged."
    )
    adult_vulnerability: bool | None = Field(description="Whether an adult seems vulnerable.")
    questions: list[str] = Field(description="What to ask next, most important first; at most three.")
    marks: list[Mark] = Field(description="Everything noticed, what wants an answer first.")
    cues: list[Cue] = Field(description="The same by cue with what was answered, what wants an answer first.")
    engine: str = Field(description="Version of the reader; empty where it did not read.")
    lexicon: str = Field(description="Version of its lexicon; empty where it did not read.")
    path: Annotated[str, Coded.of([("", "not read"), ("fast", "by known wordings"), ("full", "in full")])] = Field(
        description="How far the words were read; the full reading follows the fast one within moments."
    )
    model: str | None = Field(description="Version of the network of a full reading.")
    doubt: str = Field(description="Why a full reading is not sure of its answer; empty where it is.")
