// How one message looks: its bubble, and under it what can be done with it.

// Topics that are no question: nobody is asked whether a greeting helped.
const TALK = /^(greet|goodbye|thanks|affirm|deny|stop|book_consultation|fallback)$/;
const LINE = /^\s*(?:[-•*]\s*)?([^:\n]{2,32}):\s+(.+)$/;

export class MessageView {
  // `chat` is the element: strings, clinic, talk, and what a press does.
  constructor(entry, chat) {
    this.entry = entry;
    this.chat = chat;
    this.status = h("span", { class: "status" });
    this.day = h("p", { class: "day" });
    this.node = h("div", { class: "msg " + entry.author }, this.day, this.head(), this.body(), this.foot());
    this.refresh();
  }

  get author() {
    const { entry, chat } = this;
    if (entry.author === "visitor") return chat.t("you");
    return entry.author === "staff" ? entry.staff || chat.talk.state.staff || chat.t("team") : chat.t("assistant");
  }

  head() {
    const { entry, chat } = this;
    if (entry.author === "visitor") return hidden(this.author + ": ");
    const face =
      entry.author === "staff"
        ? h("span", { class: "face staff" }, initials(this.author))
        : h("span", { class: "face" }, initials(chat.logo));
    face.setAttribute("aria-hidden", "true");
    return h("p", { class: "head" }, face, h("b", {}, this.author), this.clock());
  }

  body() {
    const { entry, chat } = this;
    const words = linkify(entry.text, chat.clinic.phone);
    if (entry.asks_for === "confirm") return this.review() ?? h("div", { class: "bubble" }, words);
    return h("div", { class: "bubble" }, words);
  }

  // The summary as a card, where the text has lines of the form "Name: Alex".
  review() {
    const lines = this.entry.text.split("\n");
    const fields = lines.map((line) => LINE.exec(line));
    if (fields.filter(Boolean).length < 2) return null;
    const first = fields.findIndex(Boolean);
    const said = (part) => part.join("\n").trim();
    const last = fields.findLastIndex(Boolean);
    const before = said(lines.slice(0, first));
    const after = said(lines.slice(last + 1));
    const rows = fields
      .slice(first, last + 1)
      .flatMap((field, at) =>
        field
          ? h("div", {}, h("dt", {}, field[1]), h("dd", {}, field[2]))
          : lines[first + at].trim()
            ? h("div", {}, h("dd", {}, lines[first + at].trim()))
            : [],
      );
    return h(
      "div",
      { class: "bubble card" },
      before && h("p", {}, before),
      h("dl", {}, rows),
      after && h("p", {}, linkify(after)),
    );
  }

  clock() {
    const at = new Date(this.entry.at);
    return h(
      "time",
      { datetime: this.entry.at },
      at.toLocaleTimeString(this.chat.language, { hour: "2-digit", minute: "2-digit" }),
    );
  }

  foot() {
    const { entry } = this;
    if (entry.author === "visitor") return h("p", { class: "foot" }, this.clock(), this.status);
    const answer = entry.sources?.length || entry.topics?.some((topic) => !TALK.test(topic));
    return entry.author === "bot" && answer ? this.tools() : null;
  }

  // aria-live is off here: a new answer is read out, its buttons are not.
  tools() {
    const { entry, chat } = this;
    const row = h("div", { class: "tools", "aria-live": "off" });
    if (entry.sources?.length) {
      const list = h("ul", { class: "sources", id: "sources-" + entry.id, hidden: true });
      const toggle = h(
        "button",
        {
          type: "button",
          class: "quiet",
          "aria-expanded": "false",
          "aria-controls": list.id,
          onclick: () => this.showSources(toggle, list),
        },
        icon("book"),
        chat.t("sources"),
      );
      row.append(toggle, list);
    }
    const thumbs = [true, false].map((helpful) =>
      iconButton(helpful ? "up" : "no", chat.t(helpful ? "helpful" : "unhelpful"), {
        "aria-pressed": String(entry.helpful === helpful),
        onclick: () => this.rate(helpful, thumbs),
      }),
    );
    row.prepend(h("span", { class: "thumbs" }, thumbs));
    return row;
  }

  async showSources(toggle, list) {
    const open = toggle.getAttribute("aria-expanded") === "true";
    if (!open) {
      let facts;
      try {
        facts = await this.chat.facts();
      } catch {
        return this.chat.announce(this.chat.t("sources_failed"), true);
      }
      // One item for each section of the document, with what it says.
      const sections = new Map();
      for (const fact of this.entry.sources.map((id) => facts.get(id)).filter(Boolean)) {
        sections.set(fact.section, [...(sections.get(fact.section) ?? []), h("p", {}, fact.text)]);
      }
      list.replaceChildren(...[...sections].map(([section, texts]) => h("li", {}, h("cite", {}, section), texts)));
    }
    toggle.setAttribute("aria-expanded", String(!open));
    list.hidden = open;
    if (!open) list.scrollIntoView({ block: "nearest" });
  }

  async rate(helpful, thumbs) {
    const before = this.entry.helpful;
    const show = (value) => {
      this.entry.helpful = value;
      thumbs.forEach((thumb, at) => thumb.setAttribute("aria-pressed", String(value === !at)));
    };
    if (before === helpful) return;
    show(helpful);
    try {
      await this.chat.talk.feedback(this.entry.id, helpful);
      this.chat.announce(this.chat.t("feedback_thanks"));
    } catch {
      show(before);
    }
  }

  // What changes after the first showing: how far the sending got, and what stands above it.
  refresh(previous) {
    const { entry, chat } = this;
    const joined =
      previous &&
      previous.author === entry.author &&
      previous.staff === entry.staff &&
      Date.parse(entry.at) - Date.parse(previous.at) < 180_000;
    const day = new Date(entry.at).toDateString();
    const newDay = !previous || new Date(previous.at).toDateString() !== day;
    this.node.classList.toggle("joined", Boolean(joined && !newDay));
    this.day.hidden = !newDay;
    this.day.textContent = newDay ? chat.dayName(new Date(entry.at)) : "";
    if (entry.author !== "visitor") return;
    clearInterval(this.timer);
    this.node.classList.toggle("failed", entry.status === "failed");
    this.node.classList.toggle("pending", Boolean(entry.status));
    this.status.replaceChildren(...this.statusParts());
  }

  statusParts() {
    const { entry, chat } = this;
    const { status, problem } = entry;
    if (status === "sending") return [" · " + chat.t("sending")];
    if (status === "waiting") return [" · " + chat.t(navigator.onLine ? "retrying" : "waiting_network")];
    if (status === "limited") {
      const text = () =>
        " · " + format(chat.t("limited"), { seconds: Math.max(1, Math.ceil((entry.until - Date.now()) / 1000)) });
      const line = h("span", { "aria-live": "off" }, text());
      this.timer = setInterval(
        () => (line.isConnected ? (line.textContent = text()) : clearInterval(this.timer)),
        1000,
      );
      return problem?.detail ? [line, this.explained(problem.detail)] : [line];
    }
    if (status !== "failed") return [];
    const down = problem.status >= 500;
    return [
      h("span", { class: "bad" }, " · " + chat.t("not_sent")),
      this.explained(problem.detail || (down ? chat.t("unavailable") + " " + chat.callUs() : "")),
      h(
        "span",
        { class: "acts" },
        down &&
          h("button", { type: "button", class: "small", onclick: () => chat.talk.retry(entry.key) }, chat.t("retry")),
        down &&
          chat.clinic.contact_form !== false &&
          h(
            "button",
            { type: "button", class: "small", onclick: () => chat.showContact(entry.text) },
            chat.t("leave_details"),
          ),
        !down && h("button", { type: "button", class: "small", onclick: () => chat.edit(entry) }, chat.t("edit")),
      ),
    ];
  }

  explained(detail) {
    return h("span", { class: "detail" }, linkify(detail, this.chat.clinic.phone));
  }
}

export const initials = (name) =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word[0])
    .join("")
    .toUpperCase();
