"""The look-back through its pages: who sees what, in which order, and that every look and command is on record."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.actions import erase
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.lookback import actions
from goldthread.lookback.models import Agreement, Decision, Item, Outcome
from goldthread.lookback.stored import StoredIncidents
from tests.cast import Cast, attended, closed, graded, key, opened, say
from tests.lookback.made import QUOTE, row, some_items, taken_in, written

Browser = Callable[[Staff | None], Client]
SEE = {"supervisor", "fim", "vast"}


def released(items: list[Item]) -> list[Item]:
    """The items, to be decided now whatever day the tests run on."""
    Item.objects.filter(pk__in=[one.pk for one in items]).update(
        release_at=database_now(connection) - timedelta(hours=1)
    )
    return items


@pytest.fixture
def items(cast: Cast, tmp_path: Path) -> list[Item]:
    return released(some_items(cast, tmp_path, 3))


def test_it_shows_to_each_what_they_reach(cast: Cast, browser: Browser, items: list[Item]) -> None:
    for name, one in cast.everybody().items():
        client = browser(one)
        answers = {path: client.get(path) for path in ("/look-back/", f"/look-back/{items[0].pk}/", "/look-back/count")}
        if name in SEE:
            assert items[0].reference in answers["/look-back/"].text, name
            assert QUOTE in answers[f"/look-back/{items[0].pk}/"].text, name
            assert answers["/look-back/count"].json()["count"] == 3, name
        elif name == "far_supervisor":
            assert items[0].reference not in answers["/look-back/"].text
            assert "Nothing is to be decided now." in answers["/look-back/"].text
            assert answers[f"/look-back/{items[0].pk}/"].status_code == 404
            assert answers["/look-back/count"].json() == {"count": 0, "over": 0}
            assert f"/look-back/{items[0].pk}/" not in client.get("/look-back/", {"q": items[0].reference}).text
            assert "screened.csv" not in client.get("/look-back/runs/").text
        else:
            assert {answer.status_code for answer in answers.values()} == {403}, name
    assert browser(None).get("/look-back/").status_code == 302


def test_highest_risk_stands_first_and_the_quote_beside_what_was_carried(
    cast: Cast, browser: Browser, items: list[Item]
) -> None:
    page = browser(cast.vast).get("/look-back/").text
    places = [page.index(f"/look-back/{one.pk}/") for one in items]
    assert places == sorted(places)
    whole = browser(cast.vast).get(f"/look-back/{items[0].pk}/").text
    assert "dad has been drinking since noon" in whole
    assert "the grade is below what the words suggest" in whole
    assert "taken as Resolution" in whole
    assert whole.index(QUOTE) < whole.index("What was carried")
    assert f'href="/look-back/{items[1].pk}/"' in whole


def test_every_look_and_every_command_is_on_record_without_words(
    cast: Cast, browser: Browser, items: list[Item]
) -> None:
    client = browser(cast.vast)
    client.get("/look-back/")
    client.get(f"/look-back/{items[0].pk}/")
    client.post(
        f"/look-back/{items[0].pk}/decide", {"key": key(), "kind": "safe", "reason": "other", "words": "marigold"}
    )
    seen = AuditEvent.objects.filter(verb="lookback.see", staff_id=cast.vast.pk).order_by("id")
    assert [one.duty for one in seen] == ["consultation"] * 2
    assert all(str(one.pk) in seen[0].subjects for one in items)
    assert str(items[0].pk) in seen[1].subjects
    for event in AuditEvent.objects.all():
        assert "marigold" not in event.detail + event.subjects + event.reason
        assert QUOTE not in event.detail + event.subjects + event.reason


def test_an_item_is_taken_decided_undone_and_its_outcome_recorded(
    cast: Cast, browser: Browser, items: list[Item]
) -> None:
    client, at = browser(cast.supervisor), f"/look-back/{items[0].pk}"
    assert "Supervisor Amber" in client.post(f"{at}/take", {"key": key()}, follow=True).text
    page = client.post(f"{at}/decide", {"key": key(), "kind": "vast"}, follow=True).text
    assert "handed to Team A" in page
    assert "Undo the decision" in page
    page = client.post(f"{at}/undo", {"key": key(), "words": "wrong one"}, follow=True).text
    assert "wrong one" in page
    client.post(f"{at}/decide", {"key": key(), "kind": "reopen", "told": "Insp Elm, Force B"})
    page = client.post(
        f"{at}/outcome", {"key": key(), "outcome": "confirmed", "words": "Strategy discussion."}, follow=True
    ).text
    assert "Told: Insp Elm, Force B" in page
    assert "risk confirmed and acted on" in page
    assert "Undo the decision" not in page
    assert [one.kind for one in Decision.objects.order_by("seq")] == ["vast", "undone", "reopen"]


@pytest.mark.parametrize(
    ("command", "given", "said"),
    [
        ("decide", {"kind": "safe", "words": "because I say so"}, "Choose why this is safe."),
        ("decide", {"kind": "safe", "reason": "seen", "words": " "}, "Write what this rests on"),
        ("decide", {"kind": "safe", "reason": "nonsense", "words": "kept words"}, "Select a valid choice"),
        ("decide", {"kind": "reopen", "words": "kept words"}, "Write who was told"),
        ("decide", {"kind": "close", "words": "kept words"}, "Choose a decision"),
        ("decide", {"kind": "safe", "reason": "seen", "words": "x" * 4_001}, "at most 4,000 fit here"),
        ("outcome", {"outcome": "safe_seen"}, "This is not decided yet"),
        ("undo", {}, "Nothing is decided here"),
    ],
)  # fmt: skip
def test_a_refusal_says_why_and_keeps_what_was_written(
    cast: Cast, browser: Browser, items: list[Item], command: str, given: dict[str, str], said: str
) -> None:
    client = browser(cast.vast)
    answer = client.post(f"/look-back/{items[0].pk}/{command}", {"key": key(), **given})
    assert answer.status_code == 422
    if command == "decide":
        assert said in answer.text
        assert given["words"].strip() in answer.text
    assert not Decision.objects.exists()
    assert not Outcome.objects.exists()


@pytest.mark.parametrize("bad", ["", "x", "1" * 5_000])
def test_a_form_without_its_key_does_nothing(cast: Cast, browser: Browser, items: list[Item], bad: str) -> None:
    for command in ("take", "decide", "undo", "outcome"):
        answer = browser(cast.vast).post(f"/look-back/{items[0].pk}/{command}", {"key": bad, "kind": "vast"})
        assert answer.status_code == 422
    assert not Decision.objects.exists()


def test_whoever_may_not_is_told_the_same_as_of_what_is_not_there(
    cast: Cast, browser: Browser, items: list[Item]
) -> None:
    for command in ("take", "decide", "undo", "outcome"):
        for pk in (items[0].pk, uuid.uuid4()):
            given = {"key": key(), "kind": "vast", "outcome": "safe_seen"}
            assert browser(cast.far_supervisor).post(f"/look-back/{pk}/{command}", given).status_code == 404
            assert browser(cast.stranger).post(f"/look-back/{pk}/{command}", given).status_code == 403
            assert browser(cast.pcc).post(f"/look-back/{pk}/{command}", given).status_code == 403


def test_the_second_of_two_is_told_that_it_is_decided(cast: Cast, browser: Browser, items: list[Item]) -> None:
    at = f"/look-back/{items[0].pk}/decide"
    browser(cast.vast).post(at, {"key": key(), "kind": "vast"})
    late = browser(cast.supervisor).post(at, {"key": key(), "kind": "vast"})
    assert late.status_code == 422
    assert "Vast Amber has decided this already" in late.text


def test_the_lists_hold_what_they_say_and_an_empty_one_says_why(cast: Cast, browser: Browser, tmp_path: Path) -> None:
    items = some_items(cast, tmp_path, 4, a_day=1)
    client = browser(cast.vast)
    waiting = client.get("/look-back/?show=waiting").text
    assert items[-1].reference in waiting
    assert items[-1].reference not in client.get("/look-back/").text
    assert "No outcome is owed." in client.get("/look-back/?show=owed").text
    client.post(f"/look-back/{items[1].pk}/decide", {"key": key(), "kind": "vast"})
    for show in ("owed", "decided", "all"):
        assert items[1].reference in client.get(f"/look-back/?show={show}").text
    assert client.get("/look-back/?show=nonsense&page=99").status_code == 200


@pytest.mark.parametrize("asked", ["%00", "x" * 5_000, "%3Cscript%3E", "%E2%80%AE", "'%20OR%201=1"])
def test_a_poisoned_search_finds_nothing_and_is_shown_as_text(
    cast: Cast, browser: Browser, items: list[Item], asked: str
) -> None:
    answer = browser(cast.vast).get(f"/look-back/?q={asked}")
    assert answer.status_code in {200, 400}
    assert "<script>" not in answer.text.replace("<script src", "")


def test_one_is_found_by_its_whole_reference_whatever_its_state(cast: Cast, browser: Browser, tmp_path: Path) -> None:
    last = some_items(cast, tmp_path, 4, a_day=1)[-1]
    page = browser(cast.vast).get("/look-back/", {"q": last.reference.lower()}).text
    assert f"/look-back/{last.pk}/" in page
    assert "No look-back item in your sight has that reference." in browser(cast.vast).get("/look-back/?q=SCREEN").text


def test_words_of_others_are_shown_as_text(cast: Cast, browser: Browser, tmp_path: Path) -> None:
    text = f"<script>alert(1)</script> {QUOTE} <b>loud</b>"
    rows = [row("<i>R</i>", text=text, grade="<img>", tags="<u>", thrive="<s>")]
    made = taken_in(written(tmp_path, rows, "<b>.csv"), cast.supervisor, cast.supervisor.team)
    (item,) = released(list(Item.objects.filter(hit__run=made.run)))
    for path in ("/look-back/", f"/look-back/{item.pk}/", "/look-back/runs/"):
        page = browser(cast.supervisor).get(path).text
        for tag in ("<script>alert", "<b>", "<i>R", "<img>", "<u>", "<s>"):
            assert tag not in page, (path, tag)


def test_erased_words_are_gone_from_every_page(cast: Cast, browser: Browser, items: list[Item]) -> None:
    other = Staff.objects.create(username="second", name="Second Amber", role="auditor", team=cast.auditor.team)
    erase(cast.auditor, other, [one.hit.said for one in items], "retention is over", "MoPI")
    for path in ("/look-back/", f"/look-back/{items[0].pk}/"):
        page = browser(cast.vast).get(path).text
        assert QUOTE not in page
        assert "under MoPI" in page


def test_an_incident_of_ours_shows_its_own_words_and_opens_for_those_who_may_see_it(
    cast: Cast, browser: Browser
) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "he is strangling mum, he has a knife, the baby is in the cot")
    graded(cast.handler, incident, "scheduled")
    attended(cast, incident)
    closed(cast, incident)
    now = database_now(connection)
    actions.make(cast.supervisor, cast.supervisor.team, 5, StoredIncidents((now - timedelta(days=2)).date(), now))
    (item,) = released(list(Item.objects.all()))
    page = browser(cast.supervisor).get(f"/look-back/{item.pk}/").text
    assert "strangling" in page
    assert f'href="/incidents/{incident.pk}/"' in page
    assert str(incident.pk) in AuditEvent.objects.filter(verb="lookback.see").latest("id").subjects
    Incident.objects.filter(pk=incident.pk).update(team=cast.far_supervisor.team_id, owner=cast.far_supervisor)
    assert "outside your sight" in browser(cast.supervisor).get(f"/look-back/{item.pk}/").text
    browser(cast.vast).post(f"/look-back/{item.pk}/decide", {"key": key(), "kind": "reopen"})
    incident.refresh_from_db()
    assert (incident.is_open, incident.owner_team) == (True, incident.team)


def test_a_supervisor_agrees_another_capacity_for_their_own_team(
    cast: Cast, browser: Browser, items: list[Item]
) -> None:
    team = cast.supervisor.team_id
    page = browser(cast.supervisor).get("/look-back/runs/").text
    assert "agreed by Supervisor Amber" in page
    at = f"/look-back/runs/{team}/capacity"
    assert at in page
    assert at not in browser(cast.vast).get("/look-back/runs/").text
    done = browser(cast.supervisor).post(at, {"key": key(), "capacity": "25"}, follow=True)
    assert "25 items, agreed by Supervisor Amber" in done.text
    for wrong in ("", "0", "-3", "many", "99999999999999999999"):
        assert browser(cast.supervisor).post(at, {"key": key(), "capacity": wrong}).status_code == 422
    assert browser(cast.far_supervisor).post(at, {"key": key(), "capacity": "5"}).status_code == 422
    assert browser(cast.vast).post(at, {"key": key(), "capacity": "5"}).status_code == 403
    assert browser(cast.fim).post("/look-back/runs/999999/capacity", {"key": key(), "capacity": "5"}).status_code == 404
    assert Agreement.objects.filter(team=team).count() == 2


def test_the_navigation_counts_what_is_owed_and_what_is_late(cast: Cast, browser: Browser, items: list[Item]) -> None:
    now = database_now(connection)
    Item.objects.filter(pk=items[0].pk).update(due_at=now - timedelta(minutes=1))
    assert browser(cast.vast).get("/look-back/count").json() == {"count": 3, "over": 1}
    page = browser(cast.vast).get("/look-back/").text
    assert "1 over time" in page
    assert page.count("is-over") == 1
    assert "/look-back/count" in browser(cast.vast).get("/board/").text
    assert "/look-back/count" not in browser(cast.handler).get("/board/").text


def test_a_long_queue_asks_the_database_no_more_than_a_short_one(
    cast: Cast, browser: Browser, tmp_path: Path, django_assert_max_num_queries: Callable[..., object]
) -> None:
    released(some_items(cast, tmp_path, 40, a_day=50))
    client = browser(cast.vast)
    client.get("/look-back/")
    with django_assert_max_num_queries(25):  # type: ignore[attr-defined]
        assert client.get("/look-back/").text.count("data-href") == 40
