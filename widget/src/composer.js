// Where the visitor writes. What is asked for decides keyboard and autofill; words are always possible as well.

const MODES = {
  words: { label: "write", name: "message" },
  name: { label: "write_name", type: "text", autocomplete: "name", name: "name", autocapitalize: "words" },
  phone: { label: "write_phone", type: "tel", autocomplete: "tel", name: "tel" },
  email: { label: "write_email", type: "email", autocomplete: "email", name: "email" },
};
const ASKED = {
  name: ["name"],
  phone: ["phone", "words"],
  email: ["email", "words"],
  contact: ["phone", "email", "words"],
};
const MOST = 2000;

export class Composer {
  constructor(chat) {
    this.chat = chat;
    this.asked = null;
    this.words = h("textarea", { rows: 1, maxlength: MOST, enterkeyhint: "send", oninput: () => this.changed() });
    this.line = h("input", { maxlength: MOST, enterkeyhint: "send", hidden: true, oninput: () => this.changed() });
    this.label = h("label", { class: "sr" });
    this.button = iconButton("send", chat.t("send"), { type: "submit", class: "icon sendbutton" });
    this.modes = h("div", { class: "modes", role: "group", "aria-label": chat.t("modes"), hidden: true });
    this.picker = this.timePicker();
    this.form = h(
      "form",
      {
        class: "composer",
        novalidate: true,
        onsubmit: (event) => this.submit(event),
        onkeydown: (event) => this.key(event),
      },
      this.modes,
      this.picker,
      this.label,
      h("div", { class: "field" }, this.words, this.line, this.button),
    );
    this.words.value = chat.pages.get("draft") ?? "";
    this.mode("words");
  }

  get field() {
    return this.words.hidden ? this.line : this.words;
  }

  // Follows `asks_for` of the newest message.
  ask(asked) {
    if (asked === this.asked) return;
    this.asked = asked;
    const modes = ASKED[asked] ?? ["words"];
    this.modes.hidden = modes.length < 2;
    this.modes.replaceChildren(
      ...(this.modes.hidden ? [] : modes).map((mode) =>
        h(
          "button",
          { type: "button", class: "small", "data-mode": mode, onclick: () => (this.mode(mode), this.field.focus()) },
          this.chat.t("mode_" + mode),
        ),
      ),
    );
    this.picker.hidden = asked !== "time";
    this.mode(modes[0]);
  }

  mode(mode) {
    const { label, ...attributes } = MODES[mode];
    const focused = this.field.matches(":focus");
    const value = this.field.value;
    this.words.hidden = mode !== "words";
    this.line.hidden = mode === "words";
    for (const name of ["type", "autocomplete", "autocapitalize", "name"]) {
      if (attributes[name]) this.field.setAttribute(name, attributes[name]);
      else this.field.removeAttribute(name);
    }
    this.words.id = this.line.id = "";
    this.field.id = "field";
    this.field.value = value;
    this.field.placeholder = this.label.textContent = this.chat.t(label);
    this.label.htmlFor = "field";
    for (const button of this.modes.children) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    if (focused) this.field.focus();
    this.changed();
  }

  // Native pickers: they are accessible everywhere and known to the visitor.
  timePicker() {
    const { chat } = this;
    const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
    const date = h("input", { type: "date", id: "date", min: today });
    const time = h("input", { type: "time", id: "time", step: 900 });
    const use = h(
      "button",
      { type: "button", class: "small strong", disabled: true, onclick: () => this.useTime(date, time) },
      chat.t("use_time"),
    );
    const ready = () => (use.disabled = !date.value || !date.validity.valid);
    date.addEventListener("input", ready);
    const fields = h(
      "div",
      { class: "when", hidden: true, id: "when" },
      h("label", {}, chat.t("date"), date),
      h("label", {}, chat.t("time"), time),
      use,
    );
    const toggle = h(
      "button",
      {
        type: "button",
        class: "small",
        "aria-expanded": "false",
        "aria-controls": "when",
        onclick: () => {
          fields.hidden = !fields.hidden;
          toggle.setAttribute("aria-expanded", String(!fields.hidden));
          if (!fields.hidden) date.focus();
        },
      },
      icon("calendar"),
      chat.t("pick_time"),
    );
    return h("div", { class: "picker", hidden: true }, toggle, fields);
  }

  useTime(date, time) {
    const [year, month, day] = date.value.split("-").map(Number);
    // English always: these words are for the assistant, which knows no other date format.
    const words = new Date(year, month - 1, day)
      .toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" })
      .replace(",", "");
    this.chat.say({ text: time.value ? words + " at " + time.value : words });
    date.value = time.value = "";
  }

  put(text) {
    this.field.value = text;
    this.changed();
    this.field.focus();
  }

  changed() {
    const { words } = this;
    this.button.disabled = !this.field.value.trim();
    this.chat.pages.set("draft", this.field.value || null);
    if (words.hidden) return;
    // Grows with what is written, up to what the stylesheet allows.
    words.style.setProperty("height", "auto");
    if (words.value) words.style.setProperty("height", words.scrollHeight + "px");
  }

  key(event) {
    if (event.target === this.words && event.key === "Enter" && !event.shiftKey && !event.isComposing)
      this.submit(event);
  }

  submit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return;
    this.field.value = "";
    this.changed();
    this.chat.say({ text });
  }
}
