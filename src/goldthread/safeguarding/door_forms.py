"""The form of the door: parsing only; the rules decide, and their sentences come back with everything typed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms

from goldthread.contact.rules import MOST_CHILDREN, ChildGiven
from goldthread.desk.forms import QUIET, CommandForm
from goldthread.desk.stated import StatedTimeField
from goldthread.safeguarding.door_rules import ALONE, NO_CHILD, PPN, SEEN, ChildAtDoor, VisitAtDoor
from goldthread.web.forms import OLD, WordsField


def _words(label: str, rows: int = 2, help_text: str = "") -> WordsField:
    return WordsField(
        label=label, required=False, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows, "spellcheck": "true"})
    )  # fmt: skip


def _either(label: str, codes: Sequence[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=codes, required=False, widget=forms.RadioSelect)


class ChildRow(forms.Form):
    """One child: on record, or with ``name`` and ``age`` one who is not yet."""

    use_required_attribute = False
    child = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = WordsField(label="Name, or unknown", required=False, widget=forms.TextInput(attrs=QUIET))
    age = forms.IntegerField(
        label="Age",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", **QUIET}),
        error_messages={"invalid": "Write the age as a whole number, or leave it empty."},
    )
    seen = _either("Seen by you?", SEEN)
    why_not_seen = _words("Why not, and where is the child said to be?")
    alone = _either("Spoken to alone?", ALONE)
    why_not_alone = _words("Why not alone?")
    showed = _words("Demeanour, and what the child showed or said", 3)

    def given(self, key: uuid.UUID, number: int) -> ChildAtDoor:
        """What was answered; a child not on record gets an identity that follows from the form's key and its row."""
        data = self.cleaned_data
        if not data:  # a row for a new child in which nothing is filled in
            return ChildAtDoor()
        named = {name: data[name] for name in ("seen", "why_not_seen", "alone", "why_not_alone", "showed")}
        child = data["child"] or (uuid.uuid5(key, f"child {number}") if self.is_new else "")
        return ChildAtDoor(child=str(child), **named)

    @property
    def is_new(self) -> bool:
        """Whether this row tells of a child who is not on record yet."""
        data = self.cleaned_data
        if not data:
            return False
        texts = ("name", "seen", "why_not_seen", "alone", "why_not_alone", "showed")
        return not data["child"] and (data["age"] is not None or any(data[one].strip() for one in texts))


ChildRows = forms.formset_factory(ChildRow, extra=1, max_num=MOST_CHILDREN + 1, absolute_max=MOST_CHILDREN + 40)
ROWS_OLD = {"missing_management_form": OLD, "too_many_forms": f"At most {MOST_CHILDREN} children fit in one answer."}


class DoorForm(CommandForm):
    """What was found on one visit."""

    name = "door"
    visit = forms.IntegerField(
        label="Which unit's visit", widget=forms.Select, error_messages={"invalid": OLD, "required": OLD}
    )
    told_by = forms.IntegerField(label="On whose word", required=False, widget=forms.Select)
    seen_at = StatedTimeField(label="If earlier, when you saw this", required=False)
    pressed_at = forms.DateTimeField(required=False)
    no_child = _either("Is a child here, or does one live here?", NO_CHILD)
    no_child_why = _words("How do you know, or why not?")
    home = _words("The home as you saw it", 3)
    ppn = _either("PPN", PPN)
    ppn_reference = WordsField(label="Its number", required=False, widget=forms.TextInput(attrs=QUIET))
    ppn_why = _words("Why none is needed")
    other = _words("Anything else")

    def __init__(
        self,
        data: Any = None,
        *args: Any,
        visits: Sequence[tuple[int, str]],
        officers: Sequence[tuple[int, str]],
        children: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(data, *args, **kwargs)
        self.fields["visit"].widget = forms.Select(choices=visits) if len(visits) > 1 else forms.HiddenInput()
        self.fields["told_by"].widget = forms.Select(choices=[("", "I was there myself"), *officers])
        self.rows = ChildRows(
            data, prefix="child", initial=[{"child": one} for one in children], auto_id="door-%s", error_messages=ROWS_OLD
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors.get("pressed_at"):  # a phone's own clock: what cannot be read of it is not needed
            del self.errors["pressed_at"]
        if not self.rows.is_valid():
            for number, row in enumerate(self.rows.forms, 1):
                for sentence in (str(one) for field in row.errors.values() for one in field):
                    self.add_error(None, f"Child {number}: {sentence}")
            for said in self.rows.non_form_errors():
                self.add_error(None, str(said))
        if self.errors:
            return given
        key = given["key"]
        rows = list(enumerate(self.rows.forms))
        given["children"] = [row.given(key, number) for number, row in rows]
        given["new"] = [
            ChildGiven(str(uuid.uuid5(key, f"child {number}")), row.cleaned_data["name"], row.cleaned_data["age"], False, "", "", "not_known")
            for number, row in rows if row.is_new
        ]  # fmt: skip
        given["whole"] = VisitAtDoor(**{name: given[name] for name in vars(VisitAtDoor())})
        return given
