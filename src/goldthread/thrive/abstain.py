"""When the reader does not answer: no words, mostly signs, one endless word, or another language.

An abstention is said aloud; it never reads as safe.
"""

from goldthread.thrive.tokens import Text

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

_ENGLISH = frozenset(
    "a about after all an and are as at be been but by call can did do for from get go going got had has have he her here him"
    " his how i if in is it its just me my no not of off on or our out over said says she so some that the their them then"
    " there they this to up us was we were what when where who will with would you your states stating inft caller male"
    " female rp police address reports reported report today now back asked asking advised attended call mum dad kids child"
    " again still partner nxt dr re w yr old ip susp vic nil unk veh loc hx prev amb ambo school house home street road"
    " person unknown individual taken left an any another assist assisted case vehicle involved information bus crash between officer officers victim theft lost found property".split()
)
# Words that many languages of this country's callers use often and English does not.
_FOREIGN = frozenset(
    "nie sie jest ze jak ale czy tak mam moje dziecko nasz przez bardzo proszę prosze pomocy dzieci que los las el una por con"
    " para mi hijo niño nino ayuda mis esta und der das ist nicht ich mein kind sie ein eine mit wir les des est pas une dans"
    " mon enfant avec je il elle nous nu este si cu care copil copilul ajutor che non sono mio figlio della ve bir bu cok"
    " çocuk cocuk benim não nao meu filho uma com".split()
)


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
