"""The verbs of the second person: to review, to say why a child cannot be heard, to decide that it ends, and who was told."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import Max

from goldthread.accounts.models import Staff
from goldthread.audit.models import Payload
from goldthread.config.errors import Refused, Stale
from goldthread.contact.rules import stated_time
from goldthread.investigation import queries, rules
from goldthread.investigation.actions import REVIEW, WORK, put_item, put_voice
from goldthread.investigation.models import ChildVoice, EndAnswer, EndAsked, OutcomeTold, SupervisorReview
from goldthread.investigation.shared_actions import Inquiry, ending, involve, kept, on_investigation


def review(
    user: Staff,
    pk: uuid.UUID,
    *,
    key: uuid.UUID,
    agrees: bool,
    voice: bool,
    words: str,
    risk: str = "",
    directs: str = "",
    due_at: datetime | None = None,
) -> SupervisorReview:
    """Review an investigation: agree with its plan, or direct an action that is due by a time; the next review's clock begins.

    ``voice``: whether the children's voice is in it. ``risk``: another one from now on, empty where it stays.
    Raises ``Refused`` for whoever leads it, ``Invalid`` without words, or where it neither agrees nor directs.
    """
    said = rules.text("words", words, "Write what you looked at and what you found.")
    action = "" if agrees else rules.text("directs", directs, "Say what is to be done.")
    with on_investigation(user, pk, REVIEW, key, "review", agrees, voice, said, risk, action, due_at) as here:
        if here.done is not None:
            return SupervisorReview.objects.get(pk=int(here.done))
        here.must_run()
        rules.may_review(user.pk, queries.led(here.one))
        held = here.held.risks
        rules.one_of("risk", risk or here.one.risk, {*held, here.one.risk}, "Choose a risk from the list.")
        item = None
        if not agrees:
            item = put_item(here, "directed", action, here.one.investigator_id, rules.due(due_at, here.now))
        last = SupervisorReview.objects.filter(investigation=here.one).aggregate(last=Max("number"))["last"] or 0
        here.one.risk = risk or here.one.risk
        made = SupervisorReview(
            investigation=here.one, number=last + 1, agrees=agrees, voice=voice, words=Payload.objects.keep(said),
            risk=here.one.risk, directed=item, by=user, at=here.now,
        )  # fmt: skip
        made.save()
        here.stop(queries.REVIEW, "reviewed")
        _next_review(here)
        here.work.event("inv.reviewed", agrees=agrees, risk=here.one.risk)
        involve(here.work, user)
        here.told("alteration", REVIEW, made.pk, agrees=agrees, voice=voice, risk=here.one.risk)
    return made


def cannot_hear(user: Staff, pk: uuid.UUID, child: uuid.UUID, *, key: uuid.UUID, why: str) -> ChildVoice:
    """Record, as a supervisor who does not lead it, why a child's voice cannot be recorded; hearing the child later adds to it."""
    said = rules.text("why", why, "Write why this child cannot be heard, and what was tried.")
    with on_investigation(user, pk, REVIEW, key, "cannot", child, said) as here:
        if here.done is not None:
            return ChildVoice.objects.get(pk=int(here.done))
        here.must_run()
        rules.may_review(user.pk, queries.led(here.one))
        made = put_voice(here, child, "cannot", {"why": said})
        here.told("collection", REVIEW, made.pk, child=str(child), version=made.version)
    return made


def ask_end(user: Staff, pk: uuid.UUID, *, key: uuid.UUID, outcome: str, words: str = "") -> EndAsked:
    """Propose that the investigation ends with an outcome; nothing changes until another, senior person confirms it.

    Raises ``Refused`` with every reason why it may not end yet.
    """
    with on_investigation(user, pk, WORK, key, "end asked", outcome, words) as here:
        if here.done is not None:
            return EndAsked.objects.get(pk=int(here.done))
        here.must_run()
        rules.one_of("outcome", outcome, here.held.outcomes, "Choose an outcome from the list.")
        said = rules.text(
            "words", words, "Write the reason for this outcome." if here.held.outcomes[outcome].words else ""
        )
        if queries.open_end(queries.ends_of(here.one)) is not None:
            raise Refused("A closing decision is proposed already. Have that answered first; nothing was changed.")
        _may_end(here)
        made = EndAsked(investigation=here.one, outcome=outcome, words=kept(said), by=user, at=here.now)
        made.save()
        here.work.event("inv.end_asked", outcome=outcome)
        here.told("alteration", WORK, made.pk, outcome=outcome)
    return made


def answer_end(user: Staff, pk: uuid.UUID, asked: int, *, key: uuid.UUID, confirm: bool, words: str = "") -> None:
    """Confirm a proposed closing decision, which ends the investigation, or return it with what is missing.

    Raises ``Refused`` where it may not end any more, or for whoever leads it or proposed it; ``Stale`` where it was answered already.
    """
    said = rules.text("words", words, "" if confirm else "Write what is missing.")
    with on_investigation(user, pk, REVIEW, key, "end answered", asked, confirm, said) as here:
        if here.done is not None:
            return
        here.must_run()
        proposed = queries.open_end(queries.ends_of(here.one))
        if proposed is None or proposed.pk != asked:
            raise Stale("This closing decision was answered already. Nothing was changed; reload to see how it stands.")
        rules.may_confirm(user.pk, queries.led(here.one), proposed.by_id)
        if confirm:
            _may_end(here)
        answer = "confirmed" if confirm else "returned"
        EndAnswer(asked=proposed, answer=answer, words=kept(said), by=user, at=here.now).save()
        involve(here.work, user)
        if confirm:
            here.one.closed_at = here.now
            here.stop(queries.REVIEW, "ended")
            here.stop(queries.ACCESS, "ended")
            here.stop(queries.PLAN, "ended")
            here.work.event("inv.ended", outcome=proposed.outcome)
            if queries.untold(queries.children_of(here.one), queries.tellings_of(here.one)):
                here.start("inv_told", queries.TOLD)
        else:
            here.work.event("inv.end_returned")
        here.told("alteration", REVIEW, asked=asked, answer=answer)


def tell(
    user: Staff,
    pk: uuid.UUID,
    *,
    key: uuid.UUID,
    child: uuid.UUID | None,
    how: str,
    words: str = "",
    occurred_at: datetime | None = None,
) -> OutcomeTold:
    """Record how and when a child, or an adult victim (``child`` None), was told the outcome; or why not. Raises ``Refused`` before the end."""
    with on_investigation(user, pk, WORK, key, "told", child, how, words, occurred_at) as here:
        if here.done is not None:
            return OutcomeTold.objects.get(pk=int(here.done))
        if here.one.is_open:
            raise Refused("There is no outcome to tell yet. Nothing was saved.")
        rules.one_of("how", how, here.held.told, "Say how they were told, or that they were not.")
        said = rules.text("words", words, "Write why they were not told." if here.held.told[how].words else "")
        children = queries.children_of(here.one)
        rules.one_of("child", str(child or ""), {"", *(str(one.child) for one in children)}, "Choose who was told.")
        at = None if here.held.told[how].words else stated_time(occurred_at, here.now)[0]
        made = OutcomeTold(
            investigation=here.one, child=child, how=how, occurred_at=at, words=kept(said), by=user, at=here.now
        )
        made.save()
        if not queries.untold(children, queries.tellings_of(here.one)):
            here.stop(queries.TOLD, "told")
        here.work.event("inv.told", how=how)
        here.told("collection", WORK, made.pk, how=how)
    return made


def _next_review(here: Inquiry) -> None:
    risk = here.held.risks.get(here.one.risk) or next(iter(here.held.risks.values()))
    here.start(risk.next, queries.REVIEW)


def _may_end(here: Inquiry) -> None:
    reasons = rules.against(ending(here.one, here.now))
    if reasons:
        raise Refused(" ".join(reasons))
