"""An incident closes when nothing is owed in it, and not by one person alone where a child may be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.accounts.models import Staff
from goldthread.assessment.actions import write_thrive
from goldthread.assessment.rules import Draft
from goldthread.config import upward
from goldthread.config.errors import Invalid, Refused
from goldthread.contact import actions as contact
from goldthread.contact import known_actions
from goldthread.contact.caller_actions import log_call_back
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.response import actions as response
from goldthread.response import request_actions, rules
from goldthread.response.events import MayClose
from goldthread.response.grades import closing_reasons
from goldthread.response.models import Allocation, Unit
from goldthread.response.rules import Closable
from goldthread.safeguarding import door_actions
from goldthread.safeguarding.door_rules import VisitAtDoor
from tests import known_world as world
from tests.cast import Cast, assess, attended, closed, graded, key, opened, say, taken

REASONS = list(closing_reasons().values())


@given(
    st.sampled_from(REASONS),
    st.builds(
        Closable, graded=st.booleans(), attended=st.booleans(), unit_on_way=st.booleans(), second=st.booleans(),
        unread=st.booleans(), offered=st.booleans(), called=st.booleans(), asked=st.booleans(), accepted=st.booleans(), told=st.booleans(),
        unanswered=st.booleans(), unit_owed=st.booleans(), linked=st.booleans(), child=st.booleans(), critical=st.sampled_from([(), ("imminent",)]),
        needs_second=st.sampled_from([(), ("nobody has attended",), ("no child is on record as seen",)]), fresh=st.booleans(),
    ),
)  # fmt: skip
def test_closing_is_refused_while_anything_stands_against_it(reason: object, about: Closable) -> None:
    against = (
        not about.graded
        or about.unit_on_way
        or (reason.attended and not about.attended)  # type: ignore[attr-defined]
        or (reason.accepted and not (about.accepted and about.told))  # type: ignore[attr-defined]
        or about.unread
        or about.offered
        or about.called
        or about.asked
        or (about.unanswered and not about.attended)
        or about.critical
        or (about.unit_owed and not about.attended and not reason.nothing_here)  # type: ignore[attr-defined]
        or (reason.linked and not about.linked)  # type: ignore[attr-defined]
        or (reason.accepted and about.child and not about.attended)  # type: ignore[attr-defined]
        or (about.needs_second and not (about.second and about.fresh))
    )
    if against:
        with pytest.raises(Refused):
            rules.may_close(reason, "Seen and well.", about)  # type: ignore[arg-type]
    else:
        rules.may_close(reason, "Seen and well.", about)  # type: ignore[arg-type]


def _close(cast: Cast, incident: Incident, *, reason: str = "attended-resolved", result: str = "Seen.") -> None:
    response.close(cast.fim, incident.pk, key=key(), reason=reason, result=result)


@pytest.mark.parametrize(
    ("reason", "result"), [("", "Seen."), ("made up", "Seen."), ("advice", " \n"), ("advice", "x" * 4001)]
)
def test_it_needs_a_reason_and_a_result(cast: Cast, reason: str, result: str) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    attended(cast, incident)
    with pytest.raises(Invalid):
        _close(cast, incident, reason=reason, result=result)
    incident.refresh_from_db()
    assert incident.is_open


def test_it_does_not_close_before_a_grade(cast: Cast) -> None:
    incident = opened(cast.handler)
    attended(cast, incident)
    with pytest.raises(Refused, match="no grade yet"):
        _close(cast, incident)


def test_it_does_not_close_while_a_unit_is_on_its_way(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
    with pytest.raises(Refused, match="on its way"):
        _close(cast, incident)


def test_attended_needs_an_arrival(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    with pytest.raises(Refused, match="arrival on record"):
        _close(cast, incident)


def test_while_a_grade_owes_a_unit_nobody_closes_without_one(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "it was only the wind")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    graded(cast.handler, incident, "immediate")
    for who in (cast.handler, cast.supervisor, cast.fim):
        with pytest.raises(Refused, match="its clock runs"):
            response.close(who, incident.pk, key=key(), reason="advice", result="Rang back, all well.")
    with pytest.raises(Refused, match="link it under Same matter"):
        response.close(cast.handler, incident.pk, key=key(), reason="duplicate", result="Told before.")
    response.close(cast.handler, incident.pk, key=key(), reason="error", result="Opened twice.")
    incident.refresh_from_db()
    assert not incident.is_open


def test_two_that_nobody_attended_do_not_close_as_each_other(cast: Cast) -> None:
    home = world.place(world.street("Larch Road"), "14")
    pair = [opened(cast.handler) for _ in range(2)]
    for one in pair:
        say(cast.handler, one, "it was only the wind")
        contact.answer_children(cast.handler, one.pk, key=key(), answer="asked_none", given=[])
        world.settled_on(cast.handler, one, home)
        graded(cast.handler, one, "immediate")
    known_actions.link(cast.handler, pair[0].pk, key=key(), other_id=pair[1].pk)
    response.close(cast.handler, pair[0].pk, key=key(), reason="duplicate", result="Told in the other.")
    with pytest.raises(Refused, match="which is open or was attended"):
        response.close(cast.handler, pair[1].pk, key=key(), reason="duplicate", result="Told in the other.")


def test_a_visit_to_the_linked_one_before_this_was_opened_again_closes_nothing(cast: Cast) -> None:
    home = world.place(world.street("Larch Road"), "14")
    this, other = (opened(cast.handler) for _ in range(2))
    for one in (this, other):
        say(cast.handler, one, "it was only the wind")
        contact.answer_children(cast.handler, one.pk, key=key(), answer="asked_none", given=[])
        world.settled_on(cast.handler, one, home)
        graded(cast.handler, one)
    known_actions.link(cast.handler, this.pk, key=key(), other_id=other.pk)
    attended(cast, other)
    response.close(cast.handler, this.pk, key=key(), reason="duplicate", result="Told in the other.")
    closed(cast, other)
    say(cast.handler, this, "now it is louder")
    with pytest.raises(Refused, match="which is open or was attended"):
        response.close(cast.handler, this.pk, key=key(), reason="duplicate", result="Told in the other.")


def test_a_unit_that_came_before_the_grade_is_owed_no_second_time(cast: Cast) -> None:
    incident = opened(cast.handler)
    attended(cast, incident)
    sent = Allocation.objects.get(incident=incident)
    response.record_leaving(cast.dispatcher, incident.pk, key=key(), allocation_id=sent.pk)
    nobody = VisitAtDoor(no_child="none", no_child_why="one room, nobody else in")
    door_actions.answer(cast.officer, incident.pk, key=key(), visit=sent.pk, whole=nobody)
    graded(cast.handler, incident, "priority")
    closed(cast, incident)
    incident.refresh_from_db()
    assert not incident.is_open


def test_it_does_not_close_while_a_supervisor_was_called_and_nobody_came(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    attended(cast, incident)
    response.call_supervisor(cast.handler, incident.pk, key=key())
    with pytest.raises(Refused, match="nobody has come yet"):
        closed(cast, incident)
    with pytest.raises(Refused, match="nobody has come yet"):
        request_actions.ask_close(
            cast.handler, incident.pk, key=key(), reason="attended-resolved", result="Quiet on arrival."
        )
    response.answer_supervisor(cast.supervisor, incident.pk, key=key())
    closed(cast, incident)
    incident.refresh_from_db()
    assert not incident.is_open


def test_one_person_does_not_close_unattended_where_a_child_may_be(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, "resolution")
    with pytest.raises(Refused, match="Ask for it to be closed"):
        response.close(cast.handler, incident.pk, key=key(), reason="advice", result="Told what to do.")


def test_the_second_person_is_a_supervisor_who_had_no_hand_in_it(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, "resolution")
    assess(cast.handler, incident)
    response.close(cast.supervisor, incident.pk, key=key(), reason="advice", result="Told what to do.")
    incident.refresh_from_db()
    assert not incident.is_open


NEW = {
    "words": lambda cast, one: say(cast.teammate, one, "She rang again."),
    "a unit that came": attended,
    "a call back that reached nobody": lambda cast, one: log_call_back(
        cast.handler, one.pk, key=key(), outcome="no_answer"
    ),
    "an answer about children": lambda cast, one: contact.answer_children(
        cast.handler, one.pk, key=key(), answer="not_known", given=[]
    ),
}


@pytest.mark.parametrize("new", list(NEW))
def test_the_second_person_closes_on_a_thrive_that_knows_everything(cast: Cast, new: str) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, "resolution")

    def close(by: Staff) -> None:
        response.close(by, incident.pk, key=key(), reason="advice", result="Told what to do.")

    with pytest.raises(Refused, match="closes on a THRIVE that knows everything"):
        close(cast.supervisor)
    assess(cast.handler, incident)
    NEW[new](cast, incident)
    with pytest.raises(Refused, match="closes on a THRIVE that knows everything"):
        close(cast.supervisor)
    assess(cast.handler, incident)
    close(cast.supervisor)
    incident.refresh_from_db()
    assert not incident.is_open


def test_an_officer_s_result_closes_without_another_thrive(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    attended(cast, incident)
    mia = ChildGiven(str(key()), "Mia", 4, False, "inside", "", "spoken_to")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=[mia])
    response.close(cast.dispatcher, incident.pk, key=key(), reason="attended-resolved", result="Seen and well.")
    incident.refresh_from_db()
    assert not incident.is_open


@pytest.mark.parametrize("hand", ["opened", "owns", "assessed"])
def test_a_supervisor_does_not_approve_own_work(cast: Cast, hand: str) -> None:
    incident = opened(cast.supervisor if hand == "opened" else cast.handler)
    graded(cast.handler, incident, "resolution")
    if hand == "owns":
        taken(cast.supervisor, incident)
    if hand == "assessed":
        write_thrive(cast.supervisor, incident.pk, key=key(), draft=Draft({"threat": "none heard"}, "", "", 0))
    with pytest.raises(Refused, match="cannot close this alone"):
        response.close(cast.supervisor, incident.pk, key=key(), reason="advice", result="Told what to do.")


def test_closing_frees_the_unit(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    attended(cast, incident)
    closed(cast, incident)
    assert Unit.objects.get(pk=cast.unit.pk).state == "available"


@pytest.fixture
def answerers() -> Iterator[list[object]]:
    """The answerers to MayClose, put back afterwards."""
    held = upward._answerers[MayClose]
    before = list(held)
    yield held
    held[:] = before


def _ready(cast: Cast) -> Incident:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    attended(cast, incident)
    return incident


def test_whatever_is_still_owed_forbids_closing(cast: Cast, answerers: list[object]) -> None:
    upward.answers(MayClose)(lambda question: ["A referral is not yet acknowledged."])
    incident = _ready(cast)
    with pytest.raises(Refused, match="referral is not yet acknowledged"):
        closed(cast, incident)
    incident.refresh_from_db()
    assert incident.is_open


def test_a_check_that_cannot_be_made_forbids_closing(cast: Cast, answerers: list[object]) -> None:
    def failing(question: MayClose) -> list[str]:
        raise RuntimeError("the referrals cannot be read")

    upward.answers(MayClose)(failing)
    with pytest.raises(Refused, match="could not be made"):
        closed(cast, _ready(cast))


def test_nothing_is_asked_before_a_grade_or_a_sending(cast: Cast, answerers: list[object]) -> None:
    def failing(question: MayClose) -> list[str]:
        raise AssertionError("asked")

    upward.answers(MayClose)(failing)
    incident = opened(cast.handler)
    say(cast.handler, incident, "help")
    graded(cast.handler, incident, "immediate")
    attended(cast, incident)
