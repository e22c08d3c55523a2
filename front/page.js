// What the page tells its scripts: the token against forged requests, and the sentences, which come from the catalogue.

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** After signing in again elsewhere the page goes on with the new token, in its forms too. */
export function setCsrfToken(token) {
  document.querySelectorAll('meta[name="csrf-token"]').forEach((meta) => {
    meta.content = token;
  });
  document.querySelectorAll('input[name="csrf_token"]').forEach((field) => {
    field.value = token;
  });
}

/** After signing in again elsewhere this page fetches the new token; false while nobody is signed in. */
export async function renewCsrfToken() {
  const page = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  if (!page.ok || page.redirected) return false;
  const token = new DOMParser().parseFromString(await page.text(), "text/html").querySelector('meta[name="csrf-token"]');
  if (token) setCsrfToken(token.content);
  return Boolean(token);
}

/** A sentence of the page's own, from the catalogue, with its {places} filled in. */
export function pageSentence(name, facts = {}) {
  return fill(JSON.parse(document.body.dataset.pageWords || "{}")[name] ?? "", facts);
}

export function fill(text, facts) {
  return Object.entries(facts).reduce((filled, [key, value]) => filled.split(`{${key}}`).join(String(value)), text);
}

/** Bytes as the server writes them: MB with one decimal, GB from 1 GB on. */
export function sizeWords(bytes) {
  const megabytes = bytes / 1048576;
  return megabytes >= 1024 ? `${(megabytes / 1024).toFixed(1)} GB` : `${Math.max(megabytes, bytes ? 0.1 : 0).toFixed(1)} MB`;
}

/** After a failed POST the list of errors is what the reader needs first. */
export function focusFirstNotice() {
  document.querySelector("[data-focus]")?.focus();
}
