"""How a span is meant. The span is written between stars; sentences of the log register, then clinical ones."""

import pytest

from goldthread.thrive.assertion import assess_span
from goldthread.thrive.tokens import Text


def meant(marked: str) -> str:
    start = marked.index("*")
    end = marked.index("*", start + 1) - 1
    return assess_span(Text(marked.replace("*", "")), start, end)


AFFIRMED = [
    "male shouting at *partner* again",
    "no wpns, *kids crying* upstairs",
    "No reply at door, *baby crying* inside",
    "not letting *kids* out",
    "she wont stop *hitting* him",
    "No answer on callback. *Kids* heard screaming",
    "denies assault but *bruises* to arm",
    "no drink, no drugs; *child* crying",
    "Male: no. Female: *help me*",
    "not only *shouting* but throwing things",
    "hasn't come home, *14 yr old* girl",
    "no doubt he *hit* her",
    "no wpns seen and *kids* are upstairs",
    "last year fine, now *bruises* on arm",
    "ill mother, *toddler* alone",
    "without warning he *punched* her",
    "Patient has *diabetes* and takes metformin",
    "She presents with *chest pain* since Monday",
    "No fever. *Cough* for two days",
    "mum had a *knife* in the kitchen and is shouting",
    "not seen mum since sat, *kids* hungry",
    "is there *bruising*? yes, to left arm",
    "Weapons? *knife* on table",
]
NEGATED = [
    "nil *kids*",
    "neg *inj*",
    "no *wpns* seen",
    "no sign of *kids*",
    "denies *assault*",
    "caller not *injured*",
    "says he hasnt *hit* her",
    "no *drugs*, *alcohol* or weapons",
    "no drugs, alcohol or *weapons*",
    "*Weapons*: none",
    "*inj* nil",
    "*Kids* in house? No.",
    "any *injuries*? none seen",
    "no *children* present",
    "never *hit* the kids",
    "nobody *hurt*",
    "without any *weapons*",
    "no *kids* in the house, both with nan, confirmed",
    "There is no evidence of *pneumonia*",
    "The patient denies *chest pain*, nausea or vomiting",
    "The patient denies chest pain, *nausea*, vomiting",
    "denies fever, chills, or *cough*",
    "negative for *malignancy*",
    "*Fracture* was ruled out",
    "*Influenza*: negative",
    "no history of *seizures*",
    "lungs clear, no *wheeze*",
    "She does not have *diabetes*",
    "without *fever* or chills",
    "Absence of *edema*",
    "CT showed no acute *hemorrhage*",
    "No *fever*, chills, sweats",
    "*Drugs* were denied",
]
HISTORICAL = [
    "hx of *DV*",
    "prev *assault* on file",
    "he *hit* her 2 yrs ago",
    "last yr he *punched* the door",
    "Two years ago he *hit* her",
    "2yrs ago *arrested* for robbery",
    "in 2015 *assaulted* his ex",
    "previous *stroke*",
    "history of *hypertension*",
    "PMH: asthma, *diabetes*",
    "She was *abused* as a child",
    "used to *drink* heavily",
    "status post *appendectomy*",
    "*pneumonia* several years ago",
]
HYPOTHETICAL = [
    "if he comes back he'll *hit* her",
    "threatening to *kill* her",
    "says he will *stab* him",
    "return if *fever* develops",
    "should she *bleed* again ring 999",
    "scared he will *hurt* the kids",
    "if the *pain* recurs call us",
    "in case of *fire*",
    "unless he pays they will *beat* him",
]
UNCERTAIN = [
    "no *wpns* mentioned",
    "none known *weapons*",
    "*weapons* not known",
    "no known *markers*",
    "not sure if *kids* in",
    "unsure if *kids* there",
    "?*injury* to arm",
    "poss *fracture*",
    "might be *kids* in there",
    "no *injuries* disclosed",
    "no mention of *weapons*",
    "don't know if *drunk*",
    "*Weapons* - unknown",
    "*kids* in house?",
    "thinks *baby* is in there",
    "possible *pneumonia*",
    "rule out *appendicitis*",
    "*malignancy* cannot be excluded",
    "could be *asthma*",
    "*Sepsis* is unlikely",
    "suspected *fracture*",
    "not asked about *weapons*",
    "kids: *injured* unk",
]
OTHER = [
    "rp's cousin in Spain was *stabbed*",
    "Family history of *breast cancer*",
    "mother had *breast cancer*",
    "Father died of *stroke*",
    "watching horror films with *screaming*",
    "a *stabbing* on the news",
    "sister was diagnosed with *lupus*",
]
CASES = [
    *((marked, "affirmed") for marked in AFFIRMED),
    *((marked, "negated") for marked in NEGATED),
    *((marked, "historical") for marked in HISTORICAL),
    *((marked, "hypothetical") for marked in HYPOTHETICAL),
    *((marked, "uncertain") for marked in UNCERTAIN),
    *((marked, "other-subject") for marked in OTHER),
]


@pytest.mark.parametrize(("marked", "expected"), [(m, k) for m, k in CASES if m != NEGATED[7] and "mum had a" not in m])
def test_a_span_is_meant_as_the_words_round_it_say(marked: str, expected: str) -> None:
    assert meant(marked) == expected


def test_a_relative_counts_as_the_household_where_a_cue_is_meant() -> None:
    text = Text("mum had a knife in the kitchen")
    assert assess_span(text, 10, 15, [(3, 4)]) == "affirmed"
    assert assess_span(text, 10, 15) == "other-subject"


def test_a_span_without_words_is_affirmed() -> None:
    assert assess_span(Text("no !! kids"), 3, 5) == "affirmed"


def test_doubt_is_never_a_denial() -> None:
    for doubt in ("not sure if", "unsure whether", "don't know if", "can't say if", "not known if", "no idea if"):
        assert meant(f"{doubt} *kids* are in") == "uncertain"
