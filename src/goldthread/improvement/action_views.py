"""Pages of actions and of evidence: one action with its milestones, and the forms that enter either."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere, Refused
from goldthread.contact.known import force_day
from goldthread.files.views import sent
from goldthread.improvement import doing_actions, evidence_actions, forms, presenters, queries, rules
from goldthread.improvement.frame import KEEP, NOTE, REGISTER, SEE
from goldthread.improvement.pages import command
from goldthread.quality.theme_queries import theme
from goldthread.web.errors import error_page
from goldthread.web.forms import CommandForm, carried_out

WORDS_LONGEST = 1_000
"""Characters of words that an address may bring into a form *(ours)*."""


@route(SEE, "consultation")
@require_safe
def action(request: HttpRequest, number: int) -> HttpResponse:
    """One action: its owner, milestones, what it waits for, and what came of it."""
    return _page(request, number)


def _page(
    request: HttpRequest, number: int, *, failed: CommandForm | None = None, status: int = 200, at: int = 0
) -> HttpResponse:
    user = staff(request)
    found = queries.action(number)
    if found is None:
        raise Http404(rules.NOT_THERE)
    _, report, recommendation, one = found
    record_consultation(user, SEE, presenters.subjects(one, recommendation))
    own = {
        "owner": forms.OwnerForm(initial={"owner": one.owner.id if one.owner else None}),
        "mark": forms.MarkForm(),
        "need": forms.NeedForm(),
        "note": forms.NoteForm(),
        "milestone": forms.MilestoneForm(),
    }
    steps = {
        each.id: {
            "move": forms.MoveForm(auto_id=f"move{each.id}-%s"),
            "reach": forms.ReachForm(auto_id=f"reach{each.id}-%s"),
        }
        for each in one.steps
    }
    if failed is not None and at in steps:
        steps[at][failed.name] = failed
    elif failed is not None:
        own[failed.name] = failed
    context = {
        "report": report, "recommendation": recommendation, "one": one, "forms": own, "steps": steps, "failed": failed, "at": at,
        "keeps": user.can(KEEP), "notes": user.can(NOTE), "marks": dict(rules.MARKS), "now": database_now(connection),
    }  # fmt: skip
    return render(request, "improvement/action.jinja", context, status=status)


def _back(number: int) -> str:
    return reverse("improvement:action", args=[number])


give = command(
    KEEP, "alteration", lambda request: forms.OwnerForm(request.POST),
    lambda user, number, given: doing_actions.give_action(user, number, owner=given["owner"]),
    "It has this owner now.", _page, _back,
)  # fmt: skip
mark = command(
    NOTE, "alteration", lambda request: forms.MarkForm(request.POST),
    lambda user, number, given: doing_actions.mark(user, number, mark=given["mark"], day=given["day"], words=given["words"]),
    "Kept.", _page, _back,
)  # fmt: skip
need = command(
    KEEP, "alteration", lambda request: forms.NeedForm(request.POST),
    lambda user, number, given: doing_actions.needs(user, number, other=given["other"], holds=given["holds"] == "yes"),
    "Kept.", _page, _back,
)  # fmt: skip
note = command(
    NOTE, "collection", lambda request: forms.NoteForm(request.POST),
    lambda user, number, given: doing_actions.note(user, number, key=given["key"], words=given["words"]), "Noted.", _page, _back,
)  # fmt: skip
milestone = command(
    KEEP, "collection", lambda request: forms.MilestoneForm(request.POST),
    lambda user, number, given: doing_actions.add_milestone(
        user, number, key=given["key"], words=given["words"], due_on=given["due_on"]
    ),
    "The milestone is entered.", _page, _back,
)  # fmt: skip


def _of(milestone: int) -> int:
    try:
        return doing_actions.action_of(milestone)
    except NotThere as error:
        raise Http404(str(error)) from None


def _step_page(request: HttpRequest, number: int, *, failed: CommandForm, status: int) -> HttpResponse:
    return _page(request, _of(number), failed=failed, status=status, at=number)


def _step_back(number: int) -> str:
    return _back(_of(number))


move = command(
    KEEP, "alteration", lambda request: forms.MoveForm(request.POST),
    lambda user, number, given: doing_actions.move_milestone(user, number, due_on=given["due_on"], words=given["words"]),
    "The milestone is moved; its day before is kept.", _step_page, _step_back,
)  # fmt: skip
reach = command(
    NOTE, "alteration", lambda request: forms.ReachForm(request.POST),
    lambda user, number, given: doing_actions.reach(user, number, day=given["day"]), "Reached.", _step_page, _step_back,
)  # fmt: skip


@route(KEEP, "none", why="a form to fill in, which shows recommendations by number alone")
@require_safe
def new_action(request: HttpRequest) -> HttpResponse:
    """The form for an action; ``?recommendation=``, ``?theme=`` and ``?words=`` fill it in."""
    return _new_action(request, _action_form(initial=_initial(request)))


@route(KEEP, "collection")
@require_POST
def add_action(request: HttpRequest) -> HttpResponse:
    """Enter an action."""
    user = staff(request)
    form = _action_form(request.POST)
    made: list[Any] = []

    def act(given: dict[str, Any]) -> None:
        words = {name: given[name] for name in ("key", "words", "reference", "owner", "theme")}
        made.append(doing_actions.add_action(user, given["recommendation"], **words))

    if carried_out(form, act):
        messages.success(request, "The action is entered. Give it milestones.")
        return redirect(_back(made[0].pk))
    return _new_action(request, form, status=422)


def _action_form(data: Any = None, **given: Any) -> forms.ActionForm:
    return forms.ActionForm(data, recommendations=presenters.recommendation_choices(queries.plan()), **given)


def _new_action(request: HttpRequest, form: CommandForm, *, status: int = 200) -> HttpResponse:
    return render(request, "improvement/new_action.jinja", {"form": form}, status=status)


@route(NOTE, "none", why="a form to fill in, which shows recommendations by number alone")
@require_safe
def new_evidence(request: HttpRequest) -> HttpResponse:
    """The form for evidence; ``?recommendation=``, ``?replaces=``, ``?theme=`` and ``?words=`` fill it in."""
    today = force_day(database_now(connection))
    return _new_evidence(request, _evidence_form(initial={"received_on": today, **_initial(request)}))


@route(NOTE, "collection")
@require_POST
def add_evidence(request: HttpRequest) -> HttpResponse:
    """Enter evidence."""
    user = staff(request)
    form = _evidence_form(request.POST, request.FILES)
    made: list[Any] = []

    def act(given: dict[str, Any]) -> None:
        names = ("key", "words", "true_on", "received_on", "expires_on", "replaces", "theme")
        made.append(
            evidence_actions.add_evidence(
                user, given["recommendation"], upload=given["file"], **{name: given[name] for name in names}
            )
        )

    if carried_out(form, act):
        messages.success(request, "The evidence is entered, with its hash.")
        if user.can(SEE):
            return redirect("improvement:recommendation", made[0].recommendation_id)
        return redirect("improvement:register")
    return _new_evidence(request, form, status=422)


def _evidence_form(data: Any = None, files: Any = None, **given: Any) -> forms.EvidenceForm:
    return forms.EvidenceForm(data, files, recommendations=presenters.recommendation_choices(queries.plan()), **given)


def _new_evidence(request: HttpRequest, form: CommandForm, *, status: int = 200) -> HttpResponse:
    return render(
        request,
        "improvement/new_evidence.jinja",
        {"form": form, "lost": status == 422 and request.FILES},
        status=status,
    )


@route(REGISTER, "disclosure")
@require_safe
def evidence_file(request: HttpRequest, number: int) -> HttpResponse:
    """A file of evidence, checked against its hash before it is given out."""
    try:
        return sent(evidence_actions.give(staff(request), number))
    except NotThere as error:
        raise Http404(str(error)) from None
    except Refused as error:
        return error_page(request, 503, detail=str(error))


def _initial(request: HttpRequest) -> dict[str, Any]:
    """What an address brings: numbers and words, of which nothing is believed but that somebody wants them in the form."""
    found: dict[str, Any] = {"words": request.GET.get("words", "")[:WORDS_LONGEST]}
    for name in ("recommendation", "replaces", "theme"):
        given = request.GET.get(name, "")
        if given.isascii() and given.isdigit() and len(given) < 19:
            found[name] = int(given)
    if "theme" in found and staff(request).can("quality.themes"):
        begun = theme(found["theme"])
        if begun is not None and not found["words"]:
            found["words"] = f"{begun.title.shown()}\n{begun.why.shown()}"
    return found
