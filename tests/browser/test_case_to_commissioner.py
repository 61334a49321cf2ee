"""One story: from cases drawn for quality assurance to the Commissioner's letter, back to the case for those allowed, and open again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import DjangoDbBlocker

from goldthread.accounts.actions import issue_token
from goldthread.accounts.models import Staff, Team
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.contact.models import Incident
from goldthread.improvement import actions as plan
from goldthread.improvement import queries as planned
from goldthread.learning import actions as learning
from goldthread.learning.models import Cohort, LearningNeed
from goldthread.measures.actions import take_points
from goldthread.quality import actions as quality
from goldthread.quality.models import QualityFeedback, QualityRound, QualityTask
from goldthread.response.models import Unit
from tests.browser.conftest import Person, Service, inside, served
from tests.browser.outside import Case, finds_nothing, text_of
from tests.cast import Cast, _hashed, key, opened, say
from tests.conftest import Database
from tests.quality.rate_scenes import YES
from tests.quality.scenes import round_of, with_child
from tests.response.test_alarms import later
from tests.retention.scenes import SAID

pytestmark = [pytest.mark.browser, pytest.mark.slow]
People = Callable[..., Person]
TITLE = "The children question comes late, or not at all"
TEXT = "Text of the invented recommendation, entered by the force for this test."
CODE = "children-asked"
CHILD = "Perrin"


@pytest.fixture(scope="module")
def service(cluster: Database, template: str, worker_id: str) -> Iterator[Service]:
    """A service of its own: its clock is moved."""
    with served(cluster, template, worker_id) as made:
        yield made


@pytest.fixture
def cast(service: Service, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """This test inside the service's database, with those who answer for it beside the cast."""
    with inside(service, django_db_blocker):
        team = Team.objects.get(name="Team A")
        for username, role in (
            ("lead", "qa_lead"), ("qa-2", "qa_assessor"), ("programme", "programme_lead"), ("gold", "gold"), ("gold-2", "gold"),
            ("trainer", "trainer"),
        ):  # fmt: skip
            Staff.objects.create(
                username=username, name=f"{username.title()} Amber", role=role, team=team, password=_hashed()
            )
        units = {"unit": "NA21", "far_unit": "SA11"}
        yield Cast(
            **{
                one.name: Unit.objects.get(call_sign=units[one.name]) if one.name in units else who(one.name.replace("_", "-"))
                for one in fields(Cast)
            }
        )  # fmt: skip


def who(username: str) -> Staff:
    return Staff.objects.ranked().get(username=username)


def it_is(when: str) -> None:
    """Move the clock of the service to this time in London."""
    later(datetime.fromisoformat(when).replace(tzinfo=LONDON) - database_now(connection))


def number(page: Page) -> int:
    """The last number in the page's address."""
    found = re.findall(r"/(\d+)/", page.url)
    return int(found[-1])


# --- what each does ------------------------------------------------------------------------------------------------


def draws(lead: Person, day: date) -> QualityRound:
    page = lead.go("/quality/rounds/").page
    page.locator("[name=since]").fill(day.isoformat())
    page.locator("[name=until]").fill(day.isoformat())
    page.locator("[name='n-child']").fill("6")
    page.get_by_role("button", name="Draw", exact=True).click()
    page.wait_for_load_state()
    return QualityRound.objects.latest("id")


def scores_one(assessor: Person, handler: Staff) -> None:
    """An assessor takes the next record at their page and scores it blind: nobody asked where the child was."""
    page = assessor.go("/quality/").page
    page.get_by_role("button", name="Take the next record").click()
    page.wait_for_url(re.compile(r"/quality/records/\d+/"))
    assert handler.name not in page.content(), "blind"
    for code in YES:
        answer = "no" if code == "children" else "yes"
        page.locator(f"select[name='{code}']").select_option(answer)
    page.get_by_role("button", name="Score", exact=False).first.click()
    page.wait_for_load_state()


def score_the_rest(made: QualityRound, children: str) -> None:
    for username in ("qa-2", "qa"):
        while (task := quality.take_next(who(username))) is not None:
            quality.score(who(username), task.pk, key=key(), answers={**YES, "children": children})
    assert not QualityTask.objects.filter(record__stratum__round=made, score=None).exists()


def takes_note(handler: Person) -> None:
    told = QualityFeedback.objects.filter(reply=None).order_by("pk").first()
    assert told is not None
    page = handler.go(f"/quality/feedback/{told.pk}/").page
    page.get_by_role("button", name="I have read it").click()
    page.wait_for_load_state()
    assert QualityFeedback.objects.get(pk=told.pk).reply.reply == "agrees"


def makes_a_theme(lead: Person, made: QualityRound) -> int:
    page = lead.go(f"/quality/rates/{made.pk}/").page
    page.locator("a[href*='question=children']").click()
    page.locator("[name=title]").fill(TITLE)
    page.locator("[name=why]").fill(
        "In each record a child was likely by the words, and the question came after the unit was sent."
    )
    page.get_by_role("button", name="Make it a theme").click()
    page.wait_for_url(re.compile(r"/quality/themes/\d+/"))
    return number(page)


def makes_a_need(trainer: Person, theme: int) -> LearningNeed:
    page = trainer.go(f"/quality/themes/{theme}/").page
    page.get_by_role("link", name="Make it a learning need").click()
    page.locator("[name=words]").fill("Ask about children within the first minute, and where each is.")
    page.locator("input[name=roles][value=call_handler]").check()
    page.locator("[name=course]").select_option("thrive-refresher")
    page.get_by_role("button", name="Enter it").click()
    page.wait_for_load_state()
    return LearningNeed.objects.get(theme=theme)


def keeps_the_register(trainer: Person, cohort: Cohort) -> None:
    page = trainer.go(f"/learning/cohorts/{cohort.pk}/").page
    for box in page.locator("select[name^='p'][name$='-attended']").all():
        box.select_option("yes")
    page.get_by_role("button", name="Keep the register").click()
    expect(page.get_by_text("register kept")).to_be_visible()


def believed(programme: Person, gold: Person, board: Person, recommendation: int, made: QualityRound) -> None:
    at = reverse("improvement:recommendation", args=[recommendation])
    page = programme.go(at).page
    page.get_by_text("Name a round of quality that confirms it").click()
    page.locator("[name=round]").select_option(str(made.pk))
    page.locator("[name=rate]").select_option("good")
    page.get_by_role("button", name="It confirms it").click()
    gold.go(at).page.get_by_role("button", name="Sign as its owner").click()
    board.go(at).page.get_by_role("button", name="Sign for the board").click()
    expect(board.page.get_by_text("Force believes met").first).to_be_visible()


def issues_the_pack(gold: Person) -> str:
    page = gold.go("/governance/packs/draft/gold/").page
    page.get_by_role("button", name="Issue it").click()
    page.wait_for_url(re.compile(r"/governance/packs/\d+/"))
    return page.url


def issues_the_table_and_puts_the_draft(gold: Person, report: int) -> None:
    page = gold.go("/commissioner/tables/first-contact/draft").page
    page.get_by_role("button", name="Issue this edition").click()
    page.wait_for_load_state()
    page = gold.go(f"/commissioner/letters/{report}/draft").page
    page.get_by_role("button", name="Put it before the Commissioner").click()
    page.wait_for_load_state()


def issues_the_letter(pcc: Person, report: int) -> str:
    page = pcc.go(f"/commissioner/letters/{report}/").page
    page.get_by_role("button", name="Issue the letter").click()
    page.wait_for_load_state()
    return page.locator("main").inner_text()


def walks_back(gold: Person, pack: str) -> None:
    """From the pack to the figure, its cases, and one record, for a reason that is on record."""
    page = gold.page
    page.goto(pack)
    page.locator(f"a[href*='{CODE}']").first.click()
    page.wait_for_load_state()
    page.goto(f"{gold.base}/measures/{CODE}/?which=met")
    page.get_by_label("Why you open the records behind this number").select_option("assurance")
    page.get_by_role("button", name="Open them for 12 hours").click()
    expect(page.get_by_text("That you opened them, and why, is on record.")).to_be_visible()
    page.locator("main table a").first.click()
    page.wait_for_url(re.compile(r"/incidents/[0-9a-f-]{36}/"))


def cannot_follow(pcc: Person, pack: str, incident: Incident) -> None:
    """By page, program or address; search, suggestions, exports and listings besides, by every word that the case is known by."""
    addresses = [
        pack.removeprefix(pcc.base), f"{pack.removeprefix(pcc.base)}pack.pdf", "/governance/", f"/governance/figures/{CODE}/", "/measures/",
        f"/measures/{CODE}/?which=met", f"/measures/weeks/{CODE}/", f"/incidents/{incident.pk}/", "/board/", "/my/", "/quality/rates/",
        "/quality/themes/", "/learning/effects/", "/improvement/", "/meetings/", f"/reasons/{CODE}/",
    ]  # fmt: skip
    for address in addresses:
        answer = pcc.page.context.request.get(f"{pcc.base}{address}")
        assert answer.status in {403, 404, 405}, address
        assert incident.reference not in answer.text(), address
    for address in (
        f"/api/v1/incidents/{incident.pk}",
        f"/api/v1/incidents/find?reference={incident.reference}",
        "/api/v1/board",
    ):
        answer = pcc.page.context.request.get(f"{pcc.base}{address}")
        assert answer.status in {401, 403, 404}, address
    case = Case(incident, (CHILD, SAID), ("14 Larch Road",))
    token, _ = issue_token("pcc")
    assert finds_nothing(pcc, token, case) > 150
    for page in ("/commissioner/", "/commissioner/plan/"):
        assert pcc.go(page).page.locator("[type=search], [name=q]").count() == 0, "there is nothing to search in"
    printed = pcc.page.context.request.get(f"{pcc.base}/commissioner/tables/first-contact/1/print")
    assert printed.status == 200
    assert not [one for one in case.secrets if one in text_of(printed)]


def can_follow(handler: Person, incident: Incident) -> None:
    """Whoever may is led there by the same search, so that what the other is not told is there to be told."""
    answer = handler.page.context.request.get(f"{handler.base}/incidents/find?q={incident.reference}", max_redirects=0)
    assert str(incident.pk) in text_of(answer)
    token, _ = issue_token("handler")
    found = handler.page.context.request.get(
        f"{handler.base}/api/v1/incidents/find?reference={incident.reference}",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert incident.reference in text_of(found)
    page = handler.page.context.request.get(f"{handler.base}/incidents/{incident.pk}/")
    assert CHILD in text_of(page)


def test_from_a_case_to_the_commissioner_and_back(cast: Cast, person: People) -> None:
    def at(username: str) -> Person:
        return person(None).enter(username)

    lead, gold, programme, pcc, trainer = (at(one) for one in ("lead", "gold", "programme", "pcc", "trainer"))

    # January: a child in six records; in six others nobody asked.
    it_is("2027-01-04 09:00")
    for _ in range(6):
        with_child(cast)
        say(cast.handler, opened(cast.handler), "There is shouting next door again.")
    it_is("2027-01-06 10:00")
    made = draws(lead, date(2027, 1, 4))
    assert QualityTask.objects.filter(record__stratum__round=made).count() == 7, "six records, one of them twice"
    scores_one(at("qa"), cast.handler)
    score_the_rest(made, "no")
    takes_note(at("handler"))

    # What was found becomes a theme, a need, and a course that is held.
    need = makes_a_need(trainer, makes_a_theme(lead, made))
    cohort = learning.plan_cohort(
        who("trainer"), key=key(), course="thrive-refresher", starts=date(2027, 2, 1), ends=date(2027, 2, 1), place="Room 2", places=6,
        need=need.pk,
    )  # fmt: skip
    learning.book(who("trainer"), cohort.pk, staff=[cast.handler.pk, cast.teammate.pk])
    it_is("2027-02-01 17:00")
    keeps_the_register(trainer, cohort)

    # February: everybody asks. A round confirms it, and the figure holds.
    it_is("2027-02-10 09:00")
    asked = [with_child(cast) for _ in range(6)]
    confirming = round_of(cast, asked)
    score_the_rest(confirming, "yes")
    it_is("2027-03-08 09:00")
    take_points(database_now(connection))
    report = plan.add_report(
        who("programme"), key=key(), name="An inspection of first contact", source="The inspectorate", kind="inspection",
        published_on=date(2027, 2, 20), recommendations=1,
    )  # fmt: skip
    recommendation: int = report.recommendations.get().pk
    plan.enter_text(who("programme"), recommendation, words=TEXT)
    plan.set_owner(who("programme"), recommendation, owner=who("gold").pk)
    plan.bind(who("programme"), recommendation, code=CODE, target=0.9, good="up", held=1, periods=1)
    believed(programme, gold, at("gold-2"), recommendation, confirming)

    # Gold's pack, the table, and the letter tell the figure.
    pack = issues_the_pack(gold)
    assert "100.0" in gold.page.locator("main").inner_text()
    issues_the_table_and_puts_the_draft(gold, report.pk)
    letter = issues_the_letter(pcc, report.pk)
    assert TEXT in letter
    assert "The force has believed it met since 8 March 2027." in letter
    assert "100.0 % (6 of 6)" in letter
    assert cast.handler.name not in letter

    # The chief officer walks it back to a case; the Commissioner cannot.
    walks_back(gold, pack)
    can_follow(at("handler"), asked[0])
    cannot_follow(pcc, pack, asked[0])

    # Next period nobody asks again: it re-opens by itself, and says which figure.
    it_is("2027-03-15 09:00")
    for _ in range(6):
        opened(cast.handler)
    it_is("2027-04-12 09:00")
    take_points(database_now(connection))
    page = gold.go(reverse("improvement:recommendation", args=[recommendation])).page
    expect(page.get_by_text("Re-opened").first).to_be_visible()
    found = planned.recommended(recommendation)
    assert found is not None
    assert found[2].state.state == "progress"
    assert found[2].fell_back
    assert database_now(connection) - found[2].state.at < timedelta(minutes=5)
