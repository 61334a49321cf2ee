"""Forms of referrals: parsing only; the rules decide, and their sentences come back to the field."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms

from goldthread.desk.stated import StatedTimeField
from goldthread.safeguarding.partner_models import PartnerContact
from goldthread.safeguarding.referral_document import IncidentTold
from goldthread.safeguarding.referral_kinds import Kind, Kinds
from goldthread.safeguarding.referral_models import STAFF_ANSWERS
from goldthread.web.forms import CommandForm, WordsField


def _words(label: str, rows: int = 3, hint: str = "") -> WordsField:
    widget = forms.Textarea({"rows": rows, "autocomplete": "off"})
    return WordsField(label=label, required=False, widget=widget, help_text=hint)


def _minute(label: str, hint: str = "") -> StatedTimeField:
    return StatedTimeField(label=label, required=False, help_text=hint, kept="what you wrote is still here")


class ReferForm(CommandForm):
    """A referral to one kind of partner."""

    name = "refer"
    contact = forms.TypedChoiceField(label="To", coerce=int, required=False, empty_value=None)
    staff_answer = forms.ChoiceField(
        label="Is anyone in this incident on that school's staff?", required=False, widget=forms.RadioSelect,
        choices=STAFF_ANSWERS,
    )  # fmt: skip
    children = forms.MultipleChoiceField(label="About", required=False, widget=forms.CheckboxSelectMultiple)
    concern = _words("Concern, and what you ask of them", rows=6)
    leaves = forms.MultipleChoiceField(label="What leaves", required=False, widget=forms.CheckboxSelectMultiple)
    basis = forms.ChoiceField(label="Lawful basis", required=False)
    told_at = _minute("Telephoned at")
    told_to = forms.CharField(label="Whom you told", required=False, max_length=500)
    previewed = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        kinds: Kinds,
        kind: Kind,
        contacts: Iterable[PartnerContact],
        stands: IncidentTold,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        grouped = groupby(contacts, key=lambda one: one.partner)
        given: dict[str, Any] = {
            "contact": [("", "Choose"), *((str(whom), [(one.pk, str(one)) for one in held]) for whom, held in grouped)],
            "children": [(one.child, child_label(one)) for one in stands.children],
            "leaves": [(code, one.name) for code, one in kinds.fields.items()],
            "basis": [
                *([("", "Choose")] if len(kind.bases) > 1 else []),
                *((code, f"{kinds.bases[code].name} ({kinds.bases[code].source})") for code in kind.bases),
            ],
        }
        for name, choices in given.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.fields["leaves"].initial = list(kind.fields)
        if len(stands.children) == 1:
            self.fields["children"].initial = [stands.children[0].child]
        if kind.code != "school":
            del self.fields["staff_answer"]

    def given(self, values: dict[str, Any]) -> dict[str, Any]:
        """The action's arguments."""
        return {
            "contact": values["contact"],
            "children": values["children"],
            "fields": values["leaves"],
            "basis": values["basis"],
            "concern": values["concern"],
            "staff_answer": values.get("staff_answer", ""),
        }


def child_label(child: Any) -> str:
    """A child as the form names them to the sender."""
    if child.erased:
        return "Erased"
    age = "age not known" if child.age is None else f"{'about ' if child.estimated else ''}{child.age}"
    return f"{child.called}, {age}" + (f", {child.where_now}" if child.where_now else "")


class LegForm(CommandForm):
    """What the partner's person told by telephone."""

    name = "leg"
    leg = forms.ChoiceField(label="What they told you", required=False, widget=forms.RadioSelect)
    by_name = forms.CharField(label="Who told you: name and role", required=False, max_length=500)
    occurred_at = _minute("When")
    words = _words("Their words: a reason, what was done, or the outcome", rows=2)

    def __init__(self, *args: Any, legs: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leg"].choices = legs  # type: ignore[attr-defined]


class WithdrawForm(CommandForm):
    """A withdrawal."""

    name = "withdraw"
    why = _words("Why it is withdrawn", rows=2)


class FeedBackForm(CommandForm):
    """What is told to those who worked on the incident."""

    name = "feed_back"
    words = _words("What came of it, or what is done instead", rows=2)


class OweForm(CommandForm):
    """That a referral of this kind is owed and will be sent later."""

    name = "owe"


class NotOwedForm(CommandForm):
    """That a referral is not owed after all."""

    name = "not_owed"
    why = _words("Why none is owed", rows=1)
