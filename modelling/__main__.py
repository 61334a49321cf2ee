"""``python -m modelling check|counts|agreement|evaluate|errors``: the corpus and what the reader makes of it."""

from __future__ import annotations

import argparse
import sys

from modelling import corpus, evaluate, judges, results


def main() -> int:
    """Do what was asked; 1 where the corpus has faults."""
    parser = argparse.ArgumentParser(prog="python -m modelling", description=__doc__)
    parser.add_argument("what", choices=("check", "counts", "agreement", "evaluate", "errors"))
    parser.add_argument("--part", choices=("train", "tune", "test"), default="test", help="which part (default: test)")
    asked = parser.parse_args()
    part = [one for one in corpus.logs() if one.part == asked.part]
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
            return _evaluate(part)
        case _:
            lines = evaluate.errors(part, judges.full)
    for line in lines:
        print(line, flush=True)
    return 0


def _evaluate(part: list[corpus.Log]) -> int:
    drawn = evaluate.Drawn()
    lines = []
    for line in evaluate.report(part, drawn):
        print(line, flush=True)
        lines.append(line)
    results.write(lines, drawn)
    return 0


if __name__ == "__main__":
    sys.exit(main())
