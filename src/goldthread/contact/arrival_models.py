"""What ties the messages of one conversation to one incident."""

from __future__ import annotations

from django.db import models

from goldthread.audit.models import AppendOnly, DatabaseNow
from goldthread.contact.models import Incident


class Conversation(AppendOnly):
    """The incident that a written conversation belongs to. ``key`` is made of the channel and the sender system's id.

    A second message of a conversation joins its incident, whichever of the two comes first.
    """

    key = models.UUIDField(primary_key=True)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="conversations")
    at = models.DateTimeField(db_default=DatabaseNow())
