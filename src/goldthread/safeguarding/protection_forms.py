"""Forms of police protection: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

from typing import Any

from django import forms

from goldthread.desk.stated import StatedTimeField
from goldthread.safeguarding.protection_choices import ENDINGS, MEETINGS, OUTCOMES, PLANS, TOLD
from goldthread.safeguarding.protection_rules import Given
from goldthread.web.forms import CommandForm, WordsField

NEW_CHILD = ("", "A child not on record yet")
NOT_SAID = ("", "Leave as it is")


def line(label: str) -> WordsField:
    """One line of words that nobody has to write."""
    return WordsField(label=label, required=False, widget=forms.TextInput({"autocomplete": "off"}))


def words(label: str, rows: int = 2) -> WordsField:
    """Words that nobody has to write before help comes."""
    return WordsField(label=label, required=False, widget=forms.Textarea({"rows": rows, "autocomplete": "off"}))


def listed(label: str, pairs: list[tuple[str, str]], first: tuple[str, str] = NOT_SAID) -> forms.ChoiceField:
    """A choice, or none."""
    return forms.ChoiceField(label=label, choices=[first, *pairs], required=False)


class ChildForm(CommandForm):
    """Which child of the incident it is about, or one who is recorded with it."""

    child = forms.ChoiceField(label="Child", required=False)
    child_name = line("Name of a child not on record yet, or unknown")

    def __init__(self, *args: Any, children: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["child"].choices = [*children, NEW_CHILD]  # type: ignore[attr-defined]
        if children:
            self.fields["child"].initial = children[0][0]


class Facts(forms.Form):
    """What is known of a protection; every field may stay empty."""

    initiating = line("Officer who took the child: collar number or name")
    designated = line("Designated officer: another person")
    where_now = line("Where the child is now")
    reason = words("Reason: what makes significant harm likely")
    authority = line("Local authority told: who, by name")
    authority_at = StatedTimeField(label="Told at", required=False)
    child_told = listed("The child", TOLD)
    parents_told = listed("The parents", TOLD)
    told_why = line("If not yet, why")
    plan = listed("Before it lapses", PLANS)
    plan_words = line("Plan: to whom, by when, or the order")

    def given(self) -> Given:
        """What was given, for the action."""
        names = Given.__dataclass_fields__
        return Given(**{name: value for name, value in self.cleaned_data.items() if name in names})


class TakeForm(ChildForm, Facts):
    """A child taken into police protection."""

    name = "take"
    taken_at = StatedTimeField(label="Taken at", required=False)


class AddForm(CommandForm, Facts):
    """What was owed, or a correction."""

    name = "add"
    taken_at = StatedTimeField(label="Taken at, if the time on record is wrong", required=False)


class EndForm(CommandForm):
    """How it ended."""

    name = "end"
    how = listed("How it ended", ENDINGS, ("", "Choose"))
    ended_at = StatedTimeField(label="When, if not now", required=False)
    words = words("To whom, or what else to know")


class MeetForm(CommandForm):
    """A strategy discussion or a conference."""

    name = "meet"
    kind = forms.ChoiceField(label="What", choices=MEETINGS, required=False)
    held_at = StatedTimeField(label="Held at", required=False)
    who = words("Who was there, by name and agency", rows=1)
    outcome = listed("What came of it", OUTCOMES, ("", "Choose"))
    words = words("What was decided; if not held, why")
