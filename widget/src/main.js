// The start: defines the element once and puts it on the page, unless the page has placed one itself.

// Older browsers than these (Safari before 16.4, Firefox before 112) get no chat instead of a broken one.
if (
  !customElements.get("hairline-chat") &&
  "adoptedStyleSheets" in Document.prototype &&
  "inert" in HTMLElement.prototype
) {
  customElements.define("hairline-chat", HairlineChat);
  const place = () => {
    if (document.querySelector("hairline-chat")) return;
    const element = document.createElement("hairline-chat");
    for (const [name, value] of Object.entries(SCRIPT?.dataset ?? {})) element.setAttribute(name, value);
    document.body.append(element);
  };
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place, { once: true });
}
