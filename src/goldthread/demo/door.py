"""What an officer of the demo says of a visit: each child seen or why not, the home, and whether a PPN is submitted."""

from __future__ import annotations

import random
import uuid

from goldthread.response.models import Allocation
from goldthread.safeguarding import door_actions, door_queries
from goldthread.safeguarding.door_rules import ChildAtDoor, VisitAtDoor

SHOWED = (
    "Quiet, stayed close to the older sister. Says it is better when nan comes.",
    "Playing, spoke freely about school and the dog. No worry at home that they would name.",
    "Did not want to talk at first. Then said they hide when there is shouting.",
)
AWAY = ("At the grandmother's, mother says; uniform asked to look in.", "At school, by the father's word.")
NOT_ALONE = ("Would not leave the mother's side.", "Mother refused, and stayed in the room.")
HOMES = (
    "Warm, food in, beds made.",
    "Cluttered and cold, little food in, one mattress for two.",
    "Tidy. A door kicked in, recent.",
)
YOUNG = 4


def answer(rng: random.Random, sent: Allocation | None) -> bool:
    """Let the unit's officer answer for this visit where it owes that; whether they did."""
    officer = sent.unit.crew.order_by("pk").first() if sent is not None and door_queries.owes(sent) else None
    if sent is None or officer is None:
        return False
    newest = {one.child: one for one in sent.incident.child_versions.order_by("id")}
    children = [_child(rng, str(one.child), one.age) for one in newest.values()]
    nobody = VisitAtDoor(no_child="none", no_child_why="One adult lives there; no sign of a child.")
    ppn = rng.choice(["not_yet", "submitted", "submitted"])
    reference = f"PPN {rng.randint(10_000, 99_999)}" if ppn == "submitted" else ""
    home = VisitAtDoor(home=rng.choice(HOMES), ppn=ppn, ppn_reference=reference)
    door_actions.answer(
        officer, sent.incident_id, key=uuid.uuid4(), visit=sent.pk, children=children, whole=home if children else nobody
    )  # fmt: skip
    return True


def _child(rng: random.Random, child: str, age: int | None) -> ChildAtDoor:
    if rng.random() < 0.15:
        return ChildAtDoor(child, "no", why_not_seen=rng.choice(AWAY))
    if age is not None and age < YOUNG:
        return ChildAtDoor(child, "yes", alone="too_young", showed=rng.choice(SHOWED[:2]))
    if rng.random() < 0.2:
        return ChildAtDoor(child, "yes", alone="no", why_not_alone=rng.choice(NOT_ALONE))
    return ChildAtDoor(child, "yes", alone="yes", showed=rng.choice(SHOWED))
