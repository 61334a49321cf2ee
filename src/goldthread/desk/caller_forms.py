"""Forms about the caller: how the line stands, who speaks, safe contact, and attempts to call back; parsing only."""

from __future__ import annotations

from typing import Any

from django import forms

from goldthread.contact import choices
from goldthread.contact.caller_rules import Caller, Reachable
from goldthread.desk.forms import CommandForm, area_choices
from goldthread.desk.stated import StatedTimeField
from goldthread.web.forms import WordsField


def _line_of_text(label: str, **kwargs: Any) -> WordsField:
    return WordsField(label=label, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}), **kwargs)


class LineForm(CommandForm):
    """How the call stands, chosen by one button."""

    name = "line"
    state = forms.ChoiceField(
        label="Line",
        required=False,
        choices=choices.LINE,
        error_messages={"invalid_choice": "Choose how the line stands: speaking, silent, dropped or abandoned."},
    )


class OnLineForm(CommandForm):
    """Who is on the line."""

    name = "online"
    who = forms.ChoiceField(label="On the line", required=False, choices=[("", "Choose"), *choices.ON_LINE[1:]])
    cannot_speak = forms.BooleanField(label="Cannot speak freely", required=False)
    relation = _line_of_text("If a third party: who are they to those involved?")
    interpreter = forms.ChoiceField(label="Who interprets", required=False, choices=choices.INTERPRETERS)
    language = _line_of_text("Language")

    @staticmethod
    def told(given: dict[str, Any]) -> Caller:
        """What the form says."""
        return Caller(
            given["who"], given["cannot_speak"], given["interpreter"] or "none", given["language"], given["relation"]
        )


class SafeContactForm(CommandForm):
    """How the person may safely be reached."""

    name = "safe"
    answer = forms.ChoiceField(
        label="Safe contact?", required=False, choices=choices.SAFE_CONTACT[1:], widget=forms.RadioSelect
    )
    number = _line_of_text("Number or address")
    method = forms.ChoiceField(label="How", required=False, choices=choices.METHODS)
    times = _line_of_text("When")
    code_word = _line_of_text("Code word")
    voicemail = forms.ChoiceField(label="Voicemail", required=False, choices=choices.VOICEMAIL)

    @staticmethod
    def told(given: dict[str, Any]) -> Reachable:
        """What the form says."""
        return Reachable(
            given["answer"],
            given["method"] or "not_asked",
            given["voicemail"] or "not_asked",
            given["number"],
            given["times"],
            given["code_word"],
        )


class CallBackForm(CommandForm):
    """One attempt to call back."""

    name = "callback"
    outcome = forms.ChoiceField(label="Outcome", required=False, choices=[("", "Choose"), *choices.CALL_BACKS])
    number = _line_of_text("Number used")
    new_risk = forms.ChoiceField(
        label="If it takes longer",
        required=False,
        choices=[("", "Not about a delay"), *choices.NEW_RISK],
        error_messages={"invalid_choice": "Choose what was asked, from the list. Nothing was saved."},
    )
    at = StatedTimeField(label="If earlier, when", required=False)
    text = WordsField(
        label="What they said, or was heard",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "true"}),
    )
    told = WordsField(
        label="What we told them", required=False, widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "true"})
    )


class EarlierForm(CommandForm):
    """A contact that came while the system was away, as it stands on the paper form."""

    name = "earlier"
    contacted_at = StatedTimeField(
        label="When the contact came",
        error_messages={"required": "Say when the contact came. What you typed is still here."},
    )
    channel = forms.ChoiceField(label="Came in by", choices=choices.CHANNELS, initial="999")
    area = forms.ChoiceField(label="Area", required=False)
    location = _line_of_text("Where")
    caller_name = _line_of_text("Caller's name")
    caller_phone = _line_of_text("Caller's number")
    text = WordsField(
        label="What was said or heard", required=False, widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "true"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = area_choices()  # type: ignore[attr-defined]


class ArrivingForm(CommandForm):
    """A written contact for the inbox that came by no feed: a letter, a note from the counter, a message shown."""

    name = "arriving"
    channel = forms.ChoiceField(
        label="Came in by", choices=[one for one in choices.CHANNELS if one[0] in choices.RECEIVED], initial="counter"
    )
    received_at = StatedTimeField(label="If earlier, when", required=False)
    area = forms.ChoiceField(label="Area", required=False)
    location = _line_of_text("Where")
    sender_name = _line_of_text("Name")
    phone = _line_of_text("Number")
    sender = _line_of_text("Sender's address")
    subject = _line_of_text("Subject")
    text = WordsField(
        label="The words, as they are written",
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "true"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = area_choices()  # type: ignore[attr-defined]
