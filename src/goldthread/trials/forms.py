"""Forms of the trials' pages: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from goldthread.accounts.models import Team
from goldthread.assessment.mode_rules import MODES
from goldthread.desk.stated import StatedTimeField
from goldthread.web.forms import CommandForm, WordsField

WHOLE = {"invalid": "Write a whole number. Nothing was planned."}


def _why(label: str = "Why") -> WordsField:
    return WordsField(label=label, required=False, widget=forms.TextInput({"autocomplete": "off"}))


class ModeForm(CommandForm):
    """The mode of a team, or of everybody, from now or later."""

    name = "mode"
    team = forms.TypedChoiceField(
        label="Whose", required=False, coerce=int, empty_value=None,
        error_messages={"invalid_choice": "There is no such team. Choose one from the list; nothing was changed."},
    )  # fmt: skip
    mode = forms.ChoiceField(
        label="Mode", choices=MODES, required=False,
        error_messages={"invalid_choice": "That is no mode. Choose one from the list; nothing was changed."},
    )  # fmt: skip
    since = StatedTimeField(label="From (empty: now)", required=False)
    why = _why()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = [(one.pk, one.name) for one in Team.objects.order_by("name")]
        self.fields["team"].choices = [("", "Everybody"), *teams]  # type: ignore[attr-defined]


class SwitchForm(CommandForm):
    """The kill switch: why, and one confirmation."""

    name = "switch"
    why = _why()
    confirm = forms.BooleanField(
        label="Yes, for everybody, now", required=False, widget=forms.CheckboxInput({"autocomplete": "off"})
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("confirm"):
            self.add_error("confirm", "Confirm that it is for everybody, now. Nothing was changed.")
        return given


class PlanForm(CommandForm):
    """A trial: what it asks, the mode, and who starts when: drawn by lot, or as entered beside each team."""

    name = "plan"
    title = WordsField(label="Name", required=False, widget=forms.TextInput({"autocomplete": "off"}))
    asks = WordsField(label="What it asks", required=False, widget=forms.Textarea({"rows": 3, "autocomplete": "off"}))
    mode = forms.ChoiceField(
        label="Mode of a team from its start on", choices=MODES, required=False, initial="blind_first"
    )
    teams = forms.TypedMultipleChoiceField(
        label="Teams drawn by lot", required=False, coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "One of these teams does not exist. Choose from the list."},
    )  # fmt: skip
    first = StatedTimeField(label="The first starts", required=False)
    every_days = forms.IntegerField(label="Days between two starts", required=False, initial=7, error_messages=WHOLE)
    seed = forms.IntegerField(label="Seed (empty: a fresh one)", required=False, error_messages=WHOLE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = list(Team.objects.order_by("name"))
        self.fields["teams"].choices = [(one.pk, one.name) for one in self.known]  # type: ignore[attr-defined]
        for one in self.known:
            self.fields[f"start-{one.pk}"] = StatedTimeField(label=one.name, required=False)

    @property
    def entered(self) -> list[Any]:
        """The fields of the starts, one a team."""
        return [self[f"start-{one.pk}"] for one in self.known]

    def given(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        starts: dict[int, datetime] = {
            one.pk: data[f"start-{one.pk}"] for one in self.known if data.get(f"start-{one.pk}") is not None
        }
        same = ("asks", "mode", "teams", "first", "every_days", "seed")
        return {"name": data["title"], "starts": starts, **{name: data[name] for name in same}}


class EndForm(CommandForm):
    """A trial that ends: in which mode its teams go on, and why."""

    name = "end"
    after = forms.ChoiceField(label="Its teams go on", choices=MODES, initial="open", required=False)
    why = _why()
