"""What is typed and not sent is kept, read along, and nobody else's."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.assessment import aside, reading
from goldthread.assessment.actions import read_fully
from goldthread.assessment.reading import found_in_full
from goldthread.audit.models import AuditEvent
from goldthread.config.env import environment
from goldthread.contact import actions as contact
from goldthread.contact.models import Entry, Incident
from goldthread.desk import drafts
from goldthread.response import actions as response
from tests.cast import Cast, assess, key
from tests.desk.conftest import Room

Browser = Callable[[Staff | None], Client]
SAID = "kids crying upstairs then gone quiet, no wpns mentioned"


def send(client: Client, incident: object, fields: dict[str, Any], base: int = 0, have: str = "") -> Any:
    body = json.dumps({"base": base, "fields": fields, "have": have})
    return client.post(f"/incidents/{incident}/typing", body, content_type="application/json")


def test_words_are_kept_and_read_as_they_are_typed(room: Room) -> None:
    answer = send(room.client, room.incident.pk, {"words.text": SAID})
    assert answer.status_code == 200
    told = answer.json()
    assert told["revision"] == 1
    marked = [SAID[one["from"] : one["until"]] for one in told["marks"]]
    assert any("gone quiet" in one for one in marked)
    assert "Any weapons?" in told["noticed"]
    assert drafts.load(room.cast.fim, room.incident.pk).fields == {"words.text": SAID}
    assert not Entry.objects.filter(incident=room.incident, text__text=SAID).exists()


def test_what_is_typed_suggests_a_grade_before_it_is_added(room: Room) -> None:
    quiet = send(room.client, room.incident.pk, {"words.text": "the bins were not collected"}).json()
    assert "suggests Immediate" not in quiet["noticed"]
    told = send(room.client, room.incident.pk, {"words.text": "he has a knife and the kids are screaming"}, 1).json()
    assert "suggests Immediate" in told["noticed"]


def test_what_the_page_has_already_is_not_sent_again(room: Room) -> None:
    first = send(room.client, room.incident.pk, {"words.text": SAID}).json()
    again = send(room.client, room.incident.pk, {"words.text": SAID + " now"}, 1, first["have"]).json()
    assert again["have"] == first["have"]
    assert "noticed" not in again


def test_marks_stand_where_a_browser_counts_them(room: Room) -> None:
    text = "👩‍👧 " + SAID
    told = send(room.client, room.incident.pk, {"words.text": text}).json()
    units = text.encode("utf-16-le")
    quotes = [units[2 * one["from"] : 2 * one["until"]].decode("utf-16-le") for one in told["marks"]]
    assert any("gone quiet" in one for one in quotes)


def test_a_contact_that_is_not_open_yet_is_read_too(cast: Cast, browser: Browser) -> None:
    identity = uuid.uuid4()
    answer = send(browser(cast.handler), identity, {"words.text": SAID})
    assert answer.status_code == 200
    assert answer.json()["marks"]
    assert not Incident.objects.filter(pk=identity).exists()


def test_a_window_that_only_asks_is_answered_and_leaves_what_another_one_typed(room: Room) -> None:
    contact.add_words(room.cast.handler, room.incident.pk, key=key(), text=OBLIQUE, source="caller")
    send(room.client, room.incident.pk, {"words.text": "of the other"})
    assert pause(room.client, room.incident.pk, "", 0, full=True).json()["elsewhere"]
    told = pause(room.client, room.incident.pk, "", 0, full=True, asks=True).json()
    assert (told["revision"], told["path"]) == (0, "full")
    assert "nightie" in told["noticed"]
    assert drafts.load(room.cast.fim, room.incident.pk).fields == {"words.text": "of the other"}


def test_two_windows_never_overwrite_each_other(room: Room) -> None:
    send(room.client, room.incident.pk, {"words.text": "one"})
    other = send(room.client, room.incident.pk, {"words.text": "other"})
    assert other.json() == {"elsewhere": True, "revision": 1, "fields": {"words.text": "one"}}
    assert send(room.client, room.incident.pk, {"words.text": "other"}, 1).status_code == 200


def test_sent_words_leave_the_draft_and_the_rest_stays(room: Room) -> None:
    send(room.client, room.incident.pk, {"words.text": SAID, "thrive.threat": "he is outside"})
    room.client.post(
        f"/incidents/{room.incident.pk}/words",
        {"key": key(), "text": SAID, "source": "caller"},
        headers={"HX-Request": "true"},
    )
    assert drafts.load(room.cast.fim, room.incident.pk).fields == {"thrive.threat": "he is outside"}


def test_a_save_that_is_overtaken_by_its_own_sending_is_not_offered_again(room: Room) -> None:
    own, text = key(), SAID + "\nsecond line"
    _words(room, own, text.replace("\n", "\r\n"))  # as a browser's form writes line ends
    late = {"words.text": text, "words.key": str(own), "thrive.threat": "he is outside"}
    assert send(room.client, room.incident.pk, late).status_code == 200
    assert drafts.load(room.cast.fim, room.incident.pk).fields == {"thrive.threat": "he is outside"}


def test_what_was_added_while_words_were_on_their_way_stays(room: Room) -> None:
    own = key()
    _words(room, own, SAID)
    fields = {"words.text": SAID + " and more", "words.key": str(own)}
    send(room.client, room.incident.pk, fields)
    assert drafts.load(room.cast.fim, room.incident.pk).fields == fields


def test_the_same_words_said_twice_are_kept_twice(room: Room) -> None:
    _words(room, key(), "no reply")
    fields = {"words.text": "no reply", "words.key": str(key())}
    send(room.client, room.incident.pk, fields)
    assert drafts.load(room.cast.fim, room.incident.pk).fields == fields


def test_a_place_that_was_recorded_leaves_the_draft_and_a_name_that_was_not_stays(room: Room) -> None:
    send(room.client, room.incident.pk, {"opening.location": "14 Larch Road", "opening.caller_name": "Ann"})
    body = {"key": key(), "kind": "location", "text": "14 Larch Road"}
    room.client.post(f"/incidents/{room.incident.pk}/particular", body, headers={"HX-Request": "true"})
    assert drafts.load(room.cast.fim, room.incident.pk).fields == {"opening.caller_name": "Ann"}


def test_what_is_typed_when_somebody_else_closes_is_kept_and_read_no_more(room: Room, browser: Browser) -> None:
    dispatcher = browser(room.cast.dispatcher)
    send(dispatcher, room.incident.pk, {"words.text": SAID})
    contact.answer_children(room.cast.fim, room.incident.pk, key=key(), answer="not_known", given=[])
    arrived = {"key": key(), "allocation": room.allocation, "source": "officer"}
    assert room.client.post(f"/incidents/{room.incident.pk}/arrive", arrived).status_code == 302
    assess(room.cast.supervisor, room.incident)
    response.close(room.cast.fim, room.incident.pk, key=key(), reason="attended-resolved", result="All seen.")
    assert not Incident.objects.open().filter(pk=room.incident.pk).exists()
    told = send(dispatcher, room.incident.pk, {"words.text": SAID + " and more"}, 1).json()
    assert (told["revision"], told["marks"]) == (2, [])
    assert "noticed" not in told
    assert drafts.load(room.cast.dispatcher, room.incident.pk).fields == {"words.text": SAID + " and more"}
    for stranger in (room.cast.qa, room.cast.pcc):
        assert send(browser(stranger), room.incident.pk, {"words.text": SAID}).status_code in (403, 404)


def _words(room: Room, own: object, text: str) -> None:
    body = {"key": own, "text": text, "source": "caller"}
    answer = room.client.post(f"/incidents/{room.incident.pk}/words", body, headers={"HX-Request": "true"})
    assert answer.status_code == 200


def test_the_page_gives_a_draft_back_to_its_writer_alone(room: Room, browser: Browser) -> None:
    send(room.client, room.incident.pk, {"words.text": "a sentence nobody sent"})
    page = f"/incidents/{room.incident.pk}/"
    assert "a sentence nobody sent" in room.client.get(page).text
    for other in (room.cast.teammate, room.cast.handler, room.cast.supervisor):
        answer = browser(other).get(page)
        assert answer.status_code == 200
        assert "a sentence nobody sent" not in answer.text


def test_a_draft_is_sealed_in_the_database_and_bound_to_person_and_incident(room: Room) -> None:
    send(room.client, room.incident.pk, {"words.text": "a sentence nobody sent"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM desk_draft WHERE incident = %s", [room.incident.pk])
        sealed = bytes(cursor.fetchone()[0])
        assert b"nobody sent" not in sealed
        cursor.execute("UPDATE desk_draft SET staff_id = %s", [room.cast.teammate.pk])
    assert drafts.load(room.cast.teammate, room.incident.pk) is None


def test_browsers_of_two_people_have_two_keys_and_one_person_has_one(cast: Cast) -> None:
    assert drafts.browser_key(cast.handler) == drafts.browser_key(cast.handler)
    assert drafts.browser_key(cast.handler) != drafts.browser_key(cast.teammate)


def test_typing_leaves_no_audit_event(room: Room) -> None:
    before = AuditEvent.objects.count()
    send(room.client, room.incident.pk, {"words.text": SAID})
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("who", ["far_dispatcher", "far_supervisor", "vast", "qa", "pcc", "auditor", None])
def test_who_may_not_write_there_is_not_read_along(room: Room, browser: Browser, who: str | None) -> None:
    Incident.objects.filter(pk=room.incident.pk).update(child="none", area="North")
    user = getattr(room.cast, who) if who else None
    answer = send(browser(user), room.incident.pk, {"words.text": "x"})
    assert answer.status_code in ({302, 401} if who is None else {403, 404})


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"base": "1", "fields": {}}', b'{"base": -1, "fields": {}}',
     b'{"base": true, "fields": {}}', b'{"base": 0, "fields": []}', b'{"base": 0, "fields": {"a": 1}}',
     b'{"base": 0, "fields": {"a": null}}', b'{"base": 99999999999, "fields": {}}', b'{"base": 0, "fields": {}, "have": 5}',
     b'{"base": 0, "fields": {}, "asks": 1}',
     b"[" * 100_000],
)  # fmt: skip
def test_what_cannot_be_read_gets_a_sentence(room: Room, body: bytes) -> None:
    answer = room.client.post(f"/incidents/{room.incident.pk}/typing", body, content_type="application/json")
    assert answer.status_code == 422
    assert "still here" in answer.json()["say"]


def test_more_than_a_page_can_hold_gets_a_sentence_and_loses_nothing(room: Room) -> None:
    send(room.client, room.incident.pk, {"words.text": "kept"})
    answer = send(room.client, room.incident.pk, {"words.text": "x" * 900_001}, 1)
    assert answer.status_code == 422
    assert "Send them in parts" in answer.json()["say"]
    assert drafts.load(room.cast.fim, room.incident.pk).fields == {"words.text": "kept"}


@pytest.mark.parametrize("text", ["a\x00b", "\u202eevil", "<script>x</script>", "\ud800", "y" * 300_000])
def test_odd_words_are_kept_while_typed(room: Room, text: str) -> None:
    assert send(room.client, room.incident.pk, {"words.text": text}).status_code == 200


def test_an_unknown_secret_opens_no_draft_and_stops_no_page(room: Room) -> None:
    send(room.client, room.incident.pk, {"words.text": "x"})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE desk_draft SET sealed = '\\x00'")
    assert room.client.get(f"/incidents/{room.incident.pk}/").status_code == 200


def test_somebody_who_types_stays_signed_in(room: Room) -> None:
    session = room.client.session
    session.set_expiry(None)
    session.save()
    from django.contrib.sessions.models import Session

    before = Session.objects.get(pk=session.session_key).expire_date
    Session.objects.filter(pk=session.session_key).update(expire_date=before.replace(year=before.year))
    send(room.client, room.incident.pk, {"words.text": "x"})
    assert Session.objects.get(pk=session.session_key).expire_date >= before
    assert "typing" in room.client.session


def test_a_page_that_nobody_sits_at_keeps_nobody_signed_in(room: Room) -> None:
    pause(room.client, room.incident.pk, "", 0, full=True, asks=True)
    assert "typing" not in room.client.session
    pause(room.client, room.incident.pk, "typed", 1, full=True, asks=False)
    assert "typing" in room.client.session


OBLIQUE = "Rang about the bins. The little girl next door is out on the step in her nightie again, no lights on, nobody answers."


def pause(client: Client, incident: object, text: str, base: int, **more: Any) -> Any:
    body = json.dumps({"base": base, "fields": {"words.text": text}, "have": "", **more})
    return client.post(f"/incidents/{incident}/typing", body, content_type="application/json")


def test_at_a_pause_the_words_are_read_in_full_and_the_page_says_so(room: Room) -> None:
    first = pause(room.client, room.incident.pk, OBLIQUE, 0).json()
    assert first["path"] == "fast"
    assert 'data-path="first"' in first["noticed"]
    assert "held" not in first
    full = pause(room.client, room.incident.pk, OBLIQUE, 1, full=True).json()
    assert full["path"] == "full"
    assert 'data-path="full"' in full["noticed"]
    assert full["held"]["level"] in ("low", "medium", "high", "immediate")


def test_a_full_reading_brings_its_marks_to_what_was_said_before(room: Room) -> None:
    contact.add_words(room.cast.handler, room.incident.pk, key=key(), text=OBLIQUE, source="caller")
    first = pause(room.client, room.incident.pk, "Thanked", 0).json()
    assert "said" not in first
    full = pause(room.client, room.incident.pk, "Thanked", 1, full=True).json()
    assert "<mark" in full["said"]
    assert 'id="said"' in full["said"]


def test_while_it_is_being_read_the_page_has_the_first_look_and_may_ask_again(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = found_in_full(OBLIQUE)
    told = iter([None, full])
    monkeypatch.setattr(environment(), "reading_socket", tmp_path / "reading")
    monkeypatch.setattr(aside, "ask", lambda _where, _text: next(told))
    first = pause(room.client, room.incident.pk, OBLIQUE, 0, full=True).json()
    assert (first["path"], first["coming"]) == ("fast", True)
    assert 'data-path="first"' in first["noticed"]
    then = pause(room.client, room.incident.pk, OBLIQUE, 1, full=True).json()
    assert then["path"] == "full"
    assert "coming" not in then


def test_where_nobody_reads_aside_the_words_are_kept_and_the_page_says_that_the_full_reading_is_off(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment(), "reading_socket", tmp_path / "reading")
    monkeypatch.setattr(aside, "_off_until", 0.0)
    told = pause(room.client, room.incident.pk, OBLIQUE, 0, full=True).json()
    assert (told["path"], told["revision"]) == ("fast", 1)
    assert "coming" not in told
    assert 'data-path="off"' in told["noticed"]
    assert drafts.load(room.cast.fim, room.incident.pk).fields == {"words.text": OBLIQUE}


def test_a_full_reading_that_failed_is_not_promised(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_where: Path, _text: str) -> None:
        raise aside.AsideError("the full reading failed (MemoryError)")

    monkeypatch.setattr(environment(), "reading_socket", tmp_path / "reading")
    monkeypatch.setattr(aside, "ask", fails)
    told = pause(room.client, room.incident.pk, OBLIQUE, 0, full=True).json()
    assert "coming" not in told
    assert 'data-path="off"' in told["noticed"]
    assert not aside.is_off()


LONG = (OBLIQUE + " ") * (aside.LONGEST_TEXT // len(OBLIQUE) + 1)


def test_a_long_text_is_not_read_at_a_pause_and_the_page_says_when_it_will_be(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_text: str) -> None:
        raise AssertionError("everybody would wait for it")

    monkeypatch.setattr(reading, "found_at_a_pause", never)
    for base, full in enumerate([False, True]):
        told = pause(room.client, room.incident.pk, LONG, base, full=full).json()
        assert told["path"] == "fast"
        assert "coming" not in told
        assert "once its words are added" in told["noticed"]


def test_once_a_long_text_is_added_the_page_gets_the_reading_that_its_job_made(room: Room) -> None:
    contact.add_words(room.cast.handler, room.incident.pk, key=key(), text=LONG, source="caller")
    first = pause(room.client, room.incident.pk, "", 0, full=True).json()
    assert (first["path"], first["coming"]) == ("fast", True)
    assert 'data-path="first"' in first["noticed"]
    read_fully(room.incident.pk)
    full = pause(room.client, room.incident.pk, "", 1, full=True).json()
    assert full["path"] == "full"
    assert 'data-path="full"' in full["noticed"]
    assert "<mark" in full["said"]


def test_what_the_full_reading_quoted_stays_while_somebody_types_on_and_goes_with_its_words(room: Room) -> None:
    held = {"level": "immediate", "quoted": [["oblique", "out on the step in her nightie", "uncertain", 0.6]]}
    on = pause(room.client, room.incident.pk, OBLIQUE + " Also", 0, held=held).json()
    assert "out on the step in her nightie" in on["noticed"]
    assert "suggests Immediate" in on["noticed"]
    gone = pause(room.client, room.incident.pk, "Rang about the bins.", 1, held=held).json()
    assert "nightie" not in gone["noticed"]
    assert "suggests Immediate" not in gone["noticed"]


def test_a_level_that_quotes_nothing_ends_with_its_words(room: Room) -> None:
    full = pause(room.client, room.incident.pk, "he is going to kill the baby", 0, full=True).json()
    assert "suggests Immediate" in full["noticed"]
    assert full["held"] == {"level": "none", "quoted": []}
    for held in (full["held"], {"level": "immediate", "quoted": []}):
        other = pause(room.client, room.incident.pk, "Rang about the bins.", full["revision"], held=held).json()
        assert "suggests Immediate" not in other["noticed"]
        full = other


@pytest.mark.parametrize(
    "held",
    [
        None, 3, "x", [], {}, {"level": "high"}, {"level": "none such", "quoted": []}, {"level": "high", "quoted": 3},
        {"level": "high", "quoted": [["oblique"]]}, {"level": "high", "quoted": [["no-such-cue", "bins", "uncertain", 0.5]]},
        {"level": "high", "quoted": [["oblique", "bins", "certain", 0.5]]}, {"level": "high", "quoted": [["oblique", " ", "uncertain", 9]]},
        {"level": "high", "quoted": [["oblique", "<script>", "uncertain", 0.5]] * 500},
        {"level": "high", "quoted": [["oblique", "bins", "uncertain", 10**400]]},
    ],
)  # fmt: skip
def test_anything_else_a_page_claims_to_hold_is_passed_over(room: Room, held: Any) -> None:
    answer = pause(room.client, room.incident.pk, "Rang about the bins.", 0, held=held)
    assert answer.status_code == 200
    assert "<script>" not in answer.json()["noticed"]
