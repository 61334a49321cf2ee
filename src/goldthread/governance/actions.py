"""The verbs of governance: note something on a figure's history, and issue a board's pack."""

from __future__ import annotations

import hashlib
import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import connection

from goldthread.audit.actions import acting
from goldthread.audit.canonical import canonical_json
from goldthread.audit.models import Payload
from goldthread.clocks.local import LONDON
from goldthread.config.errors import NotThere, Refused, Stale
from goldthread.contact.actions import lock_identity
from goldthread.contact.known import force_day
from goldthread.contact.work import command_key
from goldthread.governance import queries, rules
from goldthread.governance.models import Annotation, Pack
from goldthread.governance.packs import compose
from goldthread.measures.series import one_series
from goldthread.web.times import clock

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff


def annotate(user: Staff, code: str, *, key: uuid.UUID, day: date, words: str, anew: bool = False) -> Annotation:
    """Note on a figure's history what happened on a day; ``anew``: its limits are reckoned from that day on. The same sent twice is one.

    Raises ``Refused`` without the verb, ``NotThere`` for a figure that is none, ``Invalid`` for words or a day that cannot be kept.
    """
    with acting(user) as act:
        if not user.can(rules.NOTE):
            raise Refused(f"Your role, {user.seat.name}, may not do this.")
        try:
            series = one_series(code)
        except KeyError:
            raise NotThere(rules.NO_SERIES) from None
        own = command_key(key, user.pk, rules.NOTE, code, day, words, anew)
        lock_identity(own)
        before = Annotation.objects.filter(key=own).first()
        if before is not None:
            return before
        values = series.values()
        first = (values[0].until - series.window).astimezone(LONDON).date() if values else None
        kept = rules.note(words, day, first, force_day(act.now))
        made = Annotation(
            series=code, day=day, anew=anew, words=Payload.objects.keep(kept), by=user, at=act.now, key=own
        )
        made.save()
        act.record("collection", rules.NOTE, [("series", code)], day=day, anew=anew, words=made.words)
    return made


def issue(user: Staff, board: str, *, key: uuid.UUID, seen: int) -> Pack:
    """Issue a board's pack: what it says now is frozen under its digest. The same sent twice is one.

    ``seen`` is the number of the board's newest pack as the draft told it, 0 for none. Where another was issued since, it raises ``Stale``
    and issues nothing. Raises ``NotThere`` for a board that is none or not this person's to issue for.
    """
    with acting(user) as act:
        kind = rules.packs().get(board)
        if kind is None or not user.can(rules.ISSUE) or not user.seat.codes & kind.issue:
            raise NotThere(rules.NO_PACK)
        own = command_key(key, user.pk, rules.ISSUE, board, seen)
        _one_at_a_time(board)
        before: Pack | None = Pack.objects.filter(key=own).select_related("text").first()
        if before is not None:
            return before
        newest = queries.newest(board)
        if (newest.number if newest else 0) != seen:
            raise Stale(_overtaken(newest, act.now))
        content = compose(kind, user, act.now)
        text = canonical_json(content)
        made = Pack(
            board=board, number=seen + 1, text=Payload.objects.keep(text), sha256=hashlib.sha256(text.encode()).hexdigest(),
            by=user, at=act.now, key=own,
        )  # fmt: skip
        made.save()
        act.record("collection", rules.ISSUE, [("pack", str(made.pk))], board=board, number=made.number, pack=made.text)
    return made


def _overtaken(newest: Pack | None, now: datetime) -> str:
    if newest is None:
        return "The draft you saw came after a pack that is not there. Nothing was issued. Open the draft again."
    return (
        f"{newest.by.name} issued this board's pack {newest.number} at {clock(newest.at, now)}, after you opened the draft. "
        "Nothing was issued twice. Read that pack; issue another only if something has changed since."
    )


def _one_at_a_time(board: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"governance.{board}"])
