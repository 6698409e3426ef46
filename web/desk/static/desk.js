// Every page of the desk: live numbers, lists that renew themselves, keys. Without it every page still works.

const announce = (text) => (document.getElementById("live").textContent = text);
const title = document.title;
const nouns = { leads: "new", waiting: "waiting", questions: "open" };
let stamp = null;
let newest = null;

export function listen(query = "", handlers = {}) {
  const events = new EventSource("/desk/events" + query);
  events.addEventListener("pulse", (event) => pulse(JSON.parse(event.data)));
  for (const [name, handle] of Object.entries(handlers))
    events.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  addEventListener("pagehide", () => events.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

function pulse(now) {
  for (const name of Object.keys(nouns)) badge(name, now[name]);
  document.querySelector('[data-badge="waiting"]')?.classList.toggle("alarm", now.urgent > 0);
  document.title = now.waiting ? `(${now.waiting}) ${title}` : title;
  if (newest !== null && now.newest_lead > newest) announce("A new lead has come in.");
  if (stamp !== null && now.stamp !== stamp) renew();
  newest = now.newest_lead;
  stamp = now.stamp;
}

function badge(name, count) {
  const shown = document.querySelector(`[data-badge="${name}"]`);
  if (!shown) return;
  shown.firstChild.textContent = count < 10000 ? count : "9999+";
  shown.hidden = !count;
}

// What somebody writes or has under the cursor is not taken away from them.
function busy(region) {
  const typed = [...region.querySelectorAll("textarea, input:not([type=checkbox])")].some((field) => field.value !== field.defaultValue);
  return typed || (region.contains(document.activeElement) && document.activeElement.matches("input, textarea, select"));
}

async function renew() {
  const region = document.querySelector("[data-live]");
  if (!region || busy(region)) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html", "X-Renewal": "1" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
  if (!fresh || busy(region)) return;
  const focused = document.activeElement?.getAttribute?.("href");
  region.replaceChildren(...fresh.childNodes);
  if (focused) [...region.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
}

addEventListener("keydown", (event) => {
  if (event.target.closest?.("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  const links = [...document.querySelectorAll("a.lead")];
  const step = { j: 1, k: -1 }[event.key];
  if (event.key === "/") {
    const field = document.querySelector('[data-key="/"]');
    if (!field) return;
    field.focus();
    field.select();
  } else if (step && links.length) {
    const here = links.indexOf(document.activeElement);
    links[Math.min(Math.max(here + step, 0), links.length - 1)].focus();
  } else return;
  event.preventDefault();
});

for (const field of document.querySelectorAll("[data-copy]")) field.addEventListener("focus", () => field.select());

const menu = document.querySelector(".menu");
addEventListener("click", (event) => menu?.open && !menu.contains(event.target) && (menu.open = false));
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu?.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

if (document.body.matches("[data-desk]") && !document.querySelector("[data-talk]")) listen();
