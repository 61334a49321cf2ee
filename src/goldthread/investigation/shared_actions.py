"""The frame in which every action on an investigation, or on an offer of one, runs. For the actions of this app alone."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.config.errors import NotThere, Refused
from goldthread.config.upward import announce, ask
from goldthread.contact.events import IncidentChanged
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident, Involvement
from goldthread.contact.work import Work, command_key, earlier
from goldthread.investigation import queries, rules
from goldthread.investigation.events import MayEnd
from goldthread.investigation.models import Handover, Investigation
from goldthread.response.shared_actions import current_grade
from goldthread.safeguarding.clock_actions import start, stop

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.safeguarding.clock_models import Clock

SENIOR = frozenset({"contact_supervisor", "fim"})
"""Roles that hand over what another owns."""


@dataclass
class Under:
    """An investigation, or an offer of one, locked with its incident for one command by one person."""

    work: Work
    user: Staff
    held: rules.Held

    @property
    def now(self) -> datetime:
        """The time of this command, from the database."""
        return self.work.now

    @property
    def done(self) -> str | None:
        """What a command with the same key left earlier; None when this is the first time."""
        return self.work.done

    def finish(self, duty: str, verb: str, result: object = "", *subjects: tuple[str, object], **detail: Any) -> None:
        """Put the command on record: who did what to which investigation or offer, in ids and codes."""
        self.work.act.record(duty, verb, [("incident", str(self.work.incident.pk)), *subjects], **detail)
        self.work.finish(result)

    def risk(self, offered: str = "") -> rules.Risk:
        """The incident's risk as it stands now, or the one it was ``offered`` with where that is higher."""
        return rules.higher(self.held.risks, risk_now(self.held, self.work.incident).code, offered)


def risk_now(held: rules.Held, incident: Incident) -> rules.Risk:
    """The risk of an incident by its grade and its children now."""
    grade = current_grade(incident)
    return rules.risk_of(held.risks, grade.level if grade else "", incident.child)


@dataclass
class Inquiry(Under):
    """An investigation under a command."""

    one: Investigation

    def must_run(self) -> None:
        """Raise ``Refused`` where it has ended."""
        if not self.one.is_open:
            raise Refused(rules.ENDED)

    def told(self, duty: str, verb: str, result: object = "", **detail: Any) -> None:
        """Put the command on record as one on this investigation."""
        self.finish(duty, verb, result, ("investigation", str(self.one.pk)), **detail)

    def start(self, rule: str, about: str, due_at: datetime | None = None) -> Clock:
        """Begin a clock on this investigation."""
        return start(
            self.work.act, rule, about=(about, self.one.pk), incident=self.work.incident, team=self.one.team, due_at=due_at
        )  # fmt: skip

    def stop(self, about: str, because: str) -> None:
        """End what runs on a thing of this investigation."""
        stop(self.work.act, (about, self.one.pk), because, by=self.user)


def kept(text: str) -> Payload | None:
    """A text as an append-only row points to it; None for none."""
    return Payload.objects.keep(text) if text else None


def involve(work: Work, *people: Staff) -> None:
    """Give whoever investigates sight of the incident."""
    for one in people:
        work.involve("author", one)


def take_in(here: Inquiry, incidents: Collection[uuid.UUID]) -> None:
    """Give whoever leads and whoever reviews sight of other incidents of the matter."""
    for incident in Incident.objects.filter(pk__in=incidents).exclude(pk=here.work.incident.pk):
        for one in (here.one.investigator, here.one.supervisor):
            Involvement(incident=incident, staff=one, part="author").save_once()


@contextmanager
def on_investigation(user: Staff, pk: uuid.UUID, verb: str, key: uuid.UUID, *what: object) -> Iterator[Inquiry]:
    """Lock an investigation and its incident for a command; all in one transaction.

    ``what`` is the command's name and every value it was given. Raises ``NotThere`` where it is absent or out of the verb's reach.
    """
    with acting(user) as act:
        reached = Investigation.objects.reached_by(user, verb).filter(pk=pk)
        incident = _locked(reached.values_list("incident", flat=True).first())
        one = reached.select_for_update(of=("self",)).select_related("team", "investigator", "supervisor").first()
        if incident is None or one is None:
            raise NotThere(rules.NOT_THERE)
        one.incident = incident
        own = command_key(key, user.pk, pk, verb, *what)
        work = Work(act, incident, user, own, verb, earlier(own))
        yield Inquiry(work, user, rules.held_on(force_day(act.now)), one)
        if work.done is None:
            one.save()
            _changed(work)


@contextmanager
def on_offer(user: Staff, number: int, verb: str, key: uuid.UUID, *what: object) -> Iterator[tuple[Under, Handover]]:
    """Lock an offer's incident for a command on the offer. Raises as ``on_investigation`` does."""
    with acting(user) as act:
        reached = Handover.objects.reached_by(user, verb).filter(pk=number)
        incident = _locked(reached.values_list("incident", flat=True).first())
        offer = reached.select_related("team", "to", "by").first()
        if incident is None or offer is None:
            raise NotThere("There is no such offer, or it is not to you.")
        offer.incident = incident
        own = command_key(key, user.pk, number, verb, *what)
        work = Work(act, incident, user, own, verb, earlier(own))
        yield Under(work, user, rules.held_on(force_day(act.now))), offer
        if work.done is None:
            _changed(work)


def ending(one: Investigation, now: datetime) -> rules.Ending:
    """What a closing decision looks at, now. What another part cannot answer holds it."""
    children = queries.children_of(one)
    access = queries.access_of(one)
    review = queries.clock_of(queries.REVIEW, one.pk)
    reviewed = one.reviews.exists()
    return rules.Ending(
        involved=one.incident.child != "none",
        children=len(children),
        unheard=tuple(child.name for child in children if not child.heard),
        access=access[0].answer if access else "",
        reviewed=reviewed,
        overdue=review is not None and review.due_at < now,
        items=one.items.filter(end__isnull=True).count(),
        news=len(queries.news_of(one)),
        elsewhere=tuple(each.why for each in ask(MayEnd(one))),
    )


def _locked(pk: uuid.UUID | None) -> Incident | None:
    return Incident.objects.filter(pk=pk).select_for_update(of=("self",)).first() if pk else None


def _changed(work: Work) -> None:
    work.incident.save(update_fields=["last_seq", "child"])
    announce(IncidentChanged(work.incident, work.act))
