"""What every page's shell shows of the person signed in."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from goldthread.accounts import oidc
from goldthread.accounts.models import Staff

# (verb, name of the route, words, chord); an entry shows when the role may do the verb.
# Of two with one key the first that the role may open stands.
NAV = [
    ("incident.open", "desk:contact", "New contact", "g n"),
    ("inbox.see", "desk:inbox", "Inbox", "g i"),
    ("board.see", "desk:board", "Board", "g b"),
    ("supervision.review", "supervision:queue", "Supervision", "g v"),
    ("concern.see", "safeguarding:desk", "Safeguarding", "g f"),
    ("clock.see", "safeguarding:clocks", "Safeguarding", "g f"),
    ("investigation.accept", "investigation:list", "Investigations", "g c"),
    ("meeting.see", "meetings:list", "Meetings", "g e"),
    ("unit.allocate", "desk:units", "Units", "g u"),
    ("incident.see", "desk:mine", "My incidents", "g m"),
    ("coaching.read", "supervision:notes", "Notes to me", "g t"),
    ("lookback.see", "lookback:queue", "Look-back", "g l"),
    ("quality.score", "quality:mine", "Quality", "g q"),
    ("quality.draw", "quality:rounds", "Quality", "g q"),
    ("quality.rates", "quality:newest", "Quality", "g q"),
    ("quality.answer", "quality:feedback", "Feedback", "g q"),
    ("plan.see", "improvement:plan", "Plan", "g p"),
    ("plan.register", "improvement:register", "Register", "g p"),
    ("learning.keep", "learning:home", "Learning", "g d"),
    ("learning.see", "learning:effects", "Learning", "g d"),
    ("measures.see", "measures:list", "Measures", "g s"),
    ("governance.see", "governance:list", "Governance", "g o"),
    ("pack.see", "governance:packs", "Packs", "g o"),
    ("published.see", "commissioner:home", "Commissioner", "g k"),
    ("retention.see", "retention:queue", "Retention", "g r"),
    ("trials.see", "trials:home", "Reader", "g h"),
    ("audit.see", "accounts:audit", "Audit", "g a"),
    ("messages.see", "messages:home", "Messages", "g x"),
    ("staff.keep", "desk:staff", "Staff", "g w"),
    ("webhooks.keep", "webhooks:list", "Webhooks", "g z"),
    ("records.load", "desk:records", "Records", "g y"),
]

HUB = ("governance:list", "governance:home")
"""The entry that becomes the hub, and the hub: one page that has the entries of ``BEHIND``, each with its key."""
BEHIND = frozenset({"quality:newest", "learning:effects", "measures:list", "governance:list"})
FOLDED = 4
"""So many entries of ``BEHIND`` are one in the bar *(ours)*: boards' people go to them from the hub, others have one or two of their own."""

COUNTED = {
    "desk:inbox": "desk:inbox_count",
    "desk:mine": "desk:mine_count",
    "lookback:queue": "lookback:count",
    "supervision:queue": "supervision:count",
    "supervision:notes": "supervision:notes_count",
    "meetings:list": "meetings:count",
    "safeguarding:desk": "safeguarding:desk_count",
    "safeguarding:clocks": "safeguarding:clocks_count",
    "investigation:list": "investigation:count",
    "retention:queue": "retention:count",
    "improvement:plan": "improvement:count",
    "quality:mine": "quality:count",
    "quality:feedback": "quality:feedback_count",
    "messages:home": "messages:count",
}
"""Entries that say how many wait there, and the route that knows; asked by the page itself, so that none waits for it."""

# (verb, name of the route, words): pages that are wanted seldom, in the menu under the person's name.
MENU = [
    ("owner.hand", "desk:shift", "End my shift"),
    ("rank.give", "desk:ranks", "Acting ranks"),
    ("oncall.see", "desk:on_call", "On call"),
    ("board.see", "desk:wall", "Board for the room's screen"),
    ("incident.open", "desk:earlier", "Enter a contact that came earlier"),
    ("contact.receive", "desk:inbox_add", "Put a contact into the inbox"),
    ("supervision.quality", "supervision:quality", "Quality of review"),
    ("known.restricted", "desk:restricted", "Restricted warnings"),
    ("coaching.leave", "supervision:notes_left", "Coaching notes I left"),
    ("quality.themes", "quality:themes", "Themes of quality"),
    ("learning.due", "learning:due", "Who is due a course"),
    ("learning.own", "learning:mine", "My courses"),
    ("trials.see", "reader:figures", "The reader's figures by group"),
    ("reader.record", "reader:record", "Record of the reader"),
    ("reader.replay", "reader:replay", "Replay of the reader's advice"),
    ("incident.see", "desk:paper", "Blank THRIVE form to print"),
    ("staff.keep", "desk:services", "Service accounts"),
    ("service.answer", "desk:my_services", "Service accounts I answer for"),
]

TOLD: list[Callable[[Staff], dict[str, Any] | None]] = []
"""What floors above tell on top of every page of somebody's: a ``word``, what to ``say`` and ``since`` when; filled at start."""


def page_context(request: HttpRequest) -> dict[str, Any]:
    """The shell's values: force, person, navigation, theme. The parts of a page that are sent alone show none of the
    person's, so these are found only when a shell asks."""
    theme = request.COOKIES.get("theme", "")
    user = getattr(request, "user", None)
    known = user if isinstance(user, Staff) and user.is_active else None
    return {
        "force_name": settings.ENV.force_name,
        "theme": theme if theme in {"light", "dark"} else "",
        "fresh_key": uuid.uuid4,
        "person": SimpleLazyObject(lambda: _person(known)) if known else None,
        "nav": SimpleLazyObject(lambda: _nav(known, request.path)) if known else [],
        "taken": reverse("desk:taken") if known and known.can("owner.take") else "",
        "sign_on": SimpleLazyObject(oidc.ways),
        "menu": SimpleLazyObject(lambda: _menu(known)) if known else [],
        "told_above": SimpleLazyObject(lambda: [one for one in (tell(known) for tell in TOLD) if one]) if known else [],
    }


def _person(user: Staff) -> dict[str, str]:
    return {"name": user.name, "initials": user.initials, "role": user.seat.name, "team": user.team.name}


def _nav(user: Staff, path: str) -> list[dict[str, Any]]:
    entries = _entries(user)
    here = _here([reverse(name) for name, _, _ in entries if not name.startswith("desk:")], path)
    behind = {name for name, _, _ in entries} & BEHIND
    folded = behind if len(behind) >= FOLDED and HUB[0] in behind else set()
    under = here in {reverse(name) for name in folded}
    found = []
    for name, words, key in entries:
        if name in folded and name != HUB[0]:
            continue
        hub = name in folded
        href = reverse(HUB[1] if hub else name)
        current = "page" if href == path else "true" if href == here or (hub and under) else ""
        counted = reverse(COUNTED[name]) if name in COUNTED else ""
        found.append({"href": href, "text": words, "key": key, "current": current, "counted": counted})
    return found


def _here(entries: list[str], path: str) -> str:
    """The entry behind which this page lies: its own, or the one of its room; empty where there is none."""
    room = f"/{path.split('/')[1]}/"
    beside = [href for href in entries if href.startswith(room)]
    return path if path in beside else room if room in beside else beside[0] if len(beside) == 1 else ""


def _entries(user: Staff) -> list[tuple[str, str, str]]:
    found: dict[str, tuple[str, str, str]] = {}
    for verb, name, words, key in NAV:
        # What is open to somebody for a reason stands behind the figure, and is no work of theirs.
        if user.can(verb) and user.seat.scopes(verb) != ("reasoned",):
            found.setdefault(key, (name, words, key))
    return list(found.values())


def _menu(user: Staff) -> list[dict[str, str]]:
    return [{"href": reverse(name), "text": words} for verb, name, words in MENU if user.can(verb)]
