"""What the THRIVE card shows: how the incident stands, what is missing, and what to ask next."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from goldthread.assessment import marking
from goldthread.assessment.elements import elements_on
from goldthread.assessment.queries import thrive_text
from goldthread.contact import choices
from goldthread.desk import presenters
from goldthread.desk.forms import ChildrenForm, ThriveForm, WordsForm
from goldthread.desk.owed import owed
from goldthread.desk.record import Record
from goldthread.integration.card_rules import SET

if TYPE_CHECKING:
    from goldthread.contact.models import Incident
    from goldthread.integration.card_actions import Shown

FORMS = {"words": "entry.add", "children": "children.answer", "thrive": "thrive.write"}
"""The card's forms, each with the verb that it needs."""
STAMP = """
SELECT last_seq, (SELECT max(id) FROM desk_boardchange WHERE incident_id = %(incident)s),
       (SELECT max(id) FROM assessment_reading WHERE incident_id = %(incident)s), date_trunc('minute', goldthread_now())
FROM contact_incident WHERE id = %(incident)s
"""


def stamp(incident: Incident) -> str:
    """Changes whenever what the card shows may have, and each minute, since times run; one question to the database."""
    with connection.cursor() as cursor:
        cursor.execute(STAMP, {"incident": incident.pk})
        return hashlib.sha256(repr(cursor.fetchone()).encode()).hexdigest()[:16]


def fresh(name: str, record: Record, now: datetime) -> WordsForm | ThriveForm:
    """A fresh form of the card for words or THRIVE."""
    if name == "words":
        return WordsForm()
    based_on = record.versions[0].version if record.versions else 0
    return ThriveForm(day=now.date(), initial={"based_on": based_on, "seen": record.incident.last_seq})


def card(shown: Shown, record: Record, forms: dict[str, Any]) -> dict[str, Any]:
    """The card's values; ``forms`` are those that come back with something wrong, by name."""
    now, user, noticed = shown.now, shown.staff, record.noticed
    elements = elements_on(now.date())
    newest = record.versions[0] if record.versions else None
    text: dict[str, Any] = thrive_text(newest) if newest else {"elements": {}, "interim": "", "advice": ""}
    wanting = [one for one in noticed.cues if one.wants]
    late = [one for one in owed(record, now) if not one.done]
    children_form = forms.get("children") or ChildrenForm()
    return {
        "now": now,
        "incident": record.incident,
        "ribbon": presenters.ribbon(record, now),
        "children": presenters.children(record),
        "elements": [(one.code, one.name, one.asks, short(text["elements"].get(one.code, ""))) for one in elements],
        "more": [(name, short(text[code])) for code, name in MORE if text[code]],
        "version": newest,
        "owed": late,
        "unwritten": [one.name for one in elements if not text["elements"].get(one.code)] if newest else [],
        "noticed": noticed,
        "marks": [_mark(one) for one in wanting[: SET["marks"]]],
        "marks_left": max(0, len(wanting) - SET["marks"]),
        "next": _next(record),
        "said": _newest(record),
        "forms": {
            name: children_form if name == "children" else forms.get(name) or fresh(name, record, now)
            for name, verb in FORMS.items()
            if record.reached(user, verb)
        },
        # One child to an answer; a form out of date may come without its row.
        "child_row": next(iter(children_form.rows.forms), None) or ChildrenForm().rows.forms[0],
        "may_mark": record.reached(user, "mark.answer"),
        "reasons": marking.REASONS,
        "stamp": stamp(record.incident),
    }


MORE = (("interim", "Until police arrive"), ("advice", "Advice given"))


def short(text: str) -> str:
    """A text as far as the card has room for it; the whole stands in Goldthread."""
    return text if len(text) <= SET["letters"] else f"{text[: SET['letters']].rstrip()} …"


def _mark(one: Any) -> dict[str, Any]:
    """A mark that wants an answer; what goes back with the answer is its whole quote."""
    return {"one": one, "quote": short(one.quote)}


def _next(record: Record) -> str:
    """The one question worth asking next: whether there are children before any other, while nobody has asked."""
    if record.incident.children_answer == "not_asked":
        return "Are there any children there, or in the home? Who, how old, and where are they now?"
    return record.noticed.prompts[0][1] if record.noticed.prompts else ""


def _newest(record: Record) -> list[dict[str, Any]]:
    """The newest words, the newest first."""
    sources = dict(choices.SOURCES)
    found = [one for one in record.entries if one.kind == "words" and one.text is not None][-SET["words"] :]
    return [
        {
            "seq": one.seq,
            "source": sources.get(one.source, one.source),
            "at": one.recorded_at,
            "text": short(one.text.shown()),
        }
        for one in reversed(found)
        if one.text is not None
    ]
