"""The verbs of what is known: searching, settling on one, recording somebody new, and saying that incidents are one matter.

Each search leaves a ``Lookup``; without one, that kind is *not searched*. Nothing here is ever asked before help is sent.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from goldthread.audit.actions import acting
from goldthread.audit.models import Payload, insert
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.config.upward import announce
from goldthread.contact import rules, search_rules
from goldthread.contact.actions import LIMITS, particular, reopen
from goldthread.contact.events import IncidentChanged, KnownSettled
from goldthread.contact.known import YEAR, Settled, force_day, linked_now, settled, shared, shares
from goldthread.contact.models import Incident
from goldthread.contact.people_models import (
    SEARCHED,
    Lookup,
    MatterLink,
    NameWord,
    Person,
    PersonName,
    Phone,
    Place,
    Residence,
    Street,
)  # fmt: skip
from goldthread.contact.restricted import sees
from goldthread.contact.search import find, hidden_number, hidden_streets, users_of
from goldthread.contact.work import NOT_THERE, Work, on_incident

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

T = TypeVar("T")
HERE = "contact"
"""The source of what a handler records on a call."""
PARTICULAR = {"place": "location", "phone": "caller_phone", "person": "caller_name"}
WHAT = {"place": "a place", "phone": "a number", "person": "a name"}
GONE = "That is no longer there. Nothing was settled; search again."


def search(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, kind: str, typed: str) -> Lookup:
    """Search for what was typed and put the outcome on record: no trace, or how many were found to choose from.

    A number is itself: its search settles on it at once, known or not, so that the next contact from it finds this one.
    Raises ``Invalid`` for a kind that is not searched or for too little to search for.
    """
    _known_kind(kind)
    kept = rules.short(typed, "typed", LIMITS[PARTICULAR[kind]], needed=f"Type {WHAT[kind]} first.")
    number = search_rules.number(kept) if kind == "phone" else None
    if kind == "phone" and number is None:
        raise Invalid(
            {"typed": "There is no telephone number in this, so nothing was searched. What you typed is kept."}
        )
    if search_rules.too_short(kept):
        raise Invalid({"typed": "Type at least three letters or digits to search. Nothing was searched."})
    with on_incident(user, incident_id, "known.search", key, "search", kind, kept) as work:
        if work.done is not None:
            return Lookup.objects.get(pk=int(work.done))
        if number is not None:
            made = _settle_number(work, number, kept)
        else:
            # What stands in the record everybody reads, so no number of it counts what only some may see.
            found = len(find(kind, kept, force_day(work.now), work.incident.area))
            made = _lookup(work, kind, "found" if found else "none", found, kept)
            _told(work, made)
        work.finish(made.pk)
    return made


def settle(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, choice: str, typed: str = "") -> Lookup:
    """Settle on one of what was found, by its ``choice``: *place-12*, *street-3*, *person-9* or *phone-4*.

    A settled place becomes the incident's place as it is written in the gazetteer, and its area where none was known.
    """
    sort, number = _chosen(choice)
    kind = "place" if sort == "street" else sort
    kept = rules.short(typed, "typed", LIMITS[PARTICULAR[kind]])
    with on_incident(user, incident_id, "known.search", key, "settle", choice, kept) as work:
        if work.done is not None:
            return Lookup.objects.get(pk=int(work.done))
        target: Place | Person | Phone
        match sort:
            case "street":
                target = _there(_street_itself(number, user), user)
            case "place":
                target = _there(Place.objects.select_related("street").filter(pk=number).first(), user)
            case "person":
                target = _there(Person.objects.filter(pk=number).first(), user)
            case _:
                phone = Phone.objects.filter(pk=number).first()
                target = _there(phone if phone is None or sees(user) or not hidden_number(phone) else None)
        made = _lookup(work, kind, "settled", 1, kept, target)
        _told(work, made)
        if isinstance(target, Place) and not target.restricted:  # else it would stand in words that everybody reads
            _take_place(work, target)
        elif isinstance(target, Phone):
            _take_particular(work, "caller_phone", target.shown)
        announce(KnownSettled(work.incident, work.act))
        work.finish(made.pk)
    return made


def withdraw(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, choice: str) -> Lookup:
    """Take back what was settled on by mistake; the record keeps that it once stood. Raises ``Refused`` if it does not."""
    sort, number = _chosen(choice)
    if sort == "street":
        raise Invalid({"choice": GONE})
    with on_incident(user, incident_id, "known.search", key, "withdraw", choice) as work:
        if work.done is not None:
            return Lookup.objects.get(pk=int(work.done))
        held = settled(work.incident, restricted=sees(user))
        standing: list[Place | Person | Phone] = [
            *held.people,
            *([held.place] if held.place else []),
            *([held.phone] if held.phone else []),
        ]
        target = next((one for one in standing if (_sort(one), one.pk) == (sort, number)), None)
        if target is None:
            raise Refused("That is not settled in this incident, so there is nothing to withdraw.")
        made = _lookup(work, sort, "withdrawn", 0, "", target)
        _told(work, made)
        announce(KnownSettled(work.incident, work.act))
        work.finish(made.pk)
    return made


def record_person(
    user: Staff,
    incident_id: uuid.UUID,
    *,
    key: uuid.UUID,
    name: str,
    born: date | None = None,
    lives_here: bool = False,
) -> Person:
    """Record somebody whom no search found, and settle on them; with ``lives_here`` as living at the settled address.

    Raises ``Invalid`` for a date of birth that is still to come.
    """
    kept = rules.short(name, "name", LIMITS["caller_name"], needed="Write the person's name.")
    if not search_rules.name_words(kept):
        raise Invalid({"name": "There is no letter in this name, so it could not be found again. Nothing was saved."})
    with on_incident(user, incident_id, "known.search", key, "person", kept, born, lives_here) as work:
        if work.done is not None:
            return Person.objects.get(pk=int(work.done))
        day = search_rules.birthday(born, force_day(work.now))
        held = settled(work.incident)
        if lives_here and held.place is None:
            raise Invalid(
                {"lives_here": "Settle on an address first. Nothing was saved; the name is still in the form."}
            )
        person = Person.objects.create(name=kept, born=day, source=HERE, as_of=work.now)
        for word in search_rules.name_words(kept):
            PersonName.objects.create(person=person, word=NameWord.objects.get_or_create(word=word)[0])
        if lives_here and held.place is not None:
            Residence.objects.create(person=person, place=held.place, source=HERE, as_of=work.now)
        made = _lookup(work, "person", "settled", 0, kept, person)
        work.event("person.recorded", person=person.pk)
        work.act.record("collection", "person.record", [("incident", str(incident_id)), ("person", person.pk)])
        _told(work, made)
        announce(KnownSettled(work.incident, work.act))
        work.finish(person.pk)
    return person


def link(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, other_id: uuid.UUID) -> Incident:
    """Say that two incidents are one matter; a closed one is opened again in this person's hands. Returns the other.

    The other must be in sight, or share a place, number or person with this one: whoever takes the call must be able to
    open again what somebody else closed. Raises ``NotThere`` otherwise.
    """
    return _pair(user, incident_id, key, other_id, linked=True)


def unlink(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, other_id: uuid.UUID) -> Incident:
    """Say that two incidents are not one matter after all; both stay as they are, and so does the record of the link."""
    return _pair(user, incident_id, key, other_id, linked=False)


def _pair(user: Staff, incident_id: uuid.UUID, key: uuid.UUID, other_id: uuid.UUID, *, linked: bool) -> Incident:
    if incident_id == other_id:
        raise Invalid({"other": "This is the same incident. Nothing was linked."})
    with acting(user):
        # Both are locked in one order, so that two people who link the same pair wait for each other and never for ever.
        locked = {one.pk: one for one in _lock_both(incident_id, other_id)}
        with on_incident(user, incident_id, "incident.link", key, "link", other_id, linked) as work:
            other = locked.get(other_id)
            if other is None or not _may_link(user, work.incident, other):
                raise NotThere(NOT_THERE)
            if work.done is not None:
                return other
            if linked_now(incident_id, other_id) == linked:
                raise Refused("These incidents are linked already." if linked else "These incidents are not linked.")
            tie(work, other, linked=linked)
            work.finish()
    return other


def tie(work: Work, other: Incident, *, linked: bool = True, on_desk: bool = False) -> None:
    """Put on both incidents, locked by whoever calls, that they are one matter or are not.

    A closed other one is opened again in the hands of who acts, or with ``on_desk`` on its team's desk.
    """
    first, second = sorted((work.incident.pk, other.pk))
    MatterLink(first_id=first, second_id=second, linked=linked, by=work.user, at=work.now).save()
    there = Work(work.act, other, work.user, None, "incident.link")
    verb = "incident.link" if linked else "incident.unlink"
    for one, its_other in ((work, other), (there, work.incident)):
        one.event(f"{verb}ed", incident=str(its_other.pk), reference=its_other.reference)
    subjects = [("incident", str(work.incident.pk)), ("incident", str(other.pk))]
    work.act.record("combination", verb, subjects)
    work.involve("author")
    if linked and not other.is_open:
        reopen(there, "same matter", other.team if on_desk else None)
    other.save()
    announce(IncidentChanged(other, work.act))


def _lock_both(first: uuid.UUID, second: uuid.UUID) -> list[Incident]:
    both = Incident.objects.filter(pk__in=[first, second]).order_by("pk")
    return list(both.select_for_update(of=("self",)))


def _may_link(user: Staff, incident: Incident, other: Incident) -> bool:
    held = settled(incident, restricted=sees(user))
    return Incident.objects.visible_to(user).filter(pk=other.pk).exists() or shares(held, incident, other.pk)


def _settle_number(work: Work, number: search_rules.Number, typed: str) -> Lookup:
    phone = Phone.objects.filter(digits=number.digits).first()
    if phone is None:
        new = Phone(digits=number.digits, shown=number.shown, source=HERE, source_key="", as_of=work.now)
        insert(new, " ON CONFLICT (digits) DO NOTHING")  # another call from the number may come at this moment
        phone = Phone.objects.get(digits=number.digits)
    before = {one.incident for one in shared(Settled({}, phone=phone), work.incident, work.now - YEAR)}
    found = len(before) + users_of(phone, restricted=False).count()
    made = _lookup(work, "phone", "settled" if found else "none", found, typed, phone)
    _told(work, made)
    announce(KnownSettled(work.incident, work.act))
    return made


def _lookup(
    work: Work, kind: str, outcome: str, found: int, typed: str, target: Place | Phone | Person | None = None
) -> Lookup:
    made = Lookup(
        incident=work.incident,
        kind=kind,
        outcome=outcome,
        found=found,
        typed=Payload.objects.keep(typed) if typed else None,
        place=target if isinstance(target, Place) else None,
        phone=target if isinstance(target, Phone) else None,
        person=target if isinstance(target, Person) else None,
        by=work.user,
        at=work.now,
    )
    made.save()
    return made


def _told(work: Work, made: Lookup) -> None:
    """Put the search into the timeline and the audit: codes and identities, never what was typed.

    What was settled on and is restricted stands in the audit alone: the timeline is read by people for whom it is not there.
    """
    target = made.place or made.phone or made.person
    subjects: list[tuple[str, object]] = [("incident", str(work.incident.pk))]
    if target is not None:
        subjects.append((_sort(target), target.pk))
    count = {"found": made.found} if made.outcome == "found" else {}
    if not getattr(target, "restricted", False):
        work.event("known.searched", kind=made.kind, outcome=made.outcome, **count)
    work.involve("author")
    settling = made.outcome in {"settled", "withdrawn"} and made.kind != "phone"
    verb = {"withdrawn": "known.withdraw", "settled": "known.settle"}.get(made.outcome, "known.search")
    work.act.record(
        "alteration" if settling else "consultation",
        verb,
        subjects,
        kind=made.kind,
        outcome=made.outcome,
        found=made.found,
    )


def _take_place(work: Work, place: Place) -> None:
    _take_particular(work, "location", str(place))
    if not work.incident.area and place.street.area:
        work.incident.area = place.street.area
        work.event("area.set", area=place.street.area)


def _take_particular(work: Work, kind: str, text: str) -> None:
    newest = work.incident.particulars.filter(kind=kind).select_related("text").order_by("-id").first()
    if newest is None or newest.text.text != text:
        particular(work, kind, text)


def _street_itself(number: int, user: Staff) -> Place:
    """The street or named place as an address of its own, made when it is first settled on."""
    street = _there(Street.objects.filter(pk=number).first())
    if not sees(user) and hidden_streets([street.pk]):
        raise Invalid({"choice": GONE})
    place, _ = Place.objects.get_or_create(
        street=street, number="", unit="", defaults={"source": street.source, "as_of": street.as_of}
    )
    return place


def _chosen(choice: str) -> tuple[str, int]:
    sort, _, number = choice.partition("-")
    if sort not in {"place", "street", "person", "phone"} or not (
        number.isascii() and number.isdigit() and len(number) < 19
    ):
        raise Invalid({"choice": "Choose one of what was found. Nothing was settled."})
    return sort, int(number)


def _there(one: T | None, user: Staff | None = None) -> T:
    if one is None or (getattr(one, "restricted", False) and not sees(user)):
        raise Invalid({"choice": GONE})
    return one


def _sort(one: Place | Person | Phone) -> str:
    return type(one).__name__.lower()


def _known_kind(kind: str) -> None:
    if kind not in dict(SEARCHED):
        raise Invalid({"kind": "Choose what to search for: a place, a number or a name."})
