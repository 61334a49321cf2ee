"""Operations of the plan as the Commissioner's office is told of it, and of its comments under section 55."""

from __future__ import annotations

from typing import Annotated

from django.db import connection
from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.commissioner import drafting, letter_actions, letter_queries, published_actions
from goldthread.commissioner.actions import ISSUE, SEE
from goldthread.commissioner.letter_actions import CHIEF, NO_LETTER, WRITE
from goldthread.commissioner.letter_queries import Comments
from goldthread.commissioner.published_actions import PUBLISHED
from goldthread.commissioner.published_rules import PLACE_LONGEST
from goldthread.commissioner.status import FigureTold, Line, status
from goldthread.config.errors import Invalid, NotThere
from goldthread.contact.known import force_day
from goldthread.improvement.entry_rules import LONGEST
from goldthread.improvement.told import CommentsSaid
from goldthread.integration.api import answers_letter as answers
from goldthread.integration.api.fields import LARGEST_ID, Day, Given, Key
from goldthread.integration.api.operations import operation

router = Router(tags=["Commissioner's letter"])
ReportId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The report, by the `id` that the plan gave.")]


class LetterSeenGiven(Given):
    """Something to freeze."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"seen": "0" * 64}]})
    seen: str = Field(
        max_length=64,
        pattern=r"^[0-9a-f]{64}$",
        description="The `sha256` of what was looked at: exactly that is frozen.",
    )


class LetterWordsGiven(Given):
    """A part written anew."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "The Commissioner notes it.", "seen": 0}]})
    words: str = Field(max_length=drafting.LONGEST)
    seen: int = Field(ge=0, le=2**31 - 1, description="The `version` that was looked at.")


class LetterPartGiven(LetterWordsGiven):
    """A part of the office's, written anew."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"part": "opening", "words": "The Commissioner notes it.", "seen": 0}]}
    )
    part: str = Field(max_length=10, description="`opening`, or a recommendation's number.")


class LetterPublishedGiven(Given):
    """When and where the comments were published."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"day": "2026-06-04", "place": "https://example.org/comments", "letter": "", "words": "", "seen": 0}
            ]
        }
    )
    day: Day
    place: str = Field(max_length=PLACE_LONGEST, description="The address of the page, or a reference.")
    letter: str = Field(
        "",
        max_length=64,
        pattern=r"^([0-9a-f]{64})?$",
        description="The `sha256` of the letter issued here; empty for another text.",
    )
    words: str = Field("", max_length=LONGEST, description="Why it is corrected; needed once something was said.")
    seen: int = Field(ge=0, le=2**15 - 1, description="The `number` of what was said last; 0 for nothing.")


class LetterBackGiven(Given):
    """Why it is taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "The page was not public yet.", "seen": 1}]})
    words: str = Field(max_length=LONGEST)
    seen: int = Field(ge=0, le=2**15 - 1, description="The `number` of what was said last.")


@operation(
    router, "GET", "/published/plan", SEE, "none", answers={200: answers.PlanStatus}, summary="Read the plan's status"
)
def read_plan_status(
    request: HttpRequest,  # noqa: ARG001
    as_at: Annotated[Day | None, Query(description="At the end of which day; now, where left out.")] = None,
) -> answers.PlanStatus:
    """States, dates and offices as at a day, with figures as they had been published by then. Nobody's record."""
    if as_at is not None and as_at > force_day(database_now(connection)):
        raise Invalid({"as_at": "That day has not come."})
    found = status(as_at)
    return answers.PlanStatus(
        as_at=found.today,
        reports=[
            answers.StatusReport(
                id=one.id, name=one.name, source=one.source, published_on=one.published_on, comments_on=one.comments_on,
                comments_left=one.comments_left, comments_published_on=one.comments_published_on, comments_late=one.comments_late,
                recommendations=[_line(each) for each in one.lines],
            )
            for one in found.reports
        ],
    )  # fmt: skip


@operation(
    router, "GET", "/published/letters/{int:report}", SEE, "consultation", answers={200: answers.LetterShown}, summary="Read a letter",
)  # fmt: skip
def read_letter(request: HttpRequest, report: ReportId) -> answers.LetterShown:
    """The comments on a report: each part as drafted and as it is now, and the letter's digest once it is issued."""
    found = _found(report)
    record_consultation(staff(request), SEE, [("plan-report", str(report))])
    digest = found.letter.sha256 if found.letter else None
    if digest is None and found.draft is not None:
        digest = letter_queries.composed(found.draft).sha256
    assert found.report.comments_on is not None
    return answers.LetterShown(
        report=report, name=found.report.name, comments_on=found.report.comments_on, comments_left=found.report.comments_left,
        published=[_said(one) for one in found.report.comments_said],
        draft=found.draft.number if found.draft else None, draft_sha256=found.draft.sha256 if found.draft else None,
        parts=_parts(found), sha256=digest, issued_at=found.letter.at if found.letter else None,
    )  # fmt: skip


@operation(
    router, "GET", "/published/letters/{int:report}/draft", ISSUE, "none", answers={200: answers.LetterDrafted},
    summary="Read a letter's draft",
)  # fmt: skip
def read_letter_draft(request: HttpRequest, report: ReportId) -> answers.LetterDrafted:  # noqa: ARG001
    """The draft that the record gives now, which the Commissioner's office does not see before it is put before them."""
    made = letter_queries.drafted(report)
    if made is None:
        raise NotThere(NO_LETTER)
    parts = [
        answers.LetterPart(part=code, drafted=words, words=words, version=0)
        for code, words in drafting.parts(made.content).items()
    ]
    return answers.LetterDrafted(sha256=made.sha256, parts=parts)


@operation(
    router, "POST", "/published/letters/{int:report}/draft", ISSUE, "disclosure", answers={201: answers.LetterMade},
    summary="Put a letter's draft before the office",
)  # fmt: skip
def put_letter_draft(
    request: HttpRequest, report: ReportId, key: Key, given: LetterSeenGiven
) -> Status[answers.LetterMade]:
    """Puts it there as it was seen. Refused (409) where the record changed since, or the letter was issued."""
    made = letter_actions.put(staff(request), report, key=key, seen=given.seen)
    return Status(201, answers.LetterMade(number=made.number))


@operation(
    router, "POST", "/published/letters/{int:report}/parts", WRITE, "collection", answers={201: answers.LetterMade},
    summary="Write a part of a letter",
)  # fmt: skip
def write_letter_part(
    request: HttpRequest, report: ReportId, key: Key, given: LetterPartGiven
) -> Status[answers.LetterMade]:
    """Keeps a version of the part. Refused (409) where somebody wrote a newer one, or the letter was issued."""
    if given.part == drafting.CHIEF:
        raise Invalid({"part": "The force writes the chief constable's comments. Nothing was saved."})
    made = letter_actions.write(staff(request), report, key=key, **given.model_dump())
    return Status(201, answers.LetterMade(number=made.number))


@operation(
    router, "POST", "/published/letters/{int:report}/chief", CHIEF, "collection", answers={201: answers.LetterMade},
    summary="Write the chief constable's comments",
)  # fmt: skip
def write_letter_chief(
    request: HttpRequest, report: ReportId, key: Key, given: LetterWordsGiven
) -> Status[answers.LetterMade]:
    """Keeps a version of them. Refused (409) where somebody wrote a newer one, or the letter was issued."""
    made = letter_actions.write(staff(request), report, key=key, part=drafting.CHIEF, **given.model_dump())
    return Status(201, answers.LetterMade(number=made.number))


@operation(
    router, "POST", "/published/letters/{int:report}/issue", WRITE, "disclosure", answers={201: answers.LetterMade},
    summary="Issue a letter",
)  # fmt: skip
def issue_letter(
    request: HttpRequest, report: ReportId, key: Key, given: LetterSeenGiven
) -> Status[answers.LetterMade]:
    """Issues it once, as it was seen. Refused (409) without a draft, where somebody wrote in it since, or where it was issued."""
    letter_actions.issue(staff(request), report, key=key, seen=given.seen)
    return Status(201, answers.LetterMade(number=1))


@operation(
    router, "POST", "/published/letters/{int:report}/published", PUBLISHED, "collection", answers={201: answers.LetterMade},
    summary="Say that a letter's comments were published",
)  # fmt: skip
def say_letter_published(
    request: HttpRequest, report: ReportId, key: Key, given: LetterPublishedGiven
) -> Status[answers.LetterMade]:
    """Stops the clock; a later one corrects it, with why. Refused (409) where somebody said it otherwise since."""
    made = published_actions.say_published(staff(request), report, key=key, **given.model_dump())
    return Status(201, answers.LetterMade(number=made.number))


@operation(
    router, "POST", "/published/letters/{int:report}/published/back", PUBLISHED, "alteration", answers={201: answers.LetterMade},
    summary="Take back that a letter's comments were published",
)  # fmt: skip
def take_back_letter_published(
    request: HttpRequest, report: ReportId, key: Key, given: LetterBackGiven
) -> Status[answers.LetterMade]:
    """The clock runs on; what was said before stands in the history. Refused (409) where somebody said it otherwise since."""
    made = published_actions.take_back(staff(request), report, key=key, words=given.words, seen=given.seen)
    return Status(201, answers.LetterMade(number=made.number))


def _said(one: CommentsSaid) -> answers.LetterSaid:
    return answers.LetterSaid(
        number=one.number, day=one.day, place=one.place, letter=one.letter, why=one.why, late=one.late, office=one.office,
        on_word=one.on_word, said_at=one.at,
    )  # fmt: skip


def _found(report: int) -> Comments:
    found = letter_queries.one(report)
    if found is None:
        raise NotThere(NO_LETTER)
    return found


def _parts(found: Comments) -> list[answers.LetterPart]:
    if found.draft is None or not found.draft.content:
        return []
    drafts = {**drafting.parts(found.draft.content), drafting.CHIEF: ""}
    versions = letter_queries.texts(found.report.id)
    return [
        answers.LetterPart(
            part=code,
            drafted=words,
            words=versions[code][0].words.shown() if code in versions else words,
            version=len(versions.get(code, [])),
        )
        for code, words in drafts.items()
    ]


def _line(one: Line) -> answers.StatusLine:
    return answers.StatusLine(
        number=one.number, text=one.text, state=one.state, because=one.because, since=one.since, reference=one.reference,
        due_on=one.due_on, owner=one.office, figure=_figure(one.figure) if one.figure else None,
    )  # fmt: skip


def _figure(one: FigureTold) -> answers.StatusFigure:
    told = one.published
    return answers.StatusFigure(
        name=one.name, target=one.target, good=one.good, table=told.table if told else None,
        edition=told.edition if told else None, period=told.period if told else None, state=told.state if told else "",
        of=told.of if told else None, met=told.met if told else None,
    )  # fmt: skip
