"""The verbs of police protection: recording it, adding to it, its ending; and the discussion and conference about a child."""

from __future__ import annotations

import json
import uuid
from dataclasses import astuple
from datetime import datetime

from goldthread.accounts.models import Staff
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.contact.work import Work, on_incident
from goldthread.safeguarding import clock_actions
from goldthread.safeguarding import protection_rules as rules
from goldthread.safeguarding.clock_queries import running
from goldthread.safeguarding.protection_child_actions import child_of, open_again
from goldthread.safeguarding.protection_models import ChildMeeting, Protection, ProtectionVersion
from goldthread.safeguarding.protection_queries import in_sight, newest, officer_called

VERB = "protection.record"
NOT_THERE = "There is no such record of police protection, or it is not one that you may see."


def take(
    user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, given: rules.Given, child: str = "", name: str = ""
) -> Protection:
    """Record that a child was taken into police protection; the child and the time are enough, the rest is owed.

    ``child`` empty: one by ``name`` who is not on record yet. Raises ``Refused`` where this child's protection runs already.
    """
    with on_incident(user, incident_id, VERB, key, "protection", child, name, *astuple(given)) as work:
        if work.done is not None:
            return Protection.objects.get(pk=work.done)
        kept = rules.kept(given, work.now)
        taken_at = rules.taken(given.taken_at, work.now)
        whom = child_of(work, child, name, key)
        runs = Protection.objects.filter(incident=work.incident, child=whom, ended_at__isnull=True).first()
        if runs is not None:
            raise Refused(
                f"This child's protection is on record already, as {runs.pk}: add to that. What you wrote is still here."
            )
        open_again(work, "police protection")
        made = Protection.objects.create(
            incident=work.incident, child=whom, taken_at=taken_at, lapses_at=rules.lapses_at(taken_at), by=user, at=work.now,
        )  # fmt: skip
        _version(work, made, kept, None)
        clock_actions.start(
            work.act, rules.RULE, about=("protection", made.pk), incident=work.incident, began_at=taken_at
        )
        clock_actions.start(
            work.act, "strategy_discussion", about=("child", whom), incident=work.incident, began_at=taken_at
        )
        work.event("protection.taken", protection=made.pk, taken_at=taken_at.isoformat())
        _end(work, "collection", "protection.take", made, made.pk)
    return made


def add(user: Staff, protection_id: int, *, key: uuid.UUID, given: rules.Given) -> None:
    """Add what was owed, or correct it, the time included: the clock then runs from the right one. Empty fields change nothing.

    Raises ``Invalid`` for nothing, and for another time once it has ended.
    """
    with on_incident(user, _incident(user, protection_id), VERB, key, "added", protection_id, *astuple(given)) as work:
        if work.done is not None:
            return
        held = _locked(protection_id)
        kept = rules.kept(given, work.now)
        if not kept.anything:
            raise Invalid({"where_now": "Nothing is filled in. Write what is known now, then send it."})
        if given.taken_at is not None and given.taken_at != held.taken_at:
            _correct_time(work, held, rules.taken(given.taken_at, work.now))
        _version(work, held, kept, newest(held))
        work.event("protection.added", protection=held.pk)
        _end(work, "alteration", "protection.add", held)


def end(
    user: Staff, protection_id: int, *, key: uuid.UUID, how: str, ended_at: datetime | None, words: str = ""
) -> None:
    """Record how and when it ended, which stops its clock. Raises ``Refused`` where it has ended."""
    what = ("ended", protection_id, how, ended_at, words)
    with on_incident(user, _incident(user, protection_id), VERB, key, *what) as work:
        if work.done is not None:
            return
        held = _locked(protection_id)
        if held.ended_at is not None:
            raise Refused("The ending of this is on record already. Nothing was changed.")
        at, said = rules.ending(how, ended_at, words, held.taken_at, work.now)
        held.ended_at, held.ended_how, held.ended_by, held.ended_recorded_at = at, how, user, work.now
        held.ended_words = Payload.objects.keep(said) if said else None
        held.save()
        clock_actions.stop(work.act, ("protection", held.pk), how, by=user)
        work.event("protection.ended", protection=held.pk, how=how, at=at.isoformat())
        _end(work, "alteration", "protection.end", held)


def met(
    user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, child: str,
    kind: str, held_at: datetime | None, outcome: str, who: str = "", words: str = "",
) -> ChildMeeting:  # fmt: skip
    """Record a strategy discussion, which starts the conference's clock where an enquiry follows, or a conference."""
    with on_incident(user, incident_id, VERB, key, "met", child, kind, held_at, outcome, who, words) as work:
        if work.done is not None:
            return ChildMeeting.objects.get(pk=work.done)
        kept = rules.meeting(kind, held_at, outcome, who, words, work.now)
        if not child:
            raise Invalid({"child": "Choose which child it was about."})
        whom = child_of(work, child)
        texts = [Payload.objects.keep(one) if one else None for one in (kept.who, kept.words)]
        made = ChildMeeting(
            incident=work.incident, child=whom, kind=kind, held_at=kept.held_at, outcome=outcome,
            who=texts[0], words=texts[1], by=user, at=work.now,
        )  # fmt: skip
        made.save()
        about = ("child", whom)
        ended = "strategy_discussion" if kind == "strategy" else "protection_conference"
        clock_actions.stop(work.act, about, outcome, rule=ended, by=user)
        if outcome == "enquiry":
            clock_actions.start(
                work.act, "protection_conference", about=about, incident=work.incident, began_at=kept.held_at
            )
        work.event("protection.met", kind=kind, outcome=outcome)
        work.involve("author")
        subjects = [("incident", str(work.incident.pk)), ("child", str(whom))]
        work.act.record("collection", "protection.meet", subjects, kind=kind, outcome=outcome)
        work.finish(made.pk)
    return made


def _correct_time(work: Work, held: Protection, taken_at: datetime) -> None:
    if held.ended_at is not None:
        raise Invalid({"taken_at": "It has ended, so its beginning is not changed any more. Nothing was saved."})
    typed, held.taken_at, held.lapses_at = held.taken_at, taken_at, rules.lapses_at(taken_at)
    held.save()
    about, child = ("protection", held.pk), ("child", held.child)
    wrong: list[tuple[str, tuple[str, object]]] = [(rules.RULE, about)]
    # What began at the wrong time with this one; a discussion that an earlier taking owes is due when it was.
    if running(child).filter(rule="strategy_discussion", began_at=typed).exists():
        wrong.append(("strategy_discussion", child))
    for rule, on in wrong:
        clock_actions.stop(work.act, on, "corrected", rule=rule, by=work.user)
        clock_actions.start(work.act, rule, about=on, incident=work.incident, began_at=taken_at)


def _version(work: Work, held: Protection, given: rules.Given, last: ProtectionVersion | None) -> None:
    """The next version: what was given over what stood. Raises ``Invalid`` where both officers are one."""
    assert work.user is not None
    before = json.loads(last.words.text) if last is not None and last.words.erased_at is None else {}
    texts = {name: getattr(given, name) or before.get(name, "") for name in rules.TEXTS}
    are = {}
    for part in ("initiating", "designated"):
        name = getattr(given, part)
        are[part] = rules.who(name, officer_called(name)) if name else getattr(last, f"{part}_is", "")
    rules.two_people(are["initiating"], are["designated"])
    kept = {name: getattr(given, name) or getattr(last, name, "") for name in ("child_told", "parents_told", "plan")}
    ProtectionVersion(
        protection=held, version=last.version + 1 if last else 1, taken_at=held.taken_at,
        initiating_is=are["initiating"], designated_is=are["designated"],
        authority_at=given.authority_at or getattr(last, "authority_at", None) or (work.now if given.authority else None),
        words=Payload.objects.keep(json.dumps(texts, ensure_ascii=False)), by=work.user, at=work.now, **kept,
    ).save()  # fmt: skip


def _end(work: Work, duty: str, verb: str, held: Protection, result: object = "") -> None:
    work.involve("author")
    subjects = [("incident", str(work.incident.pk)), ("child", str(held.child)), ("protection", str(held.pk))]
    work.act.record(duty, verb, subjects)
    work.finish(result)


def _incident(user: Staff, protection_id: int) -> uuid.UUID:
    found = in_sight(user, VERB).filter(pk=protection_id).values_list("incident", flat=True).first()
    if found is None:
        raise NotThere(NOT_THERE)
    return uuid.UUID(str(found))


def _locked(protection_id: int) -> Protection:
    """The record as it stands now that its incident is held."""
    return Protection.objects.get(pk=protection_id)
