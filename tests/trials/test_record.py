"""The record of the reader: what is written is what the command would write now, and a running service tells what it runs with."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from tools import atrs

from goldthread.accounts.models import Staff
from goldthread.assessment import mode_actions, reading
from goldthread.clocks.db import database_now
from goldthread.measures.models import StoredPoint
from goldthread.thrive.reader import Reader
from goldthread.trials import record
from goldthread.trials.measured import ALL, SPECIFICITY, measured
from tests.cast import Cast, opened, say
from tests.integration.conftest import Program, Programs, program  # noqa: F401 - a fixture

Browser = Callable[[Staff | None], Client]


def person(cast: Cast, role: str) -> Staff:
    found, _ = Staff.objects.get_or_create(
        username=role.replace("_", ""), defaults={"name": role.title(), "role": role, "team": cast.silver.team}
    )
    return found


@pytest.mark.parametrize("path", [atrs.KEPT, atrs.RECORD, atrs.CARD], ids=lambda path: path.name)
def test_what_is_written_is_as_the_command_would_write_it_now(path: object) -> None:
    found = atrs.written()[path]  # type: ignore[index]
    assert path.read_text(encoding="utf-8") == found, "run: python -m tools.atrs"  # type: ignore[attr-defined]


def test_results_are_those_of_the_page_to_the_letter() -> None:
    page = atrs.RESULTS.read_text(encoding="utf-8")
    found = measured()
    told = sum(len(cells) for rows in found.tables.values() for cells in rows.values())
    kept = [line for line in page.splitlines() if not re.match(r"said \d", line)]
    assert told == sum(len(atrs.SHARE.findall(line)) for line in kept) > 300
    line = next(line for line in page.splitlines() if line.startswith("channel 999 "))
    assert found.cell(ALL, "channel 999", SPECIFICITY) == re.split(r"\s{2,}", line)[2]
    assert (found.logs, found.risky) == (709, 300) or f"{found.logs} logs, {found.risky} with" in page


@pytest.mark.parametrize("gone", ["Brier", "```text", "told obliquely\n", "Every share"])
def test_a_page_that_is_not_as_printed_is_refused(gone: str) -> None:
    with pytest.raises(atrs.NotAsPrinted):
        atrs.parsed(atrs.RESULTS.read_text(encoding="utf-8").replace(gone, "?"))


def test_a_model_card_without_its_marks_is_refused() -> None:
    with pytest.raises(atrs.NotAsPrinted, match="results"):
        atrs.model_card(atrs.CARD.read_text(encoding="utf-8").replace("<!-- end: results -->", ""), measured())


def test_no_text_names_what_is_not_known_and_each_section_of_the_standard_is_there() -> None:
    known = record.facts("m", measured(), second=True, day=date(2026, 11, 28))
    found = record.sections(known)
    titles = " ".join(one.title for one in found).lower()
    for wanted in (
        "owner and responsib",
        "what it is",
        "decision-making",
        "oversight",
        "data",
        "model",
        "risks",
        "impact",
        "algo-care",
    ):
        assert wanted in titles
    texts = [each.text for one in found for each in one.items]
    assert not [text for text in texts if "{" in text or not text.strip()]
    for one in found:
        for each in one.items:
            assert each.force == ("entered by the force" in each.text), each
    assert "".join(one.items[0].name[0] for one in [found[-1]]) == "A"
    assert [each.name[0] for each in found[-1].items] == list("ALGOCARE")
    assert any("one is set up" in text for text in texts)


def test_the_page_tells_modes_versions_and_measures_and_no_incident(cast: Cast, browser: Browser) -> None:
    for _ in range(6):
        say(cast.handler, opened(cast.handler), "kids crying upstairs, he has a knife")
    owner = person(cast, "ai_owner")
    mode_actions.set_mode(owner, mode="silent", why="Trial.", team=cast.handler.team_id)
    for role in ("ai_owner", "gold", "programme_lead", "pcc"):
        page = browser(person(cast, role) if role != "pcc" else cast.pcc).get("/trials/record")
        assert page.status_code == 200, role
        assert "Silent: read, and nothing shown</th><td>1 team<" in page.text
        assert Reader().lexicon_hash in page.text
        assert not re.search(r"AM-\d{6}-\d{4}", page.text)
        assert cast.handler.team.name not in page.text.split("<main")[1]
        assert ("6 of 6" in page.text) is (role != "pcc")
        assert ("/trials/figures" in page.text.split("<main")[1]) is (role != "pcc")


def test_the_commissioners_office_is_told_weeks_that_were_kept_and_nothing_small(cast: Cast, browser: Browser) -> None:
    assert "none kept yet" in browser(cast.pcc).get("/trials/record").text
    until = database_now(connection) - timedelta(days=2)
    for code, met, of in (("reader-prompted", 30, 60), ("reader-missed", 2, 60)):
        StoredPoint(code=code, since=until - timedelta(days=28), until=until, met=met, of=of).save_once()
    page = browser(cast.pcc).get("/trials/record").text
    assert "30 of 60" in page
    assert "2 of 60" not in page
    assert "withheld: small" in page


def test_another_version_than_was_measured_is_told_and_a_reader_that_is_down(
    cast: Cast, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(person(cast, "gold"))
    assert "Another version reads here" not in client.get("/trials/record").text
    monkeypatch.setattr(reading, "_loaded", lambda: Reader())
    page = client.get("/trials/record").text
    assert "Another version reads here" in page
    assert "the full path is off here" in page
    mode_actions.switch(person(cast, "ai_owner"), off=True, why="It marks what nobody said.")
    assert "The reader is off for everybody" in client.get("/trials/record").text

    def broken() -> Reader:
        raise RuntimeError

    monkeypatch.setattr(reading, "_loaded", broken)
    assert "reader down" in client.get("/trials/record").text


def test_nobody_else_reads_it_and_figures_by_group_are_not_the_offices(cast: Cast, browser: Browser) -> None:
    for name, one in cast.everybody().items():
        if name != "pcc":
            assert browser(one).get("/trials/record").status_code in (403, 404), name
        if one.role != "silver":
            assert browser(one).get("/trials/figures").status_code in (403, 404), name
    client = browser(person(cast, "ai_owner"))
    assert "Changed towards" in client.get("/trials/figures").text
    assert client.get("/trials/figures", {"measure": "reader-late"}).status_code == 200
    assert client.get("/trials/figures", {"measure": "children-asked"}).status_code == 404


def test_a_program_reads_the_same(cast: Cast, program: Programs) -> None:  # noqa: F811
    for _ in range(6):
        say(cast.handler, opened(cast.handler), "kids crying upstairs, he has a knife")
    owner = program(person(cast, "ai_owner"))
    told = owner.get("/reader/record").json()
    assert told["as_measured"] is True
    assert told["lexicon"] == Reader().lexicon_hash
    by = {one["code"]: (one["met"], one["of"], one["withheld"]) for one in told["figures"]}
    assert by["reader-prompted"] == (6, 6, False)
    assert program(cast.pcc).get("/reader/record").json()["figures"][0]["until"] is None
    figures = owner.get("/reader/figures/reader-prompted").json()
    assert figures["all"] == {"name": "All", "met": 6, "of": 6}
    assert SimpleNamespace(**figures["cuts"][2]).name == "Channel"
    for code, who, status in (("children-asked", owner, 404), ("reader-late", program(cast.pcc), 403)):
        assert who.get(f"/reader/figures/{code}").status_code == status
