"""Telling those who answer for programs that a token of theirs ends."""

from __future__ import annotations

from django.conf import settings

from goldthread.accounts.service_actions import take_ending
from goldthread.audit.actions import acting
from goldthread.notices.actions import tell
from goldthread.web.times import clock

BODY = """\
Token {token} of the service account {name} {when}.

What uses it is refused from then on. Whoever keeps staff makes another, which the program must be given before that. Under *Service
accounts I answer for* ({where}) you see what it may do and when it was last used, and you can revoke it there at once.
"""
WHERE = "/services/mine"


def tell_of_ending() -> int:
    """Write to the owner of every token that ends in a fortnight, in three days, or has ended; returns how many notices were written."""
    with acting(None) as act:
        found = take_ending(act)
        for token, days in found:
            held = token.staff.service
            gone = token.expires_at <= act.now
            when = f"{'ended' if gone else 'ends'} on {clock(token.expires_at, act.now)}"
            tell(
                act, key=f"token:{token.pk}:{days}", channel="mail", to=held.mail,
                subject=f"{settings.ENV.force_name}: a token {'has ended' if gone else 'ends soon'}",
                body=BODY.format(token=token.pk, name=token.staff.name, when=when, where=WHERE),
                about=("token", token.pk), until=None if gone else token.expires_at,
            )  # fmt: skip
    return len(found)
