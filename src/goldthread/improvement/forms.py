"""Forms of the plan's pages: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

from typing import Any

from django import forms

from goldthread.improvement.entry_rules import MOST_AT_ONCE, MOST_NUMBER, PERIODS_MOST
from goldthread.improvement.figure_rules import GOOD
from goldthread.improvement.queries import owners
from goldthread.improvement.rules import MARKS, RAGS
from goldthread.web.forms import CommandForm, WordsField

DAY = "Give a day, such as 14/03/2027."
LARGEST = 2**63 - 1
NOBODY = [("", "Choose")]


def day(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    """A day, as a browser or a person writes it."""
    return forms.DateField(
        label=label, required=required, help_text=help_text, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"], error_messages={"invalid": DAY, "required": DAY},
    )  # fmt: skip


def _words(label: str, *, required: bool = False, rows: int = 3, help_text: str = "") -> WordsField:
    return WordsField(
        label=label,
        required=required,
        widget=forms.Textarea({"rows": rows, "autocomplete": "off"}),
        help_text=help_text,
    )


def number(label: str, most: int, *, help_text: str = "", required: bool = True) -> forms.IntegerField:
    """A whole number from 1, or from none where it is not needed."""
    wrong = f"Give a whole number up to {most}."
    return forms.IntegerField(
        label=label, required=required, min_value=1 if required else 0, max_value=most, help_text=help_text,
        error_messages={"invalid": wrong, "min_value": wrong, "max_value": wrong, "required": wrong},
    )  # fmt: skip


class ReportForm(CommandForm):
    """A report as published."""

    name = "report"
    title = forms.CharField(label="Name of the report", max_length=300, required=False)
    source = forms.CharField(label="Published by", max_length=300, required=False)
    kind = forms.ChoiceField(label="Kind", required=False)
    published_on = day("Published on")
    recommendations = number("How many recommendations it makes", MOST_AT_ONCE, required=False)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [*NOBODY, *kinds]  # type: ignore[attr-defined]


class RecommendationForm(CommandForm):
    """One more recommendation of a report."""

    name = "recommendation"
    number = number("Number", MOST_NUMBER)
    due_on = day("To be met by, as published", required=False)


class TextForm(CommandForm):
    """A recommendation's text."""

    name = "text"
    words = _words("The text as published", rows=6, help_text="Every version is kept, with who entered it and when.")


class DueForm(CommandForm):
    """By when it is to be met."""

    name = "due"
    due_on = day("To be met by, as published", required=False, help_text="Empty where no date was published.")


class OwnerForm(CommandForm):
    """Who owns it."""

    name = "owner"
    owner = forms.TypedChoiceField(label="Owner", coerce=int, error_messages={"required": "Choose who owns it."})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [  # type: ignore[attr-defined]
            *NOBODY,
            *((one.pk, f"{one.name}, {one.seat.name}") for one in owners()),
        ]


class FigureForm(CommandForm):
    """The figure that it is judged by."""

    name = "figure"
    code = forms.ChoiceField(label="Figure", required=False)
    target = forms.FloatField(
        label="Target, in per cent", min_value=0, max_value=100,
        error_messages=dict.fromkeys(("invalid", "required", "min_value", "max_value"), "Give a share from 0 to 100."),
    )  # fmt: skip
    good = forms.ChoiceField(label="Which way is better", choices=[*NOBODY, *GOOD], required=False)
    held = number("Met in so many", PERIODS_MOST)
    periods = number("Of the last periods", PERIODS_MOST)

    def __init__(self, *args: Any, series: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [*NOBODY, *series]  # type: ignore[attr-defined]


class ViewForm(CommandForm):
    """How the owner sees it."""

    name = "view"
    rag = forms.ChoiceField(label="How I see it", choices=[*NOBODY, *RAGS], required=False)
    words = _words("Why", rows=2)


class ConfirmForm(CommandForm):
    """The round of quality that confirms it."""

    name = "confirm"
    round = forms.TypedChoiceField(label="Round", coerce=int, error_messages={"required": "Choose a round."})
    rate = forms.ChoiceField(label="Rate", error_messages={"required": "Choose a rate."})

    def __init__(self, *args: Any, rounds: list[tuple[int, str]], rates: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round"].choices = [*NOBODY, *rounds]  # type: ignore[attr-defined]
        self.fields["rate"].choices = [*NOBODY, *rates]  # type: ignore[attr-defined]


class SubmitForm(CommandForm):
    """The day of submission."""

    name = "submit"
    day = day("Submitted to HMICFRS on")


class CloseForm(CommandForm):
    """HMICFRS's closing."""

    name = "close"
    day = day("Closed by HMICFRS on")
    reference = forms.CharField(label="HMICFRS's reference", max_length=300, required=False)


class ReopenForm(CommandForm):
    """Re-opened by hand."""

    name = "reopen"
    words = _words("Why it is re-opened")


class PlainForm(CommandForm):
    """A command that needs nothing but itself."""

    name = "plain"


class ActionForm(CommandForm):
    """An action, entered."""

    name = "action"
    recommendation = forms.TypedChoiceField(
        label="For recommendation", coerce=int, error_messages={"required": "Choose the recommendation."}
    )
    words = _words("What is to be done")
    reference = forms.CharField(
        label="Reference", required=False, max_length=60, help_text="Empty: the next one, such as 3.2."
    )
    owner = forms.TypedChoiceField(label="Owner", coerce=int, required=False, empty_value=None)
    theme = forms.IntegerField(required=False, min_value=1, max_value=LARGEST, widget=forms.HiddenInput)

    def __init__(self, *args: Any, recommendations: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recommendation"].choices = [*NOBODY, *recommendations]  # type: ignore[attr-defined]
        self.fields["owner"].choices = [  # type: ignore[attr-defined]
            ("", "Nobody yet"),
            *((one.pk, f"{one.name}, {one.seat.name}") for one in owners()),
        ]


class MarkForm(CommandForm):
    """Whether an action is done."""

    name = "mark"
    mark = forms.ChoiceField(label="It is", choices=[*NOBODY, *MARKS], required=False)
    day = day("On", required=False, help_text="Empty: today.")
    words = _words("Why", rows=2, help_text="Needed where it is not done.")


class NeedForm(CommandForm):
    """What an action waits for."""

    name = "need"
    other = forms.CharField(
        label="It waits for the action", max_length=60, required=False, help_text="Its reference, such as 1.2."
    )
    holds = forms.ChoiceField(
        label="From now on", choices=[("yes", "It waits for it"), ("no", "It waits for it no more")]
    )


class NoteForm(CommandForm):
    """Progress."""

    name = "note"
    words = _words("What has come of it")


class MilestoneForm(CommandForm):
    """A milestone."""

    name = "milestone"
    words = _words("What will be there", rows=2)
    due_on = day("By")


class MoveForm(CommandForm):
    """A milestone moved to another day."""

    name = "move"
    due_on = day("To")
    words = _words("Why", rows=2)


class ReachForm(CommandForm):
    """A milestone reached."""

    name = "reach"
    day = day("Reached on", required=False, help_text="Empty: today.")


class EvidenceForm(CommandForm):
    """Evidence, or a new version of it."""

    name = "evidence"
    recommendation = forms.TypedChoiceField(
        label="For recommendation", coerce=int, error_messages={"required": "Choose the recommendation."}
    )
    words = _words("What it shows, in a sentence")
    file = forms.FileField(
        label="File",
        required=False,
        help_text="PDF, JPEG, PNG or plain text, at most 25 MB. Without one the sentence is the evidence.",
    )
    true_on = day("True for")
    received_on = day("Received on")
    expires_on = day("Counts until", required=False, help_text="Empty where it does not expire.")
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)
    theme = forms.IntegerField(required=False, min_value=1, max_value=LARGEST, widget=forms.HiddenInput)

    def __init__(self, *args: Any, recommendations: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recommendation"].choices = [*NOBODY, *recommendations]  # type: ignore[attr-defined]


class FileForm(CommandForm):
    """A plan file, to be looked over."""

    name = "import"
    report = forms.TypedChoiceField(label="Report", coerce=int, error_messages={"required": "Choose the report."})
    file = forms.FileField(
        label="File", error_messages={"required": "Choose the file.", "empty": "The file is empty. Choose it again."}
    )

    def __init__(self, *args: Any, reports: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["report"].choices = [*NOBODY, *reports]  # type: ignore[attr-defined]


class EnterForm(CommandForm):
    """A plan file that was looked over, to be entered."""

    name = "enter"
    report = forms.IntegerField(widget=forms.HiddenInput)
    text = WordsField(widget=forms.HiddenInput)


class ContactForm(CommandForm):
    """Where somebody is written to."""

    name = "contact"
    staff = forms.IntegerField(widget=forms.HiddenInput)
    mail = forms.CharField(label="E-mail", required=False, max_length=300)
