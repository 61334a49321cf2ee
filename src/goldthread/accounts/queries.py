"""Questions asked of staff and teams."""

from __future__ import annotations

from goldthread.accounts.models import Team


def areas() -> list[str]:
    """The force's areas, as its teams have them."""
    return list(Team.objects.exclude(area="").values_list("area", flat=True).distinct().order_by("area"))
