"""One of every object of quality, learning, the plan, boards and the Commissioner's space, and somebody of every role and of another team."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.audit.models import Payload
from goldthread.clocks.db import database_now
from goldthread.commissioner import letter_actions, letter_queries
from goldthread.contact.known import force_day
from goldthread.governance.actions import issue as issue_pack
from goldthread.improvement import actions as planning
from goldthread.improvement import doing_actions, evidence_actions
from goldthread.learning import actions as learning
from goldthread.quality import theme_actions
from goldthread.quality.models import QualityFeedback, QualityReply, QualityScore, QualityTask
from tests.cast import Cast, key, make_cast
from tests.commissioner.scenes import TABLE, issued
from tests.governance.scenes import CODE
from tests.learning.scenes import COURSE
from tests.quality.rate_scenes import NO, YES, drawn

PARAMETER = re.compile(r"<(?:\w+:)?\w+>")


@dataclass(frozen=True)
class AnsweringWorld:
    """``staff`` holds one of each role; ``others`` another of the role, whose the objects are not, in another team. ``ids`` fill addresses."""

    cast: Cast
    staff: dict[str, Staff]
    others: dict[str, Staff]
    ids: dict[str, str]

    def at(self, route: str) -> str:
        """A route's address, each parameter filled with the object of the word before it, a second one with what is of that.

        Raises ``KeyError`` for a word not known.
        """
        words, last, filled = [], "", False
        for word in route.split("/"):
            if PARAMETER.fullmatch(word):
                words.append(self.ids[f"of {last}" if filled else last])
                filled = True
            else:
                words.append(word)
                last, filled = word, False
        return "/".join(words)


def make_answering_world() -> AnsweringWorld:
    """Create it in the database at hand, through the actions where there is one."""
    cast = make_cast()
    by_role = {one.role: one for one in reversed(cast.everybody().values())}

    def person(role: str, name: str) -> Staff:
        team = cast.stranger.team if name.startswith("other") else cast.handler.team
        made = Staff(username=f"{name}-{role}", name=f"{name} {role}".title(), role=role, team=team, password="x")
        made.save()
        return made

    staff = {code: by_role.get(code) or person(code, "the") for code in roles()}
    others = {code: person(code, "other") for code in roles()}
    today = force_day(database_now(connection))

    round_ = drawn(cast, {"rest": (80, [YES] * 3 + [NO] * 3)}, left=1)
    feedback, disputed = (
        QualityFeedback(score=one, to=cast.handler, answer_by=database_now(connection) + timedelta(days=5))
        for one in QualityScore.objects.order_by("pk")[:2]
    )
    feedback.save()
    disputed.save()
    QualityReply(feedback=disputed, reply="disputes", words=Payload.objects.keep("I had asked.")).save()
    free = round_.strata.get(code="rest").records.order_by("-pk")[0]
    task = QualityTask.objects.create(record=free, place=1, assessor=cast.qa, taken_at=database_now(connection))
    theme = theme_actions.make(
        staff["qa_lead"], key=key(), round_id=round_.pk, title="The voice of the child", why="It is left out.", question="voice"
    )  # fmt: skip

    trainer = staff["trainer"]
    cohort = learning.plan_cohort(
        trainer, key=key(), course=COURSE, starts=today + timedelta(days=1), ends=today + timedelta(days=1), place="Room 2", places=4
    ).pk  # fmt: skip
    learning.book(trainer, cohort, staff=[cast.handler.pk])
    need = learning.enter_need(trainer, key=key(), words="Ask where each child is.", roles=["call_handler"])

    keeper = staff["programme_lead"]
    report = planning.add_report(
        keeper, key=key(), name="First contact", source="HMICFRS", kind="inspection", published_on=today, recommendations=1
    )  # fmt: skip
    recommendation = report.recommendations.get().pk
    planning.set_owner(keeper, recommendation, owner=staff["gold"].pk)
    action = doing_actions.add_action(keeper, recommendation, key=key(), words="Train both teams.")
    step = doing_actions.add_milestone(keeper, action.pk, key=key(), words="Both trained", due_on=today)
    proof = evidence_actions.add_evidence(
        keeper, recommendation, key=key(), words="The register.", true_on=today, received_on=today,
        upload=SimpleUploadedFile("register.pdf", b"%PDF-1.7\nthe register of the course"),
    )  # fmt: skip

    pack = issue_pack(staff["silver"], "silver", key=key(), seen=0)
    edition = issued(cast)
    made = letter_queries.drafted(report.pk)
    assert made is not None
    draft = letter_actions.put(keeper, report.pk, key=key(), seen=made.sha256)
    letter_actions.issue(cast.pcc, report.pk, key=key(), seen=letter_queries.composed(draft).sha256)
    ids = {
        "records": task.pk, "rounds": round_.pk, "rates": round_.pk, "feedback": feedback.pk, "disputes": disputed.pk, "themes": theme.pk,
        "figures": CODE, "reasons": CODE, "measures": CODE, "weeks": CODE, "draft": "silver", "drafts": "silver", "packs": pack.pk,
        "recommendations": recommendation, "actions": action.pk, "milestones": step.pk, "evidence": proof.pk, "register": report.pk,
        "reports": report.pk, "letters": report.pk, "tables": TABLE, "published": TABLE, "editions": edition.number, "of tables": edition.number,
        "of rounds": task.pk,
        "needs": need.pk, "cohorts": cohort, "book": cast.handler.pk, "bookings": cast.handler.pk,
    }  # fmt: skip
    return AnsweringWorld(cast, staff, others, {word: str(one) for word, one in ids.items()})
