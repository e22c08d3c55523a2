// The page of one report: its text saves itself.
import { Autosave } from "./autosave.js";

function begin() {
  const form = document.querySelector("form[data-autosave-url]");
  if (form && !form.dataset.watched) new Autosave(form).begin();
}

begin();
// After a background upload the page is another one in the same window.
document.addEventListener("page:shown", begin);
