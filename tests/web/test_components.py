import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django import forms
from jinja2 import Environment

NOW = datetime(2026, 11, 23, 2, 21, 7, tzinfo=UTC)


@pytest.fixture
def show(env: Environment) -> Any:
    def render(source: str, **context: Any) -> str:
        head = (
            '{% from "web/components.jinja" import tag, clock_bar, quote, cue, counters, event, pager with context %}'
        )
        head += '{% from "web/forms.jinja" import field, form_errors %}'
        return env.from_string(head + source).render({"now": NOW, **context})

    return render


class Report(forms.Form):
    name = forms.CharField(
        label="Name", help_text="Write unknown if not known", widget=forms.TextInput(attrs={"placeholder": "x"})
    )
    seen = forms.ChoiceField(label="Seen", widget=forms.RadioSelect, choices=[("y", "Yes"), ("n", "No")])
    note = forms.CharField(label="Note", required=False)


@pytest.mark.parametrize("kind", ["filled", "open", "over", "near", "machine", "person", "done", "plain", "rank"])
def test_a_sign_always_carries_its_word(show: Any, kind: str) -> None:
    assert re.sub(r"<[^>]+>", "", show(f'{{{{ tag("{kind}", "child") }}}}')) == "child"


@pytest.mark.parametrize("kind", ["filled", "open", "over", "near", "done"])
def test_a_coloured_sign_has_a_shape_hidden_from_screen_readers(show: Any, kind: str) -> None:
    assert 'aria-hidden="true"' in show(f'{{{{ tag("{kind}", "child") }}}}')


def test_words_from_a_record_are_escaped(show: Any) -> None:
    shown = show("{{ quote(said) }}{{ cue(said) }}{{ tag('plain', said) }}", said="<b>&")
    assert "<b>" not in shown
    assert shown.count("&lt;b&gt;&amp;") == 3


def test_a_quote_that_speaks_against_is_pale_and_says_so(show: Any) -> None:
    shown = show('{{ quote("no kids in the house", "c", "negated") }}')
    assert "quote--set-aside" in shown
    assert "negated" in re.sub(r"<[^>]+>", " ", shown)


def test_an_affirmed_quote_adds_no_word(show: Any) -> None:
    assert "affirmed" not in show('{{ quote("kids crying", "a", "affirmed") }}')


def test_a_mark_in_running_text_tells_a_screen_reader_its_standing(show: Any) -> None:
    assert '<span class="govuk-visually-hidden"> (uncertain)</span>' in show(
        '{{ cue("no wpns mentioned", "d", "uncertain") }}'
    )


def test_a_clock_over_target_is_told_in_words_and_kept_running(show: Any) -> None:
    shown = show('{{ clock_bar(3612, 3600, "Attend", since=since) }}', since=NOW - timedelta(seconds=3612))
    assert "clockbar--over" in shown
    assert "+00:12 over" in shown
    assert 'data-since="2026-11-23T01:20:55+00:00"' in shown
    assert "1 h gone of 1 h, over its target" in shown


def test_times_come_as_clock_time_and_as_time_ago(show: Any) -> None:
    shown = show("{{ at|both_times }}", at=NOW - timedelta(minutes=12))
    assert '<time datetime="2026-11-23T02:09:07+00:00">02:09</time>' in shown
    assert "12 min ago" in shown


def test_a_time_inside_a_part_uses_the_page_s_own_now(show: Any) -> None:
    assert "12 min ago" in show('{{ event(at, "Caller said") }}', at=NOW - timedelta(minutes=12))


def test_a_time_not_given_reads_as_not_known(show: Any) -> None:
    assert "not known" in show("{{ nothing.at.all|both_times }}")


def test_a_counter_of_nothing_is_neither_coloured_nor_shaped(show: Any) -> None:
    shown = show('{{ counters([{"label": "unowned", "value": 0, "kind": "over", "href": "#"}], "Waiting") }}')
    assert "counter--none" in shown
    assert "<svg" not in shown


def test_a_field_ties_label_hint_and_error_to_its_input(show: Any) -> None:
    form = Report({"seen": "y"})
    shown = show("{{ field(form.name) }}", form=form)
    assert '<label class="govuk-label" for="id_name">Name</label>' in shown
    assert 'aria-describedby="id_name-hint id_name-error"' in shown
    assert 'id="id_name-hint"' in shown
    assert 'id="id_name-error"' in shown
    assert 'aria-invalid="true"' in shown


def test_a_field_that_is_none_fails_loudly_instead_of_rendering_as_nothing(show: Any) -> None:
    with pytest.raises(TypeError, match="a field of a form"):
        show("{{ field(form.errors) }}", form=Report())
    with pytest.raises(TypeError, match="a field of a form"):
        show("{{ field(form.missing) }}", form=Report())


def test_a_field_shows_no_placeholder_and_says_when_it_is_optional(show: Any) -> None:
    shown = show("{{ field(form.name) }}{{ field(form.note) }}", form=Report())
    assert "placeholder" not in shown
    assert shown.count("(optional)") == 1


def test_a_field_takes_further_attributes(show: Any) -> None:
    assert 'autocomplete="off"' in show('{{ field(form.note, attrs={"autocomplete": "off"}) }}', form=Report())


def test_choices_stand_in_a_fieldset_with_a_legend_and_keep_the_answer(show: Any) -> None:
    shown = show("{{ field(form.seen) }}", form=Report({"name": "A", "seen": "n"}))
    assert '<legend class="govuk-fieldset__legend">Seen</legend>' in shown
    assert re.search(r'value="n" checked', shown)
    assert not re.search(r'value="y" checked', shown)


def test_the_summary_of_errors_leads_to_each_field(show: Any) -> None:
    shown = show("{{ form_errors(form) }}", form=Report({}))
    assert '<a href="#id_name">Name: This field is required.</a>' in shown
    assert '<a href="#id_seen_0">Seen: This field is required.</a>' in shown


def test_a_form_without_errors_has_no_summary(show: Any) -> None:
    assert "error" not in show("{{ form_errors(form) }}", form=Report({"name": "A", "seen": "y"}))


def test_the_pager_counts_with_separators_and_offers_only_what_there_is(show: Any) -> None:
    shown = show('{{ pager({"number": 1, "pages": 50, "total": 4987, "next": "?p=2"}) }}')
    assert "4,987 rows in all" in shown
    assert "Previous" not in shown
