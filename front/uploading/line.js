// Who is next: three files travel at a time, over all slots of the page, in the order in which they were chosen.
import { AT_ONCE } from "./courier.js";

export class Line {
  constructor() {
    this.waiting = [];
    this.going = new Set();
  }

  /** Waits for a turn; `row.go()` is called when it comes. */
  enter(row) {
    if (this.going.has(row) || this.waiting.includes(row)) return;
    this.waiting.push(row);
    this.next();
  }

  /** Gives the turn, or the place in the line, to the next one. */
  leave(row) {
    this.going.delete(row);
    this.waiting = this.waiting.filter((other) => other !== row);
    this.next();
  }

  next() {
    while (this.going.size < AT_ONCE && this.waiting.length) {
      const row = this.waiting.shift();
      this.going.add(row);
      row.go();
    }
  }
}
