"""Signing on by the force's directory: who is let on, as what, and who is turned away."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client

from goldthread.accounts import oidc, oidc_http
from goldthread.accounts.actions import deactivate, issue_token
from goldthread.accounts.models import Duty, SignOn, Staff
from goldthread.accounts.oidc_actions import tie
from goldthread.config.errors import Invalid
from tests.accounts.directory import Directory, begin, events, set_to, settings_for, sign_on, turned_away
from tests.cast import PASSWORD, Cast


def test_somebody_new_is_made_with_the_role_and_team_of_their_groups(directory: Directory, client: Client) -> None:
    answer = sign_on(directory, client, "s-nell", "/home/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/home/")
    nell = Staff.objects.get(username="nell")
    assert (nell.name, nell.role, nell.team.name, nell.has_usable_password()) == (
        "Nell Ashby",
        "call_handler",
        "Contact Team A",
        False,
    )
    assert (nell.sign_on.issuer, nell.sign_on.subject) == (directory.issuer, "s-nell")
    assert client.get("/home/").status_code == 200
    assert Duty.objects.filter(staff=nell, ended_at=None).count() == 1
    assert events() == [
        ("staff.add", {"by": "sign-on", "role": "call_handler"}), ("signed in", {"by": "directory"}),
    ]  # fmt: skip
    held = Session.objects.get()
    assert 11.9 * 3600 < (held.expire_date - held.expire_date.now(held.expire_date.tzinfo)).total_seconds() <= 12 * 3600


def test_a_session_holds_nothing_that_the_directory_said_but_who_it_is(directory: Directory, client: Client) -> None:
    directory.person(
        "s-nell", preferred_username="nell", name="Nell Ashby", groups=["gt-handlers"], email="nell@force.example"
    )
    sign_on(directory, client, "s-nell")
    kept = json.dumps(Session.objects.get().get_decoded())
    assert "force.example" not in kept
    assert "eyJ" not in kept
    held = bytes(SignOn.objects.get().refresh)
    assert held
    assert not any(one.encode() in held for one in (*directory.storage._refresh_tokens, "s-nell"))


def test_a_later_sign_on_changes_role_team_and_name_and_keeps_the_person(directory: Directory, client: Client) -> None:
    sign_on(directory, client, "s-nell")
    before = Staff.objects.get(username="nell").pk
    directory.person(
        "s-nell", preferred_username="nell.ashby", name="Nell Marsh", groups=["gt-handlers", "gt-supervisors"], department="B",
    )  # fmt: skip
    client.logout()
    sign_on(directory, client, "s-nell")
    nell = Staff.objects.get(pk=before)
    assert (nell.username, nell.name, nell.role, nell.team.name) == (
        "nell",
        "Nell Marsh",
        "contact_supervisor",
        "Contact Team B",
    )
    assert ("staff.role", {"by": "sign-on", "was": "call_handler", "role": "contact_supervisor"}) in events()
    assert "staff.team" in dict(events())
    assert Staff.objects.filter(name__startswith="Nell").count() == 1


def test_whom_no_group_gives_a_role_is_turned_away_and_not_made(directory: Directory, client: Client) -> None:
    directory.person("s-odd", preferred_username="odd", groups=["gt-nobody", 7, None])
    turned_away(sign_on(directory, client, "s-odd"), "none of your groups there gives you a role", "no_role")
    assert not Staff.objects.filter(username="odd").exists()
    assert client.get("/home/").status_code == 302


def test_whoever_lost_their_groups_loses_access_here_and_gets_it_back_with_them(
    directory: Directory, client: Client
) -> None:
    sign_on(directory, client, "s-nell")
    token, _ = issue_token("nell")
    directory.person("s-nell", preferred_username="nell", groups=[])
    other = Client(headers={"host": "localhost"})
    turned_away(sign_on(directory, other, "s-nell"), "none of your groups", "no_role")
    nell = Staff.objects.get(username="nell")
    assert not nell.is_active
    assert client.get("/home/").status_code == 302
    assert client.get("/api/v1/board", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert not Duty.objects.filter(staff=nell, ended_at=None).exists()
    directory.person("s-nell", preferred_username="nell", groups=["gt-handlers"])
    sign_on(directory, other, "s-nell")
    assert other.get("/home/").status_code == 200
    assert ("staff.return", {"by": "sign-on"}) in events()


def test_whose_access_was_ended_here_the_directory_does_not_give_it_back(directory: Directory, client: Client) -> None:
    sign_on(directory, client, "s-nell")
    deactivate("nell")
    turned_away(sign_on(directory, client, "s-nell"), "Your access to this service was ended here", "ended_here")
    assert not Staff.objects.get(username="nell").is_active


def test_a_user_name_that_is_somebody_elses_lets_nobody_on(directory: Directory, client: Client, cast: Cast) -> None:
    """An address or a user name can be given to another one day, so it never makes somebody the person who is here."""
    directory.person("s-thief", preferred_username="silver", email="silver@force.example", groups=["gt-handlers"])
    turned_away(sign_on(directory, client, "s-thief"), "not tied to the force&#39;s sign-on", "name_taken")
    tie("silver", "s-true")
    turned_away(sign_on(directory, client, "s-thief"), "not tied to the force&#39;s sign-on", "name_taken")
    with pytest.raises(Invalid, match="known by this subject already"):
        tie("handler", "s-true")
    directory.person("s-true", preferred_username="somebody.else", name="Silvia Amber", groups=["gt-supervisors"])
    assert sign_on(directory, client, "s-true").status_code == 302
    cast.silver.refresh_from_db()
    assert (cast.silver.username, cast.silver.role) == ("silver", "contact_supervisor")


def test_the_last_who_keeps_staff_is_not_lost_by_a_slip_in_the_directory(directory: Directory, client: Client) -> None:
    directory.person("s-kay", preferred_username="kay", groups=["gt-access"])
    sign_on(directory, client, "s-kay")
    directory.person("s-kay", preferred_username="kay", groups=["gt-handlers"])
    client.logout()
    turned_away(sign_on(directory, client, "s-kay"), "the last who keeps staff", "last_keeper")
    directory.person("s-kay", preferred_username="kay", groups=[])
    turned_away(sign_on(directory, client, "s-kay"), "none of your groups", "no_role")
    kay = Staff.objects.get(username="kay")
    assert (kay.is_active, kay.role) == (True, "staff_keeper")
    directory.person("s-kit", preferred_username="kit", groups=["gt-access"])
    sign_on(directory, client, "s-kit")
    client.logout()
    turned_away(sign_on(directory, client, "s-kay"), "none of your groups", "no_role")
    kay.refresh_from_db()
    assert not kay.is_active


@pytest.mark.parametrize(
    ("claims", "why", "code"),
    [
        ({"preferred_username": "n" * 61}, "no user name that can be kept", "no_login"),
        ({"preferred_username": "two words"}, "no user name that can be kept", "no_login"),
        ({"preferred_username": ["a"]}, "no user name that can be kept", "no_login"),
        ({"preferred_username": "a\u202eb"}, "no user name that can be kept", "no_login"),
        ({"groups": None, "_claim_names": {"groups": "src1"}}, "so many groups", "groups_left_out"),
    ],
)
def test_claims_that_cannot_be_kept_are_told(
    directory: Directory, client: Client, claims: dict[str, Any], why: str, code: str
) -> None:
    directory.person("s-x", **{"preferred_username": "x", "groups": ["gt-handlers"], **claims})
    turned_away(sign_on(directory, client, "s-x"), why, code)


def test_a_hostile_name_is_shown_as_text_and_kept_short(directory: Directory, client: Client) -> None:
    directory.person("s-x", preferred_username="x", name="<script>\u0000\u202e" + "y" * 500, groups=["gt-handlers"])
    sign_on(directory, client, "s-x", "/home/")
    made = Staff.objects.get(username="x")
    assert made.name == "<script>" + "y" * 112
    assert "<script>yy" not in client.get("/home/").text


def test_too_many_groups_take_nobodys_access(directory: Directory, client: Client) -> None:
    sign_on(directory, client, "s-nell")
    directory.person("s-nell", preferred_username="nell", _claim_names={"groups": "src1"})
    turned_away(
        sign_on(directory, Client(headers={"host": "localhost"}), "s-nell"), "so many groups", "groups_left_out"
    )
    assert Staff.objects.get(username="nell").is_active


@pytest.mark.parametrize(("asked", "given", "lets"), [
    ("amr:mfa", {"amr": ["pwd", "mfa"]}, True), ("amr:mfa", {"amr": ["pwd"]}, False), ("amr:mfa", {}, False),
    ("acr:gold", {"acr": "gold"}, True), ("acr:gold", {"acr": "silver"}, False), ("", {}, True),
])  # fmt: skip
def test_a_second_step_that_is_asked_for_must_be_told(
    directory: Directory, client: Client, asked: str, given: dict[str, Any], lets: bool
) -> None:
    directory.claims = lambda held: held | given
    with set_to(oidc_mfa=asked):
        if asked.startswith("acr"):
            assert parse_qs(urlsplit(begin(client)).query)["acr_values"] == ["gold"]
        answer = sign_on(directory, client, "s-nell")
    if lets:
        assert answer.status_code == 302
    else:
        turned_away(answer, "second step", "no_second_step")


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:///x"]
)
def test_nobody_is_sent_elsewhere_afterwards(directory: Directory, client: Client, onward: str) -> None:
    assert sign_on(directory, client, "s-nell", onward).headers["Location"] == "/"
    assert client.get("/sign-on/", {"next": onward}).headers["Location"] == "/"


def test_what_is_sent_to_the_directory_is_fresh_each_time_and_holds_no_secret(
    directory: Directory, client: Client
) -> None:
    sent = [parse_qs(urlsplit(begin(client)).query) for _ in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        assert len({one[name][0] for one in sent} | {""}) == 3
        assert all(len(one[name][0]) >= 16 for one in sent)
    assert sent[0]["code_challenge_method"] == ["S256"]
    assert sent[0]["redirect_uri"] == ["http://localhost/sign-on/back"]
    assert "not a real secret" not in json.dumps(sent)


def test_signing_out_ends_it_here_and_offers_to_end_it_there(directory: Directory, client: Client) -> None:
    sign_on(directory, client, "s-nell")
    answer = client.post("/accounts/logout/", {"shift": "ends"})
    assert answer.headers["Location"] == "/sign-on/out"
    page = client.get("/sign-on/out").text
    assert (
        f"{directory.issuer}/oauth2/end_session?client_id=goldthread&amp;post_logout_redirect_uri=http%3A%2F%2Flocalhost"
        in page
    )
    assert client.get("/home/").status_code == 302
    held = SignOn.objects.get()
    assert (bytes(held.refresh), held.due_at) == (b"", None)


def test_without_a_directory_none_of_it_is_there(client: Client, db: None) -> None:
    for address in ("/sign-on/", "/sign-on/back?code=1&state=2", "/sign-on/out"):
        assert client.get(address).status_code == 404
    assert client.post("/sign-on/ended", {"logout_token": "x"}).status_code == 404
    assert "sign-on" not in client.get("/accounts/login/").text


def _here(client: Client, name: str) -> HttpResponse:
    return client.post("/accounts/login/", {"login": name, "password": PASSWORD})  # type: ignore[return-value]


def test_with_a_directory_only_those_named_for_an_emergency_sign_in_here_and_are_told(
    directory: Directory, client: Client, cast: Cast
) -> None:
    told = _here(client, "handler")
    assert told.status_code == 200
    assert "the name was not named for an emergency" in told.text
    assert "the name was not named for an emergency" in _here(client, "a name of nobody").text
    assert client.get("/home/").status_code == 302
    cast.fim.emergency = True
    cast.fim.save()
    assert _here(client, "fim").status_code == 302
    assert "kept for an emergency" in client.get("/home/").text
    assert ("signed in", {"by": "emergency"}) in events()
    for may, lets in (("all", True), ("none", False)):
        with set_to(local_sign_in=may):
            client.logout()
            assert (_here(client, "handler").status_code == 302) is lets
            page = Client(headers={"host": "localhost"}).get("/accounts/login/").text
            assert ('name="password"' in page) is lets
            assert "Sign on with the force's sign-on" in page


def test_a_service_account_signs_in_nowhere(client: Client, cast: Cast) -> None:
    Staff.objects.filter(pk=cast.handler.pk).update(is_service=True)
    assert _here(client, "handler").status_code == 200
    assert client.get("/home/").status_code == 302


def test_the_sign_in_page_leads_to_the_page_that_was_wanted(directory: Directory, client: Client) -> None:
    page = client.get("/accounts/login/?next=/audit/%3Fpage%3D2").text
    assert 'href="/sign-on/?next=/audit/%3Fpage%3D2"' in page


def test_a_wrong_setting_is_a_sentence(tmp_path: Path) -> None:
    from pydantic import ValidationError

    from goldthread.config.env import Environment

    for given, says in (
        ({"oidc_issuer": "http://login.force.example"}, "https address"),
        ({"oidc_issuer": "https://login.force.example"}, "GOLDTHREAD_OIDC_CLIENT_ID is not set"),
        ({"oidc_mfa": "mfa"}, "oidc_mfa"),
        ({**settings_for("https://login.force.example", tmp_path), "oidc_scopes": "profile"}, "must hold openid"),
    ):
        with pytest.raises(ValidationError, match=says):
            Environment(mode="test", data=settings.ENV.data, **given)


def test_a_directory_that_hangs_or_is_down_is_told_within_ten_seconds(
    directory: Directory, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert oidc_http.SECONDS * 3 < 10
    monkeypatch.setattr(oidc_http, "SECONDS", 0.3)
    back = urlsplit(directory.answer(begin(client), "s-nell"))
    for path, ask in (
        ("/.well-known/openid-configuration", lambda: client.get("/sign-on/")),
        ("/oauth2/token", lambda: client.get(f"{back.path}?{back.query}")),
    ):
        directory.hangs = {path}
        oidc.forget()
        began = time.monotonic()
        turned_away(ask(), "does not answer at the moment", "", 503)
        assert time.monotonic() - began < 5
    with set_to(oidc_issuer="http://localhost:9"):
        answer = client.get("/sign-on/")
    turned_away(answer, "does not answer at the moment", "", 503)
    assert "Sign in here, in an emergency" in answer.text
