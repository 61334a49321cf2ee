"""From the *Known* column to what the API answers; the same items and words as on the page."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from goldthread.contact import choices
from goldthread.desk import known as column
from goldthread.desk import known_shown
from goldthread.integration.api import answers_known as answers
from goldthread.integration.api.shown import ANSWER_CODES, quoted

SEEN_CODES = {words: code for code, words in choices.SEEN}


def known(found: column.Known) -> answers.KnownShown:
    """Everything the column shows."""
    return answers.KnownShown(
        searched=[_searched(one) for one in found.searched],
        conflict=_conflict(found),
        together=[
            answers.Together(
                code=one.code, say=one.say, quotes=[answers.TogetherQuote(**asdict(quote)) for quote in one.quotes]
            )
            for one in found.together
        ],
        linked=[_linked(one) for one in found.linked],
        compared=found.held.anything,
        matters=[_incident(one) for one in found.matters],
    )


def _searched(one: column.Searched) -> answers.Searched:
    return answers.Searched(
        kind=one.kind,
        state=one.code,
        say=one.say,
        typed=one.typed,
        at=one.at,
        by=one.by,
        choose=[answers.Choice(**asdict(found)) for found in one.choose],
        cards=[_card(card) for card in one.cards],
        warning=one.warning,
    )


def _card(card: column.Card) -> answers.Card:
    return answers.Card(
        **_told(card),
        warning=card.warning,
        choice=card.choice,
        title=card.title,
        note=card.note,
        repeat=_repeat(card.repeat) if card.repeat else None,
        lives=card.lives,
        children=[_person(one) for one in card.children],
        adults=[_person(one) for one in card.adults],
        markers=[_marker(one) for one in card.markers],
    )


def _told(one: known_shown.Told) -> dict[str, Any]:
    return {"source": one.by.source, "as_of": one.by.as_of, "old": one.old, "ended_at": one.by.ended_at}


def _person(one: known_shown.PersonShown) -> answers.KnownPerson:
    age = int(one.age) if one.age.isdecimal() else None
    return answers.KnownPerson(**_told(one), choice=one.choice, name=one.name, age=age, child=one.child)


def _marker(one: known_shown.MarkerShown) -> answers.KnownMarker:
    return answers.KnownMarker(
        **_told(one),
        sort=one.sort,
        number=one.number,
        since=one.by.since,
        until=one.by.until,
        name=one.name,
        words=one.words,
        about=one.about,
        review_on=one.by.review_on,
        overdue=one.overdue,
    )


def _repeat(one: column.Repeat) -> answers.Repeat:
    newest = _incident(one.newest) if one.newest else None
    return answers.Repeat(year=one.year, month=one.month, often=one.often, open=one.open, newest=newest)


def _incident(one: column.IncidentShown) -> answers.KnownIncident:
    told: dict[str, Any] = {name: getattr(one, name) for name in ("in_sight", "grade", "open", "whose", "why")}
    if one.in_sight:
        told |= {name: getattr(one, name) for name in ("id", "reference", "result", "child", "words")}
        told["children_answer"] = ANSWER_CODES[one.children_answer]
    return answers.KnownIncident(**told, opened_at=one.at)


def _linked(one: column.LinkedShown) -> answers.Linked:
    children = [answers.LinkedChild(**{**asdict(child), "seen": SEEN_CODES[child.seen]}) for child in one.children]
    return answers.Linked(incident=_incident(one.incident), children=children, quotes=quoted(one.quotes))


def _conflict(found: column.Known) -> answers.Conflict | None:
    if found.conflict is None:
        return None
    children = [_person(one) for one in found.conflict["children"]]
    return answers.Conflict(answer=ANSWER_CODES[found.conflict["answer"]], children=children)
