"""After a call broke, calling back is owed on a clock until somebody answers."""

from __future__ import annotations

from datetime import timedelta

from goldthread.contact.caller_actions import log_call_back, set_line
from goldthread.contact.models import Incident
from goldthread.desk.owed import CALL_BACK, Owed, owed
from goldthread.desk.pages import now
from goldthread.desk.record import Record
from tests.cast import Cast, key, opened


def _owed(incident: Incident, later: timedelta = timedelta(0)) -> Owed | None:
    record = Record(Incident.objects.get(pk=incident.pk))
    return next((one for one in owed(record, now() + later) if one.code == "callback"), None)


def test_a_broken_call_is_owed_a_call_back_until_somebody_answers(cast: Cast) -> None:
    incident = opened(cast.handler)
    assert _owed(incident) is None
    set_line(cast.handler, incident.pk, key=key(), state="dropped")
    first = _owed(incident)
    assert first is not None
    assert not first.late
    late = _owed(incident, CALL_BACK + timedelta(seconds=5))
    assert late is not None
    assert late.late

    log_call_back(cast.handler, incident.pk, key=key(), outcome="no_answer", number="07700 900321")
    second = _owed(incident)
    assert second is not None
    assert second.due_at > first.due_at
    log_call_back(cast.handler, incident.pk, key=key(), outcome="answered", number="07700 900321")
    assert _owed(incident) is None


def test_who_speaks_again_is_owed_nothing(cast: Cast) -> None:
    incident = opened(cast.handler)
    set_line(cast.handler, incident.pk, key=key(), state="silent")
    assert _owed(incident) is not None
    set_line(cast.handler, incident.pk, key=key(), state="speaking")
    assert _owed(incident) is None
