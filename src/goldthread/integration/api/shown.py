"""From an incident's record to what the API answers; the same questions and sentences as the pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from goldthread.accounts.models import Staff
from goldthread.assessment.marking import REASONS
from goldthread.assessment.queries import thrive_text
from goldthread.contact import choices
from goldthread.contact.models import ChildVersion, Incident
from goldthread.desk import presenters
from goldthread.desk.marks import Mark
from goldthread.desk.noticing import CueShown
from goldthread.desk.record import Record
from goldthread.desk.timeline import Line, line
from goldthread.integration.api import answers, answers_lists, answers_reading, answers_response, shown_response

ANSWER_CODES = {words: code for code, words in choices.CHILDREN_ANSWERS}
CHANNEL_CODES = {words: code for code, words in choices.CHANNELS}
REASON_CODES = {words: code for code, words in REASONS}


def incident(record: Record, now: datetime) -> answers.IncidentShown:
    """Everything the incident's page shows but its timeline."""
    held = record.incident
    return answers.IncidentShown(
        id=held.pk,
        reference=held.reference,
        channel=held.channel,
        area=held.area,
        opened_at=held.opened_at,
        closed_at=held.closed_at,
        last_seq=held.last_seq,
        ribbon=ribbon(record, now),
        particulars=_particulars(record),
        children=_children(record),
        noticed=noticed(record),
        disagreement=_disagreement(record),
        thrive=_thrive(record),
        grades=shown_response.grades(record, now),
        allocations=[shown_response.allocated(one) for one in record.allocations],
        requests=[shown_response.request(one, record) for one in record.requests],
        offered=shown_response.offered(record),
        transfers=[shown_response.transfer(one) for one in record.transfers],
        missed=[shown_response.missed(one, record.delays.get(one.pk)) for one in record.missed(now)],
        reassess=shown_response.reassess(record),
    )


def ribbon(record: Record, now: datetime) -> answers.Ribbon:
    """The ribbon in codes."""
    shown = presenters.ribbon(record, now)
    held = record.incident
    owed_at = shown["owed_at"]
    return answers.Ribbon(
        grade=shown_response.held(record),
        clocks=[
            answers_response.Clock(kind=one.kind, started_at=one.started_at, due_at=one.due_at, over=one.due_at < now)
            for one in record.clocks
        ],
        words_suggest=record.suggested or None,
        child=record.child,
        children_answer=held.children_answer,
        children_count=shown["children_count"],
        thrive_version=shown["version"].version if shown["version"] else None,
        entries_since_thrive=shown["new_since"] if shown["version"] else None,
        reader=_reader(record),
        strongest=quoted(shown["strongest"]),
        owner=shown["owner"],
        owner_id=held.owner_id,
        next=answers_response.Next(what=held.next_action, words=shown["owed"], by=owed_at) if owed_at else None,
    )


def noticed(record: Record) -> answers_reading.Noticed:
    """The newest reading. Where the words were not judged there is no answer, not a reassuring one."""
    reading = record.reading
    marks = sorted(record.marks, key=lambda mark: (not mark.stands, -mark.score, mark.entry, mark.start))
    judged = (
        reading
        if reading is not None and (reading.at_risk or (reading.state == "read" and not reading.abstain))
        else None
    )
    return answers_reading.Noticed(
        reader=_reader(record),
        at=reading.at if reading else None,
        child=judged.child if judged else None,
        at_risk=judged.at_risk if judged else None,
        probability=judged.probability if judged else None,
        level=judged.level if judged else None,
        adult_vulnerability=judged.adult_vulnerability if judged else None,
        questions=[question for _, question in record.noticed.prompts],
        marks=quoted(marks),
        cues=[_cue(one) for one in record.noticed.cues],
        engine=reading.engine if reading else "",
        lexicon=reading.lexicon if reading else "",
        path=reading.path if reading else "",
        model=reading.model if reading else None,
        doubt=reading.doubt if reading else "",
    )


def timeline_line(entry: Any) -> answers.Line:
    """One line, its words to the letter."""
    shown: Line = line(entry, [])
    return answers.Line(
        seq=shown.seq,
        kind=shown.kind,
        source=entry.source,
        text="".join(piece.text for piece in shown.pieces) or shown.what,
        code=entry.code,
        occurred_at=shown.at,
        recorded_at=shown.recorded_at,
        late=shown.late,
        author=shown.author,
        erased=shown.erased,
    )


def briefs(incidents: list[Incident], user: Staff) -> list[answers_lists.Brief]:
    """Incidents as a list shows them."""
    return [
        answers_lists.Brief(
            id=one.pk,
            reference=one.reference,
            opened_at=one.opened_at,
            closed_at=one.closed_at,
            child=shown["child"],
            children_answer=one.children_answer,
            place=shown["place"],
            owner=shown["owner"],
            next=shown["owed"],
        )
        for one, shown in zip(incidents, presenters.listed(incidents, user), strict=True)
    ]


def row(shown: dict[str, Any]) -> answers_lists.Row:
    """A row of the board, from what the board's page shows."""
    names = (
        "id",
        "reference",
        "grade",
        "child",
        "what",
        "place",
        "area",
        "owner",
        "attended",
        "over",
        "why",
        "needs",
        "sum",
    )
    return answers_lists.Row(
        **{name: shown[name] for name in names},
        unread="unread" in shown["needs"],
        words_suggest=shown["suggests"],
        children_answer=ANSWER_CODES[shown["children_answer"]],
        next=shown["owed"],
        elapsed_s=shown["elapsed"],
        target_s=shown["target"],
    )


def waiting(shown: dict[str, Any]) -> answers_lists.Waiting:
    """A row of the inbox, from what the inbox's page shows."""
    names = (
        "id",
        "reference",
        "what",
        "began",
        "grade",
        "child",
        "place",
        "area",
        "owner",
        "started_at",
        "over",
    )
    return answers_lists.Waiting(
        **{name: shown[name] for name in names},
        unread="unread" in shown["needs"],
        channel=CHANNEL_CODES[shown["channel"]],
        words_suggest=shown["suggested"] or None,
        children_answer=ANSWER_CODES[shown["children_answer"]],
        elapsed_s=shown["elapsed"],
        target_s=shown["target"],
    )


def quoted(marks: Iterable[Mark]) -> list[answers_reading.Mark]:
    """Marks with their quotes."""
    return [
        answers_reading.Mark(**{name: asdict(one)[name] for name in answers_reading.Mark.model_fields}) for one in marks
    ]


def _cue(one: CueShown) -> answers_reading.Cue:
    answered = None
    if one.answer and one.answer_at:
        reason = REASON_CODES.get(one.answer_reason)
        answered = answers_reading.Answered(answer=one.answer, reason=reason, by=one.answer_by, at=one.answer_at)
    same = ("cue", "label", "assertion", "critical", "wants", "revived", "facts", "element")
    return answers_reading.Cue(
        **{name: getattr(one, name) for name in same}, quotes=[one.quote, *one.more], answered=answered
    )


def _reader(record: Record) -> answers_reading.Reader:
    return answers_reading.Reader(state=record.noticed.code, say=record.noticed.say)


def _disagreement(record: Record) -> answers.Disagreement | None:
    found = presenters.disagreement(record)
    if found is None:
        return None
    return answers.Disagreement(held=found["held"], suggested=found["suggested"], quotes=quoted(found["quotes"]))


def _particulars(record: Record) -> list[answers.Particular]:
    return [
        answers.Particular(kind=shown["kind"], text=shown["text"] or None, at=shown["at"])
        for shown in presenters.particulars(record)
        if shown["kind"] != "area"
    ]


def _children(record: Record) -> list[answers.Child]:
    return [_child(one, shown.name) for one, shown in zip(record.children, presenters.children(record), strict=True)]


def _child(one: ChildVersion, name: str) -> answers.Child:
    facts = presenters.child_facts(one)
    return answers.Child(
        child=one.child,
        name=name,
        age=one.age,
        age_estimated=one.age_estimated,
        born=date.fromisoformat(facts["born"]) if facts.get("born") else None,
        where_now=facts["where_now"],
        last_seen_by=facts["last_seen_by"],
        last_seen_when=facts.get("last_seen_when", ""),
        version=one.version,
        seen=one.seen,
        at=one.at,
        erased=one.particulars.erased_at is not None,
    )


def _thrive(record: Record) -> list[answers.Thrive]:
    found = []
    for one in record.versions:
        text = thrive_text(one)
        found.append(
            answers.Thrive(
                version=one.version,
                at=one.at,
                author=one.author.name if one.author else "imported",
                elements={code: words for code, words in text["elements"].items() if words},
                interim=text["interim"],
                advice=text["advice"],
                read_up_to=one.read_up_to,
                erased=one.text.erased_at is not None,
            )
        )
    return found
