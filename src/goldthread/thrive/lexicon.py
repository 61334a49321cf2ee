"""The lexicon: cue files, named lists and benign contexts, read from TOML and checked; its hash goes into every reading."""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from goldthread.thrive.ages import NUMBER_WORDS
from goldthread.thrive.patterns import BUILT_IN, Atoms, Expansions, Shape, WordingError, expand, parse, shapes
from goldthread.thrive.triggers import TABLE

LEXICON_DIR = Path(__file__).parent / "lexicon"
LEVELS = ("none", "low", "medium", "high", "immediate")
ELEMENTS = ("threat", "harm", "risk", "investigation", "vulnerability", "engagement")
CODES = (
    "da-child", "missing", "care", "exploitation-sexual", "exploitation-criminal", "physical",
    "neglect", "sexual", "online", "not-seen", "parent-crisis", "pre-birth",
    "infant", "honour", "suspect-child", "self-harm", "risk-person", "repeat",
    "background", "professional", "third-party", "other-agency", "masked", "companion",
    "carer-not-seen", "imminent", "death", "abduction", "position-of-trust", "trafficking",
    "implied-child", "oblique",
)  # fmt: skip
"""Every cue of risk to a child; a force may add a file with a new code only together with this list."""
ADULT = "adult-"
"""A file with ``adult = true`` may give any code that begins so: what makes an adult vulnerable."""
_CHILD = ("yes", "implied", "no")
_VALUES = ("weight", "level", "child", "needs_child", "critical", "adult", "past_counts", "elements", "question")
_CUE_KEYS = {"code", "label", "why", "source", "wordings", "group", *_VALUES}


class LexiconError(ValueError):
    """The lexicon cannot be used; the message names the file, the line where known, and the fault."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One wording with the values that hold for it. ``weight`` is 0..1, ``level`` one of LEVELS."""

    cue: str
    wording: str
    weight: float
    level: str
    child: str
    needs_child: bool
    critical: bool
    adult: bool
    past_counts: bool
    elements: tuple[str, ...]
    question: str


@dataclass(frozen=True, slots=True)
class Cue:
    """What a page says of a cue: its short label, why it matters, what to ask, and whether it is life-threat."""

    code: str
    label: str
    why: str
    question: str
    elements: tuple[str, ...]
    critical: bool
    source: str


@dataclass(frozen=True, slots=True)
class Context:
    """A harmless context: which cues it explains away, by how much, and whether for the whole log.

    A child named in it is none of ours (a charity's children), unless ``child_stays``.
    """

    name: str
    cues: frozenset[str]
    weight: float
    whole_log: bool
    child_stays: bool = False


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All that was read: ``patterns`` pairs each way to match with what it stands for (rule, context or child list).

    ``cues`` are those of risk to a child, ``adult_cues`` those of a vulnerable adult, by code.
    """

    cues: Mapping[str, Cue]
    adult_cues: Mapping[str, Cue]
    patterns: tuple[tuple[Shape, "Rule | Context | str"], ...]
    words: frozenset[str]
    hash: str


CHILD_THINGS = "child_item"
"""The list of things that only suggest a child: a pram may be empty."""


def names_child(name: str) -> bool:
    """Whether a match that contains the list *name* speaks of a child (``child``, ``child_...``, never ``childrens_...``)."""
    return name == "child" or (name.startswith("child_") and name != CHILD_THINGS)


@dataclass(slots=True)
class _Lists:
    """The named lists of terms*.toml, expanded on demand."""

    phrases: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    done: dict[str, Expansions] = field(
        default_factory=lambda: {name: {(f"{{{name}}}",): name in ("child_age", "infant_age")} for name in BUILT_IN}
    )
    open: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> Expansions:
        if name in self.done:
            return self.done[name]
        speaks_of_child = names_child(name)
        if name not in self.phrases:
            raise WordingError(f"unknown list {{{name}}}")
        if name in self.open:
            raise WordingError(f"the lists {' -> '.join([*self.open, name])} include each other")
        self.open.append(name)
        runs: Expansions = {}
        for phrase in self.phrases[name][1]:
            for run, child in expand(parse(phrase), self).items():
                if run:
                    runs[run] = runs.get(run, False) or child or speaks_of_child
        self.open.pop()
        self.done[name] = runs
        return runs


def load(directory: Path | None = None) -> Lexicon:
    """Read every ``*.toml`` of *directory* (the shipped lexicon by default).

    Raises LexiconError with every fault found, one to a line, each naming the file and, where known, the line.
    """
    lexicon, faults = check(directory)
    if faults:
        raise LexiconError("\n".join(faults))
    return lexicon


def check(directory: Path | None = None) -> tuple[Lexicon, list[str]]:
    """The lexicon as far as it can be used, and what is wrong with it: for whoever is changing it."""
    directory = directory or LEXICON_DIR
    files = sorted(directory.glob("*.toml"))
    faults: list[str] = [] if files else [f"no lexicon files in {directory}"]
    contents: dict[Path, dict[str, Any]] = {}
    for path in files:
        with _noting(faults):
            contents[path] = _toml(path)
    lists = _Lists()
    for path, content in contents.items():
        if path.name.startswith("terms"):
            for name, phrases in content.items():
                with _noting(faults):
                    _take_list(lists, path, name, phrases)
    patterns: list[tuple[Shape, Rule | Context | str]] = []
    for name, (file, _) in lists.phrases.items():
        try:
            runs = lists(name)
        except WordingError as error:
            faults.append(f"{_where(directory / file, name)}: list {name!r}: {error}")
            lists.open.clear()
            continue
        if names_child(name) or name == CHILD_THINGS:
            named = {run: True for run in runs if not all(word.isdecimal() or word in NUMBER_WORDS for word in run)}
            if named:
                patterns.append((Shape((named,), ()), name))
    patterns.append((Shape(({("{child_age}",): True},), ()), "child_age"))
    cues: dict[str, Cue] = {}
    adult_cues: dict[str, Cue] = {}
    for path, content in contents.items():
        with _noting(faults):
            if path.name.startswith("benign"):
                _add(patterns, faults, path, _contexts(path, content), lists)
            elif not path.name.startswith("terms"):
                cue, rules = _cue(path, content)
                if cue.code in cues or cue.code in adult_cues:
                    raise LexiconError(f"{path.name}: code {cue.code!r} is already given by another file")
                (adult_cues if cue.code.startswith(ADULT) else cues)[cue.code] = cue
                _add(patterns, faults, path, [(rule.wording, rule) for rule in rules], lists)
    words = {word for run in runs_of(patterns) for word in run if word[0] != "{"}
    canonical = json.dumps({path.name: content for path, content in contents.items()}, sort_keys=True)
    # The words that turn a cue can be changed by a practitioner too, so they belong to the same hash.
    digest = hashlib.sha256(canonical.encode() + TABLE.read_bytes()).hexdigest()[:16]
    return Lexicon(cues, adult_cues, tuple(patterns), frozenset(words), digest), faults


def runs_of(patterns: Iterable[tuple[Shape, "Rule | Context | str"]]) -> set[Atoms]:
    """Every run of words in *patterns*."""
    runs: set[Atoms] = set()
    for slot in {id(slot): slot for shape, _ in patterns for slot in shape.slots}.values():
        runs.update(slot)
    return runs


@contextmanager
def _noting(faults: list[str]) -> Iterator[None]:
    """Turn a LexiconError into a line of *faults* and go on with the next file."""
    try:
        yield
    except LexiconError as error:
        faults.append(str(error))


def _add(
    patterns: list[tuple[Shape, Rule | Context | str]],
    faults: list[str],
    path: Path,
    wordings: Iterable[tuple[str, Rule | Context]],
    lists: _Lists,
) -> None:
    for wording, target in wordings:
        try:
            patterns.extend((shape, target) for shape in shapes(parse(wording), lists))
        except WordingError as error:
            lists.open.clear()
            faults.append(f"{_where(path, wording)}: wording {wording!r}: {error}")


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LexiconError(f"{path.name}: not readable as TOML: {error}") from None


def _where(path: Path, wording: str) -> str:
    """*path* with the line that holds *wording*, if it can be found."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if wording in line:
            return f"{path.name} line {number}"
    return path.name


def _take_list(lists: _Lists, path: Path, name: str, phrases: Any) -> None:
    if not isinstance(phrases, list) or not all(isinstance(phrase, str) for phrase in phrases):
        raise LexiconError(f"{_where(path, name)}: {name!r} must be a list of phrases")
    if name in BUILT_IN:
        raise LexiconError(f"{_where(path, name)}: {name!r} is a list that the reader finds by itself")
    # The same list in two files is one list: a force adds its own words in a file of its own.
    file, before = lists.phrases.get(name, (path.name, []))
    lists.phrases[name] = (file, [*before, *phrases])


def _contexts(path: Path, content: Mapping[str, Any]) -> list[tuple[str, Context]]:
    found: list[tuple[str, Context]] = []
    for block in content.get("context", []):
        name = str(block.get("name", "?"))
        here = f"{path.name}: context {name!r}"
        unknown = set(block) - {"name", "cues", "wordings", "weight", "scope", "why", "source", "child_stays"}
        if unknown:
            raise LexiconError(f"{here}: unknown key {sorted(unknown)[0]!r}")
        for code in block.get("cues", []):
            if code != "*" and code not in CODES and not str(code).startswith(ADULT):
                raise LexiconError(f"{here}: unknown cue {code!r}")
        if block.get("scope", "match") not in ("match", "log"):
            raise LexiconError(f"{here}: scope must be match or log")
        weight, stays = _weight(here, block.get("weight", 0.0)), block.get("child_stays", False)
        if not isinstance(stays, bool):
            raise LexiconError(f"{here}: child_stays must be true or false")
        context = Context(name, frozenset(block.get("cues", [])), weight, block.get("scope") == "log", stays)
        found.extend((wording, context) for wording in _wordings(here, block))
    return found


def _wordings(here: str, block: Mapping[str, Any]) -> list[str]:
    wordings = block.get("wordings", [])
    if not isinstance(wordings, list) or not all(isinstance(wording, str) for wording in wordings):
        raise LexiconError(f"{here}: wordings must be a list of strings")
    return wordings


def _weight(here: str, weight: Any) -> float:
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 1:
        raise LexiconError(f"{here}: weight must be a number from 0 to 1")
    return float(weight)


def _cue(path: Path, content: Mapping[str, Any]) -> tuple[Cue, list[Rule]]:
    unknown = set(content) - _CUE_KEYS
    if unknown:
        raise LexiconError(f"{path.name}: unknown key {sorted(unknown)[0]!r}")
    code = str(content.get("code"))
    if code not in CODES and not (code.startswith(ADULT) and content.get("adult") is True):
        raise LexiconError(f"{path.name}: unknown code {code!r}")
    for key in ("label", "why", "question"):
        if not isinstance(content.get(key), str) or not content[key]:
            raise LexiconError(f"{path.name}: {key} is missing")
    defaults = {
        "weight": 0.5,
        "level": "medium",
        "child": "no",
        "needs_child": False,
        "critical": False,
        "adult": False,
        "past_counts": False,
    }
    values: dict[str, Any] = defaults | {"elements": []} | {key: content[key] for key in _VALUES if key in content}
    rules = _rules(path, code, values, content)
    for group in content.get("group", []):
        unknown = set(group) - {"wordings", "why", "label", "source", "name", *_VALUES}
        if unknown:
            raise LexiconError(f"{path.name}: unknown key {sorted(unknown)[0]!r} in a group")
        rules += _rules(path, code, values | {key: group[key] for key in _VALUES if key in group}, group)
    checked = tuple(values["elements"])
    cue = Cue(code, content["label"], content["why"], content["question"], checked, bool(values["critical"]),
              str(content.get("source", "")))  # fmt: skip
    return cue, rules


def _rules(path: Path, code: str, values: Mapping[str, Any], block: Mapping[str, Any]) -> list[Rule]:
    here = path.name
    if values["level"] not in LEVELS[1:]:
        raise LexiconError(f"{here}: unknown level {values['level']!r}")
    if values["child"] not in _CHILD:
        raise LexiconError(f"{here}: child must be yes, implied or no, not {values['child']!r}")
    for element in values["elements"]:
        if element not in ELEMENTS:
            raise LexiconError(f"{here}: unknown element {element!r}")
    for key in ("needs_child", "critical", "adult", "past_counts"):
        if not isinstance(values[key], bool):
            raise LexiconError(f"{here}: {key} must be true or false")
    weight = _weight(here, values["weight"])
    return [
        Rule(code, wording, weight, values["level"], values["child"], values["needs_child"], values["critical"],
             values["adult"], values["past_counts"], tuple(values["elements"]), values["question"])
        for wording in _wordings(here, block)
    ]  # fmt: skip
