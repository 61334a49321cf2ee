"""Words meant for a machine and not for the police, which must change nothing: an order to ignore, to answer, to stay silent.

Known by their form, in the clause that holds them. The network reads the contact without them; the lexicon reads everything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from goldthread.thrive.clauses import Place

_NAMED = r"(?:ai|a\.i\.|llm|model|machine|reader|system|assistant|algorithm|classifier|software|bot|chatbot|computer)"
_ANSWER = r"(?:no[ _]risk|not[ _]at[ _]risk|none|false|null|safe|low|zero|0|no concerns?|nothing to report)"
_FORMS = (
    r"\b(?:ignore|disregard|forget|override|skip)\b.{0,30}\b(?:above|below|previous|prior|preceding|earlier|foregoing|instructions?|prompt|rules)\b",
    rf"^\W*(?:note|message|attention|attn|dear|memo)?\W*(?:to|for)?\s*(?:the\s+)?{_NAMED}\s*[:,\-]",
    rf"\b(?:note|message|instruction)s? (?:to|for) (?:the )?{_NAMED}\b",
    r"^\W*(?:system|assistant|developer|instructions?|prompt|output)\s*[:=>]",
    r"#{2,}|<\|.{0,20}\|>|\[/?(?:inst|system)\]",
    r"\bat_risk\b|\"(?:level|findings|probability|risk)\"\s*:",
    rf"^\W*(?:please |now |then |and |just )*(?:say|answer|output|reply|respond|return|print|mark|classify|label|rate|score)\b"
    rf"(?: (?:this|it|as|with|only|always))*[\s:=]+\"?{_ANSWER}\b",
    r"\bdo not (?:flag|alert|raise|quote)\b.{0,20}\b(?:this|it|log|anyone|anybody|anything)\b",
    rf"\bthe {_NAMED} (?:should|must|is to|will|has to|need not)\b.{{0,20}}\b(?:not|answer|say|output|raise|flag|ignore)\b",
    r"\byou are (?:now )?(?:in |an? )?(?:test mode|debug mode|developer mode|ai|language model|helpful|assistant)\b",
    r"\b(?:new|updated|real) instructions?\b",
)
_MEANT = re.compile("|".join(f"(?:{form})" for form in _FORMS), re.IGNORECASE)


LEFT = 12
"""Words that a clause may hold beside such an order and still be nothing but the order *(ours)*."""


def heard(text: str, places: Sequence[Place]) -> list[Place]:
    """The clauses without what is meant for a machine; all of them where nothing is left.

    What else a clause holds is kept, before the order and behind it, where it is more than a few words.
    """
    kept: list[Place] = []
    for start, end in places:
        found = _MEANT.search(text[start:end])
        if found is None:
            kept.append((start, end))
            continue
        for first, last in ((start, start + found.start()), (start + found.end(), end)):
            if len(text[first:last].split()) > LEFT:
                kept.append((first, last))
    return kept or list(places)
