// Hairline
(() => {
"use strict";
const CSS_TEXT = ":host{all: initial !important;display: block !important;position: static !important;contain: none !important}:host([hidden]){display: none !important}@media print{:host{display: none !important}}.root{--ground: #f6f5f2;--paper: #fff;--ink: #1d1f21;--muted: #5d6064;--line: #e3e1dc;--edge: #85888c;--bad: #b3261e;--accent-ink: var(--ink-light);--shade: 0 1px 2px rgb(20 24 28 / 6%);--deep: 0 24px 60px -12px rgb(20 24 28 / 32%),0 4px 16px rgb(20 24 28 / 10%);--gap: 20px;color-scheme: light;color: var(--ink);font: 400 15px/1.5 var(--hairline-font,system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,sans-serif);-webkit-text-size-adjust: 100%;text-align: start}.root[data-theme=\"dark\"]{--ground: #17181b;--paper: #2a2c30;--ink: #f2f1ee;--muted: #b6b8bb;--line: #3a3d42;--edge: #888c92;--bad: #ff9c94;--accent-ink: var(--ink-dark);color-scheme: dark}@media (prefers-color-scheme: dark){.root:not([data-theme=\"light\"]){--ground: #17181b;--paper: #2a2c30;--ink: #f2f1ee;--muted: #b6b8bb;--line: #3a3d42;--edge: #888c92;--bad: #ff9c94;--accent-ink: var(--ink-dark);color-scheme: dark}}*,::before,::after{box-sizing: border-box}[hidden]{display: none !important}h2,h3,p,dl,dd,ul{margin: 0;padding: 0}button,input,textarea{font: inherit;color: inherit;margin: 0}button{cursor: pointer;border: 0;background: none;-webkit-tap-highlight-color: transparent;touch-action: manipulation}button:disabled{cursor: default}a{color: var(--accent-ink);text-underline-offset: 2px}a[href^=\"tel:\"]{white-space: nowrap}svg{width: 20px;height: 20px;flex: none;fill: none;stroke: currentcolor;stroke-width: 1.8;stroke-linecap: round;stroke-linejoin: round}.sr{position: absolute;width: 1px;height: 1px;overflow: hidden;clip-path: inset(50%);white-space: nowrap}:focus{outline: none}:focus-visible{outline: 2px solid var(--accent-ink);outline-offset: 2px}.launcher{position: fixed;z-index: 2147483000;inset: auto calc(var(--gap) + env(safe-area-inset-right)) calc(var(--gap) + env(safe-area-inset-bottom)) auto;display: grid;place-items: center;width: 60px;height: 60px;border-radius: 50%;background: var(--accent);color: var(--accent-text);box-shadow: 0 0 0 1px rgb(255 255 255 / 35%),0 10px 28px -6px rgb(20 24 28 / 45%);opacity: 0;transform: scale(.6);transition: opacity .25s,transform .3s cubic-bezier(.2,1.3,.4,1),box-shadow .2s}.ready .launcher{opacity: 1;transform: none}.launcher:hover{transform: translateY(-2px)}.launcher:focus-visible{outline: 3px solid var(--paper);outline-offset: 0;box-shadow: 0 0 0 6px var(--accent-ink)}.launcher svg{grid-area: 1 / 1;width: 28px;height: 28px;transition: opacity .2s,transform .25s}.launcher svg:nth-of-type(2){opacity: 0;transform: rotate(-90deg)}.open .launcher svg:nth-of-type(1){opacity: 0;transform: rotate(90deg)}.open .launcher svg:nth-of-type(2){opacity: 1;transform: none}.badge{position: absolute;top: -3px;right: -3px;min-width: 22px;height: 22px;padding: 0 6px;border-radius: 11px;border: 2px solid #fff;background: #b3261e;color: #fff;font-size: 12px;font-weight: 700;line-height: 18px;text-align: center}.teaser{position: fixed;z-index: 2147483000;inset: auto calc(var(--gap) + 74px + env(safe-area-inset-right)) calc(var(--gap) + 7px + env(safe-area-inset-bottom)) auto;display: flex;align-items: center;max-width: min(300px,calc(100vw - 120px));padding: 4px 4px 4px 6px;border-radius: 16px 16px 4px 16px;background: var(--paper);box-shadow: var(--deep);animation: rise .4s .6s backwards}.teaser .say{padding: 8px;text-align: start;line-height: 1.35;border-radius: 10px}.teaser .icon{color: var(--muted)}.teaser svg{width: 16px;height: 16px}.panel{position: fixed;z-index: 2147483001;inset: auto calc(var(--gap) + env(safe-area-inset-right)) calc(var(--gap) + 76px + env(safe-area-inset-bottom)) auto;width: 404px;height: min(700px,calc(100vh - 116px));height: min(700px,calc(100dvh - 116px));border-radius: 20px;overflow: hidden;background: var(--ground);box-shadow: 0 0 0 1px rgb(20 24 28 / 6%),var(--deep);animation: rise .22s cubic-bezier(.2,.9,.3,1)}.root[data-position=\"left\"] :is(.launcher,.panel){right: auto;left: calc(var(--gap) + env(safe-area-inset-left))}.root[data-position=\"left\"] .teaser{right: auto;left: calc(var(--gap) + 74px + env(safe-area-inset-left));border-radius: 16px 16px 16px 4px}.full .panel{inset: var(--top,0) 0 auto 0;width: auto;height: 100vh;height: var(--height,100dvh);border-radius: 0;box-shadow: none}.root.full.open .launcher,.open .teaser{display: none}.inner,.main{display: flex;flex-direction: column;height: 100%;min-height: 0}.main{flex: 1;height: auto}.header{position: relative;display: flex;align-items: center;gap: 12px;padding: 14px 10px 14px 16px;padding-top: calc(14px + env(safe-area-inset-top) * var(--at-top,0));background: var(--accent);color: var(--accent-text);isolation: isolate}.full .header{--at-top: 1}.header::after{content: \"\";position: absolute;z-index: -1;inset: 0 0 0 45%;background: radial-gradient(circle,currentcolor .9px,transparent 1.2px) 0 0 / 7px 7px,radial-gradient(circle,currentcolor .7px,transparent 1px) 3px 4px / 7px 7px;opacity: .13;mask: linear-gradient(200deg,#000,transparent 70%)}.mark{display: grid;place-items: center;width: 40px;height: 40px;flex: none;border-radius: 50%;background: var(--accent-text);color: var(--accent);font-weight: 700;letter-spacing: .02em}.who{flex: 1;min-width: 0}h2{font-size: 16px;font-weight: 650;line-height: 1.3;overflow: hidden;text-overflow: ellipsis;white-space: nowrap}.presence{display: flex;align-items: center;gap: 6px;font-size: 13px;line-height: 1.4}.presence::before{content: \"\";width: 8px;height: 8px;flex: none;border-radius: 50%;background: #4fd18b;box-shadow: 0 0 0 1.5px var(--accent-text)}:is([data-state=\"waiting\"],[data-state=\"away\"]) .presence::before{background: #f4b740}.icon{display: grid;place-items: center;width: 40px;height: 40px;flex: none;border-radius: 12px;transition: background .15s}.icon:hover{background: color-mix(in srgb,currentcolor 12%,transparent)}.header :focus-visible{outline-color: var(--accent-text);outline-offset: 0}.menu{position: absolute;z-index: 3;top: 62px;right: 12px;display: grid;min-width: 220px;padding: 6px;border-radius: 14px;background: var(--paper);box-shadow: 0 0 0 1px var(--line),var(--deep);animation: rise .15s}.full .menu{top: calc(62px + env(safe-area-inset-top))}.menu button{display: flex;align-items: center;gap: 12px;min-height: 44px;padding: 8px 12px;border-radius: 9px;text-align: start}.menu button:hover{background: var(--ground)}.menu svg{color: var(--muted)}.banner{display: none;gap: 10px;padding: 10px 16px;background: #fff2d6;color: #553c00;font-size: 13.5px;line-height: 1.4}.banner.shown{display: flex}.banner a{color: inherit;font-weight: 600;white-space: nowrap}.stage{position: relative;flex: 1;min-height: 0}.scroller{height: 100%;padding: 6px 16px 16px;overflow: hidden auto;overscroll-behavior: contain;scrollbar-width: thin;scrollbar-color: var(--edge) transparent}.scroller:focus-visible{outline-offset: -3px}.msg{display: flex;flex-direction: column;align-items: flex-start;margin-top: 16px}.msg.joined{margin-top: 5px}.msg.visitor{align-items: flex-end}.msg.joined .head{display: none}.day{align-self: center;margin: 0 0 12px;color: var(--muted);font-size: 12.5px}.head{display: flex;align-items: center;gap: 8px;margin-bottom: 5px;font-size: 13px}.head b{font-weight: 600}.head time,.foot{color: var(--muted);font-size: 12.5px}.face{display: grid;place-items: center;width: 24px;height: 24px;border-radius: 50%;background: var(--accent);color: var(--accent-text);font-size: 10.5px;font-weight: 700}.face.staff{outline: 2px solid #2f9e65;outline-offset: 1px}.bubble{max-width: min(88%,34em);padding: 10px 14px;border-radius: 6px 18px 18px;background: var(--paper);box-shadow: 0 0 0 1px var(--line),var(--shade);white-space: pre-line;overflow-wrap: anywhere;animation: rise .2s}.joined .bubble{border-radius: 18px}.visitor .bubble{border-radius: 18px 18px 6px;background: var(--accent);color: var(--accent-text);box-shadow: none}.visitor .bubble a{color: inherit}.visitor.joined .bubble{border-radius: 18px 6px 6px 18px}.visitor.pending .bubble{background: color-mix(in srgb,var(--accent) 92%,var(--ground))}.visitor.failed .bubble{outline: 2px solid var(--bad);outline-offset: 2px}.foot{margin-top: 4px;text-align: end}.status .bad{color: var(--bad);font-weight: 600}.status .detail{display: block;max-width: 300px;margin: 4px 0 0 auto;color: var(--ink);font-size: 13.5px}.acts{display: flex;flex-wrap: wrap;justify-content: flex-end;gap: 8px;margin-top: 8px}.line{margin: 18px auto 4px;max-width: 85%;color: var(--muted);font-size: 13px;text-align: center}.card{width: 100%;max-width: 100%;padding: 16px;border-radius: 6px 18px 18px;white-space: normal}.card dl{display: grid;gap: 0;margin: 10px 0}.card dl > div{padding: 9px 0;border-top: 1px solid var(--line)}.card dl > div:last-child{border-bottom: 1px solid var(--line)}.card dt{color: var(--muted);font-size: 12.5px}.card dd{font-weight: 550}.card p + p,.card dl + p{margin-top: 8px}.tools{display: flex;flex-wrap: wrap;align-items: center;gap: 2px 6px;margin-top: 4px;width: 100%}.thumbs{display: flex}.tools .icon{width: 30px;height: 30px;border-radius: 9px;color: var(--muted)}.tools svg{width: 16px;height: 16px}.tools [aria-pressed=\"true\"]{background: var(--accent);color: var(--accent-text)}.quiet{display: inline-flex;align-items: center;gap: 6px;min-height: 30px;padding: 0 8px;border-radius: 9px;color: var(--muted);font-size: 12.5px}.quiet:hover{background: color-mix(in srgb,currentcolor 12%,transparent)}.quiet[aria-expanded=\"true\"]{color: var(--accent-ink)}.sources{flex-basis: 100%;display: grid;gap: 10px;margin: 4px 0;padding: 12px 14px;list-style: none;border-radius: 14px;border: 1px solid var(--line);font-size: 13.5px;line-height: 1.45}.sources li{padding-inline-start: 12px;border-inline-start: 3px solid var(--accent-ink)}.sources p{margin-top: 3px}.sources cite{display: block;color: var(--muted);font-size: 12.5px;font-style: normal}.dots{display: inline-flex;gap: 5px;margin-top: 12px;padding: 14px 16px;border-radius: 6px 18px 18px;background: var(--paper);box-shadow: 0 0 0 1px var(--line)}.dots i{width: 7px;height: 7px;border-radius: 50%;background: var(--muted);animation: beat 1.2s infinite}.dots i:nth-child(2){animation-delay: .15s}.dots i:nth-child(3){animation-delay: .3s}.latest{position: absolute;bottom: 10px;left: 50%;display: flex;align-items: center;gap: 6px;min-height: 36px;padding: 0 14px 0 10px;border-radius: 18px;transform: translateX(-50%);background: var(--paper);color: var(--accent-ink);font-size: 13.5px;font-weight: 600;box-shadow: 0 0 0 1px var(--line),var(--deep)}.choices{display: flex;flex-wrap: wrap;justify-content: flex-end;gap: 8px;margin-top: 14px}.choice{min-height: 38px;padding: 7px 15px;border-radius: 20px;border: 1.5px solid var(--accent-ink);background: var(--paper);color: var(--accent-ink);font-weight: 550;line-height: 1.35;text-align: start;transition: background .15s,color .15s;animation: rise .25s backwards}.choice:hover{background: var(--accent);border-color: var(--accent);color: var(--accent-text)}.choice:nth-child(2){animation-delay: .04s}.choice:nth-child(3){animation-delay: .08s}.choice:nth-child(n + 4){animation-delay: .12s}.starters{flex-direction: column;align-items: stretch}.starters .choice{display: flex;align-items: center;justify-content: space-between;gap: 10px;min-height: 46px;border: 1px solid var(--line);border-radius: 14px;box-shadow: var(--shade);color: var(--ink)}.starters .choice::after{content: \"\";width: 7px;height: 7px;flex: none;border: solid var(--accent-ink);border-width: 2px 2px 0 0;transform: rotate(45deg)}.starters .choice:hover{border-color: var(--accent-ink);background: var(--paper);color: var(--accent-ink)}.review{justify-content: flex-start}.review .choice{min-height: 34px;padding: 5px 13px;font-size: 14px}.review .choice:first-child{flex-basis: 100%;min-height: 46px;font-size: inherit;border-radius: 14px;border-color: var(--accent);background: var(--accent);color: var(--accent-text);font-weight: 650;text-align: center}.composer{padding: 10px 12px calc(12px + env(safe-area-inset-bottom) * var(--at-bottom,0));border-top: 1px solid var(--line);background: var(--paper)}.full .composer,.full .pane{--at-bottom: 1}.field{display: flex;align-items: flex-end;gap: 6px;padding: 4px 4px 4px 14px;border: 1.5px solid var(--edge);border-radius: 24px;background: var(--paper)}.field:focus-within{border-color: var(--accent-ink);box-shadow: 0 0 0 1px var(--accent-ink)}.field :is(textarea,input){flex: 1;min-width: 0;max-height: 130px;padding: 7px 0;border: 0;background: none;outline: none;resize: none;font-size: 16px;line-height: 1.45}:is(textarea,input)::placeholder{color: var(--muted);opacity: 1}.sendbutton{width: 38px;height: 38px;border-radius: 50%;background: var(--accent);color: var(--accent-text)}.sendbutton:hover{background: var(--accent-ink);color: var(--paper)}.sendbutton:disabled{background: var(--line);color: var(--muted)}.modes,.when{display: flex;flex-wrap: wrap;gap: 8px}.modes,.picker{padding: 0 2px 10px}.small{display: inline-flex;align-items: center;gap: 7px;min-height: 34px;padding: 0 13px;border: 1px solid var(--edge);border-radius: 17px;background: var(--paper);color: var(--ink);font-size: 13.5px;font-weight: 550}.small:hover{border-color: var(--accent-ink);color: var(--accent-ink)}.small svg{width: 17px;height: 17px}.small:is([aria-pressed=\"true\"],.strong:enabled){border-color: var(--accent);background: var(--accent);color: var(--accent-text)}.small:disabled{color: var(--muted);border-color: var(--line)}.when{align-items: flex-end;margin-top: 10px}.when label,.contact label{display: grid;gap: 4px;font-size: 13px;font-weight: 550}.when label{flex: 1 1 120px}.when input,.contact :is(input,textarea){width: 100%;min-height: 42px;padding: 8px 12px;border: 1.5px solid var(--edge);border-radius: 12px;background: var(--paper);font-size: 16px;font-weight: 400}.when .small{flex: 1 1 100%;justify-content: center;min-height: 42px;border-radius: 12px}.pane{flex: 1;min-height: 0;overflow: hidden auto;overscroll-behavior: contain;padding: 20px 20px calc(20px + env(safe-area-inset-bottom) * var(--at-bottom,0));background: var(--paper)}h3{font-size: 19px;font-weight: 650;line-height: 1.3}h3:focus-visible{outline: none}.contact{display: grid;gap: 12px}.contact .row{display: grid;gap: 4px}.contact textarea{resize: vertical}.contact .tick label{display: flex;align-items: flex-start;gap: 10px;font-weight: 400;font-size: 14px}.contact .tick input{width: 22px;height: 22px;min-height: 0;flex: none;accent-color: var(--accent)}.contact [aria-invalid=\"true\"]{border-color: var(--bad);outline-color: var(--bad)}.hint,.error{font-size: 13px;color: var(--muted)}.error{color: var(--bad);font-weight: 550}.error:empty,.hint:empty{display: none}.primary,.plain{min-height: 46px;padding: 8px 20px;border-radius: 14px;font-weight: 600}.primary{background: var(--accent);color: var(--accent-text)}.primary:hover{filter: brightness(1.08)}.primary:disabled{background: var(--line);color: var(--muted);filter: none}.plain{color: var(--accent-ink)}.plain:hover{background: var(--ground)}.danger{background: #b3261e;color: #fff}.reach{display: flex;flex-wrap: wrap;justify-content: center;gap: 10px}.reach a{display: inline-flex;align-items: center;gap: 9px;min-height: 44px;padding: 0 16px;border: 1px solid var(--line);border-radius: 14px;font-weight: 600;text-decoration: none}.reach a:hover{border-color: var(--accent-ink)}.outcome{display: flex;flex-direction: column;align-items: center;justify-content: center;gap: 14px;min-height: 100%;text-align: center}.medal{display: grid;place-items: center;width: 64px;height: 64px;border-radius: 50%;background: var(--accent);color: var(--accent-text)}.medal svg{width: 30px;height: 30px}.question{position: absolute;z-index: 4;inset: 0;display: flex;align-items: flex-end;background: rgb(12 14 16 / 55%);animation: fade .15s}.sheet{width: 100%;padding: 22px 20px calc(20px + env(safe-area-inset-bottom) * var(--at-bottom,0));border-radius: 20px 20px 0 0;background: var(--paper);animation: rise .2s;max-height: 100%;overflow: auto}.sheet p{margin: 8px 0 18px;color: var(--muted);white-space: pre-line;overflow-wrap: anywhere}.sheet .row{display: flex;flex-wrap: wrap;justify-content: flex-end;gap: 8px}@keyframes rise{from{opacity: 0;transform: translateY(8px)}}@keyframes fade{from{opacity: 0}}@keyframes beat{0%,60%,100%{opacity: .35;transform: none}30%{opacity: 1;transform: translateY(-3px)}}@media (prefers-reduced-motion: reduce){*,::before,::after{animation: none !important;transition: none !important}}@media (forced-colors: active){.launcher,.panel,.bubble,.choice,.sendbutton,.menu,.teaser{border: 1px solid}.icon,.launcher svg{forced-color-adjust: auto}}@media (max-width: 480px){.root{--gap: 16px}}";
const SCRIPT = document.currentScript;
const HOME = new URL(".", SCRIPT?.src || location.href).href.replace(/\/$/, "");
const HEX = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;
function parseHex(text) {
if (!HEX.test(text ?? "")) return null;
const digits = text.length === 4 ? [...text.slice(1)].map((d) => d + d).join("") : text.slice(1);
return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
}
const toHex = (rgb) => "#" + rgb.map((c) => Math.round(c).toString(16).padStart(2, "0")).join("");
function luminance(rgb) {
const [r, g, b] = rgb.map((c) => {
const part = c / 255;
return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
});
return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one, other) {
const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
return (light + 0.05) / (dark + 0.05);
}
function readableOn(ground, wished) {
if (wished && contrast(ground, wished) >= 4.5) return wished;
const white = [255, 255, 255];
const ink = [17, 17, 17];
if (contrast(ground, white) >= 4.5) return white;
return contrast(ground, ink) >= 4.5 ? ink : [0, 0, 0];
}
function readableAs(colour, ground) {
const vivid = colour.map((c) => (c * 255) / Math.max(...colour, 1));
const way = luminance(ground) > 0.4 ? [colour, [0, 0, 0]] : [colour, vivid, [255, 255, 255]];
for (let leg = 1; leg < way.length; leg++) {
for (let share = 0; share <= 1; share += 0.04) {
const moved = colour.map((_, at) => way[leg - 1][at] + (way[leg][at] - way[leg - 1][at]) * share);
if (contrast(moved, ground) >= 4.6) return moved;
}
}
return way.at(-1);
}
const ICONS = {
chat: "M21 11.5a8.4 8.4 0 0 1-12.3 7.4L3 21l2.1-5.7A8.4 8.4 0 1 1 21 11.5ZM8.5 11.5h.01M12.5 11.5h.01M16.5 11.5h.01",
down: "M6 9l6 6 6-6",
close: "M6 6l12 12M18 6L6 18",
send: "M12 19V5M5.5 11.5L12 5l6.5 6.5",
more: "M5 10.8a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4ZM12 10.8a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4ZM19 10.8a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4Z",
up: "M7 11v9H4v-9h3ZM7 11l4-8c1.7 0 2.6 1.2 2.3 2.8L12.8 9H18a2 2 0 0 1 2 2.4l-1.3 7A2 2 0 0 1 16.7 20H7",
no: "M17 13V4h3v9h-3ZM17 13l-4 8c-1.7 0-2.6-1.2-2.3-2.8L11.2 15H6a2 2 0 0 1-2-2.4l1.3-7A2 2 0 0 1 7.3 4H17",
sound: "M11 5L6 9H3v6h3l5 4V5ZM15.5 8.5a5 5 0 0 1 0 7M18.5 5.5a9 9 0 0 1 0 13",
mute: "M11 5L6 9H3v6h3l5 4V5ZM16 9.5l5 5M21 9.5l-5 5",
moon: "M20.5 13.5A8.5 8.5 0 1 1 10.5 3.5a7 7 0 0 0 10 10Z",
sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M19 5l-1.4 1.4M6.4 17.6L5 19",
shield: "M12 3l8 3v6c0 4.5-3.3 8-8 9-4.7-1-8-4.5-8-9V6l8-3ZM9 12l2 2 4-4",
bin: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5",
phone:
"M21 16.5v3a2 2 0 0 1-2.2 2A18 18 0 0 1 2.5 5.2 2 2 0 0 1 4.5 3h3l1.8 4.5-2 1.5a13 13 0 0 0 5.7 5.7l1.5-2L21 16.5Z",
mail: "M3 6h18v12H3V6ZM3 7l9 6 9-6",
alert: "M12 3L2 20h20L12 3ZM12 10v4M12 17h.01",
check: "M5 12.5l4.5 4.5L19 7.5",
calendar: "M4 6h16v14H4V6ZM4 10h16M8 3v4M16 3v4",
book: "M4 5.5C6.5 4 9.5 4 12 5.5c2.5-1.5 5.5-1.5 8 0V19c-2.5-1.5-5.5-1.5-8 0-2.5-1.5-5.5-1.5-8 0V5.5ZM12 5.5V19",
person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.5 20.5a7.5 7.5 0 0 1 15 0",
};
function h(tag, props = {}, ...children) {
const element = document.createElement(tag);
for (const [name, value] of Object.entries(props)) {
if (value == null || value === false) continue;
if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
else element.setAttribute(name, value === true ? "" : value);
}
element.append(...children.flat(2).filter((child) => child != null && child !== false));
return element;
}
function icon(name) {
const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
svg.setAttribute("viewBox", "0 0 24 24");
svg.setAttribute("aria-hidden", "true");
const path = document.createElementNS(svg.namespaceURI, "path");
path.setAttribute("d", ICONS[name]);
svg.append(path);
return svg;
}
const iconButton = (name, label, props) =>
h("button", { type: "button", class: "icon", "aria-label": label, title: label, ...props }, icon(name));
const hidden = (text) => h("span", { class: "sr" }, text);
const LINK = /\bhttps?:\/\/[^\s<>"']+|\bmailto:[^\s<>"']+|\btel:\+?[\d().\s-]{5,}\d|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gi;
const SAFE = new Set(["http:", "https:", "mailto:", "tel:"]);
function linkify(text, phone) {
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
const telHref = (phone) =>
"tel:" +
phone
.replace(/^tel:/i, "")
.replace(/\(0\)/, "")
.replace(/[^\d+]/g, "");
const format = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const STRINGS = {
language: "",
open: "Chat with us",
close: "Close the chat",
unread: "{count} unread",
title: "{clinic}",
dialog: "Chat with {clinic}",
assistant: "Virtual assistant",
answering: "Writing an answer",
waiting: "Waiting for a colleague",
person: "{staff} is here",
away: "Not available right now",
team: "Our team",
you: "You",
menu: "More",
sound_on: "Turn sound on",
sound_off: "Turn sound off",
theme_dark: "Dark appearance",
theme_light: "Light appearance",
privacy: "Your privacy",
clear: "Clear this chat",
clear_title: "Clear this chat?",
clear_text: "The conversation is erased here and at the clinic, and with it any request that you sent from it.",
clear_yes: "Clear chat",
clear_failed: "The chat could not be cleared just now. Please try again.",
cancel: "Cancel",
ok: "OK",
log: "Conversation",
latest: "Newest messages",
suggestions: "Suggested answers",
write: "Write a message",
write_name: "Your name",
write_phone: "Phone number",
write_email: "E-mail address",
mode_phone: "Phone",
mode_email: "E-mail",
mode_words: "In words",
modes: "Answer with",
send: "Send",
pick_time: "Pick a date and time",
date: "Date",
time: "Time",
use_time: "Use this time",
review: "Please check",
review_change: "Change something",
today: "Today",
yesterday: "Yesterday",
sending: "Sending",
waiting_network: "Will be sent when you are back online",
retrying: "No connection, trying again",
not_sent: "Not sent",
retry: "Try again",
edit: "Edit",
limited: "One moment please. Sending in {seconds} s",
offline: "You are offline. What you write is kept and sent later.",
unreachable: "We cannot be reached right now. Trying again.",
unavailable: "The assistant cannot answer right now.",
call: "Please call us: {phone}",
call_plain: "Please use the phone number on this site.",
leave_details: "Leave your details",
sources: "Where does this come from?",
sources_failed: "The sources cannot be shown right now.",
helpful: "Helpful",
unhelpful: "Not helpful",
feedback_thanks: "Thank you for telling us.",
ended: "That chat has ended, so a new one was started.",
connecting: "Connecting",
contact_title: "Leave us a message",
contact_intro: "The assistant is taking a break. Tell us how to reach you and a person will get back to you.",
contact_name: "Name",
contact_phone: "Phone",
contact_email: "E-mail",
contact_text: "How can we help?",
contact_either: "A phone number or an e-mail address is enough.",
contact_consent: "You may use these details to answer me.",
contact_send: "Send message",
contact_missing_name: "Please tell us your name.",
contact_missing_way: "Please give a phone number or an e-mail address.",
contact_missing_text: "Please write a few words.",
contact_missing_consent: "Please tick this so that we may answer.",
contact_sent_title: "Thank you",
contact_sent: "Your message has reached the clinic. Somebody will get back to you.",
contact_failed_title: "Your message did not get through",
contact_failed: "We are sorry. Please reach us directly.",
again: "Try the chat again",
};
class Memory {
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
this.area = null;
}
this.here.set(name, text);
}
watch(changed) {
const listener = (event) => {
if (event.storageArea === this.area && event.key?.startsWith(this.prefix))
changed(event.key.slice(this.prefix.length));
};
window.addEventListener("storage", listener);
return () => window.removeEventListener("storage", listener);
}
}
class Problem extends Error {
constructor(status, detail = "", retryAfter = null, errors = null) {
super(detail || "HTTP " + status);
Object.assign(this, { status, detail, retryAfter, errors });
}
get gone() {
return this.status === 401 || this.status === 404 || this.status === 410;
}
}
class Api {
constructor(base) {
this.base = base;
}
async request(method, path, { token, body, key, signal, accept = "application/json" } = {}) {
const headers = { Accept: accept };
if (token) headers.Authorization = "Bearer " + token;
if (body) headers["Content-Type"] = "application/json";
if (key) headers["Idempotency-Key"] = key;
let response;
try {
response = await fetch(this.base + path, {
method,
headers,
signal,
body: body && JSON.stringify(body),
credentials: "omit",
cache: "no-store",
referrerPolicy: "strict-origin-when-cross-origin",
});
} catch {
throw new Problem(0);
}
if (!response.ok) throw await refusal(response);
return response;
}
async call(method, path, options = {}) {
const response = await this.request(method, path, {
...options,
signal: AbortSignal.timeout?.(options.timeout ?? 20_000),
});
if (response.status === 204) return null;
try {
return await response.json();
} catch {
throw new Problem(0);
}
}
async *events(path, { token, signal, touched }) {
const response = await this.request("GET", path, { token, signal, accept: "text/event-stream" });
const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
let rest = "";
for (;;) {
const { done, value } = await reader.read();
if (done) return;
touched();
const blocks = (rest + value).split(/\r?\n\r?\n/);
rest = blocks.pop();
for (const block of blocks) {
const event = { event: "message", data: "" };
for (const line of block.split(/\r?\n/)) {
const [, field, text] = /^(\w+): ?(.*)$/.exec(line) ?? [];
if (field === "data") event.data += text;
else if (field) event[field] = text;
}
if (event.data) yield { ...event, data: JSON.parse(event.data) };
}
}
}
}
async function refusal(response) {
const problem = await response.json().catch(() => ({}));
const wait = response.headers.get("Retry-After");
const seconds =
wait && (/^\d+$/.test(wait) ? Number(wait) : Math.max(0, Math.ceil((Date.parse(wait) - Date.now()) / 1000)));
const detail = typeof problem.detail === "string" ? problem.detail : problem.title;
return new Problem(response.status, detail, seconds || (wait === "0" ? 1 : null), problem.errors);
}
const BACKOFF = [1, 2, 4, 8, 15, 30];
const STALE = 70_000;
const pause = (seconds, signal) =>
new Promise((done) => {
const timer = setTimeout(done, seconds * 1000);
signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
});
const backoff = (failures) => BACKOFF[Math.min(failures, BACKOFF.length - 1)] * (0.8 + Math.random() * 0.4);
const newKey = () =>
Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const same = (one, other) => one.replace(/\s+/g, " ").trim() === other.replace(/\s+/g, " ").trim();
class Talk {
constructor(api, memory, hear) {
this.api = api;
this.memory = memory;
this.hear = hear;
this.tab = newKey();
this.staged = false;
this.wanted = false;
this.blank();
this.unwatch = memory.watch((name) => this.stored(name));
}
blank() {
this.entries = [];
this.known = new Map();
this.cursor = "";
this.state = { state: "bot", staff: null };
this.stage = Promise.resolve();
this.inFlight = null;
this.credentials = this.memory.get("talk");
}
get path() {
return "/api/conversations/" + encodeURIComponent(this.credentials.id);
}
get exists() {
return Boolean(this.memory.get("talk"));
}
get last() {
return this.entries.findLast((entry) => entry.author !== "visitor");
}
get queue() {
return this.memory.get("queue") ?? [];
}
locked(name, work) {
return navigator.locks ? navigator.locks.request(this.memory.prefix + name, work) : work();
}
async start({ opening }) {
if (this.starting) await this.starting.catch(() => {});
this.starting = this.locked("start", () => this.resume(opening)).finally(() => (this.starting = null));
return this.starting;
}
async resume(opening) {
if (this.credentials && this.line) return;
this.credentials = this.memory.get("talk");
if (this.credentials) {
try {
await this.sync();
this.listen();
this.drain();
return;
} catch (problem) {
if (!problem.gone) throw problem;
this.forget();
this.hear("ended");
}
}
if (!opening) return;
const page = location.origin + location.pathname;
const open = () => this.api.call("POST", "/api/conversations", { body: { page }, timeout: 12_000 });
const made = await open().catch(async (problem) => {
if (!navigator.onLine || (problem.status && problem.status < 500)) throw problem;
await new Promise((done) => setTimeout(done, 1200));
return open();
});
this.credentials = { id: made.id, token: made.token };
this.memory.set("talk", this.credentials);
this.take(made.messages, "listing");
this.listen();
this.drain();
}
async sync() {
const credentials = this.credentials;
const after = this.cursor && "?after=" + encodeURIComponent(this.cursor);
const answer = await this.api.call("GET", this.path + "/messages" + after, { token: credentials.token });
if (credentials !== this.credentials) return;
this.take(answer.messages, "listing");
if (answer.state) this.turn(answer);
this.mirror();
}
take(messages, from) {
const listing = from === "listing";
const end = () => this.entries.length;
let place = this.cursor ? this.entries.indexOf(this.known.get(this.cursor)) + 1 || end() : 0;
for (const message of messages) {
if (from !== "post") this.cursor = message.id;
let entry = this.known.get(message.id) ?? (message.author === "visitor" && this.claim(message));
if (!entry && !listing && message.author === "bot") this.reveal(message);
else entry ||= this.add({ ...message, live: !listing }, listing ? place : end());
place = this.entries.indexOf(entry) + 1 || place;
}
}
reveal(message) {
const generation = this.known;
const entry = { ...message, live: true };
generation.set(message.id, entry);
this.waitingToShow = (this.waitingToShow ?? 0) + 1;
const first = this.waitingToShow === 1;
this.stage = this.stage.then(async () => {
if (!first && this.staged)
await new Promise((done) => setTimeout(done, Math.min(1100, 350 + message.text.length * 4)));
this.waitingToShow -= 1;
if (generation === this.known) this.add(entry, this.entries.length);
this.typing();
});
this.typing();
}
add(entry, place) {
this.entries.splice(place, 0, entry);
if (entry.id) this.known.set(entry.id, entry);
this.hear("entry", entry);
return entry;
}
claim(message) {
const mine = this.entries.find(
(entry) =>
entry.author === "visitor" &&
!entry.id &&
(message.key
? entry.key === message.key
: same(entry.text, message.text) && (!entry.after || this.known.has(entry.after))),
);
if (mine) {
mine.id = message.id;
this.known.set(message.id, mine);
}
return mine;
}
say({ text, choice }) {
const item = {
key: newKey(),
text,
body: choice ? { choice } : { text },
after: this.cursor,
at: new Date().toISOString(),
talk: this.credentials?.id,
};
this.memory.set("queue", [...this.queue, item]);
this.mirror();
this.drain();
}
mirror() {
const queue = this.queue;
for (const item of queue) {
let entry = this.entries.find((one) => one.key === item.key);
if (!entry) {
const after = this.entries.indexOf(this.known.get(item.after));
entry = this.entries.find(
(one, at) => at > after && one.author === "visitor" && !one.key && same(one.text, item.text),
);
if (entry) Object.assign(entry, { key: item.key, status: "sending" });
else {
const { key, text, at, after } = item;
entry = this.add({ key, text, at, after, author: "visitor", status: "sending" }, this.entries.length);
}
}
if (item.problem) this.mark(entry, "failed", { problem: item.problem });
else if (entry.status === "failed") this.mark(entry, "sending");
}
const waiting = new Set(queue.map((item) => item.key));
for (const entry of this.entries) if (entry.status && !waiting.has(entry.key)) this.mark(entry, null);
}
mark(entry, status, more) {
Object.assign(entry, { status, problem: null, until: null }, more);
this.hear("entry", entry);
}
change(key, change) {
this.memory.set(
"queue",
this.queue.flatMap((item) => (item.key === key ? (change ? { ...item, ...change } : []) : item)),
);
}
retry(key) {
this.change(key, { problem: null });
this.mirror();
this.drain();
}
discard(key) {
this.change(key, null);
const entry = this.entries.find((one) => one.key === key);
this.entries = this.entries.filter((one) => one !== entry);
this.hear("gone", entry);
}
async drain() {
if (this.draining || !this.credentials) return;
this.draining = true;
try {
for (let failures = 0, item; (item = this.next());) {
const wait = await this.locked("send", () => this.attempt(item, failures));
failures = wait ? failures + 1 : 0;
if (wait) {
this.nudge = new AbortController();
await pause(wait, this.nudge.signal);
}
}
} finally {
this.draining = false;
}
}
next() {
return this.credentials && this.queue.find((item) => !item.problem);
}
async attempt({ key, body }, failures) {
if (!this.queue.some((item) => item.key === key)) return this.catchUp();
const entry = this.entries.find((one) => one.key === key);
const { credentials } = this;
if (entry?.status !== "sending") this.mark(entry, "sending");
this.inFlight = key;
this.typing();
try {
const answer = await this.api.call("POST", this.path + "/messages", {
token: credentials.token,
key,
body,
timeout: 45_000,
});
if (credentials !== this.credentials) return 0;
this.reached(true);
this.change(key, null);
this.mark(entry, null);
this.take(answer.messages, "post");
if (answer.state) this.turn(answer);
return 0;
} catch (problem) {
if (credentials !== this.credentials) return 0;
return this.refused(problem, entry, failures);
} finally {
this.inFlight = null;
this.typing();
}
}
refused(problem, entry, failures) {
const { status, detail, retryAfter } = problem;
if (status === 0 || status === 502 || status === 504) {
if (failures || !navigator.onLine) this.reached(false);
this.mark(entry, "waiting");
return backoff(failures);
}
this.reached(true);
if (problem.gone) {
this.renew();
return 0;
}
if ((status === 429 || status === 409 || (status === 503 && failures < 3)) && (retryAfter || status === 429)) {
const wait = retryAfter ?? 10;
this.mark(entry, status === 409 ? "sending" : "limited", {
until: Date.now() + wait * 1000,
problem: status === 503 ? { status, detail } : null,
});
return wait;
}
this.change(entry.key, { problem: { status, detail } });
this.mark(entry, "failed", { problem: { status, detail } });
return 0;
}
async catchUp() {
await this.sync().catch(() => {});
return 0;
}
async renew() {
const words = this.queue.map((item) => item.text).join("\n");
this.forget();
this.hear("ended", words);
await this.start({ opening: this.wanted }).catch((problem) => this.hear("down", problem));
}
forget() {
this.silence();
this.memory.set("talk", null);
this.memory.set("queue", null);
this.memory.set("seen", null);
this.blank();
this.hear("reset");
}
async clear() {
if (this.credentials) {
try {
await this.api.call("DELETE", this.path, { token: this.credentials.token });
} catch (problem) {
if (!problem.gone) throw problem;
}
}
this.forget();
}
feedback(id, helpful) {
return this.api.call("POST", this.path + "/messages/" + encodeURIComponent(id) + "/feedback", {
token: this.credentials.token,
body: { helpful },
});
}
stored(name) {
if (name === "seen") this.hear("seen");
if (name === "tab" && document.hidden) this.silence();
if (name === "talk" && this.memory.get("talk")?.id !== this.credentials?.id) {
this.silence();
this.blank();
this.hear("reset");
if (this.credentials) this.start({ opening: false }).catch(() => {});
}
if (name === "queue" && this.credentials) {
this.mirror();
this.catchUp();
}
}
mayListen() {
if (!document.hidden) this.memory.set("tab", this.tab);
return !document.hidden || this.memory.get("tab") === this.tab;
}
async listen() {
if (this.line || !this.credentials || !this.mayListen()) return;
const line = (this.line = new AbortController());
const { credentials } = this;
const touched = () => ((line.heard = Date.now()), this.reached(true));
line.heard = Date.now();
line.watch = setInterval(() => Date.now() - line.heard > STALE && this.wake(), STALE / 4);
for (let failures = 0; !line.signal.aborted; failures++) {
try {
if (failures) await this.sync();
const after = this.cursor && "?after=" + encodeURIComponent(this.cursor);
const heard = this.api.events(this.path + "/events" + after, {
token: credentials.token,
signal: line.signal,
touched,
});
for await (const { event, data } of heard) {
failures = 0;
if (line.signal.aborted) return;
if (event === "state") this.turn(data);
if (event === "message") this.take([data], "line");
}
} catch (problem) {
if (line.signal.aborted) return;
if (problem.gone) return this.renew();
if (problem.status === 422) this.cursor = "";
if (!problem.status && (failures || !navigator.onLine)) this.reached(false);
if (problem.retryAfter) await pause(problem.retryAfter, line.signal);
}
await pause(backoff(failures), line.signal);
}
}
silence() {
this.line?.abort();
clearInterval(this.line?.watch);
this.line = null;
}
turn({ state, staff = null }) {
if (this.state.state === state && this.state.staff === staff) return;
this.state = { state, staff };
this.hear("state");
this.typing();
}
typing() {
this.hear("typing", this.waitingToShow > 0 || (this.inFlight && this.state.state === "bot"));
}
reached(yes) {
const network = !navigator.onLine ? "offline" : yes ? "ok" : "unreachable";
if (network !== this.network) this.hear("network", (this.network = network));
}
wake() {
this.nudge?.abort();
if (!this.credentials) return;
if (this.line && (document.hidden ? !this.mayListen() : Date.now() - this.line.heard > STALE)) this.silence();
if (!this.line && this.mayListen()) {
this.catchUp();
this.listen();
}
this.drain();
}
close() {
this.silence();
this.nudge?.abort();
this.unwatch();
}
}
const TALK = /^(greet|goodbye|thanks|affirm|deny|stop|book_consultation|fallback)$/;
const LINE = /^\s*(?:[-•*]\s*)?([^:\n]{2,32}):\s+(.+)$/;
class MessageView {
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
const initials = (name) =>
name
.split(/\s+/)
.slice(0, 2)
.map((word) => word[0])
.join("")
.toUpperCase();
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
class Composer {
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
class ContactForm {
constructor(chat, words) {
this.chat = chat;
this.key = newKey();
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
for (const { key } of this.chat.talk.queue) this.chat.talk.discard(key);
this.chat.showOutcome("check", "contact_sent_title", "contact_sent");
} catch (problem) {
if (problem.status >= 400 && problem.status < 500) this.show(faultsOf(problem));
else
this.chat.showOutcome("phone", "contact_failed_title", "contact_failed", () => this.chat.showPane(this.node));
}
this.submitButton.disabled = false;
}
}
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
const NARROW = "(max-width: 480px), (max-height: 480px)";
const CONFIG = "config";
class HairlineChat extends HTMLElement {
connectedCallback() {
if (this.api) return this.wakeUp();
const server = this.getAttribute("server") ?? HOME;
this.api = new Api(server);
const prefix = "hairline:" + server + ":";
this.memory = new Memory("localStorage", prefix);
this.pages = new Memory("sessionStorage", prefix);
this.views = new Map();
this.shadow = this.attachShadow({ mode: "open" });
this.brand = new CSSStyleSheet();
this.shadow.adoptedStyleSheets = [sheet(), this.brand];
this.talk = new Talk(this.api, this.memory, (what, detail) => this["on_" + what](detail));
this.root = h("div", { class: "root" });
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
t = (name) => {
const text = this.clinic.strings?.[name] ?? STRINGS[name] ?? "";
return format(text, {
clinic: this.clinic.clinic ?? "",
staff: this.talk.state.staff || this.clinic.strings?.team || STRINGS.team,
});
};
get language() {
const language = this.clinic.strings?.language || "en";
return navigator.languages.find((own) => own.startsWith(language.slice(0, 2))) ?? language;
}
get logo() {
return this.clinic.brand?.logo_text || this.clinic.clinic || "?";
}
async load() {
const late = setTimeout(() => this.appear(), this.memory.get(CONFIG) ? 0 : 2500);
try {
const clinic = await this.api.call("GET", "/api/widget", { timeout: 8000 });
this.memory.set(CONFIG, clinic);
this.configure(clinic);
} catch {
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
this.polite = h("div", { class: "sr", role: "status" });
this.root.append(this.launcher, this.polite);
this.label();
}
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
toggle() {
return this.opened ? this.close() : this.open();
}
open({ quietly = false } = {}) {
if (this.opened) return;
if (!this.launcher) this.appear();
if (this.opened) return;
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
const { opener } = this;
if (opener && opener !== document.body && opener !== this && opener.isConnected) opener.focus();
else this.launcher.focus();
this.dispatchEvent(new CustomEvent("hairline-close"));
}
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
keepInside(event) {
const stops = [
...(this.question?.node ?? this.panel).querySelectorAll("button, input, textarea, a, [tabindex='0']"),
].filter((stop) => !stop.disabled && stop.getClientRects().length && !stop.closest("[inert]"));
const [first, last] = [stops[0], stops.at(-1)];
const at = this.shadow.activeElement;
if (event.shiftKey && (at === first || at === this.heading)) (event.preventDefault(), last.focus());
else if (!event.shiftKey && at === last) (event.preventDefault(), first.focus());
}
fit() {
if (!this.panel) return;
const full = matchMedia(NARROW).matches;
const view = window.visualViewport;
this.root.classList.toggle("full", full);
this.panel.setAttribute("aria-modal", String(full && this.opened));
const zoomed = view && view.scale > 1.01;
const set = (name, value) => this.panel.style.setProperty(name, value);
set("--height", full && view && !zoomed ? view.height + "px" : "");
set("--top", full && view && !zoomed ? view.offsetTop + "px" : "");
if (full && this.stuck !== false) this.toEnd();
}
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
on_down(problem) {
if (!navigator.onLine) return this.talk.reached(false);
if (this.talk.entries.some((entry) => entry.author !== "visitor")) return this.talk.reached(false);
const words = this.talk.queue.map((item) => item.text).join("\n") || this.composer.field.value;
this.showContact(words, problem);
}
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
retryChat() {
this.contact = null;
this.pane.hidden = true;
this.main.hidden = false;
this.on_state();
this.focusInside();
this.toEnd();
if (!this.talk.credentials) this.begin();
}
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
announce(text, shown) {
if (shown && this.log) {
this.log.append(h("p", { class: "line" }, text));
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
})();
