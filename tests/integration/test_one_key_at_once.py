"""A form of quality, learning, plan or governance sent twice at the same instant: it acts once, and both are told the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import ModuleType

import pytest
from django.db.models import Model

from goldthread.governance import actions as governance
from goldthread.governance import rules as governance_rules
from goldthread.governance.models import Annotation
from goldthread.improvement import actions as plan
from goldthread.improvement import entry_rules
from goldthread.improvement.models import PlanReport
from goldthread.learning import actions as learning
from goldthread.learning import rules as learning_rules
from goldthread.learning.models import Cohort, LearningNeed
from goldthread.learning.views import today
from goldthread.quality import actions as quality
from goldthread.quality import rules as quality_rules
from goldthread.quality import theme_actions, theme_rules
from goldthread.quality.models import QualityRound, QualityTheme
from tests.at_once import both, meet
from tests.cast import key, make_cast
from tests.conftest import Database
from tests.governance.scenes import CODE, history
from tests.improvement.scenes import keeper
from tests.learning.scenes import COURSE, trainer
from tests.quality.scenes import day_of, lead
from tests.quality.test_themes import TITLE, WHY, a_round
from tests.response.test_alarms import later
from tests.retention.scenes import without_child


def test_sent_twice_at_once_it_acts_once(committing: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = make_cast()
    scored, closed, same = a_round(cast), without_child(cast), key()
    history([50, 50])
    days = {"since": day_of(closed), "until": day_of(closed)}
    later(timedelta(days=2))
    keeps, leads, trains = keeper(cast), lead(cast), trainer(cast)
    cohort = {"course": COURSE, "starts": today(), "ends": today(), "place": "Room 2", "places": 5}
    report = {"name": "A report", "source": "A body", "kind": "own", "published_on": date(2026, 5, 1)}
    commands: list[tuple[type[Model], ModuleType, str, Callable[[], object]]] = [
        (LearningNeed, learning_rules, "need", lambda: learning.enter_need(trains, key=same, words="Ask.", roles=["call_handler"])),
        (Cohort, learning_rules, "cohort", lambda: learning.plan_cohort(trains, key=same, **cohort)),  # type: ignore[arg-type]
        (QualityRound, quality_rules, "plan", lambda: quality.draw_round(leads, key=same, numbers={"asked_none": 1}, **days)),
        (
            QualityTheme, theme_rules, "checked",
            lambda: theme_actions.make(leads, key=same, round_id=scored.pk, title=TITLE, why=WHY, question="voice"),
        ),
        (Annotation, governance_rules, "note", lambda: governance.annotate(cast.silver, CODE, key=same, day=today(), words="A new form.")),
        (PlanReport, entry_rules, "report", lambda: plan.add_report(keeps, key=same, recommendations=2, **report)),  # type: ignore[arg-type]
    ]  # fmt: skip
    for model, module, between, act in commands:
        before = model._default_manager.count()
        with monkeypatch.context() as met:
            meet(met, module, between)
            first, second = both(act, act)
        assert isinstance(first, model), (model, first)
        assert first == second, model
        assert model._default_manager.count() == before + 1, model
