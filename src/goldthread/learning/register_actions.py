"""The verbs of the register: who was there, by a page or a file. All of it is kept or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from goldthread.accounts.models import Staff
from goldthread.audit.actions import acting
from goldthread.clocks.local import LONDON
from goldthread.config.errors import Invalid, Refused, Stale
from goldthread.contact.known import force_day
from goldthread.learning import queries, reading, rules
from goldthread.learning.actions import CALLED_OFF, KEEP, held
from goldthread.learning.models import AttendanceFile, CourseAttendance
from goldthread.learning.rules import Was

if TYPE_CHECKING:
    from goldthread.audit.actions import Acting
    from goldthread.learning.models import Cohort


def register(user: Staff, cohort_id: int, *, rows: Sequence[Was]) -> list[CourseAttendance]:
    """Keep who was there. What stands for a person already is not kept twice; what differs is kept as newer and holds from then on.

    Raises ``NotThere``, ``Refused`` where it was called off or has not begun, ``Invalid`` for people who are not known or named twice.
    """
    with acting(user) as act:
        found = _begun(user, cohort_id, act)
        rules.register(rows)
        known = _people([one.username for one in rows])
        if unknown := sorted(one.username for one in rows if one.username.casefold() not in known):
            raise Invalid({"rows": f"Nobody here has the collar number or login {unknown[0][:60]}. Nothing was saved."})
        return _keep(user, act, found, rows, known, None)


def read_file(user: Staff, cohort_id: int, *, content: bytes) -> AttendanceFile:
    """Keep who was there as a file says it. Raises as ``register`` does, naming each line that is wrong, and ``Stale`` for a file that was read before."""
    digest = hashlib.sha256(content).hexdigest()
    with acting(user) as act:
        found = _begun(user, cohort_id, act)
        _not_read(digest)
        lines = reading.read(content)
        known = _people([one.was.username for one in lines])
        wrong = [
            (one.number, f"nobody here has the collar number or login {one.was.username[:60]}")
            for one in lines
            if one.was.username.casefold() not in known
        ]
        if wrong:
            raise reading.wrong_lines(wrong)
        made = AttendanceFile(cohort=found, sha256=digest, rows=len(lines), by=user, at=act.now)
        made.save_once()
        if made.pk is None:  # somebody read it in for another cohort between the two statements
            _not_read(digest)
        _keep(user, act, found, [one.was for one in lines], known, made)
    return made


def _not_read(digest: str) -> None:
    """Raise ``Stale`` where a file of these bytes was read, for whichever cohort."""
    before = AttendanceFile.objects.filter(sha256=digest).select_related("by", "cohort").first()
    if before is not None:
        day = before.at.astimezone(LONDON)
        raise Stale(
            f"This very file was read on {day.day} {day:%B %Y at %H:%M} by {before.by.name}, for {rules.named(before.cohort.course)} "
            f"of {before.cohort.starts.day} {before.cohort.starts:%B %Y}. Nothing was saved again. Its fingerprint begins with {digest[:12]}."
        )


def _begun(user: Staff, cohort_id: int, act: Acting) -> Cohort:
    found = held(user, cohort_id)
    if found.called_off_at is not None:
        raise Refused(CALLED_OFF)
    if found.starts > force_day(act.now):
        raise Refused("It has not begun yet, so nobody was there. Nothing was saved.")
    return found


def _people(names: Sequence[str]) -> dict[str, Staff]:
    """Staff by their collar number or login; those who left since are among them, for they were there."""
    wanted = {one.casefold() for one in names}
    return {one.username.casefold(): one for one in Staff.objects.all() if one.username.casefold() in wanted}


def _keep(
    user: Staff, act: Acting, cohort: Cohort, rows: Sequence[Was], known: dict[str, Staff], file: AttendanceFile | None
) -> list[CourseAttendance]:
    stands = {one.staff_id: (one.attended, one.result) for one in queries.attendance(cohort)}
    made = []
    for one in rows:
        person = known[one.username.casefold()]
        if stands.get(person.pk) == (one.attended, one.result):
            continue
        row = CourseAttendance(
            cohort=cohort, staff=person, attended=one.attended, result=one.result, file=file, by=user, at=act.now
        )
        row.save()
        made.append(row)
    subjects = [("learning-cohort", str(cohort.pk)), *(("staff", str(one.staff_id)) for one in made)]
    detail = {} if file is None else {"sha256": file.sha256}
    act.record("collection", KEEP, subjects, rows=len(made), **detail)
    return made
