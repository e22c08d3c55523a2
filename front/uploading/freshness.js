// Brings parts of the page up to date (data-fresh) without touching what is being typed or carried on it.
import { csrfToken, focusFirstNotice } from "../page.js";
import { markReady, markSending } from "../submits.js";

const AGAIN = 10_000; // ms
const FIELDS = "[data-fresh] :is(input[type=text], input[type=date], input[type=checkbox], textarea, select)[name]";

export class Freshness {
  /** @param form the report's form  @param isBusy whether leaving the page would break something off */
  constructor(form, isBusy) {
    Object.assign(this, { form, isBusy, shown: new Map() });
    form.addEventListener("submit", (event) => this.submitted(event));
  }

  /** Fulfilled when a page that was asked for after this call has been put in place; tried until it succeeds. */
  refresh() {
    this.wanted ??= this.fetched().finally(() => {
      this.running = undefined;
    });
    return this.wanted;
  }

  async fetched() {
    await this.running;
    // Whoever asks from here on wants a newer page than the one that is fetched now.
    this.running = this.wanted;
    this.wanted = undefined;
    for (;;) {
      const page = await this.page(window.location.pathname).catch(() => null);
      if (page) return this.putInPlace(page);
      await new Promise((resolve) => {
        setTimeout(resolve, AGAIN);
        window.addEventListener("online", resolve, { once: true });
      });
    }
  }

  /** The page at an address; null when it is another one, as after the session has ended. */
  async page(address, options = {}) {
    const answer = await fetch(address, { ...options, headers: { Accept: "text/html" } });
    if (answer.status >= 500) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.getElementById(this.form.id) ? page : null;
  }

  putInPlace(page) {
    const typed = this.typed();
    const focused = focusPlace();
    for (const part of document.querySelectorAll("[data-fresh]")) {
      const newer = page.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
      if (!newer || newer.innerHTML === this.shown.get(part.dataset.fresh)) continue;
      const opened = [...part.querySelectorAll("details[open]")].map((details) => details.className);
      this.shown.set(part.dataset.fresh, newer.innerHTML);
      part.replaceChildren(...document.adoptNode(newer).childNodes);
      opened.forEach((name) => part.querySelector(`details.${CSS.escape(name)}`)?.setAttribute("open", ""));
      part.querySelectorAll("[data-live]").forEach((live) => (live.hidden = false));
    }
    typed.forEach(([name, value]) => this.setField(name, value));
    focused?.();
    document.dispatchEvent(new Event("page:shown"));
  }

  /** What differs from what the server wrote, in the parts that are replaced. */
  typed() {
    return [...document.querySelectorAll(FIELDS)].filter(isChanged).map((field) => [field.name, valueOf(field)]);
  }

  setField(name, value) {
    const field = this.form.elements[name];
    if (field?.type === "checkbox") field.checked = value;
    else if (field && "value" in field) field.value = value;
    return field;
  }

  /** A file that has arrived has fields of its own now: words that the server did not get go there, and so does the cursor. */
  moveIn(row, focused, kind) {
    if (!row.attachment) return;
    const names = { caption: `caption_${row.attachment}`, area: `area_${row.attachment}` };
    if (focused) {
      const field = this.form.elements[names[focused.word]];
      field?.focus();
      if (focused.start !== null && field?.setSelectionRange) field.setSelectionRange(focused.start, focused.end);
    }
    if (!row.hasUnkeptWords) return;
    this.setField(names.caption, row.words.caption);
    this.setField(names.area, row.words.area || "0");
    const save = this.form.querySelector(`#${kind} [data-saves-words]`);
    if (save) this.send(save);
  }

  /** While files travel, a button that would leave the page does its work in the background. */
  submitted(event) {
    const button = event.submitter;
    if (event.defaultPrevented || !this.isBusy() || button?.name === "then") return;
    event.preventDefault();
    if (!this.form.dataset.sending) this.send(button);
  }

  async send(button) {
    const body = new FormData(this.form, button);
    // The text saves itself (autosave.js) and would come in too old from here.
    if (this.form.dataset.watched) ["title", "body", "version", "seen"].forEach((name) => body.delete(name));
    body.set("csrf_token", csrfToken());
    markSending(this.form, button);
    try {
      const page = await this.page(button.getAttribute("formaction") || this.form.getAttribute("action"), { method: "POST", body });
      // What was sent is what the server has now: it is no longer "typed" against the older page.
      this.settle(body);
      if (page) this.putInPlace(page);
      focusFirstNotice();
    } catch {
      // No line: everything typed is still there, and so is the button.
    }
    markReady(this.form);
  }

  settle(body) {
    for (const field of document.querySelectorAll(FIELDS)) {
      const sent = field.type === "checkbox" ? body.has(field.name) : body.get(field.name);
      if (valueOf(field) !== sent) continue;
      if (field.type === "checkbox") field.defaultChecked = field.checked;
      else if (field.options) [...field.options].forEach((option) => (option.defaultSelected = option.selected));
      else field.defaultValue = field.value;
    }
  }
}

function valueOf(field) {
  return field.type === "checkbox" ? field.checked : field.value;
}

function isChanged(field) {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  return field.options ? ![...field.options].every((option) => option.selected === option.defaultSelected) : field.value !== field.defaultValue;
}

/** Gives what puts the cursor back where it is now, once the part around it has been replaced. */
function focusPlace() {
  const here = document.activeElement;
  if (!here?.closest("[data-fresh]")) return null;
  const name = here.id ? `#${CSS.escape(here.id)}` : here.name ? `[name="${CSS.escape(here.name)}"]` : null;
  const label = here.getAttribute("aria-label");
  const { selectionStart: start, selectionEnd: end } = here;
  return () => {
    const there = (name && document.querySelector(name)) || (label && document.querySelector(`[aria-label="${CSS.escape(label)}"]`));
    if (!there || there === here) return;
    there.focus();
    if (typeof start === "number" && there.setSelectionRange) there.setSelectionRange(start, end);
  };
}
