"""When the reader does not answer: no words, mostly signs, one endless word, or another language.

An abstention is said aloud; it never reads as safe.
"""

from collections.abc import Container
from string import ascii_lowercase

from goldthread.thrive.tokens import Text
from goldthread.thrive.words import word_set

NO_WORDS = "There are no words to read here; nothing was assessed."
MOSTLY_SIGNS = "This text is mostly signs or figures; it was not assessed."
NO_SPACES = "This text has no spaces between its words; it was not assessed."
MAYBE_NOT_ENGLISH = "This text may not be English; it was not assessed. Read it, or have it translated."
NOT_ENGLISH = "This text does not look like English; it was not assessed."

SHORTEST_TO_JUDGE = 12
"""Below so many words the share of function words says nothing; a short log is read as English."""
LEAST_SHARE = 0.05
"""Share of English function or police words under which a longer text is taken for another language."""
LONGEST_WORD = 60
SHORTEST_FOREIGN, LONGEST_FOREIGN = 4, 60
"""Words of a text of which each is asked whether English knows it: of fewer none is sure, and more have function words enough *(ours)*."""
STRANGE, STRANGE_ALONE = 3, 5
"""Words that English does not know and that are no names, from which a text may be foreign: beside a sign of another language, and with
no other sign *(ours)*."""
HARDLY = 5
"""At most one English word in so many is *hardly a word (ours)*."""
LONGEST_SLIP = 20
_SAMPLE = 2000

_ENGLISH = word_set("english")
_FOREIGN = word_set("foreign")
_SIGNS = (word_set("foreign_signs") | _FOREIGN) - _ENGLISH
_COMMON = _ENGLISH | frozenset().union(
    *map(word_set, ("very_common", "everywhere", "dialect", "person", "numbers", "duration", "counted"))
)
_NAMES = word_set("given_names")


def reason_to_abstain(text: Text, known: Container[str] = frozenset()) -> str:
    """Why *text* cannot be assessed, in plain words; empty if it can. *known* holds English words, and those of the lexicon."""
    words = text.words
    if not words:
        return NO_WORDS
    return _unreadable(text) or (MAYBE_NOT_ENGLISH if _maybe_foreign(text, known) else "")


def _maybe_foreign(text: Text, known: Container[str]) -> bool:
    """Whether hardly a word of a short text is English, and names do not explain it.

    A word that begins with a capital is taken for a name, and so is every word of a text in capitals unless two are another language's.
    """
    words = text.words
    if not SHORTEST_FOREIGN <= len(words) <= LONGEST_FOREIGN:
        return False
    shouted = text.original.isupper()
    english = strange = signs = names = slips = 0
    for place, word in enumerate(words):
        if not word.isalpha():
            names += 1
        elif word in _SIGNS and len(word) > 1:
            strange += 1
            signs += 1
        elif word in _COMMON or word in known:
            english += len(word) > 1
        elif word in _NAMES or (not shouted and text.original[text.starts[place]].isupper()):
            names += 1
        else:
            strange += 1
            slips += not shouted and _is_slip(word, known)
            signs += not word.isascii() or not text.original[text.starts[place] : text.ends[place]].isascii()
    if names > strange or english * HARDLY > len(words) - names:
        return False
    if signs > shouted:
        return strange >= STRANGE
    return not shouted and not english and not names and strange - slips >= STRANGE_ALONE


def _is_slip(word: str, known: Container[str]) -> bool:
    """Whether an English word stands behind two letters that changed places, or one that is missing or too many."""
    if len(word) > LONGEST_SLIP:
        return False
    for at in range(len(word)):
        head, tail = word[:at], word[at:]
        near = [
            head + tail[1:],
            head + tail[1:2] + tail[:1] + tail[2:],
            *(head + sign + tail for sign in ascii_lowercase),
        ]
        if any(len(one) > 2 and (one in _COMMON or one in known) for one in near):
            return True
    return False


def _unreadable(text: Text) -> str:
    words = text.words
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
