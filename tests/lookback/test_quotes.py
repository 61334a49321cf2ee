"""Words that stand together are shown once, with every quote in them."""

from __future__ import annotations

from dataclasses import replace

from goldthread.lookback.quotes import AROUND, Passage, Quote, passages

TEXT = "Mum not answering. " + "and so on " * 60 + "The kids are crying upstairs."


def _quote(words: str, entry: int = 0, text: str = TEXT) -> Quote:
    start = text.index(words)
    end = start + len(words)
    before, after = text[max(start - AROUND, 0) : start], text[end : end + AROUND]
    return Quote("x", "X", "", False, words, before, after, "affirmed", (entry, start))


def _shown(one: Passage) -> str:
    return "".join(f"[{text}]" if quoted else text for text, quoted in one.pieces)


def test_quotes_whose_words_overlap_are_one_passage_and_others_are_their_own() -> None:
    first, second = passages([_quote("Mum not answering"), _quote("crying"), _quote("not answering"), _quote("kids")])
    assert _shown(first).startswith("[Mum not answering]. and so on")
    assert [one.quote for one in first.quotes] == ["Mum not answering", "not answering"]
    assert (first.cut_before, first.cut_after) == (False, True)
    assert _shown(second).endswith("The [kids] are [crying] upstairs.")
    assert [one.quote for one in second.quotes] == ["crying", "kids"]
    assert (second.cut_before, second.cut_after) == (True, False)


def test_passages_stand_in_the_order_of_their_most_important_quote() -> None:
    found = passages([_quote("kids"), _quote("Mum"), _quote("crying")])
    assert [one.quotes[0].quote for one in found] == ["kids", "Mum"]


def test_a_chain_of_windows_is_joined_without_a_lost_or_doubled_word() -> None:
    text = " ".join(f"word{n}" for n in range(120))
    (one,) = passages([_quote(f"word{n} ", text=text) for n in (0, 30, 60, 90, 119 - 1)])
    assert "".join(piece for piece, _ in one.pieces) == text


def test_entries_are_never_joined_and_quotes_without_their_place_only_with_the_same_words() -> None:
    lost = Quote("x", "X", "", False, "bruise", "", "", "affirmed")
    also = replace(lost, cue="y")
    other = replace(lost, quote="burn")
    found = passages([_quote("kids", 1), _quote("kids", 2), lost, also, other])
    assert [len(one.quotes) for one in found] == [1, 1, 2, 1]
    assert _shown(found[2]) == "[bruise]"
    assert passages([]) == []
