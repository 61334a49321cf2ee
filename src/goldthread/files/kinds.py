"""What a file is, told by its first bytes and never by what its name or its sender says."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from goldthread.config.errors import Invalid

MOST = 25 * 1024 * 1024
"""Bytes of one file *(ours)*."""
LONGEST_NAME = 120
MOST_ON_A_THING = 20
"""Files on one thing *(ours)*."""


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken: what it is called, its media type and the endings that its name may have."""

    name: str
    media: str
    endings: tuple[str, ...]


KINDS = {
    "pdf": Kind("a PDF", "application/pdf", ("pdf",)),
    "jpeg": Kind("a JPEG picture", "image/jpeg", ("jpg", "jpeg")),
    "png": Kind("a PNG picture", "image/png", ("png",)),
    "text": Kind("plain text", "text/plain; charset=utf-8", ("txt",)),
}
MAGIC = {"pdf": b"%PDF-", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
TAKEN = "PDF, JPEG and PNG pictures and plain text are taken, up to 25 MB each."
TOO_MANY = f"There are {MOST_ON_A_THING} files here already, and no more are taken: this one was not."
TOO_LARGE = f"The file is larger than 25 MB and was not taken. {TAKEN}"


def kind_of(content: bytes) -> str:
    """The code of its kind. Raises ``Invalid`` where it is empty or none of those that are taken."""
    if not content:
        raise Invalid({"file": "The file is empty: there is nothing in it. Choose it again."})
    for code, start in MAGIC.items():
        if content.startswith(start):
            return code
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\x00"
    if any(unicodedata.category(one) == "Cc" and one not in "\t\n\r\f" for one in set(text)):
        raise Invalid({"file": f"This kind of file is not taken. {TAKEN}"})
    return "text"


def tidy_name(name: str, kind: str) -> str:
    """The file's name without folders and without what would mislead, with an ending that fits what it is.

    Raises ``Invalid`` where its ending says another kind than its content.
    """
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(one for one in last if unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
    stem, dot, ending = shown.strip(" .").rpartition(".")
    found = KINDS[kind]
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,5}", ending):
        stem, ending = shown.strip(" ."), found.endings[0]
    elif ending.lower() not in found.endings:
        raise Invalid(
            {
                "file": f"The name ends in .{ending}, but what is in it is {found.name}. It was not taken. Save it as what it is and choose it again."
            }
        )
    return f"{stem.strip(' .')[:LONGEST_NAME] or 'file'}.{ending.lower()}"
