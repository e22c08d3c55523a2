// Sends one film with tus-js-client, as the page does, and prints each request and the outcome a line:
// node sender.mjs FILM ENDPOINT HEADERS_AS_JSON
import { createReadStream } from "node:fs";
import tus from "tus-js-client";

const [film, endpoint, headers] = process.argv.slice(2);
const say = (...words) => console.log(words.join(" "));

new tus.Upload(createReadStream(film), {
  endpoint,
  headers: JSON.parse(headers),
  metadata: { filename: "录像.mp4" },
  retryDelays: Array(120).fill(250),
  onBeforeRequest: (request) => say(request.getMethod(), request.getHeader("Upload-Offset") ?? "-", request.getURL()),
  onAfterResponse: (request, response) => say("answered", request.getMethod(), response.getStatus(), response.getHeader("Upload-Offset") ?? "-"),
  onSuccess: () => say("success"),
  onError: (error) => say("error", error.message),
}).start();
