"""A closed incident comes up for review by its group, once, and what is not known never makes it sooner."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection

from goldthread.clocks.db import database_now
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.contact.people_models import MatterLink
from goldthread.retention import queries, rules
from goldthread.retention.due_actions import fall_due, take_in
from goldthread.retention.models import RetentionReview
from tests.cast import Cast, attended, closed, opened, say
from tests.retention.scenes import due, job, with_child, without_child, years


def today() -> date:
    return force_day(database_now(connection))


def group(incident: Incident) -> str:
    return rules.held_on(force_day(incident.opened_at)).group(queries.facts_of([incident.pk])[incident.pk]).code


def test_facts_of_the_record_put_an_incident_into_its_group(cast: Cast) -> None:
    assert group(without_child(cast)) == "other"
    assert group(with_child(cast)) == "protection"
    urgent = without_child(cast, grade="priority")
    assert group(urgent) == "serious"
    assert "grade.high" in queries.facts_of([urgent.pk])[urgent.pk]


def test_a_child_over_several_links_counts_for_every_incident_of_the_matter(cast: Cast) -> None:
    first, second, child = without_child(cast), without_child(cast), with_child(cast)
    for one, other in ((first, second), (second, child)):
        MatterLink.objects.bulk_create([MatterLink(**pair(one, other), by=cast.handler)])
    found = queries.facts_of([first.pk, second.pk, child.pk])
    assert [("child.linked" in found[one.pk]) for one in (first, second, child)] == [True, True, False]
    assert group(first) == "protection"


def pair(one: Incident, other: Incident) -> dict[str, Any]:
    low, high = sorted((one, other), key=lambda each: each.pk)
    return {"first": low, "second": high, "linked": True}


def test_a_set_that_begins_later_and_is_shorter_brings_what_waits_up_at_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = with_child(cast)
    years(7)
    job()
    assert RetentionReview.objects.get(incident=child).state == "waiting"
    held = rules.held_on(today())
    shorter = replace(held, groups=tuple(replace(one, first=5) for one in held.groups))
    monkeypatch.setattr(rules, "held_on", lambda _day: shorter)
    job()
    assert RetentionReview.objects.get(incident=child).state == "due"


def test_words_that_nobody_read_count_as_serious(cast: Cast) -> None:
    incident = opened(cast.handler)
    assert {"words.not_read", "grade.none", "child.possible"} <= queries.facts_of([incident.pk])[incident.pk]


def test_it_comes_up_at_its_groups_time_and_not_before(cast: Cast) -> None:
    other, child = without_child(cast), with_child(cast)
    job()
    assert not RetentionReview.objects.exists()
    years(6)
    job()
    assert RetentionReview.objects.get(state="due").incident == other
    waits = RetentionReview.objects.get(incident=child)
    assert (waits.state, waits.group) == ("waiting", "protection")
    assert waits.due_on == rules.years_after(force_day(child.closed_at), 10)
    years(4)
    job()
    assert RetentionReview.objects.get(incident=child).state == "due"


def test_the_job_goes_round_in_windows_and_does_nothing_twice(cast: Cast) -> None:
    made = [without_child(cast) for _ in range(3)]
    years(6)
    assert [take_in(window=2), take_in(window=2), take_in(window=2)] == [2, 1, 0]
    assert fall_due() == 3
    assert fall_due() == 0
    assert set(RetentionReview.objects.values_list("incident", flat=True)) == {one.pk for one in made}


def test_an_incident_that_opened_again_leaves_the_list_and_begins_anew_with_its_next_closing(cast: Cast) -> None:
    review = due(cast)
    say(cast.handler, review.incident, "The purse was found in the car park, with everything in it.")
    assert not queries.listed(cast.auditor).exists()
    attended(cast, review.incident)
    closed(cast, review.incident)
    assert not queries.listed(cast.auditor).exists()
    job()
    review.refresh_from_db()
    assert (review.state, review.due_on) == ("waiting", rules.years_after(today(), 6))
