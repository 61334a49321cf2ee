"""Forms of the Commissioner's space: parsing only."""

from __future__ import annotations

from django import forms

from goldthread.web.forms import OLD, CommandForm, WordsField


class IssueForm(CommandForm):
    """An edition, as it was seen."""

    name = "issue"
    until = forms.DateField(
        label="Up to",
        widget=forms.HiddenInput,
        input_formats=["%Y-%m-%d"],
        error_messages={"required": OLD, "invalid": OLD},
    )
    seen = forms.RegexField(
        r"^[0-9a-f]{64}$", widget=forms.HiddenInput, error_messages={"required": OLD, "invalid": OLD}
    )


class SeenForm(CommandForm):
    """Something to be frozen, as it was seen."""

    name = "seen"
    seen = forms.RegexField(
        r"^[0-9a-f]{64}$", widget=forms.HiddenInput, error_messages={"required": OLD, "invalid": OLD}
    )


class PartForm(CommandForm):
    """A part of the letter, written anew."""

    name = "part"
    part = forms.CharField(max_length=10, widget=forms.HiddenInput)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput, error_messages={"required": OLD, "invalid": OLD})
    words = WordsField(label="Comments", widget=forms.Textarea({"rows": 8, "autocomplete": "off"}), required=False)
