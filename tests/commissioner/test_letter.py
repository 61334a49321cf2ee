"""The comments of section 55: drafted by the force from its record, edited in versions by the office, issued once; and the plan as at a date."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.commissioner import letter_actions, letter_queries
from goldthread.commissioner.models import Letter, LetterDraft, LetterText
from goldthread.commissioner.status import status
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.known import force_day
from goldthread.improvement import actions as planning
from goldthread.improvement import doing_actions as doing
from goldthread.improvement.models import PlanReport, Recommendation, StateChange
from tests.cast import Cast, key
from tests.commissioner.scenes import MANY, digest, gold, issued, told
from tests.integration.conftest import Programs, problem, program
from tests.quality.scenes import person
from tests.response.test_alarms import later
from tests.supervision.test_pages import text

__all__ = ["program"]

Browser = Callable[[Staff | None], Client]


def lead(cast: Cast) -> Staff:
    return Staff.objects.filter(username="planlead").first() or person(cast, "planlead", "programme_lead")


def today() -> date:
    return force_day(database_now(connection))


def reported(cast: Cast) -> PlanReport:
    """A report of the inspectorate with two recommendations: one judged by *children asked about*, with an action done and one proposed."""
    told(cast)
    who = lead(cast)
    made = planning.add_report(
        who, key=key(), name="Children at first contact", source="HMICFRS", kind="accelerated",
        published_on=today() - timedelta(days=20), recommendations=2,
    )  # fmt: skip
    first = first_of(made)
    planning.enter_text(who, first.pk, words="Ask about children, each time.")
    planning.set_due(who, first.pk, due_on=today() + timedelta(days=30))
    planning.set_owner(who, first.pk, owner=gold(cast).pk)
    planning.bind(who, first.pk, code="children-asked", target=0.9, good="up", held=1, periods=1)
    done = doing.add_action(who, first.pk, key=key(), words="Both teams were trained.")
    doing.mark(who, done.pk, mark="done")
    doing.add_action(who, first.pk, key=key(), words="The third is trained.")
    return made


def first_of(report: PlanReport) -> Recommendation:
    return Recommendation.objects.get(report=report, number=1)


def put(cast: Cast, report: PlanReport) -> LetterDraft:
    made = letter_queries.drafted(report.pk)
    assert made is not None
    return letter_actions.put(lead(cast), report.pk, key=key(), seen=made.sha256)


def issue(cast: Cast, draft: LetterDraft) -> Letter:
    return letter_actions.issue(cast.pcc, draft.report_id, key=key(), seen=letter_queries.composed(draft).sha256)


def test_the_draft_is_made_from_the_record_and_from_what_was_published(cast: Cast) -> None:
    report = reported(cast)
    made = letter_queries.drafted(report.pk)
    assert made is not None
    first, second = made.content["recommendations"]
    assert "is in no published table" in first["figure"]
    assert first["owner"] == "Gold, chief officer owner"
    assert "Done:\n- Both teams were trained." in first["comments"]
    assert "Proposed:\n- The third is trained." in first["comments"]
    assert (second["text"], second["owner"], second["figure"]) == (None, "nobody yet", "No figure is bound to it.")
    issued(cast)
    again = letter_queries.drafted(report.pk)
    assert again is not None
    assert f"0.0 % (0 of {MANY})" in again.content["recommendations"][0]["figure"]
    assert "does not reach its target of 90 % or more" in again.content["recommendations"][0]["figure"]
    for user in (gold(cast), lead(cast), cast.handler):
        assert user.name not in again.text, "offices, never people"


def test_it_is_put_before_the_office_written_in_versions_and_issued_once(cast: Cast) -> None:
    report = reported(cast)
    with pytest.raises(Refused, match="No draft was put"):
        letter_actions.issue(cast.pcc, report.pk, key=key(), seen="0" * 64)
    draft = put(cast, report)
    one = letter_actions.write(cast.pcc, report.pk, key=key(), part="1", words="The Commissioner welcomes it.", seen=0)
    two = letter_actions.write(cast.pcc, report.pk, key=key(), part="1", words="The Commissioner asks when.", seen=1)
    assert (one.number, two.number) == (1, 2)
    letter_actions.write(gold(cast), report.pk, key=key(), part="chief", words="I accept the report.", seen=0)
    made = issue(cast, draft)
    assert hashlib.sha256(made.text.text.encode()).hexdigest() == made.sha256
    told = made.content["recommendations"][0]
    assert told["comments"] == "The Commissioner asks when."
    assert "Both teams were trained." in told["drafted"]
    assert (made.content["chief"], made.content["draft"]) == ("I accept the report.", draft.sha256)
    with pytest.raises(Stale, match="issued at"):
        issue(cast, draft)
    for late in (
        lambda: put(cast, report),
        lambda: letter_actions.write(cast.pcc, report.pk, key=key(), part="1", words="x", seen=2),
    ):
        with pytest.raises(Stale, match="was issued"):
            late()
    assert [one.words.shown() for one in letter_queries.texts(report.pk)["1"]] == [
        "The Commissioner asks when.", "The Commissioner welcomes it.",
    ]  # fmt: skip
    events = set(AuditEvent.objects.filter(verb__startswith="letter.").values_list("verb", "duty", "staff_id"))
    assert events == {
        ("letter.write", "collection", cast.pcc.pk), ("letter.write", "disclosure", cast.pcc.pk), ("letter.chief", "collection", gold(cast).pk),
    }  # fmt: skip


def test_a_later_draft_replaces_what_was_not_edited(cast: Cast) -> None:
    report = reported(cast)
    put(cast, report)
    letter_actions.write(cast.pcc, report.pk, key=key(), part="opening", words="To whom it concerns.", seen=0)
    doing.add_action(lead(cast), first_of(report).pk, key=key(), words="Nights too.")
    with pytest.raises(Stale, match="changed since you looked"):
        letter_actions.put(lead(cast), report.pk, key=key(), seen="0" * 64)
    draft = put(cast, report)
    assert draft.number == 2
    made = letter_queries.composed(draft).content
    assert made["opening"] == "To whom it concerns."
    assert "Nights too." in made["recommendations"][0]["comments"]


def test_two_who_write_one_part_are_told_and_the_same_sent_twice_is_one(cast: Cast) -> None:
    report = reported(cast)
    put(cast, report)
    same = key()
    for _ in range(2):
        letter_actions.write(cast.pcc, report.pk, key=same, part="2", words="First.", seen=0)
    other = person(cast, "pcc2", "pcc")
    with pytest.raises(Stale, match="newer version"):
        letter_actions.write(other, report.pk, key=key(), part="2", words="Second.", seen=0)
    assert LetterText.objects.count() == 1
    seen = letter_queries.composed(LetterDraft.objects.get()).sha256
    letter_actions.write(other, report.pk, key=key(), part="2", words="Second.", seen=1)
    with pytest.raises(Stale, match="wrote in it since"):
        letter_actions.issue(cast.pcc, report.pk, key=key(), seen=seen)
    assert not Letter.objects.exists()


def test_each_verb_is_for_its_role(cast: Cast) -> None:
    report = reported(cast)
    put(cast, report)
    given = {"key": key(), "part": "1", "words": "x", "seen": 0}
    for user in (gold(cast), lead(cast), cast.silver, cast.handler):
        with pytest.raises(Refused, match="may not do this"):
            letter_actions.write(user, report.pk, **given)  # type: ignore[arg-type]
        with pytest.raises(Refused, match="may not do this"):
            letter_actions.issue(user, report.pk, key=key(), seen="0" * 64)
    for user in (cast.pcc, lead(cast), cast.silver):
        with pytest.raises(Refused, match="may not do this"):
            letter_actions.write(user, report.pk, **{**given, "part": "chief"})  # type: ignore[arg-type]
    with pytest.raises(Refused, match="may not do this"):
        letter_actions.put(cast.pcc, report.pk, key=key(), seen="0" * 64)
    with pytest.raises(NotThere):
        letter_actions.write(cast.pcc, report.pk + 1, **given)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        letter_actions.write(cast.pcc, report.pk, **{**given, "part": "9"})  # type: ignore[arg-type]
    own = planning.add_report(
        lead(cast), key=key(), name="Our own", source="The force", kind="own", published_on=today()
    )
    with pytest.raises(NotThere):
        letter_actions.write(cast.pcc, own.pk, **given)  # type: ignore[arg-type]


def test_the_plan_is_told_as_at_any_date_with_what_was_published_by_then(cast: Cast) -> None:
    report = reported(cast)
    before = today()
    later(timedelta(days=3))
    StateChange(recommendation=first_of(report), state="submitted", why="sent", day=today(), by=lead(cast)).save()
    issued(cast)
    (now,), (then,) = status().reports, status(before).reports
    assert (now.lines[0].state, now.lines[0].since) == ("submitted", today())
    assert now.lines[0].figure is not None
    assert now.lines[0].figure.published is not None
    assert (then.lines[0].state, then.lines[0].office) == ("progress", "Gold, chief officer owner")
    assert then.lines[0].figure is not None
    assert then.lines[0].figure.published is None
    assert not status(before - timedelta(days=1)).reports
    Staff.objects.filter(pk=gold(cast).pk).update(is_active=False)
    assert status().reports[0].lines[0].office == "nobody: the owner left"


def test_the_clock_of_56_days_is_shown_and_goes_on_after_the_letter_is_issued(cast: Cast, browser: Browser) -> None:
    report = reported(cast)
    assert "36 days left" in text(browser(cast.pcc).get("/commissioner/"))
    later(timedelta(days=40))
    issue(cast, put(cast, report))
    page = text(browser(cast.pcc).get("/commissioner/"))
    assert "not published yet" in page
    assert "4 days over" in page


def test_pages_carry_it_from_the_record_to_the_letter_and_lose_nothing_typed(cast: Cast, browser: Browser) -> None:
    report = reported(cast)
    office, force = browser(cast.pcc), browser(lead(cast))
    at = f"/commissioner/letters/{report.pk}/"
    assert "No draft is before" in text(office.get(at))
    assert office.get(f"{at}draft").status_code == 403
    assert office.get(f"{at}print").status_code == 404
    shown = force.get(f"{at}draft")
    seen = {"key": key(), "seen": digest(shown)}
    assert office.post(f"{at}put", seen).status_code == 403
    assert force.post(f"{at}put", seen).status_code == 302
    assert "is before the Commissioner" in text(force.get(f"{at}draft"))
    page = text(office.get(at))
    assert "Draft 1, made from the force's record" in page.replace("&#x27;", "'").replace("&#39;", "'")
    assert "as drafted" in page
    empty = office.post(f"{at}write", {"key": key(), "part": "1", "seen": 0, "words": " "})
    assert empty.status_code == 422
    assert "Write something" in text(empty)
    kept = {"part": "1", "seen": 0, "words": "The Commissioner asks <b>when</b>."}
    assert office.post(f"{at}write", {**kept, "key": key()}).status_code == 302
    late = office.post(f"{at}write", {**kept, "key": key(), "words": "Something else."})
    assert late.status_code == 422
    assert "newer version" in text(late)
    assert "Something else." in text(late), "what was typed stays"
    page = office.get(at).text
    assert "&lt;b&gt;when" in page
    assert "<ins>" in page
    assert "<del>" in page
    assert office.post(f"{at}chief", {"key": key(), "part": "chief", "seen": 0, "words": "x"}).status_code == 403
    assert (
        browser(gold(cast)).post(f"{at}chief", {"key": key(), "part": "1", "seen": 1, "words": "x"}).status_code == 404
    )
    assert (
        browser(gold(cast))
        .post(f"{at}chief", {"key": key(), "part": "chief", "seen": 0, "words": "I accept it."})
        .status_code
        == 302
    )
    assert office.post(f"{at}write", {"key": key(), "part": "chief", "seen": 1, "words": "x"}).status_code == 404
    seen = {"key": key(), "seen": digest(office.get(at))}
    assert force.post(f"{at}issue", seen).status_code == 403
    assert office.post(f"{at}issue", {**seen, "seen": "0" * 64}).status_code == 422
    assert office.post(f"{at}issue", seen).status_code == 302
    page = text(office.get(at))
    assert "I accept it." in page
    assert "These parts were edited" in page
    assert Letter.objects.get().sha256 in page
    assert "Keep this version" not in page
    file = office.get(f"{at}print")
    assert file.content[:5] == b"%PDF-"
    assert AuditEvent.objects.filter(verb="published.see", duty="disclosure", staff_id=cast.pcc.pk).count() == 1
    for name, user in cast.everybody().items():
        may = roles()[user.role].can("published.see")
        assert browser(user).get(at).status_code == (200 if may else 403), name
    assert office.get(f"/commissioner/letters/{report.pk + 1}/").status_code == 404
    assert office.get(f"/commissioner/letters/{2**70}/").status_code == 404


def test_the_plans_page_takes_a_day_and_says_where_it_cannot(cast: Cast, browser: Browser) -> None:
    reported(cast)
    office = browser(cast.pcc)
    page = text(office.get("/commissioner/plan/"))
    assert "Ask about children, each time." in page
    assert "text to be entered by the force" in page
    assert "not published" in page
    assert gold(cast).name not in page
    assert "The plan had no report on that day." in text(office.get("/commissioner/plan/?as_at=2020-01-01"))
    for wrong, why in (("2999-01-01", "has not come"), ("yesterday", "That is no day")):
        page = text(office.get("/commissioner/plan/", {"as_at": wrong}))
        assert why in page
        assert "Ask about children, each time." in page


def test_programs_do_the_same(cast: Cast, program: Programs) -> None:
    report = reported(cast)
    office, force, chief = program(cast.pcc), program(lead(cast)), program(gold(cast))
    plan = office.get("/published/plan").json()
    assert [one["state"] for one in plan["reports"][0]["recommendations"]] == ["progress", "progress"]
    assert plan["reports"][0]["recommendations"][0]["figure"]["state"] == ""
    assert office.get("/published/plan", {"as_at": "2020-01-01"}).json()["reports"] == []
    assert problem(office.get("/published/plan", {"as_at": "2999-01-01"}), 422, "invalid")
    at = f"/published/letters/{report.pk}"
    assert office.get(at).json()["draft"] is None
    assert office.get(f"{at}/draft").status_code == 403
    seen = force.get(f"{at}/draft").json()["sha256"]
    assert force.post(f"{at}/draft", {"seen": seen}).json() == {"number": 1}
    given = {"part": "1", "words": "The Commissioner asks when.", "seen": 0}
    assert office.post(f"{at}/parts", given).json() == {"number": 1}
    assert problem(office.post(f"{at}/parts", given), 409, "stale")
    assert problem(office.post(f"{at}/parts", {**given, "part": "chief"}), 422, "invalid")
    assert office.post(f"{at}/chief", {"words": "x", "seen": 0}).status_code == 403
    assert chief.post(f"{at}/chief", {"words": "I accept it.", "seen": 0}).json() == {"number": 1}
    told = office.get(at).json()
    assert {one["part"]: one["version"] for one in told["parts"]} == {"opening": 0, "1": 1, "2": 0, "chief": 1}
    assert force.post(f"{at}/issue", {"seen": told["sha256"]}).status_code == 403
    assert problem(office.post(f"{at}/issue", {"seen": "0" * 64}), 409, "stale")
    assert office.post(f"{at}/issue", {"seen": told["sha256"]}).status_code == 201
    assert problem(office.post(f"{at}/issue", {"seen": told["sha256"]}), 409, "stale")
    assert office.get(at).json()["issued_at"] is not None
    assert problem(office.get("/published/letters/999999"), 404, "not-there")
