"""Forms of the webhooks' page."""

from __future__ import annotations

from django import forms

from goldthread.integration.webhook_rules import KINDS, LONGEST_NAME
from goldthread.web.forms import CommandForm


class SubscribeForm(CommandForm):
    """A system to tell, and of what."""

    name = "webhook"
    called = forms.CharField(
        label="System", max_length=LONGEST_NAME, error_messages={"required": "Give the system a name."},
        help_text="As your people know it.", widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    url = forms.CharField(
        label="Address", help_text="https, and in full: each delivery goes there and nowhere else.",
        error_messages={"required": "Give the address."}, widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        label="Tell it when", choices=list(KINDS.items()), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one thing that the system is to be told of."},
    )  # fmt: skip
