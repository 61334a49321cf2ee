"""A year of quality assurance: drawn with chances, scored by assessors who differ, answered, with one cohort that gained and one that did not."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from statistics import fmean

import pytest
from django.db import connection, transaction

from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.contact.known import force_day
from goldthread.contact.models import Entry
from goldthread.demo.learning_rows import learn
from goldthread.demo.plan_rows import enter_the_plan
from goldthread.demo.rounds import cohorts, score_the_year
from goldthread.demo.seed import seed
from goldthread.improvement import evidence_actions, state_actions
from goldthread.improvement.queries import plan
from goldthread.learning import queries
from goldthread.learning.models import Cohort, CourseAttendance
from goldthread.learning.views import today
from goldthread.quality import rules, theme_queries, uses
from goldthread.quality.models import (
    QualityFeedback,
    QualityRecord,
    QualityReply,
    QualityRound,
    QualityRuling,
    QualityScore,
    QualityStratum,
    QualityTask,
)
from goldthread.quality.rates import of_round
from tests.learning.scenes import told as reckoned

Told = list[tuple[object, ...]]


def told() -> Told:
    """Every score in the order in which it was written."""
    return list(QualityScore.objects.order_by("pk").values_list("task__record__incident", "result", "by", "at"))


@pytest.fixture(scope="module")
def scored(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[tuple[datetime, Told]]:
    """A thousand incidents of a year, and what quality assurance made of it, for the second time; undone after the module's last test."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        now = database_now(connection)
        seed(now, count=1_000, open_count=14)
        with transaction.atomic():
            assert score_the_year(random.Random(5), now, "small") > 200
            first = told()
            transaction.set_rollback(True)
        score_the_year(random.Random(5), now, "small")
        assert learn(random.Random(6), now) == CourseAttendance.objects.count()
        yield now, first
        transaction.set_rollback(True)


@pytest.fixture
def year(scored: tuple[datetime, Told], db: None) -> datetime:
    return scored[0]


def test_a_round_a_month_each_with_its_strata_and_chances_and_its_records_as_they_stood(year: datetime) -> None:
    rounds = list(QualityRound.objects.order_by("since"))
    months = [one for one in rounds if (one.until - one.since).days > 26]
    assert 11 <= len(months) <= 12
    assert all(one.since.day == 1 for one in rounds)
    assert rounds[: len(months)] == months, "at a month's end the running month's first part stands last"
    assert len(rounds) - len(months) <= 1
    assert QualityTask.objects.filter(record__stratum__round=rounds[-1], score=None).exists(), (
        "assessors have some to take"
    )
    for one in QualityStratum.objects.prefetch_related("records"):
        assert len(one.records.all()) == one.drawn
        assert all(each.chance == pytest.approx(one.drawn / one.population) for each in one.records.all())
    for record in QualityRecord.objects.select_related("stratum__round", "incident"):
        assert record.incident.closed_at < record.stratum.round.at
        line = Entry.objects.get(incident=record.incident, seq=record.upto)
        assert line.recorded_at <= record.stratum.round.at


def test_what_is_kept_of_a_score_is_what_the_rules_make_of_its_answers(year: datetime) -> None:
    form = rules.form_on(force_day(year))
    scores = list(QualityScore.objects.select_related("task__record__incident", "words"))
    assert {one.result for one in scores} >= {"good", "fair", "inadequate"}
    for one in scores:
        said = one.words.shown() if one.words else ""
        assert rules.checked(form, one.answers, one.critical, said) == (one.answers, list(one.critical), said)
        assert one.result == rules.result(form, one.answers, one.critical)
        assert one.task.record.incident.opened_by_id != one.by_id
        assert one.at <= year
    assert QualityTask.objects.filter(place=2, score__isnull=False).exists(), "some are scored twice"


def test_the_rates_of_every_round_can_be_told_and_two_assessors_do_not_always_agree(year: datetime) -> None:
    told = [of_round(one) for one in QualityRound.objects.all()]
    assert all(one.rows[0].whole is not None for one in told if one.records >= 10)
    assert any(one.agreement is not None and one.agreement.alpha < 1 for one in told)


def test_handlers_acknowledge_dispute_or_are_silent_and_disputes_are_ruled_on_by_the_lead(year: datetime) -> None:
    assert {one.reply for one in QualityReply.objects.all()} == {"agrees", "disputes"}
    assert QualityFeedback.objects.filter(reply__isnull=True, answer_by__lt=year).exists()
    assert QualityRuling.objects.exists()
    for one in QualityFeedback.objects.select_related("score__task__record__incident"):
        assert one.to_id == one.score.task.record.incident.opened_by_id


def test_the_first_cohort_gained_and_the_second_did_not(year: datetime) -> None:
    """Over what is planted, not over the luck of one year: means of the chance of a yes, at the questions of the course."""
    first, second = cohorts(year)
    assert not first.members & second.members
    assert len(first.members) >= 5
    at, shares = first.at, defaultdict(list)
    for one in QualityScore.objects.select_related("task__record__incident"):
        handler, day = one.task.record.incident.opened_by_id, force_day(one.task.record.incident.opened_at)
        answers = [answer for code, answer in one.answers.items() if code in at and answer != "na"]
        group = "first" if handler in first.members else "second" if handler in second.members else "none"
        shares[group, day > first.on].extend(answer == "yes" for answer in answers)
    gained = {group: fmean(shares[group, True]) - fmean(shares[group, False]) for group in ("first", "second", "none")}
    assert gained["first"] > max(gained["second"], gained["none"]) + 0.05


def test_the_same_dice_score_the_same(scored: tuple[datetime, Told], db: None) -> None:
    assert told() == scored[1]


def test_the_plan_rests_on_these_figures_and_what_it_tells_is_what_the_rules_make_of_them(year: datetime) -> None:
    assert enter_the_plan(year) == 7
    assert state_actions.look() == 0, "what fell back has re-opened, and nothing else does at the first look"
    (report,) = plan().reports
    by_story = dict(
        zip(["holds", "fell", "worse", "closed", "plain", "left", "unbound"], report.recommendations, strict=True)
    )
    assert {one.text for one in report.recommendations} == {None}
    fallen = by_story["fell"]
    assert [each.state for each in fallen.states] == ["progress", "believed", "progress"]
    assert fallen.fell_back
    assert fallen.figure is not None
    believed, last = fallen.states[1], fallen.states[2]
    assert fallen.figure.bound.meets(believed.share or 0)
    assert not fallen.figure.bound.meets(last.share or 0)
    assert by_story["worse"].colour == "red"
    assert by_story["closed"].state.reference
    assert by_story["left"].unowned
    assert (by_story["unbound"].colour, by_story["unbound"].evidence[0].expired) == ("unknown", True)
    for one in report.recommendations:
        assert [each.at for each in one.states] == sorted(each.at for each in one.states)
        assert all(each.at <= year for each in one.states)
        held = [each for each in one.states if each.state == "believed"]
        if held:
            (then,) = [each for each in plan(force_day(held[0].at)).recommendations if each.id == one.id]
            assert (then.state.state, then.standing.holds, then.confirmation is not None) == ("believed", True, True)
    assert evidence_actions.check_all() == 0


def test_the_planted_cohorts_have_their_members_and_registers(year: datetime) -> None:
    planted = {(one.place, one.on): one.members for one in cohorts(database_now(connection))}
    assert len(planted) == 2
    for (place, on), members in planted.items():
        cohort = Cohort.objects.get(place=place, starts=on)
        assert {one.staff_id for one in queries.attendance(cohort) if one.attended} == members
        assert len(queries.room(cohort).placed) == len(members)


def test_the_page_of_effects_tells_each_planted_cohort_from_five_people_a_group(year: datetime) -> None:
    found = {(one.cohort.place, one.cohort.starts): one for one in reckoned()}
    for planted in cohorts(database_now(connection)):
        told = found[planted.place, planted.on]
        good = told.outcomes[0]
        assert (good.code, good.effect is not None) == ("quality.good", True), good.why
        assert good.effect is not None
        assert min(one.people for one in (*good.effect.trained, *good.effect.untrained)) >= 5


def test_a_theme_became_a_need_with_a_cohort_that_is_more_than_full(year: datetime) -> None:
    (theme,) = theme_queries.themes()
    (need,) = queries.needs()
    assert need.need.theme == theme
    assert [one.address for one in uses.came_of(theme.pk)] == [f"/learning/needs/#need-{need.need.pk}"]
    (room,) = queries.coming(today())
    assert (len(room.placed), len(room.waiting)) == (6, 2)
    trainer = Staff.objects.get(role="trainer")
    states = {one.state for one in queries.due(trainer, today())}
    assert {"never", "expired", "soon", "held"} <= states
