"""Missing episodes for tests, each step through its action."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import connection

from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.safeguarding import missing_actions as actions
from goldthread.safeguarding.clock_queries import running
from goldthread.safeguarding.missing_models import MissingAssessment, MissingEpisode
from tests.cast import Cast, graded, key, opened, say


def now() -> datetime:
    return database_now(connection)


def reported(cast: Cast, name: str = "Robin Vale", age: int | None = 15) -> tuple[Incident, str]:
    incident = opened(cast.handler)
    say(cast.handler, incident, "A boy has not come back to his placement since this morning.")
    child = str(uuid.uuid4())
    given = [ChildGiven(child, name, age, False, "", "", "not_seen")]
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=given)
    graded(cast.handler, incident)
    incident.refresh_from_db()
    return incident, child


def gone(
    cast: Cast, user: Staff | None = None, *, name: str = "Robin Vale", age: int | None = 15, **given: Any
) -> MissingEpisode:
    incident, child = reported(cast, name, age)
    return actions.open_episode(user or cast.supervisor, incident.pk, key=key(), child=child, **given)


def back(cast: Cast, episode: MissingEpisode, **given: Any) -> None:
    actions.come_back(cast.supervisor, episode.pk, key=key(), returned_at=None, found_by="police", **given)
    episode.refresh_from_db()


def assess(user: Staff, episode: MissingEpisode, **given: Any) -> None:
    """Assess it by a page that is up to date."""
    given = {"version": version(episode), **given}
    actions.assess(user, episode.pk, key=key(), **given)
    episode.refresh_from_db()


def version(episode: MissingEpisode) -> int:
    return MissingAssessment.objects.filter(episode=episode).count()


def clocks(episode: MissingEpisode) -> set[str]:
    return set(running(("missing", episode.pk)).values_list("rule", flat=True))


def spoke(cast: Cast, episode: MissingEpisode, kind: str, outcome: str, **given: Any) -> None:
    actions.interview(cast.supervisor, episode.pk, key=key(), kind=kind, outcome=outcome, who="PC Fern", **given)
