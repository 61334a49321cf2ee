"""Migrations are one line in each app, and complete."""

from __future__ import annotations

import itertools

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

OURS = sorted(config.label for config in apps.get_app_configs() if config.name.startswith("goldthread."))


@pytest.mark.parametrize("app", OURS)
def test_an_apps_migrations_are_one_line(app: str) -> None:
    graph = MigrationLoader(None).graph
    names = sorted(name for label, name in graph.nodes if label == app)
    assert len(graph.leaf_nodes(app)) <= 1
    for before, after in itertools.pairwise(names):
        assert before[:4] < after[:4], "two migrations with one number"
        assert (app, before) in graph.node_map[(app, after)].parents, f"{after} does not follow {before}"


def test_the_models_have_no_change_without_a_migration(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("app", OURS)
def test_a_migration_can_be_undone(app: str) -> None:
    loader = MigrationLoader(None)
    for (label, name), migration in loader.graph.nodes.items():
        if label == app:
            assert all(operation.reversible for operation in migration.operations), name
