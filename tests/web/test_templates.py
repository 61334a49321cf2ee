import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from jinja2 import Environment

from goldthread.web.jinja import template_dirs

from . import gallery

FILES = sorted(p for folder in template_dirs() for p in folder.rglob("*") if p.suffix in {".jinja", ".html"})
ERRORS = ["400", "403", "404", "405", "413", "429", "500", "503", "csrf"]


class Elements(HTMLParser):
    """Start tags of a page with their attributes, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def named(self, name: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.found if tag == name]


def render(env: Environment, name: str, **context: Any) -> Elements:
    return Elements(env.get_template(name).render(context))


@pytest.mark.parametrize("path", FILES, ids=str)
def test_every_template_compiles(env: Environment, path: Path) -> None:
    env.parse(path.read_text())


NEVER_SERVED = "desk/fallback.jinja"
"""Opened from a disk, with no server behind it to give it its styles."""


@pytest.mark.parametrize("path", [one for one in FILES if not one.as_posix().endswith(NEVER_SERVED)], ids=str)
def test_no_template_carries_what_the_content_policy_forbids(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=[\"']|javascript:", text)
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag


def test_a_page_that_is_never_served_runs_no_script() -> None:
    (path,) = [one for one in FILES if one.as_posix().endswith(NEVER_SERVED)]
    assert not re.search(r"<script|\son[a-z]+=[\"']|javascript:", path.read_text())


@pytest.mark.parametrize("name", gallery.pages())
def test_the_pages_of_the_gallery_have_one_title_one_main_and_a_way_past_the_header(
    env: Environment, name: str
) -> None:
    template, context = gallery.pages()[name]
    page = render(env, template, **{**gallery.shell("light"), **context})
    assert len(page.named("main")) == 1
    assert page.named("html")[0]["lang"] == "en-GB"
    assert {"href": "#main"}.items() <= page.named("a")[0].items()
    ids = [attributes["id"] for _, attributes in page.found if "id" in attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", gallery.pages())
def test_every_input_has_a_name_a_screen_reader_can_say(env: Environment, name: str) -> None:
    template, context = gallery.pages()[name]
    text = env.get_template(template).render({**gallery.shell("light"), **context})
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', text))
    wrapped = set(re.findall(r"<label>\s*<input[^>]*?(?:value|data-single-keys)", text))
    page = Elements(text)
    for field in page.named("input") + page.named("select") + page.named("textarea"):
        if field.get("type") == "hidden" or field.get("name") == "theme" or "data-single-keys" in field:
            assert field.get("type") == "hidden" or wrapped
            continue
        assert field.get("id") in labelled or field.get("aria-label")


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_page_needs_no_context_and_says_three_things(env: Environment, name: str) -> None:
    text = env.get_template(f"web/errors/{name}.jinja").render()
    told = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text, re.DOTALL)
    assert [question for question, _ in told] == ["What happened", "What was kept", "What to do next"]
    assert all(len(answer.split()) >= 3 for _, answer in told)
    assert re.search(r"<h1>\s*\S", text)


def test_the_shell_names_the_person_and_marks_the_current_page(env: Environment) -> None:
    text = env.get_template("board.jinja").render(gallery.shell("dark"))
    page = Elements(text)
    assert page.named("html")[0]["data-theme"] == "dark"
    assert "P Okafor" in text
    assert "Dispatcher, B team" in text
    assert [a["href"] for a in page.named("a") if a.get("aria-current") == "page"] == ["#g b"]


def test_a_theme_from_a_stranger_is_not_put_in_the_page(env: Environment) -> None:
    page = render(env, "web/errors/404.jinja", theme='"><script>')
    assert page.named("html")[0]["data-theme"] == "system"


def test_the_server_error_page_survives_a_broken_context_processor(settings: Any) -> None:
    from goldthread.web.errors import server_error

    settings.ROOT_URLCONF = gallery.__name__
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.jinja2.Jinja2",
            "DIRS": template_dirs(),
            "OPTIONS": {
                "environment": "goldthread.web.jinja.environment",
                "context_processors": [f"{__name__}.broken"],
            },
        }
    ]
    answer = server_error(HttpRequest())
    assert answer.status_code == 500
    assert b"What was kept" in answer.content


def broken(_request: HttpRequest) -> dict[str, Any]:
    raise RuntimeError("the database is away")


@pytest.fixture
def plain(settings: Any) -> HttpRequest:
    settings.ROOT_URLCONF = gallery.__name__
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.jinja2.Jinja2",
            "DIRS": template_dirs(),
            "OPTIONS": {"environment": "goldthread.web.jinja.environment"},
        }
    ]
    request = HttpRequest()
    request.user = AnonymousUser()
    request.META["HTTP_ACCEPT"] = "text/html"
    return request


def test_a_part_of_a_page_that_fails_speaks_in_the_problem_place_only(plain: HttpRequest) -> None:
    from goldthread.web.errors import permission_denied

    plain.META["HTTP_HX_REQUEST"] = "true"
    answer = permission_denied(plain, Exception("Only a supervisor approves."))
    assert (answer["HX-Retarget"], answer["HX-Reselect"]) == ("#problem", "#error")
    assert b"Only a supervisor approves." in answer.content


def test_a_bare_refusal_gets_a_page_and_keeps_its_headers(plain: HttpRequest) -> None:
    from django.http import HttpResponseNotAllowed

    from goldthread.web.errors import ErrorPages

    answer = ErrorPages(lambda _: HttpResponseNotAllowed(["POST"]))(plain)
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert b"What to do next" in answer.content  # type: ignore[attr-defined]


def test_a_program_that_wants_no_page_gets_the_bare_refusal(plain: HttpRequest) -> None:
    from django.http import HttpResponseNotAllowed

    from goldthread.web.errors import ErrorPages

    plain.META["HTTP_ACCEPT"] = "application/json"
    assert ErrorPages(lambda _: HttpResponseNotAllowed(["POST"]))(plain).content == b""  # type: ignore[attr-defined]


def test_a_request_too_large_is_answered_as_such(plain: HttpRequest) -> None:
    from django.core.exceptions import RequestDataTooBig

    from goldthread.web.errors import bad_request

    assert bad_request(plain, RequestDataTooBig("x")).status_code == 413
    assert bad_request(plain, Exception("x")).status_code == 400
