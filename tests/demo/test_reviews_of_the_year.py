"""Supervisors of different habits looked at the year: quick or slow, agreeing or strict, and some of it was reversed later."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import F

from goldthread.audit.models import AuditEvent
from goldthread.contact.models import Entry
from goldthread.demo import steps
from goldthread.demo.generate import SEED, stories
from goldthread.demo.reviewing import HANDS, habits, habits_of
from goldthread.measures import queries
from goldthread.measures.registry import measure
from goldthread.supervision.models import Review, Sweep


def test_each_supervisor_reviews_by_a_habit_of_their_own(now: datetime) -> None:
    looks: dict[str, list[tuple[steps.Reviewed, steps.Story]]] = defaultdict(list)
    for story in stories(SEED, now, 2_000, 30):
        for step in story.steps:
            if isinstance(step, steps.Reviewed):
                looks[step.by].append((step, story))

    of = habits_of("small")
    found = {of[who].name: every for who, every in looks.items()}
    assert len(found) == len(habits()) == 3
    quick, strict, slow = (found[one.name] for one in habits())
    assert len(quick) + len(strict) + len(slow) > 500, "fewer in the last weeks: two posts are empty by habits.toml"
    asked = [sum(step.answer == "returned" for step, _ in every) / len(every) for every in (quick, strict, slow)]
    assert asked[1] > 0.1 > asked[2] > asked[0]
    waited = [sorted(step.at - story.opened_at for step, story in every) for every in (quick, strict, slow)]
    assert waited[0][len(waited[0]) // 2] < timedelta(minutes=30)
    assert waited[2][len(waited[2]) // 2] > timedelta(minutes=60)
    read = [sum((step.at - step.began).total_seconds() for step, _ in every) / len(every) for every in (quick, strict)]
    assert read[0] < 30 < 120 < read[1]
    months = {step.at.month for every in looks.values() for step, _ in every}
    assert len(months) == 12


def test_nobody_reviews_what_they_have_a_hand_in_and_every_question_is_answered_and_read(now: datetime) -> None:
    for story in stories(SEED, now, 2_000, 30):
        for place, step in enumerate(story.steps):
            if isinstance(step, steps.Reviewed):
                assert step.by not in {one.by for one in story.steps[:place] if isinstance(one, HANDS)}
                after = [one for one in story.steps[place:] if isinstance(one, steps.Replied)]
                assert bool(after) == (step.answer == "returned")
        assert isinstance(story.steps[-1], steps.Closed) or story.state != "closed"


def test_some_of_what_was_agreed_was_raised_within_a_day(now: datetime) -> None:
    def reversed_later(story: steps.Story) -> bool:
        agreed = [one.at for one in story.steps if isinstance(one, steps.Reviewed) and one.answer == "agreed"]
        return any(isinstance(one, steps.Graded) and one.at > at for at in agreed for one in story.steps)

    assert 10 < sum(reversed_later(one) for one in stories(SEED, now, 2_000, 30)) < 100


def test_reviews_stand_as_the_service_writes_them_and_the_measures_see_them(small_force: datetime) -> None:
    reviews = Review.objects.count()
    assert reviews > 20
    assert Entry.objects.filter(code="review.made").count() == reviews
    told = AuditEvent.objects.filter(verb="review.make")
    assert told.count() == reviews
    assert all("stated_at" in json.loads(one.detail) for one in told)
    assert not Review.objects.filter(began_at__gt=F("at")).exists()
    found = Sweep.objects.all()
    assert found.count() > 20
    assert not found.filter(ended_at__isnull=True).exists()
    assert not found.exclude(found_at__lte=F("ended_at")).exists()
    assert not found.exclude(review__incident=F("incident")).exists()
    assert {"child", "not_asked"} <= set(found.values_list("kind", flat=True))
    months = [
        queries.point(measure("supervision-child"), small_force - timedelta(days=28 * back)) for back in range(13)
    ]
    assert 0 < sum(one.met for one in months) < sum(one.of for one in months), "by chance none in one of the months"
