"""What quality's tests begin with: closed incidents of some strata, an assessor more, a lead, and a round drawn from them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, timedelta

from goldthread.accounts.models import Staff
from goldthread.contact import actions as contact
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.quality import actions, rules
from goldthread.quality.models import QualityRound, QualityTask
from tests.cast import Cast, ended, key, opened, say
from tests.response.test_alarms import later
from tests.retention.scenes import SAID

FORM = rules.form_on(date(2026, 6, 1))


def person(cast: Cast, username: str, role: str) -> Staff:
    """Somebody more."""
    made = Staff(username=username, name=f"{username.title()} Amber", role=role, team=cast.qa.team, password="x")
    made.save()
    return made


def lead(cast: Cast) -> Staff:
    """The QA lead."""
    return Staff.objects.filter(username="lead").first() or person(cast, "lead", "qa_lead")


def second(cast: Cast) -> Staff:
    """Another assessor."""
    return Staff.objects.filter(username="qa-2").first() or person(cast, "qa-2", "qa_assessor")


def with_child(cast: Cast) -> Incident:
    """A closed incident with a child on record."""
    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)
    child = ChildGiven(str(uuid.uuid4()), "Perrin", 7, False, "at the shop", "the caller", "not_seen")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=[child])
    return ended(cast, incident)


def day_of(incident: Incident) -> date:
    """The day on which it was opened."""
    return force_day(incident.opened_at)


def round_of(cast: Cast, incidents: list[Incident], numbers: Mapping[str, int] | None = None) -> QualityRound:
    """A round of the days on which these were opened, drawn two days later; ten of each stratum unless said."""
    later(timedelta(days=2))
    days = sorted(day_of(one) for one in incidents)
    wanted = dict.fromkeys(FORM.strata, 10) if numbers is None else numbers
    return actions.draw_round(lead(cast), key=key(), since=days[0], until=days[-1], numbers=wanted)


def all_of(answer: str, **but: str) -> dict[str, str]:
    """The same answer to every question but these."""
    return {**{one.code: answer for one in FORM.questions}, **but}


def taken(user: Staff) -> QualityTask:
    """The next record, taken."""
    found = actions.take_next(user)
    assert found is not None
    return found
