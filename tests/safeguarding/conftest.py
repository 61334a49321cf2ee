"""A referral of which the partner has a link, with their browser and their mailbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from goldthread.config.env import Mail
from goldthread.notices import actions as notices
from goldthread.safeguarding.referral_models import Referral
from tests.cast import Cast
from tests.safeguarding.links import Partner, path
from tests.safeguarding.referrals import partner, referred, with_children


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.MAIL = Mail(tmp_path.as_uri(), "goldthread@amberford.invalid", "texts.invalid")
    return tmp_path


@pytest.fixture
def referral(cast: Cast, folder: Path) -> Referral:
    made = referred(cast.vast, with_children(cast, "Orla Fenwick", "Tom Fenwick"), partner())
    notices.send_due()
    return made


@pytest.fixture
def ada(referral: Referral, folder: Path) -> Partner:
    return Partner(path(referral), folder)
