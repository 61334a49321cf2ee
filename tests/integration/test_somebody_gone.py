"""Somebody's account ends or their role is taken from them: what they held alarms and is taken, and they can do nothing more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client

from goldthread.accounts.actions import deactivate
from goldthread.accounts.models import Staff
from goldthread.assessment.models import MarkAnswer
from goldthread.audit.models import AuditEvent
from goldthread.contact.models import Incident
from goldthread.response import alarm_loop, handoff_actions, request_actions, shift_actions
from goldthread.response.models import Alarm
from tests.cast import Cast, key, opened
from tests.integration.conftest import Programs
from tests.integration.test_eight_failures import minute_passes, row
from tests.response.test_alarms import on_duty, orphaned
from tests.response.test_requests import WHY, assess, with_child

Browser = Callable[[Staff | None], Client]


def _switched_off(*people: Staff) -> None:
    for one in people:
        deactivate(one.username)


def _role_taken(*people: Staff) -> None:
    Staff.objects.filter(pk__in=[one.pk for one in people]).update(role="qa_assessor")


GONE: dict[str, Callable[..., None]] = {"account ended": _switched_off, "role taken": _role_taken}


@pytest.fixture(params=GONE)
def gone(request: pytest.FixtureRequest) -> Callable[..., None]:
    """One of the ways in which somebody can hold nothing any more."""
    return GONE[request.param]


def test_the_watch_looks_for_what_nobody_owns_well_within_a_minute() -> None:
    assert alarm_loop.ORPHANS_EVERY + 2 * alarm_loop.EVERY < 60


def test_nobody_who_holds_something_can_be_deleted(cast: Cast) -> None:
    incident = opened(cast.handler)
    for one in (cast.handler, cast.handler.team):
        with pytest.raises(ProtectedError), transaction.atomic():
            one.delete()
    past_the_models = f"DELETE FROM accounts_staff WHERE id = {cast.handler.pk:d}; SET CONSTRAINTS ALL IMMEDIATE"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(past_the_models)
    incident.refresh_from_db()
    assert incident.owner == cast.handler


@pytest.mark.parametrize("by", ["page", "program"])
def test_what_they_owned_is_on_top_within_a_minute_and_taken(
    cast: Cast, browser: Browser, program: Programs, gone: Callable[..., None], by: str
) -> None:
    on_duty(cast.handler, cast.fim)
    incident, fim = with_child(cast, "scheduled"), program(cast.fim)
    on_duty(cast.stranger)
    with_child_elsewhere = opened(cast.stranger)
    minute_passes(0)
    assert "orphan" not in row(fim, incident)["needs"]
    gone(cast.handler)
    minute_passes(1)
    assert "orphan" in row(fim, incident)["needs"]
    assert fim.get("/board").json()["rows"][0]["id"] == str(incident.pk), f"above {with_child_elsewhere.reference}"
    if by == "page":
        assert (
            browser(cast.fim)
            .post(f"/incidents/{incident.pk}/take", {"key": key(), "owner_id": cast.handler.pk})
            .status_code
            == 302
        )
    else:
        assert fim.post(f"/incidents/{incident.pk}/owner", {"owner_id": cast.handler.pk}).status_code == 204
    minute_passes(1)
    assert "orphan" not in row(fim, incident)["needs"]
    incident.refresh_from_db()
    assert incident.owner == cast.fim


def test_a_desk_whose_last_one_is_gone_owns_nothing(cast: Cast, gone: Callable[..., None]) -> None:
    on_duty(cast.handler, cast.teammate)
    incident = opened(cast.handler)
    Incident.objects.filter(pk=incident.pk).update(owner=None, owner_team=cast.handler.team)
    gone(cast.handler)
    assert not orphaned(incident), "one is left"
    gone(cast.teammate)
    assert orphaned(incident)


def test_what_was_left_to_somebody_who_is_gone_does_not_wait_for_them(cast: Cast, gone: Callable[..., None]) -> None:
    on_duty(cast.handler, cast.stranger)
    incident = opened(cast.handler)
    assert shift_actions.end_shift(cast.handler, key=key(), to=cast.stranger.pk) == []
    assert not orphaned(incident), "it is offered, and they have five minutes"
    gone(cast.stranger)
    assert orphaned(incident)


def test_what_was_left_to_a_desk_of_nobody_does_not_wait_for_it(cast: Cast, gone: Callable[..., None]) -> None:
    on_duty(cast.handler)
    incident = opened(cast.handler)
    assert shift_actions.end_shift(cast.handler, key=key(), to_team=cast.stranger.team_id) == []
    gone(cast.stranger)
    assert not orphaned(incident), "their supervisor may take it"
    gone(cast.far_supervisor)
    assert orphaned(incident)


def test_what_was_offered_to_them_stays_with_its_giver_and_alarms(cast: Cast, gone: Callable[..., None]) -> None:
    on_duty(cast.handler, cast.teammate)
    incident = opened(cast.handler)
    handoff_actions.hand_over(cast.handler, incident.pk, key=key(), to=cast.teammate.pk)
    gone(cast.teammate)
    assert not orphaned(incident)
    minute_passes(6)
    assert Alarm.objects.filter(incident=incident, kind="handoff", ended_at=None).exclude(raised_at=None).exists()
    handoff_actions.take_back(cast.handler, incident.pk, key=key())
    incident.refresh_from_db()
    assert incident.owner == cast.handler


PAGE: dict[str, dict[str, object]] = {
    "words": {"source": "caller", "text": "Rang again."},
    "particular": {"kind": "location", "text": "3 Elm Row"},
    "area": {"area": "South"},
    "children": {"answer": "asked_none"},
    "mark": {"cue": "da-child", "answer": "not_so", "reason": "mistaken", "facts": "a|affirmed"},
    "thrive": {"based_on": 1, "threat": "none"},
    "grade": {"grade": "immediate"},
    "lower": {"grade": "resolution", **WHY},
    "later": {"due_at": "24/11/2031 16:30", **WHY},
    "delay": WHY,
    "decide": {"answer": "approved"},
    "hand": {},
    "hand/answer": {"answer": "acknowledged"},
    "hand/back": {},
    "transfer": {"agency": "Ambulance", "reached": "Control", "what": "Attend."},
    "supervisor": {},
    "supervisor/came": {},
    "allocate": {},
    "line": {"state": "silent"},
    "callback": {"outcome": "answered"},
    "take": {},
    "close": {"reason": "advice", "result": "Told."},
    "nothing-new": {},
    "known/search": {"kind": "phone", "typed": "07700 900321"},
}
PROGRAM: dict[str, dict[str, object] | None] = {
    "entries": {"source": "caller", "text": "Rang again."},
    "children": {"answer": "asked_none"},
    "thrive": {"based_on": 1, "elements": {"threat": "none"}},
    "grade": {"grade": "immediate"},
    "requests/lower": {"grade": "resolution", **WHY},
    "requests/closing": {"reason": "advice", "result": "Told."},
    "handoff/answer": {"answer": "acknowledged"},
    "transfers": {"agency": "Ambulance", "reached": "Control", "what": "Attend."},
    "owner": None,
    "closing": {"reason": "advice", "result": "Told."},
    "review": None,
}


@pytest.mark.parametrize("who", ["supervisor", "fim"])
def test_with_a_page_open_and_a_program_at_work_they_do_nothing_more(
    cast: Cast, browser: Browser, program: Programs, gone: Callable[..., None], who: str
) -> None:
    user = cast.everybody()[who]
    incident = with_child(cast)
    handoff_actions.hand_over(cast.handler, incident.pk, key=key(), to=user.pk)
    request = request_actions.ask_lower(cast.handler, incident.pk, key=key(), code="scheduled", **WHY)
    assert request is not None
    assess(cast.handler, incident)
    client, asking, at = browser(user), program(user), f"/incidents/{incident.pk}"
    assert client.get(f"{at}/").status_code == 200
    assert asking.get(at).status_code == 200
    gone(user)
    incident.refresh_from_db()
    stood = (incident.last_seq, incident.owner_id, incident.child, incident.next_action_at)
    for name, given in PAGE.items():
        sent = {
            "key": key(), "request": request.pk, "unit": cast.unit.pk, "to": f"staff:{cast.handler.pk}", **given,
        }  # fmt: skip
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.post(f"{at}/{name}", sent, headers=headers)
            assert answer.status_code in {302, 401, 403, 404}, (name, answer.status_code)
            assert answer.status_code != 302 or answer.headers["Location"].startswith("/accounts/login/"), name
    for name, body in {**PROGRAM, f"requests/{request.pk}/decision": {"answer": "approved"}}.items():
        assert asking.post(f"{at}/{name}", body).status_code in {401, 403, 404}, name
    for address in (f"{at}/", "/board/", "/inbox/"):
        assert client.get(address).status_code in {302, 403, 404}, address
    assert asking.get(at).status_code in {401, 403, 404}
    incident.refresh_from_db()
    assert (incident.last_seq, incident.owner_id, incident.child, incident.next_action_at) == stood
    assert not MarkAnswer.objects.exists()
    after = AuditEvent.objects.filter(staff_id=user.pk, duty__in=("alteration", "collection", "disclosure"))
    assert not after.exists()
