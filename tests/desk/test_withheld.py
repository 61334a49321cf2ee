"""What a silent, off or blind-first reader does not show, no page, list, stream or program of that person shows."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.assessment import mode_rules, modes
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.contact.arrival_actions import receive
from goldthread.contact.arrival_rules import Arriving
from goldthread.contact.models import Incident
from goldthread.contact.work import on_incident
from goldthread.desk.inbox import waiting
from goldthread.desk.queries import Filters, board, counts
from goldthread.desk.rows import rows
from goldthread.desk.stream.sight import sight_class
from goldthread.response import actions as response
from goldthread.safeguarding.concern_actions import open_due, refer
from goldthread.safeguarding.concern_models import Concern
from tests.cast import Cast, assess, attended, graded, key, opened, say
from tests.integration.conftest import Programs
from tests.integration.conftest import program as program
from tests.trials.scenes import DANGER, danger, set_mode, taken_back, thrown

Browser = Callable[[Staff | None], Client]
SIGNS = (
    "data-cue",
    "suggests Immediate",
    "words suggest",
    "words: Immediate",
    "Ask next",
    "<mark",
    "words above grade",
)


def typed(client: Client, incident: object, text: str, base: int = 0, have: str = "") -> dict[str, Any]:
    body = json.dumps({"base": base, "fields": {"words.text": text}, "have": have, "full": True})
    answer = client.post(f"/incidents/{incident}/typing", body, content_type="application/json")
    assert answer.status_code == 200
    return dict(answer.json())


def page(client: Client, at: str) -> str:
    return client.get(at, follow=True).content.decode()


@pytest.mark.parametrize(("mode", "word"), [
    ("silent", "The reader is silent on this desk"), ("off", "The reader is off"), ("blind_first", "You assess first"),
])  # fmt: skip
def test_no_page_shows_a_reading_and_each_says_so_in_a_word(cast: Cast, browser: Browser, mode: str, word: str) -> None:
    incident = danger(cast)
    graded(cast.stranger, incident, "scheduled")
    theirs = browser(cast.handler)
    at = f"/incidents/{incident.pk}/"
    assert any(sign in page(theirs, at) for sign in SIGNS)
    set_mode(cast, mode, cast.handler)
    for where in (
        at,
        f"/contact/{incident.pk}/",
        "/board/",
        "/board/wall",
        "/incidents/",
        f"/contact/{uuid.uuid4()}/",
    ):
        shown = page(theirs, where)
        assert word in shown, where
        assert not [sign for sign in SIGNS if sign in shown], where
    assert word not in page(browser(cast.stranger), at)
    for rescuer in (cast.supervisor, cast.fim, cast.vast):
        assert "data-cue" in page(browser(rescuer), at)


def test_nobody_who_sees_no_incident_is_told(cast: Cast, browser: Browser) -> None:
    set_mode(cast, "silent")
    for user in (cast.pcc, cast.qa, cast.auditor):
        assert "silent on this desk" not in page(browser(user), "/")


def test_typing_goes_on_and_nothing_comes_back_but_the_word(cast: Cast, browser: Browser) -> None:
    incident, theirs = opened(cast.handler), browser(cast.handler)
    before = typed(theirs, incident.pk, DANGER)
    assert before["marks"]
    thrown(cast)
    with patch("goldthread.desk.views.along", side_effect=AssertionError("it is off")):
        told = typed(theirs, incident.pk, DANGER + " now", before["revision"], before["have"])
        assert (told["revision"], told["marks"]) == (2, [])
        assert "The reader is off" in told["noticed"]
        assert "The reader is off" in told["say"]
        again = typed(theirs, incident.pk, DANGER + " now he", 2, told["have"])
        assert "noticed" not in again, "it is told once"
    say(cast.handler, incident, DANGER)
    taken_back(cast)
    after = typed(theirs, incident.pk, DANGER, 3, told["have"])
    assert after["marks"]


def test_marks_in_what_was_said_before_go_with_the_mode(cast: Cast, browser: Browser) -> None:
    incident, theirs = danger(cast), browser(cast.handler)
    before = typed(theirs, incident.pk, "and")
    set_mode(cast, "silent", cast.handler)
    told = typed(theirs, incident.pk, "and then", before["revision"], before["have"])
    assert "<mark" not in told["said"]
    assert "knife" in told["said"]


def test_a_new_contact_is_not_read_along_either(cast: Cast, browser: Browser) -> None:
    set_mode(cast, "silent", cast.handler)
    with patch("goldthread.desk.views.along", side_effect=AssertionError("it is silent")):
        told = typed(browser(cast.handler), uuid.uuid4(), DANGER)
    assert told["marks"] == []
    assert "silent on this desk" in told["noticed"]


def test_blind_first_shows_after_the_team_s_own_first_assessment(cast: Cast, browser: Browser) -> None:
    set_mode(cast, "blind_first")
    incident, theirs = danger(cast), browser(cast.handler)
    at = f"/incidents/{incident.pk}/"
    assert "data-cue" not in page(theirs, at)
    assert typed(theirs, incident.pk, DANGER)["marks"] == []
    assess(cast.handler, incident)
    assert "data-cue" in page(theirs, at)
    assert typed(theirs, incident.pk, DANGER, 1)["marks"]
    assert "data-cue" not in page(browser(cast.dispatcher), at)


def _as_seen(user: Staff) -> list[dict[str, Any]]:
    now = database_now(connection)
    return rows(board(user, Filters(), now), now, modes.view(user))


def test_the_board_orders_counts_and_filters_as_if_nothing_had_been_read(cast: Cast) -> None:
    calm, grave = opened(cast.handler), opened(cast.handler)
    for incident, text in ((calm, "the bins were not collected"), (grave, DANGER)):
        say(cast.handler, incident, text)
        graded(cast.handler, incident, "scheduled")
    order = [row["id"] for row in _as_seen(cast.handler)]
    assert order == [grave.pk, calm.pk]
    set_mode(cast, "silent", cast.handler)
    shown = {row["id"]: row for row in _as_seen(cast.handler)}
    assert [row["id"] for row in _as_seen(cast.handler)] == [calm.pk, grave.pk], (
        "the older first: nothing else tells them apart"
    )
    assert shown[calm.pk]["sum"] == shown[grave.pk]["sum"]
    for name in ("suggested", "suggests", "needs", "child", "why", "sum"):
        assert shown[calm.pk][name] == shown[grave.pk][name], name
    assert shown[grave.pk]["what"].startswith("kids crying upstairs, he"), "the words as they begin, not their quotes"
    now = database_now(connection)
    told = counts(cast.handler, now)
    assert (told["marks"], told["words_above"], told["unread"], told["unseen"]) == (0, 0, 0, 0)
    assert not board(cast.handler, Filters(needs="marks"), now).exists()
    assert not board(cast.handler, Filters(child="yes"), now).exists()
    assert board(cast.handler, Filters(child="possible"), now).count() == 2
    assert counts(cast.fim, now)["marks"] == 1
    assert board(cast.fim, Filters(needs="marks"), now).count() == 1


def test_blind_first_orders_what_was_assessed_by_what_was_read(cast: Cast) -> None:
    set_mode(cast, "blind_first")
    first, second = danger(cast), danger(cast)
    graded(cast.stranger, first, "scheduled")
    graded(cast.handler, second, "scheduled")
    seen = {row["id"]: row["suggested"] for row in _as_seen(cast.handler)}
    assert seen == {first.pk: "", second.pk: "immediate"}
    seen = {row["id"]: row["suggested"] for row in _as_seen(cast.stranger)}
    assert seen == {first.pk: "immediate", second.pk: ""}


def test_the_stream_renders_each_row_as_its_class_may_see_it(cast: Cast) -> None:
    set_mode(cast, "silent", cast.handler)
    assert sight_class(cast.handler) != sight_class(cast.stranger)
    assert sight_class(cast.handler) == sight_class(cast.teammate)
    people = {sight_class(one): one.pk for one in (cast.handler, cast.stranger, cast.fim)}
    assert len(people) == 2, "who is shown all is one class, whoever they are"


def test_the_inbox_is_not_ordered_by_what_was_read(cast: Cast) -> None:
    made = [
        receive(None, Arriving("online", f"letter {text}", text), desk=cast.handler.team).incident.pk
        for text in ("I found a purse", DANGER)
    ]
    now = database_now(connection)
    assert [row["id"] for row in waiting(cast.handler, now)["rows"]] == made[::-1]
    set_mode(cast, "silent", cast.handler)
    told = waiting(cast.handler, now)["rows"]
    assert [row["id"] for row in told] == made
    assert [(row["level"], row["suggested"]) for row in told] == [("", "")] * 2


def test_a_program_of_that_person_is_shown_no_more(cast: Cast, program: Programs) -> None:
    incident = danger(cast)
    graded(cast.handler, incident, "scheduled")
    set_mode(cast, "silent", cast.handler)
    theirs = program(cast.handler)
    told = theirs.get(f"/incidents/{incident.pk}").json()
    noticed, ribbon = told["noticed"], told["ribbon"]
    assert (noticed["reader"]["state"], ribbon["reader"]["state"]) == ("silent", "silent")
    assert [noticed[name] for name in ("at", "child", "at_risk", "probability", "level", "engine")] == [None] * 5 + [""]
    assert (noticed["marks"], noticed["cues"], noticed["questions"], told["disagreement"]) == ([], [], [], None)
    assert (ribbon["words_suggest"], ribbon["strongest"], ribbon["child"]) == (None, [], "possible")
    (row,) = theirs.get("/board").json()["rows"]
    assert (row["words_suggest"], row["child"], row["unread"]) == ("", "possible", False)
    (brief,) = theirs.get("/my/incidents").json()["incidents"]
    assert brief["child"] == "possible"
    assert program(cast.fim).get(f"/incidents/{incident.pk}").json()["noticed"]["level"] == "immediate"


def test_what_the_reader_raised_later_is_told_to_those_alone_whom_it_shows(
    cast: Cast, browser: Browser, program: Programs
) -> None:
    incident = danger(cast)
    assess(cast.handler, incident)
    graded(cast.handler, incident, "scheduled")
    with on_incident(None, incident.pk, "reading.follow") as work:
        work.event("reader.raised", level="immediate")
    set_mode(cast, "silent", cast.handler)
    at = f"/incidents/{incident.pk}/"
    assert "on a closer look" not in page(browser(cast.handler), at)
    assert "read as more serious" not in page(browser(cast.handler), at).lower()
    assert "on a closer look" in page(browser(cast.fim), at)
    told = program(cast.handler).get(f"/incidents/{incident.pk}/timeline").json()
    assert "reader.raised" not in [line["code"] for line in told["lines"]]
    asked = program(cast.handler).get(f"/incidents/{incident.pk}").json()["reassess"]
    assert asked is None
    (row,) = [one for one in _as_seen(cast.handler) if one["id"] == incident.pk]
    assert "assess" not in row["needs"]
    (row,) = [one for one in _as_seen(cast.fim) if one["id"] == incident.pk]
    assert "assess" in row["needs"]


def test_it_does_not_close_on_a_threat_that_nobody_was_shown(cast: Cast) -> None:
    set_mode(cast, "silent", cast.handler)
    incident = danger(cast)
    graded(cast.handler, incident, "immediate")
    attended(cast, incident)
    with pytest.raises(Refused, match="looked at by a supervisor"):
        response.close(cast.handler, incident.pk, key=key(), reason="attended-resolved", result="All well.")
    assert Incident.objects.get(pk=incident.pk).is_open


def test_rules_of_view() -> None:
    for mode, rescues, of in (("open", False, "all"), ("silent", False, "none"), ("off", False, "none"), ("blind_first", False, "assessed"),
                              ("silent", True, "all"), ("off", True, "all"), ("blind_first", True, "all")):  # fmt: skip
        found = mode_rules.view(mode_rules.Standing(mode), rescues=rescues, team=7)
        assert found.of == of
        assert found.shows({7}) == (of != "none")
        assert found.shows({8}) == (of == "all")


def test_what_the_service_referred_by_what_it_read_is_not_told_either(cast: Cast, browser: Browser) -> None:
    set_mode(cast, "silent", cast.handler)
    incident = danger(cast)
    open_due()
    assert Concern.objects.filter(incident=incident).exists()
    at = f"/incidents/{incident.pk}/"
    assert "With VAST" not in page(browser(cast.handler), at)
    assert "With VAST" in page(browser(cast.fim), at)
    refer(cast.handler, incident.pk, key=key(), words="kids crying")
    assert "One more reason for VAST" in page(browser(cast.handler), at), "what a person does is told"
