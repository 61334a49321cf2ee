"""By what Splink compares two records of people or of addresses, and where it looks for pairs at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import splink.comparison_level_library as cll
from splink import block_on
from splink.comparison_library import CustomComparison

TYPO = 0.9
"""Jaro-Winkler likeness from which two names are the same but for a slip *(ours)*."""
SAME_STREET = 0.92
SWAPPED = f'jaro_winkler_similarity("given_l", "surname_r") >= {TYPO} AND jaro_winkler_similarity("surname_l", "given_r") >= {TYPO}'


@dataclass(frozen=True)
class Likeness:
    """A model before it has learned.

    ``derived`` are columns made in SQL; ``blocking`` are conditions under which two records are compared; ``certain`` is what
    hardly ever joins strangers, to learn how rare a match is; ``learning`` are pairs among which the rest is learned.
    ``never`` is the condition under which a pair is no link however like it is otherwise.
    """

    derived: dict[str, str]
    comparisons: list[Any]
    blocking: list[Any]
    certain: list[Any]
    learning: list[Any]
    never: str
    anchor: str | None
    """The column without which a record joins a group only where it fits no other; None where there is none such."""
    retained: list[str]
    """Columns that ``never`` needs and nothing compares."""


def people() -> Likeness:
    """Given name, surname, birth and home. A home counts once: who lives together shares address, postcode and telephone."""
    return Likeness(
        derived={
            "given_start": "left(given, 1)",
            "surname_start": "left(surname, 2)",
        },
        comparisons=[
            CustomComparison(
                output_column_name="given",
                comparison_levels=[
                    cll.NullLevel("given"),
                    cll.ExactMatchLevel("given", term_frequency_adjustments=True),
                    cll.CustomLevel(SWAPPED, "names swapped"),
                    cll.Or(cll.JaroWinklerLevel("given", TYPO), cll.DamerauLevenshteinLevel("given", 1)),
                    cll.CustomLevel(
                        f"jaro_winkler_similarity(split_part(\"given_l\", ' ', 1), split_part(\"given_r\", ' ', 1)) >= {TYPO}"
                        " OR (least(length(\"given_l\"), length(\"given_r\")) = 1 AND left(\"given_l\", 1) = left(\"given_r\", 1))",
                        "first of several, or an initial",
                    ),
                    cll.ElseLevel(),
                ],
            ),
            CustomComparison(
                output_column_name="surname",
                comparison_levels=[
                    # Swapped names have counted with the given name already.
                    cll.CustomLevel(f'"surname_l" IS NULL OR "surname_r" IS NULL OR ({SWAPPED})', "unknown").configure(
                        is_null_level=True
                    ),
                    cll.ExactMatchLevel("surname", term_frequency_adjustments=True),
                    cll.Or(cll.JaroWinklerLevel("surname", TYPO), cll.DamerauLevenshteinLevel("surname", 1)),
                    cll.ElseLevel(),
                ],
            ),
            CustomComparison(
                output_column_name="dob",
                comparison_levels=[
                    cll.NullLevel("dob"),
                    cll.ExactMatchLevel("dob"),
                    cll.CustomLevel(
                        "left(\"dob_l\", 4) = left(\"dob_r\", 4) AND substr(\"dob_l\", 6, 2) = substr(\"dob_r\", 9, 2)"
                        " AND substr(\"dob_l\", 9, 2) = substr(\"dob_r\", 6, 2)",
                        "day and month swapped",
                    ),
                    cll.DamerauLevenshteinLevel("dob", 1),
                    cll.ElseLevel(),
                ],
            ),
            CustomComparison(
                output_column_name="home",
                comparison_levels=[
                    cll.CustomLevel(
                        '("phone_l" IS NULL OR "phone_r" IS NULL) AND ("postcode_l" IS NULL OR "postcode_r" IS NULL)'
                        ' AND ("street_l" IS NULL OR "street_r" IS NULL)',
                        "unknown",
                    ).configure(is_null_level=True),
                    cll.CustomLevel('"phone_l" = "phone_r"', "same telephone"),
                    cll.CustomLevel(
                        '"number_l" = "number_r" AND ("postcode_l" = "postcode_r" OR'
                        f' jaro_winkler_similarity("street_l", "street_r") >= {SAME_STREET})',
                        "same door",
                    ),
                    cll.CustomLevel('"postcode_l" = "postcode_r"', "same postcode"),
                    cll.ElseLevel(),
                ],
            ),
        ],
        blocking=[
            block_on("dob", "given_start"),
            block_on("dob", "surname_start"),
            block_on("given", "surname"),
            '"l"."given" = "r"."surname" AND "l"."surname" = "r"."given"',
            block_on("phone", "given_start"),
            block_on("postcode", "given_start"),
            block_on("postcode", "dob"),
        ],
        certain=[
            block_on("given", "surname", "dob"),
            block_on("given", "dob", "postcode"),
            block_on("given", "surname", "phone"),
        ],
        learning=[block_on("dob"), block_on("given", "surname")],
        # Twins share surname, birthday and home. A wrong join mixes two children's records; a missed one leaves two.
        # Parents and children may share their whole name. Dates that cannot be read are unknown, not unlike.
        never="gamma_given = 0 OR gamma_dob = 0",
        anchor="given",
        retained=[],
    )  # fmt: skip


def addresses() -> Likeness:
    """Flat, number, street and postcode. Another number or another flat is another home."""
    return Likeness(
        derived={"street_start": "left(street, 3)", "sector": "left(postcode, length(postcode) - 2)"},
        comparisons=[
            CustomComparison(
                output_column_name="street",
                comparison_levels=[
                    cll.NullLevel("street"),
                    cll.ExactMatchLevel("street", term_frequency_adjustments=True),
                    cll.JaroWinklerLevel("street", 0.95),
                    cll.JaroWinklerLevel("street", 0.85),
                    cll.ElseLevel(),
                ],
            ),
            CustomComparison(
                output_column_name="postcode",
                comparison_levels=[
                    cll.NullLevel("postcode"),
                    cll.ExactMatchLevel("postcode"),
                    cll.DamerauLevenshteinLevel("postcode", 1),
                    cll.CustomLevel('"sector_l" = "sector_r"', "same sector"),
                    cll.ElseLevel(),
                ],
            ),
            CustomComparison(
                output_column_name="number",
                comparison_levels=[
                    cll.NullLevel("number"),
                    cll.ExactMatchLevel("number", term_frequency_adjustments=True),
                    cll.ElseLevel(),
                ],
            ),
        ],
        blocking=[
            block_on("postcode", "number"),
            block_on("street", "number"),
            block_on("street_start", "number", "sector"),
        ],
        certain=[block_on("street", "number", "postcode")],
        learning=[block_on("postcode"), block_on("street", "number")],
        # A house without a number is told by its name, which then stands where a street would.
        never="number_l IS DISTINCT FROM number_r OR flat_l IS DISTINCT FROM flat_r",
        anchor=None,
        retained=["flat"],
    )
