"""What quality found and learning owes and changed, on boards' lists and in packs: one number on every page, and each opens to its own."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pypdf import PdfReader

from goldthread.accounts.models import Staff
from goldthread.audit.canonical import canonical_json
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.governance import learned
from goldthread.governance.actions import issue
from goldthread.governance.agendas import agendas_on, made
from goldthread.governance.boards import agenda
from goldthread.governance.items import subject_of
from goldthread.governance.printed import document
from goldthread.learning import actions as learning
from goldthread.learning.models import Cohort, CourseAttendance
from goldthread.learning.views import today
from goldthread.meetings import actions
from goldthread.meetings.deciding_actions import decide
from goldthread.meetings.models import Action, Line
from goldthread.quality import theme_actions
from goldthread.quality.models import QualityTheme
from tests.cast import Cast, key
from tests.governance.scenes import gold, liaison
from tests.governance.test_boards import call
from tests.integration.conftest import Programs, program
from tests.learning.scenes import COURSE, handlers, planned, trainer
from tests.learning.test_effects import scene
from tests.quality.scenes import lead
from tests.quality.test_themes import TITLE, a_round, theme
from tests.response.test_alarms import later
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]
__all__ = ["program"]


@pytest.fixture
def world(cast: Cast) -> tuple[Cast, QualityTheme, Cohort]:
    """An open theme, a cohort that changed much and is still compared, and people who lack what they must hold."""
    cohort = scene(cast, 0.55)
    return cast, theme(cast, a_round(cast)), cohort


def reasons(board: str) -> dict[str, set[str]]:
    """What a board's list would say now: each title with its reasons."""
    found = agenda(board, None, database_now(connection), 200)
    return {one.title: {code for code, _ in one.reasons} for one in found.candidates}


def spaced(answer: Any) -> str:
    """A page's words, with plain spaces between them."""
    return text(answer).replace("&nbsp;", " ").replace("\xa0", " ")


def line(meeting: Any, kind: str, which: str | int) -> Line:
    return Line.objects.get(meeting=meeting, subject=subject_of(kind, which))


def test_the_list_takes_up_themes_courses_and_cohorts_with_rate_n_records_and_limits(
    world: tuple[Cast, QualityTheme, Cohort],
) -> None:
    cast, one, cohort = world
    meeting = call(cast.silver)
    found = line(meeting, "theme", one.pk)
    assert (found.told["title"], found.reasons) == (f"Theme: {TITLE}", ["theme"])
    known = {each["label"]: each["value"] for each in found.told["known"]}
    assert known["Rate when it was made"].startswith(f"{100 * one.share:.1f} % (95 %: ")
    assert known["Rate when it was made"].endswith(f"n = {one.n})")
    assert (known["Shown by"], known["Came of it"]) == ("3 records", "nothing yet")
    due = line(meeting, "course", COURSE)
    (told,) = [each for each in learned.due_told(database_now(connection)) if each["course"] == COURSE]
    lacking = told["counted"]["never"] + told["counted"]["expired"]
    assert due.told["reasons"][0]["words"] == f"{lacking} of {told['counted']['people']} who must hold it do not"
    assert "no cohort is planned" in str(due.told["known"])
    effect = line(meeting, "cohort", cohort.pk)
    assert "effect_better" in effect.reasons
    assert "changed for the better: " in str(effect.told["reasons"])
    known = {each["label"]: each["value"] for each in effect.told["known"]}
    assert re.fullmatch(r"\+\d+\.\d points \(95 %: \+\d+\.\d to \+\d+\.\d, n = 160\)", known["Records that are good"])
    assert known["Trained"].startswith("10 trained; compared to ")
    assert known["Trained"].endswith("and not over yet")


def test_a_board_sees_what_is_for_it_and_the_one_above_what_stays(world: tuple[Cast, QualityTheme, Cohort]) -> None:
    cast, one, _ = world
    title = f"Theme: {TITLE}"
    assert (reasons("silver")[title], reasons("gold")[title], title in reasons("fgb")) == ({"theme"}, {"theme"}, False)
    later(agendas_on(today()).idle)
    assert reasons("silver")[title] == {"theme", "theme_idle"}
    assert reasons("fgb")[title] == {"theme_idle"}
    learning.enter_need(
        trainer(cast), key=key(), words="Ask.", roles=["call_handler"], theme=one.pk, course="", team=None
    )
    assert reasons("silver")[title] == {"theme"}
    assert title not in reasons("fgb"), "something came of it"
    theme_actions.close(lead(cast), one.pk, words="Trained.")
    assert title not in reasons("silver")


def test_a_course_stands_on_a_board_s_list_from_the_share_that_is_set_for_it(cast: Cast) -> None:
    lacking = agendas_on(today()).lacking
    assert lacking["silver"] < lacking["gold"] < lacking["fgb"]
    name = "Course: THRIVE refresher"
    people = list(
        Staff.objects.filter(is_active=True, role__in=["call_handler", "contact_supervisor", "fim", "dispatcher"])
    )
    every = [*people, *handlers(40 - len(people))]
    for board, lack in (("silver", 1), ("gold", 4), ("fgb", 10)):
        _only_lacking(cast, every, lack)
        assert "lacking" in reasons(board).get(name, set()), board
        _only_lacking(cast, every, lack - 1)
        assert name not in reasons(board), board


def _only_lacking(cast: Cast, every: list[Staff], number: int) -> None:
    """All of these hold the refresher but so many of them: a new register for a new cohort each time."""
    cohort = Cohort.objects.filter(course=COURSE).first()
    if cohort is None:
        cohort = planned(cast, days=-5)
    CourseAttendance.objects.bulk_create(
        CourseAttendance(cohort=cohort, staff=one, attended=place >= number, by=cast.qa)
        for place, one in enumerate(every)
    )


def test_what_is_no_longer_compared_leaves_the_list_in_time_and_a_change_not_shown_is_said_only_at_the_end(
    cast: Cast,
) -> None:
    scene(cast, 0.0)
    (name,) = [each for each in reasons("silver") if each.startswith("Cohort: ")]
    assert "effect_open" not in reasons("silver")[name]
    assert "effect_not_yet" in reasons("silver")[name]
    (told,) = [one for one in agenda("silver", None, database_now(connection), 200).candidates if one.title == name]
    assert "no change shown so far, and still compared: " in dict(told.reasons)["effect_not_yet"]
    assert name not in reasons("fgb")
    later(timedelta(days=60))
    assert "effect_open" in reasons("fgb")[name]
    later(agendas_on(today()).told_for)
    assert name not in reasons("silver")


def test_each_line_opens_to_its_page_and_becomes_an_action(
    world: tuple[Cast, QualityTheme, Cohort], browser: Browser
) -> None:
    cast, one, cohort = world
    meeting, client = call(cast.silver), browser(cast.silver)
    for kind, which, page, words in (
        ("theme", one.pk, f"/quality/themes/{one.pk}/", "Came of it"),
        ("course", COURSE, f"/learning/standing/#{COURSE}", "all teams"),
        ("cohort", cohort.pk, f"/learning/effects/#c{cohort.pk}", "Records that are good"),
    ):
        found = line(meeting, kind, which)
        actions.move(cast.silver, meeting.pk, found.pk)
        shown = client.get(f"/meetings/{meeting.pk}/")
        assert f'href="{page}"' in shown.text, kind
        assert words in text(shown) or "Nothing came of it yet" in text(shown), kind
        there = client.get(page.split("#")[0])
        assert there.status_code == 200
        if "#" in page:
            assert f'id="{page.split("#")[1]}"' in there.text
        decide(
            cast.silver,
            meeting.pk,
            found.pk,
            key=key(),
            code="act",
            seen=0,
            words="See to it.",
            owner=f"staff:{cast.fim.pk}",
        )
    assert Action.objects.filter(decision__isnull=False, owner=cast.fim).count() == 3
    theme_actions.close(lead(cast), one.pk, words="Trained.")
    actions.move(cast.silver, meeting.pk, line(meeting, "theme", one.pk).pk)
    assert "it was closed" in text(client.get(f"/meetings/{meeting.pk}/"))


def test_one_number_on_its_page_in_its_list_in_the_pack_and_by_the_api(
    world: tuple[Cast, QualityTheme, Cohort], browser: Browser, program: Programs
) -> None:
    cast, one, _ = world
    silver, api = browser(cast.silver), program(cast.silver)
    draft = api.get("/packs/drafts/silver").json()["content"]
    content = issue(cast.silver, "silver", key=key(), seen=0).content
    assert canonical_json(content["themes"]) == canonical_json(draft["themes"])

    (told,) = content["themes"]
    listed = next(each for each in api.get("/quality/themes").json()["themes"] if each["id"] == one.pk)
    for name in ("share", "low", "high", "n"):
        assert told[name] == pytest.approx(listed[name], abs=1e-6) == pytest.approx(getattr(one, name), abs=1e-6)
    assert told["records"] == listed["records"] == one.records.count()
    for page in (silver.get(f"/quality/themes/{one.pk}/"), silver.get("/quality/themes/")):
        assert f"{100 * told['share']:.0f} %" in spaced(page)
        assert f"n = {told['n']}" in spaced(page)

    due = next(each for each in content["learning"] if each["course"] == COURSE)
    by_api = next(each for each in api.get("/learning/standing").json()["courses"] if each["course"] == COURSE)
    assert due["counted"] == by_api["counted"]
    named = program(trainer(cast)).get("/learning/due", {"course": COURSE, "state": "due"}).json()
    assert named["total"] == due["counted"]["due"] > 0
    assert f"{due['counted']['due']} due of {due['counted']['people']}" in text(silver.get("/learning/standing/"))
    assert sum(each["due"] for each in due["groups"] if not each["team"]) == due["counted"]["due"]

    (effect,) = content["effects"]
    (shown,) = api.get("/learning/effects").json()["effects"]
    page = text(silver.get("/learning/effects/"))
    figures = 0
    for outcome, each in zip(effect["outcomes"], shown["outcomes"], strict=True):
        assert (outcome["code"], outcome["verdict"], outcome["why"]) == (each["code"], each["verdict"], each["why"])
        if each["effect"] is None:
            assert outcome["n"] is None
            continue
        figures += 1
        assert outcome["n"] == each["effect"]["n"]
        for name in ("difference", "low", "high"):
            assert outcome[name] == pytest.approx(each["effect"][name], abs=1e-6)
            assert f"{100 * outcome[name]:+.1f}" in page
    assert figures


def test_the_hub_says_the_same_numbers_as_the_pages_behind_it(
    world: tuple[Cast, QualityTheme, Cohort], browser: Browser
) -> None:
    cast, _, cohort = world
    issue(cast.silver, "silver", key=key(), seen=0)
    due = next(one for one in learned.due_told(database_now(connection)) if one["course"] == COURSE)["counted"]
    page = text(browser(cast.silver).get("/governance/"))
    for words in (
        f"{due['due']} of {due['people']} due THRIVE refresher",
        "1 open",
        f"1 has a register, the newest of {cohort.ends.day} {cohort.ends:%b %Y}",
        "s pack 1, ",
    ):
        assert words in page, words
    later(agendas_on(today()).idle)
    assert "1 of which nothing came in 28 days" in text(browser(cast.silver).get("/governance/"))
    fim = text(browser(cast.fim).get("/governance/"))
    assert "Figures over time" in fim
    assert "What cohorts changed" not in fim


def test_page_and_print_of_a_pack_say_them_in_words_and_lead_only_whom_they_may(
    world: tuple[Cast, QualityTheme, Cohort], browser: Browser
) -> None:
    cast, one, cohort = world
    pack = issue(gold(cast), "gold", key=key(), seen=0)
    at = f"/governance/packs/{pack.pk}/"
    page = browser(gold(cast)).get(at)
    links = (f"/quality/themes/{one.pk}/", f"/learning/standing/#{COURSE}", f"/learning/effects/#c{cohort.pk}")
    for link in links:
        assert f'href="{link}"' in page.text
    outside = browser(liaison(cast)).get(at)
    assert TITLE in text(outside)
    assert not any(link in outside.text for link in links)
    said = " ".join(
        each.extract_text() for each in PdfReader(io.BytesIO(browser(gold(cast)).get(f"{at}pack.pdf").content)).pages
    )
    for words in ("Themes of quality", TITLE, "Learning due", "What cohorts changed", "Open themes, the newest first"):
        assert words in " ".join(said.split())
        assert words in text(page)


def test_an_effect_that_cannot_be_told_yet_says_why_and_tells_no_figure(cast: Cast) -> None:
    scene(cast, 0.5, after=False)
    pack = issue(cast.silver, "silver", key=key(), seen=0)
    good = next(one for one in pack.content["effects"][0]["outcomes"] if one["code"] == "quality.good")
    assert (good["verdict"], good["difference"], good["n"]) == ("not_yet", None, None)
    (cohort,) = [one for one in pack.content["sections"] if one["kind"] == "effects"]
    parts = document(pack.content, digest=pack.sha256, at=pack.at, force="Amberford").parts
    (shown,) = [one for one in parts if getattr(one, "heading", "") == cohort["heading"]]
    assert "0 records after it" in str(shown)
    assert "cannot be told yet" in str(shown)


def test_a_pack_of_the_shape_before_is_read_as_it_was_frozen(cast: Cast) -> None:
    pack = issue(cast.silver, "silver", key=key(), seen=0)
    older = {name: value for name, value in pack.content.items() if name not in {"themes", "learning", "effects"}}
    older["sections"] = [one for one in older["sections"] if one["kind"] not in {"themes", "learning", "effects"}]
    made_ = document(older, digest=pack.sha256, at=pack.at, force="Amberford")
    assert len(made_.parts) == len(older["sections"]) + 1


def test_nobody_outside_reads_what_is_due_by_team(cast: Cast, browser: Browser, program: Programs) -> None:
    for name, user in {**cast.everybody(), "gold": gold(cast), "lead": lead(cast), "trainer": trainer(cast)}.items():
        expected = 200 if user.seat.can("learning.see") else 403
        assert browser(user).get("/learning/standing/").status_code == expected, name
    assert program(cast.pcc).get("/learning/standing").status_code == 403
    with pytest.raises(Refused):
        call(cast.pcc)


def test_a_reason_given_twice_is_refused() -> None:
    one = {"code": "late", "name": "late", "weight": 1, "boards": ["silver"]}
    with pytest.raises(ValueError, match="twice"):
        made({"reason": [one, one], "idle": 1, "told_for": 1, "lacking": {}})
