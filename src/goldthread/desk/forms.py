"""Forms of the contact and incident pages: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django import forms

from goldthread.accounts.models import Team
from goldthread.accounts.queries import areas
from goldthread.assessment.elements import elements_on
from goldthread.contact import choices
from goldthread.contact.rules import MOST_CHILDREN
from goldthread.desk.queries import NEEDS
from goldthread.desk.stated import StatedTimeField
from goldthread.desk.unit_rows import Choice
from goldthread.response.grades import closing_reasons, every_grade
from goldthread.response.models import ARRIVAL_SOURCES
from goldthread.web import forms as web
from goldthread.web.forms import WordsField


def area_choices() -> list[tuple[str, str]]:
    """The force's areas, after *not known yet*."""
    return [("", "Not known yet"), *((area, area) for area in areas())]


QUIET = {"autocomplete": "off"}


class CommandForm(web.CommandForm):
    """A command on an incident, whose words may stand in a draft."""

    def drafted(self) -> dict[str, str]:
        """What was sent, by the names that its fields have in a draft."""
        return {f"{self.name}.{name}": self.data[name] for name in self.data}


class OpeningForm(forms.Form):
    """How the contact came in and who is on the line; nothing but the channel is needed."""

    channel = forms.ChoiceField(label="Came in by", choices=choices.CHANNELS, initial="999")
    location = WordsField(
        label="Where",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-known-kind": "place"}),
    )
    area = forms.ChoiceField(label="Area", required=False)
    caller_name = WordsField(
        label="Caller's name",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-known-kind": "person"}),
    )
    caller_phone = WordsField(
        label="Caller's number",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel", "data-known-kind": "phone"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "opening-%s")
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = area_choices()  # type: ignore[attr-defined]


class WordsForm(CommandForm):
    """Somebody's words."""

    name = "words"
    text = WordsField(
        label="What is said or heard", widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "true"}), required=False
    )
    source = forms.ChoiceField(
        label="Source", choices=[one for one in choices.SOURCES if one[0] != "system"], initial="caller"
    )
    occurred_at = StatedTimeField(label="If earlier, when", required=False)


class FactsField(forms.CharField):
    """The facts a mark rests on, as the page was given them: a JSON list of texts."""

    def to_python(self, value: Any) -> Any:
        try:
            facts = json.loads(super().to_python(value) or "[]")
        except (ValueError, RecursionError):
            facts = None
        if not isinstance(facts, list) or not all(isinstance(one, str) for one in facts):
            raise forms.ValidationError("This answer does not fit the mark. Nothing was saved; reload the page.")
        return [one.replace("\x00", "") for one in facts]


class MarkForm(CommandForm):
    """An answer to the reader's marks of one cue. Pressing a reason answers *not so*."""

    name = "mark"
    cue = forms.CharField(max_length=40)
    answer = forms.CharField(max_length=8, required=False)
    reason = forms.CharField(max_length=16, required=False)
    facts = FactsField(required=False, max_length=200_000)
    quote = WordsField(required=False)
    shown_ms = forms.IntegerField(required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("reason") and not given.get("answer"):
            given["answer"] = "not_so"
        return given


class ParticularForm(CommandForm):
    """A correction of the place, the caller's name or number."""

    name = "particular"
    kind = forms.ChoiceField(label="What", choices=choices.PARTICULARS)
    text = WordsField(label="As it should be", widget=forms.TextInput(attrs={"autocomplete": "off"}), required=False)

    def drafted(self) -> dict[str, str]:
        return super().drafted() | {f"opening.{self.cleaned_data['kind']}": self.cleaned_data["text"]}


class AreaForm(CommandForm):
    """Which area the incident lies in."""

    name = "area"
    area = forms.ChoiceField(label="Area", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = area_choices()  # type: ignore[attr-defined]

    def drafted(self) -> dict[str, str]:
        return super().drafted() | {"opening.area": self.cleaned_data["area"]}


class ChildRow(forms.Form):
    """What is known of one child; a row in which nothing is filled in says nothing."""

    use_required_attribute = False
    child = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, min_value=0, max_value=32_767, widget=forms.HiddenInput)
    name = WordsField(label="Name, or unknown", required=False, widget=forms.TextInput(attrs=QUIET))
    age = forms.IntegerField(
        label="Age",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", **QUIET}),
        error_messages={"invalid": "Write the age as a whole number, or leave it empty."},
    )
    age_estimated = forms.BooleanField(label="Age is an estimate", required=False)
    born = forms.DateField(
        label="Born",
        required=False,
        widget=forms.DateInput(format="%d/%m/%Y", attrs=QUIET),
        input_formats=["%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"invalid": "Write the date of birth like 23/11/2019, or leave it empty."},
    )
    where_now = WordsField(label="Where now", required=False, widget=forms.TextInput(attrs=QUIET))
    last_seen_by = WordsField(label="Last seen by", required=False, widget=forms.TextInput(attrs=QUIET))
    last_seen_when = WordsField(label="When", required=False, widget=forms.TextInput(attrs=QUIET))
    seen = forms.ChoiceField(label="Seen or spoken to", choices=choices.SEEN, required=False)

    @property
    def filled(self) -> bool:
        """Whether anything is said of a child here."""
        given = self.cleaned_data
        said = any(
            given.get(name) for name in ("name", "age_estimated", "born", "where_now", "last_seen_by", "last_seen_when")
        )
        return bool(
            said
            or given.get("child")
            or given.get("age") is not None
            or given.get("seen") not in (None, "", "not_known")
        )


OUT_OF_DATE = {
    "missing_management_form": "This form is out of date. Reload the page and send it again.",
    "too_many_forms": f"At most {MOST_CHILDREN} children fit in one answer. Nothing was saved; record the rest in a second answer.",
}
ChildRows = forms.formset_factory(ChildRow, extra=1, max_num=MOST_CHILDREN + 1, absolute_max=MOST_CHILDREN + 40)


class ChildrenForm(CommandForm):
    """The answer to "Children?", with a row for each child known and an empty one."""

    name = "children"
    answer = forms.ChoiceField(label="Children?", choices=choices.CHILDREN_ANSWERS[1:], required=False)

    def __init__(
        self, data: Any = None, *args: Any, children: list[dict[str, Any]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, *args, **kwargs)
        self.rows = ChildRows(
            data, prefix="child", initial=children or [], auto_id="children-%s", error_messages=OUT_OF_DATE
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.rows.is_valid():
            for number, row in enumerate(self.rows.forms, 1):
                for sentence in (str(one) for field in row.errors.values() for one in field):
                    self.add_error(None, f"Child {number}: {sentence}" if len(self.rows.forms) > 1 else sentence)
            for said in self.rows.non_form_errors():
                self.add_error(None, str(said))
        given["children"] = [row.cleaned_data for row in self.rows.forms if row.is_valid() and row.filled]
        return given


class ThriveForm(CommandForm):
    """The elements in force, each a text; ``based_on`` is the version the author had before them, ``seen`` the last line."""

    name = "thrive"
    based_on = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for element in elements_on(day):
            self.fields[element.code] = WordsField(
                label=element.name, help_text=element.asks, required=False, widget=forms.Textarea(attrs={"rows": 2})
            )
        self.fields["interim"] = WordsField(
            label="Until police arrive",
            help_text="What may happen before then, and to whom?",
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        self.fields["advice"] = WordsField(
            label="Advice given", required=False, widget=forms.Textarea(attrs={"rows": 2})
        )


class GradeForm(CommandForm):
    """A grade with its reasons; the reasons may follow later."""

    name = "grade"
    grade = forms.ChoiceField(
        label="Grade",
        required=False,
        error_messages={
            "invalid_choice": "That grade cannot be chosen now. The grade stays as it was; choose from the list."
        },
    )
    why = WordsField(label="Why", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    why_not_above = WordsField(
        label="Why not the grade above", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, choices_now: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grade"].choices = choices_now  # type: ignore[attr-defined]


HELD = [
    ("", "not said"),
    ("30", "30 minutes"),
    ("60", "1 hour"),
    ("120", "2 hours"),
    ("240", "4 hours"),
    ("480", "8 hours"),
]
"""For how long a unit may be said to be held when it is sent, in minutes *(ours)*; an exact time is set among the units."""


class HeldField(forms.Field):
    """For how long a unit is held; what is not in the list says nothing, since it never stands in the way of sending."""

    def to_python(self, value: Any) -> timedelta | None:
        return timedelta(minutes=int(value)) if value and value in dict(HELD) else None


class CommittedForm(forms.Form):
    """Until when a unit is held; empty where nobody knows."""

    until = StatedTimeField(label="Committed until", required=False, kept="what stood before still stands")


class AllocateForm(CommandForm):
    """A unit to send."""

    name = "allocate"
    unit = forms.IntegerField(
        label="Unit", required=False, widget=forms.Select, error_messages={"invalid": "Choose a unit from the list."}
    )

    held = HeldField(label="Committed for", required=False, widget=forms.Select(choices=HELD))

    def __init__(self, *args: Any, choice: Choice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.soon = choice.soon
        self.fields["unit"].widget = forms.Select(choices=[("", "Choose a unit"), *choice.units])


class ArriveForm(CommandForm):
    """That a unit arrived, by whose word."""

    name = "arrive"
    allocation = forms.IntegerField(widget=forms.HiddenInput)
    source = forms.ChoiceField(label="By whose word", choices=ARRIVAL_SOURCES, initial="officer")
    at = StatedTimeField(label="If earlier, when", required=False, kept="check the time")


class LeaveForm(CommandForm):
    """That a unit left."""

    name = "leave"
    allocation = forms.IntegerField(widget=forms.HiddenInput)


class TakeForm(CommandForm):
    """Take the incident over, from the person who owned it when the page was drawn."""

    name = "take"
    owner_id = forms.IntegerField(required=False, widget=forms.HiddenInput)


class CloseForm(CommandForm):
    """Close with a reason and a result."""

    name = "close"
    reason = forms.ChoiceField(
        label="Reason",
        required=False,
        choices=[("", "Choose a reason"), *((one.code, one.name) for one in closing_reasons().values())],
    )
    result = WordsField(
        label="Result",
        help_text="What was found, who was seen, what was done.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class FilterForm(forms.Form):
    """What the board is asked to show; a value that does not exist shows everything."""

    area = forms.ChoiceField(required=False)
    team = forms.ModelChoiceField(Team.objects.all(), required=False)
    grade = forms.ChoiceField(required=False, choices=[("", ""), ("none", ""), *((code, "") for code in every_grade())])
    child = forms.ChoiceField(required=False, choices=[("", ""), *choices.CHILD_INVOLVED])
    owner = forms.ChoiceField(required=False, choices=[("", ""), ("me", "Mine"), ("team", "My team")])
    needs = forms.ChoiceField(required=False, choices=[("", ""), *((code, "") for code in NEEDS)])
    overdue = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = area_choices()  # type: ignore[attr-defined]


class SupervisorForm(CommandForm):
    """A call for a supervisor, or the answer to one."""

    name = "supervisor"
