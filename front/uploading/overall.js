// The slot's uploads taken together: how many, how far, how fast, and the buttons for all of them.
import { fill } from "../page.js";
import { Rate } from "./rate.js";

const PAINT = 500; // ms

export class Overall {
  constructor(block) {
    this.block = block;
    this.element = block.root.querySelector("[data-overall]");
    this.bar = this.element.querySelector("progress");
    this.words = this.element.querySelector("[data-overall-words]");
    this.rate = new Rate();
    this.begin();
  }

  /** Files that have arrived are counted until all are through. */
  begin() {
    this.done = { count: 0, bytes: 0 };
    this.rate.forget();
  }

  arrived(row) {
    this.done.count += 1;
    this.done.bytes += row.size;
    this.show();
  }

  get underWay() {
    return this.block.rows.filter((row) => row.isUnderWay);
  }

  show() {
    const rows = this.underWay;
    if (!rows.length) this.begin();
    this.element.hidden = !rows.length;
    this.button("pause", rows.length > 1 && rows.some((row) => !row.isHeld));
    this.button("resume", rows.length > 1 && rows.some((row) => row.isHeld));
    this.button("cancel", rows.length > 1);
    this.manifestButton(rows);
    this.paint(true);
  }

  button(what, isThere) {
    const button = this.element.querySelector(`[data-all=${what}]`);
    const had = document.activeElement === button;
    button.hidden = !isThere;
    if (had && !isThere) (this.element.querySelector("[data-all]:not([hidden])") ?? this.bar).focus();
  }

  /** The list can be filed once every file has been read. */
  manifestButton(rows) {
    const button = this.element.querySelector("[data-all=manifest]");
    if (!button) return;
    const ready = rows.filter((row) => row.sums.sha256 && !row.isPromised);
    button.hidden = !ready.length;
    button.disabled = rows.some((row) => row.state === "reading");
    button.textContent = fill(this.block.sentences.manifest, { count: ready.length });
  }

  paint(isUrgent = false) {
    if (!isUrgent && performance.now() - (this.painted ?? 0) < PAINT) return;
    this.painted = performance.now();
    const rows = this.underWay;
    const size = this.done.bytes + rows.reduce((sum, row) => sum + row.size, 0);
    const sent = this.done.bytes + rows.reduce((sum, row) => sum + row.sent, 0);
    this.bar.max = size || 1;
    this.bar.value = sent;
    const isMoving = rows.some((row) => row.state === "sending");
    if (isMoving) this.rate.at(sent);
    else this.rate.forget();
    const facts = { done: this.done.count, count: this.done.count + rows.length, percent: size ? Math.floor((sent / size) * 100) : 0 };
    const parts = [fill(this.block.sentences.overall, facts)];
    if (isMoving) parts.push(...this.block.rateWords(this.rate.perSecond(), size - sent));
    this.words.textContent = parts.join(" · ");
  }

  press(what) {
    const rows = this.underWay;
    if (what === "manifest") this.block.manifest();
    // Those who wait first, or they would set out when the others give up their turns.
    else if (what === "pause") [...rows].reverse().forEach((row) => row.pause());
    else if (what === "resume") rows.forEach((row) => row.resume());
    else if (what === "cancel" && window.confirm(fill(this.block.sentences.cancel_all_asks, { count: rows.length }))) {
      rows.forEach((row) => {
        row.stop();
        row.vanish();
      });
    }
  }
}
