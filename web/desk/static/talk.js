// One talk, live: what visitor, assistant and colleagues say appears as it is said, and what staff write is sent.

import { listen } from "./desk.js";

const talk = document.querySelector("[data-talk]");
const list = document.getElementById("messages");
const scroll = document.getElementById("scroll");
const form = document.getElementById("say");
const names = { bot: "Assistant", visitor: "Visitor" };

function element(name, text, options = {}) {
  const made = Object.assign(document.createElement(name), options);
  made.textContent = text;
  return made;
}

function show(message) {
  if (list.querySelector(`[data-id="${CSS.escape(message.id)}"]`)) return;
  const item = element("li", "", { className: `${message.author} fresh` });
  item.dataset.id = message.id;
  const time = new Date(message.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  item.append(element("small", `${message.staff ?? names[message.author] ?? "Staff"}, ${time}`), element("p", message.text, { dir: "auto" }));
  list.append(item);
  scroll.scrollTop = scroll.scrollHeight;
}

function turn({ state }) {
  if (state === talk.dataset.state) return;
  // The form below depends on it; what is being written is not lost, because only its writer hands the talk back.
  location.reload();
}

async function send(event) {
  event?.preventDefault();
  const field = form.elements.text;
  const text = field.value.trim();
  if (!text || form.dataset.sending) return;
  form.dataset.sending = "yes";
  form.dataset.key ??= crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  try {
    const answer = await fetch(`/api/conversations/${talk.dataset.talk}/messages`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": form.dataset.key },
      body: JSON.stringify({ text }),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.detail);
    body.messages.forEach(show);
    field.value = "";
    delete form.dataset.key;
    document.getElementById("unsent").textContent = "";
  } catch (problem) {
    document.getElementById("unsent").textContent = `Not sent. ${problem.message ?? ""}`;
  } finally {
    delete form.dataset.sending;
    field.focus();
  }
}

form?.addEventListener("submit", send);
form?.addEventListener("keydown", (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && send(event));
scroll.scrollTop = scroll.scrollHeight;
listen(`?conversation=${talk.dataset.talk}&after=${talk.dataset.last}`, { message: show, state: turn });
