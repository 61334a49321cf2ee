"""The templates without a server: the product's own environment over every app's template folder."""

from __future__ import annotations

import pytest
from jinja2 import Environment, FileSystemLoader

from goldthread.web.jinja import environment, template_dirs

from . import gallery


@pytest.fixture
def env(settings: object) -> Environment:
    settings.ROOT_URLCONF = gallery.__name__  # type: ignore[attr-defined]
    return environment(loader=FileSystemLoader([*template_dirs(), gallery.SAMPLES]))
