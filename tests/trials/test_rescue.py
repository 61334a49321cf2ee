"""In silence a risk that nobody recognises reaches a supervisor in five minutes, and is counted as a miss, then a rescue."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.assessment import mode_actions
from goldthread.contact import actions as contact
from goldthread.contact.models import Entry, Incident
from goldthread.contact.rules import ChildGiven
from goldthread.desk.models import BoardRow
from goldthread.response import alarm_actions
from goldthread.response.models import Alarm
from goldthread.supervision import actions as supervision
from goldthread.supervision.models import Sweep
from goldthread.supervision.queries import newest_find
from goldthread.trials.models import Miss, Rescue
from tests.cast import Cast, assess, graded, key, make_cast, opened, say
from tests.conftest import Database
from tests.response.test_alarms import later, raised
from tests.trials.scenes import DANGER, after_minutes, danger, newest, set_mode, taken_back, thrown, unseen

Browser = Callable[[Staff | None], Client]


@pytest.mark.parametrize("mode", ["silent", "blind_first"])
def test_an_unrecognised_risk_reaches_the_supervisor_in_five_minutes_as_a_miss_and_a_rescue(
    cast: Cast, browser: Browser, mode: str
) -> None:
    set_mode(cast, mode, cast.handler)
    incident = danger(cast)
    words = Entry.objects.get(incident=incident, kind="words")
    (alarm,) = unseen(incident)
    assert alarm.due_at - words.recorded_at == timedelta(minutes=5)
    after_minutes(4.9)
    assert "unseen" not in raised(incident)
    assert not Miss.objects.exists()
    after_minutes(0.2)
    assert raised(incident).count("unseen") == 1
    (miss,) = Miss.objects.all()
    assert (miss.incident_id, miss.staff_id, miss.team_id, miss.mode, miss.level, miss.said_at) == (
        incident.pk, cast.handler.pk, cast.handler.team_id, mode, "immediate", words.recorded_at,
    )  # fmt: skip
    assert miss.reading.entry_id == words.pk
    # On the supervisor's page at once, first of all, with the quote.
    assert Sweep.objects.filter(incident=incident, kind="rescue", ended_at=None).exists()
    page = browser(cast.supervisor).get("/supervision/").content.decode()
    assert "risk not recognised" in page
    assert "knife" in page
    board = browser(cast.supervisor).get("/board/").content.decode()
    assert "risk not recognised" in board
    # The supervisor acts.
    graded(cast.handler, incident, "scheduled")
    assert not Rescue.objects.exists(), "who took the words rescues nothing"
    graded(cast.supervisor, incident, "immediate")
    (rescue,) = Rescue.objects.all()
    assert (rescue.miss_id, rescue.by_id, rescue.did) == (miss.pk, cast.supervisor.pk, "grade.chosen")
    assert unseen(incident)[0].ended_at is not None
    incident.refresh_from_db()
    say(cast.supervisor, incident, "units on their way")
    after_minutes(30)
    assert (Miss.objects.count(), Rescue.objects.count()) == (1, 1)


def _named(cast: Cast, incident: Incident) -> None:
    child = ChildGiven(key().hex, "Sky", 7, False, "upstairs", "", "not_seen", None, "", 0)  # fmt: skip
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=[child])


def _graded(cast: Cast, incident: Incident) -> None:
    graded(cast.handler, incident, "immediate")


def _assessed(cast: Cast, incident: Incident) -> None:
    assess(cast.handler, incident, "The children upstairs are crying and he says that he will kill them with a knife.")


@pytest.mark.parametrize("does", [_graded, _named, _assessed])
def test_what_is_recognised_in_time_is_no_miss(cast: Cast, does: Callable[[Cast, Incident], None]) -> None:
    set_mode(cast, "silent")
    incident = danger(cast)
    does(cast, incident)
    assert all(one.ended_at is not None for one in unseen(incident))
    after_minutes(6)
    assert "unseen" not in raised(incident)
    assert not Miss.objects.exists()


def test_a_lower_grade_and_a_thrive_that_names_no_risk_recognise_nothing(cast: Cast) -> None:
    set_mode(cast, "silent")
    incident = danger(cast)
    graded(cast.handler, incident, "priority")
    assess(cast.handler, incident, "A quarrel between neighbours about a fence.")
    after_minutes(6)
    assert raised(incident).count("unseen") == 1


def test_a_thrive_from_before_the_words_recognises_nothing(cast: Cast) -> None:
    set_mode(cast, "silent")
    incident = opened(cast.handler)
    assess(cast.handler, incident, "The children upstairs are crying and he says that he will kill them with a knife.")
    say(cast.handler, incident, DANGER)
    after_minutes(6)
    assert raised(incident).count("unseen") == 1


def test_a_supervisor_who_has_looked_ends_it_and_the_same_words_do_not_raise_it_again(cast: Cast) -> None:
    set_mode(cast, "silent")
    incident = danger(cast)
    after_minutes(6)
    incident.refresh_from_db()
    supervision.agree(
        cast.far_supervisor if incident.team_id != cast.supervisor.team_id else cast.supervisor,
        incident.pk, key=key(), seen=incident.last_seq, found=newest_find(incident), began_at=None,
    )  # fmt: skip
    assert unseen(incident)[0].ended_at is not None
    assert Rescue.objects.get().did == "review.made"
    say(cast.handler, incident, "still shouting")
    after_minutes(6)
    assert len(unseen(incident)) == 1


def test_open_and_a_calm_contact_raise_none(cast: Cast) -> None:
    danger(cast)
    set_mode(cast, "silent")
    quiet = opened(cast.handler)
    say(cast.handler, quiet, "the bins were not collected")
    after_minutes(6)
    assert not Alarm.objects.filter(kind="unseen").exists()


def test_a_mode_that_opens_meanwhile_takes_nothing_back(cast: Cast) -> None:
    set_mode(cast, "silent")
    incident = danger(cast)
    set_mode(cast, "open")
    say(cast.handler, incident, "are you there")
    after_minutes(6)
    assert raised(incident).count("unseen") == 1


def test_what_was_not_read_while_off_is_owned_once_it_is_read(cast: Cast) -> None:
    thrown(cast)
    incident = danger(cast)
    after_minutes(6)
    assert not unseen(incident), "nobody has read it"
    taken_back(cast)
    mode_actions.catch_up()
    alarm_actions.raise_due()
    assert raised(incident).count("unseen") == 1
    assert Miss.objects.get().mode == "off"
    assert Sweep.objects.filter(incident=incident, kind="rescue").exists()


def test_no_worker_for_an_hour_loses_nothing_and_counts_once(cast: Cast) -> None:
    set_mode(cast, "silent")
    incidents = [danger(cast) for _ in range(3)]
    after_minutes(60)
    alarm_actions.raise_due()
    assert Miss.objects.count() == 3
    assert all(raised(one).count("unseen") == 1 for one in incidents)


def test_two_workers_at_once_count_one_miss(committing: Database) -> None:
    cast = make_cast()
    set_mode(cast, "silent")
    incident = danger(cast)
    later(timedelta(minutes=6))

    def work() -> None:
        try:
            alarm_actions.raise_due()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert Miss.objects.filter(incident=incident).count() == 1


def test_the_handler_s_screen_says_nothing_of_the_alarm(cast: Cast, browser: Browser) -> None:
    set_mode(cast, "silent", cast.handler)
    incident = danger(cast)
    after_minutes(6)
    theirs = browser(cast.handler)
    for at in (f"/incidents/{incident.pk}/", "/board/", "/incidents/", f"/incidents/find?q={incident.reference}"):
        page = theirs.get(at, follow=True).content.decode().lower()
        assert "recognised" not in page, at
    row = BoardRow.objects.get(incident=incident)
    assert "unseen" in row.needs
    assert "unseen" not in row.blind_needs
    assert (row.first, row.blind_first) == (0, 9)
    assert newest(incident).at_risk
