// Files and folders dropped anywhere on a slot's panel.
import { getDroppedFiles } from "@uppy/core/utils";

export class Dropping {
  constructor(area, take) {
    this.area = area;
    this.depth = 0;
    area.addEventListener("dragenter", (event) => this.over(event, 1));
    area.addEventListener("dragleave", (event) => this.over(event, -1));
    area.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
    area.addEventListener("drop", async (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.depth = 0;
      area.classList.remove("is-drop");
      // Asked before anything is awaited: afterwards the browser has forgotten what was dropped.
      const isFolder = [...event.dataTransfer.items].some((item) => item.webkitGetAsEntry?.()?.isDirectory);
      take(await getDroppedFiles(event.dataTransfer), isFolder);
    });
  }

  /** Each element inside tells of entering and leaving; only the panel's own edge counts. */
  over(event, step) {
    if (!hasFiles(event)) return;
    this.depth = Math.max(0, this.depth + step);
    this.area.classList.toggle("is-drop", this.depth > 0);
  }
}

function hasFiles(event) {
  return [...(event.dataTransfer?.types ?? [])].includes("Files");
}
