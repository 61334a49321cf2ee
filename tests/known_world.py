"""A few streets, households and numbers to search in: what an import would have brought."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection

from goldthread.audit.models import Payload
from goldthread.clocks.db import database_now
from goldthread.contact import known_actions as known
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.contact.people_models import (
    Lookup,
    Marker,
    NameWord,
    Person,
    PersonName,
    PersonPhone,
    Phone,
    Place,
    Residence,
    Street,
)  # fmt: skip
from goldthread.contact.search_rules import name_words, number, plain_street
from tests.cast import key

SOURCE = "Records extract"


def today() -> date:
    """The force's day."""
    return force_day(database_now(connection))


def years_ago(years: float) -> date:
    """A date of birth of somebody of about this age."""
    return today() - timedelta(days=round(years * 365.25) + 3)


def street(name: str, area: str = "North") -> Street:
    return Street.objects.create(name=name, plain=plain_street(name), area=area, source=SOURCE, as_of=_then())


def place(of: Street, house: str, unit: str = "") -> Place:
    return Place.objects.create(street=of, number=house, unit=unit, source=SOURCE, as_of=_then())


def person(name: str, born: date | None = None, home: Place | None = None, phone: str = "") -> Person:
    made = Person.objects.create(name=name, born=born, source=SOURCE, as_of=_then())
    for word in name_words(name):
        PersonName.objects.create(person=made, word=NameWord.objects.get_or_create(word=word)[0])
    if home is not None:
        Residence.objects.create(person=made, place=home, source=SOURCE, as_of=_then())
    if phone:
        asked = number(phone)
        assert asked is not None
        line, _ = Phone.objects.get_or_create(digits=asked.digits, defaults={"shown": asked.shown, "source": SOURCE})
        PersonPhone.objects.create(person=made, phone=line, source=SOURCE, as_of=_then())
    return made


def marker(on: Person | Place, kind: str, words: str, *, review_in: int) -> Marker:
    """A marker to be reviewed in so many days; below nought it is overdue."""
    given = {"person": on} if isinstance(on, Person) else {"place": on}
    return Marker.objects.create(
        **given, kind=kind, words=Payload.objects.keep(words), review_on=today() + timedelta(days=review_in),
        source=SOURCE, as_of=_then(),
    )  # fmt: skip


def settled_on(user: object, incident: Incident, *targets: Place | Person) -> None:
    """Settle the incident on these through the action."""
    for one in targets:
        known.settle(user, incident.pk, key=key(), choice=f"{type(one).__name__.lower()}-{one.pk}")  # type: ignore[arg-type]


def from_number(user: object, incident: Incident, typed: str) -> Lookup:
    """Search for the caller's number through the action."""
    return known.search(user, incident.pk, key=key(), kind="phone", typed=typed)  # type: ignore[arg-type]


def _then() -> datetime:
    return database_now(connection) - timedelta(days=20)
