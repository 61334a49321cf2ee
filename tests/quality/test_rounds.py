"""A round: who falls into which stratum, what is kept of the draw, who takes and scores what, and what frees it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from goldthread.accounts.models import Staff
from goldthread.assessment.models import Reading
from goldthread.audit.models import AuditEvent
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.figures.draws import draw
from goldthread.quality import actions, queries, rules
from goldthread.quality.finding import population
from goldthread.quality.models import QualityRecord, QualityRound, QualityScore, QualityTask
from goldthread.quality.stood import as_stood
from goldthread.response import request_actions
from tests.cast import Cast, assess, attended, closed, ended, graded, key, opened, say
from tests.quality.scenes import (
    FORM,
    SAID,
    all_of,
    day_of,
    lead,
    person,
    round_of,
    second,
    taken,
    with_child,
)
from tests.response.test_alarms import later
from tests.retention.scenes import without_child


def test_each_closed_incident_falls_into_one_stratum_and_keeps_its_chance(cast: Cast) -> None:
    child, none = with_child(cast), without_child(cast)
    still = opened(cast.handler)
    made = round_of(cast, [child, none, still])
    found = {one["code"]: (one["population"], one["drawn"]) for one in queries.strata(made)}
    assert found["child"] == (1, 1), "a stratum with one record is drawn whole"
    assert found["asked_none"] == (1, 1)
    assert found["downgraded"] == (0, 0), "one with none is there, and says so"
    assert list(found) == list(FORM.strata)
    assert made.open == 1
    records = QualityRecord.objects.filter(stratum__round=made)
    assert {one.incident_id: (one.chance, one.upto) for one in records} == {
        child.pk: (1.0, child.last_seq),
        none.pk: (1.0, none.last_seq),
    }
    event = AuditEvent.objects.get(verb="quality.draw", duty="collection")
    assert str(child.pk) in event.subjects


def test_the_seed_repeats_the_draw_and_a_command_sent_again_draws_nothing_more(cast: Cast) -> None:
    some = [without_child(cast) for _ in range(5)]
    later(timedelta(days=2))
    given = {"key": key(), "since": day_of(some[0]), "until": day_of(some[-1]), "numbers": {"asked_none": 2}}
    made = actions.draw_round(lead(cast), **given)
    assert actions.draw_round(lead(cast), **given) == made
    assert QualityRound.objects.count() == 1
    members = sorted((one.pk for one in some), key=str)
    records = QualityRecord.objects.filter(stratum__round=made)
    assert set(draw(members, 2, f"{made.seed}.asked_none")) == {one.incident_id for one in records}
    assert {one.chance for one in records} == {0.4}
    assert QualityTask.objects.count() == 3, "one in ten, and one at least, is scored twice"


def test_strata_without_a_record_draw_nothing_and_only_a_lead_draws(cast: Cast) -> None:
    one = without_child(cast)
    with pytest.raises(Invalid, match="No closed incident"):
        round_of(cast, [one], {"downgraded": 5})
    days = {"since": day_of(one), "until": day_of(one), "numbers": {"asked_none": 1}}
    for user in (cast.qa, cast.supervisor, cast.pcc):
        with pytest.raises(Refused):
            actions.draw_round(user, key=key(), **days)
    assert not QualityRound.objects.exists()


def in_strata(*some: Incident) -> dict[str, str]:
    """The stratum of each of these closed incidents, by its reference."""
    days = sorted(day_of(one) for one in some)
    names = {one.pk: one.reference for one in some}
    found = population(FORM, days[0], days[-1])
    return {names[pk]: code for code, members in found.items() for pk, _ in members}


def read(incident: Incident, **found: object) -> Incident:
    """The reader reads the incident again and finds this."""
    newest = Reading.objects.filter(incident=incident).latest("id")
    Reading(incident=incident, entry=newest.entry, state="read", abstain=False, **found).save()
    return incident


def test_each_fact_has_its_stratum_by_the_record_and_the_first_of_several_counts(cast: Cast) -> None:
    late = opened(cast.handler)
    say(cast.handler, late, SAID)
    contact.answer_children(cast.handler, late.pk, key=key(), answer="asked_none", given=[])
    graded(cast.fim, late, "priority")
    later(timedelta(hours=3))
    attended(cast, late)
    closed(cast, late)
    lower = opened(cast.handler)
    say(cast.handler, lower, SAID)
    graded(cast.fim, lower, "priority")
    asked = request_actions.ask_lower(
        cast.handler, lower.pk, key=key(), code="scheduled", reasons=["seen-safe"], why="With a neighbour."
    )
    assert asked is not None
    assess(cast.handler, lower)
    request_actions.decide(cast.supervisor, asked.pk, key=key(), answer="approved")
    attended(cast, lower)
    closed(cast, lower)
    above = read(without_child(cast), level="high")
    unnoticed = read(without_child(cast), level="none", child="implied", at_risk=False)
    possible = ended(cast, opened(cast.handler))
    both = read(with_child(cast), level="high")
    assert in_strata(late, lower, above, unnoticed, possible, both) == {
        late.reference: "delayed",
        lower.reference: "downgraded",
        above.reference: "discordant",
        unnoticed.reference: "unnoticed",
        possible.reference: "rest",
        both.reference: "child",
    }


def test_two_score_one_record_and_neither_twice(cast: Cast) -> None:
    round_of(cast, [without_child(cast)])
    first = taken(cast.qa)
    assert actions.take_next(cast.qa) == first, "whoever holds one gets that one again"
    actions.score(cast.qa, first.pk, key=key(), answers=all_of("yes"))
    assert actions.take_next(cast.qa) is None, "the second time is another's"
    other = taken(second(cast))
    assert {first.place, other.place} == {1, 2}
    assert first.record_id == other.record_id
    assert queries.one(second(cast), first.pk) is None, "the second sees nothing of the first"
    with pytest.raises(NotThere):
        actions.score(second(cast), first.pk, key=key(), answers=all_of("no"))


def test_own_work_is_not_among_what_may_be_taken_and_is_refused_where_it_became_so(cast: Cast) -> None:
    one = without_child(cast)
    round_of(cast, [one])
    Staff.objects.filter(pk=cast.handler.pk).update(role="qa_assessor")
    handler = Staff.objects.get(pk=cast.handler.pk)
    assert queries.waiting(handler) == 0
    assert actions.take_next(handler) is None
    task = QualityTask.objects.earliest("pk")
    task.assessor, task.taken_at = handler, one.opened_at
    task.save()
    with pytest.raises(Refused, match="You worked on this incident"):
        actions.score(handler, task.pk, key=key(), answers=all_of("yes"))


def test_a_score_is_kept_once_and_what_is_missing_loses_nothing(cast: Cast) -> None:
    round_of(cast, [without_child(cast)])
    task = taken(cast.qa)
    with pytest.raises(Invalid):
        actions.score(cast.qa, task.pk, key=key(), answers={"voice": "yes"})
    with pytest.raises(Invalid, match="no such grade"):
        actions.score(cast.qa, task.pk, key=key(), answers=all_of("yes"), should_be="loud")
    given = {"key": key(), "answers": all_of("na"), "words": "A test call."}
    made = actions.score(cast.qa, task.pk, **given)
    assert made.result == "unscorable"
    assert actions.score(cast.qa, task.pk, **given) == made
    with pytest.raises(Stale):
        actions.score(cast.qa, task.pk, key=key(), answers=all_of("yes"))
    assert QualityScore.objects.count() == 1


def test_an_assessor_who_leaves_frees_what_they_held_and_keeps_what_they_scored(cast: Cast) -> None:
    round_of(cast, [without_child(cast), without_child(cast)])
    done = taken(cast.qa)
    actions.score(cast.qa, done.pk, key=key(), answers=all_of("yes"))
    left = taken(cast.qa)
    Staff.objects.filter(pk=cast.qa.pk).update(is_active=False)
    assert [one.taken for one in queries.rounds()] == [0]
    found = []
    while (one := actions.take_next(second(cast))) is not None:
        found.append(one.pk)
        actions.score(second(cast), one.pk, key=key(), answers=all_of("no"))
    assert left.pk in found
    assert done.pk not in found
    done.refresh_from_db()
    assert done.assessor_id == cast.qa.pk


def test_a_record_is_put_back_by_its_assessor_or_freed_by_the_lead_and_by_nobody_else(cast: Cast) -> None:
    round_of(cast, [without_child(cast)])
    task = taken(cast.qa)
    for user in (second(cast), cast.supervisor):
        with pytest.raises(NotThere):
            actions.put_back(user, task.pk)
        with pytest.raises(NotThere):
            actions.free(user, task.pk)
    actions.put_back(cast.qa, task.pk)
    task = taken(cast.qa)
    actions.free(lead(cast), task.pk)
    task = taken(cast.qa)
    actions.score(cast.qa, task.pk, key=key(), answers=all_of("yes"))
    with pytest.raises(Stale):
        actions.free(lead(cast), task.pk)


def test_a_form_changed_in_mid_round_leaves_the_round_on_its_own(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    made = round_of(cast, [without_child(cast)])
    question = {**FORM.kept["question"][0], "code": "new"}
    changed = rules.made({**FORM.kept, "question": [question], "name": "Another form"})
    monkeypatch.setattr(rules, "form_on", lambda day: changed)
    assert rules.made(QualityRound.objects.get(pk=made.pk).form) == FORM
    task = taken(cast.qa)
    assert actions.score(cast.qa, task.pk, key=key(), answers=all_of("yes")).result == "good"


def test_the_record_shown_is_as_it_stood_and_blind(cast: Cast) -> None:
    incident = with_child(cast)
    made = round_of(cast, [incident])
    record = QualityRecord.objects.get(stratum__round=made)
    before = as_stood(record.incident, record.upto, made.at)
    say(cast.supervisor, Incident.objects.get(pk=incident.pk), "Something that came after the draw.")
    after = as_stood(Incident.objects.get(pk=incident.pk), record.upto, made.at)
    assert before == after
    told = json.dumps(after, default=str)
    assert SAID in told
    assert "Perrin" in told
    assert "Call handler A" in told
    for one in Staff.objects.all():
        assert one.name not in told, "nobody who handled it is named"
    assert after["versions"]
    assert after["grades"]
    assert after["clocks"]


def test_nobody_who_may_not_score_takes_or_sees_any(cast: Cast) -> None:
    round_of(cast, [without_child(cast)])
    for user in (cast.handler, cast.pcc, cast.auditor, lead(cast), person(cast, "trainer", "trainer")):
        assert actions.take_next(user) is None
        assert not QualityTask.objects.visible_to(user).exists()
