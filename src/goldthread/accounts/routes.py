"""Every route says who may use it and which s.62 duty it performs.

``@route(verb, duty)`` declares a view. ``DeclaredRoutes`` refuses any view that declares nothing, so that a route
forgotten is a route closed. Routes of libraries are declared in ``LIBRARY`` by the namespace or name they are mounted under.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Duty = Literal["collection", "alteration", "consultation", "disclosure", "combination", "erasure", "none"]


@dataclass(frozen=True)
class Declaration:
    """``verb`` is a verb of the matrix, ``"signed-in"`` or ``"anyone"``; ``duty`` is ``"none"`` where no record is touched."""

    verb: str
    duty: Duty
    why: str = ""


def route(verb: str, duty: Duty, *, why: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a view. ``why`` is owed where anyone may use it."""
    if verb == "anyone" and not why:
        raise ValueError("a route open to anyone must say why")

    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        view.declared = Declaration(verb, duty, why)  # type: ignore[attr-defined]
        return view

    return declare


_SIGN_IN = Declaration("anyone", "none", "signing in comes before being known; events are recorded as security")
_OWN = Declaration("signed-in", "none", "a person's own sign-in means")

LIBRARY: dict[str, Declaration] = {
    "account_login": _SIGN_IN,
    "account_logout": _OWN,
    "account_reauthenticate": _OWN,
    "account_change_password": _OWN,
    "account_inactive": _SIGN_IN,
    "mfa_authenticate": _SIGN_IN,
    "mfa_login_webauthn": _SIGN_IN,
    "mfa_reauthenticate": _OWN,
    "mfa_reauthenticate_webauthn": _OWN,
    "mfa_index": _OWN,
    "mfa_activate_totp": _OWN,
    "mfa_deactivate_totp": _OWN,
    "mfa_view_recovery_codes": _OWN,
    "mfa_download_recovery_codes": _OWN,
    "mfa_generate_recovery_codes": _OWN,
    "mfa_list_webauthn": _OWN,
    "mfa_add_webauthn": _OWN,
    "mfa_remove_webauthn": _OWN,
    "mfa_edit_webauthn": _OWN,
}

CLOSED = frozenset(
    {
        "account_signup",
        "account_email",
        "account_email_verification_sent",
        "account_confirm_email",
        "account_set_password",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_confirm_login_code",
    }
)
"""Routes that the sign-on library mounts and that nobody may use: staff are made, and helped in again, by an operator."""


def declaration_of(view: Callable[..., Any], url_name: str | None) -> Declaration | None:
    """What the view or its library mount declares; None when nothing does."""
    found = getattr(view, "declared", None)
    return found or LIBRARY.get(url_name or "")
