"""Figures over time: what changed stands first, the chart with its table, notes that are kept once, and who sees nothing of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.audit.models import AppendOnlyError, AuditEvent
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.governance import queries
from goldthread.governance.actions import annotate
from goldthread.governance.drawing import alt, svg
from goldthread.governance.models import Annotation
from goldthread.governance.told import series_told
from goldthread.measures.registry import measures
from tests.cast import Cast, key
from tests.governance.scenes import CODE, STEADY, gold, history
from tests.quality.rate_scenes import YES, drawn
from tests.quality.scenes import lead
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]
AT = f"/governance/figures/{CODE}/"


def today() -> str:
    return database_now(connection).astimezone(LONDON).date().isoformat()


def test_what_changed_for_the_worse_stands_first_and_says_by_which_rule(cast: Cast, browser: Browser) -> None:
    history([*STEADY, 40])
    history([*STEADY, 95], code="assessed")
    history(STEADY, code="many-marks")
    found = queries.every()
    assert [(one.series.code, one.state) for one in found[:2]] == [(CODE, "worse"), ("assessed", "better")]
    assert {one.state for one in found[2:]} == {"unknown", "steady"}
    page = text(browser(cast.silver).get("/governance/figures/"))
    assert page.index("Children asked about") < page.index("THRIVE written") < page.index("Many marks")
    assert "1 changed for the worse" in page
    assert "0 of 8 values that share no cases" in page


def test_lower_is_worse_only_where_higher_is_better(cast: Cast) -> None:
    history([*STEADY, 40], code="many-marks")
    history([*STEADY, 40], code="lookback-safe")
    states = {one.series.code: one.state for one in queries.every()}
    assert (states["many-marks"], states["lookback-safe"]) == ("better", "changed")


def test_a_figures_page_has_chart_and_table_of_the_same_values_and_says_what_is_not_known(
    cast: Cast, browser: Browser
) -> None:
    history([*STEADY, 40])
    page = browser(cast.silver).get(AT)
    found = queries.one(CODE)
    assert found is not None
    told = series_told(found)
    drawing = page.text[page.text.index("<svg xmlns") : page.text.index("</svg>", page.text.index("<svg xmlns"))]
    assert drawing.count("<circle") + drawing.count('class="spc__signal ') == len(told["values"])
    assert ">beyond: worse</text>" in drawing
    assert 'role="img"' in drawing
    assert "<title" in drawing
    assert "<desc" in drawing
    words = text(page)
    rows = words[words.index("Every value, the latest first") : words.index("Rules beyond")]
    for one in told["values"]:
        assert f"{one['met']} of {one['n']}" in rows
    assert "beyond, worse" in rows
    assert found.series.definition in words


@pytest.mark.parametrize(
    ("code", "last", "way", "shape"),
    [
        (CODE, 40, "worse", r'fill="#a30f18"[^>]* d="M[\d.]+ [\d.]+l7 7'),
        (CODE, 97, "better", r'fill="#ffffff"[^>]* d="M[\d.]+ [\d.]+l7 7'),
        ("lookback-safe", 40, "changed", r'fill="#7d4a00"[^>]* d="M[\d.]+ [\d.]+h10'),
    ],
)
def test_worse_better_and_neither_are_told_apart_by_shape_and_by_word(
    cast: Cast, code: str, last: int, way: str, shape: str
) -> None:
    history([*STEADY, last], code=code)
    found = queries.one(code)
    assert found is not None
    told = series_told(found)
    drawing = svg(told)
    assert re.findall(r'class="spc__signal spc__signal--(\w+)"', drawing) == [way]
    assert re.search(shape, drawing), "told by fill or shape, on a print too"
    assert f">beyond: {way}</text>" in drawing
    assert f"beyond, {way}" in alt(told)
    narrow = re.search(r'class="spc__word[^>]* x="([\d.]+)"', drawing)
    assert narrow is not None
    assert float(narrow[1]) + len(f"beyond: {way}") * 4 <= 760, "no word leaves the drawing"


def test_a_value_not_known_is_a_gap_that_says_so(cast: Cast) -> None:
    history(STEADY)
    last = max(queries.one(CODE).values, key=lambda one: one.until).until  # type: ignore[union-attr]
    from goldthread.measures.models import StoredPoint

    StoredPoint(code=CODE, since=last, until=last + timedelta(days=7), met=0, of=0).save()
    found = queries.one(CODE)
    assert found is not None
    told = series_told(found)
    assert (told["values"][-1]["share"], told["values"][-1]["lower"]) == (None, None)
    drawing = svg(told)
    assert drawing.count(">not known</text>") == 1
    assert drawing.count("<circle") == len(STEADY)
    assert found.state == "steady", "not known is no fall to zero"


def test_one_value_has_a_chart_and_none_says_why(cast: Cast, browser: Browser) -> None:
    page = text(browser(cast.silver).get(AT))
    assert "Nothing of its history is kept yet." in page
    history([80])
    page = browser(cast.silver).get(AT)
    assert "<svg xmlns" in page.text
    assert "limits take 8 values that share no cases, and there are 1" in text(page)
    assert browser(cast.silver).get("/governance/figures/no-such/").status_code == 404


def test_the_cases_are_a_click_away_for_whoever_may_open_them_and_for_nobody_else(cast: Cast, browser: Browser) -> None:
    history(STEADY)
    for user in (cast.fim, cast.silver):
        page = browser(user).get(AT).text
        assert f"/measures/weeks/{CODE}/" in page
        assert (f"/measures/{CODE}/" in page) is roles()[user.role].can("measures.cases")


def test_a_rate_of_quality_is_a_figure_too_and_leads_to_its_page_only_those_who_may_open_it(
    cast: Cast, browser: Browser
) -> None:
    drawn(cast, {"rest": (94, [YES] * 6)})
    for user, opens in ((cast.silver, True), (cast.fim, False)):
        page = browser(user).get("/governance/figures/quality.good/")
        assert ("/quality/rates/" in page.text) is opens
        assert "XmR chart" in text(page)


def test_a_note_is_kept_once_with_its_name_and_put_on_the_chart(cast: Cast, browser: Browser) -> None:
    history(STEADY)
    client, given = browser(cast.silver), {"key": key(), "day": today(), "words": "The question stands first now."}
    for _ in range(2):
        assert client.post(f"{AT}note", given).status_code == 302
    made = Annotation.objects.get()
    assert (made.by, made.anew, made.words.text) == (cast.silver, False, "The question stands first now.")
    page = text(client.get(AT))
    assert "The question stands first now." in page
    assert cast.silver.name in page
    event = AuditEvent.objects.filter(verb="governance.annotate").latest("id")
    assert (event.staff_id, event.duty) == (cast.silver.pk, "collection")
    assert "stands first" not in event.detail
    for change in (made.save, made.delete, lambda: Annotation.objects.update(anew=True)):
        with pytest.raises(AppendOnlyError):
            change()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE governance_annotation SET anew = true")


def test_what_cannot_be_noted_is_said_and_nothing_typed_is_lost(cast: Cast, browser: Browser) -> None:
    history(STEADY)
    client = browser(cast.silver)
    for given, says in (
        ({"day": today(), "words": " "}, "Write in a sentence what happened"),
        ({"day": "1/1/1999", "words": "Long ago <b>&"}, "Give a day from"),
        ({"day": "2126-01-01", "words": "Some day"}, "Give a day from"),
        ({"day": "soon", "words": "Some day"}, "Give a day, such as"),
        ({"day": today(), "words": "x" * 2_001}, "longer than 2,000 characters"),
    ):
        answer = client.post(f"{AT}note", {"key": key(), **given})
        assert (answer.status_code, says in text(answer)) == (422, True), given
        assert given["words"].strip().replace("<", "&lt;")[:8] in answer.text
    assert (
        client.post("/governance/figures/no-such/note", {"key": key(), "day": today(), "words": "x"}).status_code == 404
    )
    with pytest.raises(Invalid, match="no history yet"):
        annotate(cast.silver, "assessed", key=key(), day=database_now(connection).date(), words="x")
    with pytest.raises(NotThere):
        annotate(cast.silver, "no-such", key=key(), day=database_now(connection).date(), words="x")
    assert not Annotation.objects.exists()


def test_new_limits_silence_nothing_until_there_are_enough_values(cast: Cast, browser: Browser) -> None:
    history([*STEADY, 95])
    before = queries.one(CODE)
    assert before is not None
    day = before.values[-2].until.astimezone(LONDON).date() + timedelta(days=1)
    annotate(gold(cast), CODE, key=key(), day=day, words="Asked at the start of each call.", anew=True)
    found = queries.one(CODE)
    assert found is not None
    assert (found.state, len(found.chart.waiting)) == ("better", 1)
    page = text(browser(cast.silver).get(AT))
    assert "limits wait" in page
    assert "The old ones stand until there are 8 values" in page


def test_nobody_else_sees_or_notes_anything(cast: Cast, browser: Browser) -> None:
    history(STEADY)
    for name, user in {**cast.everybody(), "gold": gold(cast), "lead": lead(cast)}.items():
        client, role = browser(user), roles()[user.role]
        told = {client.get(one).status_code for one in ("/governance/", "/governance/figures/", AT)}
        assert told == ({200} if role.can("governance.see") else {403}), name
        noted = client.post(f"{AT}note", {"key": key(), "day": today(), "words": "x"}).status_code
        assert noted == (302 if role.can("governance.annotate") else 403), name
    assert browser(cast.pcc).get("/governance/").status_code == 403
    assert browser(None).get("/governance/").status_code in {302, 403}
    with pytest.raises(Refused):
        annotate(cast.fim, CODE, key=key(), day=database_now(connection).date(), words="x")


def test_every_figure_that_a_pack_names_by_its_code_is_one(cast: Cast) -> None:
    from goldthread.governance.rules import packs
    from goldthread.quality.series import all_rates

    drawn(cast, {"rest": (94, [YES] * 6)})
    known = {one.code for one in measures()} | {one.code for one in all_rates()}
    named = {code for pack in packs().values() for part in pack.parts for code in part.series}
    assert {one for one in named if "*" not in one} <= known
    assert all(any(re.match(one.replace("*", ".*"), code) for code in known) for one in named)
