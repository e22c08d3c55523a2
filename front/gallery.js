// Pictures in a large view, and their order by dragging. Without this script a picture opens by its link and moves by its buttons.
import PhotoSwipe from "photoswipe";
import PhotoSwipeLightbox from "photoswipe/lightbox";
import Sortable from "sortablejs";
import "./gallery.css";
import { csrfToken } from "./page.js";

const SELECTOR = "a[data-pswp-width]";

function begin() {
  document.querySelectorAll("[data-gallery]").forEach((place) => {
    const words = JSON.parse(place.dataset.gallery);
    if (!place.dataset.galleryWatched) showLarge(place, words);
    place.dataset.galleryWatched = "yes";
    place.querySelectorAll("[data-ordered]:not(.is-ordered)").forEach((list) => letOrder(list, place, words));
  });
}

function showLarge(place, words) {
  const lightbox = new PhotoSwipeLightbox({
    gallery: place,
    children: SELECTOR,
    pswpModule: PhotoSwipe,
    bgOpacity: 0.92,
    closeTitle: words.close,
    zoomTitle: words.zoom,
    arrowPrevTitle: words.previous,
    arrowNextTitle: words.next,
    errorMsg: words.failed,
  });
  lightbox.on("uiRegister", () => {
    lightbox.pswp.ui.registerElement({
      name: "words",
      order: 9,
      isButton: false,
      appendTo: "root",
      onInit: (element, shown) => {
        element.setAttribute("aria-live", "polite");
        shown.on("change", () => {
          element.textContent = shown.currSlide.data.element?.dataset.words ?? "";
        });
      },
    });
  });
  lightbox.init();
}

function letOrder(list, place, words) {
  list.classList.add("is-ordered");
  Sortable.create(list, {
    animation: 120,
    draggable: ".file-card",
    // A field is for writing in it, a film for playing it.
    handle: ".file-picture",
    delay: 200,
    delayOnTouchOnly: true,
    onEnd: (event) => {
      if (event.oldIndex !== event.newIndex) put(event.item, event.newIndex + 1, list, place, words);
    },
  });
}

/** Post the new place with everything that was typed in this list, and show the list as the server now has it. */
async function put(card, to, list, place, words) {
  const body = new FormData();
  body.append("csrf_token", csrfToken());
  for (const field of list.querySelectorAll("input, select, textarea")) {
    const isUnticked = (field.type === "checkbox" || field.type === "radio") && !field.checked;
    if (field.name && field.type !== "file" && !isUnticked) body.append(field.name, field.value);
  }
  const index = [...document.querySelectorAll("[data-ordered]")].indexOf(list);
  let fresh;
  try {
    const answer = await fetch(`${card.dataset.moveUrl}?to=${to}`, { method: "POST", body });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      fresh = page.querySelectorAll("[data-ordered]")[index];
    }
  } catch {
    // The line is gone; said below.
  }
  say(place, fresh ? words.moved : words.unmoved);
  if (!fresh) return;
  const shown = document.importNode(fresh, true);
  list.replaceWith(shown);
  letOrder(shown, place, words);
}

function say(place, sentence) {
  let teller = place.querySelector(".gallery-said");
  if (!teller) {
    teller = document.createElement("p");
    teller.className = "gallery-said";
    teller.setAttribute("role", "status");
    place.append(teller);
  }
  teller.textContent = sentence;
}

begin();
document.addEventListener("page:shown", begin);
