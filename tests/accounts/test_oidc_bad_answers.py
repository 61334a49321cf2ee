"""Whatever comes back from signing on in another form than the directory gives it, lets nobody on."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.http import HttpResponse
from django.test import Client

from goldthread.accounts import oidc, oidc_http
from goldthread.accounts.models import Staff
from tests.accounts.directory import CLIENT, Directory, begin, events, set_to, sign_on, turned_away

HOURS = 3600
Claims = dict[str, Any]


def _without(*names: str) -> Callable[[Claims], Claims]:
    return lambda held: {name: value for name, value in held.items() if name not in names}


def _later(seconds: int) -> Callable[[Claims], Claims]:
    return lambda held: held | {"iat": held["iat"] + seconds, "exp": held["exp"] + seconds}


@pytest.mark.parametrize(
    ("claims", "why", "code"),
    [
        (_later(-5 * HOURS), "has expired", "expired"),
        (lambda held: held | {"exp": held["iat"] - 121}, "has expired", "expired"),
        (_later(5 * HOURS), "clocks", "clocks_differ"),
        (_without("exp"), "from when and until when", "undated"),
        (_without("iat"), "from when and until when", "undated"),
        (lambda held: held | {"exp": "tomorrow"}, "from when and until when", "undated"),
        (lambda held: held | {"exp": 1e300}, "from when and until when", "undated"),
        (lambda held: held | {"nonce": "another"}, "belongs to another attempt", "wrong_nonce"),
        (_without("nonce"), "belongs to another attempt", "wrong_nonce"),
        (lambda held: held | {"nonce": ""}, "belongs to another attempt", "wrong_nonce"),
        (lambda held: held | {"iss": "https://login.evil.example"}, "another directory", "wrong_issuer"),
        (lambda held: held | {"iss": held["iss"] + "/"}, "another directory", "wrong_issuer"),
        (lambda held: held | {"aud": "another-service"}, "made for another service", "wrong_audience"),
        (lambda held: held | {"aud": [CLIENT, "another-service"]}, "made for another service", "wrong_audience"),
        (_without("aud"), "made for another service", "wrong_audience"),
        (_without("sub"), "did not say who you are", "no_subject"),
        (lambda held: held | {"sub": ["s-nell"]}, "did not say who you are", "no_subject"),
        (lambda held: held | {"sub": "s" * 256}, "did not say who you are", "no_subject"),
        (lambda held: held | {"sub": "s\x00"}, "did not say who you are", "no_subject"),
    ],
)
def test_a_token_signed_for_something_else(
    directory: Directory, client: Client, claims: Callable[[Claims], Claims], why: str, code: str
) -> None:
    directory.claims = claims
    turned_away(sign_on(directory, client, "s-nell"), why, code)
    assert not Staff.objects.exists()


def test_two_services_named_are_one_too_many_unless_it_says_that_it_is_ours(
    directory: Directory, client: Client
) -> None:
    directory.claims = lambda held: held | {"aud": [CLIENT, "another-service"], "azp": CLIENT}
    assert sign_on(directory, client, "s-nell").status_code == 302


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _claims(token: str) -> Claims:
    found: Claims = jwt.decode(token, options={"verify_signature": False})
    return found


def _by_a_stranger(token: str) -> str:
    head = jwt.get_unverified_header(token)
    return jwt.encode(_claims(token), rsa.generate_private_key(65537, 2048), "RS256", head)


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: token[:-6] + ("AAAAAA" if token[-6:] != "AAAAAA" else "BBBBBB"),
        lambda token: token.rsplit(".", 1)[0] + ".",
        lambda token: f"{_part({'alg': 'none'})}.{_part(_claims(token) | {'groups': ['gt-access']})}.",
        lambda token: jwt.encode(_claims(token) | {"groups": ["gt-access"]}, "not a real secret", "HS256"),
        _by_a_stranger,
        lambda token: "a.b.c",
        lambda token: "",
        lambda token: None,
        lambda token: {"sub": "s-nell"},
        lambda token: "x" * 100_000,
        lambda token: ".".join([token.split(".")[0], _part(_claims(token) | {"sub": "s-boss"}), token.split(".")[2]]),
    ],
    ids=["tampered", "unsigned", "alg none", "our secret as a key", "a stranger's key", "three letters", "empty", "null", "no text",
         "long", "another subject"],
)  # fmt: skip
def test_a_token_that_the_directory_did_not_sign(
    directory: Directory, client: Client, forge: Callable[[str], object]
) -> None:
    directory.spoil = lambda given: given | {"id_token": forge(given["id_token"])}
    turned_away(sign_on(directory, client, "s-nell"), "not signed by the force", "not_signed")
    assert not Staff.objects.exists()


def test_an_answer_without_an_identity_is_none(directory: Directory, client: Client) -> None:
    directory.spoil = lambda given: {name: value for name, value in given.items() if name != "id_token"}
    turned_away(sign_on(directory, client, "s-nell"), "not signed by the force", "not_signed")


@pytest.mark.parametrize("hours", [5, -5])
def test_a_clock_five_hours_off_is_told_with_both_times(directory: Directory, client: Client, hours: int) -> None:
    directory.clock = hours * HOURS
    answer = sign_on(directory, client, "s-nell")
    turned_away(answer, "The clocks of the force", "clocks_differ")
    told = answer.text.split("the sign-on says ")[1].split(".")[0]
    theirs, ours = (one.split(" on ")[0] for one in told.split(", this service says "))
    seconds = [
        sum(int(part) * unit for part, unit in zip(one.split(":"), (3600, 60, 1), strict=True))
        for one in (theirs, ours)
    ]
    assert abs((seconds[0] - seconds[1] - hours * HOURS + 12 * HOURS) % (24 * HOURS) - 12 * HOURS) < 60


def test_two_clocks_a_minute_apart_are_near_enough(directory: Directory, client: Client) -> None:
    directory.clock = 60
    assert sign_on(directory, client, "s-nell").status_code == 302


def _back(client: Client, address: str) -> HttpResponse:
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")  # type: ignore[return-value]


def test_a_way_back_works_once_and_in_the_browser_that_began(directory: Directory, client: Client) -> None:
    back = directory.answer(begin(client), "s-nell")
    other = Client(headers={"host": "localhost"})
    turned_away(_back(other, back), "begun in another browser", "not_begun_here")
    assert _back(client, back).status_code == 302
    client.logout()
    turned_away(_back(client, back), "begun in another browser", "not_begun_here")
    for state in ("", "&state=", "&state=x", "&state=" + "x" * 5000):
        turned_away(client.get(f"/sign-on/back?code=abc{state}"), "begun in another browser", "not_begun_here")


def test_a_code_used_before_or_made_for_another_browser_is_not_taken(directory: Directory, client: Client) -> None:
    first = directory.answer(begin(client), "s-nell")
    code = parse_qs(urlsplit(first).query)["code"][0]
    other = Client(headers={"host": "localhost"})
    state = parse_qs(urlsplit(begin(other)).query)["state"][0]
    # Stolen before it was used: the directory asks for what only the first browser's session holds.
    turned_away(
        other.get("/sign-on/back", {"code": code, "state": state}), "did not take what it had given", "not_taken"
    )
    assert _back(client, first).status_code == 302
    state = parse_qs(urlsplit(begin(other)).query)["state"][0]
    turned_away(
        other.get("/sign-on/back", {"code": code, "state": state}), "did not take what it had given", "not_taken"
    )


def test_whoever_ends_it_there_is_told_so(directory: Directory, client: Client) -> None:
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    turned_away(
        client.get("/sign-on/back", {"error": "access_denied", "state": state}), "you ended it there", "cancelled"
    )
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    said = client.get(
        "/sign-on/back", {"error": "server_error", "error_description": "<b>own words</b>", "state": state}
    )
    turned_away(said, "Begin again", "")
    assert "own words" not in said.text


def test_keys_are_changed_without_anybody_noticing(
    directory: Directory, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "AGAIN", 0.0)
    assert sign_on(directory, client, "s-nell").status_code == 302
    for resigned in (None, lambda held: held):  # a token that names no key, and one that names the new one
        directory.claims = resigned
        directory.new_keys()
        client.logout()
        assert sign_on(directory, client, "s-nell").status_code == 302


def test_unknown_keys_make_us_ask_no_oftener_than_every_ten_seconds(directory: Directory, client: Client) -> None:
    assert sign_on(directory, client, "s-nell").status_code == 302
    forged = jwt.encode({"sub": "x"}, rsa.generate_private_key(65537, 2048), "RS256", {"kid": "unknown"})
    for _ in range(5):
        assert client.post("/sign-on/ended", {"logout_token": forged}).status_code == 400
    assert directory.asked.count("/jwks") == 1


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ({"issuer": "https://login.evil.example"}, "another name"),
        ({"token_endpoint": "http://evil.example/token"}, "does not describe a directory"),
        ({"jwks_uri": None}, "does not describe a directory"),
        ({"authorization_endpoint": ["x"]}, "does not describe a directory"),
        ({"end_session_endpoint": "javascript:alert(1)"}, "does not describe a directory"),
    ],
)
def test_a_directory_that_is_another_or_none(
    directory: Directory, client: Client, says: dict[str, Any], why: str
) -> None:
    directory.says = says
    turned_away(client.get("/sign-on/"), why, "")
    assert "sign-on.refuse" in dict(events())


def test_an_answer_that_has_no_end_or_leads_elsewhere_is_left(
    directory: Directory, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory.says = {"x": "y" * (oidc_http.MOST + 1)}
    turned_away(client.get("/sign-on/"), "does not answer", "", 503)
    directory.says = {}
    with set_to(oidc_issuer=f"{directory.issuer}/users"):
        turned_away(client.get("/sign-on/"), "does not answer", "", 503)
