"""The inbox, entry afterwards and the paper form, through their pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.contact.arrival_actions import receive
from goldthread.contact.arrival_rules import Arriving
from goldthread.contact.models import Entry, Incident
from goldthread.contact.rules import which_of_two
from goldthread.desk import paper, stated
from goldthread.response.models import Clock
from tests.cast import Cast, key

Browser = Callable[[Staff | None], Client]


def arrive(cast: Cast, text: str, name: str = "1", **given: str) -> Incident:
    return receive(None, Arriving("online", name, text, **given), desk=cast.handler.team).incident


def test_the_riskiest_stands_first_and_a_silence_above_a_purse(cast: Cast, browser: Browser) -> None:
    purse = arrive(cast, "I found a purse", "1")
    empty = arrive(cast, "", "2")
    risky = arrive(cast, "he is strangling mum and the baby is in the cot, he has a knife", "3")
    page = browser(cast.handler).get("/inbox/").text
    places = [page.index(f"row-{one.pk}") for one in (risky, empty, purse)]
    assert places == sorted(places)
    assert "words: Immediate" in page
    assert "no words" in page


def test_it_shows_to_each_what_they_reach(cast: Cast, browser: Browser) -> None:
    incident = arrive(cast, "hello")
    for name, one in cast.everybody().items():
        answer = browser(one).get("/inbox/")
        if name in {"handler", "teammate", "stranger", "supervisor", "fim"}:
            assert f"row-{incident.pk}" in answer.text, name
        elif name == "far_supervisor":
            assert str(incident.pk) not in answer.text
        else:
            assert answer.status_code == 403, name
    assert browser(None).get("/inbox/").status_code == 302


def test_the_navigation_counts_what_waits_for_each_and_says_what_is_over_time(cast: Cast, browser: Browser) -> None:
    incident = arrive(cast, "hello")
    for name, one in cast.everybody().items():
        answer = browser(one).get("/inbox/count")
        if name in {"handler", "teammate", "stranger", "supervisor", "fim"}:
            assert answer.json() == {"count": 1, "over": 0}, name
        elif name == "far_supervisor":
            assert answer.json() == {"count": 0, "over": 0}
        else:
            assert answer.status_code == 403, name
    assert browser(None).get("/inbox/count").status_code == 302
    hour = timedelta(hours=1)
    clock = Clock.objects.filter(incident=incident, kind="first_read")
    clock.update(started_at=database_now(connection) - 2 * hour, due_at=database_now(connection) - hour)
    assert browser(cast.handler).get("/inbox/count").json() == {"count": 1, "over": 1}
    assert "/inbox/count" in browser(cast.handler).get("/incidents/").text
    assert "/inbox/count" not in browser(cast.pcc).get("/commissioner/").text


def test_rows_are_sent_anew_and_recorded_as_seen_only_when_something_changed(cast: Cast, browser: Browser) -> None:
    arrive(cast, "one", "1")
    client = browser(cast.handler)
    page = client.get("/inbox/")
    mark = page.text.split('data-mark="')[1].split('"')[0]
    seen = AuditEvent.objects.filter(verb="inbox.see")
    assert seen.count() == 1
    assert client.get(f"/inbox/?mark={mark}").status_code == 204
    assert seen.count() == 1
    second = arrive(cast, "two", "2")
    fresh = client.get(f"/inbox/?mark={mark}")
    assert "<html" not in fresh.text
    assert f"row-{second.pk}" in fresh.text
    assert str(second.pk) in seen.latest("id").subjects


@pytest.mark.parametrize("mark", ["", "%00", "x" * 5_000, "%3Cscript%3E", "%E2%80%AE"])
def test_a_poisoned_mark_is_an_old_one(cast: Cast, browser: Browser, mark: str) -> None:
    arrive(cast, "one")
    assert browser(cast.handler).get(f"/inbox/?mark={mark}").status_code in {200, 400}


def test_opening_takes_it_and_who_comes_second_is_told(cast: Cast, browser: Browser) -> None:
    incident = arrive(cast, "hello")
    first = browser(cast.handler).post(f"/inbox/{incident.pk}/take", {"key": key()})
    assert (first.status_code, first["Location"]) == (302, f"/contact/{incident.pk}/")
    second = browser(cast.teammate).post(f"/inbox/{incident.pk}/take", {"key": key()}, follow=True)
    assert "Handler Amber has read this already" in second.text
    incident.refresh_from_db()
    assert incident.owner == cast.handler
    assert f"row-{incident.pk}" not in second.text
    for bad in ("", "x", "1" * 5_000):
        assert "Nothing was changed" in browser(cast.fim).post(
            f"/inbox/{incident.pk}/take", {"key": bad}, follow=True
        ).text  # fmt: skip
    assert browser(cast.far_supervisor).post(f"/inbox/{incident.pk}/take", {"key": key()}).status_code == 404


def test_what_is_typed_in_arrives_once_and_is_shown_as_text(cast: Cast, browser: Browser) -> None:
    client, own = browser(cast.handler), key()
    given = {"key": own, "channel": "counter", "text": "<script>alert(1)</script> my dad hits me", "subject": "note"}
    for _ in range(2):
        page = client.post("/inbox/add", given, follow=True)
    assert Incident.objects.count() == 1
    assert "waits in the inbox" in page.text
    assert "<script>alert" not in page.text
    refused = client.post("/inbox/add", {**given, "key": key(), "sender": "s" * 321})
    assert refused.status_code == 422
    assert "my dad hits me" in refused.text
    assert client.post("/inbox/add", {**given, "key": key(), "text": "y" * 2_400_001}).status_code == 422
    assert Incident.objects.count() == 1


def test_a_contact_entered_afterwards_keeps_both_times(cast: Cast, browser: Browser) -> None:
    client, own = browser(cast.handler), key()
    came = (database_now(connection) - timedelta(hours=5)).astimezone(stated.LONDON).replace(second=0, microsecond=0)
    given = {"key": own, "contacted_at": f"{came:%Y-%m-%dT%H:%M}", "channel": "999", "text": "kids crying upstairs"}
    for _ in range(2):
        answer = client.post("/contact/earlier", given)
        assert answer["Location"] == f"/contact/{own}/"
    incident = Incident.objects.get()
    assert incident.contacted_at == came
    assert Entry.objects.get(incident=incident, kind="words").occurred_at == came
    page = client.get(f"/incidents/{incident.pk}/").text
    assert "entered late, came" in page
    assert "Targets count from when it came" in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"contacted_at": ""}, "Say when the contact came"),
        ({"contacted_at": "soon"}, "Write the date and time like"),
        ({"contacted_at": "9999-12-31T23:59"}, "has not come yet"),
        ({"contacted_at": "0001-01-01T00:00"}, "more than a hundred years ago"),
        ({"contacted_at": "2026-03-29T01:30"}, "did not exist"),
        ({"text": "x" * 400_001}, "400,001 characters"),
        ({"location": "x" * 201}, "at most 200 fit here"),
        ({"channel": "pigeon"}, "Select a valid choice"),
        ({"key": ""}, "out of date"),
    ],
)
def test_a_wrong_entry_afterwards_opens_nothing_and_loses_nothing(
    cast: Cast, browser: Browser, changed: dict[str, str], said: str
) -> None:
    given = {
        "key": str(key()),
        "contacted_at": "2026-11-20T02:07",
        "channel": "999",
        "caller_name": "Jo",
        "text": "a b",
    }
    answer = browser(cast.handler).post("/contact/earlier", {**given, **changed})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Jo"' in answer.text
    assert not Incident.objects.exists()


FIRST, SECOND = datetime(2025, 10, 26, 0, 30, tzinfo=UTC), datetime(2025, 10, 26, 1, 30, tzinfo=UTC)


def test_a_time_that_came_twice_is_asked_about_unless_only_one_can_have_been() -> None:
    naive = datetime(2025, 10, 26, 1, 30)  # noqa: DTZ001 - as a person writes it
    assert [one.astimezone(UTC) for one in stated.moments(naive)] == [FIRST, SECOND]
    assert which_of_two(FIRST, SECOND, FIRST + timedelta(minutes=10), "") == FIRST
    assert which_of_two(FIRST, SECOND, SECOND + timedelta(minutes=10), "") is None
    assert which_of_two(FIRST, SECOND, SECOND, "second") == SECOND
    assert which_of_two(FIRST, SECOND, SECOND, "first") == FIRST
    assert stated.moments(datetime(2026, 3, 29, 1, 30)) == []  # noqa: DTZ001
    assert len(stated.moments(datetime(2026, 6, 1, 1, 30))) == 1  # noqa: DTZ001


def test_the_form_asks_which_of_the_two_and_takes_the_answer(cast: Cast, browser: Browser) -> None:
    client = browser(cast.handler)
    given = {"key": str(key()), "contacted_at": "2025-10-26T01:30", "channel": "999", "text": "two men shouting"}
    asked = client.post("/contact/earlier", given)
    assert asked.status_code == 422
    assert "Choose which of the two it was" in asked.text
    assert 'name="contacted_at_which"' in asked.text
    assert 'value="2025-10-26T01:30"' in asked.text
    client.post("/contact/earlier", {**given, "contacted_at_which": "second"})
    assert Incident.objects.get().contacted_at == SECOND


def test_the_paper_form_opens_to_anyone_and_without_the_database(
    browser: Browser, db: None, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Callable[..., object]
) -> None:
    def away(_: object) -> datetime:
        raise OperationalError("gone")

    monkeypatch.setattr(paper, "database_now", away)
    with django_assert_max_num_queries(0):  # type: ignore[attr-defined]
        page = browser(None).get("/forms/thrive")
    assert page.status_code == 200
    for word in ("Vulnerability", "Immediate", "Children?", "Not safe to call", "Contact came", "Written at"):
        assert word in page.text


def test_the_menu_and_the_outage_page_lead_to_it(cast: Cast, browser: Browser) -> None:
    from goldthread.web.errors import error_page

    assert "/forms/thrive" in browser(cast.handler).get("/board/").text
    assert "/forms/thrive" not in browser(cast.pcc).get("/commissioner/").text
    assert "/forms/thrive" in error_page(HttpRequest(), 503, alone=True).content.decode()


def test_the_caller_stands_on_the_page_in_words(cast: Cast, browser: Browser) -> None:
    incident = arrive(cast, "my brothers say they will kill me for the shame on the family if i do not marry him")
    client = browser(cast.handler)
    at = f"/incidents/{incident.pk}"
    client.post(f"/inbox/{incident.pk}/take", {"key": key()})
    page = client.get(f"{at}/").text
    assert "safe contact: not asked" in page
    assert "Never ring home" in page
    given = {"answer": "given", "method": "text", "number": "07700 900123", "code_word": "marigold", "key": key()}
    page = client.post(f"{at}/safe", given, headers={"HX-Request": "true"}).text
    assert "marigold" in page
    page = client.post(
        f"{at}/online", {"who": "child", "interpreter": "relative", "key": key()}, headers={"HX-Request": "true"}
    ).text
    assert "Where are you?" in page
    assert "never interprets" in page
    client.post(f"{at}/line", {"state": "dropped", "key": key()})
    page = client.post(f"{at}/callback", {"outcome": "engaged", "key": key()}, headers={"HX-Request": "true"}).text
    assert "dropped call, not answered" in page
    assert "1 attempt to call back" in page
    assert Clock.objects.filter(incident=incident, kind="first_read").exists()
