"""The verbs on accounts of programs: to make one, to say who answers for it, to give it tokens held to scopes, and to end both."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta

from goldthread.accounts import service_rules as rules
from goldthread.accounts import tokens
from goldthread.accounts.actions import end_access
from goldthread.accounts.models import ApiToken, ServiceAccount, Staff, Team
from goldthread.accounts.roles import roles
from goldthread.accounts.staff_actions import may_keep
from goldthread.audit.actions import Acting, acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused


def make_service(
    user: Staff, *, login: str, name: str, role: str, team: str, owner: str, mail: str, purpose: str
) -> ServiceAccount:
    """An account for a program, which signs in on no page. Raises ``Refused``, and ``Invalid`` with a sentence for each field."""
    may_keep(user)
    wrong: dict[str, str] = {}
    if role not in roles():
        wrong["role"] = f"There is no role {role[:40]}. Choose from the list."
    if not 1 <= len(login) <= 60 or not login.isprintable() or " " in login:
        wrong["login"] = "A login has 1 to 60 characters and no spaces."
    elif Staff.objects.filter(username__iexact=login).exists():
        wrong["login"] = f"There is somebody called {login} already."
    if not 1 <= len(name.strip()) <= 120 or not name.isprintable():
        wrong["name"] = "A name has 1 to 120 characters."
    held_team = Team.objects.filter(name=team.replace("\x00", "")).first()
    if held_team is None:
        wrong["team"] = "There is no such team. Write it as it stands."
    answers = _owner(owner, wrong)
    address = _mail(mail, wrong)
    try:
        said = rules.purpose(purpose)
    except Invalid as error:
        wrong |= error.fields
    if wrong or answers is None or held_team is None:
        raise Invalid(wrong)
    with acting(user) as act:
        staff = Staff(username=login, name=name.strip(), role=role, team=held_team, is_service=True)
        staff.set_unusable_password()
        staff.save()
        made = ServiceAccount.objects.create(
            staff=staff, owner=answers, mail=address, purpose=Payload.objects.keep(said), made_by=user, made_at=act.now
        )
        act.record("security", "service.make", [("staff", staff.pk), ("staff", answers.pk)], role=role)
    return made


def give_owner(user: Staff, service_id: int, *, owner: str, mail: str) -> ServiceAccount:
    """Say who answers for a program from now on. Raises ``Refused``, ``NotThere`` and ``Invalid``."""
    may_keep(user)
    wrong: dict[str, str] = {}
    answers, address = _owner(owner, wrong), _mail(mail, wrong)
    if wrong or answers is None:
        raise Invalid(wrong)
    with acting(user) as act:
        held = _held(service_id)
        held.owner, held.mail = answers, address
        held.save(update_fields=["owner", "mail"])
        act.record("security", "service.owner", [("staff", held.staff_id), ("staff", answers.pk)])
    return held


def issue(
    user: Staff,
    service_id: int,
    *,
    scopes: Collection[str],
    days: int = tokens.DEFAULT_DAYS,
    key: uuid.UUID | None = None,
) -> tuple[str, ApiToken]:
    """A token of a program, held to ``scopes``, for ``days``; its text is known here and never again.

    ``key``: of the command; sent again it makes no second token. Raises ``Refused``, ``NotThere`` and ``Invalid``.
    """
    may_keep(user)
    with acting(user) as act:
        held = _held(service_id)
        if not held.staff.is_active:
            raise Refused(f"{held.staff.name} has been ended, so no token was made.")
        before = ApiToken.objects.filter(key=key).first() if key is not None else None
        if before is not None:
            raise Refused(
                f"This made token {before.pk} already, and its text is shown only once. If it was lost, revoke that one and make another."
            )
        kept, lives = rules.scopes(roles()[held.staff.role], scopes), rules.days(days)
        text = tokens.fresh()
        made = ApiToken.objects.create(
            staff=held.staff, digest=tokens.digest(text), created_at=act.now, expires_at=act.now + timedelta(days=lives),
            scopes=kept, key=key,
        )  # fmt: skip
        about = [("staff", held.staff_id), ("token", made.pk)]
        act.record("security", "token.create", about, days=lives, scopes=kept)
    return text, made


def revoke(user: Staff, service_id: int, token_id: int) -> ApiToken:
    """End one token of a program now, as who keeps staff or as who answers for it. Raises ``Refused`` and ``NotThere``."""
    if not user.can("service.answer"):
        raise Refused(f"Your role, {user.seat.name}, does not answer for programs. Nothing was changed.")
    with acting(user) as act:
        held = _held(service_id)
        if not user.can("staff.keep") and held.owner_id != user.pk:
            raise NotThere("There is no such service account.")
        found = ApiToken.objects.select_for_update().filter(pk=token_id, staff=held.staff_id).first()
        if found is None:
            raise NotThere(f"{held.staff.name} has no token {token_id}.")
        if found.revoked_at is None:
            found.revoked_at = act.now
            found.save(update_fields=["revoked_at"])
            act.record("security", "token.revoke", [("staff", held.staff_id), ("token", found.pk)])
    return found


def end(user: Staff, service_id: int) -> ServiceAccount:
    """End a program's account and every token of it. One that was ended stays so. Raises ``Refused`` and ``NotThere``."""
    may_keep(user)
    with acting(user) as act:
        held = _held(service_id)
        if held.staff.is_active:
            end_access([held.staff], act)
            act.record("security", "service.end", [("staff", held.staff_id)])
    return held


def take_ending(act: Acting) -> list[tuple[ApiToken, int]]:
    """Every token of a program whose owner is to be told now that it ends, with the warning's days; each is given once."""
    soon = act.now + timedelta(days=max(rules.WARN))
    late = act.now - timedelta(days=1)
    held = ApiToken.objects.select_for_update(of=("self",), skip_locked=True).select_related("staff__service")
    found = []
    for one in held.filter(
        revoked_at__isnull=True,
        staff__is_service=True,
        staff__is_active=True,
        expires_at__gt=late,
        expires_at__lte=soon,
    ):
        days = rules.warning(one.expires_at, one.told_days, act.now)
        if days is not None:
            one.told_days = days
            one.save(update_fields=["told_days"])
            found.append((one, days))
    return found


def _held(service_id: int) -> ServiceAccount:
    found = (
        ServiceAccount.objects.select_for_update(of=("self",))
        .select_related("staff", "owner")
        .filter(pk=service_id)
        .first()
    )
    if found is None:
        raise NotThere("There is no such service account.")
    return found


def _owner(login: str, wrong: dict[str, str]) -> Staff | None:
    found = Staff.objects.filter(username=login.replace("\x00", "")[:60], is_active=True, is_service=False).first()
    if found is None:
        wrong["owner"] = "Nobody who has access signs in by this name. A program is answered for by a person."
    elif not found.can("service.answer"):
        wrong["owner"] = f"Whoever has the role {found.seat.name} does not answer for programs. Name somebody senior."
    return found


def _mail(address: str, wrong: dict[str, str]) -> str:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    kept = address.strip()[:254]
    try:
        validate_email(kept)
    except ValidationError:
        wrong["mail"] = "Give the e-mail address at which they are told before a token ends."
    return kept
