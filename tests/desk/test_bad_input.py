"""Whatever is sent to whichever form: never a fault of the server, always a sentence, and what was typed comes back."""

from __future__ import annotations

import html
import uuid
from urllib.parse import quote, urlencode

import pytest

from goldthread.contact.models import Entry, Incident
from goldthread.response.models import GradePeriod
from tests.cast import key
from tests.desk.conftest import Room
from tests.desk.poisons import CASES, FORMS, POISONS, SCRIPT
from tests.parts import some


def _filled(room: Room, form: str) -> dict[str, str]:
    fields = {"key": str(key()), **FORMS[form]}
    if "unit" in fields:
        fields["unit"] = str(room.cast.far_unit.pk)
    if "owner_id" in fields:
        fields["owner_id"] = str(Incident.objects.values_list("owner", flat=True).get(pk=room.incident.pk))
    if "allocation" in fields:
        fields["allocation"] = str(room.allocation)
    return fields


def _send(room: Room, form: str, body: object, **headers: str) -> object:
    return room.client.post(f"/incidents/{room.incident.pk}/{form}", body, headers={"HX-Request": "true", **headers})


@pytest.mark.parametrize(("form", "field", "poison"), some(CASES, 6), ids=lambda one: str(one).replace(" ", "_"))
def test_one_poisoned_field(room: Room, form: str, field: str, poison: str) -> None:
    fields = _filled(room, form)
    value = POISONS[poison]
    if value is None:
        del fields[field]
    else:
        fields[field] = value
    answer = _send(room, form, fields)
    assert answer.status_code in {200, 204, 422}, answer.text[:300]
    assert SCRIPT not in answer.text
    if answer.status_code == 422:
        assert "There is a problem" in answer.text
        for name, typed in fields.items():
            if name in {"text", "why", "result", "threat", "child-0-name"} and name != field and "FORMS" not in field:
                assert html.escape(typed) in answer.text, "what was typed is lost"


@pytest.mark.parametrize("form", FORMS)
def test_the_form_as_it_should_be_is_taken(room: Room, form: str) -> None:
    fields = _filled(room, form)
    if form == "close":
        pytest.skip("the unit is still on its way")
    assert _send(room, form, fields).status_code == 200


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "raw", [b"%ED%A0%80", b"%00", b"%FF%FE", b"%zz"], ids=["half a character", "null", "no text", "no escape"]
)
def test_bytes_that_are_no_text(room: Room, form: str, raw: bytes) -> None:
    body = b"&".join(name.encode() + b"=" + raw for name in _filled(room, form))
    answer = room.client.generic(
        "POST",
        f"/incidents/{room.incident.pk}/{form}",
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 422


SENTENCES = [
    ("words", {"text": ""}, "There is nothing to add yet"),
    ("words", {"text": "x" * 400_001}, "This is 400,001 characters"),
    ("words", {"occurred_at": "soon"}, "Write the date and time like 23/11/2026 02:07"),
    ("words", {"occurred_at": "9999-12-31T23:59"}, "has not come yet"),
    ("words", {"occurred_at": "0001-01-01T00:00"}, "more than a hundred years ago"),
    ("words", {"key": ""}, "This form is out of date. Reload the page"),
    ("words", {"key": "stale"}, "This form is out of date. Reload the page"),
    ("particular", {"text": " "}, "Type it first"),
    ("particular", {"text": "x" * 201}, "at most 200 fit here"),
    ("children", {"answer": ""}, "Choose an answer"),
    ("children", {"answer": "asked_none"}, "choose which holds"),
    ("children", {"child-0-age": "18"}, "0 to 17"),
    ("children", {"child-0-born": "01/01/2999"}, "has not come yet"),
    ("children", {"child-0-born": "yesterday"}, "Write the date of birth like"),
    ("children", {"child-TOTAL_FORMS": ""}, "out of date"),
    ("children", {"child-TOTAL_FORMS": "5000"}, "At most 60 children"),
    ("children", {"child-0-age": "four"}, "Write the age as a whole number"),
    ("thrive", {"threat": " "}, "Write at least one element"),
    ("thrive", {"threat": "x" * 20_001}, "at most 20,000 fit here"),
    ("thrive", {"based_on": "3"}, "a version that does not exist"),
    ("grade", {"grade": ""}, "Choose a grade"),
    ("grade", {"grade": "resolution"}, "Ask for the lower grade"),
    ("grade", {"grade": "scheduled"}, "The grade is Scheduled already"),
    ("grade", {"why": "x" * 4_001}, "at most 4,000 fit here"),
    ("allocate", {"unit": ""}, "Choose a unit from the list"),
    ("allocate", {"unit": "123456789"}, "no such unit in your area"),
    ("arrive", {"allocation": "123456789"}, "not with this incident now"),
    ("arrive", {"at": "2020-01-01T00:00"}, "was sent after that time"),
    ("close", {"reason": ""}, "Choose why this incident closes"),
    ("close", {"result": ""}, "Write the result in a sentence"),
    ("close", {}, "A unit is on its way"),
]


@pytest.mark.parametrize(
    ("form", "changed", "sentence"), SENTENCES, ids=[f"{form}-{sentence}" for form, _, sentence in SENTENCES]
)
def test_a_refusal_says_what_is_wrong_and_changes_nothing(
    room: Room, form: str, changed: dict[str, str], sentence: str
) -> None:
    before = (Entry.objects.count(), GradePeriod.objects.count(), Incident.objects.get().next_action_at)
    answer = _send(room, form, {**_filled(room, form), **changed})
    assert answer.status_code == 422
    assert sentence in html.unescape(answer.text)
    assert (Entry.objects.count(), GradePeriod.objects.count(), Incident.objects.get().next_action_at) == before


def test_a_refusal_without_scripts_is_the_whole_page_with_what_was_typed(room: Room) -> None:
    fields = {**_filled(room, "grade"), "grade": "resolution", "why": "the caller has calmed down"}
    answer = room.client.post(f"/incidents/{room.incident.pk}/grade", fields)
    assert answer.status_code == 422
    assert "the caller has calmed down" in answer.text
    assert room.incident.reference in answer.text


@pytest.mark.parametrize("form", FORMS)
def test_every_field_twice(room: Room, form: str) -> None:
    fields = {name: [value, value + "x"] for name, value in _filled(room, form).items()}
    assert _send(room, form, fields).status_code in {200, 204, 422}


@pytest.mark.parametrize("form", FORMS)
def test_thousands_of_fields(room: Room, form: str) -> None:
    answer = _send(room, form, {**_filled(room, form), **{f"f{number}": "x" for number in range(3_000)}})
    assert answer.status_code == 400
    assert "Nothing was changed" in answer.text


@pytest.mark.parametrize("form", FORMS)
def test_a_body_too_large(room: Room, form: str) -> None:
    answer = room.client.generic(
        "POST",
        f"/incidents/{room.incident.pk}/{form}",
        urlencode({**_filled(room, form), "text": "x" * 2_600_000}),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 413
    assert "too large" in answer.text


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"text": "x"}'),
        ("multipart/form-data; boundary=x", b"--x\r\nnot a part"),
        ("multipart/form-data", b"no boundary"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"text=x"),
        ("text/plain", b"\xff\xfe\x00"),
    ],
)
def test_a_body_of_another_kind(room: Room, content_type: str, body: bytes) -> None:
    address = f"/incidents/{room.incident.pk}/words"
    assert room.client.generic("POST", address, body, content_type=content_type).status_code in {400, 422}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_command_is_a_post(room: Room, form: str, method: str) -> None:
    answer = room.client.generic(method, f"/incidents/{room.incident.pk}/{form}")
    assert answer.status_code == 405
    assert method == "HEAD" or "does not do that" in answer.text


PAGES = ["/", "/board/", "/incidents/", "/incidents/find", "/measures/", "/home/", "/contact/"]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_not_posted_to(room: Room, address: str) -> None:
    assert room.client.post(address, {"a": "b"}).status_code == 405


QUERIES = {
    "/board/": ["area", "grade", "child", "owner", "overdue", "page"],
    "/incidents/": ["page"],
    "/incidents/find": ["q"],
    "/measures/children-asked/": ["which", "page"],
}


IN_QUERIES = ["empty", "script", "sql", "right-to-left", "emoji", "5,000 digits", "negative", "float", "nan"]
ASKED = [(address, name) for address, names in QUERIES.items() for name in names]


@pytest.mark.parametrize(
    ("address", "name", "poison"), some([(*asked, poison) for asked in ASKED for poison in IN_QUERIES], 8)
)
def test_a_poisoned_query(room: Room, address: str, name: str, poison: str) -> None:
    answer = room.client.get(address, {name: POISONS[poison]})
    assert answer.status_code == 200
    assert SCRIPT not in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "/board/?area=%00",
        "/incidents/find?q=%00",
        "/incidents/?page=%00",
        "/nowhere/%00",
        "/measures/%00/",
        "/board/?%00=1",
        "/accounts/login/?next=%00",
    ],
)
def test_a_null_character_in_the_address(room: Room, address: str) -> None:
    assert room.client.get(address).status_code in {400, 404}


COOKIES = [
    (address, cookie, value)
    for address in ("/board/", "/nowhere", "/accounts/login/", "/healthz", "/incidents/x")
    for cookie in ("goldthread_session", "csrftoken", "theme", "other")
    for value in ('"\\000"', "\x00", "x" * 4_000, "ÿ", '"', "a=b; c")
]


@pytest.mark.parametrize(("address", "cookie", "value"), some(COOKIES, 10), ids=lambda one: repr(one[:40]))
def test_a_poisoned_cookie(room: Room, address: str, cookie: str, value: str) -> None:
    held = room.client.cookies["goldthread_session"].value
    jar = f"{cookie}={value}" + ("" if cookie == "goldthread_session" else f"; goldthread_session={held}")
    cookies, room.client.cookies = room.client.cookies, type(room.client.cookies)()
    try:
        answer = room.client.get(address, HTTP_COOKIE=jar)
    finally:
        room.client.cookies = cookies
    assert answer.status_code in {200, 302, 400, 404}


HEADERS = [
    (header, value)
    for header in (
        "X-Request-ID",
        "User-Agent",
        "Referer",
        "HX-Request",
        "HX-Target",
        "HX-Current-URL",
        "X-Forwarded-For",
        "Accept",
        "Accept-Language",
        "Origin",
        "If-None-Match",
    )
    for value in ("\x00", "ÿþ", "x" * 10_000, SCRIPT, "%00", "=?utf-8?q?=00?=")
]


@pytest.mark.parametrize(("header", "value"), some(HEADERS, 10), ids=lambda one: repr(one[:40]))
def test_a_poisoned_header(room: Room, header: str, value: str) -> None:
    answer = room.client.get("/board/", headers={header: value})
    assert answer.status_code == 200
    assert SCRIPT not in answer.text
    sent = room.client.post(f"/incidents/{room.incident.pk}/take", _filled(room, "take"), headers={header: value})
    assert sent.status_code in {200, 302}


@pytest.mark.parametrize("host", ["evil.example", "localhost\x00", "local host", "[::1", "", "localhost:99999999"])
def test_another_host(room: Room, host: str) -> None:
    assert room.client.get("/board/", headers={"host": host}).status_code in {200, 400}


@pytest.mark.parametrize(
    "identity", ["x", "00000000-0000-0000-0000-00000000000g", "'", "..%2f..%2fetc", "%F0%9F%91%B6", "1" * 3_000]
)
def test_an_identity_that_is_none(room: Room, identity: str) -> None:
    assert room.client.get(f"/incidents/{identity}/").status_code == 404
    assert room.client.post(f"/incidents/{identity}/words", {"text": "x"}).status_code == 404


def test_everything_typed_is_shown_as_text(room: Room) -> None:
    room.client.post(f"/incidents/{room.incident.pk}/words", {"key": key(), "text": SCRIPT, "source": "caller"})
    room.client.post(f"/incidents/{room.incident.pk}/particular", {"key": key(), "kind": "location", "text": SCRIPT})
    room.client.post(f"/incidents/{room.incident.pk}/particular", {"key": key(), "kind": "caller_name", "text": SCRIPT})
    room.client.post(
        f"/incidents/{room.incident.pk}/children",
        {
            "key": key(),
            "answer": "named",
            "child-TOTAL_FORMS": 1,
            "child-INITIAL_FORMS": 0,
            "child-0-name": SCRIPT,
            "child-0-where_now": SCRIPT,
            "child-0-last_seen_by": SCRIPT,
        },
    )
    room.client.post(
        f"/incidents/{room.incident.pk}/thrive",
        {"key": key(), "based_on": "0", "threat": SCRIPT, "interim": SCRIPT, "advice": SCRIPT},
    )
    room.client.post(
        f"/incidents/{room.incident.pk}/grade",
        {"key": key(), "grade": "immediate", "why": SCRIPT, "why_not_above": SCRIPT},
    )
    room.client.post(f"/incidents/{room.incident.pk}/take", _filled(room, "take"))
    for address in [
        f"/incidents/{room.incident.pk}/",
        f"/contact/{room.incident.pk}/",
        "/board/",
        "/incidents/",
        f"/incidents/find?q={quote(SCRIPT)}",
    ]:
        page = room.client.get(address).text
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address
    shown = html.unescape(room.client.get(f"/incidents/{room.incident.pk}/").text)
    assert shown.count("<script>alert") >= 9


OPENING = {
    "opening": "1",
    "channel": "999",
    "location": "3 Elm Row",
    "area": "North",
    "caller_name": "",
    "caller_phone": "",
}


@pytest.mark.parametrize("field", OPENING)
@pytest.mark.parametrize("poison", ["empty", "blanks", "script", "null", "right-to-left", "unknown code", "1 MB"])
def test_a_poisoned_opening(room: Room, field: str, poison: str) -> None:
    answer = room.client.post(
        f"/contact/{uuid.uuid4()}/open", {**OPENING, field: POISONS[poison]}, headers={"HX-Request": "true"}
    )
    assert answer.status_code in {200, 422}
    assert SCRIPT not in answer.text


def test_an_opening_with_nothing_in_it_says_what_is_needed(room: Room) -> None:
    answer = room.client.post(f"/contact/{uuid.uuid4()}/open", {"opening": "1"}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "Choose how this contact came in" in answer.text


def test_an_opening_that_is_none_is_not_there(room: Room) -> None:
    assert room.client.post(f"/contact/{uuid.uuid4()}/open", {"channel": "999"}).status_code == 404
