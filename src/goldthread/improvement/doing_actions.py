"""The verbs of actions: entering one, its owner, its milestones, what it waits for, what is noted, and that it is done."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.known import force_day
from goldthread.contact.work import command_key
from goldthread.improvement import entry_rules, rules, theme_uses
from goldthread.improvement.actions import RECOMMENDATION, may_own
from goldthread.improvement.frame import KEEP, NOTE, hold, planning, there
from goldthread.improvement.models import (
    ActionMark,
    ActionNeed,
    ActionOwner,
    Milestone,
    MilestoneDone,
    MilestoneDue,
    PlanAction,
    PlanReport,
    ProgressNote,
    Recommendation,
)

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.audit.actions import Acting
    from goldthread.quality.models import QualityTheme

ACTION = "plan-action"


def add_action(
    user: Staff,
    recommendation: int,
    *,
    key: uuid.UUID,
    words: str,
    reference: str = "",
    owner: int | None = None,
    theme: int | None = None,
) -> PlanAction:
    """Enter an action. Without a reference it gets the recommendation's number and the next one of its actions, such as *3.2*.

    The same sent twice is one. Raises ``NotThere``, ``Invalid`` for a reference taken, no words, an owner who may own nothing, or a theme
    there is not.
    """
    kept = entry_rules.words(words, "Write what is to be done.")
    with planning(user, KEEP) as act:
        found = there(Recommendation, recommendation)
        own = command_key(
            key, user.pk, recommendation, "action", kept, reference, owner, *(() if theme is None else (theme,))
        )
        before = PlanAction.objects.filter(key=own).first()
        if before is not None:
            return before
        whom = None if owner is None else may_own(owner)
        came_of = theme_uses.named(theme)
        hold(PlanReport, found.report_id)
        named = entry_rules.line("reference", reference, 20, "") if reference.strip() else _next(found)
        if PlanAction.objects.filter(report=found.report_id, reference=named).exists():
            raise Invalid(
                {"reference": f"There is an action {named} in this report already. Nothing was saved; give another."}
            )
        made = enter(act, user, found, own, named, kept, came_of)
        if whom is not None:
            ActionOwner(action=made, owner=whom, by=user, at=act.now).save()
    return made


def enter(
    act: Acting, user: Staff, of: Recommendation, key: uuid.UUID, reference: str, words: str, theme: QualityTheme | None = None
) -> PlanAction:  # fmt: skip
    """Write one action in the caller's transaction, which holds the report."""
    made = PlanAction(
        recommendation=of, report_id=of.report_id, reference=reference, words=Payload.objects.keep(words), theme=theme, key=key,
        by=user, at=act.now,
    )  # fmt: skip
    made.save()
    act.record("collection", KEEP, [(ACTION, made.pk), (RECOMMENDATION, of.pk)], words=made.words)
    return made


def _next(of: Recommendation) -> str:
    taken = set(PlanAction.objects.filter(report=of.report_id).values_list("reference", flat=True))
    number = 1
    while f"{of.number}.{number}" in taken:
        number += 1
    return f"{of.number}.{number}"


def give_action(user: Staff, action: int, *, owner: int) -> ActionOwner:
    """Give an action to a chief officer. Raises ``NotThere``, ``Invalid`` for somebody who may own nothing."""
    with planning(user, KEEP) as act:
        found = there(PlanAction, action)
        whom = may_own(owner)
        last = found.owners.order_by("-at", "-pk").first()
        if last is not None and last.owner_id == whom.pk:
            return last
        made = ActionOwner(action=found, owner=whom, by=user, at=act.now)
        made.save()
        act.record("alteration", KEEP, [(ACTION, found.pk), ("staff", whom.pk)])
    return made


def mark(user: Staff, action: int, *, mark: str, day: date | None = None, words: str = "") -> ActionMark:
    """Say that an action is done, on which day, or dropped or open again, and why.

    Raises ``NotThere``; ``Invalid`` for a day to come, and without a reason where it is not done; ``Refused`` while it waits for another.
    """
    if mark not in dict(rules.MARKS):
        raise Invalid({"mark": "Say whether it is done, dropped or open again. Nothing was saved."})
    kept = entry_rules.words(words, "" if mark == "done" else "Write why.")
    with planning(user, NOTE) as act:
        found = there(PlanAction, action)
        today = force_day(act.now)
        on = today if day is None else entry_rules.day("day", day, latest=today)
        last = found.marks.select_related("words").order_by("-at", "-pk").first()
        now = "open" if last is None else last.mark
        if last is not None and (now, last.day) == (mark, on):
            return last
        if now == mark:
            raise Refused(f"It is {dict(rules.MARKS)[mark].lower()} already. Nothing was saved.")
        if mark == "done" and (waits := _undone(found)):
            raise Refused(f"It waits for {', '.join(waits)}, not done yet. Nothing was saved.")
        made = ActionMark(
            action=found, mark=mark, day=on, words=Payload.objects.keep(kept) if kept else None, by=user, at=act.now
        )
        made.save()
        act.record("alteration", NOTE, [(ACTION, found.pk)], mark=mark, day=on)
    return made


def _undone(action: PlanAction) -> list[str]:
    marks = {one.action_id: one.mark for one in ActionMark.objects.order_by("at", "pk")}
    held = needed(action.report_id).get(action.pk, set())
    waits = PlanAction.objects.filter(pk__in=[one for one in held if marks.get(one, "open") == "open"])
    return sorted(waits.values_list("reference", flat=True))


def needed(report: int) -> dict[int, set[int]]:
    """Which actions each of a report's actions waits for."""
    pairs = {
        (one.action_id, one.other_id): one.holds
        for one in ActionNeed.objects.filter(action__report=report).order_by("at", "pk")
    }
    found: dict[int, set[int]] = {}
    for (one, other), holds in pairs.items():
        if holds:
            found.setdefault(one, set()).add(other)
    return found


def needs(user: Staff, action: int, *, other: str, holds: bool = True) -> ActionNeed:
    """Say that an action waits for another of its report, by that one's reference, or no more.

    Raises ``NotThere``; ``Invalid`` for one that is not there, and where each would wait for the other.
    """
    with planning(user, KEEP) as act:
        found = there(PlanAction, action)
        hold(PlanReport, found.report_id)
        named = PlanAction.objects.filter(report=found.report_id, reference=" ".join(other.split())).first()
        if named is None:
            raise Invalid({"other": "There is no action of this reference in the report. Nothing was saved."})
        held = needed(found.report_id)
        if (named.pk in held.get(found.pk, set())) is holds:
            last = ActionNeed.objects.filter(action=found, other=named).order_by("-at", "-pk").first()
            if last is not None:
                return last
            raise Invalid({"other": f"It does not wait for {named.reference}. Nothing was saved."})
        if holds:
            entry_rules.needs(found.pk, named.pk, held)
        made = ActionNeed(action=found, other=named, holds=holds, by=user, at=act.now)
        made.save()
        act.record("alteration", KEEP, [(ACTION, found.pk), (ACTION, named.pk)], holds=holds)
    return made


def note(user: Staff, action: int, *, key: uuid.UUID, words: str) -> ProgressNote:
    """Note what came of an action. The same sent twice is one. Raises ``NotThere``, ``Invalid`` without words."""
    kept = entry_rules.words(words, "Write what has come of it.")
    with planning(user, NOTE) as act:
        found = there(PlanAction, action)
        own = command_key(key, user.pk, action, "note", kept)
        before = ProgressNote.objects.filter(key=own).first()
        if before is not None:
            return before
        made = ProgressNote(action=found, words=Payload.objects.keep(kept), key=own, by=user, at=act.now)
        made.save()
        act.record("collection", NOTE, [(ACTION, found.pk)], words=made.words)
    return made


def add_milestone(user: Staff, action: int, *, key: uuid.UUID, words: str, due_on: date) -> Milestone:
    """Enter a milestone of an action. The same sent twice is one. Raises ``NotThere``, ``Invalid``."""
    kept = entry_rules.words(words, "Write what will be there then.")
    entry_rules.day("due_on", due_on)
    with planning(user, KEEP) as act:
        found = there(PlanAction, action)
        own = command_key(key, user.pk, action, "milestone", kept, due_on)
        before = Milestone.objects.filter(key=own).first()
        return before or step(act, user, found, own, kept, due_on)


def step(act: Acting, user: Staff, action: PlanAction, key: uuid.UUID, words: str, due_on: date) -> Milestone:
    """Write one milestone in the caller's transaction, which holds its action."""
    made = Milestone(action=action, words=Payload.objects.keep(words), key=key, by=user, at=act.now)
    made.save()
    MilestoneDue(milestone=made, due_on=due_on, by=user, at=act.now).save()
    act.record("collection", KEEP, [("plan-milestone", made.pk), (ACTION, action.pk)], due_on=due_on)
    return made


def move_milestone(user: Staff, milestone: int, *, due_on: date, words: str) -> MilestoneDue:
    """Move a milestone to another day, and say why; the day before stands. Raises ``NotThere``, ``Invalid``, ``Stale`` for one reached."""
    kept = entry_rules.words(words, "Write why it is moved.")
    entry_rules.day("due_on", due_on)
    with planning(user, KEEP) as act:
        found = there(Milestone, milestone)
        last = found.dues.order_by("-at", "-pk")[0]
        if last.due_on == due_on:
            return last
        if MilestoneDone.objects.filter(milestone=found).exists():
            raise Stale("It was reached already. Nothing was saved.")
        made = MilestoneDue(milestone=found, due_on=due_on, words=Payload.objects.keep(kept), by=user, at=act.now)
        made.save()
        act.record("alteration", KEEP, [("plan-milestone", found.pk)], due_on=due_on)
    return made


def reach(user: Staff, milestone: int, *, day: date | None = None) -> MilestoneDone:
    """Say that a milestone was reached, and on which day. Raises ``NotThere``, ``Invalid`` for a day to come, ``Stale`` for another day said."""
    with planning(user, NOTE) as act:
        found = there(Milestone, milestone)
        today = force_day(act.now)
        on = today if day is None else entry_rules.day("day", day, latest=today)
        before = MilestoneDone.objects.filter(milestone=found).first()
        if before is not None:
            if before.day == on:
                return before
            raise Stale("Somebody said already that it was reached, on another day. Nothing was saved.")
        made = MilestoneDone(milestone=found, day=on, by=user, at=act.now)
        made.save()
        act.record("alteration", NOTE, [("plan-milestone", found.pk), (ACTION, found.action_id)], day=on)
    return made


def action_of(milestone: int) -> int:
    """The action of a milestone. Raises ``NotThere``."""
    found = Milestone.objects.filter(pk=milestone).values_list("action", flat=True).first()
    if found is None:
        raise NotThere(rules.NOT_THERE)
    return found
