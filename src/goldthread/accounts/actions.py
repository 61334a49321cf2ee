"""The verbs of an operator on accounts and tokens, and the use of a token; each leaves a security event."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from functools import lru_cache
from typing import Any

from axes.utils import reset
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Q
from django.http import HttpRequest

from goldthread.accounts import tokens
from goldthread.accounts.events import StaffLeft
from goldthread.accounts.models import ApiToken, SignOn, Staff, Team
from goldthread.accounts.rank_models import acts_as
from goldthread.accounts.roles import roles
from goldthread.audit.actions import Acting, acting
from goldthread.audit.models import DatabaseNow
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.config.prepared import Prepared
from goldthread.config.upward import announce


def add_staff(username: str, password: str, *, name: str, role: str, team: str, area: str = "") -> Staff:
    """A new member of staff; the team is made if it does not exist. Raises ``Invalid`` with a sentence."""
    if role not in roles():
        raise Invalid({"role": f"There is no role {role}. Roles: {', '.join(roles())}."})
    if not 1 <= len(username) <= 60 or not username.isprintable() or " " in username:
        raise Invalid({"username": "A login has 1 to 60 characters and no spaces."})
    if Staff.objects.filter(username=username).exists():
        raise Invalid({"username": f"There is somebody called {username} already."})
    try:
        validate_password(password, Staff(username=username, name=name))
    except ValidationError as error:
        raise Invalid({"password": " ".join(error.messages)}) from None
    with acting(None) as act:
        made_team, _made = Team.objects.get_or_create(name=team, defaults={"area": area})
        staff = Staff.objects.create_user(username, password, name=name, role=role, team=made_team, area=area)
        act.record("security", "staff.add", [("staff", staff.pk)], role=role)
    return staff


def unlock(username: str) -> int:
    """Open sign-in again for a login locked after wrong passwords; returns how many locks were taken off."""
    staff = by_login(username)
    with acting(None) as act:
        act.record("security", "staff.unlock", [("staff", staff.pk)])
        return int(reset(username=username))


def deactivate(username: str) -> Staff:
    """End somebody's access now: no sign-in; every open session of theirs ends, and every token."""
    staff = by_login(username)
    with acting(None) as act:
        end_access([staff], act)
        act.record("security", "staff.deactivate", [("staff", staff.pk)])
    return staff


def end_access(leaving: Collection[Staff], act: Acting) -> None:
    """End these people's access in the transaction of what ends it: they sign in no more, their open sessions and tokens end, and what
    they own goes to others.
    """
    gone = [one.pk for one in leaving]
    Staff.objects.filter(pk__in=gone).update(is_active=False, emergency=False)
    end_sessions(gone)
    ApiToken.objects.filter(staff__in=gone, revoked_at__isnull=True).update(revoked_at=act.now)
    SignOn.objects.filter(staff__in=gone).update(refresh=b"", due_at=None)
    for staff in leaving:
        staff.is_active = staff.emergency = False
        announce(StaffLeft(staff, act))


def end_sessions(whose: Collection[int]) -> int:
    """Sign these people out in every browser; returns how many browsers that were."""
    numbers = {str(one) for one in whose}
    found = [one.pk for one in Session.objects.iterator() if one.get_decoded().get(SESSION_KEY) in numbers]
    Session.objects.filter(pk__in=found).delete()
    return len(found)


def set_password(username: str, password: str) -> Staff:
    """Give somebody a new password, which ends the sessions they have. Raises ``Invalid`` and ``Refused`` with a sentence."""
    staff = by_login(username)
    if staff.is_service:
        raise Refused(f"{staff.name} is a service account, which signs in nowhere. Nothing was changed.")
    try:
        validate_password(password, staff)
    except ValidationError as error:
        raise Invalid({"password": " ".join(error.messages)}) from None
    with acting(None) as act:
        staff.set_password(password)
        staff.save(update_fields=["password"])
        act.record("security", "staff.password", [("staff", staff.pk)])
    return staff


def set_emergency(username: str, may: bool) -> Staff:
    """Say whether somebody may sign in by a password kept here while others sign on by the directory. Raises ``Refused``."""
    staff = by_login(username)
    if may and (staff.is_service or not staff.is_active):
        raise Refused(f"{staff.name} signs in nowhere, so cannot do it in an emergency either. Nothing was changed.")
    with acting(None) as act:
        staff.emergency = may
        staff.save(update_fields=["emergency"])
        act.record("security", "staff.emergency", [("staff", staff.pk)], may=may)
    return staff


def issue_token(username: str, *, days: int = tokens.DEFAULT_DAYS) -> tuple[str, ApiToken]:
    """A new bearer token that acts as this member of staff for ``days``; its text is known here and never again."""
    staff = by_login(username)
    if not staff.is_active:
        raise Refused(f"{staff.name} has no access any more, so no token was made.")
    if staff.is_service:
        raise Refused(
            f"{staff.name} is a service account, whose tokens are held to scopes: use goldthread service token."
        )
    if not 1 <= days <= tokens.MOST_DAYS:
        raise Invalid({"days": f"A token lives 1 to {tokens.MOST_DAYS} days."})
    token = tokens.fresh()
    with acting(None) as act:
        made = ApiToken.objects.create(
            staff=staff,
            digest=tokens.digest(token),
            created_at=act.now,
            expires_at=act.now + timedelta(days=days),
        )
        act.record("security", "token.create", [("staff", staff.pk), ("token", made.pk)], days=days)
    return token, made


def revoke_token(username: str, token_id: int) -> ApiToken:
    """End one token now. A token ended before stays as it was."""
    staff = by_login(username)
    with acting(None) as act:
        found = ApiToken.objects.select_for_update().filter(pk=token_id, staff=staff).first()
        if found is None:
            raise NotThere(f"{staff.name} has no token {token_id}.")
        if found.revoked_at is None:
            found.revoked_at = act.now
            found.save(update_fields=["revoked_at"])
            act.record("security", "token.revoke", [("staff", staff.pk), ("token", found.pk)])
    return found


def bearer(request: HttpRequest) -> Staff | None:
    """Who the request's token acts as, by the database's time; None without a token, or with one that is dead or unknown.

    The first use, and the first refusal, of a known token in an hour are security events. A token that nobody was given
    leaves none: there is nobody to tell of, and anybody could fill the log.
    """
    token = tokens.presented(request.headers.get("Authorization", ""))
    if token is None:
        return None
    found = _token().first(tokens.digest(token))
    if found is None:
        return None
    found.staff.acts_as = found.acts_as
    found.staff.limited_to = None if found.scopes is None else frozenset(found.scopes)
    state = tokens.state(found, found.now)
    column = "last_used_at" if state == "valid" else "last_refused_at"
    last = getattr(found, column)
    if last is None or last <= found.now - tokens.COARSE:
        unnoted = Q(**{f"{column}__isnull": True}) | Q(**{f"{column}__lte": found.now - tokens.COARSE})
        with acting(found.staff if state == "valid" else None, request=request) as act:
            # Of several requests at once, the one that moves the time tells.
            if ApiToken.objects.filter(unnoted, pk=found.pk).update(**{column: found.now}):
                verb = "token.use" if state == "valid" else "token.refuse"
                act.record("security", verb, [("staff", found.staff_id), ("token", found.pk)], state=state)
    return found.staff if state == "valid" else None


@lru_cache(maxsize=1)
def _token() -> Prepared[Any]:
    anybody = tokens.digest("the token of nobody")
    found = ApiToken.objects.select_related("staff__team").annotate(
        now=DatabaseNow(), acts_as=acts_as(OuterRef("staff"))
    )
    return Prepared(found.filter(digest=anybody), [anybody])


def by_login(username: str) -> Staff:
    """Who signs in by this name. Raises ``NotThere``."""
    staff = Staff.objects.filter(username=username).first()
    if staff is None:
        raise NotThere(f"There is nobody called {username}.")
    return staff
