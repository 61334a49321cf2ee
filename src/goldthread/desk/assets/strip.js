// The strip below the columns: a tab opens its panel and puts the focus where it is wanted; Escape gives it back to the
// words. The open panel stays open when the strip is drawn anew.

const openPanel = () => document.querySelector(".strip__panel.is-open");
const words = () => document.querySelector("[data-typing]") ?? document.getElementById("said-column");

function mark() {
  const open = openPanel()?.id.slice("strip-".length);
  for (const tab of document.querySelectorAll("[data-strip]")) tab.setAttribute("aria-expanded", String(tab.dataset.strip === open));
  document.body.classList.toggle("has-strip-open", Boolean(open));
}

export function openStrip(name, focus = "") {
  for (const panel of document.querySelectorAll(".strip__panel")) panel.classList.toggle("is-open", panel.id === `strip-${name}`);
  mark();
  const panel = document.getElementById(`strip-${name}`);
  const target = (focus && document.getElementById(focus)) || panel?.querySelector("[data-panel-focus]") || panel?.querySelector("textarea, input:not([type=hidden]), select, button");
  target?.focus({ preventScroll: false });
}

export function closeStrip() {
  openPanel()?.classList.remove("is-open");
  mark();
  words()?.focus();
}

export function startStrip() {
  document.addEventListener("click", (event) => {
    const tab = event.target.closest?.("[data-strip]");
    if (!tab) return;
    const open = openPanel();
    if (open?.id === `strip-${tab.dataset.strip}` && (!tab.dataset.focus || open.contains(document.activeElement)) && event.detail > 0 && !tab.dataset.focus) closeStrip();
    else openStrip(tab.dataset.strip, tab.dataset.focus ?? "");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !openPanel() || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    closeStrip();
  });
  // The button that was pressed is gone with the swap; its focus goes home to the words, never to nowhere, where the
  // next letters typed would be lost or taken for keys.
  let held = false;
  document.addEventListener("htmx:before:swap", () => { held = document.activeElement !== null && document.activeElement !== document.body; });
  // What came back with an error is opened, so that its sentence is seen; what came back done is left as it is.
  document.addEventListener("htmx:after:swap", () => {
    mark();
    if (held && document.activeElement === document.body && !openPanel()?.querySelector(".govuk-error-summary")) words()?.focus();
    held = false;
    const wrong = document.querySelector(".strip__panel:not(.is-open) .govuk-error-summary");
    if (wrong) openStrip(wrong.closest(".strip__panel").id.slice("strip-".length));
  });
  mark();
}
