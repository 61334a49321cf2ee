"""An erasure takes every text of an incident, wherever it was written, and every page about it still opens."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.actions import erase
from goldthread.audit.models import Payload
from goldthread.contact import caller_actions
from goldthread.contact.caller_rules import Reachable
from goldthread.retention import queries
from goldthread.safeguarding.concern_actions import refer
from tests.cast import Cast, assess, attended, key
from tests.investigation.scenes import ended, whole
from tests.retention.scenes import second
from tests.safeguarding.referrals import leg, partner, referred
from tests.supervision.test_pages import text

WORDS = (
    "His landlord and his sister",
    "under the stairs",
    "Neighbour",
    "Please see her today",
    "Wren",
    "marigold",
)


def test_nothing_a_person_said_is_left_and_every_page_opens(cast: Cast, browser: Callable[[Staff], Client]) -> None:
    one = ended(cast, whole(cast))
    incident = one.incident
    caller_actions.set_safe_contact(
        cast.handler, incident.pk, key=key(), reachable=Reachable("given", number="07700 900123", code_word="marigold")
    )
    concern = refer(cast.supervisor, incident.pk, key=key(), words="Third call this week.")
    referral = referred(cast.supervisor, incident, partner())
    leg(cast.supervisor, referral, "seen", "Read at once.")
    assess(cast.handler, incident)
    attended(cast, incident)
    pages = {
        cast.supervisor: [f"/incidents/{incident.pk}/", f"/safeguarding/referrals/{referral.pk}/"],
        cast.vast: [f"/safeguarding/concerns/{concern.pk}/", f"/incidents/{incident.pk}/"],
        cast.detective_sergeant: [f"/investigation/{one.pk}/"],
    }
    before = _shown(browser, pages)
    assert [words for words in WORDS if words not in before] == []
    taken = list(queries.payloads_of(incident))
    assert {each.pk for each in taken} == set(Payload.objects.values_list("pk", flat=True)), (
        "the scene is this incident alone"
    )
    erase(cast.auditor, second(cast), taken, "Its time has passed.", "the retention schedule")
    after = _shown(browser, pages)
    assert not [words for words in WORDS if words in after]
    assert "Erased on" in after


def _shown(browser: Callable[[Staff], Client], pages: dict[Staff, list[str]]) -> str:
    found = ""
    for user, addresses in pages.items():
        client = browser(user)
        for address in addresses:
            response = client.get(address)
            assert response.status_code == 200, address
            found += text(response)
    return found
