"""When and where the comments of section 55 were published: said once, corrected with why, taken back; and the clock that stands or runs on."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.commissioner import letter_queries, published_actions
from goldthread.commissioner.published_rules import PLACE_LONGEST
from goldthread.commissioner.status import status
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.governance.packs import compose
from goldthread.governance.printed import document
from goldthread.governance.rules import packs
from goldthread.improvement import actions as planning
from goldthread.improvement import queries
from goldthread.improvement.models import CommentsPublished, PlanReport
from goldthread.improvement.presenters import comments_words
from goldthread.improvement.telling_actions import set_contact, tell_what_waits
from goldthread.notices.models import Notice
from tests.cast import Cast, key
from tests.commissioner.scenes import gold
from tests.commissioner.test_letter import issue, lead, put, reported, today
from tests.integration.conftest import Programs, problem, program
from tests.quality.scenes import person
from tests.response.test_alarms import later
from tests.supervision.test_pages import text

__all__ = ["program"]

Browser = Callable[[Staff | None], Client]
PLACE = "https://commissioner.example/comments/first-contact"


def say(user: Staff, report: PlanReport, **given: Any) -> CommentsPublished:
    facts = {"key": key(), "day": today(), "place": PLACE, "letter": "", "words": "", "seen": 0}
    return published_actions.say_published(user, report.pk, **{**facts, **given})  # type: ignore[arg-type]


def left(report: PlanReport) -> int | None:
    found = next(one for one in queries.plan().reports if one.id == report.pk)
    return found.comments_left


def test_the_clock_runs_until_they_are_published_and_a_letter_issued_does_not_stop_it(cast: Cast) -> None:
    report = reported(cast)
    letter = issue(cast, put(cast, report))
    assert left(report) == 36
    later(timedelta(days=10))
    assert left(report) == 26, "issued is not published"
    say(cast.pcc, report, letter=letter.sha256, day=today() - timedelta(days=1))
    (told,) = status().reports
    assert told.published is not None
    assert (told.comments_left, told.comments_late) == (None, 0)
    assert (told.published.day, told.published.letter) == (today() - timedelta(days=1), letter.sha256)
    later(timedelta(days=400))
    assert left(report) is None
    assert comments_words(queries.plan().reports[0]).startswith("Published ")


def test_late_by_how_many_days_is_told_to_the_day(cast: Cast) -> None:
    report = reported(cast)
    later(timedelta(days=40))
    due = queries.plan().reports[0].comments_on
    assert due is not None
    for said, (on, late) in enumerate(((due, 0), (due + timedelta(days=1), 1), (due + timedelta(days=3), 3))):
        say(cast.pcc, report, day=on, seen=said, words="The day was wrong." if said else "")
        (told,) = queries.plan().reports
        assert told.comments_late == late
        assert ("met in time" if not late else f"met {late} {'day' if late == 1 else 'days'} late") in comments_words(
            told
        )
    assert [one.late for one in queries.plan().reports[0].comments_said] == [0, 1, 3], "nothing is overwritten"


def test_days_places_and_letters_that_cannot_be_are_refused_in_a_sentence(cast: Cast) -> None:
    report = reported(cast)
    published_on = queries.plan().reports[0].published_on
    later(timedelta(days=2))
    letter = issue(cast, put(cast, report))
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"day": today() + timedelta(days=1)}, "has not come yet"),
        ({"day": date.max}, "has not come yet"),
        ({"day": published_on - timedelta(days=1)}, "The report was published on"),
        ({"day": today() - timedelta(days=1), "letter": letter.sha256}, "The letter was issued on"),
        ({"place": " \n\t "}, "Say where"),
        ({"place": "x" * (PLACE_LONGEST + 1)}, "longer than 300"),
        ({"letter": "0" * 64}, "No letter of this digest"),
    ]
    for given, sentence in wrong:
        with pytest.raises(Invalid) as refused:
            say(cast.pcc, report, **given)
        assert any(sentence in one for one in refused.value.fields.values()), given
    assert not CommentsPublished.objects.exists()
    say(cast.pcc, report, day=published_on)
    for given in ({"day": today()}, {"place": "Elsewhere"}, {"letter": letter.sha256, "day": today()}):
        with pytest.raises(Invalid, match="Say why it is corrected"):
            say(cast.pcc, report, seen=1, **given)
    assert say(cast.pcc, report, seen=1, day=published_on).number == 1, "the same again is what stands"


def test_the_same_sent_twice_is_one_and_two_who_say_it_are_told(cast: Cast) -> None:
    report, same = reported(cast), uuid.uuid4()
    assert {say(cast.pcc, report, key=same).pk for _ in range(2)} == {CommentsPublished.objects.get().pk}
    with pytest.raises(Stale, match="said it otherwise since"):
        say(lead(cast), report, place="Elsewhere", words="Moved.")
    with pytest.raises(Stale):
        published_actions.take_back(lead(cast), report.pk, key=key(), words="x", seen=0)
    assert CommentsPublished.objects.count() == 1


def test_it_is_taken_back_with_why_and_the_clock_runs_on(cast: Cast) -> None:
    report = reported(cast)
    with pytest.raises(Refused, match="nothing to take back"):
        published_actions.take_back(cast.pcc, report.pk, key=key(), words="x", seen=0)
    say(cast.pcc, report)
    with pytest.raises(Invalid, match="why it is taken back"):
        published_actions.take_back(cast.pcc, report.pk, key=key(), words=" ", seen=1)
    published_actions.take_back(cast.pcc, report.pk, key=key(), words="The page was not public.", seen=1)
    assert left(report) == 36
    with pytest.raises(Invalid, match="Say why it is corrected"):
        say(cast.pcc, report, seen=2)
    say(cast.pcc, report, seen=2, words="Now it is.")
    assert left(report) is None
    assert [one.number for one in queries.plan().reports[0].comments_said] == [1, 2, 3]
    events = AuditEvent.objects.filter(verb="letter.published").order_by("pk").values_list("duty", "staff_id")
    assert list(events) == [("collection", cast.pcc.pk), ("alteration", cast.pcc.pk), ("alteration", cast.pcc.pk)]


def test_the_plan_of_a_past_day_tells_what_had_been_said_by_then(cast: Cast) -> None:
    report = reported(cast)
    before = today()
    later(timedelta(days=40))
    say(cast.pcc, report, day=before)
    (then,) = status(before).reports
    assert (then.published, then.comments_left) == (None, 36)
    said_on = today()
    later(timedelta(days=3))
    published_actions.take_back(cast.pcc, report.pk, key=key(), words="It was another report's.", seen=1)
    (then,) = status(said_on).reports
    assert then.published is not None
    (now,) = status().reports
    assert (now.published, now.comments_left) == (None, -7)


def test_a_report_is_not_corrected_to_a_day_after_its_comments(cast: Cast) -> None:
    report = reported(cast)
    say(cast.pcc, report, day=today() - timedelta(days=5))
    given = {"name": "Children at first contact", "source": "HMICFRS", "kind": "accelerated"}
    with pytest.raises(Invalid, match="said to be published"):
        planning.correct_report(lead(cast), report.pk, published_on=today() - timedelta(days=4), **given)
    planning.correct_report(lead(cast), report.pk, published_on=today() - timedelta(days=5), **given)
    published_actions.take_back(cast.pcc, report.pk, key=key(), words="Not that.", seen=1)
    planning.correct_report(lead(cast), report.pk, published_on=today(), **given)


def test_only_the_office_and_the_programme_say_it_and_the_programme_on_its_word(cast: Cast) -> None:
    report = reported(cast)
    for user in (
        gold(cast),
        cast.silver,
        cast.handler,
        cast.stranger,
        cast.auditor,
        person(cast, "hm", "hmicfrs_liaison"),
    ):
        with pytest.raises(Refused, match="may not do this"):
            say(user, report)
        with pytest.raises(Refused, match="may not do this"):
            published_actions.take_back(user, report.pk, key=key(), words="x", seen=0)
    with pytest.raises(NotThere):
        published_actions.say_published(
            cast.pcc, report.pk + 1, key=key(), day=today(), place=PLACE, letter="", words="", seen=0
        )
    own = planning.add_report(
        lead(cast), key=key(), name="Our own", source="The force", kind="own", published_on=today()
    )
    with pytest.raises(NotThere):
        say(cast.pcc, own)
    assert say(lead(cast), report).on_word
    assert not say(cast.pcc, report, seen=1, place="Elsewhere", words="It moved.").on_word


def test_the_database_holds_a_publication_to_a_day_a_place_and_a_why(cast: Cast) -> None:
    report = reported(cast)
    row = {
        "report": report,
        "number": 1,
        "day": today(),
        "place": PLACE,
        "office": "x",
        "on_word": False,
        "by": cast.pcc,
    }
    for wrong in ({"place": ""}, {"day": None}, {"number": 2}, {"day": None, "place": "", "letter": "0" * 64}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CommentsPublished(key=key(), **{**row, **wrong}).save()  # type: ignore[misc]


def test_a_day_that_passed_is_written_to_nobody_once_they_are_published(cast: Cast) -> None:
    report = reported(cast)
    set_contact(lead(cast), lead(cast).pk, mail="plan@force.example")
    later(timedelta(days=40))
    say(cast.pcc, report, day=today())
    tell_what_waits()
    assert not Notice.objects.filter(key__contains=":s55:").exists()
    published_actions.take_back(cast.pcc, report.pk, key=key(), words="Not that one.", seen=1)
    tell_what_waits()
    assert Notice.objects.filter(key__contains=":s55:").count() == 1


def test_a_pack_tells_how_the_clock_stands(cast: Cast) -> None:
    report = reported(cast)
    now = database_now(connection)
    kind = next(one for one in packs().values() if any(each.kind == "plan" for each in one.parts))
    made = compose(kind, gold(cast), now)
    (told,) = made["comments"]
    assert told["title"] == "Children at first contact"
    assert told["words"].startswith("Not published yet: due ")
    assert told["words"].endswith(", 36 days left.")
    say(cast.pcc, report)
    made = compose(kind, gold(cast), now)
    assert "met in time" in made["comments"][0]["words"]
    for content in (made, {name: one for name, one in made.items() if name != "comments"}):
        shown = document(content, digest="0" * 64, at=now, force="The force")
        assert ("met in time" in str(shown)) == ("comments" in content), "a pack of before stands as it was"


def test_pages_say_it_show_it_and_lose_nothing_typed(cast: Cast, browser: Browser) -> None:
    report = reported(cast)
    letter = issue(cast, put(cast, report))
    office, force = browser(cast.pcc), browser(lead(cast))
    at = f"/commissioner/letters/{report.pk}/"
    page = text(office.get(at))
    assert "Issued is not published" in page
    assert "36 days left" in page
    given = {"key": key(), "day": today().isoformat(), "place": PLACE, "letter": letter.sha256, "seen": 0}
    for wrong, sentence in (
        ({"day": "2999-01-01"}, "has not come yet"),
        ({"day": "soon"}, "Give a day"),
        ({"place": ""}, "Say where"),
        ({"letter": "1" * 64}, "Select a valid choice"),
        ({"seen": "x"}, "out of date"),
    ):
        refused = office.post(f"{at}published", {**given, "key": key(), **wrong})
        assert refused.status_code == 422, wrong
        assert sentence in text(refused), wrong
        assert (wrong.get("place", PLACE) or 'name="place"') in refused.text, "what was typed stays"
    assert office.post(f"{at}published", {**given, "place": "<script>alert(1)</script>"}).status_code == 302
    page = office.get(at)
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert(1)" not in page.text
    assert "met in time" in text(page)
    fixed = {**given, "key": key(), "seen": 1, "words": "The address was mistyped."}
    assert force.post(f"{at}published", fixed).status_code == 302
    page = text(office.get(at)).replace("&#x27;", "'").replace("&#39;", "'")
    assert "Programme lead, on the word of the Commissioner's office" in page
    assert "The address was mistyped." in page
    assert "What was said of their publication" in page
    for address, user in (
        ("/commissioner/", cast.pcc),
        ("/commissioner/plan/", cast.pcc),
        ("/commissioner/", gold(cast)),
    ):
        assert "met in time" in text(browser(user).get(address)), address
    for address in ("/improvement/", "/improvement/register/", f"/improvement/register/{report.pk}/"):
        shown = text(force.get(address))
        assert "in time" in shown, address
        assert "days left)" not in shown, address
    back = {"key": key(), "seen": 2, "words": ""}
    assert "Say why it is taken back" in text(office.post(f"{at}published/back", back))
    assert office.post(f"{at}published/back", {**back, "words": "Not public yet."}).status_code == 302
    page = text(office.get(at))
    assert "Taken back: not published." in page
    assert "36 days left" in page
    for name, user in {**cast.everybody(), "gold": gold(cast)}.items():
        may = roles()[user.role].can("letter.published")
        for action in ("published", "published/back"):
            status_code = browser(user).post(f"{at}{action}", {"key": key()}).status_code
            assert status_code == (422 if may else 403), (name, action)
    assert "They were published" not in browser(gold(cast)).get(at).text
    assert browser(None).post(f"{at}published", given).headers["Location"].startswith("/accounts/login/")
    assert office.post(f"/commissioner/letters/{report.pk + 1}/published", given).status_code == 404
    assert CommentsPublished.objects.count() == 3


def test_programs_do_the_same(cast: Cast, program: Programs) -> None:
    report = reported(cast)
    office, force = program(cast.pcc), program(lead(cast))
    at = f"/published/letters/{report.pk}"
    given = {"day": today().isoformat(), "place": PLACE, "seen": 0}
    assert problem(office.post(f"{at}/published", {**given, "day": "2999-01-01"}), 422, "invalid")
    assert problem(office.post(f"{at}/published", {**given, "letter": "0" * 64}), 422, "invalid")
    assert program(gold(cast)).post(f"{at}/published", given).status_code == 403
    assert office.post(f"{at}/published", given).json() == {"number": 1}
    assert problem(force.post(f"{at}/published", {**given, "place": "Elsewhere"}), 409, "stale")
    told = office.get(at).json()
    assert told["comments_left"] is None
    assert [(one["day"], one["late"], one["on_word"]) for one in told["published"]] == [(given["day"], 0, False)]
    assert office.get("/published/plan").json()["reports"][0]["comments_late"] == 0
    assert force.get("/plan").json()["reports"][0]["comments_published_on"] == given["day"]
    assert force.get("/plan/register").json()["reports"][0]["comments_late"] == 0
    assert problem(office.post(f"{at}/published/back", {"words": " ", "seen": 1}), 422, "invalid")
    assert office.post(f"{at}/published/back", {"words": "Not public yet.", "seen": 1}).json() == {"number": 2}
    told = office.get(at).json()
    assert (told["comments_left"], told["published"][-1]["day"]) == (36, None)
    assert problem(office.post("/published/letters/999999/published", given), 404, "not-there")
    assert letter_queries.one(report.pk) is not None
