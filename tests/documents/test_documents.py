"""A document: the same content on a page and as PDF/UA, whatever somebody typed into it."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader
from pypdf import PdfReader

from goldthread.documents.described import (
    Document,
    Facts,
    Note,
    Paragraph,
    Part,
    Picture,
    Points,
    Quote,
    Section,
    Table,
)
from goldthread.documents.pdf import pdf
from goldthread.web.jinja import environment, template_dirs

DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
AT = datetime(2026, 11, 27, 22, 30, tzinfo=UTC)
WHOLE: tuple[Part, ...] = (
    Facts((("Chair", "Inspector Rowan Hale"),)),
    Section(
        "Decisions",
        (
            Paragraph("Fifteen lines were looked at."),
            Table("What was decided", ("Incident", "Decision"), (("AF-1", "Deploy ND12"),), (1, 3)),
            Section("Why", (Quote("He will not go home.", "the caller"), Note("The child was not seen."))),
        ),
    ),
    Section("Not reached", (Points(("AF-2", "AF-3")), Points(("First this",), numbered=True))),
)


def document(*parts: Part, title: str = "Minutes", digest: str = DIGEST) -> Document:
    return Document(title, "Friday 27 November", "IRMM-261127-2", "Amberford Constabulary", digest, AT, parts)


def read(made: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(made))


def text_of(made: bytes) -> str:
    """The text as a reader copies it, without the places at which a line may break and the line ends of the page."""
    return "\n".join(page.extract_text() for page in read(made).pages).replace("\u200b", "")


def tags(made: bytes) -> list[str]:
    def walk(node: Any) -> Iterator[str]:
        node = node.get_object()
        for one in node if isinstance(node, list) else [node]:
            one = one.get_object()
            if isinstance(one, dict):
                if "/S" in one:
                    yield one["/S"]
                if "/K" in one:
                    yield from walk(one["/K"])

    return list(walk(read(made).trailer["/Root"]["/StructTreeRoot"]))


@pytest.fixture(scope="module")
def whole() -> bytes:
    return pdf(document(*WHOLE))


@pytest.fixture(scope="module")
def env() -> Environment:
    return environment(loader=FileSystemLoader(template_dirs()))


def page(env: Environment, one: Document) -> str:
    source = '{% from "documents/_document.jinja" import document %}{{ document(one) }}'
    return env.from_string(source).render(one=one)


def test_the_print_says_that_it_is_pdf_ua_tagged_english_and_titled(whole: bytes) -> None:
    found = read(whole)
    root: Any = found.trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"] == "en-GB"
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    assert found.metadata is not None
    assert found.metadata.title == "Minutes, Friday 27 November"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()


def test_headings_lists_and_tables_are_tagged(whole: bytes) -> None:
    found = tags(whole)
    assert [one for one in found if one in {"/Title", "/H1", "/H2"}] == ["/Title", "/H1", "/H2", "/H1"]
    assert found.count("/TH") == 2
    assert found.count("/TD") == 2
    assert found.count("/LI") == 4
    assert {"/Caption", "/THead", "/Table", "/L"} <= set(found)


def test_page_and_print_say_the_same(env: Environment, whole: bytes) -> None:
    shown = re.sub(r"<[^>]+>", "\n", page(env, document(*WHOLE)))
    printed = " ".join(text_of(whole).split())
    said = [line.strip() for line in shown.splitlines() if line.strip() and "Frozen under" not in line]
    assert len(said) > 15
    assert [line for line in said if " ".join(line.split()) not in printed] == []


def test_every_page_carries_force_digest_and_its_number() -> None:
    rows = tuple((f"AF-{number}", "Deploy a named unit by 22:30.") for number in range(120))
    found = read(pdf(document(Table("Lines", ("Incident", "Decision"), rows))))
    assert len(found.pages) > 2
    for number, one in enumerate(found.pages, 1):
        text = one.extract_text().replace("\u200b", "")
        assert DIGEST in text
        assert "Amberford Constabulary · IRMM-261127-2" in text
        assert f"Page {number} of {len(found.pages)}" in text
        assert "Incident" in text, "the head of the table stands again"


def test_twice_the_same_gives_the_same_bytes_and_another_word_gives_others(whole: bytes) -> None:
    assert pdf(document(*WHOLE)) == whole
    assert pdf(document(*WHOLE[:-1])) != whole


def test_five_hundred_lines_take_less_than_three_seconds() -> None:
    rows = tuple(
        (f"AF-{number}", "A child missing since 21:40, last seen at the door.", "22:30") for number in range(500)
    )
    began = time.process_time()
    made = pdf(document(Table("Lines", ("Incident", "Why", "By"), rows, (2, 6, 1))))
    assert time.process_time() - began < 3
    assert "AF-499" in text_of(made)


HOSTILE = [
    '#panic("x") #import "@preview/a:1.0.0": * $x$ @ref <label> `code` *bold* _it_ = heading // gone /* gone */',
    '"]) #read("/etc/passwd") \\u{41} \\\\ \\" [ ] { }',
    "<script>alert(1)</script> {{ 7 * 7 }} {% raw %}",
    "Łucja, Zoë, Ðorđe, Ελένη, Олена",
    "…“”‘’–—€£½°•→",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_what_somebody_typed_is_shown_as_typed_and_never_run(env: Environment, words: str) -> None:
    everywhere = document(
        Facts(((words, words),)),
        Section(words, (Quote(words, words), Note(words), Points((words,)), Table(words, (words,), ((words,),)))),
        title=words,
    )
    said = "".join(text_of(pdf(everywhere)).split())
    assert said.count("".join(words.split())) >= 9
    shown = page(env, everywhere)
    assert "<script>" not in shown
    assert "49" not in shown


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("seen 👧🏽‍🦱 today", "seen [girl]"),
        ("bell\x07 and \ud83d", "bell[u+0007] and [u+d83d]"),
        ("known as 日本", "known as [cjk unified ideograph-65e5][cjk unified ideograph-672c]"),
        ("says \u202eon", "says [right-to-left override]on"),
    ],
)
def test_what_no_font_shows_is_named_and_the_print_says_so(words: str, named: str) -> None:
    said = " ".join(text_of(pdf(document(Paragraph(words)))).split())
    assert named in said
    assert "named in square brackets" in said


def test_hebrew_and_arabic_are_shown_and_not_named() -> None:
    said = text_of(pdf(document(Paragraph("שלום"), Paragraph("مرحبا"), Paragraph("named Łukasz"))))
    assert sum("\u0590" <= sign <= "\u05ff" for sign in said) == 4
    assert sum("\u0600" <= sign <= "\u06ff" or "\ufb50" <= sign <= "\ufefc" for sign in said) == 5
    assert "square brackets" not in said


@pytest.mark.parametrize("words", ["x" * 10_000, "long words " * 4_600, "a\n" * 800])
def test_nothing_long_runs_off_the_page(words: str) -> None:
    made = pdf(document(Table("Lines", ("Incident", "Words"), (("AF-1", words),), (1, 5))))
    assert len(read(made).pages) > 1, "what does not fit a line or a page goes on in the next"
    first = words.strip()[0]
    assert text_of(made).count(first) >= words.count(first)


def test_nothing_at_all_is_a_document_too(env: Environment) -> None:
    empty = document(Section("", ()), Paragraph(""), Facts(()), Points(()), Table("", ("",), ()), digest="")
    assert len(read(pdf(empty)).pages) == 1
    assert "<h1>Minutes</h1>" in page(env, empty)


def test_a_document_without_a_title_is_refused() -> None:
    with pytest.raises(ValueError, match="title"):
        document(title=" ")


def test_a_row_that_does_not_fit_the_head_is_refused() -> None:
    with pytest.raises(ValueError, match="as many cells"):
        Table("Lines", ("Incident", "Decision"), (("AF-1",),))


def test_a_print_needs_no_network_and_no_font_of_the_machine() -> None:
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespace can be made here")
    program = (
        "import sys; from tests.documents.test_documents import WHOLE, document, pdf; "
        "sys.stdout.buffer.write(pdf(document(*WHOLE)))"
    )
    bare = {"FONTCONFIG_FILE": "/nowhere", "HOME": "/nowhere", "PATH": os.environ["PATH"], "PYTHONPATH": os.getcwd()}
    done = subprocess.run([*alone, sys.executable, "-c", program], env=bare, capture_output=True, check=True)
    assert done.stdout == pdf(document(*WHOLE))


SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30" width="90" height="30" font-family="Libertinus Serif">'
    '<path d="M0 0L90 30" stroke="#000000"/><text x="4" y="20">80 %</text></svg>'
)


def test_a_picture_is_drawn_on_page_and_print_and_said_in_words() -> None:
    made = pdf(document(Section("A figure", (Picture(SVG, "It fell from 80 to 40 %."),))))
    assert "/Figure" in tags(made)
    assert "It fell from 80 to 40 %." in _alternatives(made)


def _alternatives(made: bytes) -> list[str]:
    def walk(node: Any) -> Iterator[str]:
        node = node.get_object()
        for one in node if isinstance(node, list) else [node]:
            one = one.get_object()
            if isinstance(one, dict):
                if "/Alt" in one:
                    yield str(one["/Alt"])
                if "/K" in one:
                    yield from walk(one["/K"])

    return list(walk(read(made).trailer["/Root"]["/StructTreeRoot"]))


def test_a_picture_says_what_it_shows_or_is_none() -> None:
    with pytest.raises(ValueError, match="in words"):
        Picture(SVG, " ")


def test_a_heading_and_a_row_lead_on_a_page_to_their_address(env: Environment) -> None:
    rows = Table("All", ("Figure", "Is"), (("One", "1"), ("Two", "2")), addresses=("/one/", ""))
    told = page(env, document(Section("A figure", (rows, Picture(SVG, "A line.")), "/figure/")))
    assert '<a class="govuk-link" href="/figure/">A figure</a>' in told
    assert '<a class="govuk-link" href="/one/">One</a>' in told
    assert told.count("<a ") == 2
    assert SVG in told
    with pytest.raises(ValueError, match="every row has an address"):
        Table("All", ("Figure",), (("One",),), addresses=("/one/", "/two/"))
