"""How VAST and the partners work in one incident: when, what and how well; the dice decide, by the shares of ``vast.toml``.

From the story's own identity, so that the dice of the telling are not touched. Every incident in which the desk's rule finds
something has its concern, so that the rule finds nothing left to open when the demo begins to run.
"""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from goldthread.accounts.models import Staff
from goldthread.clocks.bank import bank_holidays
from goldthread.clocks.local import LONDON
from goldthread.clocks.working import is_working
from goldthread.config.dated import table
from goldthread.contact.known import force_day
from goldthread.demo import steps
from goldthread.demo.concern_rows import Concerns
from goldthread.demo.desk_rows import Desk, Watch
from goldthread.demo.referral_rows import Children, Referrals, Sent
from goldthread.response.grades import grades_on
from goldthread.safeguarding import concern_rules
from goldthread.safeguarding.partner_models import PartnerContact

if TYPE_CHECKING:
    from goldthread.demo.rows import Record

DAY_BEGINS, DAY_ENDS = time(8, 15), time(17, 45)
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
CHASED = (13, 27)
"""Days after which VAST rings for an outcome that nobody has told *(ours)*."""
PRIMARY = 11
"""Below which a child is at a primary school."""


def minutes(count: float) -> timedelta:
    """Whole seconds of so many minutes."""
    return timedelta(seconds=round(count * 60))


def in_office(at: datetime, rng: random.Random) -> datetime:
    """Then, or where offices are shut, some time in the morning of the next day on which they work."""
    here = at.astimezone(LONDON)
    day = here.date()
    if is_working(day, bank_holidays()) and here.time() < DAY_ENDS:
        opens = datetime.combine(day, DAY_BEGINS, LONDON)
        return at if here >= opens else max(at, opens.astimezone(at.tzinfo) + minutes(rng.uniform(5, 150)))
    while True:
        day += timedelta(days=1)
        if is_working(day, bank_holidays()):
            return datetime.combine(day, DAY_BEGINS, LONDON).astimezone(at.tzinfo) + minutes(rng.uniform(5, 240))


class Vast:
    """One incident on the VAST desk."""

    def __init__(self, record: Record, watch: Watch, closes: datetime | None, cues: tuple[str, ...]) -> None:
        self.record, self.watch, self.closes, self.cues = record, watch, closes, cues
        self.rng = random.Random(record.pk.int + 2)  # noqa: S311 - a demo's dice
        self.desk = Desk(record, watch)
        self.concerns, self.referrals, self.children = Concerns(self.desk), Referrals(self.desk), Children(self.desk)
        self.who: Staff = self.rng.choice(watch.vast)
        self.looking = False

    # --- what the record asks -------------------------------------------------------------------------------------------
    def before(self, step: steps.Step) -> None:
        """Whatever comes before that step; before the closing what holds the incident open is done."""
        self.desk.until(step.at)
        if isinstance(step, steps.Closed):
            self._let_close(step.at)

    def after(self, step: steps.Step) -> None:
        """The rule looks at the next whole minute."""
        if isinstance(step, steps.Said | steps.Answered | steps.Graded | steps.Replied):
            self.desk.later(step.at + timedelta(seconds=60 - step.at.timestamp() % 60), self._look)

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
        if self.concerns.opinion is not None:
            owner = next(one for one in self.record.known.staff.values() if one.pk == self.record.incident["owner_id"])
            self.concerns.disagree(at, owner, self._say("disagrees"))

    def _let_close(self, at: datetime) -> None:
        """An incident does not close while triage or an answer is owed that holds it."""
        if self.desk.holding() & HOLDS:
            if self.concerns.row and self.concerns.row["rating"] == "red" and not self.concerns.told:
                self._reach(at)
            self._rate(at, change=False)
        if "opinion" in self.desk.holding():
            self._answer(at)

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
            self._answers(at, sent, _file()["partner"][kind])

        return send

    def _answers(self, at: datetime, sent: Sent, habit: dict[str, Any]) -> None:
        """What the partner will make of it, from now on."""
        rng, night = self.rng, sent.row["kind"] in {"edt", "other_force", "midwife"}

        def soon(moment: datetime, wait: timedelta) -> datetime:
            return moment + wait if night else in_office(moment + wait, rng)

        if rng.random() < _file()["withdrawn"]:
            self.desk.later(at + minutes(rng.uniform(2, 50)), lambda when: self._withdraw(when, sent))
        silent = rng.random() < habit["silent"]
        if silent and rng.random() < _file()["never"]:
            return
        late = silent or rng.random() < habit["late"]
        school = sent.row["kind"] in {"school", "education"}
        read = soon(at, minutes(rng.uniform(*habit["reads"])))
        if silent:
            read = soon(read, timedelta(days=rng.uniform(2, 9)))
        elif late and school:
            read = soon(read, timedelta(hours=rng.uniform(6, 30)))
        self._leg(read, sent, "seen")
        if school:
            if rng.random() < habit["acts"]:
                self._leg(
                    soon(read, minutes(rng.uniform(20, 300))), sent, "acted", then="fed_back", share=habit["fed_back"]
                )
            return
        wait = minutes(rng.uniform(2, 30)) if night and sent.row["kind"] != "midwife" else minutes(rng.uniform(15, 380))
        decided = soon(
            read, wait + (timedelta(days=rng.uniform(1, 4)) if late and not silent and not night else timedelta())
        )
        if late and night and not silent:
            decided += minutes(rng.uniform(60, 400))
        if rng.random() < habit["declines"]:
            self._leg(decided, sent, "declined")
            back = soon(decided, minutes(rng.uniform(10, 300)))
            if rng.random() < 0.3:
                self._leg(back, sent, "accepted", then="acted", share=habit["acts"])
            else:
                self.desk.later(back, lambda when: self._feed_back(when, sent, "instead"))
            return
        self._leg(decided, sent, "accepted", then="acted", share=habit["acts"])

    def _chase(self, at: datetime, sent: Sent) -> None:
        if "outcome" not in sent.legs:
            self._leg(in_office(at, self.rng), sent, "outcome", then="fed_back", share=0.8)

    def _leg(self, at: datetime, sent: Sent, leg: str, then: str = "", share: float = 0) -> None:
        rng = self.rng

        def told(when: datetime) -> None:
            if not sent.lives or (leg == "outcome" and leg in sent.legs):
                return
            words = self._say("legs", leg) if leg != "seen" else ""
            ago = minutes(self.rng.choice((0, 0, 2, 5, 20)))
            name = (
                self.rng.choice(_file()["people"][sent.row["kind"]])
                if sent.kind.code != "school"
                else sent.contact.name
            )
            self.referrals.leg(when, self.who, sent, leg, name, words, ago=ago)
            if leg == "accepted" and rng.random() < _file()["chased"]:
                self.desk.later(when + timedelta(days=rng.uniform(*CHASED)), lambda at: self._chase(at, sent))
            self._follow(when, sent, then, share)

        self.desk.later(at, told)

    def _follow(self, at: datetime, sent: Sent, then: str, share: float) -> None:
        habit, rng = _file()["partner"][sent.row["kind"]], self.rng
        if not then or rng.random() >= share:
            return
        after = in_office(at + timedelta(days=rng.uniform(0.5, 6)), rng)
        if then == "acted":
            self._leg(after, sent, "acted", then="outcome", share=habit["outcome"])
        elif then == "outcome":
            self._leg(in_office(after + timedelta(days=rng.uniform(1, 9)), rng), sent, "outcome", then="fed_back",
                      share=habit["fed_back"])  # fmt: skip
        else:
            self.desk.later(
                at + timedelta(hours=rng.uniform(0.5, 30)), lambda when: self._feed_back(when, sent, "fed_back")
            )

    def _feed_back(self, at: datetime, sent: Sent, words: str) -> None:
        if sent.lives and "fed_back" not in sent.legs:
            self.referrals.feed_back(at, self.who, sent, self._say("legs", words))

    def _withdraw(self, at: datetime, sent: Sent) -> None:
        if {"accepted", "declined", "acted"} & set(sent.legs):
            return
        read = "seen" in sent.legs
        self.referrals.withdraw(at, self.who, sent, self._say("withdrawn"))
        if read:
            told = "Rung, and told that it was taken back; nothing of it is kept there."
            self.desk.later(
                at + minutes(self.rng.uniform(5, 200)),
                lambda when: self.referrals.feed_back(when, self.who, sent, told),
            )

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
