"""Incidents with children in them, for the tests of a child's record."""

from __future__ import annotations

import uuid
from datetime import date

from django.db.models import Q

from goldthread.accounts.models import Staff
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.safeguarding import child_actions
from goldthread.safeguarding.child_likeness_actions import suggest
from goldthread.safeguarding.child_models import ChildLikeness
from tests.cast import key, opened

At = tuple[uuid.UUID, uuid.UUID]
ROOT = "/safeguarding/children/"


def reference(one: At) -> str:
    """What the incident of a child is called."""
    return Incident.objects.get(pk=one[0]).reference


def child(
    user: Staff, name: str = "Mia Fenwick", age: int | None = 7, *, where: str = "upstairs", born: date | None = None,
    incident: Incident | None = None, seen: str = "not_seen",
) -> At:  # fmt: skip
    """A child recorded in an incident, which is opened unless given; the incident and the child."""
    found = incident or opened(user)
    made = uuid.uuid4()
    given = ChildGiven(str(made), name, age, False, where, "", seen, born)
    contact.answer_children(user, found.pk, key=key(), answer="named", given=[given])
    return found.pk, made


def recorded(vast: Staff, *found: At) -> uuid.UUID:
    """A record that holds these children."""
    first, *others = found
    record = child_actions.make(vast, *first, key=key()).pk
    for one in others:
        child_actions.tie(vast, *one, key=key(), record_id=record, why="The mother says so.")
    return record


def pair(one: At, other: At) -> ChildLikeness:
    """The suggestion that two children are one, made as the job makes it; of children of one record one speaks for all."""
    suggest(other[0])
    first, second = sorted((one, other))
    made = ChildLikeness.objects.filter(
        Q(incident=other[0], child=other[1]) | Q(other_incident=other[0], other_child=other[1])
    )
    exact = {"incident": first[0], "child": first[1], "other_incident": second[0], "other_child": second[1]}
    return made.filter(**exact).first() or made.get()
