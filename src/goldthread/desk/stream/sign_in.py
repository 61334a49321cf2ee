"""Who is at the other end of a stream: the pages' own session, checked again and again."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
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
    if not key:
        return None
    session = SessionStore(key)
    number = session.get(SESSION_KEY)
    if not number:
        return None
    staff = Staff.objects.select_related("team").filter(pk=number, is_active=True).first()
    if staff is None or not constant_time_compare(session.get(HASH_SESSION_KEY, ""), staff.get_session_auth_hash()):
        return None
    return staff


def still_signed_in(listeners: set[tuple[str, int]]) -> dict[tuple[str, int], Staff]:
    """Of ``(session key, staff id)`` pairs, those whose session still is that person's, with the person as now."""
    found = {}
    for key, number in listeners:
        staff = signed_in(key)
        if staff is not None and staff.pk == number:
            found[(key, number)] = staff
    return found
