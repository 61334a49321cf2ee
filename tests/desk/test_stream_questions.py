"""What a board that comes back is told where the stream knows what stood on it, and where it was not there then."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from goldthread.accounts.models import Staff
from goldthread.contact import actions as contact
from goldthread.desk.queries import snapshot
from goldthread.desk.stream import questions
from goldthread.desk.stream.sight import OnBoard, after, sight_class
from goldthread.response import handoff_actions as response
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
    _mark, told, _seen = questions.missed(since, sight_class(user), user.pk, had)
    return None if told is None else {f"{row['id']}{'*' if 'gone' in row else ''}" for row in told["rows"]}


def test_where_the_stream_was_not_there_a_page_that_may_have_had_what_moved_loads_anew(here: Cast) -> None:
    moved = opened(here, "North")
    since = snapshot()
    contact.set_area(here.handler, moved, key=key(), area="South")
    assert missed(here, since, None) is None
    assert missed(here, since, set()) == set(), "it stood on no board of theirs"
    assert missed(here, since, {moved}) == {f"{moved}*"}


def test_what_only_changed_out_of_sight_asks_nobody_to_load_anew(here: Cast) -> None:
    far, since = opened(here, "South"), snapshot()
    contact.add_words(here.handler, far, key=key(), source="caller", text="The gate is open again.")
    assert missed(here, since, None) == set()
    contact.answer_children(here.handler, far, key=key(), answer="asked_none", given=[])
    assert missed(here, since, None) == set(), "it moves for those alone who see what involves a child"


def test_what_was_opened_meanwhile_stood_on_no_board_unless_its_page_was_being_drawn(
    here: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = snapshot()
    new, moved = opened(here, "North"), opened(here, "North")
    contact.set_area(here.handler, moved, key=key(), area="South")
    assert missed(here, since, None) is None
    monkeypatch.setattr(questions, "DRAWN", timedelta(0))
    assert missed(here, since, None) == {str(new)}


def test_what_somebody_was_handed_and_does_not_see_any_more_is_theirs_to_lose(here: Cast) -> None:
    far = opened(here, "South")
    to = here.dispatcher.pk
    assert questions.handed(to) == (False, set())
    response.hand_over(here.handler, far, key=key(), to=to, note="your area next")
    assert questions.handed(to) == (True, set())
    response.take_back(here.handler, far, key=key())
    assert questions.handed(to) == (False, {far})


def test_nobody_is_asked_for_a_class_that_they_are_not_of_any_more(here: Cast) -> None:
    near, since = opened(here, "North"), snapshot()
    contact.add_words(here.handler, near, key=key(), source="caller", text="They have gone.")
    sight, user = sight_class(here.dispatcher), here.dispatcher
    Staff.objects.filter(pk=user.pk).update(area="South")
    with pytest.raises(ValueError, match="sight has changed"):
        questions.missed(since, sight, user.pk, set())
    _mark, told, _offered = questions.batch(since, {sight: [user.pk]}, set())
    assert told == {}
    others = [one.pk for one in (here.handler, here.far_dispatcher, here.supervisor) for _ in range(4)]
    Staff.objects.filter(pk=here.teammate.pk).update(role="dispatcher", area="North", team=user.team_id)
    _mark, told, _offered = questions.batch(since, {sight: [user.pk, *others, here.teammate.pk]}, set())
    assert [row["id"] for row in told[sight]["rows"]] == [str(near)], (
        "whoever is of it still is found, however many are not"
    )


def test_what_a_class_had_is_known_for_marks_after_it_began_alone() -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    board = OnBoard("10:12:10", {one, other})
    board.take(one, "10:15:10")
    assert board.had("10:14:10") == {one, other}, "what has long been under way says nothing of their order"
    assert board.had("13:14:") == {one, other}
    assert board.had("10:15:10") == board.had("15:16:") == {other}
    assert board.had("10:15:10,11") is None, "what its first snapshot shows was not there yet"
    assert board.had("10:11:10") is None


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("10:10:", "10:11:"),
        ("10:12:10", "12:12:"),
        ("10:12:10,11", "10:12:10"),
        ("10:13:10,12", "10:16:10,14"),
        ("10:13:10,12", "10:16:10,12,14"),
    ],
)
def test_of_two_snapshots_the_later_shows_all_that_the_earlier_does(earlier: str, later: str) -> None:
    assert after(later, earlier)
    assert not after(earlier, later)
    assert after(earlier, earlier)


def test_what_went_long_ago_is_forgotten_and_older_boards_load_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goldthread.desk.stream.sight.MOST_LEFT", 2)
    board = OnBoard("10:10:", set())
    for at in range(3):
        board.take(uuid.uuid4(), f"{20 + at}:{20 + at}:")
    assert board.had("21:21:") is None
    assert board.had("22:22:") == set()
    assert board.had("20:23:20,22") is None
    assert len(board.left) == 1
