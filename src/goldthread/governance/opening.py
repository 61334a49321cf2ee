"""Which page opens what a pack names, for whoever reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.urls import reverse

from goldthread.governance import rules
from goldthread.governance.lines import cohort_page, course_page
from goldthread.governance.printed import PLAN
from goldthread.governance.printed_learned import COHORT, COURSE, THEME, Address
from goldthread.measures.series import all_series

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

KINDS: dict[str, tuple[str, Callable[[str], str]]] = {
    PLAN: ("plan.see", lambda number: reverse("improvement:recommendation", args=[int(number)])),
    THEME: ("quality.themes", lambda number: reverse("quality:theme", args=[int(number)])),
    COURSE: ("learning.see", course_page),
    COHORT: ("learning.see", lambda number: cohort_page(int(number))),
}
"""What stands before a code that is no figure's: the verb that its page asks, and the page."""


def opener(user: Staff) -> Address:
    """What opens a code for this person, empty for none: a figure's history where they may see that, else the page of its definition."""
    known = {one.code: one.address for one in all_series()}

    def address(code: str) -> str:
        for before, (verb, page) in KINDS.items():
            if code.startswith(before):
                return page(code.removeprefix(before)) if user.can(verb) else ""
        if code not in known:
            return ""
        if user.can(rules.SEE):
            return reverse("governance:series", args=[code])
        return known[code] if user.can("measures.see") and not code.startswith("quality.") else ""

    return address
