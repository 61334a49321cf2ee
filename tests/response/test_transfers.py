"""A transfer to another force or agency stays ours and open until they say yes by name; it lowers and closes nothing by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.caller_actions import log_call_back
from goldthread.contact.models import Incident
from goldthread.desk.models import BoardRow
from goldthread.response import actions as response
from goldthread.response import alarm_actions, transfer_actions
from goldthread.response.models import Alarm, Transfer, TransferAnswer
from tests.cast import Cast, assess, attended, closed, key, say
from tests.response.test_alarms import later, raised
from tests.response.test_requests import with_child, without_child

ASKED = {"agency": "Ambulance", "reached": "Control, ref 4471", "what": "Attend and take her to hospital."}


def ask(user: Staff, incident: Incident, **given: Any) -> Transfer:
    return transfer_actions.transfer(user, incident.pk, key=key(), **{**ASKED, **given})


def answer(
    user: Staff, asked: Transfer, given: str = "accepted", words: str = "Jo Peel, ref 4471, on the way."
) -> None:
    transfer_actions.answer(user, asked.incident_id, asked.pk, key=key(), answer=given, words=words)


def close(user: Staff, incident: Incident, reason: str) -> None:
    response.close(user, incident.pk, key=key(), reason=reason, result="Told the caller.")


def test_silence_alarms_once_stands_on_top_of_the_board_and_ends_with_an_answer(cast: Cast) -> None:
    incident = with_child(cast)
    asked = ask(cast.handler, incident)
    assert "sent_on" in BoardRow.objects.get(incident=incident).needs
    later(timedelta(minutes=16))
    alarm_actions.raise_due()
    alarm_actions.raise_due()
    assert raised(incident).count("transfer") == 1
    row = BoardRow.objects.get(incident=incident)
    assert ("transfer" in row.needs, row.first) == (True, 3)
    answer(cast.handler, asked)
    assert not Alarm.objects.filter(incident=incident, kind="transfer", ended_at=None).exists()
    assert not {"transfer", "sent_on"} & set(BoardRow.objects.get(incident=incident).needs)
    incident.refresh_from_db()
    assert (incident.owner, incident.closed_at) == (cast.handler, None), "theirs is a yes; the incident is still ours"


def test_nothing_closes_while_they_are_silent(cast: Cast) -> None:
    incident = with_child(cast)
    asked = ask(cast.handler, incident)
    attended(cast, incident)
    with pytest.raises(Refused, match="Silence is no yes"):
        closed(cast, incident)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contact_incident SET closed_at = goldthread_now(), next_action = 'none' WHERE id = %s",
            [incident.pk],
        )
    answer(cast.handler, asked, "declined", "No crew until six.")
    closed(cast, incident)


def test_another_agency_s_yes_closes_only_where_police_are_not_needed_and_the_caller_knows(cast: Cast) -> None:
    incident = without_child(cast, "resolution")
    assess(cast.handler, incident)
    with pytest.raises(Refused, match="needs another agency's yes"):
        close(cast.handler, incident, "other-agency")
    answer(cast.handler, ask(cast.handler, incident))
    with pytest.raises(Refused, match="whether police are needed"):
        close(cast.handler, incident, "other-agency")
    answer(cast.handler, ask(cast.handler, incident, threshold="not_police"))
    with pytest.raises(Refused, match="does not know yet"):
        close(cast.handler, incident, "other-agency")
    log_call_back(cast.handler, incident.pk, key=key(), outcome="answered")
    close(cast.handler, incident, "other-agency")
    incident.refresh_from_db()
    assert incident.closed_at is not None


def test_a_yes_from_before_it_was_opened_again_closes_nothing(cast: Cast) -> None:
    incident = without_child(cast, "resolution")
    answer(cast.handler, ask(cast.handler, incident, threshold="not_police"))
    log_call_back(cast.handler, incident.pk, key=key(), outcome="answered")
    close(cast.handler, incident, "other-agency")
    say(cast.handler, incident, "They have not come.")
    with pytest.raises(Refused, match="needs another agency's yes"):
        close(cast.handler, incident, "other-agency")


def test_with_a_child_it_is_never_one_person_s_to_decide(cast: Cast) -> None:
    incident = with_child(cast, "resolution")
    assess(cast.handler, incident)
    answer(cast.handler, ask(cast.handler, incident, threshold="not_police"))
    log_call_back(cast.handler, incident.pk, key=key(), outcome="answered")
    for who in (cast.handler, cast.supervisor):
        with pytest.raises(Refused, match="never the only reason"):
            close(who, incident, "other-agency")
    attended(cast, incident)
    with pytest.raises(Refused, match="one person cannot close this alone"):
        close(cast.handler, incident, "other-agency")


@pytest.mark.parametrize("missing", list(ASKED))
def test_what_is_missing_is_named(cast: Cast, missing: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(cast.handler, with_child(cast), **{missing: "  "})
    assert list(refused.value.fields) == [missing]


@pytest.mark.parametrize("given", [{"threshold": "made-up"}, {"agency": "x" * 121}, {"what": "x" * 4_001}])
def test_what_does_not_fit_changes_nothing(cast: Cast, given: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        ask(cast.handler, with_child(cast), **given)
    assert not Transfer.objects.exists()


def test_an_answer_comes_once_and_says_who(cast: Cast) -> None:
    asked = ask(cast.handler, with_child(cast))
    for given in ("accepted", "declined"):
        with pytest.raises(Invalid):
            answer(cast.handler, asked, given, " ")
    with pytest.raises(Invalid, match="accepted, declined"):
        answer(cast.handler, asked, "maybe")
    answer(cast.handler, asked, "withdrawn", "")
    with pytest.raises(Stale, match="answered already"):
        answer(cast.handler, asked)
    assert TransferAnswer.objects.count() == 1


def test_one_incident_s_transfer_is_not_answered_through_another(cast: Cast) -> None:
    asked, other = ask(cast.handler, with_child(cast)), with_child(cast)
    with pytest.raises(NotThere):
        transfer_actions.answer(cast.handler, other.pk, asked.pk, key=key(), answer="withdrawn")


@pytest.mark.parametrize("who", ["far_dispatcher", "officer", "pcc", "vast"])
def test_others_may_not(cast: Cast, who: str) -> None:
    incident = with_child(cast)
    asked = ask(cast.handler, incident)
    user = getattr(cast, who)
    with pytest.raises((NotThere, Refused)):
        ask(user, incident)
    with pytest.raises((NotThere, Refused)):
        answer(user, asked)


def test_the_page_asks_shows_and_records_the_answer(cast: Cast, browser: Callable[[Staff | None], Client]) -> None:
    incident, client = with_child(cast), browser(cast.handler)

    def page() -> str:
        return " ".join(client.get(f"/incidents/{incident.pk}/").content.decode().split())

    answer_ = client.post(f"/incidents/{incident.pk}/transfer", {"key": key(), "agency": "Ambulance <b>", "what": ""})
    assert answer_.status_code == 422
    assert "Ambulance &lt;b&gt;" in answer_.content.decode()
    client.post(f"/incidents/{incident.pk}/transfer", {"key": key(), **ASKED})
    asked = Transfer.objects.get()
    assert "They accepted" in page()
    sent = {"key": key(), "transfer": asked.pk, "answer": "accepted", "words": ""}
    refused = client.post(f"/incidents/{incident.pk}/transfer/answer", sent)
    assert "Silence is no yes" in " ".join(refused.content.decode().split())
    client.post(f"/incidents/{incident.pk}/transfer/answer", {**sent, "key": key(), "words": "Jo Peel, ref 4471."})
    assert "Jo Peel, ref 4471." in page()
    assert "They accepted" not in page()
