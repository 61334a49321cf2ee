"""Verbs of the audit. Every action of every app runs inside ``acting`` and says there what it did."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from django.db import connection, transaction
from django.http import HttpRequest

from goldthread.audit.canonical import detail_json, subjects_json
from goldthread.audit.models import DUTIES, SECURITY, AuditEvent, Erasure, Payload
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused

Subject = tuple[str, object]
ERASING_ROLES = frozenset({"auditor"})
"""Who may ask for an erasure or approve one: the role of the auditor and data protection officer."""


class Person(Protocol):
    """What the audit needs to know of whoever acts."""

    @property
    def pk(self) -> Any: ...
    @property
    def role(self) -> str: ...
    @property
    def recorded_as(self) -> str: ...


@dataclass(frozen=True)
class Acting:
    """One action under way: who acts, and the only way to say what was done. Its time is the database's."""

    staff_id: int | None
    role: str
    request_id: str = ""

    @cached_property
    def now(self) -> datetime:
        """The database's time when first asked for; the same for the whole action."""
        return database_now(connection)

    def record(self, duty: str, verb: str, subjects: Iterable[Subject], reason: str = "", **detail: Any) -> AuditEvent:
        """Add an event to this transaction; it is chained when the transaction commits and vanishes if it does not.

        ``duty``: one of the six, or ``security``. ``subjects``: pairs of kind and id, such as ``("incident", 5)``.
        ``reason``: asked of the user only where role policy says so; no particulars of a person.
        ``detail``: ids and codes; a ``Payload`` is told by its digest, so that its text can be proved later.
        Raises ``ValueError`` for an unknown duty or a detail that could be free text.
        """
        if duty != SECURITY and duty not in DUTIES:
            raise ValueError(f"{duty} is not one of the duties of section 62")
        return AuditEvent.objects.create(
            staff_id=self.staff_id,
            role=self.role,
            duty=duty,
            verb=verb,
            subjects=subjects_json(subjects),
            reason=reason,
            detail=detail_json(detail),
            request_id=self.request_id,
        )


@contextmanager
def acting(user: Person | None, *, request: HttpRequest | None = None) -> Iterator[Acting]:
    """Open one transaction in which ``user`` (None: the system) acts; an exception undoes it all, events included."""
    with transaction.atomic():
        yield _acting(user, request)


def record_consultation(
    user: Person | None, verb: str, subjects: Iterable[Subject], reason: str = "", **detail: Any
) -> AuditEvent:
    """Note that ``user`` was shown ``subjects``; called by whatever shows them, before it does."""
    with acting(user) as act:
        return act.record("consultation", verb, subjects, reason, **detail)


def record_disclosure(user: Person | None, verb: str, subjects: Iterable[Subject], **detail: Any) -> AuditEvent:
    """Note that ``user`` took ``subjects`` out in a form that can be handed on; called by whatever gives it, before it does."""
    with acting(user) as act:
        return act.record("disclosure", verb, subjects, **detail)


def erase(asked_by: Person, approved_by: Person, payloads: Iterable[Payload], rationale: str, policy: str) -> Erasure:
    """Blank texts for good and leave a tombstone on each; the log's chain stays whole, for it never held the text.

    Both people must hold a role in ``ERASING_ROLES`` and be two. The database checks the same, blanks the rows and
    writes the erasure event itself, so that no erasure goes unrecorded. Texts erased before are left as they were.
    ``rationale``: why, after review; ``policy``: the rule it rests on, shown on the tombstone.
    Raises ``Refused`` with a sentence.
    """
    named = Payload.objects.filter(pk__in=[payload.pk for payload in payloads])
    keys = list(named.filter(erased_at=None).values_list("pk", flat=True))
    if not {asked_by.role, approved_by.role} <= ERASING_ROLES:
        raise Refused("Only the auditor or the data protection officer may ask for an erasure or approve one.")
    if asked_by.pk == approved_by.pk:
        raise Refused("A second person must approve an erasure.")
    if not rationale.strip() or not policy.strip():
        raise Refused("Give the rationale for the erasure and the policy it rests on.")
    if not keys:
        raise Refused("There is nothing to erase: no text was named that is still there.")
    with acting(approved_by) as act:
        erasure = Erasure.objects.create(
            asked_by=asked_by.pk, approved_by=approved_by.pk, rationale=rationale.strip(), policy=policy.strip()
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_erase(%s, %s, %s)", [erasure.pk, keys, act.role])
    return erasure


def _acting(user: Person | None, request: HttpRequest | None) -> Acting:
    asked = request.headers.get("X-Request-ID", "") if request is not None else ""
    request_id = asked if re.fullmatch(r"[\w.-]{1,64}", asked, re.ASCII) else ""
    if user is None:
        return Acting(None, "system", request_id)
    return Acting(user.pk, user.recorded_as, request_id)
