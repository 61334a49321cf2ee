"""The shipped network, its card and the pages about it speak of the same corpus, lexicon and model."""

from __future__ import annotations

import json

import pytest
from modelling.judges import ROOT

from goldthread.thrive.model import CARD, HOME, Model
from goldthread.thrive.reader import Reader
from modelling import corpus

MADE_FROM = json.loads((HOME / CARD).read_text(encoding="utf-8"))["made_from"]


def test_the_network_was_made_from_the_corpus_as_it_is() -> None:
    assert MADE_FROM["corpus"] == corpus.digest(), "the corpus changed: make the model anew"


def test_the_network_was_made_beside_the_lexicon_as_it_is() -> None:
    assert MADE_FROM["lexicon"] == Reader().lexicon_hash, "the lexicon changed: make the model anew"


@pytest.mark.parametrize("page", ["model-card.md", "reader-results.md"])
def test_a_page_of_figures_names_the_network_that_ships(page: str) -> None:
    assert Model(HOME).hash in (ROOT / "docs" / page).read_text(encoding="utf-8"), "measure anew, and say so"
