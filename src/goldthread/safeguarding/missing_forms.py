"""Forms of missing episodes: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

from typing import Any

from django import forms

from goldthread.desk.stated import StatedTimeField
from goldthread.safeguarding.missing_choices import FOUND_BY, HOW, INTERVIEWS, OUTCOMES
from goldthread.safeguarding.missing_rules import newest_table
from goldthread.safeguarding.protection_forms import ChildForm, line, listed, words
from goldthread.web.forms import OLD, CommandForm

CHOOSE = ("", "Choose")


def _version() -> forms.IntegerField:
    """The newest assessment that its author had before them."""
    said = {"required": OLD, "invalid": OLD}
    return forms.IntegerField(widget=forms.HiddenInput, error_messages=said)


class RiskFields(forms.Form):
    """A risk with its reasons, from the table in force."""

    risk = forms.ChoiceField(label="Risk", required=False)
    reasons = forms.MultipleChoiceField(label="Reasons", required=False, widget=forms.CheckboxSelectMultiple)
    words = words("Why, in a sentence")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        table = newest_table()
        risks = [(one.code, one.name) for one in reversed(table.risks.values())]
        self.fields["risk"].choices = [("", "As the record suggests"), *risks]  # type: ignore[attr-defined]
        self.fields["reasons"].choices = list(table.reasons.items())  # type: ignore[attr-defined]


class OpenForm(ChildForm, RiskFields):
    """A child is missing."""

    name = "open"
    last_seen_at = StatedTimeField(label="Last seen at", required=False)
    last_seen = line("Where, and by whom")
    went_from = forms.ChoiceField(label="Went missing from", required=False)
    place = line("Address, if it is not the incident's")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["went_from"].choices = [CHOOSE, *newest_table().places.items()]  # type: ignore[attr-defined]


class AssessForm(CommandForm, RiskFields):
    """The risk anew."""

    name = "assess"
    version = _version()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = list(self.fields["risk"].choices)  # type: ignore[attr-defined]
        self.fields["risk"].choices = [CHOOSE, *named[1:]]  # type: ignore[attr-defined]


class AgreeForm(CommandForm):
    """An inspector's answer."""

    name = "agree"
    version = _version()
    answer = forms.ChoiceField(label="Answer", choices=[("yes", "Agree"), ("no", "Not agreed")])
    words = words("Why (needed if not agreed)", rows=1)


class SightingForm(CommandForm):
    """The child was seen."""

    name = "sighting"
    seen_at = StatedTimeField(label="Seen at", required=False)
    words = words("Where, and by whom")


class WithdrawForm(CommandForm):
    """A sighting was recorded by mistake; the page gives the list."""

    name = "withdraw"
    sighting = forms.IntegerField(label="Which", required=False, widget=forms.Select)
    why = words("Why it was a mistake")


class ReturnForm(CommandForm):
    """The child is back."""

    name = "return"
    returned_at = StatedTimeField(label="When, if not now", required=False)
    found_by = listed("How", FOUND_BY, CHOOSE)
    where = line("Where found")
    condition = words("How the child is: seen, injured, fed, frightened")


class InterviewForm(CommandForm):
    """An interview after the return."""

    name = "interview"
    kind = forms.ChoiceField(label="Which", choices=INTERVIEWS, required=False)
    outcome = listed("What came of it", OUTCOMES, CHOOSE)
    held_at = StatedTimeField(label="When, if not now", required=False)
    how = listed("How", HOW, CHOOSE)
    not_face = line("If a prevention interview was not face to face, why")
    who = line("Who spoke to the child, or offers it")
    words = words("What the child said, in the child's words; or why there was none", rows=4)
