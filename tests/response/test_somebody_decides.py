"""Random staff, acting ranks, shifts, requests and decisions by anybody: nobody decides who may not, and no request is without a next person."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from goldthread.accounts.models import ActingRank, Duty, Staff
from goldthread.accounts.oncall_actions import put_line, take_off
from goldthread.accounts.queries import on_call_now
from goldthread.accounts.rank_actions import end_rank, give_rank
from goldthread.assessment.queries import newest_thrive
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.contact.models import Incident
from goldthread.response import request_actions, senior_actions
from goldthread.response.alarm_actions import raise_due
from goldthread.response.models import Alarm
from goldthread.response.request_models import ReviewDecision, ReviewRequest
from goldthread.supervision.queries import waiting
from tests.accounts.test_on_call import line
from tests.cast import Cast, assess, key, taken
from tests.response.test_alarms import later, off_duty, on_duty
from tests.response.test_requests import WHY, with_child

STEPS = ("rank", "rank", "end rank", "on duty", "off duty", "off duty", "ask", "ask", "assess", "assess", "take", "decide", "decide",
         "decide", "list", "wait", "wait")  # fmt: skip
ROOM = ("handler", "teammate", "stranger", "dispatcher", "supervisor", "far_supervisor", "fim", "silver", "pcc")
SENIOR = {"contact_supervisor", "fim"}


@dataclass
class Night:
    """One incident with a child and whoever is there; ``acts`` is our own account of who acts as what, from when to when."""

    cast: Cast
    dice: random.Random
    incident: Incident
    acts: list[tuple[int, str, datetime, datetime]] = field(default_factory=list)
    decided: int = 0
    nobody: int = 0
    late: int = 0

    def now(self) -> datetime:
        return database_now(connection)

    def somebody(self) -> Staff:
        """Anybody, as their next request finds them."""
        return Staff.objects.get(pk=getattr(self.cast, self.dice.choice(ROOM)).pk)

    def rather(self, *names: str) -> Staff:
        """Mostly one of these: dice alone hardly ever hit on them."""
        return (
            Staff.objects.get(pk=getattr(self.cast, self.dice.choice(names)).pk)
            if self.dice.random() < 0.7
            else self.somebody()
        )

    def who_acts(self) -> Staff:
        """Half the time somebody who acts, did or will."""
        if self.acts and self.dice.random() < 0.5:
            return Staff.objects.get(pk=self.dice.choice(self.acts)[0])
        return self.somebody()

    def rights(self, person: Staff) -> set[str]:
        """The roles somebody has now: their own, and by our own account the one they act in."""
        at = self.now()
        return {person.role, *(role for pk, role, since, until in self.acts if pk == person.pk and since <= at < until)}

    def may(self, person: Staff, request: ReviewRequest) -> bool:
        """By our own account: senior, in reach, and neither requester, owner nor author."""
        incident, thrive = Incident.objects.get(pk=self.incident.pk), newest_thrive(self.incident)
        hands = {request.by_id, incident.owner_id, thrive.author_id if thrive else None}
        roles = self.rights(person)
        owner_team = Staff.objects.get(pk=incident.owner_id).team_id if incident.owner_id else incident.owner_team_id
        near = "fim" in roles or ("contact_supervisor" in roles and person.team_id in {incident.team_id, owner_team})
        return near and person.pk not in hands

    def step(self, what: str) -> None:
        match what:
            case "rank":
                giver, staff = (
                    self.rather("supervisor", "fim", "fim"),
                    self.rather("teammate", "teammate", "supervisor"),
                )
                role = (
                    "fim"
                    if staff.role in SENIOR
                    else self.dice.choice(("contact_supervisor", "contact_supervisor", "fim"))
                )
                at = self.now()
                since = at + timedelta(minutes=self.dice.choice((-5, 0, 0, 30)))
                until = since + timedelta(minutes=self.dice.choice((-1, 20, 90, 2000)))
                made = give_rank(
                    giver, staff.pk, role=role, starts_at=since if since > at else None, ends_at=until, why="Ill."
                )
                assert giver.pk != staff.pk
                assert giver.role in {"contact_supervisor", "fim", "silver"}
                self.acts.append((staff.pk, role, made.starts_at, made.ends_at))
            case "end rank":
                rank = ActingRank.objects.filter(ended=None).order_by("-pk").first()
                if rank is not None:
                    end_rank(self.somebody(), rank.pk)
                    at = self.now()
                    mine = (rank.staff_id, rank.role, rank.starts_at, rank.ends_at)
                    self.acts[self.acts.index(mine)] = (*mine[:3], min(at, rank.ends_at))
            case "on duty":
                on_duty(self.who_acts())
            case "off duty":
                off_duty(self.somebody())
            case "ask":
                code = self.dice.choice(("scheduled", "resolution"))
                request_actions.ask_lower(self.somebody(), self.incident.pk, key=key(), code=code, **WHY)
            case "assess":
                assess(self.somebody(), self.incident)
            case "take":
                taken(self.somebody(), self.incident)
            case "list":
                if self.dice.random() < 0.5 and on_call_now():
                    take_off(self.somebody(), on_call_now()[0].pk)
                else:
                    put_line(self.somebody(), line())
            case "wait":
                later(timedelta(minutes=self.dice.choice((1, 16, 45))))
            case "decide":
                self.decide()

    def decide(self) -> None:
        """By anybody at all; what is accepted was allowed by our own account."""
        request = ReviewRequest.objects.filter(decision=None).first() or ReviewRequest.objects.first()
        if request is None:
            return
        person = self.who_acts()
        could, open_before = self.may(person, request), not ReviewDecision.objects.filter(request=request).exists()
        answer = self.dice.choice(("approved", "refused"))
        self.late += (
            open_before and not could and any(pk == person.pk and until <= self.now() for pk, _, _, until in self.acts)
        )
        try:
            request_actions.decide(person, request.pk, key=key(), answer=answer, words="No.")
        except Refused:
            assert answer == "approved" or not could or not open_before, "refusing was refused to who may"
        else:
            assert could, f"{person.username} decided"
            self.decided += 1

    def look(self) -> None:
        """What the service does by itself within seconds; then each request has a next person, or an alarm that says nobody."""
        senior_actions.find_unstaffed()
        raise_due()
        here = set(Duty.objects.filter(ended_at=None).values_list("staff", flat=True))
        people = list(Staff.objects.filter(pk__in=here))
        for request in ReviewRequest.objects.filter(decision=None).select_related("incident"):
            able = [one for one in people if self.may(one, request)]
            said = Alarm.objects.filter(kind="senior", source__startswith=f"senior:{request.pk}:", ended_at=None)
            assert said.exists() == (not able), [one.username for one in able]
            if not able:
                self.nobody += 1
                assert said.get().raised_at is not None
            elif not any("contact_supervisor" in self.rights(one) and "fim" not in self.rights(one) for one in able):
                with_fim = Alarm.objects.get(kind="request", source=f"request:{request.pk}")
                assert with_fim.raised_at is not None, "it waits where only the FIM could decide"
            for one in able:
                assert request.incident_id in {each.incident for each in waiting(one, self.now()).lines}
        for decision in ReviewDecision.objects.all():
            assert not Alarm.objects.filter(
                kind="senior", source__startswith=f"senior:{decision.request_id}:", ended_at=None
            ).exists()


came_to = {"decided": 0, "nobody": 0, "acted": 0, "late": 0}
"""What the nights came to; *late* are tries to decide by whoever acted until shortly before."""


def test_no_night_leaves_a_request_without_a_next_person_or_decided_by_who_may_not(cast: Cast) -> None:
    came_to.update(dict.fromkeys(came_to, 0))
    incident = with_child(cast)

    @settings(
        max_examples=12, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(seed=st.integers(0, 10**6))
    def nights(seed: int) -> None:
        with transaction.atomic():
            night = Night(cast, random.Random(seed), incident)
            for what in ("ask", "rank", *night.dice.choices(STEPS, k=24)):
                with suppress(Refused), transaction.atomic():
                    night.step(what)
                night.look()
            came_to["decided"] += night.decided
            came_to["nobody"] += night.nobody
            came_to["acted"] += len(night.acts)
            came_to["late"] += night.late
            transaction.set_rollback(True)

    nights()
    assert all(came_to.values()), came_to
