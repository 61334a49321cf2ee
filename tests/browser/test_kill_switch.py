"""The kill switch in a live call: the handler types on, nothing is lost, the screen says so, and what was not read is read afterwards."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from pytest_django import DjangoDbBlocker

from goldthread.accounts.models import Staff
from goldthread.assessment import mode_actions
from goldthread.assessment.models import Reading, Unread
from goldthread.contact.models import Entry, Incident
from goldthread.response import alarm_actions
from goldthread.response.models import Alarm
from goldthread.trials.models import Miss
from tests.browser.calls import PATIENCE
from tests.browser.conftest import Person, Service, inside
from tests.response.test_alarms import later

pytestmark = pytest.mark.browser
BEFORE, AFTER = "kids crying upstairs, he has a knife", " and now it has gone quiet, she says he will kill them"


def _switch(service: Service, blocker: DjangoDbBlocker, *, off: bool) -> None:
    with inside(service, blocker):
        by = Staff.objects.filter(role="ai_owner").first()
        if by is None:
            team = Staff.objects.get(username="pcc").team
            by = Staff.objects.create(
                username="aiowner", name="Aiowner Amber", role="ai_owner", team=team, password="!"
            )
        mode_actions.switch(by, off=off, why="It marks what nobody said.")


def test_the_handler_types_on_and_what_was_not_read_is_owned(
    service: Service, person: Callable[..., Person], django_db_blocker: DjangoDbBlocker
) -> None:
    handler = person("handler").go("/")
    page = handler.page
    page.wait_for_url(re.compile(r"/contact/[0-9a-f-]{36}/"))
    incident = uuid.UUID(page.url.split("/contact/")[1][:36])
    board = person("dispatcher").go("/board/").page
    box = page.get_by_label("What is said or heard")
    box.press_sequentially(BEFORE)
    expect(page.locator("#noticed [data-cue]").first).to_be_visible(timeout=PATIENCE)
    try:
        _switch(service, django_db_blocker, off=True)
        # The board of somebody who touches nothing says so by itself.
        expect(board.locator('[data-told="off"]')).to_be_visible(timeout=PATIENCE)
        box.press_sequentially(AFTER)
        expect(page.locator('#noticed [data-reader="off"]')).to_be_visible(timeout=PATIENCE)
        expect(page.locator("#noticed [data-cue]")).to_have_count(0)
        expect(page.locator("#noticed")).to_contain_text("The reader is off since")
        expect(box).to_have_value(BEFORE + AFTER)
        page.keyboard.press("Control+Enter")
        said = page.locator("#said .entry__words", has_text="gone quiet")
        expect(said).to_be_visible(timeout=PATIENCE)
        expect(said.locator("mark")).to_have_count(0)
        with inside(service, django_db_blocker):
            (entry,) = Entry.objects.filter(incident=incident, kind="words")
            assert entry.text is not None
            assert entry.text.text == BEFORE + AFTER
            assert [one.state for one in Reading.objects.filter(incident=incident)] == ["off"]
            assert Unread.objects.filter(incident=incident).exists()
    finally:
        _switch(service, django_db_blocker, off=False)
    with inside(service, django_db_blocker):
        mode_actions.catch_up()
        assert Reading.objects.filter(incident=incident).order_by("-pk")[0].level == "immediate"
        later(timedelta(minutes=6))
        alarm_actions.raise_due()
        assert Alarm.objects.filter(incident=incident, kind="unseen", raised_at__isnull=False, ended_at=None).exists()
        assert Miss.objects.filter(incident=incident, mode="off").exists()
        assert Incident.objects.get(pk=incident).is_open
        later(timedelta(minutes=-6))
    box.press_sequentially("hello, he has a knife")
    expect(page.locator("#noticed [data-cue]").first).to_be_visible(timeout=PATIENCE)
    assert handler.complaints == []
