"""What the pages about children show. A template only walks what is handed over here."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from goldthread.contact.known import force_day, residents, standing
from goldthread.contact.models import ChildVersion, Incident
from goldthread.contact.people_models import Person, Phone, Place
from goldthread.contact.records_rules import is_old
from goldthread.contact.records_told import told_by
from goldthread.contact.restricted import sees
from goldthread.contact.search_rules import plain
from goldthread.safeguarding import child_queries as queries
from goldthread.safeguarding import child_rules as rules
from goldthread.safeguarding.child_chronology import Line, chronology, kinds
from goldthread.safeguarding.child_marker_presenters import marker, meanwhile, standing_markers
from goldthread.safeguarding.child_models import ChildLikeness, ChildMerge, ChildRaise
from goldthread.safeguarding.child_queries import At, Seen, age_of, facts, name_of
from goldthread.safeguarding.child_rules import Known, alike, rules_on

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

MOST = 40
"""Siblings, and people of the household, that are shown at most *(ours)*."""
UNTIED = "Child of no incident any more"
"""What a record is called from which the last incident was taken."""
LABELS = {
    "name": "Name",
    "part_of_name": "Name",
    "age": "Age",
    "born": "Born",
    "place": "Address",
    "person": "Person",
    "phone": "Number",
}


def record(user: Staff, seen: Seen, now: datetime) -> dict[str, Any]:
    """A child's page: who, with whom, where, markers, raises, merges, and the chronology with each line's reference."""
    may = user.can("child.tie")
    return {
        "id": seen.held.root,
        "title": called(seen),
        "more": seen.more,
        "number": len(seen.incidents),
        "who": who(seen.versions, seen.incidents),
        "last": last_known(seen),
        "siblings": siblings(seen),
        "household": household(seen, now),
        "markers": [marker(one, reviews, force_day(now)) for one, reviews in queries.markers_of(seen.held)],
        "meanwhile": meanwhile(seen, force_day(now)),
        "raises": [_raise(one, seen, may=may) for one in queries.raises_of(seen.held)],
        "ties": [{"tie": one, "incident": seen.incidents[one.incident_id]} for one in seen.ties],
        "merges": merges(seen),
        "alike": [pair_of(one) for one in queries.suggestions_on(seen.held.at)] if may else [],
        "may_tie": may,
        "lines": lines(seen),
        "kinds": kinds(),
    }


def called(seen: Seen) -> str:
    """What a record is called."""
    return title(seen.versions) if seen.held.ties else UNTIED


def title(versions: Collection[ChildVersion]) -> str:
    """The child's name as last told, with the age told with it."""
    named = [one for one in versions if facts(one).get("name")]
    if not named:
        erased = [one for one in versions if one.particulars.erased_at is not None]
        return "Child, name erased" if erased else "Child, name not known"
    last = max(named, key=lambda one: (one.at, one.pk))
    return f"{facts(last)['name']}, {age_of(last)}"


def who(versions: list[ChildVersion], incidents: dict[uuid.UUID, Incident]) -> list[dict[str, Any]]:
    """Names, ages and dates of birth as they were told: each with when it was told first and last, how often, and where last."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in versions:
        said = facts(one)
        told = {
            "Name": said.get("name", ""),
            "Age": age_of(one) if one.age is not None else "",
            "Born": said.get("born", ""),
        }
        if one.particulars.erased_at is not None:
            told = {"Name": one.particulars.shown()}
        for what, words in told.items():
            if words:
                shown = f"{date.fromisoformat(words):%d/%m/%Y}" if what == "Born" else words
                row = found.setdefault((what, shown), {"what": what, "words": shown, "first": one.at, "times": 0})
                row |= {
                    "last": one.at, "times": row["times"] + 1, "incident": incidents[one.incident_id],
                    "by": one.by.name if one.by else "imported",
                }  # fmt: skip
    order = {"Name": 0, "Born": 1, "Age": 2}
    newest = sorted(found.values(), key=lambda row: row["last"], reverse=True)
    return sorted(newest, key=lambda row: order[row["what"]])


def last_known(seen: Seen) -> dict[str, Any]:
    """Where the child is by the newest that was told, and who saw them last; each with when and by whom."""
    found: dict[str, Any] = {"where": None, "seen": None}
    for one in seen.versions:
        said = facts(one)
        source = {
            "at": one.at,
            "by": one.by.name if one.by else "imported",
            "incident": seen.incidents[one.incident_id],
        }
        if said.get("where_now"):
            found["where"] = {"words": said["where_now"], **source}
        if said.get("last_seen_by"):
            words = ", ".join(filter(None, [said["last_seen_by"], said.get("last_seen_when", "")]))
            found["seen"] = {"words": words, **source}
        if one.seen in {"seen", "spoken_to"}:
            found["police"] = {"words": one.get_seen_display(), **source}
    return found


def siblings(seen: Seen) -> list[dict[str, Any]]:
    """Other children of the same incidents, each once under a name, with the incident that told of them last. Two told by one name in
    one incident are two, and so is each whose name nobody knows.
    """
    mine = {(one.incident_id, one.child) for one in seen.ties}
    newest = ChildVersion.objects.filter(incident__in=seen.pks).order_by("incident", "child", "-version")
    found: dict[object, dict[str, Any]] = {}
    rows = [
        one
        for one in newest.distinct("incident", "child").select_related("particulars")
        if (one.incident_id, one.child) not in mine
    ]
    records = queries.held_by([(one.incident_id, one.child) for one in rows])
    so_called: Counter[tuple[uuid.UUID, str]] = Counter()
    for one in sorted(rows, key=lambda row: (row.at, row.pk), reverse=True):
        record = records.get((one.incident_id, one.child))
        name = plain(facts(one).get("name", ""))
        so_called[one.incident_id, name] += 1
        row = found.setdefault(record or ((name, so_called[one.incident_id, name]) if name else one.child), {
            "name": name_of(one), "age": age_of(one), "at": one.at, "incident": seen.incidents[one.incident_id],
            "record": record, "times": 0,
        })  # fmt: skip
        row["times"] += 1
        row["record"] = row["record"] or record
    return list(found.values())[:MOST]


def _raise(one: ChildRaise, seen: Seen, *, may: bool) -> dict[str, Any]:
    """A raise: how many concerns there were, and what was decided of them, are told to who sees them all, the latter to the VAST too."""
    whole = set(one.incidents) <= {str(pk) for pk in seen.incidents}
    answer = getattr(one, "answer", None)
    return {
        "id": one.pk, "at": one.at, "number": len(one.incidents) if whole else None, "answer": answer,
        "words": answer.words.shown() if answer is not None and (whole or may) else "",
    }  # fmt: skip


def household(seen: Seen, now: datetime, *, handed_on: bool = False) -> list[dict[str, Any]]:
    """People known to live at the addresses on which these incidents were settled, with where that is known from and as of when.

    ``handed_on``: for a sheet that others will read, on which nothing restricted stands whoever prints it.
    """
    today, restricted = force_day(now), sees(seen.user) and not handed_on
    on = standing(restricted=restricted).filter(incident__in=seen.pks, kind="place")
    places = on.values_list("place", flat=True).distinct()
    found = residents([one for one in places if one is not None], today, restricted=restricted)[:MOST]
    return [
        {
            "name": str(one.person),
            "place": str(one.place),
            "source": one.source,
            "as_of": one.as_of,
            "told": told_by(one, now),
            "old": is_old(one.as_of, now),
        }
        for one in found
    ]


def titles(user: Staff, records: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[uuid.UUID, str]]:
    """For each of these records of which this person sees something, the one in force and what the child is called there; to who may
    tie, also those that hold no incident any more.
    """
    ends = queries.roots(records) if records else {}
    groups = queries.groups(set(ends.values()))
    every = {at for group in groups.values() for at in group}
    reach = set(
        Incident.objects.reached_by(user, queries.SEE)
        .filter(pk__in={pk for pk, _ in every})
        .values_list("pk", flat=True)
    )
    versions = queries.newest([at for at in every if at[0] in reach])
    found = {}
    for record, end in ends.items():
        told = [versions[at] for at in groups.get(end, ()) if at in versions]
        if told:
            found[record] = (end, title(told))
        elif end not in groups and user.can("child.tie"):
            found[record] = (end, UNTIED)
    return found


def merges(seen: Seen) -> list[dict[str, Any]]:
    """Merges of this record and of those in it; ``stands``: it holds and can be taken back here."""
    rows = list(queries.merges_of(seen.held))
    newest: dict[uuid.UUID, ChildMerge] = {}
    for one in rows:
        newest.setdefault(one.gone_id, one)
    return [
        {
            "merge": one, "stands": one.merged and newest[one.gone_id] is one,
            "other": next((pk for pk in (one.gone_id, one.into_id) if pk not in seen.held.members), None),
        }
        for one in rows
    ]  # fmt: skip


def lines(seen: Seen) -> list[dict[str, Any]]:
    """The chronology, each line with the reference of its incident and the address where it can be read."""
    return [
        {"line": one, "reference": seen.incidents[one.incident].reference, "href": href(one)}
        for one in chronology(seen)
    ]


def href(one: Line) -> str:
    """Where a line can be read."""
    return one.href or f"/incidents/{one.incident}/"


def pair_of(one: ChildLikeness) -> dict[str, Any]:
    """A pair that waits, as a list shows it before it is opened."""
    return {"id": one.pk, "at": one.at}


def pairs(found: Collection[ChildLikeness], now: datetime) -> list[dict[str, Any]]:
    """Pairs side by side: what each was told, what agrees and what differs."""
    first = [(one.incident_id, one.child) for one in found]
    second = [(one.other_incident_id, one.other_child) for one in found]
    every = {*first, *second}
    known, versions, records = queries.known_of(every), queries.newest(every), queries.held_by(every)
    incidents = {one.pk: one for pair in found for one in (pair.incident, pair.other_incident)}
    shown = _shown(known.values())
    weights = rules_on(force_day(now)).alike
    made = []
    for pair, one, other in zip(found, first, second, strict=True):
        a, b = known.get(one, Known()), known.get(other, Known())
        likeness = alike(a, b, weights)
        said = {LABELS[code]: "agrees" for code in likeness.agrees} | {
            LABELS[code]: "differs" for code in likeness.differs
        }
        made.append({
            "id": pair.pk, "ended": pair.get_ended_display() if pair.ended else "",
            "sides": [_side(at, versions, records, incidents) for at in (one, other)],
            "rows": [
                {"label": label, "one": left, "other": right, "says": said.get(label, "")}
                for (label, left), (_, right) in zip(_told(a, shown), _told(b, shown), strict=True)
                if left or right
            ],
        })  # fmt: skip
    return made


def children(found: list[At], reach: dict[uuid.UUID, Incident]) -> list[dict[str, Any]]:
    """Children as a search found them: one row a record, and one a child in an incident that has none."""
    versions, records = queries.newest(found), queries.held_by(found)
    rows: dict[object, dict[str, Any]] = {}
    for at in found:
        if at not in versions or at[0] not in reach:
            continue
        side = _side(at, versions, records, reach)
        row = rows.setdefault(side["record"] or at, side | {"times": 0})
        row["times"] += 1
    return list(rows.values())


def here(user: Staff, incident: Incident, versions: Collection[ChildVersion], now: datetime) -> list[dict[str, Any]]:
    """Which children of an incident have a record, from how many earlier incidents and with which markers; to who may tie, those
    without one too.
    """
    may = user.can("child.tie")
    at = [(incident.pk, one.child) for one in versions]
    held = queries.held_by(at)
    groups = queries.groups(set(held.values()))
    marked = standing_markers(set(held.values()), force_day(now))
    others = {pk for group in groups.values() for pk, _ in group}
    before = (
        Incident.objects.filter(pk__in=others, opened_at__lt=incident.opened_at) if others else Incident.objects.none()
    )
    earlier = set(before.values_list("pk", flat=True))
    pairs: dict[uuid.UUID, list[int]] = {}
    for pair in queries.suggestions_on(at) if may else ():
        for pk, child in ((pair.incident_id, pair.child), (pair.other_incident_id, pair.other_child)):
            if pk == incident.pk:
                pairs.setdefault(child, []).append(pair.pk)
    rows = []
    for one in versions:
        root = held.get((incident.pk, one.child))
        count = len({pk for pk, _ in groups.get(root, ())} & earlier) if root else 0
        if root or may:
            rows.append({
                "child": one.child, "name": name_of(one), "record": root, "before": count, "alike": pairs.get(one.child, []),
                "markers": marked.get(root, []) if root else [],
            })  # fmt: skip
    return rows


def raises(user: Staff) -> list[dict[str, Any]]:
    """Raises that wait, with the child and the incidents that this person may see, and how many there are where they see all; none where
    they see none of the child's.
    """
    rows = list(queries.raises_open())
    if not rows:
        return []
    ends = queries.roots({one.record_id for one in rows})
    groups = queries.groups(set(ends.values()))
    every = {at for group in groups.values() for at in group}
    wanted = {one for one, _ in every} | {uuid.UUID(pk) for one in rows for pk in one.incidents}
    reach = Incident.objects.reached_by(user, queries.SEE).in_bulk(wanted)
    versions = queries.newest([at for at in every if at[0] in reach])
    found = []
    for one in rows:
        held = groups.get(ends[one.record_id], [])
        group = [at for at in held if at in versions]
        if group or (not held and user.can("child.tie")):
            counted = [reach[pk] for pk in map(uuid.UUID, one.incidents) if pk in reach]
            found.append({
                "id": one.pk, "at": one.at, "record": ends[one.record_id],
                "number": len(counted) if len(counted) == len(one.incidents) else None,
                "title": title([versions[at] for at in group]) if group else UNTIED, "incidents": counted,
            })  # fmt: skip
    return found


def _side(
    at: At, versions: dict[At, ChildVersion], records: dict[At, uuid.UUID], incidents: dict[uuid.UUID, Incident]
) -> dict[str, Any]:
    version = versions.get(at)
    return {
        "incident": incidents[at[0]], "child": at[1], "record": records.get(at),
        "name": name_of(version) if version else "", "age": age_of(version) if version else "",
    }  # fmt: skip


def _shown(known: Collection[Known]) -> dict[tuple[str, int], str]:
    """The words for every place, person and number that any of these stands on."""
    of = {"place": set().union(*(one.places for one in known)), "person": set().union(*(one.people for one in known)),
          "phone": set().union(*(one.phones for one in known))}  # fmt: skip
    found: dict[tuple[str, int], str] = {}
    for one in Place.objects.filter(pk__in=of["place"]).select_related("street"):
        found["place", one.pk] = str(one)
    for person in Person.objects.filter(pk__in=of["person"]):
        found["person", person.pk] = str(person)
    for phone in Phone.objects.filter(pk__in=of["phone"]):
        found["phone", phone.pk] = str(phone)
    return found


def _told(one: Known, shown: dict[tuple[str, int], str]) -> list[tuple[str, str]]:
    ages = dict.fromkeys(f"{'about ' if about else ''}{age} in {at:%B %Y}" for age, about, at in one.ages)
    return [
        ("Name", ", ".join(one.names)),
        ("Born", ", ".join(f"{day:%d/%m/%Y}" for day in one.born)),
        ("Age", "; ".join(ages)),
        ("Address", "; ".join(shown.get(("place", pk), "") for pk in sorted(one.places))),
        ("Person", "; ".join(shown.get(("person", pk), "") for pk in sorted(one.people))),
        ("Number", "; ".join(shown.get(("phone", pk), "") for pk in sorted(one.phones))),
    ]


def latest_review(now: datetime) -> date:
    """The last day that a marker's review may have."""
    today = force_day(now)
    return rules.latest(today, rules_on(today))
