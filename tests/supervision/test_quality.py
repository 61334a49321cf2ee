"""The quality of review: what each number counts, that it equals its list, and that nobody is named."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.supervision import actions, quality
from goldthread.supervision.models import Review
from goldthread.supervision.quality import Figure, Looked
from goldthread.supervision.quality_queries import looked
from goldthread.supervision.queries import newest_find
from goldthread.supervision.reversals import reversed_of
from goldthread.supervision.sweep_actions import sweep
from tests.cast import Cast, graded, key, say
from tests.response.test_alarms import later
from tests.response.test_requests import with_child, without_child

Browser = Callable[[Staff | None], Client]
AT = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)


def text(response: object) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())  # type: ignore[attr-defined]


def one(answer: str = "agreed", took: float | None = 30.0, **more: object) -> Looked:
    given_ = {"kinds": ("child",), "approved": False, "reversed": False}
    return Looked(1, uuid.uuid4(), AT, answer, took=took, **{**given_, **more})  # type: ignore[arg-type]


def agree(user: Staff, incident: Incident, seconds: float | None = 60) -> Review:
    incident.refresh_from_db()
    began = None if seconds is None else database_now(connection) - timedelta(seconds=seconds)
    return actions.agree(
        user, incident.pk, key=key(), seen=incident.last_seq, found=newest_find(incident), began_at=began
    )


def turned(review: Review) -> bool:
    return reversed_of(Review.objects.filter(pk=review.pk)).exists()


def test_each_share_counts_what_it_says() -> None:
    some = [
        one(took=0.4), one(took=5), one("returned"), one("decided", kinds=(), approved=True, reversed=True),
        one("decided", kinds=(), took=None), one("agreed", kinds=(), took=None, reversed=True),
    ]  # fmt: skip
    row = quality.row("", "All", some)
    assert {each.code: (each.met, each.of) for each in row.figures} == {
        "agreed": (2, 3), "approved": (1, 2), "reversed": (2, 4), "blink": (1, 4), "quick": (2, 4),
    }  # fmt: skip
    assert (row.number, row.timed, row.median, row.p90) == (6, 4, 5, 30)
    for each in row.figures:
        assert len(quality.chosen(some, each.code, met=True)) == each.met
        assert len(quality.chosen(some, each.code, met=False)) == each.of
    assert len(quality.chosen(some, quality.TIMED, met=False)) == row.timed
    assert quality.row("", "None", []).median is None


@given(st.integers(1, 5_000), st.floats(0, 1))
def test_an_interval_holds_its_share_and_narrows_with_more_cases(of: int, part: float) -> None:
    met = round(part * of)
    bounds, more = Figure("x", met, of).bounds, Figure("x", met * 4, of * 4).bounds
    assert bounds is not None
    assert more is not None
    assert 0 <= bounds[0] <= 100 * met / of <= bounds[1] <= 100
    assert more[1] - more[0] <= bounds[1] - bounds[0]
    assert Figure("x", 0, 0).bounds is None


def test_a_review_is_reversed_by_a_higher_grade_within_a_day_and_not_after(cast: Cast) -> None:
    soon, late = with_child(cast), with_child(cast)
    first, second = agree(cast.supervisor, soon), agree(cast.supervisor, late)
    assert not turned(first)
    graded(cast.handler, soon, "immediate")
    later(timedelta(hours=25))
    graded(cast.handler, late, "immediate")
    assert turned(first)
    assert not turned(second)


def test_a_review_is_reversed_by_a_child_where_none_was_thought_of(cast: Cast) -> None:
    recorded, read, known = without_child(cast), without_child(cast), with_child(cast)
    reviews = [agree(cast.supervisor, each) for each in (recorded, read, known)]
    child = ChildGiven(str(key()), "Mia", 4, False, "upstairs", "", "not_seen")
    for each in (recorded, known):
        contact.answer_children(cast.handler, each.pk, key=key(), answer="named", given=[child])
    say(cast.handler, read, "there is a baby crying in there")
    assert [turned(each) for each in reviews] == [True, True, False]


def test_a_supervisor_sees_their_own_figures_and_the_fim_the_group(cast: Cast, browser: Browser) -> None:
    agree(cast.supervisor, with_child(cast))
    agree(cast.fim, with_child(cast), seconds=None)
    now = database_now(connection)
    window = (now - timedelta(days=1), now + timedelta(minutes=1))
    assert len(looked(cast.supervisor, *window)) == 1
    assert len(looked(cast.far_supervisor, *window)) == 0
    assert sorted(each.took is None for each in looked(cast.fim, *window)) == [False, True]
    for user, said in ((cast.supervisor, "Your own reviews"), (cast.fim, "as one group")):
        client = browser(user)
        page = client.get("/supervision/quality/").content.decode()
        main = page[page.index("<main") :]
        assert said in main
        for each in cast.everybody().values():
            assert each.name not in main, "no figure by name"
    for who in ("handler", "qa", "silver", "pcc", "auditor"):
        for path in ("/supervision/quality/", "/supervision/quality/reviews"):
            assert browser(cast.everybody()[who]).get(path).status_code == 403, who


def test_every_number_of_the_page_is_the_length_of_its_list(cast: Cast, browser: Browser) -> None:
    incidents = [with_child(cast) for _ in range(3)]
    later(timedelta(minutes=25))
    sweep()
    for each, seconds in zip(incidents, (0.5, 5, 90), strict=True):
        agree(cast.supervisor, each, seconds)
    graded(cast.handler, incidents[0], "immediate")
    client = browser(cast.fim)
    page = client.get("/supervision/quality/").content.decode()
    numbers = re.findall(r'href="(/supervision/quality/reviews[^"]*)">([\d,]+)<', page)
    assert len(numbers) > 10
    for address, number in numbers:
        assert f"{number}. In your sight" in text(client.get(address.replace("&amp;", "&"))).replace(" .", "."), address
    shown = text(client.get("/supervision/quality/reviews?which=reversed&met=yes"))
    assert incidents[0].reference in shown
    assert incidents[1].reference not in shown


@pytest.mark.parametrize("asked", ["which=no&met=maybe", "kind=no", "week=99", "week=x", "week=²", "page=-1"])
def test_an_address_that_was_changed_by_hand_answers(cast: Cast, browser: Browser, asked: str) -> None:
    agree(cast.supervisor, with_child(cast))
    assert browser(cast.supervisor).get(f"/supervision/quality/reviews?{asked}").status_code == 200
