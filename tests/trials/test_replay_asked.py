"""Who may have stored advice replayed, on the page, by a program and at the machine; and that it is on record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.assessment import actions
from goldthread.assessment.models import Reading
from goldthread.audit.models import AuditEvent
from goldthread.cli import main
from goldthread.contact.models import Incident
from tests.cast import Cast, opened, say

Browser = Callable[[Staff | None], Client]
WORDS = "He has got a knife to her and the kids are screaming in the back bedroom."


@pytest.fixture
def owner(cast: Cast) -> Staff:
    return Staff.objects.create(username="ai", name="Ai Owner", role="ai_owner", team=cast.silver.team)


@pytest.fixture
def said(cast: Cast) -> Incident:
    incident = opened(cast.handler)
    say(cast.handler, incident, WORDS)
    actions.read_fully(incident.pk)
    return incident


def far(cast: Cast) -> Incident:
    incident = opened(cast.stranger, area="South")
    say(cast.stranger, incident, "Two children by themselves at the station.")
    return incident


def shown(page: str) -> list[str]:
    return re.findall(r"AM-\d{6}-\d{4}", page[page.index("<main") :])


def test_the_owner_sees_every_incidents_and_no_word_of_it(
    cast: Cast, owner: Staff, said: Incident, browser: Browser
) -> None:
    other = far(cast)
    page = browser(owner).get("/trials/replay").text
    assert set(shown(page)) == {said.reference, other.reference}
    assert "Same: 3" in page
    assert "knife" not in page
    assert f"/incidents/{said.pk}/" not in page  # whose record is not theirs to open
    event = AuditEvent.objects.filter(verb="reader.replay").latest("pk")
    assert (event.duty, event.staff_id, json.loads(event.detail)["same"]) == ("consultation", owner.pk, 3)
    assert {one for _, one in json.loads(event.subjects)} == {str(said.pk), str(other.pk)}


def test_a_supervisor_sees_their_teams_and_opens_them(cast: Cast, said: Incident, browser: Browser) -> None:
    other = far(cast)
    page = browser(cast.supervisor).get("/trials/replay").text
    assert set(shown(page)) == {said.reference}
    assert f"/incidents/{said.pk}/" in page
    refused = browser(cast.supervisor).get("/trials/replay", {"incident": other.reference})
    assert refused.status_code == 404
    assert "no such incident in your sight" in refused.text
    assert other.reference in refused.text  # what was typed stands


def test_nobody_else_may(cast: Cast, said: Incident, browser: Browser) -> None:
    for name, one in cast.everybody().items():
        if name not in {"supervisor", "far_supervisor", "fim"}:
            assert browser(one).get("/trials/replay").status_code in (403, 404), name
    assert shown(browser(cast.far_supervisor).get("/trials/replay").text) == []
    assert not AuditEvent.objects.filter(verb="reader.replay", subjects__contains=str(said.pk)).exists()


def test_one_incident_in_whatever_letters_and_page_by_page(
    cast: Cast, owner: Staff, said: Incident, browser: Browser
) -> None:
    far(cast)
    for _ in range(20):
        say(cast.handler, said, "And he is still here.")
    client = browser(owner)
    first = client.get("/trials/replay", {"incident": f" {said.reference} "})
    assert client.get("/trials/replay", {"incident": said.reference.lower()}).status_code == 200
    assert set(shown(first.text)) == {said.reference}
    older = re.search(r'href="(\?incident=[^"]*before=\d+)"', first.text)
    assert older is not None
    second = client.get("/trials/replay" + older[1].replace("&amp;", "&")).text
    numbers = [int(one) for one in re.findall(r'<tr id="r(\d+)"', first.text + second)]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 22 == Reading.objects.filter(incident=said).count()
    assert "No older reading of this incident." in second


def test_an_odd_address_is_a_sentence_or_the_newest(cast: Cast, owner: Staff, said: Incident, browser: Browser) -> None:
    client = browser(owner)
    for given in ("x", "-1", "9" * 40, "٣", "0"):
        assert client.get("/trials/replay", {"before": given}).status_code == 200, given
    for given, status in (("no such", 404), ("x" * 400, 422), ("<b>", 404)):
        answer = client.get("/trials/replay", {"incident": given})
        assert answer.status_code == status, given
        assert "nothing was replayed" in answer.text.lower()
        assert "<b>" not in answer.text


def test_at_the_machine_it_counts_and_says_whether_any_differs(
    cast: Cast, said: Incident, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", "--last", "5"]) == 0
    told = capsys.readouterr().out
    assert "2 stored readings" in told
    assert "2 same" in told
    one = Reading.objects.latest("pk")
    kept = {each.attname: getattr(one, each.attname) for each in Reading._meta.concrete_fields if each.name != "id"}
    Reading.objects.create(**{**kept, "level": "low"})
    Reading.objects.create(**{**kept, "lexicon": "another"})
    assert main(["replay", "--incident", said.reference]) == 1
    told = capsys.readouterr().out
    assert "1 differs" in told
    assert f"level: low then, {one.level} now" in told
    assert "1: Cannot be replayed here: it was made with lexicon another" in told
    assert "knife" not in told
    assert main(["replay", "--last", "1"]) == 0
    assert "1 stored readings" in capsys.readouterr().out
    assert AuditEvent.objects.filter(verb="reader.replay", staff_id=None).count() == 3


def test_at_the_machine_what_cannot_be_asked_is_a_sentence(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    for given, told in (
        (["--last", "0"], "from 1 on"),
        (["--incident", "AM-000000-0000"], "no such incident"),
        ([], "no stored reading"),
    ):
        assert main(["replay", *given]) == 2
        assert told in capsys.readouterr().err
