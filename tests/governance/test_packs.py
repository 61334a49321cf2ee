"""Packs: what is issued stands as it was, once; each figure is the one that its page, its cases and the API tell."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from pypdf import PdfReader

from goldthread.accounts.models import Staff
from goldthread.audit.canonical import canonical_json
from goldthread.audit.models import AppendOnlyError, AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere, Stale
from goldthread.contact.models import Incident
from goldthread.governance import rules
from goldthread.governance.actions import annotate, issue
from goldthread.governance.models import Pack
from goldthread.measures import registry
from goldthread.quality.models import QualityScore
from tests.cast import Cast, key, make_cast
from tests.conftest import Database
from tests.governance.scenes import CODE, STEADY, gold, history, liaison
from tests.governance.test_boards import call, choose
from tests.integration.conftest import Programs, program
from tests.measures.busy import busy
from tests.quality.rate_scenes import NO, YES, drawn, score
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]
__all__ = ["busy", "program"]


def issued(user: Staff, board: str = "silver", seen: int = 0) -> Pack:
    return issue(user, board, key=key(), seen=seen)


def test_a_pack_is_frozen_under_its_digest_and_nothing_changes_it(cast: Cast) -> None:
    history([*STEADY, 40])
    made = issued(cast.silver)
    assert made.sha256 == hashlib.sha256(made.text.text.encode()).hexdigest()
    assert canonical_json(made.content) == made.text.text
    before = made.text.text
    annotate(cast.silver, CODE, key=key(), day=database_now(connection).date(), words="Afterwards.")
    assert Pack.objects.get().text.text == before
    for change in (made.save, made.delete, lambda: Pack.objects.update(number=9)):
        with pytest.raises(AppendOnlyError):
            change()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE governance_pack SET number = 9")
    event = AuditEvent.objects.filter(verb="pack.issue").latest("id")
    assert (event.staff_id, event.duty, made.sha256[:4] in made.sha256) == (cast.silver.pk, "collection", True)


def test_the_draft_is_what_would_be_issued_and_is_marked_as_none(cast: Cast, browser: Browser) -> None:
    history([*STEADY, 40])
    client = browser(cast.silver)
    draft = client.get("/governance/packs/draft/silver/")
    assert "A draft: it was not issued" in text(draft)
    (seen,) = re.findall(r'name="seen" value="(\d+)"', draft.text)
    answer = client.post("/governance/packs/issue", {"key": key(), "board": "silver", "seen": seen}, follow=True)
    page = text(answer)
    assert "A draft" not in page
    for words in (
        "s pack 1",
        "Children asked about",
        "Changed for the worse (beyond).",
        "40.0 % 40 of 100",
        "Frozen under",
    ):
        assert words in page, words
    assert "<svg xmlns" in answer.text
    assert f'href="/governance/figures/{CODE}/"' in answer.text
    assert not Pack.objects.exclude(number=1).exists()


def test_sent_twice_it_is_issued_once_and_who_comes_second_is_told_by_whom(cast: Cast, browser: Browser) -> None:
    same = key()
    first = issue(cast.silver, "silver", key=same, seen=0)
    assert issue(cast.silver, "silver", key=same, seen=0).pk == first.pk
    with pytest.raises(Stale, match=f"{cast.silver.name} issued this board's pack 1 at"):
        issued(cast.silver)
    answer = browser(cast.silver).post("/governance/packs/issue", {"key": key(), "board": "silver", "seen": 0})
    assert answer.status_code == 422
    assert "Nothing was issued twice." in text(answer)
    assert Pack.objects.count() == 1
    assert issued(cast.silver, seen=1).number == 2


def test_two_who_issue_at_once_issue_one(committing: Database) -> None:
    cast = make_cast()
    people = [
        cast.silver,
        Staff.objects.create(username="silver-2", name="Second Silver", role="silver", team=cast.silver.team),
    ]

    def one(user: Staff) -> Pack | Stale:
        try:
            return issued(user)
        except Stale as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        told = [each.result() for each in [both.submit(one, user) for user in people]]
    assert Pack.objects.count() == 1
    (refused,) = [each for each in told if isinstance(each, Stale)]
    assert "Nothing was issued twice." in str(refused)


def test_a_value_restated_since_is_marked_in_the_next_pack(cast: Cast) -> None:
    made = drawn(cast, {"rest": (94, [YES] * 5 + [NO])})
    first = issued(gold(cast), "gold")
    value = first.content["figures"]["quality.good"]["values"][0]
    assert value["was"] is None
    again = (
        QualityScore.objects.filter(result="inadequate").first() or QualityScore.objects.exclude(result="good").first()
    )
    assert again is not None
    _scored_again(cast, again)
    second = issued(gold(cast), "gold", seen=1)
    told = second.content["figures"]["quality.good"]["values"][0]
    assert told["share"] != value["share"]
    assert told["was"] == {"share": value["share"], "n": value["n"], "met": None, "pack": 1}
    assert first.content["figures"]["quality.good"]["values"][0] == value, "what was issued stands"
    assert made.pk


def _scored_again(cast: Cast, found: QualityScore) -> None:
    """As a dispute upheld leaves it: the record is scored again, and counts by that."""
    from goldthread.audit.models import Payload
    from goldthread.quality.models import QualityFeedback, QualityReply, QualityRuling
    from tests.quality.scenes import lead, second

    feedback = QualityFeedback.objects.filter(score=found).first()
    if feedback is None:
        feedback = QualityFeedback(score=found, to=cast.handler, answer_by=database_now(connection))
        feedback.save()
    reply = QualityReply(feedback=feedback, reply="disputes", words=Payload.objects.keep("Line 4."))
    reply.save()
    QualityRuling(
        reply=reply, ruling="again", words=Payload.objects.keep("So."), by=lead(cast), scored_by=cast.qa
    ).save()
    score(second(cast), found.task.record, 3, YES)


def test_what_the_board_decided_and_what_is_owed_stand_in_its_next_pack_alone(cast: Cast) -> None:
    history([*STEADY, 40])
    meeting = call(cast.silver)
    choose(cast.silver, meeting, "act", owner=f"staff:{cast.fim.pk}", words="Ask <first>.")
    first = issued(cast.silver)
    (decided,) = first.content["decisions"]
    assert (decided["title"], decided["decision"], decided["owner"]) == (
        "Children asked about", "Something is to be done", cast.fim.name
    )  # fmt: skip
    assert [one["late"] for one in first.content["owed"]] == [False]
    assert issued(gold(cast), "gold").content["decisions"] == []
    second = issued(cast.silver, seen=1)
    assert second.content["decisions"] == []
    assert len(second.content["owed"]) == 1


def test_one_figure_is_the_same_on_its_page_in_its_cases_in_the_pack_and_by_the_api(
    busy: Cast, browser: Browser, program: Programs, subtests: pytest.Subtests
) -> None:
    silver, fim = browser(busy.silver), browser(busy.fim)
    tiles = silver.get("/measures/").text
    draft = program(busy.silver).get("/packs/drafts/silver").json()["content"]
    made = issued(busy.silver)
    api = program(busy.silver)
    some = 0
    for measure in registry.measures():
        with subtests.test(measure.code):
            row = tiles[tiles.index(f'id="{measure.code}"') :]
            cells = re.findall(r'<td class="board__num">\s*(.*?)\s*</td>', row[: row.index("</tr>")], re.DOTALL)
            met, of = (
                int(one.replace(",", "")) for one in re.findall(r"^[\d,]+|(?<=>)[\d,]+|(?<= of )[\d,]+", cells[1])
            )
            told = made.content["figures"][measure.code]["figure"]
            now = api.get(f"/figures/{measure.code}").json()["figure"]
            behind = fim.get(f"/measures/{measure.code}/", {"which": "met"}).text
            listed = re.search(r"<strong>Met: ([\d,]+)\.</strong>", behind)
            assert listed is not None
            assert (told["met"], told["n"]) == (met, of)
            assert (now["met"], now["n"]) == (met, of)
            assert int(listed[1].replace(",", "")) == met
            assert draft["figures"][measure.code]["figure"]["met"] == met
            some += of > 0
    assert some > 10, "figures that count something"


def test_a_measure_whose_query_fails_is_not_known_on_its_page_in_the_pack_and_by_the_api(
    cast: Cast, browser: Browser, program: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = registry.measure(CODE)

    def cases(*_: object) -> tuple[Any, Any]:
        broken = Incident.objects.extra(where=["no_such_column = 1"])
        return broken, broken

    with monkeypatch.context() as patched:
        patched.setitem(failing.__dict__, "cases", cases)
        tiles = browser(cast.silver).get("/measures/").text
        made = issued(cast.silver)
        page = text(browser(cast.silver).get(f"/governance/packs/{made.pk}/"))
        now = program(cast.silver).get(f"/figures/{CODE}").json()["figure"]
    row = tiles[tiles.index(f'id="{CODE}"') :]
    assert "not known" in row[: row.index("</tr>")]
    assert made.content["figures"][CODE]["figure"] is None
    assert "Children asked about not known" in page
    assert now is None


def test_the_print_is_pdf_ua_with_every_chart_said_in_words(cast: Cast, browser: Browser) -> None:
    history([*STEADY, 40])
    made = issued(cast.silver)
    answer = browser(cast.silver).get(f"/governance/packs/{made.pk}/pack.pdf")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="pack-silver-1-')
    reader = PdfReader(io.BytesIO(answer.content))
    root: Any = reader.trailer["/Root"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    said = " ".join(page.extract_text() for page in reader.pages)
    assert made.sha256 in said.replace("\n", "").replace("\u200b", "")
    assert "Children asked about" in said
    event = AuditEvent.objects.filter(verb="pack.see", duty="disclosure").latest("id")
    assert event.staff_id == cast.silver.pk


def test_who_reads_and_who_issues_is_the_boards_table_and_the_commissioner_sees_nothing(
    cast: Cast, browser: Browser
) -> None:
    made = issued(cast.silver)
    readers = {"silver": cast.silver, "gold": gold(cast), "liaison": liaison(cast)}
    for name, user in {**cast.everybody(), **readers}.items():
        client = browser(user)
        pages = ["/governance/packs/", f"/governance/packs/{made.pk}/", f"/governance/packs/{made.pk}/pack.pdf"]
        told = {client.get(one).status_code for one in pages}
        assert told == ({200} if user.role in {"silver", "gold", "hmicfrs_liaison", "programme_lead"} else {403}), name
        given = {"key": key(), "board": "silver", "seen": 1}
        sent = client.post("/governance/packs/issue", given).status_code
        assert sent == {"silver": 302, "gold": 404, "programme_lead": 302}.get(user.role, 403), name
    assert browser(gold(cast)).get("/governance/packs/draft/silver/").status_code == 404
    assert browser(cast.silver).get("/governance/packs/draft/no-such/").status_code == 404
    assert browser(cast.silver).get("/governance/packs/999999/").status_code == 404
    with pytest.raises(NotThere):
        issued(cast.fim)


def test_the_liaison_is_led_to_definitions_and_to_no_page_that_is_not_theirs(cast: Cast, browser: Browser) -> None:
    history([*STEADY, 40])
    made = issued(cast.silver)
    page = browser(liaison(cast)).get(f"/governance/packs/{made.pk}/").text
    assert f'href="/measures/weeks/{CODE}/"' in page
    assert "/governance/figures/" not in page


def test_every_pack_names_roles_that_there_are_and_sections_that_it_can_make() -> None:
    from goldthread.accounts.roles import roles
    from goldthread.meetings.kinds import kinds_on

    kinds = kinds_on(__import__("datetime").date(2026, 6, 1))
    for one in rules.packs().values():
        assert one.board in kinds
        assert one.issue | one.read <= roles().keys()
        assert all(roles()[role].can("pack.issue") for role in one.issue)
        assert all(roles()[role].can("pack.see") for role in one.read)
        made = {part.kind for part in one.parts}
        assert made <= {"signals", "charts", "table", "plan", "themes", "learning", "effects", "decisions", "owed"}
