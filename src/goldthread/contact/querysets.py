"""Which incidents a person's verb reaches: the one mechanism of sight."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from goldthread.audit.models import DatabaseNow
from goldthread.config.prepared import Prepared, of

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.accounts.roles import Scope
    from goldthread.contact.models import Incident

CHILD_TOO: list[Callable[[], Q]] = []
"""What floors above hold of a child in an incident, whatever its record says: it is in the scope *child* as well. Filled at start,
each as whether a row is there: of few incidents that is looked up, of all the database builds one table of them."""
LASTS = timedelta(hours=12)
"""How long a reason opens a record *(ours)*."""
ENDS_AT_CLOSING = frozenset({"open", "area"})
"""Scopes whose incidents go out of sight with their closing."""


class IncidentQuerySet(models.QuerySet[Any]):
    """Questions asked of incidents in the field's own words."""

    def open(self) -> IncidentQuerySet:
        """Those in which something may still be owed."""
        return self.filter(closed_at__isnull=True)

    def closed(self) -> IncidentQuerySet:
        return self.filter(closed_at__isnull=False)

    def visible_to(self, user: Staff) -> IncidentQuerySet:
        """Those whose record this person may read."""
        return self.reached_by(user, "incident.see")

    def reached_by(self, user: Staff, verb: str) -> IncidentQuerySet:
        """Those to which this person may do ``verb``, by the scope that the role's row in the matrix gives it; who acts in a senior
        role for a time reaches what either row does.
        """
        return self._any(user, [_reach(user, one, ended=False) for one in user.seat.scopes(verb)])

    def in_scope(self, user: Staff, verb: str) -> IncidentQuerySet:
        """Those the verb reaches now, and for scopes that end with an incident's closing those it reached until then."""
        return self._any(user, [_reach(user, one, ended=True) for one in user.seat.scopes(verb)])

    def ended_for(self, user: Staff) -> IncidentQuerySet:
        """Those whose record this person could read until it was closed, and cannot now."""
        return self.closed().in_scope(user, "incident.see").exclude(pk__in=self.visible_to(user).values("pk"))

    def _any(self, user: Staff, reaches: list[Q]) -> IncidentQuerySet:
        if not user.is_active or not reaches:
            return self.none()
        if not all(reaches):  # a condition without content is every incident, and beside others would be dropped
            return self
        return self.filter(reduce(or_, reaches))


def one(
    user: Staff | None,
    verb: str,
    incident_id: uuid.UUID,
    *,
    closed_too: bool = False,
    lock: bool = False,
    beside: tuple[str, ...] = (),
) -> Incident | None:
    """The incident, where this person's ``verb`` reaches it; ``closed_too`` as ``in_scope`` means it; ``lock`` for update;
    ``beside`` names what of its own is fetched with it, as ``select_related`` means it.

    The same as ``reached_by(user, verb).filter(pk=...).first()``, which every request asks, from a prepared query.
    ``user`` None is the system itself, which reaches every one.
    """
    if user is None:
        return _prepared("", "", False, verb, closed_too, lock, beside).first(incident_id)
    if not user.is_active:
        return None
    found = _prepared(user.role, user.acts_as, bool(user.area), verb, closed_too, lock, beside)
    return found.first(incident_id, user.pk, user.team_id, user.area)


ANY_ID, ANY_STAFF, ANY_TEAM, ANY_AREA = uuid.UUID(int=1), -910_000_001, -910_000_002, "an area"


def _any_incident() -> Incident:
    from goldthread.contact.models import Incident

    return Incident(pk=ANY_ID)


of_incident = of(_any_incident)


@lru_cache(maxsize=1024)
def _prepared(
    role: str, acts_as: str, has_area: bool, verb: str, closed_too: bool, lock: bool, beside: tuple[str, ...]
) -> Prepared[Incident]:
    from goldthread.accounts.models import Staff
    from goldthread.contact.models import Incident

    query = Incident.objects.filter(pk=ANY_ID)
    if role:
        anybody = Staff(pk=ANY_STAFF, role=role, team_id=ANY_TEAM, area=ANY_AREA if has_area else "")
        anybody.acts_as = acts_as
        query = query.in_scope(anybody, verb) if closed_too else query.reached_by(anybody, verb)
    if beside:
        query = query.select_related(*beside)
    if lock:
        query = query.select_for_update(of=("self",))
    return Prepared(query, [ANY_ID, ANY_STAFF, ANY_TEAM, ANY_AREA])


def _reach(user: Staff, scope: Scope, *, ended: bool) -> Q:
    """The incidents of one scope as a condition; ``ended``: with those that went out of it by being closed."""
    match scope:
        case "open" | "all":
            found = Q()
        case "live":
            found = Q(closed_at__isnull=True) | Q(_involved(user))
        case "own":
            found = Q(_involved(user))
        case "attending":
            found = Q(_involved(user, "attending"))
        case "crew":
            found = Q(_sent_there(user))
        case "area":
            # Where no area is known yet the incident stands on every area's board, so that it waits on none.
            found = Q(area__in=[user.area, ""]) | _offered(user) if user.area else Q()
        case "team":
            found = Q(team=user.team_id) | Q(owner_team=user.team_id) | Q(owner__team=user.team_id) | _offered(user)
        case "reasoned":
            found = Q(_opened_for_a_reason(user))
        case "child":
            found = reduce(or_, (one() for one in CHILD_TOO), Q(child__in=["yes", "possible"]))
        case _:
            found = Q(pk__in=[])
    return found if ended or scope not in ENDS_AT_CLOSING else found & Q(closed_at__isnull=True)


def _offered(user: Staff) -> Q:
    """What is handed to this person or their desk: they must see what they are to take."""
    return Q(offered_to=user.pk) | Q(offered_team=user.team_id)


def _involved(user: Staff, *parts: str) -> Exists:
    from goldthread.contact.models import Involvement

    mine = Involvement.objects.filter(incident=OuterRef("pk"), staff=user)
    return Exists(mine.filter(part__in=parts) if parts else mine)


def _opened_for_a_reason(user: Staff) -> Exists:
    """That this person said lately why they open it."""
    from goldthread.contact.sight_models import SightReason

    given = SightReason.objects.filter(incident=OuterRef("pk"), staff=user)
    return Exists(given.filter(at__gt=DatabaseNow() - LASTS))


def _sent_there(user: Staff) -> Exists:
    """That somebody of this person's team was sent there."""
    from goldthread.contact.models import Involvement

    sent = Involvement.objects.filter(incident=OuterRef("pk"), part="attending", staff__team=user.team_id)
    return Exists(sent)
