"""The gate: strangers, ended accounts, changed roles, and addresses that declare nothing."""

from __future__ import annotations

import re
import sys
import types
import uuid
from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import route
from tests.cast import Cast, opened

Browser = Callable[[Staff | None], Client]
PAGES = [
    "/",
    "/home/",
    "/audit/",
    "/board/",
    "/incidents/",
    "/incidents/find?q=1",
    "/contact/",
    "/measures/",
    "/metrics",
]


def _incident_pages(pk: uuid.UUID) -> list[str]:
    return [f"/incidents/{pk}/", f"/contact/{pk}/"]


def test_a_stranger_is_sent_to_sign_in_and_comes_back_to_the_page_asked_for(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    for address in [*PAGES, *_incident_pages(incident.pk), f"/incidents/{uuid.uuid4()}/"]:
        answer = browser(None).get(address)
        assert answer.status_code == 302, address
        assert answer.headers["Location"].startswith("/accounts/login/?next=/"), address
        assert incident.reference not in answer.text


def test_a_stranger_sends_no_command(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    answer = browser(None).post(
        f"/incidents/{incident.pk}/words", {"key": uuid.uuid4(), "text": "x", "source": "caller"}
    )
    assert answer.headers["Location"] == "/accounts/login/?next=/"
    assert not incident.entries.filter(kind="words").exists()


def test_a_page_that_lost_its_sign_in_is_told_so_and_keeps_what_was_typed(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    answer = browser(None).post(f"/incidents/{incident.pk}/words", {"text": "x"}, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "What you typed is still here" in answer.text


def test_an_account_switched_off_is_out_at_its_next_click(cast: Cast, browser: Browser) -> None:
    client = browser(cast.fim)
    assert client.get("/board/").status_code == 200
    Staff.objects.filter(pk=cast.fim.pk).update(is_active=False)
    assert client.get("/board/").status_code == 302
    assert client.get("/board/", headers={"HX-Request": "true"}).status_code == 401


def test_a_role_changed_a_moment_ago_counts_at_the_next_click(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.stranger)
    client = browser(cast.fim)
    assert client.get(f"/incidents/{incident.pk}/").status_code == 200
    Staff.objects.filter(pk=cast.fim.pk).update(role="pcc")
    assert client.get(f"/incidents/{incident.pk}/").status_code == 403
    assert client.get("/board/").status_code == client.get("/measures/").status_code == 403
    assert client.get("/commissioner/").status_code == 200


def test_a_team_changed_a_moment_ago_counts_at_the_next_click(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    client = browser(cast.supervisor)
    assert client.get(f"/incidents/{incident.pk}/").status_code == 200
    Staff.objects.filter(pk=cast.supervisor.pk).update(team=cast.far_supervisor.team)
    assert client.get(f"/incidents/{incident.pk}/").status_code == 404


def test_absent_and_out_of_sight_look_the_same(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.stranger)
    client = browser(cast.supervisor)
    hidden, absent = (client.get(f"/incidents/{pk}/") for pk in (incident.pk, uuid.uuid4()))
    assert hidden.status_code == absent.status_code == 404
    assert incident.reference not in hidden.text
    token = re.compile(r'(data-csrf|value)="\w{64}"')
    assert token.sub("", hidden.text) == token.sub("", absent.text)


def test_a_refusal_by_role_names_the_role_and_not_the_record(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    answer = browser(cast.pcc).get(f"/incidents/{incident.pk}/")
    assert answer.status_code == 403
    assert "Commissioner" in answer.text
    assert incident.reference not in answer.text


def _undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open to all")


@route("signed-in", "none")
def _declared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open to staff")


@pytest.fixture
def addresses() -> types.ModuleType:
    made = types.ModuleType("tests_addresses")
    from goldthread.integration import urls

    made.urlpatterns = [path("undeclared", _undeclared), path("declared", _declared), *urls.urlpatterns]  # type: ignore[attr-defined]
    made.handler404 = urls.handler404  # type: ignore[attr-defined]
    sys.modules["tests_addresses"] = made
    return made


def test_an_address_that_declares_nothing_is_closed_to_everybody(
    cast: Cast, browser: Browser, addresses: types.ModuleType
) -> None:
    with override_settings(ROOT_URLCONF="tests_addresses"):
        for user in (None, cast.fim, cast.auditor):
            assert browser(user).get("/undeclared").status_code == 404
        assert browser(cast.pcc).get("/declared").status_code == 200
        assert browser(None).get("/declared").status_code == 302


def test_an_open_route_must_say_why() -> None:
    with pytest.raises(ValueError, match="why"):
        route("anyone", "none")


@pytest.mark.parametrize(
    "address",
    [
        "signup/",
        "email/",
        "password/reset/",
        "password/set/",
        "confirm-email/",
        "login/code/confirm/",
        "confirm-email/abc/",
    ],
)
def test_nobody_signs_up_or_recovers_an_account_by_themselves(cast: Cast, browser: Browser, address: str) -> None:
    for user in (None, cast.fim):
        assert browser(user).get(f"/accounts/{address}").status_code == 404
        assert browser(user).post(f"/accounts/{address}", {"username": "new"}).status_code == 404


def test_the_service_tells_a_load_balancer_that_it_is_well_and_nothing_else(cast: Cast, browser: Browser) -> None:
    answer = browser(None).get("/healthz")
    assert answer.json() == {"database": "well"}
