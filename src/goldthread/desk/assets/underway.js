// While a form is on its way somebody types on. The fresh form takes the place of what was sent, and of nothing else:
// letters that came after it stand in the new field with the caret where it was.

import { valueOf } from "./drafts.js";

const sent = new Map();
let later = [];

const fieldsOf = (form) => [...form.querySelectorAll("input:not([type=hidden]), textarea, select")].filter((one) => one.name);
const formIn = (panel) => panel?.querySelector?.("form[data-draft-form]");

function remember(form) {
  sent.set(form.dataset.draftForm, new Map(fieldsOf(form).map((one) => [one.name, valueOf(one)])));
}

function keep(form) {
  const was = sent.get(form.dataset.draftForm);
  if (!was) return;
  for (const field of fieldsOf(form)) {
    const now = valueOf(field);
    const then = was.get(field.name);
    if (then === undefined || now === then) continue;
    const focused = document.activeElement === field;
    later.push({ panel: form.parentElement.id, name: field.name, now, then, at: focused ? field.selectionStart : null });
  }
}

function putBack({ panel, name, now, then, at }) {
  const field = formIn(document.getElementById(panel))?.querySelector(`[name="${name}"]`);
  if (!field) return;
  if (field.type === "checkbox") { field.checked = now === "on"; return; }
  // A form that came back with an error holds what was sent; a fresh one gets only what was typed after it.
  const fresh = field.value !== then && now.startsWith(then);
  field.value = fresh ? now.slice(then.length) : now;
  if (at === null) return;
  field.focus();
  const caret = Math.max(0, fresh ? at - then.length : at);
  field.setSelectionRange?.(caret, caret);
}

export function startUnderway() {
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement?.closest?.("form[data-draft-form]");
    if (form) remember(form);
  });
  document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
    later = [];
    for (const { type, target } of tasks) {
      const form = type === "main" ? formIn(typeof target === "string" ? document.querySelector(target) : target) : null;
      if (form && ctx.sourceElement && form.contains(ctx.sourceElement)) keep(form);
    }
  });
  document.addEventListener("htmx:after:swap", () => {
    for (const one of later) putBack(one);
    later = [];
  });
}
