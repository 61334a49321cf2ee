"""A program has an account of its own, somebody who answers for it, and tokens held to what it does."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client

from goldthread.accounts import service_actions, service_rules
from goldthread.accounts.actions import deactivate, issue_token
from goldthread.accounts.models import ApiToken, ServiceAccount, Staff
from goldthread.accounts.queries import services, tokens_of
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.desk.ending_actions import tell_of_ending
from goldthread.notices.models import Notice
from tests.cast import Cast

GIVEN = {
    "login": "feed", "name": "Night feed", "role": "call_handler", "team": "Team A", "owner": "silver",
    "mail": "feed.team@force.example", "purpose": "Opens incidents that another system sends.",
}  # fmt: skip
Browser = Callable[[Staff | None], Client]


@pytest.fixture
def keeper(cast: Cast) -> Staff:
    """Somebody who keeps staff."""
    made = Staff(username="keeper", name="Kay Amber", role="staff_keeper", team=cast.handler.team)
    made.set_unusable_password()
    made.save()
    return made


@pytest.fixture
def feed(keeper: Staff) -> ServiceAccount:
    """A program."""
    return service_actions.make_service(keeper, **GIVEN)


def _ask(token: str, address: str = "/api/v1/board", body: object = None) -> tuple[int, dict[str, object]]:
    client = Client(headers={"host": "localhost", "Authorization": f"Bearer {token}"})
    answer = (
        client.get(address)
        if body is None
        else client.post(address, json.dumps(body), "application/json", headers={"Idempotency-Key": str(uuid.uuid4())})
    )
    return answer.status_code, json.loads(answer.content or b"{}")


def _verbs() -> list[str]:
    return list(AuditEvent.objects.filter(duty="security").order_by("id").values_list("verb", flat=True))


def test_a_token_does_what_it_is_held_to_and_says_what_that_is_otherwise(keeper: Staff, feed: ServiceAccount) -> None:
    text, _ = service_actions.issue(keeper, feed.pk, scopes=["board.see"])
    assert _ask(text)[0] == 200
    status, told = _ask(text, "/api/v1/incidents", {"channel": "999"})
    assert (status, told["type"]) == (403, "urn:goldthread:problem:not-permitted")
    assert (
        told["detail"] == "This token is not held to incident.open, only to board.see. Ask who keeps staff for another."
    )
    status, told = _ask(text, "/api/v1/staff")
    assert (status, told["detail"]) == (403, "Your role, Call handler, may not do this.")


def test_what_a_token_is_not_held_to_is_not_done_deeper_down_either(keeper: Staff, feed: ServiceAccount) -> None:
    """The role itself is cut to the scopes for the request, so no check behind the gate is passed by the whole role."""
    text, _made = service_actions.issue(keeper, feed.pk, scopes=["board.see", "incident.see"])
    from django.test import RequestFactory

    from goldthread.accounts.actions import bearer

    found = bearer(RequestFactory().get("/", headers={"Authorization": f"Bearer {text}"}))
    assert found is not None
    assert {verb for verb, may in found.seat.may.items() if may} == {"board.see", "incident.see"}
    assert found.seat.scope("incident.see") == "live"
    assert not found.can("incident.open")
    assert Staff.objects.get(pk=found.pk).can("incident.open")


def test_tokens_made_before_may_all_that_their_person_may(cast: Cast) -> None:
    text, made = issue_token("handler")
    assert made.scopes is None
    assert _ask(text)[0] == 200
    assert _ask(text, "/api/v1/incidents", {"channel": "999"})[0] == 201


def test_scopes_are_some_of_the_roles_verbs_and_never_none(keeper: Staff, feed: ServiceAccount) -> None:
    for scopes in (["staff.keep"], ["board.see", "audit.see"], ["nonsense"], []):
        with pytest.raises(Invalid):
            service_actions.issue(keeper, feed.pk, scopes=scopes)
    for days in (0, 367, 10**9):
        with pytest.raises(Invalid, match="1 to 366 days"):
            service_actions.issue(keeper, feed.pk, scopes=["board.see"], days=days)
    with pytest.raises(Refused, match="held to scopes"):
        issue_token("feed")
    _, made = service_actions.issue(keeper, feed.pk, scopes=["board.see"])
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.filter(pk=made.pk).update(scopes=[])


def test_a_retried_command_makes_no_second_token(keeper: Staff, feed: ServiceAccount) -> None:
    key = uuid.uuid4()
    service_actions.issue(keeper, feed.pk, scopes=["board.see"], key=key)
    with pytest.raises(Refused, match="shown only once"):
        service_actions.issue(keeper, feed.pk, scopes=["board.see"], key=key)
    assert ApiToken.objects.count() == 1


def test_a_role_that_shrinks_takes_its_tokens_with_it(keeper: Staff, feed: ServiceAccount) -> None:
    text, _ = service_actions.issue(keeper, feed.pk, scopes=["board.see", "incident.open"])
    Staff.objects.filter(pk=feed.staff_id).update(role="contact_gateway")
    status, told = _ask(text)
    assert (status, told["detail"]) == (403, "Your role, Contact gateway (service account), may not do this.")


def test_only_who_keeps_staff_makes_and_only_that_or_who_answers_revokes(
    cast: Cast, keeper: Staff, feed: ServiceAccount
) -> None:
    _, made = service_actions.issue(keeper, feed.pk, scopes=["board.see"])
    _, other = service_actions.issue(keeper, feed.pk, scopes=["board.see"])
    for one in cast.everybody().values():
        with pytest.raises(Refused):
            service_actions.make_service(one, **GIVEN | {"login": "x"})
        for act in (
            lambda one=one: service_actions.issue(one, feed.pk, scopes=["board.see"]),
            lambda one=one: service_actions.give_owner(one, feed.pk, owner="fim", mail="a@b.example"),
            lambda one=one: service_actions.end(one, feed.pk),
        ):
            with pytest.raises(Refused):
                act()
        if one != cast.silver:
            with pytest.raises(NotThere if one.can("service.answer") else Refused):
                service_actions.revoke(one, feed.pk, made.pk)
    service_actions.revoke(cast.silver, feed.pk, made.pk)
    service_actions.revoke(keeper, feed.pk, other.pk)
    assert [state for _, state in tokens_of("feed")] == ["revoked", "revoked"]
    with pytest.raises(NotThere):
        service_actions.revoke(keeper, feed.pk, issue_token("handler")[1].pk)
    assert _verbs() == ["service.make", "token.create", "token.create", "token.revoke", "token.revoke", "token.create"]


def test_an_ended_account_does_nothing_any_more(keeper: Staff, feed: ServiceAccount) -> None:
    text, _ = service_actions.issue(keeper, feed.pk, scopes=["board.see"])
    service_actions.end(keeper, feed.pk)
    service_actions.end(keeper, feed.pk)
    assert _ask(text)[0] == 401
    with pytest.raises(Refused, match="has been ended"):
        service_actions.issue(keeper, feed.pk, scopes=["board.see"])
    assert _verbs().count("service.end") == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"login": "handler"}, "login"), ({"login": "HANDLER"}, "login"), ({"login": "two words"}, "login"), ({"login": ""}, "login"),
        ({"role": "wizard"}, "role"), ({"team": "No Such"}, "team"), ({"owner": "nobody"}, "owner"), ({"owner": "\x00"}, "owner"),
        ({"owner": "handler"}, "owner"),
        ({"mail": "no address"}, "mail"), ({"mail": "a@b.example\nBcc: c@d.example"}, "mail"), ({"purpose": " "}, "purpose"),
        ({"purpose": "x" * 501}, "purpose"), ({"name": "\n"}, "name"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_told_by_field(keeper: Staff, given: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        service_actions.make_service(keeper, **GIVEN | given)
    assert set(refused.value.fields) == {field}


def test_a_program_answers_for_no_program(keeper: Staff, feed: ServiceAccount) -> None:
    with pytest.raises(Invalid, match="by a person"):
        service_actions.make_service(keeper, **GIVEN | {"login": "other", "owner": "feed"})


def test_whose_owner_left_stands_first(keeper: Staff, feed: ServiceAccount) -> None:
    service_actions.make_service(keeper, **GIVEN | {"login": "a-feed", "name": "A feed", "owner": "fim"})
    assert [one.staff.username for one in services()] == ["a-feed", "feed"]
    deactivate("silver")
    assert [one.staff.username for one in services()] == ["feed", "a-feed"]


def test_warnings_come_a_fortnight_and_three_days_before_and_at_the_end_each_once() -> None:

    now = datetime(2026, 11, 28, tzinfo=UTC)
    day = timedelta(days=1)
    assert service_rules.warning(now + 15 * day, None, now) is None
    assert service_rules.warning(now + 14 * day, None, now) == 14
    assert service_rules.warning(now + 10 * day, 14, now) is None
    assert service_rules.warning(now + 2 * day, 14, now) == 3
    assert service_rules.warning(now + 2 * day, None, now) == 3
    assert service_rules.warning(now, 3, now) == 0
    assert service_rules.warning(now - day, 0, now) is None


def test_the_owner_is_written_to_in_time_and_not_again(keeper: Staff, feed: ServiceAccount) -> None:
    _, made = service_actions.issue(keeper, feed.pk, scopes=["board.see"], days=30)
    _, revoked = service_actions.issue(keeper, feed.pk, scopes=["board.see"], days=2)
    service_actions.revoke(keeper, feed.pk, revoked.pk)
    issue_token("handler", days=1)
    assert tell_of_ending() == 0
    now = database_now(connection)
    for left, told in (
        (timedelta(days=13), 1),
        (timedelta(days=12), 0),
        (timedelta(days=2), 1),
        (timedelta(0), 1),
        (timedelta(0), 0),
    ):
        ApiToken.objects.filter(pk=made.pk).update(created_at=now - timedelta(days=30), expires_at=now + left)
        assert tell_of_ending() == told, left
    sent = list(Notice.objects.order_by("pk"))
    assert [(one.to, one.about, one.about_id) for one in sent] == [
        ("feed.team@force.example", "token", str(made.pk))
    ] * 3
    assert [one.subject.partition(": ")[2] for one in sent] == [
        "a token ends soon",
        "a token ends soon",
        "a token has ended",
    ]
    assert not mail.outbox


FORM = {"login": "feed", "called": "Night feed", "role": "call_handler", "team": "Team A", "owner": "silver",
        "mail": "feed.team@force.example", "purpose": "Opens <incidents>."}  # fmt: skip


def test_by_page_one_is_made_given_a_token_once_and_revoked(cast: Cast, keeper: Staff, browser: Browser) -> None:
    client = browser(keeper)
    wrong = client.post("/services/make", {**FORM, "key": uuid.uuid4(), "owner": "nobody"})
    assert wrong.status_code == 422
    assert "answered for by a person" in wrong.text
    assert "Opens &lt;incidents&gt;." in wrong.text
    made = client.post("/services/make", {**FORM, "key": uuid.uuid4()})
    page = made.headers["Location"]
    given = {"key": uuid.uuid4(), "days": 30}
    assert "at least one thing" in client.post(f"{page}token", given).text
    answer = client.post(f"{page}token", {**given, "scopes": ["board.see"]})
    (text,) = re.findall(r'value="(goldthread_[\w-]{43})" readonly', answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    assert _ask(text)[0] == 200
    again = client.get(page).text
    assert text not in again
    assert "board.see" in again
    token = ApiToken.objects.get()
    mine = browser(cast.silver)
    assert "Night feed" in mine.get("/services/mine").text
    assert mine.post(f"{page}tokens/{token.pk}/revoke").headers["Location"] == "/services/mine"
    assert _ask(text)[0] == 401
    assert client.post(f"{page}owner", {"key": uuid.uuid4(), "owner": "fim", "mail": "x@y.example"}).status_code == 302
    assert "You answer for no service account" in mine.get("/services/mine").text
    assert client.post(f"{page}end").status_code == 302
    assert not Staff.objects.get(username="feed").is_active


def test_nobody_else_sees_these_pages(cast: Cast, keeper: Staff, feed: ServiceAccount, browser: Browser) -> None:
    _, made = service_actions.issue(keeper, feed.pk, scopes=["board.see"])
    for one in cast.everybody().values():
        client = browser(one)
        for address in ("/services/", f"/services/{feed.pk}/", "/staff/", "/staff/table"):
            assert client.get(address).status_code == 403, (one, address)
        for address in ("token", "owner", "end"):
            assert client.post(f"/services/{feed.pk}/{address}").status_code == 403, (one, address)
        if one != cast.silver:
            gone = client.post(f"/services/{feed.pk}/tokens/{made.pk}/revoke")
            assert gone.status_code == (404 if one.can("service.answer") else 403), one
    assert browser(None).get("/services/mine").status_code == 302
    assert [state for _, state in tokens_of("feed")] == ["valid"]


def test_by_api_as_by_page(cast: Cast, keeper: Staff) -> None:
    asks, _ = issue_token("keeper")
    status, made = _ask(asks, "/api/v1/services", GIVEN)
    assert status == 201
    at = f"/api/v1/services/{made['id']}"
    assert _ask(asks, f"{at}/tokens", {"scopes": ["staff.keep"], "days": 1})[0] == 422
    status, token = _ask(asks, f"{at}/tokens", {"scopes": ["board.see"], "days": 1})
    assert status == 201
    assert _ask(str(token["token"]))[0] == 200
    (shown,) = _ask(asks, "/api/v1/services")[1]["services"]  # type: ignore[misc]
    assert (shown["owner"], shown["unanswered"], shown["tokens"][0]["scopes"]) == ("silver", False, ["board.see"])
    assert str(token["token"]) not in json.dumps(shown)
    owner, stranger = issue_token("silver")[0], issue_token("stranger")[0]
    assert len(_ask(owner, "/api/v1/services/mine")[1]["services"]) == 1  # type: ignore[arg-type]
    other = issue_token("fim")[0]
    assert _ask(other, "/api/v1/services/mine")[1]["services"] == []
    assert _ask(other, f"{at}/tokens/{token['id']}/revoke", {})[0] == 404
    assert _ask(stranger, "/api/v1/services/mine")[0] == 403
    assert _ask(stranger, "/api/v1/services")[0] == 403
    assert _ask(asks, f"{at}/owner", {"owner": "fim", "mail": "x@y.example"})[0] == 200
    assert _ask(asks, f"{at}/end", {})[0] == 200
    assert _ask(str(token["token"]))[0] == 401
