"""The verbs of a child's record: to make one, to tie a child of an incident to it or not after all, to merge and to take that back.

Nothing is copied and no machine merges. Each verb names who did it and why, and the row before stands.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from goldthread.audit.actions import Acting, acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.actions import lock_identity
from goldthread.contact.models import ChildVersion, Command, Incident
from goldthread.contact.work import NOT_THERE as NO_INCIDENT
from goldthread.contact.work import Work, command_key, earlier, on_incident
from goldthread.safeguarding import child_queries as queries
from goldthread.safeguarding import child_rules as rules
from goldthread.safeguarding.child_apart import against
from goldthread.safeguarding.child_models import ChildApart, ChildLikeness, ChildMerge, ChildRecord, ChildTie
from goldthread.safeguarding.child_queries import At, Held
from goldthread.safeguarding.child_raise_actions import look

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.audit.actions import Subject

TIE = "child.tie"
NO_RECORD = "There is no such record of a child, or it is not one that you may see."
NO_CHILD = "There is no such child in this incident."
NO_PAIR = "There is no such pair of children, or it is not one that you may see."
MEANWHILE = "Somebody has merged or separated one of these records meanwhile. Nothing was changed; look at them again."


def make(user: Staff, incident_id: uuid.UUID, child: uuid.UUID, *, key: uuid.UUID, why: str = "") -> ChildRecord:
    """Make a record of a child in an incident. Raises ``Refused`` where the child has one."""
    kept = rules.reason(why, needed="")
    with on_incident(user, incident_id, TIE, key, "make", child, kept) as work:
        if work.done is not None:
            return ChildRecord.objects.get(pk=work.done)
        _there(work, child)
        record = _made(work)
        _tie(work, child, record.pk, kept)
        look(work.act, record.pk, work.incident)
        work.finish(record.pk)
    return record


def tie(
    user: Staff,
    incident_id: uuid.UUID,
    child: uuid.UUID,
    *,
    key: uuid.UUID,
    record_id: uuid.UUID,
    why: str,
    despite: bool = False,
) -> uuid.UUID:
    """Say that a child in an incident is a record's. Returns the record, which is the one into which the named one is merged.

    Raises ``Refused`` where the child belongs to another already, ``NotThere`` for a record out of sight, and ``Invalid`` where
    something speaks against it (``against``), unless ``despite``: whoever says so has read that.
    """
    kept = rules.reason(why)
    with on_incident(user, incident_id, TIE, key, "tie", child, record_id, kept) as work:
        if work.done is not None:
            return uuid.UUID(work.done)
        _there(work, child)
        held = reached(user, record_id)
        _tie(work, child, held.root, kept, despite=despite)
        _one(work.act, held.root)
        look(work.act, held.root, work.incident)
        work.finish(held.root)
    return held.root


def untie(user: Staff, incident_id: uuid.UUID, child: uuid.UUID, *, key: uuid.UUID, why: str) -> uuid.UUID:
    """Say that a child in an incident is not that record's after all, nor suggested as it again. Returns the record."""
    kept = rules.reason(why)
    with on_incident(user, incident_id, TIE, key, "untie", child, kept) as work:
        if work.done is not None:
            return uuid.UUID(work.done)
        last = _last(incident_id, child)
        if last is None or not last.tied:
            raise Refused("This child belongs to no record, so there is nothing to take back.")
        held = queries.held(last.record_id)
        assert held is not None
        ChildTie(
            record_id=last.record_id, incident=work.incident, child=child, number=last.number + 1, tied=False, by=user,
            at=work.now, why=Payload.objects.keep(kept),
        ).save()  # fmt: skip
        others = [at for at in held.at if at != (incident_id, child)]
        if others:
            _apart(work.act, user, (incident_id, child), others[0], kept)
            _end_likenesses(work.act, [(incident_id, child)], others, "apart")
        _told(work, "child.untie", "child.untied", child, last.record_id, "alteration")
        work.finish(last.record_id)
    return last.record_id


def same(user: Staff, likeness_id: int, *, why: str, despite: bool = False) -> uuid.UUID:
    """Say of a suggested pair that they are one child: ties, makes or merges what it takes. Returns the record.

    Raises ``Invalid`` where something speaks against it, unless ``despite``.
    """
    kept = rules.reason(why)
    with acting(user) as act:
        one, other, pair = _pair(user, likeness_id)
        if pair.ended == "apart":
            raise Stale("Somebody said meanwhile that these are two children. Nothing was changed; look at them again.")
        with on_incident(user, one[0], TIE) as here, on_incident(user, other[0], TIE) as there:
            records = queries.held_by([one, other])
            mine, theirs = records.get(one), records.get(other)
            if mine is not None and theirs is not None:
                found = mine
                if mine != theirs:
                    _merge(act, user, theirs, mine, kept, despite=despite)
            elif mine is not None:
                found = mine
                _tie(there, other[1], found, kept, despite=despite)
            elif theirs is not None:
                found = theirs
                _tie(here, one[1], found, kept, despite=despite)
            else:
                found = _made(here).pk
                _tie(here, one[1], found, kept, despite=despite)
                _tie(there, other[1], found, kept, despite=despite)
            root = queries.roots([found])[found]
            _one(act, root)
            look(act, root, here.incident, there.incident)
    return root


def apart(user: Staff, likeness_id: int, *, why: str = "") -> None:
    """Say of a suggested pair that they are two children; it is kept and not suggested again. Once said it stays said."""
    kept = rules.reason(why, needed="")
    with acting(user) as act:
        one, other, pair = _pair(user, likeness_id)
        if pair.ended == "same":
            raise Stale("Somebody said meanwhile that these are one child. Nothing was changed; look at the record.")
        if pair.ended:
            return
        _apart(act, user, one, other, kept)
        records = queries.held_by([one, other])
        groups = queries.groups(set(records.values()))
        mine, theirs = (groups[records[at]] if at in records else [at] for at in (one, other))
        _end_likenesses(act, mine, theirs, "apart")


def merge(
    user: Staff, record_id: uuid.UUID, other_id: uuid.UUID, *, key: uuid.UUID, why: str, despite: bool = False
) -> uuid.UUID:
    """Say that two records are one child: the other goes into the first, with all that is tied to it. Returns the first.

    Raises ``Invalid`` for a record with itself and where something speaks against it, unless ``despite``; ``Stale`` where another
    merged or separated one of them meanwhile, and ``NotThere`` for one out of sight.
    """
    kept = rules.reason(why)
    with acting(user) as act:
        if (done := earlier(command_key(key, user.pk, "merge", record_id, other_id, kept))) is not None:
            return uuid.UUID(done)
        into, gone = reached(user, record_id), reached(user, other_id)
        if record_id == other_id:
            raise Invalid({"other": "This is the same record. Nothing was merged."})
        if (into.root, gone.root) != (record_id, other_id):
            raise Stale(MEANWHILE)
        _merge(act, user, gone.root, into.root, kept, despite=despite)
        _one(act, into.root)
        look(act, into.root)
        _remember(act, user, key, "merge", record_id, other_id, kept, result=into.root)
    return into.root


def unmerge(user: Staff, record_id: uuid.UUID, *, key: uuid.UUID, why: str, different: bool = False) -> uuid.UUID:
    """Take the merge of a record into another back: both stand as they did, with what was tied to each since. Returns the record.

    ``different``: they are two children, and are not suggested as one again. Raises ``Stale`` where it is not merged any more.
    """
    kept = rules.reason(why)
    with acting(user) as act:
        if (done := earlier(command_key(key, user.pk, "unmerge", record_id, kept, different))) is not None:
            return uuid.UUID(done)
        reached(user, record_id)
        last = ChildMerge.objects.filter(gone=record_id).order_by("-number").first()
        with _locked([record_id, *([last.into_id] if last else [])]):
            last = ChildMerge.objects.filter(gone=record_id).order_by("-number").first()
            if last is None or not last.merged:
                raise Stale("This record is not merged into another any more. Nothing was changed.")
            ChildMerge(
                gone_id=record_id, into_id=last.into_id, number=last.number + 1, merged=False, by=user, at=act.now,
                why=Payload.objects.keep(kept),
            ).save()  # fmt: skip
        mine, theirs = queries.held(record_id), queries.held(last.into_id)
        assert mine is not None
        assert theirs is not None
        act.record("alteration", "child.unmerge", _subjects(record_id, last.into_id, mine, theirs), different=different)
        if different and mine.at and theirs.at:
            _apart(act, user, mine.at[0], theirs.at[0], kept)
            _end_likenesses(act, mine.at, theirs.at, "apart")
        _remember(act, user, key, "unmerge", record_id, kept, different, result=record_id)
    return record_id


def _merge(act: Acting, user: Staff, gone: uuid.UUID, into: uuid.UUID, kept: str, *, despite: bool) -> None:
    with _locked([gone, into]):
        if queries.roots([gone, into]) != {gone: gone, into: into}:
            raise Stale(MEANWHILE)
        groups = queries.groups([gone, into])
        _doubt(user, groups.get(gone, []), groups.get(into, []), despite=despite)
        last = ChildMerge.objects.filter(gone=gone).order_by("-number").first()
        ChildMerge(
            gone_id=gone, into_id=into, number=last.number + 1 if last else 1, by=user, at=act.now,
            why=Payload.objects.keep(kept),
        ).save()  # fmt: skip
    whole = queries.held(into)
    assert whole is not None
    act.record("combination", "child.merge", _subjects(gone, into, whole))


def _doubt(user: Staff, some: list[At], others: list[At], *, despite: bool) -> None:
    """Refuse to make one of what somebody said is two, or what one incident has as two: once, since a person may know better."""
    if not despite and (said := against(user, some, others)):
        raise Invalid({"despite": said})


def _tie(work: Work, child: uuid.UUID, record: uuid.UUID, kept: str, *, despite: bool = False) -> None:
    last = _last(work.incident.pk, child)
    if last is not None and last.tied:
        if queries.roots([last.record_id])[last.record_id] == queries.roots([record])[record]:
            return
        raise Refused(
            "This child belongs to another record already. Merge the two records, or take the tie back first."
        )
    assert work.user is not None
    held = queries.held(record)
    _doubt(work.user, [(work.incident.pk, child)], held.at if held else [], despite=despite)
    ChildTie(
        record_id=record, incident=work.incident, child=child, number=last.number + 1 if last else 1, by=work.user,
        at=work.now, why=Payload.objects.keep(kept) if kept else None,
    ).save()  # fmt: skip
    _told(work, "child.tie", "child.tied", child, record, "combination")


def _made(work: Work) -> ChildRecord:
    assert work.user is not None
    record = ChildRecord(made_at=work.now, made_by=work.user)
    record.save()
    work.act.record("collection", "child.make", [("incident", str(work.incident.pk)), ("child_record", str(record.pk))])
    return record


def _told(work: Work, verb: str, code: str, child: uuid.UUID, record: uuid.UUID, duty: str) -> None:
    work.event(code, child=str(child), record=str(record))
    subjects: list[Subject] = [
        ("incident", str(work.incident.pk)),
        ("child", str(child)),
        ("child_record", str(record)),
    ]
    work.act.record(duty, verb, subjects)
    work.involve("author")


def _there(work: Work, child: uuid.UUID) -> None:
    if not ChildVersion.objects.filter(incident=work.incident, child=child).exists():
        raise NotThere(NO_CHILD)


def _last(incident: uuid.UUID, child: uuid.UUID) -> ChildTie | None:
    return ChildTie.objects.filter(incident=incident, child=child).order_by("-number").first()


def reached(user: Staff, record_id: uuid.UUID) -> Held:
    """The record, where this person may tie to it: at least one of its incidents is in the verb's reach, or it holds none any more."""
    held = queries.held(record_id)
    if held is None or not user.can(TIE):
        raise NotThere(NO_RECORD)
    reach = Incident.objects.reached_by(user, TIE).filter(pk__in=[incident for incident, _ in held.at])
    if held.at and not reach.exists():
        raise NotThere(NO_RECORD)
    return held


def _pair(user: Staff, likeness_id: int) -> tuple[At, At, ChildLikeness]:
    """A suggested pair with both incidents locked in order, so that two who decide it wait for each other."""
    pair = ChildLikeness.objects.filter(pk=likeness_id).first()
    if pair is None:
        raise NotThere(NO_PAIR)
    both = {pair.incident_id, pair.other_incident_id}
    reach = Incident.objects.reached_by(user, TIE).filter(pk__in=both)
    if reach.count() != len(both):
        raise NotThere(NO_INCIDENT)
    list(Incident.objects.filter(pk__in=both).order_by("pk").select_for_update(of=("self",)))
    pair.refresh_from_db()
    return (pair.incident_id, pair.child), (pair.other_incident_id, pair.other_child), pair


def _apart(act: Acting, user: Staff, one: At, other: At, kept: str) -> None:
    first, second = sorted((one, other))
    ChildApart(
        incident_id=first[0], child=first[1], other_incident_id=second[0], other_child=second[1], by=user, at=act.now,
        why=Payload.objects.keep(kept) if kept else None,
    ).save_once()  # fmt: skip
    act.record("alteration", "child.apart", [(kind, str(pk)) for at in (first, second) for kind, pk in _of(at)])


def _of(at: At) -> list[tuple[str, uuid.UUID]]:
    return [("incident", at[0]), ("child", at[1])]


def _one(act: Acting, record: uuid.UUID) -> None:
    """End every pair that waits inside a record, of which it is now known that they are one."""
    held = queries.held(record)
    assert held is not None
    _end_likenesses(act, held.at, held.at, "same")


def _end_likenesses(act: Acting, some: list[At], others: list[At], how: str) -> None:
    """End every pair that waits between two groups of children, of which it is now known whether they are one."""
    mine, theirs = set(some), set(others)
    ends = []
    for one in queries.suggestions_on(some):
        a, b = (one.incident_id, one.child), (one.other_incident_id, one.other_child)
        if (a in mine and b in theirs) or (b in mine and a in theirs):
            ends.append(one.pk)
    ChildLikeness.objects.filter(pk__in=ends, ended="").update(ended=how, ended_at=act.now)


@contextmanager
def _locked(records: list[uuid.UUID]) -> Iterator[None]:
    """Hold records in one order; rows that are only added cannot be locked themselves."""
    for one in sorted(records):
        lock_identity(one)
    yield


def _subjects(gone: uuid.UUID, into: uuid.UUID, *held: Held) -> list[Subject]:
    incidents = dict.fromkeys(str(incident) for one in held for incident, _ in one.at)
    return [("child_record", str(gone)), ("child_record", str(into)), *(("incident", one) for one in incidents)]


def _remember(act: Acting, user: Staff, key: uuid.UUID, *what: object, result: uuid.UUID) -> None:
    Command.objects.create(
        key=command_key(key, user.pk, *what), verb=TIE, staff=user, incident=None, result=str(result), at=act.now
    )
