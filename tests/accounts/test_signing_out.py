"""Signing out ends a duty with the last browser, or where its person says so; with another browser open it asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from goldthread.accounts import duty_actions
from goldthread.accounts.models import Duty, Staff
from goldthread.audit.actions import acting
from goldthread.audit.models import AuditEvent
from tests.cast import Cast

Browser = Callable[[Staff | None], Client]
OUT = reverse("account_logout")


def running(staff: Staff) -> bool:
    return Duty.objects.filter(staff=staff, ended_at__isnull=True).exists()


def signed_in(client: Client) -> bool:
    return client.get("/home/").status_code == 200


@pytest.fixture
def two(cast: Cast, browser: Browser) -> tuple[Client, Client]:
    """The handler on duty at two browsers, beside a teammate at one."""
    with acting(cast.handler) as act:
        duty_actions.begin(cast.handler, act)
    browser(cast.teammate)
    return browser(cast.handler), browser(cast.handler)


def test_with_another_browser_open_it_asks_and_ends_nothing_meanwhile(cast: Cast, two: tuple[Client, Client]) -> None:
    for answer in (two[0].get(OUT), two[0].post(OUT), two[0].post(OUT, {"shift": "whatever"})):
        assert answer.status_code == 200
        assert "also signed in in another browser" in answer.text
    assert signed_in(two[0])
    assert running(cast.handler)


def test_the_shift_goes_on_in_the_other_browser_and_ends_with_it(cast: Cast, two: tuple[Client, Client]) -> None:
    two[0].post(OUT, {"shift": "goes-on"})
    assert (signed_in(two[0]), signed_in(two[1])) == (False, True)
    assert running(cast.handler)
    assert not AuditEvent.objects.filter(verb="duty.end").exists()
    two[1].post(OUT)
    assert not signed_in(two[1])
    assert not running(cast.handler)
    assert AuditEvent.objects.filter(verb="duty.end", staff_id=cast.handler.pk).count() == 1


def test_or_it_ends_in_both_and_nobody_elses_does(cast: Cast, two: tuple[Client, Client]) -> None:
    with acting(cast.teammate) as act:
        duty_actions.begin(cast.teammate, act)
    two[0].post(OUT, {"shift": "ends"})
    assert not any(signed_in(one) for one in two)
    assert not running(cast.handler)
    assert running(cast.teammate)


def test_a_browser_signed_in_before_the_password_changed_is_none(cast: Cast, two: tuple[Client, Client]) -> None:
    cast.handler.set_password("another-amber-thread")
    cast.handler.save()
    assert not signed_in(two[1])
    two[0].force_login(cast.handler, backend="goldthread.accounts.sessions.SignIn")
    two[0].post(OUT)
    assert not running(cast.handler)


def test_who_works_no_shifts_is_not_asked(cast: Cast, browser: Browser) -> None:
    here, there = browser(cast.pcc), browser(cast.pcc)
    assert here.post(OUT).status_code == 302
    assert (signed_in(here), signed_in(there)) == (False, True)
