// The live board: rows come rendered; this puts each in its place. While the pointer is over a row, or one has the focus, no row
// moves and that row stays as it is: what waits is told, and shown when the pointer leaves or somebody asks for it. A pointer that
// only lies there holds nothing up: after some seconds all rows but its own come, around that one, which stays where it is.
(() => {
  const board = document.getElementById("board");
  if (!board) return;
  const body = board.querySelector("tbody");
  const waiting = board.querySelector("[data-waiting]");
  const waitingTold = board.querySelector("[data-waiting-told]");
  const strip = document.getElementById("strip");
  const liveRows = "liveRows" in board.dataset;
  const held = new Map(); // what waits, by row: the row as it will be, or null where it is gone
  const cut = 4000; // ms without any word from the stream before the page says so
  const rest = 5000; // ms without a movement or a key after which a pointer or a focus only lies there
  const again = 4000; // ms between two looks of a filtered board

  const report = (state) => document.dispatchEvent(new CustomEvent("goldthread:connection", { detail: { state } }));
  const rowOf = (id) => document.getElementById(`row-${id}`);
  const focused = () => body.contains(document.activeElement) ? document.activeElement.closest("tr") : null;
  const pointed = () => body.querySelector("tr:hover");
  const busy = () => body.matches(":hover") || Boolean(focused());

  function parsed(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.querySelector("tr");
  }

  function place(row) {
    const after = [...body.children].find((other) => other.id !== row.id && other.dataset.order > row.dataset.order);
    if (row.nextElementSibling !== (after ?? null) || !row.parentElement) body.insertBefore(row, after ?? null);
  }

  function staysPut(old, fresh) {
    const before = old.previousElementSibling, next = old.nextElementSibling;
    return (!before || before.dataset.order < fresh.dataset.order) && (!next || fresh.dataset.order < next.dataset.order);
  }

  const main = document.getElementById("main");
  const scroller = () => getComputedStyle(main).overflowY === "auto" ? main : document.scrollingElement;

  // Whatever stands above grows or shrinks, the row under the pointer or the focus stays where it is on the screen.
  function still(change) {
    const row = pointed() ?? focused();
    if (!row) return change();
    const before = row.getBoundingClientRect().top;
    change();
    let moved = row.getBoundingClientRect().top - before;
    if (moved > 0) board.style.marginBottom = `${innerHeight}px`; // room to scroll, where the board is short
    scroller().scrollBy({ top: moved, behavior: "instant" });
    moved = row.getBoundingClientRect().top - before;
    if (moved < 0) board.style.marginTop = `${parseFloat(board.style.marginTop || 0) - moved}px`;
  }

  // What waited comes around the row that somebody rests on; what came above or below what they see is told until they have seen it.
  const unseen = new Set();
  function arrive() {
    const before = new Set(body.children);
    still(() => {
      for (const [id, row] of held) {
        const old = rowOf(id);
        if (old && (old === pointed() || old === focused())) continue;
        held.delete(id);
        if (!row) { old?.remove(); continue; }
        if (old && old !== row) swap(old, row);
        place(row);
        if (!before.has(row) && !old) unseen.add(row);
      }
    });
    tell();
  }

  function inView(row) {
    const { top, bottom } = row.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight && row.contains(document.elementFromPoint(row.getBoundingClientRect().left + 8, (top + bottom) / 2));
  }

  function outOfView() {
    for (const row of unseen) if (!row.isConnected || inView(row)) unseen.delete(row);
    return unseen.size;
  }

  // Puts the row in the place of the old one; the focus stays where it was in it.
  function swap(old, fresh) {
    const within = old.contains(document.activeElement) && [old, ...old.querySelectorAll("a, button")].indexOf(document.activeElement);
    old.replaceWith(fresh);
    if (within !== false) [fresh, ...fresh.querySelectorAll("a, button")][Math.max(within, 0)]?.focus({ preventScroll: true });
  }

  function apply(change, joins = liveRows) {
    const old = rowOf(change.id), kept = busy();
    if (change.gone) {
      if (!old) held.delete(change.id);
      else if (kept) { old.classList.add("is-gone"); held.set(change.id, null); }
      else { old.remove(); held.delete(change.id); }
      return;
    }
    const fresh = parsed(change.html);
    if (!old) {
      if (!joins) return;
      fresh.classList.add("is-new");
      if (kept && body.children.length) held.set(change.id, fresh); else place(fresh);
      return;
    }
    old.classList.remove("is-gone");
    held.delete(change.id);
    if (kept && (old === pointed() || old === focused())) {
      if (same(old, fresh)) return;
      old.classList.add("is-changed");
      held.set(change.id, fresh);
      return;
    }
    swap(old, fresh);
    if (staysPut(fresh, fresh)) return;
    if (kept) held.set(change.id, fresh); else place(fresh);
  }

  // Whether two rows tell the same, the seconds of their clocks and what this page marked aside.
  function same(one, other) {
    const told = (row) => {
      const copy = row.cloneNode(true);
      for (const clock of copy.querySelectorAll(".clockbar")) clock.remove();
      return `${row.dataset.order} ${copy.textContent.replace(/\s+/g, " ")}`;
    };
    return told(one) === told(other);
  }

  function settle() {
    if (busy()) freshen(); else show();
    tell();
  }

  // A row that waited under the pointer or the focus tells what is new in its place as soon as neither is on it.
  function freshen() {
    for (const [id, row] of held) {
      const old = rowOf(id);
      if (!row || !old || old === row || old === pointed() || old === focused()) continue;
      still(() => swap(old, row));
      if (staysPut(row, row)) held.delete(id);
    }
  }

  function show() {
    const at = focused()?.id;
    for (const [id, row] of held) {
      const old = rowOf(id);
      if (!row) { old?.remove(); continue; }
      if (old && old !== row) swap(old, row);
      place(row);
    }
    held.clear();
    if (at && !focused()) (document.getElementById(at) ?? body.querySelector("tr"))?.focus({ preventScroll: true });
    board.style.marginTop = board.style.marginBottom = "";
    tell();
  }

  function tell() {
    const away = outOfView();
    waiting.hidden = held.size + away === 0;
    const told = [
      held.size ? `${held.size} ${held.size === 1 ? "change waits" : "changes wait"}: rows keep their place while you are on one.` : "",
      away ? `${away} new, out of view.` : "",
    ].filter(Boolean).join(" ");
    if (waitingTold.textContent !== told) waitingTold.textContent = told;
    board.querySelector("[data-empty]").hidden = body.children.length > 0;
  }

  function showStrip(html) {
    still(() => { strip.innerHTML = html; });
    attend();
  }

  // A filtered board, or a further page of one, asks for itself anew, since only the server knows what belongs on it.
  let asked = 0;
  function lookAgain() {
    if (asked) return;
    asked = setTimeout(async () => {
      asked = 0;
      const address = new URL(location.href);
      address.searchParams.set("part", "1");
      try {
        const answer = await fetch(address, { headers: { "HX-Request": "true" }, cache: "no-store" });
        if (answer.status === 401 || answer.redirected) { location.reload(); return; }
        if (!answer.ok) throw new Error(answer.status);
        const part = document.createElement("template");
        part.innerHTML = await answer.text();
        const rows = [...part.content.querySelectorAll("[data-part-rows] > tr")], here = new Set(rows.map((row) => row.id));
        for (const row of [...body.children]) if (!here.has(row.id)) apply({ id: row.id.slice("row-".length), gone: true });
        for (const row of rows) apply({ id: row.id.slice("row-".length), html: row.outerHTML }, true);
        for (const id of [...held.keys()]) if (!here.has(`row-${id}`) && held.get(id)) rowOf(id) ? held.set(id, null) : held.delete(id);
        showStrip(part.content.querySelector("[data-part-strip]").innerHTML);
        tell();
      } catch {
        lookAgain();
      }
    }, again);
  }

  // What nobody may overlook, told beside the page where the person asked for it.
  const alerting = ["called", "unseen", "orphan", "handoff", "transfer", "request", "reassess", "next", "question", "child_over"];
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
      const { rows, strip: counted } = JSON.parse(event.data);
      if (event.lastEventId) board.dataset.mark = event.lastEventId;
      still(() => { for (const change of rows) apply(change); });
      if (!liveRows) lookAgain(); else if (counted) showStrip(counted);
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
  let moved = Date.now();
  for (const kind of ["pointermove", "pointerdown", "wheel", "keydown"]) document.addEventListener(kind, () => { moved = Date.now(); }, { passive: true });
  setInterval(() => {
    if (held.size && busy() && Date.now() - moved > rest) arrive();
    else if (unseen.size) tell();
  }, 500);
  body.addEventListener("mouseleave", settle);
  body.addEventListener("mouseover", () => { if (held.size) settle(); });
  body.addEventListener("focusout", () => setTimeout(settle));
  board.querySelector("[data-waiting-show]").addEventListener("click", () => {
    show();
    if (outOfView()) [...unseen][0].scrollIntoView({ block: "center", behavior: "instant" });
    tell();
  });
})();
