"""Who answers for the force opens the records behind a figure for a reason, reads them for twelve hours, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.config.errors import Invalid, Refused
from goldthread.contact import sight_actions
from goldthread.contact.models import Incident, SightReason
from tests.cast import Cast, key, opened, say
from tests.response.test_alarms import later
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]
CODE = "children-asked"
LIST, OPENS = f"/measures/{CODE}/?which=not_met", f"/reasons/{CODE}/"


@pytest.fixture
def gold(cast: Cast) -> Staff:
    made = Staff(username="gold", name="Greta Amber", role="gold", team=cast.silver.team, password="x")
    made.save()
    return made


@pytest.fixture
def unasked(cast: Cast) -> list[Incident]:
    """Three incidents in which nobody asked about children."""
    found = [opened(cast.handler) for _ in range(3)]
    say(cast.handler, found[0], "She will bring the form on Monday.")
    return found


def test_gold_walks_a_figure_back_to_its_cases_and_no_further(
    cast: Cast, browser: Browser, gold: Staff, unasked: list[Incident]
) -> None:
    client, beside = browser(gold), opened(cast.handler)
    Incident.objects.filter(pk=beside.pk).update(opened_at=beside.opened_at - timedelta(days=400))
    page = text(client.get(LIST))
    assert "In your sight, and listed here: 0." in page
    assert "Why you open the records behind this number" in page
    assert client.get(f"/incidents/{unasked[0].pk}/").status_code == 404
    answer = client.post(OPENS, {"which": "not_met", "reason": "assurance"}, follow=True)
    assert "Opened for twelve hours: 3." in text(answer)
    assert all(one.reference in text(answer) for one in unasked)
    record = text(client.get(f"/incidents/{unasked[0].pk}/"))
    assert "She will bring the form on Monday." in record
    assert client.get(f"/incidents/{beside.pk}/").status_code == 404, "it is not behind this number"
    written = client.post(f"/incidents/{unasked[0].pk}/words", {"key": key(), "text": "x", "source": "caller"})
    assert written.status_code == 403
    event = AuditEvent.objects.filter(verb=sight_actions.OPENS).latest("id")
    assert (event.staff_id, event.reason, event.duty) == (gold.pk, "Assurance of a recommendation", "consultation")
    assert all(str(one.pk) in str(event.subjects) for one in unasked)
    assert "My incidents" not in record


def test_after_twelve_hours_they_are_closed_again(
    cast: Cast, browser: Browser, gold: Staff, unasked: list[Incident]
) -> None:
    client = browser(gold)
    client.post(OPENS, {"which": "not_met", "reason": "review"})
    later(timedelta(hours=11, minutes=59))
    assert client.get(f"/incidents/{unasked[0].pk}/").status_code == 200
    later(timedelta(minutes=2))
    assert client.get(f"/incidents/{unasked[0].pk}/").status_code == 404
    assert not Incident.objects.visible_to(gold).exists()


def test_without_a_reason_of_the_list_nothing_is_opened_and_a_sentence_says_so(
    cast: Cast, browser: Browser, gold: Staff, unasked: list[Incident]
) -> None:
    client = browser(gold)
    for reason in ("", "because", "x" * 10_000, "assurance\x00"):
        answer = client.post(OPENS, {"which": "not_met", "reason": reason}, follow=True)
        assert "Say why you open these records. Nothing was opened." in text(answer)
    assert client.post(OPENS, {"which": "everything", "reason": "review"}).status_code == 404
    assert client.post("/reasons/no-such/", {"which": "met", "reason": "review"}).status_code == 404
    assert not SightReason.objects.exists()
    with pytest.raises(Invalid, match="from 1 to 100 records, and these are 0"):
        sight_actions.open_for(gold, [], reason="review", measure=CODE, which="met")


def test_sent_twice_opens_once(cast: Cast, browser: Browser, gold: Staff, unasked: list[Incident]) -> None:
    client = browser(gold)
    for _ in range(2):
        client.post(OPENS, {"which": "not_met", "reason": "review"})
    assert SightReason.objects.count() == 3
    assert AuditEvent.objects.filter(verb=sight_actions.OPENS).count() == 1


def test_a_reason_opens_to_one_person_and_nobody_else_may_give_one(
    cast: Cast, browser: Browser, gold: Staff, unasked: list[Incident]
) -> None:
    browser(gold).post(OPENS, {"which": "not_met", "reason": "review"})
    assert not Incident.objects.visible_to(cast.silver).exists(), "another's reason"
    for name, user in cast.everybody().items():
        if name == "silver":
            continue
        assert browser(user).post(OPENS, {"which": "not_met", "reason": "review"}).status_code == 403, name
        with pytest.raises(Refused):
            sight_actions.open_for(user, [unasked[0].pk], reason="review", measure=CODE, which="met")
    assert SightReason.objects.exclude(staff=gold).count() == 0
