"""Meetings as pages: the list, one that sits as its chair or those in other rooms see it, and its minutes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.queries import on_call_now
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation, record_disclosure
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.documents.described import Document
from goldthread.documents.pdf import pdf
from goldthread.meetings import actions, beyond, deciding_actions, forms, presenters, queries
from goldthread.meetings import printed as printing
from goldthread.meetings.actions import NOT_THERE
from goldthread.meetings.kinds import Kind, kinds_on
from goldthread.meetings.minutes import rest_told
from goldthread.meetings.models import Line, Meeting
from goldthread.web.forms import CommandForm, carried_out
from goldthread.web.paging import page_links

PAGE = 50
SEE, CHAIR = "meeting.see", "meeting.chair"
LARGEST = 2**63 - 1


@route(SEE, "consultation")
@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """What sits now, what is proposed, and the meetings before with their minutes."""
    return _list(request)


@route(SEE, "none", why="a number, of nobody's record")
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """How many of my actions are open, and of these late; a meeting that is proposed counts for whoever calls it, and where
    nobody is on duty who may for everybody who would be in it.
    """
    user, now = staff(request), database_now(connection)
    mine, kinds = queries.mine(user), _kinds(now)
    proposed = queries.proposals([*_called(user, kinds), *_left(user, kinds)]).count()
    return JsonResponse({"count": mine.count() + proposed, "over": mine.filter(due_at__lt=now).count()})


@route(CHAIR, "collection")
@require_POST
def call(request: HttpRequest) -> HttpResponse:
    """Call a meeting: its list is built and frozen."""
    kinds = _kinds(database_now(connection))
    kind = kinds.get(request.POST.get("kind", ""))
    form = forms.CallForm(request.POST, because=kind.because if kind else [])
    made: list[Meeting] = []
    if carried_out(
        form,
        lambda given: made.append(
            actions.call(
                staff(request), given["kind"], key=given["key"], because=given["because"], words=given["words"]
            )
        ),
    ):
        return redirect("meetings:meeting", made[0].pk)
    return _list(request, form=form, status=422)


@route(SEE, "consultation")
@require_safe
def meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """One meeting: as its chair runs it, as those follow it who are in it, or its minutes."""
    return _page(request, meeting_id)


@route(SEE, "disclosure")
@require_safe
def printed(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """The minutes as a file to keep or hand on, as far as whoever asks may see them; 404 while it sits."""
    user = staff(request)
    found, kind = _meeting(user, meeting_id)
    if found.is_open:
        raise Http404(NOT_THERE)
    document, subjects, name = _minutes(user, found, kind)
    made = pdf(document)
    record_disclosure(user, SEE, subjects, file=name, sha256=document.digest)
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@route(SEE, "none", why="where a meeting is, and nothing of what it is about")
@require_safe
def state(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """A mark that changes with whatever those who follow a meeting are to see."""
    found, _kind = _meeting(staff(request), meeting_id)
    return JsonResponse({"mark": _mark(found)})


@route(SEE, "alteration")
@require_POST
def join(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Be in it."""
    return _plain(request, meeting_id, lambda user: actions.join(user, meeting_id))


@route(SEE, "alteration")
@require_POST
def leave(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Leave it."""
    return _plain(request, meeting_id, lambda user: actions.leave(user, meeting_id))


@route(CHAIR, "alteration")
@require_POST
def chair(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Take its chair."""
    return _plain(request, meeting_id, lambda user: actions.take_chair(user, meeting_id))


@route(CHAIR, "alteration")
@require_POST
def end(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """End it; its minutes are frozen."""
    return _plain(request, meeting_id, lambda user: actions.end(user, meeting_id))


@route(CHAIR, "alteration")
@require_POST
def move(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Go to a line."""
    form = forms.MoveForm(request.POST)
    if carried_out(form, lambda given: actions.move(staff(request), meeting_id, given["line"])):
        return redirect("meetings:meeting", meeting_id)
    return _page(request, meeting_id, form=form, status=422)


@route(CHAIR, "alteration")
@require_POST
def decide(request: HttpRequest, meeting_id: int, line_id: int) -> HttpResponse:
    """Decide a line, and go to the next that is not decided."""
    user = staff(request)
    found, kind = _meeting(user, meeting_id)
    line = found.lines.filter(pk=min(line_id, LARGEST)).first()
    if line is None:
        raise Http404(NOT_THERE)
    form = _form(user, kind, line.subject, request.POST.get("code", ""), data=request.POST)

    def act(given: dict[str, Any]) -> None:
        deciding_actions.decide(
            user, meeting_id, line_id, key=given["key"], code=given["code"], seen=given["seen"], words=given["words"],
            owner=given.get("owner", ""), person=given.get("person", ""), minutes=form.until_due(),
            given={name: given.get(name, "") for name in form.given},
        )  # fmt: skip
        following = queries.undecided(found).filter(position__gt=line.position).first()
        if following is not None:
            actions.move(user, meeting_id, following.pk)

    if carried_out(form, act):
        messages.success(request, f"Line {line.position} decided.")
        return redirect("meetings:meeting", meeting_id)
    return _page(request, meeting_id, form=form, about=line, status=422)


def _list(request: HttpRequest, *, form: forms.CallForm | None = None, status: int = 200) -> HttpResponse:
    user, now = staff(request), database_now(connection)
    kinds = _kinds(now)
    found = Paginator(queries.meetings(user, kinds), PAGE)
    page = found.get_page(request.GET.get("page"))
    rows = [presenters.row(one, kinds[one.kind]) for one in page.object_list]
    called, left = _called(user, kinds), _left(user, kinds)
    record_consultation(user, SEE, [("meeting", str(one["id"])) for one in rows])
    open_now = {one.kind for one in page.object_list if one.is_open}
    shown = [code for code in called if code not in open_now]
    context = {
        "now": now,
        "sitting": [one for one in rows if one["ended_at"] is None],
        "rows": [one for one in rows if one["ended_at"] is not None],
        "kinds": [kinds[code] for code in shown],
        "forms": {
            code: form
            if form is not None and form.data.get("kind") == code
            else forms.CallForm(
                because=kinds[code].because,
                initial={"kind": code, "because": _because(kinds[code])},
                auto_id=f"call-{code}-%s",
            )
            for code in shown
        },
        "lost": form if form is not None and form.data.get("kind") not in shown else None,
        "proposals": list(queries.proposals([*called, *left])),
        "left": left,
        "on_call": [one.rung_as for one in on_call_now()] if left and user.can("oncall.see") else [],
        "mine": queries.mine(user).count(),
        "page": page_links(request, page, "meeting", reverse("meetings:list")),
    }
    return render(request, "meetings/list.jinja", context, status=status)


def _page(
    request: HttpRequest,
    meeting_id: int,
    *,
    form: CommandForm | None = None,
    about: Line | None = None,
    status: int = 200,
) -> HttpResponse:
    """The meeting as this person sees it now. What a refused ``form`` said of the line ``about`` is offered again for that line alone;
    where it is past, the chair is another's or the meeting has ended, it is shown as words.
    """
    user, now = staff(request), database_now(connection)
    found, kind = _meeting(user, meeting_id)
    body = beyond.body(kind.code)
    present = queries.present(found)
    chairs = found.is_open and any(one.part == "chair" and one.staff_id == user.pk for one in present)
    here = any(one.staff_id == user.pk for one in present)
    context: dict[str, Any] = {
        "now": now,
        "meeting": found,
        "kind": kind,
        "body": body,
        "because": dict(kind.because).get(found.because, found.because),
        "because_words": found.words.shown() if found.words else "",
        "present": present,
        "chairs": chairs,
        "chaired": any(one.part == "chair" for one in present),
        "may_chair": bool(user.seat.codes & kind.chair) and user.can(CHAIR),
        "here": here,
        "failed": form,
    }
    again = form if chairs and about is not None and about.pk == found.at_line_id else None
    if about is not None and again is None:
        context["lost"] = about
    if not found.is_open:
        context["document"], subjects, _ = _minutes(user, found, kind)
        record_consultation(user, SEE, subjects)
        return render(request, "meetings/minutes.jinja", context, status=status)
    context |= {"timer": presenters.timer(found, kind, now), "mark": _mark(found)}
    if not here:
        record_consultation(user, SEE, [("meeting", str(found.pk))])
        return render(request, "meetings/door.jinja", context, status=status)
    places = queries.places(found)
    past = Paginator(places[kind.lines :], PAGE)
    page = past.get_page(request.GET["past"]) if "past" in request.GET else None
    shown = [pk for pk, *_ in (*places[: kind.lines], *(page.object_list if page else ()))]
    rows = presenters.lines(found, kind, user, {*shown, *([found.at_line_id] if found.at_line_id else [])})
    subjects = [(body.subject, one["subject"]) for one in rows if not one["hidden"]]
    record_consultation(user, SEE, [("meeting", str(found.pk)), *subjects])
    at = next((one for one in rows if one["id"] == found.at_line_id), None)
    context |= {"lines": rows, "at": at, "heading": found.frozen.get("heading", []), "rest": rest_told(found.frozen)}
    context |= {"queue": body.queue[1] if body.queue and user.can(body.queue[0]) else ""}
    context |= {"all": len(places), "decided": sum(decided for *_, decided in places), "past": past, "past_page": page}
    if at is not None and found.at_line is not None:
        number = at["position"] - 1
        left = [place for place in places if not place[2] and place[0] != at["id"]]
        after = (place for place in left if place[1] > at["position"])
        context |= {
            "previous": places[number - 1][0] if number else None,
            "following": places[number + 1][0] if number + 1 < len(places) else None,
            "undecided": next(after, left[0] if left else (None,))[0],
            "before": presenters.before(found.at_line, now) if not at["hidden"] else None,
            "became": body.now_of({found.at_line.subject: found.opened_at}).get(found.at_line.subject),
            "template": body.template,
            **(body.values(user, found.at_line.subject) if not at["hidden"] else {"ribbon": None}),
        }
        code = request.GET.get("decide", "")
        deciding = again if isinstance(again, forms.DecideForm) else None
        if chairs and deciding is None and form is None and code in kind.decisions:
            deciding = _form(user, kind, found.at_line.subject, code, seen=at["decided"])
        context |= {
            "deciding": deciding,
            "choice": kind.decisions.get(deciding["code"].value() or "") if deciding else None,
        }
    return render(request, "meetings/meeting.jinja", {**context, "now": now}, status=status)


def _minutes(user: Staff, found: Meeting, kind: Kind) -> tuple[Document, list[tuple[str, str]], str]:
    """Minutes as this person may see them, whom they are about, and what their file is called."""
    kept, body = found.minutes, beyond.body(kind.code)
    told = presenters.minutes(kept.content, kind, user)
    shown = [one for one in (*told["lines"], *told["not_reached"]) if not one["hidden"]]
    subjects = [("meeting", str(found.pk)), *((body.subject, one["subject"]) for one in shown)]
    force = settings.ENV.force_name
    document = printing.document(told, number=found.pk, digest=kept.sha256, at=kept.at, force=force)
    return document, subjects, printing.file_name(told, found.pk, kept.at)


def _form(user: Staff, kind: Kind, subject: Any, code: str, *, seen: int = 0, data: Any = None) -> forms.DecideForm:
    able = queries.may_own(kind)
    owners = [(f"staff:{one.pk}", f"{one.name}, {one.seat.name}") for one in able["people"]]
    owners += [(f"team:{one.pk}", f"{one.name} (whoever is on duty)") for one in able["teams"]]
    body = beyond.body(kind.code)
    return forms.DecideForm(
        data,
        choice=kind.decisions.get(code),
        choices=body.choices(user, subject, database_now(connection)),
        labels=body.labels,
        people=[(str(one.pk), f"{one.name}, {one.seat.name}") for one in queries.may_accept(kind)],
        owners=owners,
        initial={"code": code, "seen": seen},
        told_in=kind.told_in,
        nobody=body.nobody,
    )


def _plain(request: HttpRequest, meeting_id: int, act: Callable[[Staff], object]) -> HttpResponse:
    form = forms.PlainForm(request.POST)
    if carried_out(form, lambda _given: act(staff(request))):
        return redirect("meetings:meeting", meeting_id)
    return _page(request, meeting_id, form=form, status=422)


def _meeting(user: Staff, meeting_id: int) -> tuple[Meeting, Kind]:
    kinds = _kinds(database_now(connection))
    found = queries.meetings(user, kinds).filter(pk=min(meeting_id, LARGEST)).first()
    if found is None:
        raise Http404(NOT_THERE)
    return found, kinds[found.kind]


def _mark(found: Meeting) -> str:
    newest = queries.newest_decision(found)
    here = ".".join(str(one.staff_id) for one in queries.present(found))
    return f"{found.at_line_id}-{newest}-{found.chair_id}-{'open' if found.is_open else 'ended'}-{here}"


def _kinds(now: Any) -> dict[str, Kind]:
    every = kinds_on(now.astimezone(LONDON).date())
    return {code: kind for code, kind in every.items() if code in beyond.bodies()}


def _called(user: Staff, kinds: dict[str, Kind]) -> list[str]:
    return [code for code, kind in kinds.items() if user.seat.codes & kind.call and user.can(CHAIR)]


def _left(user: Staff, kinds: dict[str, Kind]) -> list[str]:
    """Kinds that nobody on duty may call, and in which this person would be: somebody must ring whoever may."""
    mine = [code for code, kind in kinds.items() if kind.duty and user.seat.codes & kind.join and user.can(SEE)]
    return [code for code in mine if not queries.somebody(kinds[code].call)]


def _because(kind: Kind) -> str:
    """Why it is called where it is proposed: a rule that is broken, or that its time has come."""
    if not queries.proposals([kind.code]).exists():
        return ""
    codes = [code for code, _ in kind.because]
    return "threshold" if "threshold" in codes else codes[0]
