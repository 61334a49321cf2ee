"""Forms of requests: a lower grade, a later time, and the answer to either or to a closing asked for."""

from __future__ import annotations

from typing import Any

from django import forms

from goldthread.desk.forms import CommandForm
from goldthread.desk.stated import StatedTimeField
from goldthread.response.request_rules import Reason, delays, reasons
from goldthread.web.forms import WordsField


class ReasonedForm(CommandForm):
    """Why something is asked: reasons from the list, and words."""

    reasons = forms.MultipleChoiceField(
        label="Reasons",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "That reason is not in the list. Nothing was changed; choose from it."},
    )
    why = WordsField(
        label="What lowers the risk, and how is it known", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, known: dict[str, Reason] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reasons"].choices = [  # type: ignore[attr-defined]
            (one.code, one.name if one.alone else f"{one.name} (never the only reason)")
            for one in (known or reasons()).values()
        ]


class LowerForm(ReasonedForm):
    """A lower grade."""

    name = "lower"
    grade = forms.ChoiceField(
        label="Lower grade",
        required=False,
        error_messages={
            "invalid_choice": "That grade cannot be asked for now. The grade stays as it was; choose from the list."
        },
    )
    field_order = ("key", "grade", "reasons", "why")

    def __init__(self, *args: Any, choices_now: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grade"].choices = [("", "Choose a grade"), *choices_now]  # type: ignore[attr-defined]


class LaterForm(ReasonedForm):
    """A later time of attendance."""

    name = "later"
    due_at = StatedTimeField(label="Until when", required=False)
    field_order = ("key", "due_at", "reasons", "why")


class DelayForm(ReasonedForm):
    """Why a target was missed."""

    name = "delay"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, known=delays(), **kwargs)
        self.fields["why"].label = "Why it is late, and what was done about the risk meanwhile"


class DecideForm(CommandForm):
    """An answer to a request; ``seen`` is the last line of the timeline that the page showed."""

    name = "decide"
    request = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    answer = forms.CharField(max_length=10, required=False)
    words = WordsField(label="Why", required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class RungForm(CommandForm):
    """Who was rung where nobody senior is on duty."""

    name = "rung"
    on_call = forms.IntegerField(required=False, widget=forms.HiddenInput)
    who = WordsField(required=False)
    outcome = forms.CharField(max_length=20, required=False)


class WithdrawForm(CommandForm):
    """One's own request taken back."""

    name = "withdraw"
    request = forms.IntegerField(widget=forms.HiddenInput)
