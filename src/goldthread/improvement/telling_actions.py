"""Who is written to, and telling them: one notice for each thing that happened, never a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from goldthread.accounts.models import Staff
from goldthread.audit.actions import acting
from goldthread.config.errors import Invalid
from goldthread.improvement.frame import KEEP, SEE, hold, planning
from goldthread.improvement.models import EvidenceCheck, PlanContact
from goldthread.improvement.queries import plan
from goldthread.notices import rules as notice_rules
from goldthread.notices.actions import tell
from goldthread.notices.models import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goldthread.audit.actions import Acting
    from goldthread.improvement.told import Doing, Person, Recommended, Reported

RECOMMENDATION, REPORT = "plan-recommendation", "plan-report"
BODY = """{says}

Sign in and open {where}

This is told once.
"""


def set_contact(user: Staff, staff: int, *, mail: str) -> PlanContact:
    """Say where somebody of the plan is written to; empty: nowhere. Raises ``Invalid`` for no address, and for nobody of the plan."""
    kept = notice_rules.address("mail", mail) if mail.strip() else ""
    with planning(user, KEEP) as act:
        hold(PlanContact, staff)
        whom = Staff.objects.filter(pk=staff).first()
        if whom is None or not whom.can(SEE):
            raise Invalid({"staff": "This person is not here any more, or does not see the plan. Nothing was saved."})
        last = whom.plan_contacts.order_by("-at", "-pk").first()
        if last is not None and last.mail == kept:
            return last
        made = PlanContact(staff=whom, mail=kept, by=user, at=act.now)
        made.save()
        act.record("alteration", KEEP, [("staff", whom.pk)])
    return made


def addresses() -> dict[int, str]:
    """Where each of the plan's people who are here is written to, by number."""
    found = {one.staff_id: one.mail for one in PlanContact.objects.order_by("at", "pk")}
    here = {one.pk for one in Staff.objects.filter(pk__in=found, is_active=True) if one.can(SEE)}
    return {pk: mail for pk, mail in found.items() if mail and pk in here}


def tell_fallen(act: Acting, report: Reported, one: Recommended, change: int) -> None:
    """Tell owner and programme leads, in the transaction that re-opened it."""
    says = f"Recommendation {one.number} of {report.name} was re-opened by itself, because its figure fell back."
    _tell(act, f"fell:{change}", "A recommendation was re-opened", says, (RECOMMENDATION, one.id), _of(one.owner))


def tell_what_waits() -> int:
    """Tell what passed, what nobody owns any more and what is not what was received, each once; returns how many were told."""
    before = Notice.objects.count()
    for report in plan().reports:
        with acting(None) as act:
            if report.comments_left is not None and report.comments_left < 0:
                says = f"The last day for the Commissioner's comments on {report.name} has passed."
                _tell(
                    act,
                    f"s55:{report.id}:{report.comments_on}",
                    "A statutory day has passed",
                    says,
                    (REPORT, report.id),
                    [],
                )
            for one in report.recommendations:
                _of_recommendation(act, report, one)
    return Notice.objects.count() - before


def _of_recommendation(act: Acting, report: Reported, one: Recommended) -> None:
    named, about = f"Recommendation {one.number} of {report.name}", (RECOMMENDATION, one.id)
    if one.days_left is not None and one.days_left < 0 and one.state.state in {"progress", "believed"}:
        says = f"The published day of {named[0].lower()}{named[1:]} has passed, and it is not submitted."
        _tell(act, f"due:{one.id}:{one.due_on}", "A published day has passed", says, about, _of(one.owner))
    if one.owner is not None and one.owner.gone and one.state.state != "closed":
        says = f"{named} has no owner: its owner left. It needs a new one."
        _tell(act, f"left:{one.id}:{one.owner.id}", "A recommendation has no owner", says, about, [])
    for doing in one.actions:
        _of_action(act, report, doing)
    for proof in one.evidence:
        if proof.unsound:
            check = EvidenceCheck.objects.filter(evidence=proof.id).latest("at", "pk")
            says = (
                f"Hash alarm: evidence for {named[0].lower()}{named[1:]} is not what was received, and does not count."
            )
            _tell(act, f"hash:{check.pk}", "Hash alarm in the improvement plan", says, about, _of(one.owner))


def _of_action(act: Acting, report: Reported, doing: Doing) -> None:
    about = (RECOMMENDATION, doing.recommendation)
    if doing.open and doing.owner is not None and doing.owner.gone:
        says = f"Action {doing.reference} of {report.name} has no owner: its owner left. It needs a new one."
        _tell(act, f"left:a{doing.id}:{doing.owner.id}", "An action has no owner", says, about, [])
    for step in doing.steps:
        if doing.open and step.done_on is None and step.late:
            says = f"The day of a milestone of action {doing.reference} of {report.name} has passed, and it is not reached."
            _tell(act, f"step:{step.id}:{step.due_on}", "A milestone is late", says, about, _of(doing.owner))


def _of(owner: Person | None) -> list[int]:
    return [owner.id] if owner is not None and not owner.gone else []


def _tell(act: Acting, key: str, subject: str, says: str, about: tuple[str, int], owners: Iterable[int]) -> None:
    """Tell the programme leads and these owners, as far as somebody said where they are written to."""
    where = addresses()
    leads = [one.pk for one in Staff.objects.filter(pk__in=where) if one.can(KEEP)]
    there = (
        reverse("improvement:recommendation", args=[about[1]])
        if about[0] == RECOMMENDATION
        else reverse("improvement:register")
    )
    for pk in dict.fromkeys([*owners, *leads]):
        if pk in where:
            tell(
                act, key=f"plan:{key}:{pk}", channel="mail", to=where[pk], subject=f"{settings.ENV.force_name}: {subject}",
                body=BODY.format(says=says, where=there), about=about,
            )  # fmt: skip
