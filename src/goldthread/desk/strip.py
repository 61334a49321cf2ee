"""The strip of counters above the board."""

from __future__ import annotations

from typing import Any

from goldthread.accounts.queries import on_call_now

# (count, words, sign, filter the counter opens, whether it shows while nothing waits there)
COUNTERS = [
    ("open", "open", "", "", True),
    ("called", "supervisor called", "over", "?needs=called", False),
    ("unseen", "risk not recognised", "over", "?needs=unseen", False),
    ("senior", "nobody senior on duty", "over", "?needs=senior", False),
    ("orphan", "unowned", "over", "?needs=orphan", True),
    ("handoff", "hand-off late", "over", "?needs=handoff", True),
    ("transfer", "agency silent", "over", "?needs=transfer", False),
    ("request", "request late", "over", "?needs=request", False),
    ("reassess", "THRIVE late", "over", "?needs=reassess", False),
    ("next", "next step late", "over", "?needs=next", False),
    ("question", "supervisor's question, late", "over", "?needs=question", False),
    ("outside", "outside the rule", "over", "?needs=outside", False),
    ("ahead", "words wait elsewhere", "over", "?needs=ahead", False),
    ("marks", "life at stake, unanswered", "over", "?needs=marks", False),
    ("child_over", "child, over time", "over", "?child=yes&overdue=on", True),
    ("over", "over time", "over", "?overdue=on", True),
    ("assess", "to assess again", "near", "?needs=assess", True),
    ("asked", "requests", "near", "?needs=asked", False),
    ("asks", "supervisor asks", "near", "?needs=asks", False),
    ("why", "late, no reason", "near", "?needs=why", False),
    ("first_read", "not read yet", "near", "", False),
    ("ungraded", "not graded", "near", "?grade=none", False),
    ("words_above", "words above grade", "near", "", False),
    ("not_asked", "children not asked", "open", "", True),
    ("unread", "reader off or unsure", "near", "?needs=unread", False),
]
WANTS = [
    ("called", "A supervisor"),
    ("unseen", "A risk recognised"),
    ("senior", "Somebody senior on duty"),
    ("orphan", "An owner"),
    ("offered", "Hand-off acknowledged"),
    ("handoff", "Hand-off, late"),
    ("asked", "Request decided"),
    ("request", "Request decided, late"),
    ("assess", "Assessed again"),
    ("reassess", "Assessed again, late"),
    ("next", "The next step, late"),
    ("sent_on", "An agency's answer"),
    ("transfer", "An agency's answer, late"),
    ("asks", "A supervisor's question answered"),
    ("question", "A supervisor's question answered, late"),
    ("outside", "A look: done elsewhere outside the rule"),
    ("ahead", "Words of a message that waits"),
    ("why", "A word on why it is late"),
    ("marks", "A threat to life answered"),
    ("unread", "Read by a person"),
]
"""What the board filters by: see ``BoardRow.needs``."""


NOBODY_ON_CALL = "nobody is on the on-call list"


def strip(counted: dict[str, int], whose: str = "") -> list[dict[str, Any]]:
    """The counters as the page's macro takes them; what is none shows where somebody looks for it.

    ``whose`` is the part of the address that says whose board it is, which each counter keeps.
    """
    return [
        {"code": name, "value": counted[name], "label": words, "kind": sign, "href": _kept(href, whose)}
        | ({"ring": [one.rung_as for one in on_call_now()] or [NOBODY_ON_CALL]} if name == "senior" else {})
        for name, words, sign, href, always in COUNTERS
        if always or counted[name]
    ]


def _kept(href: str, whose: str) -> str:
    return f"{href}&{whose}" if href and whose else href
