"""The rescue rule: a risk in the words that nobody recognises in time goes to a supervisor, whoever was shown what."""

from __future__ import annotations

from datetime import datetime

from goldthread.assessment.models import Reading
from goldthread.assessment.queries import newest_reading, newest_thrive, thrive_text
from goldthread.assessment.reading import Said, read
from goldthread.contact.models import Entry, Incident
from goldthread.response import unseen_rules as rules
from goldthread.response.alarm_models import Alarm
from goldthread.response.grades import severity_of
from goldthread.response.models import GradePeriod

KIND = "unseen"


def follow(incident: Incident, now: datetime) -> None:
    """Watch what the newest reading of the incident found until somebody recognises it; the incident is locked by whoever calls."""
    rule = rules.on(now.date())
    standing = list(Alarm.objects.filter(incident=incident, kind=KIND, ended_at__isnull=True))
    newest = newest_reading(incident)
    if newest is None:
        return
    found = rules.Read(newest.mode, newest.state, newest.at_risk, newest.level, newest.child)
    if not standing and not rules.wanted(rule, found):
        return
    for one in standing:
        _, level, _, seq = one.source.split(":")
        if rules.recognised(rule, _known(incident, int(seq), level, rule)):
            one.ended_at = now
            one.save(update_fields=["ended_at"])
    if not rules.wanted(rule, found) or any(one.ended_at is None for one in standing):
        return
    first = _first(incident, newest, rule)
    if not rules.recognised(rule, _known(incident, first.seq, newest.level, rule)):
        source = f"{KIND}:{newest.level}:{incident.pk}:{first.seq}"
        due = {"incident": incident, "due_at": first.recorded_at + rule.after}
        Alarm.objects.get_or_create(kind=KIND, source=source, defaults=due)


def reading_of(alarm: Alarm) -> Reading:
    """The reading that such an alarm rests on: the newest with its level of all said up to its words."""
    _, level, _, seq = alarm.source.split(":")
    found = Reading.objects.filter(incident=alarm.incident_id, level=level, entry__seq=int(seq), state="read")
    return found.select_related("entry__author").order_by("-pk")[0]


def _first(incident: Incident, newest: Reading, rule: rules.Rule) -> Entry:
    """The words with which the risk was first read at this level: what was recognised since then stays recognised."""
    alike = Reading.objects.filter(
        incident=incident, level=newest.level, at_risk=True, state="read", mode__in=rule.modes, child__in=rule.children
    )
    return alike.select_related("entry").order_by("pk")[0].entry


def _known(incident: Incident, seq: int, level: str, rule: rules.Rule) -> rules.Known:
    """What people did about words: those of the line ``seq``."""
    since = incident.entries.filter(code__in=rule.lines, seq__gt=seq, author__isnull=False)
    period = GradePeriod.objects.filter(incident=incident).order_by("-seq").values_list("severity", flat=True).first()
    return rules.Known(
        held=period or 0,
        level=severity_of(level),
        answer=incident.children_answer,
        thrive=rule.thrive and _named(incident, seq),
        lines=set(since.values_list("code", flat=True)),
    )


def _named(incident: Incident, seq: int) -> bool:
    """Whether the newest THRIVE knows these words and itself speaks of a child at risk, as the reader reads it by known wordings."""
    thrive = newest_thrive(incident)
    if thrive is None or thrive.read_up_to < seq:
        return False
    text = thrive_text(thrive)
    told = read(
        [Said(number, part) for number, part in enumerate([*text["elements"].values(), text["interim"]]) if part]
    )
    return bool(told.get("at_risk")) and told.get("child") in {"yes", "implied"}
