// SHA-256 of chosen files, one file after another, counted by a worker (front/hasher.js).

export class Hashing {
  constructor(address) {
    this.address = address;
    this.last = Promise.resolve();
    this.number = 0;
  }

  /**
   * Gives {sha256, head}; null when this browser cannot count, and the file then goes without; raises when the file cannot be read
   * any more. `signal` ends it early with null.
   */
  sums(file, onRead, signal) {
    const mine = this.last.then(() => (signal.aborted ? null : this.count(file, onRead, signal)));
    this.last = mine.catch(() => null);
    return mine;
  }

  count(file, onRead, signal) {
    const number = (this.number += 1);
    return new Promise((resolve, reject) => {
      const worker = this.start();
      if (!worker) return resolve(null);
      const done = (settle, value) => {
        worker.removeEventListener("message", hear);
        worker.removeEventListener("error", fail);
        settle(value);
      };
      const hear = ({ data }) => {
        if (data.number !== number) return;
        if (data.read !== undefined) onRead(data.read);
        else if (data.trouble === "unreadable") done(reject, new Error("unreadable"));
        else done(resolve, data.trouble ? null : { sha256: data.sha256, head: data.head });
      };
      const fail = () => {
        this.worker = undefined;
        done(resolve, null);
      };
      worker.addEventListener("message", hear);
      worker.addEventListener("error", fail);
      signal.addEventListener("abort", () => {
        worker.postMessage({ cancel: number });
        done(resolve, null);
      });
      worker.postMessage({ number, file });
    });
  }

  start() {
    try {
      this.worker ??= new Worker(this.address);
    } catch {
      // A browser without workers, or one that forbids them.
    }
    return this.worker;
  }
}
