"""Keeping a file and giving it out: sealed at rest, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import uuid
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection

from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.config.logs import log
from goldthread.files import kinds
from goldthread.files.file_models import Attachment
from goldthread.files.registry import may_read

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from goldthread.accounts.models import Staff
    from goldthread.audit.actions import Acting

NONCE = 12
NOT_THERE = "There is no such file, or it is not one that you may read."
NO_KEY = "No file can be taken now, since the service has nothing to seal it with. Send it without the file; nothing was saved."
UNREADABLE = (
    "This file cannot be opened: the key that sealed it is not the one that the service has. Tell the service desk."
)


@dataclass(frozen=True)
class Given:
    """A file on its way out: its name, its media type and its bytes."""

    name: str
    media: str
    content: bytes


def keep(
    act: Acting, upload: UploadedFile[Any], *, about: tuple[str, object], by: Staff | None = None, by_name: str = ""
) -> Attachment:
    """Keep a file on a thing, in the caller's transaction. The same bytes sent again for the same thing are one file.

    Raises ``Invalid`` for a file that is empty, too large, of a kind not taken or not what its name says, ``Refused`` without a key.
    """
    if (upload.size or 0) > kinds.MOST:
        raise Invalid({"file": kinds.TOO_LARGE})
    content = upload.read()
    kind = kinds.kind_of(content)
    name = kinds.tidy_name(upload.name or "", kind)
    sha256 = hashlib.sha256(content).hexdigest()
    with connection.cursor() as cursor:  # two copies sent at once wait for one another
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 72619))", [f"{about}{sha256}"])
    same = Attachment.objects.filter(
        about=about[0], about_id=str(about[1]), sha256=sha256, content__erased_at=None
    ).first()
    if same is not None:
        return same
    if Attachment.objects.filter(about=about[0], about_id=str(about[1])).count() >= kinds.MOST_ON_A_THING:
        raise Invalid({"file": kinds.TOO_MANY})
    made = Attachment(
        about=about[0], about_id=str(about[1]), sha256=sha256, size=len(content), kind=kind, by=by, by_name=by_name,
        name=Payload.objects.keep(name), content=Payload.objects.keep(_seal(content, sha256)), at=act.now,
    )  # fmt: skip
    made.save()
    act.record(
        "collection",
        "file.keep",
        [("file", str(made.pk)), about],
        sha256=sha256,
        size=made.size,
        kind=kind,
        content=made.content,
    )
    return made


def give(user: Staff, number: uuid.UUID) -> Given:
    """Give a file to a member of staff who may read what it is attached to; noted as a disclosure.

    Raises ``NotThere`` where it is out of their sight or erased, ``Refused`` where it cannot be opened.
    """
    with acting(user) as act:
        found = Attachment.objects.select_related("name", "content").filter(pk=number).first()
        if found is None or not may_read(user, found.about, found.about_id):
            raise NotThere(NOT_THERE)
        return opened(act, found)


def opened(act: Acting, found: Attachment) -> Given:
    """The bytes of a file that whoever acts may read, which the caller has asked; noted as a disclosure."""
    if found.content.erased_at is not None:
        raise NotThere(f"This file is gone. {found.content.shown()}")
    content = _open(found.content.text, found.sha256)
    act.record("disclosure", "file.give", [("file", str(found.pk)), (found.about, found.about_id)], sha256=found.sha256)
    name = found.name.text if found.name.erased_at is None else f"file.{kinds.KINDS[found.kind].endings[0]}"
    return Given(name, kinds.KINDS[found.kind].media, content)


def unsound(found: Attachment) -> str:
    """Why what is stored is not, byte for byte, what was received: ``changed``, ``unreadable`` or ``erased``; empty where it is."""
    held = found.content
    if held.erased_at is not None:
        return "erased"
    if hashlib.sha256(bytes(held.salt) + held.text.encode()).digest() != bytes(held.digest):
        return "changed"
    try:
        content = _open(held.text, found.sha256)
    except (Refused, ValueError):
        return "unreadable"
    return "" if hashlib.sha256(content).hexdigest() == found.sha256 else "changed"


def _key() -> bytes:
    if not settings.FILES_KEY:
        log().error("GOLDTHREAD_FILES_KEY is not set: no file can be attached or opened", part="files")
        raise Refused(NO_KEY)
    return HKDF(SHA256(), 32, None, b"goldthread attachment").derive(settings.FILES_KEY.encode())


def _seal(content: bytes, sha256: str) -> str:
    nonce = os.urandom(NONCE)
    return b64encode(nonce + AESGCM(_key()).encrypt(nonce, content, sha256.encode())).decode()


def _open(text: str, sha256: str) -> bytes:
    sealed = b64decode(text)
    try:
        return AESGCM(_key()).decrypt(sealed[:NONCE], sealed[NONCE:], sha256.encode())
    except InvalidTag:
        log().error("an attachment could not be opened", part="files", sha256=sha256)
        raise Refused(UNREADABLE) from None
