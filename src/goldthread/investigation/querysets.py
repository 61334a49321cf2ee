"""Who reaches which investigation and which offer of one, by the scope that a role's row in the matrix gives."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from goldthread.audit.models import AppendOnlyQuerySet

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

Rows = TypeVar("Rows", bound="models.QuerySet[Any]")
CHILD = Q(incident__child__in=["yes", "possible"])


class InvestigationQuerySet(models.QuerySet[Any]):
    """Investigations. *own* are those one leads, supervises or has an open item of, *team* those of one's team."""

    def visible_to(self, user: Staff) -> InvestigationQuerySet:
        """Those this person may read."""
        return self.reached_by(user, "investigation.see")

    def reached_by(self, user: Staff, verb: str) -> InvestigationQuerySet:
        """Those to which this person may do ``verb``."""
        from goldthread.investigation.models import PlanItem

        open_items = PlanItem.objects.filter(investigation=OuterRef("pk"), owner=user.pk, end__isnull=True)
        own = Q(investigator=user.pk) | Q(supervisor=user.pk) | Q(Exists(open_items))
        # That an incident is investigated puts it in the scope *child*: see ``shown``.
        return _reached(self, user, verb, own, own | Q(team=user.team_id), Q(incident__isnull=False))

    def open(self) -> InvestigationQuerySet:
        """Those that have not ended."""
        return self.filter(closed_at__isnull=True)


class HandoverQuerySet(AppendOnlyQuerySet[Any]):
    """Offers of an investigation. *own* are those to oneself, *team* those to one's team or somebody in it."""

    def reached_by(self, user: Staff, verb: str) -> HandoverQuerySet:
        """Those to which this person may do ``verb``."""
        return _reached(self, user, verb, Q(to=user.pk), Q(to=user.pk) | Q(team=user.team_id), CHILD)

    def waiting(self) -> HandoverQuerySet:
        """Those that nobody has answered."""
        return self.filter(answer__isnull=True)


def _reached(rows: Rows, user: Staff, verb: str, own: Q, team: Q, child: Q) -> Rows:
    """An open incident is what *open* reaches, and a child's what *child* does; other scopes of incidents reach none here."""
    conditions = {"own": own, "team": team, "child": child, "open": Q(incident__closed_at__isnull=True)}
    scopes = user.seat.scopes(verb) if user.is_active else ()
    if "all" in scopes:
        return rows
    found = [conditions[one] for one in scopes if one in conditions]
    return rows.filter(reduce(or_, found)) if found else rows.none()
