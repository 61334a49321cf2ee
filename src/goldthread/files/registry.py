"""Who may read what is attached to a thing is known to the app whose thing it is; a thing that nobody answers for is shown to nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from goldthread.config.logs import log

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

_sight: dict[str, Callable[[Staff, str], bool]] = {}


def seen_by(about: str, sight: Callable[[Staff, str], bool]) -> None:
    """Have ``sight`` say whether a person may read what is attached to the thing of kind ``about`` with this id."""
    _sight[about] = sight


def may_read(user: Staff, about: str, number: str) -> bool:
    """Whether this person may; no where nobody answers, and where the answer fails."""
    sight = _sight.get(about)
    try:
        return sight is not None and sight(user, number)
    except Exception as error:  # noqa: BLE001 - whatever went wrong, nothing is shown
        log().error("sight of an attachment could not be told", part="files", about=about, error=type(error).__name__)
        return False
