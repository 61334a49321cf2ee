"""Composing the contact and incident pages from panels (forms) and displays (what stands), and re-sending parts of them."""

from __future__ import annotations

import uuid
from collections.abc import Container
from datetime import datetime
from typing import Any

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from goldthread.accounts.models import Staff
from goldthread.assessment import marking
from goldthread.assessment.elements import elements_on
from goldthread.assessment.modes import shown
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.contact import choices
from goldthread.contact.models import Incident
from goldthread.desk import beyond, caller_forms, drafts, forms, presenters, request_forms
from goldthread.desk.asked import asked, lower_grades, nobody_senior
from goldthread.desk.caller import caller
from goldthread.desk.handing import offered, receivers, transfers
from goldthread.desk.handoff_forms import HandForm, TransferForm
from goldthread.desk.noticing import along, noticed, withheld
from goldthread.desk.owed import owed
from goldthread.desk.queries import seen
from goldthread.desk.record import Record
from goldthread.desk.timeline import said
from goldthread.desk.unit_rows import to_choose
from goldthread.response.models import ARRIVAL_SOURCES

DISPLAYS = (
    "ribbon", "said", "noticed", "particulars", "known-children", "thrive-versions", "grade-now", "offered", "transfers", "requests", "sent", "tabs", "caller",
)  # fmt: skip
"""Displays a command may have changed; each is a template ``desk/_<name>.jinja`` whose root has that id."""


TYPED_WORDS = "words.text"
"""The draft's name of the box that is read along."""


def now() -> datetime:
    """The database's time."""
    return database_now(connection)


def ribbon_values(record: Record, at: datetime | None = None) -> dict[str, Any]:
    """What the THRIVE ribbon of one incident shows, and the time it is shown at: now, unless given."""
    at = at or now()
    return {
        "now": at,
        "incident": record.incident,
        "ribbon": presenters.ribbon(record, at),
        "called": record.called,
        "speaker": caller(record, at),
    }


def values(user: Staff, record: Record, at: datetime | None = None) -> dict[str, Any]:
    """Everything the desk's own displays of one incident show, at a time: now, unless given."""
    stands = ribbon_values(record, at)
    at = stands["now"]
    return {
        **stands,
        "said": said(record),
        "noticed": record.noticed,
        "reasons": marking.REASONS,
        "elements": elements_on(at.date()),
        "owed": {one.code: one for one in owed(record, at)},
        "children": presenters.children(record),
        "particulars": presenters.particulars(record),
        "thrive_versions": presenters.thrive_versions(record),
        "grade_history": presenters.grade_history(record),
        "disagreement": presenters.disagreement(record),
        "asked": asked(record, user, at),
        "nobody_senior": nobody_senior(record, user),
        "delays": presenters.delays(record, at),
        "offered": offered(record, user, at),
        "transfers": transfers(record, at),
        "sent": presenters.sent(record, at),
        "sources": ARRIVAL_SOURCES,
        "may": presenters.may(user, record),
    }


def every_value(user: Staff, record: Record, at: datetime | None = None, but: Container[str] = ()) -> dict[str, Any]:
    """What the desk's displays show, and those that apps above the desk put beside them, ``but`` those of these templates; at a
    time: now, unless given.
    """
    own = values(user, record, at)
    above = beyond.values(user, record, own["now"], but)
    return {**own, "beyond": beyond.displays(but), "below": beyond.lower(), **above}


def form_for(user: Staff, record: Record | None, name: str, at: datetime | None = None) -> forms.CommandForm:
    """A fresh form for one command, for a time: now, unless given; ``record`` None before the contact is opened."""
    match name:
        case "words":
            return forms.WordsForm()
        case "particular":
            return forms.ParticularForm()
        case "area":
            return forms.AreaForm(initial={"area": record.incident.area if record else ""})
        case "children":
            return forms.ChildrenForm(children=presenters.child_rows(record))
        case "thrive":
            versions = record.versions if record else []
            based_on = versions[0].version if versions else 0
            seen = record.incident.last_seq if record else 0
            return forms.ThriveForm(day=(at or now()).date(), initial={"based_on": based_on, "seen": seen})
        case "grade":
            return forms.GradeForm(choices_now=presenters.grades(record, at or now()))
        case "lower":
            return request_forms.LowerForm(choices_now=lower_grades(record, at or now()))
        case "later":
            return request_forms.LaterForm()
        case "delay":
            return request_forms.DelayForm()
        case "allocate":
            return forms.AllocateForm(choice=to_choose(user))
        case "line":
            return caller_forms.LineForm()
        case "online":
            return caller_forms.OnLineForm(initial={"who": record.incident.on_line} if record else {})
        case "safe":
            return caller_forms.SafeContactForm()
        case "callback":
            return caller_forms.CallBackForm()
        case "arrive":
            return forms.ArriveForm()
        case "leave":
            return forms.LeaveForm()
        case "take":
            return forms.TakeForm(initial={"owner_id": record.incident.owner_id} if record else {})
        case "hand":
            return HandForm(receivers=receivers())
        case "transfer":
            return TransferForm()
        case "supervisor":
            return forms.SupervisorForm()
        case _:
            return forms.CloseForm()


def form_panel(
    request: HttpRequest,
    user: Staff,
    record: Record | None,
    name: str,
    form: forms.CommandForm | None = None,
    at: datetime | None = None,
) -> dict[str, Any]:
    """A panel holding one form: the given one with its errors, or a fresh one."""
    return {"name": name, "form": form or form_for(user, record, name, at), "opening": "opening" in request.POST}


def seen_record(user: Staff, incident: Incident) -> Record:
    """The record as this person's page shows it: read along with what they are typing."""
    return Record(incident, user, _typed(drafts.load(user, incident.pk)))


def _typed(draft: drafts.Draft | None) -> str:
    return draft.fields.get(TYPED_WORDS, "") if draft else ""


def problems(form: forms.CommandForm) -> str:
    """What was wrong with a command that has no panel of its own."""
    return " ".join(str(sentence) for sentences in form.errors.values() for sentence in sentences)


def whole_page(
    request: HttpRequest,
    user: Staff,
    incident_id: uuid.UUID,
    *,
    form: forms.CommandForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The incident's page, or the contact page while a call is being taken; records the consultation.

    Raises ``Http404`` where the incident is absent or out of sight.
    """
    on_call = (
        request.resolver_match is not None and request.resolver_match.url_name == "call"
    ) or "opening" in request.POST
    try:
        incident: Incident | None = seen(user, incident_id)
    except NotThere as error:
        if not on_call or Incident.objects.filter(pk=incident_id).exists():
            raise Http404(str(error)) from None
        incident = None
    at, draft = now(), drafts.load(user, incident_id)
    context: dict[str, Any] = {"incident_id": incident_id, "incident": incident, "now": at, "on_call": on_call}
    record = Record(incident, user, _typed(draft)) if incident is not None else None
    if incident is not None and record is not None:
        subjects = [("incident", str(incident.pk))]
        context |= every_value(user, record, at)
        subjects += [("child", one.child) for one in context["children"]]
        record_consultation(user, "incident.see", subjects)
    elif not user.can("incident.open"):
        raise Http404("No such incident.")
    may = context.get("may") or presenters.may_before(user)
    names = [name for name, verb in PANELS.items() if may.get(verb)]
    context |= {"may": may, "written": choices.RECEIVED}
    if incident is None:
        seen_of = shown(user, None)
        if not seen_of.readings or seen_of.standing.mode == "off":
            context["noticed"] = withheld(seen_of)
        elif draft is not None:
            context["noticed"] = noticed(None, *along([], _typed(draft)))
    context |= {
        "draft": draft,
        "draft_key": drafts.browser_key(user),
        "elements": elements_on(at.date()),
        "reasons": marking.REASONS,
    }
    context["panels"] = {
        name: form_panel(request, user, record, name, form if form is not None and form.name == name else None, at)
        for name in names
    }
    if form is not None and form.name not in PANELS:
        context["say"] = problems(form)
    if on_call:
        context["opening_form"] = forms.OpeningForm(
            request.POST if "opening" in request.POST else None,
            initial={one["kind"]: one["text"] for one in context.get("particulars", [])}
            | ({"channel": incident.channel} if incident else {}),
        )
    return render(request, "desk/incident.jinja", context, status=status)


PANELS = {
    "words": "entry_add",
    "particular": "entry_add",
    "area": "entry_add",
    "line": "entry_add",
    "online": "entry_add",
    "safe": "entry_add",
    "callback": "entry_add",
    "children": "children_answer",
    "thrive": "thrive_write",
    "grade": "grade_choose",
    "lower": "request_make",
    "later": "request_make",
    "delay": "entry_add",
    "allocate": "unit_allocate",
    "arrive": "unit_allocate",
    "leave": "unit_allocate",
    "take": "owner_take",
    "hand": "owner_hand",
    "transfer": "owner_hand",
    "close": "incident_close",
    "supervisor": "supervisor_call",
}
"""Each command's form and the verb, as the page names it, that shows it."""
