"""``python -m soak.signed_in``: signs in everybody who may see the board, and prints their cookies and the board's mark as JSON."""

from __future__ import annotations

import json

import django

django.setup()

from bench.filling import session_cookie  # noqa: E402 - Django must be set up first

from goldthread.accounts.models import Staff  # noqa: E402
from goldthread.desk.queries import snapshot  # noqa: E402

if __name__ == "__main__":
    people = [one for one in Staff.objects.filter(is_active=True).order_by("pk") if one.can("board.see")]
    print(json.dumps({"cookies": [session_cookie(one) for one in people], "mark": snapshot()}))
