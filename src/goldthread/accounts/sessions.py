"""Who a request comes from: Django's sessions and allauth's sign-in, each asked by a prepared query, as every request does."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError, connection
from django.db.models.functions import Now
from django.http import HttpRequest

from goldthread.accounts import oidc
from goldthread.accounts.models import Staff
from goldthread.config.prepared import Prepared

KEY, NUMBER = "the key of a session", -1
SIGNED_ON = "goldthread_signed_on"
"""Set on a request that the force's directory vouches for, and held in the session that follows."""


class SessionStore(DatabaseSessions):
    """The same rows and the same rules as Django's own store."""

    def _get_session_from_db(self) -> Session | None:
        # A page's first question to the database, so it also tells whether a kept connection is still good: instead of
        # Django's separate question before it.
        connection.health_check_done = True  # type: ignore[attr-defined]
        try:
            found = _session().first(self.session_key)
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()
            found = _session().first(self.session_key)
        if found is None:
            self._session_key = None
        return found


class SignIn(AuthenticationBackend):  # type: ignore[misc]
    """Password sign-in as allauth does it, for whoever may come in by a password at all."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Staff | None:
        """Who this is; None as for a wrong password where they may not come in so, since which of both it was is nobody's business."""
        found: Staff | None = super().authenticate(request, **credentials)
        return found if found is not None and may_sign_in_here(found) else None

    def get_user(self, user_id: int) -> Staff | None:
        """The member of staff with this number, unless their access has ended."""
        found = _staff().first(user_id)
        return found if found is not None and found.is_active else None


def may_sign_in_here(staff: Staff) -> bool:
    """Whether somebody may sign in by what is kept here: a program never; where there is a directory, whom the setting lets."""
    if staff.is_service:
        return False
    may = oidc.env().local_sign_in
    return not oidc.on() or may == "all" or (may == "emergency" and staff.emergency)


def signed_in_by(staff: Staff, but: str | None = None) -> list[Session]:
    """The browsers in which this person is signed in now; ``but`` is the key of one that is left out."""
    found = []
    for session in Session.objects.filter(expire_date__gt=Now()).exclude(session_key=but or "").iterator():
        held = session.get_decoded()
        if held.get(SESSION_KEY) == str(staff.pk) and held.get(HASH_SESSION_KEY) == staff.get_session_auth_hash():
            found.append(session)
    return found


@lru_cache(maxsize=1)
def _session() -> Prepared[Session]:
    return Prepared(Session.objects.filter(session_key=KEY, expire_date__gt=Now()), [KEY])


@lru_cache(maxsize=1)
def _staff() -> Prepared[Staff]:
    return Prepared(Staff.objects.ranked().select_related("team").filter(pk=NUMBER), [NUMBER])
