"""Sending a partner a link, ending it, and what our people attach to a referral."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Max

from goldthread.accounts.models import Staff
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.config.upward import announce, listen
from goldthread.contact.events import IncidentChanged
from goldthread.contact.models import Incident
from goldthread.contact.work import Work, on_incident
from goldthread.files import actions as files
from goldthread.notices.actions import tell
from goldthread.notices.events import NoticeFailed
from goldthread.safeguarding import clock_actions, link_rules, link_tokens
from goldthread.safeguarding.link_events import ReferralReached, ReferralSent
from goldthread.safeguarding.link_models import PartnerLink, SharedFile
from goldthread.safeguarding.link_queries import beside
from goldthread.safeguarding.referral_models import Referral
from goldthread.safeguarding.referral_queries import ABOUT
from goldthread.safeguarding.referral_rules import BY_PARTNER
from goldthread.web.times import clock

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.files.uploadedfile import UploadedFile

    from goldthread.audit.actions import Acting
    from goldthread.files.file_models import Attachment
    from goldthread.safeguarding.partner_models import PartnerContact

MAKES = "referral.make"
CLOCK = "partner_not_reached"
NOT_THERE = "There is no such referral, or it is not one that you may see."
NO_ADDRESS = "No link can be sent: the service has no address for partners (GOLDTHREAD_PARTNER_URL). Telephone them, and tell the service desk."
WITHDRAWN = "This referral was withdrawn, so no link to it is sent and nothing is added to it."
MAIL = """{force} has sent you something to read and to answer.

{address}

The link opens until {until}. When you open it, a code is sent to you
alone; it opens for nobody else, so please do not pass it on. If you did
not expect this, ring {force} on the number that you know.
"""


@listen(ReferralSent)
def with_referral(event: ReferralSent) -> None:
    """Send the link with the referral itself. Where none can be sent, that is said on the timeline and the referral stands; VAST
    is told at once, unless the partner heard of it by telephone first.
    """
    work, referral = event.work, event.referral
    try:
        _send(work, referral, referral.contact)
    except Refused:
        work.event("link.none", referral=referral.number)
        if not referral.legs.filter(leg="sent", origin="telephone").exists():
            _look_for(work.act, (ABOUT, referral.pk), work.incident, referral.made_by)


@listen(ReferralReached)
def no_longer_looked_for(event: ReferralReached) -> None:
    """End every clock that runs until this partner is reached."""
    work, referral = event.work, event.referral
    clock_actions.stop(work.act, (ABOUT, referral.pk), event.because, rule=CLOCK, by=work.user)
    for link in referral.links.all():
        clock_actions.stop(work.act, ("link", link.pk), event.because, by=work.user)


def send(user: Staff, referral_id: uuid.UUID, *, key: uuid.UUID, contact: int) -> PartnerLink:
    """Send a registered contact of the referral's partner a link to it. An earlier one of theirs ends by it.

    Raises ``NotThere``, ``Invalid`` for somebody who is no contact, ``Refused`` for a referral withdrawn or without an address of ours.
    """
    found = _referral(referral_id)
    with on_incident(user, found.incident_id, MAKES, key, "link", referral_id, contact) as work:
        if work.done is not None:
            return PartnerLink.objects.get(pk=work.done)
        _open(found)
        to = found.partner.contacts.filter(pk=contact, active=True).first()
        if to is None or not found.partner.active:
            raise Invalid({"contact": "Choose a contact of this partner who is on the list now."})
        made = _send(work, found, to)
        work.finish(made.pk)
    return made


def _send(work: Work, referral: Referral, to: PartnerContact) -> PartnerLink:
    assert work.user is not None
    channel, address = next(iter(ways_to(to).items()))
    if not settings.ENV.partner_address():
        raise Refused(NO_ADDRESS)
    theirs = PartnerLink.objects.filter(referral=referral, contact=to)
    for earlier in theirs.filter(revoked_at__isnull=True).select_for_update():
        _end(work, earlier)
    number = (theirs.aggregate(last=Max("number"))["last"] or 0) + 1
    made = PartnerLink.objects.create(
        referral=referral, contact=to, number=number, made_by=work.user, made_at=work.now,
        expires_at=work.now + link_rules.LIVES,
    )  # fmt: skip
    force = settings.ENV.force_name
    tell(
        work.act, key=f"link:{made.pk}", channel=channel, to=address,
        subject=f"{force} has sent you something to read and to answer",
        body=MAIL.format(force=force, address=address_of(made), until=clock(made.expires_at)),
        about=("link", made.pk), until=made.expires_at,
    )  # fmt: skip
    clock_actions.stop(work.act, (ABOUT, referral.pk), "link", rule=CLOCK, by=work.user)
    work.event("link.sent", link=made.pk, referral=referral.number)
    subjects = [("incident", str(referral.incident_id)), ("referral", str(referral.pk))]
    work.act.record("alteration", "link.send", [*subjects, ("partner_contact", to.pk), ("link", made.pk)])
    return made


def revoke(user: Staff, referral_id: uuid.UUID, *, key: uuid.UUID, link: int) -> None:
    """End a link now: whoever opens it is told so and sees nothing. One that has ended stays as it is."""
    found = _referral(referral_id)
    with on_incident(user, found.incident_id, MAKES, key, "revoke", link) as work:
        if work.done is not None:
            return
        held = PartnerLink.objects.select_for_update().filter(pk=link, referral=found).first()
        if held is None:
            raise NotThere(NOT_THERE)
        if held.revoked_at is None:
            _end(work, held)
            work.event("link.ended", link=held.pk, referral=found.number)
            work.act.record("alteration", "link.end", [("incident", str(found.incident_id)), ("link", held.pk)])
        work.finish()


def attach(user: Staff, referral_id: uuid.UUID, *, key: uuid.UUID, upload: UploadedFile[Any]) -> Attachment:
    """Put a file beside what was sent. Nobody outside is shown it before ``share``. Raises as ``files.actions.keep`` does."""
    found = _referral(referral_id)
    with on_incident(user, found.incident_id, MAKES, key, "attach", referral_id, upload.name, upload.size) as work:
        _open(found)
        made = files.keep(work.act, upload, about=("referral", found.pk), by=user)
        if work.done is None:
            work.finish(made.pk)
    return made


def share(user: Staff, referral_id: uuid.UUID, *, key: uuid.UUID, file: uuid.UUID, shown: bool) -> None:
    """Show a file to whoever opens a link to the referral, or show it no longer; what was taken before stays with them.

    Raises ``NotThere`` for a file that is not there or erased, ``Refused`` for a referral withdrawn.
    """
    found = _referral(referral_id)
    with on_incident(user, found.incident_id, MAKES, key, "share", file, shown) as work:
        if work.done is not None:
            return
        _open(found)
        held = beside(found).filter(pk=file, content__erased_at=None).first()
        if held is None:
            raise NotThere(files.NOT_THERE)
        if held.is_shown != shown:
            SharedFile(file=held, shown=shown, by=user, at=work.now).save()
            work.event("link.file" if shown else "link.file_off", referral=found.number, file=str(held.pk))
            subjects = [("incident", str(found.incident_id)), ("referral", str(found.pk)), ("file", str(held.pk))]
            work.act.record("alteration", "link.share" if shown else "link.unshare", subjects)
        work.finish()


def ways_to(contact: PartnerContact) -> dict[str, str]:
    """How this contact can be reached now, the mail first. Raises ``Invalid``."""
    return link_rules.ways(contact.email, contact.phone, texts=bool(settings.MAIL.text_domain))


def address_of(link: PartnerLink) -> str:
    """The whole address that a link is opened under."""
    token = link_tokens.made(link.referral_id, link.contact_id, link.number)
    return f"{settings.ENV.partner_address()}/p/{token}/"


@listen(NoticeFailed)
def not_delivered(event: NoticeFailed) -> None:
    """Tell VAST that a partner got neither link nor code, on the incident and by a clock that has run out when it begins.

    Nobody is told where the partner was reached after that message was written: by another code, or by telephone.
    """
    if event.notice.about not in {"link", "link_code"}:
        return
    link = PartnerLink.objects.select_related("referral").get(pk=event.notice.about_id)
    if link.expires_at <= event.act.now:
        return  # nothing could be opened any more; the referral's own clock tells of the silence
    incident = Incident.objects.select_for_update().get(pk=link.referral.incident_id)
    if _heard(link, event.notice.made_at):
        return
    work = Work(event.act, incident, None, None, "link.fail")
    work.event("link.failed", link=link.pk, referral=link.referral.number, why=event.notice.why)
    incident.save(update_fields=["last_seq"])
    if link.revoked_at is None and link.referral.withdrawn_at is None:
        _look_for(event.act, ("link", link.pk), incident, link.made_by)
    announce(IncidentChanged(incident, event.act))


def reached(act: Acting, link: PartnerLink) -> None:
    """Whoever the link is for has it: nobody needs to look for them any more."""
    clock_actions.stop(act, ("link", link.pk), "reached")


def _heard(link: PartnerLink, since: datetime) -> bool:
    """Whether since then somebody opened this link by a code, or said something about what was sent."""
    said = link.referral.legs.filter(leg__in=BY_PARTNER, at__gte=since)
    return link.codes.filter(used_at__gte=since).exists() or said.exists()


def _look_for(act: Acting, about: tuple[str, object], incident: Incident, sender: Staff) -> None:
    # The least that a clock counts is an hour, and this wants somebody now.
    began = act.now - link_rules.HOUR
    clock_actions.start(act, CLOCK, about=about, incident=incident, team=sender.team, began_at=began)


def _end(work: Work, link: PartnerLink) -> None:
    link.revoked_at, link.revoked_by = work.now, work.user
    link.save(update_fields=["revoked_at", "revoked_by"])
    clock_actions.stop(work.act, ("link", link.pk), "ended", by=work.user)


def _referral(number: uuid.UUID) -> Referral:
    """The referral, whose incident's reach ``on_incident`` then asks."""
    found = Referral.objects.select_related("partner", "incident").filter(pk=number).first()
    if found is None:
        raise NotThere(NOT_THERE)
    return found


def _open(referral: Referral) -> None:
    """Raise ``Refused`` for a referral that was withdrawn, as it stands now that its incident is held."""
    if Referral.objects.filter(pk=referral.pk, withdrawn_at__isnull=False).exists():
        raise Refused(WITHDRAWN)
