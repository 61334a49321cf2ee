"""What the API answers about the caller, and about a shift."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from goldthread.contact import choices
from goldthread.integration.api.answers import REFERENCE
from goldthread.integration.api.fields import Coded, Shown


class OnLineShown(Shown):
    """Who is on the line."""

    who: Annotated[str, Coded.of(choices.ON_LINE)] = Field(description="`not_asked` is no answer.")
    cannot_speak: bool = Field(False, description="Whether they cannot speak freely.")
    interpreter: str = Field("", description="Who interprets, in words; empty where nobody does.")
    language: str = ""
    relation: str = Field("", description="Of a third party: who they are to those involved.")


class SafeShown(Shown):
    """How the person may safely be reached. Ring nobody whose answer is `not_safe` or `not_asked` without thought."""

    answer: Annotated[str, Coded.of(choices.SAFE_CONTACT)] = Field(description="`not_asked` is no answer.")
    method: str = Field("", description="How, in words.")
    voicemail: str = Field("", description="Whether a voicemail is safe, in words.")
    number: str = ""
    times: str = ""
    code_word: str = ""
    at: datetime | None = Field(None, description="When it was answered.")


class Attempt(Shown):
    """One attempt to call back."""

    at: datetime
    outcome: str = Field(description="In words.")
    answered: bool
    number: str
    by: str


class CallerShown(Shown):
    """The caller, as the incident's page shows them."""

    line: Annotated[str, Coded.of(choices.LINE)]
    unanswered: bool = Field(
        description="Whether the line broke and nobody has been reached since: it then does not close."
    )
    on_line: OnLineShown
    safe_contact: SafeShown
    questions: list[str] = Field(description="What to ask a child who calls; empty otherwise.")
    attempts: list[Attempt] = Field(description="Newest first.")


class CallBackMade(Shown):
    """An attempt that was put on record, now or by an earlier try with the same key."""

    at: datetime
    outcome: Annotated[str, Coded.of(choices.CALL_BACKS)]


class LeftShown(Shown):
    """An incident that could not be handed over."""

    incident: UUID
    reference: str = REFERENCE
    why: str


class ShiftEnded(Shown):
    """What came of ending a shift."""

    ended: bool = Field(description="False where something could not be handed over: the shift then goes on.")
    left: list[LeftShown]
