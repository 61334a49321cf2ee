"""The verbs of signing on by the directory: to let somebody on, to change and to end what they may as it says, and to tie them to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.http import HttpRequest

from goldthread.accounts import oidc
from goldthread.accounts.actions import by_login, end_access, end_sessions
from goldthread.accounts.duty_actions import end as end_duty
from goldthread.accounts.models import SignOn, Staff, Team
from goldthread.accounts.oidc_rules import Known, Place, Untrusted, left_out
from goldthread.accounts.queries import last_keeper
from goldthread.audit.actions import Acting, acting
from goldthread.config.errors import Invalid, Refused
from goldthread.config.logs import log
from goldthread.config.sealed import seal, unseal

USE = "sign-on"
AT_ONCE = 200
"""People about whom one look asks again *(ours)*."""
LATER = timedelta(minutes=1)
"""When a question is put again that got no answer *(ours)*."""


@dataclass(frozen=True)
class Turned:
    """Somebody was not let on: why, as a code and as a sentence for them."""

    code: str
    says: str


def sign_on(claims: Mapping[str, Any], refresh: str, request: HttpRequest) -> Staff | Turned:
    """Let on whom these claims are about: made where they are new and a role follows, changed as their groups have, turned away where
    none follows. Each is on record. Raises ``Untrusted`` for claims that do not say who it is.
    """
    known, place = oidc.who(claims), oidc.groups().place(claims)
    with acting(None, request=request) as act:
        tied = _tied(known.subject)
        if tied is None:
            found = _new(known, place, claims, act)
        elif place is None:
            found = _no_role(tied, claims, act)
        else:
            found = _let_on(tied, place, known.name, act)
        if isinstance(found, Turned):
            about = [("staff", tied.staff_id)] if tied else []
            act.record("security", "sign-on.refuse", about, why=found.code)
            return found
        held = SignOn.objects.get(staff=found)
        held.signed_on_at = held.asked_at = act.now
        _ask_next(held, refresh, act)
        held.save(update_fields=["signed_on_at", "asked_at", "refresh", "due_at"])
    return found


def ask_again_due() -> int:
    """Ask the directory anew about everybody whose time has come, and do as it says; returns about how many it answered."""
    answered = 0
    for _ in range(AT_ONCE if oidc.on() else 0):
        with acting(None) as act:
            due = SignOn.objects.filter(due_at__lte=act.now, issuer=oidc.env().oidc_issuer).order_by("due_at")
            held = due.select_for_update(skip_locked=True).first()
            if held is None:
                break
            held.due_at = act.now + LATER  # who takes it and dies leaves it due
            held.save(update_fields=["due_at"])
        answered += _ask_one(held)
    return answered


def over(subject: str) -> bool:
    """The directory says by itself that somebody's session is over: they are signed out everywhere. Whether that is somebody here."""
    with acting(None) as act:
        tied = _tied(subject)
        if tied is not None:
            _signed_out(tied, act, "directory")
    return tied is not None


def stop_asking(staff: Staff) -> None:
    """Somebody signed out everywhere: nothing is left to ask the directory about."""
    SignOn.objects.filter(staff=staff).update(refresh=b"", due_at=None)


def tie(username: str, subject: str) -> SignOn:
    """Say by which subject the directory knows somebody who is here already. Raises ``Invalid`` and ``Refused`` with a sentence."""
    staff = by_login(username)
    with acting(None) as act:
        return tie_in(act, staff, subject)


def tie_in(act: Acting, staff: Staff, subject: str) -> SignOn:
    """The same in another action's transaction."""
    issuer = oidc.env().oidc_issuer
    if not issuer:
        raise Refused("No directory is set (GOLDTHREAD_OIDC_ISSUER), so nobody can be tied to it. Nothing was changed.")
    if staff.is_service:
        raise Refused(f"{staff.name} is a service account, which signs on nowhere. Nothing was changed.")
    if not 1 <= len(subject) <= 255 or not subject.isprintable():
        raise Invalid({"subject": "A subject has 1 to 255 characters that can be printed."})
    other = SignOn.objects.filter(issuer=issuer, subject=subject).select_related("staff").first()
    if other is not None and other.staff_id != staff.pk:
        raise Invalid({"subject": f"{other.staff.name} is known by this subject already."})
    held, made = SignOn.objects.select_for_update().get_or_create(
        staff=staff, defaults={"issuer": issuer, "subject": subject, "tied_at": act.now}
    )
    if made or (held.issuer, held.subject) != (issuer, subject):
        held.issuer, held.subject, held.tied_at, held.refresh, held.due_at = issuer, subject, act.now, b"", None
        held.save()
        act.record("security", "sign-on.tie", [("staff", staff.pk)])
    return held


def _tied(subject: str) -> SignOn | None:
    found = SignOn.objects.select_for_update(of=("self",)).select_related("staff__team")
    return found.filter(issuer=oidc.env().oidc_issuer, subject=subject).first()


def _new(known: Known, place: Place | None, claims: Mapping[str, Any], act: Acting) -> Staff | Turned:
    if place is None:
        return _without_role(claims)
    if Staff.objects.filter(username=known.login).exists():
        return Turned(
            "name_taken",
            f"There is somebody with your user name, {known.login}, here already, and they are not tied to the force's sign-on. Whoever "
            "keeps staff can tie them to you.",
        )
    staff = Staff(username=known.login, name=known.name, role=place.role, team=_team(place), area=place.area)
    staff.set_unusable_password()
    staff.save()
    SignOn.objects.create(staff=staff, issuer=oidc.env().oidc_issuer, subject=known.subject, tied_at=act.now)
    act.record("security", "staff.add", [("staff", staff.pk)], role=place.role, by="sign-on")
    return staff


def _let_on(tied: SignOn, place: Place, name: str, act: Acting) -> Staff | Turned:
    staff = tied.staff
    if staff.is_service or (not staff.is_active and tied.ended_at is None):
        return Turned("ended_here", "Your access to this service was ended here. Whoever keeps staff can say why.")
    if not staff.is_active:
        staff.is_active, tied.ended_at = True, None
        staff.save(update_fields=["is_active"])
        tied.save(update_fields=["ended_at"])
        act.record("security", "staff.return", [("staff", staff.pk)], by="sign-on")
    return _as_placed(staff, place, name, act)


def _as_placed(staff: Staff, place: Place, name: str, act: Acting) -> Staff | Turned:
    """Somebody with the role, team and name that the directory gives them now."""
    before, was = staff.role, staff.team_id
    if before != place.role and last_keeper(staff):
        return Turned(
            "last_keeper",
            "The force's directory gives you another role, and you are the last who keeps staff here. Somebody else must be made to keep "
            "staff first.",
        )
    staff.role, staff.team, staff.area, staff.name = place.role, _team(place), place.area or staff.area, name
    staff.save(update_fields=["role", "team", "area", "name"])
    if before != staff.role:
        act.record("security", "staff.role", [("staff", staff.pk)], was=before, role=staff.role, by="sign-on")
    if was != staff.team_id:
        act.record("security", "staff.team", [("staff", staff.pk), ("team", staff.team_id)], by="sign-on")
    return staff


def _no_role(tied: SignOn, claims: Mapping[str, Any], act: Acting) -> Turned:
    """No role follows any more: access ends here and now, but for the last one who keeps staff, who is only signed out."""
    if left_out(claims):
        return _without_role(claims)
    if tied.staff.is_active and last_keeper(tied.staff):
        _signed_out(tied, act, "no_role")
    elif tied.staff.is_active:
        end_access([tied.staff], act)
        tied.ended_at, tied.refresh, tied.due_at = act.now, b"", None
        tied.save(update_fields=["ended_at", "refresh", "due_at"])
        act.record("security", "staff.deactivate", [("staff", tied.staff_id)], by="sign-on")
    return _without_role(claims)


def _without_role(claims: Mapping[str, Any]) -> Turned:
    if left_out(claims):
        return Turned(
            "groups_left_out",
            "You are in so many groups that the force's directory does not list them here, so your role cannot be told. Whoever keeps the "
            "directory can send app roles instead.",
        )
    return Turned(
        "no_role", "The force's sign-on knows you, but none of your groups there gives you a role in this service."
    )


def _ask_one(held: SignOn) -> int:
    """Ask about one person whose row this process has taken for the moment."""
    try:
        claims, refresh = oidc.ask_again(unseal(USE, str(held.pk), bytes(held.refresh)))
        if claims is not None and claims.get(oidc.env().oidc_subject_claim) != held.subject:
            raise Untrusted("another", "The directory answered about somebody else.")
    except (requests.RequestException, Untrusted) as error:
        # Nobody is signed out because the directory is down: what it said last stands until it says something else.
        why = error.code if isinstance(error, Untrusted) else type(error).__name__
        log().warning("the directory was asked again and did not answer", part="sign-on", staff=held.staff_id, why=why)
        return 0
    except InvalidTag:
        claims, refresh = None, ""
    with acting(None) as act:
        tied = _tied(held.subject)
        if tied is None or not tied.refresh:
            return 1  # signed out meanwhile
        if claims is None:
            _signed_out(tied, act, "directory")
            return 1
        place = oidc.groups().place(claims)
        if place is None:
            _no_role(tied, claims, act)
            if not left_out(claims):
                return 1
        else:
            _as_placed(tied.staff, place, oidc.who(claims).name if _names(claims) else tied.staff.name, act)
        tied.asked_at = act.now
        _ask_next(tied, refresh, act)
        tied.save(update_fields=["asked_at", "refresh", "due_at"])
    return 1


def _names(claims: Mapping[str, Any]) -> bool:
    return isinstance(claims.get(oidc.env().oidc_name_claim), str) and isinstance(
        claims.get(oidc.env().oidc_login_claim), str
    )


def _ask_next(held: SignOn, refresh: str, act: Acting) -> None:
    """Note when the directory is asked again; never where it gave nothing to ask with, nor once every session of then has ended."""
    last = (held.signed_on_at or act.now) + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    due = act.now + timedelta(minutes=oidc.env().oidc_recheck_minutes)
    asks = bool(refresh) and due < last
    held.refresh = seal(USE, str(held.pk), refresh) if asks else b""
    held.due_at = due if asks else None


def _signed_out(tied: SignOn, act: Acting, by: str) -> None:
    """Sign somebody out in every browser, which ends their duty; they may sign on again."""
    ended = end_sessions([tied.staff_id])
    tied.refresh, tied.due_at = b"", None
    tied.save(update_fields=["refresh", "due_at"])
    end_duty(tied.staff, act, "signed out")
    act.record("security", "sign-on.end", [("staff", tied.staff_id)], by=by, browsers=ended)


def _team(place: Place) -> Team:
    return Team.objects.get_or_create(name=place.team, defaults={"area": place.area})[0]
