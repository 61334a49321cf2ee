"""The forms of a partner's link: ours to send one, and theirs to read and answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from goldthread.safeguarding.link_rules import ANSWERS, LONGEST_NAME
from goldthread.web.forms import CommandForm, WordsField

if TYPE_CHECKING:
    from goldthread.safeguarding.referral_models import Referral


class SendForm(CommandForm):
    """To whom a link goes."""

    name = "link"
    contact = forms.TypedChoiceField(
        label="Send a link to",
        coerce=int,
        error_messages={"required": "Choose to whom.", "invalid_choice": "Choose a contact on the list."},
    )

    def __init__(self, *args: Any, referral: Referral, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contacts = referral.partner.contacts.filter(active=True).order_by("name")
        self.fields["contact"].choices = [(one.pk, str(one)) for one in contacts]  # type: ignore[attr-defined]
        self.fields["contact"].initial = referral.contact_id


class EndForm(CommandForm):
    """Which link ends."""

    name = "end"
    link = forms.IntegerField(widget=forms.HiddenInput)


class AttachForm(CommandForm):
    """A file beside what was sent."""

    name = "attach"
    file = forms.FileField(label="File", help_text="PDF, JPEG, PNG or plain text, at most 25 MB.")


class ShareForm(CommandForm):
    """Which file is shown to them, or no longer."""

    name = "share"
    file = forms.UUIDField(widget=forms.HiddenInput)
    shown = forms.BooleanField(required=False)


class AskForm(forms.Form):
    """Ask for a code, by the usual way or another."""

    way = forms.ChoiceField(choices=[("", ""), ("mail", "mail"), ("text", "text")], required=False)


class CodeForm(forms.Form):
    """The code as it came."""

    use_required_attribute = False
    code = forms.CharField(
        label="Code", max_length=40, error_messages={"required": "Type the six digits of the code."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )  # fmt: skip


class SeenForm(CommandForm):
    """I am, and I have read this."""

    name = "seen"
    person = forms.CharField(
        label="I am", max_length=LONGEST_NAME, help_text="Your first and last name.",
        error_messages={"required": "Type your name."}, widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    read = forms.BooleanField(label="I have read this", required=False)


class AnswerForm(CommandForm):
    """What the partner tells."""

    name = "answer"
    leg = forms.ChoiceField(
        label="What do you want to tell us?", choices=list(ANSWERS.items()), widget=forms.RadioSelect,
        error_messages={"required": "Choose what you want to tell us.", "invalid_choice": "Choose what you want to tell us."},
    )  # fmt: skip
    words = WordsField(
        label="In your words", required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Needed unless you only accept it.",
    )  # fmt: skip
    file = forms.FileField(label="A file", required=False, help_text="PDF, JPEG, PNG or plain text, at most 25 MB.")
    person = forms.CharField(
        label="Your name", max_length=LONGEST_NAME, error_messages={"required": "Type your name."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
