// A form with files (data-upload) is sent in the background with its progress shown. What comes back is the page that a plain
// submit would have brought, put in place of this one; so notices, errors and typed text are the server's, exactly as without a script.
import htmx from "htmx.org";
import { focusFirstNotice, pageSentence, sizeWords } from "./page.js";
import { markReady, markSending } from "./submits.js";

export function watchUploads() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !("upload" in form.dataset) || form.dataset.sending || !hasFiles(form)) return;
    event.preventDefault();
    const body = new FormData(form, event.submitter ?? undefined);
    // A text that saves itself goes its own way: it may be written on while the files travel, and would come in too old.
    if (form.dataset.watched) ["title", "body", "version", "seen"].forEach((name) => body.delete(name));
    markSending(form, event.submitter);
    send(form, event.submitter, body, event.submitter?.getAttribute("formaction") || form.getAttribute("action") || window.location.href);
  });
  window.addEventListener("popstate", () => window.location.reload());
}

function hasFiles(form) {
  return [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
}

function send(form, button, body, address) {
  const meter = showMeter(form, button);
  const before = typedWords();
  const request = new XMLHttpRequest();
  const leaving = (event) => event.preventDefault();
  window.addEventListener("beforeunload", leaving);
  request.open("POST", address);
  request.upload.addEventListener("progress", (event) => event.lengthComputable && meter.at(event.loaded, event.total));
  request.upload.addEventListener("load", () => meter.arrived());
  request.addEventListener("loadend", () => window.removeEventListener("beforeunload", leaving));
  request.addEventListener("load", () => showAnswer(request, before));
  for (const kind of ["error", "abort", "timeout"]) {
    request.addEventListener(kind, () => {
      meter.cut();
      markReady(form);
    });
  }
  request.send(body);
}

function showMeter(form, button) {
  form.querySelector(".upload-progress")?.remove();
  const box = document.createElement("div");
  box.className = "upload-progress";
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", pageSentence("uploading"));
  const seen = document.createElement("p");
  seen.setAttribute("aria-hidden", "true");
  const spoken = document.createElement("p");
  spoken.className = "screen-hidden";
  spoken.setAttribute("role", "status");
  box.append(bar, seen, spoken);
  // A long form has several buttons: the progress is told where the reader pressed.
  if (button && form.contains(button)) button.after(box);
  else form.append(box);
  let told = -1;
  return {
    at(loaded, total) {
      const percent = Math.floor((loaded / total) * 100);
      bar.max = total;
      bar.value = loaded;
      seen.textContent = `${pageSentence("uploading")} ${sizeWords(loaded)} / ${sizeWords(total)} · ${percent} %`;
      // A reader by ear hears each tenth, not each packet.
      if (Math.floor(percent / 10) > told) {
        told = Math.floor(percent / 10);
        spoken.textContent = `${pageSentence("uploading")} ${percent} %`;
      }
    },
    arrived() {
      seen.textContent = spoken.textContent = pageSentence("uploaded");
    },
    cut() {
      bar.remove();
      seen.removeAttribute("aria-hidden");
      spoken.remove();
      seen.setAttribute("role", "alert");
      seen.textContent = pageSentence("cut");
    },
  };
}

/** What stands in every field for words, by its name; a saved text looks after itself. */
function typedWords() {
  const fields = document.querySelectorAll("main input[type=text][name], main textarea[name], main select[name]");
  return new Map([...fields].filter((field) => !["title", "body"].includes(field.name)).map((field) => [field.name, field.value]));
}

/** What was typed while the files travelled is not in the answer: it is put where it was. */
function carryOver(before, after) {
  for (const [name, value] of after) {
    const field = before.get(name) === value ? null : document.querySelector(`main [name="${CSS.escape(name)}"]`);
    if (field) field.value = value;
  }
}

function showAnswer(request, before) {
  const type = request.getResponseHeader("Content-Type") ?? "";
  if (!type.startsWith("text/html")) {
    window.location.assign(request.responseURL);
    return;
  }
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const after = typedWords();
  document.dispatchEvent(new CustomEvent("page:leaving"));
  document.title = page.title;
  document.querySelector('meta[name="csrf-token"]')?.replaceWith(page.querySelector('meta[name="csrf-token"]') ?? "");
  document.body.replaceWith(document.adoptNode(page.body));
  if (request.status < 400 && request.responseURL !== window.location.href) window.history.pushState({}, "", request.responseURL);
  carryOver(before, after);
  htmx.process(document.body);
  window.scrollTo(0, 0);
  focusFirstNotice();
  document.dispatchEvent(new CustomEvent("page:shown"));
}
