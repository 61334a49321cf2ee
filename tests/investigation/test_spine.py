"""An investigation's safeguarding: access, each child's voice, the plan, reviews in time, what is new, and how it ends."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from goldthread.accounts.models import Staff
from goldthread.audit.actions import acting
from goldthread.audit.models import AuditEvent
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact import known_actions
from goldthread.contact.models import Incident
from goldthread.investigation import actions, queries, review_actions
from goldthread.investigation.models import AccessAnswer, ChildVoice, Investigation, NewsSeen, PlanItem
from goldthread.safeguarding.clock_actions import start, stop, watch
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.clock_queries import standing
from tests.cast import Cast, attended, closed, key, opened, say
from tests.investigation.scenes import (
    SAID,
    accepted,
    answered,
    ended,
    heard,
    named,
    offered,
    proposed,
    read,
    reviewed,
    soon,
    whole,
)
from tests.response.test_alarms import later


def running(one: Investigation, about: str) -> list[Clock]:
    return list(Clock.objects.filter(about=about, about_id=str(one.pk), stopped_at__isnull=True))


def test_not_known_stays_owed_and_an_answer_says_how(cast: Cast) -> None:
    one = accepted(cast)
    for answer, given, field in (
        ("yes", {}, "who"), ("yes", {"who": "Wren, lives there"}, "words"), ("no", {"who": "nobody"}, "words"), ("", {}, "answer"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            actions.answer_access(cast.investigator, one.pk, key=key(), answer=answer, **given)
        assert set(refused.value.fields) == {field}
    actions.answer_access(cast.investigator, one.pk, key=key(), answer="not_known")
    assert len(running(one, "inv_access")) == 1
    answered(cast.investigator, one)
    assert not running(one, "inv_access")
    actions.answer_access(cast.investigator, one.pk, key=key(), answer="not_known", words="He has moved.")
    assert len(running(one, "inv_access")) == 1, "what is not known any more is owed again"
    assert [each.answer for each in queries.access_of(one)] == ["not_known", "no", "not_known"]


def test_a_childs_voice_is_kept_version_by_version_and_never_in_the_audit(cast: Cast) -> None:
    one = accepted(cast)
    (child,) = queries.children_of(one)
    assert not child.heard
    for given, field in (
        ({}, "said"), ({"said": "Hello", "by_whom": " "}, "by_whom"), ({"said": "Hello", "seen": ""}, "seen"),
        ({"said": "a" * 10_001}, "said"), ({"said": "Hello", "occurred_at": soon()}, "occurred_at"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            actions.record_voice(cast.investigator, one.pk, child.child, key=key(), **{**SAID, **given})
        assert set(refused.value.fields) == {field}
    heard(cast.investigator, one, said="I was under the stairs.\x00")
    heard(cast.investigator, one, said="", behaviour="Flinches at the door.", wishes="To stay with Nan.")
    (child,) = queries.children_of(one)
    assert [each.version for each in child.voices] == [2, 1]
    assert queries.told(child.voices[0])["wishes"] == "To stay with Nan."
    assert list(queries.voices_of(one.incident_id, child.child)) == child.voices[::-1]
    with pytest.raises(NotThere):
        actions.record_voice(cast.investigator, one.pk, uuid.uuid4(), key=key(), **SAID, said="Hello")
    for event in AuditEvent.objects.filter(verb="investigation.work"):
        assert "stairs" not in f"{event.detail}{event.subjects}{event.reason}"
    assert not any("stairs" in str(each.data) for each in one.incident.entries.all())


def test_a_child_found_since_is_added_and_owed_a_voice(cast: Cast) -> None:
    one, again = accepted(cast), key()
    made = {actions.add_child(cast.investigator, one.pk, key=again, name="", age=2) for _ in range(2)}
    assert len(made) == 1
    assert [each.heard for each in queries.children_of(one)] == [False, False]
    with pytest.raises(Invalid, match="under 18"):
        actions.add_child(cast.investigator, one.pk, key=key(), name="Fern", age=18)


def test_only_a_supervisor_who_does_not_lead_it_says_that_a_child_cannot_be_heard(cast: Cast) -> None:
    one = accepted(cast)
    (child,) = queries.children_of(one)
    with pytest.raises(NotThere):
        review_actions.cannot_hear(cast.investigator, one.pk, child.child, key=key(), why="Too young.")
    with pytest.raises(Invalid, match="what was tried"):
        review_actions.cannot_hear(cast.detective_sergeant, one.pk, child.child, key=key(), why="")
    review_actions.cannot_hear(cast.detective_sergeant, one.pk, child.child, key=key(), why="Abroad; three calls made.")
    assert ChildVoice.objects.get().kind == "cannot"
    assert queries.children_of(one)[0].heard


def test_the_plan_has_owners_and_times_and_each_item_its_end(cast: Cast) -> None:
    one = accepted(cast)
    said: dict[str, Any] = {
        "kind": "enquiry",
        "words": "Phone download",
        "owner": cast.investigator.pk,
        "due_at": soon(),
    }
    for given, field in (
        ({"words": " "}, "words"), ({"owner": cast.handler.pk}, "owner"), ({"due_at": None}, "due_at"), ({"due_at": soon(-1)}, "due_at"),
        ({"due_at": soon(24 * 400)}, "due_at"), ({"kind": "directed"}, "kind"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            actions.add_item(cast.investigator, one.pk, key=key(), **{**said, **given})
        assert set(refused.value.fields) == {field}
    first, second = (actions.add_item(cast.investigator, one.pk, key=key(), **said) for _ in range(2))
    assert (first.number, second.number) == (1, 2)
    with pytest.raises(Invalid, match="why it is not pursued"):
        actions.end_item(cast.investigator, one.pk, first.pk, key=key(), answer="not_pursued")
    actions.end_item(cast.investigator, one.pk, first.pk, key=key(), answer="done")
    with pytest.raises(Stale, match="answered this item already"):
        actions.end_item(cast.investigator, one.pk, first.pk, key=key(), answer="not_pursued", words="No.")
    with pytest.raises(NotThere):
        actions.end_item(cast.investigator, one.pk, first.pk + 9, key=key(), answer="done")


def test_a_review_is_another_persons_and_begins_the_next_clock(cast: Cast) -> None:
    one = accepted(cast)
    with pytest.raises(NotThere):
        reviewed(cast.investigator, one)
    with pytest.raises(Invalid, match="what you looked at"):
        reviewed(cast.detective_sergeant, one, words="")
    with pytest.raises(Invalid, match="Say what is to be done"):
        reviewed(cast.detective_sergeant, one, agrees=False)
    review = reviewed(cast.detective_sergeant, one, agrees=False, directs="See her today.", due_at=soon())
    assert (review.directed.kind, review.directed.owner) == ("directed", cast.investigator)
    (clock,) = running(one, "inv_review")
    assert (clock.rule, clock.due_at - clock.began_at) == ("inv_review_high", timedelta(days=7))
    reviewed(cast.detective_sergeant, one, risk="medium")
    one.refresh_from_db()
    (clock,) = running(one, "inv_review")
    assert (one.risk, clock.rule) == ("medium", "inv_review_medium")
    with pytest.raises(Invalid, match="Choose a risk"):
        reviewed(cast.detective_sergeant, one, risk="none")


def test_a_supervisor_who_leads_it_does_not_review_it(cast: Cast) -> None:
    one = accepted(cast)
    Staff.objects.filter(pk=cast.investigator.pk).update(role="investigation_supervisor")
    other = Staff.objects.get(pk=cast.investigator.pk)
    with pytest.raises(Refused, match="another supervisor reviews it"):
        reviewed(other, one)
    with pytest.raises(Refused, match="another supervisor reviews it"):
        review_actions.cannot_hear(other, one.pk, queries.children_of(one)[0].child, key=key(), why="Too young.")


def test_an_overdue_review_is_told_up_the_ladder_also_once_the_incident_is_closed(cast: Cast) -> None:
    one = accepted(cast)
    later(timedelta(hours=25))
    watch()
    assert "inv_review" in {each.about for each in standing(cast.detective_sergeant)}
    attended(cast, one.incident)
    closed(cast, one.incident)
    actions.acknowledge(cast.investigator, one.pk, key=key(), seen={one.incident_id: 2**31 - 1})
    later(timedelta(hours=4))
    watch()
    assert {each.about for each in standing(cast.vast)} == {"inv_review", "inv_access"}
    assert queries.counted(cast.detective_sergeant, soon(0)) == {"count": 1, "over": 1}
    assert queries.counted(cast.investigator, soon(0)) == {"count": 1, "over": 1}


def test_vast_sees_what_is_investigated_though_its_record_says_no_child(cast: Cast) -> None:
    one = accepted(cast)
    Incident.objects.filter(pk=one.incident_id).update(child="none")
    assert Incident.objects.visible_to(cast.vast).filter(pk=one.incident_id).exists()
    assert Investigation.objects.visible_to(cast.vast).filter(pk=one.pk).exists()


def unheard(cast: Cast, one: Investigation) -> None:
    actions.add_child(cast.investigator, one.pk, key=key(), name="Fern", age=None)


def access_lost(cast: Cast, one: Investigation) -> None:
    actions.answer_access(cast.investigator, one.pk, key=key(), answer="not_known")


def review_late(_cast: Cast, _one: Investigation) -> None:
    later(timedelta(days=8))


def still_open(cast: Cast, one: Investigation) -> None:
    actions.add_item(
        cast.investigator, one.pk, key=key(), kind="measure", words="Bail", owner=cast.investigator.pk, due_at=soon()
    )


def said_since(cast: Cast, one: Investigation) -> None:
    say(cast.handler, one.incident, "he is back at the house")


def safeguarding(_cast: Cast, one: Investigation) -> None:
    with acting(None) as act:
        start(act, "police_protection", about=("protection", 7), incident=one.incident)


@pytest.mark.parametrize(
    ("makes", "why"),
    [
        (unheard, "The voice of Fern is not recorded"), (access_lost, "is not known"), (review_late, "review is overdue"),
        (still_open, "1 still open"), (said_since, "not acknowledged"), (safeguarding, "Safeguarding is still open: Police protection"),
    ],
)  # fmt: skip
def test_it_does_not_end_while_anything_is_owed(
    cast: Cast, makes: Callable[[Cast, Investigation], None], why: str
) -> None:
    one = whole(cast)
    asked = proposed(cast, one)
    makes(cast, one)
    with pytest.raises(Refused, match=why):
        review_actions.answer_end(cast.detective_sergeant, one.pk, asked.pk, key=key(), confirm=True)
    review_actions.answer_end(cast.detective_sergeant, one.pk, asked.pk, key=key(), confirm=False, words="Not yet.")
    with pytest.raises(Refused, match=why):
        proposed(cast, one)
    one.refresh_from_db()
    assert one.is_open


def test_nothing_answered_yet_is_told_all_at_once(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        proposed(cast, accepted(cast))
    for why in ("voice of Wren", "has not been asked", "No supervisor has reviewed"):
        assert why in str(refused.value)
    unnamed = accepted(cast, opened(cast.handler))
    with pytest.raises(Refused, match="none is named"):
        proposed(cast, unnamed)


def test_a_second_senior_person_confirms_and_the_outcome_is_told(cast: Cast) -> None:
    one = whole(cast)
    with pytest.raises(Invalid, match="reason for this outcome"):
        proposed(cast, one, outcome="no_further_action")
    with pytest.raises(Invalid, match="Choose an outcome"):
        proposed(cast, one, outcome="filed")
    asked = proposed(cast, one)
    with pytest.raises(Refused, match="proposed already"):
        proposed(cast, one)
    with pytest.raises(NotThere):
        review_actions.answer_end(cast.investigator, one.pk, asked.pk, key=key(), confirm=True)
    with pytest.raises(Invalid, match="what is missing"):
        review_actions.answer_end(cast.detective_sergeant, one.pk, asked.pk, key=key(), confirm=False)
    with pytest.raises(Refused, match="no outcome to tell"):
        review_actions.tell(cast.investigator, one.pk, key=key(), child=None, how="phone")
    again = key()
    for _ in range(2):
        review_actions.answer_end(cast.detective_sergeant, one.pk, asked.pk, key=again, confirm=True)
    one.refresh_from_db()
    assert not one.is_open
    assert not running(one, "inv_review")
    assert len(running(one, "inv_told")) == 1
    (child,) = queries.children_of(one)
    with pytest.raises(Invalid, match="why they were not told"):
        review_actions.tell(cast.investigator, one.pk, key=key(), child=child.child, how="not_told")
    with pytest.raises(Invalid, match="Choose who"):
        review_actions.tell(cast.investigator, one.pk, key=key(), child=uuid.uuid4(), how="phone")
    review_actions.tell(cast.investigator, one.pk, key=key(), child=None, how="phone")
    assert running(one, "inv_told"), "the child is still owed it"
    review_actions.tell(cast.investigator, one.pk, key=key(), child=child.child, how="trusted_adult")
    assert not running(one, "inv_told")
    with pytest.raises(Refused, match="has ended"):
        answered(cast.investigator, one)


def test_who_proposed_the_end_does_not_confirm_it(cast: Cast) -> None:
    one = whole(cast)
    asked = review_actions.ask_end(cast.detective_sergeant, one.pk, key=key(), outcome="charged")
    with pytest.raises(Refused, match="never led the investigation and did not propose it"):
        review_actions.answer_end(cast.detective_sergeant, one.pk, asked.pk, key=key(), confirm=True)


def test_the_safeguarding_clocks_end_frees_it(cast: Cast) -> None:
    one = whole(cast)
    safeguarding(cast, one)
    with acting(None) as act:
        stop(act, ("protection", 7), "released")
    assert not ended(cast, one).is_open


def test_late_words_show_until_they_are_acknowledged_and_what_came_after_stays_new(cast: Cast) -> None:
    one = accepted(cast)
    read(one)
    assert queries.news_of(one) == []
    say(cast.investigator, one.incident, "seen at school", source="officer")
    assert queries.news_of(one) == [], "what the investigator wrote is not new to them"
    say(cast.handler, one.incident, "he is back at the house")
    (new,) = queries.news_of(one)
    say(cast.handler, one.incident, "and he has the car")
    actions.acknowledge(cast.investigator, one.pk, key=key(), seen={new.incident.pk: new.seq})
    (left,) = queries.news_of(one)
    assert [each.text.text for each in left.lines if each.text] == ["and he has the car"]
    assert queries.listed(cast.investigator).get().new
    actions.acknowledge(cast.investigator, one.pk, key=key(), seen={new.incident.pk: 2**31 - 1})
    assert queries.news_of(one) == []
    assert not queries.listed(cast.investigator).get().new
    say(cast.handler, one.incident, "a third thing")
    assert queries.news_of(one), "nobody acknowledges what has not been said"
    assert queries.counted(cast.investigator, soon(0)) == {"count": 1, "over": 0}


def test_an_incident_linked_since_is_taken_in_and_then_read(cast: Cast) -> None:
    one = accepted(cast)
    read(one)
    other = opened(cast.handler)
    say(cast.handler, other, "same house, shouting again")
    with pytest.raises(Invalid, match="not of this matter"):
        actions.acknowledge(cast.investigator, one.pk, key=key(), seen={other.pk: 5})
    known_actions.link(cast.handler, one.incident_id, key=key(), other_id=other.pk)
    news = {each.incident.pk: each for each in queries.news_of(one)}
    assert (news[other.pk].joins, news[one.incident_id].joins) == (True, False)
    assert not Incident.objects.visible_to(cast.investigator).filter(pk=other.pk).exists()
    actions.acknowledge(cast.investigator, one.pk, key=key(), seen={pk: each.seq for pk, each in news.items()})
    for each in (cast.investigator, cast.detective_sergeant):
        assert Incident.objects.visible_to(each).filter(pk=other.pk).exists()
    (new,) = queries.news_of(one)
    assert "same house, shouting again" in [each.text.text for each in new.lines if each.text]
    assert NewsSeen.objects.filter(incident=other).count() == 1


@pytest.mark.parametrize("who", ["handler", "supervisor", "stranger", "officer", "pcc", "fim", "vast", "silver", "qa"])
def test_nobody_outside_the_investigation_does_anything_in_it(cast: Cast, who: str) -> None:
    one, user = accepted(cast), getattr(cast, who)
    child = queries.children_of(one)[0].child
    for act in (
        lambda: answered(user, one), lambda: actions.record_voice(user, one.pk, child, key=key(), **SAID, said="Hello"),
        lambda: reviewed(user, one), lambda: review_actions.ask_end(user, one.pk, key=key(), outcome="charged"),
        lambda: actions.acknowledge(user, one.pk, key=key(), seen={}), lambda: actions.set_reference(user, one.pk, key=key(), reference="26/1"),
    ):  # fmt: skip
        with pytest.raises(NotThere):
            act()
    assert (Investigation.objects.visible_to(user).exists()) == (who in {"fim", "vast"})
    assert not any(each.objects.exists() for each in (AccessAnswer, ChildVoice, PlanItem))


def test_it_is_given_to_another_who_sees_it_from_then_on(cast: Cast) -> None:
    one = accepted(cast)
    other = Staff.objects.create(
        username="second", name="Second Amber", role="investigator", team=cast.investigator.team
    )
    assert not Investigation.objects.visible_to(other).exists()
    people = {"investigator": other.pk, "supervisor": cast.detective_sergeant.pk}
    with pytest.raises(NotThere):
        actions.assign(cast.investigator, one.pk, key=key(), **people)
    actions.assign(cast.detective_sergeant, one.pk, key=key(), **people)
    assert Investigation.objects.visible_to(other).get() == one
    assert Incident.objects.visible_to(other).get().pk == one.incident_id
    assert not Investigation.objects.visible_to(cast.investigator).exists()


def test_another_teams_supervisor_reaches_neither_offer_nor_investigation(cast: Cast) -> None:
    far = Staff.objects.create(
        username="far", name="Far Amber", role="investigation_supervisor", team=cast.stranger.team
    )
    offer = offered(cast, named(cast))
    assert not queries.offers(far).exists()
    assert queries.offers(cast.detective_sergeant).get() == offer
    one = accepted(cast)
    assert not Investigation.objects.visible_to(far).exists()
    with pytest.raises(NotThere):
        reviewed(far, one)
