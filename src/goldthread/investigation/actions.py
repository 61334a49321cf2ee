"""The verbs of whoever investigates: the plan, the suspect's access, each child's voice, what is new."""

from __future__ import annotations

import json
import uuid
from datetime import datetime

from django.db.models import Max

from goldthread.accounts.models import Staff
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Stale
from goldthread.config.upward import announce
from goldthread.contact.events import ChildInvolved
from goldthread.contact.known import group_of
from goldthread.contact.models import Incident
from goldthread.contact.rules import stated_time
from goldthread.investigation import queries, rules
from goldthread.investigation.models import (
    ACCESS,
    ENDS,
    SEEN,
    SPOKEN,
    AccessAnswer,
    ChildVoice,
    NewsSeen,
    OtherChild,
    PlanItem,
    PlanItemEnd,
)
from goldthread.investigation.shared_actions import Inquiry, involve, kept, on_investigation, take_in

WORK, REVIEW = "investigation.work", "investigation.review"


def set_reference(user: Staff, pk: uuid.UUID, *, key: uuid.UUID, reference: str) -> None:
    """Set the reference in the force's crime system; the timeline keeps the one before. Raises ``Invalid`` for one of another shape."""
    with on_investigation(user, pk, WORK, key, "reference", reference) as here:
        if here.done is not None:
            return
        here.must_run()
        here.one.crime_reference = rules.crime_reference(reference, here.held.reference)
        here.work.event("inv.referenced", reference=here.one.crime_reference)
        here.told("alteration", WORK, reference=here.one.crime_reference)


def assign(user: Staff, pk: uuid.UUID, *, key: uuid.UUID, investigator: int, supervisor: int) -> None:
    """Give the investigation to others of its team, who see its incidents from then on: to whoever leads it now all is unread."""
    from goldthread.investigation.offer_actions import people

    with on_investigation(user, pk, REVIEW, key, "assign", investigator, supervisor) as here:
        if here.done is not None:
            return
        here.must_run()
        here.one.investigator, here.one.supervisor = people(here.one.team_id, investigator, supervisor)
        here.work.event("inv.assigned", investigation=str(pk), investigator=here.one.investigator_id)
        involve(here.work, user, here.one.investigator, here.one.supervisor)
        take_in(here, queries.taken_in(here.one))
        here.told("alteration", REVIEW, investigator=investigator, supervisor=supervisor)


def add_item(
    user: Staff, pk: uuid.UUID, *, key: uuid.UUID, kind: str, words: str, owner: int, due_at: datetime | None
) -> PlanItem:
    """Put a line of enquiry or an interim measure on the plan. Raises ``Invalid`` for one without words, owner or time."""
    said = rules.text("words", words, "Say what is to be done.")
    rules.one_of("kind", kind, ("enquiry", "measure"), "Choose what it is.")
    with on_investigation(user, pk, WORK, key, "item", kind, said, owner, due_at) as here:
        if here.done is not None:
            return PlanItem.objects.get(pk=int(here.done))
        here.must_run()
        made = put_item(here, kind, said, owner, rules.due(due_at, here.now))
        here.told("collection", WORK, made.pk, item=made.pk, kind=kind)
    return made


def put_item(here: Inquiry, kind: str, words: str, owner: int, due_at: datetime) -> PlanItem:
    """The next item of the plan. Raises ``Invalid`` where nobody of the team would own it."""
    owning = next((one for one in queries.leaders(here.one.team_id)[0] if one.pk == owner), None)
    if owning is None:
        raise Invalid({"owner": "Choose somebody of the team who does it. Nothing was saved."})
    last = PlanItem.objects.filter(investigation=here.one).aggregate(last=Max("number"))["last"] or 0
    made = PlanItem(
        investigation=here.one, number=last + 1, kind=kind, words=Payload.objects.keep(words), owner=owning,
        due_at=due_at, by=here.user, at=here.now,
    )  # fmt: skip
    made.save()
    involve(here.work, owning)
    _await_next_item(here)
    return made


def _await_next_item(here: Inquiry) -> None:
    """Let the plan's clock run until the next of its open items is due."""
    left = PlanItem.objects.filter(investigation=here.one, end__isnull=True).order_by("due_at").first()
    running = queries.clock_of(queries.PLAN, here.one.pk)
    if running is not None and (left is None or running.due_at != left.due_at):
        here.stop(queries.PLAN, "changed" if left else "done")
    if left is not None:
        here.start("inv_plan", queries.PLAN, due_at=left.due_at)


def end_item(user: Staff, pk: uuid.UUID, item: int, *, key: uuid.UUID, answer: str, words: str = "") -> None:
    """Say that an item is done, or why it is not pursued. Raises ``Stale`` where that was said already."""
    rules.one_of("answer", answer, dict(ENDS), "Say whether it was done.")
    said = rules.text("words", words, "Say why it is not pursued." if answer == "not_pursued" else "")
    with on_investigation(user, pk, WORK, key, "end", item, answer, said) as here:
        if here.done is not None:
            return
        here.must_run()
        found = PlanItem.objects.filter(investigation=here.one, pk=item).first()
        if found is None:
            raise NotThere("There is no such item in this plan.")
        if PlanItemEnd.objects.filter(item=found).exists():
            raise Stale("Somebody has answered this item already. What you wrote is still here and was not sent.")
        PlanItemEnd(item=found, answer=answer, words=kept(said), by=user, at=here.now).save()
        _await_next_item(here)
        here.told("alteration", WORK, item=item, answer=answer)


def answer_access(user: Staff, pk: uuid.UUID, *, key: uuid.UUID, answer: str, who: str = "", words: str = "") -> None:
    """Answer whether the suspect has access to any child today. *Not known* is kept and stays owed, on its clock."""
    rules.one_of("answer", answer, dict(ACCESS), "Answer yes, no or not known.")
    children, said = rules.access(answer, who, words)
    with on_investigation(user, pk, WORK, key, "access", answer, children, said) as here:
        if here.done is not None:
            return
        here.must_run()
        AccessAnswer(
            investigation=here.one, answer=answer, who=kept(children), words=kept(said), by=user, at=here.now
        ).save()
        if answer == "not_known":
            here.start("inv_access", queries.ACCESS)
        else:
            here.stop(queries.ACCESS, answer)
        here.work.event("inv.access", answer=answer)
        here.told("collection", WORK, answer=answer)


def add_child(user: Staff, pk: uuid.UUID, *, key: uuid.UUID, name: str, age: int | None) -> uuid.UUID:
    """Add a child who is not on the incident's record, by name or as *not known*; returns who it is from now on."""
    called = rules.text("name", name) or "Child, name not known"
    years = rules.age(age)
    with on_investigation(user, pk, WORK, key, "child", called, years) as here:
        if here.done is not None:
            return uuid.UUID(here.done)
        here.must_run()
        child = uuid.uuid4()
        OtherChild(
            investigation=here.one, child=child, name=Payload.objects.keep(called), age=years, by=user, at=here.now
        ).save()
        if here.work.incident.child == "none":
            here.work.incident.child = "possible"
            announce(ChildInvolved(here.work.incident, here.work.act))
        here.work.event("inv.child")
        here.told("collection", WORK, child, child=str(child))
    return child


def record_voice(
    user: Staff,
    pk: uuid.UUID,
    child: uuid.UUID,
    *,
    key: uuid.UUID,
    seen: str,
    spoken: str,
    by_whom: str,
    said: str = "",
    behaviour: str = "",
    wishes: str = "",
    occurred_at: datetime | None = None,
) -> ChildVoice:
    """Record what a child said or showed, as the next version; those before stand. Raises ``Invalid`` for nothing said or shown."""
    rules.one_of("seen", seen, dict(SEEN), "Say whether the child was seen.")
    rules.one_of("spoken", spoken, dict(SPOKEN), "Say whether the child was spoken to alone.")
    told = rules.voice(said, behaviour, wishes, by_whom)
    with on_investigation(user, pk, WORK, key, "voice", child, seen, spoken, told, occurred_at) as here:
        if here.done is not None:
            return ChildVoice.objects.get(pk=int(here.done))
        here.must_run()
        at, _late = stated_time(occurred_at, here.now)
        made = put_voice(here, child, "heard", told, seen=seen, spoken=spoken, occurred_at=at)
        here.told("collection", WORK, made.pk, child=str(child), version=made.version)
    return made


def put_voice(
    here: Inquiry,
    child: uuid.UUID,
    kind: str,
    told: dict[str, str],
    *,
    seen: str = "not_known",
    spoken: str = "no",
    occurred_at: datetime | None = None,
) -> ChildVoice:
    """The next version of a child's voice. Raises ``NotThere`` for a child who is not of this investigation."""
    if child not in {one.child for one in queries.children_of(here.one)}:
        raise NotThere("There is no such child in this investigation.")
    last = ChildVoice.objects.filter(investigation=here.one, child=child).aggregate(last=Max("version"))["last"] or 0
    made = ChildVoice(
        investigation=here.one, child=child, version=last + 1, kind=kind, seen=seen, spoken=spoken, occurred_at=occurred_at,
        told=Payload.objects.keep(json.dumps(told, ensure_ascii=False)), by=here.user, at=here.now,
    )  # fmt: skip
    made.save()
    here.work.event("inv.voice", kind=kind)
    return made


def acknowledge(user: Staff, pk: uuid.UUID, *, key: uuid.UUID, seen: dict[uuid.UUID, int]) -> None:
    """Say that one has read what is new, up to a line of each incident; what came after stays new.

    Only what whoever leads it acknowledges counts as read; whoever reviews it takes note by this that it is theirs to review.
    An incident that was linked since is taken in by this, with nothing of it read yet: whoever leads and supervises sees it from now on.
    Raises ``Invalid`` for an incident of another matter, ``Refused`` for anybody else.
    """
    with on_investigation(user, pk, WORK, key, "seen", sorted(seen.items())) as here:
        if here.done is not None:
            return
        rules.may_acknowledge(user.pk, here.one.investigator_id, here.one.supervisor_id)
        matter = {here.work.incident.pk, *group_of(here.work.incident)}
        taken = queries.taken_in(here.one)
        if unknown := set(seen) - matter - taken:
            raise Invalid(
                {
                    "seen": f"{len(unknown)} of these are not of this matter any more. Reload the page; nothing was saved."
                }
            )
        for incident in Incident.objects.filter(pk__in=seen):
            joins = incident.pk not in taken
            upto = 0 if joins else min(seen[incident.pk], incident.last_seq)
            NewsSeen(investigation=here.one, incident=incident, seq=upto, by=user, at=here.now).save()
        take_in(here, set(seen) - taken)
        others = [("incident", str(one)) for one in sorted(seen) if one != here.work.incident.pk]
        here.finish("consultation", WORK, "", ("investigation", str(here.one.pk)), *others)
