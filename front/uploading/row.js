// One file on its way: what is known of it, and what becomes of it. Its line in the list is card.js.
import { fill } from "../page.js";
import { Card } from "./card.js";
import { Trouble, discard, isSignedInAgain, keepWords, verdict } from "./door.js";
import { Rate } from "./rate.js";

const AGAIN = { line: 30_000, busy: 30_000, "signed-out": 10_000 }; // ms until a row tries by itself once more
const PAUSE = 800; // ms without typing before words are kept

// In which states a file would be lost by leaving, and in which it can be held.
export const UNDER_WAY = ["reading", "waiting", "preparing", "sending", "paused", "line", "busy", "signed-out", "checking", "other"];
const TOLD = ["line", "busy", "paused", "signed-out", "other"];
const PAUSABLE = ["reading", "waiting", "preparing", "sending", "line", "busy", "signed-out"];

let count = 0;

export class Row {
  /** `file` is missing for an upload that waits on the server for its file to be chosen again. */
  constructor(block, { file = null, name, size, url = "", sent = 0, words = {}, told = {} }) {
    Object.assign(this, { block, file, name, size, url, sent, told, sums: {}, isSettled: false, isHeld: false, isPromised: false });
    this.key = `file-${(count += 1)}`;
    this.words = { caption: "", area: "", ...words };
    this.keptWords = { ...this.words };
    this.ending = new AbortController();
    this.rate = new Rate();
    this.card = new Card(this);
  }

  get isUnderWay() {
    return UNDER_WAY.includes(this.state);
  }

  get percent() {
    return this.size ? Math.min(100, Math.floor((this.sent / this.size) * 100)) : 0;
  }

  // --- what happens to the file -------------------------------------------------------------------------------------

  /** Reads the whole file for its SHA-256, then waits for its turn. */
  async read() {
    this.show("reading");
    try {
      const took = (read) => this.state === "reading" && this.card.paint({ read });
      this.sums = (await this.block.hashing.sums(this.file, took, this.ending.signal)) ?? {};
    } catch {
      this.refuse("unusable", [fill(this.block.sentences.unreadable, { name: this.name })]);
      return;
    }
    if (this.ending.signal.aborted) return;
    if (this.block.isTwice(this)) this.refuse("unusable", [fill(this.block.sentences.twice, { name: this.name })]);
    else if (this.isHeld) this.show("paused");
    else this.queue();
    this.block.changed();
  }

  queue() {
    clearTimeout(this.timer);
    this.show("waiting");
    this.block.line.enter(this);
  }

  /** It is this file's turn. */
  async go() {
    const courier = this.block.courier;
    try {
      if (courier.has(this)) {
        this.show("sending");
        courier.resume(this);
        return;
      }
      this.show("preparing");
      if (!this.isSettled && !(await this.block.settle(this))) return;
      if (!this.url) await this.begin();
    } catch (trouble) {
      this.failed(trouble);
      return;
    }
    if (this.ending.signal.aborted) discard(this.url).catch(() => {});
    if (this.ending.signal.aborted || this.state !== "preparing") return;
    if (this.isHeld) {
      this.hold();
      return;
    }
    this.show("sending");
    courier.send(this);
  }

  async begin() {
    const words = { ...this.words };
    this.url = await this.block.door.create({ name: this.name, type: this.file.type, size: this.size, sums: this.sums, words });
    Object.assign(this, { sent: 0, keptWords: words });
  }

  /** The server has a part of this very content, perhaps from another computer: only the rest is sent. */
  continueFrom({ url, offset, caption, focus_area: area }) {
    Object.assign(this, { url, sent: offset, keptWords: { caption: caption ?? "", area: area ? String(area) : "" } });
    this.words = { caption: this.words.caption || this.keptWords.caption, area: this.words.area || this.keptWords.area };
    this.card.fillWords();
  }

  progressed(bytes) {
    if (!["sending", "line", "busy", "checking"].includes(this.state)) return;
    this.sent = bytes;
    this.rate.at(bytes);
    if (bytes >= this.size) this.keepNow();
    const state = bytes >= this.size ? "checking" : "sending";
    if (state !== this.state) this.show(state);
    else this.card.paint();
  }

  /** The courier tries again by itself; the reader is told why it takes longer. */
  troubled(trouble) {
    if (!["sending", "checking", "line", "busy"].includes(this.state) || !["line", "busy"].includes(trouble.kind)) return;
    this.rate.forget();
    this.show(trouble.kind);
    this.lookAtFile();
  }

  /** This try has come to its end. What may pass is tried again, what the server refused is told. */
  failed(trouble) {
    this.block.line.leave(this);
    if (this.ending.signal.aborted || this.state === "paused") return;
    const isGone = trouble.status === 404 || trouble.status === 410;
    if (isGone && this.url && !this.hasBegunAgain) {
      this.lost();
    } else if (trouble.kind in AGAIN) {
      this.show(trouble.kind, trouble.reasons);
      this.timer = setTimeout(() => this.again(), AGAIN[trouble.kind]);
      this.lookAtFile();
    } else {
      this.refuse("refused", trouble.reasons?.length ? trouble.reasons : [fill(this.block.sentences.failed, { name: this.name })]);
    }
  }

  /** The server does not know the upload any more: it was refused and we did not hear it, or it expired and is begun again. */
  async lost() {
    const reasons = await verdict(this.url, this.size);
    if (reasons.length) {
      this.failed(new Trouble("refused", 422, reasons));
      return;
    }
    Object.assign(this, { url: "", sent: 0, hasBegunAgain: true });
    this.queue();
  }

  /** Once more, when the time has come, the line is back or the reader says so. */
  async again() {
    clearTimeout(this.timer);
    if (this.state === "signed-out" && !(await isSignedInAgain())) this.timer = setTimeout(() => this.again(), AGAIN["signed-out"]);
    else if (this.state in AGAIN && !this.block.courier.nudge(this)) this.queue();
  }

  /** A file that was changed, renamed or unplugged meanwhile looks like a broken line until one reads it. */
  lookAtFile() {
    this.file.slice(0, 1).arrayBuffer().catch(() => {
      this.stop();
      this.refuse("unusable", [fill(this.block.sentences.unreadable, { name: this.name })]);
    });
  }

  arrived(xhr) {
    this.attachment = xhr?.getResponseHeader("Upload-Attachment") ?? "";
    this.sent = this.size;
    this.block.line.leave(this);
    this.show("arrived");
    this.block.arrived(this);
  }

  refuse(state, reasons) {
    this.show(state, reasons);
    this.block.say([fill(this.block.sentences.spoken_refused, { name: this.name }), ...reasons].join(" "));
  }

  // --- what the reader does ------------------------------------------------------------------------------------------

  press(what) {
    ({
      toggle: () => (this.isHeld ? this.resume() : this.pause()),
      cancel: () => this.cancel(),
      retry: () => (this.state === "refused" ? this.startOver() : this.again()),
      close: () => this.vanish(),
      new: () => this.startOver(),
      pick: () => this.block.pick(),
    })[what]?.();
  }

  pause() {
    if (!PAUSABLE.includes(this.state)) return;
    this.isHeld = true;
    clearTimeout(this.timer);
    this.rate.forget();
    // What is being read or announced is held as soon as that is done.
    if (["reading", "preparing"].includes(this.state)) this.card.paint({ isUrgent: true });
    else this.hold();
  }

  hold() {
    this.show("paused");
    this.block.courier.pause(this);
    this.block.line.leave(this);
  }

  resume() {
    if (!this.isHeld) return;
    this.isHeld = false;
    if (this.state === "paused") this.queue();
    else this.card.paint({ isUrgent: true });
  }

  startOver() {
    Object.assign(this, { url: "", sent: 0, isSettled: true });
    this.queue();
  }

  /** Gives the file up; what the server already has of it is thrown away there. */
  cancel() {
    const loss = fill(this.block.sentences.cancel_asks, { name: this.name, percent: this.percent });
    if (this.sent && !window.confirm(loss)) return;
    this.stop();
    this.vanish();
  }

  stop() {
    clearTimeout(this.timer);
    this.ending.abort();
    const isCarried = this.block.courier.has(this);
    this.block.courier.cancel(this);
    this.block.line.leave(this);
    if (this.url && !isCarried) discard(this.url).catch(() => {});
  }

  vanish() {
    const hadFocus = this.card.hasFocus;
    this.block.forget(this);
    this.card.remove();
    if (hadFocus) this.block.takeFocus();
  }

  // --- words typed while the bytes travel ---------------------------------------------------------------------------

  typed(word, text) {
    this.words[word] = text;
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keepNow(), PAUSE);
  }

  get hasUnkeptWords() {
    return this.words.caption !== this.keptWords.caption || this.words.area !== this.keptWords.area;
  }

  /** What fails here is put into the file's own fields once it has arrived. */
  async keepNow() {
    clearTimeout(this.keeping);
    const words = { ...this.words };
    if (!this.url || !this.hasUnkeptWords || this.state === "arrived") return;
    try {
      await keepWords(this.url, words);
      this.keptWords = words;
    } catch {
      // Tried again with the next word, and at the end.
    }
  }

  show(state, reasons = []) {
    const isNews = this.state !== state && TOLD.includes(state);
    this.state = state;
    this.card.show(reasons);
    if (isNews) this.block.say(`${this.name} ${this.card.stateWords()}`);
    this.block.changed();
  }
}
