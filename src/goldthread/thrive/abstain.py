"""When the reader does not answer: no words, mostly signs, one endless word, or another language.

An abstention is said aloud; it never reads as safe.
"""

from goldthread.thrive.tokens import Text
from goldthread.thrive.words import word_set

NO_WORDS = "There are no words to read here; nothing was assessed."
MOSTLY_SIGNS = "This text is mostly signs or figures; it was not assessed."
NO_SPACES = "This text has no spaces between its words; it was not assessed."
NOT_ENGLISH = "This text does not look like English; it was not assessed."

SHORTEST_TO_JUDGE = 12
"""Below so many words the share of function words says nothing; a short log is read as English."""
LEAST_SHARE = 0.05
"""Share of English function or police words under which a longer text is taken for another language."""
LONGEST_WORD = 60
_SAMPLE = 2000

_ENGLISH = word_set("english")
_FOREIGN = word_set("foreign")


def reason_to_abstain(text: Text) -> str:
    """Why *text* cannot be assessed, in plain words; empty if it can."""
    words = text.words
    if not words:
        return NO_WORDS
    if len(words) < SHORTEST_TO_JUDGE:
        return _short(text)
    sample = words if len(words) <= _SAMPLE else words[:: len(words) // _SAMPLE + 1]
    english = sum(map(_ENGLISH.__contains__, sample))
    if english * 4 >= len(sample):
        return ""
    if sum(map(str.isalpha, sample)) * 3 < len(sample):
        return MOSTLY_SIGNS
    if english < LEAST_SHARE * len(sample) or english < 1 + (len(sample) >= 20):
        return NOT_ENGLISH
    foreign = sum(map(_FOREIGN.__contains__, sample))
    return NOT_ENGLISH if foreign > english and foreign >= 3 else ""


def _short(text: Text) -> str:
    words, original = text.words, text.folded
    letters = sum(map(len, words))
    if not any(sign.isalpha() for word in words for sign in word[:200]):
        return MOSTLY_SIGNS
    if max(map(len, words)) > LONGEST_WORD:
        return NO_SPACES
    if len(original.strip()) > 40 and letters * 3 < len(original.strip()):
        return MOSTLY_SIGNS
    latin = sum(word[0] < "\u0250" for word in words)
    if latin * 2 < len(words) or (len(words) >= 4 and sum(w in _FOREIGN for w in words) * 2 > len(words)):
        return NOT_ENGLISH
    return ""
