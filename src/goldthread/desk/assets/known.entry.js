// Suggestions under the fields for a place, a number or a name (data-known-kind): the combobox pattern with a list.
// Arrows choose, Enter settles, Escape closes. The caret stays in the field, and nothing is settled by itself.
const SHORTEST = 3;
const PAUSE_MS = 150;
const NAMES = { place: "places", phone: "numbers", person: "people" };

let waiting = 0;
let asked = null;
let children = document.getElementById("known-children")?.textContent;
const settledOn = new WeakMap();

const known = () => document.getElementById("known");
const kindOf = (element) => element?.dataset?.knownKind;
const listOf = (field) => document.getElementById(field.getAttribute("aria-controls") ?? "");
const optionsOf = (field) => [...(listOf(field)?.querySelectorAll("[role=option]") ?? [])];
const isOpen = (field) => field.getAttribute("aria-expanded") === "true";

function say(words) {
  const live = document.getElementById("live");
  if (live) live.textContent = words;
}

function makeReady(field) {
  if (listOf(field)) return;
  const list = document.createElement("ul");
  list.id = `${field.id}-suggestions`;
  list.className = "suggest";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", `Known ${NAMES[kindOf(field)]}`);
  field.parentElement.classList.add("has-suggestions");
  field.after(list);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");
}

function close(field) {
  window.clearTimeout(waiting);
  asked?.abort();
  if (!listOf(field)) return; // it never was made ready, so it says nothing of a list
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
  const list = listOf(field);
  if (list) list.hidden = true;
}

function choose(field, option) {
  for (const one of optionsOf(field)) one.setAttribute("aria-selected", String(one === option));
  if (!option) return field.removeAttribute("aria-activedescendant");
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function csrf() {
  const cookie = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
  return cookie ? cookie.slice("csrftoken=".length) : document.body.dataset.csrf;
}

// On a new contact the incident opens at the first key; what is asked of it waits for that answer.
const isThere = () => !document.getElementById("opening")?.dataset.open || document.querySelector("[data-reference]") !== null;

function whenThere(act, tries = 40) {
  if (isThere()) act();
  else if (tries) window.setTimeout(() => whenThere(act, tries - 1), PAUSE_MS);
}

async function suggest(field) {
  const typed = field.value;
  const address = known()?.dataset.suggest;
  if (document.activeElement !== field) return;
  asked?.abort();
  if (!address || typed.replace(/[^\p{L}\p{N}]/gu, "").length < SHORTEST) return close(field);
  asked = new AbortController();
  const body = new URLSearchParams({ kind: kindOf(field), typed, list: `${field.id}-suggestions` });
  try {
    const answer = await fetch(address, { method: "POST", body, signal: asked.signal, headers: { "X-CSRFToken": csrf(), "HX-Request": "true" } });
    if (!answer.ok || field.value !== typed || document.activeElement !== field) return;
    listOf(field).innerHTML = await answer.text();
  } catch {
    return; // what is typed stays, and leaving the field searches again
  }
  const found = optionsOf(field).length;
  if (!found) {
    close(field);
    return say(`No known ${NAMES[kindOf(field)]} like this.`);
  }
  listOf(field).hidden = false;
  field.setAttribute("aria-expanded", "true");
  say(`${found} known ${NAMES[kindOf(field)]}. Arrow down to choose, Enter to settle.`);
}

function settle(field, option) {
  const typed = field.value;
  const inColumn = known().contains(field);
  close(field);
  field.value = inColumn ? "" : option.dataset.name;
  settledOn.set(field, field.value);
  const area = document.querySelector("#opening [name=area]");
  if (area && !area.value && option.dataset.area) area.value = option.dataset.area; // the record takes it over likewise
  say(`Settled on ${option.textContent.trim()}.`);
  const values = { key: crypto.randomUUID(), choice: option.dataset.choice, typed };
  htmx.ajax("POST", known().dataset.settle, { target: "#known", swap: "outerHTML", values });
}

// What is drawn anew never takes the place of what a command answers, and a command whose button was drawn anew while it
// was on its way still shows its answer.
let commands = 0; // on their way
let answered = 0; // answers of commands that were shown
let again = false;

function reload() {
  const address = known()?.dataset.load;
  if (commands) again = true;
  else if (address) htmx.ajax("GET", address, { target: "#known", swap: "outerHTML" });
}

const isCommand = (ctx) => ctx.request?.method?.toUpperCase() !== "GET";
const isOurs = (target) => (typeof target === "string" ? target === "#known" : target?.id === "known");

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (!isOurs(ctx.target)) return;
  ctx.knownAnswered = answered;
  if (isCommand(ctx)) commands += 1;
});

document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  if (ctx.knownAnswered === undefined) return;
  const at = tasks.findIndex(({ type }) => type === "main");
  if (at < 0) return;
  if (isCommand(ctx)) {
    answered += 1;
    if (!tasks[at].target?.isConnected) tasks[at].target = known();
  } else if (commands || ctx.knownAnswered !== answered) {
    tasks.splice(at, 1);
    again = true;
  }
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx.knownAnswered === undefined) return;
  if (isCommand(ctx)) commands -= 1;
  if (commands || !again) return;
  again = false;
  reload();
});

document.addEventListener("focusin", ({ target }) => {
  if (kindOf(target)) makeReady(target);
});

document.addEventListener("focusout", ({ target }) => {
  if (kindOf(target)) close(target);
});

document.addEventListener("input", ({ target }) => {
  if (!kindOf(target)) return;
  makeReady(target);
  window.clearTimeout(waiting);
  waiting = window.setTimeout(() => whenThere(() => suggest(target)), PAUSE_MS);
});

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!kindOf(field) || !isOpen(field) || event.isComposing) return;
  const options = optionsOf(field);
  const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") choose(field, options[(at + 1) % options.length]);
  else if (event.key === "ArrowUp") choose(field, options[at <= 0 ? options.length - 1 : at - 1]);
  else if (event.key === "Escape") close(field);
  else if (event.key === "Enter" && (at >= 0 || options.length === 1)) settle(field, options[Math.max(at, 0)]);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

// Pressing the mouse would take the focus out of the field and close the list before the click.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest?.(".suggest")) event.preventDefault();
});

document.addEventListener("click", ({ target }) => {
  const option = target.closest?.(".suggest [role=option]");
  if (option) settle(document.querySelector(`[aria-controls="${option.parentElement.id}"]`), option);
});

// A field of the contact that is left without settling is searched, so that the outcome is on record.
document.addEventListener("change", ({ target }) => {
  const kind = kindOf(target);
  if (!kind || known()?.contains(target) || !target.value.trim() || settledOn.get(target) === target.value) return;
  settledOn.set(target, target.value);
  const values = { key: crypto.randomUUID(), kind, typed: target.value };
  whenThere(() => htmx.ajax("POST", known().dataset.search, { target: "#known", swap: "outerHTML", values }));
});

// What somebody is typing in the column is still there when the column is drawn anew.
let kept = null;
document.addEventListener("htmx:before:swap", () => {
  const field = document.activeElement;
  const inside = known()?.contains(field) && kindOf(field);
  kept = { inside, typed: inside ? field.value : "", id: inside ? field.id : "", at: inside ? field.selectionStart : 0 };
});

document.addEventListener("htmx:after:swap", () => {
  const again = kept?.inside ? document.getElementById(kept.id) : null;
  if (kept?.inside && document.activeElement === document.body) {
    if (again?.checkVisibility()) {
      if (kept.typed) again.value = kept.typed;
      again.focus();
      again.setSelectionRange(kept.at, kept.at);
    } else {
      known()?.focus();
    }
  }
  kept = null;
  const now = document.getElementById("known-children")?.textContent;
  if (now !== children) {
    children = now;
    reload();
  }
});

document.addEventListener("goldthread:known-changed", reload);
