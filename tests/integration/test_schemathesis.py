"""Every operation is asked what its description allows, and what it does not: the answers are as described, and never a fault.

The examples are drawn from the description alone, the same ones in every run. Incidents and allocations asked for are
mostly ones that stand, so that the rules behind an operation are reached and not only its refusals.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckContext
from schemathesis.config import SchemathesisConfig
from schemathesis.pytest.lazy import get_all_tests

from goldthread.accounts.actions import issue_token
from goldthread.accounts.roles import roles
from goldthread.assessment.elements import elements_on
from goldthread.contact.models import Incident
from goldthread.integration.api.description import describe
from goldthread.integration.api.fields import LARGEST_ID
from goldthread.response.grades import grades_on
from goldthread.response.models import Allocation
from goldthread.safeguarding.concern_actions import refer
from tests.cast import Cast, attended, closed, graded, key, make_cast, opened, say
from tests.investigation.scenes import accepted, offered
from tests.learning.scenes import planned, trainer
from tests.parts import some
from tests.quality.scenes import lead, person
from tests.trials.scenes import owner
from tests.trials.test_plans import planned as trial

CHECKS = {
    # A rule may still say that a value cannot be kept; ``only_a_rule_refuses`` holds that it was a rule.
    "positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "422"]},
    "negative_data_rejection": {"expected-statuses": ["400", "401", "404", "413", "415", "422"]},
}


def _config(examples: int, *, limits: bool, keeps: bool = False) -> SchemathesisConfig:
    """For each operation, this many examples of data that fits and of data that does not; with the limits of every value or without.

    ``keeps``: what is not as described is kept and told in the answer, and not refused.
    """
    drawn = {"max-examples": examples, "deterministic": True, "database": "none"}
    phases = {"coverage": {"enabled": limits}}
    checks = CHECKS
    if keeps:
        refuses = {"expected-statuses": [*CHECKS["negative_data_rejection"]["expected-statuses"], "200"]}
        checks = {**CHECKS, "negative_data_rejection": refuses}
    return SchemathesisConfig.from_dict({"generation": drawn, "phases": phases, "checks": checks})


SHORT, LONG = _config(4, limits=False), _config(15, limits=True)
KEEPS = "/api/v1/messages"
"""Each message of a list is answered by itself: one that cannot be read is kept, listed and told as unreadable."""


@schemathesis.check
def only_a_rule_refuses(_context: CheckContext, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """What fits the description is never refused as not as described."""
    if case.meta is not None and case.meta.generation.mode.is_positive and response.status_code == 422:
        assert not response.json()["type"].endswith("not-as-described"), response.text


@pytest.fixture(scope="module")
def one_connection() -> Iterator[None]:
    """Requests leave the test's transaction open, as Django's own test client has it."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


VALUES = {
    "areas": [("North", "North"), ("South", "South")],
    "grades": [(one.code, one.name) for one in grades_on(date.max).values()],
    "elements": [(one.code, one.asks) for one in elements_on(date.max)],
}
"""What is in force for the cast."""
DESCRIPTION = describe(VALUES)
OPERATIONS = [(method, path) for path, methods in DESCRIPTION["paths"].items() for method in methods]


Scene = tuple[list[Incident], Allocation, dict[str, str | int], dict[str, str]]


@dataclass(frozen=True)
class Standing:
    """What stands: incidents that are open, heard, attended and closed, a unit at one, a concern, an investigation and an offer of one
    (``others``), and programs of the FIM and of whoever does what the FIM may not.
    """

    incidents: Iterator[str]
    allocation: dict[str, str | int]
    others: dict[str, str | int]
    tokens: dict[str, str]

    def headers(self, verb: str) -> dict[str, str]:
        """Those of a program that may do this, the FIM's where it may."""
        role = next(one for one in self.tokens if roles()[one].can(verb))
        return {"Authorization": f"Bearer {self.tokens[role]}", "Host": "localhost"}

    def put_into(self, given: dict[str, Any]) -> None:
        """Ask for an incident that stands, each in turn; and for an allocation, for the one it is of. So with the others."""
        for name, stands in self.others.items():
            if _is_uuid(given.get(name)) or (isinstance(given.get(name), int) and 0 < given[name] <= LARGEST_ID):
                given[name] = stands
        if not _is_uuid(given.get("incident_id")):
            return
        given["incident_id"] = next(self.incidents)
        if isinstance(given.get("allocation_id"), int) and given["allocation_id"] > 0:
            given.update(self.allocation)


def _is_uuid(value: object) -> bool:
    try:
        return str(UUID(str(value))) == value
    except ValueError:
        return False


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: pytest.FixtureRequest, one_connection: None) -> Iterator[Scene]:
    """The incidents, the allocation, the investigation and the tokens, in one transaction that is rolled back after the module's last test."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield _made(make_cast())
        transaction.set_rollback(True)


def _made(cast: Cast) -> Scene:
    incidents = [opened(cast.handler) for _ in range(4)]
    say(cast.handler, incidents[1], "shouting next door, kids crying")
    for incident in incidents[2:]:
        graded(cast.handler, incident)
    attended(cast, incidents[3])
    closed(cast, incidents[3])
    attended(cast, incidents[2])
    others: dict[str, str | int] = {
        "concern_id": refer(cast.handler, incidents[1].pk, key=key(), words="kids crying").pk,
        "investigation_id": str(accepted(cast, incidents[1]).pk),
        "offer_id": offered(cast, incidents[0]).pk,
        "cohort_id": planned(cast, days=-1).pk,
        "trial_id": trial(cast).pk,
    }
    people = (
        cast.fim,
        cast.detective_sergeant,
        cast.vast,
        cast.auditor,
        cast.qa,
        lead(cast),
        person(cast, "programme", "programme_lead"),
        person(cast, "gold", "gold"),
        trainer(cast),
        owner(cast),
        person(cast, "integrator", "integrator"),
        person(cast, "access", "staff_keeper"),
        person(cast, "system", "incident_system"),
    )
    tokens = {one.role: issue_token(one.username)[0] for one in people}
    return incidents, Allocation.objects.get(incident=incidents[2]), others, tokens


@pytest.fixture
def standing(scene: Scene) -> Iterator[Standing]:
    """The scene as it was made."""
    incidents, sent, others, tokens = scene
    with transaction.atomic():
        yield Standing(
            itertools.cycle([str(incident.pk) for incident in incidents]),
            {"incident_id": str(sent.incident_id), "allocation_id": sent.pk},
            others,
            tokens,
        )
        transaction.set_rollback(True)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
def _asked(case: schemathesis.Case, standing: Standing) -> None:
    standing.put_into(case.path_parameters)
    # Into the case, not beside it: it is then judged by the headers that are sent.
    case.headers.update(standing.headers(case.operation.definition.raw["x-goldthread-verb"]))
    case.call_and_validate()


@pytest.mark.parametrize("config", [SHORT, pytest.param(LONG, marks=pytest.mark.long)], ids=["short", "long"])
@pytest.mark.parametrize(("method", "path"), some(OPERATIONS, 2))
def test_an_operation_is_as_described(method: str, path: str, config: SchemathesisConfig, standing: Standing) -> None:
    """Not by ``schema.parametrize``: that draws every example in each worker while tests are collected, and names all of
    its tests alike, of which a worker runs one.
    """
    if path == KEEPS:
        config = _config(4, limits=False, keeps=True)
    schema = schemathesis.openapi.from_dict(DESCRIPTION, config=config)
    schema.app = get_wsgi_application()
    (drawn,) = get_all_tests(
        schema=schema.include(method=method.upper(), path=path), test_func=_asked, settings=None, given_kwargs=None
    )
    _operation, asks = drawn.ok()
    asks(standing=standing)
