// <hairline-chat>: the button in the corner and the panel it opens.

const NARROW = "(max-width: 480px), (max-height: 480px)";
const CONFIG = "config";

export class HairlineChat extends HTMLElement {
  // Another origin may be named by `server`; the script's own is the default.
  connectedCallback() {
    if (this.api) return this.wakeUp();
    const server = this.getAttribute("server") ?? HOME;
    this.api = new Api(server);
    const prefix = "hairline:" + server + ":";
    this.memory = new Memory("localStorage", prefix);
    this.pages = new Memory("sessionStorage", prefix); // of this tab
    this.views = new Map();
    this.shadow = this.attachShadow({ mode: "open" });
    this.brand = new CSSStyleSheet();
    this.shadow.adoptedStyleSheets = [sheet(), this.brand];
    this.talk = new Talk(this.api, this.memory, (what, detail) => this["on_" + what](detail));
    this.root = h("div", { class: "root" });
    // The host page's keyboard shortcuts must not fire while a visitor types in here.
    for (const kind of ["keydown", "keyup", "keypress"])
      this.root.addEventListener(kind, (event) => event.stopPropagation());
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.shadow.append(this.root);
    this.configure(this.memory.get(CONFIG) ?? {});
    this.load();
    this.wakeUp();
  }

  disconnectedCallback() {
    this.asleep.abort();
    this.talk.silence();
  }

  wakeUp() {
    this.asleep = new AbortController();
    const on = (target, kind, work) => target.addEventListener(kind, work, { signal: this.asleep.signal });
    const wake = () => (this.talk.wake(), this.seen());
    on(document, "visibilitychange", wake);
    on(window, "pageshow", wake);
    on(window, "online", () => {
      this.talk.reached(true);
      if (this.opened && !this.talk.credentials) this.begin();
      wake();
    });
    on(window, "offline", () => this.talk.reached(false));
    on(document, "click", (event) => this.hostClick(event));
    on(matchMedia(NARROW), "change", () => this.fit());
    if (window.visualViewport) {
      on(visualViewport, "resize", () => this.fit());
      on(visualViewport, "scroll", () => this.fit());
    }
  }

  // --- The clinic's profile ------------------------------------------------------------------------------------------

  t = (name) => {
    const text = this.clinic.strings?.[name] ?? STRINGS[name] ?? "";
    return format(text, {
      clinic: this.clinic.clinic ?? "",
      staff: this.talk.state.staff || this.clinic.strings?.team || STRINGS.team,
    });
  };

  // For times and days: the visitor's own variant of the language the clinic writes in.
  get language() {
    const language = this.clinic.strings?.language || "en";
    return navigator.languages.find((own) => own.startsWith(language.slice(0, 2))) ?? language;
  }

  get logo() {
    return this.clinic.brand?.logo_text || this.clinic.clinic || "?";
  }

  // The profile of the last visit paints the button at once; the current one follows and is kept for the next. A server
  // that does not answer does not keep the button away for long: behind it are the form and the phone number.
  async load() {
    const late = setTimeout(() => this.appear(), this.memory.get(CONFIG) ? 0 : 2500);
    try {
      const clinic = await this.api.call("GET", "/api/widget", { timeout: 8000 });
      this.memory.set(CONFIG, clinic);
      this.configure(clinic);
    } catch {
      // What the last visit or the page's own snippet told must do.
    }
    clearTimeout(late);
    this.appear();
    if (this.talk.exists) this.begin();
    else this.tease();
  }

  appear() {
    if (this.launcher) return;
    this.build();
    this.root.classList.add("ready");
    if (this.pages.get("open")) this.open({ quietly: true });
  }

  configure(clinic) {
    this.clinic = { phone: this.getAttribute("phone") ?? "", clinic: this.getAttribute("clinic") ?? "", ...clinic };
    this.brand.replaceSync(brandSheet(clinic.brand));
    const theme = this.memory.get("theme") ?? this.getAttribute("theme");
    this.root.dataset.theme = theme ?? "";
    this.root.dataset.position = this.getAttribute("position") ?? clinic.position ?? "right";
    this.root.lang = this.clinic.strings?.language || "";
    if (this.launcher) this.label();
  }

  // --- Building ------------------------------------------------------------------------------------------------------

  build() {
    this.badge = h("span", { class: "badge", hidden: true, "aria-hidden": "true" });
    this.launcher = h(
      "button",
      {
        type: "button",
        class: "launcher",
        "aria-expanded": "false",
        "aria-haspopup": "dialog",
        onclick: () => this.toggle(),
      },
      icon("chat"),
      icon("down"),
      this.badge,
    );
    // Spoken by screen readers, seen by nobody.
    this.polite = h("div", { class: "sr", role: "status" });
    this.root.append(this.launcher, this.polite);
    this.label();
  }

  // Everything else waits for the first opening, so that a page that nobody chats on pays next to nothing.
  buildPanel() {
    const { t } = this;
    this.heading = h("h2", { id: "title", tabindex: -1 });
    this.presence = h("p", { class: "presence" });
    this.menuButton = iconButton("more", t("menu"), {
      "aria-expanded": "false",
      "aria-controls": "menu",
      onclick: () => this.showMenu(this.menu.hidden),
    });
    this.menu = h("div", {
      class: "menu",
      id: "menu",
      hidden: true,
      onfocusout: ({ relatedTarget: to }) =>
        to && !this.menu.contains(to) && to !== this.menuButton && this.showMenu(false),
    });
    this.banner = h("div", { class: "banner", role: "status" });
    this.log = h("div", { class: "log", role: "log", "aria-label": t("log"), "aria-relevant": "additions" });
    this.dots = h("div", { class: "dots", hidden: true, "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    this.choices = h("div", { class: "choices", role: "group", "aria-label": t("suggestions"), hidden: true });
    this.scroller = h(
      "div",
      { class: "scroller", tabindex: 0, role: "region", "aria-label": t("log"), onscroll: () => this.scrolled() },
      this.log,
      this.dots,
      this.choices,
    );
    this.latest = h(
      "button",
      { type: "button", class: "latest", hidden: true, onclick: () => this.toEnd(true) },
      icon("down"),
      t("latest"),
    );
    this.composer = new Composer(this);
    this.main = h(
      "div",
      { class: "main" },
      this.banner,
      h("div", { class: "stage" }, this.scroller, this.latest),
      this.composer.form,
    );
    this.pane = h("div", { class: "pane", hidden: true });
    const mark = h("span", { class: "mark", "aria-hidden": "true" }, initials(this.logo));
    this.header = h(
      "div",
      { class: "header" },
      mark,
      h("div", { class: "who" }, this.heading, this.presence),
      this.menuButton,
      iconButton("close", t("close"), { onclick: () => this.close() }),
    );
    this.inner = h("div", { class: "inner" }, this.header, this.menu, this.main, this.pane);
    this.panel = h(
      "div",
      { class: "panel", id: "panel", role: "dialog", "aria-labelledby": "title", hidden: true },
      this.inner,
    );
    this.root.prepend(this.panel);
    this.label();
    // What takes room (pickers, the keyboard, a long draft) must not hide the newest message.
    new ResizeObserver(() => this.stuck !== false && this.toEnd()).observe(this.scroller);
    this.launcher.setAttribute("aria-controls", "panel");
    for (const entry of this.talk.entries) this.on_entry(entry);
    this.on_state();
    this.on_network(this.talk.network);
  }

  label() {
    const { unread } = this;
    if (this.heading) this.heading.textContent = this.t("title") || this.t("open");
    const name = this.opened ? this.t("close") : this.t("open");
    this.launcher.setAttribute(
      "aria-label",
      unread && !this.opened ? name + ", " + format(this.t("unread"), { count: unread }) : name,
    );
    this.badge.hidden = !unread || this.opened;
    this.badge.textContent = unread > 9 ? "9+" : unread;
  }

  // The clinic's line beside the closed button, until it was opened or sent away once.
  tease() {
    const line = this.clinic.greeting;
    if (!line || this.memory.get("teased") || this.opened) return;
    const away = () => {
      this.memory.set("teased", true);
      this.teaser?.remove();
    };
    this.teaser = h(
      "div",
      { class: "teaser" },
      h("button", { type: "button", class: "say", onclick: () => this.open() }, line),
      iconButton("close", this.t("cancel"), { onclick: () => (away(), this.launcher.focus()) }),
    );
    this.addEventListener("hairline-open", away, { once: true });
    this.root.append(this.teaser);
  }

  // --- Opening and closing -------------------------------------------------------------------------------------------

  toggle() {
    return this.opened ? this.close() : this.open();
  }

  // `quietly`: after a reload, without taking the focus from where the visitor is.
  open({ quietly = false } = {}) {
    if (this.opened) return;
    if (!this.launcher) this.appear();
    if (this.opened) return; // it was open on the page before
    if (!this.panel) this.buildPanel();
    this.opened = this.talk.wanted = true;
    this.talk.staged = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.panel.hidden = false;
    this.launcher.setAttribute("aria-expanded", "true");
    this.root.classList.add("open");
    this.pages.set("open", true);
    this.fit();
    this.toEnd();
    this.seen();
    this.opener = document.activeElement;
    if (!quietly) this.focusInside();
    this.begin();
    this.dispatchEvent(new CustomEvent("hairline-open"));
  }

  // On a phone the field is not focused: the keyboard would hide the greeting before it is read.
  focusInside() {
    if (matchMedia("(pointer: coarse)").matches || !this.pane.hidden) this.heading.focus();
    else this.composer.field.focus({ preventScroll: true });
  }

  close() {
    if (!this.opened) return;
    this.opened = this.talk.wanted = this.talk.staged = false;
    this.showMenu(false);
    this.panel.hidden = true;
    this.launcher.setAttribute("aria-expanded", "false");
    this.root.classList.remove("open");
    this.pages.set("open", null);
    this.seen();
    // Back to what opened it, the page's own button for one.
    const { opener } = this;
    if (opener && opener !== document.body && opener !== this && opener.isConnected) opener.focus();
    else this.launcher.focus();
    this.dispatchEvent(new CustomEvent("hairline-close"));
  }

  // Any element of the host page opens the chat by carrying `data-hairline-open`; its value, if any, is said at once.
  hostClick(event) {
    const opener = event.target.closest?.("[data-hairline-open]");
    if (!opener || event.defaultPrevented) return;
    event.preventDefault();
    this.open();
    const words = opener.dataset.hairlineOpen;
    if (words) this.say({ text: words });
  }

  key(event) {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.preventDefault();
      if (this.question) this.question.cancel();
      else if (this.menu && !this.menu.hidden) this.showMenu(false, true);
      else this.close();
    }
    if (event.key === "Tab" && this.opened && this.root.classList.contains("full")) this.keepInside(event);
  }

  // Where the panel fills the screen the page behind it must not be reached.
  keepInside(event) {
    const stops = [
      ...(this.question?.node ?? this.panel).querySelectorAll("button, input, textarea, a, [tabindex='0']"),
    ].filter((stop) => !stop.disabled && stop.getClientRects().length && !stop.closest("[inert]"));
    const [first, last] = [stops[0], stops.at(-1)];
    const at = this.shadow.activeElement;
    if (event.shiftKey && (at === first || at === this.heading)) (event.preventDefault(), last.focus());
    else if (!event.shiftKey && at === last) (event.preventDefault(), first.focus());
  }

  // On small screens the panel is exactly as large as what the keyboard leaves free.
  fit() {
    if (!this.panel) return;
    const full = matchMedia(NARROW).matches;
    const view = window.visualViewport;
    this.root.classList.toggle("full", full);
    this.panel.setAttribute("aria-modal", String(full && this.opened));
    const zoomed = view && view.scale > 1.01; // the visitor's own zoom is not ours to fight
    const set = (name, value) => this.panel.style.setProperty(name, value);
    set("--height", full && view && !zoomed ? view.height + "px" : "");
    set("--top", full && view && !zoomed ? view.offsetTop + "px" : "");
    if (full && this.stuck !== false) this.toEnd();
  }

  // --- The conversation ----------------------------------------------------------------------------------------------

  async begin() {
    if (this.talk.credentials && this.talk.line) return;
    const slow = setTimeout(() => this.on_typing(true), 300);
    try {
      await this.talk.start({ opening: this.opened });
      if (this.pane && !this.pane.hidden && this.contact) this.retryChat();
    } catch (problem) {
      if (this.opened) this.on_down(problem);
    } finally {
      clearTimeout(slow);
      this.talk.typing();
    }
  }

  say(words) {
    this.talk.say(words);
    if (!this.talk.credentials) this.begin();
    this.toEnd();
    // The pressed choice is gone; the focus must not fall back to the host page.
    if (!this.shadow.activeElement && this.opened)
      (matchMedia("(pointer: coarse)").matches ? this.scroller : this.composer.field).focus();
    this.ping();
  }

  edit(entry) {
    this.talk.discard(entry.key);
    this.composer.put(entry.text);
  }

  facts() {
    this.factList ??= this.api
      .call("GET", "/api/facts")
      .then(({ facts }) => new Map(facts.map((fact) => [fact.id, fact])))
      .catch((problem) => {
        this.factList = null;
        throw problem;
      });
    return this.factList;
  }

  on_entry(entry) {
    this.seen(entry);
    if (!this.panel) return;
    const { entries } = this.talk;
    const at = entries.indexOf(entry);
    let view = this.views.get(entry);
    const follow = this.stuck !== false || entry.author === "visitor";
    if (!view) {
      view = new MessageView(entry, this);
      this.views.set(entry, view);
      const next = entries
        .slice(at + 1)
        .map((other) => this.views.get(other))
        .find(Boolean);
      this.log.insertBefore(view.node, next?.node ?? null);
      if (entries[at + 1]) this.views.get(entries[at + 1])?.refresh(entry);
    }
    view.refresh(entries[at - 1]);
    this.suggest();
    if (follow) this.toEnd();
    else this.latest.hidden = false;
  }

  on_gone(entry) {
    this.views.get(entry)?.node.remove();
    this.views.delete(entry);
    this.suggest();
  }

  // What the newest message offers and asks for; nothing while the visitor's answer to it is on its way.
  suggest() {
    if (!this.panel) return;
    const entry = this.talk.entries.findLast((one) => one.status !== "failed");
    const open = entry && entry.author !== "visitor" && !this.talk.waitingToShow ? entry : {};
    const choices = open.choices ?? [];
    const first = this.talk.entries.length === 1;
    this.composer.ask(open.asks_for ?? null);
    if (this.offered === open.id) return;
    this.offered = open.id;
    const review = open.asks_for === "confirm";
    this.choices.className = "choices" + (first ? " starters" : "") + (review ? " review" : "");
    this.choices.hidden = !choices.length;
    this.choices.replaceChildren(
      ...choices.map(({ id, title }) =>
        h("button", { type: "button", class: "choice", onclick: () => this.say({ text: title, choice: id }) }, title),
      ),
    );
    if (this.stuck !== false) this.toEnd();
  }

  on_typing(yes) {
    if (!this.panel) return;
    if (this.dots.hidden === !yes) return yes || this.suggest();
    this.dots.hidden = !yes;
    if (yes) this.announce(this.t("answering"));
    if (yes && this.stuck !== false) this.toEnd();
    this.suggest();
  }

  on_state() {
    if (!this.panel) return;
    const state = this.pane?.hidden === false ? "away" : this.talk.state.state;
    this.root.dataset.state = state;
    this.presence.textContent = this.t(state === "bot" ? "assistant" : state);
  }

  on_network(network) {
    if (!this.panel) return;
    const bad = network === "offline" || network === "unreachable";
    this.banner.classList.toggle("shown", bad);
    this.banner.replaceChildren(
      ...(bad
        ? [
            icon("alert"),
            h(
              "span",
              {},
              this.t(network),
              network === "unreachable" && this.clinic.phone ? [" ", linkify(this.callUs(), this.clinic.phone)] : null,
            ),
          ]
        : []),
    );
  }

  on_ended(words) {
    if (words) this.pages.set("draft", words);
    if (words && this.composer) this.composer.put(words);
    this.announce(this.t("ended"), true);
  }

  on_reset() {
    if (!this.panel) return this.seen();
    for (const view of this.views.values()) clearInterval(view.timer);
    this.views.clear();
    this.log.replaceChildren();
    this.offered = null;
    this.on_state();
    this.suggest();
    this.seen();
  }

  on_seen() {
    this.seen();
  }

  // No conversation can be opened. Offline this is only a matter of waiting.
  on_down(problem) {
    if (!navigator.onLine) return this.talk.reached(false);
    if (this.talk.entries.some((entry) => entry.author !== "visitor")) return this.talk.reached(false);
    const words = this.talk.queue.map((item) => item.text).join("\n") || this.composer.field.value;
    this.showContact(words, problem);
  }

  // --- Unread and sound ----------------------------------------------------------------------------------------------

  // Counts what came since the visitor last looked, and looks now if the panel is open.
  seen(arrived) {
    if (!this.launcher) return;
    const heard = this.talk.entries.filter((entry) => entry.author !== "visitor");
    const looking = this.opened && !document.hidden;
    const last = heard.at(-1)?.id;
    if (looking && last && this.memory.get("seen") !== last) this.memory.set("seen", last);
    const seen = heard.findIndex((entry) => entry.id === this.memory.get("seen"));
    this.unread = looking ? 0 : heard.length - 1 - seen;
    if (arrived?.live && arrived.author !== "visitor" && arrived.id && !this.rung?.has(arrived.id))
      this.ring(arrived.id);
    this.label();
  }

  // Browsers let a page make sound only after a press: the context is opened by the press that sends.
  ping() {
    if (!this.memory.get("sound")) return;
    try {
      this.audio ??= new AudioContext();
      this.audio.resume();
    } catch {
      this.audio = null;
    }
  }

  ring(id) {
    (this.rung ??= new Set()).add(id);
    if (!this.memory.get("sound") || !this.audio) return;
    const now = this.audio.currentTime;
    for (const [at, pitch] of [
      [0, 660],
      [0.11, 880],
    ]) {
      const tone = this.audio.createOscillator();
      const volume = this.audio.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0, now + at);
      volume.gain.linearRampToValueAtTime(0.06, now + at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0005, now + at + 0.28);
      tone.connect(volume).connect(this.audio.destination);
      tone.start(now + at);
      tone.stop(now + at + 0.3);
    }
  }

  // --- Menu, questions, panes ----------------------------------------------------------------------------------------

  showMenu(open, refocus) {
    if (!this.menu || this.menu.hidden === !open) return;
    if (open) this.fillMenu();
    this.menu.hidden = !open;
    this.menuButton.setAttribute("aria-expanded", String(open));
    if (open) {
      this.menu.firstChild.focus();
      const outside = (event) => {
        if (event.composedPath().includes(this.menu) || event.composedPath().includes(this.menuButton)) return;
        this.showMenu(false);
      };
      this.root.addEventListener("pointerdown", outside);
      this.leaveMenu = () => this.root.removeEventListener("pointerdown", outside);
    } else {
      this.leaveMenu?.();
      if (refocus) this.menuButton.focus();
    }
  }

  fillMenu() {
    const { t, memory } = this;
    const item = (picture, text, work) =>
      h("button", { type: "button", onclick: () => (this.showMenu(false, true), work()) }, icon(picture), text);
    const dark = getComputedStyle(this.root).colorScheme === "dark";
    this.menu.replaceChildren(
      item(memory.get("sound") ? "mute" : "sound", t(memory.get("sound") ? "sound_off" : "sound_on"), () => {
        memory.set("sound", !memory.get("sound"));
        this.ping();
        this.ring(newKey());
      }),
      item(dark ? "sun" : "moon", t(dark ? "theme_light" : "theme_dark"), () => {
        memory.set("theme", dark ? "light" : "dark");
        this.root.dataset.theme = memory.get("theme");
      }),
      ...(this.clinic.privacy_notice
        ? [item("shield", t("privacy"), () => this.tell(t("privacy"), this.clinic.privacy_notice))]
        : []),
      item("bin", t("clear"), () => this.askToClear()),
    );
  }

  // A small dialog over the panel; everything under it waits.
  ask(title, text, buttons) {
    const from = this.shadow.activeElement;
    const cancel = () => {
      node.remove();
      this.inner.inert = false;
      this.question = null;
      (from?.isConnected ? from : this.heading).focus();
    };
    const node = h(
      "div",
      {
        class: "question",
        role: "alertdialog",
        "aria-modal": "true",
        "aria-labelledby": "question-title",
        "aria-describedby": "question-text",
      },
      h(
        "div",
        { class: "sheet" },
        h("h3", { id: "question-title" }, title),
        h("p", { id: "question-text" }, linkify(text)),
        h("div", { class: "row" }, buttons(cancel)),
      ),
    );
    this.question = { node, cancel };
    this.inner.inert = true;
    this.panel.append(node);
    node.querySelector("button").focus();
  }

  tell(title, text) {
    this.ask(title, text, (cancel) => h("button", { type: "button", class: "primary", onclick: cancel }, this.t("ok")));
  }

  askToClear() {
    const { t } = this;
    this.ask(t("clear_title"), t("clear_text"), (cancel) => [
      h("button", { type: "button", class: "plain", onclick: cancel }, t("cancel")),
      h("button", { type: "button", class: "primary danger", onclick: () => (cancel(), this.clear()) }, t("clear_yes")),
    ]);
  }

  async clear() {
    try {
      await this.talk.clear();
      this.composer.put("");
      await this.begin();
    } catch {
      this.announce(this.t("clear_failed"), true);
    }
  }

  showContact(words, problem) {
    if (this.clinic.contact_form === false) {
      return this.showOutcome("phone", "unavailable", null, null, problem?.detail);
    }
    if (this.contact && !this.pane.hidden) return;
    this.contact = new ContactForm(this, words);
    this.showPane(this.contact.node);
  }

  showOutcome(picture, title, text, back, detail) {
    const { t } = this;
    this.showPane(
      h(
        "div",
        { class: "outcome" },
        h("span", { class: "medal" }, icon(picture)),
        h("h3", { tabindex: -1 }, t(title)),
        h("p", {}, text ? t(text) : linkify(detail ?? "", this.clinic.phone)),
        picture === "check" ? null : this.reachUs(),
        back && h("button", { type: "button", class: "primary", onclick: back }, t("retry")),
        h("button", { type: "button", class: "plain", onclick: () => this.retryChat() }, t("again")),
      ),
    );
  }

  showPane(node) {
    this.pane.replaceChildren(node);
    this.pane.hidden = false;
    this.main.hidden = true;
    this.on_state();
    node.querySelector("h3").focus();
  }

  // Back from the form to the chat, if it is there again.
  retryChat() {
    this.contact = null;
    this.pane.hidden = true;
    this.main.hidden = false;
    this.on_state();
    this.focusInside();
    this.toEnd();
    if (!this.talk.credentials) this.begin();
  }

  // Phone and e-mail as large links, or the honest word that none is known here.
  reachUs() {
    const { phone, email } = this.clinic;
    return h(
      "div",
      { class: "reach" },
      phone && h("a", { href: telHref(phone) }, icon("phone"), phone),
      email && h("a", { href: "mailto:" + email }, icon("mail"), email),
      !phone && !email && h("p", {}, this.t("call_plain")),
    );
  }

  callUs() {
    return this.clinic.phone ? format(this.t("call"), { phone: this.clinic.phone }) : this.t("call_plain");
  }

  // --- Small things --------------------------------------------------------------------------------------------------

  // Says something to screen readers, and where `shown` as a line in the chat as well.
  announce(text, shown) {
    if (shown && this.log) {
      this.log.append(h("p", { class: "line" }, text)); // the log is a live region itself
      return this.toEnd();
    }
    this.polite.textContent = text;
  }

  toEnd(smooth) {
    if (!this.scroller) return;
    this.stuck = true;
    this.latest.hidden = true;
    const still = !smooth || matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: still ? "instant" : "smooth" });
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    // Only a way up lets go of the end: that the room shrank meanwhile is no wish of the visitor's.
    this.stuck = scrollHeight - scrollTop - clientHeight < 60 || (this.stuck && scrollTop >= this.lastTop);
    this.lastTop = scrollTop;
    if (this.stuck) this.latest.hidden = true;
  }

  dayName(day) {
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(day).setHours(0, 0, 0, 0)) / 86_400_000);
    if (days < 2) return this.t(days < 1 ? "today" : "yesterday");
    return day.toLocaleDateString(this.language, { weekday: "long", day: "numeric", month: "long" });
  }
}

let shared;
function sheet() {
  shared ??= new CSSStyleSheet();
  if (!shared.cssRules.length) shared.replaceSync(CSS_TEXT);
  return shared;
}

// The clinic's colours as custom properties, each made readable where it is used.
function brandSheet(brand = {}) {
  const accent = parseHex(brand.accent) ?? parseHex("#1f4d4a");
  const text = readableOn(accent, parseHex(brand.accent_text));
  const values = {
    accent,
    "accent-text": text,
    "ink-light": readableAs(accent, [246, 245, 242]),
    "ink-dark": readableAs(accent, [42, 44, 48]),
  };
  const lines = Object.entries(values).map(([name, colour]) => `--${name}:${toHex(colour)}`);
  return `.root{${lines.join(";")}}`;
}
