"""Whatever is open on an incident holds its texts, each named by itself; and what cannot be asked holds them too."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from goldthread.audit.models import Payload
from goldthread.clocks.db import database_now
from goldthread.config.upward import ask
from goldthread.contact.models import Incident
from goldthread.lookback import actions as lookback
from goldthread.lookback.stored import StoredIncidents
from goldthread.meetings.models import Action, Line, Meeting
from goldthread.retention import holding, queries
from goldthread.retention.events import MayErase
from goldthread.retention.rules import FACTS
from goldthread.safeguarding.concern_actions import refer
from goldthread.safeguarding.missing_models import MissingEpisode
from goldthread.safeguarding.protection_models import Protection
from goldthread.supervision.models import Question, Review
from tests.cast import Cast, key, opened, say
from tests.investigation.scenes import accepted, offered
from tests.safeguarding.children import child, recorded


def protected(cast: Cast, incident: Incident) -> None:
    now = database_now(connection)
    lapses = now + timedelta(hours=72)
    Protection.objects.create(incident=incident, child=uuid.uuid4(), taken_at=now, lapses_at=lapses, by=cast.officer)


def missing(cast: Cast, incident: Incident) -> None:
    MissingEpisode.objects.create(incident=incident, child=uuid.uuid4(), risk="high", by=cast.officer)


def asked(cast: Cast, incident: Incident) -> None:
    words = Payload.objects.keep("Who has seen her?")
    began = database_now(connection)
    review = Review(
        incident=incident, answer="returned", words=words, seen=1, child="possible", by=cast.fim, began_at=began
    )
    review.save()
    Question(review=review, to=cast.handler, answer_by=database_now(connection)).save()


def owed(cast: Cast, incident: Incident) -> None:
    now, words = database_now(connection), Payload.objects.keep("{}")
    meeting = Meeting.objects.create(
        kind="irmm", because="shift", called_by=cast.fim, chair=cast.fim, opened_at=now, ends_by=now, agenda=words,
        agenda_sha256="", key=key(),
    )  # fmt: skip
    line = Line(meeting=meeting, position=1, subject=incident.pk, points=1.0, reasons=[], text=words)
    line.save()
    Action(line=line, owner=cast.handler, words=words, due_at=now + timedelta(days=1)).save()


def looked_back(cast: Cast, incident: Incident) -> None:
    say(cast.handler, incident, "He has a knife and the baby is upstairs with him.")
    now = database_now(connection)
    source = StoredIncidents((now - timedelta(days=2)).date(), now)
    assert lookback.make(cast.supervisor, cast.supervisor.team, 10, source).made == 1


OPEN: dict[str, tuple[Callable[[Cast, Incident], object], str]] = {
    "concern": (lambda cast, one: refer(cast.supervisor, one.pk, key=key(), words="Look."), "concern of VAST is open"),
    "protection": (protected, "Police protection of a child has not ended"),
    "missing": (missing, "A child is still missing"),
    "offer": (offered, "nobody has answered"),
    "investigation": (accepted, "Its investigation has not ended"),
    "question": (asked, "supervisor's question on it has not been answered"),
    "lookback": (looked_back, "Look-back has it to decide"),
    "action": (owed, "action of a meeting is owed"),
}


@pytest.mark.parametrize("what", OPEN)
def test_each_open_thing_is_named(cast: Cast, what: str) -> None:
    act, sentence = OPEN[what]
    incident = opened(cast.handler)
    assert not [one for one in ask(MayErase(incident)) if sentence in one.why]
    act(cast, incident)
    incident.refresh_from_db()
    assert [one for one in ask(MayErase(incident)) if sentence in one.why]
    if what in FACTS:
        assert what in queries.facts_of([incident.pk])[incident.pk]


def test_another_incident_of_the_same_child_is_named_while_it_is_open(cast: Cast) -> None:
    one, other = child(cast.handler, "Wren Lark"), child(cast.handler, "Wren Lark")
    recorded(cast.vast, one, other)
    incidents = [Incident.objects.get(pk=pk) for pk, _ in (one, other)]
    assert queries.of_the_same_child(incidents[0]) == [incidents[1]]
    told = f"Incident {incidents[1].reference} of the same child is open"
    assert [each for each in ask(MayErase(incidents[0])) if told in each.why]
    assert "child.record" in queries.facts_of([one[0]])[one[0]]


def test_what_cannot_be_asked_holds_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError

    incident = opened(cast.handler)
    monkeypatch.setattr(holding, "running_in", fails)
    assert "could not be made" in ask(MayErase(incident))[-1].why
