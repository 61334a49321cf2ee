"""Forms of the pages about children: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

from typing import Any

from django import forms

from goldthread.safeguarding.child_models import REVIEWED
from goldthread.web.forms import CommandForm, WordsField


def _words(label: str, rows: int = 2) -> WordsField:
    return WordsField(label=label, required=False, widget=forms.Textarea({"rows": rows, "autocomplete": "off"}))


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Give a day, such as 14/03/2027."}, input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )  # fmt: skip


def _despite() -> forms.BooleanField:
    """Sent by the second press, after what speaks against it was read."""
    return forms.BooleanField(label="Perhaps two children", required=False, widget=forms.HiddenInput)


class SearchForm(forms.Form):
    """A name, and what a child found is wanted for: to be merged with a record, or to be tied to a child of an incident."""

    use_required_attribute = False
    typed = WordsField(label="Child's name", required=False, max_length=200)
    record = forms.UUIDField(required=False, widget=forms.HiddenInput)
    incident = forms.UUIDField(required=False, widget=forms.HiddenInput)
    child = forms.UUIDField(required=False, widget=forms.HiddenInput)


class MakeForm(CommandForm):
    """A record of a child."""

    name = "make"


class TieForm(CommandForm):
    """A child of an incident is a record's."""

    name = "tie"
    record = forms.UUIDField(widget=forms.HiddenInput)
    why = _words("Why this is the same child", rows=1)
    despite = _despite()


class UntieForm(CommandForm):
    """It is not after all."""

    name = "untie"
    why = _words("Why this is not the same child", rows=1)


class LikenessForm(CommandForm):
    """One child or two."""

    name = "likeness"
    answer = forms.ChoiceField(choices=[("same", "One child"), ("apart", "Two children")], widget=forms.HiddenInput)
    why = _words("Why (needed to say that they are one)", rows=2)
    despite = _despite()


class MergeForm(CommandForm):
    """Two records are one child."""

    name = "merge"
    other = forms.UUIDField(widget=forms.HiddenInput)
    why = _words("Why these are one child", rows=1)
    despite = _despite()


class UnmergeForm(CommandForm):
    """A merge taken back."""

    name = "unmerge"
    gone = forms.UUIDField(widget=forms.HiddenInput)
    why = _words("Why the merge is taken back", rows=1)
    different = forms.BooleanField(label="They are two different children: do not suggest them again", required=False)


class MarkForm(CommandForm):
    """A marker on a child."""

    name = "mark"
    kind = forms.ChoiceField(label="What it is about", required=False)
    words = _words("What whoever meets the child must know")
    review_on = _day("Look at it again by")

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "Choose"), *kinds]  # type: ignore[attr-defined]


class ReviewForm(CommandForm):
    """A marker looked at again."""

    name = "review"
    marker = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**15)
    outcome = forms.ChoiceField(label="The marker is", choices=[("", "Choose"), *REVIEWED], required=False)
    why = _words("Why", rows=1)
    words = _words("What it says from now on, where it is changed", rows=1)
    review_on = _day("Look at it again by, unless it ends")


class RaiseForm(CommandForm):
    """What was decided of concerns that raised a child."""

    name = "raise"
    words = _words("What was decided for the child")
