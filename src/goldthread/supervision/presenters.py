"""What supervision's pages show. A template only walks what is handed over here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from goldthread.accounts.roles import named
from goldthread.assessment.mode_rules import ALL
from goldthread.assessment.queries import thrive_text
from goldthread.contact import choices
from goldthread.contact.querysets import of_incident
from goldthread.desk.models import BoardRow
from goldthread.desk.presenters import LEVEL_NAMES
from goldthread.desk.record import Record
from goldthread.desk.rows import rows
from goldthread.response.grades import grade
from goldthread.response.request_models import KINDS
from goldthread.supervision import rules
from goldthread.supervision.kinds import names, set_on
from goldthread.supervision.models import ANSWERS, Question
from goldthread.supervision.queries import Waiting, hands_in, open_questions, open_sweeps, reviews_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goldthread.accounts.models import Staff
    from goldthread.contact.models import Incident


def reasons(one: Waiting) -> list[dict[str, Any]]:
    """Why it waits: requests first, then what sweeps found."""
    called = [{"words": "supervisor called now", "request": True, "late": True}] if one.called else []
    asked = [
        {"words": f"asked: {dict(KINDS)[kind].lower()}", "request": True, "late": one.late} for kind in one.requests
    ]
    return called + asked + [{"words": names().get(kind, kind), "request": False, "late": False} for kind in one.kinds]


def listed(some: Sequence[Waiting], closed: dict[UUID, Incident], now: datetime) -> list[dict[str, Any]]:
    """Rows of the queue in order, each as the board shows it, with its reasons; closed ones by their reference."""
    found = BoardRow.objects.filter(pk__in=[one.incident for one in some]).order_by("pk")
    shown = {one["id"]: one for one in rows(found, now, ALL)}
    made = []
    for one in some:
        common = {"id": one.incident, "reasons": reasons(one), "since": one.since, "rank": round(one.rank / 100)}
        if one.incident in shown:
            made.append({**common, "row": shown[one.incident]})
        elif one.incident in closed:
            made.append({**common, "row": None, "incident": closed[one.incident]})
    return made


def counts(numbers: Mapping[str, int]) -> list[dict[str, Any]]:
    """How many wait for each reason, in the order of the file; one incident may count for several."""
    told = {"called": "supervisor called", "request": "requests", **names()}
    return [
        {"code": code, "words": words, "number": numbers[code]} for code, words in told.items() if numbers.get(code)
    ]


def found_here(record: Record, now: datetime) -> list[dict[str, Any]]:
    """What sweeps found in this incident, each with why somebody looks."""
    kinds = set_on(now.date()).kinds
    return [
        {
            "name": names().get(one.kind, one.kind),
            "why": kinds[one.kind].why if one.kind in kinds else "",
            "at": one.found_at,
        }
        for one in open_sweeps(record.incident)
    ]


def differs(record: Record) -> list[dict[str, str]]:
    """What reader and handler saw differently: pairs in words, empty where they agree or the reader read nothing."""
    found = []
    reading, held = record.reading, record.held
    if reading is None or reading.state == "down" or reading.abstain:
        return []
    if record.suggested:
        found.append(
            {
                "what": "Grade",
                "reader": f"words suggest {LEVEL_NAMES[record.suggested]}",
                "handler": held.name if held else "not graded yet",
            }
        )
    answer = record.incident.children_answer
    if reading.child in {"yes", "implied"} and answer in {"not_asked", "asked_none"}:
        said = "a child is named" if reading.child == "yes" else "a child is implied"
        found.append({"what": "Children", "reader": said, "handler": dict(choices.CHILDREN_ANSWERS)[answer]})
    written = _written(record)
    for one in record.noticed.cues:
        said = f"{one.label}: “{one.quote}”"
        if one.answer == "not_so":
            found.append(
                {"what": "Mark", "reader": said, "handler": f"not so: {one.answer_reason.lower()}, {one.answer_by}"}
            )
        elif one.wants:
            found.append({"what": "Mark", "reader": said, "handler": "not answered"})
        elif one.answer == "noted" and written is not None and one.quote.casefold() not in written:
            found.append({"what": "THRIVE", "reader": said, "handler": "noted, and its words are not in the THRIVE"})
    return found


def _written(record: Record) -> str | None:
    """Everything the newest THRIVE says, for comparison; None where there is none."""
    if not record.versions:
        return None
    text = thrive_text(record.versions[0])
    return "\n".join([*text["elements"].values(), text["interim"], text["advice"]]).casefold()


def reviews(record: Record) -> list[dict[str, Any]]:
    """Every review of the incident, newest first."""
    return [
        {
            "answer": dict(ANSWERS)[one.answer],
            "by": named(one.by.name, getattr(one, "acted_as", "")),
            "at": one.at,
            "took": int((one.at - one.began_at).total_seconds()),
            "until": one.until,
            "words": one.words.shown() if one.words else "",
            "kinds": [names().get(each.kind, each.kind) for each in one.sweeps.all()],
            "grade": grade(one.period.grade).name if one.period else "not graded yet",
            "version": one.thrive.version if one.thrive else 0,
            "reply": _reply(one),
        }
        for one in reviews_of(record.incident)
    ]


def _reply(one: Any) -> dict[str, Any] | None:
    question = getattr(one, "question", None)
    if question is None:
        return None
    answer = getattr(question, "answer", None)
    if answer is None:
        return {"open": True, "by": question.answer_by}
    return {"open": False, "who": answer.by.name, "at": answer.at, "words": answer.words.shown()}


_open_questions = of_incident(open_questions)


def asked_here(record: Record, now: datetime) -> list[dict[str, Any]]:
    """Supervisors' questions that stand in the incident, for whoever works on it."""
    return [
        {
            "id": one.pk,
            "words": one.review.words.shown() if one.review.words else "",
            "by": one.review.by.name,
            "at": one.review.at,
            "answer_by": one.answer_by,
            "late": one.answer_by < now,
            "to": one.to.name if one.to else one.to_team.name if one.to_team else "",
        }
        for one in (_open_questions(record.incident) if record.has(Question) else [])
    ]


def may_review(user: Staff, incident: Incident) -> str:
    """Why this person may not review it, in a sentence; empty where they may."""
    return rules.not_yours(user.pk, hands_in(incident))
