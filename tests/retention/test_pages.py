"""Retention's pages: what waits and why, one incident, and that nobody but those with the verb opens them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.measures import queries as figures
from goldthread.measures.registry import measures
from goldthread.retention import actions
from goldthread.retention.models import RetentionDecision, RetentionReview
from tests.cast import Cast, key
from tests.response.test_alarms import later
from tests.retention.scenes import SAID, WHY, due, job, second, with_child, without_child, years
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]


def at(review: RetentionReview, part: str = "") -> str:
    return f"/retention/{review.incident_id}/{part}"


def test_the_list_says_what_is_due_since_when_and_why(cast: Cast, browser: Browser) -> None:
    child = with_child(cast)
    other = without_child(cast)
    years(10)
    job()
    client = browser(cast.auditor)
    page = text(client.get("/retention/"))
    assert page.index(other.reference) < page.index(child.reference), "what has been due longest first"
    assert "a child may be involved" in page
    assert "no fact of a higher group is on record" in page
    assert "1 late" in page
    assert client.get("/retention/count").json() == {"count": 2, "over": 1}
    assert "No erasure is proposed." in text(client.get("/retention/?show=proposed"))
    seen = AuditEvent.objects.filter(verb="retention.see", duty="consultation", staff_id=cast.auditor.pk)
    assert str(child.pk) in seen.earliest("id").subjects


def test_it_is_kept_by_a_form_that_loses_nothing_typed(cast: Cast, browser: Browser) -> None:
    review = due(cast, with_child(cast), after=10)
    client = browser(cast.auditor)
    page = text(client.get(at(review)))
    assert SAID in page
    assert "nothing is erased before" in page
    assert "Propose erasure" not in page
    wrong = client.post(at(review, "keep"), {"key": key(), "rationale": WHY, "next_on": "2026-01-01"})
    assert (wrong.status_code, WHY in text(wrong), "does not lie ahead" in text(wrong)) == (422, True, True)
    refused = client.post(at(review, "propose"), {"key": key(), "rationale": WHY})
    assert (refused.status_code, WHY in text(refused)) == (422, True)
    assert client.post(at(review, "keep"), {"key": key(), "rationale": WHY, "next_on": ""}).status_code == 302
    assert "not due" in text(client.get(at(review)))
    assert SAID not in text(client.get(at(review))), (
        "its words are open while it waits to be decided, and at no other time"
    )
    assert RetentionDecision.objects.get().kind == "keep"


def test_one_proposes_another_approves_and_the_record_shows_what_is_left(cast: Cast, browser: Browser) -> None:
    review, other = due(cast), second(cast)
    first, approver = browser(cast.auditor), browser(other)
    assert first.post(at(review, "propose"), {"key": key(), "rationale": "Not needed."}).status_code == 302
    assert "Another person approves or refuses it." in text(first.get(at(review)))
    assert "Approve: erase" not in text(first.get(at(review)))
    proposal = RetentionDecision.objects.get().pk
    given = {"proposal": proposal, "words": "", "approve": "no"}
    assert approver.post(at(review, "answer"), {**given, "key": key()}).status_code == 422
    assert "Approve: erase" in text(approver.get(at(review)))
    assert approver.post(at(review, "answer"), {**given, "key": key(), "approve": "yes"}).status_code == 302
    left = text(approver.get(at(review)))
    assert "under the retention schedule, group All other matters" in left
    assert SAID not in left
    incident = browser(cast.supervisor).get(f"/incidents/{review.incident_id}/")
    assert incident.status_code == 200
    assert SAID not in text(incident)
    assert "under the retention schedule" in text(incident)


def test_nobody_without_the_verb_opens_or_decides_and_what_has_no_review_is_not_there(
    cast: Cast, browser: Browser
) -> None:
    review = due(cast)
    for name, user in cast.everybody().items():
        client = browser(user)
        given = {"key": key(), "rationale": WHY, "next_on": "2020-01-01"}
        told = [client.get("/retention/"), client.get(at(review)), client.post(at(review, "keep"), given)]
        expected = [200, 200, 422] if name == "auditor" else [403, 403, 403]
        assert [one.status_code for one in told] == expected, name
        assert ("/retention/" in client.get("/home/").content.decode()) == (name == "auditor"), name
    nothing = without_child(cast)
    assert browser(cast.auditor).get(f"/retention/{nothing.pk}/").status_code == 404
    assert browser(cast.auditor).post(f"/retention/{nothing.pk}/keep", given).status_code == 404


def test_the_measure_counts_what_was_decided_in_its_time(cast: Cast) -> None:
    made = [without_child(cast) for _ in range(2)]
    years(6)
    job()
    actions.keep_incident(cast.auditor, made[0].pk, key=key(), rationale=WHY)
    measure = next(one for one in measures() if one.code == "retention-reviewed-in-time")
    within = 90 + 7  # and the days that years() adds
    assert figures.point(measure, database_now(connection)).of == 0
    later(timedelta(days=within))
    found = figures.point(measure, database_now(connection))
    assert (found.met, found.of) == (1, 2)
    assert set(measure.cases(found.since, found.until)[1]) == {Incident.objects.get(pk=made[0].pk)}
    actions.keep_incident(cast.auditor, made[1].pk, key=key(), rationale=WHY)
    assert figures.point(measure, database_now(connection)).met == 1, "late is late"
