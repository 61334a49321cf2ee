"""An edition as a document, for its page and its print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from goldthread.commissioner.composing import TOTAL
from goldthread.documents.described import Document, Facts, Note, Paragraph, Points, Section, Table
from goldthread.web.times import clock

ACROSS = 3
"""Measures beside each other in one table of a document *(ours)*."""
BETTER = {"up": " Higher is better.", "down": " Lower is better."}
ERASED = "The text of this edition was erased. That it was issued, when, and under which digest stands."
MEANS = (
    "Withheld: the figure, or another that it would give away, counts 1 to {most} cases. A figure is also withheld where it could be "
    "reckoned from others of this edition or of an earlier one.",
    "Share withheld: how many count may be told, and how many of them met it may not.",
    "Not known: the query failed, or the counts did not hang together. It is never shown as zero.",
    "A figure issued once stands in later editions. It is replaced where the record has since changed by {small} cases or more, and says "
    "which edition's it replaces; smaller changes are not told.",
)


def document(
    content: Mapping[str, Any], *, digest: str, at: datetime, force: str, office: str, draft: bool = False
) -> Document:
    """An edition as issued, or as it would be; empty ``content`` where it was erased. ``at`` is aware."""
    if not content:
        return Document("Table", clock(at), "", force, digest, at, (Paragraph(ERASED),))
    issued = f"Not issued. This is how it would be, at {clock(at)}." if draft else f"{clock(at)}, by {office}"
    small = content["small"]
    return Document(
        title=content["title"],
        subtitle=f"Edition {content['number']}, up to {day(content['until'])}",
        reference=f"{content['table']} {content['number']}",
        force=force,
        digest=digest,
        at=at,
        parts=(
            *((Note("Draft for the force. The Commissioner's office does not see it."),) if draft else ()),
            Paragraph(content["says"]),
            Facts((("Issued", issued),)),
            *(_table(content, some) for some in _chunks(content["rows"])),
            Section(
                "What is counted",
                (Points(tuple(f"{one['name']}: {one['definition']}{BETTER.get(one['good'], '')}" for one in content["rows"])),),
            ),
            Section("How to read it", (Points(tuple(one.format(small=small, most=small - 1) for one in MEANS)),)),
        ),
    )  # fmt: skip


def file_name(content: Mapping[str, Any], table: str, number: int) -> str:
    """What the print is called, such as ``first-contact-3-2026-10-31.pdf``."""
    return f"{table}-{number}-{content.get('until', 'erased')}.pdf"


def cell(place: Mapping[str, Any]) -> str:
    """A place in words: the share, and below it the cases."""
    if place["state"] == "unknown":
        told = "not known"
    elif place["state"] == "withheld":
        told = "withheld"
    elif place["of"] == 0:
        told = "no cases"
    elif place["state"] == "part":
        told = f"share withheld\nof {place['of']:,}"
    else:
        told = f"{100 * place['met'] / place['of']:.1f} %\n{place['met']:,} of {place['of']:,}"
    return told + (f"\nreplaces edition {place['was']}" if place["was"] else "")


def day(told: str) -> str:
    """A day of a document in words."""
    found = date.fromisoformat(told)
    return f"{found.day} {found:%B %Y}"


def _chunks(rows: Sequence[Any]) -> list[Sequence[Any]]:
    return [rows[at : at + ACROSS] for at in range(0, len(rows), ACROSS)]


def _table(content: Mapping[str, Any], rows: Sequence[Any]) -> Table:
    names = {one["code"]: one["name"] for one in content["periods"]} | {TOTAL: "All of these"}
    lines = tuple(
        (names[places[0]["period"]], *(cell(one) for one in places))
        for places in zip(*(row["places"] for row in rows), strict=True)
    )
    head = ("Month" if content["by"] == "month" else "Quarter", *(one["name"] for one in rows))
    return Table(", ".join(one["name"] for one in rows), head, lines, (3, *(4 for _ in rows)))
