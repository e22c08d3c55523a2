// Carries bytes by tus. Uppy does the sending, three files at a time; uploads are made by door.js beforehand and Uppy is told their
// addresses only, so that no answer of a server that is just starting can make it begin a large file again from its first byte.
import Uppy from "@uppy/core";
import Tus from "@uppy/tus";
import { troubleOf } from "./door.js";

export const AT_ONCE = 3;
// Together more than a restart of the server takes, several times over; each byte that gets through begins the count anew.
const RETRIES = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 30_000, 30_000];
const SILENCE = 40_000; // ms without a byte, after which the line is taken for dead; the form's data-silence says another
const VERDICT = 300_000; // ms that the server may take over a whole file
const LOOK = 5_000;
// Which uploads are open is asked of the server, so nothing is remembered here.
const NO_MEMORY = {
  findAllUploads: async () => [],
  findUploadsByFingerprint: async () => [],
  removeUpload: async () => {},
  addUpload: async () => null,
};

export class Courier {
  /** @param form the report's form */
  constructor(form) {
    this.form = form;
    this.parcels = new Map();
    this.uppy = new Uppy({ id: "report", logger: { debug() {}, warn() {}, error() {} } }).use(Tus, {
      limit: AT_ONCE,
      retryDelays: RETRIES,
      urlStorage: NO_MEMORY,
      storeFingerprintForResuming: false,
      allowedMetaFields: [],
      onShouldRetry: (error, attempt, options, decide) => {
        this.heardTrouble(options.key, error);
        return decide(error);
      },
    });
    this.uppy.on("upload-progress", (file, { bytesUploaded }) => this.heardBytes(file, bytesUploaded));
    this.uppy.on("upload-success", (file, response) => this.finish(file.id, (row) => row.arrived(response.body?.xhr)));
    this.uppy.on("upload-error", (file, _error, response) =>
      this.finish(file.id, (row) => row.failed(troubleOf(response?.status ?? 0, reasonsIn(response?.body?.xhr)))),
    );
    setInterval(() => this.lookAround(), LOOK);
  }

  /** Sends the rest of a row's file to its address; the row hears progressed, troubled, and in the end arrived or failed. */
  send(row) {
    const id = this.uppy.addFile({ name: row.name, type: row.file.type, data: row.file, source: "report", meta: { relativePath: row.key } });
    this.uppy.setFileState(id, { tus: { uploadUrl: row.url, key: row.key } });
    this.parcels.set(row.key, { id, row, heard: performance.now(), sent: row.sent });
    this.uppy.upload().catch(() => {});
  }

  has(row) {
    return this.parcels.has(row.key);
  }

  pause(row) {
    this.turn(row, true);
  }

  resume(row) {
    this.turn(row, false);
  }

  /** Tries at once instead of waiting for the next try; false when the row is not carried. */
  nudge(row) {
    this.pause(row);
    this.resume(row);
    return this.has(row);
  }

  /** Stops sending and lets the server throw away what it has. */
  cancel(row) {
    const parcel = this.parcels.get(row.key);
    this.parcels.delete(row.key);
    if (parcel) this.uppy.removeFile(parcel.id);
  }

  turn(row, isPaused) {
    const parcel = this.parcels.get(row.key);
    const file = parcel && this.uppy.getFile(parcel.id);
    if (!file || Boolean(file.isPaused) === isPaused) return;
    parcel.heard = performance.now();
    this.uppy.pauseResume(parcel.id);
  }

  /** A line can be dead without a word, as after sleep or in another network: then the same upload is taken up on a new one. */
  lookAround() {
    const silence = Number(this.form.dataset.silence) || SILENCE;
    for (const { id, row, heard, sent } of this.parcels.values()) {
      const file = this.uppy.getFile(id);
      const patience = sent < row.size ? silence : VERDICT;
      if (!file || file.isPaused || !navigator.onLine || performance.now() - heard < patience) continue;
      row.troubled(troubleOf(0));
      this.nudge(row);
    }
  }

  heardBytes(file, bytes) {
    const parcel = [...this.parcels.values()].find(({ id }) => id === file?.id);
    if (!parcel) return;
    Object.assign(parcel, { heard: performance.now(), sent: bytes });
    parcel.row.progressed(bytes);
  }

  heardTrouble(key, error) {
    const parcel = this.parcels.get(key);
    if (!parcel) return;
    parcel.heard = performance.now();
    parcel.row.troubled(troubleOf(error.originalResponse?.getStatus() ?? 0));
  }

  finish(id, tell) {
    const parcel = [...this.parcels.values()].find((one) => one.id === id);
    if (!parcel) return;
    this.parcels.delete(parcel.row.key);
    // Uppy tries every failed file again with the next one; here each row decides for itself. It must have let go of the file
    // before: one that is removed while it is carried is ended on the server.
    setTimeout(() => this.uppy.removeFile(id));
    tell(parcel.row);
  }
}

function reasonsIn(xhr) {
  try {
    return JSON.parse(xhr.responseText).reasons ?? [];
  } catch {
    return [];
  }
}
