"""Kinds of value that several operations take, each checked and described in one place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Header, Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

LARGEST_ID = 2**63 - 1
LONGEST_LIST = 100_000
"""Pages of a list that can be asked for; no list here is longer."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Given(BaseModel):
    """Base of what an operation takes: a field that is not described is refused, since what it held would be lost."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Shown(BaseModel):
    """Base of what an operation answers. Fields may be added later: a program ignores those it does not know."""


@dataclass(frozen=True)
class Coded:
    """One of a fixed set of codes, the same that the pages offer, given as pairs of code and words."""

    choices: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Coded:
        return cls(tuple(pairs))

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema([code for code, _words in self.choices])

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        codes = [code for code, _words in self.choices]
        return {"type": "string", "enum": codes, "x-goldthread-words": dict(self.choices)}


@dataclass(frozen=True)
class InForce:
    """A text whose possible values are data in force today (areas, grades, elements); the rule of the action checks it.

    The description is given today's values when it is asked for: see ``description.in_force``.
    """

    name: str

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "x-goldthread-in-force": self.name}


def _moment(value: object) -> datetime:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            # In UTC, as the database tells it back, so that a retry is answered to the letter as the first try was.
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise PydanticCustomError(
        "moment", "Write date, time and offset as in RFC 3339, such as 2026-11-23T02:07:00Z. Nothing was saved."
    )


def _day(value: object) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("day", "Write the day as in RFC 3339, such as 2019-11-23. Nothing was saved.")


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


@dataclass(frozen=True)
class Whole:
    """A whole number within limits; ``4.0`` is one too, as JSON has only one kind of number."""

    least: int
    most: int

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        number = core_schema.int_schema(strict=True, ge=self.least, le=self.most)
        return core_schema.no_info_before_validator_function(_whole, number)


Moment = Annotated[datetime, BeforeValidator(_moment)]
"""A time as RFC 3339 writes it, with its offset: without one nobody knows when it was."""

Day = Annotated[date, BeforeValidator(_day)]
"""A day as RFC 3339 writes it."""

IncidentId = Annotated[UUID, Path(description="The incident, by the `id` that opening it or a list gave.")]
AllocationId = Annotated[
    int, Path(ge=1, le=LARGEST_ID, description="The allocation, by the `id` that sending the unit gave.")
]
Key = Annotated[
    UUID,
    Header(
        alias="Idempotency-Key",
        description=(
            "A UUID of your own for this command. Send the same request again with the same key after a lost answer: it "
            "acts once and answers as before. Another request with the same key is another command."
        ),
        examples=["6d2c3f4e-8a1b-4c5d-9e0f-112233445566"],
    ),
]
PageNumber = Annotated[int, Query(ge=1, le=LONGEST_LIST, description="Which page of the list, from 1.")]


class Listed(Shown):
    """What every list says of itself."""

    page: int = Field(description="This page's number, from 1.")
    pages: int = Field(description="How many pages there are now.")
    total: int = Field(description="How many there are on all pages now.")
