// Saves title and body of a draft while they are being written. The server's version number decides: a text is never
// written over another that this window has not seen.
import { Keeping } from "./keeping.js";
import { notice } from "./notices.js";
import { csrfToken, fill, renewCsrfToken } from "./page.js";

const PAUSE = 1_500; // ms without typing before a save
const FIRST_RETRY = 2_000;
const LAST_RETRY = 60_000;
const KEEPALIVE_LIMIT = 60_000; // bytes that a browser still sends while the page closes

export class Autosave {
  constructor(form) {
    this.form = form;
    this.words = JSON.parse(form.dataset.savingWords);
    this.keeping = new Keeping(form.dataset.storageKey);
    this.state = "saved";
    this.retry = FIRST_RETRY;
    this.saving = false;
  }

  begin() {
    this.form.dataset.watched = "yes";
    this.savedText = this.text();
    this.restore();
    this.form.addEventListener("input", (event) => {
      this.isLeft = false;
      if (event.target.name === "title" || event.target.name === "body") this.changed();
    });
    this.form.addEventListener("focusout", () => this.saveIfChanged());
    // Heard last, on the document: an upload in the background keeps the page, so the text goes on saving itself.
    document.addEventListener("submit", (event) => {
      if (event.target !== this.form) return;
      this.keeping.keep(this.text(), this.version());
      this.leaving = !event.defaultPrevented;
    });
    document.addEventListener("page:leaving", () => this.isUnsaved() && this.keeping.keep(this.text(), this.version()));
    // The submit came to nothing, as when the line broke during an upload: go on saving.
    this.form.addEventListener("form:ready", () => {
      this.leaving = false;
      this.saveIfChanged();
    });
    document.addEventListener("visibilitychange", () => document.hidden && this.saveIfChanged(true));
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("online", () => this.saveIfChanged());
    window.addEventListener("beforeunload", (event) => this.warn(event));
  }

  text() {
    return { title: this.form.elements.title.value, body: this.form.elements.body.value };
  }

  isUnsaved() {
    return this.form.isConnected && !same(this.text(), this.savedText);
  }

  /** Text that was left on this computer comes back; if the server has moved on, the save that follows says so. */
  restore() {
    const kept = this.left();
    if (!kept) {
      this.offerOther();
      return;
    }
    this.form.elements.title.value = kept.title;
    this.form.elements.body.value = kept.body;
    this.setVersion(kept.version);
    notice(this.form, "info", this.words.restored);
    this.save();
  }

  /** The copy to bring back: this window's, else the newest that another has left. What is done with is forgotten here. */
  left() {
    const mine = this.keeping.mine();
    const merged = mine?.merged !== undefined && Number(this.version()) > mine.merged;
    // "settled" is said once by the page that follows a choice between two texts, whichever was chosen.
    const settled = "settled" in this.form.dataset;
    if (settled || merged) this.keeping.forget();
    this.keeping.forgetSame((copy) => same(copy, this.savedText));
    if (settled || merged) return null;
    if (mine) return same(mine, this.savedText) ? null : mine;
    const other = this.keeping.others();
    return other && this.keeping.adopt(other);
  }

  /** A second window that was closed before its text was saved left one too: it is offered beside what is saved. */
  offerOther() {
    const other = this.keeping.others(true);
    if (!other) return;
    this.offer(this.words.another, async () => {
      // What was typed since must be on the server before this page is left.
      if (this.isUnsaved()) await this.save();
      if (this.isUnsaved()) return;
      this.keeping.adopt(other);
      this.compare(this.form.dataset.mergeUrl, other);
    });
  }

  changed() {
    if (this.state === "conflict") {
      this.keeping.keep(this.text(), this.version());
      return;
    }
    this.show("unsaved", this.words.unsaved);
    this.later(PAUSE);
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.saveIfChanged(), pause);
  }

  /** The next page may have been read before this text arrives there: its copy stays here until that page has seen it. */
  leave() {
    this.isLeft = true;
    this.saveIfChanged(true);
  }

  saveIfChanged(closing = false) {
    if (this.isUnsaved() && this.state !== "conflict" && !this.leaving) this.save(closing);
  }

  /** Send what is typed; while an earlier save is on its way, wait for that one. */
  save(closing = false) {
    clearTimeout(this.timer);
    const sent = this.text();
    this.isKept = this.keeping.keep(sent, this.version());
    if (!this.saving || closing) this.running = this.send(sent, closing);
    return this.running;
  }

  async send(sent, closing) {
    this.saving = true;
    this.show("saving", this.words.saving);
    try {
      await this.understand(await this.post(sent, closing), sent);
    } catch {
      this.offline(this.words.offline);
    }
    this.saving = false;
    if (this.state === "saved" && this.isUnsaved()) this.later(PAUSE);
  }

  post(sent, closing) {
    const body = new URLSearchParams({ ...sent, version: this.version(), csrf_token: csrfToken() });
    const keepalive = closing && new Blob([body.toString()]).size < KEEPALIVE_LIMIT;
    const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
    return fetch(this.form.dataset.autosaveUrl, { method: "POST", body, headers, keepalive, redirect: "error" });
  }

  async understand(answer, sent) {
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) this.saved(told, sent);
    else if (answer.status === 409) this.conflict(told, sent);
    else if (answer.status === 401 || answer.status === 403 || told.error === "csrf") await this.signedOut();
    else if (answer.status < 500) this.refused(told);
    else this.offline(this.words.offline);
  }

  saved(told, sent) {
    this.savedText = sent;
    this.retry = FIRST_RETRY;
    this.setVersion(told.version);
    if (!this.isUnsaved() && !this.isLeft) {
      this.keeping.forget();
      this.keeping.forgetSame((copy) => same(copy, sent));
    }
    this.form.querySelector("[data-saving-refusal]")?.remove();
    this.show("saved", fill(this.words.saved, { time: told.saved_at }));
    this.offerOther();
  }

  conflict(told, sent) {
    // Our own save may have arrived although its answer was lost: then both texts are the same one.
    if (told.theirs && same(told.theirs, sent) && told.theirs.version !== undefined) {
      this.saved({ version: told.theirs.version, saved_at: told.saved_at ?? "" }, sent);
      return;
    }
    this.show("conflict", this.words.conflict_state);
    this.offer(fill(this.words.conflict, { by: told.by ?? "" }), () => this.compare(told.merge_url, this.text()));
  }

  /** Say that there are two texts, with a button that shows both. */
  offer(words, compare) {
    const box = notice(this.form, "warning", words);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = this.words.merge;
    button.addEventListener("click", compare);
    box.append(button);
  }

  /** Both texts are shown by the server, so the text of this computer goes there by an ordinary form. */
  compare(address, { title, body, version = this.version() }) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = address;
    for (const [name, value] of Object.entries({ title, body, version, csrf_token: csrfToken() })) {
      const field = document.createElement("textarea");
      field.name = name;
      field.value = value;
      form.append(field);
    }
    form.hidden = true;
    document.body.append(form);
    this.leaving = true;
    form.submit();
  }

  refused(told) {
    this.show("refused", this.words.refused);
    const box = notice(this.form, "danger", (told.reasons ?? []).join(" ") || this.words.refused);
    box.parentElement.setAttribute("data-saving-refusal", "");
  }

  offline(words) {
    this.show("offline", words);
    this.later(this.retry);
    this.retry = Math.min(this.retry * 2, LAST_RETRY);
  }

  /** Whoever signs in again in another window gets a new token there; this page fetches it and goes on. */
  async signedOut() {
    this.offline(this.words.signed_out);
    await renewCsrfToken();
  }

  /** While the page closes the text is sent once more and kept here; only what neither would save is worth a question. */
  warn(event) {
    if (this.leaving || !this.isUnsaved()) return;
    this.leave();
    if (this.state !== "saving" || !this.isKept) event.preventDefault();
  }

  show(state, words) {
    this.state = state;
    document.querySelectorAll("[data-saving-state]").forEach((place) => {
      place.dataset.state = state;
      place.textContent = words;
    });
  }

  version() {
    return this.form.elements.version.value;
  }

  setVersion(version) {
    this.form.elements.version.value = version;
    document.querySelectorAll("input[data-version]").forEach((field) => {
      field.value = version;
    });
  }
}

/** What the server changes while it takes a text in (line ends, control characters, blanks around it) is not a change. */
function same(one, other) {
  return plain(one.title) === plain(other.title) && plain(one.body) === plain(other.body);
}

function plain(text) {
  const lines = String(text ?? "").normalize("NFC").replace(/\r\n?/g, "\n");
  return lines.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "").trim();
}
