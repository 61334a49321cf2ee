"""The pager's values: where one is in a long list, and the addresses before and after."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page
from django.http import HttpRequest

LONGEST = 7
"""Digits that no list's page has."""


def asked_page(request: HttpRequest) -> int:
    """The page that an address asks for, from 1 on, before it is known how many there are; whatever is none is the first."""
    asked = request.GET.get("page", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < LONGEST else 1


def page_links(request: HttpRequest, page: Page[Any], one: str, path: str = "") -> dict[str, Any]:
    """What ``pager`` of the components shows. Addresses keep the filters; ``path`` is where the list stands, if not here.

    ``one`` is what a row is called, such as *incident*.
    """

    def address(number: int) -> str:
        kept = {name: value for name, value in request.GET.items() if name != "page"}
        return f"{path or request.path}?{urlencode({**kept, 'page': number})}"

    pages = page.paginator
    return {
        "number": page.number,
        "pages": pages.num_pages,
        "total": pages.count,
        "what": one if pages.count == 1 else f"{one}s",
        "previous": address(page.number - 1) if page.has_previous() else "",
        "next": address(page.number + 1) if page.has_next() else "",
    }
