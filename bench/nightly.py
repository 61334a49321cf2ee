"""What runs by itself at night, on a demo's force, and the pages that show what came of it: figures, quality, learning, plan, boards, packs.

Points are reckoned and not kept, so that it can be measured again on any day; everything else runs as its job does.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

from bench.figures import CannotMeasureError, Result, Row, milliseconds
from bench.packs import SECONDS as PACK
from bench.packs import kind_of_figures
from bench.pages import rows_of
from bench.world import World

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.governance.rules import PackKind

NIGHT = 120.0
"""Seconds for everything together."""
PACKS = 3


def run(world: World) -> Result:
    """Measure on what a demo wrote; the bench's own database has nothing of quality, learning or a plan. Raises ``CannotMeasureError``."""
    import goldthread.config.wsgi  # noqa: F401 - jobs run in a process that has loaded what one of the service's has
    from goldthread.improvement.models import Recommendation
    from goldthread.quality.models import QualityScore

    jobs = _jobs()
    points = _points()
    whole = sum(took for _, took in (*jobs, *points))
    of_points = sum(took for _, took in points)
    rows = [
        Row("everything of a night", milliseconds(whole), "", "", "<= 2 min", whole <= NIGHT),
        Row(f"of that {len(points)} measures, a point each", milliseconds(of_points)),
        *(Row(f"of that {name}", milliseconds(took)) for name, took in jobs),
        *(Row(f"the point of {code}", milliseconds(took)) for code, took in sorted(points, key=lambda one: -one[1])),
        *_packs(world),
        *rows_of(_pages(world)),
    ]
    return Result(
        f"nightly: {_incidents():,} incidents, {QualityScore.objects.count():,} scores, "
        f"{Recommendation.objects.count():,} recommendations",
        rows,
        [
            "A night after the end of a week takes a point of every measure; other nights take none. Measures by their time, the slowest first.",
            "Pages: one visitor at a time, 30 requests and more, fewer where they take a minute.",
            f"Seeing most of them is an audited, durable write; {world.disk}.",
        ],
    )


def _points() -> list[tuple[str, float]]:
    """Of each measure how long its point of the last week that ended took."""
    from django.db import connection

    from goldthread.clocks.db import database_now
    from goldthread.measures.queries import point
    from goldthread.measures.registry import measures
    from goldthread.measures.weeks import ended

    (until,) = ended(database_now(connection), 1)
    found = []
    for one in measures():
        began = perf_counter()
        value = point(one, until)
        found.append((one.code, perf_counter() - began))
        if value.of is None:
            raise CannotMeasureError(f"the query of {one.code} failed")
    return found


def _jobs() -> list[tuple[str, float]]:
    from goldthread.governance import drawing, queries
    from goldthread.governance.told import series_told
    from goldthread.improvement.evidence_actions import check_all
    from goldthread.improvement.state_actions import look
    from goldthread.improvement.telling_actions import tell_what_waits
    from goldthread.learning.effects import effects
    from goldthread.quality.series import all_rates

    return [
        ("quality's rates, of every round", _took(lambda: [one.values() for one in all_rates()])),
        ("learning's effects, of every cohort", _took(effects)),
        ("the plan's figures seen, and what fell back re-opened", _took(look)),
        ("the plan's evidence checked", _took(check_all)),
        ("what waits told to the plan's people", _took(tell_what_waits)),
        (
            "every figure judged and its chart drawn",
            _took(lambda: [drawing.svg(series_told(one)) for one in queries.every()]),
        ),
    ]


def _took(job: Callable[[], object]) -> float:
    began = perf_counter()
    job()
    return perf_counter() - began


def _packs(world: World) -> list[Row]:
    from goldthread.governance import rules

    silver = world.whose("silver")
    thirty = kind_of_figures()
    charts = [code for part in thirty.parts for code in part.series]
    return [
        _pack(silver, thirty, f"a pack of {len(charts)} figures with a chart each"),
        *(_pack(world.whose("gold"), one, f"{one.name}, as it would be issued") for one in rules.packs().values()),
    ]


def _pack(user: Staff, kind: PackKind, name: str) -> Row:
    """A pack composed and laid out as PDF/UA, and not issued: a board's packs are numbered, and the demo's are its own."""
    import hashlib

    from django.conf import settings
    from django.db import connection

    from goldthread.audit.canonical import canonical_json
    from goldthread.clocks.db import database_now
    from goldthread.documents.pdf import pdf
    from goldthread.governance.packs import compose
    from goldthread.governance.printed import document

    took, laid, size = [], [], 0
    for _ in range(PACKS):
        began = perf_counter()
        now = database_now(connection)
        content = compose(kind, user, now)
        digest = hashlib.sha256(canonical_json(content).encode()).hexdigest()
        composed = perf_counter()
        size = len(pdf(document(content, digest=digest, at=now, force=settings.ENV.force_name)))
        laid.append(perf_counter() - composed)
        took.append(perf_counter() - began)
    slowest = max(took)
    told = f"{milliseconds(slowest)}, of that the PDF {milliseconds(max(laid))}"
    return Row(f"{name} ({size / 1024:,.0f} KiB)", told, "", "", "<= 10 s", slowest <= PACK)


def _pages(world: World) -> list[tuple[str, str, str]]:
    from bench.filling import session_cookie
    from goldthread.commissioner.catalogue import tables
    from goldthread.commissioner.models import TableEdition
    from goldthread.governance.models import Pack
    from goldthread.improvement.models import PlanReport, Recommendation
    from goldthread.learning.models import Cohort
    from goldthread.quality.models import QualityRound

    silver, gold, lead, trainer, office = (
        session_cookie(world.whose(role)) for role in ("silver", "gold", "programme_lead", "trainer", "pcc")
    )
    scored = session_cookie(world.whose("qa_lead"))
    slow, round, cohort = "child-again-90", QualityRound.objects.latest("pk"), Cohort.objects.latest("starts", "pk")
    table = next(iter(tables()))
    pages = [
        ("measures, every one as of now", "/measures/", silver),
        ("a measure's weeks", f"/measures/weeks/{slow}/", silver),
        ("the cases behind it", f"/measures/{slow}/", silver),
        ("the hub", "/governance/", silver),
        ("figures", "/governance/figures/", silver),
        ("a figure with its chart", f"/governance/figures/{slow}/", silver),
        ("a rate of quality with its chart", "/governance/figures/quality.good/", silver),
        ("packs", "/governance/packs/", silver),
        ("quality's rounds", "/quality/rounds/", scored),
        ("a round's rates", f"/quality/rates/{round.pk}/", scored),
        ("themes", "/quality/themes/", scored),
        ("learning", "/learning/", trainer),
        ("who is due", "/learning/due", trainer),
        ("a cohort", f"/learning/cohorts/{cohort.pk}/", trainer),
        ("effects", "/learning/effects/", trainer),
        ("the plan", "/improvement/", lead),
        ("a recommendation", f"/improvement/recommendations/{Recommendation.objects.latest('pk').pk}/", lead),
        ("a board that sits", f"/meetings/{_board(world)}/", silver),
        ("the Commissioner's page", "/commissioner/", office),
        ("the plan as the office sees it", "/commissioner/plan/", office),
        ("comments of section 55", f"/commissioner/letters/{PlanReport.objects.latest('pk').pk}/", office),
    ]
    if (pack := Pack.objects.order_by("pk").last()) is not None:
        pages.append(("a pack as it was issued", f"/governance/packs/{pack.pk}/", gold))
    if TableEdition.objects.filter(table=table).exists():
        pages.append(("an edition", f"/commissioner/tables/{table}/", office))
    return pages


def _board(world: World) -> int:
    """Silver's meeting that sits, called where none does."""
    import uuid

    from goldthread.config.errors import Refused
    from goldthread.meetings.actions import call, kind_of
    from goldthread.meetings.queries import newest

    before = newest("silver")
    if before is not None and before.is_open:
        return int(before.pk)
    from django.db import connection

    from goldthread.clocks.db import database_now

    because = kind_of("silver", database_now(connection)).because[0][0]
    try:
        return int(call(world.whose("silver"), "silver", key=uuid.uuid4(), because=because).pk)
    except Refused as error:
        raise CannotMeasureError(str(error)) from None


def _incidents() -> int:
    from goldthread.contact.models import Incident

    return int(Incident.objects.count())
