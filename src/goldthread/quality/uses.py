"""What a theme may become: higher apps say what they make of one, and what they made, and its page offers it in one step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff


@dataclass(frozen=True)
class Made:
    """Something that came of a theme: what it is, and its page."""

    words: str
    address: str


@dataclass(frozen=True)
class Use:
    """One step from a theme to something of a higher app.

    ``label`` is on the button; ``verb`` of the matrix is asked of whoever presses it; ``address`` is the page it leads to, with ``{}`` for
    the theme's number, and never with words. ``made(theme)`` tells what came of it, for who may see themes, so it names nobody.
    """

    label: str
    verb: str
    address: str
    made: Callable[[int], list[Made]]


_uses: list[Use] = []


def register_use(use: Use) -> None:
    """Offer a use on every theme's page. Raises ``ValueError`` where another one has its label."""
    if any(one.label == use.label and one.address != use.address for one in _uses):
        raise ValueError(f"two uses of a theme are called {use.label}")
    if all(one.label != use.label for one in _uses):
        _uses.append(use)


def offered(user: Staff, theme: int) -> list[tuple[str, str]]:
    """The steps this person may take from a theme: each label with its address."""
    return [(one.label, one.address.format(theme)) for one in _uses if user.can(one.verb)]


def came_of(theme: int) -> list[Made]:
    """Everything that came of a theme, in the order of the uses."""
    return [made for one in _uses for made in one.made(theme)]
