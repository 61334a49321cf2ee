"""Invented records with a known truth, made as FEBRL makes them: originals, and duplicates with the slips of real typing.

Harder than FEBRL in what a contact centre meets: households of parents and children, twins, women who married, families that moved,
fields left empty. *(ours)*
"""

from __future__ import annotations

import random
from datetime import date, timedelta

GIVEN = """
Aaliyah Adam Aisha Alan Alfie Alice Amara Amelia Andrew Anna Archie Arlo Ava Barry Beatrice Ben Bethany Brian
Callum Carol Charlie Chloe Claire Connor Craig Daisy Daniel Darren David Dawn Deborah Diane Dylan Edward
Eleanor Elijah Ella Emily Emma Erin Ethan Eva Evie Farah Fatima Finley Florence Frank Freya Gareth Gary Gemma
George Grace Graham Hannah Harriet Harry Hassan Heather Helen Henry Holly Hugo Ian Ibrahim Imogen Isaac Isla
Ivy Jack Jacob James Jane Jasmine Jason Jenny Jodie Joseph Joshua Julie Kai Karen Keith Kelly Kevin Kieran
Kyle Laura Lauren Layla Leah Leo Lewis Liam Lily Linda Logan Louise Lucas Lucy Luke Lynn Maisie Mark Martin
Maryam Mason Matilda Megan Melissa Mia Michael Mohammed Molly Nadia Natalie Nathan Niamh Nicola Noah Nora
Oliver Olivia Omar Oscar Owen Paige Pamela Patrick Paul Peter Phoebe Poppy Rachel Rebecca Reuben Rhys Riley
Robert Rosie Ruby Ryan Samuel Sandra Sara Scarlett Sean Sharon Shaun Simon Sienna Sophie Stephen Stuart Summer
Susan Tamsin Teddy Theo Thomas Toby Tracy Tyler Victoria Wayne William Yasmin Yusuf Zachary Zara Zoe
""".split()  # noqa: SIM905
SURNAMES = """
Ackroyd Adams Ahmed Akhtar Ali Allen Anderson Armitage Ashworth Atkinson Bailey Baker Barker Barnes Begum Bell
Bennett Booth Bradley Brennan Brook Brown Burton Butler Campbell Carter Chapman Clark Clegg Cole Collins Cook
Cooper Cox Crossley Davies Dawson Dean Dixon Dunn Edwards Ellis Evans Farrell Fisher Fletcher Foster Fox
Gibson Gill Gordon Graham Grant Gray Green Greenwood Griffiths Hall Harper Harris Harrison Hartley Harvey
Haynes Hill Holmes Holroyd Hopkins Howard Hughes Hunt Hunter Hussain Jackson Jagger James Jenkins Johnson
Jones Kaur Kelly Kennedy Khan King Knight Lawson Lee Lewis Lloyd Lord Marsden Marsh Marshall Martin Mason
Matthews Mehmood Metcalfe Miah Miller Mills Mitchell Moore Morgan Morris Murphy Murray Nowak Oldroyd Orbell
Owen Palmer Parker Patel Pearson Phillips Pickles Powell Price Rashid Reid Reynolds Richards Riley Roberts
Robinson Rogers Russell Ryan Saunders Scott Shah Sharp Shaw Simpson Singh Smith Stead Stevens Stewart Stone
Sutcliffe Sykes Taylor Thomas Thompson Thornton Townsend Tucker Turner Varley Wade Walker Walsh Ward Watson
Webb West White Wilkinson Williams Wilson Wood Wright Young
""".split()  # noqa: SIM905
PLACES = """
Abbey Alder Amber Ash Beck Birch Bridge Canal Castle Cedar Chapel Church Cobbler Elm Fern Field Forge Garden
Grange Hawthorn Heath High Hill Holly Kiln Lime Long Manor Market Meadow Mill Moor Oak Orchard Park Plum Pond
Quarry Rose Rowan School Sheep Spring Station Tanner Thorn Valley Water Weaver Well Willow Wood Yew York
""".split()  # noqa: SIM905
STREETS = [f"{place} {kind}" for place in PLACES for kind in ("Road", "Street", "Lane", "Avenue", "Close")]
SHORTER = {"Road": "Rd", "Street": "St", "Lane": "Ln", "Avenue": "Ave", "Close": "Cl"}
FIELDS = ("given_name", "surname", "date_of_birth", "address", "postcode", "phone")

Row = dict[str, str]


def people(originals: int, seed: int = 7) -> list[Row]:
    """Records in random order: *originals* people of households, each with none to four further records of the same person.

    ``truth`` tells who a record is of.
    """
    chance = random.Random(seed)
    made: list[Row] = []
    who = 0
    while who < originals:
        for person in _household(chance):
            who += 1
            made.append({"truth": str(who), **person})
            for _ in range(chance.choices((0, 1, 2, 3, 4), (45, 30, 14, 8, 3))[0]):
                made.append({"truth": str(who), **_again(person, chance)})
    chance.shuffle(made)
    return made


def addresses(originals: int, seed: int = 7) -> list[Row]:
    """Records of *originals* homes, each written none to four further times as people write addresses; ``truth`` tells which."""
    chance = random.Random(seed)
    made: list[Row] = []
    for _ in range(originals):
        home = _home(chance)
        if chance.random() < 0.1:
            home = {**home, "address": f"Flat {chance.randint(1, 9)}, {home['address']}"}
        which = home["address"]
        made.append({"truth": which, **home})
        for _ in range(chance.choices((0, 1, 2, 3, 4), (45, 30, 14, 8, 3))[0]):
            made.append({"truth": which, **_written_again(home, chance)})
    chance.shuffle(made)
    return made


def _household(chance: random.Random) -> list[Row]:
    home = {**_home(chance), "phone": f"07700 9{chance.randint(0, 99999):05}"}
    surname = chance.choice(SURNAMES)
    parents = [_person(chance, home, surname if chance.random() < 0.7 else chance.choice(SURNAMES), 20, 55)
               for _ in range(chance.choice((1, 2)))]  # fmt: skip
    children = [_person(chance, home, surname, 0, 17) for _ in range(chance.choice((0, 1, 1, 2, 3)))]
    if children and chance.random() < 0.05:
        twin = _person(chance, home, surname, 0, 17)
        children.append({**twin, "date_of_birth": children[0]["date_of_birth"]})
    return parents + children


def _person(chance: random.Random, home: Row, surname: str, youngest: int, oldest: int) -> Row:
    born = date(2025, 11, 1) - timedelta(days=chance.randint(youngest * 365, (oldest + 1) * 365))
    return {"given_name": chance.choice(GIVEN), "surname": surname, "date_of_birth": born.isoformat(), **home}


def _home(chance: random.Random) -> Row:
    street, number = chance.randrange(len(STREETS)), chance.randint(1, 140)
    postcode = f"AM{street % 9 + 1} {street // 9 % 9 + 1}{'ABDEFGHJLN'[street % 10]}{'PQRSTU'[number // 24]}"
    return {"address": f"{number} {STREETS[street]}", "postcode": postcode}


def _again(person: Row, chance: random.Random) -> Row:
    """The same person as another log has them."""
    made = dict(person)
    if chance.random() < 0.06 and person["date_of_birth"] < "2005":
        made["surname"] = chance.choice(SURNAMES)  # married
    if chance.random() < 0.15:
        made |= _home(chance)  # moved
    if chance.random() < 0.15:
        made["phone"] = f"07700 9{chance.randint(0, 99999):05}"
    for field in chance.sample(FIELDS[:4], chance.choice((0, 1, 1, 2))):
        made[field] = _slip(made[field], chance)
    if chance.random() < 0.06:
        made["given_name"], made["surname"] = made["surname"], made["given_name"]
    if chance.random() < 0.04:
        year, month, day, *_ = [*made["date_of_birth"].split("-"), "", ""]
        if day.isdigit() and int(day) <= 12:
            made["date_of_birth"] = f"{year}-{day}-{month}"
    if chance.random() < 0.3:
        made["address"] = _shortened(made["address"])
    for field, share in zip(FIELDS, (0.02, 0.02, 0.08, 0.12, 0.15, 0.3), strict=True):
        if chance.random() < share:
            made[field] = ""
    return made


def _written_again(home: Row, chance: random.Random) -> Row:
    made = dict(home)
    if chance.random() < 0.5:
        made["address"] = _shortened(made["address"])
    if chance.random() < 0.3:
        number, _, street = made["address"].rpartition(" ")
        made["address"] = f"{number} {_slip(street, chance)}"
    if chance.random() < 0.1:
        made["address"] = made["address"].upper() + ", AMBERFORD"
    if chance.random() < 0.1:
        made["postcode"] = _slip(made["postcode"], chance)
    if chance.random() < 0.08:
        made["postcode"] = ""
    if chance.random() < 0.3:
        made["postcode"] = made["postcode"].replace(" ", "").lower()
    return made


def _shortened(address: str) -> str:
    for long, short in SHORTER.items():
        address = address.replace(long, short)
    return address


def _slip(text: str, chance: random.Random) -> str:
    """One slip: a letter left out, doubled, swapped with its neighbour, or another in its place."""
    if len(text) < 2:
        return text
    at = chance.randrange(len(text) - 1)
    alphabet = "0123456789" if text[at].isdigit() else "abcdefghijklmnopqrstuvwxyz"
    return chance.choice((
        text[:at] + text[at + 1 :],
        text[:at] + text[at] + text[at:],
        text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        text[:at] + chance.choice(alphabet) + text[at + 1 :],
    ))  # fmt: skip
