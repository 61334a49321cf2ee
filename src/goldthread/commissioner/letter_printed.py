"""The comments of section 55 as a document: as issued, as they would be, or as the force drafted them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from goldthread.commissioner.printed import day
from goldthread.documents.described import Document, Facts, Note, Paragraph, Part, Quote, Section
from goldthread.web.times import clock

TITLE = "Commissioner's comments under section 55 of the Police Act 1996"
ERASED = "The text was erased. That it was frozen, when, and under which digest stands."
NO_CHIEF = "The chief constable was invited to comment and had sent no comments when this was issued."
NOT_ENTERED = "Text to be entered by the force."


def document(
    content: Mapping[str, Any], *, number: str, digest: str, at: datetime, force: str, issued: str, note: str = ""
) -> Document:
    """A letter or a draft; empty ``content`` where it was erased. ``issued`` says when and by which office, ``note`` that it is no letter."""
    if not content:
        return Document(TITLE, clock(at), number, force, digest, at, (Paragraph(ERASED),))
    report = content["report"]
    facts = [
        ("Report", f"{report['name']}, {report['source']}"),
        ("Published", day(report["published_on"])),
        ("Comments to be published by", f"{day(report['comments_on'])}, {_between(report)} days after that"),
        ("The record as it stood on", day(content["as_at"])),
        ("Issued", issued),
    ]
    parts: list[Part] = [Note(note)] if note else []
    parts += [Facts(tuple(facts)), *_paragraphs(content["opening"])]
    parts += [_recommendation(one) for one in content["recommendations"]]
    if "chief" in content:
        told: tuple[Part, ...] = (
            (Quote(content["chief"], "Chief constable"),) if content["chief"] else (Paragraph(NO_CHIEF),)
        )
        parts.append(Section("The chief constable's comments", told))
        parts += _edited(content)
    return Document(TITLE, report["name"], number, force, digest, at, tuple(parts))


def file_name(report: int, content: Mapping[str, Any]) -> str:
    """What the print is called, such as ``comments-4-2026-06-05.pdf``."""
    return f"comments-{report}-{content.get('report', {}).get('comments_on', 'erased')}.pdf"


def _between(report: Mapping[str, Any]) -> int:
    """Days from a report's publication to the last day of the comments, as they were when the letter was frozen."""
    return (date.fromisoformat(report["comments_on"]) - date.fromisoformat(report["published_on"])).days


def _recommendation(one: Mapping[str, Any]) -> Section:
    text = one["text"]
    return Section(
        f"Recommendation {one['number']}",
        (
            Quote(text, "The report, as the force entered it") if text else Note(NOT_ENTERED),
            Facts(
                (
                    ("In the record", one["state"]),
                    ("Due", day(one["due_on"]) if one["due_on"] else "no date as published"),
                    ("Owner", one["owner"]),
                    ("Figure", one["figure"]),
                )
            ),
            *_paragraphs(one["comments"]),
        ),
    )


def _edited(content: Mapping[str, Any]) -> list[Section]:
    """What was edited against the draft, so that nobody has to take the one for the other."""
    found: list[Part] = []
    if content["drafted"] != content["opening"]:
        found.append(Section("Opening", tuple(_paragraphs(content["drafted"]))))
    found += [
        Section(f"Recommendation {one['number']}", tuple(_paragraphs(one["drafted"])))
        for one in content["recommendations"]
        if one["drafted"] != one["comments"]
    ]
    if not found:
        return [
            Section(
                "Against the draft",
                (Paragraph("Nothing was edited: all of it stands as it was drafted from the record."),),
            )
        ]
    said = "These parts were edited by the Commissioner's office. As they were drafted from the record, they said:"
    return [Section("Against the draft", (Paragraph(said), *found))]


def _paragraphs(text: str) -> list[Paragraph]:
    return [Paragraph(one) for one in text.split("\n\n") if one.strip()]
