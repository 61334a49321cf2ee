"""Two of the office issue one letter at the same instant: one is issued, and the other is told when."""

from __future__ import annotations

from goldthread.commissioner import letter_actions, letter_queries
from goldthread.commissioner.models import Letter
from goldthread.config.errors import Stale
from tests.at_once import both
from tests.cast import key, make_cast
from tests.commissioner.test_letter import put, reported
from tests.conftest import Database
from tests.quality.scenes import person


def test_two_who_issue_one_letter_at_once_issue_one(committing: Database) -> None:
    cast = make_cast()
    draft = put(cast, reported(cast))
    seen, people = letter_queries.composed(draft).sha256, [cast.pcc, person(cast, "pcc-2", "pcc")]
    told = both(
        *(lambda who=who: letter_actions.issue(who, draft.report_id, key=key(), seen=seen) for who in people)  # type: ignore[misc]
    )
    (made,) = [one for one in told if isinstance(one, Letter)]
    (refused,) = [one for one in told if isinstance(one, Stale)]
    assert "it is issued once" in str(refused)
    assert Letter.objects.get() == made
