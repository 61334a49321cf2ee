"""Forms of hand-offs."""

from __future__ import annotations

from typing import Any

from django import forms

from goldthread.desk.forms import QUIET, CommandForm
from goldthread.response.transfer_models import THRESHOLDS
from goldthread.web.forms import WordsField


class HandForm(CommandForm):
    """To whom an incident is handed, and what they must know."""

    name = "hand"
    to = forms.ChoiceField(
        label="To",
        required=False,
        error_messages={
            "invalid_choice": "They are not on the list any more. Nothing was changed; choose somebody who is."
        },
    )
    note = WordsField(label="What they must know", required=False, widget=forms.TextInput(attrs=QUIET))

    def __init__(self, *args: Any, receivers: list[tuple[str, list[tuple[str, str]]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", "Choose a desk or a person"), *receivers]  # type: ignore[attr-defined]

    def receiver(self) -> dict[str, Any]:
        """The person or desk chosen, as the action takes it; empty where none is."""
        kind, _, number = self.cleaned_data["to"].partition(":")
        return {"to_team" if kind == "team" else "to": int(number)} if number else {}


class TransferForm(CommandForm):
    """Another force or agency that was asked to act."""

    name = "transfer"
    agency = forms.CharField(label="Force or agency", required=False, widget=forms.TextInput(attrs=QUIET))
    reached = forms.CharField(label="Who there, and how", required=False, widget=forms.TextInput(attrs=QUIET))
    what = WordsField(label="Asked to", required=False, widget=forms.TextInput(attrs=QUIET))
    threshold = forms.ChoiceField(
        label="Are police needed",
        required=False,
        choices=THRESHOLDS,
        error_messages={"invalid_choice": "Choose from the list whether police are needed. Nothing was changed."},
    )


class AnswerTransferForm(CommandForm):
    """What another force or agency answered, or that they are asked no more."""

    name = "answer_transfer"
    transfer = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.CharField(max_length=10, required=False)
    words = WordsField(required=False)


class AnswerHandForm(CommandForm):
    """An answer to what was handed over: acknowledged, declined with a reason, or taken back."""

    name = "answer_hand"
    answer = forms.CharField(max_length=12, required=False)
    words = WordsField(label="Why not", required=False, widget=forms.TextInput(attrs=QUIET))
