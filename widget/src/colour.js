// Brand colours come from a clinic, not from a designer: whatever it chose, words stay readable (WCAG 1.4.3).

const HEX = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

// "#rgb" or "#rrggbb" as three numbers; null for anything else, so that nothing but a colour reaches a stylesheet.
export function parseHex(text) {
  if (!HEX.test(text ?? "")) return null;
  const digits = text.length === 4 ? [...text.slice(1)].map((d) => d + d).join("") : text.slice(1);
  return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
}

export const toHex = (rgb) => "#" + rgb.map((c) => Math.round(c).toString(16).padStart(2, "0")).join("");

function luminance(rgb) {
  const [r, g, b] = rgb.map((c) => {
    const part = c / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

// The wished text colour where it can be read on the ground, else white or near-black, whichever can.
export function readableOn(ground, wished) {
  if (wished && contrast(ground, wished) >= 4.5) return wished;
  const white = [255, 255, 255];
  const ink = [17, 17, 17];
  if (contrast(ground, white) >= 4.5) return white;
  return contrast(ground, ink) >= 4.5 ? ink : [0, 0, 0];
}

// The colour itself where it can be read on the ground, else darker or brighter, just as far as needed. Brighter means
// first as vivid as the hue can be and only then paler, so that it stays the clinic's colour.
export function readableAs(colour, ground) {
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
