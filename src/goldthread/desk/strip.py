"""The strip of counters above the board."""

from __future__ import annotations

from typing import Any

# (count, words, sign, filter the counter opens)
COUNTERS = [
    ("open", "open", "", ""),
    ("called", "supervisor called", "over", ""),
    ("child_over", "child involved, over time", "over", "?child=yes&overdue=on"),
    ("over", "over time", "over", "?overdue=on"),
    ("first_read", "not read first", "near", ""),
    ("ungraded", "not graded yet", "near", "?grade=none"),
    ("words_above", "words above grade", "near", ""),
    ("not_asked", "children not asked", "open", ""),
    ("unread", "reader off, down or unsure", "near", ""),
]


def strip(counted: dict[str, int]) -> list[dict[str, Any]]:
    """The counters as the page's macro takes them."""
    return [
        {"value": counted[name], "label": words, "kind": sign, "href": href} for name, words, sign, href in COUNTERS
    ]
