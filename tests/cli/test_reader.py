"""``goldthread reader``: the kill switch for whoever runs the service."""

from __future__ import annotations

import pytest
from tests.cast import Cast

from goldthread.assessment import modes
from goldthread.assessment.models import ModeChange
from goldthread.cli import main


def test_it_switches_off_and_on_and_keeps_who_and_why(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reader", "off", "--name", "Ada Fenn", "--why", "It marks what nobody said."]) == 0
    assert "off for everybody" in capsys.readouterr().out
    (made,) = ModeChange.objects.all()
    assert (made.mode, made.switch, made.by) == ("off", True, None)
    assert made.why.shown() == "Ada Fenn, at the service's own machine: It marks what nobody said."
    assert modes.standing(cast.handler).mode == "off"
    assert main(["reader", "on", "--name", "Ada Fenn", "--why", "Mended."]) == 0
    assert "is back" in capsys.readouterr().out
    assert modes.standing(cast.handler).mode == "open"


def test_without_a_name_or_a_reason_nothing_changes(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    for name, why in ((" ", "x"), ("Ada", " "), ("Ada", "x" * 500)):
        assert main(["reader", "off", "--name", name, "--why", why]) == 2
        assert capsys.readouterr().err
    assert main(["reader", "on", "--name", "Ada", "--why", "x"]) == 2
    assert not ModeChange.objects.exists()
