"""Draws the pictures of the demo page: python widget/demo/draw.py writes widget/demo/art/*.svg, always the same.

Everything is made of dots, as the treatment is. Dots are laid by Poisson-disc sampling: evenly, but never in rows.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

ART = Path(__file__).resolve().parent / "art"
Point = tuple[float, float]
Test = Callable[[Point], bool]
Gap = Callable[[Point], float]

HEAD = (
    "M96 520C100 470 108 440 96 400C60 350 40 290 44 220C50 110 120 36 212 36C290 36 330 90 332 150C333 172 328 182 "
    "330 194C333 204 352 240 366 268C372 280 362 288 344 290C340 298 346 306 350 314C351 321 342 324 338 327C346 331 "
    "349 338 344 345C337 352 338 360 343 370C349 392 336 408 312 412C280 416 262 424 256 446C254 470 262 500 276 520Z"
)
EAR = "M176 212C196 196 222 210 218 240C215 258 204 262 202 276C199 292 180 294 174 278C168 262 160 226 176 212Z"
EAR_FOLD = "M184 226C198 218 208 230 204 246C200 256 192 258 191 270"


def poisson(width: float, height: float, gap: Gap, inside: Test, seed: int) -> list[Point]:
    """Give points at least `gap` apart (it may differ from place to place), dense until no more fits easily."""
    rng = random.Random(seed)  # noqa: S311
    cell = 8.0
    grid: dict[tuple[int, int], list[Point]] = {}
    points: list[Point] = []
    for _ in range(int(width * height / 1.6)):
        point = (rng.uniform(0, width), rng.uniform(0, height))
        if not inside(point):
            continue
        need = gap(point)
        reach = math.ceil(need / cell)
        column, row = int(point[0] // cell), int(point[1] // cell)
        near = (
            other
            for i in range(column - reach, column + reach + 1)
            for j in range(row - reach, row + reach + 1)
            for other in grid.get((i, j), ())
        )
        if all(math.dist(point, other) >= need for other in near):
            points.append(point)
            grid.setdefault((column, row), []).append(point)
    return points


def bezier(path: str) -> list[Point]:
    """Give the outline of a closed path made of M and C as a polygon."""
    numbers = [float(part) for part in path.replace("M", " ").replace("C", " ").replace("Z", " ").split()]
    pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
    outline = [pairs[0]]
    for at in range(1, len(pairs) - 2, 3):
        a, b, c, d = pairs[at - 1], *pairs[at : at + 3]
        for step in range(1, 25):
            t = step / 24
            weighted = [((1 - t) ** 3, a), (3 * t * (1 - t) ** 2, b), (3 * t * t * (1 - t), c), (t**3, d)]
            outline.append((sum(w * p[0] for w, p in weighted), sum(w * p[1] for w, p in weighted)))
    return outline


def within(point: Point, polygon: Sequence[Point]) -> bool:
    """Tell whether the point lies in the polygon."""
    x, y = point
    found = False
    for (x1, y1), (x2, y2) in pairwise([*polygon, polygon[0]]):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            found = not found
    return found


def edge_distance(point: Point, line: Sequence[Point]) -> float:
    """Give the distance from the point to the nearest part of a broken line."""
    best = math.inf
    for (x1, y1), (x2, y2) in pairwise(line):
        length = (x2 - x1) ** 2 + (y2 - y1) ** 2
        t = max(0.0, min(1.0, ((point[0] - x1) * (x2 - x1) + (point[1] - y1) * (y2 - y1)) / length)) if length else 0.0
        best = min(best, math.dist(point, (x1 + t * (x2 - x1), y1 + t * (y2 - y1))))
    return best


def dots(points: list[Point], colour: str, sizes: tuple[float, ...], seed: int = 1, opacity: float = 1) -> str:
    """Give the points as dots of a few sizes, each size one path: tiny lines with round ends."""
    rng = random.Random(seed)  # noqa: S311
    groups: list[list[Point]] = [[] for _ in sizes]
    for point in points:
        rng.choice(groups).append(point)
    paths = []
    for size, group in zip(sizes, groups, strict=True):
        steps: list[str] = []
        last = (0, 0)
        for x, y in sorted(group, key=lambda p: (int(p[1] // 12), p[0])):
            here = (round(x * 10), round(y * 10))
            steps.append(f"m{here[0] - last[0]} {here[1] - last[1]}h0")
            last = here
        paths.append(f'<path d="{"".join(steps)}" stroke-width="{size * 10:g}"/>')
    head = f'<g transform="scale(.1)" fill="none" stroke="{colour}" stroke-linecap="round" opacity="{opacity:g}">'
    return f"{head}{''.join(paths)}</g>"


def stroke(path: str, colour: str, width: float) -> str:
    """Give a line with round ends."""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}" stroke-linecap="round"/>'


def svg(name: str, width: int, height: int, *parts: str) -> None:
    """Write one picture."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
    (ART / f"{name}.svg").write_text(head + "".join(parts) + "</svg>\n", encoding="utf-8")


def profile() -> None:
    """The head of the hero: a buzz cut in profile that fades towards neck and temple."""
    head = bezier(HEAD)
    front = [(321, 104), (300, 118), (272, 132), (262, 152), (264, 178)]
    hairline = [*front, (254, 206), (240, 232), (232, 262), (219, 258)]
    behind = [(219, 216), (204, 198), (180, 200), (164, 222), (166, 262), (160, 300), (138, 344), (96, 392), (60, 400)]
    hair = [(-20, -20), (360, -20), (360, 104), *hairline, *behind, (-20, 400)]
    fade = [*hairline[3:], *behind]

    def gap(point: Point) -> float:
        soft = min(1.0, edge_distance(point, front) / 26)
        low = min(1.0, edge_distance(point, fade) / 90)
        return 3.3 + (1 - soft) * 2.4 + (1 - low) * 2.8

    ear = bezier(EAR)
    points = poisson(380, 420, gap, lambda p: within(p, head) and within(p, hair) and not within(p, ear), seed=7)
    svg(
        "profile",
        420,
        520,
        '<defs><linearGradient id="s" x1="1" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#e2b694"/>'
        '<stop offset=".55" stop-color="#c98f6b"/><stop offset="1" stop-color="#9c6548"/></linearGradient>'
        f'<clipPath id="c"><path d="{HEAD}"/></clipPath>'
        '<filter id="f"><feGaussianBlur stdDeviation="9"/></filter></defs>',
        f'<path d="{HEAD}" fill="url(#s)"/>',
        # Skin under a buzz cut is a shade darker; the shadow of the jaw lies on the neck.
        '<g clip-path="url(#c)" filter="url(#f)">'
        '<path d="M20 0L350 0L330 96L300 110L268 126L256 152L256 178L246 206L150 290L100 370L20 370Z" '
        'fill="#3a2a22" opacity=".2"/>'
        '<path d="M330 412C280 416 250 430 236 470L300 500L340 430Z" fill="#6d412b" opacity=".3"/></g>',
        dots(points, "#2a1c16", (1.35, 1.6, 1.85), opacity=0.88),
        f'<path d="{EAR}" fill="#bd8261"/>',
        stroke(EAR_FOLD, "#8f5b40", 4),
        stroke("M292 184C304 176 318 176 328 182", "#3a281f", 6),
        stroke("M300 206C308 203 318 204 324 208", "#5a3c2c", 3.5),
        stroke("M318 329C324 327 332 326 338 327", "#8a543c", 3),
    )


def loupe() -> None:
    """The scalp close up: pigment set between the follicles that are there."""
    rng = random.Random(3)  # noqa: S311

    def circle(point: Point) -> bool:
        return math.dist(point, (200, 200)) < 188

    real = poisson(400, 400, lambda p: 34, circle, seed=11)
    pigment = [p for p in poisson(400, 400, lambda p: 15.5, circle, seed=12) if all(math.dist(p, r) > 13 for r in real)]
    hairs = "".join(
        f'<path d="M{x:.0f} {y:.0f}q{rng.uniform(2, 6):.0f} {-rng.uniform(4, 8):.0f} '
        f'{rng.uniform(7, 12):.0f} {-rng.uniform(9, 15):.0f}"/>'
        for x, y in real
    )
    svg(
        "loupe",
        400,
        400,
        '<defs><radialGradient id="s" cx=".38" cy=".32" r=".8"><stop offset="0" stop-color="#e8c1a1"/>'
        '<stop offset=".7" stop-color="#cf9875"/><stop offset="1" stop-color="#ac7453"/></radialGradient></defs>',
        '<circle cx="200" cy="200" r="196" fill="url(#s)"/>',
        dots(pigment, "#4a3327", (5.2, 6, 6.8), opacity=0.72),
        f'<g fill="none" stroke="#21150f" stroke-width="3.4" stroke-linecap="round">{hairs}</g>',
        '<circle cx="200" cy="200" r="196" fill="none" stroke="#fff" stroke-opacity=".5" stroke-width="3"/>',
    )


def whorl(name: str, share: float) -> None:
    """The crown from above: the same head with what is there, with a first layer of dots and with the last."""
    golden = math.pi * (3 - math.sqrt(5))
    rng = random.Random(5)  # noqa: S311
    points = []
    for n in range(3, 1500):
        radius = 4.35 * math.sqrt(n)
        if rng.random() < share * (1 if radius > 78 else 0.9):
            angle = n * golden + radius * 0.004
            points.append((200 + radius * 0.92 * math.cos(angle), 200 + radius * 1.06 * math.sin(angle)))
    svg(
        name,
        400,
        400,
        '<defs><radialGradient id="s" cx=".42" cy=".36" r=".75"><stop offset="0" stop-color="#e6be9e"/>'
        '<stop offset="1" stop-color="#bb8362"/></radialGradient></defs>',
        '<ellipse cx="200" cy="200" rx="166" ry="190" fill="url(#s)"/>'
        '<path d="M34 186C18 182 16 228 36 226ZM366 186C382 182 384 228 364 226Z" fill="#bb8362"/>',
        dots(points, "#2a1c16", (3.2, 3.8, 4.4), opacity=0.86),
    )


def look(name: str, gap: Gap, inside: Test, seed: int, extra: str = "") -> None:
    """One look as a patch of scalp."""
    points = poisson(480, 360, gap, inside, seed)
    svg(
        name,
        480,
        360,
        '<defs><linearGradient id="s" x1="0" y1="1" x2=".6" y2="0"><stop offset="0" stop-color="#e3b897"/>'
        '<stop offset="1" stop-color="#c48a66"/></linearGradient></defs><path d="M0 0h480v360H0Z" fill="url(#s)"/>',
        extra,
        dots(points, "#2a1c16", (2.5, 3, 3.5), opacity=0.85),
    )


def looks() -> None:
    """The four looks: density, a buzz cut with edges, a soft hairline, a hidden scar."""

    def hairline(x: float) -> float:
        return 236 + 26 * math.cos((x - 240) / 76) - abs(x - 240) * 0.16

    strands = "".join(
        f'<path d="M{x + y % 13} {y}c{10 + x % 7} {-40 - y % 11} {22 + x % 11} {-90} {58 + x % 17} {-128}"/>'
        for x in range(-60, 480, 27)
        for y in range(90, 480, 66)
    )
    thinning = f'<g fill="none" stroke="#2a1c16" stroke-opacity=".42" stroke-width="1.8">{strands}</g>'
    look("density", lambda p: 7.2, lambda p: True, 21, thinning)
    edge = [(0, 262), (96, 246), (120, 300), (168, 300), (186, 214), (300, 196), (480, 200)]
    look("buzz", lambda p: 6.6, lambda p: p[1] < _height_at(edge, p[0]), 22)
    look(
        "hairline",
        lambda p: 6.4 + max(0.0, 1 - (hairline(p[0]) - p[1]) / 70) * 8,
        lambda p: p[1] < hairline(p[0]) + 6 * math.sin(p[0] / 7),
        23,
    )
    scar = [(96, 96), (150, 150), (206, 172), (262, 206), (330, 224), (388, 276)]
    mark = stroke("M96 96C130 140 170 160 206 172S300 214 330 224S370 250 388 276", "#efd0b6", 15)
    look("scar", lambda p: 6.6 if p[0] > 240 or edge_distance(p, scar) > 10 else 19, lambda p: True, 24, mark)


def _height_at(line: Sequence[Point], x: float) -> float:
    for (x1, y1), (x2, y2) in pairwise(line):
        if x1 <= x <= x2:
            return y1 + (y2 - y1) * (x - x1) / (x2 - x1)
    return line[-1][1]


def streets() -> None:
    """A map of streets that do not exist."""

    def roads() -> Iterator[str]:
        for path, width in (
            ("M-20 250C160 230 300 300 660 210", 26),
            ("M120 -20C150 140 90 260 170 460", 20),
            ("M420 -20C400 120 470 250 430 460", 22),
            ("M-20 96C180 120 380 60 660 116", 14),
            ("M-20 370C200 350 420 400 660 330", 14),
            ("M270 -20C280 160 300 300 280 460", 12),
            ("M560 -20C540 160 590 300 560 460", 12),
        ):
            yield f'<path d="{path}" stroke-width="{width}"/>'

    svg(
        "map",
        640,
        440,
        '<path d="M0 0h640v440H0Z" fill="#e7dfd1"/>'
        '<path d="M300 126c60-20 90 0 104 30s10 70-20 76-76-6-88-40 -20-58 4-66Z" fill="#cfd6bd"/>'
        '<path d="M-20 420C120 392 240 440 380 420S560 400 660 416V460H-20Z" fill="#b9d0d2"/>',
        f'<g fill="none" stroke="#fbf8f3" stroke-linecap="round">{"".join(roads())}</g>',
        '<g transform="translate(224 170)"><path d="M28 92C4 58 0 44 0 28a28 28 0 0 1 56 0c0 16-4 30-28 64Z" '
        'fill="#1f4d4a"/><circle cx="28" cy="28" r="10" fill="#fbf8f3"/></g>',
    )


def main() -> None:
    """Draw everything."""
    ART.mkdir(exist_ok=True)
    profile()
    loupe()
    for name, share in (("first", 0.07), ("second", 0.5), ("last", 1.0)):
        whorl(f"layer-{name}", share)
    looks()
    streets()


if __name__ == "__main__":
    main()
