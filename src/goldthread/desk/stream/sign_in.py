"""Who is at the other end of a stream: the pages' own session, checked again and again."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare

from goldthread.accounts.models import Staff


def session_key(cookies: str) -> str:
    """The session's key in a Cookie header; empty where there is none or the header cannot be read."""
    try:
        jar = SimpleCookie(cookies)
    except CookieError:
        return ""
    found = jar.get(settings.SESSION_COOKIE_NAME)
    key = found.value if found else ""
    return key if key.isalnum() and len(key) <= 40 else ""


def signed_in(key: str) -> Staff | None:
    """The member of staff whose session this is; None for a stranger, an ended session or an inactive account."""
    return _people({key}).get(key) if key else None


def still_signed_in(listeners: set[tuple[str, int]]) -> dict[tuple[str, int], Staff]:
    """Of ``(session key, staff id)`` pairs, those whose session still is that person's, with the person as now."""
    people = _people({key for key, _number in listeners})
    return {(key, number): people[key] for key, number in listeners if key in people and people[key].pk == number}


def _people(keys: set[str]) -> dict[str, Staff]:
    """Who is signed in with each session key; two queries however many keys there are."""
    sessions = Session.objects.filter(session_key__in=keys, expire_date__gt=Now())
    held = {session.session_key: session.get_decoded() for session in sessions}
    numbers = {given[SESSION_KEY] for given in held.values() if SESSION_KEY in given}
    staff = {
        str(one.pk): one for one in Staff.objects.ranked().select_related("team").filter(pk__in=numbers, is_active=True)
    }
    found = {}
    for key, given in held.items():
        person = staff.get(str(given.get(SESSION_KEY, "")))
        if person and constant_time_compare(given.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash()):
            found[key] = person
    return found
