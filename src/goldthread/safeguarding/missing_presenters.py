"""Missing episodes as their pages, the incident's page and the API show them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from goldthread.accounts.models import Staff
from goldthread.contact.known import force_day
from goldthread.contact.search_rules import plain
from goldthread.safeguarding import missing_queries as queries
from goldthread.safeguarding import missing_rules as rules
from goldthread.safeguarding.clock_rules import names
from goldthread.safeguarding.missing_models import (
    MissingAssessment,
    MissingEpisode,
    MissingInterview,
    MissingSighting,
)
from goldthread.safeguarding.missing_tie import before, of_child, tied
from goldthread.safeguarding.protection_presenters import called
from goldthread.safeguarding.protection_queries import children
from goldthread.web.times import clock

MOST = 300
"""Places that are listed *(ours)*."""
WIDTH, HEIGHT = 1000, 110
"""The picture's own units, of which the page draws as many pixels as there are."""


def risk_name(code: str) -> str:
    """What screens call a risk."""
    found = rules.newest_table().risks.get(code)
    return found.name if found is not None else code


def rows(episodes: Iterable[MissingEpisode], now: datetime) -> list[dict[str, Any]]:
    """Several, each with the child's name and what is owed, by four questions however many there are."""
    these = list(episodes)
    named = children((one.incident_id, one.child) for one in these)
    waits, owed = queries.waiting(these), queries.clocks_of(these)
    return [
        {
            **shown(one, now, called(named.get((one.incident_id, one.child)))),
            "waits": one.pk in waits,
            "owed": [
                {"name": names().get(clock.rule, clock.rule), "due_at": clock.due_at} for clock in owed.get(one.pk, [])
            ],
        }
        for one in these
    ]


def row(held: MissingEpisode, now: datetime) -> dict[str, Any]:
    """One for its own page: which it is in twelve months is counted anew, by what is known now."""
    held.number = before(held, rules.table_on(force_day(now)).window).count() + 1
    (found,) = rows([held], now)
    return found


def shown(one: MissingEpisode, now: datetime, child: str = "") -> dict[str, Any]:
    """One episode. ``unseen_s`` are the seconds since the last sighting, None where nobody knows of one or the child is back."""
    table = rules.newest_table()
    unseen = None if one.last_seen_at is None else ((one.returned_at or now) - one.last_seen_at).total_seconds()
    return {
        "id": one.pk,
        "child": one.child,
        "called": child,
        "incident": one.incident,
        "risk": one.risk,
        "risk_name": risk_name(one.risk),
        "kind": {"high": "filled", "medium": "open"}.get(one.risk, "plain"),
        "last_seen_at": one.last_seen_at,
        "unseen_s": unseen,
        "at": one.at,
        "returned_at": one.returned_at,
        "number": one.number,
        "pattern": risk_name(found) if (found := rules.pattern(table, one.number)) else "",
        "went_from": table.places.get(one.went_from, one.went_from),
        "place": place_of(one),
    }


def place_of(one: MissingEpisode) -> str:
    """The address they went missing from, as settled or as written; empty for none, and for one that is restricted since."""
    if one.place is not None and not one.place.restricted:
        return str(one.place)
    return one.place_words.shown() if one.place_words is not None else ""


def assessment(one: MissingAssessment) -> dict[str, Any]:
    """One assessment in words."""
    table = rules.newest_table()
    return {
        "version": one.version,
        "asked": one.asked,
        "risk": one.risk,
        "asked_name": risk_name(one.asked),
        "risk_name": risk_name(one.risk),
        "suggested_name": risk_name(one.suggested),
        "waits": queries.pending(one),
        "reasons": [table.reasons.get(code, code) for code in one.reasons],
        "reason_codes": list(one.reasons),
        "words": one.words.shown() if one.words is not None else "",
        "by": one.by.name,
        "agreed_by": one.agreed_by.name if one.agreed_by is not None else "",
        "at": one.at,
    }


def sighting(one: MissingSighting) -> dict[str, Any]:
    """One sighting; ``withdrawn`` is why it was taken back, empty where it stands."""
    back = getattr(one, "withdrawal", None)
    return {
        "id": one.pk,
        "seen_at": one.seen_at,
        "words": one.words.shown(),
        "by": one.by.name,
        "at": one.at,
        "withdrawn": back.why.shown() if back is not None else "",
        "withdrawn_by": back.by.name if back is not None else "",
    }


def to_choose(found: Iterable[dict[str, Any]]) -> list[tuple[object, str]]:
    """Sightings in a list to choose from."""
    named = ((one, f"{clock(one['seen_at'])}: " if one["seen_at"] else "") for one in found)
    return [("", "Choose"), *((one["id"], f"{at}{one['words'][:80]}") for one, at in named)]


def interview(one: MissingInterview) -> dict[str, Any]:
    """One answer of an interview in words."""
    return {
        "kind": one.get_kind_display(),
        "outcome": one.get_outcome_display(),
        "held_at": one.held_at,
        "how": one.get_how_display(),
        "who": one.who.shown() if one.who is not None else "",
        "words": one.words.shown() if one.words is not None else "",
        "not_face": one.not_face.shown() if one.not_face is not None else "",
    }


def history(user: Staff, one: MissingEpisode, now: datetime) -> dict[str, Any]:
    """All of this child's episodes of the last twelve months: those in sight as rows and bars, the others as a number."""
    version = children([(one.incident_id, one.child)]).get((one.incident_id, one.child))
    since = now - rules.table_on(force_day(now)).window
    if version is None:
        return {"episodes": [], "hidden": 0, "bars": [], "months": [], "since": since}
    every = of_child(tied(one.incident, version), since)
    here = list(
        queries.in_sight(user)
        .filter(pk__in=every.values("pk"))
        .select_related("incident", "place__street", "place_words")
        .order_by("-at")
    )
    whole = (now - since).total_seconds()

    def across(at: datetime) -> float:
        return round(min(1.0, max(0.0, (at - since).total_seconds() / whole)) * WIDTH, 1)

    table, bars = rules.newest_table(), []
    for each in here:
        start = across(each.last_seen_at or each.at)
        tall = 20 * (1 + min(table.severity(each.risk), 3))
        width = max(4.0, across(each.returned_at or now) - start)
        bars.append({
            "x": min(start, WIDTH - width), "y": HEIGHT - 20 - tall, "width": width, "height": tall,
            "open": each.returned_at is None, "risk": risk_name(each.risk),
        })  # fmt: skip
    days = [force_day(since + (now - since) * step / 4) for step in range(5)]
    months = [{"x": round(WIDTH * step / 4), "day": f"{day.day} {day:%b %Y}"} for step, day in enumerate(days)]
    return {
        "episodes": [{**shown(each, now), "here": each.pk == one.pk} for each in here],
        "hidden": every.count() - len(here),
        "bars": bars,
        "months": months,
        "since": since,
    }


def counted(found: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    """Whose record a list of places tells of: for the audit."""
    return [("episode", str(pk)) for one in found for pk in one["pks"]]


def places(user: Staff, now: datetime) -> list[dict[str, Any]]:
    """Addresses that children went missing from in twelve months, those where children are looked after first, then the most often.

    One is its settled address, or else its words, small and capital letters alike. ``pks`` are the episodes that were counted.
    """
    table = rules.table_on(force_day(now))
    found: dict[object, dict[str, Any]] = {}
    for one in queries.from_places(user, now - table.window):
        place = one["place"] or plain(one["words"]) or f"kind:{one['kind']}"
        row = found.setdefault(
            place,
            {"name": one["words"] or "No address given", "kinds": {}, "episodes": 0, "open": 0, "repeats": 0, "last": one["at"], "pks": []},
        )  # fmt: skip
        row["pks"].append(one["pk"])
        row["kinds"].setdefault(one["kind"])
        row["episodes"] += 1
        row["open"] += one["open"]
        row["repeats"] += one["number"] > 1
    for row in found.values():
        row["care"] = bool(set(row["kinds"]) & table.care)
        row["kind"] = ", ".join(table.places.get(code, code) for code in row.pop("kinds"))
    return sorted(found.values(), key=lambda row: (not row["care"], -row["episodes"], row["name"]))[:MOST]
