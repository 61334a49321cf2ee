"""What import-linter cannot see: keys by string, models by name and templates never point up the floors."""

from __future__ import annotations

import ast
import re

from django.apps import apps

from tests.meta.sources import FLOORS, PACKAGE, app_of, calls, chain, floor, imported, own_modules

APPS = {app for apps_ in FLOORS for app in apps_}
MODULES = {name: tree for name, tree in own_modules().items() if "/" in name}
TEMPLATES = sorted(
    path.relative_to(PACKAGE).as_posix()
    for pattern in ("*.jinja", "*.html")
    for path in PACKAGE.glob(f"*/templates/**/{pattern}")
)
POINTING = re.compile(r"""{%-?\s*(?:extends|include|import|from)\s+(?P<what>.+?)\s*-?%}""")
NAMED = re.compile(r"""["']([\w./-]+)["']""")
TAKES_THE_PLACE_OF = {"account", "mfa"}
"""Folders of the sign-on library's pages, which the accounts app overrides."""


def test_every_folder_of_the_package_has_a_floor() -> None:
    assert {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()} == APPS


def test_every_import_points_down() -> None:
    for name, tree in MODULES.items():
        for one in imported(tree):
            parts = one.split(".")
            if parts[0] == "goldthread" and len(parts) > 1 and parts[1] in APPS:
                assert floor(parts[1]) <= floor(app_of(name)), (name, one)


def test_every_key_points_down() -> None:
    for model in apps.get_models(include_auto_created=True):
        own = model.__module__.split(".")
        if own[0] != "goldthread":
            continue
        for field in model._meta.get_fields():
            if field.many_to_one or (field.one_to_one and not field.auto_created):
                other = field.related_model.__module__.split(".")
                if other[0] == "goldthread":
                    assert floor(other[1]) <= floor(own[1]), (model._meta.label, field.name)


def test_no_model_is_fetched_by_name_from_above() -> None:
    for name, tree in own_modules().items():
        for call in calls(tree):
            names = chain(call)
            if (
                names
                and names[-1] in {"get_model", "ForeignKey", "OneToOneField", "ManyToManyField", "import_module"}
                and call.args
            ):
                first = call.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    app = first.value.removeprefix("goldthread.").split(".")[0]
                    if app in APPS:
                        assert floor(app) <= floor(app_of(name)), (name, first.value)


def test_every_template_points_down() -> None:
    for name in TEMPLATES:
        text = (PACKAGE / name).read_text(encoding="utf-8")
        for found in POINTING.finditer(text):
            for target in NAMED.findall(found["what"]):
                folder = target.split("/")[0]
                app = "accounts" if folder in TAKES_THE_PLACE_OF else folder
                if "/" in target and app in APPS:
                    assert floor(app) <= floor(app_of(name)), (name, target)


def test_every_template_lies_in_its_apps_own_folder() -> None:
    for name in TEMPLATES:
        app, _templates, folder, *rest = name.split("/")
        own = folder == app or (app == "accounts" and folder in TAKES_THE_PLACE_OF) or (app == "web" and not rest)
        assert own, name


def test_every_template_rendered_is_ones_own_or_lower() -> None:
    for name, tree in MODULES.items():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.fullmatch(r"\w+/[\w./-]+\.(jinja|html)", node.value)
            ):
                folder = node.value.split("/")[0]
                app = "accounts" if folder in TAKES_THE_PLACE_OF else folder
                assert app in APPS, (name, node.value)
                # The settings name the sign-on library's page by its path; they render nothing.
                if name != "config/settings.py":
                    assert floor(app) <= floor(app_of(name)), (name, node.value)


def test_there_are_modules_and_templates() -> None:
    assert len(MODULES) > 300
    assert len(TEMPLATES) > 30
