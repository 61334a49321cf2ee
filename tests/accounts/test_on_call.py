"""The on-call list: lines with a name, a role, times and a number, entered by page and by table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import OnCall, Staff
from goldthread.accounts.oncall_actions import put_line, put_lines, take_off
from goldthread.accounts.oncall_rules import Line
from goldthread.accounts.queries import on_call_now
from goldthread.audit.models import AuditEvent
from goldthread.cli import main
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from tests.cast import Cast
from tests.response.test_alarms import later

Browser = Callable[[Staff | None], Client]


def at(hours: float) -> datetime:
    return database_now(connection) + timedelta(hours=hours)


def line(
    login: str = "fim", role: str = "fim", *, since: float = -1, until: float = 8, telephone: str = "01632 960123"
) -> Line:
    return Line(login, role, at(since), at(until), telephone)


def stated(hours: float) -> str:
    return at(hours).astimezone(LONDON).strftime("%Y-%m-%d %H:%M")


def test_whoever_is_on_call_now_is_told_and_nobody_else(cast: Cast) -> None:
    put_line(cast.supervisor, line())
    put_line(cast.supervisor, line("supervisor", "contact_supervisor", since=4))
    put_line(cast.supervisor, line("silver", "silver"))
    taken = put_line(cast.supervisor, line("far-supervisor", "contact_supervisor"))
    take_off(cast.fim, taken.pk)
    assert [one.staff.username for one in on_call_now()] == ["fim", "silver"]
    Staff.objects.filter(pk=cast.silver.pk).update(is_active=False)
    later(timedelta(hours=5))
    assert [one.staff.username for one in on_call_now()] == ["supervisor", "fim"]
    assert take_off(cast.fim, taken.pk).off_by == cast.fim, "the same again changes nothing"
    with pytest.raises(Stale, match="taken off already"):
        take_off(cast.supervisor, taken.pk)
    with pytest.raises(NotThere):
        take_off(cast.fim, 10**20)
    assert AuditEvent.objects.filter(verb="oncall.put").count() == 4
    assert AuditEvent.objects.filter(verb="oncall.off").count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"login": "nobody"}, "login"),
        ({"login": "'; DROP TABLE\x00"}, "login"),
        ({"role": "wizard"}, "role"),
        ({"role": "contact_supervisor"}, "role"),
        ({"login": "pcc"}, "role"),
        ({"since": 24 * 93, "until": 24 * 94}, "starts_at"),
        ({"until": -0.5}, "ends_at"),
        ({"since": 3, "until": 2}, "ends_at"),
        ({"until": 24 * 15}, "ends_at"),
        ({"telephone": ""}, "telephone"),
        ({"telephone": "ring <Ada>"}, "telephone"),
        ({"telephone": "٠١٦٣٢ ٩٦٠"}, "telephone"),
    ],
)
def test_a_line_that_cannot_be_kept_says_which_field(cast: Cast, given: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as told:
        put_line(cast.supervisor, line(**given))  # type: ignore[arg-type]
    assert field in told.value.fields
    assert not OnCall.objects.exists()


@pytest.mark.parametrize("who", ["handler", "stranger", "dispatcher", "vast", "pcc", "auditor"])
def test_nobody_else_keeps_the_list(cast: Cast, who: str) -> None:
    for attempt in (lambda: put_line(getattr(cast, who), line()), lambda: take_off(getattr(cast, who), 1)):
        with pytest.raises(Refused, match="does not keep the on-call list"):
            attempt()


def test_a_wrong_line_holds_no_other_up_and_the_same_again_adds_nothing(cast: Cast) -> None:
    lines = [line(), line("nobody"), line("silver", "silver"), line(until=9)]
    told = put_lines(cast.supervisor, lines)
    assert (told.new, told.stood, sorted(told.wrong)) == (2, 0, [1, 3])
    assert "on the list from" in told.wrong[3]
    again = put_lines(cast.supervisor, lines[:1])
    assert (again.new, again.stood) == (0, 1)


def test_the_command_names_every_wrong_row_and_keeps_the_rest(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "on-call.csv"
    good = f"fim,fim,{stated(-1)},{stated(8)},01632 960123\n"
    bad = f"fim,fim,someday,{stated(8)},1\nwho,fim,{stated(-1)},{stated(8)},01632 960123\npcc,fim,,,\n"
    table.write_text(
        f"login,role,from,until,telephone\n{good}{bad}silver,silver,{stated(-1)},{stated(8)},+44 1632 960124\n"
    )
    assert main(["staff", "on-call", str(table), "--by", "supervisor"]) == 1
    told = capsys.readouterr()
    assert [one.split(":")[0] for one in told.err.splitlines()] == ["Line 3", "Line 4", "Line 5"]
    assert told.out == "5 lines read: 2 are new, 0 stood already, 3 were not kept.\n"
    assert OnCall.objects.count() == 2
    assert main(["staff", "on-call", str(table), "--by", "handler"]) == 2
    assert "does not keep" in capsys.readouterr().err
    table.write_bytes(b"login,role\nfim,fim\n")
    assert main(["staff", "on-call", str(table), "--by", "supervisor"]) == 2
    assert "has no column from" in capsys.readouterr().err


def test_the_page_shows_and_keeps_it_for_those_who_may(cast: Cast, browser: Browser) -> None:
    client = browser(cast.supervisor)
    assert "Nobody is on the on-call list" in client.get("/on-call/").text
    given = {"login": "fim", "role": "fim", "starts_at": stated(-1), "ends_at": stated(8), "telephone": "01632 960123"}
    for hostile in ({"login": "x" * 61}, {"role": "<b>"}, {"starts_at": "never"}, {"telephone": ""}, {"role": ""}):
        assert client.post("/on-call/put", {**given, **hostile}).status_code == 422, hostile
    assert client.post("/on-call/put", given).status_code == 302
    seen = browser(cast.handler).get("/on-call/").text
    assert "01632 960123" in seen
    assert "in 7 h" in seen
    assert "Take off" not in seen
    kept = OnCall.objects.get()
    assert browser(cast.stranger).get("/on-call/").status_code == 200
    for who in (cast.handler, cast.pcc):
        assert browser(who).post(f"/on-call/{kept.pk}/off").status_code == 403
        assert browser(who).post("/on-call/put", given).status_code == 403
    assert browser(cast.pcc).get("/on-call/").status_code == 403
    assert browser(None).get("/on-call/").status_code == 302
    assert client.post("/on-call/999999/off").status_code == 404
    assert client.post(f"/on-call/{kept.pk}/off").status_code == 302
    assert "Nobody is on the on-call list" in client.get("/on-call/").text
