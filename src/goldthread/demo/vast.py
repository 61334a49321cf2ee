"""How VAST and the partners work in one incident: when, what and how well; the dice decide, by the shares of ``vast.toml``.

From the story's own identity, so that the dice of the telling are not touched. Every incident in which the desk's rule finds
something has its concern, so that the rule finds nothing left to open when the demo begins to run.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from goldthread.accounts.models import Staff
from goldthread.clocks.bank import bank_holidays
from goldthread.config.dated import table
from goldthread.contact.known import force_day
from goldthread.demo import steps
from goldthread.demo.at_door import Officers
from goldthread.demo.concern_rows import Concerns
from goldthread.demo.desk_rows import Desk, Watch
from goldthread.demo.hours import minutes
from goldthread.demo.partner_answers import Partners
from goldthread.demo.referral_rows import Children, Referrals
from goldthread.response.grades import grades_on
from goldthread.safeguarding import concern_rules
from goldthread.safeguarding.partner_models import PartnerContact

if TYPE_CHECKING:
    from goldthread.demo.rows import Record

HOLDS = {"vast_red", "vast_amber"}
BASIS = {
    "social_care": "ca1989-17", "edt": "ca1989-47", "school": "encompass", "education": "encompass", "health_visitor": "ca2004-11",
    "midwife": "ca2004-11", "adult_services": "ca2004-11", "other_force": "ca2004-11",
}  # fmt: skip
FOR: tuple[tuple[str, frozenset[str], float], ...] = (
    ("midwife", frozenset({"pre-birth"}), 1.0),
    ("health_visitor", frozenset({"infant"}), 0.8),
    ("adult_services", frozenset({"parent-crisis"}), 0.4),
    ("other_force", frozenset({"trafficking", "abduction", "exploitation-criminal"}), 0.5),
)
"""Partners beside children's social care, the cues for which they are told, and how often *(ours)*."""
SOCIAL_CARE, AT_NIGHT = 0.75, 0.2
"""Shares in which social care is told beside others, and in which the team of the night has what is not Red *(ours)*."""
PRIMARY = 11
"""Below which a child is at a primary school."""


class Vast:
    """One incident on the VAST desk."""

    def __init__(self, record: Record, watch: Watch, story: steps.Story) -> None:
        self.record, self.watch, self.story, self.cues = record, watch, story, story.cues
        self.closes = story.steps[-1].at if isinstance(story.steps[-1], steps.Closed) else None
        self.rng = random.Random(record.pk.int + 2)  # noqa: S311 - a demo's dice
        self.desk = Desk(record, watch)
        self.concerns, self.referrals, self.children = Concerns(self.desk), Referrals(self.desk), Children(self.desk)
        self.who: Staff = self.rng.choice(watch.vast)
        self.partners = Partners(self.desk, self.referrals, self.rng, self.who, self._say)
        self.officers = Officers(self.desk, story, self._said)
        self.looking, self.acted = False, False

    # --- what the record asks -------------------------------------------------------------------------------------------
    def before(self, step: steps.Step) -> None:
        """Whatever comes before that step; before the closing what holds the incident open is done."""
        self.desk.until(step.at)
        if isinstance(step, steps.Closed):
            self._let_close(step.at)

    def after(self, step: steps.Step) -> None:
        """What the officers answer, and the rule's look."""
        self.officers.after(step)
        if isinstance(step, steps.Said | steps.Answered | steps.Graded | steps.Replied):
            self._said(step.at)

    def _said(self, at: datetime) -> None:
        """The rule looks at the next whole minute."""
        self.desk.later(at + timedelta(seconds=60 - at.timestamp() % 60), self._look)

    def leave(self) -> None:
        """The story is told; what is to come goes on with the others'."""
        if self.desk.due:
            self.watch.desks.append(self.desk)

    # --- the concern ----------------------------------------------------------------------------------------------------
    def _look(self, at: datetime) -> None:
        if not self.concerns.look(at) or self.concerns.row is None:
            return
        rating = self.concerns.row["rating"]
        share = _file()["late_minutes" if self.rng.random() < _file()["late"] else "minutes"][rating]
        when = at + minutes(self.rng.uniform(*share))
        if self.closes is not None and at < self.closes <= when and rating != "green":
            when = at + timedelta(seconds=round((self.closes - at).total_seconds() * self.rng.uniform(0.2, 0.9)))
        self.desk.later(when, self._triage)

    def _triage(self, at: datetime) -> None:
        concern = self.concerns.open
        if concern is None or not self.concerns.owes_triage:
            return
        if concern["rating"] == "red" and not self.concerns.told:
            if self.rng.random() < _file()["nobody"]:
                self.concerns.telephone(at, self.who, self._desk_now(at), "", again=10)
                self.desk.later(at + minutes(self.rng.uniform(8, 12)), self._triage)
                return
            self._reach(at)
            self.desk.later(at + minutes(self.rng.uniform(0.5, 4)), self._rate)
            return
        self._rate(at)

    def _reach(self, at: datetime) -> None:
        desk = self._desk_now(at)
        people = _file()["people"]["social_care" if desk == "front_door" else "edt"]
        self.concerns.telephone(at, self.who, desk, self.rng.choice(people))
        self.desk.later(at + minutes(self.rng.uniform(4, 35)), self._write_up)

    def _write_up(self, at: datetime) -> None:
        if self.concerns.unwritten and self.concerns.open is not None:
            self.concerns.write_up(at, self.who, self._say("calls"))

    def _rate(self, at: datetime, *, change: bool = True) -> None:
        concern = self.concerns.open
        if concern is None or not self.concerns.owes_triage:
            return
        rating, words = concern["rating"], ""
        if change and self.rng.random() < _file()["changed"]:
            raised = {"green": "amber", "amber": "red"}.get(rating, "") if self.rng.random() < 0.5 else ""
            lowered = {"amber": "green", "red": "amber"}.get(rating, "")
            rating = raised or lowered or "amber"
            words = self._say("lowered" if rating == lowered and not raised else "raised")
        self.concerns.rate(at, self.who, rating, words)
        if self.concerns.owes_triage:  # raised to Red
            self.desk.later(at + minutes(self.rng.uniform(0.5, 6)), self._reach)
        if not self.looking:
            self.looking = True
            self.desk.later(at + minutes(self.rng.uniform(5, 45)), lambda when: self._look_into(when, 0))
        room = self.closes is None or self.closes - at > timedelta(minutes=40)
        if room and self.record.periods and self.rng.random() < _file()["opinion"]:
            self.desk.later(at + minutes(self.rng.uniform(2, 9)), self._opinion)

    def _opinion(self, at: datetime) -> None:
        held = [one for one in grades_on(force_day(at)).values() if one.severity > self.record.periods[-1]["severity"]]
        if self.concerns.open is None or self.record.incident.get("closed_at") or not held:
            return
        grade = min(held, key=lambda one: one.severity)
        self.concerns.give_opinion(at, self.who, grade.code, self._say("opinion"))
        self.desk.later(at + minutes(self.rng.uniform(2, 19)), self._answer)

    def _answer(self, at: datetime) -> None:
        """The owner disagrees; or acts, and a little later says that they agree."""
        if self.concerns.opinion is None:
            return
        if self.rng.random() >= _file()["agreed"]:
            self._disagree(at)
            return
        who, why = self._owner(), self._say("agrees")
        later = any(one.at > at and isinstance(one, steps.Graded | steps.Reviewed) for one in self.story.steps)
        sent = any(one["left_at"] is None for one in self.record.sent)
        opinion = grades_on(force_day(at))[self.concerns.opinion["grade"]]
        higher = opinion.severity > self.record.periods[-1]["severity"]  # somebody may have seen it meanwhile
        step: steps.Step
        if higher and sent and not later and not self.officers.over:
            step = steps.Graded(at, who.username, self.concerns.opinion["grade"], why, "")
        else:
            step = steps.Assessed(at, who.username, (("risk", why),), "", "")
        self.record.taken.append(step)
        self.record.take(step)
        self.acted = True
        self.desk.later(at + minutes(self.rng.uniform(0.5, 3)), self._agree)

    def _agree(self, at: datetime) -> None:
        if self.concerns.opinion is not None:
            self.concerns.answer(at, self._owner(), "agrees", "")

    def _disagree(self, at: datetime) -> None:
        """Answer without having acted; who has acted agrees."""
        if self.acted:
            self._agree(at)
        elif self.concerns.opinion is not None:
            self.concerns.answer(at, self._owner(), "disagrees", self._say("disagrees"))

    def _owner(self) -> Staff:
        return next(one for one in self.record.known.staff.values() if one.pk == self.record.incident["owner_id"])

    def _let_close(self, at: datetime) -> None:
        """An incident does not close while triage or an answer is owed that holds it."""
        if self.desk.holding() & HOLDS:
            if self.concerns.row and self.concerns.row["rating"] == "red" and not self.concerns.told:
                self._reach(at)
            self._rate(at, change=False)
        if "opinion" in self.desk.holding():
            self._disagree(at)
        self.officers.let_close(at)

    def _look_into(self, at: datetime, number: int) -> None:
        items = list(concern_rules.set_on(force_day(at)).research)
        if self.concerns.open is None or number >= len(items):
            return
        if self.concerns.owes_triage and number == 0:  # not before it is triaged
            self.desk.later(at + minutes(15), lambda when: self._look_into(when, 0))
            return
        item, dice = items[number], self.rng.random()
        result = "found" if dice < 0.52 else "no_trace" if dice < 0.86 else "not_searched"
        words = {"found": lambda: self._say("found", item), "not_searched": lambda: self._say("not_searched")}
        self.concerns.look_into(at, self.who, item, result, words.get(result, str)())
        if item == "incidents":
            self._know_children(at)
        if number + 1 < len(items):
            self.desk.later(at + minutes(self.rng.uniform(2, 22)), lambda when: self._look_into(when, number + 1))
        else:
            self.desk.later(max(at, self.closes or at) + minutes(self.rng.uniform(5, 60)), self._decide)

    def _know_children(self, at: datetime) -> None:
        """Each child gets a record, and one of a home is tied to the one that there is: once the incident is over."""
        if self.closes is None or at <= self.closes:
            if self.closes is not None:
                self.desk.later(self.closes + minutes(self.rng.uniform(4, 40)), self._know_children)
            return
        for child, record in self.desk.keys().items():
            if record in self.watch.children:
                self.children.tie(at, self.who, child, record, self._say("tie"))
            else:
                self.watch.children.add(record)
                self.children.make(at, self.who, child, record)

    def _decide(self, at: datetime) -> None:
        """Refer, or end otherwise. What still stands open is left to the desk, but for some of it."""
        if self.concerns.open is None or (self.closes is None and self.rng.random() < 0.7):
            return
        ends = _file()["ends"]
        outcome = self.rng.choices(list(ends), list(ends.values()))[0]
        if self.closes is None:
            outcome = "held" if outcome == "referred" else outcome
        elif not self._refer(at, self._kinds(at, more=outcome == "referred")) and outcome == "referred":
            outcome = "held"
        low, high = _file()["hours"]
        self.desk.later(at + minutes(60 * self.rng.uniform(low, high)), lambda when: self._end(when, outcome))

    def _end(self, at: datetime, outcome: str) -> None:
        if self.concerns.open is None:
            return
        if self.concerns.owes_triage or self.concerns.unwritten or self.concerns.opinion is not None:
            self.desk.later(at + minutes(30), lambda when: self._end(when, outcome))
            return
        partner = concern_rules.set_on(force_day(at)).outcomes[outcome].partner
        if partner and not self.concerns.reached and not any(one.lives for one in self.referrals.sent):
            outcome = "advice"
        self.concerns.end(at, self.who, outcome, self._say("ended", outcome))

    # --- the partners ---------------------------------------------------------------------------------------------------
    def _refer(self, at: datetime, kinds: list[str]) -> bool:
        """Tell each partner for whom this is; whether anybody was told."""
        found = [one for kind in kinds if (one := self._contact(kind)) is not None]
        for number, (to, children) in enumerate(found):
            self.desk.later(at + minutes(6 * number + self.rng.uniform(0, 5)), self._sending(to, children))
        return bool(found)

    def _kinds(self, at: datetime, *, more: bool) -> list[str]:
        """Which partners: the school of every child of domestic abuse, and with ``more`` those whom it concerns beside."""
        cues, named = set(self.cues), bool(self.record.named)
        found = ["school"] if named and "da-child" in cues else []
        if not more:
            return found
        for kind, of, share in FOR:
            if cues & of and self.rng.random() < share:
                found.append(kind)
        if not found or self.rng.random() < SOCIAL_CARE:
            shut = not concern_rules.in_office(at, bank_holidays())
            red = self.concerns.row is not None and self.concerns.row["rating"] == "red"
            found.append("edt" if shut and (red or self.rng.random() < AT_NIGHT) else "social_care")
        return found

    def _contact(self, kind: str) -> tuple[PartnerContact, list[str]] | None:
        """Whom it goes to, and which children it is about; None where it is for nobody."""
        named = self.record.named
        about = [str(one.child) for one in named]
        if kind == "school":
            taught = [one for one in named if one.age is None or 4 <= one.age <= 17]
            if not taught:
                return None
            here = [one for one in self.watch.contacts["school"] if one.partner.area == self.record.incident["area"]]
            young = (taught[0].age or 0) < PRIMARY
            fits = [one for one in here if young != ("Academy" in one.partner.name or "High" in one.partner.name)]
            to = fits[0] if fits else self.watch.contacts["education"][0]
            return to, [str(one.child) for one in taught]
        return self.watch.contacts[kind][0], about

    def _sending(self, to: PartnerContact, children: list[str]) -> Any:
        def send(at: datetime) -> None:
            asks = self._say("referred", "asks")
            why = self.record.worry or self._say("referred", "worried")
            kind = to.partner.kind
            sent = self.referrals.make(at, self.who, to, children, self._key(), f"{why} {asks}", BASIS[kind])
            self.partners.begin(at, sent, _file()["partner"][kind])

        return send

    # --- the dice -------------------------------------------------------------------------------------------------------
    def _say(self, *of: str) -> str:
        words: Any = _file()["words"]
        for one in of:
            words = words[one]
        return str(self.rng.choice(words))

    def _key(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def _desk_now(self, at: datetime) -> str:
        return concern_rules.whom(concern_rules.set_on(force_day(at)), at, bank_holidays()).code


def _file() -> dict[str, Any]:
    return table("demo", "vast.toml")
