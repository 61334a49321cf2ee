"""Steps of a call, told as a handler does it: at the keyboard alone. Every key is counted, a chord as one."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Person

WALK = Path(__file__).parents[2] / "docs" / "usability-walk.md"
PATIENCE = 15_000
"""ms the page may take on a busy machine; what is measured is told apart from what is borne."""


@dataclass
class Call:
    """One contact from its first key to the board: ``page`` is the handler's, ``board`` the dispatcher's."""

    handler: Person
    board: Page
    story: str
    words: int = 0  # keys that write what is said, where, or who
    commands: int = 0  # keys that tell the page what to do
    on_board: tuple[int, int] = (0, 0)
    """Both counts at the key that chose the grade under which the board first showed it."""
    seconds: float = 0.0
    """From that key to the row with its grade on the dispatcher's board, as this script saw it."""

    @property
    def page(self) -> Page:
        """The handler's page."""
        return self.handler.page

    # --- what the hands do ---------------------------------------------------------------------------------------

    def types(self, text: str) -> Call:
        """Write into whatever has the caret."""
        self.words += len(text)
        self.page.keyboard.type(text)
        return self

    def presses(self, *chords: str) -> Call:
        """Press keys and chords, one after the other."""
        for chord in chords:
            self.commands += 1
            self.page.keyboard.press(chord)
        return self

    def opens(self) -> Call:
        """A call comes in: a new contact stands ready, the caret in *Where*."""
        self.page.wait_for_url(re.compile(r"/contact/[0-9a-f-]{36}/"))
        self.caret_in(self.page.get_by_label("Where", exact=True))
        return self

    def says(self, text: str) -> Call:
        """What the caller says, written into the words box, where the caret is by now."""
        self.caret_in(self.box)
        return self.types(text)

    def at(self, place: str, area: str = "North") -> Call:
        """Where it is and in which area, then over to the words."""
        self.types(place).presses("Tab", "Tab", "Tab")
        self.caret_in(self.page.locator("#opening [name=area]"))
        self.types(area[0]).presses("Alt+w")
        self.has_reference()
        return self

    def at_known(self, typed: str, place: str) -> Call:
        """A place that is known: typed loosely, settled from the list, its area taken over; then over to the words."""
        self.types(typed)
        option = self.page.locator(".suggest:not([hidden]) [role=option]", has_text=place)
        expect(option).to_have_count(1, timeout=PATIENCE)
        self.presses("Enter")
        self.knows(place).presses("Alt+w")
        self.has_reference()
        return self

    def knows(self, *told: str) -> Call:
        """The column *Known* says this."""
        for words in told:
            expect(self.page.locator("#known")).to_contain_text(words, timeout=PATIENCE)
        return self

    def heard_as(self, letter: str) -> Call:
        """Say whose words these are: over to *Source*, its first letter, and back."""
        self.presses("Tab")
        self.caret_in(self.page.locator("#panel-words [name=source]"))
        return self.types(letter).presses("Alt+w")

    # --- what is seen --------------------------------------------------------------------------------------------

    @property
    def box(self) -> Locator:
        """Where the words are written."""
        return self.page.locator("[data-typing]")

    @property
    def noticed(self) -> Locator:
        """The reader's column."""
        return self.page.locator("#noticed")

    @property
    def reference(self) -> str:
        """The incident's reference."""
        return self.page.locator("[data-reference]").inner_text()

    @property
    def complaints(self) -> list[str]:
        """What the browser complained of."""
        return self.handler.complaints

    def has_reference(self) -> None:
        """The incident is open."""
        expect(self.page.locator("[data-reference]")).to_have_text(re.compile(r"AM-\d{6}-\d{4}"), timeout=PATIENCE)

    def caret_in(self, field: Locator) -> None:
        """The caret is there and nothing took it away."""
        expect(field).to_be_focused(timeout=PATIENCE)

    def asked(self, question: str) -> Call:
        """Among the at most three prompts stands this one."""
        prompts = self.noticed.locator(".questions li")
        expect(prompts.filter(has_text=question)).to_have_count(1, timeout=PATIENCE)
        assert prompts.count() <= 3
        return self

    def marked(self, **cues: str) -> Call:
        """These cues are marked with these words and want an answer; a code's hyphens are underscores here."""
        for cue, quote in cues.items():
            mark = self.noticed.locator(f'.mark--wants[data-cue="{cue.replace("_", "-")}"]')
            expect(mark).to_contain_text(quote, timeout=PATIENCE)
        return self

    def answers(self, cue: str, *chords: str, shown: str) -> Call:
        """Walk to the mark of ``cue`` with Alt and the arrow, answer it, and see the answer beside it."""
        mark = self.noticed.locator(f'.mark--wants[data-cue="{cue}"]')
        expect(mark).to_have_count(1, timeout=PATIENCE)
        for _ in range(12):
            if "is-current" in (mark.get_attribute("class") or ""):
                break
            self.presses("Alt+ArrowDown")
        self.presses(*chords)
        expect(mark).to_have_count(0, timeout=PATIENCE)
        expect(self.noticed.locator(f'[data-cue="{cue}"]')).to_contain_text(shown, timeout=PATIENCE)
        return self

    def adds(self, *kept: str) -> Call:
        """Send the words; they stand in the timeline, and the box is empty with the caret in it."""
        self.presses("Control+Enter")
        for words in kept:
            expect(self.page.locator("#said")).to_contain_text(words, timeout=PATIENCE)
        expect(self.box).to_have_value("", timeout=PATIENCE)
        self.caret_in(self.box)
        return self

    def graded(self, grade: str, *chords: str) -> Call:
        """Choose a grade and see it on the ribbon and on the dispatcher's board."""
        row = self.row
        self.presses(*chords)
        pressed = time.perf_counter()
        self.on_board = (self.words, self.commands)
        expect(row).to_contain_text(grade, timeout=PATIENCE)
        self.seconds = time.perf_counter() - pressed
        expect(self.page.locator("#ribbon")).to_contain_text(grade, timeout=PATIENCE)
        self.caret_in(self.box)
        return self

    @property
    def row(self) -> Locator:
        """The incident's row on the dispatcher's board."""
        return self.board.locator("tbody tr", has_text=self.reference)

    def children(self, *rows: dict[str, str]) -> Call:
        """Record these children: name, age (``~`` before it: an estimate), where now; then back to the words."""
        self.presses("Alt+c")
        for nth, child in enumerate(rows):
            if nth:
                self.presses("Alt+j")
            self.caret_in(self.page.locator(f'[name="child-{nth}-name"]'))
            self.types(child["name"]).presses("Tab").types(child["age"].removeprefix("~")).presses("Tab")
            if child["age"].startswith("~"):
                self.presses("Space")
            self.presses("Tab", "Tab").types(child["where"])
        self.presses("Control+Enter")
        for child in rows:
            known = self.page.locator("#known-children")
            expect(known).to_contain_text(child["where"], timeout=PATIENCE)
            expect(known).to_contain_text(child["age"].replace("~", "about "), timeout=PATIENCE)
        return self.back()

    def children_not_known(self) -> Call:
        """Asked, and nobody knows: the answer stands two steps before the first row."""
        self.presses("Alt+c")
        self.caret_in(self.page.locator('[name="child-0-name"]'))
        self.presses("Shift+Tab", "Shift+Tab")
        self.caret_in(self.page.get_by_role("button", name="Asked: not known"))
        self.presses("Enter")
        expect(self.page.locator("#ribbon")).to_contain_text("asked: not known", timeout=PATIENCE)
        return self.back()

    def saves_thrive(self, *quotes: str) -> Call:
        """Quotes that *noted* put into the THRIVE stand there; it is saved as a version."""
        self.presses("Alt+r")
        fields = self.page.locator("#panel-thrive textarea")
        expect(fields.first).to_be_focused(timeout=PATIENCE)
        written = "\n".join(fields.nth(n).input_value() for n in range(fields.count()))
        assert all(f"“{quote}”" in written for quote in quotes), written
        self.presses("Control+Enter")
        expect(self.page.locator("#thrive-versions")).to_contain_text("v1", timeout=PATIENCE)
        return self.back()

    def board_says(self, *told: str) -> Call:
        """The dispatcher's row says this."""
        for words in told:
            expect(self.row).to_contain_text(words, timeout=PATIENCE)
        return self

    def ribbon_says(self, *told: str) -> Call:
        """The handler's ribbon says this."""
        for words in told:
            expect(self.page.locator("#ribbon")).to_contain_text(words, timeout=PATIENCE)
        return self

    def back(self) -> Call:
        """Close what is open; the caret is in the words again."""
        self.presses("Escape")
        self.caret_in(self.box)
        return self

    def ends(self, *kept: str) -> Call:
        """Fetched anew, the page still has all of it; nothing broke; the usability walk tells these keys."""
        expect(self.page.locator("#draft-conflict")).to_be_hidden()
        self.page.reload()
        self.has_reference()
        for words in kept:
            expect(self.page.locator("#said")).to_contain_text(words, timeout=PATIENCE)
        assert self.complaints == []
        self._pictured()
        written, commands = self.on_board
        told = f"| {self.story} | {written} | {commands} |"
        assert told in WALK.read_text(encoding="utf-8"), f"the usability walk does not tell {told}"
        return self

    def _pictured(self) -> None:
        """Light and dark, where ``GOLDTHREAD_PICTURES`` names a folder; see the usability walk."""
        folder = os.environ.get("GOLDTHREAD_PICTURES")
        if not folder:
            return
        name = re.sub(r"[^a-z0-9]+", "-", self.story.lower()).strip("-")
        self.page.set_viewport_size({"width": 1280, "height": 800})
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            self.page.screenshot(path=Path(folder) / f"{name}-{scheme}.jpg", type="jpeg", quality=62)
