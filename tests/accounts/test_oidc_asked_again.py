"""While somebody is signed on the directory is asked again, and does with them as it says."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from goldthread.accounts import oidc_http
from goldthread.accounts.models import Duty, SignOn, Staff
from goldthread.accounts.oidc_actions import ask_again_due
from goldthread.clocks.db import database_now
from tests.accounts.directory import CLIENT, Directory, events, set_to, sign_on

EVENT = {"http://schemas.openid.net/event/backchannel-logout": {}}


def _due() -> None:
    SignOn.objects.update(due_at=database_now(connection))


@pytest.fixture
def nell(directory: Directory, client: Client) -> Staff:
    """Nell, signed on."""
    sign_on(directory, client, "s-nell")
    return Staff.objects.get(username="nell")


def test_it_is_asked_in_five_minutes_and_not_before(nell: Staff) -> None:
    held = SignOn.objects.get()
    assert timedelta(minutes=4.9) < held.due_at - database_now(connection) <= timedelta(minutes=5)
    assert ask_again_due() == 0
    _due()
    assert ask_again_due() == 1
    held.refresh_from_db()
    assert timedelta(minutes=4.9) < held.due_at - database_now(connection) <= timedelta(minutes=5)


def test_a_role_changed_there_is_changed_here_in_mid_session(directory: Directory, client: Client, nell: Staff) -> None:
    assert client.get("/measures/").status_code == 403
    directory.person("s-nell", preferred_username="nell", name="Nell Ashby", groups=["gt-supervisors"])
    _due()
    assert ask_again_due() == 1
    assert client.get("/measures/").status_code == 200
    assert ("staff.role", {"by": "sign-on", "was": "call_handler", "role": "contact_supervisor"}) in events()


def test_a_role_taken_there_ends_the_session_here(directory: Directory, client: Client, nell: Staff) -> None:
    directory.person("s-nell", preferred_username="nell", groups=[])
    _due()
    assert ask_again_due() == 1
    nell.refresh_from_db()
    assert not nell.is_active
    assert client.get("/home/").status_code == 302
    assert not Duty.objects.filter(staff=nell, ended_at=None).exists()
    assert SignOn.objects.get().due_at is None


def test_an_account_closed_there_signs_out_here_and_leaves_the_person(
    directory: Directory, client: Client, nell: Staff
) -> None:
    for token in list(directory.storage._refresh_tokens):
        directory.storage.remove_refresh_token(token)
    _due()
    assert ask_again_due() == 1
    assert not Session.objects.exists()
    nell.refresh_from_db()
    assert nell.is_active
    assert events()[-1] == ("sign-on.end", {"browsers": 1, "by": "directory"})
    assert ask_again_due() == 0


def test_a_directory_that_is_down_or_speaks_nonsense_signs_nobody_out(
    directory: Directory, client: Client, nell: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc_http, "SECONDS", 0.2)
    directory.hangs = {"/oauth2/token"}
    _due()
    assert ask_again_due() == 0
    directory.hangs = set()
    directory.spoil = lambda given: {"access_token": "not one that it gave"}
    _due()
    assert ask_again_due() == 0
    directory.spoil = lambda given: given | {"id_token": "a.b.c"}
    _due()
    assert ask_again_due() == 0
    assert client.get("/home/").status_code == 200
    wait = SignOn.objects.get().due_at - database_now(connection)
    assert timedelta(seconds=50) < wait <= timedelta(minutes=1)
    directory.spoil = None
    _due()
    assert ask_again_due() == 1


def test_an_answer_about_somebody_else_changes_nobody(directory: Directory, nell: Staff) -> None:
    directory.person("s-boss", preferred_username="boss", groups=["gt-access"])
    now = int(time.time())
    about = {
        "iss": directory.issuer,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 600,
        "sub": "s-boss",
        "groups": ["gt-access"],
    }
    directory.spoil = lambda given: given | {"id_token": directory.signed(about)}
    _due()
    assert ask_again_due() == 0
    nell.refresh_from_db()
    assert nell.role == "call_handler"


def test_nothing_is_asked_once_every_session_of_then_has_ended(nell: Staff) -> None:
    SignOn.objects.update(signed_on_at=database_now(connection) - timedelta(hours=11, minutes=58))
    _due()
    assert ask_again_due() == 1
    held = SignOn.objects.get()
    assert (bytes(held.refresh), held.due_at) == (b"", None)


def test_under_another_secret_who_is_signed_on_signs_on_again(nell: Staff, settings: object) -> None:
    settings.SECRET_KEY = "another secret of fifty characters, more or less, and then some"  # type: ignore[attr-defined]
    _due()
    assert ask_again_due() == 1
    assert SignOn.objects.get().due_at is None


def _logout(directory: Directory, **claims: object) -> str:
    now = int(time.time())
    whole = {
        "iss": directory.issuer,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 120,
        "sub": "s-nell",
        "events": EVENT,
        "jti": "1",
    }
    return directory.signed({name: value for name, value in {**whole, **claims}.items() if value is not None})


def test_the_directory_says_by_itself_that_a_session_is_over(directory: Directory, client: Client, nell: Staff) -> None:
    quiet = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    for wrong in (
        {"events": None},
        {"events": {"x": {}}},
        {"nonce": "n"},
        {"aud": "another"},
        {"exp": 1},
        {"sub": None},
        {"sub": ""},
    ):
        assert quiet.post("/sign-on/ended", {"logout_token": _logout(directory, **wrong)}).status_code == 400, wrong
    assert quiet.post("/sign-on/ended").status_code == 400
    assert quiet.get("/sign-on/ended").status_code == 405
    assert client.get("/home/").status_code == 200
    token = _logout(directory)
    for _ in range(2):  # a repeated one finds nothing more to end
        assert quiet.post("/sign-on/ended", {"logout_token": token}).status_code == 200
    assert client.get("/home/").status_code == 302
    assert quiet.post("/sign-on/ended", {"logout_token": _logout(directory, sub="s-nobody")}).status_code == 200
    with set_to(oidc_issuer=""):
        assert quiet.post("/sign-on/ended", {"logout_token": token}).status_code == 404
