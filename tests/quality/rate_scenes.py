"""A round whose records are scored as a test says: rows as the actions leave them, without a record's whole story for each."""

from __future__ import annotations

from collections.abc import Sequence

from goldthread.accounts.models import Staff
from goldthread.audit.models import Payload
from goldthread.quality import rules
from goldthread.quality.models import QualityRecord, QualityRound, QualityScore, QualityStratum, QualityTask
from tests.cast import Cast, key, opened
from tests.quality.scenes import FORM, all_of, day_of, lead, second

Scored = Sequence[dict[str, str]]


def drawn(cast: Cast, strata: dict[str, tuple[int, Scored]], *, twice: Scored = (), left: int = 0) -> QualityRound:
    """A round as the action leaves it: of each stratum how many it held, and what was found in each record drawn; ``twice``: what the
    second assessor found in the first records; ``left``: records drawn beyond them and not scored.
    """
    incident = opened(cast.handler)
    day = day_of(incident)
    made = QualityRound(since=day, until=day, form=dict(FORM.kept), seed="s", open=0, key=key(), by=lead(cast))
    made.save()
    seconds = list(twice)
    for code in FORM.strata:
        size, found = strata.get(code, (0, ()))
        number = len(found) + (left if found else 0)
        stratum = QualityStratum(round=made, code=code, population=size, drawn=number)
        stratum.save()
        for place in range(number):
            record = QualityRecord(stratum=stratum, incident=opened(cast.handler), upto=1, chance=number / size)
            record.save()
            if place < len(found):
                score(cast.qa, record, 1, found[place])
                if seconds:
                    score(second(cast), record, 2, seconds.pop(0))
    made.refresh_from_db()
    return made


def score(user: Staff, record: QualityRecord, place: int, answers: dict[str, str]) -> None:
    """What an assessor found in a record."""
    task = QualityTask.objects.create(record=record, place=place, assessor=user, taken_at=record.incident.opened_at)
    result = rules.result(FORM, answers, [])
    QualityScore(
        task=task, answers=answers, critical=[], result=result, by=user, key=key(),
        words=Payload.objects.keep("Why.") if result == "unscorable" else None,
    ).save()  # fmt: skip


YES, NO, NOTHING = all_of("yes"), all_of("no"), all_of("na")
