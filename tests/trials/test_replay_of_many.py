"""A thousand stored readings of a demo's force, made again: the same findings and level, the likelihood within a hundredth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from goldthread.assessment import actions
from goldthread.assessment.models import Reading
from goldthread.assessment.reading import reader
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.demo.seed import seed
from goldthread.trials import replay_queries as queries

PART, WHOLE = 60, 1000


@pytest.fixture(scope="module", params=[PART, pytest.param(WHOLE, marks=pytest.mark.long)])
def many(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[int]:
    """So many stored readings, half of them of the full path where the force has as many; all in one transaction that is rolled back."""
    wanted: int = request.param
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        seed(database_now(connection), count=max(wanted // 2, 40), open_count=min(wanted // 6, 40))
        for incident in Incident.objects.filter(readings__isnull=False).distinct().order_by("pk")[: wanted // 2]:
            actions.read_fully(incident.pk)
        yield wanted
        transaction.set_rollback(True)


def test_every_one_is_the_same(many: int) -> None:
    reader().forget()  # what it remembers of these words would make every replay the same
    rows = [row for some in queries.in_batches(None, queries.asked_for(None), many) for row in some]
    assert len(rows) == many
    ended = Counter((row.reading.path, row.replay.outcome) for row in rows)
    assert not [row for row in rows if row.replay.outcome != "same"], ended
    paths = Counter(row.reading.path for row in rows)
    assert min(paths["fast"], paths["full"]) >= many // 4, paths
    assert Reading.objects.filter(state="read").count() >= many
