"""One incident's record as its page needs it: each part fetched once, when first asked for."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from django.db.models import OuterRef, Prefetch

from goldthread.accounts.rank_models import acts_as
from goldthread.assessment.models import Reading, ThriveVersion
from goldthread.assessment.queries import newest_reading, said_in
from goldthread.assessment.reading import reader
from goldthread.contact.models import ChildVersion, Entry, Incident
from goldthread.desk.board import suggested_level
from goldthread.desk.marks import Mark, marks_of
from goldthread.desk.noticing import Noticed, along, noticed
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
from goldthread.response.request_models import ReviewRequest


class Record:
    """What stands on one incident; everything newest first unless said otherwise."""

    def __init__(self, incident: Incident, typed: str = "") -> None:
        self.incident = incident
        self.typed = typed  # words that somebody is typing: read along, and no part of the record
        self._missed: dict[datetime, list[Clock]] = {}

    @cached_property
    def entries(self) -> list[Entry]:
        """The timeline, oldest first."""
        found = self.incident.entries.annotate(acted_as=acts_as(OuterRef("author"), OuterRef("recorded_at")))
        return list(found.select_related("text", "author").order_by("seq"))

    @cached_property
    def called(self) -> SupervisorCall | None:
        """The newest call for a supervisor, answered or not."""
        found = SupervisorCall.objects.filter(incident=self.incident).select_related("by", "answer__by")
        return found.order_by("-id").first()

    @cached_property
    def reassessment(self) -> Reassessment | None:
        """What asks for the next THRIVE; None where nothing does."""
        return Reassessment.objects.filter(incident=self.incident).first()

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
        return list(Alarm.objects.filter(incident=self.incident, ended_at__isnull=True))

    @cached_property
    def requests(self) -> list[ReviewRequest]:
        """What was asked of a second person, with its answer."""
        decided = acts_as(OuterRef("decision__by"), OuterRef("decision__at"))
        found = ReviewRequest.objects.filter(incident=self.incident).annotate(decider_acted_as=decided)
        return list(
            found.select_related("by", "why", "result", "period", "decision__by", "decision__words").order_by("-id")
        )

    @cached_property
    def explained(self) -> dict[int, GradeReason]:
        """Reasons that followed a grade, the newest by the grade's period."""
        found = GradeReason.objects.filter(period__incident=self.incident).select_related("why", "why_not_above")
        return {one.period_id: one for one in found.order_by("id")}

    @cached_property
    def periods(self) -> list[GradePeriod]:
        """The grades it held."""
        found = GradePeriod.objects.filter(incident=self.incident).select_related("by", "why", "why_not_above")
        return list(found.prefetch_related(Prefetch("clocks", Clock.objects.order_by("id"))).order_by("-seq"))

    @cached_property
    def held(self) -> Grade | None:
        """The grade it holds now."""
        return grade(self.periods[0].grade) if self.periods else None

    @cached_property
    def reading(self) -> Reading | None:
        """What the reader found last."""
        return newest_reading(self.incident)

    @cached_property
    def suggested(self) -> str:
        """The level the words suggest where it is above the grade held, else nothing."""
        return suggested_level(self.held, self.noticed.level)

    @cached_property
    def noticed(self) -> Noticed:
        """The reader's column, what is being typed included."""
        if self.typed.strip():
            found, texts = along(said_in(self.incident), self.typed)
            return noticed(self.incident, found, texts)
        reading = self.reading
        found = {"state": "waiting"} if reading is None else vars(reading)
        return noticed(self.incident, found, self.texts)

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
        found = ThriveVersion.objects.filter(incident=self.incident).select_related("author", "text")
        return list(found.order_by("-version"))

    @cached_property
    def children(self) -> list[ChildVersion]:
        """Each child's newest version, in the order first recorded."""
        newest: dict[str, ChildVersion] = {}
        for version in self.incident.child_versions.select_related("particulars").order_by("id"):
            newest[str(version.child)] = version
        return list(newest.values())

    @cached_property
    def clocks(self) -> list[Clock]:
        """The running clocks, earliest due first."""
        return list(Clock.objects.filter(incident=self.incident).running().order_by("due_at"))

    @cached_property
    def offered(self) -> HandOff | None:
        """The hand-off that nobody has acknowledged; None where there is none."""
        found: HandOff | None = open_handoffs(self.incident).select_related("note").first()
        return found

    @cached_property
    def transfers(self) -> list[Transfer]:
        """Other forces and agencies that were asked to act, with their answers."""
        found = Transfer.objects.filter(incident=self.incident)
        return list(found.select_related("told", "by", "answer__words", "answer__by").order_by("-id"))

    def missed(self, now: datetime) -> list[Clock]:
        """The clocks that ran past their time, each with its explanations, the newest of those first."""
        if now not in self._missed:
            explained = DelayExplanation.objects.select_related("why", "by").order_by("-id")
            found = Clock.objects.filter(incident=self.incident).missed(now).order_by("id")
            self._missed[now] = list(found.prefetch_related(Prefetch("explanations", explained)))
        return self._missed[now]

    @cached_property
    def allocations(self) -> list[Allocation]:
        """Units sent, in the order sent."""
        return list(Allocation.objects.filter(incident=self.incident).select_related("unit").order_by("id"))
