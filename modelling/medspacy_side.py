"""A baseline, run by the interpreter of medspaCy's own environment: ``{"texts", "cues"}`` in, a JSON list of 0 or 1 out.

A blank English pipeline, the key words with their plurals as targets, ConText for assertion, its own log turned off.
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Answer."""
    from loguru import logger

    logger.remove()
    import medspacy
    import spacy
    from medspacy.ner import TargetRule

    given = json.load(sys.stdin)
    blank = spacy.blank("en")
    blank.add_pipe("sentencizer")
    pipeline = medspacy.load(blank, medspacy_enable=["medspacy_target_matcher", "medspacy_context"])
    rules = [TargetRule(word, word) for word in given["cues"]]
    rules += [TargetRule(f"{word}s", word) for word in given["cues"]]
    pipeline.get_pipe("medspacy_target_matcher").add(rules)
    found = []
    for text in given["texts"]:
        standing = {
            one.label_ for one in pipeline(text).ents
            if not (one._.is_negated or one._.is_historical or one._.is_family)
        }  # fmt: skip
        found.append(int(len(standing) >= 2))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
