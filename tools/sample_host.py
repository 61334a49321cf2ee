"""A sample page of an invented command-and-control system, *Harrier CAD*, with the THRIVE card of Goldthread in it.

    GOLDTHREAD_TOKEN=... python tools/sample_host.py [--goldthread http://localhost:8000] [--port 8100]

Open it under another name than Goldthread's (http://127.0.0.1:8100/ beside http://localhost:8000/), as an incident system is another
origin, and have ``GOLDTHREAD_CARD_HOSTS=http://127.0.0.1:8100`` set where Goldthread runs. The token is a service account's of the role
*incident_system*; it stays in this program and never comes to the page.

It shows what a host has to do, and no more: ask for an address, put it in a frame, and set the frame's height by what the card says. Below
the frame it tries what a host must not be able to do, and says what came of it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
import uuid
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

STYLE = """
body { margin: 0; background: #10202b; color: #e8eef2; font: 15px/1.4 "DejaVu Sans Mono", monospace }
header { display: flex; gap: 24px; padding: 8px 16px; background: #1c3a4d } header b { letter-spacing: 2px }
main { display: flex; gap: 16px; padding: 16px } section { flex: 1 } aside { width: 420px }
h1, h2 { margin: 0 0 8px; font-size: 16px } td, th { border-bottom: 1px solid #35566b; padding: 4px 10px 4px 0; text-align: left }
iframe { width: 420px; height: 300px; border: 1px solid #35566b; background: #fff } label { display: block; margin: 8px 0 }
input, button { font: inherit } pre { white-space: pre-wrap } a { color: #9fd0ee }
"""
SCRIPT = """
const frame = document.querySelector("iframe");
const goldthread = document.body.dataset.goldthread;
if (frame) {
  addEventListener("message", (event) => {
    if (event.origin !== goldthread || event.source !== frame.contentWindow) return;
    const height = event.data && event.data.goldthreadCard && event.data.goldthreadCard.height;
    if (Number.isInteger(height) && height > 0 && height < 20000) frame.style.height = `${height + 2}px`;
    document.body.dataset.heard = JSON.stringify(Object.keys(event.data.goldthreadCard));
  });
  frame.addEventListener("load", async () => {
    const inside = frame.contentWindow;
    const tries = {
      "the document in the frame": () => frame.contentDocument && frame.contentDocument.body.innerText,
      "its window's document": () => inside.document.body.innerText,
      "where it is now": () => inside.location.href,
      "its storage": () => inside.localStorage.length,
      "its cookies": () => inside.document.cookie,
      "this page's cookies": () => document.cookie,
      "its functions": () => inside.fetch(frame.src),
      "who opened it": () => inside.opener && inside.opener.document.title,
      "its address again, with cookies": async () => (await fetch(frame.src, { credentials: "include" })).text(),
      "its address again, without": async () => (await fetch(frame.src)).text(),
      "its incident, by the API": async () => (await fetch(`${goldthread}/api/v1/my/incidents`, { credentials: "include" })).text(),
      "its board": async () => (await fetch(`${goldthread}/board/`, { credentials: "include" })).text(),
      "an answer to a message": () =>
        new Promise((done) => {
          const heard = (event) => !(event.data && event.data.goldthreadCard) && done(JSON.stringify(event.data));
          addEventListener("message", heard);
          for (const said of ["tell", { read: "all" }, { goldthreadCard: { read: true } }]) inside.postMessage(said, "*");
          setTimeout(() => done(""), 1500);
        }),
    };
    const found = {};
    for (const [what, read] of Object.entries(tries)) {
      try {
        found[what] = (await read()) || "nothing";
      } catch (error) {
        found[what] = `refused (${error.name})`;
      }
    }
    document.getElementById("tried").textContent = Object.entries(found).map(([what, told]) => `${what}: ${told}`).join("\\n");
    document.body.dataset.tried = "1";
  }, { once: true });
}
"""


def card(goldthread: str, token: str, reference: str, person: str, host: str) -> str:
    """The address of a card, as Goldthread gives it to this system. Raises ``ValueError`` with what it said instead."""
    asked = urllib.request.Request(  # noqa: S310 - the operator's own address
        f"{goldthread}/api/v1/cards",
        json.dumps({"reference": reference, "person": person, "host": host}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())},
    )
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
            return str(json.load(answer)["address"])
    except urllib.error.HTTPError as error:
        raise ValueError(json.loads(error.read())["detail"]) from None
    except OSError as error:
        raise ValueError(f"Goldthread does not answer ({error}).") from None


def page(goldthread: str, reference: str, person: str, address: str, wrong: str) -> str:
    """The host's page: its own incident on the left, the card on the right."""
    frame = f'<iframe title="THRIVE of {escape(reference)}" src="{escape(address)}"></iframe>' if address else ""
    shown = f"<p>{escape(wrong)}</p>" if wrong else frame or "<p>Choose an incident: its card stands here.</p>"
    return f"""<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Harrier CAD</title><link rel="stylesheet" href="/harrier.css">
<script src="/harrier.js" defer></script></head>
<body data-goldthread="{escape(goldthread)}">
<header><b>HARRIER CAD</b><span>Amberford control room (invented)</span><span>Signed in: {escape(person or "nobody")}</span></header>
<main><section><h1>Incident {escape(reference)}</h1>
<table><tr><th>Type</th><td>Concern for safety</td></tr><tr><th>Log</th><td>3 lines, unit NA21 asked for</td></tr></table>
<form><label>Incident <input name="reference" value="{escape(reference)}"></label>
<label>Signed in as <input name="person" value="{escape(person)}"></label><button>Show</button></form>
<h2>What this page could read of the card</h2><pre id="tried">Nothing tried yet.</pre></section>
<aside aria-label="Goldthread">{shown}</aside></main></body></html>"""


def server(goldthread: str, token: str, port: int, bind: str = "127.0.0.1") -> ThreadingHTTPServer:
    """The sample system, not serving yet."""

    class Harrier(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """The page, its style or its script."""
            parts = urlsplit(self.path)
            if parts.path == "/harrier.css":
                return self._answer("text/css", STYLE)
            if parts.path == "/harrier.js":
                return self._answer("text/javascript", SCRIPT)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            reference, person = asked.get("reference", ""), asked.get("person", "")
            address = wrong = ""
            if reference and person:
                try:
                    address = card(goldthread, token, reference, person, f"http://{self.headers['Host']}")
                except ValueError as error:
                    wrong = str(error)
            return self._answer("text/html", page(goldthread, reference, person, address, wrong))

        def _answer(self, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            # The host's own policy: a card of Goldthread may stand in it, and nothing else from elsewhere.
            allowed = f"default-src 'self'; frame-src {goldthread}; connect-src 'self' {goldthread}"
            self.send_header("Content-Security-Policy", allowed)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """An address in the log would be a card's."""

    return ThreadingHTTPServer((bind, port), Harrier)


def main(arguments: list[str]) -> int:
    """Serve until it is stopped."""
    made = argparse.ArgumentParser(description="A sample incident system with the THRIVE card in its page.")
    made.add_argument("--goldthread", default="http://localhost:8000", metavar="URL")
    made.add_argument("--port", type=int, default=8100)
    given = made.parse_args(arguments)
    token = os.environ.get("GOLDTHREAD_TOKEN", "")
    if not token:
        print("Set GOLDTHREAD_TOKEN to a token of a service account of the role incident_system.", file=sys.stderr)
        return 2
    with server(given.goldthread.rstrip("/"), token, given.port) as harrier:
        print(f"Harrier CAD is at http://127.0.0.1:{given.port}/   (Ctrl-C stops it)")
        try:
            harrier.serve_forever()
        except KeyboardInterrupt:
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
