"""The verbs that make look-back items and set how many a team decides in a day: the only writers of runs, hits and agreements."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection

from goldthread.accounts.models import Team
from goldthread.audit.actions import Acting, acting
from goldthread.audit.models import Payload
from goldthread.clocks.bank import bank_holidays
from goldthread.clocks.local import LONDON
from goldthread.clocks.working import end_of_day
from goldthread.config.errors import NotThere, Refused
from goldthread.contact.actions import lock_identity
from goldthread.contact.work import command_key, earlier
from goldthread.lookback import rules, tables
from goldthread.lookback.choices import LEVELS
from goldthread.lookback.found import Found, Light, Plan, Source
from goldthread.lookback.models import Agreement, Hit, Item, Run
from goldthread.lookback.queries import newest_agreement, run_of
from goldthread.lookback.work import finish

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

CHUNK = 100
"""Items made in one transaction, and the most that a stop undoes."""
MAKING = 0x6C6F6F6B
"""The advisory lock of whoever makes a run; any number that nothing else takes."""
LEVEL_OF = {severity: level for level, severity in LEVELS.items()}
KEPT = ("rows", "hits", "not_carried", "unread", "bad", "repeated", "known")
Slot = tuple[datetime, datetime]
"""When an item is released, and when its decision is due."""


@dataclass(frozen=True)
class Made:
    """What came of making a run: items made now, and those that were there before."""

    run: Run
    made: int
    there: int


def may_agree(by: Staff, team: Team) -> None:
    """Raise ``Refused`` where this person's word does not set how many items that team decides in a day."""
    scope = by.seat.scope("lookback.agree") if by.is_active else "none"
    if scope == "none":
        raise Refused(f"{by.name}, {by.seat.name}, may not agree a capacity for look-back. Nothing was made.")
    if scope == "team" and by.team_id != team.pk:
        raise Refused(f"{by.name} may agree a capacity for {by.team.name} only, not for {team.name}. Nothing was made.")


def make(
    by: Staff, team: Team, a_day: int, source: Source, told: Callable[[int, int], None] = lambda _done, _all: None
) -> Made:
    """Make the plan's items, each owned by the team's desk, on a clock.

    ``by`` agreed to ``a_day`` items a working day; an operator says so at the command line, so the act is the system's.
    The same source makes nothing twice, and one that was stopped goes on. Raises ``Refused``.
    """
    rules.capacity(a_day)
    may_agree(by, team)
    with _alone():
        source.choose()  # others may have been made since it was planned
        return _make(by, team, a_day, source, told)


@contextmanager
def _alone() -> Iterator[None]:
    """Make one run at a time: two would take the same record twice, and each fill the day's capacity. Raises ``Refused``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [MAKING])
        if cursor.fetchone() != (True,):
            raise Refused("Another look-back is being made just now. Run the same command again when it has ended.")
    try:
        yield
    finally:
        with suppress(DatabaseError), connection.cursor() as cursor:  # a connection that is gone holds nothing
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MAKING])


def _make(by: Staff, team: Team, a_day: int, source: Source, told: Callable[[int, int], None]) -> Made:
    plan = source.plan
    run = _started(by, team, a_day, plan)
    present = set(Hit.objects.filter(run=run).values_list("row", flat=True))
    left = [one for one in plan.chosen if one.row not in present]
    with acting(None) as act:
        held = newest_agreement(team)
        if left and (held is None or held.capacity != a_day):
            _agree(by, team, a_day, act)  # a run that goes on may have been agreed anew
        elif held is not None:
            a_day = held.capacity
        slots, _moved = _slots(team, a_day, left, act.now)
    found = iter(source.found([one.row for one in left]))
    made = 0
    while chunk := list(islice(found, CHUNK)):
        made += _add(run, chunk, slots)
        told(len(present) + made, run.made)
    with acting(None) as act:
        _arrange(team, act)
    return Made(run, made, len(present))


def agree_capacity(user: Staff, team_id: int, *, key: uuid.UUID, a_day: int) -> None:
    """Agree another number of items a day for a team; what waits is released anew, highest risk first."""
    rules.capacity(a_day)
    with acting(user) as act:
        team = Team.objects.filter(pk=team_id).first()
        if team is None or newest_agreement(team) is None:
            raise NotThere("There is no look-back queue of that team.")
        may_agree(user, team)
        own = command_key(key, user.pk, team_id, "lookback.agree", a_day)
        if earlier(own) is not None:
            return
        _agree(user, team, a_day, act)
        _arrange(team, act)
        finish(own, "lookback.agree", user, act.now)


def _started(by: Staff, team: Team, a_day: int, plan: Plan) -> Run:
    with acting(None) as act:
        lock_identity(uuid.UUID(plan.source_hash[:32]))
        run = run_of(plan.source_hash)
        if run is not None:
            if run.team_id != team.pk:
                raise Refused(f"This was made into items for {run.team.name} already. Nothing was made.")
            return run
        slots, _moved = _slots(team, a_day, plan.chosen, act.now)
        run = Run.objects.create(
            team=team,
            kind=plan.kind,
            agreed_by=by,
            capacity=a_day,
            source=plan.source,
            source_hash=plan.source_hash,
            since=plan.since,
            made=len(plan.chosen),
            waiting=sum(release > act.now for release, _due in slots.values()),
            at=act.now,
            **plan.read_by,
            **{name: value for name, value in asdict(plan.counts).items() if name in KEPT},
        )
        subjects = [("lookback_run", str(run.pk)), ("staff", str(by.pk))]
        act.record("collection", "lookback.run", subjects, items=run.made, capacity=a_day)
        _agree(by, team, a_day, act)
        return run


def _agree(by: Staff, team: Team, a_day: int, act: Acting) -> None:
    Agreement.objects.create(team=team, capacity=a_day, by=by, at=act.now)
    act.record("alteration", "lookback.agree", [("team", str(team.pk)), ("staff", str(by.pk))], capacity=a_day)


def _add(run: Run, chunk: Sequence[Found], slots: dict[int, Slot]) -> int:
    """Make the items of one chunk in one transaction; those there already, by another process, are left."""
    with acting(None) as act:
        lock_identity(uuid.UUID(run.source_hash[:32]))
        there = set(Hit.objects.filter(run=run, row__in=[one.light.row for one in chunk]).values_list("row", flat=True))
        new = [one for one in chunk if one.light.row not in there]
        items = [_item(run, _hit(run, one), slots[one.light.row], act.now) for one in new]
        Item.objects.bulk_create(items)
        subjects = [("lookback", str(one.pk)) for one in items]
        subjects += [("incident", str(one.incident_id)) for one in new if one.incident_id is not None]
        if items:
            said = [one.hit.said for one in items if one.hit.said is not None]
            act.record("collection", "lookback.make", [("lookback_run", str(run.pk)), *subjects], said=said)
        return len(items)


def _hit(run: Run, one: Found) -> Hit:
    said = None if one.said is None else Payload.objects.keep(json.dumps(one.said, ensure_ascii=False))
    return Hit.objects.create(
        run=run,
        row=one.light.row,
        reference=one.light.reference,
        incident_id=one.incident_id,
        reading_id=one.reading_id,
        received_at=one.light.received_at,
        level=one.level,
        severity=one.light.severity,
        probability=one.light.probability,
        adult_vulnerability=one.adult_vulnerability,
        findings=one.findings,
        said=said,
        carried=one.carried,
        why=list(one.why),
    )


def _item(run: Run, hit: Hit, slot: Slot, now: datetime) -> Item:
    return Item(
        hit=hit,
        team_id=run.team_id,
        owner_team_id=run.team_id,
        opened_at=now,
        severity=hit.severity,
        probability=hit.probability,
        release_at=slot[0],
        due_at=slot[1],
    )


def _slots(
    team: Team, a_day: int, new: Iterable[Light], now: datetime
) -> tuple[dict[int, Slot], dict[uuid.UUID, Slot]]:
    """When each new item, by its row, and each one that waits already is released and due, in one order of rank."""
    today, closed, targets = now.astimezone(LONDON).date(), bank_holidays(), tables.targets_on(now.date())
    ranked: list[tuple[tuple[float, ...], int, int | uuid.UUID]] = [(one.rank, one.severity, one.row) for one in new]
    waiting = Item.objects.waiting(now).filter(team=team)
    for pk, severity, probability, received_at, row in waiting.values_list(
        "pk", "severity", "probability", "hit__received_at", "hit__row"
    ):
        ranked.append((rules.rank(severity, probability, received_at, row), severity, pk))
    ranked.sort(key=lambda one: (one[0], str(one[2])))
    midnight = datetime.combine(today, datetime.min.time(), LONDON)
    taken = Item.objects.filter(team=team, release_at__gte=midnight, release_at__lte=now).count()
    rows: dict[int, Slot] = {}
    moved: dict[uuid.UUID, Slot] = {}
    for (_rank, severity, which), day in zip(
        ranked, rules.releases(len(ranked), a_day, today, taken, closed), strict=True
    ):
        release = rules.released_at(day, now)
        slot = release, max(end_of_day(day, targets.decide[LEVEL_OF[severity]], closed), release)
        if isinstance(which, int):
            rows[which] = slot
        else:
            moved[which] = slot
    return rows, moved


def _arrange(team: Team, act: Acting) -> None:
    """Release what waits in one order of rank, each working day as many items as are agreed by now."""
    Team.objects.select_for_update().get(pk=team.pk)
    held = newest_agreement(team)
    if held is None:
        return
    _rows, moved = _slots(team, held.capacity, [], act.now)
    changed = []
    # Locked, so that what is decided meanwhile keeps its own times.
    for item in Item.objects.waiting(act.now).filter(team=team).select_for_update(of=("self",)):
        slot = moved.get(item.pk, (item.release_at, item.due_at))
        if slot != (item.release_at, item.due_at):
            item.release_at, item.due_at = slot
            changed.append(item)
    Item.objects.bulk_update(changed, ["release_at", "due_at"], batch_size=1_000)
    for first in range(0, len(changed), CHUNK):
        subjects = [("lookback", str(one.pk)) for one in changed[first : first + CHUNK]]
        act.record("alteration", "lookback.arrange", [("team", str(team.pk)), *subjects], capacity=held.capacity)
