"""Feedback: to whoever opened the incident alone, with a right of reply, and a dispute that the lead answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.audit.models import AuditEvent
from goldthread.config.errors import Invalid, NotThere, Stale
from goldthread.quality import actions, feedback_actions
from goldthread.quality.models import QualityFeedback, QualityReply, QualityRuling, QualityTask
from goldthread.quality.rates import of_round
from tests.cast import Cast, key
from tests.quality.rate_scenes import NO, YES, drawn
from tests.quality.scenes import all_of, lead, person, round_of, second, taken
from tests.response.test_alarms import later
from tests.retention.scenes import without_child
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]
WHY = "Line 4 has the children's names."


def scored(cast: Cast, answer: str = "no") -> QualityFeedback:
    """A record of the handler's, scored by one assessor."""
    round_of(cast, [without_child(cast)])
    place = taken(second(cast))
    if place.place == 1:
        actions.put_back(second(cast), place.pk)
    else:
        actions.score(second(cast), place.pk, key=key(), answers=all_of("yes"))
    assert not QualityFeedback.objects.exists(), "a second score is nobody's feedback"
    actions.score(cast.qa, taken(cast.qa).pk, key=key(), answers=all_of(answer), words="Nothing was asked.")
    return QualityFeedback.objects.get()


def test_the_first_score_goes_to_whoever_opened_it_within_days_of_the_form(cast: Cast) -> None:
    found = scored(cast)
    assert found.to == cast.handler
    assert found.answer_by - found.at == timedelta(days=5)
    reply = feedback_actions.reply(cast.handler, found.pk, disputes=False, words="Thank you.")
    assert feedback_actions.reply(cast.handler, found.pk, disputes=False, words="Thank you.") == reply
    with pytest.raises(Stale):
        feedback_actions.reply(cast.handler, found.pk, disputes=True, words=WHY)
    assert QualityReply.objects.count() == 1
    assert AuditEvent.objects.filter(verb="quality.answer", duty="collection", staff_id=cast.handler.pk).count() == 1


def test_nobody_is_told_of_what_somebody_who_left_had_opened(cast: Cast) -> None:
    round_of(cast, [without_child(cast)])
    Staff.objects.filter(pk=cast.handler.pk).update(is_active=False)
    while (task := actions.take_next(cast.qa)) is not None:
        actions.score(cast.qa, task.pk, key=key(), answers=all_of("yes"))
    assert not QualityFeedback.objects.exists()


def test_it_is_nobody_elses_to_answer(cast: Cast) -> None:
    found = scored(cast)
    for user in (cast.teammate, cast.stranger, cast.supervisor, cast.qa, cast.pcc, lead(cast)):
        with pytest.raises(NotThere):
            feedback_actions.reply(user, found.pk, disputes=False)
        with pytest.raises(NotThere):
            feedback_actions.rule(user, found.pk, ruling="stands", words=WHY)
    assert not QualityReply.objects.exists()


def test_a_dispute_has_a_reason_and_the_lead_answers_it_with_one(cast: Cast) -> None:
    found = scored(cast)
    with pytest.raises(Invalid):
        feedback_actions.reply(cast.handler, found.pk, disputes=True, words=" ")
    feedback_actions.reply(cast.handler, found.pk, disputes=True, words=WHY)
    with pytest.raises(Invalid):
        feedback_actions.rule(lead(cast), found.pk, ruling="stands", words="")
    with pytest.raises(Invalid):
        feedback_actions.rule(lead(cast), found.pk, ruling="other", words=WHY)
    with pytest.raises(NotThere):
        feedback_actions.rule(cast.supervisor, found.pk, ruling="stands", words=WHY)
    made = feedback_actions.rule(lead(cast), found.pk, ruling="stands", words=WHY)
    assert feedback_actions.rule(lead(cast), found.pk, ruling="stands", words=WHY) == made
    with pytest.raises(Stale):
        feedback_actions.rule(lead(cast), found.pk, ruling="again", words=WHY)
    assert QualityRuling.objects.count() == 1


def test_a_record_scored_again_goes_to_a_third_whose_score_counts_and_is_not_scored_a_fourth_time(cast: Cast) -> None:
    found = scored(cast)
    feedback_actions.reply(cast.handler, found.pk, disputes=True, words=WHY)
    feedback_actions.rule(lead(cast), found.pk, ruling="again", words=WHY)
    assert not QualityTask.objects.open_to(cast.qa).exists(), "whoever scored it first does not score it again"
    third = person(cast, "qa-3", "qa_assessor")
    task = taken(third)
    assert task.place == 3
    actions.score(third, task.pk, key=key(), answers=all_of("yes"))
    anew = QualityFeedback.objects.get(score__task=task)
    assert anew.to == cast.handler
    feedback_actions.reply(cast.handler, anew.pk, disputes=True, words=WHY)
    with pytest.raises(Invalid, match="scored again already"):
        feedback_actions.rule(lead(cast), anew.pk, ruling="again", words=WHY)


def test_a_score_that_is_made_anew_counts_in_no_rate_until_it_is(cast: Cast) -> None:
    made = drawn(cast, {"rest": (6, [YES, YES, YES, YES, YES, NO])})
    score = QualityTask.objects.get(score__result="inadequate").score
    found = QualityFeedback(score=score, to=cast.handler, answer_by=made.at, at=made.at)
    found.save()
    feedback_actions.reply(cast.handler, found.pk, disputes=True, words=WHY)
    assert of_round(made).records == 6
    feedback_actions.rule(lead(cast), found.pk, ruling="again", words=WHY)
    assert of_round(made).records == 5
    actions.score(second(cast), taken(second(cast)).pk, key=key(), answers=YES)
    good = of_round(made).rows[0].whole
    assert good is not None
    assert (good.share, good.n) == (1, 6)


def test_the_handler_reads_answers_and_disputes_and_the_lead_answers_on_pages_that_lose_nothing(
    cast: Cast, browser: Browser
) -> None:
    found = scored(cast)
    handler, leads = browser(cast.handler), browser(lead(cast))
    assert handler.get("/quality/feedback/count").json() == {"count": 1, "over": 0}
    later(timedelta(days=6))
    assert handler.get("/quality/feedback/count").json() == {"count": 1, "over": 1}
    assert "late" in text(handler.get("/quality/feedback/"))
    at = f"/quality/feedback/{found.pk}/"
    page = text(handler.get(at))
    assert "Nothing was asked." in page
    assert cast.qa.name not in page
    wrong = handler.post(f"{at}reply", {"key": key(), "reply": "disputes", "words": ""})
    assert (wrong.status_code, "Write what is not right" in text(wrong)) == (422, True)
    assert handler.post(f"{at}reply", {"key": key(), "reply": "disputes", "words": WHY}).status_code == 302
    assert WHY in leads.get("/quality/disputes/").text.replace("&#39;", "'")
    there = f"/quality/disputes/{found.pk}/rule"
    wrong = leads.post(there, {"key": key(), "words": "Because.", "ruling": "perhaps"})
    assert (wrong.status_code, "Because." in text(wrong)) == (422, True)
    assert leads.post(there, {"key": key(), "words": "It shows none.", "ruling": "stands"}).status_code == 302
    assert "It shows none." in text(handler.get(at))
    for name, user in cast.everybody().items():
        client, role = browser(user), roles()[user.role]
        expected = 200 if user == cast.handler else 404 if role.can("quality.answer") else 403
        assert client.get(at).status_code == expected, name
        assert client.get("/quality/disputes/").status_code == 403, name
