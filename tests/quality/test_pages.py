"""Quality's pages: what one scores, a form that loses nothing chosen, the lead's rounds, and that nobody else opens them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.audit.models import AuditEvent
from goldthread.quality.models import QualityRound, QualityScore, QualityTask
from tests.cast import Cast, key
from tests.quality.scenes import SAID, all_of, day_of, lead, round_of, second, taken
from tests.response.test_alarms import later
from tests.retention.scenes import without_child
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]


def test_an_assessor_takes_one_sees_it_blind_and_scores_it_by_a_form_that_loses_nothing(
    cast: Cast, browser: Browser
) -> None:
    incident = without_child(cast)
    round_of(cast, [incident])
    client = browser(cast.qa)
    assert "No record waits" not in text(client.get("/quality/"))
    assert client.get("/quality/count").json() == {"count": 2, "over": 0}
    there = client.post("/quality/take").headers["Location"]
    page = text(client.get(there))
    assert SAID in page
    assert cast.handler.name not in page
    assert "Call handler A" in page
    some = {"key": key(), "children": "partly", "c-closed_open": "yes", "words": "Nobody rang back."}
    wrong = client.post(f"{there}score", some)
    assert wrong.status_code == 422
    assert "Voice of the child: choose an answer." in text(wrong)
    assert "Nobody rang back." in text(wrong)
    assert wrong.text.count('value="partly" selected') == 1
    given = {**all_of("yes"), **some, "key": key()}
    done = client.post(f"{there}score", given)
    assert (done.status_code, done.cookies["qa-done"].value) == (
        302,
        f"{QualityTask.objects.get(assessor=cast.qa).pk}.score",
    )
    made = QualityScore.objects.get()
    assert (made.result, made.critical, made.answers["children"]) == ("inadequate", ["closed_open"], "partly")
    assert "Inadequate" in text(client.get("/quality/"))
    assert "Nobody rang back." in text(client.get(there))
    assert client.post(f"{there}back").status_code == 302
    assert QualityScore.objects.count() == 1, "what is scored is not put back"
    seen = AuditEvent.objects.filter(verb="quality.score", duty="consultation", staff_id=cast.qa.pk)
    assert str(incident.pk) in seen.latest("id").subjects


def test_the_lead_draws_sees_how_far_it_is_and_frees_what_is_held(cast: Cast, browser: Browser) -> None:
    incident = without_child(cast)
    later(timedelta(days=2))
    client, day = browser(lead(cast)), day_of(incident).isoformat()
    assert "No round has been drawn." in text(client.get("/quality/rounds/"))
    wrong = client.post("/quality/rounds/draw", {"key": key(), "since": day, "until": day, "n-rest": "7"})
    assert (wrong.status_code, "No closed incident" in text(wrong), 'value="7"' in wrong.text) == (422, True, True)
    wrong = client.post("/quality/rounds/draw", {"key": key(), "since": "soon", "until": day, "n-rest": "some"})
    assert (wrong.status_code, "Give a day" in text(wrong), 'value="soon"' in wrong.text) == (422, True, True)
    there = client.post(
        "/quality/rounds/draw", {"key": key(), "since": day, "until": day, "n-asked_none": "3"}
    ).headers["Location"]
    page = text(client.get(there))
    assert "0 of 2 scorings are done" in page
    assert "no record fell into it" in page
    task = taken(cast.qa)
    assert cast.qa.name in text(client.get(there))
    assert client.post(f"{there}{task.pk}/free").status_code == 302
    assert cast.qa.name not in text(client.get(there))
    assert client.post(f"{there}{task.pk}/free").status_code == 404
    assert "Open it" in client.get("/quality/rounds/").text
    assert client.get(f"/quality/rounds/{QualityRound.objects.get().pk + 1}/").status_code == 404


def test_nobody_else_opens_them_and_an_assessor_no_others_record(cast: Cast, browser: Browser) -> None:
    made = round_of(cast, [without_child(cast)])
    task = taken(cast.qa)
    mine = ["/quality/", "/quality/count", f"/quality/records/{task.pk}/"]
    rounds = ["/quality/rounds/", f"/quality/rounds/{made.pk}/"]
    for name, user in cast.everybody().items():
        client, role = browser(user), roles()[user.role]
        for addresses, verb in ((mine, "quality.score"), (rounds, "quality.draw")):
            told = {client.get(one).status_code for one in addresses}
            assert told == ({200} if role.can(verb) else {403}), (name, verb)
    other = browser(second(cast))
    at = f"/quality/records/{task.pk}/"
    assert other.get(at).status_code == 404
    for part in ("score", "back"):
        assert other.post(f"{at}{part}", {"key": key(), **all_of("yes")}).status_code == 404
    assert not QualityScore.objects.exists()
