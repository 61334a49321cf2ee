// Marks in the words as they are typed: a textarea that people write in, and behind it a mirror of the same text, hidden
// from those who hear the page, in which the marks stand. The caret, undo and spelling stay the textarea's own.

export class Mirror {
  constructor(box) {
    this.box = box;
    this.marks = [];
    this.text = box.value;
    const frame = document.createElement("div");
    frame.className = "typing";
    // Moving the box into its frame takes the caret out of it.
    const caret = document.activeElement === box ? [box.selectionStart, box.selectionEnd] : null;
    box.before(frame);
    this.pane = document.createElement("div");
    this.pane.className = `${box.className} typing__mirror`;
    this.pane.setAttribute("aria-hidden", "true");
    frame.append(this.pane, box);
    box.classList.add("typing__box");
    box.addEventListener("scroll", () => this.follow());
    new ResizeObserver(() => this.follow()).observe(box);
    this.draw();
    if (!caret) return;
    box.focus({ preventScroll: true });
    box.setSelectionRange(...caret);
  }

  // Marks that lie wholly before or after what was changed move along with it; the others go until the reader answers.
  typed() {
    const before = this.text, now = this.box.value;
    let head = 0;
    while (head < before.length && head < now.length && before[head] === now[head]) head += 1;
    let tail = 0;
    while (tail < before.length - head && tail < now.length - head && before.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
    const moved = now.length - before.length, end = before.length - tail;
    this.marks = this.marks
      .filter((mark) => mark.until <= head || mark.from >= end)
      .map((mark) => (mark.from >= end && mark.until > head ? { ...mark, from: mark.from + moved, until: mark.until + moved } : mark));
    this.text = now;
    this.draw();
  }

  // The reader's marks for a text that may have been typed on since.
  show(marks, text) {
    this.marks = marks;
    if (text === this.box.value) { this.text = text; this.draw(); return; }
    this.text = text;
    this.typed();
  }

  draw() {
    const parts = [];
    let at = 0;
    for (const mark of this.marks) {
      parts.push(this.text.slice(at, mark.from));
      const shown = document.createElement("mark");
      shown.className = mark.stands ? "cue" : "cue cue--set-aside";
      shown.dataset.letters = mark.letters;
      shown.textContent = this.text.slice(mark.from, mark.until);
      parts.push(shown);
      at = mark.until;
    }
    this.pane.replaceChildren(...parts, this.text.slice(at), "\n");
    this.follow();
  }

  follow() {
    this.pane.style.width = `${this.box.offsetWidth}px`;
    this.pane.style.height = `${this.box.offsetHeight}px`;
    this.pane.scrollTop = this.box.scrollTop;
  }
}
