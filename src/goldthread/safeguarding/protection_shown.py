"""What police protection and missing episodes show on an incident's own page, and their lines of the timeline."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.contact.querysets import of_incident
from goldthread.desk import beyond
from goldthread.desk.standing import may_stand
from goldthread.safeguarding import missing_choices, missing_presenters, missing_queries, protection_choices
from goldthread.safeguarding import protection_presenters as presenters
from goldthread.safeguarding import protection_queries as queries
from goldthread.safeguarding.missing_models import MissingEpisode
from goldthread.safeguarding.protection_models import Protection
from goldthread.web.times import clock

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.desk.record import Record


def show_all() -> None:
    """Register all; called once at start."""
    may_stand(Protection)
    may_stand(MissingEpisode)
    beyond.display("safeguarding/_protection.jinja", _values)
    for code, words in LINES.items():
        beyond.line(code, words)


_protections = of_incident(queries.running_in)
_episodes = of_incident(missing_queries.running_in)


def _values(user: Staff, record: Record, now: datetime) -> dict[str, Any]:
    incident = record.incident
    protections = _protections(incident) if record.has(Protection) else []
    episodes = _episodes(incident) if record.has(MissingEpisode) else []
    names = {str(one.child): presenters.called(one) for one in record.children} if protections or episodes else {}
    known = queries.newest_of(protections) if protections else {}
    return {
        "protections": [
            presenters.shown(one, known.get(one.pk), now, names.get(str(one.child), "A child")) for one in protections
        ],
        "missing": [missing_presenters.shown(one, now, names.get(str(one.child), "A child")) for one in episodes],
        "may_see_safeguarding": record.reached(user, queries.SEES),
        "may_record_safeguarding": record.reached(user, "protection.record"),
    }


def _at(data: dict[str, Any], name: str = "at") -> str:
    return clock(datetime.fromisoformat(data[name]))


def _met(data: dict[str, Any]) -> str:
    kind, outcome = dict(protection_choices.MEETINGS)[data["kind"]], dict(protection_choices.OUTCOMES)[data["outcome"]]
    return f"{kind}: {outcome.lower()}"


def _ended(data: dict[str, Any]) -> str:
    return f"Police protection ended {_at(data)}: {dict(protection_choices.ENDINGS)[data['how']].lower()}"


def _assessed(data: dict[str, Any]) -> str:
    asked, risk = (missing_presenters.risk_name(data[one]).lower() for one in ("asked", "risk"))
    waits = "" if asked == risk else f"; {asked} waits for an inspector"
    return f"Missing child assessed: {risk} risk holds{waits}"


def _interviewed(data: dict[str, Any]) -> str:
    kind, outcome = dict(missing_choices.INTERVIEWS)[data["kind"]], dict(missing_choices.OUTCOMES)[data["outcome"]]
    return f"{kind}: {outcome.lower()}"


LINES = {
    "protection.taken": lambda data: f"Child taken into police protection {_at(data, 'taken_at')}",
    "protection.added": lambda _data: "Police protection: more on record",
    "protection.ended": _ended,
    "protection.met": _met,
    "missing.opened": lambda data: (
        f"Child missing: {missing_presenters.risk_name(data['risk']).lower()} risk holds, episode {data['number']} in 12 months"
    ),
    "missing.assessed": _assessed,
    "missing.agreed": lambda data: (
        f"Missing child: an inspector agreed to {missing_presenters.risk_name(data['risk']).lower()} risk"
    ),
    "missing.not_agreed": lambda data: (
        f"Missing child: an inspector did not agree; {missing_presenters.risk_name(data['risk']).lower()} risk holds"
    ),
    "missing.sighted": lambda data: f"Missing child seen {_at(data)}",
    "missing.sighting_withdrawn": lambda _data: "Missing child: a sighting was recorded by mistake and is taken back",
    "missing.returned": lambda data: f"Missing child back {_at(data)}",
    "missing.interviewed": _interviewed,
}
