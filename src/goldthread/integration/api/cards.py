"""Operations on the THRIVE card in another system's page: asking for one, and ending somebody's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.integration import card_actions as actions
from goldthread.integration.api.fields import Given, Key, Shown
from goldthread.integration.api.operations import operation

router = Router(tags=["Cards"])
Person = Annotated[
    str, Field(min_length=1, max_length=60, description="The member of staff, as they sign in to Goldthread.")
]


class CardGiven(Given):
    """Whose card, of which incident, and which page will hold it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"reference": "AM-261123-0417", "person": "handler", "host": "https://cad.force.internal"}]
        }
    )
    reference: str = Field(min_length=1, max_length=20, description="The incident, by its reference.")
    person: Person
    host: Annotated[str, Field(max_length=280)] | None = Field(
        None,
        description="The origin of the page that will hold it; needed where `GOLDTHREAD_CARD_HOSTS` names more than one.",
    )


class CardMade(Shown):
    """An address that opens a card once."""

    id: str = Field(description="The card, as the audit names it.", examples=["0f9c2a52-7e0b-5a7e-9d3f-1b2c3d4e5f60"])
    address: str = Field(
        description="The address for the frame. It opens once, and says by itself whose it is: show it nowhere else."
    )
    expires_at: datetime = Field(description="Until when it opens.")


class CardsEnd(Given):
    """Whose cards are over."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"person": "handler"}]})
    person: Person


class CardsEnded(Shown):
    """How many were ended."""

    ended: int = Field(description="Cards that were open or could still be opened.", examples=[1])


@operation(
    router, "POST", "/cards", actions.ISSUE, "none", answers={201: CardMade}, summary="Ask for a card",
)  # fmt: skip
def issue_card(request: HttpRequest, key: Key, given: CardGiven) -> Status[CardMade]:
    """Gives an address under which the THRIVE card of one incident opens, once and soon, in a frame of your page, for the member of staff
    at your screen. What they may see and do there is what they may in Goldthread; your account's own rights count for nothing. Answers
    404 where they may not see the incident. That they opened it is on record as their consultation.
    """
    made = actions.issue(staff(request), key=key, reference=given.reference, person=given.person, host=given.host)
    address = request.build_absolute_uri(actions.address_of(made))
    return Status(201, CardMade(id=str(made.pk), address=address, expires_at=made.expires_at))


@operation(
    router, "POST", "/cards/end", actions.ISSUE, "none", answers={200: CardsEnded}, summary="End somebody's cards",
)  # fmt: skip
def end_cards(request: HttpRequest, key: Key, given: CardsEnd) -> CardsEnded:  # noqa: ARG001 - ending twice is ending once
    """Ends every card that your account asked for on behalf of somebody, who signed off at your screen: the next request of each is told so."""
    return CardsEnded(ended=actions.end_of(staff(request), given.person))
