// A form that is being sent cannot be sent again by a second click; its button says what is happening.
import { pageSentence } from "./page.js";

const GIVE_BACK_AFTER = 30_000; // ms: the answer may be a download, or the reader may have pressed “stop”

export function guardSubmits() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post" || form.getAttribute("target") === "_blank" || "repeatable" in form.dataset) return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    // The button's name and value are read after this event, so it is disabled a moment later.
    setTimeout(() => {
      if (!event.defaultPrevented) markSending(form, event.submitter);
    });
  });
  // A page brought back from the browser's memory is ready to be used again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sending]").forEach(markReady);
  });
}

export function markSending(form, submitter) {
  form.dataset.sending = "yes";
  buttons(form).forEach((button) => {
    button.disabled = true;
    if (button === submitter) {
      button.dataset.label = button.textContent;
      button.textContent = button.dataset.busy || pageSentence("busy");
    }
  });
  setTimeout(() => markReady(form), "upload" in form.dataset ? 24 * 3_600_000 : GIVE_BACK_AFTER);
}

export function markReady(form) {
  delete form.dataset.sending;
  form.dispatchEvent(new CustomEvent("form:ready"));
  buttons(form).forEach((button) => {
    button.disabled = false;
    if (button.dataset.label) button.textContent = button.dataset.label;
    delete button.dataset.label;
  });
}

function buttons(form) {
  return [...form.elements].filter((element) => element.type === "submit");
}
