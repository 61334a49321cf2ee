"""Questions asked of staff and teams."""

from __future__ import annotations

from goldthread.accounts import tokens
from goldthread.accounts.models import ApiToken, Team
from goldthread.audit.models import DatabaseNow


def areas() -> list[str]:
    """The force's areas, as its teams have them."""
    return list(Team.objects.exclude(area="").values_list("area", flat=True).distinct().order_by("area"))


def tokens_of(username: str) -> list[tuple[ApiToken, str]]:
    """Every token of a member of staff with its state (see ``tokens.state``), newest first."""
    found = ApiToken.objects.select_related("staff").annotate(now=DatabaseNow()).filter(staff__username=username)
    return [(token, tokens.state(token, token.now)) for token in found.order_by("-pk")]
