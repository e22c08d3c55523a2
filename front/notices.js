// A notice of the page's own kind (parts/alert.html), put above a form by a script; one of each kind at a time.

const DRAWINGS = { info: "info", success: "success", warning: "warning", danger: "danger" };
const SVG = "http://www.w3.org/2000/svg";

/** Shows the notice and returns its body, for a button to be added. */
export function notice(form, kind, text) {
  form.querySelector(`:scope > [data-script-notice="${kind}"]`)?.remove();
  const box = document.createElement("div");
  box.className = `notice notice-${kind}`;
  box.dataset.scriptNotice = kind;
  box.setAttribute("role", kind === "info" || kind === "success" ? "status" : "alert");
  const body = document.createElement("div");
  body.className = "notice-body";
  const line = document.createElement("p");
  line.textContent = text;
  body.append(line);
  box.append(drawing(kind), body);
  form.prepend(box);
  return body;
}

function drawing(kind) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "shape notice-shape");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#shape-${DRAWINGS[kind]}`);
  svg.append(use);
  return svg;
}
