"""A document as PDF/UA: tagged, in British English, the same bytes for the same content.

Typst lays it out by ``document.typ``. What the document says is handed over as JSON and never becomes part of the program, so no
text can be code. Only the fonts inside the wheel are used; nothing is fetched and no machine's fonts are asked for.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from typing import Any

import typst

from goldthread.documents.described import Document, Picture

LINE = 20
"""Signs without a space after which a line may be broken, so that nothing runs off the page *(ours)*."""
RUN = re.compile(rf"\S{{{LINE}}}(?=[!-~]|\w)")
NOT_SHOWN = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e")
"""Signs that turn the direction of what follows: by them words can be made to read as others."""
APART = frozenset({"at", "svg"})
"""What is not text to be fitted: the time, which the print has by itself, and drawings."""
JOINS = frozenset("\u200d\ufe0e\ufe0f")
"""Signs that only join or vary their neighbours, and have nothing to show once those are named."""


def pdf(document: Document) -> bytes:
    """The document as PDF/UA-1. A sign for which no font has a letter is named in square brackets: PDF/UA shows none as a blank.

    Raises ``typst.TypstError`` where it cannot be laid out.
    """
    unshown: frozenset[str] = frozenset()
    while True:
        try:
            return _laid_out(document, unshown)
        except typst.TypstError as error:
            found = _not_shown(error.diagnostic) - unshown
            if not found:
                raise
            unshown |= found


def _laid_out(document: Document, unshown: frozenset[str]) -> bytes:
    named: set[str] = set()
    data = _data(document, lambda text: _fit(text, unshown, named))
    data["named"] = bool(named)
    made = typst.compile(
        _program(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(data)},
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=int(document.at.timestamp()),
    )
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=1)
def _program() -> bytes:
    return resources.files("goldthread.documents").joinpath("document.typ").read_bytes()


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


def _data(value: Any, fit: Callable[[str], str]) -> Any:
    """The description as plain values, each part with its kind."""
    if isinstance(value, str):
        return fit(value)
    if isinstance(value, tuple):
        return [_data(one, fit) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        kind = {"kind": value.kind} if hasattr(value, "kind") else {}
        fields = {name: _data(getattr(value, name), fit) for name in value.__dataclass_fields__ if name not in APART}
        return kind | fields | ({"svg": value.svg} if isinstance(value, Picture) else {})
    return value


def _fit(text: str, unshown: frozenset[str], named: set[str]) -> str:
    """The text as the print can show it; notes in ``named`` what it had to name."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    missing = {one for one in set(text) if one in unshown or _control(one)}
    if missing:
        named |= missing
        text = "".join(f"[{_name(one)}]" if one in missing else one for one in text if one not in JOINS)
    return RUN.sub(lambda found: found[0] + "\u200b", text)


def _control(sign: str) -> bool:
    return sign in TURNS or (sign != "\n" and unicodedata.category(sign) in {"Cc", "Cs"})


def _name(sign: str) -> str:
    return unicodedata.name(sign, f"U+{ord(sign):04X}").lower()


def _not_shown(diagnostic: str) -> frozenset[str]:
    """The signs of which Typst says that no font shows them; plain ASCII is always shown."""
    texts = "".join(NOT_SHOWN.findall(diagnostic))
    plain = ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], texts)
    return frozenset(one for one in plain if not one.isascii())
