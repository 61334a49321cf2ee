"""The pages of safeguarding, beside one another under their headings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

# (verb, name of the route, words); an entry shows when the role may do the verb.
SECTIONS = [
    ("concern.see", "safeguarding:desk", "VAST desk"),
    ("referral.see", "safeguarding:referrals", "Referrals"),
    ("protection.see", "safeguarding:protections", "Protection"),
    ("missing.see", "safeguarding:missing_list", "Missing"),
    ("child.see", "safeguarding:children", "Children"),
    ("clock.see", "safeguarding:clocks", "Clocks"),
]


def sections(user: Staff, path: str) -> list[dict[str, Any]]:
    """Those pages that this person may open, and which of them is the one at ``path``, or has it below."""
    return [
        {"href": reverse(name), "text": words, "current": _current(reverse(name), path)}
        for verb, name, words in SECTIONS
        if user.can(verb)
    ]


def _current(href: str, path: str) -> str:
    """What ``aria-current`` says: every page here is below the desk's address, which counts for its own alone."""
    below = href != reverse("safeguarding:desk") and path.startswith(f"{href.rstrip('/')}/")
    return "page" if path == href else "true" if below else ""
