"""Names, dates, telephone numbers and addresses in one form each, so that records of the same person or place can be compared.

Nothing here decides; what cannot be understood is None and counts neither for nor against a link.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_possible_number, parse

from goldthread.screening.errors import ScreenError
from goldthread.screening.tables import column, listed

ALIASES: dict[str, dict[str, frozenset[str]]] = {
    "people": {
        "given": frozenset({"given", "given_name", "first_name", "firstname", "forename", "forenames", "christian_name"}),
        "surname": frozenset({"surname", "last_name", "lastname", "family_name", "sur_name"}),
        "dob": frozenset({"dob", "date_of_birth", "birth_date", "dateofbirth", "born"}),
        "address": frozenset({"address", "address_1", "address1", "address_line_1", "street_address", "home_address"}),
        "postcode": frozenset({"postcode", "post_code", "postal_code"}),
        "phone": frozenset({"phone", "telephone", "mobile", "phone_number", "telephone_number", "tel"}),
    },
    "addresses": {
        "address": frozenset({"address", "address_1", "address1", "address_line_1", "street_address", "location"}),
        "postcode": frozenset({"postcode", "post_code", "postal_code"}),
    },
}  # fmt: skip
"""What each kind of record is compared by, and the names that such columns bear."""
NEEDED = {"people": ("given", "surname", "dob"), "addresses": ("address", "postcode")}
"""Without these there is nothing to link by safely *(ours)*."""
MADE = {
    "people": ("given", "surname", "dob", "number", "street", "postcode", "phone"),
    "addresses": ("flat", "number", "street", "postcode"),
}
"""The columns that ``record`` gives."""

TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "master", "sir", "rev", "prof"})
SHORT = {
    "rd": "road", "st": "street", "ave": "avenue", "av": "avenue", "ln": "lane", "cl": "close", "dr": "drive",
    "ct": "court", "cres": "crescent", "gdns": "gardens", "gdn": "garden", "pl": "place", "sq": "square", "tce": "terrace",
    "terr": "terrace", "pk": "park", "hse": "house", "apt": "flat", "apartment": "flat", "unit": "flat",
    "grn": "green", "gr": "grove", "wy": "way",
}  # fmt: skip
"""Ways in which addresses are shortened; ``st`` at the beginning of a name is a saint, which both sides then get wrong alike."""
POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")
YEAR_FIRST = re.compile(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})(?:\D.*)?")
DAY_FIRST = re.compile(r"(\d{1,2})\D(\d{1,2})\D(\d{4})(?:\D.*)?")

Record = dict[str, str | None]


def places(kind: str, names: list[str], named: Mapping[str, str]) -> dict[str, int]:
    """Where each part of a record stands: as *named*, or the only column called like it. Raises ScreenError."""
    found: dict[str, int] = {}
    for part, aliases in ALIASES[kind].items():
        if part in named:
            found[part] = column(names, named[part])
            continue
        likely = [at for at, name in enumerate(names) if re.sub(r"\W+", "_", name.strip().lower()) in aliases]
        if len(likely) == 1:
            found[part] = likely[0]
    if unknown := set(named) - set(ALIASES[kind]):
        raise ScreenError(f"{sorted(unknown)[0]!r} is no part of a record. The parts are: {', '.join(ALIASES[kind])}.")
    if missing := [part for part in NEEDED[kind] if part not in found]:
        raise ScreenError(f"Say with --column {missing[0]}=COLUMN which column holds it. {listed(names)}")
    return found


def record(kind: str, given: Mapping[str, str]) -> Record:
    """The parts of a record in one form each; the keys are ``MADE[kind]``."""
    where = address(given.get("address", ""))
    made: Record = {**where, "postcode": postcode(given.get("postcode", "")) or postcode(given.get("address", ""))}
    if kind == "people":
        made |= {part: FORMS[part](given.get(part, "")) for part in FORMS}
    return {part: made[part] for part in MADE[kind]}


def name(text: str) -> str | None:
    """Lower case, without accents, signs and titles: ``Mrs. O'Brien-Smith`` is ``obrien smith``."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z]+", " ", plain.replace("'", "")).split()
    return " ".join(word for word in words if word not in TITLES) or None


def born(text: str) -> str | None:
    """A date as ``YYYY-MM-DD``; day before month where the year comes last, as is usual in Britain."""
    plain = text.strip()
    if found := YEAR_FIRST.fullmatch(plain):
        year, month, day = map(int, found.groups())
    elif found := DAY_FIRST.fullmatch(plain):
        day, month, year = map(int, found.groups())
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def phone(text: str) -> str | None:
    """A telephone number with its country, Britain where it names none."""
    try:
        number = parse(text, "GB")
    except NumberParseException:
        return None
    return format_number(number, PhoneNumberFormat.E164) if is_possible_number(number) else None


def postcode(text: str) -> str | None:
    """The last full postcode in a text, without its space."""
    found = POSTCODE.findall(re.sub(r"\s+", "", text.upper()))
    return "".join(found[-1]) if found else None


def address(text: str) -> Record:
    """The *flat*, *number* and *street* of one line such as ``Flat 2, 14a Mill Ln, Amberford``: the street up to a comma."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    flat = number = street = None
    for piece in re.split(r"[,;\n]+", plain):
        words = [SHORT.get(word, word) for word in re.sub(r"[^a-z0-9]+", " ", piece).split()]
        while words and street is None:
            word = words.pop(0)
            if word == "flat" and words:
                flat = words.pop(0)
            elif number is None and word[0].isdigit():
                number = word
            else:
                street = " ".join([word, *words])
    return {"flat": flat, "number": number, "street": street}


FORMS: dict[str, Callable[[str], str | None]] = {"given": name, "surname": name, "dob": born, "phone": phone}
