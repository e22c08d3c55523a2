// The worker that reads whole files and tells their SHA-256, so that the page stays quick and a resumed file is known to be the same.
// `head` is the SHA-256 of the first MiB. Nothing is kept in memory but two slices.
import { createSHA256 } from "hash-wasm";

const SLICE = 4 << 20;
const HEAD = 1 << 20;
const givenUp = new Set();

self.addEventListener("message", async ({ data }) => {
  if (data.cancel !== undefined) {
    givenUp.add(data.cancel);
    return;
  }
  try {
    const sums = await sumsOf(data.file, data.number);
    if (sums) self.postMessage({ number: data.number, ...sums });
  } catch (error) {
    self.postMessage({ number: data.number, trouble: error.name === "NotReadableError" || error.name === "NotFoundError" ? "unreadable" : "unable" });
  }
});

async function sumsOf(file, number) {
  const [whole, first] = await Promise.all([createSHA256(), createSHA256()]);
  let next = slice(file, 0);
  for (let at = 0; at < file.size; at += SLICE) {
    const bytes = new Uint8Array(await next);
    if (givenUp.delete(number)) return null;
    // The next slice is read while this one is counted.
    next = slice(file, at + SLICE);
    if (at === 0) first.update(bytes.subarray(0, HEAD));
    whole.update(bytes);
    self.postMessage({ number, read: Math.min(at + SLICE, file.size) });
  }
  await next;
  return { sha256: whole.digest(), head: first.digest() };
}

function slice(file, at) {
  const read = file.slice(at, at + SLICE).arrayBuffer();
  // A slice that is never asked for must not raise its own alarm.
  read.catch(() => {});
  return read;
}
