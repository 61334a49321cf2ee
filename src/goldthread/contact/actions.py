"""The verbs of first contact: the only writers of incidents, entries and children."""

from __future__ import annotations

import json
import uuid
from dataclasses import astuple
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from goldthread.accounts.queries import areas
from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.config.upward import announce
from goldthread.contact import choices, rules
from goldthread.contact.events import ChildrenAnswered, IncidentChanged, IncidentOpened, IncidentReopened, WordsAdded
from goldthread.contact.models import ChildrenAnswer, ChildVersion, Entry, Incident, Particular
from goldthread.contact.rules import ChildGiven
from goldthread.contact.work import NOT_THERE, Work, earlier, on_incident

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff, Team

FIRST_ASSESSMENT = timedelta(minutes=3)
"""From opening to a first grade and an answer about children, before the incident shows as late *(ours)*."""
LIMITS = {"location": 200, "caller_name": 120, "caller_phone": 40, "sender": 320}


def open_incident(
    user: Staff,
    *,
    incident_id: uuid.UUID,
    channel: str,
    location: str = "",
    caller_name: str = "",
    caller_phone: str = "",
    area: str = "",
    contacted_at: datetime | None = None,
) -> Incident:
    """Open an incident under the identity that the handler's browser gave it; a second try returns the first.

    Only the channel is asked: help comes before paperwork. ``contacted_at`` is when the contact came, where it is entered
    afterwards: what is owed counts from then. Raises ``Invalid`` for values that cannot be kept and
    ``NotThere`` when somebody else's incident has that identity.
    """
    if not user.can("incident.open"):
        raise Refused(f"Your role, {user.seat.name}, does not open incidents.")
    if channel not in dict(choices.CHANNELS):
        raise Invalid({"channel": "Choose how this contact came in."})
    if area and area not in areas():
        raise Invalid({"area": "Choose an area from the list, or leave it until it is known."})
    facts = {"location": location, "caller_name": caller_name, "caller_phone": caller_phone}
    kept = {kind: rules.short(text, kind, LIMITS[kind]) for kind, text in facts.items()}
    with acting(user) as act:
        if earlier(incident_id) is not None:
            return _opened_before(user, incident_id)
        # Two sends of one POST meet here: the second waits for the first's commit and then finds its incident.
        lock_identity(incident_id)
        if Incident.objects.filter(pk=incident_id).exists():
            return _opened_before(user, incident_id)
        came, late = rules.stated_time(contacted_at, act.now, "contacted_at")
        incident = Incident.objects.create(
            id=incident_id,
            reference=next_reference(act.now),
            opened_at=act.now,
            contacted_at=came if late else None,
            channel=channel,
            area=area or user.area or user.team.area,
            team=user.team,
            opened_by=user,
            owner=user,
            next_action="assess",
            next_action_at=came + FIRST_ASSESSMENT,
        )
        work = Work(act, incident, user, incident_id, "incident.open")
        work.involve("opener")
        work.involve("owner")
        work.entry("event", "system", code="incident.opened", data={"channel": channel}, occurred_at=came, late=late)
        for kind, text in kept.items():
            if text:
                particular(work, kind, text)
        act.record("collection", "incident.open", [("incident", str(incident.pk))], channel=channel)
        announce(IncidentOpened(incident, act))
        incident.save()
        work.finish(incident.pk)
        announce(IncidentChanged(incident, act))
    return incident


def add_words(
    user: Staff,
    incident_id: uuid.UUID,
    *,
    key: uuid.UUID,
    source: str,
    text: str,
    occurred_at: datetime | None = None,
) -> Entry:
    """Append somebody's words, to be read at once. A retry with the same key returns the entry already made.

    Words for a closed incident open it again in the writer's hands: a late message is never left lying.
    """
    kept = rules.words(text)
    if source not in dict(choices.SOURCES) or source == "system":
        raise Invalid({"source": "Choose where these words come from."})
    with on_incident(user, incident_id, "entry.add", key, "words", source, kept, occurred_at) as work:
        if work.done is not None:
            return Entry.objects.get(pk=int(work.done))
        if not work.incident.is_open:
            reopen(work, "late words")
        entry = say(work, source, kept, occurred_at)
        work.finish(entry.pk)
    return entry


def say(work: Work, source: str, kept: str, occurred_at: datetime | None = None) -> Entry:
    """Append somebody's words to the incident at hand and have them read. Raises ``Invalid`` for an unlikely time."""
    at, late = rules.stated_time(occurred_at, work.now)
    payload = Payload.objects.keep(kept)
    entry = work.entry("words", source, text=payload, occurred_at=at, late=late)
    work.involve("author")
    work.act.record(
        "collection",
        "entry.add",
        [("incident", str(work.incident.pk)), ("entry", str(entry.pk))],
        source=source,
        text=payload,  # its digest enters the chain: words changed behind the application's back are found
    )
    announce(WordsAdded(work.incident, entry, kept, work.act))
    return entry


def set_particular(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, kind: str, text: str) -> None:
    """Record or correct the place, the caller's name or number; what stood before stays in the record."""
    if kind not in LIMITS:
        raise Invalid({"kind": "That is not a particular that can be recorded."})
    kept = rules.short(text, kind, LIMITS[kind], needed="Type it first, or 'unknown' if it cannot be had.")
    with on_incident(user, incident_id, "entry.add", key, "particular", kind, kept) as work:
        if work.done is not None:
            return
        particular(work, kind, kept)
        work.event("particular.set", kind=kind)
        work.involve("author")
        work.act.record("alteration", "particular.set", [("incident", str(incident_id))], kind=kind)
        work.finish()


def set_area(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, area: str) -> None:
    """Say which area the incident lies in; until then it stands on every area's board."""
    if area not in areas():
        raise Invalid({"area": "Choose an area from the list."})
    with on_incident(user, incident_id, "entry.add", key, "area", area) as work:
        if work.done is not None:
            return
        work.incident.area = area
        work.event("area.set", area=area)
        work.involve("author")
        work.act.record("alteration", "area.set", [("incident", str(incident_id))])
        work.finish()


def answer_children(
    user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, answer: str, given: list[ChildGiven], on_desk: bool = False
) -> None:
    """Answer "Children?". Children given before stay on record; one given again with something new gets a new version.

    A child recorded in a closed incident opens it again: whoever closed it did not know. ``on_desk``: on its team's desk instead of
    in the writer's hands.
    """
    kept = rules.children(answer, given, database_now(connection).astimezone(LONDON).date())
    with on_incident(user, incident_id, "children.answer", key, answer, *map(astuple, kept)) as work:
        if work.done is not None:
            return
        incident = work.incident
        known = incident.child_versions.exists()
        if answer != "named" and known:
            raise Refused(
                "Children are already recorded here, so the answer cannot become 'none' or 'not known'. Nothing was "
                "changed; add what is known about them, or write it as an entry."
            )
        if answer == "named" and not incident.is_open:
            reopen(work, "child recorded", incident.team if on_desk else None)
        children_answered(work, answer, kept)
        work.finish()


def children_answered(work: Work, answer: str, kept: list[ChildGiven]) -> None:
    """Put an answer to "Children?", as ``rules.children`` has kept it, on the incident at hand."""
    incident = work.incident
    ChildrenAnswer.objects.create(incident=incident, answer=answer, by=work.user, at=work.now)
    for one in kept:
        _child_version(work, one)
    incident.children_answer = answer
    work.event("children.answered", answer=answer, count=len(kept))
    work.involve("author")
    subjects = [("incident", str(incident.pk)), *(("child", one.child) for one in kept)]
    work.act.record("collection", "children.answer", subjects, answer=answer)
    announce(ChildrenAnswered(incident, answer, work.act))


def _opened_before(user: Staff, incident_id: uuid.UUID) -> Incident:
    found: Incident | None = Incident.objects.visible_to(user).filter(pk=incident_id, opened_by=user).first()
    if found is None:
        raise NotThere(NOT_THERE)
    return found


def lock_identity(identity: uuid.UUID) -> None:
    """Let whoever else acts under this identity wait until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [identity.int & ((1 << 63) - 1)])


def next_reference(now: datetime) -> str:
    """The next reference of the day, such as AM-261123-0417; the day is the force's, not UTC's."""
    day = now.astimezone(LONDON).date()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contact_dailynumber (day, last) VALUES (%s, 1) "
            "ON CONFLICT (day) DO UPDATE SET last = contact_dailynumber.last + 1 RETURNING last",
            [day],
        )
        (number,) = cursor.fetchone()
    return f"{settings.ENV.force_prefix}-{day:%y%m%d}-{number:04d}"


def particular(work: Work, kind: str, text: str) -> None:
    """Keep a fact of the contact; the place also stands on the incident itself."""
    payload = Payload.objects.keep(text)
    Particular.objects.create(incident=work.incident, kind=kind, text=payload, by=work.user, at=work.now)
    if kind == "location":
        work.incident.location = payload


def set_seen(work: Work, child: uuid.UUID, seen: str) -> None:
    """Put on record whether a child has been seen, as its next version; what else is known of it stays. Raises ``Invalid``."""
    last = work.incident.child_versions.filter(child=child).order_by("-version").first()
    if last is None or seen not in dict(choices.SEEN):
        raise Invalid({"child": "There is no such child on record here. Nothing was saved; reload the page."})
    ChildVersion.objects.create(
        incident=work.incident,
        child=child,
        version=last.version + 1,
        particulars_id=last.particulars_id,
        age=last.age,
        age_estimated=last.age_estimated,
        seen=seen,
        by=work.user,
        at=work.now,
    )


def _child_version(work: Work, one: ChildGiven) -> None:
    try:
        child = uuid.UUID(one.child)
    except ValueError:
        raise Invalid(
            {"children": "A child in this answer has no identity. Reload the page and fill it in again."}
        ) from None
    versions = work.incident.child_versions.filter(child=child).select_related("particulars")
    last = versions.order_by("-version").first()
    if last is not None and 0 < one.version < last.version and last.particulars.erased_at is None:
        then = versions.filter(version=one.version, particulars__erased_at__isnull=True).first()
        one = one if then is None else rules.said_anew(one, _as_given(then), _as_given(last))
    particulars = {
        "name": one.name,
        "where_now": one.where_now,
        "last_seen_by": one.last_seen_by,
        "last_seen_when": one.last_seen_when,
        "born": one.born.isoformat() if one.born else "",
    }
    text = json.dumps(particulars, ensure_ascii=False)
    facts = (one.age, one.age_estimated, one.seen)
    if last is not None and last.particulars.text == text and (last.age, last.age_estimated, last.seen) == facts:
        return
    ChildVersion.objects.create(
        incident=work.incident,
        child=child,
        version=last.version + 1 if last else 1,
        particulars=Payload.objects.keep(text),
        age=one.age,
        age_estimated=one.age_estimated,
        seen=one.seen,
        by=work.user,
        at=work.now,
    )


def _as_given(version: ChildVersion) -> ChildGiven:
    """A version as it would be stated."""
    told = json.loads(version.particulars.text)
    born = date.fromisoformat(told["born"]) if told.get("born") else None
    return ChildGiven(
        str(version.child), told["name"], version.age, version.age_estimated, told["where_now"], told["last_seen_by"],
        version.seen, born, told.get("last_seen_when", ""),
    )  # fmt: skip


def reopen(work: Work, by: str, desk: Team | None = None) -> None:
    """Open a closed incident again, in the hands of who acts, or on a team's ``desk``."""
    work.incident.closed_at = None
    if desk is None:
        work.own(staff=work.user)
    else:
        work.own(team_id=desk.pk)
    work.owe("assess", work.now + FIRST_ASSESSMENT)
    work.event("incident.reopened", by=by)
    work.act.record("alteration", "incident.reopen", [("incident", str(work.incident.pk))])
    announce(IncidentReopened(work.incident, work.act))
