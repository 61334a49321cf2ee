"""Pages of the plan as the Commissioner's office is told of it, and of its comments under section 55."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation, record_disclosure
from goldthread.clocks.db import database_now
from goldthread.commissioner import drafting, forms, letter_actions, letter_printed, letter_queries
from goldthread.commissioner.actions import ISSUE, SEE
from goldthread.commissioner.letter_actions import CHIEF, NO_LETTER, WRITE
from goldthread.commissioner.letter_queries import Comments
from goldthread.commissioner.models import Letter, LetterText
from goldthread.commissioner.published_actions import PUBLISHED
from goldthread.commissioner.status import status
from goldthread.contact.known import force_day
from goldthread.documents.described import Document
from goldthread.documents.pdf import pdf
from goldthread.web.forms import CommandForm, carried_out
from goldthread.web.times import clock

LARGEST = 2**63 - 1
FUTURE = "That day has not come. The plan is shown as it stands today."
NO_DAY = "That is no day. Write it such as 2026-06-05; the plan is shown as it stands today."


@route(SEE, "none", why="states and dates of a plan, of nobody's record")
@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """The plan now, or as at a day."""
    today, given, wrong, as_at = force_day(database_now(connection)), request.GET.get("as_at", "").strip(), "", None
    if given:
        try:
            as_at = date.fromisoformat(given)
        except ValueError:
            wrong = NO_DAY
        else:
            wrong = FUTURE if as_at > today else ""
    context = {"status": status(as_at if not wrong else None), "given": given, "wrong": wrong, "today": today}
    return render(request, "commissioner/plan.jinja", context)


@route(SEE, "consultation")
@require_safe
def letter(request: HttpRequest, report: int) -> HttpResponse:
    """The comments on a report: as issued, or how far they are, with what the office and the force may do."""
    return page(request, report)


@route(SEE, "disclosure")
@require_safe
def printed(request: HttpRequest, report: int) -> HttpResponse:
    """The letter as issued, as a file to keep or hand on; 404 before that."""
    found = found_on(report)
    if found.letter is None:
        raise Http404(NO_LETTER)
    name = letter_printed.file_name(report, found.letter.content)
    made = pdf(_issued(found.letter))
    record_disclosure(staff(request), SEE, [("letter", str(found.letter.pk))], file=name, sha256=found.letter.sha256)
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@route(ISSUE, "none", why="a draft of the force's own plan, of nobody's record")
@require_safe
def drafted(request: HttpRequest, report: int) -> HttpResponse:
    """The draft that the record gives now, as it would be put before the office."""
    return _drafted(request, report)


@route(ISSUE, "disclosure")
@require_POST
def put(request: HttpRequest, report: int) -> HttpResponse:
    """Put it before the office, as it was seen."""
    form = forms.SeenForm(request.POST)
    if carried_out(
        form, lambda given: letter_actions.put(staff(request), report, key=given["key"], seen=given["seen"])
    ):
        return done(request, report, "The draft is before the Commissioner's office.")
    return _drafted(request, report, failed=form, status=422)


@route(WRITE, "collection")
@require_POST
def write(request: HttpRequest, report: int) -> HttpResponse:
    """Write a part of the comments anew."""
    return _write(request, report, lambda part: part != drafting.CHIEF)


@route(CHIEF, "collection")
@require_POST
def chief(request: HttpRequest, report: int) -> HttpResponse:
    """Write the chief constable's comments."""
    return _write(request, report, lambda part: part == drafting.CHIEF)


@route(WRITE, "disclosure")
@require_POST
def issue(request: HttpRequest, report: int) -> HttpResponse:
    """Issue the letter, as it was seen."""
    form = forms.SeenForm(request.POST)
    if carried_out(
        form, lambda given: letter_actions.issue(staff(request), report, key=given["key"], seen=given["seen"])
    ):
        return done(request, report, "The letter is issued, and frozen.")
    return page(request, report, failed=form, status=422)


def _write(request: HttpRequest, report: int, may: Callable[[str], bool]) -> HttpResponse:
    form = forms.PartForm(request.POST)

    def act(given: dict[str, Any]) -> None:
        if not may(given["part"]):
            raise Http404(NO_LETTER)
        given = {name: given[name] for name in ("key", "part", "words", "seen")}
        letter_actions.write(staff(request), report, **given)

    if carried_out(form, act):
        return done(request, report, "Written. The version before is kept.")
    return page(request, report, failed=form, status=422)


def done(request: HttpRequest, report: int, words: str) -> HttpResponse:
    """Back to the letter's page, with what was done."""
    messages.success(request, words)
    return redirect("commissioner:letter", report)


def found_on(report: int) -> Comments:
    """How far the comments on a report are. Raises ``Http404`` where none are owed."""
    found = letter_queries.one(report) if report <= LARGEST else None
    if found is None:
        raise Http404(NO_LETTER)
    return found


def _issued(found: Letter) -> Document:
    told = f"{clock(found.at)}, by {found.office}"
    return letter_printed.document(
        found.content, number=f"Comments {found.report_id}", digest=found.sha256, at=found.at,
        force=settings.ENV.force_name, issued=told,
    )  # fmt: skip


def _drafted(
    request: HttpRequest, report: int, *, failed: CommandForm | None = None, status: int = 200
) -> HttpResponse:
    found, now = found_on(report), database_now(connection)
    made = letter_queries.drafted(report)
    assert made is not None
    context = {
        "now": now, "comments": found, "failed": failed, "form": forms.SeenForm(initial={"seen": made.sha256}),
        "same": found.draft is not None and found.draft.sha256 == made.sha256,
        "document": letter_printed.document(
            made.content, number="Draft", digest=made.sha256, at=now, force=settings.ENV.force_name, issued="not issued",
            note="Draft made from the record. The Commissioner's office does not see it before you put it before them.",
        ),
    }  # fmt: skip
    return render(request, "commissioner/drafted.jinja", context, status=status)


def page(request: HttpRequest, report: int, *, failed: CommandForm | None = None, status: int = 200) -> HttpResponse:
    """The comments on a report; with ``failed`` the form that was refused, and what was typed into it."""
    user, found, now = staff(request), found_on(report), database_now(connection)
    about = [("plan-report", str(report)), *([("letter", str(found.letter.pk))] if found.letter else [])]
    record_consultation(user, SEE, about)
    context: dict[str, Any] = {
        "now": now, "comments": found, "failed": failed, "document": None, "parts": [],
        "writes": user.can(WRITE), "answers": user.can(CHIEF), "puts": user.can(ISSUE),
        "tells": user.can(PUBLISHED), "on_word": not user.can(WRITE),
        "telling": failed if isinstance(failed, forms.PublishedForm) else forms.published(found),
        "taking": failed if isinstance(failed, forms.TakeBackForm) else forms.TakeBackForm(initial={"seen": len(found.report.comments_said)}),
    }  # fmt: skip
    if found.letter is not None:
        context["document"] = _issued(found.letter)
    elif found.draft is not None:
        made = letter_queries.composed(found.draft)
        context |= {
            "parts": _parts(found, failed),
            "form": forms.SeenForm(initial={"seen": made.sha256}),
            "document": letter_printed.document(
                made.content, number="Not issued", digest=made.sha256, at=now, force=settings.ENV.force_name,
                issued="not issued", note="Not issued yet. This is how the letter would be.",
            ),
        }  # fmt: skip
    return render(request, "commissioner/letter.jinja", context, status=status)


def _parts(found: Comments, failed: CommandForm | None) -> list[dict[str, Any]]:
    """Each part with its form, its versions, and what became of the draft. A form that was refused keeps what was typed."""
    assert found.draft is not None
    drafts = {**drafting.parts(found.draft.content), drafting.CHIEF: ""}
    versions = letter_queries.texts(found.report.id)
    return [_part(code, draft, versions.get(code, []), failed) for code, draft in drafts.items()]


def _part(code: str, draft: str, versions: list[LetterText], failed: CommandForm | None) -> dict[str, Any]:
    now = versions[0].words.shown() if versions else draft
    form = forms.PartForm(initial={"part": code, "seen": len(versions), "words": now}, auto_id=f"part-{code}-%s")
    if isinstance(failed, forms.PartForm) and failed.data.get("part") == code:
        form = failed
    name = {drafting.OPENING: "Opening", drafting.CHIEF: "The chief constable's comments"}.get(code)
    return {
        "code": code,
        "name": name or f"Recommendation {code}",
        "form": form,
        "versions": versions,
        "edited": bool(versions) and code != drafting.CHIEF and now != draft,
        "differences": drafting.differences(draft, now) if versions and code != drafting.CHIEF else [],
    }
