"""Ages as call handlers type them, and numbers that are no ages."""

import pytest

from goldthread.thrive.ages import ADULT, CHILD, INFANT, NUMBER, OLDER, find_ages
from goldthread.thrive.tokens import Text


def quotes(text: str, name: str) -> list[str]:
    read = Text(text)
    return [text[read.starts[start] : read.ends[end - 1]] for start, end in find_ages(read).get(name, [])]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("f15 seen with older males", "f15"),
        ("M14 not home", "M14"),
        ("caller has 2yo with her", "2yo"),
        ("a 14 y/o lad", "14 y/o"),
        ("grandson aged 6 stays there", "aged 6"),
        ("15 yr old outside", "15 yr old"),
        ("a 12-year-old girl", "12-year-old"),
        ("she is in year 9", "year 9"),
        ("7 mths old", "7 mths old"),
        ("granddaughter aged 19 months", "aged 19 months"),
        ("Son 14 present, shaking", "14"),
        ("Girl 11 rings", "11"),
        ("says she's 12.", "12"),
        ("lass looked about thirteen and lost", "thirteen"),
        ("two children (4 and 6) at home", "4"),
        ("brothers 4 and 1 upstairs", "1"),
        ("ages 4, 6 & 9", "9"),
        ("3 wk old baby", "3 wk old"),
        ("newborn on the unit", "newborn"),
        ("he's only 12 and out on his own", "12"),
        ("Paul 13 not home", "13"),
        ("Kayla, 15, missing", "15"),
        ("female resident, 15, not back", "15"),
        ("two residents 12 and 15", "15"),
        ("approx 13 yrs, on her own", "13 yrs"),
        ("son 15's mates", "15's"),
        ("year 6s in the park", "year 6s"),
        ("lad no more than 14 with men", "14"),
        ("Gave age as 17", "17"),
        ("m14 on the bus", "m14"),
        ("m6 with his nan", "m6"),
    ],
)
def test_a_childs_age_is_found(text: str, quote: str) -> None:
    assert quote in quotes(text, CHILD)


@pytest.mark.parametrize(
    "text",
    [
        "£15 taken", "at 15:10 today", "on 8/12/15", "15 mins ago", "no 12 the street", "hit by 3 lads", "male 2 doors down",
        "2 yrs ago he hit her", "called 4 times", "two unknown males, one armed", "flat 7 each night", "under ten grams",
        "crying 3 hrs", "last year 9 calls", "at 90%", "5 months pregnant", "girl 3 times", "fem 22 assaulted", "lad 19",
        "on the M6 northbound", "J24 M1 rtc", "crash on m5 near services", "M1 closed", "there for approx 13 yrs, moved",
        "bus 13 late", "no more than 14 bags", "paul 13 years in the job",
    ],
)  # fmt: skip
def test_other_numbers_are_no_childs_age(text: str) -> None:
    assert quotes(text, CHILD) == []


@pytest.mark.parametrize(
    ("text", "name", "quote"),
    [
        ("6 wks old", INFANT, "6 wks old"),
        ("baby 3 month old", INFANT, "3 month old"),
        ("female 34 yr old", ADULT, "34 yr old"),
        ("Fem 71 says husband 74", OLDER, "74"),
        ("rang 4 times", NUMBER, "4"),
        ("all three seen", NUMBER, "three"),
        ("kids x3", NUMBER, "x3"),
    ],
)
def test_other_built_in_lists(text: str, name: str, quote: str) -> None:
    assert quote in quotes(text, name)


def test_eighteen_is_an_adult_and_seventeen_is_a_child() -> None:
    assert quotes("m17 and f18", CHILD) == ["m17"]
    assert quotes("m17 and f18", ADULT) == ["f18"]


def test_an_infant_is_under_one() -> None:
    assert quotes("11 month old", INFANT) == ["11 month old"]
    assert quotes("12 month old", INFANT) == []
