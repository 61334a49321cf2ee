// A browser's own copy of what is typed and not sent, sealed with a key that only this person's pages get. It needs nothing else, so that
// the card, which counts every byte, takes it too.

const PREFIX = "goldthread-draft:";
const DAYS_KEPT = 7;

const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
const text = (buffer) => {
  let out = "";
  for (const one of new Uint8Array(buffer)) out += String.fromCharCode(one);
  return btoa(out);
};

// A browser that has no sealing (an address without HTTPS) keeps nothing of its own; the server still does.
export class Locker {
  constructor(incident, owner, key) {
    this.name = `${PREFIX}${owner}:${incident}`; // two people at one machine never write over each other's copy
    this.ready = globalThis.crypto?.subtle
      ? crypto.subtle.importKey("raw", bytes(key), "AES-GCM", false, ["encrypt", "decrypt"]).catch(() => null)
      : Promise.resolve(null);
    this.next = null; // the newest state that is not written yet; null inside drops the copy
    this.writing = false;
  }

  // One write at a time, and always the newest: an older one never lies over a newer one, and none waits behind a queue. Answers
  // whether this browser keeps it now.
  put(value) {
    this.next = { value };
    if (!this.writing) this.written = this.write();
    return this.written;
  }

  drop() {
    return this.put(null);
  }

  async write() {
    this.writing = true;
    let kept = false;
    while (this.next) {
      const { value } = this.next;
      this.next = null;
      try {
        if (value === null) localStorage.removeItem(this.name);
        else kept = await this.seal(value);
      } catch { kept = false; /* a browser without storage, or a full one: the server still keeps it */ }
    }
    this.writing = false;
    return kept;
  }

  async seal(value) {
    const key = await this.ready;
    if (!key) return false;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(JSON.stringify(value)));
    localStorage.setItem(this.name, JSON.stringify({ at: Date.now(), iv: text(iv), sealed: text(sealed) }));
    return true;
  }

  async get() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.name));
      const key = await this.ready;
      if (!kept || !key) return null;
      const open = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(kept.iv) }, key, bytes(kept.sealed));
      return { ...JSON.parse(new TextDecoder().decode(open)), at: kept.at };
    } catch {
      return null; // another person's, or torn: it is nobody else's to read
    }
  }
}

// The names under which this person's browser holds something of a kind.
export function heldNames(owner, kind) {
  const start = `${PREFIX}${owner}:`;
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(start + kind));
    return names.map((name) => name.slice(start.length));
  } catch {
    return []; // a browser without storage
  }
}

export function forgetOld() {
  try {
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(PREFIX)) continue;
      const { at } = JSON.parse(localStorage.getItem(name));
      if (Date.now() - at > DAYS_KEPT * 86_400_000) localStorage.removeItem(name);
    }
  } catch { /* a browser without storage */ }
}
