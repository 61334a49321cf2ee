"""Training on a small part of the corpus: the same twice, the same when it was stopped between, and a model that reads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from modelling.export import Contact, Encoder, export
from modelling.network import MOST_CLAUSES, MOST_TOKENS, Network, tokenizer
from modelling.train import Trainer, piece

from goldthread.thrive.model import CARD, HOME, Model
from goldthread.thrive.packing import packed, side_by_side
from goldthread.thrive.reader import Reader
from modelling import corpus, make

ROUNDS = 2


class Stopped(Exception):
    """Somebody stopped the training."""


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few logs and clauses of each part, so that a round takes seconds."""
    logs, clauses = corpus.logs(), corpus.clauses()
    some = [one for one in logs if one.part == "train"][:24] + [one for one in logs if one.part == "tune"][:24]
    few = tuple([one for one in clauses if one.part == "train"][:40])
    monkeypatch.setattr(corpus, "logs", lambda: tuple(some))
    monkeypatch.setattr(corpus, "clauses", lambda: few)


def trained(folder: Path, rounds_until_stopped: int = 0) -> list[dict[str, float]]:
    """Train in ``folder``; what was told after each round. Stopped after some rounds, it is begun again and goes on."""
    folder.mkdir(exist_ok=True)
    told: list[dict[str, float]] = []

    def say(line: str) -> None:
        told.append(json.loads(line))
        if rounds_until_stopped and len(told) == rounds_until_stopped:
            raise Stopped

    if rounds_until_stopped:
        with pytest.raises(Stopped):
            Trainer(say, ROUNDS).run(folder / "weights.pt")
    Trainer(lambda line: told.append(json.loads(line)), ROUNDS).run(folder / "weights.pt")
    return told


def test_the_same_twice_and_when_it_was_stopped_between(tmp_path: Path) -> None:
    once = trained(tmp_path / "once")
    again = trained(tmp_path / "again")
    stopped = trained(tmp_path / "stopped", rounds_until_stopped=1)
    assert {"going on after round": 1} in stopped
    weights = [torch.load(tmp_path / name / "weights.pt") for name in ("once", "again", "stopped")]
    for name, value in weights[0].items():
        assert torch.equal(value, weights[1][name]), name
        assert torch.equal(value, weights[2][name]), name
    figures = [
        {key: value for key, value in one.items() if key != "seconds"} for one in (once[-1], again[-1], stopped[-1])
    ]
    assert figures[0] == figures[1] == figures[2]
    assert not list(tmp_path.glob("*/*.state")), "done: asked again, it is trained again"


def test_rounds_change_the_network_and_the_model_made_of_it_reads_and_names_what_it_was_made_from(
    tmp_path: Path,
) -> None:
    trained(tmp_path)
    begun = Trainer(lambda _line: None, ROUNDS)
    after = torch.load(tmp_path / "weights.pt")
    assert any(not torch.equal(value, after[name]) for name, value in begun.network.state_dict().items())
    homes = [tmp_path / "one", tmp_path / "two"]
    for home in homes:
        home.mkdir()
        make.make(tmp_path / "weights.pt", home, lambda _line: None)
    one, two = (Model(home) for home in homes)
    assert one.hash == two.hash
    card = json.loads((homes[0] / CARD).read_text(encoding="utf-8"))
    assert card["made_from"]["corpus"] == corpus.digest()
    assert card["codes"] == [cue.code for cue in Reader().cues]
    read = Reader(model=one).read("Kids crying upstairs, then gone quiet.", path="full")
    assert 0 < read.probability < 1
    assert all(
        found.quote == "Kids crying upstairs, then gone quiet."[found.start : found.end] for found in read.findings
    )


def test_what_is_exported_reads_a_contact_as_what_was_trained_does(tmp_path: Path) -> None:
    clauses = [clause for one in corpus.logs()[:40] for clause in piece(one).clauses][: MOST_CLAUSES + 20]
    assert len(clauses) > MOST_CLAUSES
    codes = [cue.code for cue in Reader().cues]
    network = Network(codes).eval()
    torch.nn.init.normal_(network.order.weight, std=0.05)
    tokens = [one.ids[:MOST_TOKENS] for one in tokenizer().encode_batch(clauses)]
    with torch.no_grad():
        trained = network.together(network.words(tokens), [len(tokens)])
        alone = Encoder(network)(**{name: torch.from_numpy(value) for name, value in packed(tokens).items()})
        beside = side_by_side(alone.split([len(one) for one in tokens]))
        written_out = Contact(network)(**{name: torch.from_numpy(value) for name, value in beside.items()})
        backwards = network.together(network.words(tokens[::-1]), [len(tokens)]).flip(0)
    export(network, len(codes), [tuple(clauses[:30]), tuple(clauses[30:60])], tmp_path)
    shutil.copy(HOME / CARD, tmp_path / CARD)
    model = Model(tmp_path)
    shipped = torch.from_numpy(model._meet([words for words, _ in model.read(clauses)], 0))

    def off(other: torch.Tensor) -> float:
        return float((other - trained).norm() / trained.norm())

    assert off(written_out) < 0.03, "but for the words' eight bits it is the same"
    assert off(shipped) < 0.15
    assert off(backwards) > 2 * off(written_out), "the order of clauses matters, so that a mistake in it would be seen"
