"""A command counts only from our own pages."""

from __future__ import annotations

import pytest
from django.test import Client

from goldthread.contact.models import Entry, Incident
from tests.cast import Cast, key, opened


@pytest.fixture
def strict(cast: Cast) -> Client:
    client = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    client.force_login(cast.handler, backend="goldthread.accounts.sessions.SignIn")
    return client


def _words(client: Client, incident: Incident, token: str | None, **more: str) -> object:
    fields = {"key": str(key()), "text": "help", "source": "caller"}
    if token is not None:
        fields["csrfmiddlewaretoken"] = token
    return client.post(f"/incidents/{incident.pk}/words", fields, headers=more)


@pytest.mark.parametrize("token", [None, "", "x", "a" * 64, "\x00", "é" * 32], ids=repr)
@pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true"}], ids=["plain", "htmx"])
def test_without_our_token_nothing_is_done(cast: Cast, strict: Client, token: str | None, htmx: dict[str, str]) -> None:
    incident = opened(cast.handler)
    strict.get(f"/incidents/{incident.pk}/")
    answer = _words(strict, incident, token, **htmx)
    assert answer.status_code == 403
    assert "This form is no longer valid" in answer.text
    assert not Entry.objects.filter(kind="words").exists()


def test_anothers_token_is_none(cast: Cast, strict: Client) -> None:
    incident = opened(cast.handler)
    other = Client(headers={"host": "localhost"})
    other.get("/accounts/login/")
    strict.get(f"/incidents/{incident.pk}/")
    assert _words(strict, incident, other.cookies["csrftoken"].value).status_code == 403


def test_another_sites_page_sends_nothing(cast: Cast, strict: Client) -> None:
    incident = opened(cast.handler)
    strict.get(f"/incidents/{incident.pk}/")
    token = strict.cookies["csrftoken"].value
    assert _words(strict, incident, token, Origin="https://evil.example").status_code == 403
    assert not Entry.objects.filter(kind="words").exists()


def test_our_own_token_serves(cast: Cast, strict: Client) -> None:
    incident = opened(cast.handler)
    strict.get(f"/incidents/{incident.pk}/")
    assert _words(strict, incident, strict.cookies["csrftoken"].value).status_code == 302
    assert Entry.objects.filter(kind="words").exists()


def test_pages_about_people_are_never_kept_or_framed(cast: Cast, strict: Client) -> None:
    answer = strict.get(f"/incidents/{opened(cast.handler).pk}/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
