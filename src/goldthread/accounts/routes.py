"""Every route says who may use it and which s.62 duty it performs.

``@route(verb, duty)`` declares a view. ``DeclaredRoutes`` refuses any view that declares nothing, so that a route
forgotten is a route closed. Routes of libraries are declared in ``LIBRARY`` by the namespace or name they are mounted under.
An address of the API serves several methods by one view; ``declare_methods`` gives it a declaration for each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse

from goldthread.accounts.models import Staff

Duty = Literal["collection", "alteration", "consultation", "disclosure", "combination", "erasure", "none"]
Means = Literal["session", "token", "card"]
Gate = Callable[[HttpRequest, str], HttpResponse | None]
GATES: dict[str, Gate] = {}
"""For a means of being known that a floor above has: it sets who the request comes from, or answers why it may not do the verb.
Registered at start."""


@dataclass(frozen=True)
class Declaration:
    """``verb`` is a verb of the matrix, ``"signed-in"`` or ``"anyone"``; ``duty`` is ``"none"`` where no record is touched.

    ``means`` is how one is known here: by the session of a browser, by a program's token or by a card's, and never by another.
    """

    verb: str
    duty: Duty
    why: str = ""
    means: Means = "session"


def route(
    verb: str, duty: Duty, *, why: str = "", means: Means = "session"
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a view. ``why`` is owed where anyone may use it."""
    if verb == "anyone" and not why:
        raise ValueError("a route open to anyone must say why")

    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        view.declared = Declaration(verb, duty, why, means)  # type: ignore[attr-defined]
        return view

    return declare


def declare_methods(view: Callable[..., Any], declared: Mapping[str, Declaration]) -> None:
    """Declare a view that serves several methods, each on its own terms; it answers 405 to every other method."""
    view.declared_methods = dict(declared)  # type: ignore[attr-defined]


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

CLOSED: frozenset[str | None] = frozenset(
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
        "socialaccount_login_cancelled",
        "socialaccount_login_error",
        "socialaccount_signup",
        "socialaccount_connections",
        "openid_connect_login",
        "openid_connect_callback",
        None,
    }
)
"""Routes that the sign-on library mounts and that nobody may use: staff are made, and helped in again, by an operator, and signing on
by the directory has addresses of its own. ``None`` are old names of the library's addresses, which lead to closed ones."""


def declarations_of(view: Callable[..., Any], url_name: str | None) -> dict[str, Declaration]:
    """What the view or its library mount declares, by method; ``"*"`` stands for every method, empty for nothing."""
    by_method: dict[str, Declaration] = getattr(view, "declared_methods", {})
    if by_method:
        return by_method
    found = getattr(view, "declared", None) or LIBRARY.get(url_name or "")
    return {"*": found} if found else {}


def staff(request: HttpRequest) -> Staff:
    """The member of staff whom the gate let through. Raises ``TypeError`` for a view that was reached past it."""
    user = request.user
    if not isinstance(user, Staff):
        raise TypeError("the gate lets only staff through")
    return user
