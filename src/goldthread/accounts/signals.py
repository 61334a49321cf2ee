"""Signing in, out and failing to are security events in the audit."""

from __future__ import annotations

from typing import Any

from axes.signals import user_locked_out
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from goldthread.accounts import oidc
from goldthread.accounts.duty_actions import begin, sign_out
from goldthread.accounts.models import Staff
from goldthread.accounts.oidc_actions import stop_asking
from goldthread.accounts.sessions import SIGNED_ON, signed_in_by
from goldthread.audit.actions import acting

TOLD = (
    "You signed in by the way that is kept for an emergency. That is on record, and whoever keeps staff is shown it. Sign on by the "
    "force's sign-on again as soon as it answers."
)


def _signed_in(request: Any, user: Staff, **_: Any) -> None:
    by_directory = getattr(request, SIGNED_ON, False)
    request.session[SIGNED_ON] = by_directory
    emergency = oidc.ways()["emergency"] and not by_directory
    with acting(user, request=request) as act:
        act.record("security", "signed in", [("staff", user.pk)], by=_way(by_directory, emergency))
        begin(user, act)
    if emergency:
        messages.warning(request, TOLD, fail_silently=True)


def _way(by_directory: bool, emergency: bool) -> str:
    return "directory" if by_directory else "emergency" if emergency else "here"


def _signed_out(request: Any, user: Staff | None, **_: Any) -> None:
    """A duty ends with the last browser its person is signed in at, or where they say that it ends, which signs them out everywhere."""
    if user is None:
        return
    elsewhere = signed_in_by(user, but=request.session.session_key)
    stays = bool(elsewhere) and request.POST.get("shift") != "ends"
    with acting(user, request=request) as act:
        act.record("security", "signed out", [("staff", user.pk)], everywhere=not stays)
        if stays:
            return
        stop_asking(user)
        if sign_out(user, act, elsewhere):  # who is gone staffs no desk: what they still own is nobody's, and alarms
            act.record("security", "duty.end", [("staff", user.pk)], by="signed-out")


def _failed(credentials: dict[str, Any], request: Any = None, **_: Any) -> None:
    name = str(credentials.get("username") or credentials.get("login") or "")
    known = Staff.objects.filter(username=name[:60].replace("\x00", "")).values_list("pk", flat=True).first()
    with acting(None, request=request) as act:
        act.record("security", "failed to sign in", [("staff", known)] if known else [])


def _locked(request: Any, username: str, **_: Any) -> None:
    known = (
        Staff.objects.filter(username=(username or "")[:60].replace("\x00", "")).values_list("pk", flat=True).first()
    )
    with acting(None, request=request) as act:
        act.record("security", "locked out", [("staff", known)] if known else [])


def connect() -> None:
    """Connect the listeners once, at start."""
    user_logged_in.connect(_signed_in, dispatch_uid="goldthread.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="goldthread.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="goldthread.failed")
    user_locked_out.connect(_locked, dispatch_uid="goldthread.locked")
