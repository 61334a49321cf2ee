"""What the database itself refuses, as the serving role, to whoever goes round the look-back's actions."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from goldthread.audit.grants import append_only_tables
from goldthread.lookback.decide_actions import decide, record_outcome
from goldthread.lookback.models import Agreement, Decision, Hit, Item, Outcome, Run
from goldthread.lookback.rules import Given
from tests.cast import Cast, key
from tests.contact.test_database_refusals import refused
from tests.lookback.made import some_items

INSUFFICIENT = "42501"


@pytest.fixture
def item(cast: Cast, tmp_path: Path) -> Item:
    made = some_items(cast, tmp_path, 1)[0]
    decide(cast.vast, made.pk, key=key(), given=Given("safe", "seen", "Seen."))
    record_outcome(cast.vast, made.pk, key=key(), kind="safe_seen")
    return made


def test_the_serving_role_connects() -> None:
    assert {model._meta.db_table for model in (Run, Agreement, Hit, Decision, Outcome)} <= append_only_tables()


@pytest.mark.parametrize("model", [Run, Agreement, Hit, Decision, Outcome], ids=lambda model: model.__name__)
@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_record_is_neither_changed_nor_removed(item: Item, model: type, sql: str) -> None:
    assert refused(sql.format(model._meta.db_table)) == INSUFFICIENT  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "by"),
    [
        ("owner_id = NULL", "lookback_exactly_one_owner"),
        ("owner_team_id = team_id", "lookback_exactly_one_owner"),
        ("decision = ''", "lookback_decided_says_how"),
        ("state = 'open'", "lookback_decided_says_how"),
        ("decided_at = NULL", "lookback_decided_says_how"),
        ("decision = 'undone'", "lookback_decision_known"),
        ("due_at = release_at - interval '1 second'", "lookback_due_after_release"),
        ("due_at = NULL", "23502"),
        ("release_at = NULL", "23502"),
    ],
)
def test_an_item_always_has_one_owner_one_time_and_one_state(item: Item, change: str, by: str) -> None:
    assert refused(f"UPDATE lookback_item SET {change} WHERE id = %s", item.pk) == by


def test_a_row_is_one_hit_a_hit_one_item_and_a_source_one_run(item: Item) -> None:
    columns = "run_id, row, reference, incident_id, reading_id, received_at, level, severity, probability, adult_vulnerability, findings, said_id, carried, why"
    hit = f"INSERT INTO lookback_hit ({columns}) SELECT {columns} FROM lookback_hit WHERE id = %s"
    assert refused(hit, item.hit_id) == "lookback_row_once"
    columns = (
        "team_id, kind, agreed_by_id, capacity, source, source_hash, engine, path, lexicon, model, rows, hits, "
        "not_carried, unread, bad, repeated, known, made, waiting"
    )
    run = f"INSERT INTO lookback_run ({columns}) SELECT {columns} FROM lookback_run"
    assert refused(run).startswith("lookback_run_source_hash")


def test_safe_without_a_reason_or_words_and_vast_without_a_desk_are_no_decisions(cast: Cast, item: Item) -> None:
    insert = "INSERT INTO lookback_decision (item_id, seq, kind, reason, by_id) VALUES (%s, 9, %s, %s, %s)"
    for kind, reason, by in (
        ("safe", "", "lookback_safe_says_why"),
        ("safe", "seen", "lookback_safe_says_why"),
        ("reopen", "seen", "lookback_safe_says_why"),
        ("vast", "", "lookback_vast_is_handed"),
    ):
        assert refused(insert, item.pk, kind, reason, cast.vast.pk) == by
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM lookback_decision")
        assert cursor.fetchone()[0] == 1
