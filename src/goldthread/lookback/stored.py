"""Our own incidents as a source of hits: those whose newest reading is at risk and which did not carry it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from goldthread.assessment.models import Reading, ThriveVersion
from goldthread.assessment.queries import thrive_text
from goldthread.clocks.local import LONDON
from goldthread.contact.models import Incident
from goldthread.lookback import rules, tables
from goldthread.lookback.choices import LEVELS
from goldthread.lookback.found import READERS, Found, Light, Plan, Record, choose, one_or_several
from goldthread.lookback.models import Hit
from goldthread.lookback.screened import says_child
from goldthread.response.models import GradePeriod

CHUNK = 500


class StoredIncidents:
    """Incidents opened since a day; ``row`` is an incident's place among those taken, oldest first.

    Taken are those read as at risk, and where ``doubtful`` those too of which the reader was not sure.
    """

    def __init__(self, since: date, now: datetime, *, doubtful: bool = False) -> None:
        self.since, self.doubtful = since, doubtful
        self.needed = tables.needed_on(now.date())
        self._kept: dict[int, Found] = {}
        self._plan = self._planned()
        self.choose()

    @property
    def plan(self) -> Plan:
        """What would be made of them."""
        return self._plan

    def choose(self) -> None:
        """Choose anew, by the items that there are by now."""
        choose(self._plan, self._known())

    def found(self, rows: Collection[int]) -> Iterator[Found]:
        """The hits of these rows."""
        return (self._kept[row] for row in sorted(rows))

    def _incidents(self) -> QuerySet[Any]:
        # A reader that failed afterwards takes nothing back of what was read before.
        newest = Reading.objects.filter(incident=OuterRef("pk"), state="read").order_by("-id")
        start = datetime(self.since.year, self.since.month, self.since.day, tzinfo=LONDON)
        found: QuerySet[Any] = Incident.objects.filter(opened_at__gte=start).annotate(
            reading=Subquery(newest.values("pk")[:1]),
            at_risk=Subquery(newest.values("at_risk")[:1]),
            abstain=Subquery(newest.values("abstain")[:1]),
            doubt=Subquery(newest.values("doubt")[:1]),
        )
        return found

    def _planned(self) -> Plan:
        plan = Plan("stored", f"incidents opened since {self.since.day} {self.since:%B %Y}", "", since=self.since)
        said = self._incidents().filter(Exists(Reading.objects.filter(incident=OuterRef("pk"))))
        plan.counts.rows = said.count()
        plan.counts.unread = said.filter(Q(reading__isnull=True) | Q(abstain=True, at_risk=False)).count()
        not_sure = said.filter(at_risk=False).exclude(doubt="")
        plan.counts.not_sure = not_sure.count()
        plan.counts.hits = said.filter(at_risk=True).count()
        taken = said.filter(at_risk=True) | not_sure if self.doubtful else said.filter(at_risk=True)
        digest = hashlib.sha256(f"stored {self.since.isoformat()}{' doubtful' if self.doubtful else ''}".encode())
        seen: dict[str, set[str]] = {name: set() for name in READERS}
        met = 0
        rows = iter(taken.order_by("opened_at", "pk").iterator(chunk_size=CHUNK))
        while chunk := list(islice(rows, CHUNK)):
            readings = Reading.objects.in_bulk([one.reading for one in chunk])
            for one, found in zip(chunk, self._judged(chunk, readings, met), strict=True):
                if found is not None:
                    plan.lights.append(found.light)
                    self._kept[found.light.row] = found
                    reading = readings[one.reading]
                    for name, values in seen.items():
                        values.add(getattr(reading, name) or "")
                    # With its row, by which a run that was stopped goes on.
                    digest.update(f"{found.light.row} {one.pk} {reading.pk}\n".encode())
            met += len(chunk)
        plan.source_hash = digest.hexdigest()
        plan.read_by = one_or_several(seen)
        return plan

    def _known(self) -> dict[Record, int]:
        wanted: dict[Any, Record] = {found.incident_id: found.light.record for found in self._kept.values()}
        known: dict[Record, int] = {}
        hits = Hit.objects.filter(incident__in=wanted).exclude(run__source_hash=self._plan.source_hash)
        for incident, severity in hits.values_list("incident_id", "severity"):
            known[wanted[incident]] = max(known.get(wanted[incident], 0), severity)
        return known

    def _judged(self, chunk: Sequence[Incident], readings: dict[int, Reading], before: int) -> Iterator[Found | None]:
        keys = [one.pk for one in chunk]
        grades = {one.incident_id: one for one in GradePeriod.objects.filter(incident__in=keys).order_by("seq")}
        thrives = {
            one.incident_id: one
            for one in ThriveVersion.objects.filter(incident__in=keys).select_related("text").order_by("version")
        }
        for number, incident in enumerate(chunk, start=before + 1):
            reading = readings[incident.reading]  # type: ignore[attr-defined]
            yield self._one(number, incident, reading, grades.get(incident.pk), thrives.get(incident.pk))

    def _one(
        self, row: int, incident: Incident, reading: Reading, held: GradePeriod | None, thrive: ThriveVersion | None
    ) -> Found | None:
        level = reading.level if reading.level in LEVELS else "low"
        named = says_child(_words(thrive)) if thrive is not None else False
        carried = rules.Carried(held.severity if held else None, incident.children_answer == "named", named)
        why = rules.not_carried(level, carried, self.needed)
        if not why:
            return None
        why = why if reading.at_risk else (rules.NOT_SURE, *why)
        identity: uuid.UUID = incident.pk
        return Found(
            Light(
                row, incident.reference, LEVELS[level], reading.probability, incident.contacted_at or incident.opened_at
            ),
            level,
            reading.adult_vulnerability,
            [{"cue": one["cue"], "assertion": one["assertion"], "score": one["score"]} for one in reading.findings],
            {
                "severity": carried.severity,
                "child_tag": carried.child_tag,
                "thrive_child": carried.thrive_child,
                "grade": held.grade if held else "",
                "children": incident.children_answer,
                "thrive": thrive.version if thrive else 0,
            },
            why,
            incident_id=identity,
            reading_id=reading.pk,
        )


def _words(version: ThriveVersion) -> str:
    texts = thrive_text(version)
    return "\n".join([*texts["elements"].values(), texts["interim"], texts["advice"]])
