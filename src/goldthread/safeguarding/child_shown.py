"""What the record of a child shows on an incident's own page: that there is one, and what may be done about it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.contact.models import Incident
from goldthread.contact.querysets import one as reached
from goldthread.desk import beyond
from goldthread.safeguarding import child_chronology, child_likeness_actions, child_measures, child_raise_actions
from goldthread.safeguarding import child_queries as queries

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.desk.record import Record


def show_child() -> None:
    """Register all; called once at start. That the actions' modules are loaded here registers their listeners."""
    assert child_likeness_actions.answered is not None
    assert child_raise_actions.closed is not None
    child_chronology.register_all()
    child_measures.register_all()
    beyond.display("safeguarding/_child-records.jinja", _records)
    beyond.line("child.tied", lambda _data: "A child tied to their record across incidents")
    beyond.line("child.untied", lambda _data: "A child's tie to a record taken back: not the same child")
    beyond.line(
        "child.raised", lambda data: f"{data['count']} concerns below the threshold raise this child: VAST told"
    )


def _records(user: Staff, record: Record, _now: datetime) -> dict[str, Any]:
    incident = record.incident
    if not record.children or not user.can("child.known") or reached(user, "child.known", incident.pk) is None:
        return {}
    may = user.can("child.tie")
    at = [(incident.pk, one.child) for one in record.children]
    held = queries.held_by(at)
    groups = queries.groups(set(held.values()))
    earlier = _earlier(incident, {pk for group in groups.values() for pk, _ in group})
    alike: dict[uuid.UUID, list[int]] = {}
    for pair in queries.suggestions_on(at) if may else ():
        for pk, child in ((pair.incident_id, pair.child), (pair.other_incident_id, pair.other_child)):
            if pk == incident.pk:
                alike.setdefault(child, []).append(pair.pk)
    rows = []
    for one in record.children:
        root = held.get((incident.pk, one.child))
        before = {pk for pk, _ in groups.get(root, ())} & earlier if root else set()
        if root or may:
            rows.append({
                "child": one.child, "name": queries.name_of(one), "record": root, "before": len(before),
                "alike": alike.get(one.child, []),
            })  # fmt: skip
    return {"child_records": rows, "child_may_see": user.can("child.see"), "child_may_tie": may}


def _earlier(incident: Incident, others: set[uuid.UUID]) -> set[uuid.UUID]:
    if not others:
        return set()
    found = Incident.objects.filter(pk__in=others, opened_at__lt=incident.opened_at)
    return set(found.values_list("pk", flat=True))
