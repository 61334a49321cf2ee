"""Search as typed over two million people and five million addresses, through the page that a contact's fields ask."""

from __future__ import annotations

import http.client
import itertools
import random
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import psycopg

from bench.figures import CannotMeasureError, Result, Row, milliseconds, percentile
from bench.served import HOST, Visitor, free_address, instead, part, served, visit
from bench.texts import SEED
from bench.world import World

PEOPLE, PLACES = 2_000_000, 5_000_000
EACH = 150
"""Names and places that are searched, each half typed and typed whole; numbers are a third of that."""
TARGET = 0.100
FRONT = (
    "ash beck birch bram brook cald carr cliff dale eller fair farn ferns gill glen hart hazel heath holm "
    "kest lang larch lin marl mere mill net oak orm pend pick quarn raven rush sal sedge shaw stan tarn "
    "thorn ulls wain wether whin with wold yar"
)
BACK = (
    "bank berry bourne bridge by croft den field ford gate ham hill holt hurst ing lea ley low mead mount "
    "over rigg scar side stead thwaite ton wick wood worth"
)
KINDS = (
    "road street lane avenue close drive court way crescent grove terrace place gardens walk row mews "
    "hill green park view rise square yard"
)
SYLLABLE = (
    "b br c ch d f g gr h j k l m n p r s sh st t th v w",
    "a e i o u ai ea ie oo",
    "n r l th ck m s t nd rt ll",
)
AHEAD = ("", "old ", "upper ", "lower ")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
FILL = [
    "INSERT INTO contact_place (street_id, number, unit, source, source_key, as_of) "
    "SELECT s.id, n::text, '', 'gazetteer', '', now() FROM contact_street s, generate_series(1, %(numbers)s) n",
    "INSERT INTO contact_person (name, born, source, source_key, as_of) "
    "SELECT initcap(f.word || CASE WHEN mod(one, 2) = 0 THEN ' ' || m.word ELSE '' END || ' ' || l.word), "
    "date '1940-01-01' + (random() * 31000)::int, 'records', '', now() "
    "FROM (SELECT one, 1 + mod((%(first)s * random() ^ 2)::int, %(first)s) AS f, 1 + mod((%(first)s * random() ^ 2)::int, %(first)s) AS m, "
    "1 + %(first)s + mod((%(last)s * random() ^ 2)::int, %(last)s) AS l FROM generate_series(1, %(people)s) one OFFSET 0) p "
    "JOIN bench_word f ON f.id = p.f JOIN bench_word m ON m.id = p.m JOIN bench_word l ON l.id = p.l",
    "INSERT INTO contact_nameword (word) SELECT DISTINCT word FROM bench_word",
    "INSERT INTO contact_personname (word_id, person_id) SELECT DISTINCT w.id, p.id FROM contact_person p, "
    "string_to_table(lower(p.name), ' ') part JOIN contact_nameword w ON w.word = part",
    "INSERT INTO contact_residence (person_id, place_id, source, source_key, as_of) "
    "SELECT id, 1 + mod(id * 7919, %(places)s) + (SELECT min(id) - 1 FROM contact_place), 'records', '', now() FROM contact_person",
    "INSERT INTO contact_phone (digits, shown, source, source_key, as_of) "
    "SELECT '+447' || lpad(n::text, 9, '0'), '07' || substr(lpad(n::text, 9, '0'), 1, 3) || ' ' || substr(lpad(n::text, 9, '0'), 4), "
    "'records', '', now() FROM generate_series(1, %(people)s) n",
    "INSERT INTO contact_personphone (person_id, phone_id, source, source_key, as_of) "
    "SELECT p.id, h.id, 'records', '', now() FROM (SELECT id, row_number() OVER (ORDER BY id) nth FROM contact_person) p "
    "JOIN (SELECT id, row_number() OVER (ORDER BY id) nth FROM contact_phone) h USING (nth)",
]
"""Names are shared as real ones are: the commonest first name by nearly two in a hundred, half have a middle name."""


@dataclass(frozen=True)
class Search:
    """What is typed, of which kind, and what ought to be among the answers; empty while it is half typed."""

    kind: str
    typed: str
    wanted: str = ""


def run(world: World) -> Result:
    """Fill, search, measure."""
    from bench.filling import session_cookie

    began = time.monotonic()
    _fill(world)
    filled = time.monotonic() - began
    asked = _searches(world, random.Random(SEED))
    where, bare_where = free_address(), free_address()
    cookie = session_cookie(world.filled.dispatcher)
    pages, bare = part("pages", where), instead(part("pages", bare_where), "bench.bare:application", "bare")
    with served([pages, bare]):
        one, theirs = Asker(where.port, world, cookie), Visitor(bare_where.port, "/")
        try:
            for search in asked[
                ::10
            ]:  # templates compiled, the index in memory as it is in a room that has worked a day
                one.ask(search)
            took = [(search, *one.ask(search)) for search in asked]
            bare_took = visit([theirs], 2.0)
        finally:
            one.close()
            theirs.close()
    rows = [_row("all of it", [seconds for _, seconds, _ in took], bare_took, TARGET)]
    for kind, name in (("person", "names"), ("place", "places"), ("phone", "numbers")):
        rows.append(_row(name, [seconds for search, seconds, _ in took if search.kind == kind], bare_took))
        whole = [found for search, _, found in took if search.kind == kind and search.wanted]
        rows.append(Row(f"  {name} typed whole, half with a slip: found", f"{sum(whole)} of {len(whole)}"))
    return Result(
        f"search: as typed over {PEOPLE:,} people and {PLACES:,} addresses",
        rows,
        [
            f"{len(asked)} searches, one after another, through the page that the contact's fields ask. Filled in {filled:.0f} s.",
            "Found: the person's name, the address or the number is among the eight shown. People of one name are told",
            "apart on the page by birthday and address, and which eight of many namesakes come is not judged here.",
            f"Reference: a Django page that answers 'ok' without session or database; {world.disk}.",
        ],
    )


def _row(what: str, took: Sequence[float], bare: Sequence[float], target: float | None = None) -> Row:
    p50, p95 = percentile(took, 0.50), percentile(took, 0.95)
    reference = percentile(bare, 0.95)
    figure = f"p50 {milliseconds(p50)}, p95 {milliseconds(p95)}"
    if target is None:
        return Row(what, figure)
    return Row(what, figure, milliseconds(reference), f"{p95 / reference:.1f}", "p95 <= 100 ms", p95 <= target)


class Asker:
    """A signed-in browser that asks for suggestions in one incident."""

    def __init__(self, port: int, world: World, cookie: str) -> None:
        self._link = http.client.HTTPConnection(HOST, port, timeout=60)
        self._path = f"/incidents/{world.filled.incidents[0]}/known/suggest"
        token = secrets.token_hex(16)
        self._head = {
            "Cookie": f"{cookie}; csrftoken={token}",
            "X-CSRFToken": token,
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def ask(self, search: Search) -> tuple[float, bool]:
        """Seconds, and whether what was wanted is there. Raises ``CannotMeasureError``."""
        body = urlencode({"kind": search.kind, "typed": search.typed, "list": "x"})
        began = time.perf_counter()
        self._link.request("POST", self._path, body, self._head)
        answer = self._link.getresponse()
        page = answer.read().decode()
        seconds = time.perf_counter() - began
        if answer.status != 200:
            raise CannotMeasureError(f"a search answered {answer.status}")
        return seconds, bool(search.wanted) and search.wanted in page

    def close(self) -> None:
        """Hang up."""
        self._link.close()


def _fill(world: World) -> None:
    rng = random.Random(SEED)
    kinds = (f" {kind}" for kind in KINDS.split())
    streets = ["".join(parts) for parts in itertools.product(AHEAD, FRONT.split(), BACK.split(), kinds)]
    rng.shuffle(streets)  # a gazetteer is not in order either
    first = _words(rng, 3_000, 2)
    last = _words(rng, 60_000, 3, set(first))
    given = {
        "numbers": PLACES // len(streets) + 1,
        "people": PEOPLE,
        "places": PLACES,
        "first": len(first),
        "last": len(last),
    }
    with psycopg.connect(world.urls.admin_url) as link, link.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no question asked for each of twenty million rows
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute("CREATE TEMP TABLE bench_word (id int PRIMARY KEY, word text)")
        with cursor.copy("COPY bench_word FROM STDIN") as copy:
            for row in enumerate([*first, *last], 1):
                copy.write_row(row)
        with cursor.copy("COPY contact_street (name, plain, area, source, source_key, as_of) FROM STDIN") as copy:
            for number, name in enumerate(streets):
                area = ("North", "South", "East", "West")[number % 4]
                copy.write_row((name.title(), name, area, "gazetteer", "", "2026-01-01"))
        for statement in FILL:
            cursor.execute(statement, given)
    with psycopg.connect(world.urls.admin_url, autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE")
        admin.execute("CHECKPOINT")


def _words(rng: random.Random, many: int, syllables: int, taken: set[str] | None = None) -> list[str]:
    """Different words that can be said, the shortest first, as the commonest names are short."""
    heads, hearts, tails = SYLLABLE[0].split(), SYLLABLE[1].split(), ["", *SYLLABLE[2].split()]
    found: dict[str, None] = {}
    while len(found) < many:
        word = "".join(rng.choice(heads) + rng.choice(hearts) for _ in range(syllables)) + rng.choice(tails)
        if word not in (taken or ()):
            found[word] = None
    return sorted(found, key=lambda word: (len(word), word))


def _searches(world: World, rng: random.Random) -> list[Search]:
    with psycopg.connect(world.urls.app_url) as link:
        people = link.execute("SELECT name FROM contact_person TABLESAMPLE SYSTEM (0.1) REPEATABLE (7)").fetchall()
        places = link.execute(
            "SELECT p.number, s.name FROM contact_place p TABLESAMPLE SYSTEM (0.05) REPEATABLE (7) JOIN contact_street s ON s.id = p.street_id"
        ).fetchall()
        phones = link.execute("SELECT shown FROM contact_phone TABLESAMPLE SYSTEM (0.05) REPEATABLE (7)").fetchall()
    found: list[Search] = []
    for (name,) in rng.sample(people, EACH):
        words = name.split()
        typed = f"{words[0]} {words[-1]}"
        found += [Search("person", typed[: len(typed) * 2 // 3]), Search("person", _slip(rng, typed), words[-1])]
    for number, street in rng.sample(places, EACH):
        typed = f"{number} {street}"
        found += [Search("place", typed[: len(typed) * 2 // 3]), Search("place", _slip(rng, typed), typed)]
    for (shown,) in rng.sample(phones, EACH // 3):
        found += [Search("phone", shown[:7]), Search("phone", shown.replace(" ", ""), shown)]
    rng.shuffle(found)
    return found


def _slip(rng: random.Random, typed: str) -> str:
    """In every second one two letters change places, or one is another: the number is left as it is."""
    if rng.random() < 0.5:
        return typed
    at = rng.choice([place for place in range(len(typed) - 1) if typed[place : place + 2].isalpha()])
    if rng.random() < 0.5:
        return typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :]
    return typed[:at] + rng.choice(LETTERS) + typed[at + 1 :]
