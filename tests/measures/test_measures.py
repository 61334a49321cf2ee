"""A figure is the length of the list behind it, never zero for not known, and small numbers stay inside the force."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, QuerySet
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.assessment.actions import answer_mark, write_thrive
from goldthread.assessment.models import Reading
from goldthread.assessment.rules import Draft
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.contact import actions as contact
from goldthread.contact.arrival_actions import receive
from goldthread.contact.arrival_rules import Arriving
from goldthread.contact.models import Incident
from goldthread.lookback.decide_actions import decide, record_outcome
from goldthread.lookback.models import Item
from goldthread.lookback.rules import Given
from goldthread.measures import queries, registry
from goldthread.measures.registry import Measure, Point, measures
from goldthread.response.actions import read_first
from goldthread.response.models import Clock
from goldthread.thrive.full import NOT_SURE
from goldthread.thrive.reader import Reader
from tests.cast import Cast, attended, closed, graded, key, opened, say
from tests.lookback.made import some_items
from tests.response.test_measures import SCENES

Browser = Callable[[Staff | None], Client]
MONTH = timedelta(days=28)
LETTERS = (
    "he strangled me again and said he will kill us, the baby was in the cot and stopped breathing, my daughter has bruises, "
    "she is 12 and pregnant, her uncle touches her, there is no food, he takes drugs and drinks, he has a knife, she ran away",
    "I found a purse",
)


def looked_back(cast: Cast, folder: Path) -> None:
    """Seven look-back items of Team A: two left, one of them late; two safe, one of them late; two to VAST, one opened again."""
    items = some_items(cast, folder, 7, a_day=50)
    now = database_now(connection)
    Item.objects.update(release_at=now - timedelta(days=2))
    Item.objects.filter(pk__in=[items[0].pk, items[2].pk]).update(due_at=now - timedelta(hours=1))
    safe = Given("safe", "seen", "Seen.")
    for one, given in zip(
        items[2:], (safe, safe, Given("vast"), Given("vast"), Given("reopen", told="x")), strict=True
    ):
        decide(cast.vast, one.pk, key=key(), given=given)
    Item.objects.filter(pk=items[4].pk).update(outcome_due_at=now - timedelta(minutes=1))
    for one, kind in ((items[5], "confirmed"), (items[6], "no_trace")):
        record_outcome(cast.vast, one.pk, key=key(), kind=kind, words="As found.")


@pytest.fixture
def busy(cast: Cast, tmp_path: Path) -> Cast:
    """Seven incidents of Team A, each further on than the one before, two letters, one incident of Team B; look-back items."""
    steps: list[Callable[[Incident], object]] = [
        lambda one: say(cast.handler, one, "kids crying upstairs"),
        lambda one: contact.answer_children(cast.handler, one.pk, key=key(), answer="not_known", given=[]),
        lambda one: graded(cast.handler, one, "priority"),
        lambda one: write_thrive(cast.handler, one.pk, key=key(), draft=Draft({"threat": "x"}, "", "", 0)),
        lambda one: attended(cast, one),
        lambda one: closed(cast, one),
    ]
    for number in range(len(steps) + 1):
        incident = opened(cast.handler)
        for step in steps[:number]:
            step(incident)
        if number == 5:
            closed(cast, incident)  # its unit is needed by the next
    graded(cast.stranger, opened(cast.stranger))
    Clock.objects.filter(incident__opened_by=cast.stranger).update(
        started_at=database_now(connection) - timedelta(hours=2), due_at=database_now(connection) - timedelta(hours=1)
    )
    for number in range(2):
        letter = receive(None, Arriving("online", f"letter {number}", LETTERS[number]), desk=cast.handler.team).incident
        read_first(cast.handler, letter.pk, key=key())
        answer_mark(cast.handler, letter.pk, key=key(), cue="repeat", answer="noted", shown_ms=900 + 200 * number)
    late = Clock.objects.filter(incident=letter, kind="first_read")
    late.update(started_at=F("started_at") - timedelta(days=2), due_at=F("due_at") - timedelta(days=2))
    looked_back(cast, tmp_path)
    return cast


def lists(measure: Measure) -> list[str]:
    """The lists behind a measure's numbers."""
    return [which for which in queries.WHICH if measure.timed or which != "timed"]


def listed(measure: Measure, page: str) -> int:
    """How many cases a page lists."""
    return len(re.findall(f'href="{measure.address}"'.format("[0-9a-f-]{36}"), page))


def test_a_figure_is_the_length_of_the_list_behind_it(busy: Cast, subtests: pytest.Subtests) -> None:
    now = database_now(connection)
    for measure in measures():
        with subtests.test(measure.code):
            _is_the_length(busy, measure, now)


def _is_the_length(busy: Cast, measure: Measure, now: datetime) -> None:
    point = queries.point(measure, now)
    every, met = measure.cases(now - measure.window, now)
    assert (point.of, point.met) == (len(every), len(met))
    assert set(met) <= set(every)
    told = {"met": point.met, "not_met": point.of - point.met, "all": point.of, "timed": point.timed}  # type: ignore[operator]
    for which in lists(measure):
        assert len(queries.cases(measure, now, which)) == told[which], which
        mine = queries.seen(measure, now, which, busy.supervisor)
        assert len(mine) + len(queries.seen(measure, now, which, busy.far_supervisor)) == told[which], which


def test_only_a_networks_reading_that_is_sure_of_itself_counts_as_one(cast: Cast) -> None:
    made = {}
    for name, given in (("first", {}), ("sure", {"path": "full"}), ("unsure", {"path": "full", "doubt": NOT_SURE})):
        incident = made[name] = opened(cast.handler)
        say(cast.handler, incident, "kids crying upstairs")
        if given:
            one = Reading.objects.filter(incident=incident).latest("id")
            one.pk = None
            for field, value in given.items():
                setattr(one, field, value)
            Reading.objects.bulk_create([one])
    silent = opened(cast.handler)
    now = database_now(connection)
    every, met = next(one for one in measures() if one.code == "read-surely").cases(now - timedelta(days=1), now)
    assert set(every) == set(made.values())
    assert silent not in every
    assert set(met) == {made["sure"]}


def test_the_pages_figure_is_the_pages_list(busy: Cast, browser: Browser, subtests: pytest.Subtests) -> None:
    client = browser(busy.supervisor)
    for measure in measures():
        for which in lists(measure):
            with subtests.test(measure.code, which=which):
                page = client.get(f"/measures/{measure.code}/", {"which": which}).text
                told = int(re.search(r"listed here: (\d+)\.", page)[1])  # type: ignore[index]
                assert listed(measure, page) == told


def test_a_click_on_a_number_gives_the_list_of_that_length(
    busy: Cast, browser: Browser, subtests: pytest.Subtests
) -> None:
    client = browser(busy.supervisor)
    page = client.get("/measures/").text
    for measure in measures():
        with subtests.test(measure.code):
            _leads_to_its_lists(client, page, measure)


def _leads_to_its_lists(client: Client, page: str, measure: Measure) -> None:
    row = page[page.index(f'id="{measure.code}"') :]
    links = re.findall(r'href="([^"]+\?which=\w+)">([\d,]+)<', row[: row.index("</tr>")])
    point = queries.point(measure, database_now(connection))
    assert len(links) == (3 if point.timed else 2)
    for address, number in links:
        behind = client.get(address).text
        assert f": {number}.</strong>" in behind, address
        unseen = re.search(r"does not see the other (\d+)\.", behind)
        assert listed(measure, behind) + (int(unseen[1]) if unseen else 0) == int(number), address


def test_who_may_open_no_case_is_given_no_way_to_one(busy: Cast, browser: Browser) -> None:
    assert "?which=" not in browser(busy.silver).get("/measures/").text
    assert "?which=" not in browser(busy.silver).get("/measures/weeks/first-thrive-in-time/").text


def test_a_list_that_there_is_not_is_the_one_to_look_at(busy: Cast, browser: Browser) -> None:
    client = browser(busy.supervisor)
    for which in ("timed", "no-such"):  # this measure tells no time
        assert "Not met: " in client.get("/measures/children-asked/", {"which": which}).text


def _pages_time(page: str, code: str) -> str:
    row = page[page.index(f'id="{code}"') :]
    return " ".join(re.sub(r"<[^>]+>", " ", row[: row.index("</tr>")]).split())


@pytest.fixture
def waited(cast: Cast) -> Cast:
    """Ten incidents whose first THRIVE is not written, opened 6, 12, ... 60 minutes ago."""
    for number in range(1, 11):
        one = opened(cast.handler)
        Incident.objects.filter(pk=one.pk).update(opened_at=F("opened_at") - timedelta(minutes=6 * number - 0.5))
    return cast


def test_half_and_nine_in_ten_are_times_of_cases(waited: Cast, browser: Browser) -> None:
    now = database_now(connection)
    measure = registry.measure("first-thrive-in-time")
    point = queries.point(measure, now)
    assert (point.timed, point.of) == (8, 8)  # two are not due yet
    took = [one.took for one in queries.seen(measure, now, "timed", waited.fim)]
    assert took == sorted(took, reverse=True)
    assert point.median == took[4]
    assert point.p90 == took[0]
    told = _pages_time(browser(waited.silver).get("/measures/").text, measure.code)
    assert "0 of 8 36 min 1 h 8 " in told
    assert "36 min" in browser(waited.fim).get("/measures/first-thrive-in-time/?which=timed").text


def test_a_time_is_withheld_with_its_figure(waited: Cast, browser: Browser) -> None:
    outside = browser(waited.pcc)
    assert "0 of 8 36 min 1 h 8 " in _pages_time(outside.get("/measures/").text, "first-thrive-in-time")
    longest = list(Incident.objects.order_by("opened_at").values_list("pk", flat=True)[:4])
    Incident.objects.filter(pk__in=longest).update(opened_at=F("opened_at") - 2 * MONTH)
    told = _pages_time(outside.get("/measures/").text, "first-thrive-in-time")
    assert "withheld" in told
    assert "36 min" not in told
    for page, reader in (("withheld", outside), ("half within", browser(waited.silver))):
        assert f"none was written: {page}" in reader.get("/measures/weeks/first-thrive-in-time/").text


@pytest.mark.parametrize(
    ("timed", "withheld"), [(None, False), (0, False), (4, True), (5, False), (36, True), (40, False)]
)
def test_few_cases_with_a_time_or_without_are_withheld_from_outside(timed: int | None, withheld: bool) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    length = timedelta(minutes=4) if timed else None
    point = Point(measures()[0], now, now, 20, 40, timed, length, length)
    assert queries.shown_to([point], outside=True)[0]["withheld"] is withheld


def test_a_measure_that_tells_no_time_shows_none(busy: Cast, browser: Browser) -> None:
    told = _pages_time(browser(busy.silver).get("/measures/").text, "children-asked")
    assert " min " not in told
    assert "timed" not in browser(busy.fim).get("/measures/children-asked/").text


def test_every_measure_tells_good_from_bad(busy: Cast) -> None:
    """A measure that everything meets, or nothing, proves nothing in these tests; those of response have scenes of their own."""
    now = database_now(connection)
    cut = ("", "-child", "-no-child")
    elsewhere = {code for code, *_ in SCENES} | {
        f"attended-{grade}{which}" for grade in ("immediate", "scheduled") for which in cut
    }  # as those of priority are
    elsewhere.add("read-surely")  # no network reads here: see below
    # See supervision's own, and for meetings its test_irmm.py.
    elsewhere |= {one.code for one in measures() if one.code.startswith(("supervision-", "irmm-"))}
    above = (
        "child-again",
        "door-",
        "vast-",
        "referral-",
        "encompass",
        "protection-",
        "missing-",
        "investigation-",
        "retention-",
    )
    elsewhere |= {
        one.code for one in measures() if one.code.startswith(above)
    }  # see safeguarding's, investigation's and retention's own
    for measure in (one for one in measures() if one.code not in elsewhere):
        point = queries.point(measure, now)
        assert point.of, measure.code
        if measure.code not in {"read-in-full", "owned-in-time", "child-attended-in-time"}:
            assert 0 < point.met < point.of, measure.code  # type: ignore[operator]


def test_words_the_reader_could_not_read_are_not_read_in_full(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError

    say(cast.handler, opened(cast.handler), "kids crying upstairs")
    with monkeypatch.context() as broken:
        broken.setattr(Reader, "read", fails)
        say(cast.handler, opened(cast.handler), "kids crying upstairs")
    point = queries.point(registry.measure("read-in-full"), database_now(connection))
    assert (point.met, point.of) == (1, 2)


@pytest.fixture
def failing() -> Iterator[Measure]:
    """A measure whose query fails in the database."""

    def cases(since: object, until: object) -> tuple[object, object]:
        broken = Incident.objects.extra(where=["no_such_column = 1"])
        return broken, broken

    made = Measure("failing", "Failing", "Cannot be counted.", MONTH, "up", cases)  # type: ignore[arg-type]
    registry.register(made)
    yield made
    del registry._measures["failing"]


def test_a_query_that_fails_is_not_known_and_spoils_no_other(busy: Cast, browser: Browser, failing: Measure) -> None:
    point = queries.point(failing, database_now(connection))
    assert (point.met, point.of, point.share) == (None, None, None)
    page = browser(busy.silver).get("/measures/").text
    row = page[page.index('id="failing"') :]
    assert row[: row.index("</tr>")].count("not known") == 2
    assert "10 of 10" not in row[: row.index("</tr>")]
    assert page.count("<tr id=") == len(measures())


def test_nothing_to_divide_by_is_no_share(cast: Cast, browser: Browser) -> None:
    assert "no cases" in browser(cast.silver).get("/measures/").text


@pytest.mark.parametrize(("difference", "withheld"), [(0, False), (1, True), (4, True), (5, False)])
def test_one_that_differs_by_few_from_the_wider_it_lies_within_is_withheld_from_outside(
    difference: int, withheld: bool
) -> None:
    def cases(*_: datetime) -> tuple[QuerySet[Any], QuerySet[Any]]:
        return Incident.objects.all(), Incident.objects.all()

    wide = Measure("wide", "Wide", "All.", timedelta(days=28), "up", cases)
    narrow = replace(wide, code="narrow", within="wide")
    now = datetime(2026, 11, 28, tzinfo=UTC)
    points = [Point(wide, now, now, 40, 60), Point(narrow, now, now, 40 - difference, 60)]
    assert [one["withheld"] for one in queries.shown_to(points, outside=True)] == [False, withheld]
    assert not any(one["withheld"] for one in queries.shown_to(points, outside=False))


@pytest.mark.parametrize(
    ("met", "of", "withheld"),
    [(0, 0, False), (0, 4, True), (0, 5, False), (1, 9, True), (4, 9, True), (5, 9, True), (5, 10, False), (9, 10, True), (10, 10, False), (None, None, False)],
)  # fmt: skip
def test_small_numbers_are_withheld_from_outside(met: int | None, of: int | None, withheld: bool) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    point = Point(measures()[0], now, now, met, of)
    assert queries.shown_to([point], outside=True)[0]["withheld"] is withheld
    assert queries.shown_to([point], outside=False)[0]["withheld"] is False


def test_a_small_number_cannot_be_reckoned_from_those_it_shares_the_cases_with() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    alone = next(one for one in measures() if not one.parts_of)
    shares = [one for one in measures() if one.parts_of == "lookback-decided"]
    assert len(shares) == 3
    counts = [(50, 60), (7, 60), (3, 60)]
    found = [Point(one, now, now, met, of) for one, (met, of) in zip(shares, counts, strict=True)]
    told = queries.shown_to([*found, Point(alone, now, now, 20, 40)], outside=True)
    assert [one["withheld"] for one in told] == [True, True, True, False]


def test_the_commissioner_sees_no_small_number_no_case_and_no_way_to_one(busy: Cast, browser: Browser) -> None:
    client = browser(busy.pcc)
    page = client.get("/measures/").text
    assert "withheld" in page
    small = [queries.point(one, database_now(connection)) for one in measures()]
    told = queries.shown_to(small, outside=True)
    small = [one for one, shown in zip(small, told, strict=True) if shown["withheld"]]
    assert len(small) > 2
    for one in small:
        row = page[page.index(f'id="{one.measure.code}"') :]
        assert f"{one.met} of {one.of}" not in row[: row.index("</tr>")]
    assert "/measures/children-asked/" not in page
    assert client.get("/measures/children-asked/").status_code == 403
    for incident in Incident.objects.all():
        assert client.get(f"/incidents/{incident.pk}/").status_code == 403
        assert incident.reference not in page


def test_silver_sees_the_figure_and_no_case(busy: Cast, browser: Browser) -> None:
    page = browser(busy.silver).get("/measures/").text
    assert "of 10" in page
    assert browser(busy.silver).get("/measures/children-asked/").status_code == 403


def test_looking_at_cases_is_recorded_with_their_ids(busy: Cast, browser: Browser) -> None:
    page = browser(busy.supervisor).get("/measures/assessed/").text
    event = AuditEvent.objects.get(verb="measures.cases")
    shown = {one for one in map(str, Incident.objects.values_list("pk", flat=True)) if one in page}
    assert shown
    assert event.duty == "consultation"
    assert event.staff_id == busy.supervisor.pk
    assert all(one in event.subjects for one in shown)


def test_an_unknown_measure_is_not_there(cast: Cast, browser: Browser) -> None:
    assert browser(cast.supervisor).get("/measures/no-such/").status_code == 404


def test_two_measures_do_not_share_a_code() -> None:
    one = measures()[0]
    registry.register(one)
    with pytest.raises(ValueError, match=one.code):
        registry.register(Measure(one.code, "Other", "", MONTH, "up", one.cases))


def test_where_lower_is_better_the_link_leads_to_those_that_count(busy: Cast, browser: Browser) -> None:
    client = browser(busy.supervisor)
    page = client.get("/measures/").text
    row = page[page.index('id="many-marks"') :]
    assert ">Met<" in row[: row.index("</tr>")]
    letter = Incident.objects.get(entries__text__text=LETTERS[0])
    assert str(letter.pk) in client.get("/measures/many-marks/").text
