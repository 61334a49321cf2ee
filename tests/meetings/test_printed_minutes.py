"""Frozen minutes as a document: everything that was frozen is in it, in its order, under the same digest."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

from pypdf import PdfReader

from goldthread.documents.pdf import pdf
from goldthread.meetings.printed import document, file_name

DIGEST = "ab" * 32
OPENED = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)
AT = OPENED + timedelta(minutes=19)


def at(minutes: int) -> str:
    return (OPENED + timedelta(minutes=minutes)).isoformat(timespec="seconds")


def line(number: int, **more: Any) -> dict[str, Any]:
    return {
        "position": number, "subject": "0", "title": f"AM-261127-{number:04}", "words": f"girl {number}, not back since school",
        "reasons": [{"code": "missing", "words": "child missing for 6 h"}], "known": [{"label": "Grade", "value": "Priority"}],
        "carried": {"meeting": 6, "position": 3} if number == 2 else None, **more,
    }  # fmt: skip


def owed(**more: Any) -> dict[str, Any]:
    return {
        "owner": "Priya Nair", "words": "Ring the home.", "due_at": at(30), "state": "open", "by": None, "at": None, "said": "",
        **more,
    }  # fmt: skip


def decision(**more: Any) -> dict[str, Any]:
    return {
        "code": "deploy", "name": "Send a named unit by a time", "words": "", "person": None, "came_of": "NA21 sent",
        "by": "Rowan Hale", "at": at(4), "before": [], **more,
    }  # fmt: skip


def content(lines: int = 3, missed: int = 1) -> dict[str, Any]:
    replaced = [{"name": "Hold, with the reason", "words": "No unit yet.", "by": "Rowan Hale", "at": at(2)}]
    decisions = {
        1: decision(before=replaced),
        2: decision(code="accept", name="Accept the risk", person="Ada Marsh", words="Seen safe.", came_of=""),
    }
    done = owed(state="done", by="Ada Marsh", at=at(15), said="Rung; asleep.")
    return {
        "shape": 1,
        "meeting": {
            "id": 7, "kind": "irmm", "name": "Incident Risk Management Meeting", "short": "IRMM", "because": "Shift start",
            "words": "Two homes at once.", "called_by": "Rowan Hale", "chair": "Ada Marsh", "opened_at": at(0), "ended_at": at(19),
            "ended_by": None, "previous": {"id": 6, "opened_at": at(-480)}, "agenda_sha256": "cd" * 32, "minutes": 20, "lines": 15,
        },
        "heading": [{"label": "Open incidents", "value": "214"}],
        "attendance": [
            {"name": "Rowan Hale", "role": "Force Incident Manager", "part": "Chair", "joined_at": at(0), "left_at": at(9)}
        ],
        "lines": [
            line(number, decision=decisions.get(number, decision()), action=done if number == 2 else owed())
            for number in range(1, lines + 1)
        ],
        "not_reached": [line(lines + 1 + number, action=owed() if number else None) for number in range(missed)],
        "difference": {"new": ["AM-261127-0001"], "gone": [], "still": [], "worse": ["AM-261127-0002"]},
    }  # fmt: skip


def printed(told: dict[str, Any]) -> bytes:
    return pdf(document(told, number=7, digest=DIGEST, at=AT, force="Amberford Constabulary"))


def said(made: bytes) -> str:
    pages = PdfReader(io.BytesIO(made)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split()).replace("\u200b", "")


def test_everything_that_was_frozen_is_in_the_print() -> None:
    found = said(printed(content()))
    for told in (
        "Minutes: Incident Risk Management Meeting", "27 Nov 2026 22:00 to 22:19", "Shift start: Two homes at once.",
        "nobody: it ended itself", "27 Nov 2026 22:19, and frozen since",
        "cd" * 32, "4 on the list, 3 decided, 1 not reached", "IRMM 6, 27 Nov 2026 14:00", "Open incidents 214",
        "Rowan Hale Force Incident Manager Chair 22:00 22:09", "AM-261127-0003", "girl 3, not back since school",
        "child missing for 6 h", "Grade: Priority", "Carried over from line 3 of meeting 6.", "Send a named unit by a time",
        "NA21 sent", "Before that: Hold, with the reason, Rowan Hale, 22:02. No unit yet.", "Answered for by Ada Marsh.",
        "by 22:30", "done, Ada Marsh, 22:15", "Rung; asleep.", "Nothing is owed.", "New on the list 1: AM-261127-0001",
        "Stands worse 1: AM-261127-0002", f"Amberford Constabulary · IRMM 7 Page 1 of 1 {DIGEST}",
    ):  # fmt: skip
        assert told in found


def test_a_hundred_lines_keep_their_order_over_pages_and_no_short_row_is_torn() -> None:
    made = PdfReader(io.BytesIO(printed(content(100, 20))))
    pages = [" ".join(page.extract_text().split()) for page in made.pages]
    whole = " ".join(pages)
    places = [whole.index(f"AM-261127-{number:04} girl {number},") for number in range(3, 121)]
    assert places == sorted(places)
    for number in range(3, 121):
        assert any(
            f"AM-261127-{number:04} girl {number}, not back since school Grade: Priority" in page for page in pages
        )


def test_the_print_is_the_same_bytes_each_time() -> None:
    assert printed(content()) == printed(content())


def test_a_meeting_without_anything_is_told_as_that() -> None:
    empty = content(0, 0) | {"attendance": [], "difference": {}, "heading": []}
    found = said(printed(empty))
    for told in ("Nothing was decided.", "Every line was reached.", "Nobody was there.", "Nothing to tell."):
        assert told in found


def test_erased_minutes_say_so_and_keep_their_digest() -> None:
    found = said(printed({}))
    assert "The text of these minutes was erased." in found
    assert DIGEST in found


def test_the_file_is_called_after_the_meeting_and_its_day_here() -> None:
    late = content()
    late["meeting"]["opened_at"] = "2026-07-01T23:30:00+00:00"
    assert file_name(late, 7, AT) == "IRMM-7-2026-07-02.pdf"
    late["meeting"]["short"] = '../"Gold\n'
    assert file_name(late, 7, AT) == "Gold-7-2026-07-02.pdf"
    assert file_name({}, 7, AT) == "Meeting-7-2026-11-27.pdf"
