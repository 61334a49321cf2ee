"""What a partner does with a link: ask for a code, enter it, read, say that they have read it, answer. Nobody here is staff.

Everything that is tried is written down, whatever comes of it; so refusals are raised after the transaction that notes them.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from goldthread.audit.actions import Acting, acting
from goldthread.config.errors import Invalid, NotThere
from goldthread.contact.work import on_incident
from goldthread.files import actions as files
from goldthread.notices.actions import tell
from goldthread.safeguarding import link_rules as rules
from goldthread.safeguarding import link_tokens
from goldthread.safeguarding.link_actions import reached, ways_to
from goldthread.safeguarding.link_models import LinkCode, LinkUse, PartnerLink
from goldthread.safeguarding.link_queries import beside
from goldthread.safeguarding.referral_actions import record_leg
from goldthread.safeguarding.referral_models import ReferralLeg

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

ANSWER = "partner_answer"
"""What a file is attached to that a partner sends with an answer."""


@dataclass(frozen=True)
class _Partner:
    """Whoever holds a link: nobody of ours, so that the audit has a role and no number."""

    pk: None = None
    role: str = "partner"
    recorded_as: str = "partner"


PARTNER = _Partner()


@dataclass(frozen=True)
class Visit:
    """A link that opens, and until when this browser may read; None where it has to enter a code first."""

    link: PartnerLink
    until: datetime | None
    now: datetime


def arrive(token: str, session: str, address: str) -> Visit:
    """Somebody opens a link. Raises ``NotThere`` for a text that is none of ours, ``Ended`` where it opens nothing."""
    with acting(PARTNER) as act:
        link = _link(token)
        why = _standing(link).ended(act.now)
        code = None if why else _session(link, session, act.now)
        if code is None:
            _used(act, link, why or "opened", address)
    if why:
        raise rules.Ended(why)
    return Visit(link, code.used_at + rules.SESSION if code is not None and code.used_at else None, act.now)


def ask(token: str, address: str, wanted: str = "") -> str:
    """Send a new code to the contact of the link and to nobody else; returns where to, masked. Earlier codes are dead then.

    Raises ``Ended``, and ``CodeRefused`` where too many were asked for.
    """
    with acting(PARTNER) as act:
        link = _link(token, lock=True)
        why = _standing(link).ended(act.now)
        _used(act, link, why, address)
        since = act.now - rules.HOUR
        often = rules.often(
            LinkCode.objects.filter(link=link, made_at__gt=since).count(),
            LinkUse.objects.filter(address=address, kind="asked", at__gt=since).count(),
        )
        if not why and often:
            _used(act, link, "limited", address)
        elif not why:
            ways = ways_to(link.contact)
            channel = wanted if wanted in ways else "text" if "text" in ways else "mail"
            digits = f"{secrets.randbelow(10**rules.DIGITS):0{rules.DIGITS}}"
            made = LinkCode(link=link, made_at=act.now)
            made.digest = _digest(made, digits)
            made.save()
            tell(
                act, key=f"code:{made.pk}", channel=channel, to=ways[channel], subject="Your code",
                body=f"{digits} is your code to read what {settings.ENV.force_name} sent you. It works once, for ten minutes. "
                "If you did not ask for it, tell them.\n",
                about=("link_code", link.pk), until=act.now + rules.CODE_LIVES,
            )  # fmt: skip
            LinkUse(link=link, kind="asked", address=address, at=act.now).save()
            act.record("security", "link.ask", _about(link))
    if why:
        raise rules.Ended(why)
    if often:
        raise rules.CodeRefused("limited")
    return rules.masked(channel, ways[channel])


def enter(token: str, typed: str, address: str) -> str:
    """Enter a code; returns what the browser keeps, which opens this link alone for half an hour.

    Raises ``Ended``, ``Invalid`` for what can be no code, ``CodeRefused`` for one that opens nothing.
    """
    digits = rules.code(typed)
    secret = secrets.token_urlsafe(32)
    with acting(PARTNER) as act:
        link = _link(token, lock=True)
        ended = _standing(link).ended(act.now)
        _used(act, link, ended, address)
        why = "" if ended else _tried(act, link, digits, address, secret)
    if ended:
        raise rules.Ended(ended)
    if why:
        raise rules.CodeRefused(why)
    return secret


def show(token: str, session: str, address: str) -> Visit:
    """Note that the document is shown: a disclosure each time. Raises ``Ended``, and ``NeedsCode`` without a code entered here."""
    with acting(PARTNER) as act:
        visit = _inside(act, token, session)
        LinkUse(link=visit.link, kind="shown", address=address, at=act.now).save()
        referral = visit.link.referral
        act.record("disclosure", "link.show", _about(visit.link), sha256=referral.sha256, document=referral.document)
    return visit


def give(token: str, session: str, address: str, number: uuid.UUID) -> files.Given:
    """A file that was put beside the referral. Raises as ``show`` does, and ``NotThere``."""
    with acting(PARTNER) as act:
        visit = _inside(act, token, session)
        found = beside(visit.link.referral).filter(pk=number, is_shown=True).first()
        if found is None:
            raise NotThere(files.NOT_THERE)
        LinkUse(link=visit.link, kind="file", address=address, at=act.now).save()
        return files.opened(act, found)


def seen(token: str, session: str, *, key: uuid.UUID, name: str, read: bool) -> None:
    """A named person says that they have read it. Raises ``Invalid`` without name or word, and as ``show`` does."""
    who = rules.named(name)
    if not read:
        raise Invalid({"read": "Tick this once you have read it."})
    _leg(token, session, key, "seen", who, "")


def answer(
    token: str,
    session: str,
    *,
    key: uuid.UUID,
    leg: str,
    name: str,
    words: str = "",
    upload: UploadedFile[Any] | None = None,
) -> None:
    """Accept, decline, say what was done or what came of it for the child, with a file where one is given.

    The same answer again is one; another of the same kind corrects it. Raises ``Invalid`` and ``Refused`` with a sentence.
    """
    _leg(token, session, key, leg, rules.named(name), rules.said(leg, words), upload)


def _leg(
    token: str, session: str, key: uuid.UUID, leg: str, name: str, words: str, upload: UploadedFile[Any] | None = None
) -> None:
    with acting(PARTNER) as act:
        link = _inside(act, token, session).link
        legs = list(ReferralLeg.objects.filter(referral=link.referral).select_related("words").order_by("pk"))
        if leg != "seen":
            rules.may_answer(leg, [one.leg for one in legs])
        if upload is not None:
            _keep(act, link, upload, name)
        before = next((one for one in reversed(legs) if one.leg in rules.kin(leg)), None)
        told = before and (before.leg, before.by_name, before.words.text if before.words else "")
        if told != (leg, name, words):
            record_leg(
                None, link.referral_id, key=key, leg=leg, by_name=name, words=words, contact=link.contact, origin="link"
            )  # fmt: skip
            act.record("collection", "link.answer", _about(link), leg=leg)


def _keep(act: Acting, link: PartnerLink, upload: UploadedFile[Any], name: str) -> None:
    """Keep a partner's file; each has its line on the timeline, whether or not an answer comes with it."""
    made = files.keep(act, upload, about=(ANSWER, link.referral_id), by_name=name)
    if made.at == act.now:  # not one that they sent before
        with on_incident(None, link.referral.incident_id, "link.given") as work:
            work.event("link.given", referral=link.referral.number, file=str(made.pk))


def _inside(act: Acting, token: str, session: str) -> Visit:
    link = _link(token)
    why = _standing(link).ended(act.now)
    if why:
        raise rules.Ended(why)
    code = _session(link, session, act.now)
    if code is None or code.used_at is None:
        raise rules.NeedsCode(rules.OVER)
    return Visit(link, code.used_at + rules.SESSION, act.now)


def _link(token: str, *, lock: bool = False) -> PartnerLink:
    named = link_tokens.read(token)
    found = PartnerLink.objects.select_related(
        "referral__incident", "referral__document", "referral__partner", "contact"
    )
    if lock:
        found = found.select_for_update(of=("self",))
    link = named and found.filter(referral=named.referral, contact=named.contact, number=named.number).first()
    if not link:
        raise NotThere(rules.NOT_A_LINK)
    return link


def _standing(link: PartnerLink) -> rules.Standing:
    return rules.Standing(
        withdrawn=link.referral.withdrawn_at is not None,
        revoked=link.revoked_at is not None,
        active=link.contact.active and link.referral.partner.active,
        expires_at=link.expires_at,
    )


def _tried(act: Acting, link: PartnerLink, digits: str, address: str, secret: str) -> str:
    """Try a code on the newest of the link; why it opens nothing, or empty where it does."""
    since = act.now - rules.HOUR
    if LinkUse.objects.filter(address=address, kind="wrong", at__gt=since).count() >= rules.FROM_AN_ADDRESS:
        _used(act, link, "limited", address)
        return "limited"
    codes = list(LinkCode.objects.filter(link=link, made_at__gt=since).order_by("-made_at"))
    newest = codes[0] if codes else None
    right = [one for one in codes if constant_time_compare(bytes(one.digest), _digest(one, digits))]
    used = any(one.used_at is not None for one in right)
    why = "none" if newest is None else rules.refused(newest.made_at, newest.wrong, used, act.now)
    if newest is not None and not why and newest not in right:
        why = "wrong"
        newest.wrong += 1
        newest.save(update_fields=["wrong"])
    elif newest is not None and not why:
        newest.used_at, newest.session = act.now, hashlib.sha256(secret.encode()).digest()
        newest.save(update_fields=["used_at", "session"])
        reached(act, link)
    if why != "none":
        LinkUse(link=link, kind=why or "entered", address=address, at=act.now).save()
        act.record("security", "link.enter", _about(link), came_of=why or "entered")
    return "dead" if why == "wrong" and newest is not None and newest.wrong >= rules.TRIES else why


def _session(link: PartnerLink, session: str, now: datetime) -> LinkCode | None:
    """The code by which this browser came in, while that is not too long ago."""
    if not session:
        return None
    digest = hashlib.sha256(session.encode("utf-8", "replace")).digest()
    codes = LinkCode.objects.filter(link=link, used_at__gt=now - rules.SESSION)
    return next((one for one in codes if constant_time_compare(bytes(one.session or b""), digest)), None)


def _digest(code: LinkCode, digits: str) -> bytes:
    return salted_hmac(f"goldthread.partner.code.{code.pk}", digits, algorithm="sha256").digest()


def _used(act: Acting, link: PartnerLink, kind: str, address: str) -> None:
    """Note what was done with a link, once a minute however often; nothing for an empty kind."""
    just = LinkUse.objects.filter(link=link, kind=kind, address=address, at__gt=act.now - rules.SAME)
    if not kind or just.exists():
        return
    LinkUse(link=link, kind=kind, address=address, at=act.now).save()
    act.record("security", "link.open", _about(link), came_of=kind)


def _about(link: PartnerLink) -> list[tuple[str, object]]:
    referral = link.referral
    return [
        ("incident", str(referral.incident_id)), ("referral", str(referral.pk)), ("link", link.pk), ("partner_contact", link.contact_id),
    ]  # fmt: skip
