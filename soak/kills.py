"""One handler at a browser who goes on typing whatever is killed."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass

import psutil
import psycopg
from playwright.sync_api import Locator, expect, sync_playwright
from tools.find_chromium import find

from soak.service import Demo

PARTS = ("pages", "worker", "stream", "jobs", "database", "tab")
PASSWORD = "amber-lantern-ford"
BOX = "What is said or heard"
LETTER = 0.03
"""Seconds between two letters: a quick typist."""
PATIENCE = 60_000
SAID = (
    "kids crying upstairs then gone quiet",
    "not seen mum since Saturday",
    "a lad of about nine is on the stairs by himself",
    "no weapons mentioned, shouting has stopped",
    "caller says they do not want to make trouble",
)
SAID_IN = """
SELECT kept.text FROM contact_entry AS entry JOIN audit_payload AS kept ON kept.id = entry.text_id
WHERE entry.incident_id = %s AND entry.kind = 'words' ORDER BY entry.seq
"""
AUDITED_IN = """
SELECT kept.text FROM audit_event AS event
JOIN audit_payload AS kept ON kept.id = (event.detail::jsonb->'text'->>'payload')::uuid
WHERE event.verb = 'entry.add' AND event.subjects::jsonb @> jsonb_build_array(jsonb_build_array('incident', %s::text))
ORDER BY event.id
"""


class LostError(Exception):
    """Something that was said is not there, or is there twice."""


@dataclass(frozen=True)
class Round:
    """One kill: the part, the sentence, how many letters a killed tab lost, and seconds until saved again."""

    number: int
    part: str
    sentence: str
    sending: bool
    lost: int
    back: float

    def __str__(self) -> str:
        when = "on its way" if self.sending else "in mid-sentence"
        lost = f", {self.lost} letters of the last second typed again" if self.lost else ""
        return f"round {self.number + 1:3}  {self.part:9} killed {when:15}  saved after {self.back:4.1f} s{lost}"


class Typist:
    """A handler with one contact open."""

    def __init__(self, demo: Demo, dice: random.Random) -> None:
        self._demo, self._dice = demo, dice

    def __enter__(self) -> Typist:
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=find(), args=["--no-sandbox", "--disable-gpu"])
        self._context = self._browser.new_context(viewport={"width": 1920, "height": 1080})
        page = self._page = self._context.new_page()
        page.goto(f"{self._demo.base}/accounts/login/")
        page.get_by_label("User name").fill("handler")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(re.compile(r"/contact/[0-9a-f-]{36}/"))
        self._address = page.url
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.close()
        self._playwright.stop()

    def round(self, number: int, part: str) -> Round:
        """Type, kill, go on typing, send. Raises ``LostError``."""
        sentence = f"Round {number + 1}: {self._dice.choice(SAID)}"
        sending = part not in ("tab", "stream", "jobs") and number % 2 == 1
        at = len(sentence) if sending else self._dice.randrange(8, len(sentence) - 4)
        typed = [self._key(letter) for letter in sentence[:at]]
        if sending:
            self._box().press("Control+Enter")
        killed = time.monotonic()
        if part == "tab":
            self._tab_dies()
        else:
            self._demo.kill(part)
        lost = self._goes_on(sentence, at, typed, killed) if not sending else 0
        self._sent(sentence)
        return Round(number, part, sentence, sending, lost, time.monotonic() - killed)

    def record_holds(self, sentences: list[str]) -> None:
        """Each sentence is in the record once, to the letter, and so is its audit event. Raises ``LostError``."""
        incident = self._address.rstrip("/").rsplit("/", 1)[-1]
        with psycopg.connect(self._demo.url()) as reading:
            found = [reading.execute(asked, [incident]).fetchall() for asked in (SAID_IN, AUDITED_IN)]
        for rows, where in zip(found, ("record", "audit"), strict=True):
            said = [text for (text,) in rows]
            if said != sentences:
                missing = [one for one in sentences if one not in said]
                twice = sorted({one for one in said if said.count(one) > 1})
                else_ = sorted(set(said) - set(sentences))
                raise LostError(f"the {where}: missing {missing}, twice {twice}, else {else_}")

    def _key(self, letter: str) -> float:
        self._box().press_sequentially(letter)
        time.sleep(LETTER)
        return time.monotonic()

    def _goes_on(self, sentence: str, at: int, typed: list[float], killed: float) -> int:
        """Finish the sentence; after a killed tab from where it came back. Returns the letters that did not."""
        there = self._box().input_value()
        lost = at - len(there)
        if not sentence.startswith(there):
            raise LostError(f"{there!r} stands where {sentence[:at]!r} was typed")
        if lost and typed[len(there)] < killed - 1.0:
            raise LostError(f"{sentence[len(there) : at]!r} was typed more than a second before")
        for letter in sentence[len(there) :]:
            self._key(letter)
        if (stands := self._box().input_value()) != sentence:
            raise LostError(f"{stands!r} stands where {sentence!r} was typed")
        return lost

    def _sent(self, sentence: str) -> None:
        """Press the key until the sentence stands among what was said and the box is empty."""
        end = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < end:
            stands = self._box().input_value()
            said = self._page.locator("#said", has_text=sentence.partition(":")[0] + ":").count()  # marks part the rest
            if said and not stands:
                break
            if stands and stands != sentence:
                raise LostError(f"{stands!r} stands where {sentence!r} was typed")
            if stands:
                self._box().press("Control+Enter")
            self._page.wait_for_timeout(700)
        else:
            raise LostError(f"{sentence!r} could not be sent within a minute")
        expect(self._page.locator("#reach")).to_be_hidden(timeout=PATIENCE)

    def _tab_dies(self) -> None:
        """The tab's own process ends at once; the person opens the address again."""
        old = self._page
        children = psutil.Process().children(recursive=True)
        renderers = [one for one in children if any("--type=renderer" in part for part in one.cmdline())]
        max(renderers, key=lambda one: one.cpu_times().user).kill()  # the one that was typed in
        self._page = self._context.new_page()
        self._page.goto(self._address)
        self._page.wait_for_function("document.querySelector('[data-typing]').value.length > 0", timeout=PATIENCE)
        old.close()

    def _box(self) -> Locator:
        return self._page.get_by_label(BOX)
