// Meetings: words sent by Ctrl+Enter, bars that only fill, and a page that follows its chair.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.ctrlKey) return;
  const form = event.target.closest?.(".mt-sends");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});

const report = (state) => document.dispatchEvent(new CustomEvent("goldthread:connection", { detail: { state } }));
const shift = Date.parse(document.documentElement.dataset.now) - Date.now(); // the server's clock rules

function fill() {
  for (const timer of document.querySelectorAll(".mt-timer[data-from]")) {
    const gone = (Date.now() + shift - Date.parse(timer.dataset.from)) / 1000, length = Number(timer.dataset.length);
    timer.querySelector("progress").value = Math.min(100, (gone / length) * 100);
    const words = timer.querySelector("[data-words]");
    const minutes = Math.floor((length - gone) / 60);
    if (words) words.textContent = minutes >= 0 ? `${minutes} min left` : `${-minutes} min over`;
  }
}
fill();
setInterval(fill, 5000);

// Whoever follows gets the page anew when the chair has moved, decided or gone; nothing else on it is theirs to lose.
async function follow() {
  const here = document.querySelector("[data-follow]");
  if (!here || document.visibilityState !== "visible") return;
  try {
    const answer = await fetch(here.dataset.follow, { cache: "no-store", headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    report("live");
    if ((await answer.json()).mark === here.dataset.mark) return;
    const page = await fetch(location.pathname + location.search, { cache: "no-store" });
    if (!page.ok || page.redirected) throw new Error(page.status);
    const found = new DOMParser().parseFromString(await page.text(), "text/html");
    const fresh = found.getElementById("meeting");
    if (!fresh) return location.reload(); // it has ended: the minutes, or one has become its chair
    here.replaceWith(fresh);
    document.getElementById("mt-strip").replaceWith(found.getElementById("mt-strip"));
    fill();
  } catch {
    report("lost");
  }
}
if (document.querySelector("[data-follow]")) setInterval(follow, 2000);
