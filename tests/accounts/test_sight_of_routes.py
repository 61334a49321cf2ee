"""Every address about an incident answers each role as the matrix says: done, refused by the state, or not there."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.response.models import Allocation, Unit
from tests.accounts.world import REACH, World, to_try
from tests.cast import key

Browser = Callable[[Staff | None], Client]
DONE, REFUSED = 302, 422

# route: (verb, fields, whether it does its work on a closed incident)
POSTS: dict[str, tuple[str, dict[str, object], bool]] = {
    "words": ("entry.add", {"text": "she is back home", "source": "caller"}, True),
    "particular": ("entry.add", {"kind": "location", "text": "3 Elm Row"}, True),
    "area": ("entry.add", {"area": "South"}, True),
    "children": ("children.answer", {"answer": "not_known", "child-TOTAL_FORMS": 0, "child-INITIAL_FORMS": 0}, True),
    "thrive": ("thrive.write", {"threat": "a threat", "based_on": 0}, True),
    "line": ("entry.add", {"state": "silent"}, True),
    "online": ("entry.add", {"who": "child"}, True),
    "safe": ("entry.add", {"answer": "not_safe"}, True),
    "rung": ("entry.add", {"who": "the superintendent", "outcome": "answered"}, True),
    "callback": ("entry.add", {"outcome": "no_answer"}, True),
    "grade": ("grade.choose", {"grade": "immediate"}, False),
    "allocate": ("unit.allocate", {}, False),
    "arrive": ("unit.allocate", {"source": "officer"}, False),
    "leave": ("unit.allocate", {}, False),
    "mark": ("mark.answer", {"cue": "imminent", "answer": "noted", "facts": "[]"}, True),
    "supervisor": ("supervisor.call", {}, True),
    "take": ("owner.take", {}, False),
    "known/search": ("known.search", {"kind": "place", "typed": "Larch Road"}, True),
    "known/person": ("known.search", {"person": "Orla Fenwick"}, True),
    "close": ("incident.close", {"reason": "attended-resolved", "result": "Seen and well."}, False),
}


@pytest.fixture
def free_unit(world: World) -> Unit:
    return Unit.objects.create(call_sign="FREE", area="North")


# Enough kinds to tell every scope from every other; the querysets are proved over all of them next door.
TRIED = [
    ("own", "open"),
    ("own", "closed"),
    ("teammate's", "open"),
    ("teammate's", "closed"),
    ("on my team's desk", "closed"),
    ("stranger's", "closed"),
    ("other area's", "open"),
    ("area not known", "open"),
    ("attending", "closed"),
    ("my team's unit sent", "closed"),
    ("child involved", "closed"),
    ("asked: none", "closed"),
    ("opened for a reason", "closed"),
]

EVERY = [False, pytest.param(True, marks=pytest.mark.long)]


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("role", roles())
def test_a_command_reaches_what_the_matrix_gives(
    world: World, browser: Browser, free_unit: Unit, role: str, every: bool
) -> None:
    client = browser(world.staff[role])
    for route in POSTS:
        _reaches(world, client, free_unit, role, route, every=every)


def _reaches(world: World, client: Client, free_unit: Unit, role: str, route: str, *, every: bool) -> None:
    verb, fields, on_closed = POSTS[route]
    scope = roles()[role].scope(verb)
    for kind in to_try(TRIED, role, verb, every=every):
        pk = world.incidents[kind]
        with transaction.atomic():
            sent = Allocation.objects.select_related("incident").get(incident=pk)
            if route == "arrive":
                Allocation.objects.filter(pk=sent.pk).update(arrived_at=None)
            given = {**fields, "key": key(), "unit": free_unit.pk, "allocation": sent.pk}
            if route == "take":
                given["owner_id"] = sent.incident.owner_id or ""
            # A refusal is quicker told to htmx, a success without it.
            htmx = {} if kind[1] == "open" or on_closed else {"HX-Request": "true"}
            status = client.post(f"/incidents/{pk}/{route}", given, headers=htmx).status_code
            transaction.set_rollback(True)
        if scope == "none":
            assert status == 403, (route, kind)
            break
        if kind not in REACH[scope]:
            assert status == 404, (route, kind)
        else:
            assert status == (DONE if kind[1] == "open" or on_closed else REFUSED), (route, kind)


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("role", roles())
def test_a_page_opens_for_those_who_may_see_it(world: World, browser: Browser, role: str, every: bool) -> None:
    client = browser(world.staff[role])
    scope = roles()[role].scope("incident.see")
    for kind in to_try(list(world.incidents) if every else TRIED, role, "incident.see", every=every):
        expected = 403 if scope == "none" else 200 if kind in REACH[scope] else 404
        assert client.get(f"/incidents/{world.incidents[kind]}/").status_code == expected, kind


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("role", roles())
def test_what_is_known_opens_for_those_who_may_see_it(world: World, browser: Browser, role: str, every: bool) -> None:
    client = browser(world.staff[role])
    scope = roles()[role].scope("known.see")
    for kind in to_try(TRIED, role, "known.see", every=every):
        expected = 403 if scope == "none" else 200 if kind in REACH[scope] else 404
        assert client.get(f"/incidents/{world.incidents[kind]}/known/").status_code == expected, kind


@pytest.mark.parametrize("role", roles())
def test_the_contact_page_shows_no_incident_that_its_own_page_does_not(
    world: World, browser: Browser, role: str
) -> None:
    client = browser(world.staff[role])
    may = roles()[role]
    for kind in [("own", "open"), ("teammate's", "closed"), ("stranger's", "open"), ("child involved", "closed")]:
        pk = world.incidents[kind]
        expected = 403 if not may.can("incident.open") else 200 if kind in REACH[may.scope("incident.see")] else 404
        assert client.get(f"/contact/{pk}/").status_code == expected, kind
        opened = client.post(f"/contact/{pk}/open", {"opening": "1", "channel": "999"})
        assert opened.status_code == expected, kind


@pytest.mark.parametrize("route", POSTS)
def test_a_form_with_errors_does_not_tell_that_an_incident_exists(world: World, browser: Browser, route: str) -> None:
    far = world.incidents[("other area's", "closed")]
    client = browser(world.staff["dispatcher"])
    for pk in (far, uuid.uuid4()):
        for htmx in ({}, {"HX-Request": "true"}):
            assert client.post(f"/incidents/{pk}/{route}", {"key": "not a key"}, headers=htmx).status_code == 404


PAGES = [
    ("/", ""),
    ("/home/", ""),
    ("/contact/", "incident.open"),
    ("/contact/earlier", "incident.open"),
    ("/inbox/", "inbox.see"),
    ("/inbox/add", "contact.receive"),
    ("/forms/thrive", ""),
    ("/board/", "board.see"),
    ("/incidents/", "incident.see"),
    ("/incidents/find?q=T-0-open", "incident.see"),
    ("/look-back/", "lookback.see"),
    ("/look-back/runs/", "lookback.see"),
    ("/look-back/count", "lookback.see"),
    ("/supervision/", "supervision.review"),
    ("/supervision/count", "supervision.review"),
    ("/safeguarding/", "concern.see"),
    ("/safeguarding/count", "concern.see"),
    ("/safeguarding/protection", "protection.see"),
    ("/safeguarding/missing", "missing.see"),
    ("/safeguarding/missing/places", "missing.see"),
    ("/acting/", "rank.give"),
    ("/on-call/", "oncall.see"),
    ("/meetings/", "meeting.see"),
    ("/meetings/mine", "meeting.see"),
    ("/meetings/count", "meeting.see"),
    ("/investigation/", "investigation.see"),
    ("/investigation/count", "investigation.accept"),
    ("/retention/", "retention.see"),
    ("/retention/count", "retention.see"),
    ("/quality/", "quality.score"),
    ("/quality/count", "quality.score"),
    ("/quality/rounds/", "quality.draw"),
    ("/quality/rates/", "quality.rates"),
    ("/quality/feedback/", "quality.answer"),
    ("/quality/feedback/count", "quality.answer"),
    ("/quality/disputes/", "quality.draw"),
    ("/governance/", "governance.see"),
    ("/governance/figures/", "governance.see"),
    ("/governance/figures/children-asked/", "governance.see"),
    ("/governance/packs/", "pack.see"),
    ("/improvement/", "plan.see"),
    ("/improvement/count", "plan.see"),
    ("/improvement/actions/new/", "plan.keep"),
    ("/improvement/evidence/new/", "plan.note"),
    ("/improvement/register/", "plan.register"),
    ("/improvement/import/", "plan.keep"),
    ("/improvement/contacts/", "plan.keep"),
    ("/quality/themes/", "quality.themes"),
    ("/learning/", "learning.keep"),
    ("/learning/cohorts/", "learning.keep"),
    ("/learning/needs/new", "learning.keep"),
    ("/learning/needs/", "learning.see"),
    ("/learning/standing/", "learning.see"),
    ("/learning/effects/", "learning.see"),
    ("/learning/due", "learning.due"),
    ("/learning/mine", "learning.own"),
    ("/messages/", "messages.see"),
    ("/messages/count", "messages.see"),
    ("/audit/", "audit.see"),
    ("/metrics", "audit.see"),
    ("/commissioner/", "published.see"),
    ("/commissioner/tables/door/", "published.see"),
    ("/commissioner/tables/door/draft", "published.issue"),
    ("/measures/", "measures.see"),
    ("/measures/assessed/", "measures.cases"),
    ("/records/", "records.load"),
    ("/records/restricted/", "known.restricted"),
]


@pytest.mark.parametrize("role", roles())
def test_a_page_without_an_incident_opens_for_those_with_the_verb(world: World, browser: Browser, role: str) -> None:
    client = browser(world.staff[role])
    for address, verb in PAGES:
        status = client.get(address).status_code
        assert status in ({200, 302} if not verb or roles()[role].can(verb) else {403}), address


@pytest.mark.parametrize("role", roles())
def test_the_first_page_of_a_role_opens_for_it(world: World, browser: Browser, role: str) -> None:
    assert browser(world.staff[role]).get("/", follow=True).status_code == 200


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("role", [code for code, role in roles().items() if role.can("board.see")])
def test_lists_show_what_may_be_seen_and_nothing_else(world: World, browser: Browser, role: str, every: bool) -> None:
    scope = roles()[role].scope("incident.see")
    client = browser(world.staff[role])
    for kind in to_try(list(world.incidents) if every else TRIED, role, "incident.see", every=every):
        pk = world.incidents[kind]
        number = list(world.incidents).index(kind) // 2
        found = client.get(f"/incidents/find?q=T-{number}-{kind[1]}")
        if kind in REACH[scope]:
            assert found.headers.get("Location") == f"/incidents/{pk}/", kind
        else:
            assert str(pk) not in found.text, kind


@pytest.mark.parametrize("role", [code for code, role in roles().items() if role.can("incident.see")])
def test_my_incidents_are_mine(world: World, browser: Browser, role: str) -> None:
    page = browser(world.staff[role]).get("/incidents/").text
    scope = roles()[role].scope("incident.see")
    mine = REACH[scope] & (REACH["own"] | (REACH["crew"] if scope == "crew" else set()))
    for kind, pk in world.incidents.items():
        assert (str(pk) in page) == (kind in mine), kind


@pytest.mark.parametrize("role", [code for code, role in roles().items() if role.can("board.see")])
def test_the_board_holds_the_open_ones_in_sight(world: World, browser: Browser, role: str) -> None:
    from goldthread.contact.models import Incident
    from goldthread.desk.board import project

    for incident in Incident.objects.filter(pk__in=world.incidents.values()):
        project(incident)
    page = browser(world.staff[role]).get("/board/").text
    seen = {kind for kind in REACH[roles()[role].scope("incident.see")] if kind[1] == "open"}
    for kind, pk in world.incidents.items():
        assert (f"row-{pk}" in page) == (kind in seen), kind
