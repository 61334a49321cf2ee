"""Words meant for a machine and not for the police, which must change nothing: an order to ignore, to answer, to stay silent.

Known by their form, in the clause that holds them. The network reads the contact without them; the lexicon reads everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from goldthread.thrive.clauses import Place

_NAMED = r"(?:ai|a\.i\.|llm|model|machine|reader|system|assistant|algorithm|classifier|software|bot|chatbot|computer|program)"
_ANSWER = r"(?:no[ _]risk|not[ _]at[ _]risk|none|false|null|safe|low|zero|0|no concerns?|nothing to report|harmless|benign|routine)"
_WRITTEN = (
    r"(?:(?:this|the|whole|entire) (?:log|record|transcript|document|input|entry)|(?:previous|above|preceding|foregoing) "
    r"(?:text|lines?|words?|sentences?|content|log|entr(?:y|ies))|(?:text|lines|words|content|sentences) (?:above|before this)|"
    r"everything (?:written|typed|entered)(?: so far| above| before)?)"
)
"""What is written here, spoken of as such: callers and officers speak of what happened."""
_NOTHING = (
    r"(?:fiction(?:al)?|made[ -]up|invented|imaginary|jokes?|test data|dummy|samples?|examples?|synthetic|generated|harmless|benign|"
    r"empty|ordinary|business as usual|void|not (?:be )?(?:acted|assessed|flagged|quoted|scored|real))"
)
_ORDER = r"(?:log|record|text|task|set|ignore|answer|output|close|classify|label|mark|reset|report|flag|respond|say|disregard|override|stop|you|no|none|false)"
_FORMS = (
    r"\b(?:ignore|disregard|forget|override|skip)\b.{0,30}\b(?:above|below|previous|prior|preceding|foregoing|instructions?|prompt|rules)\b",
    rf"^\W*(?:note|message|attention|attn|dear|memo)\W*(?:to|for)?\s*(?:the\s+)?{_NAMED}\s*[:,\-]",
    rf"\b(?:note|message|instruction)s? (?:to|for) (?:the )?{_NAMED}\b",
    rf"^\W*(?:system|assistant|developer|instructions?|prompt|output)\s*[:=>]\W*(?:\w+\W+){{0,3}}{_ORDER}\b",
    r"#{2,}|<\|.{0,20}\|>|\[/?(?:inst|system)\]|</?(?:text|log|record|input|document|prompt|system|user)>",
    r"\bat_risk\b|\"(?:level|findings|probability|risk)\"\s*:",
    rf"^\W*(?:please |now |then |and |just )*(?:say|answer|output|reply|respond|return|print|mark|classify|label|rate|score)\b"
    rf"(?: (?:this|it|as|with|only|always))*[\s:=]+[\"']?{_ANSWER}\b",
    r"\bdo not (?:flag|raise|quote|highlight|report)\b.{0,10}\b(?:this|it|the) ?(?:log|record|text|entry|contact)?\W*$",
    rf"\bthe {_NAMED} (?:should|must|is to|will|has to|need not)\b.{{0,20}}\b(?:not|answer|say|output|raise|flag|ignore)\b",
    r"\byou are (?:now )?(?:in |an? )?(?:test mode|debug mode|developer mode|ai|language model|helpful|assistant)\b",
    r"\b(?:new|updated|real) instructions?\b",
    rf"\b{_WRITTEN}\b.{{0,40}}\b{_NOTHING}\b",
    rf"\b(?:treat|consider|regard|read|take)\b.{{0,20}}\b{_WRITTEN}\b",
    rf"\b(?:classif(?:y|ication)|(?:correct|right|true) (?:label|class|category|answer|reading))\b.{{0,40}}\b{_ANSWER}\b",
    r"\bfalse positives?\b|\bend of (?:input|log|prompt)\b|\blanguage model\b",
)
_MEANT = re.compile("|".join(f"(?:{form})" for form in _FORMS), re.IGNORECASE)


LEFT = 12
"""Words that a clause may hold beside such an order and still be nothing but the order *(ours)*."""


def heard(text: str, places: Sequence[Place]) -> list[Place]:
    """The clauses without what is meant for a machine; all of them where nothing is left.

    What else a clause holds is kept, before the order and behind it, where it is more than a few words.
    """
    kept = [place for start, end in places for place in _without(text, start, end)]
    return kept or list(places)


def _without(text: str, start: int, end: int) -> Iterator[Place]:
    """What is left of a clause, in order; a clause is short, so that this goes no deeper than its words."""
    found = _MEANT.search(text[start:end])
    if found is None:
        yield start, end
        return
    for first, last in ((start, start + found.start()), (start + found.end(), end)):
        said = text[first:last]
        if len(said.split()) > LEFT:
            yield from _without(text, first + len(said) - len(said.lstrip()), first + len(said.rstrip()))
