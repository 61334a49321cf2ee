// The page at the door, on a phone whose connection comes and goes. What is typed is a draft, kept as the desk's pages keep theirs. What
// was sent and did not arrive is sealed in the same way, and sent by itself from this page or from the person's first page as soon as
// the server is reached: with its own key, so that it arrives once, and with the time at which *Send* was pressed. What the server did
// not take stands on both pages until it is sent again or taken away.

import { say } from "../../web/assets/connection.js";
import { readClock, serverNow } from "../../web/assets/times.js";
import { Drafts, typedFields } from "../../desk/assets/drafts.js";
import { heldNames, Locker } from "../../desk/assets/locker.js";

const KIND = "door-send:";
const RETRY = 5000; // ms until what did not arrive is sent again
const PATIENCE = 20_000;
const PAUSE = 400; // ms without a key before the server is told what is typed
const clock = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" });

const kept = document.getElementById("door-kept");
const form = document.querySelector("[data-door-form]");
const desk = document.getElementById("desk");
const { doorOwner: owner, doorKey: key } = kept?.dataset ?? {};
const locker = (name) => new Locker(name, owner, key);
const here = new Map(); // what waits, as this page knows it: a browser without sealing has it nowhere else
const loose = new Set(); // of these, what this phone could not seal: it goes with the page
let timer = 0;
let sending = false;
let ended = false;

const drafts = desk && new Drafts({ desk, onAnswer: () => {}, onState: state });

function state(kind) {
  const box = document.querySelector("[data-door-state]");
  if (box) box.textContent = kind === "saved" ? "What you typed is kept." : kind === "slow" ? "" : "What you typed is kept on this phone.";
}

// --- what waits to be sent -------------------------------------------------------------------------------------------

async function waiting() {
  for (const name of heldNames(owner, KIND)) {
    if (here.has(name)) continue;
    const one = await locker(name).get();
    if (one) here.set(name, one);
  }
  return [...here].sort(([, one], [, other]) => one.pressed.localeCompare(other.pressed));
}

function show() {
  const rest = [...here].filter(([, one]) => !one.refused);
  kept.hidden = !rest.length;
  if (rest.length) {
    const oldest = rest.map(([, one]) => one.pressed).sort()[0];
    const what = `${[...new Set(rest.map(([, one]) => one.label))].join(", ")}, since ${clock.format(new Date(oldest))}.`;
    const held = rest.some(([name]) => loose.has(name))
      ? "This phone cannot keep it. Leave this page open: it is sent from here when the server is reached."
      : "It is kept on this phone and sent by itself when the server is reached. You can put the phone away.";
    kept.querySelector("[data-words]").textContent = `${what} ${ended ? "Your sign-in has ended: sign in again and it is sent." : held}`;
  }
  const refused = [...here].filter(([, one]) => one.refused);
  const box = document.getElementById("door-refused");
  box.hidden = !refused.length;
  box.querySelector("[data-list]").replaceChildren(...refused.map(notTaken));
}

function made(tag, text, kind = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

// One answer that was not taken: why, where it is mended, and what was said, since the incident may be out of reach by now.
function notTaken([name, one]) {
  const row = document.createElement("li");
  const link = made("a", one.label, "govuk-link");
  link.href = one.to.replace(/answer$/, "");
  const said = document.createElement("details");
  said.append(made("summary", "What you sent"), ...(one.said ?? []).map((line) => made("p", line, "kept")));
  const away = made("button", "Passed on, take away", "govuk-button govuk-button--small");
  away.type = "button";
  away.addEventListener("click", () => { forget(name); show(); });
  row.append(link, `, ${clock.format(new Date(one.pressed))}: ${one.refused}`, said, away);
  return row;
}

function forget(name) {
  here.delete(name);
  loose.delete(name);
  locker(name).drop();
}

// What stands on the form, as its labels have it.
function words() {
  const filled = [...form.elements].filter((one) => one.labels?.length && one.value && (one.type !== "radio" || one.checked));
  return filled.map((one) => {
    const label = one.labels[0].textContent.trim();
    const child = one.closest("[data-door-child]")?.querySelector("legend, summary")?.textContent.trim();
    const value = one.tagName === "SELECT" ? one.selectedOptions[0].textContent : one.value;
    return `${child ? `${child}. ` : ""}${one.type === "radio" ? label : `${label} ${value}`}`;
  });
}

async function send(item) {
  const cookie = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
  const token = cookie ? cookie.slice("csrftoken=".length) : document.body.dataset.csrf;
  const give = new AbortController();
  const end = setTimeout(() => give.abort(), PATIENCE);
  try {
    const answer = await fetch(item.to, {
      method: "POST",
      signal: give.signal,
      headers: { Accept: "application/json", "X-CSRFToken": token },
      body: new URLSearchParams([...item.fields, ["pressed_at", item.pressed]]),
    });
    ended = answer.redirected || answer.status === 401 || answer.status === 403;
    const json = (answer.headers.get("Content-Type") ?? "").includes("json");
    if (ended || answer.status >= 500 || !json) return null;
    const told = await answer.json();
    return answer.ok ? { href: told.href } : { refused: told.say };
  } catch {
    return null;
  } finally {
    clearTimeout(end);
  }
}

// The draft goes with what was sent of it; what was typed since stays.
async function forgetDraft(item) {
  const copy = await locker(item.draft).get();
  if (copy && JSON.stringify(copy.fields) === item.typed) locker(item.draft).drop();
}

async function drain() {
  if (sending) return;
  sending = true;
  clearTimeout(timer);
  let lost = false;
  for (const [name, item] of await waiting()) {
    if (item.refused) continue;
    const told = await send(item);
    if (!told) { lost = true; break; }
    if (here.get(name) !== item) continue; // pressed again meanwhile, with more
    if (told.refused) {
      item.refused = told.refused;
      locker(name).put(item);
      continue;
    }
    forget(name);
    say(`Entered for ${item.label}.`);
    if (form?.getAttribute("action") !== item.to) { await forgetDraft(item); continue; }
    drafts.keep(); // the newest of what stands on the page
    if (JSON.stringify(typedFields()) === item.typed) {
      drafts.started = false;
      drafts.locker.drop();
    }
    location.assign(told.href);
  }
  sending = false;
  show();
  // What was pressed while these were on their way waits still.
  if ([...here.values()].some((one) => !one.refused)) timer = setTimeout(drain, lost ? RETRY : 0);
}

// --- the form ------------------------------------------------------------------------------------------------------

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken").map(([name, value]) => [name, String(value)]);
  const command = form.querySelector("[name=key]").value;
  const name = `${KIND}${desk.dataset.incident}:${command}`; // pressed again it is the same command, as it is now
  const item = {
    to: form.getAttribute("action"), fields, pressed: new Date(serverNow()).toISOString(), label: form.dataset.doorLabel,
    draft: desk.dataset.incident, typed: JSON.stringify(typedFields()), said: words(),
  };
  for (const [other, one] of here) if (one.refused && one.to === item.to) forget(other);
  here.set(name, item);
  loose.add(name);
  locker(name).put(item).then((sealed) => {
    if (sealed) loose.delete(name);
    show();
  });
  drain();
});

let pause = 0;
function typed() {
  drafts?.keep();
  clearTimeout(pause);
  pause = setTimeout(() => drafts?.changed(), PAUSE);
}
form?.addEventListener("input", typed);
form?.addEventListener("change", typed);
document.addEventListener("goldthread:typed", typed);

addEventListener("online", drain);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") drain(); });
readClock();
if (drafts) drafts.start(desk.dataset.draft ? JSON.parse(desk.dataset.draft) : null);
if (kept) drain();
