"""Whether words say plainly that somebody saw a child safe, or spoke to the child.

A sentence of the log counts only if every word round *seen* or *spoken to* is understood: what is denied, wished, planned, asked
for, refused, long past, hearsay or seen in danger does not count, and neither does what is unclear.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from goldthread.thrive.tokens import APOSTROPHES, fold

_NEAR = 8
"""Words looked at between the child, the one who saw, and *seen* *(ours)*."""

_SENTENCE = re.compile(r"[!;\n\r|]|(?<=[.?])(?=[\s\"')])|\s[-\u2013\u2014/]{1,3}\s")
_WORD = re.compile(r"[^\W_]+|[,:?(]")
_DROPPED = re.compile(f"[{APOSTROPHES}]")
_HARMLESS = re.compile(
    r"\b(?:no|nil|not|without|any|free of|nothing of)\s(?:\s?(?:visible|obvious|apparent|further|immediate|safeguarding|other|new|current)\s){0,2}"
    r"\s?(?:concerns?|worries|issues|injur(?:y|ies|ed)|marks?|bruis(?:es|ing|e)|offences|complaints|distress(?:ed)?|upset|hurt)\b"
    r"(?:\s(?:or|and|seen|noted|visible|raised|present|on|them|him|her|bruis(?:es|ing|e)|marks?|injur(?:y|ies))\b){0,4}"
)
"""A denial of harm, read as *fine*."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CHILD = _set(
    "child children childs childrens chidlren childern chldren kid kids kiddies bairn bairns wean weans baby babies infant infants "
    "toddler toddlers newborn boy boys girl girls daughter daughters son sons sibling siblings twins"
)
_SEEN = _set("seen sighted checked saw")
_SPOKEN = _set("spoke spoken spk")
_SAYS_SO = _set(
    "pc pcs pcso pcsos officer officers ofcr ofcrs ofc police constable sergeant sgt ps dc dcs crew crews unit units paramedic paramedics "
    "medics ambulance nurse hv visitor midwife doctor dr gp paediatrician consultant sw worker keyworker teacher dsl school staff"
)
"""Who sees children by calling, and says so plainly: nobody need add that the child was safe."""
_SAFE = _set(
    "safe well fine ok okay asleep sleeping playing happy smiling unharmed unhurt uninjured healthy content settled laughing cheerful"
)
_LINK = _set(
    "was were are is has have been both all also now then just each two three four five the and at in his her their own present here "
    "house home address upstairs bed school older younger eldest youngest little aged yo yr yrs old year years , ("
)
"""What may stand between a child and *seen*, beside figures."""
_BETWEEN = _LINK | _SEEN | _SPOKEN | {"to"}
_FILLER = _set(
    "to with and at in on the his her their own by me us here there home house address school nursery upstairs downstairs bed cot today "
    "tonight now this morning afternoon evening alone each separately both all also seen spoken checked over sighted too it is are was were they he "
    "she very person"
)
"""What may stand behind *seen* and change nothing, beside who says so and what is safe."""
_BEFORE_CHILD = _set(
    "to with on over the a both all his her their my our each every of two three four five older younger eldest youngest little wee small "
    "her year yr old yo and"
)
_LEAD = _set("and have has also now then just attended address at arrived i we went in been ve")
"""With nothing but these before it, *spoke to* is the log writer's own."""
_STOPS = _set(
    "no not never none nobody noone neither nor without cannot cant couldnt wouldnt wont didnt doesnt dont isnt wasnt werent arent hasnt "
    "havent hadnt shouldnt unable nil hardly barely half only either any yet be being get need needs needed want wants wanted wanting ask "
    "asks asked asking request requests requested requesting require requires required should must please pls will would could can may might "
    "if when until till unless before once hope hopes hoping plan plans planned arrange arranging arranged tomorrow tmrw later due attempt "
    "attempts attempted attempting try tried trying tries pending awaiting await waiting unsure unknown unclear possibly poss maybe perhaps "
    "thinks thought believes believed apparently allegedly supposedly supposed claims claimed reckons insists refuse refused refuses refusing "
    "declined declines declining denied avoid avoiding failed fails fail last since ago previously prev weeks months let lets allow allowed "
    "going gonna unseen instead rather ever who anybody anyone expects expected tasked task check for ensure re"
)
_HEARSAY = _set("says said states stated saying stating claims told")
_DANGER = _set(
    "getting climbing van car lorry truck vehicle taxi man men male older stranger bruise bruises bruised bruising mark marks injury injuries injured "
    "blood bleeding cry crying cries upset distressed scared frightened terrified hurt street road motorway window balcony roof ledge outside "
    "cold dirty filthy wet soiled hungry thin locked dragged carried hit hitting slapped shouting screaming drunk unwell naked barefoot "
    "running wandering begging gate gates pyjamas nightie coat knife drugs off away but though however unsafe unresponsive"
)


def says_seen(text: str) -> bool:
    """Whether the words tell plainly that somebody saw a child safe or spoke to the child; in doubt they do not."""
    folded = _DROPPED.sub("", fold(text))
    if not any(word in folded for word in ("seen", "saw", "sighted", "checked", "spoke", "spk")):
        return False
    return any(_tells(_WORD.findall(_HARMLESS.sub(" fine ", one))) for one in _SENTENCE.split(folded))


def _tells(words: Sequence[str]) -> bool:
    """Whether one sentence does. Nothing counts behind its first word of denial, wish, plan, doubt or past."""
    if "?" in words:
        return False
    dangers = [at for at, word in enumerate(words) if word in _DANGER]
    last_danger = dangers[-1] if dangers else -1
    for at, word in enumerate(words):
        if word in _STOPS or (word in _HEARSAY and (not at or words[at - 1] not in _SAYS_SO)):
            return False
        spoken = word in _SPOKEN
        if not spoken and word not in _SEEN:
            continue
        if not spoken and last_danger > at:  # seen, but what was seen is no safe child
            continue
        behind = _clause_behind(words, at)
        if any(one in _STOPS for one in behind):
            continue
        if _passive(words, at, behind) or _active(words, at, behind, spoken=spoken):
            return True
    return False


def _clause_behind(words: Sequence[str], at: int) -> Sequence[str]:
    """The words behind *at* to the next comma; a colon answers what was asked, so that nothing is clear behind one."""
    end = next(
        (place for place in range(at + 1, min(len(words), at + 40)) if words[place] == ","), min(len(words), at + 40)
    )
    return words[at + 1 : end]


def _passive(words: Sequence[str], at: int, behind: Sequence[str]) -> bool:
    """ "Both children seen", "boy, 2, checked by medics": a child stands before, with nothing unclear between."""
    if words[at] in ("saw", "spoke") or (words[at] in _SPOKEN and behind[:1] not in (["to"], ["with"], [])):
        return False
    for place in range(at - 1, max(-1, at - 1 - _NEAR), -1):
        if words[place] in _CHILD:
            return _plain(behind)
        if words[place] not in _BETWEEN and not words[place].isdigit():
            return False
    return False


def _active(words: Sequence[str], at: int, behind: Sequence[str], *, spoken: bool) -> bool:
    """ "PC saw the baby asleep", "attended and spoke to both girls": who did it stands before and the child behind."""
    child = next(
        (place for place, word in enumerate(behind[:_NEAR]) if word not in _BEFORE_CHILD and not word.isdigit()), -1
    )
    if child < 0 or behind[child] not in _CHILD or (spoken and behind[0] not in ("to", "with")):
        return False
    rest = behind[child + 1 :]
    who = _who(words, at)
    if who == "says so":
        return _plain(rest)
    if spoken:
        return who == "writer" and _plain(rest)
    return any(word in _SAFE for word in rest) or any(
        word in _SAFE for word in words[at + len(behind) + 1 : at + len(behind) + 6]
    )


def _who(words: Sequence[str], at: int) -> str:
    """Who saw or spoke: *says so* by calling, the *writer*, or *other*."""
    for place in range(at - 1, max(-1, at - 1 - _NEAR), -1):
        word = words[place]
        if word in _SAYS_SO:
            return "says so"
        if word != "," and word not in _LEAD and not word.isdigit():
            return "other"
    return "writer"


def _plain(rest: Sequence[str]) -> bool:
    """Whether all that follows is understood: nothing, who saw, where, or that the child was safe."""
    for at, word in enumerate(rest):
        if word == "by" and not any(one in _SAYS_SO or one in ("me", "us") for one in rest[at + 1 : at + 4]):
            return False
    if any(word in _SAFE for word in rest):
        return True
    return all(word in _FILLER or word in _SAYS_SO or word in _CHILD or word.isdigit() or word == "(" for word in rest)
