"""A child's chronology as a document: what whoever prints it may see, who that is, and when."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

from goldthread.clocks.local import LONDON
from goldthread.contact.known import force_day
from goldthread.documents.described import Document, Facts, Note, Paragraph, Part, Section, Table
from goldthread.safeguarding import child_presenters as presenters
from goldthread.safeguarding.child_marker_presenters import standing_markers
from goldthread.web.times import clock

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.safeguarding.child_chronology import Line
    from goldthread.safeguarding.child_queries import Seen

PERHAPS = "Perhaps another child's, set while two records stood as one: "
MORE = "More is held about this child than whoever printed this may see. Ask the VAST."


def document(seen: Seen, by: Staff, now: datetime) -> Document:
    """The sheet; its digest is of all that it says."""
    title = presenters.called(seen)
    markers = standing_markers([seen.held.root], force_day(now)).get(seen.held.root, [])
    parts: tuple[Part, ...] = (
        Facts((
            ("Printed by", f"{by.name}, {by.seat.name}"), ("Printed at", clock(now)),
            ("Incidents shown", str(len(seen.incidents))), ("Record", str(seen.held.root)),
        )),
        *((Note(MORE),) if seen.more else ()),
        _table("Who", "As it was told", ("What", "Told", "Last told", "By", "Incident"), (3, 8, 5, 5, 5), [
            (one["what"], one["words"], clock(one["last"]), one["by"], one["incident"].reference)
            for one in presenters.who(seen.versions, seen.incidents)
        ]),
        _table("Markers", "That stand", ("About", "Words", "Looked at again by"), (5, 14, 5), [
            (one["kind"], f"{PERHAPS}{one['words']}" if one.get("perhaps") else one["words"], f"{one['review_on']:%d/%m/%Y}")
            for one in markers
        ]),
        _table("With whom", "Other children of the same incidents", ("Name", "Age", "Incident"), (8, 4, 6), [
            (one["name"], one["age"], one["incident"].reference) for one in presenters.siblings(seen)
        ]),
        _table("Household", "Known to live at the addresses of these incidents", ("Name", "Address", "Known from", "As of"), (6, 8, 4, 5), [
            (one["name"], one["place"], one["source"], clock(one["as_of"])) for one in presenters.household(seen, now, handed_on=True)
        ]),
        _table("Chronology", "The newest first", ("When", "Incident", "What", "By"), (5, 5, 14, 5), [
            (clock(one["line"].at), one["reference"], _words(one["line"]), one["line"].source) for one in presenters.lines(seen)
        ]),
    )  # fmt: skip
    digest = hashlib.sha256(json.dumps([title, [repr(one) for one in parts]]).encode()).hexdigest()
    return Document(
        title=f"Chronology: {title}", subtitle=f"Printed {clock(now)} by {by.name}", reference=f"Child record {str(seen.held.root)[:8]}",
        force=settings.ENV.force_name, digest=digest, at=now, parts=parts,
    )  # fmt: skip


def file_name(seen: Seen, at: datetime) -> str:
    """What the file is called: no name of a child stands in it."""
    return f"child-{str(seen.held.root)[:8]}-{at.astimezone(LONDON):%Y%m%d-%H%M}.pdf"


def _words(line: Line) -> str:
    return f"{line.words}: \u201c{line.quote}\u201d" if line.quote else line.words


def _table(
    heading: str, caption: str, head: tuple[str, ...], widths: tuple[int, ...], rows: list[tuple[str, ...]]
) -> Section:
    if not rows:
        return Section(heading, (Paragraph("Nothing is recorded that whoever printed this may see."),))
    return Section(heading, (Table(caption, head, tuple(rows), widths),))
