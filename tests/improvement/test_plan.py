"""The register and the plan: texts keep every version, days are reckoned, owners leave, actions wait for one another."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from goldthread.audit.models import AuditEvent
from goldthread.clocks.statutory import Rule
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.improvement import actions, doing_actions, import_actions, presenters, queries, rules
from goldthread.improvement.models import Milestone, PlanAction, PlanReport, Recommendation, RecommendationText
from tests.cast import Cast, key
from tests.contact.test_database_refusals import refused
from tests.improvement.scenes import NAME, board, first, gold, keeper, liaison, one, reported, today
from tests.response.test_alarms import later


def test_a_report_stands_with_recommendations_whose_texts_the_force_enters_and_each_version_is_kept(cast: Cast) -> None:
    number = first(cast)
    assert one(number).text is None
    assert [each.number for each in queries.plan().recommendations] == [1, 2]
    actions.enter_text(keeper(cast), number, words="Ask of every chld.")
    later(timedelta(hours=1))
    for _ in range(2):
        actions.enter_text(keeper(cast), number, words="Ask of every child.\r\n")
    found = one(number)
    assert found.text == "Ask of every child."
    assert [each.words for each in found.texts] == ["Ask of every chld.", "Ask of every child."]
    assert RecommendationText.objects.count() == 2, "the same sent again is no version"
    duties = AuditEvent.objects.filter(verb="plan.keep", subjects__contains="plan-recommendation").values_list(
        "duty", flat=True
    )
    assert {"collection", "alteration"} <= set(duties)
    for wrong in ("", "  \n", "x" * 4_001):
        with pytest.raises(Invalid):
            actions.enter_text(keeper(cast), number, words=wrong)


def test_the_commissioners_day_is_fifty_six_days_from_publication(cast: Cast) -> None:
    using = rules.settings_on(date(2026, 6, 1))
    assert queries.comments_on(date(2026, 4, 10), using) == date(2026, 6, 5)
    assert queries.comments_on(date(2026, 9, 1), using) == date(2026, 10, 27), "over the night the clocks change"
    assert isinstance(using.comments, Rule)
    reported(cast, published=today() - timedelta(days=60))
    (report,) = queries.plan().reports
    assert report.comments_left == -4
    actions.correct_report(
        keeper(cast), report.id, name=NAME, source="The inspectorate", kind="own", published_on=today()
    )
    (report,) = queries.plan().reports
    assert (report.comments_on, report.versions) == (None, 2)


def test_a_report_sent_twice_is_one_and_one_that_cannot_be_is_refused(cast: Cast) -> None:
    same = key()
    given = {
        "name": NAME,
        "source": "The inspectorate",
        "kind": "inspection",
        "published_on": today(),
        "recommendations": 7,
    }
    made = {actions.add_report(keeper(cast), key=same, **given).pk for _ in range(2)}
    assert (len(made), Recommendation.objects.count()) == (1, 7)
    for wrong, field in (
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"source": ""}, "source"),
        ({"kind": "rumour"}, "kind"),
        ({"published_on": today() + timedelta(days=1)}, "published_on"),
        ({"name": "Other", "recommendations": 101}, "recommendations"),
    ):
        with pytest.raises(Invalid) as error:
            actions.add_report(keeper(cast), key=key(), **{**given, **wrong})
        assert field in error.value.fields, wrong
    assert PlanReport.objects.count() == 1
    with pytest.raises(Invalid, match="entered already"):
        actions.add_recommendation(keeper(cast), made.pop(), key=key(), number=7)
    with pytest.raises(NotThere):
        actions.add_recommendation(keeper(cast), 10**9, key=key(), number=8)


def test_an_owner_who_left_is_nobody_stands_at_the_top_and_a_new_one_mends_it(cast: Cast) -> None:
    number = first(cast)
    action = doing_actions.add_action(keeper(cast), number, key=key(), words="Train every desk.", owner=gold(cast).pk)
    assert not presenters.alerts(queries.plan())
    left = gold(cast)
    left.is_active = False
    left.save()
    found = one(number)
    assert (found.unowned, found.actions[0].unowned) == (True, True)
    assert "Nobody owns it." in found.reasons
    alerts = presenters.alerts(queries.plan())
    assert [(each.sign, each.action) for each in alerts] == [("owner left", None), ("owner left", action.pk)]
    for wrong in (left.pk, cast.silver.pk, 10**9):
        with pytest.raises(Invalid, match="choose another"):
            actions.set_owner(keeper(cast), number, owner=wrong)
    later(timedelta(minutes=1))
    actions.set_owner(keeper(cast), number, owner=board(cast).pk)
    doing_actions.give_action(keeper(cast), action.pk, owner=board(cast).pk)
    assert not presenters.alerts(queries.plan())


def test_only_the_owner_says_how_they_see_it_and_each_view_is_dated(cast: Cast) -> None:
    number = first(cast)
    with pytest.raises(Refused, match="Only its owner"):
        actions.say_view(board(cast), number, rag="green", words="Well.")
    with pytest.raises(Refused, match="may not do this"):
        actions.say_view(keeper(cast), number, rag="green", words="Well.")
    for rag, words in (("blue", "Well."), ("green", " ")):
        with pytest.raises(Invalid):
            actions.say_view(gold(cast), number, rag=rag, words=words)
    actions.say_view(gold(cast), number, rag="green", words="All trained.")
    found = one(number)
    assert found.view is not None
    assert (found.view.rag, found.view.words, found.view.by) == ("green", "All trained.", gold(cast).name)
    assert found.colour == "unknown", "the owner's view never colours what is reckoned"


def test_milestones_are_late_moved_and_reached_and_every_day_is_kept(cast: Cast) -> None:
    number = first(cast)
    action = doing_actions.add_action(keeper(cast), number, key=key(), words="Train every desk.")
    assert action.reference == "1.1"
    again = key()
    made = {
        doing_actions.add_milestone(
            keeper(cast), action.pk, key=again, words="Half.", due_on=today() - timedelta(days=15)
        ).pk
        for _ in range(2)
    }
    (half,) = made
    found = one(number)
    assert (found.actions[0].late, found.colour) == ([15], "red")
    later(timedelta(minutes=1))
    doing_actions.move_milestone(keeper(cast), half, due_on=today() - timedelta(days=3), words="The room was taken.")
    (step,) = one(number).actions[0].steps
    assert (step.late, step.first_due, step.moved) == (3, today() - timedelta(days=15), "The room was taken.")
    with pytest.raises(Invalid, match="why it is moved"):
        doing_actions.move_milestone(keeper(cast), half, due_on=today(), words="")
    with pytest.raises(Invalid, match="not come yet"):
        doing_actions.reach(gold(cast), half, day=today() + timedelta(days=1))
    for _ in range(2):
        doing_actions.reach(gold(cast), half, day=today() - timedelta(days=1))
    with pytest.raises(Stale):
        doing_actions.reach(keeper(cast), half, day=today())
    with pytest.raises(Stale):
        doing_actions.move_milestone(keeper(cast), half, due_on=today() + timedelta(days=9), words="Late.")
    (step,) = one(number).actions[0].steps
    assert (step.done_on, step.late, one(number).actions[0].late) == (today() - timedelta(days=1), 2, [])


def test_an_action_waits_for_another_and_none_for_itself(cast: Cast) -> None:
    number = first(cast)
    made = [doing_actions.add_action(keeper(cast), number, key=key(), words=f"Do {place}.") for place in range(3)]
    doing_actions.needs(keeper(cast), made[0].pk, other="1.2")
    doing_actions.needs(keeper(cast), made[1].pk, other=" 1.3 ")
    for other, why in (("1.1", "neither could be done"), ("1.3", "neither"), ("9.9", "no action of this reference")):
        with pytest.raises(Invalid, match=why):
            doing_actions.needs(keeper(cast), made[2].pk, other=other)
    with pytest.raises(Refused, match=r"waits for 1\.2"):
        doing_actions.mark(gold(cast), made[0].pk, mark="done")
    assert [each.waits for each in one(number).actions] == [["1.2"], ["1.3"], []]
    doing_actions.mark(gold(cast), made[2].pk, mark="done")
    doing_actions.mark(gold(cast), made[1].pk, mark="dropped", words="No longer needed.")
    doing_actions.mark(gold(cast), made[0].pk, mark="done", day=today() - timedelta(days=1))
    assert [each.mark for each in one(number).actions] == ["done", "dropped", "done"]
    later(timedelta(minutes=1))
    with pytest.raises(Invalid, match="Write why"):
        doing_actions.mark(gold(cast), made[0].pk, mark="open")
    doing_actions.mark(gold(cast), made[0].pk, mark="open", words="It was not.")
    with pytest.raises(Refused, match="open again already"):
        doing_actions.mark(gold(cast), made[0].pk, mark="open", words="Once more.", day=today() - timedelta(days=2))
    doing_actions.needs(keeper(cast), made[0].pk, other="1.2", holds=False)
    assert one(number).actions[0].needs == []


def test_progress_is_noted_once_and_references_are_one_of_a_report(cast: Cast) -> None:
    number = first(cast)
    action = doing_actions.add_action(keeper(cast), number, key=key(), words="Train.", reference="T-7")
    again = key()
    for _ in range(2):
        doing_actions.note(gold(cast), action.pk, key=again, words="Forty are trained.")
    assert [each.words for each in one(number).actions[0].notes] == ["Forty are trained."]
    with pytest.raises(Invalid, match="T-7 in this report already"):
        doing_actions.add_action(keeper(cast), number + 1, key=key(), words="Other.", reference="T-7")
    with pytest.raises(NotThere):
        doing_actions.note(gold(cast), 10**9, key=key(), words="Lost.")


FILE = (
    "recommendation,reference,action,owner,milestone,due\n"
    "1,1.1,Train every desk,gold,Half are trained,2027-03-14\n"
    "1,1.1,,,All are trained,30/06/2027\n"
    "2,2.1,Ask of every child,,The form asks,1 February 2027\n"
)


def test_a_plan_file_is_entered_whole_or_not_at_all_and_twice_makes_nothing_twice(cast: Cast) -> None:
    first(cast)
    (report,) = queries.plan().reports
    wrong = FILE + "1,1.2,Late,,Soon,03/14/2027\n"
    assert [each.line for each in import_actions.look_over(report.id, wrong).wrong] == [5]
    with pytest.raises(Invalid, match=r"Line 5: .* Nothing was entered"):
        import_actions.enter_file(keeper(cast), report.id, text=wrong)
    assert PlanAction.objects.count() == 0
    seen = import_actions.look_over(report.id, FILE)
    assert (seen.new_actions, seen.new_steps, PlanAction.objects.count()) == (2, 3, 0), "a look enters nothing"
    for expected in ((2, 3, 0), (0, 0, 3)):
        made = import_actions.enter_file(keeper(cast), report.id, text=FILE.replace("\n", "\r\n"))
        assert (made.new_actions, made.new_steps, made.same) == expected
    assert (PlanAction.objects.count(), Milestone.objects.count()) == (2, 3)
    found = {each.reference: each for one_ in queries.plan().recommendations for each in one_.actions}
    assert found["1.1"].owner is not None
    assert [step.due_on for step in found["1.1"].steps] == [date(2027, 3, 14), date(2027, 6, 30)]
    later(timedelta(minutes=1))
    doing_actions.move_milestone(
        keeper(cast), found["1.1"].steps[0].id, due_on=date(2027, 4, 1), words="The room was taken."
    )
    assert import_actions.enter_file(keeper(cast), report.id, text=FILE).new_steps == 0, (
        "moved since, and not entered anew"
    )


def test_who_may_not_keep_the_plan_changes_nothing(cast: Cast) -> None:
    number = first(cast)
    (report,) = queries.plan().reports
    action = doing_actions.add_action(keeper(cast), number, key=key(), words="Train.")
    before = AuditEvent.objects.count()
    for user in (cast.silver, cast.pcc, cast.stranger, liaison(cast), gold(cast)):
        for refuses in (
            lambda user=user: actions.enter_text(user, number, words="Mine."),
            lambda user=user: actions.set_due(user, number, due_on=today()),
            lambda user=user: actions.add_recommendation(user, report.id, key=key(), number=9),
            lambda user=user: doing_actions.add_action(user, number, key=key(), words="Mine."),
            lambda user=user: doing_actions.needs(user, action.pk, other="1.1"),
            lambda user=user: import_actions.enter_file(user, report.id, text=FILE),
        ):
            with pytest.raises(Refused, match="may not do this"):
                refuses()
    for user in (cast.silver, cast.pcc, cast.stranger, liaison(cast)):
        with pytest.raises(Refused, match="may not do this"):
            doing_actions.note(user, action.pk, key=key(), words="Mine.")
    assert AuditEvent.objects.count() == before


def test_the_database_holds_that_two_sign_and_that_a_closing_has_its_reference(cast: Cast) -> None:
    number = first(cast)
    state = one(number).state.id
    who = gold(cast).pk
    sign = "INSERT INTO improvement_plansignature (state_id, board, owner_was_id, by_id) VALUES (%s, %s, %s, %s)"
    assert refused(sign, state, True, who, who) == "plan_signed_by_two"
    assert refused(sign, state, True, None, who) == "plan_signed_by_two"
    closed = (
        "INSERT INTO improvement_statechange (recommendation_id, state, why, day, reference, code, by_id)"
        " VALUES (%s, %s, %s, %s, %s, '', %s)"
    )
    assert refused(closed, number, "closed", "closed", None, "A/1", who) == "plan_closed_with_day_and_reference"
    assert refused(closed, number, "closed", "closed", today(), "", who) == "plan_closed_with_day_and_reference"
    assert refused(closed, number, "submitted", "sent", None, "", who) == "plan_submitted_on_a_day"
    assert refused(closed, number, "progress", "withdrawn", None, "", None) == "plan_reopened_by_a_figure_or_a_person"
