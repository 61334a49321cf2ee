"""allauth's sign-on by OpenID Connect, held to one directory that is set and to answers that are signed for this very sign-on."""

from __future__ import annotations

from typing import Any, NoReturn

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string

from goldthread.accounts import oidc
from goldthread.accounts import oidc_rules as rules
from goldthread.accounts.oidc_actions import Turned, sign_on
from goldthread.accounts.oidc_http import Patient
from goldthread.accounts.oidc_rules import Untrusted
from goldthread.accounts.sessions import SIGNED_ON
from goldthread.audit.actions import acting

THIS = "force"
"""How allauth calls the one directory there is."""


class Endpoints(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The directory's endpoints, and what its answer is worth."""

    awaited = ""
    """The nonce of this sign-on."""

    @property
    def openid_config(self) -> dict[str, Any]:
        return oidc.says()

    @property
    def basic_auth(self) -> bool:
        return oidc.shown_in_head()

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:  # noqa: ARG002 - as allauth asks
        return request.build_absolute_uri(reverse("accounts:sign_on_back"))

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: Any, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        asking = Patient()
        request.goldthread_asking = asking  # type: ignore[attr-defined]
        found: dict[str, Any] = super().get_access_token_data(request, app, client, pkce_code_verifier)
        return found

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **given: Any) -> SocialLogin:  # noqa: ARG002
        answered = request.goldthread_asking.answered  # type: ignore[attr-defined]
        claims = oidc.read_token(given["response"].get("id_token"), nonce=self.awaited, answered=answered)
        rules.check_second_step(claims, oidc.env().oidc_mfa)
        login = self.get_provider().sociallogin_from_response(request, {"id_token": {"sub": oidc.who(claims).subject}})
        login.claims, login.refresh = claims, token.token_secret
        return login


class Directory(OpenIDConnectProvider):  # type: ignore[misc]
    """The force's directory as allauth's provider."""

    oauth2_adapter_class = Endpoints
    pkce_enabled_default = True


class DirectoryAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Nothing of it is kept in allauth's tables: who is whom stands in ``SignOn``."""

    def get_requests_session(self) -> Patient:
        kept = getattr(self.request, "goldthread_asking", None)
        return kept if isinstance(kept, Patient) else Patient()

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Directory:  # noqa: ARG002
        env = oidc.env()
        app = SocialApp(
            provider="openid_connect", provider_id=THIS, name="directory", client_id=env.oidc_client_id,
            secret=env.oidc_client_secret,
            settings={"server_url": env.oidc_issuer, "scope": env.oidc_scopes.split(), "oauth_pkce_enabled": True},
        )  # fmt: skip
        return Directory(request, app=app)

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:  # noqa: ARG002 - an address may be another's tomorrow
        return None

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        try:
            found = sign_on(sociallogin.claims, sociallogin.refresh or "", request)
        except Untrusted as error:
            turn_away(request, error.code, str(error))
        if isinstance(found, Turned):
            raise ImmediateHttpResponse(turned_away(request, found.says, 403))
        if request.user.is_authenticated and request.user.pk == found.pk:
            raise ImmediateHttpResponse(redirect(sociallogin.get_redirect_url(request) or "/"))
        sociallogin.user = found
        setattr(request, SIGNED_ON, True)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: object,  # noqa: ARG002
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> None:
        if isinstance(exception, Untrusted):
            turn_away(request, exception.code, str(exception))
        if isinstance(exception, requests.RequestException):
            raise ImmediateHttpResponse(no_answer(request))
        if exception is not None:
            turn_away(
                request, "not_taken", "The force's sign-on did not take what it had given out itself. Begin again."
            )
        if str(error) == "cancelled" or request.GET.get("error") == "access_denied":
            turn_away(request, "cancelled", "The force's sign-on did not let you through, or you ended it there.")
        turn_away(
            request,
            "not_begun_here",
            "This sign-on was begun in another browser, used before, or left too long. Begin again.",
        )


class Back(OAuth2CallbackView):  # type: ignore[misc]
    """Where the directory sends people back to."""

    def _get_state(
        self, request: HttpRequest, provider: Directory
    ) -> tuple[dict[str, Any] | None, HttpResponse | None]:
        state, answer = super()._get_state(request, provider)
        # A sign-on that was begun without a nonce is none of ours, so an empty one never fits.
        self.adapter.awaited = (state or {}).get("nonce") or get_random_string(32)
        return state, answer


def begin(request: HttpRequest, onward: str) -> HttpResponse:
    """Send somebody to the directory, with a nonce, a state and a code challenge that only this browser can answer."""
    nonce = get_random_string(43)
    asked = {"nonce": nonce}
    kind, _, value = oidc.env().oidc_mfa.partition(":")
    if kind == "acr":
        asked["acr_values"] = value
    provider = DirectoryAdapter(request).get_provider(request, THIS)
    answer: HttpResponse = provider.redirect(request, "login", next_url=onward, auth_params=asked, nonce=nonce)
    return answer


def turned_away(request: HttpRequest, says: str, status: int) -> HttpResponse:
    """The page that says why, what to do and whom to ring."""
    return render(request, "accounts/turned-away.jinja", {"says": says}, status=status)


def no_answer(request: HttpRequest) -> HttpResponse:
    """The page for a directory that does not answer."""
    return turned_away(
        request,
        "The force's sign-on does not answer at the moment. This service is well; whoever is signed on stays so.",
        503,
    )


def refused(request: HttpRequest, code: str, says: str) -> HttpResponse:
    """Put it on record that somebody was not let on, and show them why."""
    with acting(None, request=request) as act:
        act.record("security", "sign-on.refuse", [], why=code)
    return turned_away(request, says, 403)


def turn_away(request: HttpRequest, code: str, says: str) -> NoReturn:
    """The same in the midst of allauth's own steps."""
    raise ImmediateHttpResponse(refused(request, code, says))
