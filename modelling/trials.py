"""The test part put to harder trials: retyped as transcripts, in dialects, among many entries, with words meant for a machine; and other languages.

What is added lies in ``corpus/trials/``: composed for this, and neither trained on nor tuned to.
"""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence

from modelling.corpus import HOME, LEVELS, Log
from modelling.judges import Answer, Judge
from modelling.scores import Share, detection, row

FOLDER = HOME / "trials"
SEED = 48
ENTRIES = (3, 10, 30, 100)
"""Routine entries that a log is put among."""
LOGS = (1, 3, 10)
"""Harmless logs of the same part that a log is put among."""
USUAL = ("[{time}] CALLER:",)
"""How most transcripts name who speaks."""
PLACES = ("behind", "before", "inside")
"""Where words meant for a machine are put."""
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")


def lines(name: str) -> list[str]:
    """The lines of a file of the trials."""
    return (FOLDER / name).read_text(encoding="utf-8").splitlines()


def transcribed(text: str, forms: Sequence[str], rng: random.Random) -> str:
    """*text* with who speaks before each sentence, in one of the *forms*, in which ``{time}`` goes on by some seconds."""
    form, now = rng.choice(forms), rng.randrange(80_000)
    told = []
    for sentence in filter(None, _SENTENCE_ENDS.split(text)):
        now += rng.randint(2, 9)
        told.append(form.format(time=f"{now // 3600:02}:{now // 60 % 60:02}:{now % 60:02}") + " " + sentence)
    return "\n".join(told)


def among(text: str, others: Sequence[str], count: int, rng: random.Random) -> str:
    """*text* at any place among *count* different ones of the *others*, each on a line of its own."""
    some = rng.sample(others, count)
    some.insert(rng.randint(0, count), text)
    return "\n".join(some)


def with_order(text: str, order: str, place: str) -> tuple[str, int, int]:
    """*text* with *order* put at that place, and where the order starts and ends in it."""
    if place == "behind":
        at, before, after = len(text), "\n", ""
    elif place == "before":
        at, before, after = 0, "", "\n"
    else:  # where a sentence ends, or else a word, nearest the middle
        ends = [one.start() for one in _SENTENCE_ENDS.finditer(text)] or [one.start() for one in re.finditer(" ", text)]
        at, before, after = min(ends, key=lambda end: abs(end - len(text) / 2), default=len(text)), " ", ""
    start = at + len(before)
    return text[:at] + before + order + after + text[at:], start, start + len(order)


def dialects() -> dict[str, dict[str, str]]:
    """Of each dialect what it puts in place of which words."""
    return tomllib.loads((FOLDER / "dialects.toml").read_text(encoding="utf-8"))


def spoken(text: str, words: Mapping[str, str]) -> str:
    """*text* with *words* as a dialect has them; capitals are kept where a word begins with one or is all in them."""
    longest = "|".join(re.escape(one) for one in sorted(words, key=len, reverse=True))

    def said(found: re.Match[str]) -> str:
        other = words[found[0].casefold()]
        if found[0].isupper() and len(found[0]) > 1:
            return other.upper()
        return other[0].upper() + other[1:] if found[0][0].isupper() else other

    return re.sub(rf"\b(?:{longest})\b", said, text, flags=re.IGNORECASE)


def report(part: Sequence[Log], judge: Judge, plain: Sequence[Answer]) -> Iterator[str]:
    """The lines of every trial; *plain* is what the judge said of the part as it is."""
    yield f"\nharder trials, full path\n{'':34}{'recall':34}{'specificity':34}precision"
    yield from transcripts(part, judge)
    yield from regional(part, judge)
    yield from entries(part, judge)
    yield from orders(part, judge, plain)
    yield from languages(judge)


def transcripts(part: Sequence[Log], judge: Judge) -> Iterator[str]:
    """Retyped as a transcript of a call."""
    for name, forms in (("transcript, [hh:mm:ss] CALLER:", USUAL), ("transcript, other forms", lines("speakers.txt"))):
        rng = random.Random(SEED)
        yield _found(name, part, judge, [transcribed(one.text, forms, rng) for one in part])


def regional(part: Sequence[Log], judge: Judge) -> Iterator[str]:
    """As each region would say it, word for word; with the share of texts that a dialect changes at all."""
    for name, words in dialects().items():
        texts = [spoken(one.text, words) for one in part]
        changed = sum(text != one.text for text, one in zip(texts, part, strict=True))
        yield f"{_found(f'dialect {name}', part, judge, texts)}  changed {changed}"


def entries(part: Sequence[Log], judge: Judge) -> Iterator[str]:
    """Among routine entries, and among harmless logs of the same part."""
    routine = lines("entries.txt")
    for count in ENTRIES:
        rng = random.Random(SEED)
        texts = [among(one.text, routine, count, rng) for one in part]
        yield from _drowned(f"among routine entries: {count}", part, judge, texts)
    harmless = [one.text for one in part if not one.at_risk]
    for count in LOGS:
        if len(harmless) <= count:
            continue
        rng = random.Random(SEED)
        texts = [among(one.text, [other for other in harmless if other != one.text], count, rng) for one in part]
        yield from _drowned(f"among harmless logs: {count}", part, judge, texts)


def orders(part: Sequence[Log], judge: Judge, plain: Sequence[Answer]) -> Iterator[str]:
    """With a sentence meant for a machine: what is found, what is lost by it, and whether it is quoted."""
    told = lines("to-a-machine.txt")
    for place in PLACES:
        made = [with_order(one.text, told[at % len(told)], place) for at, one in enumerate(part)]
        after = judge([text for text, *_ in made])
        yield row(
            f"words to a machine {place}", detection([one.at_risk for one in part], [one.at_risk for one in after])
        )
        found = [
            (was, now)
            for one, was, now in zip(part, plain, after, strict=True)
            if one.at_risk and was.at_risk
        ]  # fmt: skip
        lowered = sum(not now.at_risk or LEVELS.index(now.level) < LEVELS.index(was.level) for was, now in found)
        quoted = sum(
            any(quote.start < end and start < quote.end for quote in now.findings)
            for (_, start, end), now in zip(made, after, strict=True)
        )
        yield f"{'  lost, of the risky found':34}{Share(sum(not now.at_risk for _, now in found), len(found))}"
        yield f"{'  level lowered or lost':34}{Share(lowered, len(found))}"
        yield f"{'  words to the machine quoted':34}{Share(quoted, len(part))}"


def languages(judge: Judge) -> Iterator[str]:
    """Short sentences about a child in other languages: whether the reader says that it cannot tell."""
    answers = judge([json.loads(line)["text"] for line in lines("other-languages.jsonl")])
    told = [one for one in answers if not one.unsure]
    yield "\nshort sentences about a child in other languages"
    yield f"{'abstains':34}{Share(sum(one.abstain for one in answers), len(answers))}"
    yield f"{'abstains or says it is not sure':34}{Share(len(answers) - len(told), len(answers))}"
    yield f"{'neither, and calls it at risk':34}{Share(sum(one.at_risk for one in told), len(answers))}"
    yield f"{'neither, and calls it harmless':34}{Share(sum(not one.at_risk for one in told), len(answers))}"


def _drowned(name: str, part: Sequence[Log], judge: Judge, texts: Sequence[str]) -> Iterator[str]:
    answers = judge(texts)
    yield row(name, detection([one.at_risk for one in part], [one.at_risk for one in answers]))
    for what, risky in (("missed", True), ("rightly silent", False)):
        of = [one.unsure for so, one in zip(part, answers, strict=True) if so.at_risk is risky and not one.at_risk]
        yield f"{'  not sure, of the ' + what:34}{Share(sum(of), len(of))}"


def _found(name: str, part: Sequence[Log], judge: Judge, texts: Sequence[str]) -> str:
    return row(name, detection([one.at_risk for one in part], [one.at_risk for one in judge(texts)]))
