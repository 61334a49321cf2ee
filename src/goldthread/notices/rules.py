"""When a notice is tried again, and where it goes."""

from __future__ import annotations

import re
from datetime import timedelta

from goldthread.config.errors import Invalid

AGAIN = tuple(timedelta(minutes=one) for one in (1, 2, 5, 10, 15))
"""How long after each try that failed the next one comes; with the last, after half an hour, it is given up and somebody told *(ours)*."""
HELD = timedelta(minutes=5)
"""How long whoever tries has it for themselves; longer than any mail service is waited for *(ours)*."""
MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,180}[A-Za-z0-9])?", re.ASCII)
DIGITS = re.compile(r"\+?[0-9]{8,15}", re.ASCII)


def next_try(tries: int) -> timedelta | None:
    """How long to wait after the ``tries``-th try failed; None where that was the last."""
    return AGAIN[tries - 1] if tries <= len(AGAIN) else None


def address(channel: str, to: str) -> str:
    """The address as it is kept: a mail address, or a number without its spaces. Raises ``Invalid`` for what is none."""
    tidy = to.strip()
    if channel == "text":
        tidy = re.sub(r"[ ().-]", "", tidy)
    if not (MAIL if channel == "mail" else DIGITS).fullmatch(tidy):
        what = "an e-mail address" if channel == "mail" else "a telephone number"
        raise Invalid({"to": f"This is not {what} that can be written to. Correct it in the list of contacts."})
    return tidy
