"""The comments of section 55 drafted from the record, and the letter put together from what the office made of the draft.

Values in, values out. The draft says for each recommendation what is done, what is proposed, or that nothing is on record; it claims *met*
only where the record's state does, and says *not known* and *not published* as such. Police Act 1996 s.55: the Commissioner publishes
comments on a report within the days that ``improvement.toml`` counts, with those of the chief constable.

A draft, canonical JSON with its SHA-256::

    {"shape": 1, "report": {"name", "source", "published_on": DAY, "comments_on": DAY}, "as_at": DAY, "opening": TEXT,
     "recommendations": [{"number": 1, "text": TEXT or null, "state": TEXT, "due_on": DAY or null, "owner": TEXT, "figure": TEXT,
                          "comments": TEXT}]}

A letter is the same with *opening* and *comments* as the office issued them, beside each *drafted* as the draft had it, and
``"chief": TEXT``, empty where the chief constable had made no comments, and ``"draft": HEX``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from difflib import SequenceMatcher
from re import findall
from typing import Any

from goldthread.commissioner.status import FigureTold, Line, ReportTold
from goldthread.config.errors import Invalid
from goldthread.improvement.told import Doing

SHAPE = 1
OPENING, CHIEF = "opening", "chief"
LONGEST = 12_000
"""Characters of one part *(ours)*."""
STAYED = 0.6
"""How much of two texts is the same, spaces counted, where it helps to show them woven together *(ours)*."""
NO_TEXT = "Its text has not been entered by the force."
NO_ACTION = "No action is on record, neither done nor proposed. Why nothing is, is to be said here."


def day(one: date) -> str:
    """A day in words."""
    return f"{one.day} {one:%B %Y}"


def draft(report: ReportTold, actions: Mapping[int, Sequence[Doing]], as_at: date) -> dict[str, Any]:
    """The draft for a report whose comments are owed; ``actions`` are those of each recommendation by its number."""
    assert report.comments_on is not None
    return {
        "shape": SHAPE,
        "report": {
            "name": report.name,
            "source": report.source,
            "published_on": report.published_on.isoformat(),
            "comments_on": report.comments_on.isoformat(),
        },
        "as_at": as_at.isoformat(),
        "opening": (
            f"{report.source} published {report.name} on {day(report.published_on)}. These are the Commissioner's comments on it under "
            f"section 55 of the Police Act 1996. What is said of each recommendation was drafted from the force's record as it stood on "
            f"{day(as_at)}. The chief constable was invited to comment."
        ),
        "recommendations": [
            {
                "number": one.number,
                "text": one.text,
                "state": state(one),
                "due_on": one.due_on.isoformat() if one.due_on else None,
                "owner": one.office,
                "figure": figure(one.figure),
                "comments": comments(one, actions.get(one.number, ())),
            }
            for one in report.lines
        ],
    }


def state(one: Line) -> str:
    """The state in the record, in a sentence."""
    since = day(one.since)
    told = {
        "believed": f"The force has believed it met since {since}. Whether it is met is for the inspectorate to say.",
        "submitted": f"The force submitted it to the inspectorate on {since}. Whether it is met is for the inspectorate to say.",
        "closed": f"The inspectorate closed it on {since}, reference {one.reference}.",
    }
    if one.state in told:
        return told[one.state]
    again = {
        "Its figure fell back": f"It was re-opened on {since}, since its figure fell back. ",
        "The force re-opened it": f"The force re-opened it on {since}. ",
    }
    return f"{again.get(one.because, f'In progress since {since}. ')}The force does not claim that it is met."


def figure(one: FigureTold | None) -> str:
    """What may be said of its figure: what was published, and nothing else."""
    if one is None:
        return "No figure is bound to it."
    target = f"{100 * one.target:.0f} % or {'more' if one.good == 'up' else 'less'}"
    told = one.published
    if told is None:
        return f"Its figure, {one.name}, with a target of {target}, is in no published table, so none is given."
    where = f"{told.period}, edition {told.edition} of {told.title}"
    if told.state == "unknown":
        return f"{one.name}, with a target of {target}: not known for {where}."
    if told.share is None or told.met is None or told.of is None:
        said = "no cases" if told.of == 0 else "the share is withheld, since few cases stand behind it"
        return f"{one.name}, with a target of {target}: {said} for {where}."
    reached = told.share >= one.target if one.good == "up" else told.share <= one.target
    return (
        f"{one.name}: {100 * told.share:.1f} % ({told.met:,} of {told.of:,}) for {where}. "
        f"That {'reaches' if reached else 'does not reach'} its target of {target}."
    )


def comments(one: Line, actions: Sequence[Doing]) -> str:
    """What is drafted to be said of one recommendation."""
    done = [f"{each.words}{f' ({day(each.day)})' if each.day else ''}" for each in actions if each.mark == "done"]
    proposed = [_proposed(each) for each in actions if each.mark == "open"]
    dropped = [f"{each.words} Why not: {each.why}" for each in actions if each.mark == "dropped"]
    told = [NO_TEXT] if one.text is None else []
    for head, some in (("Done", done), ("Proposed", proposed), ("Not pursued", dropped)):
        told += [f"{head}:", *(f"- {each}" for each in some)] if some else []
    return "\n".join([*told, *([] if done or proposed or dropped else [NO_ACTION])])


def _proposed(one: Doing) -> str:
    by = f"by {day(one.due_on)}" if one.due_on else "without a date on record"
    late = ", late" if one.late else ""
    return f"{one.words} ({by}{late})"


def parts(draft: Mapping[str, Any]) -> dict[str, str]:
    """The parts of a draft that the office edits, by code, as they were drafted."""
    return {OPENING: draft["opening"]} | {str(one["number"]): one["comments"] for one in draft["recommendations"]}


def checked(words: str, part: str, draft: Mapping[str, Any]) -> str:
    """A part's words as they will be kept. Raises ``Invalid`` for a part that the draft has not, no words, and too many."""
    kept = words.replace("\x00", "").replace("\r\n", "\n").strip()
    if part != CHIEF and part not in parts(draft):
        raise Invalid({"part": "The draft has no such part. Nothing was saved."})
    if not kept:
        raise Invalid({"words": "Write something; what stood before stands still. Nothing was saved."})
    if len(kept) > LONGEST:
        raise Invalid({"words": f"That is longer than {LONGEST:,} characters. Nothing was saved; shorten it."})
    return kept


def letter(draft: Mapping[str, Any], sha256: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """The letter from a draft and the newest text of each part that was written; what was not edited stands as drafted."""
    return {
        **draft,
        "draft": sha256,
        "opening": texts.get(OPENING, draft["opening"]),
        "drafted": draft["opening"],
        "recommendations": [
            {**one, "comments": texts.get(str(one["number"]), one["comments"]), "drafted": one["comments"]}
            for one in draft["recommendations"]
        ],
        "chief": texts.get(CHIEF, ""),
    }


def differences(drafted: str, now: str) -> list[tuple[str, str]]:
    """What became of a draft: runs of words with ``same``, ``out`` or ``in``, in order; all out and all in where little of it stayed."""
    one, other = (findall(r"\s+|\S+", text) for text in (drafted, now))
    matched = SequenceMatcher(None, one, other, autojunk=False)
    if matched.ratio() < STAYED:
        return [("out", drafted), ("in", now)]
    found: list[tuple[str, str]] = []
    for kind, a, b, c, d in matched.get_opcodes():
        if kind == "equal":
            found.append(("same", "".join(one[a:b])))
            continue
        found += [(name, "".join(run)) for name, run in (("out", one[a:b]), ("in", other[c:d])) if run]
    return found
