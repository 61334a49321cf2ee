"""Learning's pages: what a trainer does from first page to register, forms that lose nothing, and who opens which."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.audit.models import AuditEvent
from goldthread.learning import actions, picture, queries
from goldthread.learning.models import Cohort, CourseAttendance, LearningNeed
from goldthread.learning.views import today
from tests.cast import Cast, key
from tests.learning.scenes import COURSE, handlers, held, planned, trainer
from tests.learning.test_effects import scene
from tests.quality.scenes import lead
from tests.quality.test_themes import TITLE, WHY, a_round, theme
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]


def test_from_a_theme_to_a_need_a_cohort_and_its_register(cast: Cast, browser: Browser) -> None:
    found = theme(cast, a_round(cast))
    client = browser(trainer(cast))
    there = client.get(f"/quality/themes/{found.pk}/").text
    assert f"/learning/needs/new?theme={found.pk}" in there
    page = text(client.get(f"/learning/needs/new?theme={found.pk}"))
    assert TITLE in page
    assert WHY in page
    given = {"key": key(), "theme": found.pk, "words": "Write where the child is.", "roles": [], "course": COURSE}
    wrong = client.post("/learning/needs/enter", given)
    assert (wrong.status_code, "choose one role" in text(wrong), "Write where the child is." in text(wrong)) == (422, True, True)  # fmt: skip
    assert client.post("/learning/needs/enter", {**given, "roles": ["call_handler"]}).status_code == 302
    need = LearningNeed.objects.get()
    assert f"Learning need {need.pk}" in text(client.get(f"/quality/themes/{found.pk}/"))
    day = today() - timedelta(days=2)
    plan = {"key": key(), "course": COURSE, "starts": day.isoformat(), "ends": day.isoformat(), "place": "", "places": 5, "need": need.pk}  # fmt: skip
    wrong = client.post("/learning/cohorts/plan", plan)
    assert (wrong.status_code, "Say where it is held" in text(wrong), 'value="5"' in wrong.text) == (422, True, True)
    at = client.post("/learning/cohorts/plan", {**plan, "place": "Room 2"}).headers["Location"]
    assert "register owed" in text(client.get("/learning/"))
    rows = {"key": key(), "more": "handler", "more-attended": "yes", "more-result": "passed"}
    wrong = client.post(f"{at}register", {**rows, "more-attended": ""})
    assert wrong.status_code == 422
    wrong = client.post(f"{at}register", {**rows, "more": "nobody"})
    assert (wrong.status_code, "Nobody here has" in text(wrong), 'value="nobody"' in wrong.text) == (422, True, True)
    assert client.post(f"{at}register", rows).status_code == 302
    assert "was there" in text(client.get(at)).lower()
    corrected = {"key": key(), f"p{cast.handler.pk}-attended": "no"}
    assert client.post(f"{at}register", corrected).status_code == 302
    assert [one.attended for one in queries.attendance(Cohort.objects.get())] == [False]
    file = SimpleUploadedFile("who.csv", b"collar,attended\nhandler,perhaps\n")
    wrong = client.post(f"{at}file", {"key": key(), "file": file})
    assert (wrong.status_code, "Line 2: attended is perhaps" in text(wrong)) == (422, True)
    for expected in (302, 422):
        file = SimpleUploadedFile("who.csv", b"collar,attended\nhandler,yes\nteammate,yes\n")
        assert client.post(f"{at}file", {"key": key(), "file": file}).status_code == expected
    other = f"/learning/cohorts/{planned(cast, days=-3).pk}/"
    for content, says in (
        (b"collar,attended\nhandler,yes\nteammate,yes\n", "This very file was read on "),
        ("collar,attended\nÅsa,yes\n".encode("latin-1"), "not written in UTF-8"),
        ("collar,attended\nhandler,yes\n".encode("utf-16"), "not written in UTF-8"),
        (b"", "The file is empty"),
    ):
        wrong = client.post(f"{other}file", {"key": key(), "file": SimpleUploadedFile("who.csv", content)})
        assert (wrong.status_code, says in text(wrong)) == (422, True), says
    assert CourseAttendance.objects.count() == 4
    assert client.post(f"{at}call-off", {"key": key(), "words": "No."}).status_code == 422


def test_people_are_booked_and_taken_back_and_a_cohort_called_off(cast: Cast, browser: Browser) -> None:
    client, made = browser(trainer(cast)), planned(cast, days=3, places=1)
    at = f"/learning/cohorts/{made.pk}/"
    assert "Handler Amber, Team A: never held" in text(client.get(at))
    assert client.post(f"{at}book", {"key": key(), "staff": [cast.handler.pk, cast.stranger.pk]}).status_code == 302
    assert "Waiting, the first moves up" in text(client.get(at))
    wrong = client.post(f"{at}book", {"key": key()})
    assert (wrong.status_code, "Choose somebody" in text(wrong)) == (422, True)
    assert "you have a place" in text(browser(cast.handler).get("/learning/mine"))
    assert "waiting, number 1" in text(browser(cast.stranger).get("/learning/mine"))
    assert client.post(f"{at}book/{cast.handler.pk}/back").status_code == 302
    assert client.post(f"{at}book/{cast.handler.pk}/back").status_code == 404
    assert "you have a place" in text(browser(cast.stranger).get("/learning/mine"))
    assert client.post(f"{at}call-off", {"key": key(), "words": ""}).status_code == 422
    assert client.post(f"{at}call-off", {"key": key(), "words": "The trainer is ill."}).status_code == 302
    assert "The trainer is ill." in text(client.get(at))
    assert "You are booked for nothing." in text(browser(cast.stranger).get("/learning/mine"))
    for gone in (f"/learning/cohorts/{made.pk + 9}/", "/learning/needs/new?theme=99999", "/learning/needs/new?theme=x"):
        assert client.get(gone).status_code == 404, gone


def test_a_need_is_settled_on_its_page(cast: Cast, browser: Browser) -> None:
    client = browser(trainer(cast))
    assert "No need was entered." in text(client.get("/learning/needs/"))
    made = actions.enter_need(trainer(cast), key=key(), words="Ask about siblings.", roles=["call_handler"])
    assert "Ask about siblings." in text(client.get("/learning/"))
    wrong = client.post(f"/learning/needs/{made.pk}/settle", {"key": key()})
    assert (wrong.status_code, "Choose a course, or write why" in text(wrong)) == (422, True)
    assert client.post(f"/learning/needs/{made.pk}/settle", {"key": key(), "course": COURSE}).status_code == 302
    assert "Each open need has a course." in text(client.get("/learning/"))
    assert client.post(f"/learning/needs/{made.pk}/settle", {"key": key(), "words": "Met."}).status_code == 302
    assert "Met." in text(client.get("/learning/needs/"))
    seen = browser(cast.silver).get("/learning/needs/")
    assert "Ask about siblings." in text(seen)
    assert "/settle" not in seen.text


def test_who_is_due_is_chosen_by_course_team_and_state_and_a_wrong_choice_shows_nobody(cast: Cast, browser: Browser) -> None:  # fmt: skip
    held(cast, [cast.handler])
    client = browser(trainer(cast))
    page = text(client.get(f"/learning/due?course={COURSE}&team={cast.handler.team_id}"))
    assert "Teammate Amber" in page
    assert "Handler Amber" not in page
    assert "Stranger Amber" not in page
    assert "Handler Amber" in text(client.get(f"/learning/due?course={COURSE}&state=held"))
    for odd in ("course=none", "team=999999", "state=none"):
        assert "Nobody whom you see is in this state." in text(client.get(f"/learning/due?{odd}"))
    assert client.get("/learning/due?team=x&page=99").status_code == 200
    own = text(browser(cast.supervisor).get("/learning/due?state=all&team=999999"))
    assert "Nobody whom you see" in own
    supervisors = browser(cast.supervisor).get("/learning/due?state=all").text
    assert "Teammate Amber" in supervisors
    assert "Stranger Amber" not in supervisors
    event = AuditEvent.objects.filter(verb="learning.due", staff_id=cast.supervisor.pk).latest("id")
    assert f'["staff","{cast.teammate.pk}"]' in event.subjects


def test_an_effect_is_a_picture_with_its_table_and_words_and_no_name_but_the_trainers(cast: Cast, browser: Browser) -> None:  # fmt: skip
    client = browser(cast.silver)
    assert "No cohort has a register yet." in text(client.get("/learning/effects/"))
    held(cast, [cast.handler])
    waits = text(client.get("/learning/effects/"))
    assert "A cohort has a register that is not reckoned yet" in waits
    assert "No cohort has" not in waits
    scene(cast, 0.55)
    page = client.get("/learning/effects/")
    shown = text(page)
    assert "The trained changed for the better" in shown
    assert "n = 160 records" in shown
    assert "A change cannot be told from none" in shown, "of critical fails, of which there are none"
    assert page.text.count('<svg class="learn-picture"') == page.text.count('class="board learn-groups"') == 4
    for one in Staff.objects.exclude(pk__in=[cast.silver.pk]):
        assert one.name not in shown, one


def test_a_picture_keeps_to_its_scale() -> None:
    assert picture.reach([]) == 0.1
    from goldthread.figures.effects import Effect, Group

    some = Group(0.5, 20, 6)
    one = Effect(0.1, -0.05, 0.25, 0.2, (some, some), (some, some))
    assert picture.reach([one]) == 0.4
    drawn = picture.drawn(one, 0.4)
    assert drawn.low < drawn.nothing < drawn.point < drawn.high
    assert drawn.nothing == drawn.width / 2
    assert [word for _, word in drawn.marks] == ["-40", "-20", "0", "+20", "+40"]
    assert picture.drawn(one, 0.1).high == picture.drawn(one, 0.1).width - picture.EDGE


def test_each_page_opens_for_its_verb_alone_and_what_it_changes_too(cast: Cast, browser: Browser) -> None:
    made = held(cast, [cast.handler])
    at = f"/learning/cohorts/{made.pk}/"
    pages = {
        "/learning/": "learning.keep", at: "learning.keep", "/learning/effects/": "learning.see",
        "/learning/due": "learning.due", "/learning/mine": "learning.own",
    }  # fmt: skip
    for name, user in {**cast.everybody(), "lead": lead(cast)}.items():
        client, role = browser(user), roles()[user.role]
        for address, verb in pages.items():
            assert client.get(address).status_code == (200 if role.can(verb) else 403), (name, address)
        for part in ("book", "call-off", "register", "file", f"book/{cast.handler.pk}/back"):
            assert client.post(f"{at}{part}", {"key": key()}).status_code == 403, (name, part)
        for part in ("needs/enter", "needs/1/settle", "cohorts/plan"):
            assert client.post(f"/learning/{part}", {"key": key()}).status_code == 403, (name, part)
    assert not roles()["pcc"].can("learning.see")


def test_the_trainers_pages_name_no_incident(cast: Cast, browser: Browser) -> None:
    found = theme(cast, a_round(cast))
    scene(cast, 0.5)
    references = {one.record.incident.reference for one in found.records.select_related("record__incident")}
    client = browser(trainer(cast))
    pages = ["/learning/", "/learning/needs/", "/learning/effects/", "/learning/due?state=all", "/quality/themes/"]
    for at in [*pages, f"/quality/themes/{found.pk}/"]:
        page = client.get(at).text
        assert not [one for one in references if one in page], at
        assert "/incidents/" not in page, at
    assert client.get("/measures/").status_code == 403
    for incident in [one.record.incident_id for one in found.records.select_related("record")]:
        assert client.get(f"/incidents/{incident}/").status_code in {403, 404}


def test_a_list_asks_as_often_for_many_as_for_few(cast: Cast, browser: Browser) -> None:
    client = browser(trainer(cast))

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get("/learning/due?state=all").status_code == 200
        return len(found)

    asked()
    few = asked()
    held(cast, handlers(20))
    assert asked() == few
