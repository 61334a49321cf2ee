"""The verbs of a concern: to refer, to rate, to telephone and write up, to look into, to give an opinion and answer it, to end."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from goldthread.assessment.models import ThriveVersion
from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.clocks.bank import bank_holidays
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.known import force_day
from goldthread.contact.work import NOT_THERE, Work, on_incident
from goldthread.response.grades import grades_on
from goldthread.response.models import GradePeriod
from goldthread.safeguarding import clock_actions
from goldthread.safeguarding import concern_queries as queries
from goldthread.safeguarding import concern_rules as rules
from goldthread.safeguarding.concern_finding import CONCERNS, find, looks
from goldthread.safeguarding.concern_models import (
    RESULTS,
    Concern,
    ConcernAnswer,
    ConcernCall,
    ConcernOpinion,
    ConcernRating,
    ConcernReason,
    ConcernResearch,
    ConcernWriteUp,
)

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

WORKS, REFERS, ANSWERS = "concern.work", "concern.refer", "concern.answer"
ABOUT, WRITE_UP, OPINION = queries.ABOUT, queries.WRITE_UP, "opinion"
MORE = "One more reason came while you had this open: it is the last under Why it is here. Read it first; what you wrote is still here."
ENDED = "This concern has ended. What you wrote is still here and was not saved; refer the incident anew where something is new."


@dataclass
class OnConcern:
    """A concern locked, with its incident, for one command; ``done`` as ``Work`` means it."""

    work: Work
    concern: Concern

    @property
    def done(self) -> str | None:
        """The result that a command with the same key left earlier."""
        return self.work.done

    def finish(self, duty: str, verb: str, result: object = "", **detail: Any) -> None:
        """Put the command on record, and remember its key."""
        subjects = [("incident", str(self.work.incident.pk)), ("concern", str(self.concern.pk))]
        kept = {name: value for name, value in detail.items() if value is not None}
        self.work.act.record(duty, verb, subjects, **kept)
        self.work.finish(result)


@contextmanager
def _on_concern(user: Staff, concern_id: int, verb: str, key: uuid.UUID, *what: object) -> Iterator[OnConcern]:
    incident = Concern.objects.filter(pk=concern_id).values_list("incident", flat=True).first()
    if incident is None:
        raise NotThere(NOT_THERE)
    with on_incident(user, incident, verb, key, *what) as work:
        concern = Concern.objects.select_for_update().get(pk=concern_id)
        if work.done is None and not concern.is_open:
            raise Refused(ENDED)
        yield OnConcern(work, concern)


def refer(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, words: str, urgent: bool = False) -> Concern:
    """Refer an incident to VAST by hand, saying why. Where a concern is open already this becomes one more reason of it."""
    kept = rules.text("words", words, needed="Write what VAST should look at, and why.")
    with on_incident(user, incident_id, REFERS, key, "refer", kept, urgent) as work:
        if work.done is not None:
            return Concern.objects.get(pk=int(work.done))
        cause = "urgent" if urgent else "referred"
        reason = rules.Reason(cause, str(work.incident.last_seq + 1))
        concern, _new = _add(work, [reason], Payload.objects.keep(kept))
        work.involve("author")
        OnConcern(work, concern).finish("collection", REFERS, concern.pk, cause=cause)
        return concern


def open_due() -> int:
    """Open what the rule says, or add its reason to the concern that is open; returns for how many incidents."""
    with acting(None) as act:
        held = rules.set_on(force_day(act.now))
        here, back = looks(act.now, CONCERNS)
    told: set[uuid.UUID] = set()
    for one in find(held, back):
        with on_incident(None, one.incident, "concern.open") as work:
            words = Payload.objects.filter(pk=one.words).first() if one.words else None
            _concern, new = _add(work, one.reasons, words, reading=one.reading)
        if new:
            told.add(one.incident)
    here.save()
    return len(told)


def rate(
    user: Staff, concern_id: int, *, key: uuid.UUID, rating: str, reason: int, words: str = "", seen: str = ""
) -> None:
    """Confirm the rating, or change it with a reason. The clock of a new rating began when that of the old one did.

    ``reason`` is the number of the newest reason that was read, ``seen`` the rating that the page showed. Raises ``Stale`` where there
    is a newer one of either.
    """
    with _on_concern(user, concern_id, WORKS, key, "rate", rating, words) as on:
        if on.done is not None:
            return
        concern = on.concern
        if seen and seen != concern.rating:
            raise Stale("It was rated otherwise while you had this open. Look again; what you wrote is still here.")
        _all_read(concern, reason)
        kept = rules.new_rating(rating, concern.rating, words)
        changed = rating != concern.rating
        payload = Payload.objects.keep(kept) if kept else None
        ConcernRating(concern=concern, rating=rating, words=payload, by=user, at=on.work.now).save()
        concern.rating = rating
        _settle(on.work, concern, by_person=True)
        on.work.event("concern.rated", rating=rating, changed=changed)
        on.finish("alteration", "concern.rate", rating=rating, words=payload)


def telephone(
    user: Staff,
    concern_id: int,
    *,
    key: uuid.UUID,
    desk: str,
    reached: str = "",
    again: int | None = None,
    called_at: datetime | None = None,
    words: str = "",
) -> ConcernCall:
    """Record that a partner was telephoned: who was reached by name, or nobody and in how many minutes to try ``again``.

    ``words`` write the call up at once; without them that is still owed.
    """
    name = rules.text("reached", reached, longest=rules.LONGEST_NAME)
    kept = rules.text("words", words)
    with _on_concern(user, concern_id, WORKS, key, "telephone", desk, name, again, called_at, kept) as on:
        if on.done is not None:
            return ConcernCall.objects.get(pk=int(on.done))
        now = on.work.now
        came = min(on.work.incident.contacted_at or now, on.work.incident.opened_at)
        at = rules.call(rules.set_on(force_day(now)), desk, name, called_at, again, now, came)
        if kept and not name:
            raise Invalid({"reached": "You wrote what was said. Write with whom, by name."})
        call = ConcernCall(
            concern=on.concern, desk=desk, reached=Payload.objects.keep(name) if name else None, called_at=at, by=user,
            next_at=now + timedelta(minutes=again) if again is not None else None, at=now,
        )  # fmt: skip
        call.save()
        if kept:
            ConcernWriteUp(call=call, words=Payload.objects.keep(kept), by=user, at=now).save()
        _settle(on.work, on.concern, by_person=queries.last_rating(on.concern).by_id is not None)
        _write_ups(on.work, on.concern)
        on.work.event("concern.called", desk=desk, reached=bool(name))
        on.finish("collection", "concern.telephone", call.pk, desk=desk, reached="yes" if name else "no")
        return call


def write_up(user: Staff, concern_id: int, call_id: int, *, key: uuid.UUID, words: str) -> None:
    """Write up a call in which somebody was reached. Raises ``Stale`` where another did so meanwhile."""
    kept = rules.text("words", words, needed="Write what was said and agreed.")
    with _on_concern(user, concern_id, WORKS, key, "write up", call_id, kept) as on:
        if on.done is not None:
            return
        call = ConcernCall.objects.filter(pk=call_id, concern=on.concern, reached__isnull=False).first()
        if call is None:
            raise NotThere("There is no such call, or nobody was reached in it.")
        if ConcernWriteUp.objects.filter(call=call).exists():
            raise Stale("This call was written up meanwhile. What you wrote is still here and was not saved.")
        ConcernWriteUp(call=call, words=Payload.objects.keep(kept), by=user, at=on.work.now).save()
        clock_actions.stop(on.work.act, (WRITE_UP, on.concern.pk), "written_up", by=user)
        _write_ups(on.work, on.concern)
        on.finish("collection", "concern.write_up")


def look_into(user: Staff, concern_id: int, *, key: uuid.UUID, item: str, result: str, words: str = "") -> None:
    """Record what was found of one item of the checklist, *no trace*, or that it was *not searched* and why."""
    with _on_concern(user, concern_id, WORKS, key, "look into", item, result, words) as on:
        if on.done is not None:
            return
        held = rules.set_on(force_day(on.work.now))
        kept = rules.found(held, item, result, words, dict(RESULTS))
        payload = Payload.objects.keep(kept) if kept else None
        ConcernResearch(
            concern=on.concern, item=item, result=result, words=payload, by=user, at=on.work.now
        ).save()  # fmt: skip
        on.finish("collection", "concern.look_into", item=item, result=result, words=payload)


def give_opinion(user: Staff, concern_id: int, *, key: uuid.UUID, grade: str, words: str) -> ConcernOpinion:
    """Give a second opinion: the grade VAST would give, and why. It changes nothing; the incident's owner owes an answer."""
    kept = rules.text("words", words, needed="Write why, in the words of the record where you can.")
    with _on_concern(user, concern_id, WORKS, key, "opinion", grade, kept) as on:
        if on.done is not None:
            return ConcernOpinion.objects.get(pk=int(on.done))
        work = on.work
        if grade not in grades_on(force_day(work.now)):
            raise Invalid({"grade": "Choose the grade you would give. Nothing was saved."})
        if not work.incident.is_open:
            raise Refused("This incident is closed, so nobody would answer. Add your words to it: that opens it again.")
        payload = Payload.objects.keep(kept)
        opinion = ConcernOpinion(concern=on.concern, grade=grade, words=payload, by=user, at=work.now)
        opinion.save()
        clock_actions.start(
            work.act, "opinion", about=(OPINION, opinion.pk), incident=work.incident, team=work.incident.team
        )
        work.entry("event", "system", code="concern.opinion", text=payload, data={"grade": grade})
        work.involve("author")
        on.finish("collection", "concern.opinion", opinion.pk, grade=grade, words=payload)
        return opinion


def answer(
    user: Staff, opinion_id: int, *, incident_id: uuid.UUID, key: uuid.UUID, answer: str, words: str = ""
) -> ConcernAnswer:
    """Answer a second opinion for the incident: agree once acted on by a THRIVE or a higher grade, or disagree with the reason.

    Raises ``Stale`` where somebody else answered it.
    """
    with on_incident(user, incident_id, ANSWERS, key, "answer", opinion_id, answer, words) as work:
        if work.done is not None:
            return ConcernAnswer.objects.get(pk=int(work.done))
        asked = ConcernOpinion.objects.filter(concern__incident=incident_id).select_related("concern")
        opinion = asked.filter(pk=opinion_id).first()
        if opinion is None:
            raise NotThere("There is no such opinion in this incident.")
        if ConcernAnswer.objects.filter(opinion=opinion).exists():
            raise Stale("This opinion was answered meanwhile. What you wrote is still here and was not saved.")
        kept = rules.answer(answer, words, acted=_acted(opinion))
        payload = Payload.objects.keep(kept) if kept else None
        made = ConcernAnswer(opinion=opinion, answer=answer, words=payload, by=user, at=work.now)
        made.save()
        clock_actions.stop(work.act, (OPINION, opinion.pk), "answered", by=user)
        work.entry("event", "system", code="concern.answered", text=payload, data={"answer": answer})
        work.involve("author")
        OnConcern(work, opinion.concern).finish("collection", ANSWERS, made.pk, answer=answer, words=payload)
        return made


def end(user: Staff, concern_id: int, *, key: uuid.UUID, outcome: str, words: str, last_seq: int, reason: int) -> None:
    """End a concern with its outcome. Raises ``Refused`` with everything that is still owed in it; it never says that there is no risk.

    ``last_seq`` is the last line of the timeline and ``reason`` the number of the newest reason that were read: what was said after that
    line may open another concern. Raises ``Stale`` where a newer reason came.
    """
    with _on_concern(user, concern_id, WORKS, key, "end", outcome, words) as on:
        if on.done is not None:
            return
        work, concern = on.work, on.concern
        _all_read(concern, reason)
        kept = rules.ended(rules.set_on(force_day(work.now)), outcome, words, told=queries.told_partner(concern))
        if owed := rules.owed(queries.stands(concern, queries.done_in(concern), work.now)):
            raise Refused(f"This concern stays open. {' '.join(owed)}")
        concern.words = Payload.objects.keep(kept)
        concern.outcome, concern.closed_at, concern.closed_by = outcome, work.now, user
        # Not as of the press: what was said since the page was made nobody has read, and the rule has not looked at its reading.
        concern.known_seq = min(last_seq, work.incident.last_seq)
        concern.save()
        work.event("concern.ended", outcome=outcome)
        work.involve("author")
        on.finish("alteration", "concern.end", outcome=outcome, words=concern.words)


def _all_read(concern: Concern, reason: int) -> None:
    """Raise ``Stale`` where a reason came after the newest that was read."""
    if queries.newest_reason(concern) > reason:
        raise Stale(MORE)


def _add(
    work: Work, reasons: Iterable[rules.Reason], words: Payload | None, *, reading: int = 0
) -> tuple[Concern, int]:
    """Put reasons on the incident's concern, which is opened where none is; with how many were new.

    A reason raises a rating and never lowers one.
    """
    held, now = rules.set_on(force_day(work.now)), work.now
    concern = Concern.objects.select_for_update().filter(incident=work.incident, closed_at__isnull=True).first()
    had = set(concern.reasons.values_list("cause", "what")) if concern is not None else set()
    new = [one for one in reasons if (one.cause, one.what) not in had]
    first = concern is None
    if concern is None:
        rating = rules.rated(new, held)
        concern = Concern(incident=work.incident, opened_at=now, opened_by=work.user, rating=rating, triage_from=now)
    concern.reading = max(concern.reading, reading)
    concern.save()
    if not new:
        return concern, 0
    for one in new:
        ConcernReason(concern=concern, cause=one.cause, what=one.what, words=words, by=work.user, at=now).save()
    rating = rules.rated(new, held)
    raised = not first and rules.higher(rating, concern.rating)
    anew = any(held.causes[one.cause].anew for one in new)
    if concern.triaged_at is not None and (raised or anew):
        concern.triage_from, concern.triaged_at = now, None
    concern.rating = rating if raised else concern.rating
    # With a person's reason somebody's rating before it holds no longer, also where a Red waited only to be telephoned.
    if first or raised or (anew and queries.last_rating(concern).by_id is not None):
        ConcernRating(concern=concern, rating=concern.rating, by=None, at=now).save()
        _settle(work, concern, by_person=False)
    code = "concern.opened" if first else "concern.more"
    work.event(code, causes=sorted({one.cause for one in new}), rating=concern.rating)
    if work.user is None:
        subjects = [("incident", str(work.incident.pk)), ("concern", str(concern.pk))]
        work.act.record("collection", code, subjects, rating=concern.rating)
    return concern, len(new)


def _settle(work: Work, concern: Concern, *, by_person: bool) -> None:
    """Let the clock of the rating run that holds while triage is owed, and no other; keep whether it is done."""
    wanted = f"vast_{concern.rating}"
    if rules.triaged(concern.rating, by_person=by_person, reached=queries.was_reached(concern, queries.calls(concern))):
        concern.triaged_at = concern.triaged_at or work.now
        clock_actions.stop(work.act, (ABOUT, concern.pk), "triaged", by=work.user)
    else:
        concern.triaged_at = None
        for rule in (f"vast_{code}" for code in rules.RANK if f"vast_{code}" != wanted):
            clock_actions.stop(work.act, (ABOUT, concern.pk), "rated", rule=rule, by=work.user)
        clock_actions.start(
            work.act, wanted, about=(ABOUT, concern.pk), incident=work.incident, began_at=concern.triage_from
        )
    concern.save()


def _write_ups(work: Work, concern: Concern) -> None:
    """Let a clock run on the oldest call that is not written up, where there is one."""
    owed = ConcernCall.objects.filter(concern=concern, reached__isnull=False, write_up__isnull=True)
    if (since := owed.order_by("pk").values_list("at", flat=True).first()) is not None:
        clock_actions.start(
            work.act, "vast_write_up", about=(WRITE_UP, concern.pk), incident=work.incident, began_at=since
        )


def _acted(opinion: ConcernOpinion) -> bool:
    """Whether since the opinion a THRIVE was written in the incident or the grade raised."""
    incident = opinion.concern.incident_id
    if ThriveVersion.objects.filter(incident=incident, at__gte=opinion.at).exists():
        return True
    periods = GradePeriod.objects.filter(incident=incident)
    before = periods.filter(at__lt=opinion.at).order_by("-seq").values_list("severity", flat=True).first() or 0
    return periods.filter(at__gte=opinion.at, severity__gt=before).exists()


def desk_now(now: datetime) -> rules.Desk:
    """The partner's desk to be telephoned now: by office hours and bank holidays."""
    return rules.whom(rules.set_on(force_day(now)), now, bank_holidays())
