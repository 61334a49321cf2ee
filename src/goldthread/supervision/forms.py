"""Forms of supervision's pages: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

from typing import Any

from django import forms

from goldthread.accounts.models import Staff
from goldthread.desk.forms import CommandForm as DeskForm
from goldthread.web.forms import CommandForm, WordsField

MINUTES = [(15, "15 minutes"), (30, "30 minutes"), (60, "1 hour"), (120, "2 hours"), (240, "4 hours")]
"""How long a delay may be borne, as the page offers it."""


def _words(label: str, rows: int = 2) -> WordsField:
    return WordsField(label=label, required=False, widget=forms.Textarea({"rows": rows, "autocomplete": "off"}))


class ReviewForm(CommandForm):
    """What every answer carries: the last line and the newest find that were seen, and since when, as the page was given it."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    found = forms.IntegerField(widget=forms.HiddenInput)
    began = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)


class AgreeForm(ReviewForm):
    """Looked at, nothing to change."""

    name = "agree"
    words = _words("Why (if it helps whoever reads this later)", rows=1)


class GiveBackForm(ReviewForm):
    """Back to the owner with a question."""

    name = "question"
    words = _words("Question to the owner")


class DelayForm(ReviewForm):
    """A delay borne until a time."""

    name = "bear"
    minutes = forms.TypedChoiceField(
        label="For how long", choices=MINUTES, coerce=int, required=False, empty_value=None, initial=30
    )
    words = _words("Why it can wait, and what keeps the child safe until then")


class RaiseForm(ReviewForm):
    """A higher grade."""

    name = "raise"
    grade = forms.ChoiceField(label="Grade", required=False)
    why = _words("Why a higher grade", rows=1)

    def __init__(self, *args: Any, grades: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grade"].choices = grades  # type: ignore[attr-defined]


class DecideForm(ReviewForm):
    """A request approved or refused."""

    name = "decide"
    request = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)
    words = _words("Why (needed to refuse)", rows=1)


class CoachForm(CommandForm):
    """A coaching note for one who worked on the incident."""

    name = "coach"
    to = forms.TypedChoiceField(label="Note to", coerce=int, required=False, empty_value=None)
    quote = _words("Their words in the record, to the letter", rows=1)
    good = _words("What was good")
    better = _words("What to try")

    def __init__(self, *args: Any, receivers: list[Staff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [(one.pk, one.name) for one in receivers]  # type: ignore[attr-defined]


class NoteAnswerForm(forms.Form):
    """The answer to a coaching note; there is one, so that it needs no key."""

    name = "note-answer"
    words = _words("Your answer (nothing is owed)", rows=3)


class AnswerForm(DeskForm):
    """The owner's answer to a question."""

    name = "answer"
    question = forms.IntegerField(widget=forms.HiddenInput)
    words = _words("Answer")


class NoteForm(CommandForm):
    """What was noted while listening."""

    name = "note"
    words = _words("Note while listening (only those who review see it)", rows=1)
