// What must outlive a page: kept in the host origin's own storage under a name of ours, never in a cookie. Where storage
// is blocked (private windows, strict settings) the chat works all the same and is forgotten with the page.

export class Memory {
  constructor(area, prefix) {
    this.prefix = prefix;
    this.here = new Map();
    try {
      this.area = window[area];
      this.area.getItem(prefix);
    } catch {
      this.area = null;
    }
  }

  get(name) {
    try {
      return JSON.parse((this.area ? this.area.getItem(this.prefix + name) : this.here.get(name)) ?? "null");
    } catch {
      return null;
    }
  }

  set(name, value) {
    const text = JSON.stringify(value);
    try {
      if (this.area)
        return value == null ? this.area.removeItem(this.prefix + name) : this.area.setItem(this.prefix + name, text);
    } catch {
      this.area = null; // full or revoked: go on in memory
    }
    this.here.set(name, text);
  }

  // Calls back when another tab changed something.
  watch(changed) {
    const listener = (event) => {
      if (event.storageArea === this.area && event.key?.startsWith(this.prefix))
        changed(event.key.slice(this.prefix.length));
    };
    window.addEventListener("storage", listener);
    return () => window.removeEventListener("storage", listener);
  }
}
