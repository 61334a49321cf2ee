"""The verbs of quality: draw a round, take a record, score it, put it back, and free what an assessor holds."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING

from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.actions import lock_identity
from goldthread.contact.known import force_day
from goldthread.contact.work import command_key
from goldthread.figures.draws import draw
from goldthread.quality import rules
from goldthread.quality.feedback_actions import put_before
from goldthread.quality.finding import population, still_open
from goldthread.quality.models import QualityRecord, QualityRound, QualityScore, QualityStratum, QualityTask
from goldthread.response.grades import every_grade

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

DRAW, SCORE = "quality.draw", "quality.score"


def draw_round(user: Staff, *, key: uuid.UUID, since: date, until: date, numbers: Mapping[str, int]) -> QualityRound:
    """Draw records of a period, each stratum by itself, and put them out to be scored, a share of them twice.

    Raises ``Refused`` without the verb, ``Invalid`` for a period that has not ended or numbers that draw nothing, and where no
    incident of the strata asked for is there.
    """
    with acting(user) as act:
        if not user.can(DRAW):
            raise Refused(f"Your role, {user.seat.name}, may not do this.")
        own = command_key(key, user.pk, DRAW, since, until, sorted(numbers.items()))
        lock_identity(own)
        before = QualityRound.objects.filter(key=own).first()
        if before is not None:
            return before
        today = force_day(act.now)
        form = rules.form_on(today)
        wanted = rules.plan(since, until, today, numbers, form)
        members = population(form, since, until)
        seed = secrets.token_hex(16)
        drawn = {code: draw(members[code], wanted[code], f"{seed}.{code}") for code in form.strata}
        if not any(drawn.values()):
            raise Invalid({"numbers": "No closed incident of the period is in these strata. Nothing was drawn."})
        made = QualityRound(
            since=since, until=until, form=dict(form.kept), seed=seed, open=still_open(since, until), key=own, by=user, at=act.now,
        )  # fmt: skip
        made.save()
        records: list[QualityRecord] = []
        for code, some in drawn.items():
            stratum = QualityStratum(round=made, code=code, population=len(members[code]), drawn=len(some))
            stratum.save()
            for incident, last in some:
                record = QualityRecord(
                    stratum=stratum, incident_id=incident, upto=last, chance=len(some) / len(members[code])
                )
                record.save()
                records.append(record)
        twice = rules.doubled([one.pk for one in records], form.double, seed)
        QualityTask.objects.bulk_create(
            QualityTask(record=one, place=place) for one in records for place in ((1, 2) if one.pk in twice else (1,))
        )
        subjects = [("quality-round", str(made.pk)), *(("incident", str(one.incident_id)) for one in records)]
        act.record("collection", DRAW, subjects, drawn=len(records), twice=len(twice))
    return made


def take_next(user: Staff) -> QualityTask | None:
    """The record that this assessor has taken and not scored, or else the next that is free and none of their own work; None where
    there is none. Second scorings come first, so that a round's agreement does not wait for its end.
    """
    with acting(user) as act:
        held = QualityTask.objects.visible_to(user).undone().order_by("taken_at", "pk").first()
        if held is not None:
            return held  # type: ignore[no-any-return]
        free = (
            QualityTask.objects.open_to(user).order_by("-place", "pk")
            if user.can(SCORE)
            else QualityTask.objects.none()
        )
        found: QualityTask | None = free.select_for_update(skip_locked=True, of=("self",)).first()
        if found is None or found.record.tasks.filter(assessor=user).exists():
            return None
        found.assessor, found.taken_at = user, act.now
        found.save()
        incident = str(found.record.incident_id)
        act.record("alteration", SCORE, [("incident", incident), ("quality-task", str(found.pk))], state="taken")
    return found


def score(
    user: Staff, task_id: int, *, key: uuid.UUID, answers: Mapping[str, str], critical: Collection[str] = (),
    should_be: str = "", words: str = "",
) -> QualityScore:  # fmt: skip
    """Score a record that one has taken. The same sent twice is one.

    Raises ``NotThere`` for another's, ``Stale`` where it was scored before, ``Invalid`` where an answer is missing, and ``Refused``
    for own work.
    """
    with acting(user) as act:
        task = QualityTask.objects.visible_to(user).select_for_update(of=("self",)).filter(pk=task_id).first()
        if task is None:
            raise NotThere(rules.NOT_THERE)
        own = command_key(key, user.pk, task_id, sorted(answers.items()), sorted(critical), should_be, words)
        before = QualityScore.objects.filter(task=task).first()
        if before is not None:
            if before.key == own:
                return before
            raise Stale(rules.CHANGED)
        others = task.record.tasks.exclude(pk=task.pk).values_list("assessor", flat=True)
        hands = {user.pk} if QualityTask.objects.own_work(user).filter(pk=task.pk).exists() else set()
        rules.may_score(user.pk, hands, set(others))
        form = rules.made(task.record.stratum.round.form)
        kept, fails, said = rules.checked(form, answers, critical, words)
        if should_be and should_be not in every_grade():
            raise Invalid({"should_be": "There is no such grade. Nothing was saved; choose one of the list."})
        made = QualityScore(
            task=task, answers=kept, critical=fails, result=rules.result(form, kept, fails), should_be=should_be,
            words=Payload.objects.keep(said) if said else None, by=user, key=own, at=act.now,
        )  # fmt: skip
        made.save()
        if task.place != 2:
            put_before(made, act, form.answer_days)
        incident = str(task.record.incident_id)
        act.record("collection", SCORE, [("incident", incident), ("quality-task", str(task.pk))], score=made.pk)
    return made


def put_back(user: Staff, task_id: int) -> None:
    """Give back a record that one has taken and not scored, for another assessor. Raises ``NotThere``; ``Stale`` where it is scored."""
    _free(user, QualityTask.objects.visible_to(user), task_id, SCORE)


def free(user: Staff, task_id: int) -> None:
    """Free a record that an assessor holds, as the lead. Raises ``NotThere``; ``Stale`` where it is scored."""
    everything = QualityTask.objects.all() if user.can(DRAW) else QualityTask.objects.none()
    _free(user, everything, task_id, DRAW)


def _free(user: Staff, reached: object, task_id: int, verb: str) -> None:
    with acting(user) as act:
        task = reached.select_for_update(of=("self",)).filter(pk=task_id, assessor__isnull=False).first()  # type: ignore[attr-defined]
        if task is None:
            raise NotThere(rules.NOT_THERE)
        if QualityScore.objects.filter(task=task).exists():
            raise Stale(rules.CHANGED)
        task.assessor = task.taken_at = None
        task.save()
        incident = str(task.record.incident_id)
        act.record("alteration", verb, [("incident", incident), ("quality-task", str(task.pk))], state="free")
