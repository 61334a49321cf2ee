"""Write what is told of the reader from its configuration and its measured results, so that no figure of it is written by hand.

    python -m tools.atrs

``src/goldthread/trials/measured.toml`` keeps the tables that ``make evaluate`` printed into ``docs/reader-results.md``; of these,
``docs/atrs-record.md`` is the record, and in ``docs/model-card.md`` what stands between the marks. ``make evaluate`` runs it at its end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from goldthread.thrive.model import load
from goldthread.trials.measured import ALL, DOUBT, HARDER, PARTS, SPECIFICITY, WHOLE, Measured
from goldthread.trials.record import card, facts, sections

ROOT = Path(__file__).resolve().parent.parent
RESULTS, RECORD, CARD = (ROOT / "docs" / name for name in ("reader-results.md", "atrs-record.md", "model-card.md"))
KEPT = ROOT / "src" / "goldthread" / "trials" / "measured.toml"
SHARE = re.compile(r"(?:\d\.\d{3} \(\d\.\d\d to \d\.\d\d\) of \d+)|no cases")
NAME = 34
"""Characters of a row's name in the printed tables."""
HEAD = """# Algorithmic transparency record: the reader

Written by `python -m tools.atrs` from configuration and measured results; do not edit by hand. Its sections are those of the UK Algorithmic
Transparency Recording Standard, and the ALGO-CARE checklist (Oswald, Grace, Urwin and Barnes 2018). A force fills in what is said as *to be entered by
the force*, and publishes it. A running service shows the same record at `/trials/record`, with what it runs with. Figures are of model
{model} and lexicon {lexicon}, on invented records; what they mean and what they do not is in the [model card](model-card.md).
"""


class NotAsPrinted(ValueError):
    """The page of results is not as ``make evaluate`` prints it; the message names what is missing."""


def parsed(page: str) -> Measured:
    """The results that a page of ``make evaluate`` tells. Raises ``NotAsPrinted``."""
    made = re.search(r"^Model (\S+), lexicon (\S+)\. Every share", page, re.MULTILINE)
    lines = re.search(r"^```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    counts = re.search(r"^(\d+) logs, (\d+) with a child at risk, (\d+) of them told obliquely$", page, re.MULTILINE)
    brier = re.search(r"Brier (\d\.\d{3}), (\d\.\d{3}) for always the same answer", page)
    if made is None or lines is None or counts is None or brier is None:
        raise NotAsPrinted("docs/reader-results.md does not tell its model, counts, tables or Brier score")
    tables: dict[str, dict[str, list[str]]] = {}
    for block in lines[1].split("\n\n"):
        first, *rest = block.splitlines()
        table = re.split(r"\s{2,}|, beside", first)[0]
        rows, last = tables.setdefault(table, {}), ""
        for line in rest:
            cells, name = SHARE.findall(line), line[:NAME].strip()
            if cells and not re.match(r"said \d", line):
                # A row that is set in belongs to the one above it, and has the same name elsewhere.
                last, name = (last, f"{last}: {name}") if line.startswith(" ") else (name, name)
                rows[name] = cells
    logs, risky, oblique = map(int, counts.groups())
    whole = {k: v for k, v in tables.items() if v}
    return Measured(made[1], made[2], logs, risky, oblique, brier[1], brier[2], whole)


def kept(results: Measured) -> str:
    """``measured.toml``."""
    lines = [
        "# Written by `python -m tools.atrs` from docs/reader-results.md, which `make evaluate` writes; do not edit by hand."
    ]
    lines += [f"{name} = {json.dumps(value)}" for name, value in vars(results).items() if name != "tables"]
    for table, rows in results.tables.items():
        lines += [
            "",
            f"[tables.{json.dumps(table)}]",
            *(f"{json.dumps(row)} = {json.dumps(cells)}" for row, cells in rows.items()),
        ]
    return "\n".join(lines) + "\n"


def record(results: Measured) -> str:
    """``docs/atrs-record.md``: as the project ships it, without a second reader and with the newest rules."""
    known = facts(load().hash, results, second=False, day=date.max)
    lines = [HEAD.format(model=results.model, lexicon=results.lexicon)]
    for section in sections(known):
        lines += [f"## {section.title}", "", "| | |", "|---|---|"]
        lines += [f"| {one.name} | {one.text.replace('|', '/')}{' ✎' if one.force else ''} |" for one in section.items]
        lines.append("")
    return "\n".join([*lines, "✎ the force has something to enter here."]) + "\n"


def model_card(page: str, results: Measured) -> str:
    """The model card with what stands between its marks written anew. Raises ``NotAsPrinted`` where a mark is missing."""
    for name, lines in {"made": _made(results), "results": _results(results), "in-short": _in_short(results)}.items():
        start, end = f"<!-- written by tools.atrs: {name} -->\n", f"<!-- end: {name} -->"
        if page.count(start) != 1 or page.count(end) != 1:
            raise NotAsPrinted(f"docs/model-card.md has no place for {name}")
        before, _, rest = page.partition(start)
        page = f"{before}{start}{chr(10).join(lines)}\n{end}{rest.partition(end)[2]}"
    return page


def written() -> dict[Path, str]:
    """Every page as it is written now, by where it stands."""
    results = parsed(RESULTS.read_text(encoding="utf-8"))
    return {
        KEPT: kept(results),
        RECORD: record(results),
        CARD: model_card(CARD.read_text(encoding="utf-8"), results),
    }


def _made(results: Measured) -> list[str]:
    known: dict[str, Any] = facts(load().hash, results, second=False, day=date.max)
    rows = [
        ("Files", f"`src/goldthread/thrive/model/`: `encoder.onnx` {known['encoder_mb']} MB, `contact.onnx` {known['contact_mb']} MB, "
         f"`pool.onnx` {known['pool_mb']} MB, `card.json` version {known['card']}"),
        ("Hash of the model, as every reading carries it", f"`{known['model']}`; the figures below are of `{results.model}`"),
        ("Corpus it was made from", f"`{known['corpus']}`"),
        ("Lexicon beside which it was made", f"`{known['made_lexicon']}`; the lexicon that ships is `{known['lexicon']}`: {known['cues']} cues, "
         f"{known['wordings']} wordings"),
        ("Starting weights", f"`{known['weights']}`"),
        ("Training", f"{known['rounds']} rounds, seed {known['seed']}, {known['threads']} threads, {known['numbers']}, learning rates {known['rates']}, "
         f"torch {known['torch']}"),
        ("Reads", f"clauses of up to {known['most_tokens']} word pieces"),
        ("At risk from a likelihood of", f"{known['threshold']} on the full path, {known['fast_threshold']} on the fast one"),
        ("Not sure, by word pieces a word", "; ".join(f"up to {one['pieces']:.2f}: {one['low']:.2f} to {one['high']:.2f}" for one in card()["unsure"])),
        (f"Not sure, over {known['long_clauses']} clauses", str(known["long"])),
    ]  # fmt: skip
    return ["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in rows)]


ROWS: Sequence[tuple[str, str, str]] = (
    ("**full path**", PARTS, "reader, full path"),
    ("fast path: the lexicon alone", PARTS, "reader, fast path (lexicon alone)"),
    ("network without the lexicon", PARTS, "network alone"),
    ("key words, two different ones in a text", PARTS, "key words"),
    ("medspaCy with ConText over the same key words", PARTS, "medspaCy"),
    ("fifteen nearest texts of the train part, untrained encoder", PARTS, "nearest neighbours"),
    ("told obliquely", ALL, "oblique"),
    ("in plain words", ALL, "in plain words"),
    ("harmless, a child in it", ALL, "harmless, a child in it"),
    ("harmless, no child", ALL, "harmless, no child"),
    ("hand t: plain and uneven", ALL, "hand t"),
    ("hand u: the hardest of both kinds", ALL, "hand u"),
    ("hand v: register of published logs", ALL, "hand v"),
    ("999 calls", ALL, "channel 999"),
    ("5 to 17 words", ALL, "5 to 17 words"),
    ("160 to 450 words", ALL, "160 to 450 words"),
    ("a slip in 5 % of the words", ALL, "slips in 5% of words"),
    ("in 15 %", ALL, "slips in 15% of words"),
    ("in 40 %", ALL, "slips in 40% of words"),
    ("all capitals", ALL, "all capitals"),
    ("no punctuation", ALL, "no punctuation"),
    ("among 10 routine entries", HARDER, "among routine entries: 10"),
    ("among 30 routine entries", HARDER, "among routine entries: 30"),
    ("among 100 routine entries", HARDER, "among routine entries: 100"),
)


def _results(results: Measured) -> list[str]:
    rows = [
        f"| {name} | {results.cell(table, row)} | {results.cell(table, row, SPECIFICITY)} |"
        for name, table, row in ROWS
    ]
    return ["| | Recall (95 % interval) | Specificity |", "|---|---|---|", *rows]


def _in_short(results: Measured) -> list[str]:
    return [
        f"Likelihoods: Brier {results.brier}, {results.brier_same} for always the same answer. Where it says *not sure* it is right in "
        f"{results.cell(WHOLE, 'not sure: at risk right')}, elsewhere in {results.cell(WHOLE, 'sure: at risk right')}; of those it misses it says so of "
        f"{results.cell(DOUBT, 'typed well', 1)}."
    ]


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
        print(f"Written: {path.relative_to(ROOT)}")
