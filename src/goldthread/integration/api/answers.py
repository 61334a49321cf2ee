"""What the API answers: the shapes of an incident and its parts, described once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from goldthread.assessment import marking
from goldthread.assessment.models import STATES
from goldthread.contact import choices
from goldthread.desk.marks import ASSERTIONS
from goldthread.integration.api.fields import Coded, Shown
from goldthread.response.models import ARRIVAL_SOURCES, CLOCKS
from goldthread.response.request_models import ANSWERS, KINDS
from goldthread.response.transfer_models import THRESHOLDS, TRANSFER_ANSWERS

NAMED_LEVELS = [(level, level) for level in ("low", "medium", "high", "immediate")]
LEVELS = [("none", "none"), *NAMED_LEVELS]
READER = [
    ("waiting", "nothing has been said yet"),
    ("down", STATES[1][1]),
    ("abstained", "the text could not be judged"),
    ("nothing", "nothing was noticed, which is no sign of safety"),
    ("read", "read"),
]
REFERENCE = Field(description="The number people say and write.", examples=["AM-261123-0417"])


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


class Clock(Shown):
    """A target that runs."""

    kind: Annotated[str, Coded.of(CLOCKS)]
    started_at: datetime
    due_at: datetime
    over: bool = Field(description="Whether its time has passed.")


class GradeHeld(Shown):
    """A grade the incident holds or held."""

    grade: str = Field(description="The grade's code.", examples=["priority"])
    name: str = Field(description="The grade in words.", examples=["Priority"])
    at: datetime
    by: str = Field(description="Who chose it.")
    why: str | None = Field(description="Why; null while the reason is still owed.")
    why_not_above: str | None = Field(description="Why not the grade above; null while it is still owed.")


class Next(Shown):
    """What is owed next in an open incident."""

    what: str = Field(description="Its code: assess, allocate, arrive, result.", examples=["assess"])
    words: str = Field(description="The same in words.")
    by: datetime = Field(description="By when.")


class Ribbon(Shown):
    """The THRIVE ribbon: what stands above every page of the incident."""

    grade: GradeHeld | None = Field(description="The grade held; null means *not graded yet*.")
    clocks: list[Clock] = Field(description="Running clocks, earliest due first.")
    words_suggest: Annotated[str, Coded.of(NAMED_LEVELS)] | None = Field(
        description="The level the words suggest where it is above the grade; null where it is not above, or not read."
    )
    child: Annotated[str, Coded.of(choices.CHILD_INVOLVED)] = Field(
        description="Whether a child is involved; `possible` until it is known."
    )
    children_answer: Annotated[str, Coded.of(choices.CHILDREN_ANSWERS)] = Field(
        description="The answer to *Children?*; `not_asked` is not *none*."
    )
    children_count: int
    thrive_version: int | None = Field(description="The newest THRIVE version; null where none is written.")
    entries_since_thrive: int | None = Field(description="Entries of words since that version.")
    reader: Reader
    strongest: list[Mark] = Field(description="The strongest marks that want an answer; at most three.")
    owner: str = Field(description="Who owns it: a person or a team's desk.")
    next: Next | None = Field(description="What is owed next; null once it is closed.")


class Particular(Shown):
    """A fact of the contact that may be corrected."""

    kind: Annotated[str, Coded.of(choices.PARTICULARS)]
    text: str | None = Field(description="As it holds now; null means *not known*.")
    at: datetime | None


class Child(Shown):
    """A child as known now."""

    child: UUID = Field(description="Give this to say more of the same child.")
    name: str = Field(description="`unknown` where it is not known.")
    age: int | None = Field(description="In whole years; null means *not known*.")
    age_estimated: bool
    born: date | None = Field(description="Date of birth; null means *not known*.")
    where_now: str
    last_seen_by: str
    last_seen_when: str = Field(description="When, in the speaker's words.")
    seen: Annotated[str, Coded.of(choices.SEEN)]
    at: datetime = Field(description="When this was recorded.")
    erased: bool = Field(description="Whether the particulars were lawfully erased; `name` then says when and why.")


class Thrive(Shown):
    """One THRIVE version, never overwritten."""

    version: int
    at: datetime
    author: str
    elements: dict[str, str] = Field(description="Texts by the element's code; an element left out was not written.")
    interim: str = Field(description="What may happen until police arrive.")
    advice: str = Field(description="Advice given.")
    read_up_to: int = Field(description="`seq` of the last entry its author had before them.")
    erased: bool = Field(description="Whether its texts were lawfully erased.")


class Disagreement(Shown):
    """Where the words suggest more than the grade held."""

    held: str
    suggested: str
    quotes: list[Mark]


class Allocated(Shown):
    """A unit sent to the incident."""

    id: int = Field(description="Give this to record that it arrived or left.")
    unit: str = Field(description="The call sign.", examples=["NA21"])
    sent_at: datetime
    arrived_at: datetime | None
    arrival_source: Annotated[str, Coded.of(ARRIVAL_SOURCES)] | None = Field(description="By whose word it arrived.")
    left_at: datetime | None


class RequestShown(Shown):
    """What somebody asked of a second, senior person, and the answer."""

    id: int
    kind: Annotated[str, Coded.of(KINDS)]
    grade: str | None = Field(description="The lower grade asked for.")
    due_at: datetime | None = Field(description="The later time asked for.")
    closing_reason: str | None = Field(description="The reason for closing asked for.")
    reasons: list[str] = Field(description="Why, as codes.")
    why: str = Field(description="Why, in words; for a closing its result.")
    by: str
    at: datetime
    answer_by: datetime = Field(description="From then on it is with the FIM.")
    waits_for: str = Field(
        description="What stands against approving it now; empty where nothing does, or it is answered."
    )
    answer: Annotated[str, Coded.of(ANSWERS)] | None = Field(description="Null while it is open.")
    answered_by: str | None
    answered_at: datetime | None
    words: str = Field(description="What was said with the answer.")


class Asked(Shown):
    """A request made, now or by an earlier try with the same key."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"request": 17, "answer_by": "2026-11-23T02:24:00Z"}]})
    request: int | None = Field(
        description="Give this to decide or withdraw it; null where nobody else had to be asked."
    )
    answer_by: datetime | None


class HandedOver(Shown):
    """A hand-off made, now or by an earlier try with the same key."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"answer_by": "2026-11-23T02:14:00Z"}]})
    answer_by: datetime = Field(description="From then on its silence alarms.")


class Transferred(Shown):
    """A transfer made, now or by an earlier try with the same key."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"transfer": 3, "answer_by": "2026-11-23T02:24:00Z"}]})
    transfer: int = Field(description="Give this to record their answer.")
    answer_by: datetime = Field(description="From then on their silence alarms.")


class Offered(Shown):
    """A hand-off that nobody has acknowledged yet."""

    to: str
    by: str
    at: datetime
    note: str
    answer_by: datetime


class TransferShown(Shown):
    """Another force or agency that was asked to act."""

    id: int
    agency: str
    reached: str
    what: str
    threshold: Annotated[str, Coded.of(THRESHOLDS)]
    by: str
    at: datetime
    answer_by: datetime
    answer: Annotated[str, Coded.of(TRANSFER_ANSWERS)] | None = Field(description="Null while they have not answered.")
    words: str
    answered_at: datetime | None


class Missed(Shown):
    """A target that was missed."""

    kind: Annotated[str, Coded.of(CLOCKS)]
    due_at: datetime
    stopped_at: datetime | None
    reasons: list[str] = Field(description="Why, as codes; empty where nobody has said yet.")
    why: str


class AskedAgain(Shown):
    """That the incident wants its next THRIVE."""

    since: int = Field(description="The version that is out of date; 0 where none is written yet.")
    reasons: list[str] = Field(description="Why, as codes, in the order in which they came.")
    answer_by: datetime


class IncidentShown(Shown):
    """An incident's record as its page shows it; the timeline is asked for page by page."""

    id: UUID
    reference: str = REFERENCE
    channel: Annotated[str, Coded.of(choices.CHANNELS)]
    area: str = Field(description="Empty while it is not known: it then stands on every area's board.")
    opened_at: datetime
    closed_at: datetime | None = Field(description="Null while it is open.")
    last_seq: int = Field(description="`seq` of the newest line of the timeline.")
    ribbon: Ribbon
    particulars: list[Particular]
    children: list[Child]
    noticed: Noticed
    disagreement: Disagreement | None
    thrive: list[Thrive] = Field(description="Every version, newest first.")
    grades: list[GradeHeld] = Field(description="Every grade it held, newest first.")
    allocations: list[Allocated]
    requests: list[RequestShown] = Field(description="What was asked of a second person, newest first.")
    offered: Offered | None = Field(
        description="What was handed over and nobody has acknowledged; null where nothing was."
    )
    transfers: list[TransferShown] = Field(
        description="Other forces and agencies that were asked to act, newest first."
    )
    missed: list[Missed] = Field(description="Targets that were missed, oldest first.")
    reassess: AskedAgain | None = Field(description="What asks for the next THRIVE; null where nothing does.")


class Line(Shown):
    """One line of the timeline."""

    seq: int = Field(description="Its number, in the order recorded.")
    kind: Annotated[str, Coded.of(choices.ENTRY_KINDS)]
    source: Annotated[str, Coded.of(choices.SOURCES)]
    text: str = Field(description="Somebody's words to the letter, or what the system recorded in words.")
    code: str = Field(description="What the system recorded, as a code; empty for words.")
    occurred_at: datetime = Field(description="When it happened, as the person gave it.")
    recorded_at: datetime = Field(description="When it was recorded, as the database had it.")
    late: bool = Field(description="Whether it was entered late.")
    author: str
    erased: bool = Field(description="Whether the words were lawfully erased; `text` then says when and why.")


class Timeline(Shown):
    """Lines of the timeline in the order recorded."""

    lines: list[Line]
    last_seq: int = Field(description="`seq` of the newest line there is now.")
    more: bool = Field(description="Whether there are lines after these; ask again with `after` the last `seq` here.")


class Opened(Shown):
    """An incident opened, now or by an earlier try with the same key."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "0f9c2a52-7e0b-5a7e-9d3f-1b2c3d4e5f60", "reference": "AM-261123-0417"}]}
    )
    id: UUID
    reference: str = REFERENCE


class Added(Shown):
    """An entry added, now or by an earlier try with the same key."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "seq": 4,
                    "occurred_at": "2026-11-23T02:07:00Z",
                    "recorded_at": "2026-11-23T02:07:12.031Z",
                    "late": False,
                }
            ]
        }
    )
    seq: int = Field(description="Its number in the timeline.")
    occurred_at: datetime
    recorded_at: datetime
    late: bool = Field(description="Whether it is shown as entered late.")


class Written(Shown):
    """A THRIVE version written, now or by an earlier try with the same key."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 1, "at": "2026-11-23T02:09:41.502Z"}]})
    version: int = Field(description="Give this as `based_on` for the next.")
    at: datetime
