"""The verbs of a concern as rows: as ``concern_actions`` writes them, look of the rule and all.

Each line of research and each call's write-up has no event of its own in the audit here: the seed is one transaction, and its commit
chains every event to the one before.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from goldthread.accounts.models import Staff
from goldthread.assessment.queries import cue_states
from goldthread.contact.known import force_day
from goldthread.demo.desk_rows import Desk
from goldthread.demo.loading import Row
from goldthread.safeguarding import concern_rules as rules
from goldthread.safeguarding.concern_models import (
    Concern,
    ConcernAnswer,
    ConcernCall,
    ConcernOpinion,
    ConcernRating,
    ConcernReason,
    ConcernResearch,
    ConcernWriteUp,
)
from goldthread.safeguarding.concern_queries import ABOUT, WRITE_UP

LOOKS = timedelta(minutes=15)
"""How long after its closing the rule looks into an incident: see ``concern_finding.BEFORE``."""


class Concerns:
    """The one concern of an incident; those of the year are not opened twice."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.record = desk, desk.record
        self.row: Row | None = None
        self.reasons: set[tuple[str, str]] = set()
        self.by_person = False
        self.reached: list[datetime] = []
        self.unwritten: list[tuple[int, datetime]] = []
        self.answered: set[str] = set()
        self.opinion: Row | None = None

    @property
    def open(self) -> Row | None:
        """The concern, while VAST has not ended it."""
        return self.row if self.row is not None and self.row["closed_at"] is None else None

    @property
    def owes_triage(self) -> bool:
        """Whether it is open and not triaged."""
        return self.open is not None and self.open["triaged_at"] is None

    @property
    def told(self) -> bool:
        """Whether a partner was reached since the triage began."""
        return self.row is not None and any(at >= self.row["triage_from"] for at in self.reached)

    def look(self, at: datetime) -> bool:
        """What the rule finds now; whether it opened the concern, or began its triage anew."""
        closed, held = self.record.incident.get("closed_at"), rules.set_on(force_day(at))
        if (closed is not None and at >= closed + LOOKS) or (self.row is not None and self.open is None):
            return False
        found = self.record.reading
        reasons = self._said(held)
        if reasons and found is not None:
            return self._add(at, reasons, found["id"], held)
        periods = self.record.periods
        graded = (
            self.record.incident["children_answer"] == "named" and periods and periods[-1]["severity"] >= held.least
        )
        return bool(graded) and self.row is None and self._add(at, [rules.Reason(held.graded)], 0, held)

    def _said(self, held: rules.Set) -> list[rules.Reason]:
        found = self.record.reading
        if found is None or self.record.incident["child"] == "none" or not found.get("at_risk"):
            return []
        if found.get("child") not in {"yes", "implied"} or (
            self.row is not None and self.row["reading"] >= found["id"]
        ):
            return []
        standing = {one.cue for one in cue_states(found["findings"], {}) if one.wants}
        return rules.said(found["level"], standing, held)

    def _add(self, at: datetime, reasons: Iterable[rules.Reason], reading: int, held: rules.Set) -> bool:
        new = [one for one in reasons if (one.cause, one.what) not in self.reasons]
        first = self.row is None
        if self.row is None:
            self.row = self.desk.add(
                Concern, id=next(self.desk.watch.ids[Concern]), incident_id=self.record.pk, opened_at=at, opened_by_id=None,
                rating=rules.rated(new, held), triage_from=at, triaged_at=None, reading=0, known_seq=0, closed_at=None,
                closed_by_id=None, outcome="", words_id=None,
            )  # fmt: skip
        concern = self.row
        concern["reading"] = max(concern["reading"], reading)
        self.desk.did(at, None, "look")
        if not new:
            return False
        for one in new:
            self.reasons.add((one.cause, one.what))
            self.desk.add(ConcernReason, concern_id=concern["id"], cause=one.cause, what=one.what, at=at)
        rating = rules.rated(new, held)
        raised = not first and rules.higher(rating, concern["rating"])
        if raised:
            if concern["triaged_at"] is not None:
                concern["triage_from"], concern["triaged_at"] = at, None
            concern["rating"] = rating
        if first or raised:
            self.desk.add(ConcernRating, concern_id=concern["id"], rating=concern["rating"], at=at)
            self.by_person = False
            self._settle(at, None)
        code = "concern.opened" if first else "concern.more"
        self.record.line(at, None, code, {"causes": sorted({one.cause for one in new}), "rating": concern["rating"]})
        self._audit(None, "collection", code, at, rating=concern["rating"])
        return first or raised

    def rate(self, at: datetime, who: Staff, rating: str, words: str = "") -> None:
        """As ``concern_actions.rate``."""
        concern = self._here()
        changed = rating != concern["rating"]
        self.desk.add(
            ConcernRating, concern_id=concern["id"], rating=rating, words_id=self._keep(words), by_id=who.pk, at=at
        )
        concern["rating"], self.by_person = rating, True
        self._settle(at, who)
        self.record.line(at, who, "concern.rated", {"rating": rating, "changed": changed})
        self._audit(who, "alteration", "concern.rate", at, rating=rating)
        self.desk.did(at, who, "rate", rating=rating, words=words)

    def telephone(self, at: datetime, who: Staff, desk: str, reached: str, again: int | None = None) -> None:
        """As ``concern_actions.telephone``; what was said is written up later."""
        concern, pk = self._here(), next(self.desk.watch.ids[ConcernCall])
        self.desk.add(
            ConcernCall, id=pk, concern_id=concern["id"], desk=desk, reached_id=self._keep(reached), called_at=at, by_id=who.pk,
            next_at=at + timedelta(minutes=again) if again is not None else None, at=at,
        )  # fmt: skip
        if reached:
            self.reached.append(at)
            self.unwritten.append((pk, at))
            self._write_ups(at)
        self._settle(at, who)
        self.record.line(at, who, "concern.called", {"desk": desk, "reached": bool(reached)})
        self._audit(who, "collection", "concern.telephone", at, desk=desk, reached="yes" if reached else "no")
        self.desk.did(at, who, "telephone", desk=desk, reached=reached, again=again)

    def write_up(self, at: datetime, who: Staff, words: str) -> None:
        """As ``concern_actions.write_up``, of the call that waits longest for it."""
        self.desk.add(ConcernWriteUp, call_id=self.unwritten.pop(0)[0], words_id=self._keep(words), by_id=who.pk, at=at)
        self.desk.stop(at, WRITE_UP, self._here()["id"], "written_up", by=who)
        self._write_ups(at)
        self.desk.did(at, who, "write_up", words=words)

    def look_into(self, at: datetime, who: Staff, item: str, result: str, words: str) -> None:
        """As ``concern_actions.look_into``."""
        self.desk.add(
            ConcernResearch, concern_id=self._here()["id"], item=item, result=result, words_id=self._keep(words), by_id=who.pk,
            at=at,
        )  # fmt: skip
        self.answered.add(item)
        self.desk.did(at, who, "look_into", item=item, result=result, words=words)

    def give_opinion(self, at: datetime, who: Staff, grade: str, words: str) -> None:
        """As ``concern_actions.give_opinion``: the incident is open."""
        text = self._keep(words)
        self.opinion = self.desk.add(
            ConcernOpinion, id=next(self.desk.watch.ids[ConcernOpinion]), concern_id=self._here()["id"], grade=grade,
            words_id=text, by_id=who.pk, at=at,
        )  # fmt: skip
        self.desk.start(at, "opinion", "opinion", self.opinion["id"], team_id=self.record.incident["team_id"])
        self.record.line(at, who, "concern.opinion", {"grade": grade}, text_id=text)
        self.record.involve("author", who, at)
        self._audit(who, "collection", "concern.opinion", at, grade=grade)
        self.desk.did(at, who, "opinion", grade=grade, words=words)

    def answer(self, at: datetime, who: Staff, answer: str, words: str) -> None:
        """As ``concern_actions.answer``: of somebody who has acted and agrees, or gives their reason why not."""
        assert self.opinion is not None
        text = self._keep(words)
        self.desk.add(ConcernAnswer, opinion_id=self.opinion["id"], answer=answer, words_id=text, by_id=who.pk, at=at)
        self.desk.stop(at, "opinion", self.opinion["id"], "answered", by=who)
        self.opinion = None
        self.record.line(at, who, "concern.answered", {"answer": answer}, text_id=text)
        self.record.involve("author", who, at)
        self._audit(who, "collection", "concern.answer", at, answer=answer)
        self.desk.did(at, who, "answer", answer=answer, words=words)

    def end(self, at: datetime, who: Staff, outcome: str, words: str) -> None:
        """As ``concern_actions.end``. Raises ``AssertionError`` where something is still owed."""
        concern, held = self._here(), rules.set_on(force_day(at))
        left = tuple(one for one in held.research if one not in self.answered)
        owed = rules.Stands(
            concern["rating"], self.by_person, self.told, len(self.unwritten), left, 1 if self.opinion else 0
        )
        assert not rules.owed(owed), rules.owed(owed)
        concern |= {"words_id": self._keep(words), "outcome": outcome, "closed_at": at, "closed_by_id": who.pk}
        concern["known_seq"] = self.record.incident["last_seq"]
        self.record.line(at, who, "concern.ended", {"outcome": outcome})
        self.record.involve("author", who, at)
        self._audit(who, "alteration", "concern.end", at, outcome=outcome)
        self.desk.did(at, who, "end", outcome=outcome, words=words)

    def _settle(self, at: datetime, who: Staff | None) -> None:
        concern = self._here()
        wanted = f"vast_{concern['rating']}"
        if rules.triaged(concern["rating"], by_person=self.by_person, reached=self.told):
            concern["triaged_at"] = concern["triaged_at"] or at
            self.desk.stop(at, ABOUT, concern["id"], "triaged", by=who)
            return
        concern["triaged_at"] = None
        for rule in (f"vast_{code}" for code in rules.RANK if f"vast_{code}" != wanted):
            self.desk.stop(at, ABOUT, concern["id"], "rated", rule=rule, by=who)
        self.desk.start(at, wanted, ABOUT, concern["id"], began=concern["triage_from"])

    def _write_ups(self, at: datetime) -> None:
        if self.unwritten:
            self.desk.start(at, "vast_write_up", WRITE_UP, self._here()["id"], began=self.unwritten[0][1])

    def _here(self) -> Row:
        assert self.row is not None
        return self.row

    def _keep(self, words: str) -> Any:
        return self.record.keep(words) if words else None

    def _audit(self, who: Staff | None, duty: str, verb: str, at: datetime, **detail: Any) -> None:
        self.record.audit(who, duty, verb, at, ("concern", str(self._here()["id"])), **detail)
