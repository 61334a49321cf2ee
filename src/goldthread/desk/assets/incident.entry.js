// The incident opens at the first key; what was typed beside it is corrected in the record when its field is left.
(() => {
  const opening = document.getElementById("opening");
  const address = opening?.dataset.open;
  if (!address) return;
  let opened = false;

  function open() {
    if (opened) return;
    opened = true;
    const channel = opening.querySelector("[name=channel]").value;
    htmx.ajax("POST", address, { target: "#problem", swap: "innerHTML", values: { opening: "1", channel } });
  }

  document.addEventListener("input", (event) => {
    if (event.target.closest("#opening") || event.target.matches("[data-typing]")) open();
  });
  opening.addEventListener("change", (event) => {
    const kind = event.target.name;
    if (!["location", "area", "caller_name", "caller_phone"].includes(kind) || !event.target.value.trim()) return;
    open();
    const panel = kind === "area" ? "area" : "particular";
    const to = address.replace(/\/contact\/([^/]+)\/open$/, `/incidents/$1/${panel}`);
    const values = { opening: "1", channel: opening.querySelector("[name=channel]").value, key: crypto.randomUUID(), kind, text: event.target.value, area: event.target.value };
    htmx.ajax("POST", to, { target: `#panel-${panel}`, swap: "outerHTML", values });
  });
})();

// A panel that comes back with errors is opened, so that its sentence is seen.
document.addEventListener("htmx:after:swap", () => {
  for (const wrong of document.querySelectorAll(".panel .govuk-error-summary")) {
    const doing = wrong.closest("details.doing");
    if (doing) doing.open = true;
  }
});

// Answers may overtake each other. Every display says up to which line of the record it was drawn; one drawn from an
// older record never takes the place of a newer one.
document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
  const drawn = (element) => Number(element?.dataset?.seq ?? NaN);
  for (let n = tasks.length - 1; n >= 0; n -= 1) {
    const { type, fragment, target } = tasks[n];
    if (type === "oob" && drawn(fragment.firstElementChild) < drawn(target)) tasks.splice(n, 1);
  }
});
