// Says when the page is cut off, runs behind, or an action was not confirmed. Live parts of a page report by
//   document.dispatchEvent(new CustomEvent("goldthread:connection", { detail: { state: "live" | "behind" | "lost" } }))
// and speak to screen readers by say("...").

import { serverNow } from "./times.js";

const london = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "Europe/London" });

export function say(text) {
  const region = document.getElementById("live");
  if (region) region.textContent = text;
}

function show(state) {
  for (const line of document.querySelectorAll("[data-connection]")) {
    const kind = line.dataset.connection;
    if (kind === "refused") continue;
    const wanted = kind === state;
    const since = line.querySelector("[data-connection-since]");
    if (wanted && line.hidden && since) since.textContent = london.format(serverNow());
    line.hidden = !wanted;
  }
}

function refused(hidden) {
  for (const line of document.querySelectorAll('[data-connection="refused"]')) line.hidden = hidden;
}

export function startConnection() {
  document.addEventListener("goldthread:connection", (event) => show(event.detail.state));
  addEventListener("offline", () => show("lost"));
  addEventListener("online", () => show("live"));
  if (navigator.onLine === false) show("lost");

  document.addEventListener("htmx:config:request", (event) => {
    const { request } = event.detail.ctx;
    // The cookie's token, not the page's: signing in again in another tab changes it, and this page stays usable.
    const cookie = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
    const token = cookie ? cookie.slice("csrftoken=".length) : document.body.dataset.csrf;
    request.body?.delete?.("csrfmiddlewaretoken");
    if (token && request.method && !["GET", "HEAD"].includes(request.method.toUpperCase())) request.headers["X-CSRFToken"] = token;
  });
  // Reading again does no harm, so only an action that may or may not have been done is reported. Requests that are
  // meant to be given up for newer ones, such as reading along while someone types, stand under [data-quiet].
  const isAction = (ctx) => !["GET", "HEAD"].includes((ctx?.request?.method ?? "GET").toUpperCase());
  const isQuiet = (ctx) => ctx?.sourceElement?.closest?.("[data-quiet]");
  document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    if (ctx.response?.status >= 500 && isAction(ctx) && !isQuiet(ctx)) refused(false);
  });
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    if (isAction(ctx) && !isQuiet(ctx)) refused(false);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-dismiss]");
    if (button) button.closest(".notice").hidden = true;
  });
}
