"""Forms of learning's pages: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from goldthread.accounts.models import Staff, Team
from goldthread.accounts.roles import roles
from goldthread.learning.rules import RESULTS, Courses, Was
from goldthread.web.forms import CommandForm, WordsField

DAY = "Give a day, such as 14/03/2027."
Choices = list[tuple[Any, str]]


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages={"invalid": DAY, "required": DAY},
    )  # fmt: skip


def _courses(known: Courses, none: str) -> Choices:
    return [("", none), *((one.code, one.name) for one in known.courses.values())]


class NeedForm(CommandForm):
    """What some people have to learn."""

    name = "need"
    theme = forms.IntegerField(widget=forms.HiddenInput, required=False)
    words = WordsField(
        label="What has to be learned", required=False, widget=forms.Textarea({"rows": 4, "autocomplete": "off"}),
        help_text="Name nobody, and nothing by which an incident is known.",
    )  # fmt: skip
    roles = forms.MultipleChoiceField(label="Whose need it is", required=False, widget=forms.CheckboxSelectMultiple)
    team = forms.TypedChoiceField(label="Of one team alone", required=False, coerce=int, empty_value=None)
    course = forms.ChoiceField(label="The course that meets it", required=False)

    def __init__(self, *args: Any, known: Courses, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        learn = [(code, one.name) for code, one in roles().items() if one.can("learning.own")]
        self.fields["roles"].choices = learn  # type: ignore[attr-defined]
        teams = [(one.pk, one.name) for one in Team.objects.order_by("name")]
        self.fields["team"].choices = [("", "Any team"), *teams]  # type: ignore[attr-defined]
        self.fields["course"].choices = _courses(known, "None of ours yet")  # type: ignore[attr-defined]


class SettleForm(CommandForm):
    """A need met by a course, or closed."""

    name = "settle"
    course = forms.ChoiceField(label="The course that meets it", required=False)
    words = WordsField(
        label="Or why it is closed", required=False, widget=forms.Textarea({"rows": 2, "autocomplete": "off"})
    )

    def __init__(self, *args: Any, known: Courses, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].choices = _courses(known, "Choose")  # type: ignore[attr-defined]


class CohortForm(CommandForm):
    """A course held once."""

    name = "cohort"
    course = forms.ChoiceField(label="Course", error_messages={"required": "Choose a course."})
    starts = _day("First day")
    ends = _day("Last day, that one included")
    place = WordsField(label="Place", required=False)
    places = forms.IntegerField(label="Places", error_messages={"required": "Give a number of places.", "invalid": "Give a whole number."})  # fmt: skip
    trainer = forms.TypedChoiceField(label="Trainer", required=False, coerce=int, empty_value=None)
    need = forms.TypedChoiceField(label="For a need", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, known: Courses, trainers: Sequence[Staff], needs: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].choices = _courses(known, "Choose")  # type: ignore[attr-defined]
        who = [("", "Myself"), *((one.pk, one.name) for one in trainers)]
        self.fields["trainer"].choices = who  # type: ignore[attr-defined]
        self.fields["need"].choices = [("", "None"), *needs]  # type: ignore[attr-defined]


class CallOffForm(CommandForm):
    """A cohort called off."""

    name = "calloff"
    words = WordsField(
        label="Why it is called off", required=False, widget=forms.Textarea({"rows": 2, "autocomplete": "off"})
    )


class BookForm(CommandForm):
    """People booked for a cohort."""

    name = "book"
    staff = forms.TypedMultipleChoiceField(label="Whom", required=False, coerce=int, widget=forms.SelectMultiple({"size": 10}))  # fmt: skip

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["staff"].choices = people  # type: ignore[attr-defined]


class FileForm(CommandForm):
    """A file of attendance."""

    name = "file"
    file = forms.FileField(
        label="A file of attendance", allow_empty_file=True,
        help_text="CSV in UTF-8, with the columns collar (or username), attended (yes or no), and if you like result (passed or not passed).",
        error_messages={"required": "Choose a file."},
    )  # fmt: skip


class RegisterForm(CommandForm):
    """Who was there, of those who are booked and one more; a person left open is left out."""

    name = "register"

    def __init__(self, *args: Any, people: Sequence[Staff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = list(people)
        for one in self.people:
            self._line(f"p{one.pk}", one.name)
        self.fields["more"] = WordsField(label="Collar number or login of somebody else who was there", required=False)
        self._line("more", "them")

    def _line(self, name: str, who: str) -> None:
        self.fields[f"{name}-attended"] = forms.ChoiceField(
            label=f"Was there, {who}", required=False, choices=[("", "Not told"), ("yes", "Yes"), ("no", "No")]
        )
        self.fields[f"{name}-result"] = forms.ChoiceField(label=f"Result, {who}", required=False, choices=RESULTS)

    def clean(self) -> dict[str, Any]:
        """What was told of somebody else needs their name, and their name what was told."""
        given = self.cleaned_data
        named, told = given.get("more", "").strip(), given.get("more-attended") or given.get("more-result")
        if bool(named) != bool(told):
            self.add_error("more", "Say who it was, and whether they were there. Nothing was saved.")
        return given

    def rows(self) -> list[Was]:
        """What was told of each person."""
        given, found = self.cleaned_data, []
        for name, username in [
            *((f"p{one.pk}", one.username) for one in self.people),
            ("more", given.get("more", "").strip()),
        ]:
            if username and (came := given.get(f"{name}-attended")):
                found.append(Was(username, came == "yes", given.get(f"{name}-result", "")))
        return found
