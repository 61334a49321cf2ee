"""What operations of the improvement plan take."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from goldthread.improvement import entry_rules, rules
from goldthread.improvement.figure_rules import GOOD
from goldthread.integration.api.fields import LARGEST_ID, Coded, Day, Given, Whole

Number = Annotated[int, Whole(1, LARGEST_ID)]


class ReportGiven(Given):
    """A report as published."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "An inspection",
                    "source": "The inspectorate",
                    "kind": "inspection",
                    "published_on": "2026-04-10",
                }
            ]
        }
    )
    name: str = Field(max_length=300)
    source: str = Field(max_length=300, description="Who published it.")
    kind: str = Field(max_length=20, description="A kind of `improvement.toml`.")
    published_on: Day


class NewReportGiven(ReportGiven):
    """A report to be entered."""

    recommendations: Annotated[int, Whole(0, entry_rules.MOST_AT_ONCE)] = Field(
        0, description="How many recommendations it makes; they stand without a text at first."
    )


class RecommendationGiven(Given):
    """One more recommendation."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"number": 8, "due_on": "2026-12-01"}]})
    number: Annotated[int, Whole(1, entry_rules.MOST_NUMBER)]
    due_on: Day | None = Field(None, description="As published; null where no date was.")


class PlanWordsGiven(Given):
    """Words."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "As published."}]})
    words: str = Field(max_length=entry_rules.LONGEST)


class PlanDueGiven(Given):
    """By when it is to be met."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"due_on": "2026-12-01"}]})
    due_on: Day | None = Field(description="As published; null where no date was.")


class PlanOwnerGiven(Given):
    """Who owns it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"owner": 7}]})
    owner: Number = Field(description="A chief officer, by their number.")


class PlanFigureGiven(Given):
    """The figure that it is judged by."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": "asked", "target": 0.9, "good": "up", "held": 3, "periods": 4}]}
    )
    code: str = Field(max_length=80, description="A series, by its code.")
    target: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, description="A share from 0 to 1.")]
    good: Annotated[str, Coded.of(GOOD)]
    held: Annotated[int, Whole(1, entry_rules.PERIODS_MOST)]
    periods: Annotated[int, Whole(1, entry_rules.PERIODS_MOST)]


class PlanViewGiven(Given):
    """How the owner sees it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rag": "amber", "words": "The second cohort is late."}]})
    rag: Annotated[str, Coded.of(rules.RAGS)]
    words: str = Field(max_length=entry_rules.LONGEST)


class PlanConfirmGiven(Given):
    """The round of quality that confirms it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"round": 3, "rate": "good"}]})
    round: Number
    rate: str = Field(max_length=40, description="One of the round's rates, by code.")


class PlanDayGiven(Given):
    """The day of a submission."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"day": "2026-11-20"}]})
    day: Day


class PlanCloseGiven(PlanDayGiven):
    """HMICFRS's closing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"day": "2026-11-20", "reference": "AB/1"}]})
    reference: str = Field(max_length=80)
