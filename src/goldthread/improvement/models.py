"""The improvement plan: reports and recommendations as entered, actions, evidence, figures, and how each stood on any day.

Every row is only added. What may change (a text, a date, an owner, a view) is a row of its own for each version, and the newest by a day is
what held on that day: so the plan can be told as at any date.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.files.models import Attachment
from goldthread.improvement.figure_rules import GOOD
from goldthread.improvement.rules import MARKS, RAGS, STATES, UNSOUND, WHYS
from goldthread.quality.models import QualityRound, QualityTheme

EVIDENCE = "plan-evidence"
"""What a file of the plan is attached to."""


class PlanReport(AppendOnly):
    """A report whose recommendations the force answers. What it is called and when it was published are its newest version's."""

    key = models.UUIDField(unique=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class PlanReportVersion(AppendOnly):
    """A report as it was entered, or corrected. ``kind`` is a code of ``improvement.toml``."""

    report = models.ForeignKey(PlanReport, models.PROTECT, related_name="versions")
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    published_on = models.DateField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class CommentsPublished(AppendOnly):
    """That the Commissioner's comments on a report were published: on which day and where; no day where that was taken back, with why.

    ``letter`` is the digest of the letter issued here that was published, empty where it was another text. ``on_word`` says that whoever
    entered it is not of the Commissioner's office, whose ``office`` is the role. The newest of a report counts, and stops the clock.
    """

    report = models.ForeignKey(PlanReport, models.PROTECT, related_name="comments", db_index=False)
    number = models.PositiveSmallIntegerField()
    day = models.DateField(null=True)
    place = models.CharField(max_length=300, blank=True)
    letter = models.CharField(max_length=64, blank=True)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    office = models.CharField(max_length=80)
    on_word = models.BooleanField()
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "number"], name="plan_comments_once"),
            models.CheckConstraint(
                condition=(Q(day__isnull=False) & ~Q(place="")) | Q(day__isnull=True, place="", letter=""),
                name="plan_comments_on_a_day_and_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(number=1, day__isnull=False) | Q(number__gt=1, words__isnull=False),
                name="plan_comments_corrected_with_why",
            ),
        ]


class Recommendation(AppendOnly):
    """One recommendation of a report by its number. Without a text it is *text to be entered by the force*."""

    report = models.ForeignKey(PlanReport, models.PROTECT, related_name="recommendations", db_index=False)
    number = models.PositiveSmallIntegerField()
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "number"], name="recommendation_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="recommendation_has_a_number"),
        ]


class RecommendationText(AppendOnly):
    """A recommendation's text as the force entered it, or corrected it."""

    recommendation = models.ForeignKey(Recommendation, models.PROTECT, related_name="texts")
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class RecommendationDue(AppendOnly):
    """By when it is to be met, as published; no date where none was."""

    recommendation = models.ForeignKey(Recommendation, models.PROTECT, related_name="dues")
    due_on = models.DateField(null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class RecommendationOwner(AppendOnly):
    """Which chief officer owns it."""

    recommendation = models.ForeignKey(Recommendation, models.PROTECT, related_name="owners")
    owner = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class RecommendationFigure(AppendOnly):
    """Which series it is judged by. ``target`` is a share; the figure holds where it met that in ``held`` of the last ``periods``."""

    recommendation = models.ForeignKey(Recommendation, models.PROTECT, related_name="figures")
    code = models.CharField(max_length=80)
    target = models.FloatField()
    good = models.CharField(max_length=4, choices=GOOD)
    held = models.PositiveSmallIntegerField()
    periods = models.PositiveSmallIntegerField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(target__gte=0, target__lte=1), name="plan_figure_target_is_a_share"),
            models.CheckConstraint(
                condition=Q(held__gte=1, held__lte=F("periods")), name="plan_figure_held_of_its_periods"
            ),
        ]


class FigureSeen(AppendOnly):
    """A series' value as it was told first, and again where it was told otherwise later. No share where it was not known."""

    code = models.CharField(max_length=80)
    until = models.DateTimeField()
    share = models.FloatField(null=True)
    n = models.PositiveIntegerField(null=True)
    late = models.BooleanField(default=False)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        indexes: ClassVar = [models.Index(fields=["code", "until"], name="plan_figure_seen")]


class OwnerView(AppendOnly):
    """How the owner sees it, with why; dated, and beside what is reckoned."""

    recommendation = models.ForeignKey(Recommendation, models.PROTECT, related_name="views")
    rag = models.CharField(max_length=7, choices=RAGS)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class StateChange(AppendOnly):
    """A state that a recommendation came into, and why. Nobody's where it re-opened by itself.

    ``day`` and ``reference`` are those of the submission or of HMICFRS's closing. ``code``, ``until``, ``share``, ``n`` and ``target`` are the
    figure on which it rests, as it was told then. ``words`` say why somebody re-opened it.
    """

    recommendation = models.ForeignKey(Recommendation, models.PROTECT, related_name="states")
    state = models.CharField(max_length=10, choices=STATES)
    why = models.CharField(max_length=10, choices=WHYS)
    day = models.DateField(null=True)
    reference = models.CharField(max_length=80, blank=True)
    code = models.CharField(max_length=80, blank=True)
    until = models.DateTimeField(null=True)
    share = models.FloatField(null=True)
    n = models.PositiveIntegerField(null=True)
    target = models.FloatField(null=True)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="closed") | (Q(day__isnull=False) & ~Q(reference="")),
                name="plan_closed_with_day_and_reference",
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted") | Q(day__isnull=False), name="plan_submitted_on_a_day"
            ),
            models.CheckConstraint(
                condition=Q(why="fell_back", by__isnull=True, share__isnull=False)
                | (~Q(why="fell_back") & Q(by__isnull=False)),
                name="plan_reopened_by_a_figure_or_a_person",
            ),
        ]


class QaConfirmation(AppendOnly):
    """A finished round of quality that confirms a figure, with the rate it gave; while the state ``state`` stands."""

    state = models.ForeignKey(StateChange, models.PROTECT, related_name="confirmations")
    round = models.ForeignKey(QualityRound, models.PROTECT, related_name="+")
    rate = models.CharField(max_length=40)
    share = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    n = models.PositiveIntegerField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class PlanSignature(AppendOnly):
    """That the owner, or the board, signs that it is believed met; once each while ``state`` stands.

    ``owner_was`` is the owner who signed, where this is the board's: the database sees to it that they are two.
    """

    state = models.ForeignKey(StateChange, models.PROTECT, related_name="signatures", db_index=False)
    board = models.BooleanField()
    owner_was = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["state", "board"], name="plan_signed_once"),
            models.CheckConstraint(
                condition=Q(board=False, owner_was__isnull=True)
                | (Q(board=True, owner_was__isnull=False) & ~Q(by=F("owner_was"))),
                name="plan_signed_by_two",
            ),
        ]


class PlanAction(AppendOnly):
    """Something that is done about a recommendation, known by its reference within the report."""

    recommendation = models.ForeignKey(Recommendation, models.PROTECT, related_name="actions")
    report = models.ForeignKey(PlanReport, models.PROTECT, related_name="+", db_index=False)
    reference = models.CharField(max_length=20)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    theme = models.ForeignKey(QualityTheme, models.PROTECT, related_name="+", null=True)
    """The theme of quality that it came of."""
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "reference"], name="plan_action_once"),
        ]


class ActionOwner(AppendOnly):
    """Which chief officer owns an action."""

    action = models.ForeignKey(PlanAction, models.PROTECT, related_name="owners")
    owner = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class ActionMark(AppendOnly):
    """That an action is done, dropped, or open again, on a day; why where it is not done."""

    action = models.ForeignKey(PlanAction, models.PROTECT, related_name="marks")
    mark = models.CharField(max_length=7, choices=MARKS)
    day = models.DateField()
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(mark="done") | Q(words__isnull=False), name="plan_mark_says_why"),
        ]


class ActionNeed(AppendOnly):
    """That an action waits for another of its report, or no more (``holds`` false). The newest of a pair counts."""

    action = models.ForeignKey(PlanAction, models.PROTECT, related_name="needs")
    other = models.ForeignKey(PlanAction, models.PROTECT, related_name="+")
    holds = models.BooleanField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(action=F("other")), name="plan_action_needs_another"),
        ]


class ProgressNote(AppendOnly):
    """What came of an action by now, in somebody's words."""

    action = models.ForeignKey(PlanAction, models.PROTECT, related_name="notes")
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class Milestone(AppendOnly):
    """A step of an action. Its day is its newest ``MilestoneDue``."""

    action = models.ForeignKey(PlanAction, models.PROTECT, related_name="milestones")
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class MilestoneDue(AppendOnly):
    """By when a milestone is to be reached; a later one moves it, and says why."""

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="dues")
    due_on = models.DateField()
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class MilestoneDone(AppendOnly):
    """That a milestone was reached, and on which day."""

    milestone = models.OneToOneField(Milestone, models.PROTECT, related_name="done")
    day = models.DateField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class Evidence(AppendOnly):
    """A version of a piece of evidence: what it shows, in a sentence, and a file where there is one.

    ``sha256`` is the file's, or the sentence's where there is none. ``true_on`` is the day it speaks of, ``received_on`` the day it came,
    ``expires_on`` the last day it counts. ``replaces`` is the version before it.
    """

    recommendation = models.ForeignKey(Recommendation, models.PROTECT, related_name="evidence")
    replaces = models.OneToOneField("self", models.PROTECT, related_name="replaced_by", null=True)
    version = models.PositiveSmallIntegerField()
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    file = models.ForeignKey(Attachment, models.PROTECT, related_name="+", null=True)
    sha256 = models.CharField(max_length=64)
    true_on = models.DateField()
    received_on = models.DateField()
    expires_on = models.DateField(null=True)
    theme = models.ForeignKey(QualityTheme, models.PROTECT, related_name="+", null=True)
    """The theme of quality that it came of."""
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, version=1) | Q(replaces__isnull=False, version__gt=1),
                name="plan_evidence_versions_in_turn",
            ),
            models.CheckConstraint(
                condition=Q(received_on__gte=F("true_on")), name="plan_evidence_received_after_it_was_true"
            ),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(expires_on__gte=F("true_on")),
                name="plan_evidence_expires_after_it_was_true",
            ),
        ]


class EvidenceCheck(AppendOnly):
    """That evidence was found unsound, and why, or sound again (no ``why``). Nothing is written while nothing changes."""

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="checks")
    why = models.CharField(max_length=10, choices=[("", "Sound"), *UNSOUND], blank=True)
    at = models.DateTimeField(db_default=DatabaseNow())


class PlanContact(AppendOnly):
    """Where somebody of the plan is written to; empty where no more."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="plan_contacts")
    mail = models.CharField(max_length=254, blank=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
