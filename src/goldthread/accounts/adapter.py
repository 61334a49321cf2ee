"""allauth bent to a force: nobody signs up, nobody changes an address, and everything is on record."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import lazy

from goldthread.accounts import oidc
from goldthread.accounts.models import Staff
from goldthread.accounts.sessions import SIGNED_ON, may_sign_in_here

SECOND_STEP = "allauth.mfa.stages.AuthenticateStage"


def _does_not_fit() -> str:
    """One sentence for a wrong name, a wrong password and a name that may not come in so: which it was is nobody's business."""
    if oidc.on() and oidc.env().local_sign_in == "emergency":
        return "This name and password do not fit, or the name was not named for an emergency. Type both again, or use the force's sign-on."
    return "This name and password do not fit. Type both again; small and capital letters differ."


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Staff are made by an operator or the force's directory, so sign-up is closed."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": lazy(_does_not_fit, str)(),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def pre_login(self, request: HttpRequest, user: Staff, **given: Any) -> HttpResponse | None:
        """Turn away who may not come in by this way, whatever they showed: a password or a passkey."""
        if not getattr(request, SIGNED_ON, False) and not may_sign_in_here(user):
            says = "With this name one does not sign in here. Use the force's sign-on."
            return render(request, "accounts/turned-away.jinja", {"says": says}, status=403)
        answer: HttpResponse | None = super().pre_login(request, user, **given)
        return answer

    def get_login_stages(self) -> list[str]:
        """The second step kept here is left out where the directory says that it saw one."""
        stages: list[str] = super().get_login_stages()
        if getattr(self.request, SIGNED_ON, False) and oidc.env().oidc_mfa:
            stages.remove(SECOND_STEP)
        return stages
