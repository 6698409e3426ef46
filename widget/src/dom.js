// Builds elements. What a person or the server wrote goes in as text, never as markup; no inline style or handler is
// ever written, so the strictest Content-Security-Policy of a host page has nothing to object to.

export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(2).filter((child) => child != null && child !== false));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

// A button that shows only a picture still has a name.
export const iconButton = (name, label, props) =>
  h("button", { type: "button", class: "icon", "aria-label": label, title: label, ...props }, icon(name));

export const hidden = (text) => h("span", { class: "sr" }, text);

const LINK = /\bhttps?:\/\/[^\s<>"']+|\bmailto:[^\s<>"']+|\btel:\+?[\d().\s-]{5,}\d|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gi;
const SAFE = new Set(["http:", "https:", "mailto:", "tel:"]);

// Text with its addresses as links. `phone` is the clinic's own number, which may stand in an answer as it is printed.
export function linkify(text, phone) {
  const parts = [];
  let from = 0;
  for (const { 0: found, index } of matches(text, phone)) {
    if (index < from) continue;
    const shown = found.replace(/[.,;:!?)\]]+$/, "");
    parts.push(text.slice(from, index), link(shown, phone) ?? shown);
    from = index + shown.length;
  }
  parts.push(text.slice(from));
  return parts.filter((part) => part !== "");
}

function matches(text, phone) {
  const found = [...text.matchAll(LINK)];
  for (let at = phone ? text.indexOf(phone) : -1; at >= 0; at = text.indexOf(phone, at + phone.length)) {
    found.push({ 0: phone, index: at });
  }
  return found.sort((a, b) => a.index - b.index);
}

function link(shown, phone) {
  let href = shown;
  if (shown === phone) href = telHref(phone);
  else if (!/^(https?|mailto|tel):/i.test(shown)) href = "mailto:" + shown;
  else if (/^tel:/i.test(shown)) href = telHref(shown);
  try {
    const url = new URL(href);
    if (!SAFE.has(url.protocol)) return null;
    const away = url.protocol.startsWith("http");
    return h(
      "a",
      { href: url.href, target: away && "_blank", rel: away && "noopener noreferrer" },
      shown.replace(/^(mailto|tel):/i, ""),
    );
  } catch {
    return null;
  }
}

export const telHref = (phone) =>
  "tel:" +
  phone
    .replace(/^tel:/i, "")
    .replace(/\(0\)/, "")
    .replace(/[^\d+]/g, "");

export const format = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
