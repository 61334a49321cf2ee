"""Needs, cohorts and bookings: one step from a theme, places in the order in which people came, and nobody else's to keep."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from goldthread.accounts.models import Staff, Team
from goldthread.audit.models import AuditEvent
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.learning import actions, queries, register_actions
from goldthread.learning.models import Booking, Cohort, LearningNeed
from goldthread.learning.rules import Was
from goldthread.learning.views import today
from goldthread.quality import uses
from tests.cast import Cast, key
from tests.learning.scenes import COURSE, handlers, held, planned, trainer
from tests.quality.scenes import lead
from tests.quality.test_themes import a_round, theme

WORDS = "Ask where each child is, and write it down."


def needed(cast: Cast, **given: Any) -> LearningNeed:
    return actions.enter_need(trainer(cast), **{"key": key(), "words": WORDS, "roles": ["call_handler"], **given})


def test_a_theme_becomes_a_need_in_one_step_and_its_page_tells_so(cast: Cast) -> None:
    found = theme(cast, a_round(cast))
    assert ("Make it a learning need", f"/learning/needs/new?theme={found.pk}") in uses.offered(trainer(cast), found.pk)
    assert uses.offered(lead(cast), found.pk) == [], "the lead keeps no learning"
    made = needed(cast, theme=found.pk)
    assert [one.address for one in uses.came_of(found.pk)] == [f"/learning/needs/#need-{made.pk}"]
    event = AuditEvent.objects.get(verb="learning.keep")
    assert str(found.pk) in event.subjects
    assert WORDS not in event.detail


def test_a_need_says_what_and_whose_and_the_same_sent_twice_is_one(cast: Cast) -> None:
    same = key()
    assert needed(cast, key=same) == needed(cast, key=same)
    for wrong, field in [
        ({"words": " "}, "words"), ({"roles": []}, "roles"), ({"roles": ["juggler"]}, "roles"), ({"course": "none"}, "course"),
        ({"team": 10**6}, "team"), ({"theme": 10**6}, "theme"), ({"words": "x" * 4_001}, "words"),
    ]:  # fmt: skip
        with pytest.raises(Invalid) as told:
            needed(cast, **wrong)
        assert set(told.value.fields) == {field}
    assert LearningNeed.objects.count() == 1


def test_a_need_gets_its_course_later_and_is_closed_with_a_reason(cast: Cast) -> None:
    made = needed(cast, team=Team.objects.get(name="Team A").pk)
    assert [one.course for one in queries.needs()] == [""]
    step = actions.settle_need(trainer(cast), made.pk, course=COURSE)
    assert actions.settle_need(trainer(cast), made.pk, course=COURSE) == step
    assert [one.course for one in queries.needs(open_only=True)] == [COURSE]
    for given, field in [({}, "words"), ({"course": "none"}, "course"), ({"course": COURSE, "words": "x"}, "words")]:
        with pytest.raises(Invalid) as told:
            actions.settle_need(trainer(cast), made.pk, **given)
        assert field in told.value.fields
    closed = actions.settle_need(trainer(cast), made.pk, words="Met.")
    assert actions.settle_need(trainer(cast), made.pk, words="Met.") == closed
    with pytest.raises(Stale):
        actions.settle_need(trainer(cast), made.pk, course="child-first-contact")
    assert queries.needs(open_only=True) == []
    (whole,) = queries.needs()
    assert (whole.course, whole.closed) == (COURSE, closed)
    with pytest.raises(NotThere):
        actions.settle_need(trainer(cast), made.pk + 9, words="Met.")


def test_a_cohort_is_planned_for_a_need_by_a_trainer(cast: Cast) -> None:
    need, same = needed(cast), key()
    given = {
        "key": same, "course": COURSE, "starts": today(), "ends": today() + timedelta(days=1), "place": "Room 2", "places": 8, "need": need.pk,
    }  # fmt: skip
    made = actions.plan_cohort(trainer(cast), **given)
    assert actions.plan_cohort(trainer(cast), **given) == made
    assert made.trainer == trainer(cast)
    assert [one.cohorts for one in queries.needs()] == [1]
    for wrong, field in [
        ({"trainer": cast.handler.pk}, "trainer"),
        ({"trainer": 10**6}, "trainer"),
        ({"need": 10**6}, "need"),
    ]:
        with pytest.raises(Invalid) as told:
            actions.plan_cohort(trainer(cast), **{**given, "key": key(), **wrong})
        assert set(told.value.fields) == {field}
    assert Cohort.objects.count() == 1


def test_the_first_to_come_have_the_places_and_who_waits_longest_moves_up(cast: Cast) -> None:
    made, people = planned(cast, days=3, places=2), handlers(4)
    actions.book(trainer(cast), made.pk, staff=[people[2].pk])
    actions.book(trainer(cast), made.pk, staff=[people[0].pk, people[1].pk])
    actions.book(trainer(cast), made.pk, staff=[people[3].pk, people[2].pk])
    room = queries.room(made)
    assert [one.staff for one in room.placed] == [people[2], people[0]]
    assert [one.staff for one in room.waiting] == [people[1], people[3]]
    assert [waits for _, waits in queries.bookings_of(people[3], today())] == [2]
    actions.unbook(trainer(cast), made.pk, staff=people[2].pk)
    assert [one.staff for one in queries.room(made).placed] == [people[0], people[1]]
    with pytest.raises(NotThere):
        actions.unbook(trainer(cast), made.pk, staff=people[2].pk)
    actions.book(trainer(cast), made.pk, staff=[people[2].pk])
    assert [one.staff for one in queries.room(made).waiting] == [people[3], people[2]], "who comes back waits last"


def test_nobody_is_booked_who_left_or_for_what_is_over_or_called_off(cast: Cast) -> None:
    made = planned(cast, days=3)
    Staff.objects.filter(pk=cast.teammate.pk).update(is_active=False)
    for staff in ([], [cast.teammate.pk], [cast.handler.pk, 10**6]):
        with pytest.raises(Invalid):
            actions.book(trainer(cast), made.pk, staff=staff)
    with pytest.raises(Refused, match="over"):
        actions.book(trainer(cast), planned(cast, days=-3).pk, staff=[cast.handler.pk])
    off = actions.call_off(trainer(cast), made.pk, words="The trainer is ill.")
    assert actions.call_off(trainer(cast), made.pk, words="The trainer is ill.") == off
    with pytest.raises(Stale):
        actions.call_off(trainer(cast), made.pk, words="Otherwise.")
    with pytest.raises(Refused, match="called off"):
        actions.book(trainer(cast), made.pk, staff=[cast.handler.pk])
    with pytest.raises(Invalid):
        actions.call_off(trainer(cast), made.pk, words=" ")
    assert not Booking.objects.exists()


def test_a_cohort_of_which_a_register_is_kept_is_not_called_off(cast: Cast) -> None:
    made = held(cast, [cast.handler])
    with pytest.raises(Refused, match="it was held"):
        actions.call_off(trainer(cast), made.pk, words="No.")


def test_nobody_but_a_trainer_keeps_any_of_it(cast: Cast) -> None:
    need, cohort = needed(cast), planned(cast, days=-1)
    for name, user in {**cast.everybody(), "lead": lead(cast)}.items():
        with pytest.raises(Refused):
            actions.enter_need(user, key=key(), words=WORDS, roles=["call_handler"])
        with pytest.raises(Refused):
            actions.plan_cohort(user, key=key(), course=COURSE, starts=today(), ends=today(), place="Room", places=3)
        for act in (
            lambda: actions.settle_need(user, need.pk, words="Met."),  # noqa: B023
            lambda: actions.book(user, cohort.pk, staff=[cast.handler.pk]),  # noqa: B023
            lambda: actions.unbook(user, cohort.pk, staff=cast.handler.pk),  # noqa: B023
            lambda: actions.call_off(user, cohort.pk, words="No."),  # noqa: B023
            lambda: register_actions.register(user, cohort.pk, rows=[Was("handler", attended=True)]),  # noqa: B023
            lambda: register_actions.read_file(user, cohort.pk, content=b"collar,attended\nhandler,yes\n"),  # noqa: B023
        ):
            with pytest.raises(NotThere):
                act()
        assert name
    assert (LearningNeed.objects.count(), Cohort.objects.count(), Booking.objects.count()) == (1, 1, 0)
