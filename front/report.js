// The page of one report: its text saves itself, its files can be broken off and taken up again.
import { Autosave } from "./autosave.js";
import { Keeping } from "./keeping.js";
import "./uploader.css";
import { beginUploads } from "./uploader.js";

function begin() {
  const form = document.querySelector("form[data-autosave-url]");
  if (form && !form.dataset.watched) new Autosave(form).begin();
  document.querySelectorAll("form[data-merging-key]").forEach(watchMerging);
  beginUploads();
}

/** The copy on this computer is done with when the merged text is saved, and not before. */
function watchMerging(form) {
  const keeping = new Keeping(form.dataset.mergingKey);
  keeping.mergingOver(undefined);
  form.addEventListener("submit", () => keeping.mergingOver(Number(form.elements.version.value)));
}

begin();
// After a background upload the page is another one in the same window.
document.addEventListener("page:shown", begin);
