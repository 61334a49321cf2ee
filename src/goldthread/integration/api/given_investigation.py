"""What the API is given for investigation."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, Moment, Whole
from goldthread.investigation import rules
from goldthread.investigation.models import ACCESS, ENDS, KINDS, SEEN, SPOKEN

Number = Annotated[int, Whole(1, LARGEST_ID)]


class HandGiven(Given):
    """To whom an incident is offered: a team, or one person."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"team": 4, "note": "Arrested at 02:10."}]})
    team: Number | None = None
    to: Number | None = None
    note: str = Field("", max_length=rules.LONGEST)


class AcceptGiven(Given):
    """Who leads and who reviews: two people of the team."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"investigator": 12, "supervisor": 9}]})
    investigator: Number
    supervisor: Number
    reference: str = Field("", max_length=60, description="In the force's crime system, where there is one yet.")


class WhyTold(Given):
    """Why not."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "The child protection team leads on this."}]})
    words: str = Field(max_length=rules.LONGEST)


class VoiceGiven(Given):
    """What a child said or showed. One of `said` and `behaviour` is needed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "child": "0f9c2a52-7e0b-5a7e-9d3f-1b2c3d4e5f60",
                    "seen": "yes",
                    "spoken": "alone",
                    "by_whom": "School nurse",
                    "said": "I was under the stairs.",
                }
            ]
        }
    )
    child: UUID = Field(strict=False)
    seen: Annotated[str, Coded.of(SEEN)]
    spoken: Annotated[str, Coded.of(SPOKEN)]
    by_whom: str = Field(max_length=rules.LONGEST, description="Who saw or spoke to the child.")
    said: str = Field("", max_length=rules.LONGEST)
    behaviour: str = Field("", max_length=rules.LONGEST)
    wishes: str = Field("", max_length=rules.LONGEST)
    occurred_at: Moment | None = None


class AccessGiven(Given):
    """Whether the suspect has access to any child today."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answer": "no", "words": "His landlord and his sister were asked."}]}
    )
    answer: Annotated[str, Coded.of(ACCESS)]
    who: str = Field("", max_length=rules.LONGEST, description="Which children, and where. Needed for *yes*.")
    words: str = Field("", max_length=rules.LONGEST, description="*Yes*: what was done. *No*: how that is known.")


class PlanItemGiven(Given):
    """A line of enquiry or an interim measure."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "enquiry", "words": "Speak to her school.", "owner": 12, "due_at": "2026-11-24T12:00:00Z"}
            ]
        }
    )
    kind: Annotated[str, Coded.of(KINDS[:2])]
    words: str = Field(min_length=1, max_length=rules.LONGEST, pattern=r"\S", description="What is to be done.")
    owner: Number = Field(description="Who of the team does it, by `id`.")
    due_at: Moment = Field(description="By when; ahead.")


class PlanItemEndGiven(Given):
    """What became of an item of the plan."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"answer": "done", "words": "Her teacher was heard."}]})
    answer: Annotated[str, Coded.of(ENDS)]
    words: str = Field("", max_length=rules.LONGEST, description="Needed for *not pursued*.")


class InvestigationReviewGiven(Given):
    """A supervisor's review; one that does not agree directs an action."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"agrees": True, "voice": True, "words": "Read the plan and her account."}]}
    )
    agrees: bool
    voice: bool = Field(description="Whether each child's voice is in it.")
    words: str = Field(max_length=rules.LONGEST)
    risk: str = Field("", max_length=20, description="A code of `investigation.toml`; empty where the risk stays.")
    directs: str = Field("", max_length=rules.LONGEST)
    due_at: Moment | None = None


class SeenUpTo(Given):
    """One incident, and the line up to which its news were read."""

    incident: UUID = Field(strict=False)
    seq: Annotated[int, Whole(0, 2**31 - 1)]


class AcknowledgeGiven(Given):
    """What was read, as `news` gave it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"seen": [{"incident": "0f9c2a52-7e0b-5a7e-9d3f-1b2c3d4e5f60", "seq": 12}]}]}
    )
    seen: list[SeenUpTo] = Field(max_length=100)


class InvestigationEndGiven(Given):
    """How it ends."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "charged"}]})
    outcome: str = Field(max_length=30, description="A code of `investigation.toml`.")
    words: str = Field("", max_length=rules.LONGEST, description="The reason, where the outcome asks for one.")


class EndAnswerGiven(Given):
    """Whether it ends."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"confirm": True}]})
    confirm: bool
    words: str = Field("", max_length=rules.LONGEST, description="What is missing. Needed to return it.")


class CrimeReferenceGiven(Given):
    """The reference in the force's crime system."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reference": "AM/26/004711"}]})
    reference: str = Field(max_length=60, description="Empty takes it off.")


class PeopleGiven(Given):
    """Who leads and who reviews from now on: two people of the team."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"investigator": 12, "supervisor": 9}]})
    investigator: Number
    supervisor: Number


class FoundChildGiven(Given):
    """A child who is not on the incident's record."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Wren", "age": 7}]})
    name: str = Field("", max_length=rules.LONGEST, description="Empty where it is not known.")
    age: Annotated[int, Whole(0, rules.OLDEST_CHILD)] | None = None


class OutcomeToldGiven(Given):
    """Who was told the outcome, and how."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"how": "in_person"}]})
    child: UUID | None = Field(None, strict=False, description="The child; null for an adult victim.")
    how: str = Field(max_length=20, description="A code of `investigation.toml`.")
    words: str = Field("", max_length=rules.LONGEST, description="Why not, where they were not told.")
    occurred_at: Moment | None = None
