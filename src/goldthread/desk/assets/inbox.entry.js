// The inbox keeps itself current: rows are exchanged in their places, what is new joins at its place unless the table is
// in use, then at the end, so that nothing moves under the pointer or the focus.
(() => {
  const inbox = document.getElementById("inbox");
  if (!inbox) return;
  const every = 4000; // ms
  const table = inbox.querySelector("table");
  const waiting = inbox.querySelector("[data-waiting]");
  const first = document.querySelector("[data-first]");
  const body = () => table.tBodies[0];
  const busy = () => body().matches(":hover") || body().contains(document.activeElement);
  const report = (state) => document.dispatchEvent(new CustomEvent("goldthread:connection", { detail: { state } }));
  let order = ids(body()); // as the server has it
  let failures = 0;

  function ids(tbody) {
    return [...tbody.rows].map((row) => row.id);
  }

  function merge(fresh) {
    const known = new Set(ids(body()));
    order = ids(fresh);
    let added = 0;
    for (const row of [...fresh.rows]) {
      const old = document.getElementById(row.id);
      if (!old) { row.classList.add("is-new"); body().append(row); added += 1; continue; }
      if (old.contains(document.activeElement)) continue;
      old.replaceWith(row);
    }
    for (const id of known) {
      if (order.includes(id)) continue;
      const gone = document.getElementById(id);
      if (gone.contains(document.activeElement)) gone.classList.add("is-gone"); else gone.remove();
    }
    body().dataset.mark = fresh.dataset.mark;
    body().dataset.total = fresh.dataset.total;
    if (added) say(`${added} new in the inbox`);
    settle();
  }

  function settle() {
    if (!busy()) {
      for (const row of [...body().rows]) if (!order.includes(row.id)) row.remove();
      if (ids(body()).join() !== order.join()) for (const id of order) body().append(document.getElementById(id));
    }
    const out = ids(body()).filter((id) => order.includes(id)).join() !== order.join();
    waiting.hidden = !out;
    waiting.textContent = out ? "New ones stand at the end while you are in the table. The key o outside it opens the riskiest." : "";
    inbox.querySelector("[data-empty]").hidden = body().rows.length > 0;
    if (first) first.disabled = order.length === 0;
  }

  function say(text) {
    const region = document.getElementById("live");
    if (region) region.textContent = text;
  }

  async function look() {
    try {
      const answer = await fetch(`${inbox.dataset.rows}?mark=${encodeURIComponent(body().dataset.mark)}`, { headers: { "HX-Request": "true" }, cache: "no-store" });
      if (answer.status === 401) { location.reload(); return; }
      if (!answer.ok) throw new Error(answer.status);
      if (answer.status === 200) {
        const made = document.createElement("template");
        made.innerHTML = `<table>${await answer.text()}</table>`;
        merge(made.content.querySelector("tbody"));
      }
      failures = 0;
      report("live");
    } catch {
      failures += 1;
      if (failures > 1) report("lost");
    }
    setTimeout(look, every);
  }
  setTimeout(look, every);

  first?.addEventListener("click", () => document.getElementById(order[0])?.querySelector("form").requestSubmit());
  table.addEventListener("mouseleave", settle);
  table.addEventListener("focusout", () => setTimeout(settle));
  table.addEventListener("keydown", (event) => {
    const row = event.target.closest("tbody tr");
    if (!row || event.target !== row) return;
    if (event.key === "Enter") { event.preventDefault(); row.querySelector("form").requestSubmit(); }
  });
})();
