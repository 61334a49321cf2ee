"""On an incident's page no key stands for two things, also where something is asked and everything may be done."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.response.request_actions import ask_lower
from tests.cast import Cast, key
from tests.response.test_requests import WHY, with_child

Browser = Callable[[Staff | None], Client]


def test_no_key_does_two_things(cast: Cast, browser: Browser) -> None:
    incident = with_child(cast)
    ask_lower(cast.handler, incident.pk, key=key(), code="scheduled", **WHY)
    page = browser(cast.fim).get(f"/incidents/{incident.pk}/").text
    keys = Counter(re.findall(r'data-key="([^"]+)"', page))
    assert {"alt+p", "alt+v", "alt+b"} <= set(keys), "a request stands, and safeguarding may be next"
    del keys["ctrl+enter"]  # sends the form that one is in
    assert [one for one, times in keys.items() if times > 1] == []
