"""A command sent twice acts once; a key used for something else is refused."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import close_old_connections, connection

from goldthread.assessment.actions import write_thrive
from goldthread.assessment.models import ThriveVersion
from goldthread.assessment.rules import Draft
from goldthread.audit.models import AuditEvent
from goldthread.config.errors import NotThere, Refused
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.response import actions as response
from goldthread.response.models import Allocation, Closing, GradePeriod, Unit
from tests.cast import Cast, answered, assess, attended, graded, key, make_cast, opened
from tests.conftest import Database

DRAFT = Draft({"threat": "he is outside"}, "", "", 0)
CHILD = ChildGiven(str(uuid.uuid4()), "Mia", 4, False, "upstairs", "mother", "not_seen")
Send = Callable[[Cast, Incident, uuid.UUID], object]

COMMANDS: dict[str, Send] = {
    "words": lambda c, i, k: contact.add_words(c.handler, i.pk, key=k, source="caller", text="help"),
    "particular": lambda c, i, k: contact.set_particular(c.handler, i.pk, key=k, kind="location", text="3 Elm Row"),
    "area": lambda c, i, k: contact.set_area(c.handler, i.pk, key=k, area="South"),
    "children": lambda c, i, k: contact.answer_children(c.handler, i.pk, key=k, answer="named", given=[CHILD]),
    "thrive": lambda c, i, k: write_thrive(c.handler, i.pk, key=k, draft=DRAFT),
    "grade": lambda c, i, k: response.choose_grade(c.handler, i.pk, key=k, code="priority"),
    "allocate": lambda c, i, k: response.allocate(c.dispatcher, i.pk, key=k, unit_id=c.unit.pk),
    "take": lambda c, i, k: response.take_over(c.teammate, i.pk, key=k, holder=c.handler.pk),
}


def _state(incident: Incident) -> tuple[object, ...]:
    incident.refresh_from_db()
    counted = (
        incident.entries.count(),
        incident.child_versions.count(),
        ThriveVersion.objects.count(),
        GradePeriod.objects.count(),
        Allocation.objects.count(),
        AuditEvent.objects.count(),
    )
    return (incident.last_seq, incident.owner_id, *counted)


@pytest.mark.parametrize("name", COMMANDS)
def test_sent_twice_it_acts_once(cast: Cast, name: str) -> None:
    incident, used = opened(cast.handler), key()
    first = COMMANDS[name](cast, incident, used)
    stood = _state(incident)
    again = COMMANDS[name](cast, incident, used)
    assert _state(incident) == stood
    assert again == first


@pytest.mark.parametrize("name", COMMANDS)
def test_the_key_of_another_command_hides_nothing(cast: Cast, name: str) -> None:
    incident, used = opened(cast.handler), key()
    contact.add_words(cast.handler, incident.pk, key=used, source="caller", text="first")
    stood = _state(incident)
    COMMANDS[name](cast, incident, used)
    assert _state(incident) != stood


def test_what_was_added_before_a_second_try_is_kept(cast: Cast) -> None:
    """The first answer was lost on the way; the person typed on and sent the same form again."""
    incident, used = opened(cast.handler), key()
    for text in ("he is outside", "he is outside, he has a knife"):
        contact.add_words(cast.handler, incident.pk, key=used, source="caller", text=text)
    said = incident.entries.filter(kind="words").order_by("seq").values_list("text__text", flat=True)
    assert list(said) == ["he is outside", "he is outside, he has a knife"]


def test_a_higher_grade_chosen_before_a_second_try_counts(cast: Cast) -> None:
    incident, used = opened(cast.handler), key()
    for code in ("scheduled", "immediate"):
        response.choose_grade(cast.handler, incident.pk, key=used, code=code)
    assert [period.grade for period in GradePeriod.objects.order_by("seq")] == ["scheduled", "immediate"]


def test_closing_sent_again_is_done_though_it_is_out_of_reach_now(cast: Cast) -> None:
    """Who sees what is open no longer sees what they closed; their own lost answer is told all the same, and nothing else."""
    incident = opened(cast.handler)
    graded(cast.fim, incident)
    attended(cast, incident)
    answered(cast.fim, incident)
    assess(cast.handler, incident)
    again = key()
    for _ in range(2):
        response.close(cast.fim, incident.pk, key=again, reason="attended-resolved", result="Seen and well.")
    assert Closing.objects.filter(incident=incident).count() == 1
    for who, other in ((cast.fim, key()), (cast.far_dispatcher, again)):
        with pytest.raises(NotThere):
            response.close(who, incident.pk, key=other, reason="attended-resolved", result="Seen and well.")


def test_two_people_with_one_key_are_both_heard(cast: Cast) -> None:
    incident, used = opened(cast.handler), key()
    contact.add_words(cast.handler, incident.pk, key=used, source="caller", text="first")
    contact.add_words(cast.teammate, incident.pk, key=used, source="caller", text="first")
    assert incident.entries.filter(kind="words").count() == 2


def test_one_key_in_two_incidents_is_two_commands(cast: Cast) -> None:
    used = key()
    for incident in (opened(cast.handler), opened(cast.handler)):
        contact.add_words(cast.handler, incident.pk, key=used, source="caller", text="first")
        assert incident.entries.filter(kind="words").count() == 1


def test_a_refused_command_leaves_its_key_free(cast: Cast) -> None:
    incident, used = opened(cast.handler), key()
    with pytest.raises(Refused):
        response.allocate(cast.dispatcher, incident.pk, key=used, unit_id=cast.far_unit.pk)
    Unit.objects.filter(pk=cast.far_unit.pk).update(area="North")
    assert response.allocate(cast.dispatcher, incident.pk, key=used, unit_id=cast.far_unit.pk).unit == cast.far_unit


def test_opening_twice_gives_the_first(cast: Cast) -> None:
    identity = uuid.uuid4()
    first = contact.open_incident(cast.handler, incident_id=identity, channel="999", location="here")
    again = contact.open_incident(cast.handler, incident_id=identity, channel="101", location="there")
    assert again.pk == first.pk
    assert Incident.objects.count() == 1
    assert Incident.objects.get().channel == "999"


def test_anothers_identity_is_not_there(cast: Cast) -> None:
    incident = opened(cast.stranger)
    with pytest.raises(Refused):
        contact.open_incident(cast.handler, incident_id=incident.pk, channel="999")
    assert Incident.objects.get().opened_by == cast.stranger


def test_a_particular_is_not_mistaken_for_words_sent_with_the_same_key(cast: Cast) -> None:
    incident, used = opened(cast.handler), key()
    contact.set_particular(cast.handler, incident.pk, key=used, kind="location", text="3 Elm Row")
    contact.add_words(cast.handler, incident.pk, key=used, source="caller", text="she is hurt")
    assert incident.entries.filter(kind="words", text__text="she is hurt").exists()


def _at_once(work: Callable[[], object], times: int) -> list[object]:
    """Run ``work`` in threads that start together, each on a connection of its own; the results or errors."""
    ready, found = threading.Barrier(times), []

    def one() -> None:
        try:
            ready.wait(10)
            found.append(work())
        except Exception as error:  # noqa: BLE001 - the test looks at what it is
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    close_old_connections()
    return found


def test_eight_opens_at_once_make_one_incident(committing: Database) -> None:
    made, identity = make_cast(), uuid.uuid4()
    found = _at_once(lambda: contact.open_incident(made.handler, incident_id=identity, channel="999").pk, 8)
    assert found == [identity] * 8
    assert Incident.objects.count() == 1


def test_eight_sends_of_the_same_words_at_once_are_kept_once(committing: Database) -> None:
    made = make_cast()
    incident, used = opened(made.handler), key()
    found = _at_once(lambda: contact.add_words(made.handler, incident.pk, key=used, source="caller", text="help").pk, 8)
    assert len(set(found)) == 1
    assert incident.entries.filter(kind="words").count() == 1


def test_eight_people_writing_at_once_lose_no_line_and_share_no_number(committing: Database) -> None:
    made = make_cast()
    incident = opened(made.handler)
    found = _at_once(lambda: contact.add_words(made.handler, incident.pk, key=key(), source="caller", text="x").seq, 8)
    assert len(set(found)) == 8
    numbers = list(incident.entries.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def test_one_unit_wanted_by_eight_is_sent_once(committing: Database) -> None:
    made = make_cast()
    incidents = [opened(made.handler) for _ in range(8)]
    waiting = iter(incidents)
    found = _at_once(lambda: response.allocate(made.dispatcher, next(waiting).pk, key=key(), unit_id=made.unit.pk), 8)
    assert sorted(type(one).__name__ for one in found) == ["Allocation"] + ["Refused"] * 7


def test_one_key_for_two_incidents_at_once_acts_on_both(committing: Database) -> None:
    made, used = make_cast(), key()
    waiting = iter([opened(made.handler), opened(made.handler)])
    found = _at_once(lambda: contact.add_words(made.handler, next(waiting).pk, key=used, source="caller", text="x"), 2)
    assert sorted(type(one).__name__ for one in found) == ["Entry", "Entry"]


def test_opening_where_nobody_may(cast: Cast) -> None:
    with pytest.raises(Refused, match="does not open"):
        contact.open_incident(cast.pcc, incident_id=uuid.uuid4(), channel="999")
    with pytest.raises(NotThere):
        contact.add_words(cast.pcc, uuid.uuid4(), key=key(), source="caller", text="x")
