"""The board and the room's screen as an area or a team sees them: kept in the address, counted alike, never beyond one's sight."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.actions import issue_token
from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.desk.queries import Filters, board, boards, counts, waits
from goldthread.response import handoff_actions
from tests.cast import Cast, key, opened, taken
from tests.integration.conftest import Program, problem

Browser = Callable[[Staff | None], Client]


@pytest.fixture
def four(cast: Cast) -> dict[str, Incident]:
    """North and South, both Team A's; South, Team B's; and one of Team A whose area nobody knows yet."""
    return {
        "north": opened(cast.handler, area="North"),
        "south": opened(cast.handler, area="South"),
        "far": opened(cast.stranger, area="South"),
        "unknown": opened(cast.handler, area=""),
    }


def seen(user: Staff, four: dict[str, Incident], **asked: object) -> set[str]:
    """Those that stand on the board so asked for; the strip and the longest waits say the same."""
    now, filters = database_now(connection), Filters(**asked)  # type: ignore[arg-type]
    found = {row.pk for row in board(user, filters, now)}
    assert counts(user, now, filters)["open"] == len(found)
    assert {row.pk for row in waits(user, filters)} == found
    return {name for name, one in four.items() if one.pk in found}


def test_an_area_is_seen_as_its_dispatcher_sees_it(cast: Cast, four: dict[str, Incident]) -> None:
    handoff_actions.hand_over(cast.handler, four["south"].pk, key=key(), to_team=cast.dispatcher.team_id)
    assert seen(cast.fim, four, area="North") == seen(cast.dispatcher, four) == {"north", "unknown", "south"}
    assert seen(cast.fim, four, area="South") == {"south", "far", "unknown"}
    assert seen(cast.fim, four) == set(four)


def test_a_team_is_seen_as_its_supervisor_sees_it(cast: Cast, four: dict[str, Incident]) -> None:
    taken(cast.stranger, four["north"])
    theirs = cast.far_supervisor.team_id
    assert seen(cast.fim, four, team=theirs) == seen(cast.far_supervisor, four) == {"far", "north"}
    assert seen(cast.fim, four, team=theirs, area="North") == {"north"}


def test_nobody_sees_more_by_it(cast: Cast, four: dict[str, Incident]) -> None:
    assert seen(cast.supervisor, four, team=cast.far_supervisor.team_id) == set()
    assert seen(cast.supervisor, four, area="South") == {"south", "unknown"}
    assert seen(cast.dispatcher, four, area="South") == {"unknown"}
    assert boards(cast.supervisor).teams == [(cast.supervisor.team_id, "Team A")]
    assert boards(cast.fim).areas == ["North", "South"]
    assert [name for _, name in boards(cast.fim).teams] == ["Team A", "Team B"]


@pytest.mark.parametrize("page", ["/board/", "/board/wall"])
def test_it_is_kept_in_the_address_and_offered_as_a_choice(
    cast: Cast, browser: Browser, four: dict[str, Incident], page: str
) -> None:
    client, theirs = browser(cast.fim), cast.far_supervisor.team_id
    plain = client.get(page).text
    assert "South" in plain
    assert "Team B" in plain
    shown = client.get(page, {"team": theirs}).text
    assert "Team B" in shown
    assert four["far"].reference in shown
    assert four["south"].reference not in shown
    part = client.get(page, {"team": theirs, "part": "1"}).text
    assert four["far"].reference in part
    assert four["south"].reference not in part
    assert "<html" not in part


def test_each_counter_keeps_whose_board_it_is(cast: Cast, browser: Browser, four: dict[str, Incident]) -> None:
    theirs = cast.far_supervisor.team_id
    shown = browser(cast.fim).get("/board/", {"area": "South", "team": theirs, "child": "yes"}).text
    assert f'href="?overdue=on&amp;area=South&amp;team={theirs}"' in shown
    assert "Board as South and Team B sees it" in " ".join(shown.split())
    assert 'data-counter="open" data-value="1"' in shown


@pytest.mark.parametrize("team", ["x", "0", "-1", "999999999", "9" * 400])
def test_a_team_that_is_none_shows_everything(
    cast: Cast, browser: Browser, four: dict[str, Incident], team: str
) -> None:
    for page in ("/board/", "/board/wall"):
        answer = browser(cast.fim).get(f"{page}?team={team}")
        assert answer.status_code == 200
        assert four["far"].reference in answer.text


def test_a_program_reads_a_team_s_board_and_is_told_where_there_is_no_such_team(
    cast: Cast, four: dict[str, Incident]
) -> None:
    token, _ = issue_token(cast.fim.username)
    fim, theirs = Program(token), cast.far_supervisor.team_id
    rows = fim.get("/board", {"team": theirs}).json()["rows"]
    assert {row["id"] for row in rows} == {str(four["far"].pk)}
    assert problem(fim.get("/board", {"team": 987654}), 422, "invalid")["errors"].keys() == {"team"}
