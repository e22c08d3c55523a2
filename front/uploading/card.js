// A file's line in the list: name, bar, words and buttons. What they mean is decided in row.js.
import { fill, sizeWords } from "../page.js";

const PAINT = 250; // ms
const WORDLESS = ["refused", "unusable", "other", "unfinished"];

// Which buttons a state shows.
const BUTTONS = {
  reading: ["toggle", "cancel"],
  waiting: ["toggle", "cancel"],
  preparing: ["toggle", "cancel"],
  sending: ["toggle", "cancel"],
  paused: ["toggle", "cancel"],
  line: ["retry", "cancel"],
  busy: ["retry", "cancel"],
  "signed-out": ["retry", "cancel"],
  checking: [],
  arrived: [],
  other: ["new", "close"],
  unfinished: ["pick", "cancel"],
  refused: ["retry", "close"],
  unusable: ["close"],
};

export class Card {
  constructor(row) {
    this.row = row;
    this.sentences = row.block.sentences;
    this.element = row.block.template.content.firstElementChild.cloneNode(true);
    this.make();
  }

  get hasFocus() {
    return this.element.contains(document.activeElement);
  }

  make() {
    const { row } = this;
    this.find("[data-name]").textContent = row.name;
    this.find("[data-name]").title = row.name;
    this.find("[data-size]").textContent = sizeWords(row.size);
    this.find("progress").setAttribute("aria-label", fill(this.sentences.progress_of, { name: row.name }));
    this.element.querySelectorAll("[data-word]").forEach((field) => {
      field.id = `${field.dataset.word}-of-${row.key}`;
      field.previousElementSibling.htmlFor = field.id;
      field.value = row.words[field.dataset.word];
      field.addEventListener("input", () => row.typed(field.dataset.word, field.value));
      field.addEventListener("blur", () => row.keepNow());
      // The form around it has buttons of its own, which Enter would press.
      field.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
    });
    this.element.querySelectorAll("[data-do]").forEach((button) => {
      button.addEventListener("click", () => row.press(button.dataset.do));
      this.nameButton(button, button.textContent);
    });
  }

  fillWords() {
    this.element.querySelectorAll("[data-word]").forEach((field) => {
      field.value = this.row.words[field.dataset.word];
    });
  }

  nameButton(button, label) {
    button.textContent = label;
    button.setAttribute("aria-label", fill(this.sentences.button_of, { what: label, name: this.row.name }));
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  remove() {
    this.element.remove();
  }

  /** The field for words that the reader is in, with where in it; null when they are elsewhere. */
  focusedWord() {
    const field = this.hasFocus ? document.activeElement.closest("[data-word]") : null;
    return field && { word: field.dataset.word, start: field.selectionStart, end: field.selectionEnd };
  }

  /** The state has changed: other words, other buttons. */
  show(reasons) {
    const { state } = this.row;
    this.element.dataset.state = state;
    const focused = document.activeElement;
    this.element.querySelectorAll("[data-do]").forEach((button) => {
      button.hidden = !BUTTONS[state].includes(button.dataset.do);
    });
    if (focused?.hidden && this.element.contains(focused)) (this.find("[data-do]:not([hidden])") ?? this.find("[data-name]")).focus();
    const list = this.find("[data-reasons]");
    list.replaceChildren(...reasons.map((reason) => Object.assign(document.createElement("li"), { textContent: reason })));
    list.hidden = !reasons.length;
    const words = this.find("[data-words]");
    if (words) words.hidden = WORDLESS.includes(state);
    this.find("progress").hidden = ["refused", "unusable", "other"].includes(state);
    this.paint({ isUrgent: true });
  }

  /** Bytes come in faster than anybody reads: the line is painted now and then. */
  paint({ read, isUrgent = false } = {}) {
    if (read !== undefined) this.bytesRead = read;
    if (!isUrgent && performance.now() - (this.painted ?? 0) < PAINT) return;
    this.painted = performance.now();
    this.find("progress").value = this.percent;
    this.find("[data-state-words]").textContent = this.stateWords();
    this.nameButton(this.find("[data-do=toggle]"), this.row.isHeld ? this.sentences.resume : this.sentences.pause);
    this.tellTenth();
    this.row.block.paint();
  }

  /** Of reading while the file is read, of sending afterwards. */
  get percent() {
    const { row } = this;
    return row.state === "reading" ? Math.min(100, Math.floor(((this.bytesRead ?? 0) / (row.size || 1)) * 100)) : row.percent;
  }

  stateWords() {
    const { row } = this;
    const state = row.state === "reading" && row.isHeld ? "reading_held" : row.state;
    const facts = { percent: this.percent, sent: sizeWords(row.sent), size: sizeWords(row.size), ...row.told };
    const parts = [fill(this.sentences[`is_${state.replace("-", "_")}`] ?? "", facts)];
    if (row.state === "sending") parts.push(...row.block.rateWords(row.rate.perSecond(), row.size - row.sent));
    if (row.isPromised && row.isUnderWay) parts.push(this.sentences.is_promised);
    return parts.filter(Boolean).join(" · ");
  }

  /** A reader by ear hears each tenth, not each packet. */
  tellTenth() {
    const tenth = Math.floor(this.row.percent / 10);
    if (this.row.state !== "sending" || tenth <= (this.tenth ?? 0)) return;
    this.tenth = tenth;
    this.row.block.say(fill(this.sentences.spoken_percent, { name: this.row.name, percent: tenth * 10 }));
  }
}
