"""The reader: words in, quoted child-risk cues and advice out. Pure Python: no database, no network, no log of text."""

import goldthread.thrive.kept  # noqa: F401 - first of all, so that it sees the code that the others are imported from

ENGINE = "0.1.0"
"""Version of the engine's code and constants; every reading carries it beside the lexicon's hash."""
