"""What a theme needs: values in, answer or refusal out."""

from __future__ import annotations

from collections.abc import Collection

from goldthread.config.errors import Invalid
from goldthread.contact.rules import tidy
from goldthread.quality.rules import Form, words

LONGEST_TITLE = 120
NOT_THERE = "There is no such theme."
CLOSED = "This theme was closed already. Nothing was changed; what you wrote is still here."
WHOLE = {"good": "The record is good", "critical": "No critical fail"}


def codes(form: Form) -> dict[str, str]:
    """What a theme may be about, by code: the whole, and each question."""
    return WHOLE | {one.code: one.asks for one in form.questions}


def checked(form: Form, title: str, why: str, question: str, showing: Collection[int]) -> tuple[str, str]:
    """A theme's title and reason as they will be kept. Raises ``Invalid`` where one is missing, and where nothing shows the theme."""
    wrong = {}
    kept = " ".join(tidy(title).split())
    if not kept:
        wrong["title"] = "Give it a title, such as: Where a child is, is not written down."
    elif len(kept) > LONGEST_TITLE:
        wrong["title"] = f"That is longer than {LONGEST_TITLE} characters. Nothing was saved; shorten it."
    reason = ""
    try:
        reason = words(why, "Write why it is taken up, and name nobody: trainers and boards read it.")
    except Invalid as error:
        wrong["why"] = error.fields["words"]
    if question and question not in codes(form):
        wrong["question"] = (
            f"The round's form has no question {question[:30]}. Nothing was saved; choose one of the list."
        )
    elif not showing:
        wrong["question"] = "No scored record of the round shows this. Nothing was saved; choose another question."
    if wrong:
        raise Invalid(wrong)
    return kept, reason
