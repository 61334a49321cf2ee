// Keeps "12 min ago" and running clocks current between changes from the server. The server's clock rules: the page
// carries its time, and only the difference to this machine's clock is used. Same rules as times.py.

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
const NEAR = 0.8;
const TARGET_AT = 75;
const OVERSHOOT = 6;

let shift = 0;

export const serverNow = () => Date.now() + shift;

const two = (n) => String(n).padStart(2, "0");

export function ago(seconds) {
  const s = Math.abs(Math.trunc(seconds));
  if (s < MINUTE) return "just now";
  let length;
  if (s < HOUR) {
    length = `${Math.floor(s / MINUTE)} min`;
  } else if (s < DAY) {
    const minutes = Math.floor((s % HOUR) / MINUTE);
    length = `${Math.floor(s / HOUR)} h${minutes ? ` ${minutes} min` : ""}`;
  } else {
    const days = Math.floor(s / DAY);
    const months = Math.floor(days / 30.44);
    if (days < 90) length = days === 1 ? "1 day" : `${days} days`;
    else length = months < 24 ? `${months} months` : `${Math.floor(months / 12)} years`;
  }
  return seconds > 0 ? `${length} ago` : `in ${length}`;
}

export function duration(seconds) {
  const s = Math.abs(Math.trunc(seconds));
  const hours = Math.floor(s / HOUR);
  if (hours >= 96) return `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
  const rest = `${two(Math.floor((s % HOUR) / MINUTE))}:${two(s % MINUTE)}`;
  return hours ? `${two(hours)}:${rest}` : rest;
}

export function spoken(seconds) {
  const s = Math.abs(Math.trunc(seconds));
  const hours = Math.floor(s / HOUR);
  const minutes = Math.floor((s % HOUR) / MINUTE);
  const parts = [];
  if (hours) parts.push(`${hours} h`);
  if (minutes) parts.push(`${minutes} min`);
  if (s % MINUTE && !hours) parts.push(`${s % MINUTE} s`);
  return parts.join(" ") || "0 s";
}

export function bar(elapsed, target) {
  if (!target) return { state: "free", fill: 0, text: `${duration(elapsed)} gone`, words: `${spoken(elapsed)} gone, no target` };
  const fill = Math.min((Math.max(elapsed, 0) / target) * TARGET_AT, 100);
  const gone = `${spoken(elapsed)} gone of ${spoken(target)}`;
  const past = Math.max(fill, TARGET_AT + OVERSHOOT);
  if (elapsed > target) return { state: "over", fill: past, text: `+${duration(elapsed - target)} over`, words: `${gone}, over its target` };
  const near = elapsed >= target * NEAR;
  return { state: near ? "near" : "running", fill, text: `${duration(target - elapsed)} left`, words: near ? `${gone}, near its target` : gone };
}

const write = (element, text) => {
  if (element && element.textContent !== text) element.textContent = text;
};

function drawBar(element, now) {
  const shown = bar(Math.trunc((now - Date.parse(element.dataset.since)) / 1000), Number(element.dataset.target));
  for (const state of ["free", "running", "near", "over"]) element.classList.toggle(`clockbar--${state}`, state === shown.state);
  write(element.querySelector(".clockbar__text"), shown.text);
  write(element.querySelector("[data-words]"), shown.words);
  element.querySelector(".clockbar__fill")?.setAttribute("width", shown.fill.toFixed(1));
}

export function refreshTimes(root = document) {
  const now = serverNow();
  for (const element of root.querySelectorAll("[data-ago]")) write(element, ago((now - Date.parse(element.dataset.ago)) / 1000));
  for (const element of root.querySelectorAll(".clockbar[data-since]")) drawBar(element, now);
}

// Each bundle has its own copy of this file, and so of the difference: one that asks for the server's time reads it first.
export function readClock() {
  const told = document.documentElement.dataset.now;
  if (told) shift = Date.parse(told) - Date.now();
  return Boolean(told);
}

export function startTimes() {
  if (!readClock()) return;
  refreshTimes();
  setInterval(() => {
    if (!document.hidden) refreshTimes();
  }, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || refreshTimes());
}
