"""What somebody who may not reach a case tries: search, suggestions, exports, listings of pages and programs; and what must not come out."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from playwright.sync_api import APIResponse
from pypdf import PdfReader

from goldthread.accounts.routes import CLOSED, declarations_of
from goldthread.contact.models import Incident
from tests.browser.conftest import Person
from tests.meta.test_routes import ROUTES

API = "/api/v1"
PARAMETER = re.compile(r"<(?:(\w+):)?\w+>")
FILES = re.compile(r"print|pdf|file|sheet|minutes|export|download")
"""How an address that gives a file away is called."""


@dataclass(frozen=True)
class Case:
    """A case, every word by which it would be known where it came out, and others by which it would be found."""

    incident: Incident
    words: tuple[str, ...]
    finds: tuple[str, ...]

    @property
    def secrets(self) -> set[str]:
        """Its number, its reference, and those words."""
        return {str(self.incident.pk), self.incident.reference, *self.words}


def text_of(answer: APIResponse) -> str:
    """Everything that an answer tells: its address, its headers with any file's name, and its body, read where it is a PDF."""
    body = answer.body()
    words = (
        "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
        if body.startswith(b"%PDF")
        else body.decode("utf-8", "replace")
    )
    return "\n".join([answer.headers.get("location", ""), json.dumps(answer.headers), words])


def listings(means: str) -> Iterator[str]:
    """Every address of the project that takes nothing and may be got, by page or by program."""
    for route, one in ROUTES.items():
        declared = declarations_of(one.callback, one.name)
        found = declared.get("GET") or declared.get("*")
        if (
            "<" not in route
            and "^" not in route
            and one.name not in CLOSED
            and found is not None
            and found.means == means
        ):
            yield f"/{route}"


def exports(case: Case) -> Iterator[str]:
    """Every address that gives a file away, about the case where it takes an incident, and else about the first thing of its kind."""
    for route, one in ROUTES.items():
        if FILES.search(route) and "<" in route and not route.startswith(("static", "p/")):
            declared = declarations_of(one.callback, one.name)
            if "GET" in declared or "*" in declared:
                yield "/" + PARAMETER.sub(lambda found: str(case.incident.pk) if found[1] == "uuid" else "1", route)


def finds_nothing(who: Person, token: str, case: Case) -> int:
    """Try all of it as somebody signed in, and as their program; how many answers were looked at. Fails where anything of the case is told."""
    asked = who.page.context.request
    program = {"Authorization": f"Bearer {token}"}
    who.go("/accounts/password/change/")  # a page with a form: its mark is needed for sending
    mark = next(one["value"] for one in who.page.context.cookies() if "csrf" in one.get("name", ""))
    sent = {"X-CSRFToken": str(mark), "Referer": who.base}
    looked = 0

    def silent(answer: APIResponse, given: str = "") -> None:
        nonlocal looked
        told = text_of(answer)
        for secret in case.secrets:
            # What was asked for may be told back as asked; anything else of the case is not.
            assert secret in given or secret not in told, (answer.url, secret)
        looked += 1

    for at in (*listings("session"), *exports(case)):
        silent(asked.get(f"{who.base}{at}", max_redirects=0), at)
    for at in listings("token"):
        silent(asked.get(f"{who.base}{at}", headers=program))
    for word in sorted({*case.secrets, *case.finds}):
        pages = [
            f"{at}?q={quote(word)}"
            for at in ("/incidents/find", "/board/", "/incidents/", "/look-back/", "/commissioner/")
        ]
        for at in [*pages, f"/commissioner/plan/?as_at={quote(word)}"]:
            silent(asked.get(f"{who.base}{at}"), word)
        typed: list[tuple[str, dict[str, Any]]] = [("/safeguarding/children/search", {"typed": word})]
        for part in ("suggest", "search"):
            typed += [
                (
                    f"/incidents/{case.incident.pk}/known/{part}",
                    {"kind": kind, "typed": word, "key": str(case.incident.pk)},
                )
                for kind in ("place", "number", "person")
            ]
        for at, form in typed:
            answer = asked.post(f"{who.base}{at}", form=form, headers=sent)
            assert answer.status == 403, at
            assert "may not do this" in answer.text(), "refused by the role, and not for the form's mark"
            silent(answer, f"{at} {word}")
        for at, body in (
            (f"{API}/children/searches", {"name": word}),
            (f"{API}/incidents/{case.incident.pk}/known/searches", {"kind": "place", "typed": word}),
        ):
            answer = asked.post(
                f"{who.base}{at}", data=body, headers={**program, "Idempotency-Key": str(case.incident.pk)}
            )
            assert answer.status == 403, at
            silent(answer, f"{at} {word}")
        silent(asked.get(f"{who.base}{API}/incidents/find", params={"reference": word[:40]}, headers=program), word)
    return looked
