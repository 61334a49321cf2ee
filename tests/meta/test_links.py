"""The project's pages hang together, and speak of no machine but the reader's own."""

from __future__ import annotations

import os
import re
import subprocess
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.meta.sources import ROOT


@lru_cache(maxsize=1)
def _files() -> list[Path]:
    """Every file that is tracked or would be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


PAGES = [path for path in _files() if path.suffix == ".md"]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _prose(text: str) -> str:
    """The text without its code, in which brackets are no links."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL))


def _links(text: str) -> list[str]:
    """Targets of links and pictures within the project."""
    found = re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", _prose(text))
    return [target for target in found if not urlsplit(target).scheme]


def _anchors(text: str) -> set[str]:
    """The names by which a page's headings can be linked to."""
    headings = re.findall(
        r"^#+ (.+)$", re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _broken(page: Path, text: str) -> list[str]:
    found = []
    for target in _links(text):
        path, _, anchor = target.partition("#")
        aim = (page.parent / path).resolve() if path else page
        if not aim.exists() or (anchor and anchor not in _anchors(aim.read_text(encoding="utf-8"))):
            found.append(target)
    return found


def test_every_link_leads_somewhere() -> None:
    assert PAGES
    assert not {_name(page): broken for page in PAGES if (broken := _broken(page, page.read_text(encoding="utf-8")))}


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("[a](README.md)", False),
        ("[a](docs/README.md#all-pages)", False),
        ("[a](docs/README.md#no-such-heading)", True),
        ("![a](docs/no-such-picture.png)", True),
        ("[a](https://example.org/nothing)", False),
        ("`[a](nowhere.md)`", False),
    ],
)
def test_the_check_of_links_catches_what_it_should(text: str, broken: bool) -> None:
    assert bool(_broken(ROOT / "README.md", text)) is broken


def test_every_page_is_found_from_the_first_one() -> None:
    reached, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in reached or page.suffix != ".md" or not page.is_file():
            continue
        reached.add(page)
        todo += [
            (page.parent / target.partition("#")[0]).resolve() for target in _links(page.read_text(encoding="utf-8"))
        ]
    assert {_name(page) for page in PAGES if page.is_relative_to(ROOT / "docs")} <= {_name(page) for page in reached}


def test_the_readme_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "`make run`" in text
    assert "`make test`" in text


# Put together here, so that this file does not hold what it looks for.
REGISTRIES = [
    ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
]
MACHINES = [r"/" + r"work/", r"/" + r"home/\w", r"/" + r"Users/\w"]
CONFIGURED = ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "npm_config_registry", "NPM_CONFIG_REGISTRY")


def _unwanted() -> re.Pattern[str]:
    hosts = {urlsplit(os.environ.get(name, "")).hostname for name in CONFIGURED} - {None, "localhost", "127.0.0.1"}
    return re.compile(
        "|".join([*MACHINES, *(re.escape(str(host)) for host in [*REGISTRIES, *sorted(map(str, hosts))])])
    )


def test_no_file_names_a_machine_path_or_a_registry() -> None:
    found, unwanted = [], _unwanted()
    for path in _files():
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [
            f"{_name(path)}:{text.count(chr(10), 0, hit.start()) + 1}: {hit[0]}" for hit in unwanted.finditer(text)
        ]
    assert len(_files()) > len(PAGES)
    assert not found


@pytest.mark.parametrize("text", [f"see {MACHINES[0]}x", "/" + "home/ann/x", f"https://{REGISTRIES[0]}/simple"])
def test_the_check_of_names_catches_what_it_should(text: str) -> None:
    assert _unwanted().search(text)
