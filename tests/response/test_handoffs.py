"""A hand-off stays with the giver until it is acknowledged, on a clock, and is seen by whoever is to take it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from goldthread.accounts.models import Team
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.models import Incident
from goldthread.response import actions as response
from goldthread.response import alarm_actions, handoff_actions
from goldthread.response.models import Alarm, HandOffAnswer, TakenFrom
from goldthread.response.rules import Taken
from tests.cast import Cast, attended, graded, key, opened, taken
from tests.response.test_alarms import later


def owner(incident: Incident) -> str:
    incident.refresh_from_db()
    return incident.owner.username if incident.owner else incident.owner_team.name  # type: ignore[union-attr]


def answers(incident: Incident) -> list[str]:
    return list(
        HandOffAnswer.objects.filter(handoff__incident=incident).order_by("id").values_list("answer", flat=True)
    )


def test_it_is_the_giver_s_until_acknowledged(cast: Cast) -> None:
    incident = opened(cast.handler)
    handoff_actions.hand_over(
        cast.handler, incident.pk, key=key(), to=cast.stranger.pk, note="Caller rings back at six."
    )
    assert owner(incident) == "handler"
    handoff_actions.acknowledge(cast.stranger, incident.pk, key=key())
    assert owner(incident) == "stranger"
    assert (incident.offered_to, incident.offered_team) == (None, None)
    assert answers(incident) == ["acknowledged"]


def test_to_a_desk_whoever_acknowledges_owns(cast: Cast) -> None:
    incident = opened(cast.handler)
    handoff_actions.hand_over(cast.handler, incident.pk, key=key(), to_team=cast.far_dispatcher.team_id)
    assert Incident.objects.visible_to(cast.far_dispatcher).filter(pk=incident.pk).exists(), (
        "out of their area, and theirs to take"
    )
    with pytest.raises(Refused, match="handed to somebody else"):
        handoff_actions.acknowledge(cast.dispatcher, incident.pk, key=key())
    handoff_actions.acknowledge(cast.far_dispatcher, incident.pk, key=key())
    assert owner(incident) == "far-dispatcher"


def test_declined_it_stays_and_says_why(cast: Cast) -> None:
    incident = opened(cast.handler)
    handoff_actions.hand_over(cast.handler, incident.pk, key=key(), to=cast.teammate.pk)
    with pytest.raises(Invalid, match="Write why not"):
        handoff_actions.decline(cast.teammate, incident.pk, key=key(), words=" ")
    handoff_actions.decline(cast.teammate, incident.pk, key=key(), words="I am on another call.")
    assert owner(incident) == "handler"
    with pytest.raises(Stale):
        handoff_actions.acknowledge(cast.teammate, incident.pk, key=key())


def test_unacknowledged_it_alarms_and_ends_with_the_answer(cast: Cast) -> None:
    incident = opened(cast.handler)
    handoff_actions.hand_over(cast.handler, incident.pk, key=key(), to=cast.teammate.pk)
    later(timedelta(minutes=6))
    alarm_actions.raise_due()
    alarm = Alarm.objects.get(incident=incident, kind="handoff")
    assert (alarm.raised_at is not None, alarm.ended_at) == (True, None)
    handoff_actions.acknowledge(cast.teammate, incident.pk, key=key())
    alarm.refresh_from_db()
    assert alarm.ended_at is not None


def test_only_one_offer_stands_and_only_the_giver_takes_it_back(cast: Cast) -> None:
    incident = opened(cast.handler)
    handoff_actions.hand_over(cast.handler, incident.pk, key=key(), to=cast.teammate.pk)
    with pytest.raises(Refused, match="handed over already"):
        handoff_actions.hand_over(cast.supervisor, incident.pk, key=key(), to=cast.stranger.pk)
    with pytest.raises(Refused, match="Somebody else handed this over"):
        handoff_actions.take_back(cast.supervisor, incident.pk, key=key())
    handoff_actions.take_back(cast.handler, incident.pk, key=key())
    assert answers(incident) == ["withdrawn"]


@pytest.mark.parametrize("who", ["officer", "vast", "qa", "silver", "pcc", "auditor"])
def test_nobody_gets_what_they_could_not_hold(cast: Cast, who: str) -> None:
    incident = opened(cast.handler)
    with pytest.raises(Invalid):
        handoff_actions.hand_over(cast.handler, incident.pk, key=key(), to=getattr(cast, who).pk)
    with pytest.raises((NotThere, Refused)):
        handoff_actions.hand_over(getattr(cast, who), incident.pk, key=key(), to=cast.teammate.pk)


def test_neither_nobody_nor_both_nor_an_empty_desk(cast: Cast) -> None:
    incident = opened(cast.handler)
    empty = Team.objects.create(name="Nobody's desk")
    for given in (
        {},
        {"to": cast.teammate.pk, "to_team": cast.teammate.team_id},
        {"to_team": empty.pk},
        {"to": 987654},
    ):
        with pytest.raises(Invalid):
            handoff_actions.hand_over(cast.handler, incident.pk, key=key(), **given)


def test_allocating_acknowledges(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    handoff_actions.hand_over(cast.handler, incident.pk, key=key(), to_team=cast.dispatcher.team_id)
    response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
    assert owner(incident) == "dispatcher"
    assert answers(incident) == ["acknowledged"]


def test_somebody_else_who_takes_it_over_overtakes_the_offer(cast: Cast) -> None:
    incident = opened(cast.handler)
    handoff_actions.hand_over(cast.handler, incident.pk, key=key(), to=cast.teammate.pk)
    taken(cast.stranger, incident)
    assert owner(incident) == "stranger"
    assert answers(incident) == ["overtaken"]


def test_it_does_not_close_while_handed_over(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    attended(cast, incident)
    handoff_actions.hand_over(cast.dispatcher, incident.pk, key=key(), to=cast.teammate.pk)
    with pytest.raises(Refused, match="handed over and not acknowledged"):
        response.close(cast.fim, incident.pk, key=key(), reason="attended-resolved", result="Seen.")


def test_a_retry_hands_over_once(cast: Cast) -> None:
    incident = opened(cast.handler)
    again = key()
    made = [handoff_actions.hand_over(cast.handler, incident.pk, key=again, to=cast.teammate.pk) for _ in range(2)]
    assert made[0] == made[1]


def test_the_database_offers_to_one_and_nothing_closed(cast: Cast) -> None:
    incident = opened(cast.handler)
    both = {"offered_to": cast.teammate, "offered_team": cast.teammate.team}
    with pytest.raises(IntegrityError, match="offered_to_one"), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(**both)


def test_who_takes_it_from_a_person_names_them_and_they_are_told_until_they_have_seen_it(cast: Cast) -> None:
    incident = opened(cast.handler)
    for named in (None, cast.teammate.pk):
        with pytest.raises(Taken, match="Handler Amber owns this") as refused:
            response.take_over(cast.stranger, incident.pk, key=key(), holder=named)
        assert refused.value.holder == cast.handler.pk
    assert not TakenFrom.objects.exists()
    response.take_over(cast.stranger, incident.pk, key=key(), holder=cast.handler.pk)
    assert incident.entries.get(code="owner.taken").data == {"was": cast.handler.pk}
    told = TakenFrom.objects.get(staff=cast.handler)
    assert (told.incident, told.by) == (incident, cast.stranger)
    handoff_actions.seen_taken(cast.handler, told.at - timedelta(seconds=1))
    assert TakenFrom.objects.exists(), "what came after what was seen stands"
    handoff_actions.seen_taken(cast.handler, told.at)
    assert not TakenFrom.objects.exists()


def test_who_has_it_again_is_told_no_more_that_it_was_taken(cast: Cast) -> None:
    incident = opened(cast.handler)
    taken(cast.stranger, incident)
    taken(cast.handler, incident)
    assert list(TakenFrom.objects.values_list("staff", flat=True)) == [cast.stranger.pk]


def test_what_lies_on_a_desk_is_for_whoever_comes_first(cast: Cast) -> None:
    incident = opened(cast.handler)
    Incident.objects.filter(pk=incident.pk).update(owner=None, owner_team=cast.handler.team)
    response.take_over(cast.teammate, incident.pk, key=key())
    assert owner(incident) == "teammate"
    with pytest.raises(Taken, match=r"Teammate Amber took this \d+ s ago"):
        response.take_over(cast.stranger, incident.pk, key=key())
    assert not TakenFrom.objects.exists()
