"""The Jinja environment of the pages: what a template may call, and where it is looked for."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from django.contrib.messages import get_messages
from django.forms import BoundField, renderers
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import json_script
from jinja2 import BaseLoader, ChainableUndefined, ChoiceLoader, Environment, PackageLoader, PrefixLoader, pass_context
from jinja2.runtime import Context, Undefined
from markupsafe import Markup

from goldthread.web import times

PACKAGE = Path(__file__).resolve().parent.parent
BUILT = Path(__file__).resolve().parent / "static" / "built"


def template_dirs() -> list[Path]:
    """Every app's ``templates`` folder; the accounts app first, since it overrides the sign-on pages."""
    found = sorted(PACKAGE.glob("*/templates"))
    return sorted(found, key=lambda folder: folder.parent.name != "accounts")


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named route; raises ``NoReverseMatch`` so that a wrong link never renders."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


@lru_cache(maxsize=1)
def _build_mark() -> str:
    """Eight characters that change with every build of the styles, so that browsers fetch the new ones."""
    stamp = BUILT / ".stamp"
    return stamp.read_text()[:8] if stamp.exists() else "unbuilt"


def asset(name: str) -> str:
    """The address of a built style or script, such as ``web.css``."""
    return f"{static(f'built/{name}')}?v={_build_mark()}"


def _known(value: datetime | Undefined | None) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _now(context: Context, now: datetime | None) -> datetime | None:
    found = now or context.get("now")
    return found if isinstance(found, datetime) else None


@pass_context
def clock(context: Context, value: datetime | None, now: datetime | None = None, seconds: bool = False) -> str:
    """``times.clock`` with the page's own ``now`` unless another is given."""
    return times.clock(_known(value), _now(context, now), seconds)


@pass_context
def ago(context: Context, value: datetime | None, now: datetime | None = None) -> str:
    """``times.ago`` with the page's own ``now``; empty when the page has none."""
    moment = _now(context, now)
    return times.ago(_known(value), moment) if moment else ""


@pass_context
def both_times(context: Context, value: datetime | None, now: datetime | None = None, seconds: bool = False) -> Markup:
    """Clock time and "12 min ago" together; the browser keeps the second one current."""
    known, moment = _known(value), _now(context, now)
    if known is None:
        return Markup('<span class="when">{}</span>').format(times.NOT_KNOWN)
    stamp = known.isoformat(timespec="seconds")
    shown = Markup('<time datetime="{}">{}</time>').format(stamp, times.clock(known, moment, seconds))
    if moment:
        shown += Markup(' <span class="when__ago" data-ago="{}">{}</span>').format(stamp, times.ago(known, moment))
    return Markup('<span class="when">{}</span>').format(shown)


def moment(value: str | Undefined | None) -> datetime | None:
    """A time from a document's text, for the filters that show times; None where there is none."""
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def bound(field: object) -> BoundField:
    """The field itself; raises ``TypeError`` for anything else, since a field that renders as nothing would go unseen.

    In a template write ``form["name"]``: ``form.name`` finds a method of that name first.
    """
    if not isinstance(field, BoundField):
        raise TypeError(f"a field of a form is needed here, not {type(field).__name__}")
    return field


def drawing(svg: str) -> Markup:
    """An SVG made by the server itself, without its XML declaration, to stand in the page (no data: address needed)."""
    return Markup(svg[svg.index("<svg") :])  # noqa: S704 - never given anything a user typed


class Pages(Environment):
    """An environment whose globals stand before the first template is loaded, as here they all do."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A plain dictionary: each part that a page includes or imports copies it, and Jinja's own chain of two copies slowly."""
        return {**self.globals, **(d or {})}


class Widgets(renderers.Jinja2):
    """Draws the inputs of forms by the templates that Django brings for Jinja, which cost half of its own; the same markup."""

    @cached_property
    def engine(self) -> Any:
        return self.backend(
            {
                "APP_DIRS": False,
                "DIRS": [Path(renderers.__file__).parent / self.backend.app_dirname],
                "NAME": "widgets",
                "OPTIONS": {"environment": "goldthread.web.jinja.Pages"},
            }
        )


def environment(**options: Any) -> Environment:
    """The environment for Django's Jinja2 backend.

    Undefined values may be walked through and render empty, since a page must show what it has; autoescaping is on.
    The public-service components are found under ``govuk_frontend_jinja/``.
    """
    own: BaseLoader = options.pop("loader")
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    options.update(
        loader=ChoiceLoader([own, components]),
        undefined=ChainableUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made = Pages(**options)
    made.globals.update(url=url, static=static, asset=asset, json_script=json_script)
    made.globals.update(get_messages=get_messages, clock_state=times.bar, bound=bound)
    made.filters.update(clock=clock, ago=ago, both_times=both_times, duration=times.duration, spoken=times.spoken)
    made.filters.update(drawing=drawing, moment=moment)
    return made
