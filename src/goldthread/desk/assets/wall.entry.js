// The room's screen: asks for itself anew every few seconds and says when it cannot.
(() => {
  const every = 4000; // ms
  const report = (state) => document.dispatchEvent(new CustomEvent("goldthread:connection", { detail: { state } }));
  let failures = 0;

  async function look() {
    try {
      const address = new URL(location.href);
      address.searchParams.set("part", "1");
      const answer = await fetch(address, { headers: { "HX-Request": "true" }, cache: "no-store" });
      if (answer.status === 401 || answer.redirected) { location.reload(); return; }
      if (!answer.ok) throw new Error(answer.status);
      const made = document.createElement("template");
      made.innerHTML = await answer.text();
      document.getElementById("wall").replaceWith(made.content.querySelector("#wall"));
      failures = 0;
      report("live");
    } catch {
      failures += 1;
      if (failures > 1) report("lost");
    }
    setTimeout(look, every);
  }
  setTimeout(look, every);
})();
