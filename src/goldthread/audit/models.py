"""Nouns of the audit: rows that only ever get added, texts that may be erased, events and the chain over them."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar, NoReturn, TypeVar

from django.db import connection, models
from django.utils import timezone

DUTIES = ("collection", "alteration", "consultation", "disclosure", "combination", "erasure")
SECURITY = "security"  # signing in and out: not one of the six, kept in the same chain

M = TypeVar("M", bound=models.Model)


class AppendOnlyError(TypeError):
    """Code tried to change or remove a row that may only be added."""


class DatabaseNow(models.Func):
    """The database's time; for ``db_default`` and for comparisons. See ``clocks.db``."""

    function = "goldthread_now"
    output_field = models.DateTimeField()


class TransactionNumber(models.Func):
    """The number of the database transaction that runs; ties a row to the transaction that wrote it."""

    function = "audit_transaction"
    output_field = models.BigIntegerField()


class AppendOnlyQuerySet(models.QuerySet[M]):
    """A queryset that reads and adds. The database refuses the rest as well; this tells sooner and more plainly."""

    def update(self, **_: Any) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} rows may only be added")

    def delete(self) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} rows may only be added")

    def bulk_update(self, *_: Any, **__: Any) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} rows may only be added")


class AppendOnly(models.Model):
    """Base of every model whose rows may be inserted and read, and nothing else.

    Inheriting is enough: ``grants.apply`` takes the rights away from the serving role and puts triggers on the table.
    """

    objects = models.Manager.from_queryset(AppendOnlyQuerySet)()

    class Meta:
        abstract = True

    def save(self, *_: Any, **__: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} rows may only be added")
        insert(self)

    def save_once(self) -> None:
        """Add the row unless one with the same unique values is there."""
        insert(self, " ON CONFLICT DO NOTHING")

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise AppendOnlyError(f"{type(self).__name__} rows may only be added")


def insert(row: models.Model, otherwise: str = "") -> None:
    """Add one row by one prepared statement, built once for a model; every command adds several, so this is its cost.

    Fields that the database fills by itself are left to it. ``otherwise``: what SQL is to do where the row is there.
    """
    meta = type(row)._meta
    given = []
    for field in meta.concrete_fields:
        value = field.pre_save(row, add=True)
        if isinstance(value, models.expressions.DatabaseDefault) or (field is meta.pk and value is None):
            continue
        given.append((field, value))
    text = _insertion(type(row), tuple(field.column for field, _ in given)) + otherwise
    number = meta.pk if isinstance(meta.pk, models.AutoField) and row.pk is None else None
    if number is not None:
        text += f' RETURNING "{number.column}"'
    with connection.cursor() as cursor:
        cursor.execute(text, [field.get_db_prep_save(value, connection) for field, value in given])
        if number is not None and (told := cursor.fetchone()) is not None:
            row.pk = told[0]
    row._state.adding, row._state.db = False, connection.alias


@lru_cache(maxsize=512)
def _insertion(model: type[models.Model], columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({", ".join(["%s"] * len(columns))})'  # noqa: S608


class Erasure(AppendOnly):
    """A decision to erase texts: who asked, who else approved, why, and under which policy."""

    asked_by = models.BigIntegerField()
    approved_by = models.BigIntegerField()
    rationale = models.TextField()
    policy = models.CharField(max_length=200)
    at = models.DateTimeField(db_default=DatabaseNow())
    transaction = models.BigIntegerField(db_default=TransactionNumber(), editable=False)

    class Meta:
        db_table = "audit_erasure"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(asked_by=models.F("approved_by")), name="audit_erasure_two_people"
            ),
            models.CheckConstraint(condition=~models.Q(rationale=""), name="audit_erasure_has_rationale"),
        ]

    def __str__(self) -> str:
        return f"erasure {self.pk}"


class PayloadManager(models.Manager["Payload"]):
    """Keeps texts."""

    def keep(self, text: str) -> Payload:
        """Store ``text`` with a fresh salt and return its row; the row is what append-only rows point to."""
        return self.create(**_salted(text))

    def keep_all(self, texts: Iterable[str]) -> list[Payload]:
        """Store many texts by one statement, in their order."""
        return self.bulk_create(Payload(**_salted(text)) for text in texts)


def _salted(text: str) -> dict[str, Any]:
    salt = secrets.token_bytes(16)
    return {"salt": salt, "text": text, "digest": hashlib.sha256(salt + text.encode()).digest()}


class Payload(models.Model):
    """A text about people, apart from the append-only row it belongs to, so that it can be lawfully erased.

    ``digest`` is sha256(salt + text in UTF-8). Erasure blanks text and salt, so that the digest that stays cannot be
    guessed back into words.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    salt = models.BinaryField(max_length=16)
    text = models.TextField()
    digest = models.BinaryField(max_length=32)
    erased_at = models.DateTimeField(null=True)
    erasure = models.ForeignKey(Erasure, models.PROTECT, null=True, related_name="payloads")

    objects = PayloadManager()

    class Meta:
        db_table = "audit_payload"

    def __str__(self) -> str:
        return f"payload {self.pk}"

    def save(self, *_: Any, **__: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("a payload is never changed; audit.actions.erase blanks it")
        insert(self)

    def audit_detail(self) -> dict[str, str]:
        """What an event says of the text it is about: given as a detail, it binds the words to the chain by their digest."""
        return {"payload": str(self.pk), "digest": bytes(self.digest).hex()}

    def shown(self) -> str:
        """The text, or after erasure a sentence that says when and under which policy it went."""
        if self.erased_at is None or self.erasure is None:
            return self.text
        return tombstone(self.erased_at, self.erasure.policy)


def tombstone(erased_at: datetime, policy: str) -> str:
    """What stands where a text stood: when and under which policy it went."""
    day = timezone.localtime(erased_at)
    return f"Erased on {day.day} {day:%B %Y} under {policy}."


class AuditEvent(AppendOnly):
    """One thing somebody did or saw. Holds ids and codes, never a person's words.

    ``subjects`` is canonical JSON, a list of ``["kind", "id"]`` pairs; ``detail`` a canonical JSON object.
    ``staff_id`` is null when the system itself acted. The database sets ``at`` and chains the event at commit.
    """

    at = models.DateTimeField(db_default=DatabaseNow())
    staff_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=40)
    duty = models.CharField(max_length=16)
    verb = models.CharField(max_length=80)
    subjects = models.TextField(default="[]")
    reason = models.TextField(blank=True, default="")
    detail = models.TextField(default="{}")
    request_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        db_table = "audit_event"
        indexes: ClassVar = [models.Index(fields=["staff_id", "at"], name="audit_event_staff_at")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(duty__in=[*DUTIES, SECURITY]), name="audit_event_duty_known"),
        ]

    def __str__(self) -> str:
        return f"event {self.pk}: {self.verb}"


class AuditShard(models.Model):
    """The head of one chain. Eight run side by side, so that commits do not all wait for one another."""

    number = models.SmallIntegerField(primary_key=True)
    seq = models.BigIntegerField(default=0)
    head = models.BinaryField(max_length=32)

    class Meta:
        db_table = "audit_shard"

    def __str__(self) -> str:
        return f"shard {self.number}"


class AuditLink(AppendOnly):
    """An event's place in its chain; written by the database at commit and by nothing else."""

    event = models.OneToOneField(AuditEvent, models.PROTECT, primary_key=True, related_name="link")
    shard = models.SmallIntegerField()
    shard_seq = models.BigIntegerField()
    prev_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        db_table = "audit_link"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shard", "shard_seq"], name="audit_link_place_once"),
        ]

    def __str__(self) -> str:
        return f"shard {self.shard} number {self.shard_seq}"


class Checkpoint(AppendOnly):
    """A note that a signed checkpoint file was written; the file itself, held elsewhere, is the proof."""

    number = models.BigIntegerField()
    at = models.DateTimeField(db_default=DatabaseNow())
    events = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    file_digest = models.BinaryField(max_length=32, unique=True)

    class Meta:
        db_table = "audit_checkpoint"

    def __str__(self) -> str:
        return f"checkpoint {self.number}"
