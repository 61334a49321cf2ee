"""The first measures: what the promises and the first clocks come to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from goldthread.assessment.models import MarkAnswer, Reading, ThriveVersion
from goldthread.contact.models import Entry, Incident
from goldthread.measures.registry import Measure, register
from goldthread.response.models import Clock

Pair = tuple[QuerySet[Any], QuerySet[Any]]
MONTH = timedelta(days=28)
MANY_MARKS = 8
"""Different marks on one incident from which a page is hardly read any more *(ours)*."""
BLINK = 1000
"""Milliseconds in which nobody reads a mark, its quote and its question *(ours)*."""


def _opened(since: datetime, until: datetime) -> QuerySet[Any]:
    return Incident.objects.filter(opened_at__gte=since, opened_at__lt=until)


def read_in_full(since: datetime, until: datetime) -> Pair:
    """Incidents in which words were said; of them those whose every entry of words has a reading that did not fail."""
    words = Entry.objects.filter(incident=OuterRef("pk"), kind="words").exclude(source="system")
    unread = words.filter(~Exists(Reading.objects.filter(entry=OuterRef("pk"), state="read", abstain=False)))
    said = _opened(since, until).filter(Exists(words))
    return said, said.filter(~Exists(unread))


def read_surely(since: datetime, until: datetime) -> Pair:
    """Incidents that were read; of them those whose newest reading is the network's, and sure of itself."""
    newest = Reading.objects.filter(incident=OuterRef("pk"), state="read").order_by("-id")
    read = _opened(since, until).annotate(
        by=Subquery(newest.values("path")[:1]), doubtful=Subquery(newest.values("doubt")[:1])
    )
    found = read.filter(by__isnull=False)
    return found, found.filter(by="full", doubtful="")


def children_asked(since: datetime, until: datetime) -> Pair:
    """Incidents opened; of them those in which the children question has an answer."""
    opened = _opened(since, until)
    return opened, opened.exclude(children_answer="not_asked")


def owned_in_time(since: datetime, until: datetime) -> Pair:
    """Incidents open now; of them those whose next action is not overdue by its owner."""
    found = _opened(since, until).open()  # type: ignore[attr-defined]
    return found, found.filter(next_action_at__gte=until)


def attended_in_time(since: datetime, until: datetime) -> Pair:
    """Incidents whose attendance clock of any grade ended by an arrival or ran out; of them those with none missed."""
    clocks = Clock.objects.filter(incident=OuterRef("pk"), kind="attendance")
    found = _opened(since, until).filter(Exists(clocks.judged(until)))
    return found, found.filter(~Exists(clocks.missed(until)))


def child_attended_in_time(since: datetime, until: datetime) -> Pair:
    """The same where a child is involved."""
    every, met = attended_in_time(since, until)
    return every.filter(child="yes"), met.filter(child="yes")


def assessed(since: datetime, until: datetime) -> Pair:
    """Incidents opened; of them those with a THRIVE."""
    opened = _opened(since, until)
    return opened, opened.filter(Exists(ThriveVersion.objects.filter(incident=OuterRef("pk"))))


def first_read_in_time(since: datetime, until: datetime) -> Pair:
    """Incidents with a written message whose first read was due or done; of them those with none read late."""
    clocks = Clock.objects.filter(incident=OuterRef("pk"), kind="first_read")
    found = _opened(since, until).filter(Exists(clocks.judged(until)))
    return found, found.filter(~Exists(clocks.missed(until)))


def many_marks(since: datetime, until: datetime) -> Pair:
    """Incidents that were read; of them those whose newest reading marks many different cues."""
    newest = Reading.objects.filter(incident=OuterRef("pk"), state="read").order_by("-id")
    marks = RawSQL("(SELECT count(DISTINCT one->>'cue') FROM jsonb_array_elements(findings) AS one)", [])
    counted = newest.annotate(marks=marks).values("marks")[:1]
    found = _opened(since, until).annotate(marks=Subquery(counted, output_field=IntegerField())).filter(marks__gte=0)
    return found, found.filter(marks__gte=MANY_MARKS)


def answered_in_a_blink(since: datetime, until: datetime) -> Pair:
    """Incidents in which a person answered a mark; of them those with an answer given faster than anybody reads."""
    answers = MarkAnswer.objects.filter(incident=OuterRef("pk"), shown_ms__isnull=False)
    found = _opened(since, until).filter(Exists(answers))
    return found, found.filter(Exists(answers.filter(shown_ms__lt=BLINK)))


def register_all() -> None:
    """Register the desk's measures; called once at start."""
    for code, name, definition, good, cases in [
        (
            "read-in-full",
            "Everything said was read",
            "Of incidents in which anybody said anything, the share in which the reader read every entry and neither failed nor abstained.",
            "up",
            read_in_full,
        ),
        (
            "read-surely",
            "Read by the network, and sure",
            "Of incidents that were read, the share whose newest reading is the network's and says of itself that it is sure. It falls "
            "where the network is down, and where words are typed unlike those it was made from: then measure it again on your own words.",
            "up",
            read_surely,
        ),
        (
            "children-asked",
            "Children asked about",
            "Of incidents opened, the share in which the children question was answered: children recorded, asked: none, or asked: not known.",
            "up",
            children_asked,
        ),
        (
            "owned-in-time",
            "Owned and in time",
            "Of incidents open now, the share whose next action is not overdue. Every open incident has one owner by rule of the database.",
            "up",
            owned_in_time,
        ),
        (
            "attended-in-time",
            "Attended in time",
            "Of incidents with an attendance target, the share attended within it. Each grade's target counts; a breach of an earlier grade stays a breach.",
            "up",
            attended_in_time,
        ),
        (
            "child-attended-in-time",
            "Attended in time, child involved",
            "Of incidents that involve a child and have an attendance target, the share attended within it. Each grade's target counts.",
            "up",
            child_attended_in_time,
        ),
        ("assessed", "THRIVE written", "Of incidents opened, the share with at least one THRIVE.", "up", assessed),
        (
            "first-read-in-time",
            "Read first in time",
            "Of incidents with a written message whose first read was due or done, the share in which a person read each in its time.",
            "up",
            first_read_in_time,
        ),
        (
            "many-marks",
            "Many marks",
            f"Of incidents that were read, the share with {MANY_MARKS} or more different marks: more than anybody takes in. Lower is better.",
            "down",
            many_marks,
        ),
        (
            "answered-in-a-blink",
            "Marks answered in a blink",
            "Of incidents in which a mark was answered on its page, the share with an answer in under a second: given, not read. Lower is better.",
            "down",
            answered_in_a_blink,
        ),
    ]:
        register(Measure(code, name, definition, MONTH, good, cases))
