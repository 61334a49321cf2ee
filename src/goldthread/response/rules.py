"""Decisions about grades, sending and closing: values in, answer or refusal out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from goldthread.config.errors import Invalid, Refused, Stale
from goldthread.response.grades import ClosingReason, Grade

LONGEST_REASON = 4_000
"""Characters of a reason *(ours)*."""
RELOOK = timedelta(minutes=30)
"""When an incident without a running clock is next looked at by its owner *(ours)*."""


def may_choose(new: Grade, held: Grade | None, *, missing_child: bool = False, inspector: bool = False) -> None:
    """Nothing ever blocks a higher grade, nor a first one that sends somebody; a lower one is refused here, for it is asked for.

    Where a child is missing, a first grade that sends nobody is an ``inspector``'s to choose. Raises ``Refused``. Lowering needs
    a fresh THRIVE and, where a child is or may be involved, a second, senior person.
    """
    if held is not None and new.severity < held.severity:
        raise Refused(
            f"The grade stays {held.name}. A grade falls only after a fresh THRIVE and with the approval of a second, "
            "senior person. Nothing was changed; what you wrote is still here. Ask for the lower grade instead."
        )
    if held is not None and new.code == held.code:
        raise Refused(f"The grade is {held.name} already. Nothing was changed.")
    if missing_child and new.attend is None and not inspector:
        raise Refused(
            f"The words say that a child is missing, and {new.name} sends nobody: that is the FIM's to choose, as the inspector. "
            "Choose a higher grade, answer the mark if no child is missing, or call the FIM. Nothing was changed."
        )


class Taken(Stale):
    """Another person owns it than the one it was to be taken from. ``holder`` is whose it is, by their key."""

    def __init__(self, holder: int, name: str, since: timedelta | None) -> None:
        super().__init__(
            f"{name} {f'took this {_ago(since)}' if since is not None else 'owns this'}. It is theirs; nothing was changed. "
            "Take it over once more to take it from them."
        )
        self.holder = holder


def must_name_owner(owner: int | None, taker: int, named: int | None) -> bool:
    """Whether who takes an incident over has to say again from whom: a person owns it, and they named nobody or another.

    So two who take one at the same moment never both believe that it is theirs. A desk's is for whoever comes first.
    """
    return owner is not None and owner not in {taker, named}


def _ago(since: timedelta) -> str:
    seconds = int(since.total_seconds())
    if seconds < 60:
        return f"{seconds} s ago"
    return f"{seconds // 60} min ago" if seconds < 3600 else f"{seconds // 3600} h ago"


def next_owed(
    grade: Grade | None, allocated: bool, arrived: bool, now: datetime, due: list[datetime], unread: bool = False
) -> tuple[str, datetime]:
    """What is owed next in an open incident and by when: the earliest running clock, or a look again.

    ``unread``: something written waits to be read first by a person, which comes before all else.
    """
    what = (
        "first_read"
        if unread
        else "assess"
        if grade is None
        else "allocate"
        if grade.attend and not allocated
        else "arrive"
        if grade.attend and not arrived
        else "result"
    )
    return what, min(due) if due else now + RELOOK


@dataclass(frozen=True)
class Closable:
    """What closing looks at: whether graded and attended since it was last opened, what is still open in it, and who closes.

    ``second`` is true for a contact supervisor or FIM who neither opened nor owns the incident nor wrote its assessment;
    ``unanswered`` where the call was silent, dropped or abandoned and nobody has answered since; ``unread`` where something
    written waits for its first read; ``offered`` while a hand-off is unacknowledged; ``called`` while nobody has come whom a
    call for a supervisor asked for; ``asked`` while another agency has not
    answered, ``accepted`` where one has said yes and police are not needed, ``told`` where the caller knows; ``critical`` are life-threat cues that
    nobody answered; ``unit_owed`` while the clock of an attendance runs, ``linked`` where another incident is the same matter, and open or attended;
    ``child`` where one is or may be involved;
    ``needs_second`` says why one person may not close it alone; ``fresh`` that the newest THRIVE knows all that was said and
    done; ``withheld`` that whoever closes is shown no reading, so that the mark is not theirs to answer.
    """

    graded: bool
    attended: bool
    unit_on_way: bool
    second: bool
    unanswered: bool = False
    unread: bool = False
    offered: bool = False
    called: bool = False
    asked: bool = False
    accepted: bool = False
    told: bool = False
    critical: tuple[str, ...] = ()
    unit_owed: bool = False
    linked: bool = False
    child: bool = False
    needs_second: tuple[str, ...] = ()
    fresh: bool = False
    withheld: bool = False


def may_close(reason: ClosingReason | None, result: str, about: Closable) -> None:
    """Raise ``Refused`` or ``Invalid`` where the incident may not close; say what to do next."""
    if reason is None:
        raise Invalid({"reason": "Choose why this incident closes."})
    if not result.strip():
        raise Invalid({"result": "Write the result in a sentence: what was found, who was seen, what was done."})
    if len(result) > LONGEST_REASON:
        raise Invalid(
            {
                "result": f"This is {len(result):,} characters and at most {LONGEST_REASON:,} fit here. Nothing was saved; shorten it."
            }
        )
    if not about.graded:
        raise Refused("This incident has no grade yet, so it cannot close. Choose a grade first.")
    if about.unit_on_way:
        raise Refused("A unit is on its way. Record its arrival, or that it left, before closing.")
    if about.unanswered and not about.attended:
        raise Refused(
            "This call was silent, dropped or abandoned and nobody has answered since. No answer never closes. "
            "Ring back until somebody answers, where it is safe to ring, or have a unit attend; nothing was changed."
        )
    if reason.attended and not about.attended:
        raise Refused(
            "That reason needs an arrival on record since it was last opened, and there is none. Record the arrival, or "
            "choose another reason."
        )
    if reason.linked and not about.linked:
        raise Refused(
            "That reason needs the other incident, which is open or was attended: link it under Same matter first, or choose another "
            "reason; nothing was changed."
        )
    if about.unit_owed and not about.attended and not reason.nothing_here:
        raise Refused(
            "This grade owes a unit and its clock runs, so it cannot close without one. Have it attended, or have the grade "
            "lowered by the rule first; nothing was changed."
        )
    if about.asked:
        raise Refused(
            "Another force or agency was asked and has not answered. Silence is no yes: record their answer, or take the "
            "question back; nothing was changed."
        )
    if reason.accepted and not about.accepted:
        raise Refused(
            "That reason needs another agency's yes, by name, and that it was asked whether police are needed. Record the "
            "transfer and their answer under Hand over, or choose another reason; nothing was changed."
        )
    if reason.accepted and not about.told:
        raise Refused(
            "Whoever called does not know yet that police will not come. Reach them, where it is safe, and log the call-back; "
            "nothing was changed."
        )
    if reason.accepted and about.child and not about.attended:
        raise Refused(
            "A child is or may be involved, and another agency's yes is then never the only reason. Have somebody attend and "
            "see the child, or ask until it is known that there is none; nothing was changed."
        )
    if about.unread:
        raise Refused("Something written here waits to be read first. Read it before closing; nothing was changed.")
    if about.offered:
        raise Refused(
            "This is handed over and not acknowledged. Take it back or over before closing; nothing was changed."
        )
    if about.called:
        raise Refused(
            "A supervisor was called here and nobody has come yet. It closes once one has answered the call; nothing was changed."
        )
    if about.critical and about.withheld:
        raise Refused(
            "What was said here has to be looked at by a supervisor before it closes. Call one, or ask for it to be closed; nothing was changed."
        )
    if about.critical:
        raise Refused(
            "A threat to life in the words is unanswered, so this cannot close. Answer the mark: noted, not so, or ask."
        )
    if about.needs_second and not about.second:
        raise Refused(
            f"A child is or may be involved and {', and '.join(about.needs_second)}, so one person cannot close this alone. "
            "Ask for it to be closed: a supervisor or the FIM, who has neither opened nor assessed nor owns it, decides."
        )
    if about.needs_second and not about.fresh:
        raise Refused(
            f"A child is or may be involved and {', and '.join(about.needs_second)}, so this closes on a THRIVE that knows everything "
            "said and done here, and there is none. Have its owner write one, then close it; nothing was changed."
        )


def with_second(about: Closable) -> Closable:
    """The same, as a second person would see it once the THRIVE is written that a request waits for."""
    return replace(about, second=True, fresh=True)
