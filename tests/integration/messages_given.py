"""What the tests of messages share: the account of an invented system, and messages of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection

from goldthread.accounts.models import Staff, Team
from goldthread.clocks.db import database_now
from goldthread.contact.models import Entry, Incident
from goldthread.integration.message_models import SystemIncident
from tests.cast import PASSWORD, Cast
from tests.integration.conftest import Program

RISKY = "he is strangling mum and the baby is in the cot, he has a knife"


def account(cast: Cast, username: str = "nightingale") -> Staff:
    """The account of the system *Nightingale*, whose incidents stand on Team A's desk."""
    return account_of(cast.handler.team, username)


def account_of(team: Team, username: str = "nightingale") -> Staff:
    """The same of any team."""
    return Staff.objects.create_user(username, PASSWORD, name="Nightingale", role="incident_system", team=team)


def integrator() -> Staff:
    """Who runs the integration."""
    team, _ = Team.objects.get_or_create(name="Systems")
    return Staff.objects.create_user("integrator", PASSWORD, name="Ingrid Teal", role="integrator", team=team)


def told(number: int = 1, kind: str = "words", ref: str = "NG-1", **given: Any) -> dict[str, Any]:
    """A message; ``given`` are the fields of its kind, or in the place of any other."""
    body = {
        "opened": {"channel": "999", "location": "14 Larch Road"}, "words": {"text": f"line {number} of {ref}"},
        "grade": {"grade": "priority"}, "closed": {"result": "All well."},
    }  # fmt: skip
    return {
        "system": "nightingale", "id": f"{ref}-{number}", "incident": ref, "number": number,
        "at": database_now(connection).isoformat(), "kind": kind, **body.get(kind, {}), **given,
    }  # fmt: skip


def give(sender: Program, *messages: Any) -> list[dict[str, Any]]:
    """Hand them in; what became of each."""
    answer = sender.post("/messages", list(messages))
    assert answer.status_code == 200, answer.content[:500]
    found: list[dict[str, Any]] = answer.json()["messages"]
    return found


def became(acks: list[dict[str, Any]]) -> list[str]:
    """What became of each, in a word."""
    return [one["became"] for one in acks]


def words(incident: Incident) -> list[str]:
    """What was said in an incident, in order."""
    found = Entry.objects.filter(incident=incident, kind="words").order_by("seq")
    return [one.text.text for one in found.select_related("text") if one.text is not None]


def waited_out() -> None:
    """As though every message that waits had done so for its time."""
    long_ago = database_now(connection) - timedelta(hours=1)
    SystemIncident.objects.filter(waiting_since__isnull=False).update(waiting_since=long_ago)
