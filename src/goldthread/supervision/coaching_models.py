"""Coaching: what a senior person writes to one colleague about one incident, for these two alone."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.models import Entry, Incident


class CoachingNote(AppendOnly):
    """A note from whoever reviews to somebody who worked on the incident: words of the record, what was good, what to try.

    ``start`` and ``end`` cut the quote out of the entry's own text (code points), so that no copy outlives its erasure. It is not part
    of the incident's timeline. ``key`` is the command's, so that a form sent twice makes one note.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    good = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    better = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    to = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    key = models.UUIDField(unique=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(start__lt=models.F("end")), name="coaching_quotes_something"),
            models.CheckConstraint(
                condition=Q(good__isnull=False) | Q(better__isnull=False), name="coaching_says_something"
            ),
            models.CheckConstraint(condition=~Q(to=models.F("by")), name="coaching_to_another"),
        ]

    @property
    def quote(self) -> str:
        """The quoted words, or what stands where they were erased."""
        text = self.entry.text
        if text is None:
            return ""
        return text.shown() if text.erased_at is not None else text.text[self.start : self.end]


class CoachingSeen(AppendOnly):
    """That whom it is for has opened the note."""

    note = models.OneToOneField(CoachingNote, models.PROTECT, related_name="seen")
    at = models.DateTimeField(db_default=DatabaseNow())


class CoachingAnswer(AppendOnly):
    """What they answered; one for each note."""

    note = models.OneToOneField(CoachingNote, models.PROTECT, related_name="answer")
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
