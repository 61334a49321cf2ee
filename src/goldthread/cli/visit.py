"""A visitor without a browser: signs in, reads pages, and listens to the stream for a moment."""

from __future__ import annotations

import http.cookiejar
import re
import urllib.parse
import urllib.request


class Visitor:
    """One person's visit to the pages at ``base``, cookies kept."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))

    def get(self, path: str) -> str:
        """A page's text. Raises ``urllib.error.HTTPError`` for a refusal."""
        with self._opener.open(self._base + path, timeout=20) as answer:
            text: str = answer.read().decode()
        return text

    def post(self, path: str, **values: str) -> str:
        """Send a form with the token that cookie and page share; the answer's text after any redirect."""
        token = next((cookie.value or "" for cookie in self._jar if cookie.name == "csrftoken"), "")
        data = urllib.parse.urlencode({**values, "csrfmiddlewaretoken": token}).encode()
        request = urllib.request.Request(self._base + path, data, {"Referer": self._base + path})  # noqa: S310 - own address
        with self._opener.open(request, timeout=20) as answer:
            text: str = answer.read().decode()
        return text

    def sign_in(self, username: str, password: str) -> None:
        """Sign in; raises ``ValueError`` when the sign-in page comes back."""
        self.get("/accounts/login/")
        page = self.post("/accounts/login/", login=username, password=password)
        if 'name="password"' in page:
            raise ValueError(f"{username} could not sign in")

    def stream(self, address: str, board: str) -> str:
        """The first words of the stream, from the mark that the board page carries."""
        found = re.search(r'data-mark="([^"]*)"', board)
        mark = urllib.parse.quote(found.group(1) if found else "")
        with self._opener.open(f"{address}?since={mark}", timeout=20) as answer:
            said = b""
            while b"event: changes" not in said and len(said) < 200_000:
                line = answer.readline()
                if not line:
                    break
                said += line
        return said.decode()
