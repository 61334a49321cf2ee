"""The statements by which an extract becomes what is known, set by set; ``records_actions`` runs them in one transaction.

``one`` holds the lines that can be used, of each key the newest; ``taken`` what becomes of each: ``at`` is the row it is of, ``state``
is *added*, *changed*, *same*, *late* or *refused*, with ``why``. ``v`` are the values in the order of ``records_rules``.
A row is changed only by what is newer than it, and than its ending; a file without a column ``restricted`` or ``born`` leaves those be.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

AWAY = "DROP TABLE IF EXISTS pg_temp.one, pg_temp.taken, pg_temp.gone, pg_temp.stands, pg_temp.worded"
_NOW_SET = "SELECT current_setting('enable_nestloop'), current_setting('work_mem')"
_SET = "SELECT set_config('enable_nestloop', %s, true), set_config('work_mem', %s, true)"
_WHOLE_SETS = ("off", "64MB")
ONE = """
CREATE TEMP TABLE one ON COMMIT DROP AS
SELECT DISTINCT ON (key) key, line, as_of, values AS v FROM contact_recordstaged
WHERE staging_id = %(staging)s AND why = '' ORDER BY key, as_of DESC, line DESC
"""
TWICE = """
SELECT s.line, 'The same key stands again on line ' || one.line || ', which is as new or newer.'
FROM contact_recordstaged s JOIN one ON one.key = s.key
WHERE s.staging_id = %(staging)s AND s.why = '' AND s.line <> one.line
"""
TAKEN = """
CREATE TEMP TABLE taken ON COMMIT DROP AS
SELECT key, line, as_of, v, at, person, place, why, CASE
    WHEN why <> '' THEN 'refused' WHEN at IS NULL THEN 'added' WHEN NOT differs THEN 'same' WHEN as_of > had THEN 'changed'
    ELSE 'late' END AS state
FROM ({}) AS found
"""
REFUSED = "SELECT line, why FROM taken WHERE state = 'refused'"
COUNTS = "SELECT state, count(*) FROM taken GROUP BY state"
MET = "SELECT count(*) FROM taken WHERE at IS NOT NULL"
NO_PERSON = "'No person of this source with the key that it names is known. Load people first.'"
NO_PLACE = "'No address of this source with the key that it names is known. Load addresses first.'"


@contextmanager
def whole_sets(cursor: Any) -> Iterator[None]:
    """Within a transaction, join whole sets whatever the statistics say; afterwards as before, since it may be part of a larger one.

    Tables that were just filled have no statistics yet: taken for small, they were gone through once for every line, for hours.
    """
    cursor.execute(_NOW_SET)
    before = cursor.fetchone()
    cursor.execute(_SET, _WHOLE_SETS)
    yield
    cursor.execute(_SET, before)  # not after an error: the transaction takes it back


@dataclass(frozen=True)
class Statements:
    """How one kind of extract is taken in: ``find`` says what each line is of; ``steps`` add and change, in order.

    ``standing`` are the rows of the source that a whole extract answers for, as ``FROM`` and condition on ``r``; ``end`` ends those that
    ``gone`` holds.
    """

    find: str
    steps: tuple[str, ...]
    standing: str
    end: tuple[str, ...]


def _confirmed(table: str) -> str:
    """What the same words say again later is as new as that."""
    return f"UPDATE {table} r SET as_of = t.as_of FROM taken t WHERE t.state = 'same' AND r.id = t.at AND t.as_of > r.as_of"


def _ends(table: str) -> str:
    return f"UPDATE {table} r SET ended_at = %(as_of)s FROM gone WHERE r.id = gone.id"


def _standing(table: str) -> str:
    return f"FROM {table} r WHERE r.source = %(source)s AND r.source_key <> '' AND r.ended_at IS NULL"


GONE = """
CREATE TEMP TABLE gone ON COMMIT DROP AS
SELECT r.id {} AND r.as_of <= %(as_of)s
AND NOT EXISTS (SELECT FROM contact_recordstaged s WHERE s.staging_id = %(staging)s AND s.key = r.source_key)
"""
"""Rows of which the extract holds no line, not even one that could not be used."""

PEOPLE = Statements(
    find="""
SELECT one.*, r.id AS at, NULL::bigint AS person, NULL::bigint AS place, GREATEST(r.as_of, r.ended_at) AS had,
    r.ended_at IS NOT NULL
    OR r.name IS DISTINCT FROM v[1] OR (%(born)s AND r.born IS DISTINCT FROM v[2]::date)
    OR r.restricted <> COALESCE(v[3]::boolean, r.restricted) AS differs,
    CASE WHEN r.name = '' THEN 'This person was erased here. Their source still holds them.' ELSE '' END AS why
FROM one LEFT JOIN contact_person r ON r.source = %(source)s AND r.source_key = one.key""",
    steps=(
        """
INSERT INTO contact_person (name, born, restricted, source, source_key, as_of)
SELECT v[1], v[2]::date, COALESCE(v[3]::boolean, false), %(source)s, key, as_of FROM taken WHERE state = 'added' ORDER BY line""",
        """
UPDATE contact_person r SET name = v[1], born = CASE WHEN %(born)s THEN v[2]::date ELSE r.born END,
    restricted = COALESCE(v[3]::boolean, r.restricted), as_of = t.as_of, ended_at = NULL
FROM taken t WHERE t.state = 'changed' AND r.id = t.at""",
        _confirmed("contact_person"),
        """
UPDATE taken t SET at = r.id FROM contact_person r
WHERE t.state = 'added' AND r.source = %(source)s AND r.source_key = t.key""",
        "DELETE FROM contact_personname n USING taken t WHERE t.state = 'changed' AND n.person_id = t.at",
        """
INSERT INTO contact_nameword (word) SELECT DISTINCT word FROM taken, unnest(string_to_array(v[4], ' ')) AS word
WHERE state IN ('added', 'changed') ORDER BY word ON CONFLICT (word) DO NOTHING""",
        """
INSERT INTO contact_personname (word_id, person_id)
SELECT w.id, t.at FROM taken t, unnest(string_to_array(v[4], ' ')) AS said JOIN contact_nameword w ON w.word = said
WHERE t.state IN ('added', 'changed') ON CONFLICT (word_id, person_id) DO NOTHING""",
    ),
    standing=_standing("contact_person"),
    # Who is held no longer is found by no name.
    end=(_ends("contact_person"), "DELETE FROM contact_personname n USING gone WHERE n.person_id = gone.id"),
)

_PLACE_AGAIN = """
UPDATE contact_place p SET
    restricted = told.restricted, ended_at = CASE WHEN p.source = ANY (told.sources) THEN told.ended_at ELSE p.ended_at END,
    source = CASE WHEN p.source = ANY (told.sources) AND told.as_of >= p.as_of THEN told.source ELSE p.source END,
    as_of = CASE WHEN p.source = ANY (told.sources) THEN GREATEST(p.as_of, told.as_of) ELSE p.as_of END
FROM (
    SELECT k.place_id, array_agg(k.source) AS sources, COALESCE(bool_or(k.restricted) FILTER (WHERE k.ended_at IS NULL), bool_or(k.restricted)) AS restricted,
        CASE WHEN bool_or(k.ended_at IS NULL) THEN NULL ELSE max(k.ended_at) END AS ended_at,
        max(k.as_of) AS as_of, (array_agg(k.source ORDER BY k.as_of DESC, k.id DESC))[1] AS source
    FROM contact_placekey k
    WHERE k.place_id IN ({}) GROUP BY k.place_id
) AS told WHERE told.place_id = p.id
"""
"""What an address is follows from what all its sources call by a key: restricted where one says so, gone where none holds it.
What came from elsewhere, such as a gazetteer, keeps its own source and does not go when an extract holds it no longer."""

ADDRESSES = Statements(
    find="""
SELECT one.*, r.id AS at, NULL::bigint AS person, r.place_id AS place, GREATEST(r.as_of, r.ended_at) AS had,
    r.ended_at IS NOT NULL
    OR (p.number, p.unit, s.plain, s.area, r.restricted)
        IS DISTINCT FROM (v[1]::varchar, v[2]::varchar, v[4]::varchar, v[5]::varchar, COALESCE(v[6]::boolean, r.restricted)) AS differs,
    '' AS why
FROM one LEFT JOIN contact_placekey r ON r.source = %(source)s AND r.source_key = one.key
LEFT JOIN contact_place p ON p.id = r.place_id LEFT JOIN contact_street s ON s.id = p.street_id""",
    steps=(
        """
INSERT INTO contact_street (name, plain, area, source, source_key, as_of)
SELECT DISTINCT ON (v[4], v[5]) v[3], v[4], v[5], %(source)s, '', as_of FROM taken WHERE state IN ('added', 'changed')
ORDER BY v[4], v[5], as_of DESC, line ON CONFLICT (plain, area) DO NOTHING""",
        """
INSERT INTO contact_place (street_id, number, unit, source, source_key, as_of)
SELECT DISTINCT ON (s.id, v[1], v[2]) s.id, v[1], v[2], %(source)s, '', t.as_of
FROM taken t JOIN contact_street s ON s.plain = v[4] AND s.area = v[5] WHERE t.state IN ('added', 'changed')
ORDER BY s.id, v[1], v[2], t.as_of DESC ON CONFLICT (street_id, number, unit) DO NOTHING""",
        """
CREATE TEMP TABLE stands ON COMMIT DROP AS
SELECT t.key, t.at, t.place AS before, p.id AS place FROM taken t JOIN contact_street s ON s.plain = v[4] AND s.area = v[5]
JOIN contact_place p ON p.street_id = s.id AND p.number = v[1] AND p.unit = v[2] WHERE t.state IN ('added', 'changed')""",
        """
INSERT INTO contact_placekey (place_id, restricted, source, source_key, as_of)
SELECT stands.place, COALESCE(v[6]::boolean, false), %(source)s, key, t.as_of FROM taken t JOIN stands USING (key) WHERE t.state = 'added'""",
        """
UPDATE contact_placekey r SET place_id = stands.place, restricted = COALESCE(v[6]::boolean, r.restricted), as_of = t.as_of, ended_at = NULL
FROM taken t JOIN stands USING (key) WHERE t.state = 'changed' AND r.id = t.at""",
        _confirmed("contact_placekey"),
        # An address that was corrected takes along who lives there and what stands on it by the same source, unless another of its keys
        # still means the old one.
        *(
            f"""
UPDATE {table} r SET place_id = stands.place FROM stands
WHERE stands.before <> stands.place AND r.place_id = stands.before AND r.source = %(source)s AND r.source_key <> ''
AND NOT EXISTS (SELECT FROM contact_placekey k WHERE k.place_id = stands.before AND k.source = %(source)s)"""
            for table in ("contact_residence", "contact_marker")
        ),
        """
UPDATE contact_place p SET ended_at = %(as_of)s FROM stands
WHERE stands.before <> stands.place AND p.id = stands.before AND p.source = %(source)s
AND NOT EXISTS (SELECT FROM contact_placekey k WHERE k.place_id = p.id)""",
        _PLACE_AGAIN.format("SELECT place FROM stands UNION SELECT before FROM stands UNION SELECT place FROM taken"),
    ),
    standing=_standing("contact_placekey"),
    end=(
        _ends("contact_placekey"),
        _PLACE_AGAIN.format("SELECT k2.place_id FROM contact_placekey k2 JOIN gone ON gone.id = k2.id"),
    ),
)

PHONES = Statements(
    find=f"""
SELECT one.*, r.id AS at, p.id AS person, NULL::bigint AS place, GREATEST(r.as_of, r.ended_at) AS had,
    r.ended_at IS NOT NULL OR (r.person_id, n.digits) IS DISTINCT FROM (p.id, v[2]::varchar) AS differs,
    CASE WHEN p.id IS NULL THEN {NO_PERSON}
        WHEN twice.id IS NOT NULL OR row_number() OVER (PARTITION BY v[1], v[2] ORDER BY one.as_of DESC, line) > 1
        THEN 'The same person and number stand under another key.' ELSE '' END AS why
FROM one LEFT JOIN contact_person p ON p.source = %(source)s AND p.source_key = v[1]
LEFT JOIN contact_personphone r ON r.source = %(source)s AND r.source_key = one.key
LEFT JOIN contact_phone n ON n.id = r.phone_id
LEFT JOIN contact_phone asked ON asked.digits = v[2]
LEFT JOIN contact_personphone twice
    ON twice.person_id = p.id AND twice.phone_id = asked.id AND twice.source = %(source)s AND twice.source_key <> one.key""",
    steps=(
        """
INSERT INTO contact_phone (digits, shown, source, source_key, as_of)
SELECT DISTINCT ON (v[2]) v[2], v[3], %(source)s, '', as_of FROM taken WHERE state IN ('added', 'changed')
ORDER BY v[2], as_of DESC ON CONFLICT (digits) DO NOTHING""",
        """
INSERT INTO contact_personphone (person_id, phone_id, source, source_key, as_of)
SELECT t.person, n.id, %(source)s, key, t.as_of FROM taken t JOIN contact_phone n ON n.digits = v[2] WHERE t.state = 'added'""",
        """
UPDATE contact_personphone r SET person_id = t.person, phone_id = n.id, as_of = t.as_of, ended_at = NULL
FROM taken t JOIN contact_phone n ON n.digits = v[2] WHERE t.state = 'changed' AND r.id = t.at""",
        _confirmed("contact_personphone"),
    ),
    standing=_standing("contact_personphone"),
    end=(_ends("contact_personphone"),),
)

RESIDENCES = Statements(
    find=f"""
SELECT one.*, r.id AS at, p.id AS person, k.place_id AS place, GREATEST(r.as_of, r.ended_at) AS had,
    r.ended_at IS NOT NULL OR (r.person_id, r.place_id, r.since, r.until)
        IS DISTINCT FROM (p.id, k.place_id, v[3]::date, v[4]::date) AS differs,
    CASE WHEN p.id IS NULL THEN {NO_PERSON} WHEN k.id IS NULL THEN {NO_PLACE} ELSE '' END AS why
FROM one LEFT JOIN contact_person p ON p.source = %(source)s AND p.source_key = v[1]
LEFT JOIN contact_placekey k ON k.source = %(source)s AND k.source_key = v[2]
LEFT JOIN contact_residence r ON r.source = %(source)s AND r.source_key = one.key""",
    steps=(
        """
INSERT INTO contact_residence (person_id, place_id, since, until, source, source_key, as_of)
SELECT person, place, v[3]::date, v[4]::date, %(source)s, key, as_of FROM taken WHERE state = 'added'""",
        """
UPDATE contact_residence r
SET person_id = t.person, place_id = t.place, since = v[3]::date, until = v[4]::date, as_of = t.as_of, ended_at = NULL
FROM taken t WHERE t.state = 'changed' AND r.id = t.at""",
        _confirmed("contact_residence"),
    ),
    standing=_standing("contact_residence"),
    end=(
        _ends("contact_residence"),
        """
UPDATE contact_residence r SET until = (%(as_of)s AT TIME ZONE 'Europe/London')::date FROM gone
WHERE r.id = gone.id AND (r.until IS NULL OR r.until > (%(as_of)s AT TIME ZONE 'Europe/London')::date)""",
    ),
)


def _marks(sort: str) -> Statements:
    """Markers, orders and flags: one that changed ends, and a new row stands for it."""
    standing = _standing("contact_marker") + f" AND r.sort = '{sort}'"
    return Statements(
        find=f"""
SELECT one.*, r.id AS at, p.id AS person, k.place_id AS place, GREATEST(r.as_of, r.ended_at) AS had,
    r.ended_at IS NOT NULL OR (r.kind, r.person_id, r.place_id, COALESCE(w.text, ''), r.number, r.since, r.until, r.review_on, r.restricted)
        IS DISTINCT FROM (v[1]::varchar, p.id, k.place_id, v[4], v[5]::varchar, v[6]::date, v[7]::date, v[8]::date,
        COALESCE(v[9]::boolean, r.restricted)) AS differs,
    CASE WHEN v[2] <> '' AND p.id IS NULL THEN {NO_PERSON} WHEN v[3] <> '' AND k.id IS NULL THEN {NO_PLACE}
        WHEN w.erased_at IS NOT NULL THEN 'Its words were erased here. Its source still holds them.' ELSE '' END AS why
FROM one LEFT JOIN contact_person p ON p.source = %(source)s AND p.source_key = v[2]
LEFT JOIN contact_placekey k ON k.source = %(source)s AND k.source_key = v[3]
LEFT JOIN LATERAL (
    SELECT * FROM contact_marker m WHERE m.source = %(source)s AND m.sort = '{sort}' AND m.source_key = one.key AND m.source_key <> ''
    ORDER BY m.id DESC LIMIT 1
) AS r ON true
LEFT JOIN audit_payload w ON w.id = r.words_id""",
        steps=(
            """
CREATE TEMP TABLE worded ON COMMIT DROP AS
SELECT key, v[4] AS words, gen_random_uuid() AS id, uuid_send(gen_random_uuid()) AS salt FROM taken
WHERE state IN ('added', 'changed') AND v[4] <> ''""",
            """
INSERT INTO audit_payload (id, salt, text, digest)
SELECT id, salt, words, sha256(salt || convert_to(words, 'UTF8')) FROM worded""",
            """
UPDATE contact_marker r SET ended_at = t.as_of FROM taken t
WHERE t.state = 'changed' AND r.id = t.at AND r.ended_at IS NULL""",
            f"""
INSERT INTO contact_marker
    (sort, kind, person_id, place_id, words_id, number, since, until, review_on, restricted, source, source_key, as_of)
SELECT '{sort}', v[1], t.person, t.place, worded.id, v[5], v[6]::date, v[7]::date, v[8]::date,
    COALESCE(v[9]::boolean, before.restricted, false), %(source)s, key, t.as_of
FROM taken t LEFT JOIN worded USING (key) LEFT JOIN contact_marker before ON before.id = t.at WHERE t.state IN ('added', 'changed') ORDER BY t.line""",
            _confirmed("contact_marker"),
        ),
        standing=standing,
        end=(_ends("contact_marker"),),
    )


STATEMENTS: dict[str, Statements] = {
    "people": PEOPLE, "addresses": ADDRESSES, "phones": PHONES, "residences": RESIDENCES, "markers": _marks("marker"),
    "orders": _marks("order"), "flags": _marks("flag"),
}  # fmt: skip
