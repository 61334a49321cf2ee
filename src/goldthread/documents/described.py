"""What a document is made of: the one description from which its page and its print are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class Paragraph:
    """Running text; its line ends stand."""

    kind: ClassVar = "paragraph"
    text: str


@dataclass(frozen=True)
class Quote:
    """Somebody's own words, and whose."""

    kind: ClassVar = "quote"
    text: str
    by: str = ""


@dataclass(frozen=True)
class Note:
    """What a reader must not miss beside the text."""

    kind: ClassVar = "note"
    text: str


@dataclass(frozen=True)
class Facts:
    """Terms and what is to be said of each."""

    kind: ClassVar = "facts"
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Points:
    """A list; ``numbered`` where its order matters."""

    kind: ClassVar = "points"
    rows: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under a head that stands again on every page. ``widths`` are shares of the line, one for each column. On a page the first
    cell of each row leads to its one of ``addresses``, where there is one.

    Raises ``ValueError`` where a row or the widths do not fit the head, or the addresses the rows.
    """

    kind: ClassVar = "table"
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()
    addresses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        wrong = [row for row in (self.widths or self.head, *self.rows) if len(row) != len(self.head)]
        if wrong or not self.head:
            raise ValueError(f"{self.caption}: every row has as many cells as the head")
        if self.addresses and len(self.addresses) != len(self.rows):
            raise ValueError(f"{self.caption}: every row has an address, or none has")


@dataclass(frozen=True)
class Picture:
    """A drawing as SVG that the server made itself, and in ``alt`` what it shows, for whoever does not see it.

    Raises ``ValueError`` without those words: what a picture says is said beside it, in a table.
    """

    kind: ClassVar = "picture"
    svg: str
    alt: str

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise ValueError("a picture says in words what it shows")


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it, further sections included. On a page the heading leads to ``address``, where there is one."""

    kind: ClassVar = "section"
    heading: str
    parts: tuple[Part, ...]
    address: str = ""


Part = Paragraph | Quote | Note | Facts | Points | Table | Picture | Section


@dataclass(frozen=True)
class Document:
    """A frozen document: ``digest`` is what it was frozen under, in hexadecimal, and ``at`` (aware) when.

    ``reference`` and ``force`` stand at the foot of each page of the print. Nothing here is markup: text is shown as it is.
    Raises ``ValueError`` without a title, by which screen readers tell one document from another.
    """

    title: str
    subtitle: str
    reference: str
    force: str
    digest: str
    at: datetime
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise ValueError("a document has a title")
