"""The mode of the reader: which holds for whom, what off, silent and blind first read, and what is read afterwards."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection

from goldthread.accounts.models import Staff
from goldthread.assessment import actions, mode_actions, mode_rules, modes
from goldthread.assessment.actions import NotReadInFull, read_fully
from goldthread.assessment.models import ModeChange, Unread
from goldthread.assessment.reading import NoReader
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from tests.cast import Cast, assess, attended, closed, graded, opened, say
from tests.response.test_alarms import later
from tests.trials.scenes import DANGER, danger, gold, newest, owner, set_mode, taken_back, thrown


def of(user: Staff) -> str:
    return modes.standing(user).mode


def test_nobody_has_set_anything_so_it_is_open(cast: Cast) -> None:
    held = modes.standing(cast.handler)
    assert (held.mode, held.since, held.switch) == ("open", None, False)
    assert modes.view(cast.handler) == mode_rules.ALL
    assert modes.shown(cast.handler, None).readings


def test_the_newest_that_concerns_a_person_holds_and_the_switch_above_all(cast: Cast) -> None:
    set_mode(cast, "silent", cast.handler)
    assert (of(cast.handler), of(cast.stranger)) == ("silent", "open")
    set_mode(cast, "blind_first")
    assert (of(cast.handler), of(cast.stranger)) == ("blind_first", "blind_first")
    thrown(cast)
    assert (of(cast.handler), of(cast.stranger)) == ("off", "off")
    set_mode(cast, "open", cast.handler)
    assert of(cast.handler) == "off", "a mode never overrules the switch"
    taken_back(cast)
    assert (of(cast.handler), of(cast.stranger)) == ("open", "blind_first")


def test_whoever_signs_in_brings_their_mode_along(cast: Cast) -> None:
    set_mode(cast, "silent", cast.handler)
    found = Staff.objects.ranked().get(pk=cast.handler.pk)
    with connection.execute_wrapper(_no_query):
        assert of(found) == "silent"


def _no_query(*_: object) -> None:
    raise AssertionError("the mode is asked for again")


def test_a_later_start_begins_by_itself_and_may_be_taken_back_before(cast: Cast) -> None:
    start = database_now(connection) + timedelta(hours=1)
    first = mode_actions.set_mode(
        owner(cast), mode="silent", why="From one on.", team=cast.handler.team_id, since=start
    )
    second = mode_actions.set_mode(owner(cast), mode="off", why="And then.", since=start + timedelta(hours=1))
    assert of(cast.handler) == "open"
    mode_actions.withdraw(owner(cast), second.pk)
    with pytest.raises(Stale, match="taken back already"):
        mode_actions.withdraw(owner(cast), second.pk)
    later(timedelta(minutes=61))
    assert of(cast.handler) == "silent"
    with pytest.raises(Stale, match="begun already"):
        mode_actions.withdraw(owner(cast), first.pk)
    later(timedelta(hours=2))
    assert of(cast.handler) == "silent", "what was taken back never begins"
    with pytest.raises(NotThere):
        mode_actions.withdraw(owner(cast), 10**9)


def test_who_may_change_it(cast: Cast) -> None:
    for user in cast.everybody().values():
        with pytest.raises(Refused):
            mode_actions.set_mode(user, mode="off", why="No.")
        with pytest.raises(Refused):
            mode_actions.switch(user, off=True, why="No.")
    with pytest.raises(Refused):
        mode_actions.set_mode(gold(cast), mode="silent", why="No.")
    assert not ModeChange.objects.exists()
    mode_actions.switch(gold(cast), off=True, why="Gold may stop it.")
    assert of(cast.handler) == "off"


def test_bad_input_gets_a_sentence_and_changes_nothing(cast: Cast) -> None:
    set_to, user, now = mode_actions.set_mode, owner(cast), database_now(connection)
    for given, name in (
        ({"mode": "loud", "why": "x"}, "mode"), ({"mode": "off", "why": " \n "}, "why"), ({"mode": "off", "why": "x" * 401}, "why"),
        ({"mode": "off", "why": "x", "since": now - timedelta(days=1)}, "since"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as told:
            set_to(user, **given)
        assert name in told.value.fields
    with pytest.raises(NotThere):
        set_to(user, mode="off", why="x", team=10**9)
    with pytest.raises(Refused, match="not thrown"):
        mode_actions.switch(user, off=False, why="x")
    assert not ModeChange.objects.exists()


def test_sent_twice_it_is_done_once_and_on_record(cast: Cast) -> None:
    for _ in range(2):
        set_mode(cast, "silent", cast.handler)
        thrown(cast)
    assert ModeChange.objects.count() == 2
    told = AuditEvent.objects.filter(verb__in=["reader.mode", "reader.off"]).values_list("verb", "duty", "staff_id")
    assert set(told) == {(verb, "alteration", owner(cast).pk) for verb in ("reader.mode", "reader.off")}
    assert len(told) == 2


def test_off_reads_nothing_counts_as_a_child_possibly_involved_and_takes_the_words(cast: Cast) -> None:
    thrown(cast)
    with patch("goldthread.assessment.actions.read", side_effect=AssertionError("it is off")):
        incident = danger(cast)
    found = newest(incident)
    assert (found.state, found.mode, found.level, found.findings, found.abstain) == ("off", "off", "none", [], True)
    assert incident.child == "possible"
    assert incident.entries.filter(kind="words").count() == 1
    assert Unread.objects.filter(incident=incident, team=cast.handler.team).exists()


def test_what_was_read_before_it_was_off_is_held(cast: Cast) -> None:
    incident = danger(cast)
    before = newest(incident)
    thrown(cast)
    say(cast.handler, incident, "hello?")
    found = newest(incident)
    assert (found.state, found.level, found.findings, found.critical) == (
        "off", before.level, before.findings, before.critical,
    )  # fmt: skip


def test_it_is_off_for_one_team_and_reads_for_the_other(cast: Cast) -> None:
    set_mode(cast, "off", cast.handler)
    assert newest(danger(cast)).state == "off"
    other = opened(cast.stranger)
    say(cast.stranger, other, DANGER)
    assert newest(other).state == "read"


def test_what_was_not_read_is_read_afterwards_open_ones_first(cast: Cast) -> None:
    thrown(cast)
    shut = danger(cast)
    graded(cast.fim, shut)
    attended(cast, shut)
    closed(cast, shut)
    later(timedelta(minutes=1))
    still = danger(cast)
    assert mode_actions.catch_up() == 0, "it is off"
    taken_back(cast)
    order: list[object] = []
    with patch("goldthread.assessment.actions.read_afterwards", side_effect=lambda pk: order.append(pk) or True):
        mode_actions.catch_up()
    assert order == [still.pk, shut.pk]
    assert mode_actions.catch_up() == 2
    for incident in (shut, still):
        found = newest(incident)
        assert (found.state, found.mode, found.level) == ("read", "off", "immediate")
    assert not Unread.objects.exists()
    assert mode_actions.catch_up() == 0


def test_a_reader_that_is_down_owes_it_still(cast: Cast) -> None:
    thrown(cast)
    incident = danger(cast)
    taken_back(cast)
    other = danger(cast)
    Unread.objects.create(incident=other, since=other.opened_at)
    with patch("goldthread.assessment.reading.reader", NoReader):
        assert mode_actions.catch_up() == 0
    assert Unread.objects.count() == 2
    poison = [incident.pk]

    def reads(pk: object) -> bool:
        if pk in poison:
            raise NotReadInFull("no")
        return real(pk)  # type: ignore[arg-type]

    real = actions.read_afterwards
    with patch("goldthread.assessment.actions.read_afterwards", reads):
        assert mode_actions.catch_up() == 1, "one that cannot be read holds no other up"
    assert list(Unread.objects.values_list("pk", flat=True)) == [incident.pk]
    assert mode_actions.catch_up() == 1


def test_words_that_come_before_the_job_read_all_and_nothing_is_read_twice(cast: Cast) -> None:
    thrown(cast)
    incident = danger(cast)
    taken_back(cast)
    say(cast.handler, incident, "he is at the door")
    assert newest(incident).level == "immediate"
    count = incident.readings.count()
    mode_actions.catch_up()
    assert not Unread.objects.exists()
    assert incident.readings.filter(path="fast", state="read").count() == 1
    assert incident.readings.count() <= count + 1, "the full reading at the most"


def test_words_that_come_while_it_reads_afterwards_are_read_too(cast: Cast) -> None:
    thrown(cast)
    incident = danger(cast)
    taken_back(cast)
    real = actions.read

    def slow(said: object, path: str = "fast") -> object:
        found = real(said, path)  # type: ignore[arg-type]
        if path == "full" and incident.entries.filter(kind="words").count() == 1:
            say(cast.handler, incident, "he is at the door")
        return found

    with patch("goldthread.assessment.actions.read", slow):
        assert mode_actions.catch_up() == 0
    assert Unread.objects.filter(incident=incident).exists(), "it is still owed"
    assert newest(incident).path == "fast", "no reading of older words stands for the newer ones"
    mode_actions.catch_up()
    assert not Unread.objects.exists()


def test_a_full_reading_that_was_ordered_before_it_was_off_waits(cast: Cast) -> None:
    incident = danger(cast)
    before = incident.readings.count()
    thrown(cast)
    read_fully(incident.pk)
    assert incident.readings.count() == before
    assert Unread.objects.filter(incident=incident).exists()
    taken_back(cast)
    mode_actions.catch_up()
    assert newest(incident).path == "full"


def test_silent_and_blind_first_read_and_store(cast: Cast) -> None:
    for mode in ("silent", "blind_first"):
        set_mode(cast, mode, cast.handler)
        found = newest(danger(cast))
        assert (found.state, found.mode, found.level) == ("read", mode, "immediate")
    assert modes.view(cast.handler) == mode_rules.View("assessed", cast.handler.team_id)


def test_blind_first_shows_once_the_team_has_assessed(cast: Cast) -> None:
    set_mode(cast, "blind_first")
    by_grade, by_thrive = danger(cast), danger(cast)
    for incident, does in ((by_grade, graded), (by_thrive, assess)):
        assert not modes.shown(cast.handler, incident).readings
        does(cast.teammate, incident)
        assert modes.shown(cast.handler, incident).readings
        assert not modes.shown(cast.stranger, incident).readings, "another team assesses first itself"
    assert modes.shown_of(cast.handler, [by_grade.pk, by_thrive.pk, danger(cast).pk]) == {by_grade.pk, by_thrive.pk}


def test_who_rescues_sees_all_in_every_mode(cast: Cast) -> None:
    incident = danger(cast)
    for mode in ("silent", "blind_first", "off"):
        set_mode(cast, mode)
        for user in (cast.supervisor, cast.fim, cast.vast):
            assert modes.shown(user, incident).readings, mode
        for user in (cast.handler, cast.dispatcher, cast.officer):
            assert not modes.shown(user, incident).readings, mode


def test_the_database_takes_no_change_that_began_before_it_was_made(cast: Cast) -> None:
    from django.db import IntegrityError, transaction

    from goldthread.audit.models import Payload

    now = database_now(connection)
    text = Payload.objects.keep("No.")
    for wrong in ({"since": now - timedelta(days=1)}, {"since": now, "switch": True, "mode": "silent"},
                  {"since": now, "switch": True, "team": cast.handler.team}):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            ModeChange(**{"mode": "off", "at": now, "why": text, **wrong}).save()
