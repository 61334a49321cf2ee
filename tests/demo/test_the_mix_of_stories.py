"""What the templates are about: mostly ordinary work, much of it with children in it who are well."""

from __future__ import annotations

import random
import re
from collections import Counter
from datetime import date, datetime

from goldthread.demo.generate import stories
from goldthread.demo.people import Town
from goldthread.demo.storybook import slots, tell, templates
from goldthread.thrive.full import OBLIQUE
from goldthread.thrive.lexicon import load

CHILD_WORDS = re.compile(
    r"\b(child\w*|kids?|son|daughter|lad|boys?|girl|school\w*|pupils?|toddler|teenagers?|little ones|nappies|baby|grandchildren|creche"
    r"|pushchair|sixteenth)\b",
    re.IGNORECASE,
)


def test_there_are_many_and_nearly_half_or_more_carry_no_risk_to_a_child() -> None:
    told = templates()
    harmless = [one for one in told if not one.at_risk]

    assert len(told) >= 120
    assert len(harmless) >= 0.45 * len(told)


def test_at_least_half_of_the_harmless_ones_mention_children_all_the_same() -> None:
    harmless = [one for one in templates() if not one.at_risk]
    mention = [one for one in harmless if one.mentions_child]

    assert len(mention) >= 0.5 * len(harmless)
    for one in mention:
        assert CHILD_WORDS.search(" ".join(text for _, text in one.words)), one.name


def test_every_cue_the_reader_knows_has_a_story_and_no_story_names_another() -> None:
    assert {cue for one in templates() for cue in one.cues} == set(load(None).cues) - {OBLIQUE}


def test_every_level_of_risk_is_there_but_the_lowest_which_no_writer_would_call_a_risk() -> None:
    assert set(Counter(one.risk for one in templates())) == {"none", "medium", "high", "immediate"}


def test_every_template_is_told_without_a_slot_or_a_choice_left_open() -> None:
    rng = random.Random(2)
    on = date(2026, 3, 2)
    town = Town(rng, date(2026, 6, 19))
    for one in templates():
        told = slots(
            rng, town.draw(rng, "West", one.band, on, baby=one.has_baby), town.places["West"], on, "14:05", "11:20"
        )
        for text in one.texts():
            assert not re.search(r"[{}<>|]", tell(rng, text, told)), one.name


def test_a_year_of_calls_is_mostly_harmless_and_the_open_board_shows_risk(now: datetime) -> None:
    told = list(stories(11, now, 2_000, 52))
    closed, standing = [one for one in told if one.state == "closed"], [one for one in told if one.state != "closed"]

    assert 0.6 < sum(not one.cues for one in closed) / len(closed) < 0.85
    assert sum(bool(one.cues) for one in standing) > 0.4 * len(standing)
    assert {one.area for one in standing} == {"North", "East", "South", "West"}


def test_people_and_addresses_come_again(now: datetime) -> None:
    homes = Counter(
        step.location for one in stories(11, now, 2_000, 30) for step in one.steps[:1] if step.location[0].isdigit()
    )  # type: ignore[attr-defined]

    assert sum(count >= 3 for count in homes.values()) > 40
    assert sum(count == 1 for count in homes.values()) > 40
