"""The verbs of first contact for what another incident system tells: it happened there, so nothing of it is refused.

Each writes on an incident that ``importing`` has locked or opened. Rows say by whose account they came and stand on the
team's desk, never in the account's hands; times that rule a clock are ours, when it came.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from goldthread.accounts.queries import areas
from goldthread.audit.actions import acting
from goldthread.clocks.local import LONDON
from goldthread.config.upward import announce
from goldthread.contact import rules
from goldthread.contact.actions import (
    FIRST_ASSESSMENT,
    LIMITS,
    children_answered,
    next_reference,
    particular,
    reopen,
    say,
)
from goldthread.contact.arrival_rules import came_at
from goldthread.contact.events import IncidentChanged, IncidentOpened
from goldthread.contact.known_actions import tie
from goldthread.contact.models import Incident
from goldthread.contact.people_models import MatterLink
from goldthread.contact.rules import ChildGiven
from goldthread.contact.work import Work, on_incident

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff, Team
    from goldthread.contact.models import Entry

VERB = "messages.give"


@dataclass(frozen=True)
class Opening:
    """What is known of an incident when it is opened here because another system has it."""

    desk: Team
    channel: str
    area: str
    system: str
    told_at: datetime | None = None


@contextmanager
def importing(user: Staff | None, incident_id: uuid.UUID | None, opening: Opening) -> Iterator[Work]:
    """The incident locked for what is told of it, or a new one on the desk; saved and announced once at the end.

    ``user`` is the account of the other system, None an operator's import. Raises ``NotThere`` where the account does not reach it.
    """
    if incident_id is not None:
        with on_incident(user, incident_id, VERB) as work:
            yield work
        return
    with acting(user) as act:
        at, late, _ = came_at(opening.told_at, act.now)
        incident = Incident.objects.create(
            reference=next_reference(act.now),
            opened_at=act.now,
            origin="imported",
            channel=opening.channel,
            area=_area(opening.area) or opening.desk.area,
            team=opening.desk,
            owner_team=opening.desk,
            next_action="assess",
            next_action_at=act.now + FIRST_ASSESSMENT,
        )
        work = Work(act, incident, user, None, VERB)
        work.entry(
            "event", "system", code="incident.opened", data={"channel": opening.channel, "told_by": opening.system},
            occurred_at=at, late=late,
        )  # fmt: skip
        subjects = [("incident", str(incident.pk))]
        act.record("collection", "incident.open", subjects, channel=opening.channel, origin="imported")
        announce(IncidentOpened(incident, act))
        yield work
        incident.save()
        announce(IncidentChanged(incident, act))


def opened_told(work: Work, channel: str, area: str, facts: Mapping[str, str]) -> None:
    """What an opening tells: how the contact came, and its facts. An incident that stood here before is given them too."""
    work.incident.channel = channel
    particulars_told(work, area, facts)


def particulars_told(work: Work, area: str, facts: Mapping[str, str]) -> None:
    """Keep each fact that is given, cut to what fits: the message keeps all of it. An area that the force does not have is none."""
    for kind, text in facts.items():
        kept = " ".join(rules.tidy(text).split())[: LIMITS[kind]]
        if kept:
            particular(work, kind, kept)
            work.event("particular.set", kind=kind)
            work.act.record("collection", "particular.set", _subject(work), kind=kind, origin="imported")
    if _area(area) and area != work.incident.area:
        work.incident.area = area
        work.event("area.set", area=area)
        work.act.record("alteration", "area.set", _subject(work), origin="imported")


def words_told(work: Work, source: str, text: str, told_at: datetime | None) -> Entry:
    """Append words that were said there and have them read; they open a closed incident again, on its team's desk."""
    if not work.incident.is_open:
        reopen(work, "late words", work.incident.team)
    at, _late, _doubted = came_at(told_at, work.now)
    return say(work, source, rules.words(text), at)


def children_told(work: Work, answer: str, given: Sequence[ChildGiven]) -> bool:
    """Record the children that were told. Returns False where *none* or *not known* is told and children are on record: they stay."""
    kept = rules.children(answer, list(given), work.now.astimezone(LONDON).date())
    if answer != "named" and work.incident.child_versions.exists():
        return False
    if answer == "named" and not work.incident.is_open:
        reopen(work, "child recorded", work.incident.team)
    children_answered(work, answer, [replace(one, child=_child(work, one.child)) for one in kept])
    return True


def reopened_told(work: Work) -> None:
    """Open it again on its team's desk, where it is closed."""
    if not work.incident.is_open:
        reopen(work, "another system", work.incident.team)


def linked_told(work: Work, other_id: uuid.UUID) -> None:
    """Tie it to another incident that the same system told of."""
    if other_id == work.incident.pk:
        return
    first, second = sorted((work.incident.pk, other_id))
    newest = MatterLink.objects.filter(first=first, second=second).order_by("-id").first()
    if newest is None or not newest.linked:
        tie(work, Incident.objects.select_for_update(of=("self",)).get(pk=other_id), on_desk=True)


def _area(told: str) -> str:
    return told if told and told in areas() else ""


def _child(work: Work, given: str) -> str:
    """Their name for a child as an identity of ours: the same each time it is told in this incident."""
    return str(uuid.uuid5(work.incident.pk, given))


def _subject(work: Work) -> list[tuple[str, object]]:
    return [("incident", str(work.incident.pk))]
