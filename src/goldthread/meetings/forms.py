"""Forms of the meetings' pages: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms

from goldthread.meetings.kinds import Choice
from goldthread.meetings.rules import OWN
from goldthread.web.forms import CommandForm, WordsField

Pairs = Sequence[tuple[str, str]]


def _words(label: str, rows: int = 2) -> WordsField:
    return WordsField(label=label, required=False, widget=forms.Textarea({"rows": rows, "autocomplete": "off"}))


class CallForm(CommandForm):
    """A meeting called."""

    name = "call"
    kind = forms.CharField(widget=forms.HiddenInput, max_length=20)
    because = forms.ChoiceField(label="Why now", required=False, widget=forms.RadioSelect)
    words = _words("A word on it", rows=1)

    def __init__(self, *args: Any, because: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"].choices = because  # type: ignore[attr-defined]


class PlainForm(CommandForm):
    """A command without values: to join, to leave, to take the chair, to end."""

    name = "plain"


class MoveForm(CommandForm):
    """To a line."""

    name = "move"
    line = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class DecideForm(CommandForm):
    """A decision of one line, with the fields that it takes; one that is not in the kind's file takes none."""

    name = "decide"
    code = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1)
    words = _words("What was decided, and why")
    owner = forms.ChoiceField(label="Who sees to it", required=False)
    minutes = forms.IntegerField(label="Minutes until due", required=False)

    def __init__(
        self,
        *args: Any,
        choice: Choice | None,
        choices: Mapping[str, Pairs],
        labels: Mapping[str, str],
        people: Pairs,
        owners: Pairs,
        told_in: timedelta,
        nobody: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.told_in = told_in
        takes = (*choice.needs, *choice.may) if choice is not None else ()
        self.given = [name for name in takes if name not in OWN]
        for name in self.given:
            self.fields[name] = _field(labels.get(name, name), choices.get(name))
        if "person" in takes:
            self.fields["person"] = _field("Who accepts it, by name", people)
        if "owner" in takes:
            self.fields["owner"].choices = [("", nobody), *owners]  # type: ignore[attr-defined]
        else:
            del self.fields["owner"]
        if choice is not None:
            self.fields["minutes"].initial = choice.due // told_in
        if told_in == timedelta(days=1):
            self.fields["minutes"].label = "Days until due"
        order = ["key", "code", "seen", "person", *self.given, "words", "owner", "minutes"]
        self.order_fields(order)

    def until_due(self) -> int | None:
        """The time until it is due in minutes, whatever it was given in; None where none was."""
        given = self.cleaned_data["minutes"]
        return None if given is None else max(min(given, 10**6), -1) * (self.told_in // timedelta(minutes=1))


class DoneForm(CommandForm):
    """What was done of an action."""

    name = "done"
    words = _words("What was done", rows=1)


def _field(label: str, choices: Pairs | None) -> forms.Field:
    if choices is None:
        return forms.CharField(label=label, required=False, widget=forms.TextInput({"autocomplete": "off"}))
    return forms.ChoiceField(label=label, required=False, choices=[("", "Choose"), *choices])
