"""A look-back over the last weeks of the invented force, by the actions: some of it decided, most of it not."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from goldthread.accounts.models import Staff
from goldthread.demo.staff import Size, force
from goldthread.lookback import rules
from goldthread.lookback.actions import make
from goldthread.lookback.decide_actions import decide, record_outcome
from goldthread.lookback.models import Item
from goldthread.lookback.querysets import ORDER
from goldthread.lookback.stored import StoredIncidents

BACK = {"small": timedelta(days=28), "full": timedelta(days=2)}
A_DAY = 12
DECIDED = (
    rules.Given("vast"),
    rules.Given("vast", words="The school may know more: ring it before three."),
    rules.Given("safe", "acted_on", "The attending officer's referral of the same day covers it."),
)
"""What is decided of the first closed incidents; the VAST desk has recorded what came of the first."""
OUTCOME = "Read again with the history: social care had not been told, and is now."


def look_back(now: datetime, size: Size) -> int:
    """Make a run of the last weeks for the desk of VAST, agreed by the FIM; how many items came of it."""
    people = {one.role: one.username for one in reversed(force(size).people) if one.does}
    fim, vast = (Staff.objects.select_related("team").get(username=people[role]) for role in ("fim", "vast_officer"))
    made = make(fim, vast.team, A_DAY, StoredIncidents((now - BACK[size]).date(), now))
    past = Item.objects.filter(hit__run=made.run, hit__incident__closed_at__isnull=False)
    first = list(past.order_by(*ORDER)[: len(DECIDED)])
    for one, given in zip(first, DECIDED, strict=False):
        decide(vast, one.pk, key=uuid.uuid4(), given=given)
    if first:
        record_outcome(vast, first[0].pk, key=uuid.uuid4(), kind="confirmed", words=OUTCOME)
    return made.made
