// A copy of unsaved text on this computer, for a lost connection, an ended session or a closed window.

// Which window a copy belongs to; it outlives a reload but not the window.
const WINDOW_KEY = "baosong-window";

export class Keeping {
  constructor(key) {
    this.key = `baosong-${key}`;
  }

  /** True when the copy is really there: storage may be full or switched off. */
  keep(text, version) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ ...text, version, window: windowName() }));
      return true;
    } catch {
      return false;
    }
  }

  find() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  /** Forget the copy once the server has the text; another window's copy is left alone. */
  forget() {
    if (this.find()?.window !== windowName()) return;
    localStorage.removeItem(this.key);
  }

  /** Both texts are being put together on the page for it; once the server has a later version than `version`, this is done. */
  mergingOver(version) {
    const kept = this.find();
    if (kept) localStorage.setItem(this.key, JSON.stringify({ ...kept, merged: version }));
  }

  forgetAny() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // Storage is switched off, so there is nothing to forget.
    }
  }
}

function windowName() {
  let name = sessionStorage.getItem(WINDOW_KEY);
  if (!name) {
    name = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
    sessionStorage.setItem(WINDOW_KEY, name);
  }
  return name;
}
