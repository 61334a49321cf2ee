"""Questions asked of look-back items in the field's own words, and who reaches which."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

ORDER = ("-severity", "-probability", "due_at", "pk")
"""Highest risk first."""


class ItemQuerySet(models.QuerySet[Any]):
    """Look-back items."""

    def visible_to(self, user: Staff) -> ItemQuerySet:
        """Those this person may read."""
        return self.reached_by(user, "lookback.see").select_related("hit")

    def reached_by(self, user: Staff, verb: str) -> ItemQuerySet:
        """Those to which this person may do ``verb``, by the scope that the role's row in the matrix gives it.

        Every item is about a child who may be at risk, so *child* reaches all of them, as *all* and *open* do.
        """
        if not user.is_active:
            return self.none()
        scopes = user.seat.scopes(verb)
        if {"all", "open", "child"}.intersection(scopes):
            return self
        if "team" in scopes:
            return self.filter(Q(team=user.team_id) | Q(owner_team=user.team_id) | Q(owner__team=user.team_id))
        return self.none()

    def undecided(self) -> ItemQuerySet:
        """Those without a decision that stands, released or waiting."""
        return self.filter(state="open")

    def released(self, at: datetime) -> ItemQuerySet:
        """Those to be decided now."""
        return self.undecided().filter(release_at__lte=at)

    def waiting(self, at: datetime) -> ItemQuerySet:
        """Those that the agreed capacity leaves for a later day."""
        return self.undecided().filter(release_at__gt=at)

    def decided(self) -> ItemQuerySet:
        return self.filter(state="decided")

    def outcome_owed(self) -> ItemQuerySet:
        """Those decided so that something must come of it, of which nothing is recorded yet."""
        return self.decided().filter(outcome="", outcome_due_at__isnull=False)

    def owed(self, at: datetime) -> ItemQuerySet:
        """Those in which somebody owes something now: a decision or an outcome."""
        return self.filter(
            Q(state="open", release_at__lte=at) | Q(state="decided", outcome="", outcome_due_at__isnull=False)
        )

    def overdue(self, at: datetime) -> ItemQuerySet:
        """Those in which what is owed is past its time."""
        return self.owed(at).filter(Q(state="open", due_at__lt=at) | Q(state="decided", outcome_due_at__lt=at))
