// The supervisor's desk: boxes sent by Ctrl+Enter; a queue that says what is new and moves nothing; a team asked for anew.
import { startTyped } from "./typed.js";

startTyped();

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.ctrlKey || !event.target.closest(".sv-answer, .sv-decide")) return;
  const form = event.target.form;
  const buttons = [...(form?.querySelectorAll("button[type=submit]") ?? [])];
  if (buttons.length !== 1) return; // where there are two ways, the person names one
  event.preventDefault();
  form.requestSubmit(buttons[0]);
});

// A key pressed twice on a slow line must not answer the page that has just come: nobody has read it yet.
const UNREAD = 800; // ms
const answers = document.querySelector(".sv-answers");
if (answers) {
  setTimeout(() => { answers.dataset.ready = ""; }, UNREAD);
  document.addEventListener("keydown", (event) => {
    if (event.key.length === 1 && !event.ctrlKey && !event.altKey && !("ready" in answers.dataset)) event.stopImmediatePropagation();
  }, true);
}

const report = (state) => document.dispatchEvent(new CustomEvent("goldthread:connection", { detail: { state } }));

async function got(address, headers = {}) {
  const answer = await fetch(address, { cache: "no-store", headers });
  if (!answer.ok || answer.redirected) throw new Error(answer.status);
  return answer;
}

// A supervisor called now is told in title and sound, as this browser's person chose on the board.
const fresh = document.getElementById("sv-new");
const title = document.title;
let stood = Number(fresh?.dataset.called ?? 0);

function sound() {
  const context = new AudioContext();
  for (const [at, pitch] of [[0, 660], [0.25, 880]]) {
    const tone = context.createOscillator(), volume = context.createGain();
    tone.frequency.value = pitch;
    volume.gain.value = 0.15;
    tone.connect(volume).connect(context.destination);
    tone.start(context.currentTime + at);
    tone.stop(context.currentTime + at + 0.2);
  }
  fresh.dataset.sounded = Number(fresh.dataset.sounded ?? 0) + 1;
  setTimeout(() => context.close(), 1000);
}

async function look() {
  try {
    const { count, called } = await (await got(fresh.dataset.count, { Accept: "application/json" })).json();
    const asked = localStorage.getItem("goldthread.alert") ?? "";
    if (asked === "sound" && called > stood) sound();
    stood = called;
    document.title = asked && called ? `(${called}) ${title}` : title;
    const more = called > Number(fresh.dataset.called);
    fresh.hidden = !more && count === Number(fresh.dataset.number);
    fresh.querySelector("[data-words]").textContent = more ? "A supervisor is called now." : `${count} wait now.`;
    report("live");
  } catch {
    report("lost");
  }
}
if (fresh) setInterval(look, 5000);

const team = document.getElementById("team-now");
async function again() {
  if (document.visibilityState !== "visible" || team.contains(document.activeElement)) return;
  try {
    const found = new DOMParser().parseFromString(await (await got(team.dataset.again)).text(), "text/html");
    team.replaceChildren(...found.getElementById("team-now").childNodes);
    report("live");
  } catch {
    report("lost");
  }
}
if (team) setInterval(again, 30000);

// Words selected under Said go into the coaching note's quote as they stand in the record, without the reader's marks' own words.
document.querySelector('[data-does="take-quote"]')?.addEventListener("click", (event) => {
  const chosen = getSelection();
  const said = document.getElementById("said");
  if (!chosen.rangeCount || chosen.isCollapsed || !said?.contains(chosen.getRangeAt(0).commonAncestorContainer)) return;
  const words = chosen.getRangeAt(0).cloneContents();
  for (const one of words.querySelectorAll(".govuk-visually-hidden")) one.remove();
  const quote = event.target.form.elements.quote;
  quote.value = words.textContent.trim();
  quote.dispatchEvent(new Event("input", { bubbles: true }));
});

// The coaching note, opened by the person (not by the page that comes with it open), is ready to be written.
document.querySelector('[data-does="take-quote"]')?.closest("details").addEventListener("toggle", ({ target }) => {
  if (!target.open || !target.contains(document.activeElement)) return;
  target.scrollIntoView({ block: "start" });
  target.querySelector("textarea")?.focus({ preventScroll: true });
});
