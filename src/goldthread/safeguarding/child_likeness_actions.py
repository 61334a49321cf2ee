"""What the machine does about children: their names are found by a search, and pairs that may be one child are suggested to a person."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from goldthread.audit.actions import Acting, acting
from goldthread.config.upward import listen
from goldthread.contact.events import ChildrenAnswered, KnownSettled
from goldthread.contact.known import force_day
from goldthread.contact.models import ChildVersion, Incident
from goldthread.contact.people_models import NameWord
from goldthread.contact.search_rules import name_words
from goldthread.safeguarding import child_queries as queries
from goldthread.safeguarding import child_rules as rules
from goldthread.safeguarding.child_models import ChildLikeness, ChildName
from goldthread.safeguarding.child_queries import At

AT_ONCE = 5_000
"""Rows written by one statement, where many names come at once."""


@listen(ChildrenAnswered)
def answered(event: ChildrenAnswered) -> None:
    """Let the names be found at once; likeness is looked for a moment later, so that whoever is on a call does not wait for it."""
    if event.answer == "named":
        found = ChildVersion.objects.filter(incident=event.incident, at=event.act.now).select_related("particulars")
        remember(found)
        _later(event.incident)


@listen(KnownSettled)
def settled(event: KnownSettled) -> None:
    """An address or person settled after the children were recorded may show whose they are."""
    if event.incident.children_answer == "named":
        _later(event.incident)


def remember(versions: Iterable[ChildVersion]) -> None:
    """Let the names in these versions be found by a search."""
    words = {one.pk: name_words(queries.facts(one).get("name", "")) for one in versions}
    every = sorted({word for each in words.values() for word in each})
    if not every:
        return
    NameWord.objects.bulk_create([NameWord(word=one) for one in every], ignore_conflicts=True, batch_size=AT_ONCE)
    ids = dict(NameWord.objects.filter(word__in=every).values_list("word", "pk"))
    rows = [ChildName(word_id=ids[word], version_id=pk) for pk, each in words.items() for word in each]
    ChildName.objects.bulk_create(rows, ignore_conflicts=True, batch_size=AT_ONCE)


def suggest(incident_id: uuid.UUID) -> int:
    """Keep each pair of a child in this incident and one in another that a person is to look at; returns how many are new.

    Safe to run twice. A pair of one record, and one of which somebody said that it is two children, is left out; of two records, or of
    a record and a child, one pair is enough.
    """
    with acting(None) as act:
        incident = Incident.objects.filter(pk=incident_id).first()
        if incident is None:
            return 0
        pks = ChildVersion.objects.filter(incident=incident).values_list("child", flat=True).distinct()
        mine = queries.known_of([(incident.pk, pk) for pk in pks])
        names = [name for one in mine.values() for name in one.names]
        others = [at for at in {*queries.named_like(names), *queries.beside(incident)} if at[0] != incident.pk]
        theirs = queries.known_of(others)
        weights = rules.rules_on(force_day(act.now)).alike
        records = queries.held_by([*mine, *theirs])
        groups = queries.groups(set(records.values()))
        whole = {at: groups.get(records[at], [at]) if at in records else [at] for at in [*mine, *theirs]}
        apart = queries.said_apart([one for at in mine for one in whole[at]])
        best: dict[tuple[object, object], ChildLikeness] = {}
        waits = _waits([one for at in mine for one in whole[at]])
        for at, known in mine.items():
            for other, its in theirs.items():
                if at in records and records[at] == records.get(other):
                    continue
                if any(frozenset((a, b)) in apart for a in whole[at] for b in whole[other]):
                    continue
                found = rules.alike(known, its, weights)
                between = (records.get(at, at), records.get(other, other))
                if not rules.suggested(found, weights) or frozenset(between) in waits:
                    continue
                if between not in best or best[between].score < found.score:
                    best[between] = _pair((at, other), found.score, act)
        before = ChildLikeness.objects.count() if best else 0
        ChildLikeness.objects.bulk_create(best.values(), ignore_conflicts=True)
        return ChildLikeness.objects.count() - before if best else 0


def _later(incident: Incident) -> None:
    from goldthread.safeguarding.child_tasks import look_for_likeness

    look_for_likeness.defer(incident=str(incident.pk))


def _waits(some: list[At]) -> set[frozenset[object]]:
    """Between whom a pair waits already: records, and children that have none."""
    pairs = [
        ((one.incident_id, one.child), (one.other_incident_id, one.other_child)) for one in queries.suggestions_on(some)
    ]
    records = queries.held_by({at for both in pairs for at in both})
    return {frozenset(records.get(at, at) for at in both) for both in pairs}


def _pair(both: tuple[At, At], score: int, act: Acting) -> ChildLikeness:
    first, second = sorted(both)
    return ChildLikeness(
        incident_id=first[0],
        child=first[1],
        other_incident_id=second[0],
        other_child=second[1],
        score=score,
        at=act.now,
    )
