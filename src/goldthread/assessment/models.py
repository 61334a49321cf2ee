"""Readings of what was said, and THRIVE versions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from goldthread.accounts.models import Staff, Team
from goldthread.assessment.marking import ANSWERS, REASONS
from goldthread.assessment.mode_rules import MODES
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.models import Entry, Incident

STATES = [("read", "Read"), ("down", "Not read: the reader failed"), ("off", "Not read: the reader was off")]


class Reading(AppendOnly):
    """What the reader found in all words of an incident up to one entry. It is the record of what was shown.

    ``findings`` is a list of ``{cue, entry, start, end, assertion, elements, score, rule}``: ``entry`` is the entry's
    sequence number and ``start``/``end`` code points in that entry's text, so that no quote is kept twice and a lawful
    erasure takes the quote with it. ``doubt`` says why the full path is not sure.
    ``critical`` names the cues in them that say that life may be at stake, each with the facts that an answer has to know: the database
    refuses closing by it. Null where it was read before this was kept.
    ``state`` *down* and *off* read nothing, hold what was found before, and mean that nothing may be taken as safe.
    ``mode`` is the reader's for whoever added those words, as they were added: of words read after they had been *off* it stays *off*.
    Empty where it was read before there were modes.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="readings", db_index=False)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
    state = models.CharField(max_length=8, choices=STATES)
    engine = models.CharField(max_length=20, blank=True)
    path = models.CharField(max_length=8, blank=True)
    lexicon = models.CharField(max_length=80, blank=True)
    model = models.CharField(max_length=80, null=True)
    child = models.CharField(max_length=8, blank=True)
    at_risk = models.BooleanField(default=False)
    probability = models.FloatField(default=0.0)
    level = models.CharField(max_length=10, default="none")
    adult_vulnerability = models.BooleanField(default=False)
    abstain = models.BooleanField(default=True)
    why_abstained = models.CharField(max_length=200, blank=True)
    doubt = models.CharField(max_length=200, blank=True, default="", db_default="")
    findings = models.JSONField(default=list)
    critical = models.JSONField(null=True)
    questions = models.JSONField(default=list)
    took_ms = models.FloatField(default=0.0)
    mode = models.CharField(max_length=12, choices=MODES, blank=True, default="", db_default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["incident", "-id"], name="reading_newest")]


class ModeChange(AppendOnly):
    """How the reader stands to a team, or to everybody where none is named, from ``since`` on; see ``modes``.

    ``switch`` is the kill switch: *off* holds above every other change until an *open* of the same takes it back.
    ``by`` is empty where the system itself changed it. The database refuses one that would have begun before it was made.
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="+", null=True)
    mode = models.CharField(max_length=12, choices=MODES)
    switch = models.BooleanField(default=False)
    since = models.DateTimeField()
    why = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(since__gte=models.F("at")), name="mode_not_in_the_past"),
            models.CheckConstraint(
                condition=models.Q(switch=False) | models.Q(team__isnull=True, mode__in=("off", "open")),
                name="mode_switch_is_for_everybody",
            ),
        ]


class ModeWithdrawn(AppendOnly):
    """A change that was taken back before it began: it never takes effect."""

    change = models.OneToOneField(ModeChange, models.PROTECT, related_name="withdrawn")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())


class Unread(models.Model):
    """An incident with words that were not read because the reader was off: read afterwards, and then this row goes.

    ``team`` is of whoever added them, by which it is known when the reader is on again; ``since`` the time of the first of them.
    """

    incident = models.OneToOneField(Incident, models.CASCADE, primary_key=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+", null=True)
    since = models.DateTimeField()


class ThriveVersion(AppendOnly):
    """One THRIVE assessment, never overwritten: a reassessment is the next version.

    ``text`` holds JSON: ``{"elements": {code: text}, "interim": str, "advice": str}``. ``read_up_to`` is the sequence
    number of the last entry its author had before them.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="thrive_versions", db_index=False)
    version = models.PositiveIntegerField()
    text = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    author = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())
    reading = models.ForeignKey(Reading, models.PROTECT, related_name="+", null=True)
    read_up_to = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "version"], name="thrive_version_once"),
        ]


class MarkAnswer(AppendOnly):
    """A person's answer to the reader's marks of one cue; the newest of a cue holds. See ``marking``.

    ``facts`` is a list of ``wording|assertion``, what the cue rested on when it was answered: lexicon codes, no words of
    a person. ``quote`` keeps the words that were marked. ``shown_ms`` is how long the mark had stood on the screen, as
    the browser had it; null where it did not say. ``reading`` is null while the words were still being typed.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="mark_answers", db_index=False)
    cue = models.CharField(max_length=40)
    answer = models.CharField(max_length=8, choices=ANSWERS)
    reason = models.CharField(max_length=16, choices=REASONS, blank=True)
    facts = models.JSONField(default=list)
    quote = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    critical = models.BooleanField(default=False)
    reading = models.ForeignKey(Reading, models.PROTECT, related_name="+", null=True)
    shown_ms = models.PositiveIntegerField(null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        indexes: ClassVar = [models.Index(fields=["incident", "-id"], name="markanswer_newest")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(answer="not_so") ^ models.Q(reason=""), name="markanswer_not_so_says_why"
            ),
        ]
