"""Referrals: frozen as they left, disclosed on the audit, each leg timed, silence escalated, nothing lost on the way."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goldthread.assessment.actions import answer_mark
from goldthread.assessment.queries import newest_reading
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.contact.actions import answer_children
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.safeguarding import owed_actions
from goldthread.safeguarding import referral_actions as actions
from goldthread.safeguarding.clock_actions import watch
from goldthread.safeguarding.clock_models import Clock, ClockStep
from goldthread.safeguarding.clock_queries import running
from goldthread.safeguarding.partner_models import SchoolTerm
from goldthread.safeguarding.referral_models import Referral, ReferralLeg
from goldthread.supervision.irmm_finding import find
from goldthread.supervision.irmm_rules import set_on
from tests.cast import Cast, attended, closed, key, say
from tests.response.test_alarms import later
from tests.safeguarding.referrals import children, given, leg, partner, referred, school, with_children

BEATEN = "Her husband has just hit her again and their son is crying."


@pytest.fixture
def incident(cast: Cast) -> Incident:
    return with_children(cast, "Mia Amber", "Kai Amber")


def rules_running(referral: Referral) -> list[str]:
    return [one.rule for one in running(("referral", referral.pk))]


def test_what_left_is_kept_as_it_left_and_its_disclosure_is_audited_without_a_word(
    cast: Cast, incident: Incident
) -> None:
    made = referred(cast.vast, incident, partner())
    left = made.document.text
    assert hashlib.sha256(left.encode()).hexdigest() == made.sha256
    assert "Mia Amber" in left
    assert "Kai" not in left
    assert [one.child for one in made.children.all()] == [uuid.UUID(children(incident)[0])]
    event = AuditEvent.objects.get(duty="disclosure", verb="referral.send")
    assert event.staff_id == cast.vast.pk
    detail = json.loads(event.detail)
    assert (detail["sha256"], detail["fields"]) == (made.sha256, made.fields)
    assert ["partner_contact", str(made.contact_id)] in [[kind, str(pk)] for kind, pk in json.loads(event.subjects)]
    whole = f"{event.detail}{event.subjects}{event.reason}"
    line = incident.entries.get(code="referral.sent")
    for words in ("Mia", "shouted", "Ada"):
        assert words not in whole
        assert words not in json.dumps(line.data)


def test_vast_sees_what_was_referred_to_a_partner_though_its_record_says_no_child(
    cast: Cast, incident: Incident
) -> None:
    Incident.objects.update(child="none")
    assert not Incident.objects.visible_to(cast.vast).exists()
    referred(cast.supervisor, incident, partner("adult_services"), children=[])
    assert Incident.objects.visible_to(cast.vast).get() == incident


def test_the_same_referral_twice_is_one_and_another_child_makes_another(cast: Cast, incident: Incident) -> None:
    to, once = partner(), key()
    first = referred(cast.vast, incident, to, key=once)
    assert referred(cast.vast, incident, to, key=once) == first
    assert referred(cast.fim, incident, to) == first, "from another window, by another person"
    assert AuditEvent.objects.filter(verb="referral.send").count() == 1
    second = referred(cast.vast, incident, to, children=children(incident))
    assert (first.number, second.number) == (1, 2)
    actions.withdraw(cast.vast, first.pk, key=key(), why="Wrong authority.")
    assert referred(cast.vast, incident, to) != first, "after a withdrawal it may be sent anew"


def test_nothing_goes_to_who_takes_none_and_nobody_is_made_up(cast: Cast, incident: Incident) -> None:
    to = partner(active=False)
    for other, says in ((given(to, incident), "takes no referrals"), (given(to, incident, contact=0), "registered")):
        with pytest.raises(Invalid, match=says):
            actions.make(cast.vast, incident.pk, key=key(), **other)
    with pytest.raises(Invalid, match="worried about"):
        referred(cast.vast, incident, to, concern=" \n ")
    assert not Referral.objects.exists()


def test_what_the_sender_saw_is_what_leaves_or_nothing_does(cast: Cast, incident: Incident) -> None:
    to = partner()
    with pytest.raises(Refused, match="has changed since you looked"):
        referred(cast.vast, incident, to, previewed="0" * 64)
    assert not Referral.objects.exists()


def test_social_care_silent_escalates_and_its_word_by_telephone_ends_that(cast: Cast, incident: Incident) -> None:
    made = referred(cast.vast, incident, partner())
    assert rules_running(made) == ["referral_decision"]
    due = running(("referral", made.pk)).get().due_at
    later(due - database_now(connection) + timedelta(hours=9))
    watch()
    assert list(ClockStep.objects.values_list("to", flat=True)) == ["vast_officer", "contact_supervisor", "fim"]
    leg(cast.vast, made, "seen", occurred_at=database_now(connection))
    assert rules_running(made) == ["referral_decision"], "read is not decided"
    leg(cast.vast, made, "accepted", occurred_at=database_now(connection))
    assert rules_running(made) == ["referral_outcome"]
    leg(cast.vast, made, "outcome", "Seen at home; a plan is made.", occurred_at=database_now(connection))
    assert rules_running(made) == []
    actions.feed_back(cast.vast, made.pk, key=key(), words="Seen, heard and safe.")
    line = incident.entries.get(code="referral.fed_back")
    assert line.text is not None
    assert line.text.text == "Seen, heard and safe."


def test_one_over_its_time_is_on_the_risk_meetings_list(cast: Cast, incident: Incident) -> None:
    def reasons() -> set[str]:
        now = database_now(connection)
        found = find(set_on(now.date()), now - timedelta(days=1), now)
        return {code for one in found if one.incident == incident.pk for code in one.reasons}

    made = referred(cast.vast, incident, partner())
    assert "referral" not in reasons()
    later(running(("referral", made.pk)).get().due_at - database_now(connection) + timedelta(minutes=1))
    assert "referral" in reasons()
    leg(cast.vast, made, "accepted", occurred_at=database_now(connection))
    assert "referral" not in reasons()


def test_declined_with_a_reason_owes_what_follows_and_may_turn_into_accepted(cast: Cast, incident: Incident) -> None:
    made = referred(cast.vast, incident, partner())
    with pytest.raises(Invalid, match="reason"):
        leg(cast.vast, made, "declined")
    leg(cast.vast, made, "declined", "Below our threshold.")
    assert rules_running(made) == ["referral_declined"]
    leg(cast.vast, made, "accepted", "On reflection we take it.")
    assert rules_running(made) == ["referral_outcome"]
    assert list(made.legs.order_by("id").values_list("leg", flat=True)) == ["sent", "declined", "accepted"]
    leg(cast.vast, made, "declined", "Not ours after all.")
    assert rules_running(made) == ["referral_declined"], "an outcome is waited for no longer, a decision of ours is"
    actions.feed_back(cast.vast, made.pk, key=key(), words="Taken up with their manager.")
    assert rules_running(made) == []


def test_a_leg_is_not_before_the_sending_nor_ahead_and_needs_its_person(cast: Cast, incident: Incident) -> None:
    made = referred(cast.vast, incident, partner())
    for at in (made.made_at - timedelta(hours=1), made.made_at + timedelta(hours=1)):
        with pytest.raises(Invalid):
            leg(cast.vast, made, "seen", occurred_at=at)
    for other in ({"by_name": " "}, {"occurred_at": None}, {"leg": "sent"}, {"leg": "withdrawn"}, {"leg": "lost"}):
        values = {"leg": "seen", "by_name": "Ada", "occurred_at": made.made_at, **other}
        with pytest.raises(Invalid):
            actions.record_leg(cast.vast, made.pk, key=key(), **values)  # type: ignore[arg-type]
    assert ReferralLeg.objects.count() == 1
    again = {"key": key(), "leg": "seen", "by_name": "Ada", "occurred_at": made.made_at}
    assert actions.record_leg(cast.vast, made.pk, **again) == actions.record_leg(cast.vast, made.pk, **again)  # type: ignore[arg-type]


def test_told_by_telephone_before_it_was_written_counts_from_the_telephone(cast: Cast, incident: Incident) -> None:
    rang = database_now(connection) - timedelta(minutes=40)
    made = referred(cast.vast, incident, partner("edt", "Duty Team"), told_at=rang, told_to="Ben Night")
    sent = made.legs.get()
    assert (sent.origin, sent.by_name, sent.occurred_at) == ("telephone", "Ben Night", rang)
    assert running(("referral", made.pk)).get().due_at == rang + timedelta(hours=1)
    leg(cast.vast, made, "accepted", occurred_at=rang)
    assert rules_running(made) == ["referral_outcome"]


def test_a_partners_own_link_records_in_its_own_name(cast: Cast, incident: Incident) -> None:
    made = referred(cast.vast, incident, partner())
    told = actions.record_leg(
        None, made.pk, key=key(), leg="accepted", by_name="Ada Lead", contact=made.contact, origin="link"
    )
    assert (told.by, told.by_name, told.origin) == (None, "Ada Lead", "link")
    event = AuditEvent.objects.get(verb="referral.accepted")
    assert (event.role, json.loads(event.detail)["origin"]) == ("system", "link")


def test_withdrawn_after_it_was_read_owes_that_its_readers_are_told(cast: Cast, incident: Incident) -> None:
    made = referred(cast.vast, incident, partner())
    leg(cast.vast, made, "seen")
    with pytest.raises(Invalid, match="why it is withdrawn"):
        actions.withdraw(cast.vast, made.pk, key=key(), why="")
    once = key()
    actions.withdraw(cast.vast, made.pk, key=once, why="Another child of that name.")
    assert actions.withdraw(cast.vast, made.pk, key=once, why="Another child of that name.").withdrawn_by == cast.vast
    assert rules_running(made) == ["referral_withdrawn"]
    with pytest.raises(Refused, match="was withdrawn"):
        leg(cast.vast, made, "accepted")
    with pytest.raises(Refused, match="was withdrawn"):
        actions.withdraw(cast.vast, made.pk, key=key(), why="Again.")
    actions.feed_back(cast.vast, made.pk, key=key(), words="Ada Lead told at 10:40.")
    assert rules_running(made) == []


def test_who_read_it_before_it_was_withdrawn_is_told_however_late_that_comes_out(
    cast: Cast, incident: Incident
) -> None:
    attended(cast, incident)
    made = referred(cast.vast, incident, partner())
    actions.withdraw(cast.vast, made.pk, key=key(), why="Another child of that name.")
    assert rules_running(made) == []
    leg(cast.vast, made, "seen")
    assert rules_running(made) == ["referral_withdrawn"]
    with pytest.raises(Refused, match="Telling whoever read a withdrawn referral"):
        closed(cast, incident)
    actions.feed_back(cast.vast, made.pk, key=key(), words="Ada Lead told at 10:40.")
    assert rules_running(made) == []
    rang = database_now(connection)
    told = referred(cast.vast, incident, partner("edt", "Duty Team"), told_at=rang, told_to="Ben Night")
    actions.withdraw(cast.vast, told.pk, key=key(), why="Another child of that name.")
    assert rules_running(told) == ["referral_withdrawn"], "Ben Night heard it by telephone"


def test_an_outcome_is_waited_for_from_whatever_ends_the_waiting_for_an_answer(cast: Cast, incident: Incident) -> None:
    made = referred(cast.vast, incident, partner("health_visitor", "Amberford Health Visiting"))
    leg(cast.vast, made, "acted", "Rang the mother, visits on Monday.")
    assert rules_running(made) == ["referral_outcome"]
    leg(cast.vast, made, "accepted", occurred_at=database_now(connection))
    assert rules_running(made) == ["referral_outcome"]
    leg(cast.vast, made, "outcome", "Weighed and well.", occurred_at=database_now(connection))
    leg(cast.vast, made, "acted", "Visited on Monday.", occurred_at=database_now(connection))
    assert rules_running(made) == [], "what was known of the child stands"


def test_a_school_is_owed_until_each_child_is_told_of_and_again_once_that_is_withdrawn(
    cast: Cast, incident: Incident
) -> None:
    def owes() -> bool:
        return running(("owed.school", incident.pk)).exists()

    mia, kai = children(incident)
    actions.owe(cast.vast, incident.pk, key=key(), kind="school")
    began = running(("owed.school", incident.pk)).get().began_at
    referred(cast.vast, incident, school(), children=[mia])
    assert owes(), "the other child's school knows nothing"
    other = referred(cast.vast, incident, partner("school", "Oak School"), children=[kai])
    assert not owes()
    actions.withdraw(cast.vast, other.pk, key=key(), why="Kai goes to Elm School.")
    assert running(("owed.school", incident.pk)).get().began_at == began, "a change restarts nothing"
    referred(cast.vast, incident, partner("education", "Amberford Education"), children=[kai])
    assert not owes(), "the authority's lead is told in its place"


def test_domestic_abuse_with_a_child_of_school_age_owes_the_school_within_the_minute(
    cast: Cast, incident: Incident
) -> None:
    mia, kai = children(incident)
    assert owed_actions.owe_due() == 0, "nothing that was said is domestic abuse"
    say(cast.handler, incident, BEATEN)
    assert (owed_actions.owe_due(), owed_actions.owe_due()) == (1, 0)
    clock = running(("owed.school", incident.pk)).get()
    assert (clock.rule, clock.began_at, clock.holds) == ("encompass", incident.contacted_at or incident.opened_at, True)
    attended(cast, incident)
    with pytest.raises(Refused, match="Telling the school"):
        closed(cast, incident)
    made = referred(cast.vast, incident, school(), children=[mia, kai])
    assert not running(("owed.school", incident.pk)).exists()
    assert owed_actions.owe_due() == 0
    actions.withdraw(cast.vast, made.pk, key=key(), why="Wrong school.")
    actions.not_owed(cast.vast, incident.pk, key=key(), kind="school", why="Both are educated at home.")
    with CaptureQueriesContext(connection) as asked:
        assert owed_actions.owe_due() == 0, "a person said why not"
    assert not any("FOR UPDATE" in one["sql"] or 'contact_incident" SET' in one["sql"] for one in asked), (
        "nothing found, nothing touched"
    )
    young = ChildGiven(str(uuid.uuid4()), "Ben Amber", 3, False, "", "", "not_seen")
    answer_children(cast.handler, incident.pk, key=key(), answer="named", given=[young])
    assert owed_actions.owe_due() == 0, "too young for school"
    other = ChildGiven(str(uuid.uuid4()), "Liv Amber", None, False, "", "", "not_seen")
    answer_children(cast.handler, incident.pk, key=key(), answer="named", given=[other])
    assert owed_actions.owe_due() == 1, "of another child, whose age nobody knows, nobody said anything"


def test_a_school_is_owed_where_it_closed_before_the_minute_was_over_and_not_where_it_is_not_so(
    cast: Cast, incident: Incident
) -> None:
    say(cast.handler, incident, BEATEN)
    reading = newest_reading(incident)
    assert reading is not None
    attended(cast, incident)
    closed(cast, incident)
    facts = sorted(f"{one['rule']}|{one['assertion']}" for one in reading.findings if one["cue"] == "da-child")
    assert owed_actions.owe_due() == 1
    actions.not_owed(cast.vast, incident.pk, key=key(), kind="school", why="Told by telephone already.")
    other = with_children(cast, "Tom Larch")
    say(cast.handler, other, BEATEN)
    answer_mark(cast.handler, other.pk, key=key(), cue="da-child", answer="not_so", reason="misheard", facts=facts)
    assert owed_actions.owe_due() == 0


def test_what_was_sent_already_is_owed_no_more_when_it_is_sent_again(cast: Cast, incident: Incident) -> None:
    to = partner()
    made = referred(cast.vast, incident, to)
    actions.withdraw(cast.vast, made.pk, key=key(), why="Not owed, and sent by mistake.")
    assert not running(("owed.social_care", incident.pk)).exists()
    again = referred(cast.vast, incident, to)
    actions.owe(cast.vast, incident.pk, key=key(), kind="social_care")
    assert referred(cast.fim, incident, to) == again
    assert not running(("owed.social_care", incident.pk)).exists()
    second = referred(cast.vast, incident, to, concern="Told again.")
    actions.withdraw(cast.vast, second.pk, key=key(), why="Said twice.")
    assert not running(("owed.social_care", incident.pk)).exists(), "another of its kind stands"
    actions.withdraw(cast.vast, again.pk, key=key(), why="Wrong authority.")
    assert running(("owed.social_care", incident.pk)).exists()


def test_a_school_is_told_by_its_own_terms_even_where_the_child_was_out(cast: Cast, incident: Incident) -> None:
    to = school()
    made = referred(cast.vast, incident, to)
    clock = running(("referral", made.pk)).get()
    assert (clock.rule, clock.began_at, clock.known) == ("encompass", incident.opened_at, True)
    leg(cast.vast, made, "seen")
    assert rules_running(made) == []
    SchoolTerm.objects.all().delete()
    unknown = referred(cast.vast, incident, to, concern="Told again of the same night.")
    assert not running(("referral", unknown.pk)).get().known


def test_somebody_on_the_schools_staff_means_that_the_school_is_not_told(cast: Cast, incident: Incident) -> None:
    to, lead = school(), partner("education", "Amberford Education")
    for answer in ("yes", "", "perhaps"):
        with pytest.raises(Invalid) as refused:
            referred(cast.vast, incident, to, staff_answer=answer)
        assert set(refused.value.fields) == {"staff_answer"}
    assert referred(cast.vast, incident, lead).legs.count() == 1
    unknown = referred(cast.vast, incident, to, staff_answer="not_known")
    assert "not known whether anybody" in unknown.document.text


def test_an_incident_stays_open_while_a_referral_is_owed_and_not_while_an_outcome_is(
    cast: Cast, incident: Incident
) -> None:
    attended(cast, incident)
    actions.owe(cast.vast, incident.pk, key=key(), kind="social_care")
    actions.owe(cast.vast, incident.pk, key=key(), kind="social_care")
    actions.owe(cast.vast, incident.pk, key=key(), kind="midwife")
    with pytest.raises(Refused, match="Referral that is owed"):
        closed(cast, incident)
    with pytest.raises(Invalid):
        actions.not_owed(cast.vast, incident.pk, key=key(), kind="midwife", why=" ")
    actions.not_owed(cast.vast, incident.pk, key=key(), kind="midwife", why="She is not pregnant.")
    with pytest.raises(Refused, match="No such referral is owed"):
        actions.not_owed(cast.vast, incident.pk, key=key(), kind="midwife", why="Twice.")
    made = referred(cast.vast, incident, partner())
    assert not Clock.objects.filter(about="owed.social_care", stopped_at__isnull=True).exists()
    with pytest.raises(Refused, match="Decision of children's social care"):
        closed(cast, incident)
    leg(cast.vast, made, "accepted")
    closed(cast, incident)
    incident.refresh_from_db()
    assert incident.closed_at is not None
    leg(cast.vast, made, "outcome", "Safe at home.", occurred_at=database_now(connection))


@pytest.mark.parametrize(
    "who", ["handler", "stranger", "far_supervisor", "dispatcher", "officer", "qa", "pcc", "auditor"]
)
def test_nobody_refers_or_answers_who_may_not(cast: Cast, incident: Incident, who: str) -> None:
    to, user = partner(), cast.everybody()[who]
    made = referred(cast.vast, incident, to)
    for act in (
        lambda: referred(user, incident, to, concern="Mine."),
        lambda: actions.owe(user, incident.pk, key=key(), kind="midwife"),
        lambda: actions.not_owed(user, incident.pk, key=key(), kind="midwife", why="Mine."),
        lambda: leg(user, made, "accepted"),
        lambda: actions.withdraw(user, made.pk, key=key(), why="Mine."),
        lambda: actions.feed_back(user, made.pk, key=key(), words="Mine."),
    ):
        with pytest.raises(NotThere):
            act()
    assert ReferralLeg.objects.count() == 1
