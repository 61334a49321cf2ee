"""Settings read from the environment, typed, each wrong value told in a sentence.

Everything an operator can set is a field here and a row in ``docs/settings.md`` (a test compares the two).
"""

from __future__ import annotations

import os
import re
import secrets
import sys
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from goldthread.config.env_sign_on import SignOnSettings
from goldthread.config.errors import SettingsError


@dataclass(frozen=True)
class Mail:
    """What sends mail, the address it comes from, and the domain at which mail becomes a text message; each may be empty."""

    url: str
    sender: str
    text_domain: str


class Environment(SignOnSettings):
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

    mail_url: str = Field(default="", description="smtp://, smtps:// or file:/// address of what sends mail")
    mail_from: str = Field(default="", description="the address that mail comes from")
    text_domain: str = Field(default="", description="domain at which a mail service turns mail into text messages")
    partner_url: str = Field(default="", description="address under which partners reach the service")
    files_key: str = Field(default="", description="seals attachments; at least 50 characters")
    card_hosts: str = Field(default="", description="origins whose pages may hold the THRIVE card, comma separated")
    webhook_networks: str = Field(default="", description="networks of the force's own to which webhooks may go")

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

    @field_validator("mail_url")
    @classmethod
    def _mail_only(cls, value: str) -> str:
        if value:
            parts = urlsplit(value)
            service = parts.scheme in {"smtp", "smtps"} and parts.hostname
            folder = parts.scheme == "file" and not parts.netloc and len(parts.path) > 1
            try:
                known = parts.port is None or parts.port > 0
            except ValueError:
                known = False
            if not (service or folder) or not known:
                raise ValueError(
                    "must be an address such as smtp://name:password@mail.force.internal:587 or file:///folder"
                )
        return value

    @field_validator("mail_from")
    @classmethod
    def _one_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+", value):
            raise ValueError("must be one e-mail address, such as safeguarding@force.example")
        return value

    @field_validator("text_domain")
    @classmethod
    def _a_domain(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", value, re.ASCII):
            raise ValueError("must be a domain alone, such as texts.force.internal")
        return value

    @field_validator("card_hosts")
    @classmethod
    def _origins(cls, value: str) -> str:
        found = [one.strip().rstrip("/").lower() for one in value.split(",") if one.strip()]
        for one in found:
            if not re.fullmatch(
                r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::[0-9]{1,5})?", one, re.ASCII
            ):
                raise ValueError(
                    "must be origins such as https://cad.force.internal, without a path, separated by commas"
                )
        return ",".join(found)

    @field_validator("webhook_networks")
    @classmethod
    def _networks(cls, value: str) -> str:
        found = [one.strip() for one in value.split(",") if one.strip()]
        for one in found:
            try:
                ip_network(one)
            except ValueError:
                raise ValueError("must be networks such as 10.20.0.0/16, separated by commas") from None
        return ",".join(found)

    @field_validator("partner_url")
    @classmethod
    def _whole_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (
            parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query
        ):
            raise ValueError("must be an address without a path, such as https://partners.force.example")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _production_is_complete(self) -> Environment:
        if self.mode == "production":
            if not self.database_url:
                raise ValueError("DATABASE_URL is not set; for a trial on this machine run 'make run' instead")
            if len(self.secret_key) < 50:
                raise ValueError("GOLDTHREAD_SECRET_KEY must be at least 50 characters")
        if self.files_key and len(self.files_key) < 50:
            raise ValueError("GOLDTHREAD_FILES_KEY must be at least 50 characters")
        if self.mail_url and not self.mail_from:
            raise ValueError(
                "GOLDTHREAD_MAIL_FROM is not set: mail that GOLDTHREAD_MAIL_URL sends needs an address it comes from"
            )
        self.sign_on_is_complete()
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
        return self.secret_key or self._kept("session.key")

    def attachments_key(self) -> str:
        """What seals attachments: the configured text, in demo and test one generated once; empty where there is none."""
        return self.files_key or ("" if self.mode == "production" else self._kept("files.key"))

    def mail(self) -> Mail:
        """What sends mail: as set; in demo and test a folder in ``data``; in production without a setting nothing does."""
        url, sender = self.mail_url, self.mail_from
        if not url and self.mode != "production":
            url, sender = (self.data / "mail").resolve().as_uri(), sender or "goldthread@amberford.invalid"
        return Mail(url, sender, self.text_domain or ("" if self.mode == "production" else "texts.invalid"))

    def partner_address(self) -> str:
        """Under which address partners open their links; in demo and test this machine's. Empty where none is set in production."""
        return self.partner_url or ("" if self.mode == "production" else f"http://localhost:{self.port}")

    def _kept(self, name: str) -> str:
        """A secret of this data folder, generated once."""
        path = self.keys_dir / name
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
