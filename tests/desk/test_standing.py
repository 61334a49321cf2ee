"""What stands on few incidents is asked for all at once, and what nobody registered never reads as none."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goldthread.accounts.models import Team
from goldthread.desk import standing
from goldthread.desk.record import Record
from goldthread.response import actions as response
from goldthread.response.models import SupervisorCall
from goldthread.safeguarding import concern_actions
from goldthread.safeguarding.concern_models import Concern
from tests.cast import Cast, key, opened


def test_one_question_tells_of_all_and_of_this_incident_alone(cast: Cast) -> None:
    incident, other = opened(cast.handler), opened(cast.handler)
    response.call_supervisor(cast.handler, incident.pk, key=key())
    concern_actions.refer(cast.handler, incident.pk, key=key(), words="Look.")
    standing.standing_on(other)
    with CaptureQueriesContext(connection) as found:
        here, there = Record(incident), Record(other)
        assert [here.has(rows) for rows in (SupervisorCall, Concern)] == [True, True]
        assert [there.has(rows) for rows in (SupervisorCall, Concern)] == [False, False]
    assert len(found) == 2
    assert set(standing.standing_on(other)) == set(standing.standing_on(incident)) > {SupervisorCall, Concern}


def test_what_nobody_registered_is_an_error_and_not_none(cast: Cast) -> None:
    with pytest.raises(KeyError):
        Record(opened(cast.handler)).has(Team)
