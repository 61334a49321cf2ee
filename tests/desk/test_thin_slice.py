"""One call, one board: from the first key to the closing, through the pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.contact.models import Incident
from goldthread.response.models import Allocation
from tests.cast import Cast, answered, assess, key

SAID = (
    "inft states male nxt dr shouting at partner again, kids crying upstairs then gone quiet, "
    "not seen mum since sat, no wpns mentioned"
)
Browser = Callable[[Staff | None], Client]


def test_a_call_goes_in_at_one_end_and_is_closed_at_the_other(cast: Cast, browser: Browser) -> None:
    handler, dispatcher = browser(cast.handler), browser(cast.dispatcher)
    incident_id = uuid.uuid4()
    at = f"/incidents/{incident_id}"
    empty = handler.get(f"/contact/{incident_id}/")
    assert empty.status_code == 200
    assert not Incident.objects.exists()

    opened = handler.post(
        f"/contact/{incident_id}/open",
        {"opening": "1", "channel": "999", "area": "North"},
        headers={"HX-Request": "true"},
    )
    assert opened.status_code == 200
    assert "AM-" in opened.text

    words = handler.post(
        f"{at}/words", {"key": key(), "text": SAID, "source": "caller"}, headers={"HX-Request": "true"}
    )
    assert words.status_code == 200
    assert 'data-cue="da-child"' in words.text

    graded = handler.post(
        f"{at}/grade",
        {"key": key(), "grade": "priority", "why": "", "why_not_above": ""},
        headers={"HX-Request": "true"},
    )
    assert graded.status_code == 200
    assert "Words suggest Immediate" in graded.text

    board = dispatcher.get("/board/")
    assert str(incident_id) in board.text
    sent = dispatcher.post(f"{at}/allocate", {"key": key(), "unit": cast.unit.pk}, headers={"HX-Request": "true"})
    assert "NA21" in sent.text
    allocation = Allocation.objects.get()
    dispatcher.post(f"{at}/arrive", {"key": key(), "allocation": allocation.pk, "source": "officer"})
    ending = {"key": key(), "reason": "attended-resolved", "result": "Children seen and well."}
    unanswered = dispatcher.post(f"{at}/close", ending)
    assert (unanswered.status_code, "threat to life in the words is unanswered" in unanswered.text) == (422, True)
    answered(cast.handler, Incident.objects.get())
    alone = dispatcher.post(f"{at}/close", ending)
    assert (alone.status_code, "one person cannot close this alone" in alone.text) == (422, True)
    assess(cast.handler, Incident.objects.get())
    assert browser(cast.fim).post(f"{at}/close", ending).status_code == 302
    incident = Incident.objects.get()
    assert not incident.is_open
