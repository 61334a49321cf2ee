"""What the forms of every app share: text kept to the letter, and commands that a retry does not do twice."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

OLD = "This form is out of date. Reload the page and send it again."


class WordsField(forms.CharField):
    """Text kept to the letter: not stripped, and null characters are left to the rules, which keep the rest."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)
        self.validators = [one for one in self.validators if type(one).__name__ != "ProhibitNullCharactersValidator"]


class CommandForm(forms.Form):
    """A command with the key that makes a retry act once; a fresh form brings a fresh key."""

    use_required_attribute = False
    name = ""
    key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": OLD, "invalid": OLD})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{self.name}-%s")
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4
