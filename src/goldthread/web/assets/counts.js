// How many wait behind an entry of the navigation: asked when the page opens and every half minute while it is looked at.
// Not known is shown as nothing, never as none.

const EVERY = 30_000; // ms

async function ask(place) {
  if (document.visibilityState !== "visible") return;
  try {
    const answer = await fetch(place.dataset.counted, { cache: "no-store", headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const { count, over } = await answer.json();
    place.textContent = !over ? count : over === count ? `${over} late` : `${count}, ${over} late`;
    place.classList.toggle("bar__count--over", over > 0);
    place.hidden = count === 0;
  } catch {
    place.hidden = true;
  }
}

export function startCounts() {
  for (const place of document.querySelectorAll("[data-counted]")) {
    ask(place);
    setInterval(() => ask(place), EVERY);
    document.addEventListener("visibilitychange", () => ask(place));
  }
}
