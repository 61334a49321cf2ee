"""The VAST desk as pages: who opens what, what stands in one view, what a refusal keeps, and what the incident's page shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent, Payload
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.lookback.decide_actions import decide
from goldthread.lookback.models import Item
from goldthread.lookback.rules import Given
from goldthread.meetings.models import Decision, Line, Meeting
from goldthread.safeguarding import concern_actions as actions
from goldthread.safeguarding import concern_presenters as presenters
from goldthread.safeguarding import concern_queries as queries
from goldthread.safeguarding.concern_measures import telephoned, triaged
from goldthread.safeguarding.concern_models import Concern, ConcernCall, ConcernReason
from goldthread.supervision.coaching_models import CoachingNote
from goldthread.supervision.irmm_finding import find
from goldthread.supervision.irmm_rules import set_on
from tests.cast import Cast, attended, closed, graded, key, opened, say
from tests.lookback.test_deciding import ours  # noqa: F401 - a fixture
from tests.response.test_alarms import later

Browser = Callable[[Staff | None], Client]
TYPED = "Her aunt says <b>he</b> is back."


def text(response: object) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())  # type: ignore[attr-defined]


@pytest.fixture
def incident(cast: Cast) -> Incident:
    made = opened(cast.handler)
    say(cast.handler, made, "Her little girl has not been seen for days.")
    graded(cast.handler, made)
    return made


@pytest.fixture
def concern(cast: Cast, incident: Incident) -> Concern:
    return actions.refer(cast.handler, incident.pk, key=key(), words="Third call this week.", urgent=True)


def test_one_view_holds_all_and_everything_is_done_there(cast: Cast, browser: Browser, concern: Concern) -> None:
    client, here = browser(cast.vast), f"/safeguarding/concerns/{concern.pk}/"
    queue = text(client.get("/safeguarding/"))
    assert concern.incident.reference in queue
    assert "not telephoned" in queue
    page = text(client.get(here))
    for words in ("not been seen for days", "a child may be in danger now", "Third call this week", "Previous incidents not answered",
                  "Telephone now", "Before it ends", "Priority"):  # fmt: skip
        assert words in page, words
    assert AuditEvent.objects.filter(verb="concern.see", staff_id=cast.vast.pk).count() == 2

    def sent(what: str, **given: object) -> None:
        answer = client.post(f"{here}{what}", {"key": key(), **given})
        assert (answer.status_code, answer.headers.get("Location")) == (302, here), text(answer)

    read = queries.newest_reason(concern)
    sent("rate", rating="red", seen="red", reason=read)
    sent("telephone", desk="edt", again=10)
    sent("telephone", desk="edt", reached="Rowan Ash")
    sent("write-up", call=ConcernCall.objects.get(reached__isnull=False).pk, words="They visit tonight.")
    for item in re.findall(r'name="item" value="(\w+)"', client.get(here).content.decode()):
        sent("research", item=item, result="no_trace")
    sent("opinion", grade="immediate", words="Not seen for days.")
    sent("coach", to=cast.handler.pk, quote="not been seen", good="You asked at once.", better="")
    assert CoachingNote.objects.get().by == cast.vast
    assert f'name="reason" value="{read}"' in client.get(here).content.decode()
    known = {"last_seq": Incident.objects.get(pk=concern.incident_id).last_seq, "reason": read}
    assert f'name="last_seq" value="{known["last_seq"]}"' in client.get(here).content.decode()
    refused = client.post(f"{here}end", {"key": key(), "outcome": "advice", "words": TYPED, **known})
    assert refused.status_code == 422
    assert "opinion has not been answered" in text(refused)
    assert "Her aunt says &lt;b&gt;he&lt;/b&gt; is back." in refused.content.decode(), "what was typed stays"
    handler = browser(cast.handler)
    assert "VAST would grade Immediate" in text(handler.get(f"/incidents/{concern.incident_id}/"))
    asked = concern.opinions.get()
    answered = handler.post(
        f"/safeguarding/incidents/{concern.incident_id}/opinion",
        {"key": key(), "opinion": asked.pk, "answer": "disagrees", "words": "She was seen an hour ago."},
    )
    assert answered.status_code == 302
    sent("end", outcome="advice", words=TYPED, **known)
    ended = text(client.get(f"{here}"))
    assert "Advice given" in ended
    assert "She was seen an hour ago." in ended
    assert concern.incident.reference in text(client.get("/safeguarding/?show=closed"))


def test_a_row_of_the_queue_names_each_cause_once_with_its_first_cues() -> None:
    said = [
        ConcernReason(cause="said_high", what=cue) for cue in ("missing", "online", "physical", "neglect", "sexual")
    ]
    found = presenters.shortly(
        [*said, ConcernReason(cause="urgent", what="7"), ConcernReason(cause="raised", what="3")]
    )
    assert found == [
        "The words speak of a child at high risk: Child missing or absent, Online harm to a child, Physical harm to a child and 2 more",
        "Referred to VAST by hand: a child may be in danger now",
        "Several concerns about one child, each below the threshold",
    ]


@pytest.mark.parametrize(
    ("who", "page", "work"),
    [("vast", 200, 302), ("supervisor", 200, 403), ("far_supervisor", 404, 403), ("fim", 200, 403), ("handler", 403, 403),
     ("stranger", 403, 403), ("officer", 403, 403), ("pcc", 403, 403), ("auditor", 403, 403)],
)  # fmt: skip
def test_who_opens_a_concern_and_who_works_on_it(
    cast: Cast, browser: Browser, concern: Concern, who: str, page: int, work: int
) -> None:
    client, here = browser(getattr(cast, who)), f"/safeguarding/concerns/{concern.pk}/"
    assert client.get(here).status_code == page
    assert (
        client.post(
            f"{here}rate", {"key": key(), "rating": "red", "reason": queries.newest_reason(concern)}
        ).status_code
        == work
    )
    numbers = client.get("/safeguarding/count")
    if page == 403:
        assert numbers.status_code == 403
    else:
        assert numbers.json() == {"count": int(page == 200), "over": 0}


@pytest.mark.parametrize(
    ("who", "status"), [("handler", 302), ("dispatcher", 302), ("vast", 302), ("far_dispatcher", 404), ("officer", 404), ("qa", 403)]
)  # fmt: skip
def test_an_incident_is_referred_from_its_own_page(
    cast: Cast, browser: Browser, incident: Incident, who: str, status: int
) -> None:
    client = browser(getattr(cast, who))
    given = {"key": key(), "words": "Third call this week.", "urgent": "on"}
    assert client.post(f"/safeguarding/incidents/{incident.pk}/vast", given).status_code == status
    assert Concern.objects.filter(incident=incident, rating="red").exists() is (status == 302)
    if status == 302:
        assert "VAST: Red" in text(client.get(f"/incidents/{incident.pk}/"))


def test_an_empty_referral_is_refused_in_a_sentence(cast: Cast, browser: Browser, incident: Incident) -> None:
    answer = browser(cast.handler).post(f"/safeguarding/incidents/{incident.pk}/vast", {"key": key(), "words": " "})
    assert answer.status_code == 422
    assert "Write what VAST should look at, and why." in text(answer)


def test_next_goes_to_what_waits_and_says_when_nothing_does(cast: Cast, browser: Browser, concern: Concern) -> None:
    client = browser(cast.vast)
    assert client.get("/safeguarding/next").headers["Location"] == f"/safeguarding/concerns/{concern.pk}/"
    for came in (concern.pk, "x", "9" * 30):
        found = client.get(f"/safeguarding/next?from={came}").headers["Location"]
        assert found == ("/safeguarding/" if came == concern.pk else f"/safeguarding/concerns/{concern.pk}/")


def test_once_an_incident_is_closed_its_concern_offers_no_record_that_would_not_open(
    cast: Cast, browser: Browser, incident: Incident, concern: Concern
) -> None:
    client, here = browser(cast.fim), f"/safeguarding/concerns/{concern.pk}/"
    ways = [
        f"/safeguarding/protection/take/{incident.pk}",
        f"/safeguarding/missing/open/{incident.pk}",
        f"/safeguarding/incidents/{incident.pk}/refer",
        f"/safeguarding/door/{incident.pk}/",
    ]
    attended(cast, incident)
    for found in (True, False):
        page = client.get(here).content.decode()
        assert [one in page for one in ways] == [found] * 4
        assert [client.get(one).status_code for one in ways] == [200 if found else 404] * 4
        if found:
            read = queries.newest_reason(concern)
            actions.rate(cast.vast, concern.pk, key=key(), rating="green", words="Seen.", seen="red", reason=read)
            closed(cast, incident)


def test_an_open_concern_s_page_asks_as_often_for_much_as_for_little(
    cast: Cast, browser: Browser, incident: Incident, concern: Concern
) -> None:
    client, here = browser(cast.vast), f"/safeguarding/concerns/{concern.pk}/"

    def more() -> None:
        say(cast.handler, incident, "Her little girl has not been seen for days.")
        actions.telephone(
            cast.vast, concern.pk, key=key(), desk="edt", reached="Rowan Ash", words="They visit tonight."
        )
        actions.refer(cast.handler, incident.pk, key=key(), words="Again.")

    def asked() -> int:
        client.get(here)
        with CaptureQueriesContext(connection) as found:
            assert client.get(here).status_code == 200
        return len(found)

    more()
    little = asked()
    for _ in range(4):
        more()
    assert asked() == little


def test_the_queue_asks_as_often_for_three_as_for_one(cast: Cast, browser: Browser, concern: Concern) -> None:
    client = browser(cast.vast)
    client.get("/safeguarding/")
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get("/safeguarding/")
    for _ in range(2):
        more = opened(cast.handler)
        say(cast.handler, more, "Her little girl has not been seen for days.")
        actions.refer(cast.handler, more.pk, key=key(), words="Look.")
    with CaptureQueriesContext(connection) as three:
        client.get("/safeguarding/")
    assert len(three) == len(one)


def test_what_a_risk_meeting_refers_comes_to_vast_once(cast: Cast, incident: Incident) -> None:
    now = database_now(connection)
    empty = Payload.objects.keep("{}")
    meeting = Meeting.objects.create(
        kind="irmm", because="start", called_by=cast.fim, chair=cast.fim, opened_at=now, ends_by=now, agenda=empty, key=key()
    )  # fmt: skip
    line = Line.objects.create(meeting=meeting, position=1, subject=incident.pk, points=1, reasons=[], text=empty)
    words = Payload.objects.keep("Nobody has seen the brother.")
    Decision.objects.create(line=line, code="vast", words=words, by=cast.fim, at=now, key=key())
    assert actions.open_due() == 1
    assert actions.open_due() == 0
    reason = ConcernReason.objects.get(concern__incident=incident)
    assert (reason.cause, reason.words) == ("meeting", words)
    assert reason.concern.rating == "amber"


def test_a_concern_over_its_time_is_on_the_risk_meetings_list(cast: Cast, concern: Concern) -> None:
    def reasons() -> set[str]:
        now = database_now(connection)
        return {code for one in find(set_on(now.date()), now - timedelta(days=1), now)
                if one.incident == concern.incident_id for code in one.reasons}  # fmt: skip

    assert "concern" not in reasons()
    later(timedelta(minutes=61))
    assert "concern" in reasons()


def test_a_red_counts_as_in_time_only_when_rated_and_told_within_the_hour(cast: Cast, concern: Concern) -> None:
    now = database_now(connection)
    window = (now - timedelta(hours=1), now + timedelta(hours=3))
    actions.rate(cast.vast, concern.pk, key=key(), rating="red", reason=queries.newest_reason(concern))
    for measure in (lambda *at: triaged("red", *at), telephoned):
        cases, good = measure(*window)
        assert (cases.count(), good.count()) == (1, 0)
    later(timedelta(minutes=30))
    actions.telephone(cast.vast, concern.pk, key=key(), desk="edt", reached="Rowan Ash")
    for measure in (lambda *at: triaged("red", *at), telephoned):
        cases, good = measure(*window)
        assert (cases.count(), good.count()) == (1, 1)
    assert triaged("amber", *window)[0].count() == 0


def test_a_look_back_item_decided_for_vast_opens_one_in_its_own_incident(cast: Cast, ours: Item) -> None:  # noqa: F811
    decide(cast.supervisor, ours.pk, key=key(), given=Given("vast", words="Nobody ever saw the girl."))
    assert actions.open_due() == 1
    assert actions.open_due() == 0
    reason = ConcernReason.objects.get(concern__incident=ours.hit.incident, cause="lookback")
    assert reason.words is not None
    assert reason.words.shown() == "Nobody ever saw the girl."
