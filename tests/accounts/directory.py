"""A directory: a real OpenID provider on this machine, whose answers a test may spoil on their way."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import jwt
import requests
import werkzeug.serving
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, override_settings

from goldthread.audit.models import AuditEvent

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from oidc_provider_mock import User, app

CLIENT = "goldthread"
MAPPING = """
[[role]]
claim = "groups"
value = "gt-access"
role = "staff_keeper"
team = "Information Assurance"

[[role]]
claim = "groups"
value = "gt-supervisors"
role = "contact_supervisor"
team = "Contact Team A"

[[role]]
claim = "groups"
value = "gt-handlers"
role = "call_handler"
team = "Contact Team A"

[[team]]
claim = "department"
value = "B"
team = "Contact Team B"
"""


class Directory:
    """The provider: who is in it, and what goes wrong on the way to us."""

    def __init__(self) -> None:
        self.storage: Any = None
        self.made: dict[str, User] = {}
        self.spoil: Callable[[dict[str, Any]], dict[str, Any]] | None = None
        """Changes the answer of the token endpoint."""
        self.claims: Callable[[dict[str, Any]], dict[str, Any]] | None = None
        """Changes what stands in an identity token, which is then signed anew."""
        self.hangs: set[str] = set()
        """Paths that do not answer until ``let_go``."""
        self.says: dict[str, Any] = {}
        """What is published otherwise."""
        self.clock = 0
        """Seconds by which its clock is wrong, on everything that it dates."""
        self.asked: list[str] = []
        self.go = threading.Event()
        self.challenges: dict[str, str] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.app = app()
        self.app.before_request(self._before)
        self.app.after_request(self._after)
        around = self

        class Clock(werkzeug.serving.WSGIRequestHandler):
            def date_time_string(self, timestamp: float | None = None) -> str:
                return super().date_time_string((time.time() if timestamp is None else timestamp) + around.clock)

            def log(self, type: str, message: str, *args: object) -> None:
                """Nothing: what is asked is in ``asked``."""

        self.server = werkzeug.serving.make_server("localhost", 0, self.app, threaded=True, request_handler=Clock)
        self.server.daemon_threads = True  # type: ignore[attr-defined]
        self.issuer = f"http://localhost:{self.server.server_port}"
        self.thread = threading.Thread(target=lambda: self.server.serve_forever(0.05), daemon=True)
        self.thread.start()
        requests.get(f"{self.issuer}/jwks", timeout=10)  # the storage is known from here on

    def person(self, subject: str, **claims: Any) -> None:
        """Put somebody into the directory, or change what it says of them."""
        self.storage.store_user(User(sub=subject, claims=claims))

    def answer(self, location: str, subject: str) -> str:
        """Sign on there as ``subject``; returns where one is sent back to."""
        sent = requests.post(location, data={"sub": subject}, allow_redirects=False, timeout=10)
        assert sent.status_code == 302, sent.text[:500]
        return sent.headers["Location"]

    def signed(self, claims: dict[str, Any]) -> str:
        """A token that it signed."""
        held = self.storage.jwk.as_dict(is_private=True)
        return jwt.encode(claims, jwt.PyJWK(held, algorithm="RS256").key, "RS256", {"kid": held["kid"]})

    def new_keys(self) -> None:
        """Sign with another key from here on."""
        self.storage.jwk = type(self.storage.jwk).generate_key(is_private=True)

    def let_go(self) -> None:
        """End every hanging answer."""
        self.go.set()

    def close(self) -> None:
        """Stop."""
        self.let_go()
        self.server.shutdown()
        self.server.server_close()

    def reset(self) -> None:
        """As it was at first, with nobody in it."""
        self.let_go()
        self.spoil = self.claims = None
        self.hangs, self.says, self.clock, self.asked, self.go = set(), {}, 0, [], threading.Event()
        self.storage._users.clear()

    def _before(self) -> Any:
        self.storage = flask.g.oidc_provider_mock_storage
        path = flask.request.path
        self.asked.append(path)
        if path in self.hangs:
            self.go.wait(30)
            return "late", 503
        form = flask.request.form
        if path == "/oauth2/token" and form.get("grant_type") == "authorization_code":
            made = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(
                b"="
            )
            if self.challenges.get(form.get("code", "")) != made.decode():
                return {"error": "invalid_grant"}, 400
        return None

    def _after(self, answer: flask.Response) -> flask.Response:
        path = flask.request.path
        if path == "/oauth2/authorize" and answer.status_code == 302:
            (code,) = parse_qs(urlsplit(answer.headers["Location"]).query).get("code", [""])
            assert flask.request.args.get("code_challenge_method") == "S256"
            self.challenges[code] = flask.request.args["code_challenge"]
        if path == "/.well-known/openid-configuration" and answer.is_json:
            answer.set_data(flask.json.dumps({**(answer.get_json() or {}), **self.says}))
        if path == "/oauth2/token" and answer.status_code == 200:
            answer.set_data(flask.json.dumps(self._spoilt(answer.get_json() or {})))
        return answer

    def _spoilt(self, given: dict[str, Any]) -> dict[str, Any]:
        if "id_token" in given and (self.claims is not None or self.clock):
            held = jwt.decode(given["id_token"], options={"verify_signature": False})
            held |= {name: held[name] + self.clock for name in ("iat", "exp")}
            given["id_token"] = self.signed(self.claims(held) if self.claims else held)
        return self.spoil(given) if self.spoil else given


def settings_for(issuer: str, folder: Path, **more: Any) -> dict[str, Any]:
    """The settings under which staff sign on by this directory."""
    mapping = folder / "oidc.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    return {
        "oidc_issuer": issuer, "oidc_client_id": CLIENT, "oidc_client_secret": "not a real secret", "oidc_mapping": mapping,
        "service_desk": "the service desk on 4444", **more,
    }  # fmt: skip


@contextmanager
def set_to(**given: Any) -> Iterator[None]:
    """With these settings of the environment."""
    from goldthread.accounts import oidc

    oidc.forget()
    with override_settings(ENV=settings.ENV.model_copy(update=given)):
        yield
    oidc.forget()


def begin(client: Client, onward: str = "") -> str:
    """Begin to sign on; returns the address at the directory."""
    sent = client.get("/sign-on/", {"next": onward} if onward else {})
    assert sent.status_code == 302, sent.text[:800]
    return str(sent.headers["Location"])


def sign_on(directory: Directory, client: Client, subject: str, onward: str = "") -> HttpResponse:
    """Sign on as ``subject`` from beginning to end; returns our last answer."""
    back = urlsplit(directory.answer(begin(client, onward), subject))
    return client.get(f"{back.path}?{back.query}")  # type: ignore[return-value]


def events() -> list[tuple[str, dict[str, Any]]]:
    """The security events on record, as verb and detail."""
    found = AuditEvent.objects.filter(duty="security").order_by("id")
    return [(one.verb, json.loads(one.detail)) for one in found]


def turned_away(answer: HttpResponse, why: str, code: str, status: int = 403) -> None:
    """Somebody was not let on, was told why and whom to ring, and it is on record."""
    assert answer.status_code == status, answer.text[:500]
    assert why in answer.text
    assert "the service desk on 4444" in answer.text
    if code:
        assert ("sign-on.refuse", {"why": code}) in events()
