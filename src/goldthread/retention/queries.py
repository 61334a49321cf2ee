"""Questions of retention: the facts that put incidents into groups, where an incident's texts stand, and what waits for review."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Model, QuerySet

from goldthread.assessment.models import Reading
from goldthread.audit.models import Payload
from goldthread.config.dated import table
from goldthread.contact.known import linked_pairs
from goldthread.contact.models import ChildVersion, Entry, Incident
from goldthread.files.file_models import Attachment
from goldthread.investigation.models import Investigation, OtherChild
from goldthread.lookback.models import Hit
from goldthread.response.grades import every_grade, grade
from goldthread.response.models import Closing, GradePeriod
from goldthread.retention import rules
from goldthread.retention.models import RetentionDecision, RetentionReview
from goldthread.safeguarding.child_queries import groups, held_by, standing_ties
from goldthread.safeguarding.concern_models import Concern
from goldthread.safeguarding.missing_models import MissingEpisode
from goldthread.safeguarding.protection_models import Protection
from goldthread.safeguarding.referral_models import Referral

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.retention.querysets import RetentionReviewQuerySet

Facts = dict[uuid.UUID, set[str]]
STANDS: dict[str, type[Model]] = {
    "concern": Concern, "referral": Referral, "protection": Protection, "missing": MissingEpisode,
    "child.named": ChildVersion, "investigation": Investigation, "lookback": Hit,
}  # fmt: skip
"""Facts that hold where a row of the incident stands."""
CRIME = "attended-crime"
"""The reason for closing that says that a crime was recorded."""


def facts_of(incidents: Collection[uuid.UUID]) -> Facts:
    """What the record holds of each of these incidents, by the codes of ``rules.FACTS``; what is not known is a fact too."""
    found: Facts = {pk: set() for pk in incidents}
    for code, pk in _facts(list(incidents)):
        found[pk].add(code)
    for facts in found.values():
        facts &= set(rules.FACTS)
    return found


def _facts(pks: list[uuid.UUID]) -> Iterator[tuple[str, uuid.UUID]]:
    for pk, child in Incident.objects.filter(pk__in=pks).values_list("pk", "child"):
        yield f"child.{child}", pk
    for code, model in STANDS.items():
        for pk in model._default_manager.filter(incident__in=pks).values_list("incident", flat=True).distinct():
            yield code, pk
    found_since = OtherChild.objects.filter(investigation__incident__in=pks)
    for pk in found_since.values_list("investigation__incident", flat=True).distinct():
        yield "child.named", pk
    for pk in standing_ties().filter(incident__in=pks).values_list("incident", flat=True):
        yield "child.record", pk
    for pk in Closing.objects.filter(incident__in=pks, reason=CRIME).values_list("incident", flat=True):
        yield "closing.crime", pk
    yield from _graded(pks)
    yield from _read(pks)
    yield from _linked(pks)


def _graded(pks: list[uuid.UUID]) -> Iterator[tuple[str, uuid.UUID]]:
    """Every grade that one ever had, so that a lower one makes nothing of the higher before it."""
    known = set(every_grade())
    left = set(pks)
    for pk, code in GradePeriod.objects.filter(incident__in=pks).values_list("incident", "grade").distinct():
        left.discard(pk)
        yield f"grade.{grade(code).level if code in known else 'unknown'}", pk
    for pk in left:
        yield "grade.none", pk


def _read(pks: list[uuid.UUID]) -> Iterator[tuple[str, uuid.UUID]]:
    """The levels of every reading; and where the newest read nothing, or could not judge, that the words are not read."""
    readings = Reading.objects.filter(incident__in=pks)
    for pk, level, at_risk in readings.values_list("incident", "level", "at_risk").distinct():
        yield f"words.{level}", pk
        if at_risk:
            yield "words.child_at_risk", pk
    newest = readings.order_by("incident", "-id").distinct("incident")
    judged = {
        pk
        for pk, state, abstain in newest.values_list("incident", "state", "abstain")
        if state == "read" and not abstain
    }
    for pk in set(pks) - judged:
        yield "words.not_read", pk


def _linked(pks: list[uuid.UUID]) -> Iterator[tuple[str, uuid.UUID]]:
    """Those linked, over as many links as it takes, with another incident of a child."""
    matter = {pk: {pk} for pk in pks}
    edge = set(pks)
    while edge:
        pairs = linked_pairs(edge)
        met = {pk for pair in pairs for pk in pair} - matter.keys()
        matter |= {pk: {pk} for pk in met}
        for first, second in pairs:
            if matter[first] is not matter[second]:
                matter[first] |= matter[second]
                for pk in matter[second]:
                    matter[pk] = matter[first]
        edge = met
    child = set(Incident.objects.filter(pk__in=matter).exclude(child="none").values_list("pk", flat=True))
    for pk in pks:
        if (matter[pk] - {pk}) & child:
            yield "child.linked", pk


def ages_of(incident: Incident) -> list[int | None]:
    """The age of each child of it, in years, as told last; None where it is not known, or was guessed."""
    newest = ChildVersion.objects.filter(incident=incident).order_by("child", "-version").distinct("child")
    told = [None if guessed else age for age, guessed in newest.values_list("age", "age_estimated")]
    return [*told, *OtherChild.objects.filter(investigation__incident=incident).values_list("age", flat=True)]


def of_the_same_child(incident: Incident) -> list[Incident]:
    """The other incidents that stand on the records of this one's children, oldest first."""
    children = ChildVersion.objects.filter(incident=incident).values_list("incident", "child").distinct()
    records = set(held_by(list(children)).values())
    others = {pk for ats in groups(records).values() for pk, _ in ats} - {incident.pk}
    return list(Incident.objects.filter(pk__in=others).order_by("opened_at", "pk"))


def payloads_of(incident: Incident) -> QuerySet[Payload]:
    """Every text of an incident that is still there, wherever ``texts.toml`` says that one stands, and its referrals' files."""
    keys: set[uuid.UUID] = set()
    for label, way in table("retention", "texts.toml")["of"].items():
        keys |= _keys(apps.get_model(label), {way: incident.pk})
    referrals = [str(pk) for pk in Referral.objects.filter(incident=incident).values_list("pk", flat=True)]
    if referrals:
        keys |= _keys(Attachment, {"about_id__in": referrals})
    return Payload.objects.filter(pk__in=keys, erased_at__isnull=True)


def _keys(model: type[Model], of: dict[str, Any]) -> set[uuid.UUID]:
    columns = [field.attname for field in model._meta.concrete_fields if field.related_model is Payload]
    rows: Iterable[tuple[uuid.UUID | None, ...]] = model._default_manager.filter(**of).values_list(*columns)
    return {key for row in rows for key in row if key is not None}


def said(incident: Incident) -> list[Entry]:
    """The words of an incident in their order: what whoever decides has to have read."""
    found = Entry.objects.filter(incident=incident, text__isnull=False).select_related("text__erasure", "author")
    return list(found.order_by("seq"))


def listed(user: Staff, state: str = "") -> RetentionReviewQuerySet:
    """Reviews that wait for this person, of one state or of both, what has been due longest first."""
    found = RetentionReview.objects.visible_to(user).listed()
    if state:
        found = found.filter(state=state)
    return found.select_related("incident").order_by("due_on", "pk")


def counted(user: Staff, today: date) -> dict[str, int]:
    """How many wait for this person, each of both kinds, and how many are late."""
    found = listed(user)
    late = found.filter(due_on__lt=today - rules.held_on(today).within)
    due, proposed = (found.filter(state=one).count() for one in ("due", "proposed"))
    return {"count": due + proposed, "over": late.count(), "due": due, "proposed": proposed}


def decisions_of(review: RetentionReview) -> list[RetentionDecision]:
    """What was decided of an incident at each review, newest first, with the second person's answers."""
    found = RetentionDecision.objects.filter(review=review)
    return list(
        found.select_related("words", "by", "answer__words", "answer__by", "answer__erasure").order_by("-number")
    )


def open_proposal(review: RetentionReview) -> RetentionDecision | None:
    """The proposed erasure that nobody has answered; None where there is none."""
    found = RetentionDecision.objects.filter(review=review, kind="erase", answer__isnull=True)
    return found.select_related("by", "words").order_by("-number").first()
