"""Missing episodes: a return that resets nothing, who counts as the same child, interviews owed, and places."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest

from goldthread.audit.models import AuditEvent
from goldthread.config.errors import Invalid, Refused
from goldthread.contact import actions as contact
from goldthread.contact import known_actions
from goldthread.contact.people_models import Person, Place, Street
from goldthread.contact.rules import ChildGiven
from goldthread.safeguarding import child_actions
from goldthread.safeguarding import missing_actions as actions
from goldthread.safeguarding.child_models import ChildApart
from goldthread.safeguarding.clock_queries import running
from goldthread.safeguarding.missing_models import MissingEpisode, MissingInterview
from goldthread.safeguarding.missing_presenters import places
from tests.cast import Cast, attended, closed, key
from tests.response.test_alarms import later
from tests.safeguarding.episodes import assess, back, clocks, gone, now, reported, spoke
from tests.supervision.test_pages import Browser, text


def test_a_return_resets_nothing_and_frequency_raises_the_next(cast: Cast, browser: Browser) -> None:
    first = gone(cast, reasons=["self_harm"])
    assert first.risk == "high"
    back(cast, first)
    assert first.risk == "high"
    later(timedelta(days=20))
    second = gone(cast, name="robin  VALE")
    assert (second.number, second.risk) == (2, "high"), "the last risk is suggested again"
    other = gone(cast, name="Robin Vale", age=9)
    assert (other.number, other.risk) == (1, "medium"), "another child of that name"
    for number in (2, 3, 4):
        back(cast, other)
        later(timedelta(days=3))
        other = gone(cast, name="Robin Vale", age=9)
        assert other.number == number
    assert other.risk == "high", "the fourth in a year"
    page = text(browser(cast.supervisor).get(f"/safeguarding/missing/{other.pk}"))
    assert "Episode 4 in 12 months" in page
    again = browser(cast.supervisor).get(f"/safeguarding/missing/{second.pk}").content.decode()
    assert 'value="self_harm" checked' not in again
    before = browser(cast.supervisor).get(f"/safeguarding/missing/{gone(cast, name='Wren Lake', reasons=['care']).pk}")
    assert 'value="care" checked' in before.content.decode(), "what was true last time stays ticked"
    back(cast, other)
    later(timedelta(days=400))
    assert gone(cast, name="Robin Vale", age=10).number == 1


def test_the_one_settled_as_a_person_is_the_same_child_under_another_name(cast: Cast) -> None:
    first = gone(cast)
    incident, child = reported(cast, "Ash Vale")
    person = known_actions.record_person(cast.handler, incident.pk, key=key(), name="Ash Vale")
    MissingEpisode.objects.filter(pk=first.pk).update(person=person)
    second = actions.open_episode(cast.supervisor, incident.pk, key=key(), child=child)
    assert (second.person, second.number) == (person, 2)


def test_what_is_learnt_after_the_recording_counts(cast: Cast, browser: Browser) -> None:
    for _ in range(3):
        earlier = gone(cast, place="x")
        back(cast, earlier)
        later(timedelta(days=2))
    episode = gone(cast, name="unknown", age=None, went_from="home")
    assert (episode.number, episode.place, episode.person) == (1, None, None)
    incident, child = episode.incident, str(episode.child)
    street = Street.objects.create(name="Elm Row", plain="elm row", source="test")
    home = Place.objects.create(street=street, number="2", source="test")
    known_actions.settle(cast.handler, incident.pk, key=key(), choice=f"place-{home.pk}")
    given = [ChildGiven(child, "Robin Vale", 15, False, "", "", "not_seen")]
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=given)
    person = known_actions.record_person(cast.handler, incident.pk, key=key(), name="Robin Vale")
    episode.refresh_from_db()
    assert (episode.place, episode.person, episode.age) == (home, person, 15)
    assert ("2 Elm Row", 1) in [(row["name"], row["episodes"]) for row in places(cast.vast, now())]
    assert "Episode 4 in 12 months" in text(browser(cast.vast).get(f"/safeguarding/missing/{episode.pk}"))
    assess(cast.supervisor, episode, risk="high")
    assert (episode.number, episode.assessments.latest("version").suggested) == (4, "high")
    earlier.refresh_from_db()
    assert earlier.place is None, "what somebody wrote stands"


def test_two_children_of_one_name_settled_as_two_are_not_counted_together(cast: Cast) -> None:
    first = gone(cast)
    for different in ("said apart", "two records", "two people"):
        incident, child = reported(cast)
        here, there = (first.incident_id, first.child), (incident.pk, uuid.UUID(child))
        if different == "said apart":
            (one, mine), (other, theirs) = sorted((here, there), key=lambda at: at[0].int)
            ChildApart(incident_id=one, child=mine, other_incident_id=other, other_child=theirs, by=cast.vast).save()
        elif different == "two records":
            for at in (here, there):
                child_actions.make(cast.vast, *at, key=key())
        else:
            MissingEpisode.objects.update(person=Person.objects.create(name="Robin Vale", source="test"))
            known_actions.record_person(cast.handler, incident.pk, key=key(), name="Robin Vale")
        second = actions.open_episode(cast.supervisor, incident.pk, key=key(), child=child)
        assert second.number == 1, different
        MissingEpisode.objects.filter(pk=second.pk).update(age=None)  # out of the next one's way


def test_after_the_return_both_interviews_are_owed_and_only_they_end_their_clocks(cast: Cast) -> None:
    episode = gone(cast)
    with pytest.raises(Refused, match="not back yet"):
        spoke(cast, episode, "prevention", "declined", words="No.")
    back(cast, episode, condition="Cold and hungry, no injury.")
    assert clocks(episode) == {"prevention_interview", "return_interview"}
    due = running(("missing", episode.pk)).get(rule="return_interview").due_at
    assert due - episode.returned_at == timedelta(hours=72)  # type: ignore[operator]
    with pytest.raises(Refused, match=r"child is back"):
        assess(cast.supervisor, episode, risk="high")
    attended(cast, episode.incident)
    with pytest.raises(Refused, match="interview"):
        closed(cast, episode.incident)
    with pytest.raises(Invalid, match="not face to face"):
        spoke(cast, episode, "prevention", "done", how="phone", words="'I was at the fair.'")
    with pytest.raises(Invalid, match="what the child said"):
        spoke(cast, episode, "prevention", "done", how="face")
    spoke(
        cast, episode, "prevention", "done", how="phone", words="'I was at the fair.'", not_face="She asked for that."
    )
    assert clocks(episode) == {"return_interview"}
    with pytest.raises(Invalid, match="came of it"):
        spoke(cast, episode, "return", "not_done", words="No time.")
    spoke(cast, episode, "return", "offered")
    assert clocks(episode) == set()
    spoke(cast, episode, "return", "done", how="face", words="'They wait for me outside.'")
    said = MissingInterview.objects.latest("pk").words
    assert said is not None
    assert said.text == "'They wait for me outside.'"


def test_places_are_counted_together_care_homes_first(cast: Cast, browser: Browser) -> None:
    street = Street.objects.create(name="Elm Row", plain="elm row", source="test")
    home = Place.objects.create(street=street, number="2", source="test")
    made = [
        gone(cast, name="Robin Vale", went_from="home", place="9 Oak Lane"),
        gone(cast, name="Wren Lake", went_from="care_home", place="The  Beeches"),
    ]
    back(cast, made[1])
    made.append(gone(cast, name="Wren Lake", went_from="care_home", place="the beeches"))
    made.append(gone(cast, name="Ash Hill", went_from="care_home", place="The Beeches"))
    for one in ("Kit Moor", "Jay Moor"):
        settled = gone(cast, name=one, went_from="foster", place="x")
        MissingEpisode.objects.filter(pk=settled.pk).update(place=home)
    found = [(row["name"], row["episodes"], row["open"], row["repeats"]) for row in places(cast.vast, now())]
    browser(cast.vast).get("/safeguarding/missing/places")
    looked = AuditEvent.objects.get(verb="missing.places")
    assert {pk for kind, pk in json.loads(looked.subjects) if kind == "episode"} == {
        str(one.pk) for one in MissingEpisode.objects.all()
    }
    assert found == [("The Beeches", 3, 2, 1), ("2 Elm Row", 2, 2, 0), ("9 Oak Lane", 1, 1, 0)]
