"""One incident's record as its page needs it: each part fetched once, when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model, OuterRef, QuerySet

from goldthread.accounts.rank_models import acts_as
from goldthread.assessment.mode_rules import Shown, child_unread
from goldthread.assessment.models import Reading, ThriveVersion
from goldthread.assessment.modes import shown
from goldthread.assessment.queries import newest_reading, said_in
from goldthread.assessment.reading import reader
from goldthread.contact.models import ChildVersion, Entry, Incident, Particular
from goldthread.contact.querysets import of_incident, one
from goldthread.desk.board import suggested_level
from goldthread.desk.marks import Mark, marks_of
from goldthread.desk.noticing import Noticed, along, noticed, stands, withheld
from goldthread.desk.standing import standing_on
from goldthread.response.grades import Grade, grade
from goldthread.response.handoff_actions import open_handoffs
from goldthread.response.models import (
    Alarm,
    Allocation,
    Clock,
    DelayExplanation,
    GradePeriod,
    GradeReason,
    HandOff,
    Reassessment,
    SupervisorCall,
    Transfer,
)
from goldthread.response.querysets import missed
from goldthread.response.request_models import ReviewRequest

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.accounts.roles import Scope

Row = TypeVar("Row")


@of_incident
def _entries(incident: Incident) -> QuerySet[Entry]:
    found = Entry.objects.filter(incident=incident).select_related("text", "author")
    return found.annotate(acted_as=acts_as(OuterRef("author"), OuterRef("recorded_at"))).order_by("seq")


@of_incident
def _called(incident: Incident) -> QuerySet[SupervisorCall]:
    return SupervisorCall.objects.filter(incident=incident).select_related("by", "answer__by").order_by("-id")


@of_incident
def _reassessment(incident: Incident) -> QuerySet[Reassessment]:
    return Reassessment.objects.filter(incident=incident)


@of_incident
def _alarms(incident: Incident) -> QuerySet[Alarm]:
    return Alarm.objects.filter(incident=incident, ended_at__isnull=True)


@of_incident
def _requests(incident: Incident) -> QuerySet[ReviewRequest]:
    decided = acts_as(OuterRef("decision__by"), OuterRef("decision__at"))
    found = ReviewRequest.objects.filter(incident=incident).annotate(decider_acted_as=decided)
    return found.select_related("by", "why", "result", "period", "decision__by", "decision__words").order_by("-id")


@of_incident
def _explained(incident: Incident) -> QuerySet[GradeReason]:
    found = GradeReason.objects.filter(period__incident=incident).select_related("why", "why_not_above")
    return found.order_by("id")


@of_incident
def _periods(incident: Incident) -> QuerySet[GradePeriod]:
    found = GradePeriod.objects.filter(incident=incident).select_related("by", "why", "why_not_above")
    return found.order_by("-seq")


@of_incident
def _clocks(incident: Incident) -> QuerySet[Clock]:
    return Clock.objects.filter(incident=incident).order_by("id")


@of_incident
def _delays(incident: Incident) -> QuerySet[DelayExplanation]:
    return DelayExplanation.objects.filter(clock__incident=incident).select_related("why", "by").order_by("id")


@of_incident
def _versions(incident: Incident) -> QuerySet[ThriveVersion]:
    return ThriveVersion.objects.filter(incident=incident).select_related("author", "text").order_by("-version")


@of_incident
def _children(incident: Incident) -> QuerySet[ChildVersion]:
    return ChildVersion.objects.filter(incident=incident).select_related("particulars").order_by("id")


@of_incident
def _particulars(incident: Incident) -> QuerySet[Particular]:
    return Particular.objects.filter(incident=incident).select_related("text").order_by("id")


@of_incident
def _offered(incident: Incident) -> QuerySet[HandOff]:
    return open_handoffs(incident).select_related("note")


@of_incident
def _transfers(incident: Incident) -> QuerySet[Transfer]:
    found = Transfer.objects.filter(incident=incident)
    return found.select_related("told", "by", "answer__words", "answer__by").order_by("-id")


@of_incident
def _allocations(incident: Incident) -> QuerySet[Allocation]:
    return Allocation.objects.filter(incident=incident).select_related("unit").order_by("id")


class Record:
    """What stands on one incident; everything newest first unless said otherwise."""

    def __init__(self, incident: Incident, viewer: Staff | None = None, typed: str = "") -> None:
        self.incident = incident
        self.viewer = (
            viewer  # who is shown it: what was read is theirs to see as ``modes.shown`` says, and nobody's else
        )
        self.typed = typed  # words that somebody is typing: read along, and no part of the record
        self._once: dict[Callable[[Incident], list[Any]], list[Any]] = {}
        self._reached: dict[tuple[int, tuple[Scope, ...]], bool] = {}

    def has(self, rows: type[Model]) -> bool:
        """Whether there is any such row of the incident; what stands on few incidents is asked for only where there is.

        Raises ``KeyError`` for rows that nobody has registered with ``may_stand``, which must not read as none.
        """
        return self._standing[rows]

    def reached(self, user: Staff, verb: str) -> bool:
        """Whether this person may do ``verb`` here; one question for all verbs that have the same scopes."""
        key = user.pk, user.seat.scopes(verb)
        if key not in self._reached:
            self._reached[key] = bool(key[1]) and one(user, verb, self.incident.pk) is not None
        return self._reached[key]

    def once(self, question: Callable[[Incident], list[Row]]) -> list[Row]:
        """What an app above the desk asks of the incident for more than one of its displays."""
        if question not in self._once:
            self._once[question] = question(self.incident)
        return self._once[question]

    @cached_property
    def _standing(self) -> dict[type[Model], bool]:
        return standing_on(self.incident)

    @cached_property
    def entries(self) -> list[Entry]:
        """The timeline, oldest first."""
        return _entries(self.incident)

    @cached_property
    def called(self) -> SupervisorCall | None:
        """The newest call for a supervisor, answered or not."""
        return next(iter(_called(self.incident)), None) if self.has(SupervisorCall) else None

    @cached_property
    def reassessment(self) -> Reassessment | None:
        """What asks for the next THRIVE; None where nothing does."""
        return next(iter(_reassessment(self.incident)), None) if self.has(Reassessment) else None

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """Why the next THRIVE is asked for, but what the reader raised where that is not shown."""
        asked = self.reassessment.reasons if self.reassessment is not None else []
        return [one for one in asked if self.shown.readings or one["code"] != "raised"]

    @cached_property
    def alarms(self) -> list[Alarm]:
        """Alarms that were raised and stand, the oldest first."""
        return sorted(
            (one for one in self._alarms if one.raised_at is not None), key=lambda one: (one.raised_at, one.pk)
        )

    @cached_property
    def nobody_senior(self) -> datetime | None:
        """Since when nobody on duty could decide what is asked here, told before its alarm is raised; None where somebody could."""
        return min((one.due_at for one in self._alarms if one.kind == "senior"), default=None)

    @cached_property
    def with_fim(self) -> dict[str, datetime]:
        """When each open request goes to the FIM, by its alarm's source: early where no supervisor on duty could decide it."""
        return {one.source: one.due_at for one in self._alarms if one.kind == "request"}

    @cached_property
    def _alarms(self) -> list[Alarm]:
        """Those that have not ended, the ones not raised yet included."""
        return _alarms(self.incident) if self.has(Alarm) else []

    @cached_property
    def requests(self) -> list[ReviewRequest]:
        """What was asked of a second person, with its answer."""
        return _requests(self.incident) if self.has(ReviewRequest) else []

    @cached_property
    def explained(self) -> dict[int, GradeReason]:
        """Reasons that followed a grade, the newest by the grade's period."""
        found = _explained(self.incident) if self.has(GradeReason) else []
        return {one.period_id: one for one in found}

    @cached_property
    def periods(self) -> list[GradePeriod]:
        """The grades it held."""
        return _periods(self.incident)

    @cached_property
    def held(self) -> Grade | None:
        """The grade it holds now."""
        return grade(self.periods[0].grade) if self.periods else None

    @cached_property
    def shown(self) -> Shown:
        """Whether readings of it are shown to whoever looks, and how the reader stands to them."""
        return shown(self.viewer, self.incident)

    @cached_property
    def reading(self) -> Reading | None:
        """What the reader found last, where that is shown."""
        return newest_reading(self.incident) if self.shown.readings else None

    @property
    def child(self) -> str:
        """Whether a child is involved: with what was read where that is shown, else by what people said."""
        held = self.incident
        return held.child if self.shown.readings else child_unread(held.children_answer, held.on_line)

    @cached_property
    def suggested(self) -> str:
        """The level the words suggest where it is above the grade held, else nothing."""
        return suggested_level(self.held, self.noticed.level)

    @cached_property
    def noticed(self) -> Noticed:
        """The reader's column, what is being typed included."""
        if not self.shown.readings:
            return withheld(self.shown)
        is_off = self.shown.standing.mode == "off"
        if self.typed.strip() and not is_off:
            found, texts = along(said_in(self.incident), self.typed)
            return noticed(self.incident, found, texts)
        reading = self.reading
        found = {"state": "waiting"} if reading is None else vars(reading)
        stood = noticed(self.incident, found, self.texts)
        if not is_off:
            return stood
        code, say = stands(self.shown.standing)
        return replace(stood, code=code, say=say)  # what was read before stands; nothing is read now

    @cached_property
    def texts(self) -> dict[int, str]:
        """The words of each entry by its number; erased ones are left out."""
        return {
            entry.seq: entry.text.text
            for entry in self.entries
            if entry.kind == "words" and entry.text is not None and entry.text.erased_at is None
        }

    @cached_property
    def marks(self) -> list[Mark]:
        """Every mark of the newest reading whose words are still there."""
        if self.reading is None:
            return []
        return marks_of(self.reading.findings, self.texts, reader())

    @cached_property
    def versions(self) -> list[ThriveVersion]:
        """The THRIVE versions."""
        return _versions(self.incident)

    @cached_property
    def children(self) -> list[ChildVersion]:
        """Each child's newest version, in the order first recorded."""
        newest: dict[str, ChildVersion] = {}
        for version in _children(self.incident):
            newest[str(version.child)] = version
        return list(newest.values())

    @cached_property
    def particulars(self) -> list[Particular]:
        """Every place, caller and number that was given, the oldest first."""
        return _particulars(self.incident)

    @cached_property
    def every_clock(self) -> list[Clock]:
        """The clocks it had and has, in the order in which they began."""
        return _clocks(self.incident)

    @cached_property
    def clocks(self) -> list[Clock]:
        """The running clocks, earliest due first."""
        return sorted((one for one in self.every_clock if one.stopped_at is None), key=lambda one: one.due_at)

    @cached_property
    def offered(self) -> HandOff | None:
        """The hand-off that nobody has acknowledged; None where there is none."""
        return next(iter(_offered(self.incident)), None) if self.has(HandOff) else None

    @cached_property
    def transfers(self) -> list[Transfer]:
        """Other forces and agencies that were asked to act, with their answers."""
        return _transfers(self.incident) if self.has(Transfer) else []

    def clocks_of(self, period: GradePeriod) -> list[Clock]:
        """The clocks that a grade had and has."""
        return [one for one in self.every_clock if one.period_id == period.pk]

    def missed(self, now: datetime) -> list[Clock]:
        """The clocks that ran past their time."""
        return [one for one in self.every_clock if missed(one, now)]

    @cached_property
    def delays(self) -> dict[int, DelayExplanation]:
        """Why it was late, as it was said last of each clock that ran past its time, by the clock."""
        return {one.clock_id: one for one in _delays(self.incident)} if self.has(DelayExplanation) else {}

    @cached_property
    def allocations(self) -> list[Allocation]:
        """Units sent, in the order sent."""
        return _allocations(self.incident)
