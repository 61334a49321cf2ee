// Scoring: what is chosen and typed stays in this browser, sealed, until it is sent. In a list of answers their first letters choose.
import { startTyped } from "../../supervision/assets/typed.js";

startTyped({ cookie: "qa-done", copy: "quality" });

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-kept-form]");
  if (event.key !== "Enter" || !event.ctrlKey || !form) return;
  event.preventDefault();
  form.requestSubmit();
});
