"""Acting ranks: the rights of a senior role from a minute to a minute, given by another, and told with everything decided in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from goldthread.accounts.actions import issue_token
from goldthread.accounts.models import ActingRank, Staff
from goldthread.accounts.rank_actions import end_rank, give_rank
from goldthread.accounts.roles import acting, roles, seat, verbs
from goldthread.audit.models import AuditEvent, Payload
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.models import Incident
from goldthread.desk.record import Record
from goldthread.desk.stream.sight import alone, sight_class
from goldthread.desk.timeline import said
from goldthread.response import request_actions
from goldthread.response.models import Closing
from goldthread.supervision.presenters import reviews
from tests.accounts.world import REACH, World
from tests.cast import Cast, assess, key, opened
from tests.response.test_alarms import later
from tests.response.test_database_holds_the_rule import write_closing
from tests.response.test_requests import decide, held, lower, with_child

Browser = Callable[[Staff | None], Client]


def at(hours: float) -> datetime:
    return database_now(connection) + timedelta(hours=hours)


def acts(
    giver: Staff, staff: Staff, role: str = "contact_supervisor", *, since: float | None = None, until: float = 8
) -> ActingRank:
    starts = None if since is None else at(since)
    return give_rank(giver, staff.pk, role=role, starts_at=starts, ends_at=at(until), why="Supervisor is ill.")


def anew(staff: Staff) -> Staff:
    """The person as the next request finds them."""
    return Staff.objects.get(pk=staff.pk)


def asked(cast: Cast) -> Incident:
    """An incident with a child in which the handler asked for a lower grade, assessed since."""
    incident = with_child(cast)
    lower(cast, incident)
    assess(cast.handler, incident)
    return incident


def test_whoever_acts_decides_as_the_second_person_and_only_while_it_lasts(cast: Cast) -> None:
    incident = asked(cast)
    request = incident.requests.get()
    with pytest.raises((Refused, NotThere)):
        decide(cast.teammate, request)
    acts(cast.supervisor, cast.teammate, since=1, until=3)
    with pytest.raises((Refused, NotThere)):
        decide(anew(cast.teammate), request)
    later(timedelta(hours=2))
    assess(cast.handler, incident)
    decide(anew(cast.teammate), request)
    assert held(incident) == "scheduled"


def test_it_ends_at_its_minute_for_whoever_began_before(cast: Cast) -> None:
    incident = asked(cast)
    acts(cast.supervisor, cast.teammate, until=1)
    teammate = anew(cast.teammate)
    assert teammate.can("request.decide")
    later(timedelta(hours=1))
    with pytest.raises((Refused, NotThere)):
        decide(teammate, incident.requests.get())
    assert held(incident) == "priority"


def test_a_page_left_open_decides_nothing_after_the_end(cast: Cast, browser: Browser) -> None:
    incident = asked(cast)
    rank = acts(cast.supervisor, cast.teammate)
    client = browser(cast.teammate)
    assert "Acting contact supervisor" in client.get(f"/incidents/{incident.pk}/").text
    assert client.get(f"/supervision/{incident.pk}/").status_code == 200
    end_rank(cast.supervisor, rank.pk)
    given = {"key": key(), "request": incident.requests.get().pk, "answer": "approved"}
    assert client.post(f"/incidents/{incident.pk}/decide", given).status_code == 403
    assert client.get(f"/supervision/{incident.pk}/").status_code == 403
    assert held(incident) == "priority"


def test_a_program_has_the_rank_of_whom_it_acts_as(cast: Cast) -> None:
    token, _ = issue_token(cast.teammate.username)
    client = Client(headers={"host": "localhost", "authorization": f"Bearer {token}"})
    assert client.get("/api/v1/supervision").status_code == 403
    acts(cast.supervisor, cast.teammate, until=1)
    assert client.get("/api/v1/supervision").status_code == 200
    later(timedelta(hours=1))
    assert client.get("/api/v1/supervision").status_code == 403


def test_what_was_decided_carries_the_acting_rank(cast: Cast) -> None:
    incident = asked(cast)
    acts(cast.supervisor, cast.teammate)
    client_user = anew(cast.teammate)
    from goldthread.supervision import actions as supervision

    request = incident.requests.get()
    seen = Incident.objects.get(pk=incident.pk).last_seq
    supervision.decide(
        client_user, incident.pk, request.pk, key=key(), answer="approved", words="", seen=seen, found=0, began_at=None
    )
    later(timedelta(hours=9))
    record = Record(Incident.objects.get(pk=incident.pk))
    told = "Teammate Amber, acting contact supervisor"
    assert [one.author for one in said(record) if one.what.startswith("Approved")] == [told]
    assert [one["by"] for one in reviews(record)] == [told]
    assert record.requests[0].decider_acted_as == "contact_supervisor"
    assert AuditEvent.objects.get(verb="request.decide").role == "acting contact_supervisor"


def test_the_neither_nor_rule_stands_over_it(cast: Cast) -> None:
    incident = with_child(cast)
    acts(cast.supervisor, cast.handler)
    acting_handler = anew(cast.handler)
    request = request_actions.ask_lower(
        acting_handler, incident.pk, key=key(), code="scheduled", reasons=["seen-safe"], why="Seen."
    )
    assess(cast.teammate, incident)
    with pytest.raises(Refused, match="asked for this yourself"):
        decide(acting_handler, request)
    acts(cast.supervisor, cast.teammate)
    with pytest.raises(Refused, match="newest THRIVE"):
        decide(anew(cast.teammate), request)


def test_who_acts_for_the_fim_is_the_inspector(cast: Cast) -> None:
    acts(cast.fim, cast.supervisor, "fim")
    acting_fim = anew(cast.supervisor)
    assert (acting_fim.seat.code, acting_fim.seat.name) == ("fim", "Acting Force Incident Manager")
    assert acting_fim.can("unit.allocate")
    far = opened(cast.stranger)
    assert Incident.objects.visible_to(acting_fim).filter(pk=far.pk).exists()


@pytest.mark.parametrize(("role", "as_role"), [(who, rank.role) for rank in acting().values() for who in rank.who])
def test_who_acts_reaches_what_either_role_does(world: World, role: str, as_role: str) -> None:
    user = anew(world.staff[role])
    user.acts_as = as_role
    kinds = {pk: kind for kind, pk in world.incidents.items()}
    for verb in verbs():
        reached = {kinds[one.pk] for one in Incident.objects.reached_by(user, verb).filter(pk__in=kinds)}
        assert reached == REACH[roles()[role].scope(verb)] | REACH[roles()[as_role].scope(verb)], verb
    assert sight_class(user) in (alone(user.pk), "open")


def test_a_rank_of_a_role_that_may_not_act_counts_for_nothing(cast: Cast) -> None:
    acts(cast.supervisor, cast.teammate)
    Staff.objects.filter(pk=cast.teammate.pk).update(role="pcc")
    assert not anew(cast.teammate).can("request.decide")
    assert seat("pcc", "fim") == roles()["pcc"]


@pytest.mark.parametrize(
    "who", ["handler", "stranger", "dispatcher", "officer", "vast", "qa", "pcc", "auditor", "far_supervisor"]
)
def test_nobody_else_gives_one(cast: Cast, who: str) -> None:
    with pytest.raises((Refused, Invalid)):
        acts(getattr(cast, who), cast.teammate)
    assert not anew(cast.teammate).can("request.decide")


def test_nobody_gives_one_to_themselves_or_by_an_acting_rank(cast: Cast) -> None:
    with pytest.raises(Refused, match="to themselves"):
        acts(cast.fim, cast.fim, "fim")
    acts(cast.supervisor, cast.handler)
    with pytest.raises(Refused, match="not by an acting one"):
        acts(anew(cast.handler), cast.teammate)
    with pytest.raises(Refused, match="given by"):
        acts(cast.supervisor, cast.supervisor, "fim")
    with pytest.raises(Invalid, match="is neither"):
        acts(cast.fim, cast.pcc)
    with pytest.raises(Invalid, match="another team"):
        acts(cast.supervisor, cast.stranger)
    acts(cast.fim, cast.stranger)


@pytest.mark.parametrize(
    ("since", "until", "why", "says"),
    [
        (None, None, "ill", "without an end"),
        (-1, 3, "ill", "in the past"),
        (2, 1, "ill", "not after it begins"),
        (None, 17, "ill", "16 hours at most"),
        (24 * 29, 24 * 29 + 1, "ill", "28 days ahead"),
        (None, 3, " \x00 ", "Write why"),
        (None, 3, "x" * 401, "401 characters"),
    ],
)
def test_one_that_is_past_endless_too_long_or_without_a_reason_is_a_sentence(
    cast: Cast, since: float | None, until: float | None, why: str, says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        give_rank(
            cast.supervisor, cast.teammate.pk, role="contact_supervisor", why=why,
            starts_at=None if since is None else at(since), ends_at=None if until is None else at(until),
        )  # fmt: skip
    with pytest.raises(Invalid, match="Choose a role"):
        acts(cast.supervisor, cast.teammate, "chief\x00")
    assert not ActingRank.objects.exists()


def test_two_that_overlap_are_refused_until_the_first_is_ended(cast: Cast) -> None:
    first = acts(cast.supervisor, cast.teammate, until=4)
    with pytest.raises(Invalid, match="overlaps"):
        acts(cast.fim, cast.teammate, since=3, until=6)
    acts(cast.fim, cast.teammate, since=5, until=6)
    end_rank(anew(cast.teammate), first.pk)
    acts(cast.fim, cast.teammate, until=4)
    with pytest.raises(Stale, match="no longer"):
        end_rank(cast.supervisor, first.pk)
    with pytest.raises(NotThere):
        end_rank(cast.fim, 10**12)
    for who in (cast.stranger, cast.far_supervisor, cast.pcc):
        with pytest.raises(Refused, match="could give it"):
            end_rank(who, ActingRank.objects.latest("pk").pk)
    assert AuditEvent.objects.filter(verb="rank.give").count() == 3
    assert AuditEvent.objects.filter(verb="rank.end").count() == 1


def _row(cast: Cast, **other: object) -> None:
    now = database_now(connection)
    given = {
        "staff": cast.teammate,
        "by": cast.fim,
        "role": "fim",
        "at": now,
        "starts_at": now,
        "ends_at": now + timedelta(hours=1),
    }
    with transaction.atomic():
        ActingRank(**{**given, "why": Payload.objects.keep("ill"), **other}).save()  # type: ignore[arg-type]


def test_the_database_refuses_rows_written_by_hand(cast: Cast) -> None:
    past = database_now(connection) - timedelta(days=1)
    for wrong, says in (
        ({"by": cast.teammate}, "rank_by_another"),
        ({"ends_at": at(17)}, "rank_ends_in_time"),
        ({"ends_at": at(-1)}, "rank_ends_in_time"),
        ({"starts_at": past}, "in the past"),
        ({"starts_at": past, "at": past}, "in the past"),
    ):
        with pytest.raises(IntegrityError, match=says):
            _row(cast, **wrong)
    _row(cast)
    with pytest.raises(IntegrityError, match="do not overlap"):
        _row(cast)


def test_the_database_counts_who_acts_as_senior_and_not_after(cast: Cast) -> None:
    incident = with_child(cast, "resolution")
    assess(cast.handler, incident)
    with pytest.raises(IntegrityError, match="closes only by the rule"):
        write_closing(incident, cast.teammate)
    acts(cast.supervisor, cast.teammate, until=1)
    later(timedelta(hours=2))
    with pytest.raises(IntegrityError, match="closes only by the rule"):
        write_closing(incident, cast.teammate)
    acts(cast.supervisor, cast.teammate, until=1)
    write_closing(incident, cast.teammate)
    assert Closing.objects.filter(incident=incident).exists()


def test_the_page_gives_shows_and_ends_by_those_who_may(cast: Cast, browser: Browser) -> None:
    client = browser(cast.supervisor)
    assert "Nobody acts in a senior role now" in client.get("/acting/").text
    until = at(2).astimezone().strftime("%d/%m/%Y %H:%M")
    given = {"staff": cast.teammate.pk, "role": "contact_supervisor", "ends_at": until, "why": "Supervisor <b>ill</b>"}
    wrong = client.post("/acting/give", {**given, "ends_at": "", "why": ""})
    assert (wrong.status_code, "Write until when" in wrong.text) == (422, True)
    for hostile in (
        {"staff": "1 OR 1=1"},
        {"staff": cast.stranger.pk},
        {"role": "fim"},
        {"ends_at": "99/99/9999"},
        {"staff": ""},
    ):
        assert client.post("/acting/give", {**given, **hostile}).status_code == 422, hostile
    assert client.post("/acting/give", given).status_code == 302
    page = client.get("/acting/").text
    assert "Teammate Amber" in page
    assert "in 1 h" in page
    assert "Supervisor &lt;b&gt;ill&lt;/b&gt;" in page
    rank = ActingRank.objects.get()
    for who in (cast.handler, cast.stranger, cast.pcc):
        assert browser(who).get("/acting/").status_code == 403
        assert browser(who).post(f"/acting/{rank.pk}/end").status_code == 403
    assert browser(None).get("/acting/").status_code == 302
    assert browser(cast.silver).get("/acting/").status_code == 200
    assert "You act yourself" in browser(cast.teammate).get("/acting/").text
    assert client.post("/acting/99999/end").status_code == 404
    assert client.post(f"/acting/{rank.pk}/end").status_code == 302
    assert "Nobody acts in a senior role now" in client.get("/acting/").text
