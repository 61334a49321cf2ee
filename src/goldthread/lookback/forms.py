"""Forms of the look-back's pages: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from goldthread.lookback.choices import OUTCOMES, SAFE_BECAUSE

OLD = "This form is out of date. Reload the page and send it again."


class KeyedForm(forms.Form):
    """A command with the key that makes a retry act once. Words are kept to the letter; the rules tidy and measure them."""

    use_required_attribute = False
    name = ""
    key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": OLD, "invalid": OLD})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{self.name}-%s")
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4


def _words(label: str, rows: int = 3) -> forms.CharField:
    made = forms.CharField(
        label=label, required=False, strip=False, widget=forms.Textarea({"rows": rows, "autocomplete": "off"})
    )
    made.validators = [one for one in made.validators if type(one).__name__ != "ProhibitNullCharactersValidator"]
    return made


def _line(label: str) -> forms.CharField:
    made = forms.CharField(label=label, required=False, widget=forms.TextInput({"autocomplete": "off"}))
    made.validators = [one for one in made.validators if type(one).__name__ != "ProhibitNullCharactersValidator"]
    return made


class SafeForm(KeyedForm):
    """Safe, because."""

    name = "safe"
    reason = forms.ChoiceField(label="Safe because", choices=SAFE_BECAUSE, required=False, widget=forms.RadioSelect)
    words = _words("What this rests on")


class VastForm(KeyedForm):
    """To VAST; with several desks, to which."""

    name = "vast"
    desk = forms.TypedChoiceField(label="VAST desk", coerce=int, required=False, empty_value=None)
    words = _words("A word to VAST", rows=2)

    def __init__(self, *args: Any, desks: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["desk"].choices = [("", "Choose a desk"), *desks]  # type: ignore[attr-defined]
        if len(desks) == 1:
            del self.fields["desk"]


class ReopenForm(KeyedForm):
    """Opened again; for a record elsewhere, who was told."""

    name = "reopen"
    told = _line("Who was told")
    words = _words("What was said", rows=2)

    def __init__(self, *args: Any, ours: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if ours:
            del self.fields["told"]


class UndoForm(KeyedForm):
    """The decision taken back."""

    name = "undo"
    words = _words("Why it is undone", rows=2)


class OutcomeForm(KeyedForm):
    """What came of it."""

    name = "outcome"
    outcome = forms.ChoiceField(label="What came of it", choices=OUTCOMES, required=False, widget=forms.RadioSelect)
    words = _words("In a sentence")


class TakeForm(KeyedForm):
    """Mine from now."""

    name = "take"


class CapacityForm(KeyedForm):
    """Items that a team decides in a working day."""

    name = "capacity"
    capacity = forms.IntegerField(
        label="Items a working day",
        error_messages={"required": "Give a number of items.", "invalid": "Give a whole number of items."},
        widget=forms.NumberInput({"min": 1, "autocomplete": "off"}),
    )
