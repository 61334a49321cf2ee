"""The verbs on one look-back item: take it, decide it, take a decision back, record what came of it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from goldthread.accounts.events import StaffLeft
from goldthread.audit.models import Payload
from goldthread.clocks.bank import bank_holidays
from goldthread.clocks.local import LONDON
from goldthread.clocks.working import end_of_day
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.config.upward import listen
from goldthread.contact.actions import reopen
from goldthread.contact.work import on_incident
from goldthread.lookback import rules, tables
from goldthread.lookback.choices import DECISIONS
from goldthread.lookback.models import Decision, Item, Outcome
from goldthread.lookback.queries import desks
from goldthread.lookback.work import ItemWork, on_item

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff, Team


def take(user: Staff, item_id: uuid.UUID, *, key: uuid.UUID, seen: str | None = None) -> None:
    """Make the item one's own; its clock stays as it was. Raises ``Stale`` where the page's ``seen`` is not so any more."""
    with on_item(user, item_id, "lookback.take", key, seen=seen) as work:
        if work.done is not None:
            return
        work.own(staff=user)
        work.act.record("alteration", "lookback.take", work.subjects())


def decide(
    user: Staff,
    item_id: uuid.UUID,
    *,
    key: uuid.UUID,
    given: rules.Given,
    desk_id: int | None = None,
    seen: str | None = None,
) -> None:
    """Decide an item: safe with its reason, VAST to a desk of theirs, or re-open.

    An incident of ours is opened again in the hands of who decides, by first contact's own action; of a record elsewhere
    it is kept who was told. Raises ``Stale`` where somebody decided it meanwhile, ``Invalid`` and ``Refused``.
    """
    with on_item(
        user, item_id, "lookback.decide", key, given.kind, given.reason, given.words, given.told, desk_id, seen=seen
    ) as work:
        if work.done is not None:
            return
        item = work.item
        if item.state == "decided":
            _decided_already(work)
        kept = rules.decision(given, ours=item.hit.incident_id is not None)
        desk = _desk(desk_id) if kept.kind == "vast" else None
        if kept.kind == "reopen" and item.hit.incident_id is not None:
            _open_again(user, item.hit.incident_id)
        words, told = _kept(kept.words), _kept(kept.told)
        _add(work, kept.kind, reason=kept.reason, words=words, told=told, handed_to=desk)
        work.own(staff=None if desk else user, team=desk)
        item.state, item.decision, item.decided_at = "decided", kept.kind, work.now
        days = tables.targets_on(work.now.date()).outcome.get(kept.kind)
        today = work.now.astimezone(LONDON).date()
        item.outcome_due_at = None if days is None else end_of_day(today, days, bank_holidays())
        work.act.record(
            "alteration",
            "lookback.decide",
            work.subjects(),
            kind=kept.kind,
            because=kept.reason or "none",
            **_bound(words=words, told=told),
        )


def undo(user: Staff, item_id: uuid.UUID, *, key: uuid.UUID, words: str = "", seen: str | None = None) -> None:
    """Take the decision back by a further one: the item is to be decided again, by who undid it, on the clock it had.

    What a decision set going goes on: an incident that it opened stays open. Refused once an outcome is recorded.
    """
    kept = rules.undoing(words)
    with on_item(user, item_id, "lookback.undo", key, kept, seen=seen) as work:
        if work.done is not None:
            return
        item = work.item
        if item.state != "decided":
            raise Refused("Nothing is decided here, so there is nothing to undo.")
        if item.outcome:
            raise Refused(
                "What came of it is on record, so the decision stands. Nothing was changed; record a further outcome instead."
            )
        before = item.decision
        payload = _kept(kept)
        _add(work, "undone", words=payload)
        work.own(staff=user)
        item.state, item.decision, item.decided_at, item.outcome_due_at = "open", "", None, None
        # It was in somebody's hands: undone, it waits for no capacity.
        item.release_at = min(item.release_at, work.now)
        work.act.record("alteration", "lookback.undo", work.subjects(), undone=before, **_bound(words=payload))


def record_outcome(
    user: Staff, item_id: uuid.UUID, *, key: uuid.UUID, kind: str, words: str = "", seen: str | None = None
) -> None:
    """Record what came of a decided item; a further outcome stands beside the one before, and holds."""
    with on_item(user, item_id, "lookback.outcome", key, kind, words, seen=seen) as work:
        if work.done is not None:
            return
        if work.item.state != "decided":
            raise Refused("This is not decided yet. Decide it first; what you wrote is still here.")
        kept = _kept(rules.outcome(kind, words))
        Outcome.objects.create(item=work.item, kind=kind, words=kept, by=user, at=work.now)
        work.item.outcome = kind
        work.own(staff=user)
        work.act.record("collection", "lookback.outcome", work.subjects(), outcome=kind, **_bound(words=kept))


@listen(StaffLeft)
def hand_back(event: StaffLeft) -> None:
    """What somebody who left was to decide, or to say what came of, goes to the desk it was with."""
    owed = Item.objects.filter(owner=event.staff).filter(Q(state="open") | Q(outcome="", outcome_due_at__isnull=False))
    items = list(owed.select_for_update(of=("self",)).select_related("hit"))
    for item in items:
        handed = Decision.objects.filter(item=item).order_by("-seq").values_list("handed_to", flat=True).first()
        item.owner, item.owner_team_id = None, handed or item.team_id
        item.save()
    if items:
        subjects = [("staff", str(event.staff.pk)), *(("lookback", str(item.pk)) for item in items)]
        event.act.record("alteration", "lookback.hand-back", subjects)


def _add(
    work: ItemWork,
    kind: str,
    *,
    reason: str = "",
    words: Payload | None = None,
    told: Payload | None = None,
    handed_to: Team | None = None,
) -> None:
    last = work.standing()
    Decision.objects.create(
        item=work.item,
        seq=(last.seq if last else 0) + 1,
        kind=kind,
        reason=reason,
        words=words,
        told=told,
        handed_to=handed_to,
        by=work.user,
        at=work.now,
    )


def _decided_already(work: ItemWork) -> None:
    last = work.standing()
    who = last.by.name if last else "Somebody"
    how = dict(DECISIONS)[work.item.decision]
    raise Stale(f"{who} has decided this already: {how}. Nothing was changed; undo that decision first to decide anew.")


def _desk(desk_id: int | None) -> Team:
    found = desks()
    if not found:
        raise Refused(
            "No team has a VAST officer, so there is no desk to hand this to. Nothing was changed; tell the FIM."
        )
    if desk_id is None and len(found) == 1:
        return found[0]
    for desk in found:
        if desk.pk == desk_id:
            return desk
    raise Invalid({"desk": "Choose the VAST desk that takes it."})


def _open_again(user: Staff, incident_id: uuid.UUID) -> None:
    try:
        with on_incident(user, incident_id, "lookback.decide") as work:
            if work.incident.is_open:
                raise Refused(
                    f"{work.incident.reference} is open already. Nothing was changed; write there what was found, or decide VAST."
                )
            # Who may not grade it could do nothing with it: it then goes to the desk of its team.
            reopen(work, "look-back", desk=None if user.can("grade.choose") else work.incident.team)
            work.involve("author")
    except NotThere:
        raise Refused(
            "You may not open that incident: it is another team's, or no child is involved in it any more. Nothing was "
            "changed; decide VAST, or ask its supervisor or the FIM."
        ) from None


def _kept(text: str) -> Payload | None:
    return Payload.objects.keep(text) if text else None


def _bound(**texts: Payload | None) -> dict[str, Any]:
    """The digests of these texts for the event, of those that were given."""
    return {name: text for name, text in texts.items() if text is not None}
