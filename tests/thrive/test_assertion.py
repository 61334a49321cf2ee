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
    "not seen mum since sat, *kids* hungry",
    "is there *bruising*? yes, to left arm",
    "Weapons? *knife* on table",
    "The patient has *hypertension*.",
    "He was admitted with *pneumonia* and improved.",
    "*Headache* without nausea.",
    "No fever but has *cough*.",
    "No fever, however he has *chills*.",
    "Chest x-ray showed *infiltrate*.",
    "She complains of *abdominal pain* and has no fever.",
    "He was treated for *sepsis*.",
    "Positive for *influenza*.",
    "No improvement in *pain*.",
    "*Diabetes* well controlled, no complications.",
    "Patient with *seizures*, on Keppra.",
    "male has *stabbed* his brother",
    "female crying, *bleeding* from nose",
    "not answering door, *shouting* heard",
    "2 lads *fighting* in street, no weapons",
    "she does not want police but *bruise* visible",
    "no answer so forced entry, *male* found collapsed",
    "He has a *cough* that is not productive.",
    "Wound is *infected*.",
    "has been *missing* since yesterday",
    "he is *drunk* and will not leave",
    "will not stop *shouting*",
    "dad is *hitting* mum now",
    "at no 6 is *drunk* again",
    "lad no more than 14 *with men*",
]
NEGATED = [
    "nil *kids*",
    "neg *inj*",
    "no *wpns* seen",
    "no sign of *kids*",
    "denies *assault*",
    "caller not *injured*",
    "says he hasnt *hit* her",
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
    "There was no *pleural effusion*.",
    "The patient did not have *fever*.",
    "Abdomen soft, without *tenderness*.",
    "She has never had *migraines*.",
    "Patient is not a *diabetic*.",
    "no acute *distress*",
    "MRI was negative for *stroke*.",
    "Denies tobacco, *alcohol*, or illicit drugs.",
    "There were no signs of *infection* at the wound.",
    "Neither *rash* nor fever was noted.",
    "He was ruled out for *myocardial infarction*.",
    "No evidence of *DVT* on ultrasound.",
    "*Blood cultures* were negative.",
    "The wound showed no *drainage*.",
    "Not *pregnant*.",
    "no recent *travel*",
    "the pt is free of *pain*",
    "without any complaints of *chest pain*",
    "Cardiac exam: no *murmurs*, rubs, or gallops",
    "Cardiac exam: no murmurs, *rubs*, or gallops",
    "Cardiac exam: no murmurs, rubs, or *gallops*",
    "There is no *hepatosplenomegaly* or masses.",
    "There is no hepatosplenomegaly or *masses*.",
    "She had no *nausea*, vomiting or diarrhea.",
    "She had no nausea, *vomiting* or diarrhea.",
    "no focal *weakness* is seen",
    "*Fracture* not identified.",
    "He does not smoke or drink *alcohol*.",
    "Resolution of symptoms with no further *bleeding*.",
    "Pt did not complain of *headache*.",
    "He reports no *fevers*, chills, night sweats, or weight loss.",
    "He reports no fevers, chills, *night sweats*, or weight loss.",
    "lungs are clear with no *wheezing* or crackles",
    "No one was *injured*.",
    "rp states he didnt *hit* her",
    "checked house, no *persons* found",
    "no *cuts* or bruises",
    "no cuts or *bruises*",
    "she's not been *drinking*",
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
    "History of *asthma*.",
    "He had a *stroke* in 2009.",
    "Past medical history: *CHF*, COPD.",
    "Past medical history: CHF, *COPD*.",
    "Past medical history significant for *hypertension* and diabetes.",
    "Past medical history significant for hypertension and *diabetes*.",
    "previous *MI*",
    "She has a history of *depression*.",
    "s/p *cholecystectomy*",
    "remote history of *alcohol abuse*",
    "Had *pneumonia* last year.",
    "was arrested for *assault* in 2012",
    "*DV* hx",
    "previously *hospitalized* for CHF",
    "prior *suicide attempt*",
    "known hx of *violence*",
    "He was *assaulted* five years ago by his father.",
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
    "Return if you have *fever*.",
    "Call if you develop *chest pain* or bleeding.",
    "If *pain* worsens take ibuprofen.",
    "monitor for *bleeding*",
    "Nitroglycerin as needed for *chest pain*.",
    "says if she leaves he will *burn* the house",
    "he's threatened to *smash* the windows",
    "Should *symptoms* recur, come back.",
    "going to *kill* himself",
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
    "no *weapons mentioned, kids* at address",
    "Possible *UTI*.",
    "likely *viral syndrome*",
    "suspicious for *malignancy*",
    "may have *fractured* wrist",
    "concern for *sepsis*",
    "r/o *MI*",
    "questionable *infiltrate*",
    "*PE* could not be excluded",
    "probable *pneumonia*",
    "presumed *bacterial infection*",
    "cannot rule out *fracture*",
    "?*drugs*",
    "believed to be *armed*",
    "sounds like *child* screaming poss",
    "unclear if *children* at address",
]
OTHER = [
    "rp's cousin in Spain was *stabbed*",
    "Family history of *breast cancer*",
    "mother had *breast cancer*",
    "Father died of *stroke*",
    "watching horror films with *screaming*",
    "a *stabbing* on the news",
    "sister was diagnosed with *lupus*",
    "Mother with *diabetes*.",
    "Brother has *schizophrenia*.",
    "Family history: *colon cancer*",
    "Family history of *CAD* and stroke.",
    "Family history of CAD and *stroke*.",
    "Her father died of *MI* at 50.",
    "His grandmother had *Alzheimer's*.",
    "FH: *hypertension* in mother",
    "neighbour's cousin was *stabbed* in Spain",
]
CASES = [
    *((marked, "affirmed") for marked in AFFIRMED),
    *((marked, "negated") for marked in NEGATED),
    *((marked, "historical") for marked in HISTORICAL),
    *((marked, "hypothetical") for marked in HYPOTHETICAL),
    *((marked, "uncertain") for marked in UNCERTAIN),
    *((marked, "other-subject") for marked in OTHER),
]


@pytest.mark.parametrize(("marked", "expected"), CASES)
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


@pytest.mark.parametrize(
    ("marked", "kind"),
    [
        ("nurse looked him over, *there is not a mark on her*", "negated"),
        ("*no children in bungalow*, carer looked", "negated"),
        ("*not sure if kids in*", "uncertain"),
        ("*if he comes back he will hurt them* she says", "hypothetical"),
        ("*known DV hx* at the address", "historical"),
        ("PC *sat in kitchen, didn't go up*", "affirmed"),
        ("the boy *has been out since six with no coat*", "affirmed"),
        ("*kids crying upstairs*", "affirmed"),
    ],
)
def test_a_span_that_holds_its_own_doubt_is_meant_as_it_says(marked: str, kind: str) -> None:
    assert meant(marked) == kind


@pytest.mark.parametrize(
    "marked",
    [
        "no reply at door no lights nobody seen *baby heard screaming* earlier third time this week",
        "little girl on the step since six no lights on *nobody answers* mums car is there third time this week",
        "little girl on the step since six no lights on nobody answers mums car is there *third time this week*",
        "caller says there is no complaint from her *assault on partner* was last night she is staying with nan",
        "he has never told a soul *husband died* in march and she has had the rope out ever since",
        "PARTY TRAILER TWO DAYS NO VEHICLE THERE NEIGHBOURS *NOT SEEN THE MOTHER* SINCE THE WEEKEND KIDS HUNGRY",
        "nae answer at the door and nobody at the stop *fourth time* the wean has come back tae us",
        "he wasnt there when i got in from work lad said *mum hit him* wi the brush and then went out",
        "ofcrs report no vehicle on drive *kids crying* upstairs front door insecure dog loose in hall no adult",
        "she said it wasnt me *he strangled her* on the stairs in front of the bairns and now hes gone out",
        "shes got no phone on her *she is bleeding* and the kids are all under the table please be quick",
        "domestic at 14 dad m37 *assault on partner* nil previous on pnc children in bed upstairs neighbour called it",
        "no idea who called but no damage *baby screaming* for an hour then it went ded quiet thts not rite",
        "he wont say and i didnt look *bruises on her back* when she was getting changed for pe today at school",
    ],
)
def test_without_signs_a_denial_that_may_have_ended_is_never_a_denial(marked: str) -> None:
    assert meant(marked) in ("affirmed", "uncertain")


@pytest.mark.parametrize(
    "marked",
    [
        "police attended and spoke to both parties there are no *kids* in the house and nobody wants to complain",
        "ofcrs searched the whole address with the caller and found no sign of any *injury* to her or anyone else",
        "caller sts verbal argument over money with her ex he did not *hit* her and has now gone home to his mums",
        "rp says the lad was stood by the shops for an hour and never had a *knife* or anything else on him",
        "inft on the line calm says that she was without any *injuries* and only wants some advice about the locks",
        "noise from the flat above again same as last week nil *weapons* nil drugs just loud music till gone two",
        "spoke to the carer at the home he denies any *assault* took place and says she fell over in the garden",
        "male walked off towards town before we got there there were no *children* with him and he was not drunk",
        "she has not been *drinking* tonight and wants the car moved from across her drive so she can get out",
        "checked the back garden and the shed with the dog unit no *persons* found and the gate was locked up",
    ],
)
def test_without_signs_a_plain_denial_stays_one(marked: str) -> None:
    assert meant(marked) == "negated"
