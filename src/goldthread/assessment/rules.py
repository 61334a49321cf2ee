"""Decisions about assessments: values in, answer or refusal out."""

from __future__ import annotations

from dataclasses import dataclass

from goldthread.config.errors import Invalid, Stale
from goldthread.contact.rules import tidy

LONGEST_ELEMENT = 20_000
"""Characters in one element's text *(ours)*: about eight printed pages."""


@dataclass(frozen=True)
class Draft:
    """A THRIVE as its author wrote it, over the version numbered ``based_on`` (0 where there was none).

    ``seen`` is the last entry of the timeline that stood before them; None where whoever wrote has everything before them.
    """

    elements: dict[str, str]
    interim: str
    advice: str
    based_on: int
    seen: int | None = None


def assessment(draft: Draft, codes: set[str], current: int) -> dict[str, object]:
    """The text to keep as the next version.

    Raises ``Stale`` when another version came meanwhile, ``Invalid`` for unknown elements, none filled in, or too much.
    """
    if draft.based_on > current:
        raise Stale(
            "This form names a version that does not exist. Nothing was saved; your text is still here. Copy it and reload the page."
        )
    if draft.based_on != current:
        raise Stale(
            f"Version {current} was written while you were writing. Nothing was saved and your text is still here: "
            "read the new version, then send yours as the next one."
        )
    unknown = set(draft.elements) - codes
    if unknown:
        raise Invalid(
            {
                "elements": "This assessment names an element that is not in use. Reload the page; your text is kept in the browser."
            }
        )
    texts = {code: tidy(text).strip() for code, text in draft.elements.items()}
    if not any(texts.values()):
        raise Invalid(
            {
                "elements": "Write at least one element. The grade does not wait for this: choose it first if help is needed now."
            }
        )
    whole: dict[str, object] = {
        "elements": texts,
        "interim": tidy(draft.interim).strip(),
        "advice": tidy(draft.advice).strip(),
    }
    for name, text in [*texts.items(), ("interim", whole["interim"]), ("advice", whole["advice"])]:
        if len(str(text)) > LONGEST_ELEMENT:
            raise Invalid(
                {
                    name: f"This is {len(str(text)):,} characters and at most {LONGEST_ELEMENT:,} fit here. Nothing was saved; shorten it."
                }
            )
    return whole


def worth_reading(source: str) -> bool:
    """Whether words of this source are read: everything a person said, heard or inferred is."""
    return source != "system"
