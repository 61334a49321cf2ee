"""Questions of quality: what an assessor holds and may take, and how far a round is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from goldthread.quality import rules
from goldthread.quality.models import QualityRecord, QualityRound, QualityTask

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.quality.querysets import QualityTaskQuerySet

WHOLE = ("record__incident", "record__stratum__round")


@dataclass(frozen=True)
class Progress:
    """How far a round is: of ``tasks`` scorings ``scored`` are done and ``taken`` are with an assessor who can do them."""

    round: QualityRound
    records: int
    tasks: int
    scored: int
    taken: int

    @property
    def free(self) -> int:
        """Scorings that wait for somebody to take them."""
        return self.tasks - self.scored - self.taken


def held(user: Staff) -> list[QualityTask]:
    """What this assessor has taken and not scored, the longest held first."""
    return list(QualityTask.objects.visible_to(user).undone().select_related(*WHOLE).order_by("taken_at", "pk"))


def scored(user: Staff) -> QualityTaskQuerySet:
    """What this assessor has scored, newest first."""
    found = QualityTask.objects.visible_to(user).filter(score__isnull=False)
    return found.select_related(*WHOLE, "score").order_by("-score__at", "-score__id")


def one(user: Staff, task_id: int) -> QualityTask | None:
    """A record that this assessor has taken or scored; None for any other."""
    found: QualityTask | None = (
        QualityTask.objects.visible_to(user).select_related(*WHOLE, "score__words").filter(pk=task_id).first()
    )
    return found


def waiting(user: Staff) -> int:
    """How many scorings this assessor may do: those held, and those free to take."""
    return QualityTask.objects.visible_to(user).undone().count() + QualityTask.objects.open_to(user).count()


def rounds() -> list[Progress]:
    """Every round, newest first, and how far each is."""
    free = QualityTask.objects.free().values("pk")
    counted = {
        row["record__stratum__round"]: row
        for row in QualityTask.objects.values("record__stratum__round").annotate(
            tasks=Count("pk"),
            scored=Count("pk", filter=Q(score__isnull=False)),
            taken=Count("pk", filter=Q(score__isnull=True) & ~Q(pk__in=free)),
            records=Count("record", distinct=True),
        )
    }
    return [
        Progress(each, row["records"], row["tasks"], row["scored"], row["taken"])
        for each in QualityRound.objects.select_related("by").order_by("-id")
        for row in [counted[each.pk]]
    ]


def strata(of: QualityRound) -> list[dict[str, object]]:
    """The strata of a round in the form's order, each with how many it held, how many were drawn, and how many are scored."""
    names = rules.made(of.form).strata
    done = dict(
        QualityRecord.objects.filter(stratum__round=of, tasks__score__isnull=False)
        .values("stratum__code").annotate(number=Count("pk", distinct=True)).values_list("stratum__code", "number")
    )  # fmt: skip
    by_code = {each.code: each for each in of.strata.all()}
    return [
        {
            "code": code,
            "name": name,
            "population": by_code[code].population,
            "drawn": by_code[code].drawn,
            "scored": done.get(code, 0),
        }
        for code, name in names.items()
    ]


def undone(of: QualityRound) -> list[QualityTask]:
    """Scorings of a round that somebody holds, the longest held first."""
    found = QualityTask.objects.undone().filter(record__stratum__round=of, assessor__isnull=False)
    return list(found.select_related("assessor").order_by("taken_at", "pk"))
