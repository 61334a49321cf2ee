"""What is open on an incident, and so holds its texts."""

from __future__ import annotations

from collections.abc import Iterable

from goldthread.config.upward import answers
from goldthread.contact.known import group_of
from goldthread.contact.models import Incident
from goldthread.investigation.models import Handover, Investigation
from goldthread.lookback.models import Item
from goldthread.meetings.queries import of_subject
from goldthread.retention.events import MayErase
from goldthread.retention.queries import of_the_same_child
from goldthread.safeguarding.clock_queries import running_in
from goldthread.safeguarding.clock_rules import names
from goldthread.safeguarding.concern_queries import open_in
from goldthread.safeguarding.missing_models import MissingEpisode
from goldthread.safeguarding.protection_models import Protection
from goldthread.supervision.queries import open_questions


@answers(MayErase)
def whatever_is_open(asked: MayErase) -> Iterable[str]:
    """Nothing is erased that something open rests on; each is named."""
    incident = asked.incident
    if incident.is_open:
        yield "The incident is open. Have it closed first."
    for one in running_in(incident):
        yield f"A safeguarding clock still runs on it: {names().get(one.rule, one.rule)}. Have done what it waits for."
    if open_in(incident) is not None:
        yield "A concern of VAST is open in it. Have VAST end it first."
    if Protection.objects.filter(incident=incident, ended_at__isnull=True).exists():
        yield "Police protection of a child has not ended in it. Have its ending recorded."
    if MissingEpisode.objects.filter(incident=incident, returned_at__isnull=True).exists():
        yield "A child is still missing in it. Have the return recorded first."
    if Investigation.objects.open().filter(incident=incident).exists():
        yield "Its investigation has not ended. Have it ended first."
    if Handover.objects.waiting().filter(incident=incident).exists():
        yield "It is offered to investigation and nobody has answered. Have it accepted or declined."
    if Item.objects.filter(hit__incident=incident, state="open").exists():
        yield "Look-back has it to decide. Have it decided first."
    if of_subject(incident.pk).exists():
        yield "An action of a meeting is owed on it. Have it done first."
    if open_questions(incident).exists():
        yield "A supervisor's question on it has not been answered. Have it answered."
    for linked in Incident.objects.open().filter(pk__in=group_of(incident)).order_by("opened_at"):
        yield f"Incident {linked.reference}, linked as the same matter, is open. Have it closed first."
    for other in of_the_same_child(incident):
        if other.is_open:
            yield f"Incident {other.reference} of the same child is open. Have it closed first."
