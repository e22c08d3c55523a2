// How fast bytes go, over the last seconds, and how long the rest will take.

const WINDOW = 10_000; // ms
const TOO_LITTLE = 1_500; // ms of watching before anything is said

export class Rate {
  constructor() {
    this.forget();
  }

  /** What comes after a pause is measured anew. */
  forget() {
    this.seen = [];
  }

  at(bytes, now = performance.now()) {
    const last = this.seen[this.seen.length - 1];
    // Bytes that were sent in vain are sent again.
    if (last && bytes < last.bytes) this.forget();
    this.seen.push({ bytes, now });
    while (this.seen.length > 2 && now - this.seen[0].now > WINDOW) this.seen.shift();
  }

  /** Bytes a second, or 0 while that is not known yet. */
  perSecond() {
    const [first, last] = [this.seen[0], this.seen[this.seen.length - 1]];
    const time = first ? last.now - first.now : 0;
    return time < TOO_LITTLE ? 0 : ((last.bytes - first.bytes) / time) * 1000;
  }
}
