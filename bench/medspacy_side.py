"""The reference reader, run by the interpreter of its own environment: JSON on standard input, JSON lines out.

It is medspaCy on a blank English pipeline (no trained model): its sentence splitter, a target matcher with the phrases
given, and ConText for assertion. Its log, which quotes every token, is turned off, which makes it faster.
"""

from __future__ import annotations

import json
import sys
import time


def main() -> None:
    """Read ``{"cues": [...], "texts": [...]}``; for each line "go" read all texts once and answer with the seconds."""
    from loguru import logger

    logger.remove()
    import medspacy
    import spacy
    from medspacy.ner import TargetRule

    given = json.loads(sys.stdin.readline())
    pipeline = medspacy.load(
        spacy.blank("en"), medspacy_enable=["medspacy_pyrush", "medspacy_target_matcher", "medspacy_context"]
    )
    pipeline.get_pipe("medspacy_target_matcher").add([TargetRule(cue, "CUE") for cue in given["cues"]])
    for text in given["texts"][:20]:
        pipeline(text)
    print(json.dumps({"ready": True, "version": medspacy.__version__, "pipes": pipeline.pipe_names}), flush=True)
    for _ in sys.stdin:
        found = 0
        began = time.perf_counter()
        for text in given["texts"]:
            found += len(pipeline(text).ents)
        print(json.dumps({"seconds": time.perf_counter() - began, "found": found}), flush=True)


if __name__ == "__main__":
    main()
