"""What referrals show on an incident's own page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from goldthread.contact.querysets import CHILD_TOO, of_incident
from goldthread.desk import beyond
from goldthread.desk.standing import may_stand
from goldthread.safeguarding import referral_presenters, referral_queries
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.clock_rules import names
from goldthread.safeguarding.partner_choices import KINDS
from goldthread.safeguarding.referral_models import LEGS, Referral
from goldthread.safeguarding.referral_queries import SEES
from goldthread.supervision.irmm_finding import ALSO

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.desk.record import Record


def show_all() -> None:
    """Register all; called once at start."""
    ALSO["referral"] = referral_queries.late
    CHILD_TOO.append(lambda: Q(Exists(Referral.objects.filter(incident=OuterRef("pk")))))
    may_stand(Referral)
    beyond.display("safeguarding/_referrals.jinja", _referrals)
    beyond.line("referral.owed", lambda data: f"Referral owed: {_kind(data)}")
    beyond.by_reader("referral.owed")
    beyond.by_reader("referral.not_owed")
    beyond.line("referral.not_owed", lambda data: f"Referral not owed after all: {_kind(data)}")
    for code, name in LEGS:
        beyond.line(f"referral.{code}", _line(name.lower()))


_of_incident = of_incident(referral_queries.of_incident)


def _referrals(user: Staff, record: Record, now: datetime) -> dict[str, Any]:
    here = _of_incident(record.incident) if record.has(Referral) else []
    found = [referral_presenters.row(one, now) for one in here]
    return {
        "referrals": found,
        "may_refer": record.reached(user, "referral.make"),
        "may_see_referrals": bool(found) and record.reached(user, SEES),
    }


def clock_name(clock: Clock) -> str:
    """What a clock is called on the incident: with the kind of partner, where it runs on a referral that is owed."""
    name = names().get(clock.rule, clock.rule)
    kind = dict(KINDS).get(clock.about.removeprefix("owed."))
    return f"{name}, not sent yet: {kind.lower()}" if kind else name


def _line(leg: str) -> Callable[[dict[str, Any]], str]:
    return lambda data: f"Referral {data['number']}, {_kind(data)}: {leg}"


def _kind(data: dict[str, Any]) -> str:
    code: str = data["kind"]
    return dict(KINDS).get(code, code)
