"""The verbs of acting ranks: to give one, and to end it."""

from __future__ import annotations

from datetime import datetime

from goldthread.accounts import rank_rules as rules
from goldthread.accounts.models import ActingRank, ActingRankEnd, Staff
from goldthread.accounts.roles import acting as acting_roles
from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.web.times import clock


def give_rank(
    user: Staff, staff_id: int, *, role: str, starts_at: datetime | None, ends_at: datetime | None, why: str
) -> ActingRank:
    """Have somebody act in a senior role for a time. The same given twice is one. Raises ``Invalid``, ``Refused`` and ``NotThere`` with
    a sentence.
    """
    with acting(user) as act:
        giver = _locked(user.pk, staff_id).get(user.pk)
        if giver is None or not giver.is_active:
            raise Refused("You have no access any more. Nothing was changed.")
        staff = Staff.objects.filter(pk=staff_id).first()
        if staff is None:
            raise NotThere("There is no such person.")
        rules.may_give(
            role,
            rules.Giving(
                giver.pk, giver.role, giver.team_id, staff.pk, staff.name, staff.role, staff.team_id, staff.is_active
            ),
        )
        start, end = rules.window(starts_at, ends_at, act.now)
        kept = rules.why(why)
        other = (
            ActingRank.objects.select_related("why")
            .filter(staff=staff, ended__isnull=True, starts_at__lt=end, ends_at__gt=start)
            .order_by("starts_at")
            .first()
        )
        if other is not None and _is(other, giver, role, starts_at, end) and other.why.shown() == kept:
            return other
        if other is not None:
            told = acting_roles()[other.role].name if other.role in acting_roles() else other.role
            raise Invalid(
                {
                    "starts_at": f"{staff.name} is {told} from {clock(other.starts_at, act.now)} to {clock(other.ends_at, act.now)}, "
                    "which overlaps. Choose another time, or end that first; nothing was changed."
                }
            )
        made = ActingRank(
            staff=staff, role=role, starts_at=start, ends_at=end, why=Payload.objects.keep(kept), by=giver, at=act.now
        )
        made.save()
        act.record(
            "security", "rank.give", [("staff", staff.pk), ("rank", made.pk)],
            role=role, starts_at=start.isoformat(), ends_at=end.isoformat(), why=made.why,
        )  # fmt: skip
    return made


def end_rank(user: Staff, rank_id: int) -> ActingRank:
    """End an acting rank now, or before it begins; one that this person ended already stays so. Raises ``Refused``, ``Stale`` and ``NotThere``."""
    with acting(user) as act:
        rank = ActingRank.objects.select_related("staff").filter(pk=rank_id).first()
        if rank is None:
            raise NotThere("There is no such acting rank.")
        asking = _locked(user.pk, rank.staff_id).get(user.pk)
        if asking is None or not asking.is_active:
            raise Refused("You have no access any more. Nothing was changed.")
        rules.may_end(asking.pk, asking.role, asking.team_id, rank.role, rank.staff_id, rank.staff.team_id)
        if ActingRankEnd.objects.filter(rank=rank, by=asking).exists():
            return rank
        if rank.ends_at <= act.now or ActingRankEnd.objects.filter(rank=rank).exists():
            raise Stale(f"{rank.staff.name} acts in that role no longer. Nothing was changed.")
        ActingRankEnd(rank=rank, by=asking, at=act.now).save()
        act.record("security", "rank.end", [("staff", rank.staff_id), ("rank", rank.pk)], role=rank.role)
    return rank


def _is(one: ActingRank, giver: Staff, role: str, starts_at: datetime | None, end: datetime) -> bool:
    """Whether this is the rank that was given, sent again because its answer was lost."""
    began = one.at if starts_at is None else starts_at
    return (one.by_id, one.role, one.starts_at, one.ends_at) == (giver.pk, role, began, end)


def _locked(*people: int) -> dict[int, Staff]:
    """These people, so that of two commands about one of them the second sees what the first did."""
    found = Staff.objects.filter(pk__in=people).order_by("pk").select_for_update(of=("self",))
    return {one.pk: one for one in found}
