"""A table of staff: looked over, then done, line by line, with nobody lost and nobody raised by themselves."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from goldthread.accounts import staff_actions, staff_rules
from goldthread.accounts.actions import deactivate, issue_token
from goldthread.accounts.models import Duty, Staff, Team
from goldthread.audit.models import AuditEvent
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from tests.accounts.directory import set_to, settings_for
from tests.cast import Cast, opened

Browser = Callable[[Staff | None], Client]
HEAD = "login,name,role,team\n"
ROLES = {"call_handler": "Call handler", "fim": "Force Incident Manager", "staff_keeper": "Staff and access manager"}


@pytest.fixture
def keeper(cast: Cast) -> Staff:
    """Somebody who keeps staff."""
    made = Staff(username="keeper", name="Kay Amber", role="staff_keeper", team=cast.handler.team)
    made.set_unusable_password()
    made.save()
    return made


def _said(plan: staff_rules.Plan) -> list[str]:
    return [one.says for one in plan.wrong]


def test_people_are_added_changed_ended_and_given_back_and_each_is_on_record(cast: Cast, keeper: Staff) -> None:
    deactivate("teammate")
    table = (
        "team,ACTIVE,Name,login,role,area\n"
        "Team A,yes,Nell Ashby,nell,call handler,\n"
        "Team C,,Dispatcher Amber,dispatcher,dispatcher,South\n"
        "Team B,yes,Teammate Amber,teammate,fim,\n"
        ",no,,stranger,,\n"
        "Team A,,Handler Amber,handler,call_handler,\n"
    )
    plan = staff_actions.look_over(keeper, table)
    assert not Staff.objects.filter(username="nell").exists()
    assert ([one.login for one in plan.adds], [one.login for one in plan.changes], [one.login for one in plan.ends]) == (
        ["nell"], ["dispatcher", "teammate"], ["stranger"],
    )  # fmt: skip
    assert (plan.same, plan.wrong, plan.teams) == (1, [], ["Team C"])
    staff_actions.put_staff(keeper, table, seen=plan.digest)
    nell = Staff.objects.get(username="nell")
    assert (nell.name, nell.role, nell.team.name, nell.initials, nell.has_usable_password()) == (
        "Nell Ashby",
        "call_handler",
        "Team A",
        "NA",
        False,
    )
    dispatcher = Staff.objects.get(username="dispatcher")
    assert (dispatcher.team.name, dispatcher.area, dispatcher.role) == ("Team C", "South", "dispatcher")
    teammate = Staff.objects.get(username="teammate")
    assert (teammate.is_active, teammate.role) == (True, "fim")
    assert not Staff.objects.get(username="stranger").is_active
    events = AuditEvent.objects.filter(staff_id=keeper.pk, duty="security")
    assert {one.verb for one in events} == {
        "staff.add",
        "staff.role",
        "staff.team",
        "staff.named",
        "staff.return",
        "staff.deactivate",
    }
    raised = events.get(verb="staff.role")
    assert json.loads(raised.detail) == {"by": "table", "role": "fim", "was": "call_handler"}
    assert json.loads(raised.subjects) == [["staff", str(teammate.pk)]]


def test_the_same_table_again_does_nothing(keeper: Staff) -> None:
    table = HEAD + "nell,Nell Ashby,call_handler,Team A\n"
    staff_actions.put_staff(keeper, table)
    events = AuditEvent.objects.count()
    plan = staff_actions.put_staff(keeper, table)
    assert (plan.empty, plan.same) == (True, 1)
    assert AuditEvent.objects.count() == events


def test_a_bad_line_is_named_and_the_rest_is_done(keeper: Staff) -> None:
    table = HEAD + (
        "nell,Nell Ashby,call_handler,Team A\n"
        "odd,Odd One,wizard,Team A\n"
        "two words,Odd One,fim,Team A\n"
        ",Nobody,fim,Team A\n"
        "nell,Nell Again,fim,Team A\n"
        "HANDLER,Handler Amber,fim,Team A\n"
        "short,Short\n"
        f"long,{'x' * 121},fim,Team A\n"
        "noteam,No Team,fim,\n"
        "fern,Fern Ashby,fim,Team A\n"
    )
    plan = staff_actions.put_staff(keeper, table)
    assert [one.login for one in plan.adds] == ["nell", "fern"]
    assert [one.line for one in plan.wrong] == [3, 4, 5, 6, 7, 8, 9, 10]
    for says, wanted in zip(
        _said(plan),
        ("no role wizard", "a login has", "a login has", "stands in line 2 already", "there is handler here", "2 cells and not 4",
         "the name is missing", "the team is missing"), strict=True,
    ):  # fmt: skip
        assert wanted in says


def test_nobody_changes_their_own_role_or_ends_themselves(keeper: Staff) -> None:
    table = "login,name,role,team,active\nkeeper,Kay Amber,gold,Team A,\n"
    assert _said(staff_actions.put_staff(keeper, table)) == [
        "nobody changes their own role; another who keeps staff does it"
    ]
    assert _said(staff_actions.put_staff(keeper, table.replace("gold,Team A,", ",,no"))) == [
        "nobody ends their own access"
    ]
    renamed = staff_actions.put_staff(keeper, table.replace("Kay", "Katharine").replace("gold", "staff_keeper"))
    assert len(renamed.changes) == 1
    keeper.refresh_from_db()
    assert (keeper.role, keeper.name, keeper.is_active) == ("staff_keeper", "Katharine Amber", True)
    with pytest.raises(Refused, match="own access"):
        staff_actions.end_staff(keeper, keeper.pk)


def test_somebody_always_keeps_staff() -> None:
    here = [
        staff_rules.Standing(1, "kay", "Kay", "staff_keeper", "T", "", True),
        staff_rules.Standing(2, "kit", "Kit", "staff_keeper", "T", "", True),
    ]
    rows = [staff_rules.Row(2, "kay", "Kay", "fim", "T"), staff_rules.Row(3, "kit", "Kit", "fim", "T")]

    def made(given: list[staff_rules.Row]) -> staff_rules.Plan:
        return staff_rules.plan(given, here, roles=ROLES, keeping=frozenset({"staff_keeper"}), by="a program")

    assert len(made(rows[:1]).changes) == 1
    both = made(rows)
    assert (both.changes, len(both.wrong)) == ([], 2)
    assert len(made([*rows, staff_rules.Row(4, "new", "New", "staff_keeper", "T")]).changes) == 2


def test_whoever_is_in_no_line_of_a_table_that_is_everybody_is_ended(cast: Cast, keeper: Staff) -> None:
    cast.fim.emergency = True
    cast.fim.save()
    Staff.objects.filter(pk=cast.qa.pk).update(is_service=True)
    everybody = Staff.objects.filter(is_active=True)
    kept = HEAD + "".join(
        f"{one.username},{one.name},{one.role},{one.team.name}\n"
        for one in everybody
        if one.username in {"handler", "pcc"}
    )
    plan = staff_actions.look_over(keeper, kept, whole=True)
    gone = {one.login for one in plan.ends}
    assert gone == {one.username for one in everybody} - {"handler", "pcc", "keeper", "fim", "qa"}
    assert not staff_actions.look_over(keeper, kept).ends
    unread = staff_actions.look_over(keeper, kept + "short,Short\n", whole=True)
    assert not unread.ends
    assert "nobody is ended for not being named" in _said(unread)[0]
    bad = staff_actions.look_over(keeper, kept + "stranger,Stranger Amber,wizard,Team B\n", whole=True)
    assert "stranger" not in {one.login for one in bad.ends}


def test_who_was_ended_here_comes_back_only_where_the_table_says_so(cast: Cast, keeper: Staff) -> None:
    deactivate("handler")
    line = "handler,Handler Amber,call_handler,Team A"
    assert "active with yes gives it back" in _said(staff_actions.put_staff(keeper, f"{HEAD}{line}\n"))[0]
    staff_actions.put_staff(keeper, f"login,name,role,team,active\n{line},yes\n")
    assert Staff.objects.get(username="handler").is_active


def test_a_service_account_is_kept_elsewhere(cast: Cast, keeper: Staff) -> None:
    Staff.objects.filter(pk=cast.handler.pk).update(is_service=True)
    assert "service account" in _said(staff_actions.put_staff(keeper, f"{HEAD}handler,H,fim,Team A\n"))[0]
    with pytest.raises(NotThere):
        staff_actions.end_staff(keeper, cast.handler.pk)


def test_only_who_keeps_staff_does_any_of_it(cast: Cast) -> None:
    for one in cast.everybody().values():
        with pytest.raises(Refused, match="does not keep staff"):
            staff_actions.put_staff(one, HEAD + "nell,Nell,fim,Team A\n")
        with pytest.raises(Refused, match="does not keep staff"):
            staff_actions.look_over(one, HEAD + "nell,Nell,fim,Team A\n")
        with pytest.raises(Refused, match="does not keep staff"):
            staff_actions.end_staff(one, cast.stranger.pk)


def test_what_changed_meanwhile_is_not_done_unseen(cast: Cast, keeper: Staff) -> None:
    table = HEAD + "handler,Handler Amber,fim,Team A\n"
    seen = staff_actions.look_over(keeper, table).digest
    Staff.objects.filter(pk=cast.handler.pk).update(role="officer")
    with pytest.raises(Stale, match="look it over again"):
        staff_actions.put_staff(keeper, table, seen=seen)
    assert Staff.objects.get(username="handler").role == "officer"


def test_subjects_tie_people_to_the_directory_each_to_one(cast: Cast, keeper: Staff, tmp_path: Path) -> None:
    table = "login,name,role,team,subject\nhandler,Handler Amber,call_handler,Team A,s-1\nteammate,Teammate Amber,call_handler,Team A,s-1\n"
    with pytest.raises(Invalid, match="No directory is set"):
        staff_actions.put_staff(keeper, table)
    with set_to(**settings_for("https://login.force.example", tmp_path)):
        plan = staff_actions.put_staff(keeper, table)
        assert _said(plan) == ["handler is known by this subject already"]
        assert Staff.objects.get(username="handler").sign_on.subject == "s-1"
        assert staff_actions.put_staff(keeper, table).empty


ASHBY = "nell,Nell Ashby-Løvås,call_handler,Team A"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ((HEAD + ASHBY).encode(), "Nell Ashby-Løvås"),
        ((HEAD + ASHBY).encode("utf-8-sig"), "Nell Ashby-Løvås"),
        ((HEAD + ASHBY).encode("utf-16"), "Nell Ashby-Løvås"),
        ((HEAD + ASHBY).encode("cp1252"), "Nell Ashby-Løvås"),
        ((HEAD + ASHBY).replace(",", ";").encode(), "Nell Ashby-Løvås"),
        ((HEAD + ASHBY).replace(",", "\t").replace("\n", "\r\n").encode(), "Nell Ashby-Løvås"),
        (b'\n\nUser name,name,Role,Shift\r\nnell,"Ashby,  Nell",Call handler,Team A\r\n\r\n', "Ashby, Nell"),
        (b"login,name,role,team,shoe size\nnell,Nell,call_handler,Team A,44\n", "Nell"),
    ],
    ids=[
        "utf-8",
        "utf-8 with a mark",
        "utf-16",
        "windows",
        "semicolons",
        "tabs",
        "quoted, other names",
        "a column too many",
    ],
)
def test_tables_are_read_as_spreadsheets_write_them(content: bytes, name: str) -> None:
    rows, wrong, _ = staff_rules.read(staff_rules.decoded(content))
    assert ([(one.login, one.name) for one in rows], wrong) == ([("nell", name)], [])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "nothing in it"),
        (b" \r\n\n", "nothing in it"),
        (b"login,name,role\nx,y,z\n", "column team is missing"),
        (b"login,username,name,role,team\n", "Two columns say the same"),
        (HEAD.encode(), "no line below"),
        (b"PK\x03\x04" + bytes(200), "not written as text"),
        (b"\xff\xfe\x00", "not written as text"),
        ((HEAD + 'nell,"Nell,fim,Team A\n').encode(), "cannot be read as CSV"),
        (b"x" * 2_000_001, "larger than 2 MB"),
        ((HEAD + "a,b,c,d\n" * 10_001).encode(), "more than 10,000 lines"),
    ],
)
def test_what_is_no_such_table_is_told_in_a_sentence(content: bytes, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        staff_rules.read(staff_rules.decoded(content))
    assert "Nothing was changed" in str(refused.value)


@given(st.text(max_size=400))
def test_no_text_at_all_breaks_the_reading(text: str) -> None:
    try:
        rows, _wrong, _ = staff_rules.read(HEAD + text)
    except Invalid:
        return
    plan = staff_rules.plan(rows, [], roles=ROLES, keeping=frozenset({"staff_keeper"}), by="kay")
    assert len(plan.adds) + len(plan.wrong) == len(rows)
    assert len({one.login for one in plan.adds}) == len(plan.adds)


def test_ten_thousand_lines_are_done_with_few_questions(keeper: Staff) -> None:
    table = HEAD + "".join(f"c{number},Officer {number},call_handler,Team {number % 40}\n" for number in range(10_000))
    with CaptureQueriesContext(connection) as asked:
        plan = staff_actions.put_staff(keeper, table)
    assert (len(plan.adds), Staff.objects.count(), Team.objects.filter(name__startswith="Team").count()) == (
        10_000,
        10_018,
        42,
    )
    assert len(asked) < 150


def _sent(client: Client, content: bytes, **more: object) -> tuple[int, str]:
    answer = client.post("/staff/table/look-over", {"file": SimpleUploadedFile("staff.csv", content), **more})
    return answer.status_code, answer.text


def test_by_page_it_is_looked_over_then_done(cast: Cast, keeper: Staff, browser: Browser) -> None:
    client = browser(keeper)
    assert "Choose a file" in client.post("/staff/table/look-over", {}).text
    assert _sent(client, b"login,name\n")[0] == 422
    owned = opened(cast.stranger)
    table = "login,name,role,team,active\r\nnell,<b>Nell</b>,call_handler,Team New,\r\nstranger,,,,no\r\nodd,O,wizard,T,\r\n"
    status, page = _sent(client, table.encode())
    assert status == 200
    for told in (
        "It would add 1, change 0 and end the access of 1",
        "&lt;b&gt;Nell&lt;/b&gt;",
        "Team New",
        owned.reference,
        "There is no role wizard.",
    ):
        assert told in page
    assert Staff.objects.get(username="stranger").is_active
    seen = staff_actions.look_over(keeper, table).digest
    assert f'value="{seen}"' in page
    ready = {"text": table, "seen": seen, "key": uuid.uuid4()}
    stale = client.post("/staff/table/put", ready | {"seen": "x"})
    assert stale.status_code == 422
    assert "look it over again" in stale.text
    done = client.post("/staff/table/put", ready, follow=True)
    assert "Done: 1 added, 0 changed, 1 ended. Not done: 1." in done.text
    assert not Staff.objects.get(username="stranger").is_active
    assert not Duty.objects.filter(staff=cast.stranger, ended_at=None).exists()
    assert client.post("/staff/table/put", {"text": "x"}).status_code == 422


def test_by_page_somebody_is_found_named_for_an_emergency_and_ended(
    cast: Cast, keeper: Staff, browser: Browser, tmp_path: Path
) -> None:
    client = browser(keeper)
    owned = opened(cast.handler)
    page = client.get("/staff/", {"find": "Handler"}).text
    assert "Handler Amber" in page
    assert "Silver Amber" not in page
    assert "Nobody is found" in client.get("/staff/", {"find": "<x>\x01"}).text
    with set_to(**settings_for("https://login.force.example", tmp_path)):
        client.post(f"/staff/{cast.fim.pk}/emergency", {"may": "yes"})
        assert "in an emergency too" in client.get("/staff/").text
    assert Staff.objects.get(username="fim").emergency
    asked = client.post(f"/staff/{cast.handler.pk}/end").text
    assert owned.reference in asked
    assert Staff.objects.get(username="handler").is_active
    assert client.post(f"/staff/{cast.handler.pk}/end", {"sure": "yes"}).status_code == 302
    assert not Staff.objects.get(username="handler").is_active
    assert client.post("/staff/999999/end").status_code == 404
    assert "own access" in client.post(f"/staff/{keeper.pk}/end", {"sure": "yes"}, follow=True).text


def test_by_api_as_by_page(cast: Cast, keeper: Staff) -> None:
    def ask(who: str, address: str, body: object = None) -> tuple[int, dict[str, object]]:
        client = Client(headers={"host": "localhost", "Authorization": f"Bearer {issue_token(who)[0]}"})
        sent = {
            "data": json.dumps(body),
            "content_type": "application/json",
            "headers": {"Idempotency-Key": str(uuid.uuid4())},
        }
        answer = client.get(f"/api/v1{address}") if body is None else client.post(f"/api/v1{address}", **sent)
        return answer.status_code, json.loads(answer.content)

    owned = opened(cast.stranger)
    table = "login,name,role,team,active\nnell,Nell,call_handler,Team A,\nstranger,,,,no\nodd,O,wizard,T,\n"
    status, seen = ask("keeper", "/staff/table/look-over", {"table": table})
    assert (status, seen["added"], seen["ended"]) == (
        200,
        ["nell"],
        [{"line": 3, "login": "stranger", "owns": [owned.reference]}],
    )
    assert ask("keeper", "/staff/table", {"table": table, "seen": "x"})[0] == 409
    status, done = ask("keeper", "/staff/table", {"table": table, "seen": seen["seen"]})
    assert (status, done["left_out"]) == (200, [{"line": 4, "why": "there is no role wizard"}])
    assert ask("keeper", "/staff/table", {"table": "login\n"})[0] == 422
    listed = ask("keeper", "/staff")[1]
    assert listed["total"] == Staff.objects.filter(is_service=False).count()
    assert ask("keeper", f"/staff/{cast.handler.pk}/emergency", {"may": True})[1]["emergency"] is True
    assert ask("keeper", f"/staff/{cast.handler.pk}/end", {})[1]["active"] is False
    assert ask("keeper", f"/staff/{keeper.pk}/end", {})[0] == 409
    for one in ("pcc", "auditor", "silver"):
        assert ask(one, "/staff")[0] == 403
        assert ask(one, "/staff/table", {"table": table})[0] == 403
