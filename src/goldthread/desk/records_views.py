"""Records of other systems: what was loaded and what came of it, loading a small file, and what is restricted."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import NotThere, Refused
from goldthread.contact import records_queries as queries
from goldthread.contact.known import force_day
from goldthread.contact.people_models import Marker
from goldthread.contact.records_actions import VERB, Extract
from goldthread.contact.records_actions import load as load_extract
from goldthread.contact.records_models import RecordLoad
from goldthread.contact.records_rules import KINDS, is_old, settings
from goldthread.contact.records_told import said, told_by
from goldthread.contact.restricted import VERB as RESTRICTED
from goldthread.desk.pages import now
from goldthread.desk.stated import StatedTimeField
from goldthread.web.forms import show_errors

PAGE = 50
LINES = 200
TOO_LARGE = (
    "This file is larger than a page takes. Nothing was loaded; load it at the command line, with goldthread records."
)
NO_LOAD = "There is no such load."


class ExtractForm(forms.Form):
    """A file and what it is said to be."""

    use_required_attribute = False
    file = forms.FileField(
        label="File", allow_empty_file=True, error_messages={"required": "Choose the file."}, max_length=200
    )
    kind = forms.ChoiceField(
        label="What it holds", choices=[("", "Choose"), *((code, one.name) for code, one in KINDS.items())],
        error_messages={"required": "Choose what the file holds.", "invalid_choice": "Choose from the list."},
    )  # fmt: skip
    source = forms.CharField(
        label="Source", max_length=40, error_messages={"required": "Name the system that the file comes from."}
    )
    as_of = StatedTimeField(label="As of", required=False)
    whole = forms.BooleanField(label="It holds everything of this kind: what it lacks has ended", required=False)
    yes = forms.BooleanField(label="Even if that ends many rows, or blanks what missing columns said", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "records-%s")
        super().__init__(*args, **kwargs)

    def clean_file(self) -> Any:
        """Refuse what no page should hold."""
        file = self.cleaned_data["file"]
        if file.size > settings()["page_bytes"]:
            raise forms.ValidationError(TOO_LARGE)
        return file

    def clean_as_of(self) -> Any:
        """An extract without its time would be taken for newer than it is."""
        if self.cleaned_data["as_of"] is None:
            raise forms.ValidationError("Say as of when the file was taken, such as 2026-11-03 14:02.")
        return self.cleaned_data["as_of"]


@route(VERB, "consultation")
@require_safe
def loads(request: HttpRequest) -> HttpResponse:
    """What was loaded, from where, how fresh it is, and a form that takes a small file."""
    return _page(request, ExtractForm())


@route(VERB, "collection")
@require_POST
def load(request: HttpRequest) -> HttpResponse:
    """Load a small file."""
    form = ExtractForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = from_bytes(
                request, given["file"].read(), given["file"].name, given["kind"], given["source"], given["as_of"],
                whole=given["whole"], yes=given["yes"],
            )  # fmt: skip
        except NotThere as error:
            raise Http404(str(error)) from None
        except Refused as error:
            show_errors(form, error)
        else:
            messages.success(request, said(made))
            return redirect("desk:record_load", made.pk)
    return _page(request, form, 422)


def from_bytes(
    request: HttpRequest, content: bytes, name: str, kind: str, source: str, as_of: Any, *, whole: bool, yes: bool
) -> RecordLoad:  # fmt: skip
    """Load what came in a request, by way of a file that is gone afterwards. Raises ``Refused``."""
    if len(content) > settings()["page_bytes"]:
        raise Refused(TOO_LARGE)
    with tempfile.NamedTemporaryFile(prefix="extract-", suffix=Path(name).suffix[:10]) as file:
        file.write(content)
        file.flush()
        return load_extract(staff(request), Extract(Path(file.name), name, kind, source, as_of, whole), yes=yes)


@route(VERB, "consultation")
@require_safe
def one(request: HttpRequest, load_id: int) -> HttpResponse:
    """One load: its counts, and the lines that could not be used."""
    found = queries.loads().filter(pk=load_id).first()
    if found is None:
        raise Http404(NO_LOAD)
    user = staff(request)
    page = Paginator(found.refusals.order_by("line"), LINES).get_page(request.GET.get("page"))
    record_consultation(user, VERB, [("record-load", found.pk)])
    context = {"now": now(), "load": found, "page": page, "listed": settings()["lines_listed"]}
    return render(request, "desk/record-load.jinja", context)


@route(RESTRICTED, "consultation")
@require_safe
def restricted(request: HttpRequest) -> HttpResponse:
    """Markers, orders and flags that are restricted, for those who are rung about them."""
    user, at = staff(request), now()
    page = Paginator(queries.hidden_markers(force_day(at)), PAGE).get_page(request.GET.get("page"))
    rows = [_marker(each, at) for each in page.object_list]
    record_consultation(user, RESTRICTED, [("marker", row["id"]) for row in rows])
    return render(request, "desk/restricted.jinja", {"now": at, "page": page, "rows": rows})


def _marker(each: Marker, at: Any) -> dict[str, Any]:
    return {
        "id": each.pk, "name": each.name, "on": str(each.person or each.place), "words": each.words.shown() if each.words else "",
        "number": each.number, "since": each.since, "until": each.until, "review_on": each.review_on,
        "overdue": bool(each.review_on and each.review_on < force_day(at)), "told": told_by(each, at), "old": is_old(each.as_of, at),
    }  # fmt: skip


def _page(request: HttpRequest, form: ExtractForm, status: int = 200) -> HttpResponse:
    at = now()
    page = Paginator(queries.loads(), PAGE).get_page(request.GET.get("page"))
    record_consultation(staff(request), VERB, [("record-load", each.pk) for each in page.object_list])
    newest = [{**each, "old": is_old(each["load"].as_of, at)} for each in queries.newest_of_each()]
    context = {
        "now": at,
        "page": page,
        "newest": newest,
        "form": form,
        "kinds": KINDS,
        "most": settings()["page_bytes"] // 1_000_000,
    }
    return render(request, "desk/records.jinja", context, status=status)
