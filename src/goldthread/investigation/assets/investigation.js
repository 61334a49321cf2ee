// One investigation: what is typed and not sent stays in this browser, sealed, as on the page of a review; boxes are sent by Ctrl+Enter.
import { startTyped } from "../../supervision/assets/typed.js";

startTyped({ cookie: "inv-done", copy: "investigation" });

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.ctrlKey || !event.target.closest(".inv-form")) return;
  const form = event.target.form;
  const buttons = [...(form?.querySelectorAll("button[type=submit]") ?? [])];
  if (buttons.length !== 1) return; // where there are two ways, the person names one
  event.preventDefault();
  form.requestSubmit(buttons[0]);
});

// A section opened by its key is read from its beginning, and its first box is ready; where it has none the section itself is, so that
// the next Tab goes on from there.
for (const link of document.querySelectorAll(".inv-ways a[href^='#']")) {
  link.addEventListener("click", (event) => {
    const section = document.querySelector(link.hash);
    if (!section) return;
    event.preventDefault(); // the browser's own way would take the caret out of the box again
    for (const one of section.querySelectorAll("details[data-opens]")) one.open = true;
    section.scrollIntoView({ block: "start" });
    section.tabIndex = -1;
    const box = [...section.querySelectorAll("textarea, select, input:not([type=hidden])")].find((one) => one.checkVisibility());
    (box ?? section).focus({ preventScroll: true });
  });
}
