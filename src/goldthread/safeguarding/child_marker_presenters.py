"""Markers as pages show them: on the child's own, on an incident's and at the door; and those of which nobody knows whose they are."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date
from typing import Any

from goldthread.contact.models import Incident
from goldthread.safeguarding import child_apart
from goldthread.safeguarding import child_queries as queries
from goldthread.safeguarding.child_models import ChildMarker, ChildMarkerReview
from goldthread.safeguarding.child_queries import Seen
from goldthread.safeguarding.child_rules import kind_names


def marker(one: ChildMarker, reviews: list[ChildMarkerReview], today: date) -> dict[str, Any]:
    """A marker as it holds now, with its reviews."""
    last = reviews[0] if reviews else None
    changed = next((each.words for each in reviews if each.words is not None), one.words)
    due = one.review_on if last is None else last.review_on
    return {
        "marker": one, "kind": kind_names().get(one.kind, one.kind), "words": changed.shown(), "review_on": due,
        "ended": last is not None and last.outcome == "ended", "late": due is not None and due <= today,
        "reviews": reviews, "seen": last.number if last else 0,
    }  # fmt: skip


def standing_markers(records: Collection[uuid.UUID], today: date) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """The markers that stand on each of these records, none of which is merged into another: what whoever meets the child must know.

    ``perhaps``: it stands on another record, set while both stood as one, and nobody has said since whose it is.
    """
    inside = queries.members(records) if records else {}
    found: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for one, reviews in queries.markers_on(set(inside)) if inside else ():
        shown = marker(one, reviews, today)
        if not shown["ended"]:
            found.setdefault(inside[one.record_id], []).append(shown)
    for root, backs in (child_apart.meanwhile(inside) if inside else {}).items():
        stand = found.setdefault(root, [])
        known = {each["marker"].pk for each in stand}
        theirs = {each[0].pk: each for one in backs for each in one.markers}
        stand += [marker(*each, today) | {"perhaps": True} for pk, each in theirs.items() if pk not in known]
    return found


def markers_here(incident: Incident, children: Collection[uuid.UUID], today: date) -> dict[str, list[dict[str, Any]]]:
    """The markers that stand on children of an incident, by the child's identity as text."""
    held = queries.held_by([(incident.pk, one) for one in children])
    standing_on = standing_markers(set(held.values()), today)
    return {str(child): standing_on.get(record, []) for (_, child), record in held.items()}


def meanwhile(seen: Seen, today: date) -> list[dict[str, Any]]:
    """What was set or tied while this record and another stood as one, until somebody says whose it is: on both their pages. Of
    another out of sight, and of incidents out of sight, only that there is something.
    """
    rows = []
    for one in child_apart.meanwhile(dict.fromkeys(seen.held.members, seen.held.root)).get(seen.held.root, []):
        other = queries.seen(seen.user, one.other)
        incidents = seen.incidents | (other.incidents if other else {})
        markers = [marker(*each, today) | {"here": each[0].record_id in seen.held.members} for each in one.markers]
        ties = [
            {"incident": incidents[tie.incident_id], "here": tie.record_id in seen.held.members}
            for tie in one.ties
            if tie.incident_id in incidents
        ]
        shown = [each for each in markers if each["here"] or other]
        if markers or ties:
            rows.append({
                "back": one.back, "other": one.other if other else None, "markers": shown, "ties": ties,
                "more": len(shown) < len(markers) or len(ties) < len(one.ties),
            })  # fmt: skip
    return rows
