// What is typed on a review page, VAST's or an investigation's and not sent stays: while another form is sent, when the page is refused, and when it is loaded again.
// It is this browser's alone, sealed as the desk's drafts are; the server says by a cookie which form it carried out.
import { defaultOf } from "../../desk/assets/drafts.js";
import { forgetOld, Locker } from "../../desk/assets/locker.js";

// Which pages these are: the cookie by which the server says what was carried out, set where the pages stand, and what the browser calls the copy.
let pages = { cookie: "sv-done", copy: "review" };

const lockerOf = (keeps, incident) => new Locker(`${pages.copy}-${incident}`, keeps.dataset.draftOwner, keeps.dataset.draftKey);

function* fields() {
  for (const form of document.querySelectorAll("[data-kept-form]")) {
    for (const field of form.querySelectorAll("textarea, select, input[type=text]")) yield [`${form.dataset.keptForm}.${field.name}`, field];
  }
}

// "incident.form" of the newest form that was carried out, once.
function taken() {
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${pages.cookie}=`));
  if (!found) return null;
  document.cookie = `${pages.cookie}=; path=/${location.pathname.split("/")[1]}/; max-age=0`;
  const [incident, form] = found.slice(pages.cookie.length + 1).split(".");
  return { incident, form };
}

const put = (locker, kept) => (Object.keys(kept).length ? locker.put(kept) : locker.drop());

async function forget(keeps, { incident, form }) {
  const locker = lockerOf(keeps, incident);
  const { at, ...kept } = (await locker.get()) ?? {};
  for (const name of Object.keys(kept)) if (name.startsWith(`${form}.`)) delete kept[name];
  put(locker, kept);
  while (locker.writing) await new Promise((done) => setTimeout(done, 5));
}

export async function startTyped(given = pages) {
  pages = given;
  const keeps = document.querySelector("[data-draft-key]");
  if (!keeps) return;
  forgetOld();
  const done = taken();
  if (done) await forget(keeps, done);
  const { incident } = keeps.dataset;
  if (!incident) return;
  const locker = lockerOf(keeps, incident);
  const { at, ...kept } = (await locker.get()) ?? {};
  for (const [name, field] of fields()) {
    if (name in kept && field.value === defaultOf(field)) field.value = kept[name]; // what is typed or drawn already goes first
  }
  function note() {
    for (const [name, field] of fields()) {
      const empty = field.tagName === "SELECT" ? field.value === defaultOf(field) : !field.value;
      if (empty) delete kept[name];
      else kept[name] = field.value;
    }
    put(locker, kept);
  }
  document.addEventListener("input", note);
  note();
  keeps.dataset.kept = ""; // from here on whatever is typed is kept
}
