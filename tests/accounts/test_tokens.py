"""A token acts as its user until it ends; only its hash is kept, and what becomes of it is on record."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory

from goldthread.accounts import tokens
from goldthread.accounts.actions import bearer, deactivate, issue_token, revoke_token
from goldthread.accounts.models import ApiToken, Staff
from goldthread.accounts.queries import tokens_of
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused
from tests.cast import Cast


def _sent(authorization: str) -> Staff | None:
    return bearer(RequestFactory().get("/api/v1/board", headers={"Authorization": authorization}))


def _events(verb: str) -> list[tuple[int | None, list[list[str]]]]:
    found = AuditEvent.objects.filter(duty="security", verb=verb).order_by("id")
    return [(event.staff_id, json.loads(event.subjects)) for event in found]


def test_a_token_acts_as_its_user(cast: Cast) -> None:
    text, made = issue_token("handler")
    assert _sent(f"Bearer {text}") == cast.handler
    assert _sent(f"bearer  {text}") == cast.handler
    assert made.expires_at - made.created_at == timedelta(days=90)


def test_only_its_hash_is_kept(cast: Cast) -> None:
    text, made = issue_token("handler")
    made.refresh_from_db()
    assert bytes(made.digest) == tokens.digest(text)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_apitoken AS t WHERE t::text LIKE %s", [f"%{text[-20:]}%"])
        assert cursor.fetchone() == (0,)
    told = " ".join(f"{event.subjects} {event.detail}" for event in AuditEvent.objects.all())
    assert text not in told
    assert made.digest.hex() not in told


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic aGFuZGxlcjpw",
        "Bearer goldthread_",
        "Bearer goldthread_" + "A" * 43,
        "Bearer goldthread_" + "A" * 100_000,
        "Bearer goldthread_' OR 1=1 --",
        "Bearer \x00",
        "Bearer \u202e",
        "{token}",
        "Token {token}",
        "Bearer {token} {token}",
        "Bearer {token}x",
    ],
    ids=lambda one: repr(one[:30]),
)
def test_anything_else_is_nobody(cast: Cast, authorization: str) -> None:
    text, _made = issue_token("handler")
    assert _sent(authorization.replace("{token}", text)) is None
    assert not _events("token.refuse")


def test_an_expired_token_is_dead(cast: Cast) -> None:
    text, made = issue_token("handler", days=1)
    ApiToken.objects.filter(pk=made.pk).update(
        created_at=made.created_at - timedelta(days=1), expires_at=database_now(connection)
    )
    assert _sent(f"Bearer {text}") is None
    assert [state for _token, state in tokens_of("handler")] == ["expired"]


def test_a_revoked_token_is_dead_and_another_lives(cast: Cast) -> None:
    text, made = issue_token("handler")
    other, _made = issue_token("handler")
    first = revoke_token("handler", made.pk).revoked_at
    assert revoke_token("handler", made.pk).revoked_at == first
    assert _sent(f"Bearer {text}") is None
    assert _sent(f"Bearer {other}") == cast.handler
    assert [state for _token, state in tokens_of("handler")] == ["valid", "revoked"]
    assert len(_events("token.revoke")) == 1


def test_an_account_switched_off_kills_its_tokens_at_once(cast: Cast) -> None:
    text, _made = issue_token("handler")
    Staff.objects.filter(pk=cast.handler.pk).update(is_active=False)
    assert _sent(f"Bearer {text}") is None
    Staff.objects.filter(pk=cast.handler.pk).update(is_active=True)
    assert _sent(f"Bearer {text}") == cast.handler


def test_an_account_ended_never_gets_its_tokens_back(cast: Cast) -> None:
    text, _made = issue_token("handler")
    deactivate("handler")
    Staff.objects.filter(pk=cast.handler.pk).update(is_active=True)
    assert _sent(f"Bearer {text}") is None


def test_making_using_and_refusing_are_on_record_and_use_only_once_an_hour(cast: Cast) -> None:
    text, made = issue_token("handler")
    about = [["staff", str(cast.handler.pk)], ["token", str(made.pk)]]
    assert _events("token.create") == [(None, about)]
    for _ in range(3):
        _sent(f"Bearer {text}")
    assert _events("token.use") == [(cast.handler.pk, about)]
    ApiToken.objects.filter(pk=made.pk).update(last_used_at=database_now(connection) - tokens.COARSE)
    _sent(f"Bearer {text}")
    assert len(_events("token.use")) == 2
    revoke_token("handler", made.pk)
    for _ in range(3):
        _sent(f"Bearer {text}")
    assert _events("token.refuse") == [(None, about)]
    made.refresh_from_db()
    assert made.last_refused_at > made.last_used_at


def test_a_token_opens_no_page(cast: Cast) -> None:
    text, _made = issue_token("fim")
    client = Client(headers={"host": "localhost", "Authorization": f"Bearer {text}"})
    assert client.get("/board/").status_code == 302
    assert client.get("/reference/api/").status_code == 302
    assert not _events("token.use")


def test_what_cannot_be_made_is_refused_with_a_sentence(cast: Cast) -> None:
    with pytest.raises(NotThere, match="nobody called nobody"):
        issue_token("nobody")
    for days in (0, -1, 367, 10**30):
        with pytest.raises(Invalid, match="1 to 366 days"):
            issue_token("handler", days=days)
    _text, made = issue_token("handler")
    for pk in (made.pk + 1, 10**30, -1):
        with pytest.raises(NotThere, match="has no token"):
            revoke_token("handler", pk)
    with pytest.raises(NotThere, match="has no token"):
        revoke_token("teammate", made.pk)
    deactivate("handler")
    with pytest.raises(Refused, match="no access any more"):
        issue_token("handler")


def test_the_database_keeps_no_token_that_ends_before_it_begins(cast: Cast) -> None:
    _text, made = issue_token("handler")
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.filter(pk=made.pk).update(expires_at=made.created_at)


def test_the_auditor_finds_what_a_token_did(cast: Cast, browser: object) -> None:
    _text, made = issue_token("handler")
    page = browser(cast.auditor).get("/audit/", {"kind": "token", "identity": str(made.pk)}).text  # type: ignore[operator]
    assert "token.create" in page
