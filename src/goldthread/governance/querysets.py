"""Questions about packs in the field's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldthread.audit.models import AppendOnlyQuerySet
from goldthread.governance import rules

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.governance.models import Pack  # noqa: F401 - names the rows


class PackQuerySet(AppendOnlyQuerySet[Any]):
    """Packs."""

    def visible_to(self, user: Staff) -> PackQuerySet:
        """Those of boards whose packs this person's role reads; none without the verb."""
        if not user.can(rules.READ):
            return self.none()
        return self.filter(board__in=[one.board for one in rules.packs().values() if user.seat.codes & one.read])
