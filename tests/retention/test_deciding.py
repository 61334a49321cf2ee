"""Keeping is one person's decision with a reason; erasing is two people's, and never of what something open rests on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent, Erasure, Payload
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.known import force_day
from goldthread.contact.models import Entry
from goldthread.contact.people_models import MatterLink
from goldthread.retention import actions, queries, rules
from goldthread.retention.models import RetentionAnswer, RetentionDecision, RetentionReview
from goldthread.safeguarding.concern_actions import refer
from tests.cast import Cast, key, opened
from tests.retention.scenes import SAID, WHY, due, job, second, with_child, without_child, years


def proposed(cast: Cast, review: RetentionReview) -> RetentionDecision:
    return actions.propose_erasure(cast.auditor, review.incident_id, key=key(), rationale="Nothing needs it any more.")


def approve(user: Staff, made: RetentionDecision, review: RetentionReview, **given: object) -> RetentionAnswer:
    said = {"approve": True, **given}
    return actions.answer_erasure(user, review.incident_id, made.pk, key=key(), **said)


def test_it_is_kept_with_a_reason_and_comes_back_by_its_group(cast: Cast) -> None:
    review = due(cast)
    with pytest.raises(Invalid):
        actions.keep_incident(cast.auditor, review.incident_id, key=key(), rationale="  ")
    once = key()
    for _ in range(2):
        made = actions.keep_incident(cast.auditor, review.incident_id, key=once, rationale=WHY)
    assert RetentionDecision.objects.get() == made
    review.refresh_from_db()
    today = force_day(database_now(connection))
    assert (review.state, review.due_on, made.group) == ("waiting", rules.years_after(today, 5), "other")
    event = AuditEvent.objects.filter(verb="retention.decide").latest("id")
    assert (event.duty, str(review.incident_id) in event.subjects, WHY in event.detail) == ("alteration", True, False)
    with pytest.raises(Refused, match="No review"):
        actions.keep_incident(cast.auditor, review.incident_id, key=key(), rationale=WHY)
    years(5)
    job()
    review.refresh_from_db()
    assert review.state == "due"


def test_a_sooner_day_is_taken(cast: Cast) -> None:
    review = due(cast)
    soon = force_day(database_now(connection)) + timedelta(days=40)
    actions.keep_incident(cast.auditor, review.incident_id, key=key(), rationale=WHY, next_on=soon)
    review.refresh_from_db()
    assert review.due_on == soon


def test_two_people_erase_every_text_and_the_chain_still_verifies(cast: Cast) -> None:
    review, other = due(cast), second(cast)
    texts = {one.pk for one in queries.payloads_of(review.incident)}
    assert len(texts) > 3
    made = proposed(cast, review)
    with pytest.raises(Refused, match="another person"):
        approve(cast.auditor, made, review)
    assert Payload.objects.filter(text=SAID).exists()
    answer = approve(other, made, review)
    assert not Payload.objects.filter(pk__in=texts, erased_at=None).exists()
    assert (answer.erasure.asked_by, answer.erasure.approved_by) == (cast.auditor.pk, other.pk)
    assert "retention schedule, group All other matters" in Entry.objects.filter(kind="words").first().text.shown()
    assert not queries.payloads_of(review.incident).exists()
    duties = AuditEvent.objects.filter(duty="erasure").order_by("id").values_list("verb", flat=True)
    assert list(duties) == ["payload.erase", "retention.decide"]
    review.refresh_from_db()
    assert review.state == "erased"
    assert made.words.shown() == "Nothing needs it any more.", "why it went stays"
    with pytest.raises(Stale):
        approve(other, made, review)


def test_a_refusal_says_why_and_puts_it_back(cast: Cast) -> None:
    review, other = due(cast), second(cast)
    made = proposed(cast, review)
    with pytest.raises(Stale):
        actions.keep_incident(other, review.incident_id, key=key(), rationale=WHY)
    with pytest.raises(Invalid):
        approve(other, made, review, approve=False)
    approve(other, made, review, approve=False, words="A complaint about it is under way.")
    assert queries.listed(cast.auditor, "due").get() == review
    assert not Erasure.objects.exists()
    assert proposed(cast, review).number == 2


def test_where_a_child_may_be_involved_nothing_is_erased_before_its_time(cast: Cast) -> None:
    review = due(cast, with_child(cast), after=10)
    with pytest.raises(Refused, match=r"child at risk is or may be involved, so nothing is erased before .* 2126"):
        proposed(cast, review)
    years(91)
    assert proposed(cast, review).kind == "erase"


def test_what_something_open_hangs_on_is_not_erased_and_the_sentence_names_it(cast: Cast) -> None:
    review, other = due(cast), second(cast)
    made = proposed(cast, review)
    fresh = opened(cast.supervisor)
    first, second_ = sorted((fresh.pk, review.incident_id))
    MatterLink(first_id=first, second_id=second_, by=cast.supervisor).save()
    with pytest.raises(Refused, match=f"Incident {fresh.reference}, linked as the same matter, is open"):
        approve(other, made, review)
    refer(cast.supervisor, review.incident_id, key=key(), words="A neighbour now says that a boy lives there.")
    with pytest.raises(Refused, match="A concern of VAST is open"):
        approve(other, made, review)
    assert Payload.objects.filter(text=SAID).exists()


def test_nobody_else_reaches_a_review(cast: Cast) -> None:
    review = due(cast)
    made = proposed(cast, review)
    for name, user in cast.everybody().items():
        if user == cast.auditor:
            continue
        assert not queries.listed(user).exists(), name
        for act in (
            lambda user=user: actions.keep_incident(user, review.incident_id, key=key(), rationale=WHY),
            lambda user=user: actions.propose_erasure(user, review.incident_id, key=key(), rationale=WHY),
            lambda user=user: approve(user, made, review),
        ):
            with pytest.raises(NotThere):
                act()
    assert RetentionDecision.objects.count() == 1
    waits = opened(cast.handler)
    with pytest.raises(NotThere):
        actions.keep_incident(cast.auditor, waits.pk, key=key(), rationale=WHY)


def test_the_database_takes_no_answer_from_whoever_proposed_it(cast: Cast) -> None:
    made = proposed(cast, due(cast))
    with pytest.raises(IntegrityError), transaction.atomic():
        RetentionAnswer(decision=made, answer="approved", proposed_by=cast.auditor, by=cast.auditor).save()


def test_a_review_that_is_not_due_is_not_decided(cast: Cast) -> None:
    review = due(cast, without_child(cast))
    RetentionReview.objects.filter(pk=review.pk).update(state="waiting")
    with pytest.raises(Refused, match="No review of this incident is due"):
        proposed(cast, review)
