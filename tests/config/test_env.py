"""Settings: a wrong or missing value stops the start with one sentence that names it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from goldthread.config.env import Environment, environment
from goldthread.config.errors import SettingsError
from goldthread.config.settings import database

GOOD = {
    "GOLDTHREAD_MODE": "production",
    "DATABASE_URL": "postgresql://app@db/goldthread",
    "GOLDTHREAD_SECRET_KEY": "s" * 50,
}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch):
    """Sets the whole environment to these values and reads it."""

    def read(**values: str) -> Environment:
        for name in [*os.environ]:
            if name.startswith(("GOLDTHREAD_", "DATABASE_")):
                monkeypatch.delenv(name)
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        environment.cache_clear()
        return environment()

    yield read
    monkeypatch.undo()
    environment.cache_clear()


def test_a_complete_production_starts(given) -> None:
    assert given(**GOOD).mode == "production"


def test_nothing_set_says_what_is_missing(given) -> None:
    with pytest.raises(SettingsError, match="Goldthread cannot start: DATABASE_URL is not set"):
        given()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("GOLDTHREAD_MODE", "live", "GOLDTHREAD_MODE"),
        ("GOLDTHREAD_PORT", "0", "GOLDTHREAD_PORT"),
        ("GOLDTHREAD_PORT", "65536", "GOLDTHREAD_PORT"),
        ("GOLDTHREAD_PORT", "eighty", "GOLDTHREAD_PORT"),
        ("GOLDTHREAD_STREAM_PORT", "", "GOLDTHREAD_STREAM_PORT"),
        ("GOLDTHREAD_HTTPS", "perhaps", "GOLDTHREAD_HTTPS"),
        ("GOLDTHREAD_FORCE_PREFIX", "amber", "GOLDTHREAD_FORCE_PREFIX"),
        ("GOLDTHREAD_SECRET_KEY", "short", "at least 50 characters"),
        ("DATABASE_URL", "mysql://app@db/x", "PostgreSQL only"),
        ("DATABASE_OWNER_URL", "sqlite:///x", "PostgreSQL only"),
        ("GOLDTHREAD_MAIL_URL", "mail.force.internal", "GOLDTHREAD_MAIL_URL must be an address such as smtp://"),
        ("GOLDTHREAD_MAIL_URL", "smtp://", "GOLDTHREAD_MAIL_URL"),
        ("GOLDTHREAD_MAIL_URL", "smtp://mail:port", "GOLDTHREAD_MAIL_URL"),
        ("GOLDTHREAD_MAIL_URL", "file://host/folder", "GOLDTHREAD_MAIL_URL"),
        ("GOLDTHREAD_MAIL_URL", "smtp://mail.force.internal", "GOLDTHREAD_MAIL_FROM is not set"),
        ("GOLDTHREAD_MAIL_FROM", "Amberford <a@b.example>", "one e-mail address"),
        ("GOLDTHREAD_TEXT_DOMAIN", "07700900123@texts.example", "a domain alone"),
        ("GOLDTHREAD_PARTNER_URL", "partners.force.example", "an address without a path"),
        ("GOLDTHREAD_PARTNER_URL", "https://force.example/partners", "an address without a path"),
        ("GOLDTHREAD_FILES_KEY", "short", "GOLDTHREAD_FILES_KEY must be at least 50 characters"),
    ],
)
def test_a_wrong_value_is_named(given, name: str, value: str, told: str) -> None:
    with pytest.raises(SettingsError, match=r"^Goldthread cannot start: ") as caught:
        given(**{**GOOD, name: value})
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_wrong_value_is_named_at_once(given) -> None:
    with pytest.raises(SettingsError) as caught:
        given(**{**GOOD, "GOLDTHREAD_PORT": "x", "GOLDTHREAD_MODE": "y"})
    assert "GOLDTHREAD_PORT" in str(caught.value)
    assert "GOLDTHREAD_MODE" in str(caught.value)


def test_a_wrong_secret_is_not_repeated(given) -> None:
    with pytest.raises(SettingsError) as caught:
        given(**{**GOOD, "GOLDTHREAD_SECRET_KEY": "hunter2-hunter2"})
    assert "hunter2" not in str(caught.value)


def test_the_demo_makes_its_own_secret_once_and_keeps_it_to_itself(given, tmp_path: Path) -> None:
    made = given(GOLDTHREAD_MODE="demo", GOLDTHREAD_DATA=str(tmp_path / "new"))
    first = made.session_key()
    assert len(first) >= 50
    assert made.session_key() == first
    assert stat.S_IMODE((made.keys_dir / "session.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(made.keys_dir.stat().st_mode) == 0o700


def test_a_process_that_cannot_start_ends_with_2_and_the_sentence() -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GOLDTHREAD_", "DATABASE_"))}
    done = subprocess.run(
        [sys.executable, "-c", "import goldthread.config.settings"], env=clean, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Goldthread cannot start: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgresql://app:p%40ss@db:5433/gt", {"USER": "app", "PASSWORD": "p@ss", "HOST": "db", "PORT": "5433", "NAME": "gt"}),
        ("postgresql://app@/gt?host=/run/my%20pg", {"HOST": "/run/my pg", "NAME": "gt", "PASSWORD": "", "PORT": ""}),
        ("postgresql://app@[::1]/gt", {"HOST": "::1"}),
        ("postgresql://app@db", {"NAME": "goldthread"}),
    ],
)  # fmt: skip
def test_an_address_is_understood(url: str, found: dict[str, str]) -> None:
    read = database(url)
    assert {name: read[name] for name in found} == found


def test_an_addresses_options_reach_the_driver() -> None:
    assert database("postgresql://app@db/gt?sslmode=verify-full")["OPTIONS"]["sslmode"] == "verify-full"


def test_a_password_in_a_wrong_mail_address_is_not_repeated(given) -> None:
    with pytest.raises(SettingsError) as caught:
        given(**{**GOOD, "GOLDTHREAD_MAIL_URL": "smtp://name:larch-password@host:port"})
    assert "larch-password" not in str(caught.value)


def test_production_sends_nothing_and_seals_nothing_until_it_is_told_how(given) -> None:
    made = given(**GOOD)
    assert (made.mail().url, made.attachments_key(), made.partner_address()) == ("", "", "")


def test_a_trial_writes_mail_into_its_folder_and_keeps_one_key_for_files(given, tmp_path: Path) -> None:
    made = given(GOLDTHREAD_MODE="demo", GOLDTHREAD_DATA=str(tmp_path))
    assert made.mail().url == (tmp_path / "mail").as_uri()
    assert made.attachments_key() == made.attachments_key() != made.session_key()
    assert stat.S_IMODE((tmp_path / "keys" / "files.key").stat().st_mode) == 0o600
    assert made.partner_address() == "http://localhost:8000"
