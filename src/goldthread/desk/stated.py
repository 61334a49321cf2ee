"""A field for a time as a person states it, in London time, and what is done where that time came twice or never."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.db import connection
from django.utils.html import format_html
from django.utils.safestring import SafeString

from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.contact.rules import which_of_two

FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M")
BETWEEN = "|"
"""Between the time as written and which of the two it is."""
WHICH = (("", "Which of the two?"), ("first", "The first, summer time"), ("second", "The second, winter time"))


class StatedTimeInput(forms.DateTimeInput):
    """A date and time, and beside it, where that time came twice, the question which of the two."""

    input_type = "datetime-local"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:  # noqa: ARG002 - Django's signature
        written, which = data.get(name) or "", data.get(f"{name}_which") or ""
        return f"{written}{BETWEEN}{which}" if which else written

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        written, _, which = str(value or "").partition(BETWEEN)
        drawn = super().render(name, written, attrs, renderer)
        naive = parsed(written)
        if naive is None or len(moments(naive)) < 2:
            return drawn
        options = [
            format_html(
                '<option value="{}"{}>{}</option>', code, SafeString(" selected" if code == which else ""), words
            )
            for code, words in WHICH
        ]
        label = "This time came twice. Which of the two?"
        select = '{} <select class="govuk-select" name="{}_which" aria-label="{}">{}</select>'
        return format_html(select, drawn, name, label, SafeString("".join(options)))


class StatedTimeField(forms.Field):
    """A stated time, aware, or None. Of a time that came twice the one that can have been, else the person is asked."""

    widget = StatedTimeInput

    def __init__(self, *, kept: str = "your text is still here", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kept = kept

    def to_python(self, value: Any) -> datetime | None:
        written, _, which = str(value or "").partition(BETWEEN)
        if not written.strip():
            return None
        naive = parsed(written)
        if naive is None:
            raise self._wrong("Write the date and time like 23/11/2026 02:07.")
        found = moments(naive)
        if not found:
            raise self._wrong("That time did not exist: the clocks went forward over it. Check the time.")
        if len(found) == 1:
            return found[0]
        chosen = which_of_two(found[0], found[1], database_now(connection), which)
        if chosen is None:
            raise self._wrong(
                "The clocks went back that night and this time came twice. Choose which of the two it was."
            )
        return chosen

    def _wrong(self, say: str) -> forms.ValidationError:
        return forms.ValidationError(f"{say} Nothing was saved; {self.kept}.", code="invalid")


def parsed(written: str) -> datetime | None:
    """The time as written, without a zone; None where it cannot be read."""
    for one in FORMATS:
        try:
            return datetime.strptime(written.strip()[:40], one)  # noqa: DTZ007 - London's zone comes with ``moments``
        except ValueError:
            continue
    return None


def moments(naive: datetime) -> list[datetime]:
    """When London's clocks showed this time: once, twice (the earlier first), or never."""
    both = [naive.replace(tzinfo=LONDON, fold=fold) for fold in (0, 1)]
    try:
        shown = [one for one in both if one.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) == naive]
    except OverflowError:  # the first and the last day of the calendar
        return both[:1]
    return shown if len({one.utcoffset() for one in shown}) > 1 else shown[:1]
