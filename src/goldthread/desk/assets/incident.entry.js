// The page of one incident, and of one contact while it is taken: what is typed is kept and read along, the first key
// opens the incident, marks and grades are answered by keys, and nothing that arrives moves the caret.

import { say } from "../../web/assets/connection.js";
import { answerCurrent, currentQuote, drawn, insertQuote, startAnswers } from "./answers.js";
import { defaultOf, Drafts, setDefault, typedFields, valueOf } from "./drafts.js";
import { startUnderway } from "./underway.js";
import { Mirror } from "./mirror.js";
import { openStrip, startStrip } from "./strip.js";
import { startReach } from "./reach.js";

const READ_AFTER = 180; // ms without a key before the words are read along
const READ_AT_LEAST = 600; // ms after which they are, however fast somebody types
const READ_FULLY_AFTER = 900; // ms without a key before they are read in full
const ASK_AGAIN = 350; // ms until a full reading that was not ready is asked for again, half as long again each time
const ASK_AT_LEAST = 3000;
const ASK_AT_OFF = 10_000; // while the full reading is off

const desk = document.getElementById("desk");
const opening = document.getElementById("opening");
const csrf = () => document.cookie.split("; ").find((one) => one.startsWith("csrftoken="))?.slice("csrftoken=".length) ?? document.body.dataset.csrf;

// --- opening -------------------------------------------------------------------------------------------------------

let opened = !opening?.dataset.open;

function open() {
  if (opened) return;
  opened = true;
  const channel = opening.querySelector("[name=channel]").value;
  htmx.ajax("POST", opening.dataset.open, { target: "#problem", swap: "innerHTML", values: { opening: "1", channel } });
}

const PARTICULARS = ["location", "area", "caller_name", "caller_phone"];

function correct(field) {
  if (!PARTICULARS.includes(field.name) || field.value === field.dataset.told) return;
  if (!field.value.trim()) {
    if (field.defaultValue) { field.value = field.defaultValue; say("What is on record stays until it is corrected."); }
    return;
  }
  open();
  field.dataset.told = field.value;
  const area = field.name === "area";
  const values = { opening: "1", channel: opening.querySelector("[name=channel]").value, key: key(), kind: field.name, text: field.value, area: field.value };
  htmx.ajax("POST", area ? opening.dataset.area : opening.dataset.particular, { target: area ? "#panel-area" : "#panel-particular", swap: "outerHTML", values });
}

// What the record holds is what these fields were drawn with; only what differs from it is typed and not sent.
function stands() {
  for (const one of document.querySelectorAll("[data-stands]")) {
    const field = opening?.querySelector(`[name="${one.dataset.stands}"]`);
    if (!field || !one.dataset.text) continue;
    if (valueOf(field) === defaultOf(field)) field.value = one.dataset.text;
    setDefault(field, one.dataset.text);
    field.dataset.told = one.dataset.text;
  }
  const channel = opening?.querySelector("[name=channel]");
  if (!channel || channel.disabled || !document.querySelector("[data-reference]")) return;
  setDefault(channel, channel.value); // it stands with the opening, for good
  channel.disabled = true;
}

function key() {
  const raw = crypto.getRandomValues(new Uint8Array(16));
  raw[6] = (raw[6] & 15) | 64;
  raw[8] = (raw[8] & 63) | 128;
  const hex = [...raw].map((one) => one.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

opening?.addEventListener("change", (event) => correct(event.target));
stands();

// --- typing --------------------------------------------------------------------------------------------------------

const box = () => document.querySelector("[data-typing]");
let mirror = box() ? new Mirror(box()) : null;
let timer = 0;
let firstWaiting = 0;
let pause = 0;
let asked = 0;

const drafts = desk && new Drafts({ desk, onAnswer: answered, onState: state });

function answered(told, fields) {
  mirror?.show(told.marks, fields["words.text"] ?? "");
  if (told.noticed) draw(told);
  if (told.said) drawSaid(told.said);
  asked = told.coming ? asked + 1 : 0;
  atPause(asked ? Math.min(ASK_AT_LEAST, ASK_AGAIN * 1.5 ** asked) : READ_FULLY_AFTER);
}

// Words that had a first look only are read in full once nothing is typed for a while; where the full reading is off, it may
// come back.
function atPause(wait = READ_FULLY_AFTER) {
  clearTimeout(pause);
  const path = document.querySelector("#noticed [data-path]")?.dataset.path;
  if (path !== "first" && path !== "off") return;
  pause = setTimeout(() => (answering() ? atPause(wait) : drafts?.changed({ full: true })), path === "off" ? ASK_AT_OFF : wait);
}

// While somebody answers a mark nothing moves there.
function answering() {
  const column = document.getElementById("noticed");
  return column.contains(document.activeElement) || column.querySelector(".mark__not[open]");
}

function draw(told) {
  const column = document.getElementById("noticed");
  if (answering()) { drafts.have = ""; return; } // it is drawn at the next change
  const template = document.createElement("template");
  template.innerHTML = told.noticed;
  if (Number(template.content.firstElementChild.dataset.seq) < Number(column.dataset.seq)) { drafts.have = ""; return; }
  column.replaceWith(template.content.firstElementChild);
  htmx.process(document.getElementById("noticed"));
  drawn();
  if (told.say) say(told.say);
}

// The marks of a full reading in what was said before; never while somebody selects words there to copy.
function drawSaid(html) {
  const column = document.getElementById("said");
  if (!column || (!getSelection().isCollapsed && column.contains(getSelection().anchorNode))) return;
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.firstElementChild;
  if (Number(fresh.dataset.seq) < Number(column.dataset.seq) || fresh.innerHTML === column.innerHTML) return;
  column.replaceWith(fresh);
}

function state(kind, sentence = "") {
  document.dispatchEvent(new CustomEvent("goldthread:drafts", { detail: { kind, sentence } }));
}

function soon() {
  const now = performance.now();
  firstWaiting ||= now;
  clearTimeout(timer);
  clearTimeout(pause);
  timer = setTimeout(() => { firstWaiting = 0; drafts?.changed(); }, Math.max(0, Math.min(READ_AFTER, firstWaiting + READ_AT_LEAST - now)));
  drafts?.keep();
}

document.addEventListener("input", (event) => {
  if (event.target.closest("#opening") || event.target.matches("[data-typing]")) open();
  if (event.target.matches("[data-typing]")) mirror?.typed();
  if (event.target.closest("[data-draft-form], #opening")) soon();
});
document.addEventListener("goldthread:typed", () => mirror?.typed());

// --- children ------------------------------------------------------------------------------------------------------

function addChild(focus = true) {
  const rows = document.querySelector(".children-rows");
  const last = rows?.lastElementChild;
  if (!last) return;
  const total = document.querySelector('[name="child-TOTAL_FORMS"]');
  const number = Number(total.value);
  const row = last.cloneNode(true);
  const from = Number(last.dataset.childRow);
  row.dataset.childRow = number;
  row.setAttribute("aria-label", `Child ${number + 1}`);
  for (const part of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
    for (const name of ["name", "id", "for", "aria-describedby"]) {
      if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace(`child-${from}-`, `child-${number}-`));
    }
  }
  for (const input of row.querySelectorAll("input, select")) {
    if (input.type === "checkbox") { input.checked = false; input.defaultChecked = false; }
    else if (input.tagName === "SELECT") input.selectedIndex = 0;
    else { input.value = ""; input.defaultValue = ""; }
  }
  rows.append(row);
  total.value = number + 1;
  if (focus) row.querySelector("input:not([type=hidden])").focus();
}

document.addEventListener("goldthread:child-rows", ({ detail: { rows } }) => {
  const total = document.querySelector('[name="child-TOTAL_FORMS"]');
  while (total && Number(total.value) < Math.min(rows, 60)) addChild(false);
});
document.addEventListener("click", (event) => { if (event.target.closest?.("[data-add-child]")) addChild(); });

// --- keys that belong to this page ---------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const does = event.target.closest?.("[data-does]")?.dataset.does;
  if (!does) return;
  if (does === "words") return void box()?.focus();
  if (does === "quote") { const one = currentQuote(); if (one) insertQuote(one.quote, one.element); return; }
  if (does === "immediate") return void immediate();
  answerCurrent(does);
});

// Help before paperwork: one chord grades Immediate, whatever is open or typed; the place goes along if it was just typed.
function immediate() {
  if (opening?.contains(document.activeElement)) correct(document.activeElement);
  open();
  const button = document.querySelector('#panel-grade button[name=grade][value=immediate]');
  if (button) button.click();
  else say("The grade is Immediate already.");
}

// The newest line stands next to the box: when the page opens, when a line was added, and when a panel takes room.
let shownTo = "";

function toNewest() {
  const said = document.getElementById("said");
  if (!said?.querySelector(".entry") || !box() || said.dataset.seq === shownTo) return;
  shownTo = said.dataset.seq;
  const body = said.closest(".column__body");
  body.scrollTop = body.scrollHeight;
}

const saidColumn = document.getElementById("said-column");
if (saidColumn) new ResizeObserver(() => { shownTo = ""; toNewest(); }).observe(saidColumn);

// --- what arrives --------------------------------------------------------------------------------------------------

// Answers may overtake each other. Every display says up to which line of the record it was drawn; one drawn from an
// older record never takes the place of a newer one.
document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
  const drawnTo = (element) => Number(element?.dataset?.seq ?? NaN);
  for (let n = tasks.length - 1; n >= 0; n -= 1) {
    const { type, fragment, target } = tasks[n];
    if (type === "oob" && drawnTo(fragment.firstElementChild) < drawnTo(target)) tasks.splice(n, 1);
  }
});

document.addEventListener("htmx:after:swap", () => {
  stands();
  toNewest();
  if (box() && !box().closest(".typing")) mirror = new Mirror(box());
  drawn();
  if (drafts && document.getElementById("noticed")?.dataset.have !== drafts.have) drafts.have = document.getElementById("noticed").dataset.have;
  soon();
  atPause();
});

startUnderway();
startStrip();
startAnswers();
startReach();
if (desk) {
  const held = desk.dataset.draft ? JSON.parse(desk.dataset.draft) : null;
  drafts.have = document.getElementById("noticed")?.dataset.have ?? "";
  drafts.start(held).then(() => {
    mirror?.typed();
    if (Object.keys(typedFields()).length) drafts.changed({ read: true });
    else atPause();
    // A particular that was typed and never left is left now: what stands in its field is what the board shows.
    for (const name of PARTICULARS) {
      const field = opening?.querySelector(`[name=${name}]`);
      if (field && valueOf(field) !== defaultOf(field)) field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}
if (opening && location.hash !== "#read") document.querySelector("#opening [name=location]")?.focus({ preventScroll: true });
toNewest();
export { csrf, openStrip };
