// The upload block of one slot (templates/parts/uploader.html): takes files in by choice, camera or drop, and keeps their list.
import { fill, sizeWords } from "../page.js";
import { Door, fileManifest } from "./door.js";
import { Dropping } from "./dropping.js";
import { Overall } from "./overall.js";
import { Row } from "./row.js";

const BETWEEN_WORDS = 1_500; // ms between two sentences for readers by ear

export class Block {
  constructor(root, { courier, line, hashing, freshness }) {
    Object.assign(this, { root, courier, line, hashing, freshness });
    this.sentences = JSON.parse(root.dataset.sentences);
    this.template = root.querySelector("template");
    this.list = root.querySelector("[data-list]");
    this.spoken = root.querySelector("[data-spoken]");
    this.told = root.querySelector("[data-told]");
    this.door = new Door(root.dataset.uploader);
    this.rows = [];
    this.unsaid = [];
    this.overall = new Overall(this);
    this.listen();
    this.look().catch(() => {});
  }

  listen() {
    this.root.classList.add("is-live");
    this.root.querySelectorAll("[data-live]").forEach((part) => (part.hidden = false));
    this.root.addEventListener("change", (event) => this.chose(event));
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-all]");
      if (button) this.overall.press(button.dataset.all);
      if (event.target.closest("[data-pick]")) this.root.querySelector(`[data-source=${event.target.closest("[data-pick]").dataset.pick}]`)?.click();
    });
    new Dropping(this.root.closest("[data-drop]"), (files, isFolder) => this.take(files, isFolder));
  }

  // --- files come in ------------------------------------------------------------------------------------------------

  chose(event) {
    const input = event.target;
    if (input.type !== "file") return;
    const files = [...input.files];
    // What is taken here must not be sent once more by the form around it.
    input.value = "";
    input.dispatchEvent(new CustomEvent("file-box:taken", { bubbles: true }));
    this.take(files, input.dataset.source === "folder");
  }

  pick() {
    this.root.querySelector("[data-file-box] input[type=file]")?.click();
  }

  take(files, isFolder = false) {
    const fitting = isFolder ? files.filter((file) => this.bearsAnEnding(file.name)) : files;
    const left = files.length - fitting.length;
    this.tell(left ? fill(this.sentences.left_out, { count: left }) : "");
    if (!fitting.length) return;
    this.opened = undefined;
    fitting.forEach((file) => this.add(file));
    this.changed();
  }

  add(file) {
    const row = new Row(this, { file, name: file.name, size: file.size });
    this.rows.push(row);
    this.list.append(row.card.element);
    const limit = Number(this.root.dataset.limit);
    if (file.size > limit) row.refuse("unusable", [fill(this.sentences.too_large, { name: file.name, size: sizeWords(file.size), limit: this.root.dataset.limitWords })]);
    else if (!file.size) row.refuse("unusable", [fill(this.sentences.empty, { name: file.name })]);
    else if (!this.bearsAnEnding(file.name)) row.refuse("unusable", [fill(this.sentences.wrong_type, { name: file.name })]);
    else row.read();
  }

  bearsAnEnding(name) {
    const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
    return name.includes(".") && !name.startsWith(".") && this.root.dataset.endings.split(" ").includes(ending);
  }

  // --- what the server holds already --------------------------------------------------------------------------------

  /** Asks which uploads are open, and lists those that nobody on this page carries. */
  async look() {
    const open = await this.door.open();
    const mine = new Set(this.rows.filter((row) => row.file).map((row) => row.url));
    this.rows.filter((row) => row.state === "unfinished").forEach((row) => row.vanish());
    open.filter((one) => !mine.has(one.url) && one.offset < one.length).forEach((one) => this.listUnfinished(one));
    this.changed();
    return open;
  }

  listUnfinished(one) {
    const words = { caption: one.caption ?? "", area: one.focus_area ? String(one.focus_area) : "" };
    const told = { by: one.by, touched: one.touched, expires: one.expires };
    const row = new Row(this, { name: one.name, size: one.length, url: one.url, sent: one.offset, words, told });
    this.rows.push(row);
    this.list.append(row.card.element);
    row.show("unfinished");
  }

  /** Is this content on its way already, or other content under its name? True when the row may go on. */
  async settle(row) {
    this.opened ??= this.look();
    let open;
    try {
      open = await this.opened;
    } catch (trouble) {
      this.opened = undefined;
      throw trouble;
    }
    row.isSettled = true;
    const same = open.find((one) => row.sums.sha256 && one.sha256 === row.sums.sha256 && one.length === row.size);
    if (same && !this.rows.some((other) => other !== row && other.file && other.url === same.url)) {
      row.continueFrom(same);
      this.rows.find((other) => other.state === "unfinished" && other.url === same.url)?.vanish();
      return true;
    }
    const other = row.sums.sha256 && open.some((one) => one.name === row.name && one.length === row.size);
    if (other) {
      this.line.leave(row);
      row.show("other");
    }
    return !other;
  }

  isTwice(row) {
    return this.rows.some((other) => other !== row && other.isUnderWay && row.sums.sha256 && other.sums.sha256 === row.sums.sha256);
  }

  // --- the way out --------------------------------------------------------------------------------------------------

  /** The file is in: the page shows it in its place, with what was typed meanwhile. */
  async arrived(row) {
    this.overall.arrived(row);
    this.say(fill(this.sentences.spoken_arrived, { name: row.name }));
    await this.freshness.refresh();
    const focused = row.card.focusedWord();
    row.vanish();
    this.freshness.moveIn(row, focused, this.root.dataset.kind);
  }

  forget(row) {
    this.rows = this.rows.filter((other) => other !== row);
    this.changed();
  }

  takeFocus() {
    (this.root.querySelector("[data-file-box] input[type=file]") ?? this.root.querySelector("[data-do]:not([hidden])"))?.focus();
  }

  async manifest() {
    const rows = this.rows.filter((row) => row.isUnderWay && row.sums.sha256 && !row.isPromised);
    const files = rows.map(({ name, size, sums, words }) => ({ name, size, sha256: sums.sha256, caption: words.caption }));
    try {
      const told = await fileManifest(this.root.dataset.manifest, files);
      const taken = new Set(told.files.map((file) => file.sha256));
      rows.forEach((row) => {
        row.isPromised = taken.has(row.sums.sha256);
        row.card.paint({ isUrgent: true });
      });
      this.tell([taken.size ? fill(this.sentences.manifest_filed, { count: taken.size }) : "", ...(told.reasons ?? [])].join(" "));
    } catch (trouble) {
      this.tell(trouble.reasons?.join(" ") || this.sentences.manifest_failed);
    }
    this.changed();
    await this.freshness.refresh();
  }

  // --- what is told -------------------------------------------------------------------------------------------------

  tell(sentence) {
    this.told.textContent = sentence;
    this.told.hidden = !sentence;
  }

  /** For readers by ear: one sentence after another, none on top of the other. */
  say(sentence) {
    this.unsaid.push(sentence);
    this.saying ??= setInterval(() => {
      this.spoken.textContent = this.unsaid.shift() ?? "";
      if (this.unsaid.length) return;
      clearInterval(this.saying);
      this.saying = undefined;
    }, BETWEEN_WORDS);
  }

  changed() {
    this.root.querySelector("[data-work]").hidden = !this.rows.length;
    this.overall.show();
  }

  paint() {
    this.overall.paint();
  }

  /** “2.3 MB/s”, “about 3 minutes left”; nothing while the speed is not known. */
  rateWords(perSecond, rest) {
    if (!perSecond) return [];
    return [`${sizeWords(perSecond)}/s`, this.timeWords(rest / perSecond)];
  }

  timeWords(seconds) {
    const minutes = Math.round(seconds / 60);
    if (seconds < 60) return fill(this.sentences.left_seconds, { seconds: Math.max(1, Math.ceil(seconds)) });
    if (minutes < 90) return fill(this.sentences.left_minutes, { minutes: Math.max(1, minutes) });
    return fill(this.sentences.left_hours, { hours: Math.round(minutes / 60) });
  }
}
