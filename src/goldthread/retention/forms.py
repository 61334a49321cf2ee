"""Forms of retention's page: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

from django import forms

from goldthread.web.forms import CommandForm, WordsField


def _words(label: str, hint: str = "") -> WordsField:
    return WordsField(
        label=label, required=False, help_text=hint, widget=forms.Textarea({"rows": 3, "autocomplete": "off"})
    )


class KeepForm(CommandForm):
    """It is kept, until the group's next review or a sooner one."""

    name = "keep"
    rationale = _words("Why it is kept", "This stays when its texts go: name nobody.")
    next_on = forms.DateField(
        label="Look at it again on", required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Give a day, such as 14/03/2027."}, input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )  # fmt: skip


class EraseForm(CommandForm):
    """Its texts are to be erased."""

    name = "propose"
    rationale = _words("Why its texts are not needed any more", "This stays when its texts go: name nobody.")


class AnswerForm(CommandForm):
    """A proposed erasure approved or refused."""

    name = "answer"
    proposal = forms.IntegerField(widget=forms.HiddenInput)
    approve = forms.ChoiceField(choices=[("yes", "Approve"), ("no", "Refuse")])
    words = _words("Why not, if you refuse it", "This stays when its texts go: name nobody.")
