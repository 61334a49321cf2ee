// Whether the server is reached and its database answers, asked every second and a half while somebody looks at the
// page, and told within two seconds in words: what works, what does not, and what becomes of what is typed.

import { serverNow } from "../../web/assets/times.js";

const EVERY = 1500;
const PATIENCE = 1400;
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "Europe/London" });

const SAID = {
  lost: ["Not connected", "The server is not reached. Type on: what you type is kept in this browser and sent by itself when the server is back. Grades, units and answers are not sent now: use the telephone for an Immediate."],
  database: ["Not saved on the server", "The database does not answer. Type on: what you type is kept in this browser and sent by itself. Grades, units and answers are not taken now: use the telephone for an Immediate."],
  ended: ["Signed out", "Your sign-in has ended. What you type is kept in this browser for you alone: sign in again in another tab, then go on here."],
  refused: ["Not kept on the server", "The server did not take what you typed. It is kept in this browser: copy it, or send it in parts."],
};

let shown = "";
let since = null;

function banner(kind, sentence = "") {
  if (kind === shown) return;
  const box = document.getElementById("reach");
  shown = kind;
  box.hidden = !kind;
  if (!kind) return;
  since = serverNow();
  const [word, words] = SAID[kind];
  box.querySelector(".notice__word").textContent = `${word} since ${clock.format(since)}.`;
  box.querySelector("[data-words]").textContent = sentence || words;
}

async function ask() {
  const give = new AbortController();
  const timer = setTimeout(() => give.abort(), PATIENCE);
  try {
    const answer = await fetch("/healthz", { signal: give.signal, cache: "no-store" });
    return answer.ok ? "" : "database";
  } catch {
    return "lost";
  } finally {
    clearTimeout(timer);
  }
}

export function startReach() {
  if (!document.getElementById("reach")) return;
  const saved = document.querySelector.bind(document, "[data-saved]");
  let said = "";
  const tell = (words) => { said = words; if (saved()) saved().textContent = words; };
  document.addEventListener("htmx:after:swap", () => tell(said)); // the strip was drawn anew, and knows nothing of it
  document.addEventListener("goldthread:drafts", ({ detail: { kind, sentence } }) => {
    if (kind === "saved") {
      tell(`saved ${clock.format(serverNow())}`);
      if (["ended", "refused"].includes(shown)) banner("");
    } else if (kind === "slow") {
      tell("reader and saving are slow");
    } else {
      tell("kept in this browser only");
      if (kind === "lost") ask().then((state) => banner(state || ""));
      else banner(kind, sentence);
    }
  });
  addEventListener("offline", () => banner("lost"));
  const look = async () => {
    if (document.visibilityState === "visible") {
      const state = await ask();
      if (state) banner(state);
      else if (["lost", "database"].includes(shown)) banner("");
    }
    setTimeout(look, EVERY);
  };
  setTimeout(look, EVERY);
}
