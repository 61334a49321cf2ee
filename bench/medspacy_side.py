"""The reference reader, run by the interpreter of its own environment: JSON on standard input, JSON lines out.

It is medspaCy on a blank English pipeline (no trained model): a sentence splitter, a target matcher with the phrases
given, and ConText for assertion. Its own splitter takes most of its time, so it is tried with spaCy's plain one as well.
Its log, which quotes every token, is turned off, which makes it faster.
"""

from __future__ import annotations

import json
import sys
import time

PARTS = ["medspacy_target_matcher", "medspacy_context"]


def main() -> None:
    """Read ``{"cues": [...], "texts": [...]}``; then for each line, "own" or "plain", read all texts and answer."""
    from loguru import logger

    logger.remove()
    import medspacy
    import spacy
    from medspacy.ner import TargetRule

    given = json.loads(sys.stdin.readline())
    plain = spacy.blank("en")
    plain.add_pipe("sentencizer")
    pipelines = {
        "own": medspacy.load(spacy.blank("en"), medspacy_enable=["medspacy_pyrush", *PARTS]),
        "plain": medspacy.load(plain, medspacy_enable=PARTS),
    }
    for pipeline in pipelines.values():
        pipeline.get_pipe("medspacy_target_matcher").add([TargetRule(cue, "CUE") for cue in given["cues"]])
        for text in given["texts"][:10]:
            pipeline(text)
    print(json.dumps({"version": medspacy.__version__, "spacy": spacy.__version__}), flush=True)
    for line in sys.stdin:
        pipeline, found = pipelines[line.strip()], 0
        began = time.perf_counter()
        for text in given["texts"]:
            found += len(pipeline(text).ents)
        print(json.dumps({"seconds": time.perf_counter() - began, "found": found}), flush=True)


if __name__ == "__main__":
    main()
