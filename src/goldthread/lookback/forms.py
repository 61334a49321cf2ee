"""Forms of the look-back's pages: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

from typing import Any

from django import forms

from goldthread.lookback.choices import OUTCOMES, SAFE_BECAUSE
from goldthread.web.forms import CommandForm, WordsField


def _words(label: str, rows: int = 3) -> WordsField:
    return WordsField(label=label, required=False, widget=forms.Textarea({"rows": rows, "autocomplete": "off"}))


class SafeForm(CommandForm):
    """Safe, because."""

    name = "safe"
    reason = forms.ChoiceField(label="Safe because", choices=SAFE_BECAUSE, required=False, widget=forms.RadioSelect)
    words = _words("What this rests on")


class VastForm(CommandForm):
    """To VAST; with several desks, to which."""

    name = "vast"
    desk = forms.TypedChoiceField(label="VAST desk", coerce=int, required=False, empty_value=None)
    words = _words("A word to VAST", rows=2)

    def __init__(self, *args: Any, desks: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["desk"].choices = [("", "Choose a desk"), *desks]  # type: ignore[attr-defined]
        if len(desks) == 1:
            del self.fields["desk"]


class ReopenForm(CommandForm):
    """Opened again; for a record elsewhere, who was told."""

    name = "reopen"
    told = WordsField(label="Who was told", required=False, widget=forms.TextInput({"autocomplete": "off"}))
    words = _words("What was said", rows=2)

    def __init__(self, *args: Any, ours: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if ours:
            del self.fields["told"]


class UndoForm(CommandForm):
    """The decision taken back."""

    name = "undo"
    words = _words("Why it is undone", rows=2)


class OutcomeForm(CommandForm):
    """What came of it."""

    name = "outcome"
    outcome = forms.ChoiceField(label="What came of it", choices=OUTCOMES, required=False, widget=forms.RadioSelect)
    words = _words("In a sentence")


class UntieForm(CommandForm):
    """That the other record is not of this person or address."""

    name = "untie"
    other = forms.UUIDField(widget=forms.HiddenInput)
    words = WordsField(label="Why not", required=False, widget=forms.TextInput({"autocomplete": "off"}))


class TakeForm(CommandForm):
    """Mine from now."""

    name = "take"


class CapacityForm(CommandForm):
    """Items that a team decides in a working day."""

    name = "capacity"
    capacity = forms.IntegerField(
        label="Items a working day",
        error_messages={"required": "Give a number of items.", "invalid": "Give a whole number of items."},
        widget=forms.NumberInput({"min": 1, "autocomplete": "off"}),
    )
