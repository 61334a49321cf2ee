// The look-back's keyboard: rows by arrows and Enter; a reason chosen by its number leads on to the words.
(() => {
  const body = document.querySelector("#lookback tbody");
  body?.addEventListener("keydown", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.target !== row) return;
    if (event.key === "Enter") location.href = row.dataset.href;
    const step = { ArrowDown: row.nextElementSibling, j: row.nextElementSibling, ArrowUp: row.previousElementSibling, k: row.previousElementSibling }[event.key];
    if (step) { event.preventDefault(); step.focus(); }
  });
  body?.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (row && !event.target.closest("a, button") && !getSelection().toString()) location.href = row.dataset.href;
  });
  // A key clicks the radio without giving it the focus; the arrows and the pointer do give it, and stay where they are.
  document.addEventListener("click", (event) => {
    const radio = event.target;
    if (radio.type !== "radio" || event.detail || document.activeElement === radio) return;
    radio.form?.querySelector("textarea")?.focus();
  });
  const wrong = document.querySelector(".lb-decide .govuk-error-summary");
  if (wrong) { wrong.tabIndex = -1; wrong.focus(); }
})();
