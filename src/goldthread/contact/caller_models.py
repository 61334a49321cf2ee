"""Who is on the line, how the line stands, and how they may be reached again; each answer is added, the newest holds."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact import choices
from goldthread.contact.models import Entry, Incident

STAFF = settings.AUTH_USER_MODEL


class LineState(AppendOnly):
    """How the call stands: speaking, silent, dropped, or abandoned before it was answered."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="line_states")
    state = models.CharField(max_length=10, choices=choices.LINE)
    by = models.ForeignKey(STAFF, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())


class CallBack(AppendOnly):
    """One attempt to reach the caller again: which number, when, and what came of it.

    What was said in it is an entry of words, read like any other. ``at`` is the stated time, ``recorded_at`` the
    database's.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="call_backs")
    number = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    outcome = models.CharField(max_length=10, choices=choices.CALL_BACKS)
    said = models.ForeignKey(Entry, models.PROTECT, related_name="+", null=True)
    new_risk = models.CharField(max_length=10, choices=choices.NEW_RISK, blank=True)
    """Whether it was asked what is new, where the caller was told that it takes longer; empty where they were not."""
    by = models.ForeignKey(STAFF, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=DatabaseNow())


class OnLine(AppendOnly):
    """Who speaks, whether they can speak freely, and who interprets.

    ``told`` holds JSON: ``{"language": str, "relation": str}``.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="on_lines")
    who = models.CharField(max_length=12, choices=choices.ON_LINE)
    cannot_speak = models.BooleanField(default=False)
    interpreter = models.CharField(max_length=10, choices=choices.INTERPRETERS, default="none")
    told = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(STAFF, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())


class SafeContact(AppendOnly):
    """How the person may safely be reached, or that they may not be called.

    ``told`` holds JSON: ``{"number": str, "times": str, "code_word": str}``.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="safe_contacts")
    answer = models.CharField(max_length=10, choices=choices.SAFE_CONTACT)
    method = models.CharField(max_length=10, choices=choices.METHODS, default="not_asked")
    voicemail = models.CharField(max_length=10, choices=choices.VOICEMAIL, default="not_asked")
    told = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(STAFF, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())
