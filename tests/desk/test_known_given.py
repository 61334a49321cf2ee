"""The Known column: what is typed into it, forged or sent twice, and who sees how much of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.contact import known_actions as known
from goldthread.contact.models import Incident
from goldthread.contact.people_models import Lookup, Person
from goldthread.desk.known import Known, state
from tests import known_world as world
from tests.cast import Cast, attended, ended, graded, key, opened
from tests.desk.conftest import Home

Browser = Callable[[Staff | None], Client]
HX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("born", "says"),
    [
        ("01/01/2999", "in the future"),
        ("01/01/1820", "more than 130 years ago"),
        ("31/02/2019", "Write the date of birth like"),
        ("yesterday", "Write the date of birth like"),
        ("\x00", "Write the date of birth like"),
        ("9" * 100_000, "Write the date of birth like"),
    ],
    ids=lambda one: one[:12],
)
def test_a_date_of_birth_that_cannot_be_is_refused_and_what_was_typed_stays(
    cast: Cast, browser: Browser, born: str, says: str
) -> None:
    incident = opened(cast.handler)
    sent = {"key": key(), "person": "Orla Fenwick", "born": born}
    answer = browser(cast.handler).post(f"/incidents/{incident.pk}/known/person", sent, headers=HX)
    assert answer.status_code == 422
    assert says in answer.text
    assert "Orla Fenwick" in answer.text
    assert not Person.objects.exists()


ODD = [
    "",
    "   ",
    "\x00",
    "a\x00b" * 20,
    "x" * 1_000_000,
    "<script>alert('x')</script>",
    "' OR 1=1 --",
    "\u202eabc",
    "👧👧👧",
]


@pytest.mark.parametrize("kind", ["place", "phone", "person", "no such", "\x00"])
@pytest.mark.parametrize("typed", ODD, ids=lambda one: repr(one[:10]))
def test_an_odd_search_is_answered_with_a_sentence(cast: Cast, browser: Browser, kind: str, typed: str) -> None:
    incident = opened(cast.handler)
    client = browser(cast.handler)
    client.raise_request_exception = False
    for headers in (HX, {}):
        sent = {"key": key(), "kind": kind, "typed": typed}
        answer = client.post(f"/incidents/{incident.pk}/known/search", sent, headers=headers)
        assert answer.status_code in {200, 302, 422}
        assert "<script>alert" not in answer.text
        if answer.status_code == 422:
            assert "govuk-error-summary" in answer.text
    assert client.post(f"/incidents/{incident.pk}/known/suggest", {"kind": kind, "typed": typed}).status_code == 200


@pytest.mark.parametrize("choice", ["", "place-", "place-0", "place-999999", "place-9999999999999999999999", "staff-1", "place--1",
                                    "place-1; DROP", "place-١", "\x00", "street-77", "person-1.5", "phone-12"])  # fmt: skip
@pytest.mark.parametrize("what", ["settle", "withdraw"])
def test_a_forged_choice_is_refused(cast: Cast, browser: Browser, what: str, choice: str) -> None:
    incident = opened(cast.handler)
    answer = browser(cast.handler).post(
        f"/incidents/{incident.pk}/known/{what}", {"key": key(), "choice": choice}, headers=HX
    )
    assert answer.status_code == 422
    assert not Lookup.objects.exists()


def test_a_command_without_a_key_is_refused(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    for what in ("search", "settle", "withdraw", "person", "link", "unlink"):
        answer = browser(cast.handler).post(f"/incidents/{incident.pk}/known/{what}", {}, headers=HX)
        assert answer.status_code == 422, what


def test_a_search_sent_twice_is_one_search(cast: Cast, home: Home) -> None:
    incident, once = opened(cast.handler), key()
    for _ in range(2):
        known.search(cast.handler, incident.pk, key=once, kind="place", typed="14 larch rd")
    assert Lookup.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "status"),
    [("handler", 200), ("stranger", 200), ("fim", 200), ("dispatcher", 200), ("far_dispatcher", 404), ("vast", 200),
     ("supervisor", 200), ("far_supervisor", 404), ("officer", 404), ("qa", 403), ("silver", 403), ("pcc", 403), ("auditor", 403)],
)  # fmt: skip
def test_who_sees_what_is_known(cast: Cast, home: Home, browser: Browser, who: str, status: int) -> None:
    incident = opened(cast.handler)
    world.settled_on(cast.handler, incident, home.place)
    answer = browser(cast.everybody()[who]).get(f"/incidents/{incident.pk}/known/", headers=HX)
    assert answer.status_code == status
    assert ("Mia Fosberry" in answer.text) == (status == 200)


def test_an_officer_sees_the_markers_of_what_they_attend_and_cannot_search(
    cast: Cast, home: Home, browser: Browser
) -> None:
    incident = opened(cast.handler)
    world.settled_on(cast.handler, incident, home.place)
    graded(cast.handler, incident)
    attended(cast, incident)
    client = browser(cast.officer)
    page = client.get(f"/incidents/{incident.pk}/known/", headers=HX).text
    assert "Has threatened officers" in page
    assert "Search for" not in page
    for what in ("suggest", "search", "settle", "link"):
        assert client.post(f"/incidents/{incident.pk}/known/{what}", {"key": key()}).status_code == 403


def test_nobody_signed_out_sees_or_searches_anything(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    assert browser(None).get(f"/incidents/{incident.pk}/known/").status_code == 302
    assert (
        browser(None).post(f"/incidents/{incident.pk}/known/suggest", {"typed": "larch"}, headers=HX).status_code == 401
    )


def test_a_closed_incident_of_somebody_else_is_not_searched_in(cast: Cast, browser: Browser) -> None:
    incident = ended(cast, opened(cast.stranger))
    client = browser(cast.handler)
    assert client.get(f"/incidents/{incident.pk}/known/").status_code == 404
    for what in ("search", "settle", "withdraw", "person", "link", "unlink"):
        sent = {
            "key": key(),
            "kind": "place",
            "typed": "larch",
            "choice": "place-1",
            "person": "A B",
            "other": uuid.uuid4(),
        }
        assert client.post(f"/incidents/{incident.pk}/known/{what}", sent, headers=HX).status_code == 404, what


def test_without_scripts_the_column_is_a_page_and_a_command_comes_back_to_it(
    cast: Cast, home: Home, browser: Browser
) -> None:
    incident = opened(cast.handler)
    client = browser(cast.handler)
    sent = {"key": key(), "kind": "place", "typed": "14 larch rd"}
    answer = client.post(f"/incidents/{incident.pk}/known/search", sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/incidents/{incident.pk}/known/")
    page = client.get(answer.headers["Location"]).text
    assert "<html" in page
    assert "14 Larch Road, North" in page


def test_many_contacts_cost_no_more_queries(
    cast: Cast, home: Home, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _ in range(12):
        world.settled_on(cast.handler, opened(cast.handler), home.place)
    incident = opened(cast.handler)
    world.settled_on(cast.handler, incident, home.place, home.mother, home.man)
    world.from_number(cast.handler, incident, "07700 900417")
    with django_assert_max_num_queries(30):  # type: ignore[attr-defined]
        found = Known(cast.handler, Incident.objects.get(pk=incident.pk), database_now(connection))
    repeat = state(found, "place").cards[0].repeat
    assert repeat is not None
    assert repeat.year == 12
