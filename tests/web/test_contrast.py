"""Every pair of colours that meets on a page reaches WCAG 2.2 AA in both themes, read from the tokens themselves."""

import re
from pathlib import Path

import pytest

import goldthread.web

TOKENS = Path(goldthread.web.__file__).parent / "assets" / "_tokens.scss"

TEXT = 4.5
SHAPE = 3.0

TEXT_PAIRS = [
    *[(ink, on) for ink in ("ink", "ink-soft", "link", "link-hover") for on in ("ground", "surface", "raised")],
    ("ink", "over-ground"),
    ("ink", "near-ground"),
    ("ink", "machine-ground"),
    ("over", "surface"),
    ("over", "ground"),
    ("over", "raised"),
    ("over", "over-ground"),
    ("near", "surface"),
    ("near", "raised"),
    ("near", "near-ground"),
    ("open", "surface"),
    ("open", "raised"),
    ("machine", "surface"),
    ("machine", "raised"),
    ("done", "surface"),
    ("done", "raised"),
    ("marked-ink", "marked"),
    ("action-ink", "action"),
    ("danger-ink", "danger"),
    ("surface", "ink"),
    ("bar-ink", "bar"),
    ("bar-soft", "bar"),
    ("focus-ink", "focus"),
]
SHAPE_PAIRS = [
    *[("edge", on) for on in ("surface", "ground", "raised")],
    ("marked", "surface"),
    ("marked", "raised"),
    ("near-fill", "surface"),
    ("near-fill", "raised"),
    ("near-fill", "near-ground"),
    ("action", "surface"),
    ("danger", "surface"),
    ("thread", "surface"),
    ("thread", "bar"),
]


def theme(name: str) -> dict[str, str]:
    block = re.search(rf"^\${name}: \((.*?)^\);", TOKENS.read_text(), re.DOTALL | re.MULTILINE)
    assert block is not None
    return dict(re.findall(r'"([a-z-]+)": (#[0-9a-f]{6})', block[1]))


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance of an sRGB colour."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_the_greatest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_both_themes_name_the_same_colours() -> None:
    assert theme("light").keys() == theme("dark").keys()


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_can_be_read(name: str, ink: str, ground: str) -> None:
    colours = theme(name)
    assert contrast(colours[ink], colours[ground]) >= TEXT


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_shapes_and_frames_stand_out(name: str, shape: str, ground: str) -> None:
    colours = theme(name)
    assert contrast(colours[shape], colours[ground]) >= SHAPE


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_two_toned_focus_ring_shows_on_every_ground(name: str) -> None:
    colours = theme(name)
    for ground in ("ground", "surface", "raised", "bar", "action", "danger"):
        assert max(contrast(colours[tone], colours[ground]) for tone in ("focus", "focus-ink")) >= SHAPE
