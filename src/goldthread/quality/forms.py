"""Forms of quality's pages: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

from typing import Any

from django import forms

from goldthread.quality.rules import ANSWERS, REPLIES, RULINGS, Form
from goldthread.response.grades import every_grade, grade
from goldthread.web.forms import CommandForm, WordsField

DAY = "Give a day, such as 14/03/2027."


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages={"invalid": DAY, "required": DAY},
    )  # fmt: skip


class DrawForm(CommandForm):
    """A round: its days, and how many records of each stratum."""

    name = "draw"
    since = _day("Opened from")
    until = _day("To, that day included")

    def __init__(self, *args: Any, form: Form, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.strata = form.strata
        for code, name in form.strata.items():
            wrong = f"{name}: give a whole number, or leave it empty."
            self.fields[f"n-{code}"] = forms.IntegerField(
                label=name, required=False, min_value=0, max_value=1_000,
                error_messages={"invalid": wrong, "min_value": wrong, "max_value": "1,000 at most."},
            )  # fmt: skip

    def numbers(self) -> dict[str, int]:
        """How many of each stratum."""
        return {code: self.cleaned_data.get(f"n-{code}") or 0 for code in self.strata}


class ScoreForm(CommandForm):
    """A record scored by the questions of its round's form."""

    name = "score"
    should_be = forms.ChoiceField(label="The grade that was right, where another was", required=False)
    words = WordsField(
        label="What you found", required=False, widget=forms.Textarea({"rows": 4, "autocomplete": "off"}),
        help_text="Needed for a critical fail, and where nothing applies. Quote the record.",
    )  # fmt: skip

    def __init__(self, *args: Any, form: Form, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = form.questions
        for one in form.questions:
            self.fields[one.code] = forms.ChoiceField(
                label=one.asks, required=False, choices=[("", "Choose"), *ANSWERS]
            )
        grades = [("", "The one chosen was right"), *((code, grade(code).name) for code in every_grade())]
        self.fields["should_be"].choices = grades  # type: ignore[attr-defined]
        self.fails = form.critical
        for code, says in form.critical.items():
            self.fields[f"c-{code}"] = forms.ChoiceField(
                label=says, required=False, choices=[("", "No"), ("yes", "Yes")]
            )

    def answers(self) -> dict[str, str]:
        """The answers chosen, by question; one left open is left out."""
        return {one.code: given for one in self.questions if (given := self.cleaned_data.get(one.code))}

    def critical(self) -> list[str]:
        """The critical fails that were found."""
        return [code for code in self.fails if self.cleaned_data.get(f"c-{code}")]


class ReplyForm(CommandForm):
    """A handler's answer to feedback."""

    name = "reply"
    reply = forms.ChoiceField(choices=REPLIES)
    words = WordsField(
        label="What you want to say", required=False, widget=forms.Textarea({"rows": 4, "autocomplete": "off"}),
        help_text="Needed for a dispute: what is not right, and what in the record shows that.",
    )  # fmt: skip


class RulingForm(CommandForm):
    """The lead's answer to a dispute."""

    name = "ruling"
    ruling = forms.ChoiceField(choices=RULINGS)
    words = WordsField(
        label="Why, for the handler", required=False, widget=forms.Textarea({"rows": 3, "autocomplete": "off"})
    )


class ThemeForm(CommandForm):
    """A theme made of a question of a round, or of one record of it."""

    name = "theme"
    round = forms.IntegerField(widget=forms.HiddenInput)
    record = forms.IntegerField(widget=forms.HiddenInput, required=False)
    question = forms.ChoiceField(label="The question that shows it", required=False)
    title = WordsField(label="Title", required=False, help_text="What goes wrong, in a line.")
    why = WordsField(
        label="Why it is taken up", required=False, widget=forms.Textarea({"rows": 4, "autocomplete": "off"}),
        help_text="Trainers and boards read it: name nobody, and nothing by which an incident is known.",
    )  # fmt: skip

    def __init__(self, *args: Any, asked: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["question"].choices = [("", "Choose"), *asked.items()]  # type: ignore[attr-defined]


class EndForm(CommandForm):
    """A theme closed."""

    name = "end"
    words = WordsField(
        label="What came of it, or why it is taken up no further", required=False,
        widget=forms.Textarea({"rows": 3, "autocomplete": "off"}),
    )  # fmt: skip


class PlainForm(CommandForm):
    """A command that needs nothing but itself."""

    name = "plain"
