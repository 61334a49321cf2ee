"""What leaves for a partner, and what never does: the rules and the document alone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.clocks.school import next_school_day
from goldthread.config.errors import Invalid, Refused
from goldthread.safeguarding import referral_document as documents
from goldthread.safeguarding import referral_rules as rules
from goldthread.safeguarding.clock_rules import names
from goldthread.safeguarding.partner_choices import KINDS
from goldthread.safeguarding.partner_rules import terms
from goldthread.safeguarding.referral_kinds import kinds_on

KINDS_NOW = kinds_on(date(2026, 11, 27))
CAME = datetime(2026, 10, 23, 22, 50, tzinfo=UTC)
MIA = rules.ChildTold("c1", "Mia Amber", 9, where_now="at her gran's", last_seen="her gran", seen="Not seen")
KAI = rules.ChildTold("c2", "Kai Amber", 6, where_now="upstairs", seen="Seen")
TOLD = documents.IncidentTold(CAME, "14 Larch Road", None, "Dana Reed", "01632 960001", (MIA, KAI))


def chosen(kind: str = "social_care", wanted: tuple[str, ...] = ("c1",), **given_: Any) -> documents.Chosen:
    held = KINDS_NOW.kinds[kind]
    values: dict[str, Any] = {
        "fields": held.fields, "basis": held.bases[0], "staff_answer": "no", "concern": "He shouted.",
        "children": TOLD.children, "partner_active": True, "contact_active": True, **given_,
    }  # fmt: skip
    to = rules.To(kind, "Larch School", "Ada Lead", values["partner_active"], values["contact_active"])
    about, fields = rules.chosen(
        KINDS_NOW, held, to, values["children"], set(wanted), values["fields"], values["basis"], values["staff_answer"]
    )
    basis = KINDS_NOW.bases[values["basis"]]
    answer = values["staff_answer"] if kind == "school" else ""
    return documents.Chosen(held, to, about, fields, basis, values["concern"], answer)


def text(one: documents.Chosen) -> str:
    return json.dumps(documents.content(KINDS_NOW, TOLD, one, "Amberford"), ensure_ascii=False)


def test_every_kind_of_partner_has_its_row_and_every_clock_it_names_is_there() -> None:
    assert set(KINDS_NOW.kinds) == set(dict(KINDS))
    for kind in KINDS_NOW.kinds.values():
        assert {kind.clock, kind.owed} <= set(names()), kind.code
        assert not kind.outcome or kind.outcome in names()


@pytest.mark.parametrize("kind", [code for code, _ in KINDS])
def test_no_other_childs_identity_leaves_whatever_is_chosen_or_written(kind: str) -> None:
    said = "Kai was upstairs; KAI AMBER cried, and Mia Amber was out."
    left = text(chosen(kind, fields=list(KINDS_NOW.fields), concern=said))
    assert "kai" not in left.casefold()
    assert "[another child]" in left
    assert "Mia Amber was out" in left, "a name that both bear hides nothing of the child it is about"


def test_an_address_leaves_whole_where_a_street_bears_another_childs_name() -> None:
    amy = rules.ChildTold("c2", "Amy Hill", 6)
    said = "He is at 12 Hill Street. Amy Hill cried; Hill is her father's name. She is 12, Hill said."
    where = documents.IncidentTold(CAME, "12 Hill Street, Amberford", None, "", "", (MIA, amy))
    one = chosen(concern=said, children=where.children)
    left = json.dumps(documents.content(KINDS_NOW, where, one, "Amberford"))
    assert '["Where it happened", "12 Hill Street, Amberford"]' in left
    assert "He is at 12 Hill Street. [another child] cried; [another child] is" in left
    assert "She is 12, [another child] said." in left
    named = documents.IncidentTold(CAME, "Amy Hill's home, 3 Elm Walk", None, "", "", (MIA, amy))
    left = json.dumps(documents.content(KINDS_NOW, named, chosen(concern="At Amy Hill's home."), "Amberford"))
    assert "Amy" not in left
    assert "3 Elm Walk" in left


@given(st.text(max_size=60), st.sampled_from(["kai", "Kai", "KAI"]), st.text(max_size=60))
def test_no_words_around_it_let_another_childs_name_through(before: str, name: str, after: str) -> None:
    left = text(chosen(concern=f"{before} {name} {after}."))
    assert f" {name} " not in left


def test_only_the_fields_chosen_leave_and_the_rest_is_told_as_withheld() -> None:
    one = chosen("school")
    left = text(one)
    for kept in ("14 Larch Road", "gran", "Dana Reed", "01632"):
        assert kept not in left
    assert "Mia Amber" in left
    assert documents.withheld(KINDS_NOW, TOLD, one) == [
        "Date of birth", "Where the child is now", "Last seen by", "Seen by police", "Where it happened",
        "Whether police have been", "How many other children are part of it", "Who told the police",
        "Number of who told the police", "Who the 1 other child is",
    ]  # fmt: skip


def test_what_is_not_known_says_so_and_an_erased_child_has_no_word() -> None:
    left = text(chosen("social_care"))
    assert '["Date of birth", "not known"]' in left
    assert "not yet, or not recorded" in left
    gone = documents.IncidentTold(CAME, "", None, "", "", (rules.ChildTold("c1", erased=True),))
    whole = json.dumps(documents.content(KINDS_NOW, gone, chosen(children=gone.children), "Amberford"))
    assert '["Name", "erased"]' in whole


def test_the_document_reads_back_as_it_was_frozen() -> None:
    left = documents.content(KINDS_NOW, TOLD, chosen("school", staff_answer="not_known"), "Amberford")
    shown = documents.document(documents.read(json.dumps(left)), reference="A/1", digest="d", at=CAME)
    assert (shown.title, shown.subtitle) == ("Operation Encompass: a child at your school", "Larch School: Ada Lead")
    assert "It is not known whether anybody" in repr(shown.parts)
    assert "erased" in repr(documents.document({}, reference="A/1", digest="d", at=CAME).parts)


@pytest.mark.parametrize(
    ("kind", "given_", "field", "says"),
    [
        ("school", {"staff_answer": ""}, "staff_answer", "Answer this first"),
        ("school", {"staff_answer": "yes"}, "staff_answer", "education lead"),
        ("school", {"children": (rules.ChildTold("c1", "Tom", 3),)}, "children", "Tom is 3: this is for children of 4 to 17"),
        ("school", {"children": ()}, "children", "not part of this incident"),
        ("social_care", {"wanted": ()}, "children", "Choose each child"),
        ("social_care", {"wanted": ("c1", "c9")}, "children", "not part of this incident"),
        ("social_care", {"basis": "encompass"}, "basis", "lawful basis"),
        ("social_care", {"basis": ""}, "basis", "lawful basis"),
        ("social_care", {"fields": ["names", "account"]}, "fields", "not in the list"),
        ("social_care", {"partner_active": False}, "contact", "Larch School takes no referrals now"),
        ("social_care", {"contact_active": False}, "contact", "Ada Lead is no contact"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_refused_by_its_field(kind: str, given_: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        chosen(kind, **given_)
    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize("child", [rules.ChildTold("c1"), rules.ChildTold("c1", "Tom", 3, estimated=True)])
def test_an_age_that_is_not_certain_keeps_no_school_from_being_told(child: rules.ChildTold) -> None:
    assert chosen("school", children=(child,)).about == (child,)


@pytest.mark.parametrize("kind", ["social_care", "edt", "midwife", "adult_services", "other_force"])
def test_no_child_on_record_keeps_nobody_from_referring(kind: str) -> None:
    assert chosen(kind, (), children=()).about == ()


def test_a_leg_has_its_time_its_person_and_its_words() -> None:
    now = CAME + timedelta(hours=2)
    assert rules.leg_at(None, CAME, now) == now
    assert rules.leg_at(CAME.replace(second=0), CAME.replace(second=40), now) == CAME.replace(second=40)
    for wrong in (CAME - timedelta(minutes=1), now + timedelta(hours=1)):
        with pytest.raises(Invalid) as refused:
            rules.leg_at(wrong, CAME, now)
        assert set(refused.value.fields) == {"occurred_at"}
    with pytest.raises(Invalid, match="reason"):
        rules.leg_words("declined", " \x00 ".replace("\x00", ""))
    with pytest.raises(Invalid, match="longer"):
        rules.leg_words("seen", "a" * 4_001)
    with pytest.raises(Invalid, match="Name the person"):
        rules.partners_name("  ")
    with pytest.raises(Refused, match="was withdrawn"):
        rules.follows("accepted", {"sent", "withdrawn"})
    rules.follows("seen", {"sent", "withdrawn"})
    rules.follows("accepted", {"sent", "declined"})


def test_a_telephone_call_before_the_writing_has_both_its_time_and_its_person() -> None:
    assert rules.telephoned(None, " ", CAME) == (CAME, "")
    assert rules.telephoned(CAME, "Ada Lead", CAME + timedelta(hours=1)) == (CAME, "Ada Lead")
    for at, name, field in (
        (CAME, "", "told_to"),
        (None, "Ada", "told_at"),
        (CAME - timedelta(days=9), "Ada", "told_at"),
    ):
        with pytest.raises(Invalid) as refused:
            rules.telephoned(at, name, CAME)
        assert set(refused.value.fields) == {field}


def test_a_year_of_which_only_autumn_was_entered_puts_no_school_off_until_september() -> None:
    january = datetime(2027, 1, 15, 23, 50, tzinfo=UTC)
    autumn = [(date(2026, 9, 2), date(2026, 12, 18))]
    told = next_school_day(january, terms(autumn, ()), frozenset())
    assert (told.day, told.known) == (date(2027, 1, 18), False)
    spring = [(date(2027, 1, 5), date(2027, 1, 15)), (date(2027, 1, 25), date(2027, 7, 20))]
    whole = terms([*autumn, *spring], [date(2027, 1, 25)])
    assert next_school_day(january, whole, frozenset()).day == date(2027, 1, 26)
