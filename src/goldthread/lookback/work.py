"""The frame in which every action on a look-back item runs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from goldthread.audit.actions import Acting, acting
from goldthread.config.errors import NotThere, Stale
from goldthread.contact.models import Command
from goldthread.contact.work import command_key, earlier
from goldthread.lookback.choices import DECISIONS
from goldthread.lookback.models import Decision, Item
from goldthread.lookback.rules import NOT_THERE

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff, Team


@dataclass
class ItemWork:
    """An item locked for one command by one person; ``done`` is not None where a command with this key was done before."""

    act: Acting
    item: Item
    user: Staff
    key: uuid.UUID
    verb: str
    done: str | None

    @property
    def now(self) -> datetime:
        """The time of this command, from the database."""
        return self.act.now

    def own(self, *, staff: Staff | None = None, team: Team | None = None) -> None:
        """Hand the item to one person or one team's desk."""
        self.item.owner, self.item.owner_team = staff, team

    def check_seen(self, seen: str | None) -> None:
        """Raise ``Stale`` where the item is not any more as its page showed it; ``seen`` is the page's ``mark``, None asks nothing."""
        if seen is None or seen == mark(self.item):
            return
        item = self.item
        whose = item.owner.name if item.owner else f"{item.owner_team.name}, desk" if item.owner_team else ""
        how = f"decided: {dict(DECISIONS)[item.decision]}" if item.decision else "not decided"
        raise Stale(
            f"This changed while you had it open. It is {how}, and with {whose}. Nothing was done, and what you wrote is still "
            "here; look again before you send it."
        )

    def standing(self) -> Decision | None:
        """The newest decision, also one that takes another back."""
        return Decision.objects.filter(item=self.item).select_related("by").order_by("-seq").first()

    def subjects(self) -> list[tuple[str, str]]:
        """What an event about this is about."""
        incident = self.item.hit.incident_id
        return [("lookback", str(self.item.pk))] + ([("incident", str(incident))] if incident else [])


def mark(item: Item) -> str:
    """What an item is just now: a page sends it back, so that nobody acts on what they did not see."""
    return f"{item.owner_id or 0}.{item.owner_team_id or 0}.{item.decisions.count()}.{item.outcomes.count()}"


@contextmanager
def on_item(
    user: Staff, item_id: uuid.UUID, name: str, key: uuid.UUID, *what: object, seen: str | None = None
) -> Iterator[ItemWork]:
    """Lock the item for a command, and save it at the end; all in one transaction.

    ``what`` is every value the command was given, ``seen`` the ``mark`` of what its page showed. Raises ``NotThere`` where the
    item is absent or out of reach, ``Stale`` where it is not as it was seen.
    """
    with acting(user) as act:
        reached = Item.objects.reached_by(user, "lookback.decide").filter(pk=item_id)
        item = reached.select_for_update(of=("self",)).select_related("hit", "owner", "owner_team", "team").first()
        if item is None:
            raise NotThere(NOT_THERE)
        own = command_key(key, user.pk, item_id, name, *what)
        work = ItemWork(act, item, user, own, name, earlier(own))
        if work.done is None:
            work.check_seen(seen)
        yield work
        if work.done is None:
            item.save()
            finish(own, name, user, act.now)


def finish(key: uuid.UUID, verb: str, user: Staff, at: datetime) -> None:
    """Remember that a command was done, so that a retry finds it."""
    Command.objects.create(key=key, verb=verb, staff=user, at=at)
