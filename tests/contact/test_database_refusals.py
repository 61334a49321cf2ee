"""What the database itself refuses, as the serving role, to whoever goes round the actions."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.db import Error, connection, transaction

from goldthread.audit.models import Payload
from goldthread.clocks.db import database_now
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.response.models import Allocation, Clock, GradePeriod
from tests.cast import Cast, attended, ended, graded, key, opened, say
from tests.conftest import Database


def refused(sql: str, *values: object) -> str:
    """The name of what refused the statement; fails when nothing did."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(Error) as caught, transaction.atomic():
            cursor.execute(sql, values)
    cause = caught.value.__cause__
    assert isinstance(cause, psycopg.Error)
    return cause.diag.constraint_name or cause.sqlstate or ""


def test_an_incident_has_no_second_owner(cast: Cast) -> None:
    incident = opened(cast.handler)
    sql = "UPDATE contact_incident SET owner_team_id = %s WHERE id = %s"
    assert refused(sql, cast.handler.team_id, incident.pk) == "incident_exactly_one_owner"


def test_an_incident_is_never_without_an_owner(cast: Cast) -> None:
    incident = opened(cast.handler)
    assert (
        refused("UPDATE contact_incident SET owner_id = NULL WHERE id = %s", incident.pk)
        == "incident_exactly_one_owner"
    )


def test_an_open_incident_always_owes_something_by_a_time(cast: Cast) -> None:
    incident = opened(cast.handler)
    sql = "UPDATE contact_incident SET next_action_at = NULL WHERE id = %s"
    assert refused(sql, incident.pk) == "incident_open_has_next_action"


def test_a_closed_incident_is_not_opened_without_a_next_action(cast: Cast) -> None:
    incident = ended(cast, opened(cast.handler))
    Incident.objects.filter(pk=incident.pk).update(next_action_at=None)
    sql = "UPDATE contact_incident SET closed_at = NULL WHERE id = %s"
    assert refused(sql, incident.pk) == "incident_open_has_next_action"


@pytest.mark.parametrize("whole", ["alone", "with a closing"])
def test_an_incident_closes_by_a_closing_and_while_nothing_runs(cast: Cast, whole: str) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "it was only the wind")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    graded(cast.handler, incident, "immediate" if whole == "with a closing" else "resolution")
    closing = (
        "INSERT INTO response_closing (at, origin, reason, by_id, incident_id, result_id) "
        "SELECT now(), 'here', 'advice', %s, %s, id FROM audit_payload LIMIT 1"
    )
    if whole == "with a closing":
        with connection.cursor() as cursor:
            cursor.execute(closing, [cast.handler.pk, incident.pk])
    assert refused("UPDATE contact_incident SET closed_at = now() WHERE id = %s", incident.pk) == "23514"


def test_a_reference_is_given_once(cast: Cast) -> None:
    one, other = opened(cast.handler), opened(cast.handler)
    assert refused("UPDATE contact_incident SET reference = %s WHERE id = %s", one.reference, other.pk)


GRADE = "INSERT INTO response_gradeperiod (incident_id, seq, grade, severity, origin) VALUES (%s, %s, %s, %s, %s)"


def test_a_lower_grade_is_refused_whoever_writes_it(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, "immediate")
    assert refused(GRADE, incident.pk, 2, "priority", 3, "here") == "23514"


def test_a_grade_period_has_its_place_once(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, "scheduled")
    assert refused(GRADE, incident.pk, 1, "immediate", 4, "here") == "grade_period_once"


CLOCK = (
    "INSERT INTO response_clock (incident_id, period_id, kind, started_at, due_at, stopped_by) "
    "VALUES (%s, %s, %s, %s, %s, '')"
)


def test_a_clock_is_not_due_before_it_starts(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, "resolution")
    now, period = database_now(connection), GradePeriod.objects.get()
    values = [incident.pk, period.pk, "attendance", now, now - timedelta(seconds=1)]
    assert refused(CLOCK, *values) == "clock_due_after_start"


def test_two_clocks_of_a_kind_do_not_run_at_once(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    now, period = database_now(connection), GradePeriod.objects.get()
    assert Clock.objects.running().filter(kind="attendance").count() == 1
    assert refused(CLOCK, incident.pk, period.pk, "attendance", now, now) == "clock_runs_once"


def test_a_unit_is_with_one_incident_at_a_time(cast: Cast) -> None:
    one, other = opened(cast.handler), opened(cast.handler)
    attended(cast, one)
    sql = "INSERT INTO response_allocation (incident_id, unit_id, arrival_source) VALUES (%s, %s, '')"
    assert refused(sql, other.pk, cast.unit.pk) == "unit_sent_once"
    assert Allocation.objects.count() == 1


ENTRY = (
    "INSERT INTO contact_entry (incident_id, seq, kind, source, text_id, code, data, occurred_at, late) "
    "VALUES (%s, %s, %s, 'caller', %s, %s, '{}', now(), false)"
)


@pytest.mark.parametrize(("kind", "code"), [("words", ""), ("words", "grade.chosen"), ("event", "")])
def test_an_entry_says_something(cast: Cast, kind: str, code: str) -> None:
    incident = opened(cast.handler)
    assert refused(ENTRY, incident.pk, 50, kind, None, code) == "entry_has_words_or_code"


def test_an_entrys_number_is_its_own(cast: Cast) -> None:
    incident = opened(cast.handler)
    assert refused(ENTRY, incident.pk, 1, "event", None, "grade.chosen") == "entry_seq_once"


def test_a_command_key_is_used_once(cast: Cast) -> None:
    used = key()
    sql = "INSERT INTO contact_command (key, verb, result) VALUES (%s, 'x', '')"
    with connection.cursor() as cursor:
        cursor.execute(sql, [used])
    assert refused(sql, used)


TABLES = {
    "contact_entry": "seq",
    "contact_particular": "kind",
    "contact_childrenanswer": "answer",
    "contact_childversion": "version",
    "contact_involvement": "part",
    "contact_command": "verb",
    "assessment_reading": "level",
    "assessment_thriveversion": "version",
    "response_gradeperiod": "grade",
    "response_closing": "reason",
    "audit_payload": "text",
    "audit_event": "verb",
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE {t} SET {c} = {c}",
        "DELETE FROM {t}",
        "TRUNCATE {t} CASCADE",
        "ALTER TABLE {t} DISABLE TRIGGER ALL",
        "DROP TABLE {t} CASCADE",
    ],
)
def test_what_is_on_record_stays_as_it_is(db: None, table: str, attack: str) -> None:
    assert refused(attack.format(t=table, c=TABLES[table])) == "42501"


@pytest.mark.parametrize(
    "attack",
    [
        "SET session_replication_role = replica",
        "SET ROLE goldthread_owner",
        "ALTER ROLE goldthread_app SUPERUSER",
        "DROP TRIGGER grade_only_falls_by_rule ON response_gradeperiod",
        "CREATE TABLE mine (a int)",
    ],
)
def test_the_serving_role_does_not_rise_above_itself(db: None, attack: str) -> None:
    assert refused(attack) == "42501"


def test_words_stand_in_payloads_that_cannot_be_changed(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "he hit her")
    payload = Payload.objects.get(text="he hit her")
    assert refused("UPDATE audit_payload SET text = '' WHERE id = %s", payload.pk) == "42501"


def test_two_sessions_at_once_cannot_slip_a_lower_grade_past_a_higher(committing: Database) -> None:
    from tests.cast import make_cast

    made = make_cast()
    incident = opened(made.handler)
    with psycopg.connect(committing.app_url) as higher, psycopg.connect(committing.app_url) as lower:
        higher.execute(GRADE, [incident.pk, 1, "immediate", 4, "here"])
        lower.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            lower.execute(GRADE, [incident.pk, 2, "scheduled", 2, "here"])
        lower.rollback()
        higher.commit()
        with pytest.raises(psycopg.errors.CheckViolation):
            lower.execute(GRADE, [incident.pk, 2, "scheduled", 2, "here"])
    assert [period.grade for period in GradePeriod.objects.all()] == ["immediate"]
