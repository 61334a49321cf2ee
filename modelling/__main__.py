"""``python -m modelling check|counts|agreement|evaluate|errors``: the corpus and what the reader makes of it."""

from __future__ import annotations

import argparse
import sys

from modelling import corpus, evaluate, judges, results

WRONG = judges.ROOT / "tmp" / "reader-errors-tune.txt"
"""Where the wrong answers on the tune part are written, to be read; not kept with the code."""
READ_THE_TEST_PART = """This shows the texts of the test part. Whoever changes the reader, the lexicon or the corpus after reading them
has no test part any more: read the tune part (--part tune) to learn what to change."""


def main() -> int:
    """Do what was asked; 1 where the corpus has faults."""
    parser = argparse.ArgumentParser(prog="python -m modelling", description=__doc__)
    parser.add_argument("what", choices=("check", "counts", "agreement", "evaluate", "errors"))
    parser.add_argument(
        "--part", choices=("train", "tune", "test"), help="which part (default: test for evaluate, tune for errors)"
    )
    asked = parser.parse_args()
    match asked.what:
        case "check":
            faults = corpus.faults()
            print("\n".join(faults) or "Nothing is wrong.")
            return int(bool(faults))
        case "counts":
            lines = evaluate.counts()
        case "agreement":
            lines = evaluate.agreement()
        case "evaluate":
            return _evaluate(_part(asked.part or "test"))
        case _:
            if asked.part == "test":
                print(READ_THE_TEST_PART, file=sys.stderr)
            lines = evaluate.errors(_part(asked.part or "tune"), judges.full)
    for line in lines:
        print(line, flush=True)
    return 0


def _part(name: str) -> list[corpus.Log]:
    return [one for one in corpus.logs() if one.part == name]


def _evaluate(part: list[corpus.Log]) -> int:
    drawn = evaluate.Drawn()
    lines = []
    for line in evaluate.report(part, drawn):
        print(line, flush=True)
        lines.append(line)
    results.write(lines, drawn)
    WRONG.parent.mkdir(exist_ok=True)
    WRONG.write_text("\n".join(evaluate.errors(_part("tune"), judges.full)) + "\n", encoding="utf-8")
    print(f"\nWhat is wrong on the tune part, to read: {WRONG}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
