"""What a board that comes back is told where the stream knows what stood on it, and where it was not there then."""

from __future__ import annotations

import uuid

import pytest

from goldthread.contact import actions as contact
from goldthread.desk.queries import snapshot
from goldthread.desk.stream import questions
from goldthread.desk.stream.sight import OnBoard, sight_class
from tests.cast import Cast, key, make_cast
from tests.conftest import Database


@pytest.fixture
def here(committing: Database) -> Cast:
    return make_cast()


def opened(cast: Cast, area: str) -> uuid.UUID:
    made = contact.open_incident(
        cast.handler, incident_id=uuid.uuid4(), channel="101", location="14 Larch Road", area=area
    )
    return made.pk


def missed(cast: Cast, since: str, had: set[uuid.UUID] | None) -> set[str] | None:
    """The ids that the dispatcher of the north is told, with a star where they go; None for a reload."""
    user = cast.dispatcher
    _mark, told = questions.missed(since, sight_class(user), user.pk, had)
    return None if told is None else {f"{row['id']}{'*' if 'gone' in row else ''}" for row in told["rows"]}


def test_where_the_stream_was_not_there_a_page_that_may_have_had_what_moved_loads_anew(here: Cast) -> None:
    moved = opened(here, "North")
    since = snapshot()
    contact.set_area(here.handler, moved, key=key(), area="South")
    assert missed(here, since, None) is None
    assert missed(here, since, set()) == set(), "it stood on no board of theirs"
    assert missed(here, since, {moved}) == {f"{moved}*"}


def test_what_was_opened_meanwhile_and_what_only_changed_out_of_sight_asks_nobody_to_load_anew(here: Cast) -> None:
    far, since = opened(here, "South"), snapshot()
    contact.add_words(here.handler, far, key=key(), source="caller", text="The gate is open again.")
    assert missed(here, since, None) == set()
    since = snapshot()
    new, moved_at_once = opened(here, "North"), opened(here, "North")
    contact.set_area(here.handler, moved_at_once, key=key(), area="South")
    assert missed(here, since, None) == {str(new)}


def test_what_a_class_had_is_known_for_marks_after_it_began_alone() -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    board = OnBoard("10:12:10", {one, other})
    board.take(one, "15:15:")
    assert board.had("13:14:") == {one, other}
    assert board.had("11:14:11") is None, "what ran in its first snapshot had not ended yet"


def test_what_went_long_ago_is_forgotten_and_older_boards_load_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goldthread.desk.stream.sight.MOST_LEFT", 2)
    board = OnBoard("10:10:", set())
    for at in range(3):
        board.take(uuid.uuid4(), f"{20 + at}:{20 + at}:")
    assert board.had("21:21:") is None
    assert board.had("22:22:") == board.left
    assert len(board.left) == 1
