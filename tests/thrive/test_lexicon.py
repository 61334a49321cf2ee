"""A lexicon is checked before it is used, and the shipped one is whole."""

import shutil
from pathlib import Path

import pytest

from goldthread.thrive.lexicon import CODES, LexiconError, Rule, check, load
from goldthread.thrive.match import Matcher
from goldthread.thrive.patterns import Shape
from goldthread.thrive.tokens import Text

SMALL = Path(__file__).parent / "data" / "lexicon"
SPOKEN = {
    "{child_age}": "aged 6",
    "{infant_age}": "3 wks old",
    "{adult_age}": "34 yr old",
    "{older_age}": "44 yr old",
    "{elderly_age}": "84 yr old",
    "{number}": "four",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "lexicon"))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('code = "da-child"', 'code = "da-chidl"', "da-child.toml: unknown code 'da-chidl'"),
        ("{relatives}", "{relativs}", r"da-child.toml line 10: wording .* unknown list {relativs}"),
        ("{child} crying [", "{child} crying (", "da-child.toml line 10: wording .* never closed"),
        ('level = "high"', 'level = "severe"', "da-child.toml: unknown level 'severe'"),
        ("weight = 0.6", "weight = 6", "da-child.toml: weight must be a number from 0 to 1"),
        ("adult = true", 'adult = "yes"', "da-child.toml: adult must be true or false"),
        ('"harm", ', '"harmm", ', "da-child.toml: unknown element 'harmm'"),
        ("source =", "sauce =", "da-child.toml: unknown key 'sauce'"),
        ('why = "', "why = ", "da-child.toml: not readable as TOML"),
        ('question = "Can you hear the children now?"', "", "da-child.toml: question is missing"),
    ],
)
def test_a_fault_is_named_with_its_file(folder: Path, old: str, new: str, fault: str) -> None:
    file = folder / "da-child.toml"
    content = file.read_text()
    assert old in content
    file.write_text(content.replace(old, new, 1))
    with pytest.raises(LexiconError, match=fault):
        load(folder)


def test_every_fault_is_told_at_once(folder: Path) -> None:
    (folder / "imminent.toml").write_text('code = "imminent"')
    (folder / "benign.toml").write_text('[[context]]\nname = "x"\ncues = ["nothing"]\nwordings = ["a"]')
    _, faults = check(folder)
    assert len(faults) == 2


def test_lists_that_include_each_other_are_refused(folder: Path) -> None:
    (folder / "terms-more.toml").write_text('one = ["{two}"]\ntwo = ["{one}"]')
    with pytest.raises(LexiconError, match="include each other"):
        load(folder)


def test_a_list_may_be_lengthened_in_another_file(folder: Path) -> None:
    (folder / "terms-local.toml").write_text('child = ["youngun"]')
    matcher = Matcher(load(folder))
    assert any(isinstance(match[3], Rule) for match in matcher.find(Text("youngun crying then gone quiet")))


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="no lexicon files"):
        load(tmp_path)


def test_the_hash_changes_with_the_content_only(folder: Path) -> None:
    before = load(folder).hash
    assert load(SMALL).hash == before
    file = folder / "imminent.toml"
    file.write_text(file.read_text().replace("weight = 0.9", "weight = 0.8"))
    assert load(folder).hash != before


def test_every_cue_of_the_field_has_a_file() -> None:
    assert set(load().cues) == set(CODES)


def test_every_cue_can_be_explained_on_a_page() -> None:
    for cue in load().cues.values():
        assert cue.why, cue.code
        assert cue.question.endswith("?"), cue.code
        assert 1 <= len(cue.label.split()) <= 5, cue.code
        assert cue.elements, cue.code
        assert cue.source, cue.code


def simplest(shape: Shape) -> str:
    """The shortest way to say *shape*, with nothing in its gaps."""
    runs = [min(slot, key=lambda run: (len(run), run)) for slot in shape.slots]
    return " ".join(SPOKEN.get(atom, atom) for run in runs for atom in run)


def test_every_wording_matches_its_own_simplest_form() -> None:
    lexicon = load()
    matcher = Matcher(lexicon)
    silent: list[tuple[object, str]] = []
    for shape, target in lexicon.patterns:
        phrase = simplest(shape)
        if not any(match[3] is target for match in matcher.find(Text(phrase))):
            silent.append((target, phrase))
    assert not silent, silent[:5]
