// Rows of a list: arrows, j and k move over them, Enter or a click opens the one that has an address; Enter also what o opens in it.
// From elsewhere on the page j begins at the first.
import { isTextField, singleKeysOn } from "./keys.js";

const ROW = "tbody tr[tabindex]";
const STEPS = { ArrowDown: "nextElementSibling", j: "nextElementSibling", ArrowUp: "previousElementSibling", k: "previousElementSibling" };

export function startRows() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const letter = event.key.length === 1;
    if (letter && !singleKeysOn()) return;
    const row = event.target.closest?.(ROW);
    if (row && event.target === row) {
      const address = row.dataset.href ?? row.querySelector('a[data-key="o"]')?.href;
      if (event.key === "Enter" && address) location.href = address;
      const step = STEPS[event.key] && row[STEPS[event.key]];
      if (step) { event.preventDefault(); step.focus(); }
    } else if (event.key === "j" && !isTextField(event.target) && !document.querySelector("dialog[open]")) {
      document.querySelector(ROW)?.focus();
    }
  });
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.("tr[data-href]");
    if (row && !event.target.closest("a, button") && !getSelection().toString()) location.href = row.dataset.href;
  });
}
