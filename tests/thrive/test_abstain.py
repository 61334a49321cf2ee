"""Short texts in another language are not answered; shorthand, slang, slips and lists of names are."""

from __future__ import annotations

import pytest

from goldthread.thrive.abstain import MAYBE_NOT_ENGLISH
from goldthread.thrive.reader import Reader

READER = Reader()


@pytest.mark.parametrize(
    "text",
    [
        "Mi vecino pega a su hija",
        "dziecko samo w domu od rana proszę szybko",
        "MI VECINO PEGA A SU HIJA",
        "mój mąż bije dziecko",
        "copilul meu e singur acasa",
        "mon voisin frappe sa fille tous les soirs",
        "il vicino picchia suo figlio",
        "o vizinho bate na filha dele",
        "Komşu çocuğunu dövüyor lütfen gelin",
        "der Nachbar schlägt sein Kind",
        "mera bacha ghar pe akela hai",
        "ilmaha keligiis guriga joogaa fadlan",
        "chłopiec płacze u sąsiada",
        "sasiad bije zone i dzieci",
        "vaikas vienas namuose, padekite",
        "mae fy mhlentyn ar goll",
        "cilmo yaryar ayaa halkan ku jooga",
    ],
)
def test_a_short_text_in_another_language_says_that_it_may_not_be_english(text: str) -> None:
    reading = READER.read(text)
    assert reading.abstain
    assert reading.reason == MAYBE_NOT_ENGLISH or "not look like English" in reading.reason


@pytest.mark.parametrize(
    "text",
    [
        "inft sts nxt dr rowing, 2x ic1, nil inj",
        "MISPER F14 LSH 1600 NFD PNC CHKD",
        "wean greetin aw nicht naebdy in",
        "haud yer wheesht ya wee bampot",
        "gie us a haun wi thon bairn doon the road",
        "tha knows nowt about t'babby thissen",
        "chidl scremaing nxet dor agian",
        "hlep hes gto a knfie",
        "Ahmed Hussain, Fatima Begum, Yusuf Ali, Amina Bibi",
        "14 Heol Llanarth, Penrhiwceiber, Mountain Ash",
        "Kowalski, Nowak, Wisniewski, Wojcik all at Bielska Court",
        "HUSSAIN BEGUM ALI BIBI KHAN",
        "mandem peng innit bruv wagwan",
        "wot u doin ere m8 gerrof er",
        "Jose Garcia Lopez, 12 Calle Court, Leeds",
        "my husband he say proszę he hit the baby",
        "divvent gan yem wor bairn's crying",
        "susp veh VRM AB12 CDE oos",
        "pls snd pol dad hittn mum",
        "fatima begum yusuf ali hussain bibi",
    ],
)
def test_shorthand_slang_slips_and_names_are_read(text: str) -> None:
    assert not READER.read(text).abstain
