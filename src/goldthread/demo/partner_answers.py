"""What the partners make of what they are sent: the dice decide, by the shares of ``vast.toml``."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from goldthread.accounts.models import Staff
from goldthread.config.dated import table
from goldthread.demo.desk_rows import Desk
from goldthread.demo.hours import in_office, minutes
from goldthread.demo.referral_rows import Referrals, Sent

CHASED = (13, 27)
"""Days after which VAST rings for an outcome that nobody has told *(ours)*."""
RUNG = (21, 42)
"""Days after which somebody is reached at a partner that answers nothing by itself *(ours)*."""


class Partners:
    """The partners of one incident. ``say`` draws words of ``vast.toml``; ``who`` at the VAST desk writes down what they tell."""

    def __init__(
        self, desk: Desk, referrals: Referrals, rng: random.Random, who: Staff, say: Callable[..., str]
    ) -> None:
        self.desk, self.referrals, self.rng, self.who, self.say = desk, referrals, rng, who, say

    def begin(self, at: datetime, sent: Sent, habit: dict[str, Any]) -> None:
        """What the partner will make of it, from now on."""
        rng, night = self.rng, sent.row["kind"] in {"edt", "other_force", "midwife"}

        def soon(moment: datetime, wait: timedelta) -> datetime:
            return moment + wait if night else in_office(moment + wait, rng)

        if rng.random() < _held()["withdrawn"]:
            self.desk.later(at + minutes(rng.uniform(2, 50)), lambda when: self._withdraw(when, sent))
        silent = rng.random() < habit["silent"]
        never = silent and rng.random() < _held()["never"]
        late = silent or rng.random() < habit["late"]
        school = sent.row["kind"] in {"school", "education"}
        read = soon(at, minutes(rng.uniform(*habit["reads"])))
        if silent:
            read = soon(read, timedelta(days=rng.uniform(*RUNG if never else (2, 9))))
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
            words = self.say("legs", leg) if leg != "seen" else ""
            ago = minutes(self.rng.choice((0, 0, 2, 5, 20)))
            name = (
                self.rng.choice(_held()["people"][sent.row["kind"]])
                if sent.kind.code != "school"
                else sent.contact.name
            )
            self.referrals.leg(when, self.who, sent, leg, name, words, ago=ago)
            if leg == "accepted":
                after = CHASED if rng.random() < _held()["chased"] else RUNG
                self.desk.later(when + timedelta(days=rng.uniform(*after)), lambda at: self._chase(at, sent))
            self._follow(when, sent, then, share)

        self.desk.later(at, told)

    def _follow(self, at: datetime, sent: Sent, then: str, share: float) -> None:
        habit, rng = _held()["partner"][sent.row["kind"]], self.rng
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
            self.referrals.feed_back(at, self.who, sent, self.say("legs", words))

    def _withdraw(self, at: datetime, sent: Sent) -> None:
        if {"accepted", "declined", "acted"} & set(sent.legs):
            return
        read = "seen" in sent.legs
        self.referrals.withdraw(at, self.who, sent, self.say("withdrawn"))
        if read:
            told = "Rung, and told that it was taken back; nothing of it is kept there."
            self.desk.later(
                at + minutes(self.rng.uniform(5, 200)),
                lambda when: self.referrals.feed_back(when, self.who, sent, told),
            )


def _held() -> dict[str, Any]:
    return table("demo", "vast.toml")
