"""A figure is the length of the list behind it, and never zero for not known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from goldthread.assessment.models import Reading
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.measures import queries, registry
from goldthread.measures.registry import Measure, measures
from goldthread.thrive.full import NOT_SURE
from goldthread.thrive.reader import Reader
from tests.cast import Cast, opened, say
from tests.measures.busy import LETTERS, MONTH, Browser, busy, pages_time, waited
from tests.quality.scenes import lead
from tests.response.test_measures import SCENES

__all__ = ["busy", "waited"]


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
    client = browser(lead(busy))
    assert "?which=" not in client.get("/measures/").text
    assert "?which=" not in client.get("/measures/weeks/first-thrive-in-time/").text


def test_a_list_that_there_is_not_is_the_one_to_look_at(busy: Cast, browser: Browser) -> None:
    client = browser(busy.supervisor)
    for which in ("timed", "no-such"):  # this measure tells no time
        assert "Not met: " in client.get("/measures/children-asked/", {"which": which}).text


def test_half_and_nine_in_ten_are_times_of_cases(waited: Cast, browser: Browser) -> None:
    now = database_now(connection)
    measure = registry.measure("first-thrive-in-time")
    point = queries.point(measure, now)
    assert (point.timed, point.of) == (8, 8)  # two are not due yet
    took = [one.took for one in queries.seen(measure, now, "timed", waited.fim)]
    assert took == sorted(took, reverse=True)
    assert point.median == took[4]
    assert point.p90 == took[0]
    told = pages_time(browser(lead(waited)).get("/measures/").text, measure.code)
    assert "0 of 8 36 min 1 h 8 " in told
    assert "36 min" in browser(waited.fim).get("/measures/first-thrive-in-time/?which=timed").text


def test_a_measure_that_tells_no_time_shows_none(busy: Cast, browser: Browser) -> None:
    told = pages_time(browser(lead(busy)).get("/measures/").text, "children-asked")
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
        "reader-",
        "messages-",
    )
    elsewhere |= {
        one.code for one in measures() if one.code.startswith(above)
    }  # see safeguarding's, investigation's, retention's, trials' and messages' own
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
