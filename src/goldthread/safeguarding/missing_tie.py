"""Which episodes are of one child. One function, so that a child's record across incidents can take its place."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from goldthread.contact.known import settled
from goldthread.contact.models import ChildVersion, Incident
from goldthread.contact.search_rules import plain
from goldthread.safeguarding.child_queries import facts, groups, held_by, said_apart
from goldthread.safeguarding.missing_models import MissingEpisode
from goldthread.safeguarding.protection_queries import children


@dataclass(frozen=True)
class Tied:
    """A child of an incident, with whatever ties it to other incidents: who it was settled as, its name, its age."""

    incident: uuid.UUID
    child: uuid.UUID
    person: int | None
    name: str
    age: int | None


def tied(incident: Incident, version: ChildVersion) -> Tied:
    """The child as it is known now. It is the one person settled in the incident who bears its name, where there is one."""
    name = named(version)
    same = [one for one in settled(incident).people if name and plain(one.name) == name]
    return Tied(incident.pk, version.child, same[0].pk if len(same) == 1 else None, name, version.age)


def named(version: ChildVersion) -> str:
    """The child's name in its plain form; empty where it is not known."""
    return plain(facts(version).get("name", ""))


def of_child(child: Tied, since: datetime) -> QuerySet[MissingEpisode]:
    """Episodes of this child since then: by child and incident, by their record across incidents, by the person it was settled as,
    or by exactly this name at this age, or a year from it, since a birthday may lie between. A name ties nobody who was settled as
    another person, is of another record, or of whom somebody said that they are two.
    """
    here = (child.incident, child.child)
    found = Q(incident=child.incident, child=child.child)
    record = held_by([here]).get(here)
    for incident, same_child in groups([record])[record] if record is not None else ():
        found |= Q(incident=incident, child=same_child)
    if child.person is not None:
        found |= Q(person=child.person)
    if child.name and child.age is not None:
        near = MissingEpisode.objects.filter(at__gte=since, age__range=(max(child.age - 1, 0), child.age + 1))
        rows = [
            (pk, (incident, one), person)
            for pk, incident, one, person in near.values_list("pk", "incident", "child", "person")
        ]
        known = children(at for _, at, _ in rows)
        same = [(pk, at, person) for pk, at, person in rows if at in known and named(known[at]) == child.name]
        records, apart = held_by([at for _, at, _ in same]), said_apart([here])
        found |= Q(
            pk__in=[
                pk for pk, at, person in same
                if frozenset((here, at)) not in apart
                and (child.person or person) == (person or child.person)
                and (record or records.get(at)) == (records.get(at) or record)
            ]
        )  # fmt: skip
    return MissingEpisode.objects.filter(found, at__gte=since)


def before(episode: MissingEpisode, window: timedelta) -> QuerySet[MissingEpisode]:
    """This child's episodes in the time before this one, the oldest first, by what is known now."""
    at = (episode.incident_id, episode.child)
    version = children([at]).get(at)
    if version is None:
        return MissingEpisode.objects.none()
    found = of_child(tied(episode.incident, version), episode.at - window)
    return found.filter(at__lt=episode.at).exclude(pk=episode.pk).order_by("at")
