"""Forms of the *Known* column: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

from django import forms

from goldthread.contact.people_models import SEARCHED
from goldthread.desk.forms import CommandForm
from goldthread.web.forms import WordsField

BORN = ["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%d %b %Y", "%d %B %Y"]


class SearchForm(CommandForm):
    """What to search for; ``typed`` is told back whatever comes of it."""

    name = "known-search"
    kind = forms.ChoiceField(
        choices=SEARCHED, error_messages={"invalid_choice": "Choose what to search for: a place, a number or a name."}
    )
    typed = WordsField(required=False)


class ChoiceForm(CommandForm):
    """One of what was found, to settle on or to withdraw."""

    name = "known-choice"
    choice = WordsField(required=False)
    typed = WordsField(required=False)


class PersonForm(CommandForm):
    """Somebody whom no search found."""

    name = "known-person"
    person = WordsField(label="Name", required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    born = forms.DateField(
        label="Date of birth, if known",
        required=False,
        input_formats=BORN,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={"invalid": "Write the date of birth like 03/11/2019, or leave it empty. Nothing was saved."},
    )
    lives_here = forms.BooleanField(label="Lives at the settled address", required=False)


class LinkForm(CommandForm):
    """Another incident."""

    name = "known-link"
    other = forms.UUIDField(error_messages={"required": "Choose an incident.", "invalid": "Choose an incident."})
