// The page at the door, on a phone whose connection comes and goes. What is typed is a draft, kept as the desk's pages keep theirs. What
// was sent and did not arrive is sealed in the same way, and sent by itself from this page or from the person's first page as soon as
// the server is reached: with its own key, so that it arrives once, and with the time at which *Send* was pressed.

import { say } from "../../web/assets/connection.js";
import { serverNow } from "../../web/assets/times.js";
import { Drafts, heldNames, Locker, typedFields } from "../../desk/assets/drafts.js";

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
  const all = [...here.values()];
  const rest = all.filter((one) => !one.refused);
  kept.hidden = !rest.length;
  if (rest.length) {
    const oldest = rest.map((one) => one.pressed).sort()[0];
    const what = `${[...new Set(rest.map((one) => one.label))].join(", ")}, since ${clock.format(new Date(oldest))}.`;
    const then = ended ? "Your sign-in has ended: sign in again and it is sent." : "It is kept on this phone and sent by itself when the server is reached. You can put the phone away.";
    kept.querySelector("[data-words]").textContent = `${what} ${then}`;
  }
  const refused = all.find((one) => one.refused);
  const box = document.getElementById("door-refused");
  if (box) {
    box.hidden = !refused;
    if (refused) box.querySelector("[data-words]").textContent = `${refused.label}: ${refused.refused}`;
  }
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
  let left = false;
  for (const [name, item] of await waiting()) {
    if (item.refused) continue;
    const told = await send(item);
    if (!told) { left = true; break; }
    if (here.get(name) !== item) { left = true; continue; } // pressed again meanwhile, with more
    if (told.refused) {
      item.refused = told.refused;
      locker(name).put(item);
      continue;
    }
    here.delete(name);
    locker(name).drop();
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
  if (left) timer = setTimeout(drain, RETRY);
}

// --- the form ------------------------------------------------------------------------------------------------------

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken").map(([name, value]) => [name, String(value)]);
  const command = form.querySelector("[name=key]").value;
  const name = `${KIND}${desk.dataset.incident}:${command}`; // pressed again it is the same command, as it is now
  const item = {
    to: form.getAttribute("action"), fields, pressed: new Date(serverNow()).toISOString(), label: form.dataset.doorLabel,
    draft: desk.dataset.incident, typed: JSON.stringify(typedFields()),
  };
  for (const [other, one] of here) if (one.refused && one.to === item.to) { here.delete(other); locker(other).drop(); }
  here.set(name, item);
  locker(name).put(item);
  show();
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
if (drafts) drafts.start(desk.dataset.draft ? JSON.parse(desk.dataset.draft) : null);
if (kept) drain();
