"""What referrals show on an incident's own page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.desk import beyond
from goldthread.safeguarding import referral_presenters, referral_queries
from goldthread.safeguarding.partner_choices import KINDS
from goldthread.safeguarding.referral_models import LEGS

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.desk.record import Record


def show_all() -> None:
    """Register all; called once at start."""
    beyond.display("safeguarding/_referrals.jinja", _referrals)
    beyond.line("referral.owed", lambda data: f"Referral owed: {_kind(data)}")
    beyond.line("referral.not_owed", lambda data: f"Referral not owed after all: {_kind(data)}")
    for code, name in LEGS:
        beyond.line(f"referral.{code}", _line(name.lower()))


def _referrals(user: Staff, record: Record, now: datetime) -> dict[str, Any]:
    found = referral_queries.of_incident(record.incident)
    return {
        "referrals": [referral_presenters.row(one, now) for one in found],
        "referrals_owed": referral_presenters.owed_rows(referral_queries.owed(record.incident), now),
        "may_refer": user.can("referral.make"),
        "may_see_referrals": user.can("referral.see"),
    }


def _line(leg: str) -> Callable[[dict[str, Any]], str]:
    return lambda data: f"Referral {data['number']}, {_kind(data)}: {leg}"


def _kind(data: dict[str, Any]) -> str:
    code: str = data["kind"]
    return dict(KINDS).get(code, code)
