"""The THRIVE card in a frame of another system's page: opened once by a signed address, and answered in.

No cookie stands behind it, since browsers keep those of a framed page away: who asks is known by the pass that the page holds and sends
with each request. So there is nothing that another page could send in somebody's name, and no form token is needed.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from goldthread.accounts.routes import GATES, Duty, route
from goldthread.assessment.actions import answer_mark, write_thrive
from goldthread.assessment.elements import elements_on
from goldthread.assessment.queries import thrive_text
from goldthread.assessment.rules import Draft
from goldthread.config.errors import Closed, NotThere, Refused, Stale
from goldthread.contact import actions as contact
from goldthread.contact.rules import ChildGiven
from goldthread.desk.drafts import browser_key
from goldthread.desk.forms import ChildrenForm, MarkForm, ThriveForm, WordsForm
from goldthread.desk.record import Record
from goldthread.integration import card_actions as actions
from goldthread.integration import card_presenters as presenters
from goldthread.integration import card_rules as rules
from goldthread.web.forms import show_errors

HEADER, FIELD = "X-Goldthread-Card", "card"
"""Where a pass stands in a request: the script sends it as a header, a form without script as a field; a pass for the next request
comes back in the header."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors {}"
)
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
View = Callable[..., HttpResponse]


def framed(response: HttpResponse, host: str = "") -> HttpResponse:
    """The answer as a frame may hold it: in pages of the host that the card was asked for, or of any host allowed where that is not known."""
    hosts = host or settings.ENV.card_hosts.replace(",", " ") or "'none'"
    response["Content-Security-Policy"] = POLICY.format(hosts)
    for name, value in HEADERS.items():
        response[name] = value
    return response


def gate(request: HttpRequest, verb: str) -> HttpResponse | None:
    """Let through who shows an address or a pass, as the person whose card it is; else answer with a plain page that says what to do."""
    match = request.resolver_match
    reference = str(match.kwargs.get("reference", "")) if match else ""
    try:
        if request.method == "GET":
            shown = actions.open_once(request.GET.get("token", ""), reference)
        else:
            shown = actions.go_on(request.headers.get(HEADER) or request.POST.get(FIELD, ""), reference)
        if not shown.staff.can(verb):
            raise rules.CardEnded("not_yours")
    except rules.CardEnded as error:
        return _ended(error.why)
    request.user = shown.staff
    request.card = shown  # type: ignore[attr-defined]
    return None


GATES["card"] = gate


def card(verb: str, duty: Duty, needed: Callable[[View], View]) -> Callable[[View], View]:
    """Declare a view of the card, known by the card's own means."""

    def declare(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, reference: str) -> HttpResponse:  # noqa: ARG001 - the gate looked at it
            shown: actions.Shown = request.card  # type: ignore[attr-defined]
            try:
                response = view(request, shown)
            except NotThere:
                response = _ended("no_sight")
            response[HEADER] = shown.passed
            return framed(response, shown.card.host)

        return route(verb, duty, means="card")(csrf_exempt(xframe_options_exempt(needed(answered))))

    return declare


@card("incident.see", "consultation", require_GET)
def opened(_request: HttpRequest, shown: actions.Shown) -> HttpResponse:
    """The card, opened by its address."""
    return _page(shown)


@card("incident.see", "consultation", require_POST)
def look(request: HttpRequest, shown: actions.Shown) -> HttpResponse:
    """The card as it stands now; 204 where nothing on it has changed. That it was opened stands for all that it shows as it grows."""
    if request.POST.get("have") == presenters.stamp(shown.incident):
        return HttpResponse(status=204)
    return _page(shown)


@card("entry.add", "collection", require_POST)
def words(request: HttpRequest, shown: actions.Shown) -> HttpResponse:
    """Add words."""
    return _carry_out(
        shown,
        "words",
        WordsForm(request.POST),
        lambda given: contact.add_words(
            shown.staff, shown.incident.pk, key=given["key"], source=given["source"], text=given["text"],
            occurred_at=given["occurred_at"],
        ),
    )  # fmt: skip


@card("children.answer", "collection", require_POST)
def children(request: HttpRequest, shown: actions.Shown) -> HttpResponse:
    """Answer the children question."""

    def act(given: dict[str, Any]) -> None:
        named = [_child(given["key"], number, row) for number, row in enumerate(given["children"])]
        contact.answer_children(shown.staff, shown.incident.pk, key=given["key"], answer=given["answer"], given=named)

    return _carry_out(shown, "children", ChildrenForm(request.POST), act)


@card("mark.answer", "collection", require_POST)
def mark(request: HttpRequest, shown: actions.Shown) -> HttpResponse:
    """Answer the reader's marks of one cue."""
    return _carry_out(
        shown,
        "mark",
        MarkForm(request.POST),
        lambda given: answer_mark(
            shown.staff, shown.incident.pk, key=given["key"], cue=given["cue"], answer=given["answer"],
            reason=given["reason"], facts=given["facts"], quote=given["quote"], shown_ms=given["shown_ms"],
        ),
    )  # fmt: skip


@card("thrive.write", "collection", require_POST)
def thrive(request: HttpRequest, shown: actions.Shown) -> HttpResponse:
    """Write the next THRIVE version: what is left empty stays as the version before has it.

    Where somebody else's came in between, the form comes back on that one, with all that was typed.
    """
    day, sent = shown.now.date(), request.POST.copy()
    form = ThriveForm(sent, day=day)

    def act(given: dict[str, Any]) -> None:
        record = Record(shown.incident, shown.staff)
        newest = record.versions[0] if record.versions else None
        before = next((thrive_text(one) for one in record.versions if one.version == given["based_on"]), None)
        kept = before or {"elements": {}, "interim": "", "advice": ""}
        texts = {one.code: given[one.code] or kept["elements"].get(one.code, "") for one in elements_on(day)}
        written = any(given[name] for name in (*texts, "interim", "advice"))
        draft = Draft(
            texts if written else {}, given["interim"] or kept["interim"], given["advice"] or kept["advice"],
            given["based_on"], given["seen"],
        )  # fmt: skip
        try:
            write_thrive(shown.staff, shown.incident.pk, key=given["key"], draft=draft)
        except Stale:
            sent["based_on"] = str(newest.version if newest else 0)
            raise

    return _carry_out(shown, "thrive", form, act)


def _child(key: uuid.UUID, number: int, row: dict[str, Any]) -> ChildGiven:
    """A child named here. It gets an identity that follows from the form's key, so that a form sent again names one child."""
    return ChildGiven(
        str(uuid.uuid5(key, f"child {number}")), row["name"], row["age"], row["age_estimated"], row["where_now"],
        row["last_seen_by"], row["seen"] or "not_known",
    )  # fmt: skip


def _carry_out(
    shown: actions.Shown, name: str, form: forms.Form, act: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    """Carry a command out and show the card as it stands then; a refusal is the form with its sentence and everything typed."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except Closed as error:
            form.add_error(None, str(error))
        except NotThere:
            raise
        except Refused as error:
            show_errors(form, error)
        else:
            shown.incident.refresh_from_db()
            return _page(shown, done=name)
    return _page(shown, {name: form}, status=422)


def _page(shown: actions.Shown, wrong: dict[str, Any] | None = None, done: str = "", status: int = 200) -> HttpResponse:
    wrong = wrong or {}
    context = {
        **presenters.card(shown, Record(shown.incident, shown.staff), wrong),
        "passed": shown.passed,
        "host": shown.card.host,
        "person": shown.staff,
        "draft_key": browser_key(shown.staff, "card"),
        "fresh_key": uuid.uuid4,
        "asks": rules.SET["asks_seconds"],
        "problem": _problem(wrong),
        "done": done,
        "force_name": settings.ENV.force_name,
    }
    return HttpResponse(_drawn("card", context), status=status)


def _problem(wrong: dict[str, Any]) -> str:
    """What was wrong, in sentences: they stand above the card's answers whichever form they came from."""
    return " ".join(str(said) for form in wrong.values() for errors in form.errors.values() for said in errors)


def _ended(why: str) -> HttpResponse:
    heading, what = rules.ENDED[why]
    response = HttpResponse(
        _drawn("card-ended", {"heading": heading, "what": what}), status=403 if why == "not_yours" else 410
    )
    response.xframe_options_exempt = True
    return framed(response)


def _drawn(name: str, context: dict[str, Any]) -> str:
    """Drawn without the shell's values: the card is nobody's page of ours. Without lines' ends, since all of it counts on the wire."""
    return loader.get_template(f"integration/{name}.jinja").render(context)
