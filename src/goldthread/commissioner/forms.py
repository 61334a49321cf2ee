"""Forms of the Commissioner's space: parsing only."""

from __future__ import annotations

from typing import Any

from django import forms

from goldthread.commissioner.letter_queries import Comments
from goldthread.commissioner.published_rules import PLACE_LONGEST
from goldthread.improvement.forms import day
from goldthread.web.forms import OLD, CommandForm, WordsField


class IssueForm(CommandForm):
    """An edition, as it was seen."""

    name = "issue"
    until = forms.DateField(
        label="Up to",
        widget=forms.HiddenInput,
        input_formats=["%Y-%m-%d"],
        error_messages={"required": OLD, "invalid": OLD},
    )
    seen = forms.RegexField(
        r"^[0-9a-f]{64}$", widget=forms.HiddenInput, error_messages={"required": OLD, "invalid": OLD}
    )


class SeenForm(CommandForm):
    """Something to be frozen, as it was seen."""

    name = "seen"
    seen = forms.RegexField(
        r"^[0-9a-f]{64}$", widget=forms.HiddenInput, error_messages={"required": OLD, "invalid": OLD}
    )


class PartForm(CommandForm):
    """A part of the letter, written anew."""

    name = "part"
    part = forms.CharField(max_length=10, widget=forms.HiddenInput)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput, error_messages={"required": OLD, "invalid": OLD})
    words = WordsField(label="Comments", widget=forms.Textarea({"rows": 8, "autocomplete": "off"}), required=False)


class PublishedForm(CommandForm):
    """That the comments were published; with ``letter`` the digest of the one that was issued, where one was."""

    name = "published"
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput, error_messages={"required": OLD, "invalid": OLD})
    day = day("Published on")
    place = forms.CharField(
        label="Where",
        required=False,
        max_length=PLACE_LONGEST + 1,
        help_text="The address of the page, or a reference under which it is found.",
    )
    letter = forms.ChoiceField(label="What was published", required=False)
    words = WordsField(
        label="Why it is corrected", widget=forms.Textarea({"rows": 2, "autocomplete": "off"}), required=False
    )

    def __init__(self, *args: Any, letters: list[tuple[str, str]], corrects: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["letter"].choices = letters  # type: ignore[attr-defined]
        if len(letters) == 1:
            self.fields["letter"].widget = forms.HiddenInput()
        if not corrects:
            self.fields["words"].widget = forms.HiddenInput()


class TakeBackForm(CommandForm):
    """That they were not published after all."""

    name = "back"
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput, error_messages={"required": OLD, "invalid": OLD})
    words = WordsField(
        label="Why it is taken back", widget=forms.Textarea({"rows": 2, "autocomplete": "off"}), required=False
    )


def published(found: Comments, data: Any = None) -> PublishedForm:
    """The form as the comments stand: what was said last is in it, to be corrected."""
    said, letter = found.report.comments_said, found.letter
    last = found.report.published
    letters = [(letter.sha256, f"The letter that was issued here ({letter.sha256[:12]})")] if letter else []
    initial: dict[str, Any] = {"seen": len(said), "letter": letter.sha256 if letter else ""}
    if last is not None:
        initial |= {"day": last.day, "place": last.place, "letter": last.letter}
    return PublishedForm(
        data, letters=[*letters, ("", "Another text, which was not issued here")], corrects=bool(said), initial=initial
    )
