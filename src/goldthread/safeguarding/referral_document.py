"""What leaves, as plain description: the minimum chosen, no other child's identity, and nothing that is not in the record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goldthread.documents.described import Document, Facts, Note, Paragraph, Part, Section
from goldthread.safeguarding.referral_kinds import Basis, Kind, Kinds
from goldthread.safeguarding.referral_rules import ChildTold, To
from goldthread.web.times import clock

NOT_KNOWN = "not known"
ANOTHER = "[another child]"
"""What stands where words name a child whom the referral is not about."""
SHORTEST_NAME = 3
"""Letters of a name's word at least, so that initials and *de* hide nothing else *(ours)*."""
NO_NAMES = frozenset({"unknown", "not", "known", "child", "baby", "boy", "girl", "the", "and"})
"""Words that stand in the field of a name and are none."""
ERASED = (
    "The text of this referral was erased. That it left, when, to whom and under which digest it was frozen stands."
)


@dataclass(frozen=True)
class IncidentTold:
    """What of an incident may leave: ``came_at`` (aware), the texts empty and ``attended_at`` None where not known."""

    came_at: datetime
    place: str
    attended_at: datetime | None
    caller: str
    caller_phone: str
    children: tuple[ChildTold, ...]


@dataclass(frozen=True)
class Chosen:
    """What was chosen for one referral, as ``referral_rules.chosen`` let it pass."""

    kind: Kind
    to: To
    about: tuple[ChildTold, ...]
    fields: tuple[str, ...]
    basis: Basis
    concern: str
    staff_answer: str = ""


@dataclass(frozen=True)
class _Hidden:
    """What stays here of other children: their whole names, each word of these, and the place, whose own words are no names."""

    whole: re.Pattern[str] | None
    word: re.Pattern[str] | None
    place: str

    def out_of(self, text: str) -> str:
        """The text without them. A word of the place stays, where a word beside it stands there too: a street may bear a name."""
        text = self.whole.sub(ANOTHER, text) if self.whole else text
        return self.word.sub(lambda found: found[0] if self._of_place(found) else ANOTHER, text) if self.word else text

    def _of_place(self, found: re.Match[str]) -> bool:
        before = re.search(r"\w+[ \t]+$", found.string[: found.start()])
        after = re.match(r"[ \t]+\w+", found.string[found.end() :])
        pairs = (f"{before[0]}{found[0]}" if before else "", f"{found[0]}{after[0]}" if after else "")
        beside = [re.escape(" ".join(one.split())) for one in pairs if one]
        return any(re.search(rf"(?<!\w){one}(?!\w)", self.place, re.IGNORECASE) for one in beside)


def content(kinds: Kinds, told: IncidentTold, chosen: Chosen, force: str) -> dict[str, Any]:
    """All that leaves, as plain values in the shape that ``document`` reads; nothing of it depends on when it is made."""
    others = [one for one in told.children if one not in chosen.about]
    hidden = _hidden(others, chosen.about, told.place)
    parts: list[Part] = [Section("Concern", (Paragraph(hidden.out_of(chosen.concern)),))]
    for number, child in enumerate(chosen.about, start=1):
        rows = _rows(kinds, chosen.fields, "child", _of_child(child), hidden)
        heading = "The child" if len(chosen.about) == 1 else f"Child {number}"
        parts.append(Section(heading, (Facts(rows) if rows else Note("No particulars are sent here."),)))
    if not chosen.about and chosen.kind.child == "recorded":
        parts.append(Note("No child is recorded by name. Who is meant stands in the concern."))
    rows = _rows(kinds, chosen.fields, "incident", _of_incident(told, others), hidden)
    if rows:
        parts.append(Section("What happened", (Facts(rows),)))
    mind: list[Part] = [Paragraph(chosen.kind.handling)]
    if chosen.staff_answer == "not_known":
        mind.insert(0, Note("It is not known whether anybody who is part of this works at your school."))
    parts.append(Section("Please mind", tuple(mind)))
    parts.append(Section("Why we may tell you", (Paragraph(f"{chosen.basis.name} ({chosen.basis.source})."),)))
    return {
        "title": chosen.kind.title,
        "to": f"{chosen.to.partner}: {chosen.to.contact}",
        "force": force,
        "parts": [_plain(one) for one in parts],
    }


def withheld(kinds: Kinds, told: IncidentTold, chosen: Chosen) -> list[str]:
    """What stays here, for the sender's eyes: fields not chosen, and how many other children nobody is told of."""
    found = [one.name for code, one in kinds.fields.items() if code not in chosen.fields]
    others = len(told.children) - len(chosen.about)
    return found + ([f"Who the {others} other {'child is' if others == 1 else 'children are'}"] if others else [])


def read(text: str) -> dict[str, Any]:
    """What left, from the text it was frozen as; empty for none."""
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def document(left: dict[str, Any], *, reference: str, digest: str, at: datetime) -> Document:
    """The document as it left; ``left`` empty where it was erased."""
    if not left:
        return Document("Referral", "", reference, "", digest, at, (Paragraph(ERASED),))
    return Document(left["title"], left["to"], reference, left["force"], digest, at, _parts(left["parts"]))


def _of_child(child: ChildTold) -> dict[str, str]:
    if child.erased:
        return dict.fromkeys(("names", "ages", "born", "where_now", "last_seen", "seen"), "erased")
    age = NOT_KNOWN if child.age is None else f"{'about ' if child.estimated else ''}{child.age}"
    return {
        "names": child.name,
        "ages": age,
        "born": child.born,
        "where_now": child.where_now,
        "last_seen": child.last_seen,
        "seen": child.seen,
    }


def _of_incident(told: IncidentTold, others: Sequence[ChildTold]) -> dict[str, str]:
    return {
        "when": clock(told.came_at),
        "where": told.place,
        "attended": f"yes, {clock(told.attended_at)}" if told.attended_at else "not yet, or not recorded",
        "others": str(len(others)) if others else "none recorded",
        "caller": told.caller,
        "caller_phone": told.caller_phone,
    }


def _rows(
    kinds: Kinds, fields: Iterable[str], of: str, values: dict[str, str], hidden: _Hidden
) -> tuple[tuple[str, str], ...]:
    wanted = [kinds.fields[code] for code in fields if kinds.fields[code].of == of]
    return tuple((one.name, hidden.out_of(values[one.code]) or NOT_KNOWN) for one in wanted)


def _hidden(others: Sequence[ChildTold], about: Iterable[ChildTold], place: str) -> _Hidden:
    """Every word of the other children's names that no child of the referral bears, as whole words."""
    shared = {word for one in about for word in _words(one.name)} | NO_NAMES
    found = {word for one in others for word in _words(one.name) if len(word) >= SHORTEST_NAME} - shared
    names = [names for one in others if len(names := _words(one.name)) > 1 and found.intersection(names)]
    whole = _either(r"\s+".join(map(re.escape, one)) for one in names)
    return _Hidden(whole, _either(map(re.escape, found)), " ".join((whole.sub(" ", place) if whole else place).split()))


def _either(found: Iterable[str]) -> re.Pattern[str] | None:
    some = "|".join(sorted(found, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{some})(?!\w)", re.IGNORECASE) if some else None


def _words(name: str) -> list[str]:
    return re.findall(r"[\w'’-]+", name.casefold())


def _plain(part: Part) -> dict[str, Any]:
    match part:
        case Section():
            return {"kind": "section", "heading": part.heading, "parts": [_plain(one) for one in part.parts]}
        case Facts():
            return {"kind": "facts", "rows": [list(row) for row in part.rows]}
        case Paragraph() | Note():
            return {"kind": part.kind, "text": part.text}
        case _:
            raise ValueError(f"no referral has a {part.kind}")


def _parts(rows: Iterable[dict[str, Any]]) -> tuple[Part, ...]:
    return tuple(_part(one) for one in rows)


def _part(row: dict[str, Any]) -> Part:
    match row["kind"]:
        case "section":
            return Section(row["heading"], _parts(row["parts"]))
        case "facts":
            return Facts(tuple((term, told) for term, told in row["rows"]))
        case "note":
            return Note(row["text"])
        case _:
            return Paragraph(row["text"])
