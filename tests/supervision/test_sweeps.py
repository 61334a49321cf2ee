"""Sweeps find what wants a senior person, once, let it rest after a review, and drop what is not so any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from unittest.mock import patch

import pytest

from goldthread.contact.models import Incident
from goldthread.supervision import actions, finding
from goldthread.supervision.kinds import Set, names, set_on
from goldthread.supervision.models import Sweep
from goldthread.supervision.queries import newest_find
from goldthread.supervision.sweep_actions import sweep
from goldthread.thrive.reader import Reader
from tests import known_world as world
from tests.cast import Cast, answered, attended, closed, graded, key, opened, say
from tests.response.test_alarms import later
from tests.response.test_requests import assess, with_child, without_child


def kinds(incident: Incident) -> set[str]:
    return set(Sweep.objects.filter(incident=incident, ended_at__isnull=True).values_list("kind", flat=True))


def agree(cast: Cast, incident: Incident) -> None:
    incident.refresh_from_db()
    actions.agree(
        cast.supervisor, incident.pk, key=key(), seen=incident.last_seq, found=newest_find(incident), began_at=None
    )


def _threat(cast: Cast) -> Incident:
    incident = opened(cast.handler)
    say(cast.handler, incident, "kids crying upstairs, he has a knife")
    return incident


def _over(cast: Cast) -> Incident:
    incident = without_child(cast, "immediate")
    later(timedelta(hours=2))
    return incident


def _above(cast: Cast) -> Incident:
    incident = opened(cast.handler)
    say(cast.handler, incident, "kids crying upstairs, he has a knife")
    graded(cast.handler, incident, "scheduled")
    return incident


def _quiet(cast: Cast) -> Incident:
    return opened(cast.handler)


def _child(cast: Cast) -> Incident:
    return with_child(cast)


def _unread(cast: Cast) -> Incident:
    incident = opened(cast.handler)
    with patch.object(Reader, "read", side_effect=RuntimeError):
        say(cast.handler, incident, "there is shouting next door")
    return incident


def _third(cast: Cast) -> Incident:
    place = world.place(world.street("Larch Road"), "14")
    for _ in range(3):
        incident = opened(cast.handler)
        world.settled_on(cast.handler, incident, place)
    return incident


FINDS: dict[str, Callable[[Cast], Incident]] = {
    "marks": _threat,
    "overdue": _over,
    "discordant": _above,
    "not_asked": _quiet,
    "child": _child,
    "reader_off": _unread,
    "repeat": _third,
}


@pytest.mark.parametrize("kind", FINDS)
def test_a_sweep_finds_each_kind_once_and_only_after_its_time(cast: Cast, kind: str) -> None:
    incident = FINDS[kind](cast)
    if kind != "overdue":
        sweep()
        assert kind not in kinds(incident)
    later(timedelta(hours=1))
    sweep()
    assert kind in kinds(incident)
    sweep()
    assert Sweep.objects.filter(incident=incident, kind=kind).count() == 1


def test_two_at_one_place_are_no_third(cast: Cast) -> None:
    place = world.place(world.street("Larch Road"), "14")
    incidents = [opened(cast.handler) for _ in range(2)]
    for incident in incidents:
        world.settled_on(cast.handler, incident, place)
    later(timedelta(hours=1))
    sweep()
    assert not Sweep.objects.filter(kind="repeat").exists()


def test_what_is_not_so_any_more_leaves_the_queue(cast: Cast) -> None:
    incident = _threat(cast)
    later(timedelta(minutes=5))
    sweep()
    assert "marks" in kinds(incident)
    answered(cast.handler, incident)
    sweep()
    gone = Sweep.objects.get(incident=incident, kind="marks")
    assert (gone.ended_by, gone.review) == ("gone", None)


def test_what_was_reviewed_rests_and_comes_back_after_its_time(cast: Cast) -> None:
    incident = _quiet(cast)
    later(timedelta(minutes=20))
    sweep()
    assess(cast.handler, incident)
    agree(cast, incident)
    sweep()
    assert "not_asked" not in kinds(incident)
    later(timedelta(minutes=31))
    sweep()
    assert "not_asked" in kinds(incident)


def test_new_words_bring_back_what_rests_where_the_kind_says_so(cast: Cast) -> None:
    incident = _above(cast)
    later(timedelta(minutes=30))
    sweep()
    assert {"discordant", "not_asked"} <= kinds(incident)
    agree(cast, incident)
    sweep()
    assert not kinds(incident)
    say(cast.handler, incident, "he is at the door with the knife now")
    sweep()
    assert "discordant" in kinds(incident)
    assert "not_asked" not in kinds(incident)


def test_a_child_involved_is_brought_until_somebody_has_looked(cast: Cast) -> None:
    incident = with_child(cast)
    later(timedelta(minutes=21))
    sweep()
    assert "child" in kinds(incident)
    agree(cast, incident)
    later(timedelta(days=1))
    sweep()
    assert "child" not in kinds(incident)


def test_an_incident_that_closes_with_a_child_unseen_is_found_as_it_closes(cast: Cast) -> None:
    incident = with_child(cast)
    attended(cast, incident)
    assess(cast.handler, incident)
    closed(cast, incident)
    assert "unseen" in kinds(incident)
    later(timedelta(days=30))
    sweep()
    assert "unseen" in kinds(incident), "it stays until somebody has looked"


def test_an_incident_opened_again_is_no_closed_one(cast: Cast) -> None:
    incident = with_child(cast)
    attended(cast, incident)
    assess(cast.handler, incident)
    closed(cast, incident)
    say(cast.handler, incident, "she rang again, the boy has not come down")
    sweep()
    assert "unseen" not in kinds(incident)


def test_a_second_closing_with_the_child_unseen_is_found_again(cast: Cast) -> None:
    incident = with_child(cast)
    attended(cast, incident)
    assess(cast.handler, incident)
    closed(cast, incident)
    agree(cast, incident)
    assert "unseen" not in kinds(incident)
    say(cast.handler, incident, "she rang again, the boy has not come down")
    attended(cast, incident)
    assess(cast.handler, incident)
    closed(cast, incident)
    assert "unseen" in kinds(incident)


def test_those_without_a_child_are_brought_for_nothing_but_the_sample(cast: Cast) -> None:
    incident = without_child(cast)
    later(timedelta(minutes=14))
    sweep()
    assert kinds(incident) <= {"asked_none"}


def test_the_sample_of_asked_none_takes_its_share_and_the_same_each_time(cast: Cast) -> None:
    incidents = [without_child(cast) for _ in range(6)]
    later(timedelta(minutes=14))
    real = set_on(incidents[0].opened_at.date())
    for share, number in ((0.0, 0), (1.0, 6)):
        one = replace(real.kinds["asked_none"], share=share)
        with patch(
            "goldthread.supervision.sweep_actions.set_on", return_value=Set({"asked_none": one}, 4.0, 8.0, 20.0)
        ):
            sweep()
        assert Sweep.objects.filter(kind="asked_none").count() == number


def test_every_kind_has_a_name_a_reason_and_a_weight() -> None:
    for kind in set_on(date(2026, 11, 1)).kinds.values():
        assert kind.name
        assert kind.why.endswith(".")
        assert kind.weight > 0
        assert kind.code in names()
        assert kind.code == "answered" or kind.code in finding.FOUND | finding.AT_CLOSING


def test_before_the_first_set_the_first_holds() -> None:
    assert set_on(date(1999, 1, 1)) == set_on(date(2026, 11, 1))
