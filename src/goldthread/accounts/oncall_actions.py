"""The verbs of the on-call list: to put lines on it, and to take one off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from goldthread.accounts import oncall_rules as rules
from goldthread.accounts.models import OnCall, Staff
from goldthread.audit.actions import Acting, acting
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.web.times import clock


@dataclass
class Put:
    """What came of several lines: how many are new, how many stood already, and by place why one cannot be kept."""

    new: int = 0
    stood: int = 0
    wrong: dict[int, str] = field(default_factory=dict)


def put_line(user: Staff, line: rules.Line) -> OnCall:
    """Put one line on the list; one that stands already is returned as it is. Raises ``Invalid`` and ``Refused``."""
    _may(user)
    with acting(user) as act:
        return _put(user, line, act)[0]


def put_lines(user: Staff, lines: Sequence[rules.Line]) -> Put:
    """Put every line that can be kept on the list; what stands already stays. One that is wrong holds no other up."""
    _may(user)
    told = Put()
    for place, line in enumerate(lines):
        try:
            with acting(user) as act:
                new = _put(user, line, act)[1]
        except Invalid as error:
            told.wrong[place] = str(error)
        else:
            told.new, told.stood = told.new + new, told.stood + (not new)
    return told


def take_off(user: Staff, line_id: int) -> OnCall:
    """Take a line off the list; one that this person took off already stays so. Raises ``Refused``, ``Stale`` and ``NotThere``."""
    _may(user)
    with acting(user) as act:
        line = OnCall.objects.select_for_update(of=("self",)).select_related("staff").filter(pk=line_id).first()
        if line is None:
            raise NotThere("There is no such line on the on-call list.")
        if line.off_at is not None and line.off_by_id == user.pk:
            return line
        if line.off_at is not None:
            raise Stale(f"{line.staff.name} was taken off already. Nothing was changed.")
        line.off_by, line.off_at = user, act.now
        line.save(update_fields=["off_by", "off_at"])
        act.record("alteration", "oncall.off", [("staff", line.staff_id), ("oncall", line.pk)])
    return line


def _put(user: Staff, line: rules.Line, act: Acting) -> tuple[OnCall, bool]:
    staff = Staff.objects.select_for_update(of=("self",)).filter(username=line.login.replace("\x00", "")[:60]).first()
    if staff is None:
        raise Invalid({"login": "Nobody signs in by this name."})
    kept = rules.kept(line, staff.name, staff.role, staff.is_active, act.now)
    standing = OnCall.objects.filter(
        staff=staff, role=kept.role, off_at__isnull=True, starts_at__lt=kept.ends_at, ends_at__gt=kept.starts_at
    ).order_by("starts_at")
    if other := standing.first():
        if vars(kept) == {name: getattr(other, name) for name in vars(kept)}:
            return other, False
        since, until = clock(other.starts_at, act.now), clock(other.ends_at, act.now)
        raise Invalid(
            {"starts_at": f"{staff.name} is on the list from {since} to {until} already. Take that off first."}
        )
    made = OnCall.objects.create(staff=staff, by=user, at=act.now, **vars(kept))
    act.record("alteration", "oncall.put", [("staff", staff.pk), ("oncall", made.pk)], role=kept.role)
    return made, True


def _may(user: Staff) -> None:
    if not user.can("oncall.keep"):
        raise Refused(f"Your role, {user.seat.name}, does not keep the on-call list. Nothing was changed.")
