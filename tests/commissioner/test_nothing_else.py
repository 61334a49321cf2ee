"""Every address of the project as the Commissioner's office: its own space and its own account, and nothing else, by page or by program."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.accounts.routes import CLOSED, Declaration, declarations_of
from goldthread.contact.models import Incident
from tests.accounts.world import World, make_world
from tests.integration.conftest import Programs, program
from tests.meta.test_routes import ROUTES

__all__ = ["program"]

Browser = Callable[[Staff | None], Client]
OURS = {"published.see", "letter.write", "letter.published", "reader.record"}
"""Its own space, and the public record of the reader, which holds no case."""
SAMPLE = {
    "uuid": str(uuid.uuid4()),
    "uuidstr": str(uuid.uuid4()),
    "int": "1",
    "slug": "first-contact",
    "str": "x",
    "path": "x",
}
METHODS = ("get", "post")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield make_world()
        transaction.set_rollback(True)


def _addresses(world: World) -> Iterator[tuple[str, str, Declaration]]:
    """Every address with each method, filled in with an incident that is there where it takes one."""
    there = str(world.incidents[("child involved", "open")])
    for route, one in ROUTES.items():
        if one.name in CLOSED:
            continue
        declared = declarations_of(one.callback, one.name)

        def value(found: re.Match[str], route: str = route) -> str:
            return there if "incident" in found[2] or route.startswith("incidents/") else SAMPLE[found[1] or "str"]

        address = "/" + re.sub(r"<(?:(\w+):)?(\w+)>", value, route)
        for method in METHODS:
            found = declared.get(method.upper()) or declared.get("*")
            if found is not None:
                yield address, method, found


def test_it_holds_one_verb() -> None:
    assert {verb for verb, scope in roles()["pcc"].may.items() if scope} == OURS


def test_no_page_but_its_own_answers_it(world: World, browser: Browser) -> None:
    client = browser(world.staff["pcc"])
    client.raise_request_exception = False
    looked = 0
    for address, method, declared in _addresses(world):
        if declared.means != "session" or declared.verb in {"anyone", "signed-in"}:
            continue
        looked += 1
        status = getattr(client, method)(address).status_code
        if declared.verb in OURS:
            assert status in {200, 404, 405}, (address, method)
        else:
            assert status == 403, (address, method, declared.verb)
    assert looked > 250


def test_no_operation_but_its_own_answers_its_program(world: World, program: Programs) -> None:
    client = program(world.staff["pcc"])
    looked = 0
    for address, method, declared in _addresses(world):
        if declared.means != "token" or declared.verb in {"anyone", "signed-in"}:
            continue
        looked += 1
        inner = address.removeprefix("/api/v1")
        status = (client.get(inner) if method == "get" else client.post(inner, {})).status_code
        if declared.verb in OURS:
            assert status in {200, 404, 422}, (address, method)
        else:
            assert status == 403, (address, method, declared.verb)
    assert looked > 100


def test_what_anybody_signed_in_may_use_tells_it_of_no_incident(world: World, browser: Browser) -> None:
    client = browser(world.staff["pcc"])
    client.raise_request_exception = False
    secrets = {str(pk) for pk in world.incidents.values()} | set(Incident.objects.values_list("reference", flat=True))
    looked = []
    for address, method, declared in _addresses(world):
        if method == "get" and declared.means == "session" and declared.verb in {"anyone", "signed-in"}:
            answer = client.get(address)
            page = b"".join(answer) if answer.streaming else answer.content
            asked = {one for one in secrets if one in address}
            assert not [one for one in secrets - asked if one.encode() in page], address
            looked.append(address)
    assert len(looked) > 15


def test_its_bar_leads_to_its_space_alone_and_it_may_not_search(world: World, browser: Browser) -> None:
    page = browser(world.staff["pcc"]).get("/", follow=True)
    assert page.redirect_chain[-1][0] == "/commissioner/"
    links = set(re.findall(r'href="(/[a-z0-9-]+/)', page.text))
    assert links <= {"/commissioner/", "/accounts/", "/static/", "/trials/"}
    for term in ("T-0-open", "Larch"):
        for address in ("/incidents/find", "/safeguarding/children/", "/board/", "/measures/", "/audit/"):
            assert browser(world.staff["pcc"]).get(address, {"q": term}).status_code == 403, address
