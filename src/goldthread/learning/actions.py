"""The verbs of learning: enter a need and settle it, plan a cohort and call it off, book people and take that back."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from django.db import connection

from goldthread.accounts.models import Staff, Team
from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.actions import lock_identity
from goldthread.contact.known import force_day
from goldthread.contact.work import command_key
from goldthread.learning import queries, rules
from goldthread.learning.models import Booking, BookingEnd, Cohort, LearningNeed, LearningNeedStep
from goldthread.quality.models import QualityTheme

if TYPE_CHECKING:
    from datetime import datetime

KEEP = "learning.keep"
NO_NEED, NO_COHORT = "There is no such need.", "There is no such cohort."
SETTLED = "This need was closed already. Nothing was changed; what you wrote is still here."
CALLED_OFF = "This cohort was called off. Nothing was changed."


def may(user: Staff) -> None:
    """Raise ``Refused`` without the verb."""
    if not user.can(KEEP):
        raise Refused(f"Your role, {user.seat.name}, may not do this.")


def known(now: datetime) -> rules.Courses:
    """The courses in force now."""
    return rules.courses_on(force_day(now))


def enter_need(
    user: Staff, *, key: uuid.UUID, words: str, roles: Collection[str], course: str = "", team: int | None = None, theme: int | None = None
) -> LearningNeed:  # fmt: skip
    """Enter what some people have to learn; from a theme of quality where one is named. The same sent twice is one.

    Raises ``Refused`` without the verb, ``Invalid`` for words or people that are missing, and for a theme or team there is not.
    """
    with acting(user) as act:
        may(user)
        own = command_key(key, user.pk, "need", words, sorted(roles), course, team, theme)
        lock_identity(own)
        before = LearningNeed.objects.filter(key=own).first()
        if before is not None:
            return before
        kept = rules.need(words, roles, course, known(act.now))
        if team is not None and not Team.objects.filter(pk=team).exists():
            raise Invalid({"team": "There is no such team. Nothing was saved; choose one of the list."})
        if theme is not None and not QualityTheme.objects.filter(pk=theme).exists():
            raise Invalid({"theme": "There is no such theme. Nothing was saved."})
        made = LearningNeed(
            words=Payload.objects.keep(kept), theme_id=theme, roles=sorted(set(roles)), team_id=team, course=course, key=own, by=user, at=act.now,
        )  # fmt: skip
        made.save()
        from_theme = [("quality-theme", str(theme))] if theme is not None else []
        act.record("collection", KEEP, [("learning-need", str(made.pk)), *from_theme], course=course)
    return made


def settle_need(user: Staff, need_id: int, *, course: str = "", words: str = "") -> LearningNeedStep:
    """Say which course meets a need, or close it with why. The same sent twice is one.

    Raises ``NotThere``, ``Stale`` where it was closed, and ``Invalid`` for no course and no reason, for both, and for a course there is not.
    """
    with acting(user) as act:
        if not user.can(KEEP):
            raise NotThere(NO_NEED)
        _one_at_a_time(need_id)
        found = queries.need(need_id)
        if found is None:
            raise NotThere(NO_NEED)
        wrong: dict[str, str] = {}
        kept = "" if course else rules.said(words, "Choose a course, or write why the need is closed.", wrong)
        if course and course not in known(act.now).courses:
            wrong["course"] = "There is no such course. Nothing was saved; choose one of the list."
        elif course and words.strip():
            wrong["words"] = "A reason closes the need, and a course meets it. Nothing was saved; give one of them."
        if wrong:
            raise Invalid(wrong)
        last = LearningNeedStep.objects.filter(need=found.need).select_related("words").order_by("-id").first()
        stands = None if last is None else (last.by_id, last.course, last.words.shown() if last.words else "")
        if last is not None and stands == (user.pk, course, kept):
            return last
        if found.closed is not None:
            raise Stale(SETTLED)
        made = LearningNeedStep(
            need=found.need, course=course, words=Payload.objects.keep(kept) if kept else None, by=user, at=act.now
        )
        made.save()
        act.record(
            "alteration", KEEP, [("learning-need", str(need_id))], course=course, state="" if course else "closed"
        )
    return made


def plan_cohort(
    user: Staff, *, key: uuid.UUID, course: str, starts: date, ends: date, place: str, places: int,
    trainer: int | None = None, need: int | None = None,
) -> Cohort:  # fmt: skip
    """Plan a cohort, held by ``trainer`` or else by whoever plans it. The same sent twice is one.

    Raises ``Refused`` without the verb, ``Invalid`` for days, places, course, trainer or need that cannot be.
    """
    with acting(user) as act:
        may(user)
        own = command_key(key, user.pk, "cohort", course, starts, ends, place, places, trainer, need)
        lock_identity(own)
        before = Cohort.objects.filter(key=own).first()
        if before is not None:
            return before
        kept = rules.cohort(course, starts, ends, place, places, known(act.now))
        held_by = user if trainer is None else Staff.objects.filter(pk=trainer, is_active=True).first()
        if held_by is None or not held_by.can(KEEP):
            raise Invalid({"trainer": "They are no trainer here. Nothing was saved; choose one of the list."})
        if need is not None and queries.need(need) is None:
            raise Invalid({"need": "There is no such need. Nothing was saved; choose one of the list."})
        made = Cohort.objects.create(
            course=course, starts=starts, ends=ends, place=kept, trainer=held_by, places=places, need_id=need,
            seed=secrets.token_hex(16), key=own, by=user, at=act.now,
        )  # fmt: skip
        act.record("collection", KEEP, [("learning-cohort", str(made.pk))], course=course)
    return made


def call_off(user: Staff, cohort_id: int, *, words: str) -> Cohort:
    """Call a cohort off, with why. The same sent twice is one.

    Raises ``NotThere``, ``Invalid`` without a reason, ``Stale`` where it was called off, ``Refused`` where a register of it was kept.
    """
    wrong: dict[str, str] = {}
    kept = rules.said(words, "Write why, for those who are booked.", wrong)
    if wrong:
        raise Invalid(wrong)
    with acting(user) as act:
        found = held(user, cohort_id)
        if found.called_off_at is not None:
            if found.why is not None and found.why.shown() == kept:
                return found
            raise Stale(CALLED_OFF)
        if found.attendance.exists():
            raise Refused("People are registered as having been there or not, so it was held. Nothing was changed.")
        found.called_off_at, found.why = act.now, Payload.objects.keep(kept)
        found.save()
        act.record("alteration", KEEP, [("learning-cohort", str(cohort_id))], state="called-off")
    return found


def book(user: Staff, cohort_id: int, *, staff: Collection[int]) -> list[Booking]:
    """Book people, who have a place while there is one and wait otherwise; whoever is booked already stays where they are.

    Raises ``NotThere``, ``Refused`` where it was called off or is over, ``Invalid`` for nobody, and for somebody who is not here or left.
    """
    with acting(user) as act:
        found = held(user, cohort_id)
        if found.called_off_at is not None:
            raise Refused(CALLED_OFF)
        if found.ends < force_day(act.now):
            raise Refused("It is over: put whoever was there into its register. Nothing was changed.")
        people = Staff.objects.filter(pk__in=staff, is_active=True).order_by("username")
        if not staff or len(people) < len(set(staff)):
            raise Invalid({"staff": "Choose somebody who works here. Nobody was booked."})
        there = set(queries.booked(found).values_list("staff", flat=True))
        made = []
        for one in people:
            if one.pk in there:
                continue
            booking = Booking(cohort=found, staff=one, by=user, at=act.now)
            booking.save()
            made.append(booking)
        if made:
            subjects = [("learning-cohort", str(cohort_id)), *(("staff", str(one.staff_id)) for one in made)]
            act.record("collection", KEEP, subjects)
    return made


def unbook(user: Staff, cohort_id: int, *, staff: int) -> None:
    """Take somebody's booking back; whoever waits longest moves up. Raises ``NotThere``, also where they are not booked."""
    with acting(user) as act:
        found = held(user, cohort_id)
        booking = queries.booked(found).filter(staff=staff).first()
        if booking is None:
            raise NotThere("They are not booked for it.")
        BookingEnd(booking=booking, by=user, at=act.now).save()
        act.record("alteration", KEEP, [("learning-cohort", str(cohort_id)), ("staff", str(staff))], state="not-booked")


def held(user: Staff, cohort_id: int) -> Cohort:
    """A cohort, held for the action that runs, so that of two at once the second finds what the first did. Raises ``NotThere``."""
    reached = Cohort.objects.all() if user.can(KEEP) else Cohort.objects.none()
    found = reached.select_for_update(of=("self",)).select_related("why").filter(pk=cohort_id).first()
    if found is None:
        raise NotThere(NO_COHORT)
    return found


def _one_at_a_time(need_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(72621, %s)", [need_id % 2**31])
