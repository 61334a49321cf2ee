"""Who may listen to the board's stream, what each hears, and that nothing is skipped on resuming."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
import pytest

from goldthread.cli.visit import Visitor
from tests.browser.conftest import Service
from tests.cast import PASSWORD


def act(service: Service, username: str, area: str) -> uuid.UUID:
    """Somebody takes a call in ``area`` by the pages; committed when this returns."""
    made = uuid.uuid4()
    visitor = Visitor(service.base)
    visitor.sign_in(username, PASSWORD)
    opening = {"opening": "1", "channel": "999", "area": area, "location": "9 Tansy Close"}
    visitor.post(f"/contact/{made}/open", **opening)
    said = "baby screaming then silence, mum not answering"
    visitor.post(f"/incidents/{made}/words", key=str(uuid.uuid4()), source="caller", text=said)
    return made


@contextmanager
def listening(service: Service, cookies: str = "", query: str = "", **headers: str) -> Iterator[HTTPResponse]:
    """An open answer of the stream."""
    connection = HTTPConnection(urlsplit(service.stream).netloc, timeout=60)
    connection.request("GET", f"/board{query}", headers={"Cookie": cookies, **headers})
    try:
        yield connection.getresponse()
    finally:
        connection.close()


def events(answer: HTTPResponse) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, id and data of each event as it comes."""
    name = mark = ""
    for raw in answer:
        line = raw.decode().rstrip("\n")
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("id: "):
            mark = line[4:]
        elif line.startswith("data: "):
            yield name, mark, json.loads(line[6:])
            name = mark = ""


def signed_in(service: Service, username: str) -> tuple[str, str]:
    """The cookies of somebody signed in, and the mark of their board (empty where they have none)."""
    visitor = Visitor(service.base)
    visitor.sign_in(username, PASSWORD)
    found = "" if username in {"pcc", "officer"} else visitor.get("/board/")
    mark = re.search(r'data-mark="([^"]*)"', found)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in visitor._jar)
    return cookies, f"?since={quote(mark.group(1))}" if mark else ""


def first_word_of(answer: HTTPResponse, incident: uuid.UUID) -> dict[str, Any]:
    """The first change the stream tells of this incident."""
    for name, _mark, data in events(answer):
        for row in data.get("rows", []) if name == "changes" else []:
            if row["id"] == str(incident):
                return dict(row)
    raise AssertionError("the stream ended")


def until(answer: HTTPResponse, incident: uuid.UUID) -> list[dict[str, Any]]:
    """Every change the stream tells up to the first of this incident."""
    told: list[dict[str, Any]] = []
    for name, _mark, data in events(answer):
        told += data.get("rows", []) if name == "changes" else []
        if any(row["id"] == str(incident) for row in told):
            return told
    raise AssertionError("the stream ended")


def test_a_stranger_hears_nothing(service: Service) -> None:
    for cookies in (
        "",
        "goldthread_session=forged",
        "goldthread_session=' OR 1=1 --",
        "goldthread_session=" + "a" * 5000,
    ):
        with listening(service, cookies) as answer:
            assert answer.status == 401
            assert b"event" not in answer.read()


@pytest.mark.parametrize("username", ["pcc", "officer"])
def test_a_role_without_the_board_hears_nothing(service: Service, username: str) -> None:
    cookies, _mark = signed_in(service, username)
    with listening(service, cookies) as answer:
        assert answer.status == 401


def test_a_page_of_another_site_may_not_listen(service: Service) -> None:
    cookies, mark = signed_in(service, "dispatcher")
    with listening(service, cookies, mark, Origin="https://elsewhere.example") as answer:
        assert answer.status == 403
    with listening(service, cookies, mark, Origin=service.base) as answer:
        assert answer.status == 200
        assert answer.headers["access-control-allow-origin"] == service.base
        assert "no-store" in answer.headers["cache-control"]


def test_a_dispatcher_hears_their_own_area_and_not_another(service: Service) -> None:
    here, mark = signed_in(service, "dispatcher")
    there, far_mark = signed_in(service, "far-dispatcher")
    with listening(service, here, mark) as near, listening(service, there, far_mark) as far:
        made = act(service, "handler", "North")
        told = first_word_of(near, made)
        assert "baby screaming" in told["html"] or "nothing said yet" in told["html"]
        theirs = act(service, "handler", "South")
        heard = [row["id"] for row in until(far, theirs)]
        assert str(made) not in heard


def test_another_teams_supervisor_hears_nothing_of_it(service: Service) -> None:
    cookies, mark = signed_in(service, "far-supervisor")
    with listening(service, cookies, mark) as answer:
        made = act(service, "handler", "North")
        theirs = act(service, "stranger", "North")
        assert str(made) not in [row["id"] for row in until(answer, theirs)]


def test_whoever_resumes_from_a_mark_hears_all_that_came_since(service: Service) -> None:
    cookies, mark = signed_in(service, "dispatcher")
    missed = [act(service, "handler", "North") for _ in range(2)]
    with listening(service, cookies, mark) as answer:
        for name, _id, data in events(answer):
            if name == "changes":
                assert {str(one) for one in missed} <= {row["id"] for row in data["rows"]}
                break
    for broken in ("?since=1:2", "?since='", "", "?since=" + "9" * 9000, "?since=5:1:3"):
        with listening(service, cookies, broken) as answer:
            assert [name for name, _id, _data in events(answer)] == ["still", "reload"]


@contextmanager
def long_under_way(service: Service) -> Iterator[None]:
    """Something else of the same database server writes all the while, as a load of records does."""
    with psycopg.connect(service.database.admin_url, autocommit=False) as other:
        other.execute("SELECT pg_current_xact_id()")
        yield


def test_what_moved_away_meanwhile_is_taken_from_a_board_that_comes_back(service: Service) -> None:
    cookies, mark = signed_in(service, "dispatcher")
    giver = Visitor(service.base)
    giver.sign_in("handler", PASSWORD)
    with long_under_way(service), listening(service, cookies, mark) as kept:  # somebody with the same sight stays
        made = act(service, "handler", "North")
        first_word_of(kept, made)
        cookies, mark = signed_in(service, "dispatcher")  # this board has it
        giver.post(f"/incidents/{made}/area", key=str(uuid.uuid4()), area="South")
        assert first_word_of(kept, made).get("gone")
        never = act(service, "handler", "South")
        with listening(service, cookies, mark) as back:
            told = next(data for name, _id, data in events(back) if name != "still")
    assert {"id": str(made), "gone": True} in told["rows"]
    assert str(never) not in {row["id"] for row in told["rows"]}


def test_many_who_come_back_at_once_hear_the_same(service: Service) -> None:
    cookies, mark = signed_in(service, "dispatcher")
    missed = {str(act(service, "handler", "North")) for _ in range(2)}
    with ExitStack() as open_:
        answers = [open_.enter_context(listening(service, cookies, mark)) for _ in range(20)]
        for answer in answers:
            told = next(data for name, _id, data in events(answer) if name != "still")
            assert missed <= {row["id"] for row in told["rows"]}
        made = act(service, "handler", "North")
        assert all("html" in first_word_of(answer, made) for answer in answers)


@pytest.mark.long
def test_whoever_signs_out_is_cut_off(service: Service) -> None:
    visitor = Visitor(service.base)
    visitor.sign_in("dispatcher", PASSWORD)
    mark = re.search(r'data-mark="([^"]*)"', visitor.get("/board/"))
    assert mark
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in visitor._jar)
    with listening(service, cookies, f"?since={quote(mark.group(1))}") as answer:
        heard = events(answer)
        assert [next(heard)[0], next(heard)[0]] == ["still", "changes"]
        visitor.post("/accounts/logout/", shift="ends")
        assert "ended" in [name for name, _mark, _data in heard]


def test_what_a_dispatcher_of_another_area_is_handed_comes_to_them_and_goes_when_it_is_taken_back(
    service: Service,
) -> None:
    made = act(service, "handler", "North")
    there, mark = signed_in(service, "far-dispatcher")
    giver = Visitor(service.base)
    giver.sign_in("handler", PASSWORD)
    with listening(service, there, mark) as far:
        page = giver.get(f"/incidents/{made}/")
        to = re.search(r'<option value="([^"]+)"[^>]*>\s*Far-Dispatcher', page)
        assert to
        giver.post(f"/incidents/{made}/hand", key=str(uuid.uuid4()), to=to[1], note="your area next")
        assert "html" in first_word_of(far, made)
        giver.post(f"/incidents/{made}/hand/back", key=str(uuid.uuid4()))
        assert first_word_of(far, made).get("gone")
