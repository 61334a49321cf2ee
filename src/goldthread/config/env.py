"""Settings read from the environment, typed, each wrong value told in a sentence.

Everything an operator can set is a field here and a row in ``docs/settings.md`` (a test compares the two).
"""

from __future__ import annotations

import os
import secrets
import sys
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from goldthread.config.errors import SettingsError


class Environment(BaseSettings):
    """What the operator chose. Names in the environment carry the prefix ``GOLDTHREAD_`` unless said otherwise."""

    model_config = SettingsConfigDict(env_prefix="GOLDTHREAD_", extra="ignore")

    mode: Literal["production", "demo", "test"] = "production"
    data: Path = Field(default=Path(".goldthread"), description="folder for the demo database, keys and checkpoints")
    database_url: str = Field(default="", validation_alias="DATABASE_URL", description="serving role")
    database_owner_url: str = Field(default="", validation_alias="DATABASE_OWNER_URL", description="migrating role")
    as_owner: bool = Field(
        default=False, description="connect as the migrating role; set by 'goldthread migrate' alone"
    )
    secret_key: str = Field(default="", description="signs sessions; at least 50 characters")
    hosts: str = Field(default="localhost,127.0.0.1,[::1]", description="host names served, comma separated")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=1, le=65535, description="port of the pages")
    stream_port: int = Field(default=8001, ge=1, le=65535, description="port of the live stream")
    stream_url: str = Field(default="", description="public address of the stream when a proxy maps it")
    https: bool = Field(default=True, description="cookies only over HTTPS; off in the demo")
    behind_proxy: bool = Field(
        default=False, description="one proxy stands in front and sets X-Forwarded-Proto and X-Forwarded-For itself"
    )
    force_name: str = Field(default="Amberford Constabulary", description="shown on every page")
    force_prefix: str = Field(default="AM", pattern=r"^[A-Z]{2,4}$", description="first letters of a reference")
    checkpoint_dir: Path | None = Field(default=None, description="where signed audit checkpoints are written")
    checkpoint_key: Path | None = Field(default=None, description="Ed25519 private key (PEM) for checkpoints")

    snapshot_dir: Path | None = Field(default=None, description="where sealed snapshots of the board are written")
    snapshot_key: Path | None = Field(default=None, description="X25519 public key (PEM) that seals them")

    reading_socket: Path | None = Field(
        default=None, description="where full readings are made aside; set by 'goldthread serve' for its own parts"
    )
    second_reader: str = Field(default="", description="address of a second reader of the force's own; off without it")
    second_reader_seconds: float = Field(default=2.0, gt=0, le=30, description="how long its answer is waited for")

    @field_validator("second_reader")
    @classmethod
    def _http_only(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
            raise ValueError("must be an address such as http://reader.force.internal:9000/suggest")
        return value

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _postgres_only(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"postgres", "postgresql"}:
            raise ValueError("must begin with postgresql:// (Goldthread runs on PostgreSQL only)")
        return value

    @model_validator(mode="after")
    def _production_is_complete(self) -> Environment:
        if self.mode == "production":
            if not self.database_url:
                raise ValueError("DATABASE_URL is not set; for a trial on this machine run 'make run' instead")
            if len(self.secret_key) < 50:
                raise ValueError("GOLDTHREAD_SECRET_KEY must be at least 50 characters")
        return self

    @property
    def keys_dir(self) -> Path:
        """The folder that holds generated keys, made with mode 0700 on first use."""
        folder = self.data / "keys"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def snapshot_folder(self) -> Path | None:
        """Where snapshots of the board go: the folder set, in the demo one in ``data``, else None: none are written."""
        if self.snapshot_dir is None and self.mode == "demo":
            return self.data / "snapshots"
        return self.snapshot_dir

    def session_key(self) -> str:
        """The configured secret, or in demo and test one generated once and kept in a 0600 file."""
        if self.secret_key:
            return self.secret_key
        path = self.keys_dir / "session.key"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text()
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(64))
        return path.read_text()


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The settings of this process, read once.

    Raises ``SettingsError`` with one sentence that lists every wrong value.
    """
    try:
        return Environment()
    except ValidationError as error:
        told = "; ".join(_told(dict(item)) for item in error.errors())
        raise SettingsError(f"Goldthread cannot start: {told}.") from None


def _told(item: dict[str, object]) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    place = item["loc"]
    if not isinstance(place, tuple) or not place:
        return message
    name = str(place[0])
    shown = name if name.isupper() else f"GOLDTHREAD_{name.upper()}"
    return f"{shown} {message[0].lower()}{message[1:]}"


def environment_or_exit() -> Environment:
    """``environment()`` for entry points: prints the sentence and ends with status 2 when a setting is wrong."""
    try:
        return environment()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None
