"""The verbs of missing episodes: opening one, assessing, agreeing, a sighting, the return, and the interviews after it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from goldthread.accounts.models import Staff
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.config.upward import listen
from goldthread.contact.events import ChildrenAnswered, KnownSettled
from goldthread.contact.known import force_day, settled
from goldthread.contact.models import Incident
from goldthread.contact.rules import stated_time
from goldthread.contact.work import Work, on_incident
from goldthread.safeguarding import clock_actions
from goldthread.safeguarding import missing_rules as rules
from goldthread.safeguarding.missing_choices import CLOCK_OF
from goldthread.safeguarding.missing_models import (
    MissingAssessment,
    MissingEpisode,
    MissingInterview,
    MissingReturn,
    MissingSighting,
    MissingSightingWithdrawal,
)
from goldthread.safeguarding.missing_queries import ABOUT, in_sight, newest, pending, sightings
from goldthread.safeguarding.missing_tie import before, of_child, tied
from goldthread.safeguarding.protection_child_actions import child_of, open_again
from goldthread.safeguarding.protection_queries import children
from goldthread.safeguarding.protection_rules import said

VERB = "missing.record"
DECIDES = "request.decide"
NOT_THERE = "There is no such missing episode, or it is not one that you may see."


def open_episode(
    user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, child: str = "", name: str = "",
    last_seen_at: datetime | None = None, last_seen: str = "", went_from: str = "", place: str = "",
    risk: str = "", reasons: Sequence[str] = (), words: str = "",
) -> MissingEpisode:  # fmt: skip
    """Record that a child is missing; the child is enough. Without a risk the suggested one holds, never below medium.

    How often the child was missing in twelve months, and the last risk, are looked up and raise what is suggested. An address left
    empty is the incident's settled one. Raises ``Refused`` where this child's episode runs already.
    """
    what = ("missing", child, name, last_seen_at, last_seen, went_from, place, risk, list(reasons), words)
    with on_incident(user, incident_id, VERB, key, *what) as work:
        if work.done is not None:
            return MissingEpisode.objects.get(pk=work.done)
        table = rules.table_on(force_day(work.now))
        if went_from and went_from not in table.places:
            raise Invalid({"went_from": "Choose from the list where the child went missing from."})
        if last_seen_at is not None:
            last_seen_at = min(work.now, stated_time(last_seen_at, work.now, "last_seen_at")[0])
        seen, where = said(last_seen, "last_seen"), said(place, "place")
        whom = child_of(work, child, name, key)
        runs = MissingEpisode.objects.filter(incident=work.incident, child=whom, returned_at__isnull=True).first()
        if runs is not None:
            raise Refused(
                f"This child is on record as missing already, as {runs.pk}: add to that. What you wrote is still here."
            )
        open_again(work, "child missing")
        version = children([(work.incident.pk, whom)])[(work.incident.pk, whom)]
        about = tied(work.incident, version)
        others = list(of_child(about, work.now - table.window).order_by("at"))
        last = others[-1].risk if others else ""
        found = rules.assess(table, risk, reasons, words, rules.suggested(table, reasons, len(others) + 1, last), "")
        made = MissingEpisode.objects.create(
            incident=work.incident, child=whom, person_id=about.person, age=version.age, went_from=went_from or "not_known",
            place=settled(work.incident).place if not where else None,
            place_words=Payload.objects.keep(where) if where else None,
            last_seen_at=last_seen_at, risk=found.risk, number=len(others) + 1, by=user, at=work.now,
        )  # fmt: skip
        if last_seen_at is not None or seen:
            _sighting(work, made, last_seen_at, seen)
        _assessment(work, made, found)
        work.event("missing.opened", episode=made.pk, risk=found.risk, number=made.number)
        _end(work, "collection", "missing.open", made, made.pk)
    return made


def assess(
    user: Staff,
    episode_id: int,
    *,
    key: uuid.UUID,
    version: int,
    risk: str,
    reasons: Sequence[str] = (),
    words: str = "",
) -> MissingAssessment:
    """Assess the risk anew: a new version, from which its clock runs. Below medium it waits for an inspector, and the higher one holds.

    How often the child was missing is counted by what is known now. Raises ``Stale`` where the newest is not the ``version`` that the
    user had before them.
    """
    with _on(user, episode_id, VERB, key, "assessed", version, risk, list(reasons), words) as work:
        if work.done is not None:
            return MissingAssessment.objects.get(pk=work.done)
        held, table = _missing(episode_id), rules.table_on(force_day(work.now))
        _up_to_date(table, held, version)
        if not risk:
            raise Invalid({"risk": "Choose a risk from the list."})
        others = list(before(held, table.window))
        held.number = len(others) + 1
        held.save(update_fields=["number"])
        suggests = rules.suggested(table, reasons, held.number, others[-1].risk if others else "")
        made = _assessment(work, held, rules.assess(table, risk, reasons, words, suggests, held.risk))
        work.event("missing.assessed", episode=held.pk, asked=made.asked, risk=made.risk)
        _end(work, "alteration", "missing.assess", held, made.pk)
    return made


def agree(
    user: Staff, episode_id: int, *, key: uuid.UUID, version: int, approve: bool, words: str = ""
) -> MissingAssessment:
    """Agree as the inspector to a risk below medium, which holds from then on; or not, and then the higher one stays.

    Raises ``Refused`` for anybody else, and for whoever chose it, and ``Stale`` where the newest is not the ``version`` that the user
    had before them: another risk may be asked for by now.
    """
    with _on(user, episode_id, DECIDES, key, "agreed", version, approve, words) as work:
        if work.done is not None:
            return MissingAssessment.objects.get(pk=work.done)
        held, table = _missing(episode_id), rules.table_on(force_day(work.now))
        _up_to_date(table, held, version)
        last = newest(held)
        if last is None or not pending(last):
            raise Refused(
                "Nothing waits for an inspector here: it was answered, or assessed anew. Nothing was changed."
            )
        rules.may_agree(table, user.seat.codes, user.pk, last.by_id)
        kept = said(words, "words", "" if approve else "Write why not, for whoever asked.")
        risk = last.asked if approve else last.risk
        found = rules.Assessed(risk, risk, last.suggested, tuple(last.reasons), kept)
        made = _assessment(work, held, found, asked_by=last.by, agreed_by=user if approve else None)
        work.event("missing.agreed" if approve else "missing.not_agreed", episode=held.pk, risk=risk)
        _end(work, "alteration", "missing.agree", held, made.pk)
    return made


def sight(user: Staff, episode_id: int, *, key: uuid.UUID, seen_at: datetime | None, words: str) -> None:
    """Record a sighting; the hours are counted from the last one, in whatever order we hear of them."""
    with _on(user, episode_id, VERB, key, "sighted", seen_at, words) as work:
        if work.done is not None:
            return
        held = MissingEpisode.objects.get(pk=episode_id)
        at, kept = rules.sighting(seen_at, words, work.now)
        at = min(at, work.now)
        if held.returned_at is not None and at > held.returned_at:
            raise Invalid({"seen_at": "The child was back by then. Nothing was saved; check the time."})
        _sighting(work, held, at, kept)
        _count_hours(held)
        work.event("missing.sighted", episode=held.pk, at=at.isoformat())
        _end(work, "collection", "missing.sight", held)


def take_back(user: Staff, episode_id: int, *, key: uuid.UUID, sighting: int | None, why: str) -> None:
    """Take back a sighting recorded by mistake, which stays on record with the reason; the hours are counted from the last that stands.

    Raises ``Invalid`` for one that is not of this episode, ``Refused`` for one that was taken back before.
    """
    with _on(user, episode_id, VERB, key, "taken back", sighting, why) as work:
        if work.done is not None:
            return
        held = MissingEpisode.objects.get(pk=episode_id)
        kept = said(why, "why", "Write why it was a mistake.")
        wrong = held.sightings.filter(pk=sighting or 0).first()
        if wrong is None:
            raise Invalid({"sighting": "Choose a sighting of this child."})
        if MissingSightingWithdrawal.objects.filter(sighting=wrong).exists():
            raise Refused("This sighting was taken back already. Nothing was changed.")
        MissingSightingWithdrawal(sighting=wrong, why=Payload.objects.keep(kept), by=user, at=work.now).save()
        _count_hours(held)
        work.event("missing.sighting_withdrawn", episode=held.pk, sighting=wrong.pk)
        _end(work, "alteration", "missing.withdraw", held)


def come_back(
    user: Staff, episode_id: int, *, key: uuid.UUID, returned_at: datetime | None, found_by: str,
    where: str = "", condition: str = "",
) -> None:  # fmt: skip
    """Record the return, which starts both interviews' clocks from then. The risk stays as it was, for the next episode."""
    with _on(user, episode_id, VERB, key, "back", returned_at, found_by, where, condition) as work:
        if work.done is not None:
            return
        held = _missing(episode_id)
        at = min(work.now, rules.back(returned_at, found_by, held.last_seen_at, work.now))
        texts = [said(where, "where"), said(condition, "condition")]
        kept = [Payload.objects.keep(one) if one else None for one in texts]
        MissingReturn(
            episode=held, returned_at=at, found_by=found_by, where=kept[0], condition=kept[1], by=user, at=work.now
        ).save()
        held.returned_at = at
        held.save(update_fields=["returned_at"])
        clock_actions.stop(work.act, (ABOUT, held.pk), "returned", by=user)
        for rule in CLOCK_OF.values():
            clock_actions.start(work.act, rule, about=(ABOUT, held.pk), incident=work.incident, began_at=at)
        work.event("missing.returned", episode=held.pk, at=at.isoformat())
        _end(work, "alteration", "missing.return", held)


def interview(
    user: Staff, episode_id: int, *, key: uuid.UUID, kind: str, outcome: str, held_at: datetime | None = None,
    how: str = "", who: str = "", words: str = "", not_face: str = "",
) -> None:  # fmt: skip
    """Record what came of an interview, which ends its clock: of a return home interview the offer does."""
    with _on(user, episode_id, VERB, key, "interviewed", kind, outcome, held_at, how, who, words, not_face) as work:
        if work.done is not None:
            return
        held = MissingEpisode.objects.get(pk=episode_id)
        if held.returned_at is None:
            raise Refused("The child is not back yet. Record the return first; what you wrote is still here.")
        kept = rules.interview(
            kind, outcome, held_at, how, who, words, not_face, returned_at=held.returned_at, now=work.now
        )
        texts = {
            name: Payload.objects.keep(text) if (text := getattr(kept, name)) else None
            for name in ("who", "words", "not_face")
        }
        MissingInterview(
            episode=held, kind=kind, outcome=outcome, held_at=kept.held_at, how=how, by=user, at=work.now, **texts
        ).save()
        clock_actions.stop(work.act, (ABOUT, held.pk), outcome, rule=CLOCK_OF[kind], by=user)
        work.event("missing.interviewed", episode=held.pk, kind=kind, outcome=outcome)
        _end(work, "collection", "missing.interview", held)


@listen(KnownSettled)
def settled_since(event: KnownSettled) -> None:
    """What is settled after the recording counts for the episode."""
    _follow(event.incident)


@listen(ChildrenAnswered)
def told_since(event: ChildrenAnswered) -> None:
    """What is told of the child after the recording counts for the episode."""
    _follow(event.incident)


def _follow(incident: Incident) -> None:
    """Put on each episode who the child is and its age, as known now, and the settled address where nobody wrote one."""
    episodes = list(MissingEpisode.objects.filter(incident=incident))
    if not episodes:
        return
    found = settled(incident)
    people = {one.pk for one in found.people}
    known = children((one.incident_id, one.child) for one in episodes)
    for one in episodes:
        about = tied(incident, known[(one.incident_id, one.child)])
        one.person_id = about.person or (one.person_id if one.person_id in people else None)
        one.age = one.age if about.age is None else about.age
        if one.place_words_id is None:
            one.place = found.place
        one.save(update_fields=["person", "age", "place"])


def _assessment(
    work: Work, held: MissingEpisode, found: rules.Assessed,
    asked_by: Staff | None = None, agreed_by: Staff | None = None,
) -> MissingAssessment:  # fmt: skip
    """The next version, and the clock of the risk that holds from now."""
    assert work.user is not None
    table = rules.table_on(force_day(work.now))
    last = newest(held)
    if agreed_by is None and last is not None and table.is_low(found.risk):
        asked_by, agreed_by = last.asked_by, last.agreed_by  # what two people agreed on holds on
    made = MissingAssessment(
        episode=held, version=last.version + 1 if last else 1, asked=found.asked, risk=found.risk, suggested=found.suggested,
        reasons=list(found.reasons), words=Payload.objects.keep(found.words) if found.words else None,
        asked_by=asked_by, agreed_by=agreed_by, by=work.user, at=work.now,
    )  # fmt: skip
    made.save()
    if held.risk != found.risk:
        held.risk = found.risk
        held.save(update_fields=["risk"])
    clock_actions.stop(work.act, (ABOUT, held.pk), "assessed", by=work.user)
    rule = table.risks[found.risk].reassess
    clock_actions.start(work.act, rule, about=(ABOUT, held.pk), incident=work.incident)
    return made


def _sighting(work: Work, held: MissingEpisode, at: datetime | None, words: str) -> None:
    MissingSighting(episode=held, seen_at=at, words=Payload.objects.keep(words), by=work.user, at=work.now).save()


def _count_hours(held: MissingEpisode) -> None:
    """From the last sighting that stands."""
    last = sightings(held).filter(withdrawal__isnull=True, seen_at__isnull=False).first()
    held.last_seen_at = last.seen_at if last is not None else None
    held.save(update_fields=["last_seen_at"])


def _up_to_date(table: rules.Table, held: MissingEpisode, version: int) -> None:
    last = newest(held)
    rules.up_to_date(table, version, last.version if last is not None else 0, held.risk)


def _on(user: Staff, episode_id: int, verb: str, key: uuid.UUID, *what: object) -> AbstractContextManager[Work]:
    found = in_sight(user, verb).filter(pk=episode_id).values_list("incident", flat=True).first()
    if found is None:
        raise NotThere(NOT_THERE)
    return on_incident(user, uuid.UUID(str(found)), verb, key, episode_id, *what)


def _missing(episode_id: int) -> MissingEpisode:
    """The episode as it stands now that its incident is held. Raises ``Refused`` where the child is back."""
    held = MissingEpisode.objects.get(pk=episode_id)
    if held.returned_at is not None:
        raise Refused(
            "The child is back: the return is on record. If the child is missing again, record a new episode."
        )
    return held


def _end(work: Work, duty: str, verb: str, held: MissingEpisode, result: object = "") -> None:
    work.involve("author")
    subjects = [("incident", str(work.incident.pk)), ("child", str(held.child)), ("episode", str(held.pk))]
    work.act.record(duty, verb, subjects)
    work.finish(result)
