"""What another system did that the rule does not allow here: values in, codes out. Nothing is refused by it."""

from __future__ import annotations

from goldthread.response.grades import ClosingReason
from goldthread.response.rules import LONGEST_REASON as LONGEST_REASON
from goldthread.response.rules import Closable

AGAINST = {
    "lowered": "the grade was lowered, and nobody decided that here",
    "ungraded": "it was closed without a grade",
    "on_way": "it was closed while a unit was on its way",
    "no_answer": "it was closed after a call that nobody answered again",
    "unattended": "it was closed while its grade owed a unit",
    "agency": "it was closed on another agency, which has not said yes here",
    "unread": "it was closed with words that no person has read first",
    "offered": "it was closed while handed over and not acknowledged",
    "called": "it was closed while a supervisor was called",
    "life": "it was closed with a threat to life in the words that nobody answered",
    "second": "it was closed by one person, and a child is or may be involved",
    "owed": "it was closed while something was still owed in it",
    "children": "it says that there is no child, and children are on record here",
}
"""What was done outside the rule, in words; see ``rules.may_close``."""


def against(reason: ClosingReason | None, about: Closable, *, blocked: bool) -> tuple[str, ...]:
    """Everything that would have held it open here, in the order of ``AGAINST``; ``blocked``: a floor above says so."""
    holds = {
        "ungraded": not about.graded,
        "on_way": about.unit_on_way,
        "no_answer": about.unanswered and not about.attended,
        "unattended": about.unit_owed and not about.attended and not (reason is not None and reason.nothing_here),
        "agency": about.asked or (reason is not None and reason.accepted and not (about.accepted and about.told)),
        "unread": about.unread,
        "offered": about.offered,
        "called": about.called,
        "life": bool(about.critical),
        "second": bool(about.needs_second),
        "owed": blocked,
    }
    return tuple(code for code, so in holds.items() if so)
