// Keys. Any control may carry data-key: "?" or "/" or "g b" (letters in sequence) or "alt+1" (held together).
// Held chords work while typing and never move the caret. Single letters work only outside text fields, and those
// inside a [data-key-scope] (a row, a card) only while the focus is within that scope.

const SEQUENCE_MS = 1200;
const SILENT_TYPES = ["button", "checkbox", "radio", "submit", "reset", "range", "color", "file", "image"];
const SWITCH = "goldthread-single-keys";
const OWN = "goldthread-keys"; // keys that this person's browser has given a control instead of ours
const BROWSERS = new Set(["ctrl+t", "ctrl+n", "ctrl+w", "ctrl+tab", "ctrl+l", "ctrl+r", "ctrl+p", "ctrl+s", "ctrl+f", "ctrl+c", "ctrl+v", "ctrl+x", "ctrl+z", "ctrl+a", "alt+d", "alt+e", "alt+f", "alt+arrowleft", "alt+arrowright", "alt+f4", "alt+tab"]);

let typed = [];
let typedAt = 0;

let own = {};
try { own = JSON.parse(localStorage.getItem(OWN)) ?? {}; } catch { /* without storage our own keys hold */ }

// The keys a control answers to: those this person gave it, else those of the page.
export const keysOf = (element) => (own[element.dataset.key] ?? element.dataset.key).toLowerCase();

// Why these keys cannot be given to a control; empty where they can.
export function whyNot(keys, element) {
  if (!keys || ["escape", "tab", "enter", "?"].includes(keys)) return "That key is kept for the page itself.";
  if (BROWSERS.has(keys) || /^ctrl\+\d$/.test(keys)) return "The browser uses that key itself.";
  if (!isChord(keys) && isChord(element.dataset.key)) return "Hold Alt or Ctrl with it: this key also works while you type.";
  const other = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key !== element.dataset.key && keysOf(one) === keys);
  return other ? `It is taken: ${labelOf(other)}.` : "";
}

function give(element, keys) {
  if (keys === element.dataset.key.toLowerCase()) delete own[element.dataset.key];
  else own[element.dataset.key] = keys;
  try { localStorage.setItem(OWN, JSON.stringify(own)); } catch { /* it lasts as long as the page */ }
  showOwn();
}

// The caps drawn on a control tell the keys that work.
function showOwn() {
  for (const element of document.querySelectorAll("[data-key]")) {
    const caps = [...element.querySelectorAll(".key")];
    if (!caps.length || !(element.dataset.key in own) && !element.dataset.ownKey) continue;
    element.dataset.ownKey = "yes";
    caps[0].textContent = keysOf(element).split("+").map((part) => part[0].toUpperCase() + part.slice(1)).join("+");
    for (const cap of caps.slice(1)) cap.remove();
  }
}

export function isTextField(element) {
  if (!element) return false;
  if (element.isContentEditable || element.tagName === "TEXTAREA" || element.tagName === "SELECT") return true;
  return element.tagName === "INPUT" && !SILENT_TYPES.includes(element.type);
}

export function singleKeysOn() {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true;
  }
}

// "alt+1" for a held chord, "b" or "?" for a single key, "" for keys that are not ours. Digits are read from the
// physical key, since Alt and Shift change what they type.
export function nameOf(event) {
  if (["Control", "Alt", "Shift", "Meta", "AltGraph"].includes(event.key) || event.isComposing) return "";
  const held = [event.ctrlKey && "ctrl", event.altKey && "alt", event.metaKey && "meta"].filter(Boolean);
  const digit = /^Digit(\d)$/.exec(event.code ?? "");
  if (!held.length) return event.key.length === 1 ? event.key : event.key.toLowerCase();
  if (event.getModifierState?.("AltGraph")) return "";
  if (event.shiftKey) held.push("shift");
  return [...held, digit ? digit[1] : event.key.toLowerCase()].join("+");
}

function isChord(keys) {
  return keys.length > 1 && keys.includes("+");
}

function reachable(element) {
  if (element.disabled || element.closest("[hidden], [inert]")) return false;
  const open = document.querySelector("dialog[open]:modal");
  if (open && !open.contains(element)) return false;
  return element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
}

// The control that answers to these keys now: the one in the focused scope first, then those outside any scope.
export function controlFor(keys) {
  const all = [...document.querySelectorAll("[data-key]")].filter((e) => keysOf(e) === keys && reachable(e));
  const focused = document.activeElement?.closest("[data-key-scope]");
  const scoped = focused && all.find((e) => focused.contains(e));
  return scoped ?? all.find((e) => !e.closest("[data-key-scope]") || isChord(keys));
}

function act(element) {
  if (isTextField(element)) {
    element.focus();
    element.select?.();
  } else if ("click" in element) {
    if (element.tagName === "SUMMARY") {
      const there = document.activeElement === element;
      element.focus(); // what it opens is one Tab away
      if (element.parentElement.open && !there) return; // it stood open already: the key leads to it, and shuts nothing
    }
    if (element.type === "file") element.focus(); // the chooser leaves one here when it closes
    element.click();
  }
}

function couldContinue(prefix) {
  return [...document.querySelectorAll("[data-key]")].some((e) => keysOf(e).startsWith(`${prefix} `));
}

function onKeyDown(event) {
  if (event.defaultPrevented) return;
  const name = nameOf(event);
  if (name === "escape") return closeMenu(event);
  if (!name) return;
  if (name.includes("+") && name.length > 1) {
    const control = controlFor(name);
    if (control) {
      event.preventDefault();
      act(control);
    }
    return;
  }
  if (event.repeat || isTextField(document.activeElement) || !singleKeysOn()) return; // a key held down answers one page, not a queue of them
  const now = performance.now();
  if (now - typedAt > SEQUENCE_MS) typed = [];
  typedAt = now;
  const sequence = [...typed, name.toLowerCase()].join(" ");
  const control = controlFor(sequence) ?? (typed.length ? null : controlFor(name.toLowerCase()));
  if (control) {
    typed = [];
    event.preventDefault();
    act(control);
  } else {
    typed = couldContinue(sequence) ? [...typed, name.toLowerCase()] : couldContinue(name) ? [name] : [];
  }
}

function closeMenu(event) {
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  event.preventDefault();
  menu.open = false;
  menu.querySelector("summary").focus();
}

function labelOf(element) {
  const label = element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent;
  const words = element.cloneNode(true);
  for (const cap of words.querySelectorAll(".key")) cap.remove();
  return (label ?? words.textContent).trim().replace(/\s+/g, " ");
}

function showKey(keys) {
  const shown = isChord(keys) ? keys.split("+") : keys.split(" ");
  const cell = document.createElement("dt");
  shown.forEach((part, index) => {
    const cap = document.createElement("kbd");
    cap.className = "key";
    cap.textContent = part.length > 1 ? part[0].toUpperCase() + part.slice(1) : part;
    if (index) cell.append(" ");
    cell.append(cap);
  });
  return cell;
}

// A button that takes the next keys pressed for this control; Escape leaves it as it is.
function changer(list, element, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "keys__change";
  button.textContent = "Change";
  button.setAttribute("aria-label", `Change the key of: ${label}`);
  button.addEventListener("click", () => {
    button.textContent = "Press the new key, or Esc";
    const take = (event) => {
      const keys = nameOf(event);
      if (!keys) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      button.removeEventListener("keydown", take, true);
      const reason = keys === "escape" ? "" : whyNot(keys, element);
      if (keys !== "escape" && !reason) give(element, keys);
      fillKeyList(list);
      const again = [...list.querySelectorAll(".keys__change")].find((one) => one.getAttribute("aria-label") === button.getAttribute("aria-label"));
      if (reason && again) again.after(Object.assign(document.createElement("span"), { className: "keys__why", role: "alert", textContent: reason }));
      again?.focus();
    };
    button.addEventListener("keydown", take, true);
  });
  return button;
}

export function fillKeyList(list) {
  const seen = new Set(["?"]);
  list.replaceChildren();
  const add = (keys, label, element) => {
    const line = document.createElement("div");
    const said = document.createElement("dd");
    said.textContent = label;
    if (element) said.append(" ", changer(list, element, label));
    line.append(showKey(keys), said);
    list.append(line);
  };
  for (const element of document.querySelectorAll("[data-key]")) {
    const keys = keysOf(element);
    if (!keys || seen.has(keys)) continue;
    seen.add(keys);
    add(keys, labelOf(element), element);
  }
  if (document.querySelector("tbody tr[tabindex]")) {
    add("j", "To the first row, then down the rows");
    add("k", "Up the rows");
    add("Enter", "Open the row you are on");
  }
  add("?", "This list");
  add("Esc", "Close what is open");
}

export function startKeys() {
  showOwn();
  document.addEventListener("htmx:after:swap", showOwn);
  document.addEventListener("keydown", onKeyDown);
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-open]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.open);
      const list = dialog?.querySelector("[data-keys-list]");
      if (list) fillKeyList(list);
      dialog?.showModal();
      return;
    }
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  const single = document.querySelector("[data-single-keys]");
  if (!single) return;
  single.checked = singleKeysOn();
  single.addEventListener("change", () => {
    try {
      localStorage.setItem(SWITCH, single.checked ? "on" : "off");
    } catch {
      // without storage the choice lasts as long as the page
    }
  });
}
