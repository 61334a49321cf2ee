"""Every operation answers each role as the matrix says, and nobody without a token that lives."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from goldthread.accounts.actions import issue_token, revoke_token
from goldthread.accounts.models import ApiToken, Staff
from goldthread.accounts.roles import roles
from goldthread.clocks.db import database_now
from goldthread.contact.models import Entry, Incident
from goldthread.response.models import Allocation, Clock, Unit
from tests.accounts.world import REACH, World, make_world, to_try
from tests.cast import Cast, opened, say
from tests.integration.conftest import PREFIX, Program, Programs, problem

# operation: (method, address below the incident, verb, body, good status, whether it does its work on a closed one)
OPERATIONS: dict[str, tuple[str, str, str, Any, int, bool]] = {
    "read": ("GET", "", "incident.see", None, 200, True),
    "timeline": ("GET", "/timeline", "incident.see", None, 200, True),
    "words": ("POST", "/entries", "entry.add", {"source": "caller", "text": "she is home"}, 201, True),
    "particular": ("POST", "/particulars", "entry.add", {"kind": "location", "text": "3 Elm Row"}, 204, True),
    "area": ("POST", "/area", "entry.add", {"area": "South"}, 204, True),
    "children": ("POST", "/children", "children.answer", {"answer": "not_known"}, 204, True),
    "thrive": ("POST", "/thrive", "thrive.write", {"based_on": 0, "elements": {"threat": "x"}}, 201, True),
    "grade": ("POST", "/grade", "grade.choose", {"grade": "immediate"}, 204, False),
    "send": ("POST", "/allocations", "unit.allocate", {"unit": "FREE"}, 201, False),
    "arrival": ("POST", "/allocations/SENT/arrival", "unit.allocate", {"source": "officer"}, 204, False),
    "leaving": ("POST", "/allocations/SENT/leaving", "unit.allocate", None, 204, False),
    "owner": ("POST", "/owner", "owner.take", None, 204, False),
    "first read": ("POST", "/first-read", "owner.take", None, 204, False),
    "mark": ("POST", "/marks", "mark.answer", {"cue": "da-child", "answer": "noted"}, 204, True),
    "known": ("GET", "/known", "known.see", None, 200, True),
    "search": ("POST", "/known/searches", "known.search", {"kind": "place", "typed": "3 Elm Row"}, 201, True),
    "closing": (
        "POST", "/closing", "incident.close", {"reason": "attended-resolved", "result": "Seen and well."}, 204, False,
    ),
}  # fmt: skip
# Enough kinds to tell every scope from every other; the querysets are proved over all of them elsewhere.
TRIED = [
    ("own", "open"),
    ("own", "closed"),
    ("teammate's", "closed"),
    ("on my team's desk", "closed"),
    ("stranger's", "closed"),
    ("other area's", "open"),
    ("area not known", "open"),
    ("attending", "closed"),
    ("child involved", "closed"),
]


@pytest.fixture(scope="module")
def made_world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(made_world: World) -> Iterator[World]:
    with transaction.atomic():
        yield made_world
        transaction.set_rollback(True)


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.long)])
@pytest.mark.parametrize("role", roles())
def test_an_operation_reaches_what_the_matrix_gives(world: World, program: Programs, role: str, every: bool) -> None:
    asking = program(world.staff[role])
    free = Unit.objects.create(call_sign="FREE", area="North")
    for name in OPERATIONS:
        _reaches(world, asking, free, role, name, every=every)


def _reaches(world: World, asking: Program, free: Unit, role: str, name: str, *, every: bool) -> None:
    method, below, verb, body, good, on_closed = OPERATIONS[name]
    scope = roles()[role].scope(verb)
    for kind in to_try(TRIED, role, verb, every=every):
        pk = world.incidents[kind]
        with transaction.atomic():
            sent = Allocation.objects.get(incident=pk)
            if name == "arrival":
                Allocation.objects.filter(pk=sent.pk).update(arrived_at=None)
            if name == "first read":
                now = database_now(connection)
                Clock.objects.create(incident_id=pk, kind="first_read", started_at=now, due_at=now)
            address = f"/incidents/{pk}{below.replace('SENT', str(sent.pk))}"
            given = {"unit": free.pk} if name == "send" else body
            if name == "owner":
                given = {"owner_id": Incident.objects.get(pk=pk).owner_id}
            answer = asking.get(address) if method == "GET" else asking.post(address, given)
            transaction.set_rollback(True)
        if scope == "none":
            problem(answer, 403, "not-permitted")
            break
        if kind not in REACH[scope]:
            problem(answer, 404, "not-there")
        elif kind[1] == "open" or on_closed:
            assert answer.status_code == good, (name, kind, answer.content)
        else:
            problem(answer, 409, "refused")


LISTS = {
    "/board": "board.see",
    "/inbox": "inbox.see",
    "/my/incidents": "incident.see",
    "/incidents/find?reference=T-0-open": "incident.see",
    "/units": "unit.allocate",
    "/openapi.json": "",
}


@pytest.mark.parametrize("role", roles())
def test_an_operation_without_an_incident_is_for_those_with_the_verb(
    world: World, program: Programs, role: str
) -> None:
    asking = program(world.staff[role])
    for address, verb in LISTS.items():
        expected = 200 if not verb or roles()[role].can(verb) else 403
        assert asking.get(address).status_code == expected, address


@pytest.mark.parametrize("role", roles())
def test_who_may_open_an_incident(world: World, program: Programs, role: str) -> None:
    answer = program(world.staff[role]).post("/incidents", {"channel": "999"})
    assert answer.status_code == (201 if roles()[role].can("incident.open") else 403)


@pytest.mark.parametrize("role", roles())
def test_who_may_let_a_written_contact_in(world: World, program: Programs, role: str) -> None:
    answer = program(world.staff[role]).post("/inbox", {"channel": "online", "external_id": "1", "text": "help"})
    assert answer.status_code == (201 if roles()[role].can("contact.receive") else 403)


@pytest.mark.parametrize("role", [code for code, role in roles().items() if role.can("incident.see")])
def test_lists_hold_what_may_be_seen_and_nothing_else(world: World, program: Programs, role: str) -> None:
    from goldthread.desk.board import project

    for incident in Incident.objects.filter(pk__in=world.incidents.values()):
        project(incident)
    asking, reach = program(world.staff[role]), REACH[roles()[role].scope("incident.see")]
    own = {one["id"] for one in asking.get("/my/incidents").json()["incidents"]}
    mine = REACH["own"] | (REACH["crew"] if reach == REACH["crew"] else set())
    assert own == {str(world.incidents[kind]) for kind in reach & mine}
    for number, (kind, pk) in enumerate(world.incidents.items()):
        found = asking.get("/incidents/find", {"reference": f"T-{number // 2}-{kind[1]}"}).json()["incidents"]
        assert [one["id"] for one in found] == ([str(pk)] if kind in reach else []), kind
    if roles()[role].can("board.see"):
        board = asking.get("/board").json()
        seen = {str(world.incidents[kind]) for kind in reach if kind[1] == "open"}
        assert {row["id"] for row in board["rows"]} == seen
        assert board["total"] == board["counts"]["open"] == len(seen)


def _everything(pk: uuid.UUID) -> list[tuple[str, str]]:
    below = [(method, f"/incidents/{pk}{path.replace('SENT', '1')}") for method, path, *_rest in OPERATIONS.values()]
    others = ["/board", "/inbox", "/units", "/my/incidents", "/incidents/find?reference=1", "/openapi.json"]
    return [*below, ("POST", "/incidents"), ("POST", "/inbox"), *(("GET", path) for path in others)]


@pytest.mark.parametrize("dead", ["none", "unknown", "expired", "revoked", "switched off"])
def test_without_a_living_token_nothing_answers(cast: Cast, program: Programs, dead: str) -> None:
    incident = opened(cast.handler)
    asking = program(cast.handler)
    made = ApiToken.objects.get()
    if dead in ("none", "unknown"):
        asking.token = None if dead == "none" else "goldthread_" + "A" * 43
    elif dead == "expired":
        now = database_now(connection)
        ApiToken.objects.update(created_at=now - timedelta(days=2), expires_at=now)
    elif dead == "revoked":
        revoke_token(cast.handler.username, made.pk)
    else:
        Staff.objects.filter(pk=cast.handler.pk).update(is_active=False)
    for method, address in _everything(incident.pk):
        answer = asking.get(address) if method == "GET" else asking.post(address, {"channel": "999"})
        problem(answer, 401, "no-token")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert incident.reference not in answer.text
    assert Incident.objects.count() == 1


def test_a_session_opens_nothing_here_and_no_page_of_another_site_can_send_a_command(cast: Cast) -> None:
    incident = opened(cast.handler)
    client = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    client.force_login(cast.handler, backend="goldthread.accounts.sessions.SignIn")
    for method, address in _everything(incident.pk):
        answer = client.generic(
            method,
            f"{PREFIX}{address}",
            b'{"source": "caller", "text": "forged"}',
            "application/json",
            headers={"Idempotency-Key": str(uuid.uuid4()), "Origin": "https://evil.example"},
        )
        problem(answer, 401, "no-token")
    assert not Entry.objects.filter(kind="words").exists()


def test_a_token_counts_for_its_user_whoever_is_signed_in(cast: Cast) -> None:
    text, _made = issue_token("handler")
    client = Client(headers={"host": "localhost"})
    client.force_login(cast.fim, backend="goldthread.accounts.sessions.SignIn")
    answer = client.post(
        f"{PREFIX}/incidents",
        {"channel": "999"},
        "application/json",
        headers={"Authorization": f"Bearer {text}", "Idempotency-Key": str(uuid.uuid4())},
    )
    assert answer.status_code == 201
    assert Incident.objects.get().opened_by == cast.handler


def test_a_role_changed_a_moment_ago_counts_at_once(cast: Cast, program: Programs) -> None:
    incident = opened(cast.handler)
    asking = program(cast.handler)
    assert asking.get(f"/incidents/{incident.pk}").status_code == 200
    Staff.objects.filter(pk=cast.handler.pk).update(role="pcc")
    problem(asking.get(f"/incidents/{incident.pk}"), 403, "not-permitted")


def test_absent_and_out_of_sight_look_the_same(cast: Cast, program: Programs) -> None:
    hidden = opened(cast.stranger)
    say(cast.stranger, hidden, "quiet")
    for name, (method, below, _verb, body, _good, _closed) in OPERATIONS.items():
        user = cast.supervisor if "unit" not in _verb else cast.far_dispatcher
        asking = program(user)
        given = {"send": {"unit": 1}, "owner": {"owner_id": 1}}.get(name, body)
        answers = []
        for pk in (hidden.pk, uuid.uuid4()):
            address = f"/incidents/{pk}{below.replace('SENT', '1')}"
            answers.append(
                problem(asking.get(address) if method == "GET" else asking.post(address, given), 404, "not-there")
            )
        assert answers[0] == answers[1], name


def test_a_program_is_named_in_the_audit_as_its_user(cast: Cast, program: Programs) -> None:
    from goldthread.audit.models import AuditEvent

    made = program(cast.handler).post("/incidents", {"channel": "999"}).json()
    event = AuditEvent.objects.get(verb="incident.open")
    assert (event.staff_id, event.duty) == (cast.handler.pk, "collection")
    assert made["id"] in event.subjects
