"""Forms of investigation's pages: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from goldthread.accounts.models import Staff, Team
from goldthread.desk.stated import StatedTimeField
from goldthread.investigation.models import ACCESS, KINDS, SEEN, SPOKEN
from goldthread.investigation.rules import Outcome, Risk
from goldthread.web.forms import CommandForm, WordsField


def _words(label: str, rows: int = 2, hint: str = "") -> WordsField:
    return WordsField(
        label=label, required=False, help_text=hint, widget=forms.Textarea({"rows": rows, "autocomplete": "off"})
    )


def _person(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, coerce=int, required=False, empty_value=None)


def _choose(form: forms.Form, name: str, choices: list[tuple[Any, str]]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]


class HandForm(CommandForm):
    """To whom an incident is offered, a team or a person of one."""

    name = "hand"
    to = forms.ChoiceField(label="To", required=False)
    note = _words("What they should know first", rows=3)

    def __init__(self, *args: Any, teams: list[Team], people: list[Staff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(f"team-{one.pk}", f"{one.name}, any supervisor") for one in teams]
        _choose(self, "to", [*named, *((f"staff-{one.pk}", f"{one.name}, {one.team.name}") for one in people)])


class PeopleForm(CommandForm):
    """Who leads and who reviews."""

    name = "assign"
    investigator = _person("Led by")
    supervisor = _person("Reviewed by")

    def __init__(self, *args: Any, leading: list[Staff], senior: list[Staff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "investigator", [(one.pk, one.name) for one in leading])
        _choose(self, "supervisor", [(one.pk, one.name) for one in senior])


class AcceptForm(PeopleForm):
    """An offer accepted."""

    name = "accept"
    reference = WordsField(label="Crime reference", required=False, help_text="If there is one yet.", max_length=200)


class DeclineForm(CommandForm):
    """An offer declined."""

    name = "decline"
    words = _words("Why you do not take it")


class LeaveForm(CommandForm):
    """Why a declined offer is not made anew."""

    name = "leave"
    words = _words("Why it is not investigated")


class ReferenceForm(CommandForm):
    """The reference in the force's crime system."""

    name = "reference"
    reference = WordsField(label="Crime reference", required=False, max_length=200)


class ItemForm(CommandForm):
    """A line of enquiry or a measure."""

    name = "item"
    kind = forms.ChoiceField(label="What", choices=KINDS[:2], required=False)
    words = _words("What is to be done", rows=1)
    owner = _person("By whom")
    due_at = StatedTimeField(label="By when", required=False)

    def __init__(self, *args: Any, leading: list[Staff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "owner", [(one.pk, one.name) for one in leading])


class EndItemForm(CommandForm):
    """What became of an item."""

    name = "end"
    item = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.CharField(max_length=12, required=False)
    words = _words("What came of it, or why it is not pursued", rows=1)


class AccessForm(CommandForm):
    """The suspect's access to any child."""

    name = "access"
    answer = forms.ChoiceField(label="Access today", choices=ACCESS, required=False, widget=forms.RadioSelect)
    who = _words("Which children, and whether they live, visit or meet there", rows=1)
    words = _words("Yes: what was done. No: how that is known.")


class ChildForm(CommandForm):
    """A child who is not on the incident's record."""

    name = "child"
    called = WordsField(label="Name, or leave empty where not known", required=False)
    age = forms.IntegerField(label="Age", required=False)


class VoiceForm(CommandForm):
    """What one child said or showed."""

    name = "voice"
    child = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.ChoiceField(label="Seen", choices=[("", "Choose"), *SEEN], required=False)
    spoken = forms.ChoiceField(label="Spoken to", choices=[("", "Choose"), *SPOKEN], required=False)
    by_whom = WordsField(label="Who saw or spoke to the child", required=False)
    occurred_at = StatedTimeField(label="When", required=False)
    said = _words("What the child said, in their own words")
    behaviour = _words("What the child showed: behaviour, mood, how they are at home")
    wishes = _words("What the child wants to happen", rows=1)

    def __init__(self, *args: Any, of: uuid.UUID | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **({"auto_id": f"voice-{of}-%s", "initial": {"child": of}} if of else {}), **kwargs)


class CannotForm(CommandForm):
    """Why one child cannot be heard."""

    name = "cannot"
    child = forms.UUIDField(widget=forms.HiddenInput)
    why = _words("Why this child cannot be heard, and what was tried", rows=1)


class ReviewForm(CommandForm):
    """A supervisor's review."""

    name = "review"
    agrees = forms.TypedChoiceField(
        label="The plan", choices=[("yes", "Agree with the plan"), ("no", "Direct an action")], coerce=lambda one: one == "yes",
        required=False, empty_value=None, widget=forms.RadioSelect,
    )  # fmt: skip
    voice = forms.TypedChoiceField(
        label="Is each child's voice in it?", choices=[("yes", "Yes"), ("no", "Not yet")], coerce=lambda one: one == "yes",
        required=False, empty_value=None, widget=forms.RadioSelect,
    )  # fmt: skip
    words = _words("What you looked at, and what you found", rows=3)
    risk = forms.ChoiceField(label="Risk from now on", required=False)
    directs = _words("If you direct: what is to be done", rows=1)
    due_at = StatedTimeField(label="By when", required=False)

    def __init__(self, *args: Any, risks: dict[str, Risk], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "risk", [("", "Stays as it is"), *((code, one.name) for code, one in risks.items())])

    def clean_agrees(self) -> bool:
        """The reviewer says which; no answer is none."""
        return self._said("agrees", "Say whether you agree or direct an action.")

    def clean_voice(self) -> bool:
        """The same of the children's voice."""
        return self._said("voice", "Say whether each child's voice is in it.")

    def _said(self, name: str, say: str) -> bool:
        found = self.cleaned_data[name]
        if found is None:
            raise forms.ValidationError(f"{say} Nothing was saved.")
        return bool(found)


class EndForm(CommandForm):
    """A closing decision proposed."""

    name = "ask"
    outcome = forms.ChoiceField(label="Outcome", required=False)
    words = _words("Reason")

    def __init__(self, *args: Any, outcomes: dict[str, Outcome], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "outcome", [("", "Choose"), *((code, one.name) for code, one in outcomes.items())])


class ConfirmForm(CommandForm):
    """A closing decision answered."""

    name = "answer"
    asked = forms.IntegerField(widget=forms.HiddenInput)
    confirm = forms.CharField(max_length=3, required=False)
    words = _words("What is missing (needed to return it)", rows=1)


class ToldForm(CommandForm):
    """Who was told the outcome."""

    name = "told"
    who = forms.ChoiceField(label="Who", required=False)
    how = forms.ChoiceField(label="How", required=False)
    occurred_at = StatedTimeField(label="When", required=False)
    words = _words("Words to it; why not, where they were not told", rows=1)

    def __init__(self, *args: Any, people: list[tuple[str, str]], told: dict[str, Outcome], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "who", people)
        _choose(self, "how", [("", "Choose"), *((code, one.name) for code, one in told.items())])


class SeenForm(CommandForm):
    """What is new, acknowledged up to what the page showed: incident and line, as many as there are."""

    name = "seen"
    upto = forms.CharField(widget=forms.HiddenInput, max_length=10_000)

    def clean_upto(self) -> dict[uuid.UUID, int]:
        """Each incident with the line up to which the page showed it."""
        found = {}
        for one in self.cleaned_data["upto"].split(","):
            incident, _, seq = one.partition(":")
            try:
                found[uuid.UUID(incident)] = min(int(seq), 2**31 - 1)
            except ValueError:
                raise forms.ValidationError("This page is out of date. Reload it; nothing was saved.") from None
        return found
