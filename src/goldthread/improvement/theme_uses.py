"""What the plan makes of a theme of quality, in one step: an action, or a recommendation's evidence."""

from __future__ import annotations

from django.urls import reverse

from goldthread.config.errors import Invalid
from goldthread.improvement.models import Evidence, PlanAction
from goldthread.quality.models import QualityTheme
from goldthread.quality.uses import Made


def named(number: int | None) -> QualityTheme | None:
    """The theme that something comes of; None for none. Raises ``Invalid`` for one there is not."""
    found = None if number is None else QualityTheme.objects.filter(pk=number).first()
    if number is not None and found is None:
        raise Invalid({"theme": "There is no such theme. Nothing was saved."})
    return found


def actions(theme: int) -> list[Made]:
    """The actions that were made of a theme, for its page."""
    found = PlanAction.objects.filter(theme=theme).order_by("id").values_list("pk", "reference")
    return [
        Made(f"Action {reference} of the plan", reverse("improvement:action", args=[pk])) for pk, reference in found
    ]


def evidence(theme: int) -> list[Made]:
    """The evidence that was made of a theme, for its page."""
    found = Evidence.objects.filter(theme=theme).order_by("id").values_list("recommendation", "recommendation__number")
    return [
        Made(f"Evidence for recommendation {number}", reverse("improvement:recommendation", args=[pk]))
        for pk, number in found
    ]
