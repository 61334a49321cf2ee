"""Two auditors at one review at the same instant; and a real erasure, after which the log is whole."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from goldthread.audit import stored, verify
from goldthread.audit.models import AuditEvent, Erasure, Payload
from goldthread.config.errors import Stale
from goldthread.contact.models import Incident
from goldthread.retention import actions, queries
from goldthread.retention.due_actions import take_in
from goldthread.retention.models import RetentionAnswer, RetentionReview
from tests.cast import key, make_cast
from tests.conftest import Database
from tests.response.at_once import at_once
from tests.retention.scenes import SAID, WHY, due, second, without_child, years


def test_one_answer_stands_the_other_is_told_and_the_log_is_whole(committing: Database) -> None:
    cast = make_cast()
    review = due(cast)
    incident, other = review.incident, second(cast)
    made = actions.propose_erasure(cast.auditor, incident.pk, key=key(), rationale="Nothing needs it any more.")
    texts = {one.pk for one in queries.payloads_of(incident)}

    def answer(approve: bool) -> RetentionAnswer:
        return actions.answer_erasure(other, incident.pk, made.pk, key=key(), approve=approve, words=WHY)

    stands, told = at_once(incident, lambda: answer(True), lambda: answer(False))
    assert isinstance(stands, RetentionAnswer)
    assert isinstance(told, Stale)
    assert Erasure.objects.get().payloads.count() == len(texts)
    assert not Payload.objects.filter(text=SAID).exists()

    found: list[verify.Problem] = []
    with stored.snapshot() as log:
        result = verify.verify(log.shards(), [], found.append)
        found += log.problems()
    assert result.after == AuditEvent.objects.count()
    assert found == []


def test_of_two_jobs_at_once_one_does_the_work_and_the_other_nothing(committing: Database) -> None:
    cast = make_cast()
    incident = without_child(cast)
    years(6)
    made, put = at_once(incident, lambda: _held(incident, take_in), lambda: _held(incident, take_in))
    assert sorted([made, put]) == [0, 1]
    assert RetentionReview.objects.count() == 1


def _held(incident: Incident, job: Callable[[], int]) -> int:
    """The job, begun at the same moment as the other: both wait for the incident first."""
    with transaction.atomic():
        Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    return job()
