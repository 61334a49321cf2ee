"""Missing episodes: hours since the last sighting, risk that two people lower, a return that resets nothing, and interviews owed."""

from __future__ import annotations

import html
import json
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact import actions as contact
from goldthread.contact import known_actions
from goldthread.contact.models import Incident
from goldthread.contact.people_models import Person, Place, Street
from goldthread.contact.rules import ChildGiven
from goldthread.safeguarding import child_actions
from goldthread.safeguarding import missing_actions as actions
from goldthread.safeguarding import missing_rules as rules
from goldthread.safeguarding.child_models import ChildApart
from goldthread.safeguarding.clock_queries import running
from goldthread.safeguarding.missing_models import MissingAssessment, MissingEpisode, MissingInterview
from goldthread.safeguarding.missing_presenters import places
from goldthread.safeguarding.missing_rules import newest_table, suggested
from tests.cast import Cast, attended, closed, graded, key, opened, say
from tests.response.test_alarms import later
from tests.supervision.test_pages import Browser, text


def now() -> datetime:
    return database_now(connection)


def reported(cast: Cast, name: str = "Robin Vale", age: int | None = 15) -> tuple[Incident, str]:
    incident = opened(cast.handler)
    say(cast.handler, incident, "A boy has not come back to his placement since this morning.")
    child = str(uuid.uuid4())
    given = [ChildGiven(child, name, age, False, "", "", "not_seen")]
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=given)
    graded(cast.handler, incident)
    incident.refresh_from_db()
    return incident, child


def gone(
    cast: Cast, user: Staff | None = None, *, name: str = "Robin Vale", age: int | None = 15, **given: Any
) -> MissingEpisode:
    incident, child = reported(cast, name, age)
    return actions.open_episode(user or cast.supervisor, incident.pk, key=key(), child=child, **given)


def back(cast: Cast, episode: MissingEpisode, **given: Any) -> None:
    actions.come_back(cast.supervisor, episode.pk, key=key(), returned_at=None, found_by="police", **given)
    episode.refresh_from_db()


def assess(user: Staff, episode: MissingEpisode, **given: Any) -> None:
    """Assess it by a page that is up to date."""
    given = {"version": _version(episode), **given}
    actions.assess(user, episode.pk, key=key(), **given)
    episode.refresh_from_db()


def agree(user: Staff, episode: MissingEpisode, **given: Any) -> None:
    """Answer as the inspector by a page that is up to date."""
    given = {"version": _version(episode), "approve": True, **given}
    actions.agree(user, episode.pk, key=key(), **given)
    episode.refresh_from_db()


def _version(episode: MissingEpisode) -> int:
    return MissingAssessment.objects.filter(episode=episode).count()


def clocks(episode: MissingEpisode) -> set[str]:
    return set(running(("missing", episode.pk)).values_list("rule", flat=True))


def test_the_child_is_enough_and_the_suggested_risk_holds(cast: Cast) -> None:
    episode = gone(cast)
    assert (episode.risk, clocks(episode)) == ("medium", {"missing_medium"})
    high = gone(cast, name="Wren Lake", reasons=["exploitation"])
    assert (high.risk, clocks(high)) == ("high", {"missing_high"})
    with pytest.raises(Invalid, match="Write why it is lower"):
        assess(cast.supervisor, high, risk="medium", reasons=["exploitation"])
    assess(cast.supervisor, high, risk="medium", reasons=["exploitation"], words="Spoken to by phone.")
    assert clocks(high) == {"missing_medium"}
    assert MissingAssessment.objects.filter(episode=high).count() == 2


def test_a_form_sent_again_with_more_in_it_makes_no_second_child_and_no_second_episode(cast: Cast) -> None:
    incident, sent = opened(cast.handler), key()
    held = actions.open_episode(cast.supervisor, incident.pk, key=sent)
    with pytest.raises(Refused, match=f"as {held.pk}: add to that"):
        actions.open_episode(cast.supervisor, incident.pk, key=sent, words="Has no coat.")
    assert incident.child_versions.count() == MissingEpisode.objects.count() == 1


def test_below_medium_needs_an_inspector_who_did_not_choose_it_and_until_then_the_higher_holds(cast: Cast) -> None:
    episode = gone(cast, risk="low", words="Her brother says she is at his flat.")
    assert (episode.risk, clocks(episode)) == ("medium", {"missing_medium"})
    for other in (cast.supervisor, cast.stranger, cast.officer):
        with pytest.raises((Refused, NotThere)):
            agree(other, episode)
    agree(cast.fim, episode)
    assert (episode.risk, clocks(episode)) == ("low", {"missing_low"})
    with pytest.raises(Refused, match="Nothing waits"):
        agree(cast.fim, episode)
    assess(cast.supervisor, episode, risk="low", words="No change.")
    assert episode.risk == "low", "what two people agreed on holds on"
    assess(cast.fim, episode, risk="none", words="Seen on a call.")
    with pytest.raises(Refused, match="another inspector"):
        agree(cast.fim, episode)
    with pytest.raises(IntegrityError), transaction.atomic():
        MissingAssessment(episode=episode, version=99, asked="low", risk="low", suggested="medium", by=cast.fim).save()


def test_an_answer_to_an_assessment_that_was_replaced_meanwhile_is_refused_and_stays_typed(
    cast: Cast, browser: Browser
) -> None:
    episode = gone(cast)
    page = f"/safeguarding/missing/{episode.pk}"
    client = browser(cast.vast)
    assert re.search(r'name="version" value="1"', client.get(page).content.decode())
    assess(cast.supervisor, episode, risk="high", reasons=["exploitation"])
    routine = {"key": key(), "version": 1, "risk": "medium", "reasons": ["care"], "words": "No news."}
    refused = client.post(f"{page}/assess", routine)
    assert refused.status_code == 422
    for words in ("High risk holds now", "No news."):
        assert words in text(refused), words
    episode.refresh_from_db()
    assert (episode.risk, clocks(episode)) == ("high", {"missing_high"})
    assert re.search(r'name="version" value="2"', refused.content.decode()), "read, it may be sent again"
    assess(cast.supervisor, episode, risk="low", words="At her brother's.")
    assess(cast.supervisor, episode, risk="none", words="Seen on a call.")
    with pytest.raises(Stale, match="meanwhile"):
        agree(cast.fim, episode, version=3)
    assert episode.risk == "high"


def test_where_the_child_was_seen_is_kept_without_a_time(cast: Cast, browser: Browser) -> None:
    episode = gone(cast, last_seen="Bus station, by her aunt, after tea")
    assert episode.last_seen_at is None
    page = text(browser(cast.supervisor).get(f"/safeguarding/missing/{episode.pk}"))
    assert "Time not known Bus station, by her aunt, after tea" in page


def test_a_sighting_recorded_by_mistake_is_taken_back_and_the_hours_are_counted_anew(
    cast: Cast, browser: Browser
) -> None:
    first, wrong = now() - timedelta(hours=3), now() - timedelta(minutes=5)
    episode = gone(cast, last_seen_at=first, last_seen="At school.")
    actions.sight(cast.supervisor, episode.pk, key=key(), seen_at=wrong, words="At the fair, at 22:30.")
    back_at = now() - timedelta(minutes=30)
    with pytest.raises(Invalid, match="can be taken back"):
        actions.come_back(cast.supervisor, episode.pk, key=key(), returned_at=back_at, found_by="self")
    client, page = browser(cast.vast), f"/safeguarding/missing/{episode.pk}"
    mistake = episode.sightings.latest("pk").pk
    given = {"key": key(), "sighting": mistake, "why": ""}
    assert client.post(f"{page}/withdraw", given).status_code == 422
    for _ in range(2):
        assert client.post(f"{page}/withdraw", {**given, "why": "The time was an hour out."}).status_code == 302
    episode.refresh_from_db()
    assert episode.last_seen_at == first
    shown = text(client.get(page))
    assert "At the fair, at 22:30." in shown
    assert "Taken back The time was an hour out." in shown
    with pytest.raises(Refused, match="already"):
        actions.take_back(cast.supervisor, episode.pk, key=key(), sighting=mistake, why="Again.")
    with pytest.raises(Invalid, match="Choose"):
        actions.take_back(
            cast.supervisor, gone(cast, name="Wren Lake").pk, key=key(), sighting=mistake, why="Not hers."
        )
    actions.come_back(cast.supervisor, episode.pk, key=key(), returned_at=back_at, found_by="self")


@settings(suppress_health_check=[HealthCheck.too_slow])
@drawn(
    st.lists(st.sampled_from(list(newest_table().reasons))),
    st.integers(1, 40),
    st.sampled_from(["", *newest_table().risks]),
    st.sampled_from(["", *newest_table().risks]),
    st.sampled_from(["", *newest_table().risks]),
)
def test_one_person_never_brings_a_child_below_what_held_and_medium(
    reasons: list[str], number: int, last: str, asked: str, holds: str
) -> None:
    table = newest_table()
    suggests = suggested(table, reasons, number, last)
    assert not table.is_low(suggests)
    assert table.severity(suggests) >= table.severity(suggested(table, reasons, max(1, number - 1), last)), (
        "frequency raises"
    )
    assert not last or table.severity(suggests) >= table.severity(last), "a return resets nothing"
    found = rules.assess(table, asked, reasons, "as said", suggests, holds)
    if table.is_low(found.risk):
        assert table.is_low(holds)
        assert table.severity(found.risk) >= table.severity(found.asked)


def test_the_hours_run_from_the_last_sighting_in_whatever_order_it_is_told(cast: Cast, browser: Browser) -> None:
    episode = gone(cast)
    client = browser(cast.supervisor)
    page = client.get(f"/safeguarding/missing/{episode.pk}")
    assert "Last sighting not known" in text(page)
    assert "Not known Not known" not in text(page)
    for letter in "sar":
        assert page.content.decode().count(f'data-key="{letter}"') == 1, "each part of the page has its key"
    assert '<a href="/safeguarding/missing" aria-current="true">' in page.content.decode()
    for hours in (5, 9):
        actions.sight(
            cast.supervisor, episode.pk, key=key(), seen_at=now() - timedelta(hours=hours, minutes=3), words="At the bus station, by a driver.",
        )  # fmt: skip
    episode.refresh_from_db()
    assert timedelta(hours=5, minutes=2) < now() - episode.last_seen_at < timedelta(hours=5, minutes=4)  # type: ignore[operator]
    for address in (
        f"/safeguarding/missing/{episode.pk}",
        "/safeguarding/missing",
        f"/incidents/{episode.incident_id}/",
    ):
        assert "5 h 3 min" in text(client.get(address)), address
    with pytest.raises(Invalid, match="not come yet"):
        actions.sight(cast.supervisor, episode.pk, key=key(), seen_at=now() + timedelta(hours=1), words="Seen.")
    with pytest.raises(Invalid, match="seen missing after that"):
        actions.come_back(
            cast.supervisor, episode.pk, key=key(), returned_at=now() - timedelta(hours=6), found_by="self"
        )
    back(cast, episode)
    later(timedelta(hours=1))
    with pytest.raises(Invalid, match="back by then"):
        actions.sight(cast.supervisor, episode.pk, key=key(), seen_at=now(), words="At home.")


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


def spoke(cast: Cast, episode: MissingEpisode, kind: str, outcome: str, **given: Any) -> None:
    actions.interview(cast.supervisor, episode.pk, key=key(), kind=kind, outcome=outcome, who="PC Fern", **given)


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


SEE = {"vast", "fim", "supervisor", "officer"}


def test_only_those_with_the_incident_in_reach_see_or_record_it(cast: Cast, browser: Browser) -> None:
    episode = gone(cast, place="The Beeches", went_from="care_home")
    attended(cast, episode.incident)
    for name, user in cast.everybody().items():
        client = browser(user)
        page = client.get(f"/safeguarding/missing/{episode.pk}")
        assert (page.status_code == 200) == (name in SEE), name
        for address, words in (("", episode.incident.reference), ("/places", "The Beeches")):
            listed = client.get(f"/safeguarding/missing{address}")
            assert (listed.status_code == 200 and words in text(listed)) == (name in SEE), (name, address)
        sent = client.post(
            f"/safeguarding/missing/{episode.pk}/assess", {"key": key(), "risk": "high", "version": _version(episode)}
        )
        assert (sent.status_code == 302) == (name in SEE), name
        if name not in SEE:
            with pytest.raises(NotThere):
                assess(user, episode, risk="high")


def test_the_pages_keep_what_was_typed_and_do_each_thing_once(cast: Cast, browser: Browser) -> None:
    incident, child = reported(cast)
    client = browser(cast.vast)
    address = f"/safeguarding/missing/open/{incident.pk}"
    assert "Robin Vale" in text(client.get(address))
    given = {
        "key": key(),
        "child": child,
        "last_seen_at": "yesterday",
        "last_seen": "By the <b>lake</b>",
        "reasons": ["care"],
    }
    refused = client.post(address, given)
    assert refused.status_code == 422
    assert "By the &lt;b&gt;lake&lt;/b&gt;" in refused.content.decode()
    good = {**given, "last_seen_at": ""}
    places = {client.post(address, good)["Location"] for _ in range(2)}
    assert len(places) == 1, "sent twice, done once"
    assert "By the <b>lake</b>" in html.unescape(client.get(*places).content.decode())
    again = client.post(address, {**good, "key": key(), "words": "Not back for tea."})
    assert again.status_code == 422
    assert "Not back for tea." in text(again)
    (page,) = places
    for part, sent in (
        ("sighting", {"seen_at": "", "words": "By a friend."}),
        ("return", {"found_by": "", "condition": "Unhurt."}),
        ("interview", {"kind": "prevention", "outcome": "done", "words": "I walked home."}),
        ("agree", {"answer": "no", "version": 1, "words": "Too soon."}),
        ("withdraw", {"sighting": "", "why": "Not her."}),
    ):
        answer = client.post(f"{page}/{part}", {"key": key(), **sent})
        assert answer.status_code in {404, 422, 403}, part
        if answer.status_code == 422:
            assert list(sent.values())[-1] in answer.content.decode(), part
    assert client.get("/safeguarding/missing/999999").status_code == 404
