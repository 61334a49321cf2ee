"""The pages of safeguarding on a demo's force: the VAST desk, one concern, partners, a child, missing, protection, the door, retention."""

from __future__ import annotations

from bench.figures import Result
from bench.pages import rows_of
from bench.world import World


def run(world: World) -> Result:
    """Measure on what a demo wrote; the bench's own database has nothing of safeguarding."""
    from django.db.models import Count

    from bench.filling import session_cookie
    from goldthread.response.models import Allocation
    from goldthread.safeguarding.child_models import ChildRecord
    from goldthread.safeguarding.concern_models import Concern
    from goldthread.safeguarding.missing_models import MissingEpisode
    from goldthread.safeguarding.protection_models import Protection
    from goldthread.safeguarding.referral_models import Referral

    officer = world.whose("vast_officer")
    concern = Concern.objects.filter(closed_at=None).latest("pk")
    ended = Concern.objects.exclude(closed_at=None).latest("pk")
    referral = Referral.objects.latest("made_at")
    child = ChildRecord.objects.annotate(times=Count("ties")).order_by("-times", "pk")[0]
    episode, protection = MissingEpisode.objects.latest("pk"), Protection.objects.latest("pk")
    at_door = Allocation.objects.filter(left_at=None).exclude(arrived_at=None).latest("pk")
    crew = at_door.unit.crew.all()[0]
    vast, sent, auditor = (session_cookie(one) for one in (officer, crew, world.whose("auditor")))
    pages = [
        ("the VAST desk", "/safeguarding/", vast),
        ("its number in the navigation", "/safeguarding/count", vast),
        ("a concern, open", f"/safeguarding/concerns/{concern.pk}/", vast),
        ("a concern, ended", f"/safeguarding/concerns/{ended.pk}/", vast),
        ("referrals", "/safeguarding/referrals/", vast),
        ("a referral", f"/safeguarding/referrals/{referral.pk}/", vast),
        ("children", "/safeguarding/children/", vast),
        ("a child, the one of most incidents", f"/safeguarding/children/{child.pk}/", vast),
        ("that child's sheet", f"/safeguarding/children/{child.pk}/sheet", vast),
        ("missing", "/safeguarding/missing", vast),
        ("a missing episode", f"/safeguarding/missing/{episode.pk}", vast),
        ("homes together", "/safeguarding/missing/places", vast),
        ("police protection", "/safeguarding/protection", vast),
        ("one in police protection", f"/safeguarding/protection/{protection.pk}", vast),
        ("clocks told", "/safeguarding/clocks", vast),
        ("the door", f"/safeguarding/door/{at_door.incident_id}/", sent),
        ("retention", "/retention/", auditor),
    ]
    return Result(
        f"safeguarding: {len(world.filled.incidents):,} open incidents, {Concern.objects.count():,} concerns, "
        f"{Referral.objects.count():,} referrals, {ChildRecord.objects.count():,} children",
        rows_of(pages),
        [f"One visitor at a time. Seeing a page is an audited, durable write; {world.disk}."],
    )
