"""Two at the same instant: one file read into two cohorts, and one register kept twice."""

from __future__ import annotations

import pytest

from goldthread.config.errors import Stale
from goldthread.learning import reading, register_actions
from goldthread.learning.models import AttendanceFile, CourseAttendance
from goldthread.learning.rules import Was
from tests.at_once import both, meet
from tests.cast import make_cast
from tests.conftest import Database
from tests.learning.scenes import planned, trainer
from tests.learning.test_register import FILE
from tests.quality.scenes import person


def test_one_file_read_into_two_cohorts_at_once_is_read_into_one(
    committing: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = make_cast()
    one, other = planned(cast, days=-5), planned(cast, days=-3)
    two = {one.pk: trainer(cast), other.pk: person(cast, "trainer-2", "trainer")}
    with monkeypatch.context() as met:
        meet(met, reading, "read")
        told = both(
            *(lambda pk=pk: register_actions.read_file(two[pk], pk, content=FILE) for pk in two)  # type: ignore[misc]
        )
    (kept,) = [each for each in told if isinstance(each, AttendanceFile)]
    (refused,) = [each for each in told if isinstance(each, Stale)]
    assert "This very file was read on " in str(refused)
    assert f"by {two[kept.cohort_id].name}" in str(refused)
    assert AttendanceFile.objects.get().pk == kept.pk
    assert set(CourseAttendance.objects.values_list("cohort", "file")) == {(kept.cohort_id, kept.pk)}
    assert CourseAttendance.objects.count() == 3
    left = next(pk for pk in two if pk != kept.cohort_id)
    assert register_actions.register(two[left], left, rows=[Was("handler", attended=True)]), "and the other goes on"


def test_one_register_kept_by_two_at_once_is_kept_once(committing: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = make_cast()
    made, second = planned(cast, days=-5), person(cast, "trainer-2", "trainer")
    rows = [Was("handler", attended=True), Was("teammate", attended=False)]
    with monkeypatch.context() as met:
        meet(met, register_actions, "_people")
        two = both(
            *(lambda who=who: register_actions.register(who, made.pk, rows=rows) for who in (trainer(cast), second))
        )  # type: ignore[misc]
    assert sorted(len(one) for one in two) == [0, 2]
    assert CourseAttendance.objects.count() == 2
