"""The verbs of an operator on accounts; each leaves a security event."""

from __future__ import annotations

from axes.utils import reset
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError

from goldthread.accounts.models import Staff, Team
from goldthread.accounts.roles import roles
from goldthread.audit.actions import acting
from goldthread.config.errors import Invalid, NotThere


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
    staff = _found(username)
    with acting(None) as act:
        act.record("security", "staff.unlock", [("staff", staff.pk)])
        return int(reset(username=username))


def deactivate(username: str) -> Staff:
    """End somebody's access now: no sign-in, and every open session of theirs ends."""
    staff = _found(username)
    with acting(None) as act:
        staff.is_active = False
        staff.save()
        for session in Session.objects.iterator():
            if session.get_decoded().get("_auth_user_id") == str(staff.pk):
                session.delete()
        act.record("security", "staff.deactivate", [("staff", staff.pk)])
    return staff


def _found(username: str) -> Staff:
    staff = Staff.objects.filter(username=username).first()
    if staff is None:
        raise NotThere(f"There is nobody called {username}.")
    return staff
