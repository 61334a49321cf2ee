"""Forms of the VAST desk: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

from typing import Any

from django import forms

from goldthread.desk.forms import CommandForm as DeskForm
from goldthread.desk.stated import StatedTimeField
from goldthread.safeguarding.concern_models import ANSWERS, RATINGS, RESULTS
from goldthread.web.forms import CommandForm, WordsField

AGAIN = [(5, "5 minutes"), (10, "10 minutes"), (15, "15 minutes"), (30, "30 minutes"), (60, "1 hour")]
"""When somebody is tried again, as the page offers it."""
Choices = list[tuple[str, str]]


def _words(label: str, rows: int = 2) -> WordsField:
    return WordsField(label=label, required=False, widget=forms.Textarea({"rows": rows, "autocomplete": "off"}))


def _choice(label: str, choices: Choices | None = None) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", "Choose"), *(choices or [])])


class ChoosingForm(CommandForm):
    """A command one of whose fields chooses from a list that a force sets."""

    chooses = ""

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[self.chooses].choices = [("", "Choose"), *choices]  # type: ignore[attr-defined]


class RateForm(CommandForm):
    """The rating confirmed or changed; ``seen`` is the one that the page showed, ``reason`` the newest reason on it."""

    name = "rate"
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=5)
    reason = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    rating = forms.ChoiceField(label="Rating", choices=RATINGS, required=False)
    words = _words("Why (needed to change it)", rows=1)


class CallForm(ChoosingForm):
    """A telephone call to a partner."""

    name, chooses = "telephone", "desk"
    desk = _choice("Telephoned")
    reached = WordsField(
        label="Who was reached, by name", required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    again = forms.TypedChoiceField(
        label="Nobody answered: try again in", choices=[("", "Somebody was reached"), *AGAIN], coerce=int, required=False,
        empty_value=None,
    )  # fmt: skip
    called_at = StatedTimeField(label="When, if not just now", required=False)
    words = _words("What was said and agreed (now, or write it up later)")


class WriteUpForm(CommandForm):
    """A call written up."""

    name = "write_up"
    call = forms.IntegerField(widget=forms.HiddenInput)
    words = _words("What was said and agreed")


class ResearchForm(CommandForm):
    """The result of one item of the checklist."""

    name = "research"
    item = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)
    result = _choice("Result", RESULTS)
    words = _words("What was found, or why not searched", rows=1)


class OpinionForm(ChoosingForm):
    """A second opinion on the THRIVE."""

    name, chooses = "opinion", "grade"
    grade = _choice("Grade you would give")
    words = _words("Why")


class EndForm(ChoosingForm):
    """How a concern ends; ``last_seq`` and ``reason`` are the last line and the newest reason that the page showed."""

    name, chooses = "end", "outcome"
    last_seq = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    outcome = _choice("How it ends")
    words = _words("What was done, with whom, and what happens next for the child")


class ReferForm(DeskForm):
    """An incident referred to VAST, from its own page."""

    name = "refer"
    words = _words("What should VAST look at, and why")
    urgent = forms.BooleanField(label="A child may be in danger now", required=False)


class OpinionAnswerForm(DeskForm):
    """The answer to a second opinion, from the incident's own page."""

    name = "opinion-answer"
    opinion = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=ANSWERS, required=False)
    words = _words("Why, if you disagree")
