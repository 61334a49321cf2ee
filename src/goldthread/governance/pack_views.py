"""Pages of packs: those that were issued, the draft of the next, issuing it, and one to read or print."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation, record_disclosure
from goldthread.clocks.db import database_now
from goldthread.documents.described import Document
from goldthread.documents.pdf import pdf
from goldthread.governance import actions, forms, queries, rules
from goldthread.governance import printed as printing
from goldthread.governance.models import Pack
from goldthread.governance.opening import opener
from goldthread.governance.packs import compose
from goldthread.governance.rules import PackKind
from goldthread.web.forms import CommandForm, carried_out
from goldthread.web.paging import page_links

PAGE = 50
LARGEST = 2**63 - 1


@route(rules.READ, "consultation")
@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Packs that were issued, the newest first, and for whoever issues some the draft of the next."""
    user = staff(request)
    page = Paginator(queries.packs(user), PAGE).get_page(request.GET.get("page"))
    here: list[Pack] = list(page.object_list)
    record_consultation(user, rules.READ, [("pack", str(one.pk)) for one in here])
    names = {one.board: one.name for one in rules.packs().values()}
    context = {
        "now": database_now(connection),
        "packs": [{"pack": one, "name": names.get(one.board, one.board)} for one in here],
        "drafts": _issues(user),
        "figures": user.can(rules.SEE),
        "page": page_links(request, page, "pack"),
    }
    return render(request, "governance/packs.jinja", context)


@route(rules.ISSUE, "consultation")
@require_safe
def draft(request: HttpRequest, board: str) -> HttpResponse:
    """What would be issued now."""
    return _draft(request, board)


@route(rules.ISSUE, "collection")
@require_POST
def issue(request: HttpRequest) -> HttpResponse:
    """Issue it: what it says now is frozen under its digest."""
    form = forms.IssueForm(request.POST)
    made: list[Pack] = []
    if carried_out(
        form,
        lambda given: made.append(actions.issue(staff(request), given["board"], key=given["key"], seen=given["seen"])),
    ):
        messages.success(request, f"Issued, and frozen under {made[0].sha256[:12]}.")
        return redirect("governance:pack", made[0].pk)
    return _draft(request, request.POST.get("board", ""), form=form, status=422)


@route(rules.READ, "consultation")
@require_safe
def pack(request: HttpRequest, pack_id: int) -> HttpResponse:
    """One pack as it was issued. Each figure's name leads to its definition, its query and, for those who may, its cases."""
    user = staff(request)
    found = _pack(user, pack_id)
    record_consultation(user, rules.READ, [("pack", str(found.pk))])
    context = {"pack": found, "document": _document(found, opener(user)), "number": found.number}
    return render(request, "governance/pack.jinja", context)


@route(rules.READ, "disclosure")
@require_safe
def printed(request: HttpRequest, pack_id: int) -> HttpResponse:
    """The pack as a file to keep or hand on."""
    user = staff(request)
    found = _pack(user, pack_id)
    name = printing.file_name(found.content, found.at)
    made = pdf(_document(found, None))
    record_disclosure(user, rules.READ, [("pack", str(found.pk))], file=name, sha256=found.sha256)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


def _draft(request: HttpRequest, board: str, *, form: CommandForm | None = None, status: int = 200) -> HttpResponse:
    user, now = staff(request), database_now(connection)
    kind = next((one for one in _issues(user) if one.board == board), None)
    if kind is None:
        raise Http404(rules.NO_PACK)
    content = compose(kind, user, now)
    before = content["pack"]["before"]
    record_consultation(user, rules.ISSUE, [("board", board)])
    force = settings.ENV.force_name
    context = {
        "kind": kind,
        "document": printing.document(content, digest="", at=now, force=force, address=opener(user)),
        "failed": form,
        "form": forms.IssueForm(initial={"board": board, "seen": before["number"] if before else 0}),
    }
    return render(request, "governance/draft.jinja", context, status=status)


def _pack(user: Staff, pack_id: int) -> Pack:
    found = queries.packs(user).filter(pk=min(pack_id, LARGEST)).first()
    if found is None:
        raise Http404(rules.NO_PACK)
    return found


def _document(found: Pack, address: Callable[[str], str] | None) -> Document:
    force = settings.ENV.force_name
    return printing.document(found.content, digest=found.sha256, at=found.at, force=force, address=address)


def _issues(user: Staff) -> list[PackKind]:
    if not user.can(rules.ISSUE):
        return []
    return [one for one in rules.packs().values() if user.seat.codes & one.issue]
