"""A running Goldthread for browser tests: pages and stream as an operator starts them, on a database of their own."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page
from pytest_django import DjangoDbBlocker

from tests.cast import PASSWORD
from tests.conftest import Database, _connect, _copy

AXE = Path("node_modules/axe-core/axe.min.js")


class Service:
    """The addresses of a running service, and its database."""

    def __init__(self, database: Database, port: int, stream_port: int) -> None:
        self.database = database
        self.base = f"http://localhost:{port}"
        self.stream = f"http://localhost:{stream_port}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(process: subprocess.Popen[bytes], url: str) -> None:
    for _ in range(600):
        with suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        if process.poll() is not None:
            pytest.fail(f"{process.args} ended at start")
        time.sleep(0.1)
    pytest.fail(f"{process.args} did not answer")


@contextmanager
def served(cluster: Database, template: str, worker_id: str) -> Iterator[Service]:
    """Pages and stream on a fresh database with the cast in it."""
    port, stream_port = _free_port(), _free_port()
    with _copy(cluster, template, f"browser_{worker_id}_{port}") as made:
        env = {**made.env, "GOLDTHREAD_PORT": str(port), "GOLDTHREAD_STREAM_PORT": str(stream_port)}
        granian = [sys.executable, "-m", "granian", "--log-level", "warning", "--backpressure", "64"]
        pages = [
            *granian,
            "--interface",
            "wsgi",
            "--port",
            str(port),
            "--blocking-threads",
            "8",
            "goldthread.config.wsgi:application",
        ]
        stream = [*granian, "--interface", "asgi", "--port", str(stream_port), "goldthread.desk.stream.app:application"]
        cast = "import django; django.setup(); from tests.cast import make_cast; make_cast()"
        parts = [subprocess.Popen(one, env=env) for one in (pages, stream)]
        try:
            subprocess.run([sys.executable, "-c", cast], env=env, check=True)
            for process, at in zip(parts, (port, stream_port), strict=True):
                _answers(process, f"http://localhost:{at}/healthz")
            yield Service(made, port, stream_port)
        finally:
            for process in parts:
                process.terminate()
            for process in parts:
                process.wait(15)


@contextmanager
def inside(service: Service, blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database of a running service is the one that this test's own actions and questions go to."""
    with blocker.unblock():
        connections["default"].close()
        before = dict(connections["default"].settings_dict)
        _connect(service.database)
        yield
        connections["default"].close()
        connections["default"].settings_dict.update(before)


@pytest.fixture(scope="session")
def service(cluster: Database, template: str, worker_id: str) -> Iterator[Service]:
    """One service for every file that minds nothing others left in it."""
    with served(cluster, template, worker_id) as made:
        yield made


class Person:
    """Somebody of the cast at a browser, with what the page complained of."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def sign_in(self, username: str, password: str = PASSWORD) -> Person:
        """Sign in through the sign-in page and wait for the first page."""
        self.page.goto(f"{self.base}/accounts/login/")
        self.page.get_by_label("User name").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)
        return self

    def enter(self, username: str) -> Person:
        """Sign in without drawing a page: a third of the time of ``sign_in``, for whatever is not about signing in."""
        asked = self.page.context.request
        login = f"{self.base}/accounts/login/"
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', asked.get(login).text())
        assert token is not None
        form = {"login": username, "password": PASSWORD, "csrfmiddlewaretoken": token.group(1)}
        answer = asked.post(login, form=form, headers={"Referer": login}, max_redirects=0)
        assert answer.status == 302
        return self

    def go(self, path: str) -> Person:
        """Open a page of the service."""
        self.page.goto(f"{self.base}{path}")
        return self

    def look(self, *, dark: bool, size: tuple[int, int]) -> None:
        """Change the theme that the machine asks for and the size of the window, on the page as it stands."""
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def axe(self) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA on the page as it stands."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found: dict[str, Any] = self.page.evaluate(f"axe.run({{runOnly: {tags}}})")
        return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]


@pytest.fixture
def person(service: Service, chromium: Browser) -> Iterator[Callable[..., Person]]:
    """Open a browser for somebody: ``person("handler", dark=True, size=(1280, 800))``; None stays a stranger.

    They are signed in and no page is open yet: ``go("/")`` opens their first one.
    """
    contexts = []

    def opened(username: str | None, *, dark: bool = False, size: tuple[int, int] = (1920, 1080)) -> Person:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        made = Person(context.new_page(), service.base)
        return made.enter(username) if username else made

    yield opened
    for context in contexts:
        context.close()
