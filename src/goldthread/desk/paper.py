"""The blank THRIVE form on paper, for when the system is away: printed beforehand, entered afterwards with both times."""

from __future__ import annotations

from datetime import date

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.decorators.http import require_safe

from goldthread.accounts.routes import route
from goldthread.assessment.elements import elements_on
from goldthread.clocks.db import database_now
from goldthread.config.logs import log
from goldthread.contact import choices
from goldthread.contact.caller_queries import child_questions
from goldthread.response.grades import grades_on


@route(
    "anyone", "none", why="a blank form says nothing about anybody, and must open while sign-in or database are away"
)
@require_safe
def thrive_form(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - every view takes it
    """The form with the elements and grades in force; rendered without the request, whose sign-in needs the database."""
    day = _today()
    context = {
        "elements": elements_on(day),
        "grade_names": [one.name for one in sorted(grades_on(day).values(), key=lambda one: -one.severity)],
        "channels": [name for _, name in choices.CHANNELS],
        "line_states": [name for _, name in choices.LINE],
        "on_line": [name for _, name in choices.ON_LINE[1:]],
        "interpreters": [name for code, name in choices.INTERPRETERS if code != "not_known"],
        "safe_contact": [name for _, name in choices.SAFE_CONTACT],
        "seen": [name for _, name in choices.SEEN],
        "child_questions": child_questions(day),
    }
    return HttpResponse(loader.get_template("desk/paper.jinja").render(context))


def _today() -> date:
    """The database's day, or the last day of all while it is away: the newest sets are then the ones in force."""
    try:
        return database_now(connection).date()
    except Error:
        log().warning("the paper form was made without the database", part="pages")
        return date.max
