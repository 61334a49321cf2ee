"""What ends a run."""


class ScreenError(Exception):
    """The work cannot be done or cannot go on; the message is a sentence for the operator, without any row's words."""
