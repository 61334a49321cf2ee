"""What an action answers when it will not act. Each carries a sentence a user can read; pages and API word nothing anew."""

from __future__ import annotations


class SettingsError(Exception):
    """A setting is missing or wrong. The message is one sentence that names it and says what to do."""


class Refused(Exception):
    """The rules say no. ``str(error)`` says why and what to do next."""


class NotThere(Refused):
    """There is no such thing for this person: absent, or out of their sight; the two look alike on purpose."""


class Closed(NotThere):
    """It was in this person's sight until it was closed: they may be told so, and no more of it."""


class Stale(Refused):
    """What the person saw has changed since; nothing was saved."""


class Invalid(Refused):
    """Values that cannot be kept. ``fields`` maps each field to its sentence; ``str()`` is the whole."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields
