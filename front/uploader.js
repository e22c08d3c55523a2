// The report page's upload blocks: files go in one by one, can be broken off and taken up again, while the page stays in use.
import { Block } from "./uploading/block.js";
import { Courier } from "./uploading/courier.js";
import { Freshness } from "./uploading/freshness.js";
import { Hashing } from "./uploading/hashing.js";
import { Line } from "./uploading/line.js";

export function beginUploads() {
  const roots = [...document.querySelectorAll("[data-uploader]:not(.is-live)")];
  if (!roots.length) return;
  const form = roots[0].closest("form");
  const blocks = [];
  const isBusy = () => blocks.some((block) => block.rows.some((row) => row.isUnderWay));
  const shared = { courier: new Courier(form), line: new Line(), hashing: new Hashing(form.dataset.hasher), freshness: new Freshness(form, isBusy) };
  blocks.push(...roots.map((root) => new Block(root, shared)));
  const again = () => blocks.flatMap((block) => block.rows).forEach((row) => row.again());
  window.addEventListener("online", again);
  document.addEventListener("visibilitychange", () => document.hidden || again());
  window.addEventListener("beforeunload", (event) => isBusy() && event.preventDefault());
}
