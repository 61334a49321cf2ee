// The look-back's keyboard: a reason chosen by its number leads on to the words.
(() => {
  // A key clicks the radio without giving it the focus; the arrows and the pointer do give it, and stay where they are.
  document.addEventListener("click", (event) => {
    const radio = event.target;
    if (radio.type !== "radio" || event.detail || document.activeElement === radio) return;
    radio.form?.querySelector("textarea")?.focus();
  });
  const wrong = document.querySelector(".lb-decide .govuk-error-summary");
  if (wrong) { wrong.tabIndex = -1; wrong.focus(); }
})();
