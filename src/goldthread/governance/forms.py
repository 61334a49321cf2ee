"""Forms of governance's pages: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

from django import forms

from goldthread.web.forms import CommandForm, WordsField

DAY = "Give a day, such as 14/03/2027."


class NoteForm(CommandForm):
    """Something noted on a figure's history."""

    name = "note"
    day = forms.DateField(
        label="On which day", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages={"invalid": DAY, "required": DAY},
    )  # fmt: skip
    words = WordsField(
        label="What happened or changed", required=False, widget=forms.Textarea({"rows": 3, "autocomplete": "off"}),
        help_text="It stands on the chart and in packs, with your name. No names of people, and nothing of one case.",
    )  # fmt: skip
    anew = forms.BooleanField(
        label="Reckon the limits anew from that day", required=False,
        help_text="Where the way of working changed for good. The old limits stand until there are eight new values, so no signal goes silent.",
    )  # fmt: skip


class IssueForm(CommandForm):
    """A pack issued as the draft showed it."""

    name = "issue"
    board = forms.CharField(widget=forms.HiddenInput, max_length=20)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
