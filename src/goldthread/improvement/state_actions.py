"""The verbs of states: seeing figures and re-opening what fell back, confirming, signing, submitting, closing, re-opening by hand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.config.logs import log
from goldthread.contact.known import force_day
from goldthread.improvement import entry_rules, rules
from goldthread.improvement.figure_rules import fell_back
from goldthread.improvement.frame import BOARD, KEEP, OWN, hold, planning, there
from goldthread.improvement.models import FigureSeen, PlanSignature, QaConfirmation, Recommendation, StateChange
from goldthread.improvement.queries import plan, recommended
from goldthread.improvement.seen import changed, known, told_now
from goldthread.improvement.telling_actions import tell_fallen
from goldthread.quality.models import QualityRound
from goldthread.quality.rates import wholes

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.audit.actions import Acting
    from goldthread.improvement.told import Recommended
    from goldthread.measures.series import Value

REOPEN = "plan.reopen"
RECOMMENDATION = "plan-recommendation"


def look() -> int:
    """See every bound figure as it is told now, and re-open what fell back; returns how many did. Safe to run twice, also at once.

    Nothing is written while nothing changed. What re-opens has nobody's name: its figure did it.
    """
    series, whole, anew = known(), plan(), False
    codes = {one.figure.bound.code for one in whole.recommendations if one.figure is not None}
    for code in sorted(codes & series.keys()):
        told = told_now(series[code])
        if told is not None and changed(code, told):
            anew = True
            with acting(None) as act:
                see(act, code, told)
    found = plan() if anew else whole
    fallen = [one.id for one in found.recommendations if _fallen(one) is not None]
    return sum(_reopen(number) for number in fallen)


def see(act: Acting, code: str, told: list[Value]) -> None:
    """Write down the values of a series that were not seen before, or are told otherwise, in the caller's transaction."""
    hold(FigureSeen, 0)
    for row in changed(code, told):
        row.at = act.now
        row.save()


def _fallen(one: Recommended) -> object | None:
    return None if one.figure is None else fell_back(one.state.state, one.state.at, one.figure.bound, one.figure.values)


def _reopen(number: int) -> bool:
    with acting(None) as act:
        hold(Recommendation, number)
        found = recommended(number)
        if found is None:
            return False
        _plan, report, one = found
        if one.figure is None:
            return False
        value = fell_back(one.state.state, one.state.at, one.figure.bound, one.figure.values)
        if value is None:
            return False  # somebody else was first, or the figure came back
        made = StateChange(
            recommendation_id=number, state="progress", why="fell_back", code=one.figure.bound.code, until=value.until,
            share=value.share, n=value.n, target=one.figure.bound.target, by=None, at=act.now,
        )  # fmt: skip
        made.save()
        act.record(
            "alteration", REOPEN, [(RECOMMENDATION, number)], was=one.state.state, code=made.code, until=made.until
        )
        tell_fallen(act, report, one, made.pk)
    log().info("a recommendation re-opened by its figure", part="improvement", recommendation=number, code=made.code)
    return True


def confirm(user: Staff, recommendation: int, *, round: int, rate: str) -> QaConfirmation:
    """Name a finished round of quality, and one of its rates, that confirms the figure.

    Raises ``NotThere``, ``Invalid`` for a round or rate that is none, ``Refused`` where it does not confirm or nothing is to be confirmed.
    """
    with planning(user, KEEP) as act:
        one = _standing(recommendation, "progress", "Only what is in progress is confirmed. Nothing was saved.")
        found = QualityRound.objects.filter(pk=round).prefetch_related("strata").first()
        if found is None:
            raise Invalid({"round": "There is no such round. Nothing was saved; choose one of the list."})
        rates = wholes(found)
        if rates is not None and rate not in rates:
            raise Invalid({"rate": "This round tells no such rate. Nothing was saved; choose one of the list."})
        told = None if rates is None else rates[rate]
        today = force_day(act.now)
        rules.may_confirm(
            None if told is None else told.share,
            None if rates is None else found.until,
            today,
            rules.settings_on(today),
        )
        if told is None:
            raise Refused("This round tells no such rate. Nothing was saved.")
        last = one.confirmation
        if last is not None and (last.round, last.rate, last.share) == (found.pk, rate, told.share):
            return QaConfirmation.objects.filter(state=one.state.id).latest("at", "pk")
        made = QaConfirmation(
            state_id=one.state.id, round=found, rate=rate, share=told.share, low=told.low, high=told.high, n=told.n,
            by=user, at=act.now,
        )  # fmt: skip
        made.save()
        act.record("collection", KEEP, [(RECOMMENDATION, recommendation), ("quality-round", found.pk)], rate=rate)
    return made


def sign(user: Staff, recommendation: int) -> PlanSignature:
    """Sign as the owner that it is believed met. Signed twice is once.

    Raises ``NotThere``, ``Refused`` for anybody but the owner, and where figure or confirmation are missing.
    """
    with planning(user, OWN) as act:
        one = _standing(
            recommendation, "progress", "It is not in progress, so there is nothing to sign. Nothing was signed."
        )
        mine = next((each for each in one.signatures if not each.board), None)
        if mine is not None and mine.by_id == user.pk:
            return PlanSignature.objects.get(state=one.state.id, board=False)
        if mine is not None:
            raise Refused("Its owner has signed already. Nothing was signed.")
        rules.may_sign_as_owner(user.pk, one.owner.id if one.owner else None, _earned(one))
        made = PlanSignature(state_id=one.state.id, board=False, by=user, at=act.now)
        made.save()
        act.record("alteration", OWN, [(RECOMMENDATION, recommendation)], signed="owner")
    return made


def sign_for_board(user: Staff, recommendation: int) -> StateChange:
    """Sign for the board, as another than the owner who signed: with that the force believes it met. Signed twice is once.

    Raises ``NotThere``, ``Refused`` where the owner has not signed or anything else is missing.
    """
    with planning(user, BOARD) as act:
        now = _standing(recommendation)
        if now.state.state == "believed" and any(each.board and each.by_id == user.pk for each in now.signatures):
            return StateChange.objects.get(pk=now.state.id)
        one = _standing(
            recommendation, "progress", "It is not in progress, so there is nothing to sign. Nothing was signed."
        )
        owner = next((each for each in one.signatures if not each.board), None)
        rules.may_sign_for_board(user.pk, None if owner is None else owner.by_id, _earned(one))
        newest = one.standing.newest
        if owner is None or one.figure is None or newest is None:
            raise Refused("Its owner has not signed. Nothing was signed.")
        PlanSignature(state_id=one.state.id, board=True, owner_was_id=owner.by_id, by=user, at=act.now).save()
        made = StateChange(
            recommendation_id=recommendation, state="believed", why="earned", code=one.figure.bound.code, until=newest.until,
            share=newest.share, n=newest.n, target=one.figure.bound.target, by=user, at=act.now,
        )  # fmt: skip
        made.save()
        act.record("alteration", BOARD, [(RECOMMENDATION, recommendation)], signed="board", state="believed")
    return made


def submit(user: Staff, recommendation: int, *, day: date) -> StateChange:
    """Enter that it was submitted to HMICFRS, and on which day. Raises ``NotThere``, ``Refused`` for what is not believed met, ``Invalid``."""
    with planning(user, KEEP) as act:
        one = _standing(recommendation)
        entry_rules.day("day", day, latest=force_day(act.now))
        if one.state.state == "submitted" and one.state.day == day:
            return StateChange.objects.get(pk=one.state.id)
        rules.may_become("submitted", one.state.state)
        made = StateChange(
            recommendation_id=recommendation, state="submitted", why="sent", day=day, by=user, at=act.now
        )
        made.save()
        act.record("alteration", KEEP, [(RECOMMENDATION, recommendation)], state="submitted", day=day)
    return made


def close(user: Staff, recommendation: int, *, day: date, reference: str) -> StateChange:
    """Enter that HMICFRS closed it: its day and its reference. A force closes nothing by itself. Raises ``NotThere``, ``Refused``, ``Invalid``."""
    kept = entry_rules.line("reference", reference, 80, "Give HMICFRS's reference: without it nothing is closed.")
    with planning(user, KEEP) as act:
        one = _standing(recommendation)
        entry_rules.day("day", day, latest=force_day(act.now))
        if one.state.state == "closed" and (one.state.day, one.state.reference) == (day, kept):
            return StateChange.objects.get(pk=one.state.id)
        rules.may_become("closed", one.state.state)
        made = StateChange(
            recommendation_id=recommendation, state="closed", why="closed", day=day, reference=kept, by=user, at=act.now
        )
        made.save()
        act.record("alteration", KEEP, [(RECOMMENDATION, recommendation)], state="closed", day=day)
    return made


def reopen(user: Staff, recommendation: int, *, words: str) -> StateChange:
    """Re-open it by hand, with why. The same sent twice is once. Raises ``NotThere``, ``Refused`` where it is in progress, ``Invalid`` without a reason."""
    kept = entry_rules.words(words, "Write why it is re-opened.")
    with planning(user, KEEP) as act:
        one = _standing(recommendation)
        if (one.state.why, one.state.words) == ("withdrawn", kept):
            return StateChange.objects.get(pk=one.state.id)
        rules.may_become("progress", one.state.state)
        made = StateChange(
            recommendation_id=recommendation, state="progress", why="withdrawn", words=Payload.objects.keep(kept), by=user,
            at=act.now,
        )  # fmt: skip
        made.save()
        act.record("alteration", KEEP, [(RECOMMENDATION, recommendation)], state="progress", words=made.words)
    return made


def _standing(number: int, state: str = "", otherwise: str = "") -> Recommended:
    """A recommendation as it stands, held. Raises ``NotThere``, and ``Refused`` with ``otherwise`` where it is in another state."""
    there(Recommendation, number)
    found = recommended(number)
    if found is None:
        raise NotThere(rules.NOT_THERE)
    if state and found[2].state.state != state:
        raise Refused(otherwise)
    return found[2]


def _earned(one: Recommended) -> rules.Earned:
    return rules.Earned(
        one.standing, one.figure.bound if one.figure else None, one.confirmation is not None,
        any(not each.board for each in one.signatures), any(each.board for each in one.signatures),
    )  # fmt: skip
