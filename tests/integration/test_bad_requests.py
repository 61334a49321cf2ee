"""Whatever a program sends: never a fault of the server, always a problem document, and nothing half kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from goldthread.contact.models import Entry, Incident
from tests.cast import Cast, key, opened
from tests.integration.conftest import PREFIX, Program, Programs, problem

GOOD: dict[str, dict[str, Any]] = {
    "/incidents": {"channel": "999", "location": "x", "area": "North", "caller_name": "x", "caller_phone": "x"},
    "AT/entries": {"source": "caller", "text": "help", "occurred_at": "2026-01-02T03:04:05Z"},
    "AT/children": {
        "answer": "named",
        "children": [
            {
                "child": None, "name": "Mia", "age": 4, "age_estimated": True, "born": None, "where_now": "",
                "last_seen_by": "", "last_seen_when": "", "seen": "seen",
            }
        ],
    },
    "/inbox": {
        "channel": "email", "external_id": "m 1", "conversation": "m 0", "text": "help", "subject": "x", "sender": "x",
        "name": "x", "phone": "x", "location": "x", "area": "North", "received_at": "2026-01-02T03:04:05Z",
    },
    "AT/marks": {
        "cue": "da-child", "answer": "not_so", "reason": "checked", "facts": ["a|affirmed"], "quote": "x", "shown_ms": 9,
    },
    "AT/known/searches": {"kind": "place", "typed": "3 Elm Row"},
    "AT/particulars": {"kind": "location", "text": "3 Elm Row"},
    "AT/area": {"area": "South"},
    "AT/thrive": {"based_on": 0, "elements": {"threat": "x"}, "interim": "x", "advice": "x"},
    "AT/grade": {"grade": "priority", "why": "x", "why_not_above": "x"},
    "AT/allocations": {"unit": 1},
    "AT/allocations/1/arrival": {"source": "officer", "occurred_at": "2026-01-02T03:04:05Z"},
    "AT/closing": {"reason": "advice", "result": "x"},
}  # fmt: skip
POISONS: dict[str, Any] = {
    "null": None,
    "true": True,
    "number": 7,
    "negative": -1,
    "large number": 10**40,
    "fraction": 0.5,
    "empty": "",
    "blanks": " \t\r\n ",
    "script": "<script>alert('x')</script>",
    "sql": "'; DROP TABLE contact_incident; --",
    "null character": "a\x00b",
    "half a character": "a\ud800b",
    "right-to-left": "\u202eevil\u202c",
    "emoji": "👩‍👧 " * 20,
    "long": "x" * 5_000,
    "1 MB": "x" * 1_000_000,
    "unknown code": "no-such-code",
    "other digits": "٤",
    "year 1": "0001-01-01T00:00:00+14:00",
    "year 9999": "9999-12-31T23:59:59-14:00",
    "no offset": "2026-01-02T03:04:05",
    "30 February": "2026-02-30T00:00:00Z",
    "seconds since": "1700000000",
    "not a uuid": "{00000000-0000}",
    "list": [1],
    "object": {"a": {"b": []}},
    "empty object": {},
    "many": [{}] * 1_000,
    "poisoned name": {"\x00": "x", "\ud800": "x"},
}
FIELDS = [(address, field) for address, body in GOOD.items() for field in body]
EVERY = [False, pytest.param(True, marks=pytest.mark.long)]


@pytest.fixture
def at(cast: Cast) -> str:
    return f"/incidents/{opened(cast.fim).pk}"


@pytest.fixture
def fim(cast: Cast, program: Programs) -> Program:
    return program(cast.fim)


def _told(answer: Any) -> None:
    """Done, or refused with a document that holds what a program and a person need."""
    assert answer.status_code in {200, 201, 204, 409, 413, 422}, answer.content[:300]
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        document = json.loads(answer.content)
        assert document["detail"].endswith((".", ".)"))
        assert all(say and "pydantic" not in say for say in document.get("errors", {}).values())


def _some(at: int, *, every: bool) -> list[Any]:
    """Every poison in ``make test-long``; in a plain run one in three, others for the next case, so that each field meets ten."""
    return list(POISONS.values())[0 if every else at % 3 :: 1 if every else 3]


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize(("address", "field"), FIELDS)
def test_a_poisoned_field(cast: Cast, fim: Program, at: str, address: str, field: str, every: bool) -> None:
    for value in _some(FIELDS.index((address, field)), every=every):
        _told(fim.post(address.replace("AT", at), {**GOOD[address], field: value}))


OF_A_CHILD = [*GOOD["AT/children"]["children"][0], "other"]


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("field", OF_A_CHILD)
def test_a_poisoned_child(cast: Cast, fim: Program, at: str, field: str, every: bool) -> None:
    for value in _some(OF_A_CHILD.index(field), every=every):
        child = {**GOOD["AT/children"]["children"][0], field: value}
        _told(fim.post(f"{at}/children", {"answer": "named", "children": [child]}))


@pytest.mark.parametrize("address", GOOD)
def test_a_poisoned_whole(cast: Cast, fim: Program, at: str, address: str) -> None:
    for value in POISONS.values():
        answer = fim.post(address.replace("AT", at), json.dumps(value).encode())
        assert answer.status_code == 422
        _told(answer)


BODIES: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 422, "not-as-described"),
    "no JSON": (b"{channel: 999}", 400, "not-understood"),
    "half": (b'{"channel": "999"', 400, "not-understood"),
    "two": (b'{"channel": "999"}{"channel": "999"}', 400, "not-understood"),
    "NaN": (b'{"channel": NaN}', 400, "not-understood"),
    "infinity": (b'{"channel": -Infinity}', 400, "not-understood"),
    "a field twice": (b'{"channel": "999", "channel": "101"}', 400, "not-understood"),
    "not UTF-8": (b'{"channel": "999", "location": "\xff\xfe"}', 400, "not-understood"),
    "UTF-16": ('{"channel": "999"}'.encode("utf-16"), 400, "not-understood"),
    "5,000 digits": (b'{"channel": ' + b"9" * 5_000 + b"}", 400, "not-understood"),
    "deep": (b'{"channel": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "not-understood"),
    "deep and open": (b'{"a":' * 100_000, 400, "not-understood"),
    "3 MB": (b'{"channel": "999", "location": "' + b"x" * 3_000_000 + b'"}', 413, "too-large"),
    "unknown field": (b'{"channel": "999", "loction": "14 Larch Road"}', 422, "not-as-described"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_none(cast: Cast, program: Programs, name: str) -> None:
    body, status, code = BODIES[name]
    document = problem(program(cast.handler).post("/incidents", body), status, code)
    assert "Nothing was saved" in document["detail"]
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "json",
    ],
)
def test_a_body_of_another_type(cast: Cast, program: Programs, content_type: str) -> None:
    answer = program(cast.handler).post("/incidents", {"channel": "999"}, content_type=content_type)
    problem(answer, 415, "wrong-media-type")
    assert not Incident.objects.exists()


def test_a_charset_beside_the_type_is_taken(cast: Cast, program: Programs) -> None:
    answer = program(cast.handler).post(
        "/incidents", {"channel": "999"}, content_type="application/json; charset=utf-8"
    )
    assert answer.status_code == 201


def test_null_characters_are_shown_and_the_rest_is_kept(cast: Cast, fim: Program, at: str) -> None:
    assert fim.post(f"{at}/entries", {"source": "caller", "text": "a\x00b \u202e👧"}).status_code == 201
    assert Entry.objects.get(kind="words").text.text == "a\ufffdb \u202e👧"  # type: ignore[union-attr]


def test_a_megabyte_of_words_is_refused_and_a_long_transcript_kept(cast: Cast, fim: Program, at: str) -> None:
    long = fim.post(f"{at}/entries", {"source": "caller", "text": "x" * 1_000_000})
    assert "400000 characters" in problem(long, 422, "not-as-described")["errors"]["text"]
    assert fim.post(f"{at}/entries", {"source": "caller", "text": "ä " * 150_000}).status_code == 201


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/", 404),
        ("GET", "/board/", 404),
        ("GET", "/incidents/not-a-uuid", 404),
        ("GET", f"/incidents/{'0' * 5_000}", 404),
        ("GET", "/incidents/%00", 404),
        ("GET", "/board?area=%00", 400),
        ("GET", "/incidents/find?reference=%ff%fe", 200),
        ("GET", "/incidents/find?reference=%", 200),
        ("GET", "/incidents/find", 422),
        ("GET", "/incidents/find?reference=%20", 422),
        ("GET", f"/incidents/find?reference={'1' * 41}", 422),
        ("GET", "/board?page=99999999999999999999", 422),
        ("GET", "/inbox?mark=0123456789abcdef", 200),
        ("GET", "/inbox?mark=%F2%86%88%8B", 422),
        ("GET", f"/inbox?mark={'1' * 17}", 422),
        ("GET", "/incidents/6d2c3f4e-8a1b-4c5d-9e0f-112233445566/known?kind=place", 422),
        ("GET", "/board?page=1&page=2", 422),
        ("GET", "/board?overdu=true", 422),
        ("GET", "/my/incidents?%F2%86%88%8B=", 422),
        ("GET", "/my/incidents?page=-1", 422),
        ("POST", "/board", 405),
        ("DELETE", "/incidents", 405),
        ("PUT", "/incidents/6d2c3f4e-8a1b-4c5d-9e0f-112233445566", 405),
        ("HEAD", "/board", 405),
        ("OPTIONS", "/incidents", 405),
        ("TRACE", "/incidents", 405),
    ],
)
def test_an_odd_address(cast: Cast, program: Programs, method: str, address: str, status: int) -> None:
    asking = program(cast.handler)
    answer = asking.client.generic(method, f"{PREFIX}{address}", headers=asking._headers({}))
    assert answer.status_code == status
    if status >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
    if status == 405:
        assert answer.headers["Allow"]


def test_poison_inside_the_facts_of_a_mark(cast: Cast, fim: Program, at: str) -> None:
    for value in POISONS.values():
        _told(fim.post(f"{at}/marks", {**GOOD["AT/marks"], "facts": [value]}))
    many = fim.post(f"{at}/marks", {**GOOD["AT/marks"], "facts": ["x"] * 401})
    assert problem(many, 422, "not-as-described")["errors"] == {"facts": "At most 400 fit here."}


def test_a_message_too_long_is_told_what_fits(cast: Cast, fim: Program) -> None:
    long = {**GOOD["/inbox"], "text": "x " * 600_000, "subject": "y" * 1_200_001}
    assert "Nothing was saved; send it in parts" in problem(fim.post("/inbox", long), 422, "invalid")["errors"]["text"]
    assert not Incident.objects.exists()


def test_ids_that_no_database_can_hold(cast: Cast, fim: Program, at: str) -> None:
    for pk in (0, 2**63 - 1, 2**63, 10**40):
        _told(fim.post(f"{at}/allocations/{pk}/leaving"))
        _told(fim.post(f"{at}/allocations", {"unit": pk}))


def test_a_database_that_does_not_answer_is_told_as_such(
    cast: Cast, program: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    from goldthread.integration.api import lists

    def broken(*_: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(lists, "own", broken)
    problem(program(cast.handler).get("/my/incidents"), 503, "unavailable")


def test_a_fault_of_ours_is_a_document_without_its_cause(
    cast: Cast, program: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from goldthread.integration.api import lists

    def broken(*_: object) -> None:
        raise ValueError("Orla Fenn")

    monkeypatch.setattr(lists, "own", broken)
    answer = program(cast.handler).get("/my/incidents")
    problem(answer, 500, "broken")
    assert "Orla" not in answer.text


def test_a_host_that_is_not_ours(cast: Cast, program: Programs) -> None:
    problem(program(cast.handler).get("/board", host="evil.example"), 400, "not-understood")


def test_answers_are_never_kept(cast: Cast, fim: Program, at: str) -> None:
    answer = fim.get(at)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not answer.cookies
    assert fim.post("/incidents", {"channel": "999"}, key=key()).headers["Cache-Control"] == "no-store"
