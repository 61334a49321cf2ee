"""Owners and programme leads are written to once for each thing, where somebody said where; the plan tells it in any case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goldthread.config.errors import Invalid, Refused
from goldthread.improvement import actions, doing_actions, state_actions, telling_actions
from goldthread.notices.models import Notice
from tests.cast import Cast, key
from tests.improvement.scenes import believed, board, first, gold, keeper, one, today, weeks
from tests.response.test_alarms import later


def written_to(cast: Cast) -> None:
    for user, mail in ((keeper(cast), "programme@amberford.example"), (gold(cast), "gold@amberford.example")):
        telling_actions.set_contact(keeper(cast), user.pk, mail=mail)


def told() -> list[tuple[str, str]]:
    return sorted(Notice.objects.values_list("to", "subject"))


def test_what_fell_back_is_told_to_owner_and_programme_lead_once(cast: Cast) -> None:
    written_to(cast)
    number = believed(cast)
    later(timedelta(days=7))
    weeks(10)
    for _ in range(2):
        state_actions.look()
        telling_actions.tell_what_waits()
    assert [to for to, subject in told() if "re-opened" in subject] == [
        "gold@amberford.example",
        "programme@amberford.example",
    ]
    assert {one_.about_id for one_ in Notice.objects.filter(about="plan-recommendation")} == {str(number)}


def test_days_that_pass_are_told_once_each_and_never_as_a_stream(cast: Cast) -> None:
    written_to(cast)
    number = first(cast, published=today() - timedelta(days=50))
    actions.set_due(keeper(cast), number, due_on=today() + timedelta(days=8))
    action = doing_actions.add_action(keeper(cast), number, key=key(), words="Train.", owner=gold(cast).pk)
    doing_actions.add_milestone(keeper(cast), action.pk, key=key(), words="Half.", due_on=today() + timedelta(days=8))
    assert telling_actions.tell_what_waits() == 0
    later(timedelta(days=9))
    assert telling_actions.tell_what_waits() == 5, "the statutory day to the lead, the other two to both"
    assert telling_actions.tell_what_waits() == 0
    later(timedelta(days=30))
    assert telling_actions.tell_what_waits() == 0
    assert all("Train" not in subject for _, subject in told())


def test_an_owner_who_left_is_told_to_the_programme_lead_and_is_written_to_no_more(cast: Cast) -> None:
    written_to(cast)
    number = first(cast)
    left = gold(cast)
    left.is_active = False
    left.save()
    assert telling_actions.tell_what_waits() == 1
    ((to, subject),) = told()
    assert (to, subject.split(": ")[1]) == ("programme@amberford.example", "A recommendation has no owner")
    assert one(number).unowned


def test_nobody_is_written_to_where_no_address_was_given_and_a_wrong_one_is_refused(cast: Cast) -> None:
    left = first(cast, published=today() - timedelta(days=90))
    assert telling_actions.tell_what_waits() == 0
    for staff, mail in ((gold(cast).pk, "not an address"), (cast.pcc.pk, "a@b.example"), (10**9, "a@b.example")):
        with pytest.raises(Invalid):
            telling_actions.set_contact(keeper(cast), staff, mail=mail)
    with pytest.raises(Refused):
        telling_actions.set_contact(gold(cast), gold(cast).pk, mail="a@b.example")
    written_to(cast)
    later(timedelta(minutes=1))
    telling_actions.set_contact(keeper(cast), gold(cast).pk, mail="")
    telling_actions.set_contact(keeper(cast), board(cast).pk, mail="board@amberford.example")
    assert set(telling_actions.addresses()) == {keeper(cast).pk, board(cast).pk}
    actions.set_due(keeper(cast), left, due_on=today() - timedelta(days=1))
    telling_actions.tell_what_waits()
    assert {to for to, _ in told()} == {"programme@amberford.example"}, "only the owner and who keeps the plan"
