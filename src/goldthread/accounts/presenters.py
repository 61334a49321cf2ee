"""What every page's shell shows of the person signed in."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from goldthread.accounts.models import Staff

# (verb, name of the route, words, chord); an entry shows when the role may do the verb.
NAV = [
    ("incident.open", "desk:contact", "New contact", "g n"),
    ("inbox.see", "desk:inbox", "Inbox", "g i"),
    ("board.see", "desk:board", "Board", "g b"),
    ("incident.see", "desk:mine", "My incidents", "g m"),
    ("measures.see", "measures:list", "Measures", "g s"),
    ("audit.see", "accounts:audit", "Audit", "g a"),
]

# (verb, name of the route, words): pages that are wanted seldom, in the menu under the person's name.
MENU = [
    ("incident.open", "desk:earlier", "Enter a contact that came earlier"),
    ("contact.receive", "desk:inbox_add", "Put a contact into the inbox"),
    ("incident.see", "desk:paper", "Blank THRIVE form to print"),
]


def page_context(request: HttpRequest) -> dict[str, Any]:
    """The shell's values: force, person, navigation, theme."""
    theme = request.COOKIES.get("theme", "")
    shell: dict[str, Any] = {
        "force_name": settings.ENV.force_name,
        "theme": theme if theme in {"light", "dark"} else "",
        "fresh_key": uuid.uuid4,
        "nav": [],
        "menu": [],
        "person": None,
    }
    user = getattr(request, "user", None)
    if isinstance(user, Staff) and user.is_active:
        shell["person"] = {"name": user.name, "initials": user.initials, "role": user.seat.name, "team": user.team.name}
        shell["nav"] = [
            {"href": reverse(name), "text": words, "key": key, "current": request.path == reverse(name)}
            for verb, name, words, key in NAV
            if user.can(verb)
        ]
        shell["menu"] = [{"href": reverse(name), "text": words} for verb, name, words in MENU if user.can(verb)]
    return shell
