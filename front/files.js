// A file box says which files are chosen and how large they are together, before anything is sent.
import { fill, sizeWords } from "./page.js";

export function watchFileBoxes() {
  document.addEventListener("change", (event) => {
    const box = event.target.closest?.("[data-file-box]");
    if (box && event.target.type === "file") show(box, event.target.files);
  });
  // The uploader has taken the files over and tells of each by itself.
  document.addEventListener("file-box:taken", (event) => {
    event.target.closest("[data-file-box]")?.querySelector(".file-chosen").replaceChildren();
  });
  document.querySelectorAll("[data-file-box] input[type=file]").forEach((input) => {
    if (input.files.length) show(input.closest("[data-file-box]"), input.files);
  });
}

function show(box, files) {
  const chosen = box.querySelector(".file-chosen");
  chosen.replaceChildren();
  if (!files.length) return;
  const total = [...files].reduce((sum, file) => sum + file.size, 0);
  const head = document.createElement("p");
  head.textContent = fill(box.dataset.chosen, { count: files.length, size: sizeWords(total) });
  const list = document.createElement("ul");
  for (const file of files) {
    const item = document.createElement("li");
    item.textContent = `${file.name} · ${sizeWords(file.size)}`;
    list.append(item);
  }
  chosen.append(head, list);
}
