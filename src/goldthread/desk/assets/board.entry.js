// The live board: rows come rendered; this puts each in its place and never moves one under the pointer or the focus.
(() => {
  const board = document.getElementById("board");
  if (!board) return;
  const body = board.querySelector("tbody");
  const waiting = board.querySelector("[data-waiting]");
  const liveRows = "liveRows" in board.dataset;
  const held = new Map(); // rows that wait to move, by id
  const cut = 4000; // ms without any word from the stream before the page says so

  const report = (state) => document.dispatchEvent(new CustomEvent("goldthread:connection", { detail: { state } }));
  const busy = () => body.matches(":hover") || body.contains(document.activeElement);

  function parsed(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.querySelector("tr");
  }

  function place(row) {
    const after = [...body.children].find((other) => other.id !== row.id && other.dataset.order > row.dataset.order);
    body.insertBefore(row, after ?? null);
  }

  function staysPut(old, fresh) {
    const before = old.previousElementSibling, next = old.nextElementSibling;
    return (!before || before.dataset.order < fresh.dataset.order) && (!next || fresh.dataset.order < next.dataset.order);
  }

  function apply(change) {
    const old = document.getElementById(`row-${change.id}`);
    if (change.gone) {
      held.delete(change.id);
      if (old && busy()) { old.classList.add("is-gone"); held.set(change.id, null); } else old?.remove();
      return;
    }
    const fresh = parsed(change.html);
    if (!old) {
      if (!liveRows) return;
      fresh.classList.add("is-new");
      if (busy() && body.children.length) held.set(change.id, fresh); else place(fresh);
      return;
    }
    const focused = old.contains(document.activeElement);
    old.replaceWith(fresh);
    if (focused) fresh.focus({ preventScroll: true });
    if (!staysPut(fresh, fresh)) { if (busy()) held.set(change.id, fresh); else place(fresh); }
  }

  function settle() {
    if (busy()) return tell();
    for (const [id, row] of held) {
      if (row) place(row); else document.getElementById(`row-${id}`)?.remove();
    }
    held.clear();
    tell();
  }

  function tell() {
    waiting.hidden = held.size === 0;
    waiting.textContent = held.size ? `${held.size} wait to move. Rows keep their place while you point at the table.` : "";
    board.querySelector("[data-empty]").hidden = body.children.length > 0;
  }

  // What nobody may overlook, told beside the page where the person asked for it.
  const alerting = ["called", "orphan", "handoff", "transfer", "request", "reassess", "next", "child_over"];
  const choice = document.getElementById("alert-me");
  const title = document.title;
  let stood = null;
  choice.value = localStorage.getItem("goldthread.alert") ?? "";
  choice.addEventListener("change", () => { localStorage.setItem("goldthread.alert", choice.value); stood = null; attend(); if (choice.value === "sound") sound(); });

  function attend() {
    const now = alerting.reduce((sum, code) => sum + Number(document.querySelector(`[data-counter="${code}"]`)?.dataset.value ?? 0), 0);
    document.title = choice.value && now ? `(${now}) ${title}` : title;
    if (choice.value === "sound" && stood !== null && now > stood) sound();
    stood = now;
  }

  function sound() {
    const context = new AudioContext();
    for (const [at, pitch] of [[0, 660], [0.25, 880]]) {
      const tone = context.createOscillator(), volume = context.createGain();
      tone.frequency.value = pitch;
      volume.gain.value = 0.15;
      tone.connect(volume).connect(context.destination);
      tone.start(context.currentTime + at);
      tone.stop(context.currentTime + at + 0.2);
    }
    board.dataset.sounded = Number(board.dataset.sounded ?? 0) + 1;
    setTimeout(() => context.close(), 1000);
  }
  attend();

  let heard = Date.now();
  function connect() {
    const source = new EventSource(`${board.dataset.stream}?since=${encodeURIComponent(board.dataset.mark)}`, { withCredentials: true });
    source.addEventListener("open", () => { heard = Date.now(); report("live"); });
    source.addEventListener("changes", (event) => {
      heard = Date.now();
      const { rows, strip } = JSON.parse(event.data);
      if (event.lastEventId) board.dataset.mark = event.lastEventId;
      for (const change of rows) apply(change);
      if (strip) { document.getElementById("strip").innerHTML = strip; attend(); }
      tell();
    });
    source.addEventListener("still", () => { heard = Date.now(); report("live"); });
    source.addEventListener("reload", () => location.reload());
    source.addEventListener("ended", () => { source.close(); location.reload(); });
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) { source.close(); setTimeout(connect, 2000); }
      report("lost");
    });
    return source;
  }
  connect();
  setInterval(() => { if (Date.now() - heard > cut * 4) report("lost"); }, cut);
  body.addEventListener("mouseleave", settle);
  body.addEventListener("focusout", () => setTimeout(settle));
})();
