// Every page's script. All of it only makes better what works without it.
import "@tabler/core/dist/js/tabler.min.js";
import htmx from "htmx.org";
import "./app.css";
import { watchFileBoxes } from "./files.js";
import { watchMenus } from "./menus.js";
import { csrfToken, focusFirstNotice } from "./page.js";
import { guardSubmits } from "./submits.js";
import { watchUploads } from "./uploads.js";

window.htmx = htmx;
document.documentElement.classList.add("has-script");

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});

// The order matters: an upload that is sent by the script has already stopped the plain submit when the guard looks.
watchUploads();
guardSubmits();
watchFileBoxes();
watchMenus();
focusFirstNotice();
