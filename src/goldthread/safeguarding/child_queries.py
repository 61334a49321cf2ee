"""Which incidents are one child's, as far as merges lead, and which of them somebody may see."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Case, Count, Exists, IntegerField, Max, OuterRef, Q, QuerySet, Value, When

from goldthread.contact import search_rules
from goldthread.contact.known import standing
from goldthread.contact.models import ChildVersion, Incident
from goldthread.contact.search import WORDS, like
from goldthread.safeguarding.child_models import (
    ChildApart,
    ChildLikeness,
    ChildMarker,
    ChildMarkerReview,
    ChildMerge,
    ChildName,
    ChildRaise,
    ChildRecord,
    ChildTie,
)
from goldthread.safeguarding.child_rules import Known, named

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

SEE = "child.see"
FOUND = 40
"""Children that a search shows at most *(ours)*."""
COMPARED = 60
"""Children with a like name that one child is compared with, those with most words alike and the newest first *(ours)*."""
NEWEST = "NOT EXISTS (SELECT FROM safeguarding_childmerge AS later WHERE later.gone_id = one.gone_id AND later.number > one.number)"
ROOTS = f"""
WITH RECURSIVE up(start, id) AS (
    SELECT id, id FROM unnest(%(ids)s::uuid[]) AS given(id)
    UNION SELECT up.start, one.into_id FROM safeguarding_childmerge AS one JOIN up ON one.gone_id = up.id WHERE one.merged AND {NEWEST}
)
SELECT start, id FROM up WHERE NOT EXISTS (
    SELECT FROM safeguarding_childmerge AS one WHERE one.gone_id = up.id AND one.merged AND {NEWEST})
"""  # noqa: S608 - our own text
MEMBERS = f"""
WITH RECURSIVE down(root, id) AS (
    SELECT id, id FROM unnest(%(ids)s::uuid[]) AS given(id)
    UNION SELECT down.root, one.gone_id FROM safeguarding_childmerge AS one JOIN down ON one.into_id = down.id WHERE one.merged AND {NEWEST}
)
SELECT id, root FROM down
"""  # noqa: S608

At = tuple[uuid.UUID, uuid.UUID]
"""A child in an incident."""


@dataclass(frozen=True)
class Held:
    """A record with everything merged into it: its own identity, its members' and the ties that stand."""

    root: uuid.UUID
    members: frozenset[uuid.UUID]
    ties: tuple[ChildTie, ...] = ()

    @property
    def at(self) -> list[At]:
        """The children in incidents that it holds."""
        return [(one.incident_id, one.child) for one in self.ties]


@dataclass(frozen=True)
class Seen:
    """What somebody sees of a record: ties in incidents within their sight, oldest incident first; ``more``: it holds others too."""

    user: Staff
    held: Held
    ties: tuple[ChildTie, ...]
    incidents: dict[uuid.UUID, Incident]
    more: bool
    versions: list[ChildVersion] = field(default_factory=list)

    @property
    def pks(self) -> list[uuid.UUID]:
        """The incidents, oldest first."""
        return list(self.incidents)


def standing_ties() -> QuerySet[ChildTie]:
    """Ties that hold now."""
    later = ChildTie.objects.filter(
        incident=OuterRef("incident"), child=OuterRef("child"), number__gt=OuterRef("number")
    )
    return ChildTie.objects.filter(~Exists(later), tied=True)


def roots(records: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """For each record the one into which it is merged, over as many merges as it takes; itself where into none."""
    return _pairs(ROOTS, records)


def members(found: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Every record merged into one of these, and these themselves, each with that one."""
    return _pairs(MEMBERS, found)


def held(record: uuid.UUID) -> Held | None:
    """The record with all that is merged into it, or the one that it is merged into; None where there is none."""
    if not ChildRecord.objects.filter(pk=record).exists():
        return None
    root = roots([record])[record]
    inside = members([root])
    ties = standing_ties().filter(record__in=inside).select_related("by", "why").order_by("id")
    return Held(root, frozenset(inside), tuple(ties))


def held_by(children: Collection[At]) -> dict[At, uuid.UUID]:
    """The record, after merges, of each child in an incident that has one."""
    ties = {(one.incident_id, one.child): one.record_id for one in _at(standing_ties(), children)}
    ends = roots(set(ties.values())) if ties else {}
    return {at: ends[record] for at, record in ties.items()}


def seen(user: Staff, record: uuid.UUID) -> Seen | None:
    """What this person sees of a record; None where that is nothing.

    One that holds no incident any more is seen by who may tie, while there is a marker or a raise on it: else nobody could end it.
    """
    found = held(record)
    if found is None:
        return None
    reach = Incident.objects.reached_by(user, SEE).filter(pk__in={one.incident_id for one in found.ties})
    incidents = {one.pk: one for one in reach.order_by("opened_at", "id")}
    if not incidents and not (_left_over(found) and user.can("child.tie")):
        return None
    order = {pk: place for place, pk in enumerate(incidents)}
    ties = sorted((one for one in found.ties if one.incident_id in incidents), key=lambda one: order[one.incident_id])
    wanted = {(one.incident_id, one.child) for one in ties}
    versions = ChildVersion.objects.filter(incident__in=incidents, child__in={one.child for one in ties})
    told = [
        one
        for one in versions.select_related("particulars", "by").order_by("at", "id")
        if (one.incident_id, one.child) in wanted
    ]
    return Seen(user, found, tuple(ties), incidents, len(ties) < len(found.ties), told)


def _left_over(found: Held) -> bool:
    """Whether a record of no incident still has something that wants an end."""
    mine = Q(record__in=found.members)
    return not found.ties and (ChildMarker.objects.filter(mine).exists() or ChildRaise.objects.filter(mine).exists())


def groups(found: Collection[uuid.UUID]) -> dict[uuid.UUID, list[At]]:
    """For each of these records, none of which is merged into another, the children in incidents tied to it."""
    inside = members(found) if found else {}
    tied: dict[uuid.UUID, list[At]] = defaultdict(list)
    rows = standing_ties().filter(record__in=inside).order_by("id") if inside else ChildTie.objects.none()
    for record, incident, child in rows.values_list("record", "incident", "child"):
        tied[inside[record]].append((incident, child))
    return tied


def waiting(user: Staff) -> QuerySet[ChildLikeness]:
    """Pairs that may be one child and wait for somebody to say so, where this person sees both; the likeliest first."""
    reach = Incident.objects.reached_by(user, "child.tie").values("pk")
    found = ChildLikeness.objects.filter(ended="", incident__in=reach, other_incident__in=reach)
    return found.select_related("incident", "other_incident").order_by("-score", "-id")


def likeness(user: Staff, pk: int) -> ChildLikeness | None:
    """A pair, whether it waits or not, where this person sees both."""
    reach = Incident.objects.reached_by(user, "child.tie").values("pk")
    found = ChildLikeness.objects.filter(pk=pk, incident__in=reach, other_incident__in=reach)
    return found.select_related("incident", "other_incident").first()


def suggestions_on(children: Collection[At]) -> QuerySet[ChildLikeness]:
    """Pairs that wait and of which one is among these."""
    incidents, ids = {one for one, _ in children}, {one for _, one in children}
    mine = Q(incident__in=incidents, child__in=ids) | Q(other_incident__in=incidents, other_child__in=ids)
    return ChildLikeness.objects.filter(mine, ended="").order_by("-score", "-id")


def said_apart(children: Collection[At]) -> set[frozenset[At]]:
    """Pairs of which one is among these and of which somebody said that they are not one child."""
    incidents, ids = {one for one, _ in children}, {one for _, one in children}
    mine = Q(incident__in=incidents, child__in=ids) | Q(other_incident__in=incidents, other_child__in=ids)
    return {
        frozenset(((one.incident_id, one.child), (one.other_incident_id, one.other_child)))
        for one in ChildApart.objects.filter(mine)
    }


def raises_open() -> QuerySet[ChildRaise]:
    """Raises that nobody has answered, the oldest first."""
    return ChildRaise.objects.filter(answer__isnull=True).order_by("at", "id")


def raises_of(found: Held) -> QuerySet[ChildRaise]:
    """Every raise of a record, the newest first."""
    return (
        ChildRaise.objects.filter(record__in=found.members)
        .select_related("answer__words", "answer__by")
        .order_by("-id")
    )


def merges_of(found: Held) -> QuerySet[ChildMerge]:
    """Every merge into or out of a record's members, taken back or not, the newest first."""
    mine = Q(gone__in=found.members) | Q(into__in=found.members)
    return ChildMerge.objects.filter(mine).select_related("by", "why").order_by("-id")


def markers_of(found: Held) -> list[tuple[ChildMarker, list[ChildMarkerReview]]]:
    """A record's markers, the newest first, each with its reviews, the newest first."""
    return markers_on(found.members)


def markers_on(records: Collection[uuid.UUID]) -> list[tuple[ChildMarker, list[ChildMarkerReview]]]:
    """The markers of these records and not of what is merged into them, the newest first, each with its reviews, the newest first."""
    rows = ChildMarker.objects.filter(record__in=records).select_related("words", "by").order_by("-id")
    reviews: dict[int, list[ChildMarkerReview]] = defaultdict(list)
    for one in (
        ChildMarkerReview.objects.filter(marker__record__in=records)
        .select_related("words", "why", "by")
        .order_by("-number")
    ):
        reviews[one.marker_id].append(one)
    return [(one, reviews[one.pk]) for one in rows]


def find(user: Staff, typed: str) -> list[At]:
    """Children with a name like the one typed, in incidents that this person may see, the likest and newest first."""
    if search_rules.too_short(typed):
        return []
    words = _like_words(typed)
    if not words:
        return []
    reach = Incident.objects.reached_by(user, SEE).values("pk")
    found = ChildName.objects.filter(version__incident__in=reach)
    return _best(found, words, min(2, len(search_rules.name_words(typed))), FOUND)


def named_like(children: Iterable[str]) -> list[At]:
    """Children anywhere with a word of their name like one of these, those with more of them first: candidates to compare with."""
    found: dict[At, None] = {}
    for name in children:
        if not search_rules.too_short(name) and (words := _like_words(name)):
            found |= dict.fromkeys(_best(ChildName.objects.all(), words, 1, COMPARED))
    return list(found)


def beside(incident: Incident) -> list[At]:
    """Children of other incidents that stand on the same place or person: candidates whatever they are called."""
    mine = list(standing().filter(incident=incident).values_list("place", "person"))
    places, people = {one for one, _ in mine if one}, {one for _, one in mine if one}
    if not places | people:
        return []
    others = (
        standing()
        .filter(Q(place__in=places) | Q(person__in=people))
        .exclude(incident=incident)
        .order_by("-id")
        .values_list("incident", flat=True)[:COMPARED]
    )
    found = ChildVersion.objects.filter(incident__in=set(others)).values_list("incident", "child").distinct()
    return list(found)


def known_of(children: Collection[At]) -> dict[At, Known]:
    """What is known of each child in its incident, for comparing; erased words are left out."""
    if not children:
        return {}
    on: dict[uuid.UUID, list[set[int]]] = defaultdict(lambda: [set(), set(), set()])
    incidents = {one for one, _ in children}
    for incident, *what in (
        standing().filter(incident__in=incidents).values_list("incident", "place", "person", "phone")
    ):
        for held_there, one in zip(on[incident], what, strict=True):
            held_there |= {one} - {None}
    told: dict[At, list[ChildVersion]] = defaultdict(list)
    versions = ChildVersion.objects.filter(incident__in=incidents, child__in={one for _, one in children})
    for version in versions.select_related("particulars").order_by("version"):
        told[version.incident_id, version.child].append(version)
    return {at: _known(told[at], on[at[0]]) for at in children if told[at]}


def facts(version: ChildVersion) -> dict[str, str]:
    """What was stated of a child in words, the name empty where nobody knows it; nothing where it was erased."""
    if version.particulars.erased_at is not None:
        return {}
    found: Any = json.loads(version.particulars.text)
    return {**found, "name": named(found.get("name", ""))} if isinstance(found, dict) else {}


def name_of(version: ChildVersion) -> str:
    """The child's name as this version has it, or what stands in its place."""
    if version.particulars.erased_at is not None:
        return version.particulars.shown()
    return facts(version).get("name", "") or "name not known"


def age_of(version: ChildVersion) -> str:
    """The age as it was told."""
    if version.age is None:
        return "age not known"
    return f"{'about ' if version.age_estimated else ''}{version.age}"


def newest(children: Collection[At]) -> dict[At, ChildVersion]:
    """Each child's newest version in its incident."""
    if not children:
        return {}
    wanted = set(children)
    found = ChildVersion.objects.filter(
        incident__in={one for one, _ in wanted}, child__in={one for _, one in wanted}
    ).order_by("incident", "child", "-version")
    rows = found.distinct("incident", "child").select_related("particulars")
    return {(one.incident_id, one.child): one for one in rows if (one.incident_id, one.child) in wanted}


def _known(versions: list[ChildVersion], on: list[set[int]]) -> Known:
    names: dict[str, None] = {}
    born: dict[date, None] = {}
    for version in versions:
        told = facts(version)
        if told.get("name"):
            names[told["name"]] = None
        if told.get("born"):
            born[date.fromisoformat(told["born"])] = None
    places, people, phones = (frozenset(one) for one in on)
    ages = tuple((one.age, one.age_estimated, one.at) for one in versions if one.age is not None)
    return Known(tuple(names), ages, tuple(born), places, people, phones)


def _like_words(typed: str) -> dict[int, int]:
    """Words known that are like those of a name, each with which of the name's words it is like."""
    found: dict[int, int] = {}
    for nth, word in enumerate(search_rules.name_words(typed)[:6]):
        if len(word) >= search_rules.SHORTEST - 1:
            for pk in like(WORDS, word):
                found.setdefault(pk, nth)
    return found


def _best(found: QuerySet[ChildName], words: dict[int, int], least: int, most: int) -> list[At]:
    nth = Case(*(When(word=pk, then=Value(place)) for pk, place in words.items()), output_field=IntegerField())
    rows = (
        found.filter(word__in=words)
        .values("version__incident", "version__child")
        .annotate(hits=Count(nth, distinct=True), last=Max("version"))
        .filter(hits__gte=least)
        .order_by("-hits", "-last")
        .values_list("version__incident", "version__child")
    )
    return list(rows[:most])


def _at(found: QuerySet[ChildTie], children: Collection[At]) -> list[ChildTie]:
    wanted = set(children)
    rows = found.filter(incident__in={one for one, _ in wanted}, child__in={one for _, one in wanted})
    return [one for one in rows if (one.incident_id, one.child) in wanted]


def _pairs(query: str, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"ids": list(ids)})
        return dict(cursor.fetchall())
