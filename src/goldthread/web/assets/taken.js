// What others took over from the person signed in, told on whatever page they look at. It lies over the page, so that nothing
// under the pointer moves, and stays until they say that they have seen it.

const EVERY = 15_000; // ms

export function startTaken() {
  const place = document.getElementById("taken");
  if (!place) return;
  const ask = () => {
    if (document.visibilityState !== "visible") return;
    const have = place.querySelector("[data-mark]")?.dataset.mark ?? "";
    htmx.ajax("GET", `${place.dataset.taken}?have=${encodeURIComponent(have)}`, { target: "#taken", swap: "innerHTML" });
  };
  ask();
  setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask);
}
