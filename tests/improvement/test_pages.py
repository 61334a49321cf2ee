"""The plan's pages: one story from an empty register to *believed met* and back, forms that lose nothing, and who opens what."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.audit.models import AuditEvent
from goldthread.improvement import queries
from goldthread.improvement.models import Evidence, Milestone, PlanAction, PlanContact, PlanReport, StateChange
from tests.cast import Cast, key
from tests.improvement.scenes import (
    CODE,
    NAME,
    believed,
    board,
    bound,
    confirming,
    first,
    gold,
    keeper,
    liaison,
    one,
    signed,
    today,
    weeks,
)
from tests.improvement.test_plan import FILE
from tests.response.test_alarms import later
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]
PLAN = "/improvement/"


def sent(client: Client, at: str, **given: object) -> int:
    return client.post(f"{PLAN}{at}", {"key": key(), **given}).status_code


def test_from_an_empty_register_to_believed_met_and_back(cast: Cast, browser: Browser) -> None:
    weeks(90)
    keeps, owns, boards = browser(keeper(cast)), browser(gold(cast)), browser(board(cast))
    assert "No report is entered yet." in text(keeps.get(PLAN))
    made = keeps.post(
        f"{PLAN}register/add",
        {
            "key": key(),
            "title": NAME,
            "source": "The inspectorate",
            "kind": "inspection",
            "published_on": today(),
            "recommendations": 2,
        },
    )
    assert made.status_code == 302
    number = queries.plan().recommendations[0].id
    at = f"recommendations/{number}/"
    page = text(keeps.get(PLAN))
    assert page.count("text to be entered by the force") == 2
    assert "56 days left" in page
    for command, given in (
        ("text", {"words": "Ask of every child."}),
        ("due", {"due_on": today() + timedelta(days=100)}),
        ("owner", {"owner": gold(cast).pk}),
        ("figure", {"code": CODE, "target": "80", "good": "up", "held": 1, "periods": 1}),
        ("confirm", {"round": confirming(cast).pk, "rate": "good"}),
    ):
        assert sent(keeps, f"{at}{command}", **given) == 302, command
    assert sent(owns, f"{at}view", rag="amber", words="Nights are behind.") == 302
    assert "Sign as its owner" in text(owns.get(f"{PLAN}{at}"))
    assert "Sign for the board" not in text(boards.get(f"{PLAN}{at}"))
    assert sent(owns, f"{at}sign") == 302
    assert "Sign for the board" not in text(owns.get(f"{PLAN}{at}"))
    assert "Sign for the board" in text(boards.get(f"{PLAN}{at}"))
    assert sent(boards, f"{at}board") == 302
    page = text(keeps.get(PLAN))
    for says in (
        "Force believes met",
        "Ask of every child.",
        "90.0&nbsp;%",
        "Nights are behind.",
        "100 days left",
        gold(cast).name,
    ):
        assert says in page, says
    assert sent(keeps, f"{at}submit", day=today()) == 302
    later(timedelta(days=7))
    weeks(50)
    page = text(keeps.get(f"{PLAN}{at}"))
    assert "Re-opened by its figure" in page, "a look at the page sees it"
    assert "50.0&nbsp;% for the period to" in page
    assert keeps.get(f"{PLAN}count").json() == {"count": 1, "over": 0}
    assert sent(keeps, f"{at}close", day=today(), reference="AB/1") == 302
    assert one(number).state.reference == "AB/1"
    assert sent(keeps, f"{at}reopen", words="Too soon.") == 302
    seen = AuditEvent.objects.filter(verb="plan.see", duty="consultation", staff_id=keeper(cast).pk)
    assert f'["plan-recommendation","{number}"]' in seen.latest("id").subjects


def test_a_form_refused_keeps_what_was_typed_and_says_why(cast: Cast, browser: Browser) -> None:
    number = first(cast)
    keeps, owns = browser(keeper(cast)), browser(gold(cast))
    for client, at, given, says in (
        (keeps, f"recommendations/{number}/text", {"words": ""}, "Enter the text as it was published."),
        (keeps, f"recommendations/{number}/due", {"due_on": "31/02/2027"}, "Give a day, such as 14/03/2027."),
        (keeps, f"recommendations/{number}/owner", {"owner": ""}, "Choose who owns it."),
        (keeps, f"recommendations/{number}/figure", {"code": CODE, "target": "180"}, "Give a share from 0 to 100."),
        (keeps, f"recommendations/{number}/confirm", {}, "Choose a round."),
        (keeps, f"recommendations/{number}/close", {"day": today(), "reference": ""}, "Give HMICFRS&#39;s reference"),
        (
            owns,
            f"recommendations/{number}/view",
            {"rag": "", "words": "Nights are behind."},
            "Choose red, amber or green.",
        ),
        (owns, f"recommendations/{number}/view", {"rag": "", "words": "Nights are behind."}, "Nights are behind."),
        (owns, f"recommendations/{number}/sign", {}, "Nothing was signed."),
        (keeps, "register/add", {"title": "Half a report", "published_on": ""}, "Give a day"),
        (keeps, "actions/add", {"words": "Train.", "recommendation": ""}, "Choose the recommendation."),
    ):
        answer = client.post(f"{PLAN}{at}", {"key": key(), **given})
        assert answer.status_code == 422, at
        assert says in answer.text, (at, says)
    assert 'value="Half a report"' in keeps.post(f"{PLAN}register/add", {"key": key(), "title": "Half a report"}).text
    assert sent(keeps, "recommendations/999999/text", words="Lost.") == 404
    assert keeps.get(f"{PLAN}recommendations/999999/").status_code == 404


def test_actions_milestones_and_progress_by_page(cast: Cast, browser: Browser) -> None:
    number = first(cast)
    keeps, owns = browser(keeper(cast)), browser(gold(cast))
    page = keeps.get(f"{PLAN}actions/new/?theme=7&recommendation={number}&words=Ask+%3Cb%3Eagain").text
    assert "Ask &lt;b&gt;again</textarea>" in page
    assert f'value="{number}" selected' in page
    assert (
        sent(keeps, "actions/add", recommendation=number, words="Train every desk.", reference="", owner=gold(cast).pk)
        == 302
    )
    action = PlanAction.objects.get()
    at = f"actions/{action.pk}/"
    assert sent(keeps, f"{at}milestone", words="Half are trained.", due_on=today() - timedelta(days=2)) == 302
    step = Milestone.objects.get().pk
    page = text(owns.get(f"{PLAN}{at}"))
    assert "2 days late" in page
    assert "Enter a milestone" not in page, "that is the programme lead's"
    wrong = keeps.post(f"{PLAN}milestones/{step}/move", {"key": key(), "due_on": today(), "words": ""})
    assert (wrong.status_code, "Write why it is moved." in wrong.text) == (422, True)
    assert (
        sent(keeps, f"milestones/{step}/move", due_on=today() + timedelta(days=9), words="The room was taken.") == 302
    )
    assert sent(owns, f"milestones/{step}/reach", day="") == 302
    assert sent(owns, f"{at}note", words="Forty are trained.") == 302
    assert sent(keeps, f"{at}need", other="9.9", holds="yes") == 422
    assert sent(keeps, f"{at}owner", owner=board(cast).pk) == 302
    assert sent(owns, f"{at}mark", mark="done", day="", words="") == 302
    page = text(keeps.get(f"{PLAN}{at}"))
    for says in ("The room was taken.", "reached", "Forty are trained.", board(cast).name, "done"):
        assert says in page, says
    assert keeps.get(f"{PLAN}actions/999999/").status_code == 404
    assert sent(owns, "milestones/999999/reach", day="") == 404


def test_evidence_by_page_with_a_file_and_a_newer_version(cast: Cast, browser: Browser) -> None:
    number = first(cast)
    owns = browser(gold(cast))
    given = {"recommendation": number, "words": "The register.", "true_on": today(), "received_on": today()}
    bad = owns.post(f"{PLAN}evidence/add", {"key": key(), **given, "file": SimpleUploadedFile("a.exe", b"\x00MZ")})
    assert bad.status_code == 422
    assert "This kind of file is not taken." in bad.text
    assert "choose it again" in bad.text
    assert "The register.</textarea>" in bad.text
    good = {"key": key(), **given, "file": SimpleUploadedFile("register.pdf", b"%PDF-1.7 x")}
    assert owns.post(f"{PLAN}evidence/add", good).status_code == 302
    old = Evidence.objects.get()
    page = owns.get(f"{PLAN}evidence/new/?recommendation={number}&replaces={old.pk}&words={'x' * 2_000}").text
    assert "A newer version of evidence" in page
    assert sent(owns, "evidence/add", **given, replaces=old.pk) == 302
    page = text(owns.get(f"{PLAN}recommendations/{number}/"))
    assert old.sha256 in page
    assert "1 older version" in page


def test_the_register_is_for_the_liaison_too_with_evidence_and_without_a_form(cast: Cast, browser: Browser) -> None:
    number = first(cast)
    assert (
        sent(
            browser(gold(cast)),
            "evidence/add",
            recommendation=number,
            words="The register.",
            true_on=today(),
            received_on=today(),
        )
        == 302
    )
    reads = browser(liaison(cast))
    page = reads.get(f"{PLAN}register/").text
    assert NAME in page
    assert "Enter a report" not in page
    report = PlanReport.objects.get().pk
    page = reads.get(f"{PLAN}register/{report}/").text
    assert "The register." in page
    assert f"{PLAN}recommendations/" not in page
    assert '<form method="post" action="/improvement/' not in page
    keeps = browser(keeper(cast))
    assert sent(keeps, f"register/{report}/recommendation", number=1) == 422
    assert sent(keeps, f"register/{report}/recommendation", number=3, due_on="01/02/2027") == 302
    assert (
        sent(
            keeps,
            f"register/{report}/correct",
            title="Another name",
            source="The inspectorate",
            kind="own",
            published_on=today(),
        )
        == 302
    )
    assert "Another name" in reads.get(f"{PLAN}register/").text
    assert reads.get(f"{PLAN}register/999999/").status_code == 404


def test_a_plan_file_is_looked_over_before_it_is_entered(cast: Cast, browser: Browser) -> None:
    first(cast)
    report = PlanReport.objects.get().pk
    keeps = browser(keeper(cast))

    def looked(content: bytes) -> tuple[int, str]:
        answer = keeps.post(
            f"{PLAN}import/look", {"key": key(), "report": report, "file": SimpleUploadedFile("plan.csv", content)}
        )
        return answer.status_code, answer.text

    status, page = looked(FILE.replace("2027-03-14", "03/14/27").encode())
    assert (status, "two digits" in page, "Enter these" in page) == (422, True, False)
    status, page = looked(b"nothing,of,this\n1,2,3\n")
    assert (status, "The columns are not those of a plan." in page) == (422, True)
    status, page = looked(b"\xff\xfe")
    assert (status, "not in UTF-8" in page) == (422, True)
    status, page = looked(FILE.encode())
    assert (status, "It would enter 2 actions and 3 milestones." in text_of(page)) == (200, True)
    assert PlanAction.objects.count() == 0
    held = re.search(r'name="text" value="([^"]+)"', page)
    assert held is not None
    import html

    given = {"report": report, "text": html.unescape(held[1])}
    assert sent(keeps, "import/enter", **given) == 302
    assert sent(keeps, "import/enter", **given) == 302
    assert (PlanAction.objects.count(), Milestone.objects.count()) == (2, 3)
    assert "Everything in this file is there already." in looked(FILE.encode())[1]
    assert sent(keeps, "import/enter", report=report, text="a,b\n1,2\n") == 422


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_who_is_written_to_by_page(cast: Cast, browser: Browser) -> None:
    first(cast)
    keeps = browser(keeper(cast))
    assert gold(cast).name in keeps.get(f"{PLAN}contacts/").text
    wrong = keeps.post(f"{PLAN}contacts/set", {"key": key(), "staff": gold(cast).pk, "mail": "no address"})
    assert wrong.status_code == 422
    assert 'value="no address"' in wrong.text
    assert sent(keeps, "contacts/set", staff=gold(cast).pk, mail="gold@amberford.example") == 302
    assert 'value="gold@amberford.example"' in keeps.get(f"{PLAN}contacts/").text
    assert PlanContact.objects.count() == 1


def test_the_plan_as_at_a_day_by_page(cast: Cast, browser: Browser) -> None:
    begin = today()
    number = believed(cast)
    later(timedelta(days=3))
    sent(browser(keeper(cast)), f"recommendations/{number}/text", words="Entered later.")
    client = browser(cast.silver)
    page = client.get(PLAN, {"as_at": begin.isoformat()}).text
    assert "Entered later." not in page
    assert "Force believes met" in page
    assert "Entered later." in client.get(PLAN).text
    assert "No report was entered by then." in client.get(PLAN, {"as_at": "2001-01-01"}).text
    for wrong in ("yesterday", "0001-01-01", "9999-12-31", "31/02/2026"):
        page = client.get(PLAN, {"as_at": wrong})
        assert page.status_code == 200
        assert "The plan is shown as it stands now." in page.text


def test_nobody_else_opens_or_changes_it(cast: Cast, browser: Browser) -> None:
    number = first(cast)
    report, action = PlanReport.objects.get().pk, 1
    opens = {
        PLAN: "plan.see", f"{PLAN}count": "plan.see", f"{PLAN}recommendations/{number}/": "plan.see", f"{PLAN}register/": "plan.register",
        f"{PLAN}register/{report}/": "plan.register", f"{PLAN}import/": "plan.keep", f"{PLAN}contacts/": "plan.keep",
        f"{PLAN}actions/new/": "plan.keep", f"{PLAN}evidence/new/": "plan.note",
    }  # fmt: skip
    posts = {
        "plan.keep": [
            *(f"recommendations/{number}/{each}" for each in ("text", "due", "owner", "figure", "confirm", "submit", "close", "reopen")),
            *(f"actions/{action}/{each}" for each in ("owner", "need", "milestone")), "milestones/1/move", "actions/add",
            "register/add", f"register/{report}/correct", f"register/{report}/recommendation", "import/look", "import/enter", "contacts/set",
        ],
        "plan.note": [f"actions/{action}/mark", f"actions/{action}/note", "milestones/1/reach", "evidence/add"],
        "plan.own": [f"recommendations/{number}/view", f"recommendations/{number}/sign"],
        "plan.board": [f"recommendations/{number}/board"],
    }  # fmt: skip
    before = StateChange.objects.count()
    for user in (cast.silver, cast.pcc, cast.stranger, cast.qa, cast.auditor, liaison(cast), gold(cast), keeper(cast)):
        client, role = browser(user), roles()[user.role]
        for address, verb in opens.items():
            assert client.get(address).status_code == (200 if role.can(verb) else 403), (user.role, address)
        for verb, addresses in posts.items():
            for address in addresses:
                status = sent(client, address)
                assert (status != 403) if role.can(verb) else (status == 403), (user.role, address, status)
    assert StateChange.objects.count() == before
    assert {code for code, role in roles().items() if role.can("plan.see")} == {"programme_lead", "silver", "gold"}
    assert not any(
        roles()["pcc"].can(verb)
        for verb in ("plan.see", "plan.register", "plan.keep", "plan.note", "plan.own", "plan.board")
    )


def test_signatures_are_shown_with_the_office_and_the_round(cast: Cast, browser: Browser) -> None:
    number = first(cast)
    weeks(90)
    bound(cast, number)
    signed(cast, number)
    page = text(browser(cast.silver).get(f"{PLAN}recommendations/{number}/"))
    assert page.count("signed by") == 2
    assert "Gold, chief officer owner" in page
