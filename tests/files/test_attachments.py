"""Attached files: taken for what they are, sealed, given to whom their thing is open, and erased like any text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.test import Client, RequestFactory
from pytest_django import Settings

from goldthread.accounts.models import Staff
from goldthread.audit.actions import acting, erase
from goldthread.audit.models import AuditEvent, Payload
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.files import actions, kinds, registry
from goldthread.files.file_models import Attachment
from goldthread.files.queries import attached_to
from goldthread.web.errors import FileTooLarge
from tests.accounts.test_sight_of_routes import Browser
from tests.cast import Cast

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nthe letter of the school"


class Unread(BytesIO):
    def read(self, *_: object) -> bytes:
        pytest.fail("the body was read")


@pytest.fixture(autouse=True)
def thing(cast: Cast) -> Iterator[None]:
    """A thing whose files the VAST officer may read, and one for which nobody answers rightly."""

    def fails(user: Staff, number: str) -> bool:
        raise ValueError

    registry.seen_by("thing", lambda user, number: user == cast.vast and number == "1")
    registry.seen_by("broken", fails)
    yield
    del registry._sight["thing"], registry._sight["broken"]


def kept(
    cast: Cast, content: bytes = PDF, name: str = "letter.pdf", about: str = "thing", number: object = 1
) -> Attachment:
    with acting(cast.vast) as act:
        return actions.keep(act, SimpleUploadedFile(name, content), about=(about, number), by=cast.vast)


@pytest.mark.parametrize(
    ("name", "content", "kind", "shown"),
    [
        ("letter.pdf", PDF, "pdf", "letter.pdf"),
        ("IMG_1.JPEG", b"\xff\xd8\xff\xe0rest", "jpeg", "IMG_1.jpeg"),
        ("drawing.png", b"\x89PNG\r\n\x1a\nrest", "png", "drawing.png"),
        ("note.txt", "Fenwick’s note\r\n".encode(), "text", "note.txt"),
        ("note.txt", b"\xef\xbb\xbfnote", "text", "note.txt"),
        ("no ending", PDF, "pdf", "no ending.pdf"),
        ("C:\\Users\\x\\letter.pdf", PDF, "pdf", "letter.pdf"),
        ("../../etc/letter.pdf", PDF, "pdf", "letter.pdf"),
        ("ann\u202efdp.exe\x00\n.pdf", PDF, "pdf", "annfdp.exe.pdf"),
        ("x" * 400 + ".pdf", PDF, "pdf", "x" * 120 + ".pdf"),
        ("....", PDF, "pdf", "file.pdf"),
    ],
)
def test_a_file_is_taken_for_what_is_in_it(cast: Cast, name: str, content: bytes, kind: str, shown: str) -> None:
    found = kinds.kind_of(content)
    assert (found, kinds.tidy_name(name, found)) == (kind, shown)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("photo.pdf", b"\xff\xd8\xff\xe0rest", "ends in .pdf, but what is in it is a JPEG picture"),
        ("letter.exe", PDF, "ends in .exe, but what is in it is a PDF"),
        ("page.html", b"<script>alert(1)</script>", "ends in .html, but what is in it is plain text"),
        ("run.exe", b"MZ\x90\x00\x03", "This kind of file is not taken"),
        ("letter.docx", b"PK\x03\x04\x14", "This kind of file is not taken"),
        ("old.txt", b"caf\xe9", "This kind of file is not taken"),
        ("bell.txt", b"a\x07b", "This kind of file is not taken"),
        ("nothing.txt", b"", "empty"),
    ],
)
def test_what_is_not_taken_is_named(cast: Cast, name: str, content: bytes, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        kept(cast, content, name)
    assert not Attachment.objects.exists()


def test_a_file_too_large_is_refused_without_being_read(cast: Cast) -> None:
    upload = UploadedFile(Unread(), "large.pdf", "application/pdf", kinds.MOST + 1)
    with acting(cast.vast) as act, pytest.raises(Invalid, match="larger than 25 MB"):
        actions.keep(act, upload, about=("thing", 1), by=cast.vast)


def test_a_request_of_a_hundred_megabytes_is_refused_by_its_head() -> None:
    request = RequestFactory().generic(
        "POST", "/p/x/", b"--x", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(100 * 1024 * 1024)
    )
    request._stream = Unread()  # type: ignore[attr-defined]
    with pytest.raises(FileTooLarge):
        _ = request.POST


def test_its_refusal_is_a_page_with_a_sentence(cast: Cast) -> None:
    client = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    client.get("/accounts/login/")
    client.cookies["csrftoken"] = "x" * 32
    answer = client.generic(
        "POST", "/accounts/login/", b"--x", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(10**8)
    )
    assert answer.status_code == 413
    assert b"larger than 25 MB" in answer.content


def test_bytes_and_name_are_sealed_or_apart_and_come_back_as_they_were(cast: Cast, browser: Browser) -> None:
    made = kept(cast)
    assert (made.size, made.kind, made.by) == (len(PDF), "pdf", cast.vast)
    assert "school" not in made.content.text
    answer = browser(cast.vast).get(f"/files/{made.pk}")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    given = AuditEvent.objects.get(verb="file.give")
    assert (given.duty, given.staff_id) == ("disclosure", cast.vast.pk)
    assert json.loads(given.subjects) == [["file", str(made.pk)], ["thing", "1"]]
    assert AuditEvent.objects.get(verb="file.keep").duty == "collection"


def test_the_same_file_on_a_thing_is_one_and_on_two_things_two(cast: Cast) -> None:
    assert kept(cast) == kept(cast, name="again.pdf")
    assert kept(cast) != kept(cast, number=2)
    assert attached_to("thing", 1).count() == 1


def test_a_thing_holds_so_many_files_and_no_more(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "MOST_ON_A_THING", 2)
    for number in range(2):
        kept(cast, PDF + str(number).encode())
    with pytest.raises(Invalid, match="no more are taken"):
        kept(cast, PDF + b"2")
    assert kept(cast, PDF + b"0"), "one that is there already is no further one"


@pytest.mark.parametrize("who", ["teammate", "stranger", "supervisor", "pcc", "auditor"])
def test_others_find_nothing(cast: Cast, browser: Browser, who: str) -> None:
    made = kept(cast)
    assert browser(getattr(cast, who)).get(f"/files/{made.pk}").status_code == 404
    assert browser(None).get(f"/files/{made.pk}").status_code == 302
    assert not AuditEvent.objects.filter(verb="file.give").exists()


@pytest.mark.parametrize("about", ["unknown", "broken"])
def test_where_nobody_answers_or_the_answer_fails_nobody_reads(cast: Cast, about: str) -> None:
    made = kept(cast, about=about)
    with pytest.raises(NotThere):
        actions.give(cast.vast, made.pk)


def test_an_erased_file_leaves_its_digest_and_a_tombstone(cast: Cast) -> None:
    made = kept(cast)
    second = Staff.objects.create(username="dpo", name="Dee Amber", role="auditor", team=cast.auditor.team)
    erase(cast.auditor, second, [made.content, made.name], "reviewed", "MoPI group 4")
    with pytest.raises(NotThere, match="under MoPI group 4"):
        actions.give(cast.vast, made.pk)
    (found,) = attached_to("thing", 1)
    assert (found.sha256, found.size) == (made.sha256, len(PDF))
    assert "MoPI group 4" in found.name.shown()
    assert not Payload.objects.filter(pk=made.content_id, text__contains="x").exists()
    assert kept(cast) != made, "given anew it is a file of its own"


def test_with_another_key_it_is_said_and_without_one_none_is_taken(
    cast: Cast, browser: Browser, settings: Settings
) -> None:
    made = kept(cast)
    settings.FILES_KEY = "k" * 60
    with pytest.raises(Refused, match="not the one that the service has"):
        actions.give(cast.vast, made.pk)
    assert browser(cast.vast).get(f"/files/{made.pk}").status_code == 503
    settings.FILES_KEY = ""
    with pytest.raises(Refused, match="nothing to seal it with"):
        kept(cast, PDF + b"other")
