"""The verbs about the caller: how the line stands, who speaks, how they may be reached, and attempts to reach them."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from goldthread.audit.models import Payload
from goldthread.config.upward import announce
from goldthread.contact import caller_rules, rules
from goldthread.contact.actions import reopen, say
from goldthread.contact.caller_models import CallBack, LineState, OnLine, SafeContact
from goldthread.contact.events import CallerKnown
from goldthread.contact.work import on_incident

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.contact.caller_rules import Caller, Reachable


def set_line(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, state: str) -> None:
    """Record how the call stands. After a silent, dropped or abandoned one somebody has to be reached before closing."""
    kept = caller_rules.line(state)
    with on_incident(user, incident_id, "entry.add", key, "line", kept) as work:
        if work.done is not None:
            return
        LineState.objects.create(incident=work.incident, state=kept, by=user, at=work.now)
        work.incident.line = kept
        work.event("line.set", state=kept)
        work.involve("author")
        work.act.record("collection", "line.set", [("incident", str(incident_id))], state=kept)
        work.finish()


def log_call_back(
    user: Staff,
    incident_id: uuid.UUID,
    *,
    key: uuid.UUID,
    outcome: str,
    number: str = "",
    text: str = "",
    told: str = "",
    at: datetime | None = None,
    new_risk: str = "",
) -> CallBack:
    """Record one attempt to reach the caller. What was said in it is read like any words, and opens a closed incident.

    ``told`` is what we told them: kept with the attempt and never read, since our own reassurance is no evidence.
    """
    code, dialled = caller_rules.outcome(outcome), rules.short(number, "number", 40)
    words = rules.words(text) if text.strip() else ""
    asked = caller_rules.new_risk(new_risk, code, words)
    ours = caller_rules.told(told, code)
    given = [code, dialled, words, at, *([asked] if asked else []), *([ours] if ours else [])]
    with on_incident(user, incident_id, "entry.add", key, "call back", *given) as work:
        if work.done is not None:
            return CallBack.objects.get(pk=int(work.done))
        when, late = rules.stated_time(at, work.now, "at")
        if words and not work.incident.is_open:
            reopen(work, "late words")
        payload = Payload.objects.keep(dialled) if dialled else None
        data = {"outcome": code, **({"new_risk": asked} if asked else {})}
        work.entry(
            "event", "system", code="callback.logged", data=data, occurred_at=when, late=late,
            text=Payload.objects.keep(ours) if ours else None,
        )  # fmt: skip
        said = say(work, "caller" if code == "answered" else "heard", words, at) if words else None
        made = CallBack.objects.create(
            incident=work.incident,
            number=payload,
            outcome=code,
            said=said,
            new_risk=asked,
            by=user,
            at=when,
            recorded_at=work.now,
        )
        work.involve("author")
        work.act.record("collection", "callback.log", [("incident", str(incident_id))], outcome=code, told=bool(ours))
        work.finish(made.pk)
    return made


def set_on_line(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, caller: Caller) -> None:
    """Record who is on the line. A child who calls is a child involved."""
    kept = caller_rules.caller(caller)
    values = (kept.who, kept.cannot_speak, kept.interpreter, kept.language, kept.relation)
    with on_incident(user, incident_id, "entry.add", key, "on line", *values) as work:
        if work.done is not None:
            return
        OnLine.objects.create(
            incident=work.incident,
            who=kept.who,
            cannot_speak=kept.cannot_speak,
            interpreter=kept.interpreter,
            told=_keep(language=kept.language, relation=kept.relation),
            by=user,
            at=work.now,
        )
        work.incident.on_line = kept.who
        work.event("online.set", who=kept.who, interpreter=kept.interpreter, cannot_speak=kept.cannot_speak)
        work.involve("author")
        work.act.record("collection", "online.set", [("incident", str(incident_id))], who=kept.who)
        announce(CallerKnown(work.incident, work.act))
        work.finish()


def set_safe_contact(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, reachable: Reachable) -> None:
    """Record how the person may safely be reached. *Not safe to call* is an answer, and makes the incident more urgent."""
    kept = caller_rules.reachable(reachable)
    values = (kept.answer, kept.method, kept.voicemail, kept.number, kept.times, kept.code_word)
    with on_incident(user, incident_id, "entry.add", key, "safe contact", *values) as work:
        if work.done is not None:
            return
        SafeContact.objects.create(
            incident=work.incident,
            answer=kept.answer,
            method=kept.method,
            voicemail=kept.voicemail,
            told=_keep(number=kept.number, times=kept.times, code_word=kept.code_word),
            by=user,
            at=work.now,
        )
        work.incident.safe_contact = kept.answer
        work.event("safe_contact.set", answer=kept.answer)
        work.involve("author")
        work.act.record("collection", "safe_contact.set", [("incident", str(incident_id))], answer=kept.answer)
        announce(CallerKnown(work.incident, work.act))
        work.finish()


def _keep(**told: str) -> Payload | None:
    return Payload.objects.keep(json.dumps(told, ensure_ascii=False)) if any(told.values()) else None
