"""The verb of the Commissioner's tables: to issue an edition."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.db import connection

from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.clocks.local import LONDON
from goldthread.commissioner import queries
from goldthread.commissioner.catalogue import tables
from goldthread.commissioner.models import TableEdition
from goldthread.config.errors import NotThere, Refused, Stale
from goldthread.contact.work import command_key
from goldthread.web.times import clock

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

SEE, ISSUE = "published.see", "published.issue"
NO_TABLE = "There is no such table."
CHANGED = (
    "The record changed since you looked: this is not what you saw. Nothing was issued; look at it as it would be now."
)


def issue(user: Staff, table_code: str, *, key: uuid.UUID, until: date, seen: str) -> TableEdition:
    """Issue an edition of a table up to ``until``, exactly as it was seen: ``seen`` is the draft's digest. The same sent twice is one.

    Raises ``Refused`` without the verb, ``NotThere`` for no table, ``Stale`` where somebody else issued one meanwhile or the record
    changed, ``Invalid`` for a day on which no edition can end.
    """
    with acting(user) as act:
        if not user.can(ISSUE):
            raise Refused(f"Your role, {user.seat.name}, may not do this.")
        table = tables().get(table_code)
        if table is None:
            raise NotThere(NO_TABLE)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"commissioner.{table_code}"])
        own = command_key(key, user.pk, ISSUE, table_code, until, seen)
        done = TableEdition.objects.filter(key=own).first()
        if done is not None:
            return done
        last = queries.newest(table_code)
        if last is not None and last.until >= until:
            told = f"{last.until.day} {last.until:%B %Y}"
            raise Stale(
                f"Edition {last.number}, up to {told}, was issued by {last.office} at {clock(last.at.astimezone(LONDON), act.now)}. "
                "Yours was not: an edition is issued once."
            )
        made = queries.draft(table, until, act.now)
        if made.sha256 != seen:
            raise Stale(CHANGED)
        text, basis = Payload.objects.keep_all([made.text, made.basis])
        edition = TableEdition(
            table=table_code, number=made.number, until=until, text=text, sha256=made.sha256, basis=basis,
            office=user.seat.name, key=own, by=user, at=act.now,
        )  # fmt: skip
        edition.save()
        act.record(
            "disclosure", ISSUE, [("table-edition", str(edition.pk))], sha256=made.sha256, text=text, basis=basis
        )
    return edition
