"""Words are read in their own transaction; the reader's failure loses nothing and reads as no safety."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from goldthread.accounts.models import Staff
from goldthread.assessment import rules
from goldthread.assessment.actions import write_thrive
from goldthread.assessment.models import Reading, ThriveVersion
from goldthread.assessment.queries import newest_reading
from goldthread.assessment.reading import _loaded
from goldthread.assessment.rules import Draft
from goldthread.config import upward
from goldthread.config.errors import Invalid, Stale
from goldthread.contact import actions as contact
from goldthread.contact.events import WordsAdded
from goldthread.contact.models import Entry
from goldthread.contact.rules import ChildGiven
from goldthread.response.shared_actions import knows_all
from goldthread.thrive.reader import Reader
from tests.cast import Cast, key, opened, say

Browser = Callable[[Staff | None], Client]
CODES = {"threat", "harm"}


def _fails(*_: object) -> None:
    raise RuntimeError("cannot read the words of Mia Larch")


@pytest.fixture
def reader_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reader, "read", _fails)


def test_the_words_are_kept_when_the_reader_fails(cast: Cast, reader_down: None) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "the baby is not breathing")
    assert Entry.objects.get(kind="words").text.text == "the baby is not breathing"  # type: ignore[union-attr]
    assert Reading.objects.get().state == "down"


def test_unread_counts_as_a_child_possible_even_where_none_was_asked(cast: Cast, reader_down: None) -> None:
    incident = opened(cast.handler)
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    say(cast.handler, incident, "all quiet")
    incident.refresh_from_db()
    assert incident.child == "possible"


def test_every_page_says_that_the_reader_is_down(cast: Cast, browser: Browser, reader_down: None) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "all quiet")
    page = browser(cast.handler).get(f"/incidents/{incident.pk}/").text
    assert "reader down" in page
    assert "Nothing was read; read the words yourself" in page
    board = browser(cast.dispatcher).get("/board/").text
    assert "reader off, down or unsure" in board


def test_pages_of_words_read_before_open_while_the_reader_cannot_even_start(
    cast: Cast, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "the kids are upstairs crying")
    _loaded.cache_clear()
    monkeypatch.setattr(Reader, "__init__", _fails)
    try:
        assert "kids" in browser(cast.handler).get(f"/incidents/{incident.pk}/").text
        assert browser(cast.dispatcher).get("/board/").status_code == 200
        say(cast.handler, incident, "he is back")
    finally:
        _loaded.cache_clear()
    assert newest_reading(incident).state == "down"  # type: ignore[union-attr]


def test_the_failures_log_holds_no_word_of_it(cast: Cast, reader_down: None, capfd: pytest.CaptureFixture[str]) -> None:
    say(cast.handler, opened(cast.handler), "Mia Larch of 3 Elm Row")
    told = capfd.readouterr()
    assert "Larch" not in told.out + told.err


def test_a_reader_that_came_back_reads_everything_said(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    incident = opened(cast.handler)
    with monkeypatch.context() as broken:
        broken.setattr(Reader, "read", _fails)
        say(cast.handler, incident, "the kids are upstairs crying")
    say(cast.handler, incident, "he has left")
    found = newest_reading(incident)
    assert found is not None
    assert found.state == "read"
    assert {one["entry"] for one in found.findings} & {2}


def test_words_whose_listener_fails_are_not_half_kept(cast: Cast) -> None:
    def failing(event: WordsAdded) -> None:
        raise RuntimeError("a floor above fell over")

    incident = opened(cast.handler)
    held = upward._listeners[WordsAdded]
    before = list(held)
    upward.listen(WordsAdded)(failing)
    try:
        with pytest.raises(RuntimeError):
            say(cast.handler, incident, "help")
    finally:
        held[:] = before
    assert not Entry.objects.filter(kind="words").exists()
    assert not Reading.objects.exists()
    incident.refresh_from_db()
    assert incident.last_seq == incident.entries.count()


def test_findings_stand_on_the_very_words(cast: Cast) -> None:
    incident = opened(cast.handler)
    for text in ("👶 shouting nxt dr", "kids crying upstairs", "قال no wpns mentioned"):
        say(cast.handler, incident, text)
    texts = {entry.seq: entry.text.text for entry in incident.entries.filter(kind="words")}  # type: ignore[union-attr]
    found = newest_reading(incident)
    assert found is not None
    assert found.findings
    for one in found.findings:
        assert 0 <= one["start"] < one["end"] <= len(texts[one["entry"]])


@pytest.mark.parametrize(
    ("answer", "words", "child"),
    [
        ("asked_none", "there are kids crying in there", "yes"),
        ("not_known", "he is shouting", "possible"),
        (None, "a parcel was taken from the shop yesterday", "possible"),
    ],
)
def test_the_words_and_the_answer_are_weighed_together(cast: Cast, answer: str | None, words: str, child: str) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, words)
    if answer:
        contact.answer_children(cast.handler, incident.pk, key=key(), answer=answer, given=[])
    incident.refresh_from_db()
    assert incident.child == child


def test_none_cannot_follow_a_child_on_record(cast: Cast) -> None:
    incident = opened(cast.handler)
    child = ChildGiven(str(uuid.uuid4()), "Mia", 4, False, "", "", "not_seen")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=[child])
    with pytest.raises(Exception, match="already recorded"):
        contact.answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    incident.refresh_from_db()
    assert (incident.children_answer, incident.child) == ("named", "yes")


def test_a_version_written_meanwhile_is_not_written_over(cast: Cast) -> None:
    incident = opened(cast.handler)
    write_thrive(cast.handler, incident.pk, key=key(), draft=Draft({"threat": "one"}, "", "", 0))
    with pytest.raises(Stale, match="your text is still here"):
        write_thrive(cast.teammate, incident.pk, key=key(), draft=Draft({"threat": "other"}, "", "", 0))
    assert ThriveVersion.objects.get().author == cast.handler


def test_a_reassessment_is_the_next_version_and_the_first_stands(cast: Cast) -> None:
    incident = opened(cast.handler)
    for number, text in enumerate(("one", "two")):
        write_thrive(cast.handler, incident.pk, key=key(), draft=Draft({"threat": text}, "", "", number))
    assert [version.version for version in ThriveVersion.objects.order_by("version")] == [1, 2]


def test_the_assessment_remembers_how_far_its_author_had_read(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "first")
    write_thrive(cast.handler, incident.pk, key=key(), draft=Draft({"threat": "x"}, "", "", 0))
    read_up_to = ThriveVersion.objects.get().read_up_to
    say(cast.handler, incident, "second")
    assert incident.entries.filter(kind="words", seq__gt=read_up_to).count() == 1


def test_what_others_said_while_it_was_written_is_new_to_its_author(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "first")
    incident.refresh_from_db()
    seen = incident.last_seq
    say(cast.handler, incident, "second, by the author")
    incident.refresh_from_db()
    own = incident.last_seq
    say(cast.teammate, incident, "he is back at the door")
    write_thrive(cast.handler, incident.pk, key=key(), draft=Draft({"threat": "x"}, "", "", 0, seen))
    version = ThriveVersion.objects.get()
    assert version.read_up_to == own
    incident.refresh_from_db()
    assert not knows_all(incident, version), "so nobody lowers on it"
    write_thrive(cast.handler, incident.pk, key=key(), draft=Draft({"threat": "y"}, "", "", 1, incident.last_seq))
    assert knows_all(incident, ThriveVersion.objects.get(version=2))


def test_the_page_s_assessment_says_which_line_stood_before_its_author(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    client = browser(cast.handler)
    page = client.get(f"/incidents/{incident.pk}/").text
    shown = re.search(r'name="seen"[^>]*value="(\d+)"|value="(\d+)"[^>]*name="seen"', page)
    assert shown
    seen = shown[1] or shown[2]
    say(cast.teammate, incident, "he is back at the door")
    given = {"key": str(key()), "based_on": "0", "seen": seen, "threat": "x"}
    assert client.post(f"/incidents/{incident.pk}/thrive", given).status_code in {200, 302}
    assert not knows_all(incident, ThriveVersion.objects.get())


TEXT = st.text(st.characters(), max_size=60)


@given(
    st.dictionaries(st.sampled_from(["threat", "harm", "made-up"]), TEXT),
    TEXT,
    TEXT,
    st.integers(-2, 5),
    st.integers(0, 5),
)
def test_an_assessment_is_kept_whole_or_refused(
    elements: dict[str, str], interim: str, advice: str, based_on: int, current: int
) -> None:
    try:
        kept = rules.assessment(Draft(elements, interim, advice, based_on), CODES, current)
    except Stale:
        assert based_on != current
    except Invalid:
        assert set(elements) - CODES or not any(text.strip() for text in map(_tidied, elements.values()))
    else:
        assert based_on == current
        texts = kept["elements"]
        assert isinstance(texts, dict)
        assert set(texts) == set(elements)
        for text in [*texts.values(), kept["interim"], kept["advice"]]:
            str(text).encode("utf-8")


def _tidied(text: str) -> str:
    from goldthread.contact.rules import tidy

    return tidy(text)


def test_an_element_too_long_says_which() -> None:
    with pytest.raises(Invalid) as caught:
        rules.assessment(Draft({"harm": "x" * (rules.LONGEST_ELEMENT + 1)}, "", "", 0), CODES, 0)
    assert set(caught.value.fields) == {"harm"}
