"""What the *Known* column shows: what was searched and settled, who lives there, markers, and other incidents.

Nothing that was not searched reads as none. An incident outside this person's sight shows its date and grade, no word.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from goldthread.assessment.mode_rules import child_unread
from goldthread.assessment.modes import shown_of
from goldthread.contact import choices
from goldthread.contact.known import MONTH, YEAR, Settled, force_day, group_of, residents, settled, shared
from goldthread.contact.models import Entry, Incident
from goldthread.contact.people_models import Lookup, Person, Phone, Place, Residence, Sourced
from goldthread.contact.records_told import told_by
from goldthread.contact.restricted import WARNING, living, markers, sees, warned, warned_at
from goldthread.contact.search import Found, find, hidden_number, homes_of, users_of
from goldthread.contact.search_rules import age_on, is_child, matter_weight
from goldthread.desk import presenters
from goldthread.desk.cumulative import together
from goldthread.desk.known_shown import MarkerShown, PersonShown, Told, held, spelt
from goldthread.desk.record import Record
from goldthread.response.grades import closing_reasons, grade
from goldthread.response.models import Closing, GradePeriod
from goldthread.thrive.history import OFTEN

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

Subject = tuple[str, object]
MATTERS = 5
"""Closed incidents offered as perhaps the same matter *(ours)*; open ones all are, to ``OPEN_MATTERS``."""
OPEN_MATTERS = 12
LINKED_IN_FULL = 6
"""Linked incidents shown with children and quotes *(ours)*; the rest by date and grade."""
RESIDENTS = 30
"""People shown as living at one address *(ours)*: a home for children fits."""
FIRST_WORDS = 90
LABELS = {"place": "Place", "phone": "Number", "person": "Name"}
WHY = {"place": "same place", "phone": "same number", "person": "same person"}


@dataclass(frozen=True)
class IncidentShown:
    """Another incident; where it is out of sight, only ``at``, ``grade``, ``open`` and ``whose`` are told."""

    id: uuid.UUID
    at: datetime
    grade: str
    open: bool
    in_sight: bool
    whose: str
    reference: str = ""
    result: str = ""
    child: str = ""
    children_answer: str = ""
    words: str = ""
    why: str = ""


@dataclass(frozen=True)
class Repeat:
    """Other contact: how often in 12 months and in 30 days, the newest, and how many are open."""

    year: int
    month: int
    often: bool
    newest: IncidentShown | None
    open: int


@dataclass
class Card(Told):
    """One thing that was settled on, with everything known of it."""

    choice: str
    title: str
    note: str
    by: Sourced
    now: datetime
    warning: str = ""
    repeat: Repeat | None = None
    children: list[PersonShown] = field(default_factory=list)
    adults: list[PersonShown] = field(default_factory=list)
    lives: bool = False
    markers: list[MarkerShown] = field(default_factory=list)


@dataclass(frozen=True)
class Searched:
    """One kind of search: how it stands in a code and words, what to choose from, and the cards of what was settled."""

    kind: str
    label: str
    code: str
    say: str
    typed: str
    at: datetime | None
    by: str
    choose: list[Found]
    cards: list[Card]
    warning: str = ""


@dataclass(frozen=True)
class LinkedShown:
    """An incident of the same matter with its share of the risk."""

    incident: IncidentShown
    children: list[Any]
    quotes: list[Any]


class Known:
    """Everything the column of one incident shows to one person, and ``subjects``, the records so shown."""

    def __init__(self, user: Staff, incident: Incident, now: datetime) -> None:
        self.user, self.incident, self.now = user, incident, now
        self.today = force_day(now)
        self.restricted = sees(user)
        self.held = settled(incident, restricted=self.restricted)
        self.subjects: list[Subject] = [("incident", str(incident.pk))]
        self.rows = shared(self.held, incident, now - YEAR)
        self.kinds: dict[uuid.UUID, set[str]] = defaultdict(set)
        for row in self.rows:
            self.kinds[row.incident].add(row.kind)
        group = group_of(incident)
        self.others = self._others({row.incident for row in self.rows} | set(group))
        self.searched = [self._searched(kind) for kind in LABELS]
        self.linked = [self._linked(self.others[pk], nth) for nth, pk in enumerate(group) if pk in self.others]
        self.matters = self._matters(set(group))
        self.children_linked = sum(len(one.children) for one in self.linked)
        self.conflict = self._conflict()
        in_sight = [pk for pk, one in self.others.items() if one.in_sight]
        read = shown_of(user, [incident.pk, *in_sight])
        self.together = together(incident, {pk: frozenset(self.kinds[pk]) for pk in in_sight}, now, read)

    def _searched(self, kind: str) -> Searched:
        newest, held = self.held.newest.get(kind), self.held
        cards: list[Card] = []
        if kind == "place" and held.place is not None:
            cards = [self._place(held.place)]
        elif kind == "phone" and held.phone is not None:
            cards = [self._phone(held)]
        elif kind == "person":
            cards = [self._person(one, held) for one in held.people]
        if newest is None:
            return Searched(kind, LABELS[kind], "not_searched", "not searched", "", None, "", [], cards)
        typed = newest.typed.shown() if newest.typed is not None else ""
        outcome, number = newest.outcome, newest.found
        choose: list[Found] = []
        if outcome == "found" or (self.restricted and outcome == "none"):
            choose = self._choose(newest, typed)
        if self.restricted and choose:  # the record counts what everybody may see
            outcome, number = "found", len(choose)
        say = {
            "none": "searched: no trace",
            "found": f"searched: {number} found, none chosen",
            "settled": "settled",
            "withdrawn": "withdrawn: search again",
        }[outcome]
        by = newest.by.initials if newest.by else ""
        warning = ""
        if (
            kind == "place"
            and not self.restricted
            and not any(card.warning for card in cards)
            and warned_at(typed, self.today)
        ):
            warning = WARNING
        return Searched(kind, LABELS[kind], outcome, say, typed, newest.at, by, choose, cards, warning)

    def _choose(self, row: Lookup, typed: str) -> list[Found]:
        found = find(row.kind, typed, self.today, self.incident.area, restricted=self.restricted)
        for one in found:
            sort, _, number = one.choice.partition("-")
            self.subjects.append((sort, number))
        return found

    def told(self, found: Found) -> str:
        """Where one of what was found comes from, as of when."""
        return told_by(found, self.now)

    def _place(self, place: Place) -> Card:
        card = Card(f"place-{place.pk}", str(place), place.street.area, place, self.now)
        self.subjects.append(("place", place.pk))
        lives = list(residents([place.pk], self.today, restricted=self.restricted)[:RESIDENTS])
        card.lives = True
        seen: set[int] = set()
        for one in lives:
            if one.person_id not in seen:
                seen.add(one.person_id)
                shown = self._resident(one)
                (card.children if shown.child else card.adults).append(shown)
        card.markers = self._markers(Q(place=place) | Q(person__in=seen))
        if not self.restricted and warned(self.today, places=[place.pk]):
            card.warning = WARNING
        card.repeat = self._repeat([row.incident for row in self.rows if row.kind == "place"])
        return card

    def _phone(self, held: Settled) -> Card:
        phone = held.phone
        assert phone is not None
        by: Sourced = phone
        if not self.restricted and hidden_number(phone):  # then it is known from the call alone
            by = Phone(source="contact", as_of=held.newest["phone"].at)
        card = Card(f"phone-{phone.pk}", phone.shown, "", by, self.now)
        self.subjects.append(("phone", phone.pk))
        for one in users_of(phone, restricted=self.restricted)[:RESIDENTS]:
            shown = self._shown(one.person, one)
            (card.children if shown.child else card.adults).append(shown)
        card.repeat = self._repeat([row.incident for row in self.rows if row.kind == "phone"])
        return card

    def _person(self, person: Person, held: Settled) -> Card:
        lives = homes_of([person.pk], self.today, restricted=self.restricted).get(person.pk, [])
        homes = "; ".join(f"{one}, {one.street.area}" for one in lives)
        note = f"{_age(person.born, self.today)}; {homes or 'no address known'}"
        card = Card(f"person-{person.pk}", str(person), note, person, self.now)
        self.subjects.append(("person", person.pk))
        here = Residence.objects.filter(living(self.today), person=person, place=held.place)
        if held.place is None or not here.exists():  # else they stand on the place's card, once
            card.markers = self._markers(Q(person=person))
            if not self.restricted and warned(self.today, people=[person.pk]):
                card.warning = WARNING
        card.repeat = self._repeat([row.incident for row in self.rows if row.person == person.pk])
        return card

    def _resident(self, one: Residence) -> PersonShown:
        return self._shown(one.person, one)

    def _shown(self, person: Person, by: Sourced) -> PersonShown:
        self.subjects.append(("person", person.pk))
        child = is_child(person.born, self.today)
        return PersonShown(f"person-{person.pk}", str(person), _age(person.born, self.today), child, by, self.now)

    def _markers(self, on: Q) -> list[MarkerShown]:
        found = list(markers(self.today, restricted=self.restricted).filter(on))
        self.subjects += [("marker", one.pk) for one in found]
        return [
            MarkerShown(
                one.name, one.sort, one.words.shown() if one.words else "", str(one.person) if one.person else "", one.number,
                held(one), spelt(one.review_on) if one.review_on else "", bool(one.review_on and one.review_on < self.today), one, self.now,
            )
            for one in found
        ]  # fmt: skip

    def _repeat(self, pks: list[uuid.UUID]) -> Repeat:
        unique = [self.others[pk] for pk in dict.fromkeys(pks) if pk in self.others]
        month = sum(self.now - one.at < MONTH for one in unique)
        still = sum(one.open for one in unique)
        return Repeat(len(unique), month, month + 1 >= OFTEN, unique[0] if unique else None, still)

    def _matters(self, linked: set[uuid.UUID]) -> list[IncidentShown]:
        weighed = [
            (matter_weight(shares, is_open=self.others[pk].open, age=self.now - self.others[pk].at), self.others[pk])
            for pk, shares in self.kinds.items()
            if pk in self.others and pk not in linked
        ]
        ranked = [one for _, one in sorted(weighed, key=lambda pair: (-pair[0], -pair[1].at.timestamp()))]
        still = [one for one in ranked if one.open][:OPEN_MATTERS]
        best = still + [one for one in ranked if not one.open][:MATTERS]
        return [_with_why(one, [WHY[kind] for kind in WHY if kind in self.kinds[one.id]]) for one in best]

    def _linked(self, one: IncidentShown, nth: int) -> LinkedShown:
        if not one.in_sight or nth >= LINKED_IN_FULL:
            return LinkedShown(one, [], [])
        record = Record(Incident.objects.visible_to(self.user).get(pk=one.id), self.user)
        children = presenters.children(record)
        self.subjects += [("child", child.child) for child in children]
        quotes = {mark.quote: mark for mark in reversed(presenters.strongest(record))}
        return LinkedShown(one, children, list(reversed(quotes.values())))

    def _conflict(self) -> dict[str, Any] | None:
        """*Asked: none* or *not known* while children are known at the address: to be resolved by asking again."""
        children = [
            child for one in self.searched if one.kind == "place" for card in one.cards for child in card.children
        ]
        if not children or self.incident.children_answer not in {"asked_none", "not_known"}:
            return None
        return {"answer": dict(choices.CHILDREN_ANSWERS)[self.incident.children_answer], "children": children}

    def _others(self, pks: set[uuid.UUID]) -> dict[uuid.UUID, IncidentShown]:
        """Other incidents as this person may see them; six queries however many there are."""
        found = list(Incident.objects.filter(pk__in=pks))
        in_sight = set(Incident.objects.visible_to(self.user).filter(pk__in=pks).values_list("pk", flat=True))
        grades = dict(_newest(GradePeriod, pks, "-seq", "grade"))
        results = dict(_newest(Closing, in_sight, "-id", "reason"))
        first = Entry.objects.filter(incident__in=in_sight, kind="words").select_related("text")
        words = {
            one.incident_id: one.text.shown()
            for one in first.order_by("incident", "seq").distinct("incident")
            if one.text
        }
        self.subjects += [("incident", str(one.pk)) for one in found]
        read = shown_of(self.user, in_sight)
        return {
            one.pk: _incident(one, one.pk in in_sight, self.user, grades, results, words, read)
            for one in sorted(found, key=lambda one: one.opened_at, reverse=True)
        }


def state(known: Known, kind: str) -> Searched:
    """One kind of search of the column."""
    return next(one for one in known.searched if one.kind == kind)


def _newest(model: Any, pks: set[uuid.UUID], order: str, value: str) -> Any:
    found = model.objects.filter(incident__in=pks).order_by("incident", order).distinct("incident")
    return found.values_list("incident", value)


def _incident(
    one: Incident, in_sight: bool, user: Staff, grades: dict[uuid.UUID, str], results: dict[uuid.UUID, str],
    words: dict[uuid.UUID, str], read: frozenset[uuid.UUID],
) -> IncidentShown:  # fmt: skip
    held = grade(grades[one.pk]).name if one.pk in grades else "not graded"
    whose = "your team" if one.team_id == user.team_id else "another team"
    if not in_sight:
        return IncidentShown(one.pk, one.opened_at, held, one.is_open, in_sight=False, whose=whose)
    reason = closing_reasons().get(results.get(one.pk, ""))
    said = " ".join(words.get(one.pk, "").split())
    return IncidentShown(
        one.pk, one.opened_at, held, one.is_open, in_sight=True, whose=whose, reference=one.reference,
        result="" if one.is_open else reason.name if reason else results.get(one.pk, ""),
        child=one.child if one.pk in read else child_unread(one.children_answer, one.on_line),
        children_answer=dict(choices.CHILDREN_ANSWERS)[one.children_answer],
        words=said if len(said) <= FIRST_WORDS else said[: FIRST_WORDS - 1].rsplit(" ", 1)[0] + " …",
    )  # fmt: skip


def _with_why(one: IncidentShown, why: list[str]) -> IncidentShown:
    return replace(one, why=", ".join(why))


def _age(born: date | None, today: date) -> str:
    return "age not known" if born is None else f"{age_on(born, today)}"
