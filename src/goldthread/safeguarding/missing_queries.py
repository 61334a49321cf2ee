"""Which episodes there are, how long since each child was last seen, and from where children go missing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from goldthread.accounts.models import Staff
from goldthread.contact.models import Incident
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.missing_choices import CLOCK_OF
from goldthread.safeguarding.missing_models import MissingAssessment, MissingEpisode, MissingInterview, MissingSighting

SEES = "missing.see"
ABOUT = "missing"


def in_sight(user: Staff, verb: str = SEES) -> QuerySet[MissingEpisode]:
    """Those in incidents that this person's verb reaches."""
    return MissingEpisode.objects.filter(incident__in=Incident.objects.reached_by(user, verb))


def listed(user: Staff) -> QuerySet[MissingEpisode]:
    """Children who are missing now, the longest unseen first and before them those whose last sighting nobody knows; then those
    back with an interview owed, the earliest back first.
    """
    found = in_sight(user).filter(Q(returned_at__isnull=True) | Exists(_interview_owed())).select_related("incident")
    return found.order_by(F("returned_at").asc(nulls_first=True), F("last_seen_at").asc(nulls_first=True), "at", "pk")


def clocks_of(episodes: Iterable[MissingEpisode]) -> dict[int, list[Clock]]:
    """The clocks that run on each, by the episode's identity: until the risk is assessed again, and until interviews are answered."""
    found: dict[int, list[Clock]] = {one.pk: [] for one in episodes}
    rows = Clock.objects.filter(about=ABOUT, about_id__in=[str(pk) for pk in found], stopped_at__isnull=True)
    for clock in rows.order_by("due_at"):
        found[int(clock.about_id)].append(clock)
    return found


def _interview_owed() -> QuerySet[Clock]:
    return Clock.objects.filter(
        about=ABOUT, about_id=Cast(OuterRef("pk"), CharField()), stopped_at__isnull=True, rule__in=CLOCK_OF.values()
    )


def running_in(incident: Incident) -> QuerySet[MissingEpisode]:
    """Children of an incident who are missing now, the longest unseen first."""
    found = MissingEpisode.objects.filter(incident=incident, returned_at__isnull=True)
    return found.order_by(F("last_seen_at").asc(nulls_first=True), "at")


def newest(episode: MissingEpisode) -> MissingAssessment | None:
    """The assessment that stands."""
    found = MissingAssessment.objects.filter(episode=episode).select_related("words", "by", "asked_by", "agreed_by")
    return found.order_by("-version").first()


def pending(one: MissingAssessment | None) -> bool:
    """Whether it waits for an inspector."""
    return one is not None and one.asked != one.risk


def waiting(episodes: Iterable[MissingEpisode]) -> set[int]:
    """Which of these wait for an inspector."""
    found = MissingAssessment.objects.filter(episode__in=[one.pk for one in episodes])
    rows = found.order_by("episode", "-version").distinct("episode")
    return {one.episode_id for one in rows if pending(one)}


def assessments(episode: MissingEpisode) -> QuerySet[MissingAssessment]:
    """Every assessment, newest first."""
    return episode.assessments.select_related("words", "by", "asked_by", "agreed_by").order_by("-version")


def sightings(episode: MissingEpisode) -> QuerySet[MissingSighting]:
    """Every sighting, the last first, whenever we heard of it; then those of which nobody knows when, and those taken back as well."""
    joined = ("words", "by", "withdrawal__why", "withdrawal__by")
    return episode.sightings.select_related(*joined).order_by(F("seen_at").desc(nulls_last=True), "-pk")


def interviews(episode: MissingEpisode) -> QuerySet[MissingInterview]:
    """Every answer of an interview, newest first."""
    return episode.interviews.select_related("who", "words", "not_face", "by").order_by("-pk")


def from_places(user: Staff, since: datetime) -> list[dict[str, Any]]:
    """Episodes in sight since then, by what their place is compared with: settled address, words, and what kind of place it is."""
    found = in_sight(user).filter(at__gte=since).select_related("place__street", "place_words").order_by("-at")
    return [
        {
            "pk": one.pk,
            "place": one.place_id,
            "words": str(one.place) if one.place else one.place_words.shown() if one.place_words else "",
            "kind": one.went_from,
            "open": one.returned_at is None,
            "number": one.number,
            "at": one.at,
        }
        for one in found
    ]


def from_same_place(episode: MissingEpisode, window: timedelta) -> int:
    """How many episodes there were from the same settled address in the time before this one, this one included; 0 without an address."""
    if episode.place_id is None:
        return 0
    return MissingEpisode.objects.filter(place=episode.place_id, at__gt=episode.at - window, at__lte=episode.at).count()
