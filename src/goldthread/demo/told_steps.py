"""The verbs of ``told.toml``: each carries one step of a story out by the action that the pages use."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from goldthread.accounts import duty_actions
from goldthread.accounts.models import Staff
from goldthread.assessment.actions import answer_mark, write_thrive
from goldthread.assessment.models import ThriveVersion
from goldthread.assessment.rules import Draft
from goldthread.audit.actions import acting
from goldthread.contact.actions import add_words, answer_children, open_incident
from goldthread.contact.caller_actions import log_call_back, set_safe_contact
from goldthread.contact.caller_rules import Reachable
from goldthread.contact.known_actions import link
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.demo.live import look_up
from goldthread.demo.storybook import tell
from goldthread.demo.told_investigation import VERBS as INVESTIGATION
from goldthread.demo.told_safeguarding import VERBS as SAFEGUARDING
from goldthread.response import actions as response
from goldthread.response.alarm_actions import find_orphans, raise_due
from goldthread.response.delay_actions import explain
from goldthread.response.handoff_actions import acknowledge, hand_over
from goldthread.response.models import Allocation, ReviewRequest, Transfer, Unit
from goldthread.response.reassess_actions import review
from goldthread.response.request_actions import ask_close, ask_lower, decide
from goldthread.response.shared_actions import critical_unanswered
from goldthread.response.transfer_actions import answer, transfer

if TYPE_CHECKING:
    from goldthread.demo.told import Carried

ELEMENTS = ("threat", "harm", "risk", "investigation", "vulnerability", "engagement")
REPORTS = (
    "On scene. Everybody who lives there seen and spoken to, all well.",
    "Spoken to both apart. Calm. Children seen in their rooms, asleep, well.",
    "Account as given to the handler. Seen through the house, nothing of concern.",
)


@dataclass(frozen=True)
class Step:
    """Who does it, which of its kind, and the words."""

    who: Staff
    rest: list[str]
    words: str


def _key() -> uuid.UUID:
    return uuid.uuid4()


def _open(self: Carried, step: Step) -> None:
    """Open a contact by a channel: the story goes on in it. The second and later ones of a story are others' contacts."""
    self.now_in = uuid.uuid4()
    self.contacts.append(self.now_in)
    self.past.incident = self.now_in
    open_incident(step.who, incident_id=self.now_in, channel=step.rest[0], location=step.words, area=self.telling.area)


def _call(self: Carried, step: Step) -> None:
    """A whole call out of the storybook, up to its grade."""
    template, told = self.telling.template, self.telling.told
    _open(self, Step(step.who, [self.telling.channel], told["address"]))
    for source, text in template.words:
        add_words(step.who, self.now_in, key=_key(), source=source, text=tell(self.rng, text, told))
    _children(self, Step(step.who, ["named" if template.children else "not_known"], "at home"))
    elements = {code: tell(self.rng, text, told) for code, text in template.thrive.items()}
    write_thrive(step.who, self.now_in, key=_key(), draft=Draft(elements, "", "", 0))
    response.choose_grade(step.who, self.now_in, key=_key(), code=step.rest[0], why=tell(self.rng, template.why, told))


def _say(self: Carried, step: Step) -> None:
    add_words(step.who, self.now_in, key=_key(), source=step.rest[0], text=step.words)


def _report(self: Carried, step: Step) -> None:
    """What the officer tells who found what was hoped for."""
    add_words(step.who, self.now_in, key=_key(), source="officer", text=self.rng.choice(REPORTS))


def _children(self: Carried, step: Step) -> None:
    name = self.telling.told[self.slot] if self.slot else ""
    child = ChildGiven(self.child, name, self.telling.ages.get(self.slot), False, step.words, "", "not_known")
    answer_children(
        step.who, self.now_in, key=_key(), answer=step.rest[0], given=[child] if step.rest[0] == "named" else []
    )


def _thrive(self: Carried, step: Step) -> None:
    version = ThriveVersion.objects.filter(incident=self.now_in).count()
    elements = {code: step.words if code in {"risk", "vulnerability"} else "As told." for code in ELEMENTS}
    write_thrive(step.who, self.now_in, key=_key(), draft=Draft(elements, "", "", version))


def _grade(self: Carried, step: Step) -> None:
    response.choose_grade(step.who, self.now_in, key=_key(), code=step.rest[0], why=step.words)


def _home(_: Carried, step: Step) -> None:
    """Go home and hand nothing over."""
    with acting(None) as act:
        duty_actions.end(step.who, act, "left")


def _orphans(*_: object) -> None:
    find_orphans()
    raise_due()


def _wait(*_: object) -> None:
    """Time passes, and what falls due is raised."""


def _take(self: Carried, step: Step) -> None:
    owner = Incident.objects.values_list("owner", flat=True).get(pk=self.now_in)
    response.take_over(step.who, self.now_in, key=_key(), holder=owner)


def _hand(self: Carried, step: Step) -> None:
    hand_over(step.who, self.now_in, key=_key(), to_team=step.who.team_id, note=step.words, at_shift_end=True)


def _acknowledge(self: Carried, step: Step) -> None:
    acknowledge(step.who, self.now_in, key=_key())


def _send(self: Carried, step: Step) -> None:
    """A unit of the area that was not elsewhere then; for want of one, another."""
    elsewhere = Allocation.objects.filter(at__lt=self.at + timedelta(hours=2), left_at__gt=self.at).values("unit")
    by = step.who
    here = Unit.objects.for_area(by).filter(state="available")
    unit = here.exclude(pk__in=elsewhere).order_by("pk").first() or here.order_by("pk").first()
    if unit is None:
        by = self.staff("fim")
        unit = Unit.objects.filter(state="available").exclude(pk__in=elsewhere).order_by("pk")[0]
    response.allocate(by, self.now_in, key=_key(), unit_id=unit.pk)


def _arrive(self: Carried, step: Step) -> None:
    sent = Allocation.objects.filter(incident=self.now_in, left_at__isnull=True).latest("id")
    response.record_arrival(step.who, self.now_in, key=_key(), allocation_id=sent.pk, source="officer")


def _lower(self: Carried, step: Step) -> None:
    ask_lower(step.who, self.now_in, key=_key(), code=step.rest[0], reasons=step.rest[1].split(","), why=step.words)


def _decide(self: Carried, step: Step) -> None:
    _noted(self, step.who)
    asked = ReviewRequest.objects.filter(incident=self.now_in, decision__isnull=True).first()
    if asked is not None:  # none stands where no child is concerned and the grade fell at once
        decide(step.who, asked.pk, key=_key(), answer=step.rest[0], words=step.words)


def _explain(self: Carried, step: Step) -> None:
    explain(step.who, self.now_in, key=_key(), reasons=step.rest[0].split(","), why=step.words)


def _told(self: Carried, step: Step) -> None:
    if self.incident().safe_contact == "not_asked":
        set_safe_contact(step.who, self.now_in, key=_key(), reachable=Reachable("given", "call"))
    told, _, said = step.words.partition("; ")
    log_call_back(
        step.who, self.now_in, key=_key(), outcome="answered", text=said, told=told, new_risk=step.rest[0]
    )  # fmt: skip


def _transfer(self: Carried, step: Step) -> None:
    agency, reached, what = step.words.split("; ")
    transfer(step.who, self.now_in, key=_key(), agency=agency, reached=reached, what=what, threshold=step.rest[0])


def _confirm(self: Carried, step: Step) -> None:
    asked = Transfer.objects.filter(incident=self.now_in, answer__isnull=True).latest("id")
    answer(step.who, self.now_in, asked.pk, key=_key(), answer="accepted", words=step.words)


def _review(self: Carried, step: Step) -> None:
    review(step.who, self.now_in, key=_key())


def _known(self: Carried, step: Step) -> None:
    look_up(step.who, self.now_in, "place", self.telling.told["address"], self.telling.area)


def _same(self: Carried, step: Step) -> None:
    """The same matter as the story's first contact, which opens again if it was closed."""
    link(step.who, self.now_in, key=_key(), other_id=self.contacts[0])


def _back(self: Carried, step: Step) -> None:
    """The story goes on in its first contact, or in the one of that number."""
    self.now_in = self.past.incident = self.contacts[int(step.rest[0]) - 1 if step.rest else 0]


def _ask_close(self: Carried, step: Step) -> None:
    _noted(self, step.who)
    ask_close(step.who, self.now_in, key=_key(), reason=step.rest[0], result=step.words)


def _close(self: Carried, step: Step) -> None:
    _noted(self, step.who)
    response.close(step.who, self.now_in, key=_key(), reason=step.rest[0], result=step.words)


def _noted(self: Carried, who: Staff) -> None:
    """Note every mark of a threat to life, without which nothing closes."""
    for one in critical_unanswered(self.incident()):
        answer_mark(who, self.now_in, key=_key(), cue=one.cue, answer="noted", facts=sorted(one.facts))


VERBS: dict[str, Callable[[Carried, Step], None]] = {
    "open": _open, "call": _call, "say": _say, "report": _report, "children": _children, "thrive": _thrive, "grade": _grade,
    "home": _home, "orphans": _orphans, "wait": _wait, "take": _take, "hand": _hand, "acknowledge": _acknowledge, "send": _send,
    "arrive": _arrive, "lower": _lower, "decide": _decide, "explain": _explain, "told": _told, "transfer": _transfer,
    "confirm": _confirm, "review": _review, "known": _known, "same": _same, "back": _back, "askclose": _ask_close,
    "close": _close, **SAFEGUARDING, **INVESTIGATION,
}  # fmt: skip
