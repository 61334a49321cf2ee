"""A database cluster made once and copied for each test that needs its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from goldthread.config.postgres import Cluster, Connections

from .support import cluster


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a stopped cluster, complete and never used."""
    directory = tmp_path_factory.mktemp("pristine") / "cluster"
    cluster(directory).start()
    cluster(directory).stop()
    return directory


@pytest.fixture
def place(pristine: Path, tmp_path: Path) -> Iterator[Path]:
    """A stopped cluster of the test's own; whatever runs in it afterwards is stopped."""
    directory = tmp_path / "cluster"
    shutil.copytree(pristine, directory)
    yield directory
    Cluster(directory).stop()
    shutil.rmtree(directory, ignore_errors=True)  # each is 40 MB


@pytest.fixture
def empty_place(tmp_path: Path) -> Iterator[Path]:
    """A folder with no cluster in it yet."""
    directory = tmp_path / "cluster"
    yield directory
    Cluster(directory).stop()
    shutil.rmtree(directory, ignore_errors=True)  # each is 40 MB


@pytest.fixture(scope="module")
def running(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connections]:
    """One running server for the tests of a module that do not disturb it."""
    directory = tmp_path_factory.mktemp("running") / "cluster"
    shutil.copytree(pristine, directory)
    yield cluster(directory).start()
    cluster(directory).stop()
