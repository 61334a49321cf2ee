"""Draws the pictures of the results page: JSON on standard input, SVG files into the folder named. Runs in the training environment."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

INK, PALE, SECOND = "#1f4e79", "#8a8f98", "#b35c00"
# Text stays text, and the same numbers give the same file.
mpl.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "goldthread", "font.family": "sans-serif", "font.size": 11,
    "axes.spines.top": False, "axes.spines.right": False, "figure.facecolor": "white",
})  # fmt: skip


def said_and_so(tenths: list[dict[str, Any]], file: Path) -> None:
    """What was at risk of each tenth of likelihood, with the number of logs."""
    figure, axes = plt.subplots(figsize=(6, 5))
    axes.plot([0, 1], [0, 1], color=PALE, linestyle="--", linewidth=1, label="said as it is")
    axes.plot(
        [one["said"] for one in tenths], [one["met"]["met"] / one["met"]["of"] for one in tenths],
        color=INK, marker="o", label="full path, test part",
    )  # fmt: skip
    for one in tenths:
        axes.annotate(
            str(one["met"]["of"]), (one["said"], one["met"]["met"] / one["met"]["of"]), textcoords="offset points",
            xytext=(8, -14), fontsize=9, color=PALE,
        )  # fmt: skip
    axes.set(xlabel="likelihood said", ylabel="share at risk", xlim=(0, 1), ylim=(0, 1))
    axes.set_title("Said and so (small numbers: how many logs)", fontsize=11, loc="left")
    axes.legend(frameon=False)
    _save(figure, file)


def typing(rows: list[tuple[str, float, dict[str, Any]]], file: Path) -> None:
    """Recall and specificity by share of words with a slip."""
    figure, both = plt.subplots(1, 2, figsize=(10, 4.5), sharey=True)
    for axes, measure in zip(both, ("recall", "specificity"), strict=True):
        for name, colour in zip(dict.fromkeys(row[0] for row in rows), (INK, SECOND), strict=False):
            those = [row for row in rows if row[0] == name]
            axes.plot(
                [100 * rate for _, rate, _ in those],
                [found[measure]["met"] / found[measure]["of"] for *_, found in those],
                color=colour, marker="o", label=name,
            )  # fmt: skip
        axes.set(xlabel="words with a slip, %", ylim=(0, 1))
        axes.set_title(measure, fontsize=11, loc="left")
    both[0].legend(frameon=False, loc="lower left")
    _save(figure, file)


def _save(figure: Any, file: Path) -> None:
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None, "Creator": None})
    plt.close(figure)


def main() -> int:
    """Draw both."""
    given = json.load(sys.stdin)
    folder = Path(sys.argv[1])
    said_and_so(given["tenths"], folder / "reader-said-and-so.svg")
    typing(given["typing"], folder / "reader-typing.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
