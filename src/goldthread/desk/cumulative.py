"""What this incident and earlier ones of the same place, number or people say together, for one person's sight.

Only incidents whose record this person may read are laid side by side; the rest stay a date and a grade in the list.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from goldthread.assessment.models import Reading
from goldthread.assessment.reading import BETWEEN, reader
from goldthread.contact.models import ChildVersion, Entry, Incident
from goldthread.thrive.history import Earlier, cumulative
from goldthread.thrive.reading import Finding
from goldthread.thrive.reading import Reading as Read

MOST = 40
"""Earlier incidents that are laid side by side, the newest first *(ours)*."""


UNSAID = Read(
    engine="", path="", lexicon="", model=None, child="no", at_risk=False, probability=0.0, level="none",
    adult_vulnerability=False, abstain=True, reason="",
)  # fmt: skip
"""What stands for the reading of a contact in which nothing was said: no words speak of a child, and none say that there is none."""


@dataclass(frozen=True)
class QuotedFrom:
    """Words of another incident, with its reference and time."""

    incident: uuid.UUID
    reference: str
    at: datetime
    quote: str


@dataclass(frozen=True)
class Together:
    """A sentence about several incidents, and the words it rests on."""

    code: str
    say: str
    quotes: tuple[QuotedFrom, ...]


def together(
    incident: Incident, in_sight: Mapping[uuid.UUID, frozenset[str]], now: datetime, shown: Collection[uuid.UUID]
) -> list[Together]:
    """What *incident* and the others in sight say together; four queries however many there are.

    *in_sight* says of each other what it shares with this one: *phone*, *place*, *person*. One in which nothing was said, such
    as a silent call, counts as a contact all the same, and so does one whose reading is not among those *shown* to this person.
    """
    others = {one.pk: one for one in Incident.objects.filter(pk__in=in_sight).order_by("-opened_at")[:MOST]}
    if not others:
        return []
    contacts = _contacts({**others, incident.pk: incident}, in_sight, shown)
    here = contacts.pop(incident.pk)
    labels = {cue.code: cue.label for cue in reader().cues}
    found = []
    for one in cumulative(now, here.reading, here.text, list(contacts.values()), seen=here.seen):
        quotes = [
            QuotedFrom(uuid.UUID(each.name), others[uuid.UUID(each.name)].reference, each.at, each.quote)
            for each in one.rests_on
        ]
        say = one.say
        for code, label in labels.items():
            say = say.replace(f"{{{code}}}", label.lower())
        found.append(Together(one.code, say, tuple(quotes)))
    return found


def _contacts(
    incidents: dict[uuid.UUID, Incident],
    shares: Mapping[uuid.UUID, frozenset[str]],
    shown: Collection[uuid.UUID],
) -> dict[uuid.UUID, Earlier]:
    """Each incident as the history takes it."""
    newest = (
        Reading.objects.filter(incident__in=[pk for pk in incidents if pk in shown])
        .order_by("incident", "-id")
        .distinct("incident")
    )
    said: dict[uuid.UUID, list[Entry]] = defaultdict(list)
    words = Entry.objects.filter(incident__in=incidents, kind="words").exclude(source="system")
    for entry in words.select_related("text").order_by("incident", "seq"):
        if entry.text is not None and entry.text.erased_at is None:
            said[entry.incident_id].append(entry)
    seen = _seen(incidents)
    read = {one.incident_id: one for one in newest}
    return {
        pk: replace(_contact(one, read.get(pk), said[pk], seen=pk in seen), shares=shares.get(pk, frozenset()))
        for pk, one in incidents.items()
    }


def _seen(incidents: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Incidents of which every child on record was seen, by the newest version of each: one seen says nothing of the other."""
    newest = ChildVersion.objects.filter(incident__in=incidents).order_by("incident", "child", "-version")
    said: dict[uuid.UUID, list[bool]] = defaultdict(list)
    for incident, state in newest.distinct("incident", "child").values_list("incident", "seen"):
        said[incident].append(state in {"seen", "spoken_to"})
    return {incident for incident, each in said.items() if all(each)}


def _contact(incident: Incident, stored: Reading | None, entries: list[Entry], *, seen: bool) -> Earlier:
    if stored is None:
        return Earlier(str(incident.pk), incident.opened_at, "", UNSAID, seen)
    starts: dict[int, int] = {}
    text = ""
    for entry in entries:
        starts[entry.seq] = len(text)
        text += (entry.text.text if entry.text else "") + BETWEEN
    # Words that were erased take their findings with them.
    findings = tuple(_finding(one, starts[one["entry"]], text) for one in stored.findings if one["entry"] in starts)
    reading = Read(
        engine=stored.engine, path=stored.path, lexicon=stored.lexicon, model=stored.model, child=stored.child or "no",
        at_risk=stored.at_risk and not stored.abstain, probability=stored.probability, level=stored.level,
        adult_vulnerability=stored.adult_vulnerability, abstain=stored.abstain, reason="", findings=findings,
    )  # fmt: skip
    return Earlier(str(incident.pk), incident.opened_at, text, reading, seen)


def _finding(one: dict[str, Any], offset: int, text: str) -> Finding:
    start, end = offset + one["start"], offset + one["end"]
    return Finding(
        one["cue"], start, end, text[start:end], one["assertion"], tuple(one["elements"]), one["score"], one["rule"],
        "low", critical=False,
    )  # fmt: skip
