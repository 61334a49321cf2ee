"""Every verb of quality, learning, the plan, boards and the Commissioner: each address, as each role, another team and a stranger.

What an address is to ask for stands in ``answering.toml``, and who may what in ``matrix.toml``; neither is read from the code that answers.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from goldthread.accounts.actions import issue_token, revoke_token
from goldthread.accounts.models import Staff
from goldthread.accounts.routes import Declaration
from goldthread.audit.models import AuditEvent
from goldthread.quality import theme_views
from tests.accounts.answering_world import AnsweringWorld, make_answering_world
from tests.integration.conftest import Program
from tests.meta import test_routes

MATRIX = tomllib.loads(Path("src/goldthread/accounts/matrix.toml").read_text())
MAY: dict[str, set[str]] = {
    code: {verb for verb, scope in role["may"].items() if scope not in {False, "none"}}
    for code, role in MATRIX["roles"].items()
}
APPS = ("quality", "learning", "improvement", "governance", "commissioner", "measures", "reasons")
"""What the pages of these apps begin with."""
OURS = ("quality", "learning", "plan", "figures", "packs", "published", "measures")
"""What the addresses of the API begin with, after its own beginning."""
HEADS = ("quality.", "learning.", "plan.", "governance.", "pack.", "published.", "letter.", "sight.")
METHODS = ("GET", "POST")
PAGES_ALONE = {"measures.see", "measures.cases"}
QUERY = {"quality/themes/new": {"question": "voice"}}
"""What a page has to be asked with; the round is the world's."""


@dataclass(frozen=True)
class Address:
    """An address as it is to be: a page's with every method, a program's with one."""

    route: str
    method: str
    verb: str

    @property
    def page(self) -> bool:
        return not self.method


@cache
def addresses() -> list[Address]:
    """All of them, as ``answering.toml`` has them."""
    held = tomllib.loads(Path(__file__).with_name("answering.toml").read_text())
    found = [Address(route, "", verb) for verb, some in held["page"].items() for route in some]
    for verb, some in held["api"].items():
        found += [Address(one.partition(" ")[2], one.partition(" ")[0], verb) for one in some]
    return found


def declared(routes: list[tuple[str, str, Any]]) -> set[tuple[str, str]]:
    """The addresses of these apps that the code has, with the method where it is a program's."""
    found = set()
    for route, method, _ in routes:
        inner = route.removeprefix("api/v1/")
        if inner != route and inner.split("/")[0] in OURS:
            found.add((inner, method))
        elif inner == route and route.split("/")[0] in APPS:
            found.add((route, ""))
    return found


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[AnsweringWorld]:
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield make_answering_world()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def bodies(world: AnsweringWorld) -> dict[tuple[str, str], Any]:
    """An example of a body for each operation that takes one, from the API's own description."""
    described = Program(issue_token(world.staff["fim"].username)[0]).get("/openapi.json").json()
    found = {}
    for at, methods in described["paths"].items():
        for method, one in methods.items():
            if "requestBody" in one:
                (content,) = one["requestBody"]["content"].values()
                shape = content["schema"]
                shape = described["components"]["schemas"].get(shape.get("$ref", "").rsplit("/", 1)[-1], shape)
                found[at, method.upper()] = shape.get("examples", [None])[0]
    return found


class Asking:
    """One person, by browser and by program."""

    def __init__(self, world: AnsweringWorld, user: Staff | None, bodies: dict[tuple[str, str], Any]) -> None:
        self.world, self.user, self.bodies = world, user, bodies
        self.browser = Client(headers={"host": "localhost"})
        if user is not None:
            self.browser.force_login(user, backend="goldthread.accounts.sessions.SignIn")
        self.program = Program(issue_token(user.username)[0] if user else None)

    def ask(self, one: Address, methods: Sequence[str] = METHODS) -> Iterator[tuple[str, HttpResponse]]:
        """Its answers, by method: a page's to these, a program's to the one that it has. What is done is undone."""
        at = self.world.at(one.route)
        for method in methods if one.page else (one.method,):
            with transaction.atomic():
                yield method, self._answer(one, method, at)
                transaction.set_rollback(True)

    def _answer(self, one: Address, method: str, at: str) -> HttpResponse:
        if one.page:
            query = QUERY.get(one.route, {})
            asked = {**query, "round": self.world.ids["rounds"]} if query else {}
            return self.browser.get(f"/{at}", asked) if method == "GET" else self.browser.post(f"/{at}", {})
        if method == "GET":
            return self.program.get(f"/{at}")
        body = next((body for (path_, m), body in self.bodies.items() if m == method and _same(path_, one.route)), None)
        if isinstance(body, dict) and "round" in body:
            body = {**body, "round": self.world.ids["rounds"]}
        return self.program.post(f"/{at}", body)


def _same(described: str, route: str) -> bool:
    """Whether an address of the description is this route."""
    words, others = described.removeprefix("/api/v1/").strip("/").split("/"), route.split("/")
    return len(words) == len(others) and all(
        a == b or (a.startswith("{") and b.startswith("<")) for a, b in zip(words, others, strict=True)
    )


def changes() -> int:
    """Rows written, changed or deleted by now in this transaction, but for what tells of signing in and of tokens, and for the audit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables "
            "WHERE relname NOT LIKE 'audit_%%' AND relname NOT IN ('django_session', 'accounts_apitoken')"
        )
        return int(cursor.fetchone()[0])


def test_every_address_of_these_apps_stands_in_the_table_and_no_other() -> None:
    assert {(one.route, one.method) for one in addresses()} == declared(test_routes.DECLARED)


def test_an_address_that_is_new_is_found_missing() -> None:
    told = {(one.route, one.method) for one in addresses()}
    new = path("improvement/everything", lambda request: None)  # type: ignore[arg-type, return-value]
    assert declared([*test_routes.DECLARED, (str(new.pattern), "*", None)]) - told == {("improvement/everything", "")}


def test_every_verb_of_these_apps_is_on_a_page_and_in_the_api() -> None:
    verbs = {verb for verb in MATRIX["verbs"] if verb.startswith(HEADS)}
    assert len(verbs) > 25
    assert verbs | PAGES_ALONE == {one.verb for one in addresses() if one.page}
    assert verbs == {one.verb for one in addresses() if not one.page}


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.long)])
def test_whoever_the_matrix_refuses_is_refused_everywhere_and_changes_nothing(
    world: AnsweringWorld, bodies: dict[tuple[str, str], Any], every: bool
) -> None:
    """Each role at each address; a page by getting and by posting in turn, both for the Commissioner's office and in the long run."""
    looked = 0
    for place, (role, may) in enumerate(MAY.items()):
        asking = Asking(world, world.staff[role], bodies)
        before = changes()
        newest = AuditEvent.objects.latest("id").pk
        for number, one in enumerate(addresses()):
            if one.verb in may:
                continue
            both = every or role == "pcc" or not one.page
            methods = METHODS if both else METHODS[(place + number) % 2 :][:1]
            for method, answer in asking.ask(one, methods):
                assert answer.status_code == 403, (role, method, one)
                looked += 1
        assert changes() == before, role
        done = AuditEvent.objects.filter(id__gt=newest, staff_id=world.staff[role].pk).values_list("verb", flat=True)
        assert not set(done) & set(MATRIX["verbs"]), role
    assert looked > 2_000, "of some 150 addresses and 19 roles"


def test_an_address_that_forgets_its_verb_is_found(
    world: AnsweringWorld, bodies: dict[tuple[str, str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(theme_views.themes, "declared", Declaration("signed-in", "none"))
    (one,) = [each for each in addresses() if each.route == "quality/themes/"]
    assert {answer.status_code for _, answer in Asking(world, world.staff["pcc"], bodies).ask(one)} != {403}


def test_a_stranger_is_asked_to_sign_in_and_a_program_without_a_token_is_refused(
    world: AnsweringWorld, bodies: dict[tuple[str, str], Any]
) -> None:
    asking, before = Asking(world, None, bodies), changes()
    for one in addresses():
        for method, answer in asking.ask(one):
            if one.page:
                assert answer.status_code == 302, (method, one)
                assert answer.headers["Location"].startswith("/accounts/login/"), (method, one)
            else:
                assert answer.status_code == 401, (method, one)
    assert changes() == before


def test_whoever_the_matrix_admits_is_not_refused(world: AnsweringWorld, bodies: dict[tuple[str, str], Any]) -> None:
    """One role of each verb asks at every address of it, every other at the first page and the first operation of the verb."""
    asked, there, before = set(), defaultdict(set), changes()
    for role, may in MAY.items():
        asking, first = Asking(world, world.staff[role], bodies), set()
        for one in addresses():
            if one.verb not in may or (one in asked and (one.verb, one.page) in first):
                continue
            asked.add(one)
            first.add((one.verb, one.page))
            for method, answer in asking.ask(one):
                assert answer.status_code not in {401, 403}, (role, method, one)
                assert answer.status_code < 500, (role, method, one)
                there[one].add(answer.status_code)
    assert asked == set(addresses()), "the matrix gives every verb to somebody"
    hidden = {one.route for one in addresses() if there[one] <= {404}}
    assert not hidden, "each address is asked about something that there is"
    assert changes() > before, "what is written is seen, though it is undone"


def test_another_of_the_role_in_another_team_is_told_that_there_is_no_such_thing(
    world: AnsweringWorld, bodies: dict[tuple[str, str], Any]
) -> None:
    role_of = {"quality.score": "qa_assessor", "quality.answer": "call_handler"}
    for verb, role in role_of.items():
        mine, other = (Asking(world, some[role], bodies) for some in (world.staff, world.others))
        for one in addresses():
            if one.verb == verb and "<" in one.route:
                told = {method: answer.status_code for method, answer in other.ask(one)}
                assert set(told.values()) <= {404, 405}, (one, told)
                assert 404 in told.values(), (one, told)
                assert any(answer.status_code not in {404, 405} for _, answer in mine.ask(one)), one
    supervisors = (world.staff["contact_supervisor"], world.others["contact_supervisor"])
    own, others = (Asking(world, one, bodies).browser.get("/learning/due") for one in supervisors)
    assert world.cast.handler.name in own.text
    assert world.cast.handler.name not in others.text
    assert world.cast.stranger.name in others.text


def test_a_program_whose_token_was_ended_is_refused_and_that_is_on_record(world: AnsweringWorld) -> None:
    with transaction.atomic():
        gold = world.staff["gold"]
        token, made = issue_token(gold.username)
        assert Program(token).get("/plan").status_code == 200
        revoke_token(gold.username, made.pk)
        assert Program(token).get("/plan").status_code == 401
        assert AuditEvent.objects.filter(verb="token.refuse").count() == 1
        transaction.set_rollback(True)
