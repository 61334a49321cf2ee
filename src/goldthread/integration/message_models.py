"""What other incident systems hand in: the systems, their incidents, and every message as it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from goldthread.accounts.models import Staff, Team
from goldthread.audit.models import AppendOnly, AppendOnlyQuerySet, DatabaseNow, Payload
from goldthread.contact.models import Incident

if TYPE_CHECKING:
    from collections.abc import Iterable

BECAME = [
    ("new", "Taken"),
    ("repeated", "Repeated"),
    ("other", "Same id, other content"),
    ("unreadable", "Unreadable"),
]
"""What a message was when it came. One that is *new* stands in its incident once it has a ``Placed``, and waits until then."""
SETTLED = [
    ("sent_anew", "Sent anew under another id"),
    ("known", "Known here in another way"),
    ("nothing", "Nothing was in it"),
]
"""Why an unreadable message, or one with another's id, wants nothing more *(ours)*."""


class IncidentSystem(models.Model):
    """Another system that hands in messages. Its incidents stand on ``desk``; only accounts of that team may send for it."""

    code = models.CharField(max_length=40, primary_key=True)
    desk = models.ForeignKey(Team, models.PROTECT, related_name="+")
    first_at = models.DateTimeField(db_default=DatabaseNow())

    def __str__(self) -> str:
        return self.code


class SystemIncident(models.Model):
    """An incident of another system and ours. ``reached``: every message up to that number is placed or was given up.

    ``waiting_since`` is when the first of those that wait now came; None while none waits.
    """

    system = models.ForeignKey(IncidentSystem, models.PROTECT, related_name="incidents", db_index=False)
    ref = models.CharField(max_length=120)
    incident = models.OneToOneField(Incident, models.PROTECT, related_name="told_by")
    reached = models.PositiveIntegerField(default=0)
    waiting_since = models.DateTimeField(null=True)
    clock_told = models.BooleanField(default=False)
    """Whether its timeline says that the system's clock differs."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["system", "ref"], name="systemincident_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["waiting_since"], condition=Q(waiting_since__isnull=False), name="systemincident_waiting"
            ),
        ]


class MessageQuerySet(AppendOnlyQuerySet[Any]):
    """Questions asked of messages."""

    def visible_to(self, user: Staff) -> MessageQuerySet:
        """Those whose content this person may open: all, or those of systems whose incidents stand on their team's desk."""
        scopes = user.seat.scopes("messages.see") if user.is_active else ()
        found: MessageQuerySet = self.annotate(opened_at=F("received_at"))  # as a measure's page orders its cases
        if "all" in scopes:
            return found
        if not scopes:
            return self.none()
        return found.filter(Q(about__incident__team=user.team_id) | Q(about__isnull=True, by__team=user.team_id))

    def waiting(self) -> MessageQuerySet:
        """Those that came early and wait for an earlier one."""
        return self.filter(about__waiting_since__isnull=False, became="new", placed__isnull=True)

    def wanting(self) -> MessageQuerySet:
        """Unreadable ones that were not put right by being sent anew, such with another's id, and failed ones, that nobody has settled."""
        good = Message.objects.filter(
            system=OuterRef("system"), external_id=OuterRef("external_id"), became="new", pk__gt=OuterRef("pk")
        ).exclude(external_id="")
        failed = Q(became="new", placed__failed=True)
        wrong = Q(became="other") | (Q(became="unreadable") & ~Exists(good)) | failed
        return self.filter(wrong, settled__isnull=True)


class Message(AppendOnly):
    """One message as it came, whatever became of it. ``raw`` is its whole content as JSON, or as text where it is none.

    ``why`` says what is wrong and where, in our words alone. ``level`` is what the reader found in what was not placed at once, empty
    where it was not read apart from its incident. A repeated one keeps no content: the first did.
    """

    system = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    ref = models.CharField(max_length=120, blank=True)
    number = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=20, blank=True)
    to = models.CharField(max_length=120, blank=True)
    """Of one that links: their reference of the other incident."""
    told_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(db_default=DatabaseNow())
    became = models.CharField(max_length=10, choices=BECAME)
    why = models.CharField(max_length=400, blank=True)
    size = models.PositiveIntegerField()
    """Bytes as it came; of what is longer than is kept, ``raw`` holds the beginning."""
    raw = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    about = models.ForeignKey(SystemIncident, models.PROTECT, related_name="messages", null=True)
    level = models.CharField(max_length=10, blank=True)
    at_risk = models.BooleanField(default=False)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)

    objects = MessageQuerySet.as_manager()  # type: ignore[misc]  # its verbs beside the base's

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["system", "external_id"], condition=Q(became="new"), name="message_once"),
            models.CheckConstraint(
                condition=~Q(became="new") | (Q(about__isnull=False) & Q(number__isnull=False) & Q(raw__isnull=False)),
                name="message_new_has_its_place",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["received_at"], name="message_received"),
            models.Index(fields=["system", "-id"], name="message_newest"),
            models.Index(fields=["system", "to"], condition=~Q(to=""), name="message_links"),
            models.Index(
                fields=["became", "-id"], condition=~Q(became__in=["new", "repeated"]), name="message_wanting"
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"

    @property
    def reference(self) -> str:
        """What a list calls it."""
        return f"{self.system or 'not known'} {self.external_id or self.pk}"


class Placed(AppendOnly):
    """That a message stands in its incident. ``seq``: the last line it wrote there; ``gap``: those before it had been given up.

    ``failed``: it could not be written there, by an error of ours; its words are the supervisor's. ``outside`` are codes of ``import_rules.AGAINST``.
    """

    message = models.OneToOneField(Message, models.PROTECT, related_name="placed")
    at = models.DateTimeField(db_default=DatabaseNow())
    seq = models.PositiveIntegerField()
    gap = models.BooleanField(default=False)
    failed = models.BooleanField(default=False)
    outside = models.JSONField(default=list)


class MessageGap(AppendOnly):
    """That messages of an incident were waited for and given up: the numbers ``first`` to ``last``. One that comes later is placed then."""

    about = models.ForeignKey(SystemIncident, models.PROTECT, related_name="gaps")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=DatabaseNow())


class MessageSettled(AppendOnly):
    """That somebody says why an unreadable message, or one with another's id, wants nothing more."""

    message = models.OneToOneField(Message, models.PROTECT, related_name="settled")
    because = models.CharField(max_length=10, choices=SETTLED)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


def known_ids(system: str, ids: Iterable[str]) -> list[Message]:
    """The messages of a system that were taken under these ids, with their content."""
    return list(Message.objects.filter(became="new", system=system, external_id__in=list(ids)).select_related("raw"))
