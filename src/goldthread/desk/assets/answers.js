// Answering the reader's marks by chords that leave the caret where it is. One mark is the current one: the first that
// wants an answer, or the one chosen with Alt and the arrows.

import { say } from "../../web/assets/connection.js";

let current = "";
let choosing = null; // the mark whose reason is being chosen by a digit
const seenSince = new Map();

const wanting = () => [...document.querySelectorAll("#noticed .mark--wants")];
const chosen = () => wanting().find((one) => one.dataset.cue === current) ?? wanting()[0];

export function drawn() {
  const now = performance.now();
  const here = new Set();
  for (const one of wanting()) {
    const mark = `${one.dataset.cue} ${one.querySelector("[name=facts]")?.value}`;
    here.add(mark);
    if (!seenSince.has(mark)) seenSince.set(mark, now);
  }
  for (const mark of seenSince.keys()) if (!here.has(mark)) seenSince.delete(mark);
  const at = chosen();
  for (const one of wanting()) one.classList.toggle("is-current", one === at);
  if (choosing && !document.contains(choosing)) choosing = null;
}

function move(step) {
  const all = wanting();
  if (!all.length) return;
  const next = all[(all.indexOf(chosen()) + step + all.length) % all.length];
  current = next.dataset.cue;
  drawn();
  next.scrollIntoView({ block: "nearest" });
  say(`${next.querySelector(".mark__head").textContent.trim()}: ${next.dataset.quote}`);
}

export function insertQuote(quote, element) {
  const focused = document.activeElement?.matches?.("[data-element]") ? document.activeElement : null;
  const field = focused ?? document.getElementById(`thrive-${element}`);
  if (!field) return;
  const line = `“${quote}”`;
  if (field.value.includes(line)) return;
  const before = field.value && !field.value.endsWith("\n") ? `${field.value}\n` : field.value;
  field.value = `${before}${line} `;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function press(mark, selector) {
  mark?.querySelector(selector)?.click();
}

function onKeyDown(event) {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (choosing) {
    const digit = /^Digit([1-5])$|^Numpad([1-5])$/.exec(event.code);
    if (digit && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const buttons = choosing.querySelectorAll(".mark__reasons button");
      choosing = null;
      buttons[Number(digit[1] ?? digit[2]) - 1]?.click();
      return;
    }
    if (event.key === "Escape") { event.preventDefault(); event.stopImmediatePropagation(); stopChoosing(); return; }
    if (!["Alt", "Shift", "Control", "Meta"].includes(event.key)) stopChoosing();
  }
  if (event.altKey && !event.ctrlKey && !event.metaKey && (event.key === "ArrowDown" || event.key === "ArrowUp") && wanting().length) {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  }
}

function stopChoosing() {
  const details = choosing?.querySelector("details");
  if (details) details.open = false;
  choosing = null;
}

export function answerCurrent(answer) {
  const mark = chosen();
  if (!mark) return say("No mark wants an answer.");
  if (answer !== "not_so") return press(mark, `[data-answer="${answer}"]`);
  const details = mark.querySelector("details");
  details.open = true;
  choosing = mark;
  mark.scrollIntoView({ block: "nearest" });
  return say("Not so. Press 1 to 5 for the reason, Escape to leave it.");
}

export function startAnswers() {
  document.addEventListener("keydown", onKeyDown, true);
  document.addEventListener("submit", (event) => {
    const mark = event.target.closest?.(".mark--wants");
    if (!mark) return;
    const field = mark.querySelector("[data-shown-ms]");
    const since = seenSince.get(`${mark.dataset.cue} ${mark.querySelector("[name=facts]").value}`);
    if (field && since !== undefined) field.value = Math.round(performance.now() - since);
    const pressed = event.submitter?.value;
    if (pressed === "noted") insertQuote(mark.dataset.quote, mark.dataset.element);
    choosing = null;
    const all = wanting();
    current = all[all.indexOf(mark) + 1]?.dataset.cue ?? "";
  }, true);
  drawn();
}

export const currentQuote = () => {
  const mark = chosen() ?? document.querySelector("#noticed .mark");
  return mark && { quote: mark.dataset.quote ?? mark.querySelector("q")?.textContent ?? "", element: mark.dataset.element ?? "risk" };
};
