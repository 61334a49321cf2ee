// The card keeps itself current and sends its answers, and leaves alone whatever somebody is typing or pointing at. Without it the same
// forms send themselves, and the card comes back whole.

import { forgetOld, Locker } from "../../desk/assets/locker.js";

const body = document.body;
const { at, host, asks } = body.dataset;
const state = document.getElementById("state");
const parts = ["now", "marks", "thrive", "said"];
const forms = ["f-words", "f-children", "f-thrive"];
let pass = document.querySelector("[name=card]").value;
let stamp = body.dataset.stamp;
let over = false;
let busy = false;
let lastLooked = new Date();

history.replaceState(null, "", at); // the address opened once, and is of no more use to anybody

const say = (words, bad = false) => {
  if (state.textContent !== words) state.textContent = words;
  state.classList.toggle("bad", bad);
};
const clock = (when) => when.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" });
const fieldsOf = (form) => [...(form?.elements ?? [])].filter((one) => one.type !== "hidden" && one.name);
const changed = (one) =>
  one.type === "radio" || one.type === "checkbox"
    ? one.checked !== one.defaultChecked
    : one.options
      ? [...one.options].some((option) => option.selected !== option.defaultSelected)
      : one.value !== one.defaultValue;
const typedIn = (form) => form.contains(document.activeElement) || fieldsOf(form).some(changed);
const typing = () => forms.some((id) => document.getElementById(id)?.matches(":focus-within"));
const held = (part) => part.matches(":hover, :focus-within") && part.querySelector("button") !== null;

/* While somebody types, what stands above keeps its height and scrolls by itself, so that nothing moves under the caret. */
function hold() {
  const still = typing();
  for (const id of parts) {
    const part = document.getElementById(id);
    if (still && !part.style.height) {
      part.style.height = `${part.getBoundingClientRect().height}px`;
      part.tabIndex = 0;
    } else if (!still && part.style.height) {
      part.style.height = "";
      part.removeAttribute("tabindex");
    }
  }
}

function place(fresh, sent) {
  for (const id of parts) {
    const [was, is] = [document.getElementById(id), fresh.getElementById(id)];
    // What somebody points at stays until they leave it, unless they changed it themselves; it is asked for again.
    if (!is || (held(was) && !(sent && was.contains(sent)))) stamp = "";
    else if (was.innerHTML !== is.innerHTML) was.innerHTML = is.innerHTML;
  }
  for (const id of forms) {
    const [was, is] = [document.getElementById(id), fresh.getElementById(id)];
    if (!was || !is || (was !== sent && typedIn(was))) continue;
    const open = was.querySelector("details").open && was !== sent;
    was.replaceWith(is);
    if (open) is.querySelector("details").open = true;
  }
  const small = document.querySelector("#f-look small");
  const newer = fresh.querySelector("#f-look small");
  if (newer) small.textContent = newer.textContent;
}

/* What is typed and not sent is kept by this browser as well, so that a frame that is closed, or over, loses nothing: the next card of
   the same person for the same incident has it again. */
const locker = new Locker(`card-${body.dataset.keeps}`, body.dataset.owner, body.dataset.key);
const typed = () => forms.flatMap((id) => fieldsOf(document.getElementById(id)).map((one) => [id, one]));
const nameOf = (id, one) => `${id}.${one.name}${one.type === "radio" ? `.${one.value}` : ""}`;

let kept = {};

function keep() {
  // What stands of a form that this card does not have now is left as it is.
  for (const [id, one] of typed()) {
    if (changed(one)) kept[nameOf(id, one)] = /radio|checkbox/.test(one.type) ? one.checked : one.value;
    else delete kept[nameOf(id, one)];
  }
  locker.put(Object.keys(kept).length ? kept : null);
}

async function putBack() {
  forgetOld();
  kept = (await locker.get()) ?? {};
  delete kept.at;
  for (const [id, one] of typed()) {
    const value = kept[nameOf(id, one)];
    if (value === undefined || changed(one)) continue; // what came back refused, or was typed meanwhile, goes first
    if (typeof value === "boolean") one.checked = value;
    else one.value = value;
    if (!changed(one)) continue;
    one.closest("details").open = true;
    if (!state.textContent) say("Typed here before and not sent: it is below again.");
  }
  document.addEventListener("input", keep);
  keep();
  body.dataset.kept = ""; // from here on whatever is typed is kept
}

async function ask(where, given) {
  const answer = await fetch(at + where, {
    method: "POST", body: new URLSearchParams(given), headers: { "X-Goldthread-Card": pass }, credentials: "omit", cache: "no-store",
    redirect: "error", signal: AbortSignal.timeout(15000),
  });
  pass = answer.headers.get("X-Goldthread-Card") || pass;
  const fresh = answer.status === 204 ? null : new DOMParser().parseFromString(await answer.text(), "text/html");
  const ended = fresh?.getElementById("ended");
  if (ended) {
    over = answer.status === 410;
    say(`${ended.querySelector("h1").textContent}. ${ended.querySelector("p").textContent} What you typed is still here: copy it.`, true);
  } else if (answer.status >= 400 && answer.status !== 422) {
    throw new Error(String(answer.status));
  } else {
    lastLooked = new Date();
    if (fresh && answer.status === 200) stamp = fresh.body.dataset.stamp;
  }
  return { fresh, ended, status: answer.status };
}

async function look() {
  if (over || busy || document.hidden) return;
  busy = true;
  try {
    const { fresh, ended } = await ask("look", { have: stamp });
    if (fresh && !ended) place(fresh);
    if (state.dataset.lost && !ended) say("");
    delete state.dataset.lost;
  } catch {
    state.dataset.lost = "1";
    say(`Not current: Goldthread does not answer. As of ${clock(lastLooked)}. What you typed is still here.`, true);
  } finally {
    busy = false;
  }
}

async function send(form, button) {
  if (over || form.dataset.sending) return;
  form.dataset.sending = "1";
  const given = new FormData(form);
  given.delete("card");
  if (button?.name) given.set(button.name, button.value);
  try {
    const { fresh, ended, status } = await ask(form.getAttribute("action"), given);
    if (ended) return;
    if (status === 422) {
      const theirs = form.id && fresh.getElementById(form.id)?.elements.based_on;
      if (theirs) form.elements.based_on.value = theirs.value; // what was typed goes on the version that came meanwhile
      say(fresh.getElementById("state").textContent, true);
      for (const id of parts) if (!held(document.getElementById(id))) document.getElementById(id).innerHTML = fresh.getElementById(id).innerHTML;
    } else {
      const inside = form.contains(document.activeElement);
      if (inside) document.activeElement.blur();
      say("Saved.");
      place(fresh, form);
      keep();
      if (inside) (document.getElementById(form.id) ?? document.getElementById("marks")).querySelector("summary, button")?.focus();
    }
  } catch {
    say("Not saved: Goldthread does not answer. What you typed is still here; send it again.", true);
  } finally {
    delete form.dataset.sending;
    hold();
  }
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.id === "f-look") look();
  else send(event.target, event.submitter);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey && event.target.form) event.target.form.requestSubmit();
});
document.addEventListener("focusin", hold);
document.addEventListener("focusout", () => setTimeout(hold));
document.addEventListener("visibilitychange", look);
setInterval(look, asks * 1000);
putBack();

// The page around it is told one thing: how high the card is; and only the page that it was asked for.
if (parent !== window) {
  const tell = () => parent.postMessage({ goldthreadCard: { height: Math.ceil(body.getBoundingClientRect().height) } }, host);
  new ResizeObserver(tell).observe(body);
}
