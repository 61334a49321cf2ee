"""What safeguarding's other tables add to a child's chronology, and which incidents were taken further than a line of it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.urls import reverse

from goldthread.contact.models import Incident
from goldthread.safeguarding import concern_rules, missing_choices, missing_queries, protection_queries
from goldthread.safeguarding.child_chronology import Line, register
from goldthread.safeguarding.child_queries import Seen
from goldthread.safeguarding.child_raise_actions import dealt
from goldthread.safeguarding.concern_models import Concern, ConcernRating, ConcernReason
from goldthread.safeguarding.door_models import DoorAnswer
from goldthread.safeguarding.missing_models import MissingInterview
from goldthread.safeguarding.protection_models import ChildMeeting
from goldthread.safeguarding.referral_models import Referral, ReferralLeg


@dealt
def taken_further(incidents: Collection[uuid.UUID]) -> Collection[uuid.UUID]:
    """Those of which VAST had a concern or a partner was told. A concern that only a child's raise opened takes none of the
    incidents that raised them out of the next count.
    """
    why = ConcernReason.objects.filter(concern__incident__in=incidents).exclude(cause="raised")
    had = why.values_list("concern__incident", flat=True)
    told = Referral.objects.filter(incident__in=incidents, withdrawn_at__isnull=True).values_list("incident", flat=True)
    return {*had, *told}


def door(seen: Seen) -> Iterable[Line]:
    """What officers found of the child at the door; of each visit what was seen last."""
    rows = DoorAnswer.objects.filter(incident__in=seen.pks).order_by("visit", "child", "-seen_at", "-version")
    for one in _of_child(seen, rows.distinct("visit", "child").select_related("by", "told_by")):
        words = "Seen by an officer" if one.seen == "yes" else "Not seen by the officer who went"
        words += f", spoken to alone: {one.get_alone_display().lower()}" if one.alone else ""
        yield Line(one.seen_at, one.incident_id, words, (one.told_by or one.by).name)


def concerns(seen: Seen) -> Iterable[Line]:
    """Concerns of the incidents: opened, rated by a person, ended."""
    sight = Incident.objects.reached_by(seen.user, "concern.see").filter(pk__in=seen.pks)
    found = Concern.objects.filter(incident__in=sight).select_related("opened_by", "closed_by")
    rows = {one.pk: one for one in found}
    names = concern_rules.outcome_names()
    for one in rows.values():
        href = reverse("safeguarding:concern", args=[one.pk])
        by = one.opened_by.name if one.opened_by else "rule"
        yield Line(one.opened_at, one.incident_id, "Concern opened on the VAST desk", by, href=href)
        if one.closed_at is not None and one.closed_by is not None:
            ended = names.get(one.outcome, one.outcome)
            yield Line(one.closed_at, one.incident_id, f"Concern ended: {ended}", one.closed_by.name, href=href)
    for rated in ConcernRating.objects.filter(concern__in=rows, by__isnull=False).select_related("by"):
        href = reverse("safeguarding:concern", args=[rated.concern_id])
        by = rated.by.name if rated.by else ""
        yield Line(rated.at, rows[rated.concern_id].incident_id, f"Rated {rated.get_rating_display()}", by, href=href)


def referrals(seen: Seen) -> Iterable[Line]:
    """What partners were told of this child, and what they answered."""
    rows = Referral.objects.visible_to(seen.user).filter(incident__in=seen.pks).prefetch_related("children")
    mine = {(one.incident_id, one.child) for one in seen.ties}
    found = {one.pk: one for one in rows if any((one.incident_id, each.child) in mine for each in one.children.all())}
    for leg in ReferralLeg.objects.filter(referral__in=found).select_related("by"):
        one = found[leg.referral_id]
        words = f"{one.partner.name}: {leg.get_leg_display().lower()}"
        by = leg.by_name or (leg.by.name if leg.by else "")
        yield Line(leg.occurred_at, one.incident_id, words, by, href=reverse("safeguarding:referral", args=[one.pk]))


def protection(seen: Seen) -> Iterable[Line]:
    """Police protection of the child, and discussions and conferences about them."""
    held = protection_queries.in_sight(seen.user).filter(incident__in=seen.pks).select_related("by", "ended_by")
    for one in _of_child(seen, held):
        href = reverse("safeguarding:protection", args=[one.pk])
        yield Line(one.taken_at, one.incident_id, "Taken into police protection", one.by.name, href=href)
        if one.ended_at is not None and one.ended_by is not None:
            ended = f"Police protection ended: {one.get_ended_how_display().lower()}"
            yield Line(one.ended_at, one.incident_id, ended, one.ended_by.name, href=href)
    sight = Incident.objects.reached_by(seen.user, "protection.see").filter(pk__in=seen.pks)
    for met in _of_child(seen, ChildMeeting.objects.filter(incident__in=sight).select_related("by")):
        words = f"{met.get_kind_display()}: {met.get_outcome_display().lower()}"
        yield Line(met.held_at, met.incident_id, words, met.by.name)


def missing(seen: Seen) -> Iterable[Line]:
    """Missing episodes of the child: begun, returned, and what came of the interviews."""
    found = missing_queries.in_sight(seen.user).filter(incident__in=seen.pks).select_related("by")
    rows = {one.pk: one for one in _of_child(seen, found)}
    for one in rows.values():
        href = reverse("safeguarding:missing", args=[one.pk])
        yield Line(one.at, one.incident_id, f"Missing: episode {one.number} in twelve months", one.by.name, href=href)
        if one.returned_at is not None:
            yield Line(one.returned_at, one.incident_id, "Returned", "record", href=href)
    kinds = dict(missing_choices.INTERVIEWS)
    for held in MissingInterview.objects.filter(episode__in=rows).select_related("by"):
        one = rows[held.episode_id]
        words = f"{kinds[held.kind]}: {held.get_outcome_display().lower()}"
        yield Line(
            held.held_at, one.incident_id, words, held.by.name, href=reverse("safeguarding:missing", args=[one.pk])
        )


def register_all() -> None:
    """Register all; called once at start."""
    for kind, name, lines in [
        ("door", "At the door", door),
        ("concern", "VAST", concerns),
        ("referral", "Partners", referrals),
        ("protection", "Protection", protection),
        ("missing", "Missing", missing),
    ]:
        register(kind, name, lines)


def _of_child(seen: Seen, rows: Iterable[Any]) -> list[Any]:
    mine = {(one.incident_id, one.child) for one in seen.ties}
    return [one for one in rows if (one.incident_id, one.child) in mine]
