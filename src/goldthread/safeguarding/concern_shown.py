"""What the VAST desk shows and asks elsewhere: the incident's own page, its timeline, sight, and risk meetings. Registered at start."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from goldthread.contact.querysets import CHILD_TOO
from goldthread.desk import beyond
from goldthread.desk.standing import may_stand
from goldthread.response.grades import grade
from goldthread.safeguarding import clock_views
from goldthread.safeguarding import concern_queries as queries
from goldthread.safeguarding import concern_rules as rules
from goldthread.safeguarding.concern_models import ANSWERS, RATINGS, Concern
from goldthread.safeguarding.concern_presenters import on_incident
from goldthread.supervision.irmm_finding import ALSO

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.desk.record import Record


def show_all() -> None:
    """Register all; called once at start."""
    may_stand(Concern)
    beyond.display("safeguarding/_concern.jinja", _here)
    beyond.line("concern.opened", lambda data: f"With VAST, {_rating(data)}: {_causes(data)}")
    beyond.line("concern.more", lambda data: f"One more reason for VAST, {_rating(data)}: {_causes(data)}")
    beyond.by_reader("concern.opened")
    beyond.by_reader("concern.more")
    beyond.by_reader("clock.told", lambda data: of_reader(str(data.get("about", ""))))
    beyond.line("concern.rated", _rated)
    beyond.line("concern.called", _called)
    beyond.line("concern.opinion", lambda data: f"Second opinion of VAST: {grade(data['grade']).name}")
    beyond.line("concern.answered", lambda data: f"Second opinion answered: {dict(ANSWERS)[data['answer']].lower()}")
    beyond.line("concern.ended", lambda data: f"VAST ended the concern: {_outcome(data)}")
    CHILD_TOO.append(_referred)
    clock_views.PLACES.update(
        dict.fromkeys((queries.ABOUT, queries.WRITE_UP), ("safeguarding:concern", queries.reached_by))
    )
    ALSO["concern"] = queries.late


def of_reader(about: str) -> bool:
    """Whether a clock of this kind runs on what the service found by itself in the words."""
    return about in {queries.ABOUT, queries.WRITE_UP} or about.startswith("owed.")


def _here(_user: Staff, record: Record, now: datetime) -> dict[str, Any]:
    found = on_incident(record, now)
    if not record.shown.readings and not found["vast_referred"]:  # the service opened it by what it read
        found["vast_concern"] = None
    return found


def _referred() -> Q:
    return Q(Exists(Concern.objects.filter(incident=OuterRef("pk"))))


def _rating(data: dict[str, Any]) -> str:
    return dict(RATINGS)[data["rating"]]


def _causes(data: dict[str, Any]) -> str:
    told = [rules.cause_names().get(one, one) for one in data["causes"]]
    return "; ".join(one[:1].lower() + one[1:] for one in told)


def _rated(data: dict[str, Any]) -> str:
    return f"VAST {'rated it' if data['changed'] else 'confirmed'} {_rating(data)}"


def _called(data: dict[str, Any]) -> str:
    desk = rules.desk_names().get(data["desk"], data["desk"])
    return f"VAST telephoned {desk}: {'somebody was reached' if data['reached'] else 'no answer'}"


def _outcome(data: dict[str, Any]) -> str:
    return rules.outcome_names().get(data["outcome"], str(data["outcome"]))
