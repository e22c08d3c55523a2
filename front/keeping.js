// Copies of unsaved text on this computer, for a lost connection, an ended session or a closed window. Every page that is
// open keeps a copy of its own, so that two windows without a connection never write over each other.

// Names this page among all that were ever open; a reload or a duplicated window is another page.
const PAGE = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
// A page that is open writes its copy at least once a minute while it is unsaved; an older copy has lost its page.
const FORSAKEN = 90_000; // ms

export class Keeping {
  constructor(key) {
    this.key = `baosong-${key}`;
  }

  /** True when the copy is really there: storage may be full or switched off. */
  keep(text, version) {
    const before = read(this.place(PAGE));
    const isSame = before?.title === text.title && before?.body === text.body;
    const at = Date.now();
    return this.write({ ...text, version, at, typed: isSame ? before.typed : at });
  }

  /** The copy of this page, or of the page that stood in this window before it, which thereby becomes this page's. */
  mine() {
    const own = read(this.place(PAGE));
    if (own) return own;
    const before = this.before();
    const kept = before && read(this.place(before));
    return kept ? this.adopt({ ...kept, page: before }) : null;
  }

  /** What was typed last in another window's page, or null; with `forsaken` only of one that is no longer open. */
  others(forsaken = false) {
    const limit = forsaken ? Date.now() - FORSAKEN : Infinity;
    const kept = this.all().filter((copy) => copy.page !== PAGE && (copy.at ?? 0) < limit);
    return kept.sort((one, other) => (other.typed ?? 0) - (one.typed ?? 0))[0] ?? null;
  }

  /** Take over another page's copy, so that it is kept or forgotten together with what becomes of it here. */
  adopt(copy) {
    const { page, ...text } = copy;
    if (this.write(text)) drop(this.place(page));
    return text;
  }

  /** Forget this page's copy. */
  forget() {
    drop(this.place(PAGE));
  }

  /** Forget every copy that says what the server has; `isSame` compares. */
  forgetSame(isSame) {
    for (const copy of this.all()) if (isSame(copy)) drop(this.place(copy.page));
  }

  /** Both texts are being put together on the page for it; once the server has a later version than `version`, this is done. */
  mergingOver(version) {
    const kept = this.mine();
    if (kept) this.write({ ...kept, merged: version });
  }

  place(page) {
    return `${this.key}/${page}`;
  }

  before() {
    try {
      return sessionStorage.getItem(this.key);
    } catch {
      return null;
    }
  }

  write(copy) {
    try {
      localStorage.setItem(this.place(PAGE), JSON.stringify(copy));
      sessionStorage.setItem(this.key, PAGE);
      return true;
    } catch {
      return false;
    }
  }

  all() {
    try {
      const places = Object.keys(localStorage).filter((place) => place.startsWith(`${this.key}/`));
      return places.map((place) => ({ ...read(place), page: place.slice(this.key.length + 1) }));
    } catch {
      return [];
    }
  }
}

function read(place) {
  try {
    return JSON.parse(localStorage.getItem(place));
  } catch {
    return null;
  }
}

function drop(place) {
  try {
    localStorage.removeItem(place);
  } catch {
    // Storage is switched off, so there is nothing to forget.
  }
}
