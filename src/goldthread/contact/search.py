"""Search as typed: trigrams find streets and name words, which are few; exact joins lead on to addresses and people.

Whole addresses and whole names are never compared: with millions of them that takes seconds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from goldthread.contact import search_rules as rules
from goldthread.contact.people_models import Person, PersonPhone, Phone, Place, Residence, Street
from goldthread.contact.restricted import living

MOST = 8
"""Suggestions shown: more would be read by nobody on a call *(ours)*."""
CANDIDATES = 60
"""Streets or name words taken from the index before they are compared letter by letter *(ours)*."""
NEAR = 0.3
"""Word similarity, 0 to 1, below which the index gives no candidate: a swap in a word of five letters passes *(ours)*."""
SLIP = 5
"""Trigrams that one slip costs at most. Longer words may lose two slips; what shares less need not be looked at *(ours)*."""
LONG = 12
HOMES = 2
"""Households shown with a name, to tell people of one name apart."""

COMPARED = 2000
"""Streets like the typed one that are compared at most: a common word alone, such as *church*, has tens of thousands, and
comparing them takes a third of a second. Those that begin as typed come by their own index and are never cut *(ours)*."""

STREETS = """
(SELECT id, plain FROM contact_street WHERE plain LIKE %(begins)s ORDER BY plain LIMIT %(most)s)
UNION
(SELECT id, plain FROM (SELECT id, plain FROM contact_street WHERE plain %%> %(typed)s LIMIT %(compared)s) AS alike
 ORDER BY plain <->> %(typed)s, id LIMIT %(most)s)
"""
WORDS = "SELECT id, word FROM contact_nameword WHERE word %%> %(typed)s ORDER BY word <->> %(typed)s, id LIMIT %(most)s"
BEARERS = """
SELECT person_id, sum(best) AS likeness FROM (
    SELECT n.person_id, w.nth, max(w.likeness) AS best
    FROM unnest(%(words)s::bigint[], %(nths)s::int[], %(likeness)s::float8[]) AS w(word, nth, likeness)
    JOIN contact_personname n ON n.word_id = w.word
    WHERE %(restricted)s OR n.person_id NOT IN (SELECT id FROM contact_person WHERE restricted)
    GROUP BY n.person_id, w.nth
) AS one GROUP BY person_id HAVING count(*) >= %(least)s ORDER BY likeness DESC, person_id LIMIT %(most)s
"""


@dataclass(frozen=True)
class Found:
    """One thing to choose from. ``choice`` is its identity for ``settle``: *place-12*, *street-3*, *person-9*, *phone-4*."""

    choice: str
    name: str
    note: str
    area: str
    source: str
    as_of: datetime


def find(kind: str, typed: str, today: date, area: str = "", *, restricted: bool = False) -> list[Found]:
    """What is known that is like what was typed, best first, those of ``area`` before others as good; at most ``MOST``.

    ``kind`` is *place*, *phone* or *person*. Nothing is searched for before three characters. What is restricted is not there unless
    told so, and what its source holds no longer never is.
    """
    if rules.too_short(typed):
        return []
    if kind == "place":
        return find_places(typed, area, restricted=restricted)
    if kind == "person":
        return find_people(typed, today, restricted=restricted)
    return find_phones(typed, restricted=restricted)


def find_places(typed: str, area: str = "", *, restricted: bool = False) -> list[Found]:
    """Addresses of the streets that are like the typed one, with the number typed; else the streets themselves."""
    asked = rules.typed_place(typed)
    if rules.too_short(asked.street):
        return []
    scored = like(STREETS, asked.street)
    if not scored:
        return []
    streets = {one.pk: one for one in Street.objects.filter(pk__in=scored)}
    if not restricted:
        for pk in hidden_streets(list(scored)):
            streets.pop(pk, None)
    order = sorted(streets, key=lambda pk: (-scored[pk], streets[pk].area != area, streets[pk].name, streets[pk].area))
    at: dict[int, list[Place]] = {}
    if asked.number:
        wanted = Place.objects.filter(street__in=order, number__in={asked.number, asked.number.upper()})
        wanted = wanted.filter(ended_at__isnull=True)
        if not restricted:
            wanted = wanted.filter(restricted=False)
        for place in wanted.select_related("street").order_by("unit", "id"):
            if not asked.unit or rules.plain(place.unit) in {"", asked.unit}:
                at.setdefault(place.street_id, []).append(place)
    # An address that exists comes before a street without that number, unless the street is much less like.
    order.sort(key=lambda pk: -(scored[pk] + (0.2 if pk in at else 0)))
    found = []
    for pk in order:
        if pk in at:
            found += [Found(f"place-{one.pk}", str(one), "", one.street.area, one.source, one.as_of) for one in at[pk]]
        else:
            note = f"number {asked.number} is not in the gazetteer" if asked.number else "the whole street or place"
            street = streets[pk]
            found.append(Found(f"street-{pk}", street.name, note, street.area, street.source, street.as_of))
    return found[:MOST]


def find_people(typed: str, today: date, *, restricted: bool = False) -> list[Found]:
    """People who bear names like those typed. Of several words two must be like theirs: middle names come and go."""
    words, nths, scores = [], [], []
    asked = rules.name_words(typed)[:6]
    for nth, word in enumerate(asked):
        if len(word) < rules.SHORTEST - 1:
            continue
        for pk, likeness in like(WORDS, word).items():
            words.append(pk)
            nths.append(nth)
            scores.append(likeness)
    if not words:
        return []
    least = min(2, len(asked))
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"words": words, "nths": nths, "likeness": scores, "least": least, "most": MOST}
        cursor.execute(BEARERS, {**given, "restricted": restricted})
        order = [pk for pk, _ in cursor.fetchall()]
    people = Person.objects.in_bulk(order)
    homes = homes_of(order, today, restricted=restricted)
    return [_person(people[pk], homes.get(pk, []), today) for pk in order if pk in people]


def find_phones(typed: str, *, restricted: bool = False) -> list[Found]:
    """The number typed, in whatever notation, if it is known; never another that is only like it."""
    asked = rules.number(typed)
    phone = Phone.objects.filter(digits=asked.digits).first() if asked else None
    if phone is None:
        return []
    if not restricted and hidden_number(phone):
        return []
    users = [str(one.person) for one in users_of(phone, restricted=restricted)[:3]]
    note = ", ".join(users) or "nobody is known to use it"
    return [Found(f"phone-{phone.pk}", phone.shown, note, "", phone.source, phone.as_of)]


def hidden_streets(streets: Collection[int]) -> set[int]:
    """Of these streets and named places those that are restricted themselves, or of which nothing else is known."""
    found: dict[int, bool] = {}
    of = Place.objects.filter(street__in=streets, restricted=True)
    for street, number, unit in of.values_list("street", "number", "unit"):
        found[street] = found.get(street, False) or not (number or unit)
    others = set(
        Place.objects.filter(street__in=list(found), restricted=False).values_list("street", flat=True).distinct()
    )
    return {street for street, itself in found.items() if itself or street not in others}


def hidden_number(phone: Phone) -> bool:
    """Whether a number is known only of people who are restricted."""
    return not users_of(phone, restricted=False).exists() and users_of(phone, restricted=True).exists()


def users_of(phone: Phone, *, restricted: bool) -> QuerySet[PersonPhone]:
    """Who is known to use a number, as their sources hold it, newest first."""
    using = phone.people.filter(ended_at__isnull=True, person__ended_at__isnull=True)
    if not restricted:
        using = using.filter(person__restricted=False)
    return using.select_related("person").order_by("-as_of", "-id")


def homes_of(people: list[int], today: date, *, restricted: bool = False) -> dict[int, list[Place]]:
    """Where each of these people lives on this day, newest first."""
    found: dict[int, list[Place]] = {}
    lives = Residence.objects.filter(living(today), person__in=people)
    if not restricted:
        lives = lives.filter(place__restricted=False)
    for one in lives.select_related("place__street").order_by("-as_of", "-id"):
        found.setdefault(one.person_id, []).append(one.place)
    return found


def near(typed: str) -> float:
    """The word similarity that a name must have to this, so that one slip (in long ones two) still passes."""
    trigrams = len(typed.replace(" ", "")) + len(typed.split()) * 2 - 1
    slips = 1 if trigrams < LONG else 1.6
    return round(max(NEAR, (trigrams - slips * SLIP) / trigrams - 0.02), 2)


def _person(person: Person, homes: list[Place], today: date) -> Found:
    age = "date of birth not known"
    if person.born is not None:
        age = f"born {person.born:%d/%m/%Y}, {rules.age_on(person.born, today)}"
    lives = "; ".join(f"{one}, {one.street.area}" for one in homes[:HOMES])
    note = f"{age}; {lives or 'no address known'}"
    return Found(f"person-{person.pk}", str(person), note, "", person.source, person.as_of)


def like(query: str, typed: str) -> dict[int, float]:
    """Rows that the trigram index gives for ``typed`` and that are like it letter by letter, with how much."""
    given: dict[str, Any] = {"typed": typed, "begins": f"{typed}%", "most": CANDIDATES, "compared": COMPARED}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(near(typed))])
        cursor.execute(query, given)
        scored = {pk: rules.likeness(typed, name) for pk, name in cursor.fetchall()}
    return {pk: score for pk, score in scored.items() if score >= rules.LIKE}
