"""Entering a plan file: all of it or nothing, and nothing twice."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from goldthread.config.errors import Invalid
from goldthread.improvement import import_rules
from goldthread.improvement.doing_actions import enter, step
from goldthread.improvement.frame import KEEP, hold, planning, there
from goldthread.improvement.models import ActionOwner, PlanAction, PlanReport, Recommendation
from goldthread.improvement.queries import owners, plan

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.improvement.import_rules import Preview

NO_REPORT = "Choose the report whose plan this is. Nothing was entered."


def look_over(report: int, text: str) -> Preview:
    """What a file would enter, and what is wrong with it. Raises ``Invalid`` where it is no such file, or there is no such report."""
    found = next((one for one in plan().reports if one.id == report), None)
    if found is None:
        raise Invalid({"report": NO_REPORT})
    rows, wrong = import_rules.read(text)
    who = {one.pk: one.username for one in owners()}
    standing = {
        doing.reference: import_rules.Standing(
            one.number, doing.words, who.get(doing.owner.id, "") if doing.owner else "",
            {(each.words, each.due_on) for each in doing.steps}
            | {(each.words, each.first_due) for each in doing.steps if each.first_due},
        )
        for one in found.recommendations
        for doing in one.actions
    }  # fmt: skip
    return import_rules.preview(rows, wrong, {one.number for one in found.recommendations}, set(who.values()), standing)


def enter_file(user: Staff, report: int, *, text: str) -> Preview:
    """Enter what a file brings, in one transaction; what is there already is passed over. Raises ``Refused``, ``Invalid`` by line."""
    with planning(user, KEEP) as act:
        hold(PlanReport, report)
        found = look_over(report, text)
        if found.wrong:
            told = [f"Line {one.line}: {one.says}" for one in found.wrong[: import_rules.MOST_TOLD]]
            raise Invalid({"file": f"{' '.join(told)} Nothing was entered."})
        there(PlanReport, report)
        recommendations = {one.number: one for one in Recommendation.objects.filter(report=report)}
        who = {one.username: one for one in owners()}
        for each in found.actions:
            if each.new:
                of = recommendations[each.recommendation]
                action = enter(act, user, of, uuid.uuid4(), each.reference, each.words)
                if each.owner:
                    ActionOwner(action=action, owner=who[each.owner], by=user, at=act.now).save()
            else:
                action = PlanAction.objects.get(report=report, reference=each.reference)
            for words, due_on in each.steps:
                step(act, user, action, uuid.uuid4(), words, due_on)
        act.record("collection", KEEP, [("plan-report", report)], actions=found.new_actions, milestones=found.new_steps)
    return found
