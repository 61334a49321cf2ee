"""A program that asks the API: a client without a session, with somebody's token or none."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from goldthread.accounts.actions import issue_token
from goldthread.accounts.models import Staff

PREFIX = "/api/v1"


class Program:
    """Sends requests as a program does; every command gets a key of its own unless one is given."""

    def __init__(self, token: str | None) -> None:
        self.token = token
        self.client = Client(headers={"host": "localhost"}, raise_request_exception=False, enforce_csrf_checks=True)

    def get(self, address: str, query: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
        return self.client.get(f"{PREFIX}{address}", query or {}, headers=self._headers(headers))

    def post(self, address: str, body: Any = None, *, key: uuid.UUID | None = None, **headers: str) -> HttpResponse:
        """``body`` is sent as JSON, or as it is where it is bytes."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        given = {"Idempotency-Key": str(key or uuid.uuid4()), **headers}
        content_type = given.pop("content_type", "application/json")
        return self.client.post(f"{PREFIX}{address}", content, content_type, headers=self._headers(given))

    def _headers(self, given: dict[str, str]) -> dict[str, str]:
        token = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {"host": "localhost", **token, **given}


Programs = Callable[[Staff | None], Program]


@pytest.fixture
def program() -> Programs:
    """A program with a fresh token of somebody, or with none."""

    def made(user: Staff | None) -> Program:
        return Program(issue_token(user.username)[0] if user else None)

    return made


def problem(answer: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer, after checks that it is one and of this kind."""
    assert answer.status_code == status, answer.content[:300]
    assert answer.headers["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = json.loads(answer.content)
    assert document["type"] == f"urn:goldthread:problem:{code}"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    return document
