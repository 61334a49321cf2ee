"""Concerns: what opens one, by rule and by a referral, and what was read before one is told of or ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from goldthread.assessment.actions import answer_mark
from goldthread.assessment.queries import critical_facts, newest_reading
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, Stale
from goldthread.contact.models import Incident
from goldthread.safeguarding import concern_actions as actions
from goldthread.safeguarding import concern_queries as queries
from goldthread.safeguarding.clock_queries import running
from goldthread.safeguarding.concern_models import Concern, ConcernReason
from tests.cast import Cast, attended, closed, key, opened, say
from tests.response.test_alarms import later
from tests.response.test_requests import without_child
from tests.safeguarding.concerns import STRANGLED, clocks, concern, end, fresh, incident, looked_into, rang, rate

__all__ = ["concern", "incident"]


def causes(incident: Incident) -> set[str]:
    return set(ConcernReason.objects.filter(concern__incident=incident).values_list("cause", flat=True))


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
