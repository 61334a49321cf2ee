"""What the forms of every app share: text kept to the letter, and commands that a retry does not do twice."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404

from goldthread.config.errors import Invalid, NotThere, Refused

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


def show_errors(form: forms.Form, error: Refused) -> None:
    """Put a refusal's sentences beside the fields they are about; what is about none stands above all."""
    for field, sentence in error.fields.items() if isinstance(error, Invalid) else [("", str(error))]:
        form.add_error(field if field in form.fields else None, sentence)


def carried_out(form: forms.Form, act: Callable[[dict[str, Any]], object]) -> bool:
    """Carry a command out. A refusal is the form with its sentence and with everything typed; what is not there is a 404."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except NotThere as error:
            raise Http404(str(error)) from None
        except Refused as error:
            show_errors(form, error)
        else:
            return True
    return False
