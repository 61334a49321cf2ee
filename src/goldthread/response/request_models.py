"""Requests for what one person may not decide alone, and the decisions on them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from goldthread.accounts.models import Staff
from goldthread.assessment.models import ThriveVersion
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.models import Incident

KINDS = [("downgrade", "Lower grade"), ("reschedule", "Later time"), ("close", "Closing")]
ANSWERS = [
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("withdrawn", "Withdrawn"),
    ("overtaken", "Overtaken"),
]


class ReviewRequest(AppendOnly):
    """Somebody asks for a lower ``grade``, a later attendance (``due_at``), or closing (``closing_reason``, ``result``).

    The incident stays as it is until a ``ReviewDecision`` says otherwise; from ``answer_by`` on the FIM is asked, and before it where
    no supervisor on duty could decide: its alarm then falls due early, see ``senior_actions.settle``.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=12, choices=KINDS)
    period = models.ForeignKey("response.GradePeriod", models.PROTECT, related_name="+")
    """The grade held when it was asked; under another the request is out of date."""
    grade = models.CharField(max_length=20, blank=True)
    severity = models.PositiveSmallIntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    closing_reason = models.CharField(max_length=30, blank=True)
    result = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    reasons = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    why = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
    answer_by = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(kind="downgrade") & Q(severity__isnull=False) & ~Q(grade=""))
                | (Q(kind="reschedule") & Q(due_at__isnull=False))
                | (Q(kind="close") & ~Q(closing_reason="") & Q(result__isnull=False)),
                name="request_says_what",
            ),
            models.CheckConstraint(
                condition=Q(kind="close")
                | (Q(reasons__len__gt=0) & ~Q(reasons=["no-resources"]) & Q(why__isnull=False)),
                name="request_never_for_resources_alone",
            ),
        ]


class ReviewDecision(AppendOnly):
    """The answer to a request, by a second person who is senior; one for each request.

    ``thrive`` is the assessment it rests on. The database checks with every lower grade, later time and closing that the
    decision named there was one the rule allows: see the migration ``decided_by_a_second_person``.
    """

    request = models.OneToOneField(ReviewRequest, models.PROTECT, related_name="decision")
    answer = models.CharField(max_length=10, choices=ANSWERS)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    thrive = models.ForeignKey(ThriveVersion, models.PROTECT, related_name="+", null=True)
    owner = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    """Who owned the incident when it was decided."""
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(answer="approved") | (Q(by__isnull=False) & Q(thrive__isnull=False)),
                name="decision_approved_by_somebody_on_a_thrive",
            ),
        ]
