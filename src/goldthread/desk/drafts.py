"""What is typed and not sent yet: kept on the server as it is typed, sealed and bound to the person who types.

A draft is no record: it is not audited, nobody else can read it, and it goes when its words are sent. One row holds all
fields of one contact's page. The browser keeps a copy of its own, sealed with a key that only this person's pages get.
"""

from __future__ import annotations

import hmac
import json
import os
import uuid
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection

from goldthread.accounts.models import Staff
from goldthread.assessment.marking import Answered
from goldthread.assessment.queries import SAID_AND_ANSWERS, said_and_answers
from goldthread.assessment.reading import Said
from goldthread.config.errors import Invalid, Stale
from goldthread.config.logs import log
from goldthread.contact.rules import LONGEST_ENTRY, tidy

MOST_FIELDS = 600
"""Fields of one page: forty children with eight fields each fit *(ours)*."""
LONGEST = 2 * LONGEST_ENTRY
"""Characters of one draft, all fields together *(ours)*."""
NONCE = 12
Fields = dict[str, str]


@dataclass(frozen=True)
class Draft:
    """What was typed: ``fields`` by the names their forms give them, and how many times it was saved."""

    revision: int
    at: datetime
    fields: Fields


@dataclass(frozen=True)
class Kept:
    """That fields were kept: the new revision and when, and what the page wants with the same question to the database:
    everything said in the incident, and what was answered to its marks. Whether a person may see that is not asked here."""

    revision: int
    at: datetime
    said: list[Said]
    answers: dict[str, Answered]


def store(user: Staff, incident_id: uuid.UUID, base: int, fields: Fields, *, asks: bool = False) -> Kept:
    """Keep the fields as they stand.

    ``base`` is the revision that the page had before it. A page that only *asks*, as nothing was typed there since, leaves
    what another window of the same person has saved, and gets what it wants all the same. Raises ``Stale`` where another
    window has saved and this one has been typed in, and ``Invalid`` for more than a page can hold. The commit is not waited
    for on the disk: a killed database loses at most what the last half second brought, which the browser still has.
    """
    if len(fields) > MOST_FIELDS or sum(map(len, fields.values())) > LONGEST:
        raise Invalid(
            {
                "text": f"A page keeps at most {LONGEST:,} characters that are not sent. They are still in the box and in "
                "this browser, not on the server. Send them in parts."
            }
        )
    kept = {tidy(name)[:200]: tidy(value) for name, value in fields.items()}
    sealed = _seal(user.pk, incident_id, json.dumps(kept, ensure_ascii=False).encode())
    with connection.cursor() as cursor:
        cursor.execute(SAVE, {"staff": user.pk, "incident": incident_id, "base": base, "sealed": sealed})
        row = cursor.fetchone()
        if row is None and asks:
            cursor.execute(GIVEN, {"incident": incident_id, "base": base})
            row = cursor.fetchone()
    if row is None:
        raise Stale(
            "Another window of yours has typed here since. Nothing was lost: both texts are kept. "
            "Choose which one to go on with."
        )
    return Kept(row[0], row[1], *said_and_answers(row[2], row[3]))


def load(user: Staff, incident_id: uuid.UUID) -> Draft | None:
    """What this person has typed for the incident and not sent; None where there is nothing.

    A save may overtake the command that sends its words, or the other way round. Fields that are to the letter what was
    sent last are therefore left out: what was sent is never offered again, and what was added to it always is.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT revision, at, sealed, sent FROM desk_draft WHERE staff_id = %s AND incident = %s",
            [user.pk, incident_id],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    try:
        fields = json.loads(_open(user.pk, incident_id, bytes(row[2]))) if row[2] else {}
    except (InvalidTag, ValueError) as error:  # sealed with a secret that has changed since: nothing can be read of it
        log().warning("a draft could not be opened", part="desk", error=type(error).__name__)
        return None
    left = _left(user, fields, json.loads(row[3] or "{}"))
    if left != fields:  # what is on record now must not stay here as well
        sealed = _seal(user.pk, incident_id, json.dumps(left, ensure_ascii=False).encode())
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE desk_draft SET sealed = %s WHERE staff_id = %s AND incident = %s AND revision = %s",
                [sealed, user.pk, incident_id, row[0]],
            )
    return Draft(row[0], row[1], left)


def sent(user: Staff, incident_id: uuid.UUID, fields: Fields) -> None:
    """Remember what a command has just sent, by the names its form has in a draft: it is no draft any more.

    Only keyed digests are kept: words may be erased from the record, and must not stay here.
    """
    digests = {name: _digest(user, value) for name, value in fields.items()}
    with connection.cursor() as cursor:
        cursor.execute(SENT, {"staff": user.pk, "incident": incident_id, "sent": json.dumps(digests)})


def browser_key(user: Staff, where: str = "browser") -> str:
    """The key with which this person's browser seals its own copy, in base64: 32 bytes, the same at every sign-in.

    What is typed ``where`` others could ask for the page as somebody has a key of its own, that opens nothing else.
    """
    return b64encode(_key(user.pk, where)).decode()


SAVE = f"""
WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)), saved AS (
INSERT INTO desk_draft AS held (staff_id, incident, revision, sealed, at)
SELECT %(staff)s, %(incident)s, %(base)s + 1, %(sealed)s, goldthread_now() FROM quick
ON CONFLICT (staff_id, incident) DO UPDATE SET revision = held.revision + 1, sealed = excluded.sealed, at = excluded.at
WHERE held.revision = %(base)s
RETURNING revision, at
) SELECT revision, at, {SAID_AND_ANSWERS} FROM saved
"""  # noqa: S608 - our own columns
GIVEN = f"SELECT %(base)s::int, goldthread_now(), {SAID_AND_ANSWERS}"
SENT = """
INSERT INTO desk_draft (staff_id, incident, revision, sealed, sent, at)
VALUES (%(staff)s, %(incident)s, 0, '', %(sent)s, goldthread_now())
ON CONFLICT (staff_id, incident) DO UPDATE SET sent = excluded.sent, at = excluded.at
"""


def _left(user: Staff, fields: Fields, gone: Fields) -> Fields:
    """The fields without those forms that are as they were sent; the contact's own fields go one by one."""

    def part(name: str) -> str:
        return name if name.startswith("opening.") else name.partition(".")[0]

    changed = {part(name) for name, value in fields.items() if gone.get(name) != _digest(user, value)}
    return {name: value for name, value in fields.items() if part(name) in changed}


def _digest(user: Staff, value: str) -> str:
    """The same for a value however its line ends are written."""
    one = tidy(value.replace("\r\n", "\n")).encode()
    return hmac.new(_key(user.pk, "sent"), one, "sha256").hexdigest()


@lru_cache(maxsize=4096)
def _key(staff_id: int, use: str) -> bytes:
    about = f"goldthread draft {use} {staff_id}".encode()
    return HKDF(SHA256(), 32, None, about).derive(settings.SECRET_KEY.encode())


def _about(staff_id: int, incident_id: uuid.UUID) -> bytes:
    return f"{staff_id}:{incident_id}".encode()


def _seal(staff_id: int, incident_id: uuid.UUID, text: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_key(staff_id, "server")).encrypt(nonce, text, _about(staff_id, incident_id))


def _open(staff_id: int, incident_id: uuid.UUID, sealed: bytes) -> Any:
    return AESGCM(_key(staff_id, "server")).decrypt(sealed[:NONCE], sealed[NONCE:], _about(staff_id, incident_id))
