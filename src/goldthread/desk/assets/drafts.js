// What is typed and not sent: kept by the server as it is typed and by this browser, sealed with a key that only this
// person's pages get. A killed tab, server or network costs nothing older than a second.

import { say } from "../../web/assets/connection.js";
import { forgetOld, Locker } from "./locker.js";

// The fields of a page by the names their forms give them: "words.text", "thrive.threat", "children.child-0-name".
const SKIPPED = new Set(["csrfmiddlewaretoken", "based_on", "seen", "opening", "back"]);

function* inputs() {
  for (const form of document.querySelectorAll("[data-draft-form]")) {
    for (const input of form.querySelectorAll("input, textarea, select")) {
      if (!input.name || SKIPPED.has(input.name) || ["submit", "button", "file"].includes(input.type)) continue;
      yield [`${form.dataset.draftForm}.${input.name}`, input, form];
    }
  }
}

// One of several is chosen: the group's value, whichever of them is asked.
const group = (input) => [...input.form.querySelectorAll(`input[type=radio][name="${CSS.escape(input.name)}"]`)];

export const valueOf = (input) => {
  if (input.type === "radio") return group(input).find((one) => one.checked)?.value ?? "";
  return input.type === "checkbox" ? (input.checked ? "on" : "") : input.value;
};
export const defaultOf = (input) => {
  if (input.type === "radio") return group(input).find((one) => one.defaultChecked)?.value ?? "";
  if (input.type === "checkbox") return input.defaultChecked ? "on" : "";
  if (input.tagName === "SELECT") return ([...input.options].find((one) => one.defaultSelected) ?? input.options[0])?.value ?? "";
  return input.defaultValue;
};

export function setDefault(input, value) {
  if (input.tagName === "SELECT") for (const option of input.options) option.defaultSelected = option.value === value;
  else input.defaultValue = value;
}

// Only what differs from what the server drew; a form's key goes along with its words, so that a form sent again after
// a crash acts once.
export function typedFields() {
  const found = {};
  const changed = new Set();
  for (const [name, input, form] of inputs()) {
    if (input.type === "hidden") continue;
    if (valueOf(input) !== defaultOf(input)) { found[name] = valueOf(input); changed.add(form); }
  }
  for (const [name, input, form] of inputs()) {
    if (input.type === "hidden" && changed.has(form)) found[name] = input.value;
  }
  return found;
}

export function putBack(fields) {
  let put = 0;
  for (const [name, input] of inputs()) {
    if (!(name in fields) || valueOf(input) === fields[name]) continue;
    if (input.type === "radio") input.checked = input.value === fields[name];
    else if (input.type === "checkbox") input.checked = fields[name] === "on";
    else input.value = fields[name];
    if (input.type !== "hidden") put += 1;
  }
  return put;
}

const inOrder = (fields) => JSON.stringify(Object.entries(fields).sort());
const same = (one, other) => inOrder(one) === inOrder(other);
const RETRY = 1500; // ms until what was lost is sent again
const RETRY_IDLE = 5000; // where nothing that was typed waits for it
const REMEMBERED = 1_500_000; // letters of what was sent
const shown = (fields) => Object.fromEntries(Object.entries(fields).filter(([name, value]) => value && !name.endsWith(".key") && !/\.child-(\w+)_FORMS$/.test(name) && !name.endsWith("-child")));

export class Drafts {
  constructor({ desk, onAnswer, onState }) {
    this.to = desk.dataset.typingTo;
    this.locker = new Locker(desk.dataset.incident, desk.dataset.draftOwner, desk.dataset.draftKey);
    this.onAnswer = onAnswer;
    this.onState = onState;
    this.revision = 0;
    this.sent = {};
    // What this window sent, the newest last. A server that has one of these was not told by another window: an answer was
    // lost on the way, or a database that was killed came back without its last half second.
    this.told = [];
    this.have = "";
    this.held = null; // what the last full reading quoted, for the fast ones until the next
    this.flying = null;
    this.again = null; // what was wanted while a save was on its way
    this.started = false;
    this.conflict = null;
  }

  // What the server kept, what this browser kept: the newer one is put back; two that grew apart are shown side by side.
  async start(held) {
    const server = held ?? { revision: 0, fields: {} };
    this.revision = server.revision;
    this.sent = server.fields;
    this.remember(server.fields);
    const own = await this.locker.get();
    if (own) this.remember(own.fields); // the page before this one may have sent it just before it went
    const ours = own ? shown(own.fields) : {};
    const theirs = shown(server.fields);
    let fields = server.fields;
    if (own && Object.keys(ours).length && !same(ours, theirs)) {
      // The page before this one went while a save was on its way: what arrived of it is no other window's.
      const ownSave = own.flying && same(shown(own.flying), theirs);
      fields = own.fields;
      if (own.revision < server.revision && !ownSave && Object.keys(theirs).length) this.compare(own.fields, server.fields);
    }
    const rows = Number(fields["children.child-TOTAL_FORMS"] ?? 0);
    document.dispatchEvent(new CustomEvent("goldthread:child-rows", { detail: { rows } }));
    if (putBack(fields)) say("What you had typed is back.");
    this.started = true;
    forgetOld();
  }

  // Called at every change. The browser's copy is written at once; the server is told at most once at a time, and only
  // what it has not been told, unless the words are to be read along anew.
  // At a pause the words are read in full, which takes longer.
  changed({ read = false, full = false } = {}) {
    const fields = typedFields();
    this.keep(fields);
    if (this.conflict) return;
    if (this.flying) { this.again = { read: read || this.again?.read, full: full || this.again?.full }; return; }
    if (!read && !full && this.have && same(fields, this.sent)) return;
    this.send(fields, full);
  }

  // This browser's own copy, always of what stands on the page now. While two texts wait for a choice it stands on no
  // revision, so that a page opened again asks again.
  keep(fields = typedFields()) {
    if (!this.started) return; // the copy of the page before this one is not read yet
    const revision = this.conflict ? -1 : this.revision;
    if (Object.keys(shown(fields)).length || this.flying) this.locker.put({ revision, fields, flying: this.flying });
    else this.locker.drop();
  }

  async send(fields, full = false) {
    this.flying = fields;
    clearTimeout(this.retry);
    this.remember(fields);
    this.keep();
    const give = new AbortController();
    const late = setTimeout(() => this.onState("slow"), 900);
    const end = setTimeout(() => give.abort(), 4000);
    try {
      const asks = same(fields, this.sent); // nothing was typed since
      const cookie = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
      const answer = await fetch(this.to, {
        method: "POST",
        signal: give.signal,
        headers: { "Content-Type": "application/json", "X-CSRFToken": cookie ? cookie.slice("csrftoken=".length) : document.body.dataset.csrf },
        body: JSON.stringify({ base: this.revision, fields, have: this.have, full, asks, held: this.held }),
      });
      await this.answered(answer, fields, full);
    } catch {
      this.failed("lost", "", full);
    } finally {
      clearTimeout(late);
      clearTimeout(end);
      this.flying = null;
      this.keep();
      const again = this.again;
      this.again = null;
      if (again) this.changed(again);
    }
  }

  async answered(answer, fields, full) {
    if (answer.redirected || answer.status === 401 || answer.status === 403) return this.failed("ended", "", full);
    const kind = answer.headers.get("Content-Type") ?? "";
    if (answer.status >= 500 || !kind.includes("json")) return this.failed(answer.status >= 500 ? "lost" : "refused", "", full);
    const told = await answer.json();
    if (told.elsewhere) {
      if (this.told.includes(inOrder(shown(told.fields)))) {
        this.revision = told.revision;
        this.again = { read: true, full };
        return undefined;
      }
      this.revision = told.revision;
      return this.compare(fields, told.fields);
    }
    if (!answer.ok) return this.failed("refused", told.say, full);
    this.revision = told.revision;
    this.sent = fields;
    this.have = told.have;
    this.held = told.held ?? this.held;
    this.onState("saved");
    return this.onAnswer(told, fields);
  }

  remember(fields) {
    this.told.push(inOrder(shown(fields)));
    let letters = this.told.reduce((sum, one) => sum + one.length, 0);
    while (this.told.length > 1 && letters > REMEMBERED) letters -= this.told.shift().length;
  }

  // What was lost is asked for again as it was, also where nothing was typed since: a full reading must not stay away.
  failed(state, sentence, full) {
    this.onState(state, sentence);
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.changed({ read: true, full }), same(typedFields(), this.sent) ? RETRY_IDLE : RETRY);
  }

  compare(ours, theirs) {
    this.conflict = { ours, theirs };
    const box = document.getElementById("draft-conflict");
    const list = (fields) => {
      const dl = document.createElement("dl");
      dl.className = "facts";
      for (const [name, value] of Object.entries(shown(fields))) {
        const dt = document.createElement("dt");
        dt.textContent = document.querySelector(`[data-draft-form="${name.split(".")[0]}"] [name="${name.split(".").slice(1).join(".")}"]`)?.labels?.[0]?.textContent.trim() ?? name;
        const dd = document.createElement("dd");
        dd.className = "kept";
        dd.textContent = value;
        dl.append(dt, dd);
      }
      return dl;
    };
    const side = (title, fields, press) => {
      const part = document.createElement("section");
      const head = document.createElement("h2");
      head.textContent = title;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "govuk-button govuk-button--small";
      button.textContent = press;
      button.addEventListener("click", () => this.choose(fields));
      part.append(head, list(fields), button);
      return part;
    };
    box.className = "conflict";
    box.replaceChildren(side("Typed in this window", ours, "Go on with this"), side("Typed in another window, or saved before", theirs, "Go on with that"));
    box.hidden = false;
  }

  choose(fields) {
    const box = document.getElementById("draft-conflict");
    box.hidden = true;
    this.conflict = null;
    for (const [, input] of inputs()) if (input.type !== "hidden" && !["checkbox", "radio"].includes(input.type) && input.tagName !== "SELECT") input.value = input.defaultValue;
    putBack(fields);
    document.dispatchEvent(new CustomEvent("goldthread:typed"));
    this.changed();
  }
}
