"""Operations of themes: what rounds of quality found and somebody takes up."""

from __future__ import annotations

from typing import Annotated, Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import NotThere
from goldthread.integration.api import answers_learning as answers
from goldthread.integration.api.fields import LARGEST_ID, Given, Key, PageNumber, Whole
from goldthread.integration.api.operations import operation
from goldthread.quality import rules, theme_actions, theme_rules, uses
from goldthread.quality import theme_queries as queries
from goldthread.quality.models import QualityTheme

router = Router(tags=["Themes"])
PAGE = 50
SEE, MAKE = theme_actions.SEE, theme_actions.MAKE
ThemeId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The theme, by the `id` that the list gave.")]
Id = Annotated[int, Whole(1, LARGEST_ID)]


class ThemeGiven(Given):
    """A finding that is taken up."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"round": 1, "question": "voice", "title": "Where a child is", "why": "It is left out."}]}
    )  # fmt: skip
    round: Id = Field(description="The round that found it.")
    title: str = Field(max_length=theme_rules.LONGEST_TITLE, description="What goes wrong, in a line.")
    why: str = Field(max_length=rules.LONGEST, description="Why it is taken up; names nobody.")
    question: str = Field(
        "", max_length=30, description="A question of the round's form, `good` or `critical`: every scored record that does not meet it."
    )  # fmt: skip
    record: Id | None = Field(None, description="The one drawn record that shows it.")


class ThemeEndGiven(Given):
    """Why a theme is closed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "Trained, and sampled again."}]})
    words: str = Field(max_length=rules.LONGEST, description="What came of it, or why it is taken up no further.")


@operation(
    router, "GET", "/quality/themes", SEE, "consultation", answers={200: answers.ThemeList}, summary="List themes",
)  # fmt: skip
def list_quality_themes(request: HttpRequest, page: PageNumber = 1) -> answers.ThemeList:
    """Every theme, those open first, fifty to a page."""
    pages = Paginator(queries.themes(), PAGE)
    here: list[QualityTheme] = list(pages.get_page(page).object_list) if page <= pages.num_pages else []
    record_consultation(staff(request), SEE, [("quality-theme", str(each.pk)) for each in here])
    shown = [answers.ThemeBrief(**_brief(each)) for each in here]
    return answers.ThemeList(page=page, pages=pages.num_pages, total=pages.count, themes=shown)


@operation(
    router, "POST", "/quality/themes", MAKE, "combination", answers={201: answers.ThemeMade}, summary="Make a theme",
)  # fmt: skip
def make_quality_theme(request: HttpRequest, key: Key, given: ThemeGiven) -> Status[answers.ThemeMade]:
    """Of a question, with every record that shows it, or of one record. Refused (422) where no scored record does."""
    values = given.model_dump()
    made = theme_actions.make(staff(request), key=key, round_id=values.pop("round"), **values)
    return Status(201, answers.ThemeMade(id=made.pk))


@operation(
    router, "GET", "/quality/themes/{int:theme_id}", SEE, "consultation",
    answers={200: answers.ThemeWhole}, summary="Read a theme",
)  # fmt: skip
def read_quality_theme(request: HttpRequest, theme_id: ThemeId) -> answers.ThemeWhole:
    """With what came of it, and those of its records that this user may see. That they saw them is put on record."""
    user, found = staff(request), queries.theme(theme_id)
    if found is None:
        raise NotThere(theme_rules.NOT_THERE)
    seen = queries.records(found, user)
    record_consultation(
        user, SEE, [("quality-theme", str(found.pk)), *(("incident", str(each.incident)) for each in seen)]
    )
    return answers.ThemeWhole(
        **_brief(found), why=found.why.shown(), end=found.end.words.shown() if hasattr(found, "end") else "",
        seen=[answers.ThemeRecord(reference=each.reference, address=each.address) for each in seen],
        came_of=[answers.ThemeUse(**vars(each)) for each in uses.came_of(found.pk)],
        offered=[answers.ThemeUse(words=words, address=address) for words, address in uses.offered(user, found.pk)],
    )  # fmt: skip


@operation(
    router, "POST", "/quality/themes/{int:theme_id}/end", MAKE, "alteration",
    answers={201: answers.ThemeMade}, summary="Close a theme",
)  # fmt: skip
def close_quality_theme(request: HttpRequest, theme_id: ThemeId, given: ThemeEndGiven) -> Status[answers.ThemeMade]:
    """Closes it once, with why. The same sent twice is one; another reason is refused (409)."""
    made = theme_actions.close(staff(request), theme_id, words=given.words)
    return Status(201, answers.ThemeMade(id=made.theme_id))


def _brief(one: QualityTheme) -> dict[str, Any]:
    return {
        "id": one.pk, "title": one.title.shown(), "round": one.round_id, "question": one.question, "share": one.share, "low": one.low,
        "high": one.high, "n": one.n, "records": one.shown_by, "at": one.at, "closed": hasattr(one, "end"),
    }  # fmt: skip
