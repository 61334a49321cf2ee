"""What the API answers of partners' links."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from goldthread.integration.api.fields import Coded, Shown
from goldthread.safeguarding.link_queries import MESSAGES, STATES
from goldthread.safeguarding.link_rules import USES


class LinkUsed(Shown):
    """One thing that was done with a link, or tried."""

    kind: Annotated[str, Coded.of(USES.items())]
    at: datetime
    address: str = Field(description="The network address it came from.")


class LinkShown(Shown):
    """A partner's link. The link itself is sent to its contact alone and is never shown."""

    id: int
    contact: int
    name: str = Field(description="The contact's name.")
    state: Annotated[str, Coded.of(STATES)]
    made_at: datetime
    expires_at: datetime
    message: Annotated[str, Coded.of(MESSAGES)] = Field(description="How far the message that carries it has come.")
    failed: str = Field(description="Why its message could not be delivered; empty where it was, or may still be.")
    uses: list[LinkUsed] = Field(description="What was done with it, the newest first.")


class Links(Shown):
    """The links of a referral, the newest first."""

    links: list[LinkShown]


class LinkMade(Shown):
    """That a link was made, and how far the message that carries it has come."""

    id: int
    message: Annotated[str, Coded.of(MESSAGES)] = Field(
        description="*Waiting* as a rule; list the links to see it leave."
    )
    expires_at: datetime
