"""Incident Risk Management Meetings of the last year: called, decided, ended and answered by the actions, with the demo's clock turned back.

One a month, and one a week of late, stand for the two or three a day that a force has: each line costs several commands, and a
year of them would keep a new demo waiting. At those times nothing of today was open yet, so the lists hold what had closed without the child seen, and what the
meeting before had left.
"""

from __future__ import annotations

import random
import uuid
from datetime import datetime, time, timedelta

from goldthread.accounts.models import Staff
from goldthread.clocks.local import LONDON
from goldthread.config.errors import Refused
from goldthread.contact.models import Incident
from goldthread.demo.told import Past, clock_back
from goldthread.meetings import queries
from goldthread.meetings.actions import call, end, join, move
from goldthread.meetings.deciding_actions import decide, done
from goldthread.meetings.kinds import kinds_on
from goldthread.meetings.models import Meeting
from goldthread.response.request_rules import SENIOR
from goldthread.supervision.actions import agree
from goldthread.supervision.irmm_finding import KIND
from goldthread.supervision.queries import newest_find, open_sweeps

WEEKS, MONTHS = 4, 11
LATEST = timedelta(days=2)
"""How long ago the last one sat: what stands open now had not begun by then."""
AT = time(19, 10)
REACHED = 0.85
"""Share of the lines that the chair gets to *(ours)*."""
KEPT = 0.75
"""Share of what was decided that is done in time; the rest comes back on the next list *(ours)*."""
DECIDED: tuple[tuple[str, str], ...] = (
    ("hold", "Read again: the officer saw the home and both parents. The school is asked on Monday."),
    ("hold", "Child not seen, but spoken to by telephone and well. Neighbourhood team calls tomorrow."),
    ("interim", "Ring the mother on the safe number tonight. Aunt stays until somebody has seen the children."),
    ("interim", "Duty social worker to be rung now; the child sleeps at the grandmother's until then."),
    ("partner", "Health visitor to see the baby this week and to tell us."),
    ("partner", "School to tell us whether the child came in, by ten."),
)
ACCEPTED = "Family known, child seen by the school today. Looked at again tomorrow."
DONE = (
    "Rung and spoken to; the child is well and was seen by the neighbour.",
    "Visited: the child seen and spoken to alone, nothing of concern.",
    "Told the duty social worker, who has opened a referral.",
    "School rang back: in today, and well.",
)
LOOKED = "Read with the record after the meeting: nothing further."


def sit(rng: random.Random, now: datetime, weeks: int = WEEKS, months: int = MONTHS) -> int:
    """Let the meetings of the last months and weeks sit, the earliest first; how many there were.

    For the seed's one transaction, like ``told.tell_weeks``. Raises what the actions raise.
    """
    people = Staff.objects.filter(is_active=True, role__in=SENIOR).select_related("team").order_by("pk")
    chairs, supervisors = ([one for one in people if one.role == role] for role in ("fim", "contact_supervisor"))
    with clock_back() as past:
        ago = [*(weeks + 4 * month for month in range(months)), *range(weeks)]
        for week in sorted(ago, reverse=True):
            day = (now - LATEST - timedelta(weeks=week)).astimezone(LONDON).date()
            begins = datetime.combine(day, AT, LONDON) + timedelta(minutes=rng.randrange(25))
            _Sitting(rng, past, chairs[week % len(chairs)], supervisors).run(begins, last=week == 0)
    return len(ago)


class _Sitting:
    """One meeting and what came of it until the next."""

    def __init__(self, rng: random.Random, past: Past, chair: Staff, supervisors: list[Staff]) -> None:
        self.rng, self.past, self.chair, self.supervisors = rng, past, chair, supervisors

    def run(self, at: datetime, *, last: bool) -> None:
        """Call it, decide what is reached, end it, and let people do what they owe; after the ``last`` some of it stands open."""
        self.past.turn(at)
        meeting = call(self.chair, KIND, key=self._key(), because="mid")
        for one in self.supervisors[:2]:
            join(one, meeting.pk)
        at = self._decide(meeting, at)
        self.past.turn(at)
        end(self.chair, meeting.pk)
        for owed in list(queries.owed(KIND).filter(line__meeting=meeting)):
            if owed.decision_id is None and last:
                continue
            if owed.decision_id is None or self.rng.random() < KEPT:
                self.past.turn(at + timedelta(minutes=self.rng.randrange(4, 110)))
                done(owed.owner or self.chair, owed.pk, words=self.rng.choice(DONE))
        self.past.turn(at + timedelta(hours=2))
        for incident in Incident.objects.filter(pk__in=[one.subject for one in queries.lines(meeting)]).order_by("pk"):
            self._review(incident)

    def _decide(self, meeting: Meeting, at: datetime) -> datetime:
        kind = kinds_on(at.date())[KIND]
        for line in queries.lines(meeting)[: kind.lines]:
            at += timedelta(seconds=self.rng.randrange(40, 90))
            if self.rng.random() >= REACHED:
                continue
            self.past.turn(at)
            move(self.chair, meeting.pk, line.pk)
            code, words = self.rng.choice(DECIDED)
            person = ""
            if self.rng.random() < 0.1 and (able := queries.may_accept(kind)):
                code, words, person = "accept", ACCEPTED, str(self.rng.choice(able).pk)
            given = {"agency": "", "reached": ""} if code == "partner" else {}
            decide(
                self.chair, meeting.pk, line.pk, key=self._key(), code=code, seen=0, words=words, person=person, given=given
            )  # fmt: skip
        return at + timedelta(minutes=1)

    def _review(self, incident: Incident) -> None:
        """Somebody senior answers that it closed with the child unseen, as the desk asks."""
        if not open_sweeps(incident).exists():
            return
        own = [one for one in self.supervisors if one.team_id == incident.team_id]
        for one in (*own, self.chair):
            try:
                agree(
                    one, incident.pk, key=self._key(), seen=incident.last_seq, found=newest_find(incident), began_at=None,
                    words=LOOKED,
                )  # fmt: skip
            except Refused:  # a hand in it: then somebody else
                continue
            return

    def _key(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)
