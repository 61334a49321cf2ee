"""A theme of quality becomes an action, or a recommendation's evidence, in one step, and its page says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.config.errors import Invalid
from goldthread.improvement import doing_actions, evidence_actions
from goldthread.improvement.models import Evidence, PlanAction
from tests.cast import Cast, key
from tests.improvement.scenes import first, gold, keeper, today
from tests.quality.scenes import lead
from tests.quality.test_themes import TITLE, WHY, a_round, theme
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]


def test_a_theme_becomes_an_action_from_its_page(cast: Cast, browser: Browser) -> None:
    found, number, client = theme(cast, a_round(cast)), first(cast), browser(keeper(cast))
    page = client.get(f"/quality/themes/{found.pk}/")
    address = f"/improvement/actions/new/?theme={found.pk}"
    assert "Make it an action of the plan" in text(page)
    assert f'href="{address}"' in page.content.decode()
    form = text(client.get(address))
    assert TITLE in form
    assert WHY in form
    given = {"key": key(), "recommendation": number, "theme": found.pk, "words": TITLE}
    assert client.post("/improvement/actions/add", given).status_code == 302
    (made,) = PlanAction.objects.all()
    assert made.theme == found
    assert f"Action {made.reference} of the plan" in text(client.get(f"/quality/themes/{found.pk}/"))


def test_a_theme_becomes_evidence_and_the_owner_may_enter_it(cast: Cast, browser: Browser) -> None:
    found, number = theme(cast, a_round(cast)), first(cast)
    client = browser(gold(cast))
    day = today().isoformat()
    given = {
        "key": key(),
        "recommendation": number,
        "theme": found.pk,
        "words": WHY,
        "true_on": day,
        "received_on": day,
    }
    assert client.post("/improvement/evidence/add", given).status_code == 302
    assert Evidence.objects.get().theme == found
    assert "Evidence for recommendation 1" in text(browser(keeper(cast)).get(f"/quality/themes/{found.pk}/"))


@pytest.mark.parametrize("wrong", ["999999999", "-1", "x", "9" * 40])
def test_a_theme_there_is_not_is_refused_in_a_sentence_and_what_was_typed_stays(
    cast: Cast, browser: Browser, wrong: str
) -> None:
    number, client = first(cast), browser(keeper(cast))
    assert client.get(f"/improvement/actions/new/?theme={wrong}").status_code == 200
    given = {"key": key(), "recommendation": number, "theme": wrong, "words": "Train every desk."}
    answer = client.post("/improvement/actions/add", given)
    assert answer.status_code == 422
    assert "Train every desk." in text(answer)
    assert not PlanAction.objects.exists()
    with pytest.raises(Invalid, match="There is no such theme"):
        evidence_actions.add_evidence(
            keeper(cast), number, key=key(), words="x", true_on=today(), received_on=today(), theme=999_999_999
        )


def test_the_lead_who_keeps_no_plan_is_offered_no_step_into_it(cast: Cast, browser: Browser) -> None:
    found = theme(cast, a_round(cast))
    assert "of the plan" not in text(browser(lead(cast)).get(f"/quality/themes/{found.pk}/"))
    assert browser(cast.pcc).get(f"/improvement/actions/new/?theme={found.pk}").status_code == 403


def test_who_may_not_see_themes_gets_no_words_of_one(cast: Cast, browser: Browser) -> None:
    found, owner = theme(cast, a_round(cast)), gold(cast)
    page = browser(owner).get(f"/improvement/evidence/new/?theme={found.pk}")
    assert (TITLE in text(page)) is owner.can("quality.themes")


def test_the_same_sent_twice_is_one_action(cast: Cast) -> None:
    found, number, again = theme(cast, a_round(cast)), first(cast), key()
    made = {doing_actions.add_action(keeper(cast), number, key=again, words=TITLE, theme=found.pk).pk for _ in range(2)}
    assert len(made) == 1
