"""The reader's measures by how it stood, the youngest child's age, channel, language, area and engine: aggregates, small numbers withheld."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, F, Min, OuterRef, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce, Concat

from goldthread.assessment.mode_rules import MODES
from goldthread.assessment.models import Reading
from goldthread.contact import choices
from goldthread.contact.caller_models import OnLine
from goldthread.contact.models import ChildVersion
from goldthread.measures.registry import Measure
from goldthread.trials.groups_rules import Group, groups, told

AGES = ((1, "under 1"), (5, "1 to 4"), (12, "5 to 11"), (16, "12 to 15"), (18, "16 and 17"))
"""The youngest child's age in years is below the number; bands as those of the measured results."""
NO_AGE = "no age recorded"
ORDER = [name for _, name in AGES] + [NO_AGE]
Words = Callable[[str], str]


@dataclass(frozen=True)
class Cut:
    """One way to part the cases: what it is called, its groups, and whether any figure of it is withheld."""

    name: str
    groups: list[Group]

    @property
    def withheld(self) -> bool:
        """Whether any is."""
        return any(one.of is None for one in self.groups)


def cuts(measure: Measure, now: datetime) -> tuple[Group, list[Cut]]:
    """A measure's figure over its window, and the same in each group of each cut."""
    every, met = measure.cases(now - measure.window, now)
    whole = told("All", met.count(), every.count())
    return whole, [Cut(name, _groups(every, met, part, words)) for name, (part, words) in CUTS.items()]


def _groups(
    every: QuerySet[Any], met: QuerySet[Any], part: Callable[[QuerySet[Any]], QuerySet[Any]], words: Words
) -> list[Group]:
    found, meets = dict(_counted(part(every))), dict(_counted(part(met)))
    names: dict[str, tuple[int, int]] = {}
    for key in sorted(found, key=lambda key: _place(words(key))):
        before = names.get(words(key), (0, 0))
        names[words(key)] = (before[0] + meets.get(key, 0), before[1] + found[key])
    return groups(names)


def _place(name: str) -> tuple[int, str]:
    """By age where it is one, else by its name."""
    return ORDER.index(name) if name in ORDER else 0, name


def _counted(cases: QuerySet[Any]) -> Any:
    return cases.order_by("part").values_list("part").annotate(count=Count("pk"))


def _by_mode(cases: QuerySet[Any]) -> Any:
    first = Reading.objects.filter(incident=OuterRef("pk")).order_by("pk")
    return cases.annotate(part=Coalesce(Subquery(first.values("mode")[:1]), Value(""), output_field=TextField()))


def _by_age(cases: QuerySet[Any]) -> Any:
    ages = ChildVersion.objects.filter(incident=OuterRef("pk"), age__isnull=False).order_by()
    youngest = Subquery(ages.values("incident").annotate(least=Min("age")).values("least"))
    bands = [When(youngest__lt=below, then=Value(name)) for below, name in AGES]
    return cases.annotate(youngest=youngest).annotate(
        part=Case(*bands, default=Value(NO_AGE), output_field=TextField())
    )


def _by_language(cases: QuerySet[Any]) -> Any:
    newest = OnLine.objects.filter(incident=OuterRef("pk")).order_by("-pk")
    return cases.annotate(
        part=Coalesce(Subquery(newest.values("interpreter")[:1]), Value(""), output_field=TextField())
    )


def _by_engine(cases: QuerySet[Any]) -> Any:
    newest = Reading.objects.filter(incident=OuterRef("pk"), state="read").order_by("-pk")
    model = Coalesce(F("model"), Value("none"), output_field=TextField())
    name = Concat(F("engine"), Value(", lexicon "), F("lexicon"), Value(", model "), model, output_field=TextField())
    return cases.annotate(
        part=Coalesce(Subquery(newest.annotate(by=name).values("by")[:1]), Value("not read"), output_field=TextField())
    )


def _mode(code: str) -> str:
    return {one: words.partition(":")[0] for one, words in MODES}.get(code or "open", code)


def _language(code: str) -> str:
    return {"": "not asked", "none": "no interpreter"}.get(code, "with an interpreter")


CUTS: dict[str, tuple[Callable[[QuerySet[Any]], QuerySet[Any]], Words]] = {
    "How the reader stood at the first words": (_by_mode, _mode),
    "Youngest child": (_by_age, lambda code: code),
    "Channel": (lambda cases: cases.annotate(part=F("channel")), lambda code: dict(choices.CHANNELS).get(code, code)),
    "Language": (_by_language, _language),
    "Area": (lambda cases: cases.annotate(part=F("area")), lambda code: code or "not known"),
    "Engine": (_by_engine, lambda code: code),
}
