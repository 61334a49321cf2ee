"""The verbs of meetings: to call one, be in it, take its chair, move on, and end it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection

from goldthread.audit.actions import Acting, acting
from goldthread.audit.canonical import canonical_json
from goldthread.audit.models import Payload
from goldthread.clocks.local import LONDON
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.meetings import beyond, queries, rules
from goldthread.meetings.kinds import Kind, kinds_on
from goldthread.meetings.minutes import SHAPE, attendance_told, compose, line_told
from goldthread.meetings.models import Action, ActionAnswer, Attendance, Line, Meeting, Minutes, Proposal
from goldthread.web.times import clock

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

NOT_THERE = "There is no such meeting, or it is not one that you may be in."
UNREACHED = "Not reached in the meeting: look at it, and decide what it needs."


def call(user: Staff, code: str, *, key: uuid.UUID, because: str, words: str = "") -> Meeting:
    """Build the list of a kind of meeting, freeze it, and sit as its chair. What lies beyond the kind's number of lines is given
    to people on duty at once, so that it waits unowned for nobody's time. What lies beyond those that it names stays with its owner, and is
    told by number.

    Raises ``Refused`` where the role does not call it or one sits already, ``Invalid`` for a reason that is none.
    """
    kept = rules.words(words)
    own = rules.command_key(key, user.pk, code, because, kept)
    with acting(user) as act:
        kind = kind_of(code, act.now)
        _one_at_a_time(code)
        _look_again(user)
        rules.may(kind, user.seat.codes, "call")
        if (made := Meeting.objects.filter(key=own).first()) is not None:
            return made
        if because not in dict(kind.because):
            raise Invalid({"because": "Choose why it is called."})
        before = queries.newest(code)
        if before is not None and before.is_open:
            since = clock(before.opened_at, act.now)
            raise Refused(
                f"{before.chair.name} has this meeting open since {since}. Join it, or take its chair; nothing was built twice."
            )
        meeting = _freeze(user, kind, act, before, key=own, because=because, words=kept)
        Proposal.objects.filter(kind=code, ended_at__isnull=True).update(ended_at=act.now, meeting=meeting)
        act.record("collection", "meeting.call", [("meeting", str(meeting.pk))], kind=code, because=because)
    return meeting


def join(user: Staff, meeting_id: int) -> None:
    """Be in a meeting that sits; who is in it already stays in it."""
    with sitting(user, meeting_id) as (meeting, _kind, act):
        here = Attendance.objects.filter(meeting=meeting, staff=user, left_at__isnull=True)
        if not here.exists():
            Attendance.objects.create(meeting=meeting, staff=user, part="member", joined_at=act.now)
            act.record("alteration", "meeting.join", [("meeting", str(meeting.pk))])


def leave(user: Staff, meeting_id: int) -> None:
    """Leave a meeting. Where the chair leaves it goes on, and whoever may chair it takes the chair."""
    with sitting(user, meeting_id) as (meeting, _kind, act):
        left = Attendance.objects.filter(meeting=meeting, staff=user, left_at__isnull=True).update(left_at=act.now)
        if left:
            act.record("alteration", "meeting.leave", [("meeting", str(meeting.pk))])


def take_chair(user: Staff, meeting_id: int) -> None:
    """Take the chair of a meeting that sits, whether the chair left or not; who had it stays as one present where they have not left."""
    with sitting(user, meeting_id) as (meeting, kind, act):
        rules.may(kind, user.seat.codes, "chair")
        held = Attendance.objects.filter(meeting=meeting, part="chair", left_at__isnull=True).first()
        if held is not None and held.staff_id == user.pk:
            return
        if held is not None:
            held.left_at = act.now
            held.save(update_fields=["left_at"])
            Attendance.objects.create(meeting=meeting, staff_id=held.staff_id, part="member", joined_at=act.now)
        Attendance.objects.filter(meeting=meeting, staff=user, left_at__isnull=True).update(left_at=act.now)
        Attendance.objects.create(meeting=meeting, staff=user, part="chair", joined_at=act.now)
        meeting.chair = user
        meeting.save(update_fields=["chair"])
        act.record("alteration", "meeting.take_chair", [("meeting", str(meeting.pk))])


def move(user: Staff, meeting_id: int, line_id: int) -> None:
    """Go to a line, as the chair; whoever follows goes there too."""
    with sitting(user, meeting_id) as (meeting, kind, act):
        must_chair(meeting, kind, user)
        line = line_of(meeting, line_id)
        if meeting.at_line_id != line.pk:
            meeting.at_line, meeting.at_since = line, act.now
            meeting.save(update_fields=["at_line", "at_since"])


def end(user: Staff | None, meeting_id: int) -> Minutes:
    """End a meeting, as its chair or (None) by itself: what was not decided is given to people on duty, and the minutes are frozen.

    Ending it twice gives the same minutes.
    """
    with acting(user) as act:
        meeting = _meeting(user, meeting_id, lock=True)
        if meeting.ended_at is not None:
            return Minutes.objects.get(meeting=meeting)
        kind = kind_of(meeting.kind, act.now)
        if user is not None:
            must_chair(meeting, kind, user)
        _give_out(meeting, kind, act, queries.left(meeting))
        meeting.ended_at, meeting.ended_by = act.now, user
        meeting.save(update_fields=["ended_at", "ended_by"])
        Attendance.objects.filter(meeting=meeting, left_at__isnull=True).update(left_at=act.now)
        text = canonical_json(compose(meeting, kind))
        minutes = Minutes(meeting=meeting, text=Payload.objects.keep(text), sha256=_sha256(text), by=user, at=act.now)
        minutes.save()
        act.record(
            "alteration", "meeting.end", [("meeting", str(meeting.pk))], by_itself=user is None, minutes=minutes.text
        )
    return minutes


def end_forgotten() -> int:
    """End the meetings that nobody ended in their time; returns how many."""
    with acting(None) as act:
        over = list(Meeting.objects.filter(ended_at__isnull=True, ends_by__lte=act.now).values_list("pk", flat=True))
    for one in over:
        end(None, one)
    return len(over)


def propose() -> int:
    """Propose a meeting for each rule that is broken, once; take back what is not broken any more. Returns how many are new."""
    new = 0
    for code, body in beyond.bodies().items():
        with acting(None) as act:
            _one_at_a_time(code)
            broken = dict(body.broken(act.now))
            standing = Proposal.objects.filter(kind=code, ended_at__isnull=True)
            standing.exclude(rule__in=broken).update(ended_at=act.now)
            last = queries.newest(code)
            rests = kind_of(code, act.now).propose_again
            if last is not None and (last.ended_at is None or act.now < last.ended_at + rests):
                continue
            there = set(standing.values_list("rule", flat=True))
            for rule, words in broken.items():
                if rule not in there:
                    Proposal.objects.create(kind=code, rule=rule, words=words, at=act.now)
                    new += 1
    return new


@contextmanager
def sitting(user: Staff, meeting_id: int) -> Iterator[tuple[Meeting, Kind, Acting]]:
    """A meeting that sits, locked for one command of somebody who may be in it. Raises ``NotThere`` and ``Stale``."""
    with acting(user) as act:
        meeting = _meeting(user, meeting_id, lock=True)
        if not meeting.is_open:
            raise Stale(
                "This meeting has ended. Nothing was changed; what you wrote is still here. Its minutes say what was decided."
            )
        yield meeting, kind_of(meeting.kind, act.now), act


def must_chair(meeting: Meeting, kind: Kind, user: Staff) -> None:
    """Raise ``Refused`` for whoever does not chair it now, or may chair none any more."""
    if meeting.chair_id != user.pk:
        raise Refused(
            f"{meeting.chair.name} chairs this meeting. Nothing was changed; take the chair first, if it is yours to take."
        )
    rules.may(kind, user.seat.codes, "chair")
    if not Attendance.objects.filter(meeting=meeting, part="chair", left_at__isnull=True).exists():
        raise Refused("You left the chair. Nothing was changed; take it again, so that the record has you there.")


def line_of(meeting: Meeting, line_id: int) -> Line:
    """A line of the meeting. Raises ``NotThere``."""
    found = Line.objects.filter(meeting=meeting, pk=line_id).select_related("text").first()
    if found is None:
        raise NotThere("There is no such line in this meeting. Nothing was changed.")
    return found


def kind_of(code: str, now: datetime) -> Kind:
    """A kind as it is now. Raises ``NotThere``."""
    found = kinds_on(now.astimezone(LONDON).date()).get(code)
    if found is None:
        raise NotThere(NOT_THERE)
    return found


def _meeting(user: Staff | None, meeting_id: int, *, lock: bool) -> Meeting:
    found = Meeting.objects.select_related("chair", "called_by", "words", "agenda", "previous")
    if lock:
        found = found.select_for_update(of=("self",))
    meeting = found.filter(pk=meeting_id).first()
    if meeting is None:
        raise NotThere(NOT_THERE)
    if user is not None:
        _look_again(user)
        if not user.seat.codes & kind_of(meeting.kind, meeting.opened_at).join:
            raise NotThere(NOT_THERE)
    return meeting


def _look_again(user: Staff) -> None:
    """Another's command may have held it up while an acting rank ended: what that gave ends with it."""
    if user.acts_as:
        user.look_again()


def _one_at_a_time(code: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"meetings.{code}"])


def _freeze(
    user: Staff, kind: Kind, act: Acting, before: Meeting | None, *, key: uuid.UUID, because: str, words: str
) -> Meeting:
    agenda = beyond.body(kind.code).agenda(user, before, act.now, kind.named)
    unfinished = queries.unfinished(kind.code, act.now, [one.subject for one in agenda.candidates])
    texts = [
        canonical_json(
            {
                "title": one.title,
                "words": one.words,
                "reasons": [{"code": code, "words": said} for code, said in one.reasons],
                "known": [{"label": label, "value": value} for label, value in one.known],
            }
        )
        for one in agenda.candidates
    ]
    meeting = Meeting(
        kind=kind.code,
        because=because,
        words=Payload.objects.keep(words) if words else None,
        called_by=user,
        chair=user,
        previous=before,
        opened_at=act.now,
        ends_by=act.now + kind.ends_after,
        key=key,
    )
    lines = [
        Line(
            meeting=meeting,
            position=position,
            subject=one.subject,
            points=one.points,
            reasons=[code for code, _ in one.reasons],
            text=text,
            carried=unfinished.get(one.subject),
        )
        for position, (one, text) in enumerate(
            zip(agenda.candidates, Payload.objects.keep_all(texts), strict=True), start=1
        )
    ]
    chair = Attendance(meeting=meeting, staff=user, part="chair", joined_at=act.now)
    frozen = canonical_json(
        {
            "shape": SHAPE,
            "heading": [{"label": label, "value": value} for label, value in agenda.heading],
            "attendance": attendance_told([chair]),
            "lines": [line_told(one) for one in lines],
            "rest": {
                "number": len(agenda.rest.subjects),
                "reasons": [{"code": code, "name": name, "number": many} for code, name, many in agenda.rest.reasons],
                "subjects": [str(one) for one in agenda.rest.subjects],
            },
            "difference": rules.difference(
                queries.stood(before),
                agenda.candidates,
                rest_before=queries.stood_unnamed(before),
                rest=agenda.rest.subjects,
            ),
        }
    )
    meeting.agenda, meeting.agenda_sha256 = Payload.objects.keep(frozen), _sha256(frozen)
    meeting.save()
    chair.save()
    lines = Line.objects.bulk_create(lines)
    if lines:
        meeting.at_line, meeting.at_since = lines[0], act.now
        meeting.save(update_fields=["at_line", "at_since"])
    _give_out(meeting, kind, act, lines[kind.lines :])
    return meeting


def _give_out(meeting: Meeting, kind: Kind, act: Acting, lines: Sequence[Line]) -> None:
    """Give lines that were not reached to people on duty, in place of what was to be done before and was not. What somebody owes of
    a decision by a time that is still to come stays theirs, and a line that was to be looked at by then is still: nobody is given longer.
    """
    under_way = set(
        queries.owed(kind.code)
        .filter(due_at__gt=act.now, decision__isnull=False)
        .values_list("line__subject", flat=True)
    )
    lines = [one for one in lines if one.subject not in under_way]
    if not lines:
        return
    teams = beyond.body(kind.code).teams([one.subject for one in lines])
    owners = rules.share_out([one.subject for one in lines], teams, queries.on_duty(kind.reached_by), meeting.chair_id)
    to_lines, due = {one.subject: one for one in lines}, act.now + kind.look_within
    said: dict[uuid.UUID, str] = {}
    sooner: dict[uuid.UUID, datetime] = {}
    ended = []
    for one in queries.owed(kind.code).filter(line__subject__in=to_lines).exclude(line__meeting=meeting):
        subject = one.line.subject
        ended.append(ActionAnswer(action=one, answer="carried", line=to_lines[subject], at=act.now))
        if one.decision_id is not None:
            said[subject] = f"{UNREACHED} Owed since before and not done: {one.words.shown()}"[:8000]
        if one.due_at > act.now:
            sooner[subject] = min(sooner.get(subject, due), one.due_at)
    same, *kept = Payload.objects.keep_all([UNREACHED, *said.values()])
    words = dict(zip(said, kept, strict=True))
    given = [
        Action(
            line=line,
            owner_id=owners[subject],
            words=words.get(subject, same),
            due_at=sooner.get(subject, due),
            at=act.now,
        )
        for subject, line in to_lines.items()
    ]
    ActionAnswer.objects.bulk_create(ended, ignore_conflicts=True)  # somebody may have done one meanwhile
    Action.objects.bulk_create(given)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
