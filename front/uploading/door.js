// What the page asks of the server beside the bytes: what is open, a new upload, its words, its end, and the manifest.
import { csrfToken, renewCsrfToken } from "../page.js";

const PATIENCE = 60_000; // ms

/** `kind` is "line" (no answer), "busy" (5xx, 429 and 423: later), "signed-out", or "refused" with its sentences. */
export class Trouble extends Error {
  constructor(kind, status = 0, reasons = []) {
    super(kind);
    Object.assign(this, { kind, status, reasons });
  }
}

export class Door {
  constructor(address) {
    this.address = address;
  }

  /** The open uploads of the slot, whoever began them. */
  async open() {
    return (await (await ask(this.address)).json()).uploads;
  }

  /** Makes an upload and gives its address. */
  async create({ name, type, size, sums, words }) {
    const told = { filename: name, filetype: type, ...sums, caption: words.caption, focus_area: words.area };
    const answer = await ask(this.address, {
      method: "POST",
      headers: { "Tus-Resumable": "1.0.0", "Upload-Length": String(size), "Upload-Metadata": metadata(told) },
    });
    return new URL(answer.headers.get("Location"), window.location.href).pathname;
  }
}

/** Keeps what was typed about a file whose bytes still travel. */
export async function keepWords(url, words) {
  await ask(`${url}/words`, { method: "POST", body: new URLSearchParams({ caption: words.caption, focus_area: words.area }) });
}

/** Ends an upload and throws its bytes away; one that is gone already is as good. */
export async function discard(url) {
  try {
    await ask(url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } });
  } catch (trouble) {
    if (trouble.status !== 404 && trouble.status !== 410) throw trouble;
  }
}

/** Why a whole file was refused, when the answer that said so was lost; no sentences when it was not refused. */
export async function verdict(url, size) {
  const headers = { "Tus-Resumable": "1.0.0", "Upload-Offset": String(size), "Content-Type": "application/offset+octet-stream" };
  try {
    await ask(url, { method: "PATCH", headers });
  } catch (trouble) {
    return trouble.reasons ?? [];
  }
  return [];
}

/** Files the list of files before their bytes; gives the sentences about those that were not taken. */
export async function fileManifest(address, files) {
  const answer = await ask(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ files }) });
  return answer.json();
}

/** Signed out while files travel: whoever signs in again in another window lets this page go on. */
export async function isSignedInAgain() {
  try {
    return await renewCsrfToken();
  } catch {
    return false;
  }
}

async function ask(address, { headers = {}, ...options } = {}) {
  let answer;
  try {
    answer = await fetch(address, {
      ...options,
      headers: { Accept: "application/json", "X-CSRFToken": csrfToken(), ...headers },
      redirect: "manual",
      signal: AbortSignal.timeout?.(PATIENCE),
    });
  } catch {
    throw new Trouble("line");
  }
  if (answer.ok) return answer;
  // Only the way to the sign-in page leads anywhere else.
  if (answer.type === "opaqueredirect") throw new Trouble("signed-out");
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 401 || told.error === "csrf") throw new Trouble("signed-out", answer.status);
  throw troubleOf(answer.status, told.reasons);
}

/** What an answer means that is not the wanted one; reasons are the server's own sentences. */
export function troubleOf(status, reasons = []) {
  if (reasons.length && status !== 429 && status !== 507) return new Trouble("refused", status, reasons);
  if (status === 0) return new Trouble("line");
  if (status >= 500 || status === 429 || status === 423 || status === 408) return new Trouble("busy", status, reasons);
  return new Trouble("refused", status, reasons);
}

function metadata(told) {
  const pairs = Object.entries(told).filter(([key, value]) => value || key === "filename");
  return pairs.map(([key, value]) => `${key} ${base64(String(value))}`).join(",");
}

function base64(text) {
  return btoa(String.fromCodePoint(...new TextEncoder().encode(text)));
}
