"""What was read of a contact stands when more is said in it: pages, closing and the board keep it through words and outages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from goldthread.accounts.models import Staff
from goldthread.assessment import actions
from goldthread.assessment.holding import CHILD, HELD, held
from goldthread.assessment.models import Reading
from goldthread.assessment.queries import newest_reading
from goldthread.assessment.rules import Draft
from goldthread.desk.models import BoardRow
from goldthread.response.shared_actions import critical_unanswered, ending, missing_child
from goldthread.thrive.decide import rank
from goldthread.thrive.reader import Reader as TheReader
from tests.cast import Cast, key, opened, say

LEVELS = ("none", "low", "medium", "high", "immediate")
QUOTES = st.fixed_dictionaries(
    {
        "cue": st.sampled_from(["oblique", "neglect"]),
        "entry": st.integers(1, 3),
        "start": st.integers(0, 3),
        "end": st.integers(4, 6),
    }
)


@st.composite
def values(draw: st.DrawFn) -> dict[str, Any]:
    at_risk = draw(st.booleans())
    return {
        "state": "read",
        "at_risk": at_risk,
        "level": draw(st.sampled_from(LEVELS[1:])) if at_risk else "none",
        "probability": draw(st.floats(0, 1)),
        "child": draw(st.sampled_from(CHILD)),
        "doubt": "",
        "findings": draw(st.lists(QUOTES, max_size=3)),
    }


@given(values(), values())
def test_a_later_reading_is_never_below_what_was_read_in_full_before(
    new: dict[str, Any], before: dict[str, Any]
) -> None:
    earlier = Reading(**before)
    found = held(new, earlier, None)
    if not before["at_risk"]:
        assert found == new
        return
    assert found["at_risk"]
    assert rank(found["level"]) == max(rank(new["level"]), rank(before["level"]))
    assert all(one in found["findings"] for one in new["findings"])
    if found != new:
        assert found["doubt"] == HELD
        assert all(one in found["findings"] for one in before["findings"])
    assert held(found, earlier, None) == found, "once is enough"


def _reads(monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    """The full path finds this, whatever is said."""
    whole = {
        "state": "read", "engine": "x", "path": "full", "lexicon": "x", "model": "x", "child": "no", "at_risk": False, "probability": 0.1,
        "level": "none", "adult_vulnerability": False, "abstain": False, "why_abstained": "", "doubt": "", "findings": [],
        "questions": [], "took_ms": 1.0,
    }  # fmt: skip
    monkeypatch.setattr(
        actions, "read", lambda _said, path="fast": {**whole, "path": path, **(values if path == "full" else {})}
    )


def test_routine_lines_behind_it_do_not_bury_what_was_read_as_risk(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "The table was laid for one more than live there.")
    quote = {
        "cue": "oblique",
        "entry": incident.entries.get(kind="words").seq,
        "start": 0,
        "end": 9,
        "assertion": "affirmed",
        "elements": ["risk"],
        "score": 0.9,
        "rule": "network",
    }
    _reads(monkeypatch, at_risk=True, level="high", probability=0.9, child="implied", findings=[quote])
    actions.read_fully(incident.pk)
    _reads(monkeypatch)
    say(cast.handler, incident, "Patrol passed the precinct, shutters down.")
    for _ in ("the first look", "the full reading"):
        found = newest_reading(incident)
        assert found is not None
        assert (found.at_risk, found.level, found.doubt) == (True, "high", HELD)
        assert quote in found.findings
        assert BoardRow.objects.get(incident=incident).suggested == "high"
        assert ending(incident).discordant
        actions.read_fully(incident.pk)
    assert newest_reading(incident).path == "full"  # type: ignore[union-attr]


def _fails(*_: object) -> None:
    raise RuntimeError("down")


def test_an_outage_takes_no_mark_of_life_off_and_no_missing_child(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "He has a knife to her throat. Her daughter, 12, is missing since yesterday.")
    assert critical_unanswered(incident)
    assert missing_child(incident)
    with monkeypatch.context() as broken:
        broken.setattr(TheReader, "read", _fails)
        say(cast.handler, incident, "Nothing further.")
    reading = newest_reading(incident)
    assert reading is not None
    assert reading.state == "down"
    assert critical_unanswered(incident)
    assert missing_child(incident)
    assert "marks" in BoardRow.objects.get(incident=incident).needs
    assert ending(incident).discordant


def test_words_that_came_in_an_outage_are_read_when_it_is_over(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    incident = opened(cast.handler)
    with monkeypatch.context() as broken:
        broken.setattr(TheReader, "read", _fails)
        say(cast.handler, incident, "He has a knife to her throat, the kids are screaming.")
        with pytest.raises(actions.NotReadInFull):
            actions.read_fully(incident.pk)
    actions.read_fully(incident.pk)
    found = newest_reading(incident)
    assert found is not None
    assert (found.state, found.at_risk) == ("read", True)
    assert critical_unanswered(incident)


def test_a_closer_look_that_finds_more_than_the_assessment_knew_asks_for_the_next(
    cast: Cast, browser: Callable[[Staff | None], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "The table was laid for one more than live there.")
    actions.write_thrive(cast.handler, incident.pk, key=key(), draft=Draft({"threat": "none heard"}, "", "", 0))
    assert "assess" not in BoardRow.objects.get(incident=incident).needs
    _reads(monkeypatch, at_risk=True, level="high", probability=0.9, child="implied")
    actions.read_fully(incident.pk)
    assert "assess" in BoardRow.objects.get(incident=incident).needs
    assert "on a closer look: Priority by the words" in browser(cast.handler).get(f"/incidents/{incident.pk}/").text
    actions.write_thrive(cast.handler, incident.pk, key=key(), draft=Draft({"threat": "more"}, "", "", 1))
    assert "assess" not in BoardRow.objects.get(incident=incident).needs
    assert incident.entries.filter(code="reader.raised").count() == 1
