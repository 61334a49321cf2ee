"""Two people say something of one child at the same time: each field holds what was said of it last, and nothing is lost."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.contact import rules
from goldthread.contact.actions import answer_children, set_seen
from goldthread.contact.models import ChildVersion, Incident
from goldthread.contact.rules import ChildGiven
from goldthread.contact.work import on_incident
from tests.cast import Cast, key, opened

Browser = Callable[[Staff | None], Client]
MIA = ChildGiven(str(uuid.uuid4()), "Mia", 4, False, "upstairs", "her mother", "not_known")


def known(incident: Incident) -> tuple[str, int | None, str, str]:
    """Name, age, where now and seen of the child as it stands."""
    last = ChildVersion.objects.filter(incident=incident).latest("version")
    told = json.loads(last.particulars.text)
    return told["name"], last.age, told["where_now"], last.seen


@pytest.fixture
def seen_since(cast: Cast) -> Incident:
    """An incident in which the room has a child as not seen, and the officer at the door has seen her since."""
    incident = opened(cast.handler)
    answer_children(cast.handler, incident.pk, key=key(), answer="named", given=[MIA])
    with on_incident(cast.handler, incident.pk, "children.answer") as work:
        set_seen(work, uuid.UUID(MIA.child), "seen")
    return incident


def test_what_the_form_still_carried_from_before_takes_nothing_back(cast: Cast, seen_since: Incident) -> None:
    form = replace(MIA, where_now="in the ambulance", version=1)
    answer_children(cast.handler, seen_since.pk, key=key(), answer="named", given=[form])
    assert known(seen_since) == ("Mia", 4, "in the ambulance", "seen")


def test_what_was_changed_in_it_counts(cast: Cast, seen_since: Incident) -> None:
    form = replace(MIA, name="Mia Fenwick", age=None, born=date(2021, 3, 1), seen="spoken_to", version=1)
    answer_children(cast.handler, seen_since.pk, key=key(), answer="named", given=[form])
    name, age, where, seen = known(seen_since)
    assert (name, where, seen) == ("Mia Fenwick", "upstairs", "spoken_to")
    assert age is not None


def test_a_form_that_changes_nothing_writes_nothing(cast: Cast, seen_since: Incident) -> None:
    answer_children(cast.handler, seen_since.pk, key=key(), answer="named", given=[replace(MIA, version=1)])
    assert ChildVersion.objects.filter(incident=seen_since).count() == 2


@pytest.mark.parametrize("version", [0, 2, 7, 30_000])
def test_without_a_version_from_before_what_is_given_holds(cast: Cast, seen_since: Incident, version: int) -> None:
    form = replace(MIA, where_now="in the ambulance", version=version)
    answer_children(cast.handler, seen_since.pk, key=key(), answer="named", given=[form])
    assert known(seen_since) == ("Mia", 4, "in the ambulance", "not_known")


def test_the_page_sends_the_version_that_it_shows(cast: Cast, browser: Browser, seen_since: Incident) -> None:
    page = browser(cast.handler).get(f"/incidents/{seen_since.pk}/").text
    assert 'name="child-0-version" value="2"' in page
    rows = {"key": key(), "answer": "named", "child-TOTAL_FORMS": "1", "child-INITIAL_FORMS": "0"}
    row = {
        "child": MIA.child,
        "version": "1",
        "name": "Mia",
        "age": "4",
        "where_now": "in the ambulance",
        "seen": "not_known",
    }
    given = {**rows, **{f"child-0-{name}": value for name, value in row.items()}, "child-0-last_seen_by": "her mother"}
    assert browser(cast.handler).post(f"/incidents/{seen_since.pk}/children", given).status_code in {200, 204, 302}
    assert known(seen_since) == ("Mia", 4, "in the ambulance", "seen")


def test_a_field_left_as_it_stood_is_not_said() -> None:
    now = replace(MIA, seen="seen", where_now="at her nan's")
    assert rules.said_anew(MIA, MIA, now) == now
    assert rules.said_anew(replace(MIA, where_now="in the car"), MIA, now) == replace(now, where_now="in the car")
