"""Pages of learning: the trainer's first page, needs, who is due, one's own courses, and what cohorts changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.roles import roles
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.contact.known import force_day
from goldthread.learning import actions, forms, picture, queries, rules
from goldthread.learning import standing as standings
from goldthread.quality import theme_queries
from goldthread.web.forms import CommandForm, carried_out
from goldthread.web.paging import page_links

PAGE, EFFECTS = 50, 10
"""Lines, and cohorts with their pictures, to a page *(ours)*."""
KEEP, DUE, SEE, OWN = actions.KEEP, queries.DUE, "learning.see", "learning.own"


def today() -> date:
    """The day it is for the force."""
    return force_day(database_now(connection))


@route(KEEP, "consultation")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Who is due, which cohorts come next and which wait for their register, and needs that no course meets."""
    user, day = staff(request), today()
    coming, late = queries.coming(day), queries.unregistered(day)
    record_consultation(user, KEEP, [("learning-cohort", str(each.cohort.pk)) for each in coming])
    context = {
        "counts": queries.counted(queries.due(user, day)),
        "coming": [_row(each) for each in coming],
        "late": [{"cohort": each, "name": rules.named(each.course)} for each in late],
        "needs": [each for each in queries.needs(open_only=True) if not each.course],
        "soon": rules.courses_on(day).soon,
    }
    return render(request, "learning/home.jinja", context)


@route(DUE, "consultation")
@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """Whose courses this user may see: by name who is due, and who holds what until when."""
    user, day = staff(request), today()
    asked = request.GET
    team = int(asked["team"]) if asked.get("team", "").isdecimal() and len(asked["team"]) < 10 else None
    given = {"course": asked.get("course", ""), "state": asked.get("state", "due")}
    given["state"] = "" if given["state"] == "all" else given["state"]
    everybody = queries.due(user, day)
    page = Paginator(queries.due(user, day, team=team, **given), PAGE).get_page(asked.get("page"))
    here: list[queries.Due] = list(page.object_list)
    record_consultation(user, DUE, sorted({("staff", str(each.staff.pk)) for each in here}))
    context = {
        "found": here,
        "roles": {code: one.name for code, one in roles().items()},
        "teams": sorted({(each.staff.team_id, each.staff.team.name) for each in everybody}, key=lambda one: one[1]),
        "courses": list(rules.courses_on(day).courses.values()),
        "states": [("due", "Due"), *rules.STATES, ("all", "All")],
        "words": dict(rules.STATES),
        "team": team,
        "chosen": given["state"] or "all",
        "course": given["course"],
        "page": page_links(request, page, "line"),
    }
    return render(request, "learning/due.jinja", context)


@route(OWN, "consultation")
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The courses that this person holds and owes, and what they are booked for."""
    user, day = staff(request), today()
    record_consultation(user, OWN, [("staff", str(user.pk))])
    context = {
        "found": queries.of_person(user, day),
        "words": dict(rules.STATES),
        "bookings": [
            {"booking": one, "name": rules.named(one.cohort.course), "waits": waits}
            for one, waits in queries.bookings_of(user, day)
        ],
    }
    return render(request, "learning/mine.jinja", context)


@route(SEE, "consultation")
@require_safe
def effects(request: HttpRequest) -> HttpResponse:
    """What each cohort changed, as groups."""
    page = Paginator(queries.effects(), EFFECTS).get_page(request.GET.get("page"))
    found: list[queries.CohortEffect] = list(page.object_list)
    record_consultation(staff(request), SEE, [("learning-cohort", str(each.cohort.pk)) for each in found])
    scale = picture.reach([one.effect for each in found for one in each.outcomes if one.effect is not None])
    context = {
        "found": [
            {"cohort": each, "outcomes": [(one, picture.drawn(one.effect, scale) if one.effect else None) for one in each.outcomes]}
            for each in found
        ],
        "course": rules.courses_on(today()),
        "waiting": queries.unreckoned(),
        "page": page_links(request, page, "cohort"),
    }  # fmt: skip
    return render(request, "learning/effects.jinja", context)


@route(SEE, "none", why="how many people hold what, by role and team; nobody's record")
@require_safe
def standing(request: HttpRequest) -> HttpResponse:
    """How many hold what they must, and how many are due, by role and team."""
    day, names = today(), {code: one.name for code, one in roles().items()}
    context = {
        "found": [
            {"one": each, "groups": [{"roles": ", ".join(names[code] for code in one.roles), "team": one.team, "counted": one.counted} for one in each.groups]}
            for each in standings.standing(day)
        ],
        "soon": rules.courses_on(day).soon,
    }  # fmt: skip
    return render(request, "learning/standing.jinja", context)


@route(SEE, "consultation")
@require_safe
def needs(request: HttpRequest) -> HttpResponse:
    """Every need as it stands."""
    return _needs(request)


@route(KEEP, "consultation")
@require_safe
def need_new(request: HttpRequest) -> HttpResponse:
    """The form that enters a need, begun from a theme where one is named."""
    return _need_new(request, request.GET.get("theme", ""))


@route(KEEP, "collection")
@require_POST
def need_enter(request: HttpRequest) -> HttpResponse:
    """Enter it; a refusal is the page with its sentence and everything typed."""
    user = staff(request)
    form = forms.NeedForm(request.POST, known=rules.courses_on(today()))
    if carried_out(form, lambda given: actions.enter_need(user, **given)):
        messages.success(request, "It is a learning need now.")
        return redirect("learning:needs")
    return _need_new(request, request.POST.get("theme", ""), form=form, status=422)


@route(KEEP, "alteration")
@require_POST
def need_settle(request: HttpRequest, need_id: int) -> HttpResponse:
    """Name its course, or close it."""
    user = staff(request)
    form = forms.SettleForm(request.POST, known=rules.courses_on(today()), auto_id=f"n{need_id}-%s")

    def act(given: dict[str, Any]) -> object:
        return actions.settle_need(user, need_id, course=given["course"], words=given["words"])

    if carried_out(form, act):
        messages.success(request, "Settled.")
        return redirect("learning:needs")
    return _needs(request, at=need_id, form=form, status=422)


def _needs(request: HttpRequest, *, at: int = 0, form: CommandForm | None = None, status: int = 200) -> HttpResponse:
    user, found = staff(request), queries.needs()
    record_consultation(user, SEE, [("learning-need", str(each.need.pk)) for each in found])
    known = rules.courses_on(today())
    keeps = user.can(KEEP)
    context = {
        "found": [
            {
                "one": each,
                "course": rules.named(each.course) if each.course else "",
                "roles": ", ".join(roles()[code].name if code in roles() else code for code in each.need.roles),
                "form": form if form is not None and each.need.pk == at
                else forms.SettleForm(known=known, auto_id=f"n{each.need.pk}-%s") if keeps and each.closed is None else None,
            }
            for each in found
        ],
        "keeps": keeps,
        "failed": form,
        "sees_themes": user.can("quality.themes"),
    }  # fmt: skip
    return render(request, "learning/needs.jinja", context, status=status)


def _need_new(request: HttpRequest, number: str, *, form: CommandForm | None = None, status: int = 200) -> HttpResponse:
    user = staff(request)
    theme = theme_queries.theme(int(number)) if number.isascii() and number.isdigit() and len(number) < 19 else None
    if number and theme is None:
        raise Http404("There is no such theme.")
    record_consultation(user, KEEP, [("quality-theme", str(theme.pk))] if theme is not None else [])
    begun = {} if theme is None else {"theme": theme.pk, "words": theme.title.shown()}
    form = form or forms.NeedForm(initial=begun, known=rules.courses_on(today()))
    return render(request, "learning/need_new.jinja", {"form": form, "begun": theme}, status=status)


def _row(one: queries.Room) -> dict[str, Any]:
    return {"room": one, "name": rules.named(one.cohort.course)}
