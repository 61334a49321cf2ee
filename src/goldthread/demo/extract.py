"""An extract of records for the invented force, loaded by the action: orders, flags, and a few families only named roles may see.

They live where something is open, so that who opens it sees the difference. Dice of their own.
"""

from __future__ import annotations

import csv
import io
import random
import tempfile
import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from goldthread.contact.known import force_day, standing
from goldthread.contact.people_models import Person, Place
from goldthread.contact.records_actions import Extract, load
from goldthread.contact.records_models import RecordLoad
from goldthread.demo.known import SOURCE

HOMES = 6
PEOPLE = 12


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files("goldthread.demo").joinpath("extract.toml").read_text(encoding="utf-8"))


def load_extract(now: datetime) -> list[RecordLoad]:
    """Load it as it was taken some days ago; each load stands on the page of records."""
    told, dice = _file(), random.Random("extract")  # noqa: S311 - a demo's dice
    day, name = force_day(now), told["source"]
    homes = _homes()
    people, lives, markers = [], [], []
    for number, (family, home) in enumerate(zip(told["restricted"], homes, strict=False), 1):
        people.append((f"N{number}", family["adult"], "", "yes"))
        lives.append((f"R{number}", f"N{number}", f"A{home.pk}"))
        if family["child"]:
            people.append((f"C{number}", family["child"], f"{family['born']}-05-12", "yes"))
            lives.append((f"S{number}", f"C{number}", f"A{home.pk}"))
        marker = told["markers"][(number - 1) % len(told["markers"])]
        review = day + timedelta(days=dice.randint(-40, 200))
        markers.append((f"M{number}", marker["kind"], f"N{number}", marker["words"], review.isoformat(), "yes"))
    addresses = [(f"A{one.pk}", one.number, one.unit, one.street.name, one.street.area) for one in homes]
    orders, flags = [], []
    for number, person in enumerate(_known(dice), 1):
        since = day - timedelta(days=dice.randint(20, 300))
        days = (
            since.isoformat(),
            (since + timedelta(days=365)).isoformat(),
            (day + timedelta(days=dice.randint(-30, 90))).isoformat(),
        )
        if number % 2:
            orders.append(
                (
                    f"O{number}",
                    "order",
                    person.source_key,
                    f"AM/{dice.randint(1000, 9999)}",
                    dice.choice(told["orders"]),
                    *days,
                )
            )
        else:
            flag = dice.choice(told["flags"])
            flags.append((f"F{number}", flag["kind"], person.source_key, flag["words"], *days))
    return [
        _load(kind, source, now - timedelta(days=age), columns, rows)
        for kind, source, age, columns, rows in (
            ("addresses", name, 21, "key,number,unit,street,area", addresses),
            ("people", name, 21, "key,name,born,restricted", people),
            ("residences", name, 21, "key,person,address", lives),
            ("markers", name, 200, "key,kind,person,words,review_on,restricted", markers),
            ("orders", SOURCE, 3, "key,kind,person,number,conditions,from,until,review_on", orders),
            ("flags", SOURCE, 3, "key,kind,person,words,from,until,review_on", flags),
        )
        if rows
    ]


def _homes() -> list[Place]:
    """Addresses on which something that is open was settled, the oldest first."""
    open_now = standing().filter(kind="place", incident__closed_at__isnull=True).order_by("incident__opened_at", "id")
    found = dict.fromkeys(one for one in open_now.values_list("place", flat=True) if one is not None)
    # Where a caller said that there are no children, one who is known would be a question that nobody has asked.
    none = set(standing().filter(kind="place", incident__child="none").values_list("place", flat=True))
    found = {pk: None for pk in found if pk not in none}
    places = Place.objects.select_related("street").exclude(number="").in_bulk(list(found))
    return [places[pk] for pk in found if pk in places][:HOMES]


def _known(dice: random.Random) -> list[Person]:
    """Adults whom records know already, so many as have an order or a flag."""
    adults = Person.objects.filter(source=SOURCE, born__year__lt=2000).exclude(source_key="").order_by("id")
    keys = list(adults.values_list("pk", flat=True)[:2_000])
    return list(Person.objects.filter(pk__in=dice.sample(keys, min(PEOPLE, len(keys)))).order_by("id"))


def _load(kind: str, source: str, as_of: datetime, columns: str, rows: Sequence[Sequence[object]]) -> RecordLoad:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows([columns.split(","), *rows])
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="") as file:
        file.write(text.getvalue())
        file.flush()
        return load(None, Extract(Path(file.name), f"{kind}.csv", kind, source, as_of))
