"""The fixed cast: who is in every test of sight and permission."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from goldthread.accounts.models import Staff, Team
from goldthread.assessment.actions import answer_mark, write_thrive
from goldthread.assessment.queries import newest_thrive
from goldthread.assessment.rules import Draft
from goldthread.contact import actions as contact
from goldthread.contact.models import ChildVersion, Incident
from goldthread.response import actions as response
from goldthread.response import shared_actions as shared
from goldthread.response.models import Unit
from goldthread.safeguarding import door_actions
from goldthread.safeguarding.door_rules import ChildAtDoor, VisitAtDoor

PASSWORD = "amber-thread-of-test"


@dataclass(frozen=True)
class Cast:
    """Handler and teammate in Team A, stranger in Team B; dispatchers of two areas; the rest one each."""

    handler: Staff
    teammate: Staff
    stranger: Staff
    dispatcher: Staff
    far_dispatcher: Staff
    supervisor: Staff
    far_supervisor: Staff
    fim: Staff
    officer: Staff
    sergeant: Staff
    investigator: Staff
    detective_sergeant: Staff
    vast: Staff
    qa: Staff
    silver: Staff
    pcc: Staff
    auditor: Staff
    unit: Unit
    far_unit: Unit

    def everybody(self) -> dict[str, Staff]:
        """Every person of the cast by name."""
        return {name: one for name, one in vars(self).items() if isinstance(one, Staff)}


def make_cast() -> Cast:
    """Create the cast in the database at hand."""
    a, b = Team.objects.create(name="Team A"), Team.objects.create(name="Team B")
    detectives = Team.objects.create(name="Detectives")
    north, south = (Team.objects.create(name=f"Dispatch {area}", area=area) for area in ("North", "South"))

    def person(username: str, role: str, team: Team, area: str = "") -> Staff:
        staff = Staff(username=username, name=f"{username.title()} Amber", role=role, team=team, area=area)
        staff.password = _hashed()
        staff.save()
        return staff

    officer = person("officer", "officer", north, "North")
    unit = Unit.objects.create(call_sign="NA21", area="North", skills=["taser"])
    unit.crew.add(officer)
    return Cast(
        handler=person("handler", "call_handler", a),
        teammate=person("teammate", "call_handler", a),
        stranger=person("stranger", "call_handler", b),
        dispatcher=person("dispatcher", "dispatcher", north, "North"),
        far_dispatcher=person("far-dispatcher", "dispatcher", south, "South"),
        supervisor=person("supervisor", "contact_supervisor", a),
        far_supervisor=person("far-supervisor", "contact_supervisor", b),
        fim=person("fim", "fim", a),
        officer=officer,
        sergeant=person("sergeant", "sergeant", north, "North"),
        investigator=person("investigator", "investigator", detectives),
        detective_sergeant=person("detective-sergeant", "investigation_supervisor", detectives),
        vast=person("vast", "vast_officer", a),
        qa=person("qa", "qa_assessor", a),
        silver=person("silver", "silver", a),
        pcc=person("pcc", "pcc", a),
        auditor=person("auditor", "auditor", a),
        unit=unit,
        far_unit=Unit.objects.create(call_sign="SA11", area="South"),
    )


_hash: list[str] = []


def _hashed() -> str:
    from django.contrib.auth.hashers import make_password

    if not _hash:
        _hash.append(make_password(PASSWORD))
    return _hash[0]


def key() -> uuid.UUID:
    """A fresh command key."""
    return uuid.uuid4()


def opened(user: Staff, *, area: str = "North", **given: Any) -> Incident:
    """An incident opened by ``user`` through the action."""
    return contact.open_incident(
        user, incident_id=uuid.uuid4(), channel="999", area=area, location="14 Larch Road", **given
    )


def say(user: Staff, incident: Incident, text: str, source: str = "caller") -> None:
    """Add words through the action."""
    contact.add_words(user, incident.pk, key=key(), source=source, text=text)


def taken(user: Staff, incident: Incident) -> None:
    """Take it over through the action, from whoever owns it."""
    owner = Incident.objects.values_list("owner", flat=True).get(pk=incident.pk)
    response.take_over(user, incident.pk, key=key(), holder=owner)


def graded(user: Staff, incident: Incident, code: str = "priority") -> None:
    """Choose a grade through the action."""
    response.choose_grade(user, incident.pk, key=key(), code=code, why="as said")


def attended(cast: Cast, incident: Incident) -> None:
    """Send the cast's unit and record its arrival."""
    sent = response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
    response.record_arrival(cast.dispatcher, incident.pk, key=key(), allocation_id=sent.pk, source="officer")


def answered(user: Staff, incident: Incident) -> None:
    """Note every mark of a threat to life, so that the incident may close."""
    for one in shared.critical_unanswered(incident):
        answer_mark(user, incident.pk, key=key(), cue=one.cue, answer="noted", facts=sorted(one.facts))


def assess(user: Staff, incident: Incident, text: str = "As said.") -> None:
    """Write the next THRIVE through the action."""
    newest = newest_thrive(incident)
    draft = Draft({"threat": text}, "", "", newest.version if newest else 0)
    write_thrive(user, incident.pk, key=key(), draft=draft)


def closed(cast: Cast, incident: Incident) -> None:
    """Close an attended incident as the FIM, on a THRIVE of now: a child may be involved and is not on record as seen."""
    answered(cast.fim, incident)
    writer = incident.opened_by
    assess(cast.supervisor if writer is None or writer == cast.fim else writer, incident)
    response.close(cast.fim, incident.pk, key=key(), reason="attended-resolved", result="All seen and well.")


def not_seen_at_the_door(cast: Cast, incident: Incident, visit: int) -> None:
    """The officer's answer that no child of the incident could be seen: enough for its clock, and nobody has seen them."""
    children = set(ChildVersion.objects.filter(incident=incident).values_list("child", flat=True))
    found = [ChildAtDoor(str(one), seen="no", why_not_seen="Asleep upstairs.") for one in children]
    whole = VisitAtDoor() if found else VisitAtDoor(no_child="not_known", no_child_why="Nobody came to the door.")
    door_actions.answer(cast.officer, incident.pk, key=key(), visit=visit, children=found, whole=whole)


def ended(cast: Cast, incident: Incident) -> Incident:
    """The incident attended and closed."""
    graded(cast.fim, incident)
    attended(cast, incident)
    closed(cast, incident)
    incident.refresh_from_db()
    return incident
