"""Concerns: what opens one, how it is rated and timed, whom a Red is told to, what is looked into, and how it ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from goldthread.assessment.actions import answer_mark
from goldthread.assessment.queries import critical_facts, newest_reading
from goldthread.audit.models import AuditEvent
from goldthread.clocks.bank import bank_holidays
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.models import Incident
from goldthread.response.models import GradePeriod
from goldthread.safeguarding import concern_actions as actions
from goldthread.safeguarding import concern_queries as queries
from goldthread.safeguarding import concern_rules as rules
from goldthread.safeguarding.clock_actions import watch
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.clock_queries import running, standing
from goldthread.safeguarding.concern_models import Concern, ConcernCall, ConcernReason, ConcernResearch
from tests.cast import Cast, assess, attended, closed, graded, key, opened, say
from tests.response.test_alarms import later
from tests.response.test_requests import without_child
from tests.safeguarding.referrals import partner, referred

STRANGLED = "He has just strangled her and the baby is screaming, he has a knife at the baby."
HELD = rules.set_on(date(2026, 6, 1))


@pytest.fixture
def incident(cast: Cast) -> Incident:
    made = opened(cast.handler)
    say(cast.handler, made, "Her little girl has not been seen for days.")
    graded(cast.handler, made)
    return made


@pytest.fixture
def concern(cast: Cast, incident: Incident) -> Concern:
    return actions.refer(cast.handler, incident.pk, key=key(), words="The third call from here this week.")


def rate(cast: Cast, one: Concern, rating: str = "amber", words: str = "") -> None:
    actions.rate(cast.vast, one.pk, key=key(), rating=rating, words=words, reason=queries.newest_reason(one))


def rang(cast: Cast, one: Concern, **given: object) -> ConcernCall:
    said = {"key": key(), "desk": "edt", "reached": "Rowan Ash", "words": "Told of the girl; they visit tonight."}
    return actions.telephone(cast.vast, one.pk, **{**said, **given})  # type: ignore[arg-type]


def looked_into(cast: Cast, one: Concern) -> None:
    for item in HELD.research:
        actions.look_into(cast.vast, one.pk, key=key(), item=item, result="no_trace")


def end(cast: Cast, one: Concern, outcome: str = "advice", **read: int) -> None:
    words = "Her school keeps an eye on her; seen on Monday."
    known = {"last_seq": fresh(one).incident.last_seq, "reason": queries.newest_reason(one)}
    actions.end(cast.vast, one.pk, key=key(), outcome=outcome, words=words, **{**known, **read})


def clocks(one: Concern) -> list[str]:
    return list(running(("concern", one.pk)).values_list("rule", flat=True))


def causes(incident: Incident) -> set[str]:
    return set(ConcernReason.objects.filter(concern__incident=incident).values_list("cause", flat=True))


def fresh(one: Concern) -> Concern:
    return Concern.objects.get(pk=one.pk)


def fail(*_: object, **__: object) -> None:
    raise RuntimeError


def test_words_of_a_child_at_immediate_risk_open_a_red_one_once(cast: Cast, incident: Incident) -> None:
    actions.open_due()
    assert not causes(incident) & {"said_immediate"}
    say(cast.handler, incident, STRANGLED)
    reading = newest_reading(incident)
    assert reading is not None
    assert (reading.level, reading.child) == ("immediate", "yes")
    assert actions.open_due() == 1
    assert actions.open_due() == 0
    one = Concern.objects.get(incident=incident)
    assert (one.rating, one.opened_by, clocks(one)) == ("red", None, ["vast_red"])
    assert "said_immediate" in causes(incident)
    assert incident.entries.filter(code="concern.opened").count() == 1
    assert AuditEvent.objects.filter(verb="concern.opened", staff_id=None).count() == 1


def test_a_cue_that_a_person_answered_not_so_opens_nothing(cast: Cast, incident: Incident) -> None:
    say(cast.handler, incident, STRANGLED)
    reading = newest_reading(incident)
    assert reading is not None
    facts: dict[str, list[str]] = {}
    for one in reading.findings:
        facts.setdefault(one["cue"], []).append(f"{one['rule']}|{one['assertion']}")
    facts |= critical_facts(reading.findings)
    for cue, known in facts.items():
        answer_mark(cast.handler, incident.pk, key=key(), cue=cue, answer="not_so", reason="misheard", facts=known)
    assert actions.open_due() == 0


def test_what_was_said_before_an_earlier_one_ended_opens_no_other_and_what_came_after_does(
    cast: Cast, incident: Incident
) -> None:
    say(cast.handler, incident, STRANGLED)
    actions.open_due()
    one = Concern.objects.get(incident=incident)
    rate(cast, one, "red")
    rang(cast, one)
    looked_into(cast, one)
    end(cast, one)
    say(cast.handler, incident, "It is raining here.")
    assert actions.open_due() == 0
    say(cast.handler, incident, STRANGLED)
    assert actions.open_due() == 1


def test_words_that_came_after_the_page_was_made_open_another_though_the_first_was_ended_since(
    cast: Cast, incident: Incident
) -> None:
    one = actions.refer(cast.handler, incident.pk, key=key(), words="The third call from here this week.")
    rate(cast, one)
    looked_into(cast, one)
    shown = fresh(one).incident.last_seq
    say(cast.handler, incident, STRANGLED)
    end(cast, one, last_seq=shown)
    assert fresh(one).known_seq == shown
    assert actions.open_due() == 1
    again = Concern.objects.get(incident=incident, closed_at=None)
    assert (again.rating, clocks(again)) == ("red", ["vast_red"])


def test_one_does_not_end_over_a_reason_that_nobody_read(cast: Cast, incident: Incident, concern: Concern) -> None:
    rate(cast, concern)
    looked_into(cast, concern)
    read = queries.newest_reason(concern)
    say(cast.handler, incident, STRANGLED)
    actions.open_due()
    with pytest.raises(Stale, match="One more reason came"):
        end(cast, concern, reason=read)
    assert fresh(concern).is_open


def test_confirming_does_not_triage_over_a_referral_that_came_after_the_page(
    cast: Cast, incident: Incident, concern: Concern
) -> None:
    read = queries.newest_reason(concern)
    actions.refer(cast.supervisor, incident.pk, key=key(), words="Her aunt rang: he has moved back in.")
    with pytest.raises(Stale, match="Read it first"):
        actions.rate(cast.vast, concern.pk, key=key(), rating="amber", seen="amber", reason=read)
    assert (fresh(concern).triaged_at, clocks(concern)) == (None, ["vast_amber"])
    rate(cast, concern)
    assert fresh(concern).triaged_at is not None


def test_a_call_does_not_triage_a_red_over_a_referral_that_came_after_it_was_rated(
    cast: Cast, incident: Incident, concern: Concern
) -> None:
    rate(cast, concern, "red", "He has her passport.")
    actions.refer(cast.supervisor, incident.pk, key=key(), words="Her aunt rang: he has moved back in.")
    rang(cast, concern)
    assert (fresh(concern).triaged_at, clocks(concern)) == (None, ["vast_red"])
    rate(cast, concern, "red")
    assert fresh(concern).triaged_at is not None


def test_a_call_made_before_the_news_does_not_tell_it(cast: Cast, incident: Incident) -> None:
    one = actions.refer(cast.handler, incident.pk, key=key(), words="Alone with him now.", urgent=True)
    rate(cast, one, "red")
    rang(cast, one)
    later(timedelta(hours=1))
    before = database_now(connection) - timedelta(minutes=30)
    actions.refer(cast.handler, incident.pk, key=key(), words="He has a knife now.", urgent=True)
    rate(cast, one, "red")
    rang(cast, one, called_at=before)
    assert clocks(one) == ["vast_red"]
    assert [each.pk for each in queries.ranked(cast.vast, "telephone")] == [one.pk]
    rang(cast, one)
    assert clocks(one) == []
    with pytest.raises(Invalid, match="lies before the incident"):
        rang(cast, one, called_at=database_now(connection) - timedelta(hours=2))


def test_one_closed_before_anybody_looked_still_comes_to_vast(cast: Cast, incident: Incident) -> None:
    say(cast.handler, incident, STRANGLED)
    attended(cast, incident)
    closed(cast, incident)
    assert actions.open_due() == 1
    assert Concern.objects.get(incident=incident) in queries.ranked(cast.vast)


def test_what_closed_while_no_job_ran_is_looked_at_once_they_run_again(cast: Cast, incident: Incident) -> None:
    actions.open_due()
    say(cast.handler, incident, STRANGLED)
    attended(cast, incident)
    closed(cast, incident)
    later(timedelta(minutes=40))
    assert actions.open_due() == 1
    assert "said_immediate" in causes(incident)


def test_a_full_reading_that_comes_long_after_the_closing_is_looked_at(cast: Cast, incident: Incident) -> None:
    other = opened(cast.handler)
    say(cast.handler, other, STRANGLED)
    attended(cast, incident)
    closed(cast, incident)
    later(timedelta(minutes=40))
    actions.open_due()
    assert not causes(incident) & {"said_immediate"}
    full = newest_reading(other)
    assert full is not None
    full.pk, full.incident, full.entry, full.at = (
        None,
        incident,
        incident.entries.latest("seq"),
        database_now(connection),
    )
    full._state.adding = True
    full.save()
    actions.open_due()
    assert "said_immediate" in causes(incident)


def test_a_look_that_broke_off_counts_as_none(cast: Cast, incident: Incident, monkeypatch: pytest.MonkeyPatch) -> None:
    actions.open_due()
    say(cast.handler, incident, STRANGLED)
    attended(cast, incident)
    closed(cast, incident)
    later(timedelta(minutes=40))
    with monkeypatch.context() as broken:
        broken.setattr(actions, "_add", fail)
        with pytest.raises(RuntimeError):
            actions.open_due()
    later(timedelta(minutes=40))
    assert actions.open_due() == 1


def test_a_referral_adds_its_reason_and_raises_the_rating_but_never_lowers_it(
    cast: Cast, incident: Incident, concern: Concern
) -> None:
    assert (concern.rating, clocks(concern)) == ("amber", ["vast_amber"])
    later(timedelta(minutes=30))
    same = actions.refer(cast.supervisor, incident.pk, key=key(), words="The girl is alone with him now.", urgent=True)
    assert same == concern
    assert (fresh(concern).rating, clocks(concern)) == ("red", ["vast_red"])
    began = running(("concern", concern.pk)).get().began_at
    assert began == concern.opened_at, "the new rating's time began when the concern was opened"
    actions.refer(cast.supervisor, incident.pk, key=key(), words="Her aunt rang too.")
    assert fresh(concern).rating == "red"
    assert Concern.objects.filter(incident=incident).count() == 1


def test_the_same_referral_sent_twice_is_one(cast: Cast, incident: Incident) -> None:
    sent = {"key": key(), "words": "The third call from here this week."}
    one = actions.refer(cast.handler, incident.pk, **sent)  # type: ignore[arg-type]
    assert actions.refer(cast.handler, incident.pk, **sent) == one  # type: ignore[arg-type]
    assert one.reasons.count() == 1
    with pytest.raises(Invalid, match="Write what VAST should look at"):
        actions.refer(cast.handler, incident.pk, key=key(), words=" \x00 ")
    with pytest.raises(Invalid, match="longer than 4,000"):
        actions.refer(cast.handler, incident.pk, key=key(), words="a" * 4_001)


def test_vast_sees_what_was_referred_though_its_record_says_no_child(cast: Cast) -> None:
    none = without_child(cast)
    assert not Incident.objects.visible_to(cast.vast).filter(pk=none.pk).exists()
    actions.refer(cast.handler, none.pk, key=key(), words="She is pregnant and afraid of him.")
    assert Incident.objects.visible_to(cast.vast).filter(pk=none.pk).exists()
    assert queries.ranked(cast.vast).filter(incident=none).exists()


def test_confirming_an_amber_triages_it_and_a_change_needs_its_reason(cast: Cast, concern: Concern) -> None:
    with pytest.raises(Invalid, match="why the rating changes"):
        rate(cast, concern, "green")
    with pytest.raises(Invalid, match="Red, Amber or Green"):
        rate(cast, concern, "blue", "because")
    with pytest.raises(Stale, match="rated otherwise"):
        actions.rate(
            cast.vast, concern.pk, key=key(), rating="amber", seen="red", reason=queries.newest_reason(concern)
        )
    assert fresh(concern).triaged_at is None
    rate(cast, concern)
    assert fresh(concern).triaged_at is not None
    assert clocks(concern) == []
    assert Clock.objects.get(about="concern", about_id=str(concern.pk)).because == "triaged"


def test_one_rated_red_later_is_late_at_once_and_stays_so_until_somebody_is_reached(
    cast: Cast, concern: Concern
) -> None:
    rate(cast, concern)
    later(timedelta(hours=3))
    rate(cast, concern, "red", "The aunt says that he has her passport.")
    clock = running(("concern", concern.pk)).get()
    assert (clock.rule, clock.began_at) == ("vast_red", concern.opened_at)
    assert watch() == 3, "VAST, the supervisor and the FIM are told at once"
    assert [one.pk for one in standing(cast.fim)] == [clock.pk]
    rang(cast, concern, reached="", again=10, words="")
    assert clocks(concern) == ["vast_red"], "no answer ends nothing"
    rang(cast, concern)
    assert clocks(concern) == []


def test_a_new_referral_of_one_that_was_triaged_begins_its_triage_anew(
    cast: Cast, incident: Incident, concern: Concern
) -> None:
    rate(cast, concern)
    later(timedelta(hours=20))
    actions.refer(cast.handler, incident.pk, key=key(), words="She came to school with a bruise.")
    clock = running(("concern", concern.pk)).get()
    assert clock.rule == "vast_amber"
    assert database_now(connection) - clock.began_at < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"desk": "nobody"}, "desk"), ({"reached": " "}, "reached"), ({"again": 10}, "again"),
        ({"reached": "", "again": 1, "words": ""}, "again"), ({"reached": "", "again": 10}, "reached"),
        ({"reached": "a" * 121}, "reached"), ({"called_at": datetime(2126, 6, 1, tzinfo=UTC)}, "called_at"),
    ],
)  # fmt: skip
def test_a_call_says_who_was_reached_or_when_to_try_again(
    cast: Cast, concern: Concern, given: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        rang(cast, concern, **given)
    assert field in refused.value.fields
    assert not concern.calls.exists()


@pytest.mark.parametrize(
    ("when", "desk"),
    [
        (datetime(2026, 6, 3, 10, 0, tzinfo=UTC), "front_door"), (datetime(2026, 6, 3, 2, 0, tzinfo=UTC), "edt"),
        (datetime(2026, 6, 3, 16, 0, tzinfo=UTC), "edt"), (datetime(2026, 6, 6, 10, 0, tzinfo=UTC), "edt"),
        (datetime(2026, 12, 25, 10, 0, tzinfo=UTC), "edt"), (datetime(2026, 1, 7, 16, 30, tzinfo=UTC), "front_door"),
    ],
)  # fmt: skip
def test_a_red_is_told_to_the_front_door_in_office_hours_and_to_the_duty_team_at_all_others(
    when: datetime, desk: str
) -> None:
    assert rules.whom(HELD, when, bank_holidays()).code == desk


def test_it_ends_only_when_nothing_is_owed_and_says_all_that_is(cast: Cast, incident: Incident) -> None:
    one = actions.refer(cast.handler, incident.pk, key=key(), words="Alone with him now.", urgent=True)
    asked = actions.give_opinion(cast.vast, one.pk, key=key(), grade="immediate", words="She is alone with him.")
    with pytest.raises(Refused) as refused:
        end(cast, one)
    for words in ("has not rated it", "no partner was reached", "Previous incidents", "opinion has not been answered"):
        assert words in str(refused.value)
    rate(cast, one, "red")
    call = rang(cast, one, words="")
    looked_into(cast, one)
    actions.answer(cast.handler, asked.pk, incident_id=incident.pk, key=key(), answer="disagrees", words="He has left.")
    with pytest.raises(Refused, match="not written up"):
        end(cast, one)
    actions.write_up(cast.vast, one.pk, call.pk, key=key(), words="They visit tonight.")
    with pytest.raises(Stale):
        actions.write_up(cast.vast, one.pk, call.pk, key=key(), words="Something else.")
    with pytest.raises(Invalid, match="how the concern ends"):
        end(cast, one, "no risk")
    end(cast, one)
    assert fresh(one).outcome == "advice"
    assert not any("no risk" in words.casefold() for words in rules.outcome_names().values())
    with pytest.raises(Refused, match="has ended"):
        rate(cast, one, "red")


@pytest.mark.parametrize("outcome", ["referred", "held"])
def test_it_does_not_end_as_told_to_a_partner_whom_nobody_told(
    cast: Cast, concern: Concern, incident: Incident, outcome: str
) -> None:
    rate(cast, concern)
    looked_into(cast, concern)
    with pytest.raises(Invalid, match="No referral of this incident stands"):
        end(cast, concern, outcome)
    rang(cast, concern, reached="", again=10, words="")
    with pytest.raises(Invalid, match="no partner was reached"):
        end(cast, concern, outcome)
    if outcome == "held":
        rang(cast, concern)
    else:
        referred(cast.vast, incident, partner("adult_services"), children=[])
    end(cast, concern, outcome)
    assert fresh(concern).outcome == outcome


def test_a_call_that_is_not_written_up_waits_on_a_clock(cast: Cast, concern: Concern) -> None:
    def waits() -> list[datetime]:
        return list(running(("write_up", concern.pk)).values_list("began_at", flat=True))

    first = rang(cast, concern, words="")
    later(timedelta(hours=1))
    second = rang(cast, concern, words="")
    assert waits() == [first.at]
    later(timedelta(minutes=61))
    watch()
    assert "vast_write_up" in {one.rule for one in standing(cast.vast)}
    actions.write_up(cast.vast, concern.pk, first.pk, key=key(), words="They visit tonight.")
    assert waits() == [second.at]
    actions.write_up(cast.vast, concern.pk, second.pk, key=key(), words="They have seen her.")
    assert waits() == []


def test_blank_is_never_a_result(cast: Cast, concern: Concern) -> None:
    for item, result, words in (
        ("school", "", ""), ("school", "none", "x"), ("school", "found", " "), ("school", "not_searched", ""),
        ("horoscope", "no_trace", ""),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            actions.look_into(cast.vast, concern.pk, key=key(), item=item, result=result, words=words)
    assert not ConcernResearch.objects.exists()
    actions.look_into(
        cast.vast, concern.pk, key=key(), item="school", result="not_searched", words="Shut until Monday."
    )
    actions.look_into(cast.vast, concern.pk, key=key(), item="school", result="found", words="Absent since Tuesday.")
    assert queries.done_in(concern).research["school"].result == "found"
    assert concern.research.count() == 2, "what was written before stays"


def test_an_opinion_changes_no_grade_and_silence_is_told_to_the_supervisor(
    cast: Cast, incident: Incident, concern: Concern
) -> None:
    asked = actions.give_opinion(cast.vast, concern.pk, key=key(), grade="immediate", words="She is not seen for days.")
    assert GradePeriod.objects.filter(incident=incident).count() == 1
    later(timedelta(minutes=14))
    watch()
    assert not standing(cast.supervisor).exists()
    later(timedelta(minutes=1))
    watch()
    assert [one.rule for one in standing(cast.supervisor)] == ["opinion"]
    with pytest.raises(Invalid, match="write a THRIVE first"):
        actions.answer(cast.handler, asked.pk, incident_id=incident.pk, key=key(), answer="agrees")
    with pytest.raises(Invalid, match="why you disagree"):
        actions.answer(cast.handler, asked.pk, incident_id=incident.pk, key=key(), answer="disagrees")
    attended(cast, incident)
    with pytest.raises(Refused, match="Answer to VAST's second opinion"):
        closed(cast, incident)
    assess(cast.handler, incident, "She is not seen for days.")
    actions.answer(cast.handler, asked.pk, incident_id=incident.pk, key=key(), answer="agrees")
    assert not running(("opinion", asked.pk)).exists()
    with pytest.raises(Stale):
        actions.answer(
            cast.supervisor, asked.pk, incident_id=incident.pk, key=key(), answer="disagrees", words="It is not so."
        )


def test_raising_the_grade_is_agreeing_too(cast: Cast, incident: Incident, concern: Concern) -> None:
    asked = actions.give_opinion(cast.vast, concern.pk, key=key(), grade="immediate", words="She is not seen for days.")
    graded(cast.handler, incident, "immediate")
    answer = actions.answer(cast.handler, asked.pk, incident_id=incident.pk, key=key(), answer="agrees")
    assert answer.answer == "agrees"


@pytest.mark.parametrize("who", ["handler", "stranger", "supervisor", "fim", "officer", "pcc", "auditor", "qa"])
def test_nobody_but_vast_works_on_one(cast: Cast, concern: Concern, who: str) -> None:
    person = getattr(cast, who)
    with pytest.raises(NotThere):
        actions.rate(person, concern.pk, key=key(), rating="amber", reason=0)
    with pytest.raises(NotThere):
        actions.end(person, concern.pk, key=key(), outcome="advice", words="x", last_seq=0, reason=0)


@pytest.mark.parametrize(("who", "sees"), [("vast", True), ("supervisor", True), ("far_supervisor", False), ("fim", True),
                                           ("handler", False), ("pcc", False), ("qa", False)])  # fmt: skip
def test_who_sees_the_queue(cast: Cast, concern: Concern, who: str, sees: bool) -> None:
    assert queries.ranked(getattr(cast, who)).filter(pk=concern.pk).exists() is sees


def test_the_queue_is_by_rating_then_by_what_is_not_triaged_and_runs_out_first(cast: Cast) -> None:
    made = []
    for urgent in (False, False, True):
        incident = opened(cast.handler)
        say(cast.handler, incident, "Her little girl has not been seen for days.")
        made.append(actions.refer(cast.handler, incident.pk, key=key(), words="Look at this.", urgent=urgent))
        later(timedelta(minutes=1))
    first, second, red = made
    rate(cast, first)
    assert [one.pk for one in queries.ranked(cast.vast)] == [red.pk, second.pk, first.pk]
    assert [one.pk for one in queries.ranked(cast.vast, "telephone")] == [red.pk]
    assert queries.numbers(cast.vast) == {
        "": 3,
        "triage": 2,
        "telephone": 1,
        "opinion": 0,
        "red": 1,
        "amber": 2,
        "green": 0,
    }
    later(timedelta(hours=2))
    assert queries.counted(cast.vast, database_now(connection)) == {"count": 2, "over": 1}
