"""Missing episodes on their pages: who sees or records one, and what was typed stays."""

from __future__ import annotations

import html

import pytest

from goldthread.config.errors import NotThere
from tests.cast import Cast, attended, key
from tests.safeguarding.episodes import assess, gone, reported, version
from tests.supervision.test_pages import Browser, text

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
            f"/safeguarding/missing/{episode.pk}/assess", {"key": key(), "risk": "high", "version": version(episode)}
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
