"""The supervisor's desk as pages: who sees it, what stands in one view, and how often the database is asked."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goldthread.accounts import duty_actions
from goldthread.accounts.models import Staff
from goldthread.audit.actions import acting
from goldthread.audit.models import AuditEvent
from goldthread.contact.models import Incident
from goldthread.desk import drafts
from goldthread.response import actions as response
from goldthread.response.models import GradePeriod
from goldthread.supervision.models import Question, Review, Sweep
from goldthread.supervision.queries import newest_find
from goldthread.supervision.sweep_actions import sweep
from tests.cast import Cast, graded, key, opened, say
from tests.response.test_alarms import later
from tests.response.test_requests import assess, lower, with_child

Browser = Callable[[Staff | None], Client]


def text(response: object) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())  # type: ignore[attr-defined]


def began(client: Client, incident: Incident) -> str:
    page = client.get(f"/supervision/{incident.pk}/").content.decode()
    found = re.search(r'name="began" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.fixture
def incident(cast: Cast) -> Incident:
    made = with_child(cast)
    assess(cast.handler, made)
    later(timedelta(minutes=25))
    sweep()
    made.refresh_from_db()
    return made


def test_the_queue_says_why_and_the_page_holds_everything(cast: Cast, browser: Browser, incident: Incident) -> None:
    client = browser(cast.supervisor)
    queue = text(client.get("/supervision/"))
    assert incident.reference in queue
    assert "child involved, not looked at" in queue
    page = text(client.get(f"/supervision/{incident.pk}/"))
    for words in ("Neighbour heard", "What reader and handler saw differently", "As said.", "Priority"):
        assert words in page
    event = AuditEvent.objects.filter(verb="supervision.review").latest("id")
    assert (event.duty, str(incident.pk) in event.subjects) == ("consultation", True)


def test_another_team_and_the_commissioner_see_nothing_of_it(cast: Cast, browser: Browser, incident: Incident) -> None:
    far = browser(cast.far_supervisor)
    assert incident.reference not in text(far.get("/supervision/"))
    assert far.get("/supervision/count").json() == {"count": 0, "over": 0, "called": 0}
    given = {"key": key(), "seen": incident.last_seq, "found": newest_find(incident)}
    for route in ("agree", "question", "delay", "raise", "decide"):
        assert far.post(f"/supervision/{incident.pk}/{route}", given).status_code in {404, 422}
        assert browser(cast.pcc).post(f"/supervision/{incident.pk}/{route}", given).status_code == 403
    assert not Review.objects.exists()


def test_one_answer_leads_to_the_next(cast: Cast, browser: Browser, incident: Incident) -> None:
    other = with_child(cast)
    later(timedelta(minutes=25))
    sweep()
    client = browser(cast.supervisor)
    given = {"key": key(), "seen": incident.last_seq, "found": newest_find(incident), "began": began(client, incident)}
    answer = client.post(f"/supervision/{incident.pk}/agree", given, follow=True)
    assert answer.redirect_chain[-1][0] == f"/supervision/{other.pk}/"
    review = Review.objects.get()
    assert review.began_at < review.at


def test_when_nothing_is_left_the_queue_says_so(cast: Cast, browser: Browser, incident: Incident) -> None:
    client = browser(cast.supervisor)
    given = {"key": key(), "seen": incident.last_seq, "found": newest_find(incident)}
    answer = client.post(f"/supervision/{incident.pk}/agree", given, follow=True)
    assert "Nothing else waits for you to review." in text(answer)
    assert "Nothing waits for a senior person." in text(answer)


def test_what_was_typed_stays_where_it_was_not_done(cast: Cast, browser: Browser, incident: Incident) -> None:
    client = browser(cast.supervisor)
    seen = incident.last_seq
    say(cast.handler, incident, "he has come back")
    answer = client.post(
        f"/supervision/{incident.pk}/question", {"key": key(), "seen": seen, "found": 0, "words": "Who is with her?"}
    )
    assert answer.status_code == 422
    assert "Something was said since this page was loaded" in text(answer)
    assert "Who is with her?" in answer.content.decode()
    again = client.post(
        f"/supervision/{incident.pk}/question", {"key": key(), "seen": seen, "found": 0, "words": "Who is with her?"}
    )
    assert again.status_code == 422, "what was not seen is not taken for seen by sending it again"
    assert not Question.objects.exists()


@pytest.mark.parametrize(
    "given", [{}, {"key": "no key"}, {"seen": "many"}, {"seen": -1, "began": "forged"}, {"began": "x" * 999}]
)
def test_a_form_that_is_none_does_nothing(
    cast: Cast, browser: Browser, incident: Incident, given: dict[str, str]
) -> None:
    client = browser(cast.supervisor)
    for route in ("agree", "question", "delay", "raise", "decide"):
        answer = client.post(f"/supervision/{incident.pk}/{route}", {"key": "", **given})
        assert answer.status_code == 422, route
    assert not Review.objects.exists()


def test_a_forged_beginning_counts_as_now(cast: Cast, browser: Browser, incident: Incident) -> None:
    given = {
        "key": key(),
        "seen": incident.last_seq,
        "found": newest_find(incident),
        "began": "2020-01-01T00:00:00+00:00:forged",
    }
    browser(cast.supervisor).post(f"/supervision/{incident.pk}/agree", given)
    review = Review.objects.get()
    assert review.began_at == review.at


def test_requests_are_decided_here(cast: Cast, browser: Browser, incident: Incident) -> None:
    request = lower(cast, incident)
    assert request is not None
    assess(cast.handler, incident)
    incident.refresh_from_db()
    client = browser(cast.supervisor)
    assert "asked: lower grade" in text(client.get("/supervision/?why=request"))
    given = {
        "key": key(),
        "seen": incident.last_seq,
        "found": newest_find(incident),
        "request": request.pk,
        "answer": "approved",
    }
    assert client.post(f"/supervision/{incident.pk}/decide", given).status_code == 302
    assert GradePeriod.objects.filter(incident=incident).latest("seq").grade == "scheduled"


def test_the_owner_answers_on_the_incident_s_own_page(cast: Cast, browser: Browser, incident: Incident) -> None:
    supervisor, owner = browser(cast.supervisor), browser(cast.handler)
    given = {
        "key": key(),
        "seen": incident.last_seq,
        "found": newest_find(incident),
        "words": "Who is with the girl now?",
    }
    supervisor.post(f"/supervision/{incident.pk}/question", given)
    assert "Who is with the girl now?" in text(owner.get(f"/incidents/{incident.pk}/"))
    question = Question.objects.get()
    answer = {"key": key(), "question": question.pk, "words": "Her aunt."}
    stranger = browser(cast.pcc).post(f"/supervision/{incident.pk}/answer", answer)
    assert stranger.status_code == 403
    sent = owner.post(f"/supervision/{incident.pk}/answer", answer, headers={"HX-Request": "true"})
    assert sent.status_code == 200
    assert 'id="supervisor-asks"' in sent.content.decode()
    assert "Her aunt." in text(supervisor.get(f"/supervision/{incident.pk}/"))
    assert Sweep.objects.filter(incident=incident, kind="answered", ended_at__isnull=True).exists()


def test_an_empty_or_late_answer_to_a_question_says_what_to_do(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    browser(cast.supervisor).post(
        f"/supervision/{incident.pk}/question",
        {"key": key(), "seen": incident.last_seq, "found": newest_find(incident), "words": "Who?"},
    )
    owner = browser(cast.handler)
    for given in ({"question": Question.objects.get().pk, "words": " "}, {"question": 0, "words": "x"}, {"words": "x"}):
        sent = owner.post(f"/supervision/{incident.pk}/answer", {"key": key(), **given}, headers={"HX-Request": "true"})
        assert sent.status_code in {404, 422}
    assert owner.post(f"/supervision/{uuid.uuid4()}/answer", {"key": key()}).status_code == 404


def test_the_desk_asks_as_often_for_many_as_for_few(cast: Cast, browser: Browser, incident: Incident) -> None:
    client = browser(cast.supervisor)

    def asked(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        return len(found)

    few = asked("/supervision/")
    for _ in range(6):
        more = opened(cast.handler)
        say(cast.handler, more, "kids crying upstairs, he has a knife")
        graded(cast.handler, more, "scheduled")
    later(timedelta(minutes=25))
    sweep()
    assert asked("/supervision/") == few


def test_a_supervisor_called_now_stands_first_and_is_counted(cast: Cast, browser: Browser, incident: Incident) -> None:
    other = opened(cast.handler)
    client = browser(cast.supervisor)
    before = client.get("/supervision/count").json()
    response.call_supervisor(cast.handler, other.pk, key=key())
    assert client.get("/supervision/count").json() == {**before, "count": before["count"] + 1, "called": 1}
    page = text(client.get("/supervision/"))
    assert page.index(other.reference) < page.index(incident.reference)
    assert "supervisor called now" in text(client.get(f"/supervision/{other.pk}/"))


def test_team_now_says_who_holds_what(cast: Cast, browser: Browser, incident: Incident) -> None:
    with acting(cast.handler) as act:
        duty_actions.begin(cast.handler, act)
        duty_actions.begin(cast.stranger, act)
    own = text(browser(cast.supervisor).get("/supervision/team"))
    assert "Handler Amber Call handler, Team A no 1 1" in own
    assert "Stranger Amber" not in own
    assert "Stranger Amber" in text(browser(cast.fim).get("/supervision/team"))
    assert browser(cast.pcc).get("/supervision/team").status_code == 403


def test_a_live_call_shows_to_whoever_listens_and_a_note_disturbs_nobody(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    with acting(cast.handler) as act:
        duty_actions.begin(cast.handler, act)
    owner, client = browser(cast.handler), browser(cast.supervisor)
    drafts.store(cast.handler, incident.pk, 0, {"words.text": "he is at the"})
    assert incident.reference in text(client.get("/supervision/team"))
    before = Incident.objects.get(pk=incident.pk).last_seq
    given = {"key": key(), "words": "Handler asked well, the boy was not asked after."}
    answer = client.post(f"/supervision/{incident.pk}/note", given, follow=True)
    assert "the boy was not asked after" in text(answer)
    assert Incident.objects.get(pk=incident.pk).last_seq == before
    assert "the boy was not asked after" not in text(owner.get(f"/incidents/{incident.pk}/"))
    assert client.post(f"/supervision/{incident.pk}/note", {"key": key(), "words": " "}).status_code == 422
    assert browser(cast.far_supervisor).post(f"/supervision/{incident.pk}/note", given).status_code == 404


@pytest.mark.parametrize("huge", [2**63, 10**40, -(10**40)])
def test_numbers_of_any_size_are_answered_in_words(cast: Cast, browser: Browser, incident: Incident, huge: int) -> None:
    client, owner = browser(cast.supervisor), browser(cast.handler)
    for given in ({"seen": huge, "found": 0}, {"seen": incident.last_seq, "found": huge, "request": huge}):
        for route in ("question", "decide"):
            sent = {"key": key(), "words": "Who is with her?", "answer": "refused", **given}
            status = client.post(f"/supervision/{incident.pk}/{route}", sent).status_code
            assert status in {302, 404, 422}, (route, given)
    asked = {"key": key(), "question": huge, "words": "Her aunt."}
    assert owner.post(f"/supervision/{incident.pk}/answer", asked).status_code in {404, 422}
