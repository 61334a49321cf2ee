"""The verbs of referrals and of a child's record as rows: as ``referral_actions``, ``link_actions`` and ``child_actions`` write them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from goldthread.accounts.models import Staff
from goldthread.contact.choices import SEEN
from goldthread.contact.known import force_day
from goldthread.demo.desk_rows import Desk
from goldthread.demo.loading import Row
from goldthread.notices.models import Notice
from goldthread.safeguarding import link_rules
from goldthread.safeguarding import referral_rules as rules
from goldthread.safeguarding.child_models import ChildRecord, ChildTie
from goldthread.safeguarding.link_models import PartnerLink
from goldthread.safeguarding.partner_models import PartnerContact
from goldthread.safeguarding.referral_actions import choose, frozen
from goldthread.safeguarding.referral_document import IncidentTold
from goldthread.safeguarding.referral_kinds import Kind, kinds_on
from goldthread.safeguarding.referral_models import Referral, ReferralChild, ReferralLeg
from goldthread.safeguarding.referral_queries import ABOUT

SENDS = timedelta(seconds=4)
"""After which a message with a link has gone *(ours)*."""


@dataclass
class Sent:
    """A referral on its way: its row, its kind's table, and when each leg happened last."""

    row: Row
    kind: Kind
    contact: PartnerContact
    legs: dict[str, datetime] = field(default_factory=dict)

    @property
    def lives(self) -> bool:
        """Whether it was not withdrawn."""
        return "withdrawn" not in self.legs


class Referrals:
    """The referrals of one incident."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.record = desk, desk.record
        self.count = 0
        self.sent: list[Sent] = []

    def told(self) -> IncidentTold:
        """What of the incident may leave, as ``referral_queries.told`` has it."""
        record, names = self.record, dict(SEEN)
        arrived = [one["arrived_at"] for one in record.sent if one["arrived_at"]]
        given = record.given
        return IncidentTold(
            came_at=record.incident["opened_at"], place=given["location"], attended_at=min(arrived, default=None),
            caller=given["caller_name"], caller_phone=given["caller_phone"],
            children=tuple(
                rules.ChildTold(str(one.child), one.name, one.age, False, "", one.where_now, one.last_seen_by,
                                names[record.children[one.child]["seen"]])
                for one in record.named
            ),
        )  # fmt: skip

    def make(
        self, at: datetime, who: Staff, to: PartnerContact, children: list[str], pk: UUID, words: str, basis: str
    ) -> Sent:
        """As ``referral_actions.make``, with the link that goes with it. Raises ``Invalid`` for what may not leave."""
        kinds = kinds_on(force_day(at))
        kind = kinds.kinds[to.partner.kind]
        staff_answer = "no" if kind.code == "school" else ""
        chosen = choose(kinds, self.told(), to, children, kind.fields, basis, words, staff_answer)
        text, digest = frozen(kinds, self.told(), chosen)
        self.count += 1
        incident, add = self.record.incident, self.desk.add
        document = self.record.keep(text)
        row = add(
            Referral, id=pk, incident_id=self.record.pk, number=self.count, kind=kind.code, partner_id=to.partner_id,
            contact_id=to.pk, made_by_id=who.pk, made_at=at, began_at=incident["opened_at"] if kind.lessons else at,
            concern_id=self.record.keep(chosen.concern), basis=basis, fields=list(chosen.fields), document_id=document,
            sha256=digest, staff_answer=chosen.staff_answer, withdrawn_at=None, withdrawn_by_id=None, withdrawn_why_id=None,
        )  # fmt: skip
        for one in chosen.about:
            add(ReferralChild, referral_id=pk, child=UUID(one.child))
        sent = Sent(row, kind, to, {"sent": at})
        self.sent.append(sent)
        self._row(sent, "sent", at, at, who, contact_id=to.pk)
        terms = self.desk.watch.terms[to.partner_id] if kind.lessons and to.partner.kind == "school" else None
        self.desk.start(at, kind.clock, ABOUT, pk, began=row["began_at"], terms=terms)
        self._link(at, who, sent)
        self.record.line(at, who, "referral.sent", {"referral": str(pk), "number": self.count, "kind": kind.code})
        self.record.involve("author", who, at)
        about = [("referral", str(pk)), ("partner", str(to.partner_id)), ("partner_contact", str(to.pk))]
        about += [("child", one.child) for one in chosen.about]
        self.record.audit(
            who, "disclosure", "referral.send", at, *about, fields=list(chosen.fields), basis=basis, sha256=digest,
            document=document,
        )  # fmt: skip
        self.desk.did(
            at, who, "make", referral=pk, contact=to.pk, children=children, fields=kind.fields, basis=basis, concern=words,
            staff_answer=staff_answer,
        )  # fmt: skip
        return sent

    def _link(self, at: datetime, who: Staff, sent: Sent) -> None:
        """The link that the partner gets, and the message with it, which has gone."""
        pk, until = next(self.desk.watch.ids[PartnerLink]), at + link_rules.LIVES
        self.desk.add(
            PartnerLink, id=pk, referral_id=sent.row["id"], contact_id=sent.contact.pk, number=1, made_by_id=who.pk,
            made_at=at, expires_at=until,
        )  # fmt: skip
        force = settings.ENV.force_name
        self.desk.add(
            Notice, key=f"link:{pk}", channel="mail", to=sent.contact.email, about="link", about_id=str(pk), made_at=at,
            subject=f"{force} has sent you something to read and to answer", sealed=b"", due_at=None, until=until, tries=1,
            sent_at=at + SENDS,
        )  # fmt: skip
        self.record.line(at, who, "link.sent", {"link": pk, "referral": sent.row["number"]})
        about = (("referral", str(sent.row["id"])), ("partner_contact", str(sent.contact.pk)), ("link", str(pk)))
        self.record.audit(who, "alteration", "link.send", at, *about)

    def leg(
        self,
        at: datetime,
        who: Staff,
        sent: Sent,
        leg: str,
        name: str,
        words: str = "",
        *,
        ago: timedelta = timedelta(),
    ) -> None:
        """As ``referral_actions.record_leg`` of what was told by telephone; it happened ``ago`` before it is recorded."""
        when = rules.leg_at(max(at - ago, sent.legs["sent"]), sent.legs["sent"], at)
        self._leg(at, when, who, sent, leg, name=name, words=words, origin="telephone")
        pk, kind = sent.row["id"], sent.kind
        if leg in kind.stops:
            self.desk.stop(at, ABOUT, pk, leg, rule=kind.clock, by=who)
        if leg == "declined":
            self.desk.stop(at, ABOUT, pk, leg, rule=kind.outcome or kind.clock, by=who)
            self.desk.start(at, "referral_declined", ABOUT, pk)
        elif leg == "outcome":
            self.desk.stop(at, ABOUT, pk, leg, by=who)
        elif leg in {"accepted", *kind.stops}:
            if leg == "accepted":
                self.desk.stop(at, ABOUT, pk, leg, rule="referral_declined", by=who)
            if kind.outcome and "outcome" not in sent.legs:
                self.desk.start(at, kind.outcome, ABOUT, pk, began=when)
        self.desk.did(at, who, "leg", referral=pk, leg=leg, by_name=name, words=words, occurred_at=when)

    def withdraw(self, at: datetime, who: Staff, sent: Sent, why: str) -> None:
        """As ``referral_actions.withdraw``."""
        pk, read = sent.row["id"], not set(sent.legs).isdisjoint(rules.BY_PARTNER)
        made = self._leg(at, at, who, sent, "withdrawn", words=why)
        sent.row |= {"withdrawn_at": at, "withdrawn_by_id": who.pk, "withdrawn_why_id": made["words_id"]}
        self.desk.stop(at, ABOUT, pk, "withdrawn", by=who)
        if read:
            self.desk.start(at, "referral_withdrawn", ABOUT, pk)
        self.desk.did(at, who, "withdraw", referral=pk, words=why)

    def feed_back(self, at: datetime, who: Staff, sent: Sent, words: str) -> None:
        """As ``referral_actions.feed_back``."""
        self._leg(at, at, who, sent, "fed_back", words=words)
        for clock in ("referral_declined", "referral_withdrawn"):
            self.desk.stop(at, ABOUT, sent.row["id"], "fed_back", rule=clock, by=who)
        self.desk.did(at, who, "feed_back", referral=sent.row["id"], words=words)

    def _leg(
        self, at: datetime, when: datetime, who: Staff, sent: Sent, leg: str, *, name: str = "", words: str = "", origin: str = "here"
    ) -> Row:  # fmt: skip
        rules.follows(leg, sent.legs)
        pk, text = sent.row["id"], self.record.keep(words) if words else None
        made = self._row(sent, leg, at, when, who, by_name=name, words_id=text, origin=origin)
        sent.legs[leg] = when
        data = {"referral": str(pk), "number": sent.row["number"], "kind": sent.row["kind"]}
        self.record.line(
            at, who, f"referral.{leg}", data, occurred_at=when, text_id=text if leg == "fed_back" else None
        )
        duty = "alteration" if leg == "withdrawn" else "collection"
        self.record.audit(who, duty, f"referral.{leg}", at, ("referral", str(pk)), origin=origin)
        return made

    def _row(self, sent: Sent, leg: str, at: datetime, when: datetime, who: Staff, **values: Any) -> Row:
        return self.desk.add(
            ReferralLeg, referral_id=sent.row["id"], leg=leg, at=at, occurred_at=when, by_id=who.pk, **values
        )


class Children:
    """The records of an incident's children."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.record = desk, desk.record

    def make(self, at: datetime, who: Staff, child: UUID, pk: UUID) -> None:
        """As ``child_actions.make``."""
        self.desk.add(ChildRecord, id=pk, made_at=at, made_by_id=who.pk)
        self.record.audit(who, "collection", "child.make", at, ("child_record", str(pk)))
        self._tie(at, who, child, pk, "")
        self.desk.did(at, who, "child_make", child=child, record=pk)

    def tie(self, at: datetime, who: Staff, child: UUID, record: UUID, why: str) -> None:
        """As ``child_actions.tie`` to a record that holds no pair that waits, of an incident of which VAST has a concern."""
        self._tie(at, who, child, record, why)
        self.desk.did(at, who, "child_tie", child=child, record=record, why=why)

    def _tie(self, at: datetime, who: Staff, child: UUID, record: UUID, why: str) -> None:
        self.desk.add(
            ChildTie, record_id=record, incident_id=self.record.pk, child=child, number=1, tied=True, by_id=who.pk, at=at,
            why_id=self.record.keep(why) if why else None,
        )  # fmt: skip
        self.record.line(at, who, "child.tied", {"child": str(child), "record": str(record)})
        about = (("child", str(child)), ("child_record", str(record)))
        self.record.audit(who, "combination", "child.tie", at, *about)
        self.record.involve("author", who, at)
