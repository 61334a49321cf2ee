"""Questions of investigation: what waits for whom, whose voice is recorded, and what is new since somebody looked."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce

from goldthread.accounts.models import Staff, Team
from goldthread.accounts.roles import roles
from goldthread.contact.known import group_of
from goldthread.contact.models import ChildVersion, Entry, Incident
from goldthread.contact.querysets import of_incident
from goldthread.investigation.models import (
    AccessAnswer,
    ChildVoice,
    EndAsked,
    Handover,
    Investigation,
    NewsSeen,
    OtherChild,
    OutcomeTold,
    PlanItem,
    SupervisorReview,
)
from goldthread.safeguarding.clock_models import Clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goldthread.investigation.querysets import HandoverQuerySet, InvestigationQuerySet

REVIEW, ACCEPT, ACCESS, TOLD, PLAN = "inv_review", "inv_offer", "inv_access", "inv_told", "inv_plan"
DECLINED = "inv_declined"
"""What the clocks of investigation are on; the number is the investigation's, of an offer the offer's."""
NEWS = (
    "incident.linked",
    "incident.unlinked",
    "incident.reopened",
    "incident.closed",
    "children.answered",
    "grade.chosen",
)
"""Lines beside words that whoever investigates has to know of."""
SAID = Q(kind="words") | Q(code__in=NEWS)


@dataclass
class Child:
    """A child of an investigation, by the incident's record or found since, with each version of their voice, newest first."""

    child: uuid.UUID
    name: str
    age: int | None
    found_here: bool
    voices: list[ChildVoice] = field(default_factory=list)

    @property
    def heard(self) -> bool:
        """Whether their voice is recorded, or why it cannot be."""
        return bool(self.voices)


@dataclass(frozen=True)
class News:
    """What is new in one incident of the matter. ``joins``: it was linked since, and nobody of the investigation has taken it in."""

    incident: Incident
    lines: list[Entry]
    seq: int
    joins: bool


def offers(user: Staff) -> HandoverQuerySet:
    """Offers that this person may accept, what is to be accepted first first."""
    clock = Clock.objects.filter(about=ACCEPT, about_id=OuterRef("number"), stopped_at__isnull=True)
    waiting = Handover.objects.reached_by(user, "investigation.accept").waiting()
    found: HandoverQuerySet = waiting.annotate(
        number=Cast("pk", CharField()), accept_by=Subquery(clock.values("due_at")[:1])
    )
    return found.select_related("incident", "team", "to", "by", "note").order_by("accept_by", "pk")


def listed(user: Staff) -> InvestigationQuerySet:
    """Investigations that this person may see: those with something overdue first, then by what is owed next; ended ones last.

    Each with ``review_due``, ``next_due`` (the next of its clocks), ``new`` (whether something was said that whoever leads it has not
    acknowledged) and ``unnoted`` (whether whoever is to review it has not taken note of that yet).
    """
    running = Clock.objects.filter(
        about__in=[REVIEW, ACCESS, TOLD, PLAN], about_id=OuterRef("number"), stopped_at__isnull=True
    ).order_by("due_at")
    lead = NewsSeen.objects.filter(
        investigation=OuterRef("investigation"),
        incident=OuterRef("incident"),
        by=OuterRef("investigation__investigator"),
    ).order_by("-seq")
    said = Entry.objects.filter(SAID, incident=OuterRef("incident"), seq__gt=OuterRef("read"))
    taken = NewsSeen.objects.filter(investigation=OuterRef("pk")).annotate(
        read=Coalesce(Subquery(lead.values("seq")[:1]), 0)
    )
    behind = taken.filter(Exists(said.exclude(author=OuterRef("investigation__investigator"))))
    noted = NewsSeen.objects.filter(investigation=OuterRef("pk"), by=OuterRef("supervisor"))
    reviewed = SupervisorReview.objects.filter(investigation=OuterRef("pk"), by=OuterRef("supervisor"))
    found: InvestigationQuerySet = Investigation.objects.visible_to(user).annotate(
        number=Cast("pk", CharField()),
        next_due=Subquery(running.values("due_at")[:1]),
        review_due=Subquery(running.filter(about=REVIEW).values("due_at")[:1]),
        new=Exists(behind),
        unnoted=~Exists(noted) & ~Exists(reviewed),
    )
    order = (F("next_due").asc(nulls_last=True), F("closed_at").desc(nulls_first=True), "-opened_at")
    return found.select_related("incident", "investigator", "supervisor", "team").order_by(*order)


def counted(user: Staff, now: datetime) -> dict[str, int]:
    """What the navigation shows: offers to accept, own or the team's with something new or overdue, and those newly one's to review;
    ``over`` counts the late.
    """
    open_ones = Q(new=True) | Q(unnoted=True, supervisor=user.pk)
    mine = listed(user).filter(Q(next_due__lt=now) | (Q(closed_at__isnull=True) & open_ones))
    waiting = offers(user)
    late = Clock.objects.filter(
        about=ACCEPT, about_id__in=[str(pk) for pk in waiting.values_list("pk", flat=True)],
        stopped_at__isnull=True, due_at__lt=now,
    )  # fmt: skip
    return {"count": mine.count() + waiting.count(), "over": mine.filter(next_due__lt=now).count() + late.count()}


def receivers() -> tuple[list[Team], list[Staff]]:
    """The teams and the people who may accept an investigation."""
    taking = [code for code, one in roles().items() if one.can("investigation.accept")]
    people = list(
        Staff.objects.filter(is_active=True, role__in=taking)
        .select_related("team")
        .order_by("team__name", "name", "pk")
    )
    return list({one.team_id: one.team for one in people}.values()), people


def leaders(team: int) -> tuple[list[Staff], list[Staff]]:
    """Who in a team may lead an investigation, and who may supervise one."""
    people = [one for one in receivers()[1] if one.team_id == team]
    return people, [one for one in people if one.can("investigation.review")]


@of_incident
def _newest_handover(incident: Incident) -> QuerySet[Handover]:
    found = Handover.objects.filter(incident=incident).order_by("-pk")
    return found.select_related(
        "team", "to", "by", "answer__words", "answer__by", "investigation__investigator", "investigation__supervisor"
    )[:1]


def newest_handover(incident: Incident) -> Handover | None:
    """The newest offer of an incident, with its answer and the investigation that came of it."""
    return next(iter(_newest_handover(incident)), None)


def clock_of(about: str, number: object) -> Clock | None:
    """The clock that runs on a thing of ours; None where none does."""
    return Clock.objects.filter(about=about, about_id=str(number), stopped_at__isnull=True).order_by("due_at").first()


def children_of(investigation: Investigation) -> list[Child]:
    """Every child of it, as the incident has them and as were found since, each with their voice."""
    newest: dict[uuid.UUID, ChildVersion] = {}
    for one in (
        ChildVersion.objects.filter(incident=investigation.incident_id).select_related("particulars").order_by("id")
    ):
        newest[one.child] = one
    found = {pk: Child(pk, _name(one), one.age, False) for pk, one in newest.items()}
    for other in (
        OtherChild.objects.filter(investigation__incident=investigation.incident_id)
        .select_related("name")
        .order_by("id")
    ):
        found[other.child] = Child(other.child, other.name.shown(), other.age, True)
    for voice in (
        ChildVoice.objects.filter(investigation=investigation).select_related("told", "by").order_by("-version")
    ):
        if voice.child in found:
            found[voice.child].voices.append(voice)
    return list(found.values())


def voices_of(incident: uuid.UUID, child: uuid.UUID) -> QuerySet[ChildVoice]:
    """What one child of an incident said or showed in its investigations, oldest first: for the child's own record."""
    found = ChildVoice.objects.filter(investigation__incident=incident, child=child)
    return found.select_related("told", "by", "investigation").order_by("at", "pk")


def told(voice: ChildVoice) -> dict[str, str]:
    """The words of a voice by their names; where they were erased, what stands there instead, as *said*."""
    if voice.told.erased_at is not None:
        return {"said": voice.told.shown()}
    found: dict[str, str] = json.loads(voice.told.text)
    return found


def access_of(investigation: Investigation) -> list[AccessAnswer]:
    """The answers about the suspect's access, newest first."""
    found = AccessAnswer.objects.filter(investigation=investigation).select_related("who", "words", "by")
    return list(found.order_by("-pk"))


def items_of(investigation: Investigation) -> list[PlanItem]:
    """The plan: what is open by when it is due, then what was ended, newest first."""
    found = PlanItem.objects.filter(investigation=investigation).select_related(
        "words", "owner", "by", "end__words", "end__by"
    )
    return list(found.order_by(F("end__at").desc(nulls_first=True), "due_at"))


def reviews_of(investigation: Investigation) -> list[SupervisorReview]:
    """Its reviews, newest first."""
    found = SupervisorReview.objects.filter(investigation=investigation).select_related("words", "by", "directed")
    return list(found.order_by("-number"))


def ends_of(investigation: Investigation) -> list[EndAsked]:
    """Closing decisions proposed, with their answers, newest first."""
    found = EndAsked.objects.filter(investigation=investigation)
    return list(found.select_related("words", "by", "answer__words", "answer__by").order_by("-pk"))


def open_end(ends: Iterable[EndAsked]) -> EndAsked | None:
    """The proposed closing decision that nobody has answered."""
    return next((one for one in ends if not hasattr(one, "answer")), None)


def tellings_of(investigation: Investigation) -> list[OutcomeTold]:
    """Who was told the outcome, newest first."""
    return list(OutcomeTold.objects.filter(investigation=investigation).select_related("words", "by").order_by("-pk"))


def untold(children: list[Child], tellings: list[OutcomeTold]) -> list[Child | None]:
    """Each child of whom it is not recorded that they were told the outcome, or why not; None is the victim where no child is."""
    reached = {one.child for one in tellings}
    owed: list[Child | None] = [one for one in children if one.child not in reached]
    return owed if children or None in reached else [None]


def news_of(investigation: Investigation) -> list[News]:
    """What was said or happened that whoever leads it has not acknowledged, in its incident and in those linked as the same matter."""
    others, taken = group_of(investigation.incident), taken_in(investigation)
    lead = NewsSeen.objects.filter(investigation=investigation, by=investigation.investigator_id)
    read = dict(lead.values_list("incident").annotate(Max("seq")).order_by())
    found = []
    for one in Incident.objects.filter(pk__in={investigation.incident_id, *others, *taken}).order_by("opened_at"):
        if one.pk not in taken:
            found.append(News(one, [], 0, True))
            continue
        lines = _since(one.pk, read.get(one.pk, 0), investigation.investigator_id).select_related("text", "author")
        if here := list(lines.order_by("seq")):
            found.append(News(one, here, one.last_seq, False))
    return found


def taken_in(investigation: Investigation) -> set[uuid.UUID]:
    """The incidents of the matter that belong to it."""
    return set(NewsSeen.objects.filter(investigation=investigation).values_list("incident", flat=True))


def unnoted(investigation: Investigation) -> bool:
    """Whether whoever is to review it has not taken note of that yet."""
    senior = investigation.supervisor_id
    noted = NewsSeen.objects.filter(investigation=investigation, by=senior).exists()
    return not noted and not SupervisorReview.objects.filter(investigation=investigation, by=senior).exists()


def led(investigation: Investigation) -> set[int]:
    """Everybody who leads it or ever did, from the lines that say so."""
    lines = Entry.objects.filter(
        incident=investigation.incident_id, code__in=["inv.accepted", "inv.assigned"],
        data__investigation=str(investigation.pk),
    )  # fmt: skip
    return {investigation.investigator_id, *lines.values_list("data__investigator", flat=True)}


def _since(incident: Any, seq: int, reader: int) -> QuerySet[Entry]:
    return Entry.objects.filter(SAID, incident=incident, seq__gt=seq).exclude(author=reader)


def _name(version: ChildVersion) -> str:
    if version.particulars.erased_at is not None:
        return version.particulars.shown()
    name: str = json.loads(version.particulars.text).get("name", "")
    return name or "Child, name not known"
