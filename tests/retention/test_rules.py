"""The rules of retention by themselves."""

from __future__ import annotations

import copy
import tomllib
from datetime import date
from importlib import resources

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from goldthread.accounts.roles import roles
from goldthread.audit.actions import ERASING_ROLES
from goldthread.audit.models import Payload
from goldthread.config.dated import table
from goldthread.config.errors import Invalid
from goldthread.contact.models import Incident
from goldthread.retention import rules

HELD = rules.held_on(date(2026, 6, 1))
SOME_FACTS = st.sets(st.sampled_from(sorted(rules.FACTS)))


@given(facts=SOME_FACTS, more=SOME_FACTS)
def test_a_further_fact_never_puts_an_incident_lower(facts: set[str], more: set[str]) -> None:
    place = {one.code: number for number, one in enumerate(HELD.groups)}
    assert place[HELD.group(facts | more).code] <= place[HELD.group(facts).code]


@given(facts=SOME_FACTS)
def test_whatever_is_not_the_last_group_says_why(facts: set[str]) -> None:
    group = HELD.group(facts)
    assert bool(rules.because(group, facts)) == (group is not HELD.groups[-1])


@given(facts=SOME_FACTS.filter(lambda facts: bool(facts & rules.CHILD)))
def test_where_a_child_may_be_at_risk_it_is_public_protection_and_nothing_goes_for_a_lifetime(facts: set[str]) -> None:
    assert HELD.group(facts).code == "protection"
    assert rules.kept_until(HELD, facts, date(2026, 3, 4), []) == date(2126, 3, 4)


@pytest.mark.parametrize(
    ("ages", "until"), [([7], 2119), ([16, 2], 2124), ([7, None], 2126), ([], 2126), ([16], 2110)], ids=str
)
def test_the_youngest_child_says_until_when_and_an_age_not_known_is_a_newborns(
    ages: list[int | None], until: int
) -> None:
    kept = rules.kept_until(HELD, {"child.yes"}, date(2026, 3, 4), ages)
    assert kept == date(until, 3, 4)
    assert rules.against(kept, date(until, 3, 3), [])
    assert not rules.against(kept, date(until, 3, 4), [])


def test_where_no_child_is_nothing_but_what_is_open_holds_it() -> None:
    assert rules.kept_until(HELD, {"grade.high", "investigation"}, date(2026, 3, 4), []) is None
    assert rules.against(None, date(2026, 3, 4), ["It is open."]) == ["It is open."]


@pytest.mark.parametrize(("given", "kept"), [(None, date(2031, 6, 1)), (date(2027, 1, 1), date(2027, 1, 1))])
def test_the_next_review_is_the_groups_or_a_sooner_one(given: date | None, kept: date) -> None:
    assert rules.next_review(given, date(2026, 6, 1), HELD.groups[-1]) == kept


@pytest.mark.parametrize("given", [date(2026, 6, 1), date(2025, 1, 1), date(2031, 6, 2)])
def test_a_day_that_is_not_ahead_or_beyond_the_groups_is_refused(given: date) -> None:
    with pytest.raises(Invalid):
        rules.next_review(given, date(2026, 6, 1), HELD.groups[-1])


def test_a_leap_day_makes_nothing_due_sooner() -> None:
    assert rules.years_after(date(2028, 2, 29), 6) == date(2034, 3, 1)
    assert rules.years_before(date(2028, 2, 29), 6) == date(2022, 2, 28)


def _set() -> dict[str, object]:
    text = resources.files("goldthread.retention").joinpath("retention.toml").read_text(encoding="utf-8")
    return copy.deepcopy(tomllib.loads(text)["set"][0])


def test_a_slip_in_the_file_is_named() -> None:
    wrong, none_left = _set(), _set()
    wrong["group"][0]["when"].append("child.maybe")  # type: ignore[index]
    none_left["group"].pop()  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match=r"child\.maybe"):
        rules.made(wrong)
    with pytest.raises(ValueError, match="last group"):
        rules.made(none_left)


def test_every_fact_puts_an_incident_into_a_group_and_every_reviewer_may_decide() -> None:
    assert {fact for one in HELD.groups for fact in one.when} == set(rules.FACTS)
    for one in HELD.groups:
        assert all(roles()[code].can("retention.decide") for code in one.reviewed_by)
        assert one.reviewed_by & ERASING_ROLES, "nobody could ever erase it"


def test_every_model_that_holds_texts_says_whose_they_are_or_why_they_stay() -> None:
    texts = table("retention", "texts.toml")
    holds = {
        model._meta.label
        for model in apps.get_models()
        if any(field.related_model is Payload for field in model._meta.concrete_fields)
    }
    assert not set(texts["of"]) & set(texts["stays"])
    assert {*texts["of"], *texts["stays"], "files.Attachment"} == holds
    for label, way in texts["of"].items():
        field = model = None
        for step in way.split("__"):
            model = apps.get_model(label) if model is None else field.related_model
            field = model._meta.pk if step == "pk" else model._meta.get_field(step)
        assert Incident in {model, field.related_model}, label
