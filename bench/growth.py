"""Pages with 5,000 open incidents while what is stored grows from a hundred thousand closed ones to ten million.

What is stored is written by plain SQL, as the owner of the server and past all checks: closed incidents over ten years, each
with its first entry, grade, closing and those involved. Words, readings and clocks of theirs are left out: no page of an open
incident reads them but by the incident's own key. So it is not part of a plain ``python -m bench``: it takes a quarter of an
hour and 15 GB.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import psycopg

from bench.figures import CannotMeasureError, Result, Row, milliseconds, percentile
from bench.served import Visitor, free_address, part, served, visit
from bench.world import World

SIZES = (100_000, 1_000_000, 10_000_000)
SHORT = SIZES[:2]
SECONDS, WARM = 6.0, 2.0
TARGET = 0.200
PAGES = 40
"""Open incidents whose pages are visited in turn."""
BATCH = 500_000
TABLES = ("contact_incident", "contact_entry", "contact_involvement", "response_gradeperiod", "response_closing")
STATEMENTS = (
    """INSERT INTO contact_incident (id, reference, opened_at, origin, channel, area, child, children_answer, last_seq, next_action,
           closed_at, team_id, opened_by_id, owner_id, line, on_line, safe_contact)
       SELECT md5('stored ' || n)::uuid, 'AM-STORED-' || n, {at}, 'here', '101', (ARRAY['North', 'South', 'East', 'West'])[n %% 4 + 1],
           (ARRAY['none', 'possible', 'yes'])[n %% 3 + 1], 'asked_none', 2, 'none', {at} + interval '3 hours',
           {team}, {staff}, {staff}, 'speaking', 'not_asked', 'not_asked'
       FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n""",
    """INSERT INTO contact_entry (seq, kind, source, code, data, occurred_at, recorded_at, late, author_id, incident_id)
       SELECT 1, 'event', 'system', 'incident.opened', '{{"channel": "101"}}', {at}, {at}, false, {staff}, md5('stored ' || n)::uuid
       FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n""",
    """INSERT INTO contact_involvement (part, at, incident_id, staff_id)
       SELECT part, {at}, md5('stored ' || n)::uuid, {staff}
       FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n CROSS JOIN unnest(ARRAY['opener', 'owner']) AS part""",
    """INSERT INTO response_gradeperiod (seq, grade, severity, at, origin, by_id, incident_id)
       SELECT 1, 'resolution', 1, {at}, 'here', {staff}, md5('stored ' || n)::uuid
       FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n""",
    """INSERT INTO response_closing (at, origin, reason, by_id, incident_id, result_id)
       SELECT {at} + interval '3 hours', 'here', 'advice', {staff}, md5('stored ' || n)::uuid, %(words)s
       FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n""",
)
AT = "now() - interval '10 years' * (n %% 9973) / 9973 - interval '1 day'"
"""When the nth of them was opened."""


def run(world: World, *, whole: bool) -> Result:
    """Measure, to ten million where ``whole``, else to a million."""
    rows: list[Row] = []
    notes: list[str] = []
    first: dict[str, float] = {}
    stored = 0
    for size in SIZES if whole else SHORT:
        began = time.monotonic()
        _store(world, stored, size)
        stored = size
        notes.append(f"{size:,} stored after {time.monotonic() - began:.0f} s, {_room(world)}.")
        for name, took in _measured(world).items():
            p95 = percentile(took, 0.95)
            before = first.setdefault(name, p95)
            rows.append(
                Row(
                    f"{size:,} stored: {name}, p95", milliseconds(p95), milliseconds(before), f"{p95 / before:.2f}x",
                    "<= 200 ms", p95 <= TARGET,
                )
            )  # fmt: skip
    return Result(
        f"growth: pages with {len(world.filled.incidents):,} open incidents, one visitor, as more is stored",
        rows,
        [
            *notes,
            "Reference: the same page with a hundred thousand stored, in the same run.",
            f"Stored ones have no words, readings or clocks; {world.disk}.",
            *(
                []
                if whole
                else [
                    f"The target is for ten million stored, which 'python -m bench growth' tries; here {stored:,} are."
                ]
            ),
        ],
    )


def _store(world: World, before: int, size: int) -> None:
    """Write from the one count to the other; indexes that no constraint needs are made anew after, which is quicker."""
    with psycopg.connect(world.urls.admin_url, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("SET maintenance_work_mem = '1GB'")
        admin.execute("SET synchronous_commit = off")
        words = _one(admin, "SELECT id FROM audit_payload LIMIT 1")
        parts = {
            "at": AT,
            "team": _among(admin, "accounts_team"),
            "staff": _among(admin, "accounts_staff"),
        }
        made = admin.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND NOT EXISTS "
            "(SELECT FROM pg_constraint WHERE conname = indexname) AND indexdef NOT LIKE 'CREATE UNIQUE%%'",
            [list(TABLES)],
        ).fetchall()
        for name, _ in made:
            admin.execute(f'DROP INDEX "{name}"')
        for first in range(before, size, BATCH):
            last = min(first + BATCH, size) - 1
            for statement in STATEMENTS:
                admin.execute(statement.format(**parts), {"first": first, "last": last, "words": words})
        for _, definition in made:
            admin.execute(definition)
        admin.execute("VACUUM ANALYZE")
        admin.execute("CHECKPOINT")


def _measured(world: World) -> dict[str, list[float]]:
    """How long each page took one visitor."""
    from bench.filling import session_cookie

    cookie = session_cookie(world.filled.writers[0])
    where = free_address()
    incidents = [f"/incidents/{one}/" for one in world.filled.incidents[:PAGES]]
    took: dict[str, list[float]] = {}
    with served([part("pages", where)]):
        for name, paths in (("board", ["/board/"]), ("inbox", ["/inbox/"]), ("incident", incidents)):
            visitors = [Visitor(where.port, path, cookie) for path in paths]
            try:
                _turns(visitors, WARM)
                took[name] = _turns(visitors, SECONDS)
            finally:
                for one in visitors:
                    one.close()
    return took


def _turns(visitors: Sequence[Visitor], seconds: float) -> list[float]:
    """Each page in turn, one at a time, for so long; how long each took."""
    if len(visitors) == 1:
        return visit(visitors, seconds)
    until, took = time.perf_counter() + seconds, []
    while (began := time.perf_counter()) < until:
        visitors[len(took) % len(visitors)].get()
        took.append(time.perf_counter() - began)
    return took


def _among(admin: psycopg.Connection, table: str) -> str:
    """SQL for the key of a row of *table* that goes with ``n``."""
    keys = [row[0] for row in admin.execute(f"SELECT id FROM {table} ORDER BY id LIMIT 100").fetchall()]
    return f"(ARRAY{keys})[n %% {len(keys)} + 1]"


def _one(admin: psycopg.Connection, asked: str) -> object:
    row = admin.execute(asked).fetchone()
    if row is None:
        raise CannotMeasureError("the bench's force has no words")
    return row[0]


def _room(world: World) -> str:
    with psycopg.connect(world.urls.admin_url) as admin:
        return f"{_one(admin, 'SELECT pg_size_pretty(pg_database_size(current_database()))')} in all"
