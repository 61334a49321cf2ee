"""Forms of the Commissioner's space: parsing only."""

from __future__ import annotations

from django import forms

from goldthread.web.forms import OLD, CommandForm


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
