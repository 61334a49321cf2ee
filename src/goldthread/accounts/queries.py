"""Questions asked of staff and teams."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from goldthread.accounts import tokens
from goldthread.accounts.models import ActingRank, ApiToken, OnCall, ServiceAccount, Staff, Team
from goldthread.accounts.roles import acting, on_call, roles
from goldthread.audit.models import AuditEvent, DatabaseNow


def areas() -> list[str]:
    """The force's areas, as its teams have them."""
    return list(Team.objects.exclude(area="").values_list("area", flat=True).distinct().order_by("area"))


def tokens_of(username: str) -> list[tuple[ApiToken, str]]:
    """Every token of a member of staff with its state (see ``tokens.state``), newest first."""
    found = ApiToken.objects.select_related("staff").annotate(now=DatabaseNow()).filter(staff__username=username)
    return [(token, tokens.state(token, token.now)) for token in found.order_by("-pk")]


def ranks() -> QuerySet[ActingRank]:
    """Who acts as what now or will, the soonest to begin first."""
    found = ActingRank.objects.filter(ends_at__gt=DatabaseNow(), ended__isnull=True, staff__is_active=True)
    return found.select_related("staff__team", "by", "why").order_by("starts_at", "pk")


def may_act(giver: Staff) -> QuerySet[Staff]:
    """Whom this person's own role may have act in a senior role, by name."""
    held = {one for rank in acting().values() if giver.role in rank.given_by for one in rank.who}
    found = Staff.objects.filter(is_active=True, role__in=held).exclude(pk=giver.pk).select_related("team")
    if roles()[giver.role].scope("rank.give") == "team":
        found = found.filter(team=giver.team_id)
    return found.order_by("name", "pk")


def on_call_list() -> QuerySet[OnCall]:
    """Who is on call now or will be, the soonest to begin first."""
    found = OnCall.objects.filter(ends_at__gt=DatabaseNow(), off_at__isnull=True, staff__is_active=True)
    return found.select_related("staff__team", "by").order_by("starts_at", "pk")


def on_call_now() -> list[OnCall]:
    """Who can be rung now, in the order of the roles."""
    here = on_call_list().filter(starts_at__lte=DatabaseNow())
    return sorted(here, key=lambda one: (on_call().index(one.role) if one.role in on_call() else 99, one.pk))


def to_be_on_call() -> QuerySet[Staff]:
    """Whom a line of the on-call list is mostly about: people whose own role is one of it, by name."""
    return Staff.objects.filter(is_active=True, role__in=on_call()).select_related("team").order_by("name", "pk")


def keepers() -> QuerySet[Staff]:
    """Who may keep staff and can come in to do it: no program."""
    held = [code for code, role in roles().items() if role.can("staff.keep")]
    return Staff.objects.filter(is_active=True, is_service=False, role__in=held)


def last_keeper(staff: Staff) -> bool:
    """Whether nobody could keep staff without this person."""
    return keepers().filter(pk=staff.pk).exists() and not keepers().exclude(pk=staff.pk).exists()


def services(owner: Staff | None = None) -> QuerySet[ServiceAccount]:
    """Accounts of programs, those for which nobody who is here answers first; of one owner where one is given."""
    found = ServiceAccount.objects.select_related("staff__team", "owner", "purpose")
    found = found.filter(owner=owner) if owner is not None else found
    return found.order_by("-staff__is_active", "owner__is_active", "staff__name", "pk")


def service_tokens(service: ServiceAccount) -> list[tuple[ApiToken, str]]:
    """A program's tokens with their state, newest first."""
    return tokens_of(service.staff.username)


def emergencies(since: datetime) -> list[tuple[datetime, Staff | None]]:
    """Who signed in by the way that is kept for an emergency, and when, the newest first."""
    found = list(
        AuditEvent.objects.filter(
            duty="security", verb="signed in", at__gte=since, detail__contains='"by":"emergency"'
        ).order_by("-id")[:50]
    )
    people = Staff.objects.in_bulk([one.staff_id for one in found if one.staff_id])
    return [(one.at, people.get(one.staff_id or 0)) for one in found]


def staff_list() -> QuerySet[Staff]:
    """Everybody who is or was here, by name; no program."""
    return Staff.objects.filter(is_service=False).select_related("team", "sign_on").order_by("-is_active", "name", "pk")
