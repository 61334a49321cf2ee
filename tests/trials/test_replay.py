"""Stored advice made again is the same, or is told as what it is: never a false *same*."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from goldthread.accounts.models import Staff
from goldthread.assessment import actions, reading, replay
from goldthread.assessment.holding import HELD
from goldthread.assessment.models import Reading
from goldthread.assessment.replay_rules import Replayed
from goldthread.audit.actions import erase
from goldthread.audit.models import Payload
from goldthread.contact.models import Entry, Incident
from goldthread.thrive.reader import Reader
from goldthread.thrive.second import RULE, OverHttp
from tests.cast import Cast, opened, say

RISK = "He has got a knife to her and the kids are screaming in the back bedroom, she is bleeding."
OBLIQUE = "The little girl next door is out on the step in her nightie again, no lights on, nobody answers."
"""Of which the network makes more than known wordings do, so that the first look at what follows holds it."""
HARMLESS = "The bins have not been emptied again. It is the third week. Could somebody tell the council."


def again(one: Reading) -> Replayed:
    found = Reading.objects.select_related("entry", "incident").get(pk=one.pk)
    return replay.replayed([found])[0]


def stored(incident: Incident, **where: Any) -> Reading:
    return Reading.objects.filter(incident=incident, **where).latest("pk")


def altered(one: Reading, **values: Any) -> Reading:
    """A reading as it would stand had it been made otherwise: rows may only be added, so it is added."""
    kept = {field.attname: getattr(one, field.attname) for field in Reading._meta.concrete_fields if field.name != "id"}
    return Reading.objects.create(**{**kept, **values})


@pytest.fixture
def said(cast: Cast) -> Incident:
    incident = opened(cast.handler)
    say(cast.handler, incident, RISK)
    actions.read_fully(incident.pk)
    return incident


def test_both_paths_are_the_same_when_made_again(said: Incident) -> None:
    for path in ("fast", "full"):
        found = again(stored(said, path=path))
        assert found.outcome == "same", (path, found)
        assert not found.differences


def test_it_reads_up_to_its_own_entry_and_not_what_was_said_since(cast: Cast, said: Incident) -> None:
    first = stored(said, path="full")
    say(cast.handler, said, "Two little ones, the baby is not breathing right.")
    assert again(first).outcome == "same"
    assert again(stored(said, path="fast")).outcome == "same"


def test_what_was_imagined_differs_and_says_how(said: Incident) -> None:
    one = stored(said, path="full")
    found = again(altered(one, level="low", probability=one.probability - 0.2, findings=one.findings[1:]))
    assert found.outcome == "differs"
    told = {each.what: (each.then, each.now) for each in found.differences}
    assert told["level"] == ("low", one.level)
    assert told["likelihood"] == (f"{one.probability - 0.2:.3f}", f"{one.probability:.3f}")
    gone = one.findings[0]
    assert told["finding"][0] == ""
    assert told["finding"][1].startswith(f"{gone['cue']}, {gone['assertion']}, entry {gone['entry']}")
    assert RISK[:12] not in str(found)


@pytest.mark.parametrize(("off", "outcome"), [(0.009, "same"), (0.011, "differs")])
def test_a_likelihood_may_lie_a_hundredth_off(said: Incident, off: float, outcome: str) -> None:
    one = stored(said, path="full")
    assert again(altered(one, probability=one.probability - off)).outcome == outcome


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ({"engine": "0.0.9"}, "engine 0.0.9"),
        ({"lexicon": "another"}, "lexicon another"),
        ({"model": "another"}, "model another"),
    ],
)
def test_other_versions_cannot_be_replayed_and_are_named(said: Incident, made: dict[str, str], told: str) -> None:
    found = again(altered(stored(said, path="full"), **made))
    assert found.outcome == "cannot"
    assert told in found.told


def test_erased_words_cannot_be_replayed_but_those_blank_before_it_are(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, HARMLESS)
    before, text = stored(incident), Entry.objects.get(incident=incident, kind="words").text
    second = Staff.objects.create(username="dpo", name="Second Auditor", role="auditor", team=cast.auditor.team)
    erase(cast.auditor, second, [text], "No policing purpose any more.", "retention")  # type: ignore[list-item]
    found = again(before)
    assert found.outcome == "cannot"
    assert "1 of the 1 entries" in found.told
    say(cast.handler, incident, "And the street lamp is out.")
    later = stored(incident)
    assert later.at >= Payload.objects.get(pk=text.pk).erased_at  # type: ignore[union-attr, operator]
    assert again(later).outcome == "same"


def test_what_holds_a_reading_of_erased_words_cannot_be_replayed_either(cast: Cast, said: Incident) -> None:
    text = Entry.objects.get(incident=said, kind="words").text
    second = Staff.objects.create(username="dpo", name="Second Auditor", role="auditor", team=cast.auditor.team)
    erase(cast.auditor, second, [text], "No policing purpose any more.", "retention")  # type: ignore[list-item]
    say(cast.handler, said, HARMLESS)
    assert stored(said).doubt == HELD
    found = again(stored(said))
    assert found.outcome == "cannot"
    assert "have been erased since" in found.told


@pytest.mark.parametrize(("state", "why"), [("down", "had failed"), ("off", "was off")])
def test_where_nothing_was_read_there_is_nothing_to_replay(said: Incident, state: str, why: str) -> None:
    found = again(altered(stored(said, path="full"), state=state, engine="", lexicon="", model=None, path=""))
    assert found.outcome == "cannot"
    assert why in found.told


def test_without_a_network_the_full_path_cannot_be_replayed(said: Incident, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_loaded", lambda: Reader())
    assert "no network" in again(stored(said, path="full")).told
    assert again(stored(said, path="fast")).outcome == "same"


def _broken() -> Reader:
    raise RuntimeError


class Fails(Reader):
    """A reader that loads and then fails on every text."""

    def read(self, original: str, path: str = "fast") -> Any:
        raise RuntimeError


@pytest.mark.parametrize(("broken", "told"), [(_broken, "cannot be loaded"), (Fails, "failed on these words")])
def test_a_reader_that_fails_now_is_told(
    said: Incident, monkeypatch: pytest.MonkeyPatch, broken: Callable[[], Reader], told: str
) -> None:
    one = stored(said, path="fast")
    monkeypatch.setattr(reading, "_loaded", broken)
    found = again(one)
    assert found.outcome == "cannot"
    assert told in found.told


class TestHeld:
    """Words read as serious stand when harmless ones follow."""

    @pytest.fixture
    def held(self, cast: Cast) -> Reading:
        incident = opened(cast.handler)
        say(cast.handler, incident, OBLIQUE)
        actions.read_fully(incident.pk)
        say(cast.handler, incident, HARMLESS)
        found = stored(incident)
        assert (found.path, found.doubt) == ("fast", HELD)
        return found

    def test_it_is_the_same_with_what_stood_before(self, held: Reading) -> None:
        found = again(held)
        assert found.outcome == "same"
        assert "was replayed as well" in found.told

    def test_it_is_never_the_same_where_what_it_rests_on_is_not(self, held: Reading) -> None:
        one = altered(stored(held.incident, path="full"), lexicon="another")
        found = again(altered(held))
        assert found.outcome == "cannot"
        assert "lexicon another" in found.told
        altered(one, lexicon=held.lexicon, level="low")
        assert again(altered(held)).outcome == "differs"


def test_a_second_readers_quotes_are_not_asked_for_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def suggest(_: OverHttp, text: str) -> list[tuple[str, str]]:
        asked.append(text)
        return [("neglect", "third week")]

    monkeypatch.setattr(reading.settings.ENV, "second_reader", "http://127.0.0.1:9/")
    monkeypatch.setattr(OverHttp, "suggest", suggest)
    incident = opened(cast.handler)
    say(cast.handler, incident, HARMLESS)
    actions.read_fully(incident.pk)
    one = stored(incident, path="full")
    assert [each["rule"] for each in one.findings].count(RULE) == 1
    assert len(asked) == 1
    found = again(one)
    assert (found.outcome, found.second) == ("in_part", 1)
    assert "is not asked again" in found.told
    assert len(asked) == 1


def test_many_of_several_incidents_keep_their_order(cast: Cast, said: Incident) -> None:
    other = opened(cast.handler)
    say(cast.handler, other, HARMLESS)
    ours = list(Reading.objects.filter(incident__in=[said.pk, other.pk]).select_related("entry").order_by("-pk"))
    broken = altered(ours[-1], level="immediate", at_risk=not ours[-1].at_risk)
    given = [ours[0], Reading.objects.select_related("entry").get(pk=broken.pk), *ours[1:]]
    assert [one.outcome for one in replay.replayed(given)] == ["same", "differs", *["same"] * (len(ours) - 1)]
