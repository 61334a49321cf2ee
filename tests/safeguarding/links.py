"""A partner at their own browser, for tests: reads what was sent to them and opens it."""

from __future__ import annotations

import email
import re
from email.policy import default
from pathlib import Path
from typing import Any

from django.test import Client

from goldthread.notices import actions as notices
from goldthread.safeguarding.link_actions import address_of
from goldthread.safeguarding.link_models import LinkUse, PartnerLink
from goldthread.safeguarding.referral_models import Referral, ReferralLeg
from tests.cast import key


def mails(folder: Path) -> list[email.message.EmailMessage]:
    """What was sent, in the order sent."""
    found = sorted(folder.glob("*.eml"), key=lambda one: int(re.sub(r"\D", "", one.name)))
    return [email.message_from_bytes(one.read_bytes(), policy=default) for one in found]


def path(referral: Referral) -> str:
    """Where the newest link to a referral leads on this service."""
    link = PartnerLink.objects.filter(referral=referral).latest("pk")
    return address_of(link).partition("/p/")[1] + address_of(link).partition("/p/")[2]


class Partner:
    """Somebody outside with a link, and a mailbox that may be theirs."""

    def __init__(self, link: str, folder: Path, address: str = "192.0.2.7") -> None:
        self.link, self.folder = link, folder
        self.client = Client(headers={"host": "localhost"}, REMOTE_ADDR=address)

    def open(self) -> Any:
        """Open the link."""
        return self.client.get(self.link)

    def post(self, what: str, **given: Any) -> Any:
        """Send a form of the page."""
        return self.client.post(f"{self.link}{what}", {"key": key(), **given})

    def code(self) -> str:
        """Ask for a code and read it where it went."""
        assert self.post("code").status_code == 200
        return self.newest()

    def newest(self) -> str:
        """The code in the newest message."""
        notices.send_due()
        found = re.search(r"\b\d{6}\b", mails(self.folder)[-1].get_content())
        assert found is not None
        return found[0]

    def enter(self, code: str | None = None) -> Any:
        """Enter a code; a new one where none is given."""
        return self.post("enter", code=code or self.code())


def kinds(referral: Referral) -> list[str]:
    """What was done with the links of a referral, in order."""
    return list(LinkUse.objects.filter(link__referral=referral).order_by("pk").values_list("kind", flat=True))


def by_link(referral: Referral) -> list[tuple[str, str]]:
    """The legs that the partner recorded by link, each with the name typed."""
    found = ReferralLeg.objects.filter(referral=referral, origin="link").order_by("pk")
    return list(found.values_list("leg", "by_name"))
