"""Measures stay inside the force, and cases with those who may open them."""

from __future__ import annotations

from goldthread.audit.models import AuditEvent
from goldthread.contact.models import Incident
from tests.cast import Cast
from tests.measures.busy import Browser, busy, pages_time, waited
from tests.supervision.test_pages import text

__all__ = ["busy", "waited"]


def test_the_commissioners_office_opens_no_measure_by_whatever_address(waited: Cast, browser: Browser) -> None:
    """What it sees of figures are the tables that were issued to it: ``tests/commissioner``."""
    outside = browser(waited.pcc)
    assert "36 min" in pages_time(browser(waited.silver).get("/measures/").text, "first-thrive-in-time")
    for address in ("", "first-thrive-in-time/", "weeks/first-thrive-in-time/", "weeks/no-such/"):
        answer = outside.get(f"/measures/{address}")
        assert answer.status_code == 403, address
        assert "36 min" not in answer.text


def test_silver_sees_the_figure_and_no_case(busy: Cast, browser: Browser) -> None:
    page = text(browser(busy.silver).get("/measures/children-asked/?which=all"))
    assert "that count: 10." in page
    assert "In your sight, and listed here: 0." in page, (
        "none before a reason is given: tests/contact/test_reasoned_sight.py"
    )
    assert not [one for one in Incident.objects.values_list("reference", flat=True) if one in page]


def test_looking_at_cases_is_recorded_with_their_ids(busy: Cast, browser: Browser) -> None:
    page = browser(busy.supervisor).get("/measures/assessed/").text
    event = AuditEvent.objects.get(verb="measures.cases")
    shown = {one for one in map(str, Incident.objects.values_list("pk", flat=True)) if one in page}
    assert shown
    assert event.duty == "consultation"
    assert event.staff_id == busy.supervisor.pk
    assert all(one in event.subjects for one in shown)
