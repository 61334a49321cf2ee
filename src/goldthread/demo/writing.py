"""What rows are written with: who and what is there already, and the rows collected for one COPY of each table."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models

from goldthread.accounts.models import Staff
from goldthread.audit.models import Payload
from goldthread.demo.loading import Row
from goldthread.response.models import Unit

if TYPE_CHECKING:
    from goldthread.demo.desk_rows import Watch
    from goldthread.demo.known import Found
    from goldthread.demo.people import Home


@dataclass(frozen=True)
class Known:
    """What is there already: staff by username, units and their crews by call sign; and keys for what is to come.

    Without a ``watch`` nothing of safeguarding is written. ``homes`` by address and area.
    """

    staff: dict[str, Staff]
    units: dict[str, Unit]
    crews: dict[str, tuple[str, ...]]
    prefix: str
    ids: Mapping[type[models.Model], Iterator[int]]
    records: Found
    watch: Watch | None = None
    homes: Mapping[tuple[str, str], Home] = field(default_factory=dict)


class Rows(defaultdict[type[models.Model], list[Row]]):
    """Rows collected for one COPY of each table."""

    def __init__(self) -> None:
        super().__init__(list)

    def add(self, model: type[models.Model], /, **values: Any) -> Row:
        """Keep a row for its table and return it; it may still change until it is written."""
        self[model].append(values)
        return values

    def keep(self, text: str) -> uuid.UUID:
        """Keep a text as ``Payload.objects.keep`` does, and return its key."""
        salt = secrets.token_bytes(16)
        digest = hashlib.sha256(salt + text.encode()).digest()
        key = uuid.uuid4()
        self.add(Payload, id=key, salt=salt, text=text, digest=digest)
        return key
