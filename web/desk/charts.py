"""Charts as numbers for a template: where each bar stands. No library, no script, no inline style."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 1040, 220
LEFT, BOTTOM, TOP = 34, 22, 10
NARROW = 500
ROW = 30
LABEL = 190


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle with what it means."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: int
    series: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of a size; `ticks` are the marks of the axis with their places."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...] = ()
    days: tuple[tuple[float, str], ...] = ()
    names: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """All values together."""
        return sum(bar.value for bar in self.bars)


def columns(series: Mapping[str, Mapping[date, int]]) -> Chart:
    """A column for each day and series, side by side."""
    days = sorted({day for values in series.values() for day in values})
    most = _round_up(max((max(values.values(), default=0) for values in series.values()), default=0))
    plot_height, slot = HEIGHT - BOTTOM - TOP, (WIDTH - LEFT) / max(len(days), 1)
    width = min(18.0, slot * 0.8 / max(len(series), 1))
    drawn = []
    for number, (name, values) in enumerate(series.items()):
        for place, day in enumerate(days):
            height = plot_height * values.get(day, 0) / most
            x = LEFT + slot * place + (slot - width * len(series)) / 2 + width * number
            label = f"{day:%a} {day.day} {day:%b}: {values.get(day, 0)} {name}"
            drawn.append(_bar(x, TOP + plot_height - height, width - 1, height, label, values.get(day, 0), number))
    ticks = tuple((round(TOP + plot_height * (1 - part), 1), f"{most * part:g}") for part in (0.0, 0.5, 1.0))
    step = max(1, len(days) // 8)
    marks = [(round(LEFT + slot * (place + 0.5), 1), f"{day.day} {day:%b}") for place, day in enumerate(days)]
    return Chart(WIDTH, HEIGHT, tuple(drawn), ticks, tuple(marks[::step]), tuple(series))


def bars(rows: Sequence[tuple[str, int]]) -> Chart:
    """A lying bar for each row, its name in front of it."""
    most = max((value for _, value in rows), default=1) or 1
    room = NARROW - LABEL - 50
    drawn = [
        _bar(LABEL, ROW * place + 5, max(2.0, room * value / most), ROW - 10, name, value)
        for place, (name, value) in enumerate(rows)
    ]
    return Chart(NARROW, ROW * max(len(rows), 1), tuple(drawn))


def _bar(x: float, y: float, width: float, height: float, label: str, value: int, series: int = 0) -> Bar:
    return Bar(round(x, 1), round(y, 1), round(max(width, 0), 1), round(height, 1), label, value, series)


def _round_up(value: int) -> int:
    """The next even number that reads well at the top of an axis, at least 4."""
    for step in (4, 10, 20, 50, 100, 200, 500, 1000):
        if value <= step:
            return step
    return -(-value // 1000) * 1000
