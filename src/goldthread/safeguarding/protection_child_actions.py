"""The child of an incident whom a record of safeguarding is about: one recorded there, or one who is recorded with it."""

from __future__ import annotations

import json
import uuid

from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid
from goldthread.config.upward import announce
from goldthread.contact.actions import reopen
from goldthread.contact.events import ChildrenAnswered
from goldthread.contact.models import ChildrenAnswer, ChildVersion
from goldthread.contact.rules import short
from goldthread.contact.search_rules import plain
from goldthread.contact.work import Work, command_key
from goldthread.safeguarding.child_rules import named


def child_of(work: Work, child: str, name: str = "", key: uuid.UUID | None = None) -> uuid.UUID:
    """The child by identity; without one, a child by this ``name`` (or *unknown*) is recorded in the incident first.

    ``key`` is the form's own: sent again with more in it, since its answer was lost, it finds the child that it recorded. Another
    name is another child, recorded by going back to the form. Nobody waits for the children question to be answered. Raises
    ``Invalid`` for a child that is not of this incident.
    """
    if child:
        try:
            found = uuid.UUID(child)
        except ValueError:
            found = uuid.UUID(int=0)
        if not work.incident.child_versions.filter(child=found).exists():
            raise Invalid({"child": "Choose a child of this incident, or a child not on record yet."})
        return found
    called = short(name, "name", 120) or "unknown"
    made = uuid.uuid4()
    if key is not None:
        made = command_key(key, work.user.pk if work.user else None, work.incident.pk, "child", plain(named(called)))
        if work.incident.child_versions.filter(child=made).exists():
            return made
    particulars = {"name": called, "where_now": "", "last_seen_by": "", "last_seen_when": "", "born": ""}
    ChildVersion(
        incident=work.incident, child=made, version=1, by=work.user, at=work.now,
        particulars=Payload.objects.keep(json.dumps(particulars, ensure_ascii=False)),
    ).save()  # fmt: skip
    ChildrenAnswer(incident=work.incident, answer="named", by=work.user, at=work.now).save()
    work.incident.children_answer = "named"
    work.event("children.answered", answer="named", count=1)
    announce(ChildrenAnswered(work.incident, "named", work.act))
    return made


def open_again(work: Work, by: str) -> None:
    """A child taken or missing in a closed incident opens it again: its clock has to be seen."""
    if not work.incident.is_open:
        reopen(work, by)
