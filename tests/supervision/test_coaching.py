"""Coaching notes: between two people, about words of the record, outside the incident and outside every list of others."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.accounts.rank_actions import give_rank
from goldthread.audit.actions import erase
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Stale
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.desk import drafts
from goldthread.supervision import coaching_actions as coaching
from goldthread.supervision.coaching_models import CoachingAnswer, CoachingNote, CoachingSeen
from goldthread.supervision.coaching_queries import unread
from tests.cast import Cast, key
from tests.integration.conftest import program  # noqa: F401 - a fixture
from tests.response.test_alarms import later
from tests.response.test_requests import assess, with_child

Browser = Callable[[Staff | None], Client]
GOOD, BETTER = "You asked who had the girl at once.", "Ask where the brother is as well."
QUOTE = "Neighbour heard"


def text(response: object) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())  # type: ignore[attr-defined]


@pytest.fixture
def incident(cast: Cast) -> Incident:
    made = with_child(cast)
    assess(cast.handler, made)
    contact.add_words(
        cast.handler, made.pk, key=key(), source="caller", text="Neighbour heard\r\na bang, then nothing."
    )
    made.refresh_from_db()
    return made


def left(cast: Cast, incident: Incident, **given: object) -> CoachingNote:
    said = {"key": key(), "to": cast.handler.pk, "quote": QUOTE, "good": GOOD, "better": BETTER}
    return coaching.leave(cast.supervisor, incident.pk, **{**said, **given})  # type: ignore[arg-type]


def test_a_note_quotes_the_record_to_the_letter_and_leaves_the_incident_as_it_was(
    cast: Cast, incident: Incident
) -> None:
    before = Incident.objects.get(pk=incident.pk)
    note = left(cast, incident, quote="heard\r\na bang, then")
    assert note.quote in note.entry.text.text
    after = Incident.objects.get(pk=incident.pk)
    assert (after.last_seq, after.next_action_at) == (before.last_seq, before.next_action_at)
    event = AuditEvent.objects.filter(verb="coaching.leave").get()
    assert (event.duty, event.staff_id) == ("collection", cast.supervisor.pk)
    for words in (GOOD, BETTER, "a bang"):
        assert words not in f"{event.detail}{event.subjects}{event.reason}"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"quote": "Neighbor heard"}, "quote"), ({"quote": "  "}, "quote"), ({"good": " ", "better": "\x00"}, "good"),
        ({"to": None}, "to"), ({"better": "a" * 4_001}, "better"),
    ],
)  # fmt: skip
def test_a_note_that_is_none_is_refused_by_its_field(
    cast: Cast, incident: Incident, given: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        left(cast, incident, **given)
    assert set(refused.value.fields) == {field}
    assert not CoachingNote.objects.exists()


def test_it_is_for_somebody_who_worked_on_the_incident(cast: Cast, incident: Incident) -> None:
    for other in (cast.stranger, cast.supervisor, cast.officer):
        with pytest.raises(Invalid, match="Choose whom"):
            left(cast, incident, to=other.pk)


@pytest.mark.parametrize(
    "who", ["handler", "stranger", "far_supervisor", "dispatcher", "qa", "silver", "pcc", "auditor"]
)
def test_nobody_leaves_a_note_who_neither_reviews_nor_is_vast(cast: Cast, incident: Incident, who: str) -> None:
    with pytest.raises(NotThere):
        coaching.leave(
            cast.everybody()[who], incident.pk, key=key(), to=cast.handler.pk, quote=QUOTE, good=GOOD, better=""
        )


def test_the_form_sent_twice_leaves_one_note(cast: Cast, incident: Incident) -> None:
    one = key()
    assert left(cast, incident, key=one).pk == left(cast, incident, key=one).pk


def test_it_is_seen_when_opened_and_answered_once(cast: Cast, incident: Incident) -> None:
    note = left(cast, incident)
    assert unread(cast.handler) == 1
    coaching.opened(cast.handler, note.pk)
    coaching.opened(cast.handler, note.pk)
    assert unread(cast.handler) == 0
    assert CoachingSeen.objects.filter(note=note).count() == 1
    first = coaching.answer(cast.handler, note.pk, words="Will do.")
    assert coaching.answer(cast.handler, note.pk, words="Will do.").pk == first.pk
    with pytest.raises(Stale, match="answered this note already"):
        coaching.answer(cast.handler, note.pk, words="Something else.")
    with pytest.raises(Invalid, match="Write your answer"):
        coaching.answer(cast.handler, note.pk, words=" ")


def test_nobody_but_whom_it_is_for_opens_or_answers_it(cast: Cast, incident: Incident) -> None:
    note = left(cast, incident)
    for name, one in cast.everybody().items():
        if name != "handler":
            with pytest.raises(NotThere):
                coaching.opened(one, note.pk)
            with pytest.raises(NotThere):
                coaching.answer(one, note.pk, words="Mine.")
    assert not CoachingSeen.objects.exists()
    assert not CoachingAnswer.objects.exists()


def test_only_the_two_of_them_find_its_words_on_any_page(cast: Cast, browser: Browser, incident: Incident) -> None:
    note = left(cast, incident)
    pages = [
        "/supervision/", f"/supervision/{incident.pk}/", "/supervision/notes/", "/supervision/notes/left",
        f"/supervision/notes/{note.pk}/", f"/incidents/{incident.pk}/",
    ]  # fmt: skip
    readers = ("teammate", "stranger", "far_supervisor", "fim", "qa", "pcc", "vast", "auditor")
    for who in readers:
        client = browser(cast.everybody()[who])
        for page in pages:
            shown = client.get(page)
            assert GOOD not in shown.content.decode(), (who, page)
            assert BETTER not in shown.content.decode(), (who, page)
        assert client.get(f"/supervision/notes/{note.pk}/").status_code in {403, 404}
        assert client.post(f"/supervision/notes/{note.pk}/answer", {"words": "Mine."}).status_code in {403, 404}
    assert "your note to" not in text(browser(cast.fim).get(f"/supervision/{incident.pk}/"))
    assert GOOD not in text(browser(cast.handler).get(f"/incidents/{incident.pk}/"))
    assert not CoachingSeen.objects.exists()


def test_no_list_of_the_api_tells_of_it(
    cast: Cast,
    program: Callable[[Staff], Client],  # noqa: F811 - the fixture
    incident: Incident,
) -> None:
    left(cast, incident)
    for path in ("/supervision", f"/supervision/{incident.pk}", f"/incidents/{incident.pk}"):
        answer = program(cast.supervisor).get(path)
        assert answer.status_code == 200
        body = answer.content.decode()
        assert GOOD not in body
        assert "coach" not in body


def test_a_handler_reads_and_answers_and_the_author_sees_both(cast: Cast, browser: Browser, incident: Incident) -> None:
    owner, author = browser(cast.handler), browser(cast.supervisor)
    assert "Nobody has left you a note." in text(owner.get("/supervision/notes/"))
    assert "You have left no note." in text(author.get("/supervision/notes/left"))
    sent = {"key": key(), "to": cast.handler.pk, "quote": "Not said by anybody", "good": GOOD, "better": BETTER}
    refused = author.post(f"/supervision/{incident.pk}/coach", sent)
    assert refused.status_code == 422
    assert "not in the record" in text(refused)
    assert GOOD in refused.content.decode(), "nothing that was typed is lost"
    assert author.post(f"/supervision/{incident.pk}/coach", {**sent, "quote": QUOTE}).status_code == 302
    assert owner.get("/supervision/notes/count").json() == {"count": 1, "over": 0}
    assert "not opened yet" in text(author.get("/supervision/notes/left"))
    listed = text(owner.get("/supervision/notes/"))
    assert cast.supervisor.name in listed
    assert GOOD not in listed, "its words come with the opening, which its author is told"
    note = CoachingNote.objects.get()
    assert GOOD in text(owner.get(f"/supervision/notes/{note.pk}/"))
    assert "seen" in text(author.get(f"/supervision/{incident.pk}/"))
    at = f"/supervision/notes/{note.pk}/answer"
    assert owner.post(at, {"words": ""}).status_code == 422
    assert owner.post(at, {"words": "I asked about him later."}).status_code == 302
    assert "I asked about him later." in text(author.get("/supervision/notes/left"))
    assert owner.get("/supervision/notes/count").json() == {"count": 0, "over": 0}


def test_whoever_left_notes_while_acting_reads_them_after_it_ended_and_nobody_else_may(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    ends_at = database_now(connection) + timedelta(hours=4)
    give_rank(cast.supervisor, cast.teammate.pk, role="contact_supervisor", starts_at=None, ends_at=ends_at, why="Ill.")
    acts = Staff.objects.get(pk=cast.teammate.pk)
    coaching.leave(acts, incident.pk, key=key(), to=cast.handler.pk, quote=QUOTE, good=GOOD)
    review = f"/supervision/{incident.pk}/"
    assert review in browser(cast.teammate).get("/supervision/notes/left").content.decode()
    later(timedelta(hours=5))
    author = browser(cast.teammate)
    shown = author.get("/supervision/notes/left")
    assert (shown.status_code, GOOD in text(shown)) == (200, True)
    assert review not in shown.content.decode(), "a review is not theirs to open any more"
    assert "/supervision/notes/left" in author.get("/supervision/notes/").content.decode()
    assert author.post(f"{review}coach", {}).status_code == 403
    for who in ("stranger", "dispatcher", "officer", "pcc", "qa", "handler"):
        assert browser(cast.everybody()[who]).get("/supervision/notes/left").status_code == 403, who


def test_nothing_tells_of_it_while_its_reader_is_on_a_call(cast: Cast, incident: Incident) -> None:
    left(cast, incident)
    Incident.objects.filter(pk=incident.pk).update(line="speaking")
    drafts.store(cast.handler, incident.pk, 0, {"words.text": "he is at the"})
    assert unread(cast.handler) == 0
    Incident.objects.filter(pk=incident.pk).update(line="dropped")
    assert unread(cast.handler) == 1


def test_a_quote_goes_with_the_words_it_was_taken_from(cast: Cast, incident: Incident) -> None:
    note = left(cast, incident)
    second = Staff.objects.create(username="auditor2", name="Auditor Two", role="auditor", team=cast.auditor.team)
    assert note.entry.text is not None
    erase(cast.auditor, second, [note.entry.text], "Asked for by the person.", "retention-1")
    assert QUOTE not in CoachingNote.objects.get().quote
