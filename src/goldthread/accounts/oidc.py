"""The force's directory as this service knows it: where it is, what it signs with, and what it says."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from django.conf import settings
from django.db import connection

from goldthread.accounts import oidc_rules as rules
from goldthread.accounts.oidc_http import Patient
from goldthread.accounts.oidc_rules import Untrusted
from goldthread.accounts.roles import roles
from goldthread.clocks.db import database_now
from goldthread.config.env import Environment
from goldthread.config.env_sign_on import HERE
from goldthread.config.errors import SettingsError

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures that only the directory can make: none that would take our own secret for a key."""
KEPT, AGAIN = 600.0, 10.0
"""Seconds for which what the directory says of itself is kept, and after which an unknown key makes us ask anew *(ours)*."""
WELL_KNOWN = "/.well-known/openid-configuration"
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass
class _Kept:
    """What was asked of the directory last, and when by this process's own clock."""

    says: dict[str, Any] = field(default_factory=dict)
    said_at: float = 0.0
    keys: dict[str, Any] = field(default_factory=dict)
    keys_at: float = 0.0


_kept: dict[str, _Kept] = {}


def env() -> Environment:
    """The settings."""
    found: Environment = settings.ENV
    return found


def on() -> bool:
    """Whether staff sign on by the force's directory."""
    return bool(env().oidc_issuer)


@lru_cache(maxsize=4)
def _groups(path: str) -> rules.Groups:
    try:
        with open(path, encoding="utf-8") as file:
            return rules.read_groups(file.read(), list(roles()))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"GOLDTHREAD_OIDC_MAPPING cannot be read: {error}.") from None


def ways() -> dict[str, Any]:
    """What pages of signing in say of the ways in: whether there is a directory, who may come in without it, and whom to ring."""
    may = env().local_sign_in
    return {
        "directory": on(),
        "local": not on() or may != "none",
        "emergency": on() and may == "emergency",
        "service_desk": env().service_desk,
    }


def groups() -> rules.Groups:
    """Which claim gives which role and team. Raises ``SettingsError``."""
    return _groups(str(env().oidc_mapping))


def says() -> dict[str, Any]:
    """What the directory publishes of itself. Raises ``Untrusted`` where it is another than the one set, ``requests.RequestException``
    where it does not answer.
    """
    issuer = env().oidc_issuer
    kept = _kept.setdefault(issuer, _Kept())
    if not kept.says or time.monotonic() - kept.said_at > KEPT:
        with Patient() as asking:
            answer = asking.get(issuer.rstrip("/") + WELL_KNOWN)
        found = _json(answer)
        if found.get("issuer") != issuer:
            raise Untrusted(
                "wrong_issuer", "The directory calls itself by another name than the one this service is set to."
            )
        for name in (*NEEDED, "end_session_endpoint"):
            if name in found or name in NEEDED:
                _address(found.get(name))
        kept.says, kept.said_at = found, time.monotonic()
    return kept.says


def shown_in_head() -> bool:
    """Whether this service shows that it is itself in the request's head: what a directory takes that says nothing else (Core 1.0, 9)."""
    return "client_secret_post" not in says().get("token_endpoint_auth_methods_supported", [])


def read_token(token: object, *, nonce: str | None, answered: requests.Response | None = None) -> dict[str, Any]:
    """The claims of a token that the directory signed for this service, for now and for this sign-on. Raises ``Untrusted`` and
    ``requests.RequestException``. ``answered``: the answer it came in, which says what time it is there.
    """
    claims = _signed(token)
    now = database_now(connection)
    rules.check_clock(_time_on(answered), now)
    rules.check_token(claims, issuer=env().oidc_issuer, client=env().oidc_client_id, now=now, nonce=nonce)
    return claims


def who(claims: Mapping[str, Any]) -> rules.Known:
    """Who these claims are about. Raises ``Untrusted``."""
    set_to = env()
    return rules.known(
        claims, subject=set_to.oidc_subject_claim, login=set_to.oidc_login_claim, name=set_to.oidc_name_claim
    )


def ask_again(refresh: str) -> tuple[dict[str, Any] | None, str]:
    """What the directory says now of somebody who signed on before, and with what to ask the next time; None where it says that it is
    over. Raises ``Untrusted`` and ``requests.RequestException``.
    """
    at = says()
    with Patient() as asking:
        sent = {"grant_type": "refresh_token", "refresh_token": refresh}
        ourselves = (env().oidc_client_id, env().oidc_client_secret)
        if shown_in_head():
            answer = asking.post(at["token_endpoint"], data=sent, auth=ourselves)
        else:
            sent |= dict(zip(("client_id", "client_secret"), ourselves, strict=True))
            answer = asking.post(at["token_endpoint"], data=sent)
        if answer.status_code in (400, 401):
            refused = _json(answer, status=answer.status_code).get("error")
            if refused == "invalid_grant":
                return None, ""
            raise Untrusted("not_answered", "The directory did not take the question.")
        got = _json(answer)
        following = got.get("refresh_token")
        refresh = following if isinstance(following, str) and following else refresh
        if "id_token" in got:
            return read_token(got["id_token"], nonce=None, answered=answer), refresh
        if "userinfo_endpoint" not in at:
            raise Untrusted("not_answered", "The directory says nothing when it is asked again.")
        token = str(got.get("access_token", ""))
        told = asking.get(at["userinfo_endpoint"], headers={"Authorization": f"Bearer {token}"})
        return _json(told), refresh


def forget() -> None:
    """Ask the directory anew for what it says of itself."""
    _kept.clear()
    _groups.cache_clear()


def _signed(token: object) -> dict[str, Any]:
    try:
        if not isinstance(token, str):
            raise jwt.InvalidTokenError
        kid = jwt.get_unverified_header(token).get("kid")
        try:
            return _opened(token, _key(kid))
        except jwt.InvalidSignatureError:
            if kid is not None:
                raise
            return _opened(token, _key(kid, anew=True))  # keys without names may have been changed unseen
    except (jwt.PyJWTError, ValueError, TypeError):
        raise Untrusted(
            "not_signed", "The answer was not signed by the force's directory, so it counts for nothing."
        ) from None


def _opened(token: str, key: jwt.PyJWK) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(
        token, key=key, algorithms=[key.algorithm_name] if key.algorithm_name in ALGORITHMS else [],
        options={"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False, "verify_iss": False,
                 "verify_sub": False, "verify_jti": False},
    )  # fmt: skip
    return found


def _key(kid: object, *, anew: bool = False) -> jwt.PyJWK:
    """The key of this name, or the only one where the token names none; unknown, the directory is asked anew, for it changes its keys.

    Raises ``jwt.PyJWTError``.
    """
    kept = _kept.setdefault(env().oidc_issuer, _Kept())
    age = time.monotonic() - kept.keys_at
    if not kept.keys or age > KEPT or ((anew or _named(kept.keys, kid) is None) and age > AGAIN):
        with Patient() as asking:
            kept.keys, kept.keys_at = _json(asking.get(says()["jwks_uri"])), time.monotonic()
    found = _named(kept.keys, kid)
    if found is None:
        raise jwt.InvalidKeyError
    return found


def _named(keys: dict[str, Any], kid: object) -> jwt.PyJWK | None:
    signing = [one for one in jwt.PyJWKSet.from_dict(keys).keys if one.public_key_use in (None, "sig")]
    fit = [one for one in signing if kid is None or one.key_id == kid]
    return fit[0] if len(fit) == 1 else None


def _json(answer: requests.Response, status: int = 200) -> dict[str, Any]:
    if answer.status_code != status:
        raise requests.HTTPError(f"answered {answer.status_code}")
    try:
        found = answer.json()
    except RecursionError:
        raise requests.exceptions.InvalidJSONError("nested too deeply") from None
    if not isinstance(found, dict):
        raise requests.exceptions.InvalidJSONError("no object")
    return found


def _address(value: object) -> None:
    parts = urlsplit(value) if isinstance(value, str) else None
    if parts is None or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE)):
        raise Untrusted("no_directory", "What answers at the directory's address does not describe a directory.")


def _time_on(answer: requests.Response | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(answer.headers.get("Date", "")) if answer is not None else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
