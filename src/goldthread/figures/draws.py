"""Random draws that a seed repeats."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def draw(members: Sequence[T], number: int, seed: str) -> list[T]:
    """So many of the members, or all where there are fewer, each as likely as any other. The same members in the same order and the same
    seed give the same.
    """
    return random.Random(seed).sample(list(members), min(number, len(members)))  # noqa: S311 - a sample to repeat, no secret
