// When the assistant cannot be reached the panel becomes a form that still gets the visitor's message to the clinic;
// when even that fails, the phone number. A visitor never meets a dead end.

export class ContactForm {
  constructor(chat, words) {
    this.chat = chat;
    this.key = newKey(); // of this message, however often it is tried
    const { t } = chat;
    this.fields = {
      name: h("input", { id: "contact-name", autocomplete: "name", name: "name", required: true, maxlength: 200 }),
      phone: h("input", { id: "contact-phone", type: "tel", autocomplete: "tel", name: "tel", maxlength: 60 }),
      email: h("input", { id: "contact-email", type: "email", autocomplete: "email", name: "email", maxlength: 254 }),
      text: h("textarea", { id: "contact-text", rows: 3, name: "text", required: true, maxlength: 2000 }),
      consent: h("input", { id: "contact-consent", type: "checkbox", name: "consent", required: true }),
    };
    this.fields.text.value = words;
    this.errors = {};
    this.submitButton = h("button", { type: "submit", class: "primary" }, t("contact_send"));
    const { consent } = this.fields;
    this.node = h(
      "form",
      {
        class: "contact",
        novalidate: true,
        "aria-labelledby": "contact-title",
        onsubmit: (event) => this.submit(event),
      },
      h("h3", { id: "contact-title", tabindex: -1 }, t("contact_title")),
      h("p", {}, t("contact_intro")),
      this.row("name"),
      this.row("phone"),
      this.row("email"),
      h("p", { class: "hint", id: "contact-either" }, t("contact_either")),
      this.row("text"),
      h(
        "div",
        { class: "row tick" },
        h("label", {}, consent, h("span", {}, chat.clinic.consent || t("contact_consent"))),
        this.error("consent"),
      ),
      h("p", { class: "hint" }, linkify(chat.clinic.privacy_notice ?? "")),
      this.submitButton,
      h("button", { type: "button", class: "plain", onclick: () => chat.retryChat() }, t("again")),
      chat.reachUs(),
    );
    for (const name of ["phone", "email"])
      this.fields[name].setAttribute("aria-describedby", "contact-either error-" + name);
  }

  row(name) {
    const field = this.fields[name];
    return h(
      "div",
      { class: "row" },
      h("label", { for: field.id }, this.chat.t("contact_" + name)),
      field,
      this.error(name),
    );
  }

  error(name) {
    this.errors[name] = h("p", { class: "error", id: "error-" + name });
    this.fields[name].setAttribute("aria-describedby", "error-" + name);
    return this.errors[name];
  }

  // Marks the faulty fields and goes to the first; true where there is none.
  show(faults) {
    for (const [name, field] of Object.entries(this.fields)) {
      this.errors[name].textContent = faults[name] ?? "";
      field.setAttribute("aria-invalid", String(Boolean(faults[name])));
    }
    const first = Object.keys(this.fields).find((name) => faults[name]);
    this.fields[first]?.focus();
    return !first;
  }

  check() {
    const { t } = this.chat;
    const { name, phone, email, text, consent } = this.fields;
    const faults = {};
    if (!name.value.trim()) faults.name = t("contact_missing_name");
    if (!phone.value.trim() && !email.value.trim()) faults.phone = t("contact_missing_way");
    if (!text.value.trim()) faults.text = t("contact_missing_text");
    if (!consent.checked) faults.consent = t("contact_missing_consent");
    return this.show(faults);
  }

  async submit(event) {
    event.preventDefault();
    if (!this.check() || this.submitButton.disabled) return;
    const { name, phone, email, text } = this.fields;
    const body = {
      name: name.value.trim(),
      text: text.value.trim(),
      consent: true,
      page: location.origin + location.pathname,
    };
    if (phone.value.trim()) body.phone = phone.value.trim();
    if (email.value.trim()) body.email = email.value.trim();
    this.submitButton.disabled = true;
    try {
      await this.chat.api.call("POST", "/api/contact", { body, key: this.key });
      for (const { key } of this.chat.talk.queue) this.chat.talk.discard(key); // the clinic has these words now
      this.chat.showOutcome("check", "contact_sent_title", "contact_sent");
    } catch (problem) {
      if (problem.status >= 400 && problem.status < 500) this.show(faultsOf(problem));
      else
        this.chat.showOutcome("phone", "contact_failed_title", "contact_failed", () => this.chat.showPane(this.node));
    }
    this.submitButton.disabled = false;
  }
}

// A refusal names its field, as `field` or as FastAPI's `loc`; where it is none of ours it is said under the message.
function faultsOf({ errors, detail }) {
  const faults = {};
  for (const error of Array.isArray(errors) ? errors : []) {
    const name = [error.field, ...(error.loc ?? [])].find((part) =>
      ["name", "phone", "email", "text", "consent"].includes(part),
    );
    if (name) faults[name] = error.message ?? error.msg ?? error.detail ?? detail;
  }
  return Object.keys(faults).length ? faults : { text: detail };
}
