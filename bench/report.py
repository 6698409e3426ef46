"""The report: figures kept in docs/performance.json, told in docs/performance.md."""

import json
import os
import platform
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.parts import Figures
from hairline.settings import ROOT

Row = Iterable[str]
NOT_MEASURED = "not measured"


class Book:
    """The last figures of every part. A part measured again replaces what it measured before, system by system."""

    def __init__(self, folder: Path = ROOT / "docs") -> None:
        self.report = folder / "performance.md"
        self._kept = folder / "performance.json"
        self.parts: dict[str, Figures] = json.loads(self._kept.read_text()) if self._kept.exists() else {}

    def keep(self, part: str, figures: Figures) -> None:
        """Writes down figures, each system's with the moment, the machine's load and the machine."""
        load = os.getloadavg()[0]
        stamp = {"at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), "load": round(load, 1), "machine": machine()}
        for system, measured in figures.items():
            self.parts.setdefault(part, {})[system] = {**measured, "measured": stamp}
        self._kept.write_text(json.dumps(self.parts, indent=1, sort_keys=True) + "\n")
        print(f"{part}: measured (load average {load:.1f})", flush=True)
        self.write()

    def write(self) -> None:
        """Writes the report."""
        self.report.write_text(told(self.parts), encoding="utf-8")


def machine() -> str:
    """The processor and how many cores of it there are."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{model}, {os.cpu_count()} cores"


def told(parts: dict[str, Figures]) -> str:
    """The whole report as Markdown."""
    text = [INTRODUCTION]
    for title, part, tell in SECTIONS:
        figures = parts.get(part)
        text += [
            f"## {title}\n",
            *(tell(figures) if figures else [f"`{_command(part)}`: {NOT_MEASURED}."]),
            "",
        ]
        if figures:
            text += [_when(figures), ""]
    text += [(ROOT / "bench" / name).read_text(encoding="utf-8") for name in ("store.md", "tricks.md")]
    return "\n".join(text)


def _command(part: str) -> str:
    return "make benchmark-store" if part == "store" else f"make benchmark PARTS={part}"


def _when(figures: Figures) -> str:
    stamps = {name: one["measured"] for name, one in figures.items() if "measured" in one}
    whose = {"hairline": "Hairline", "stock": "rasa init", "1": "one worker", "2": "two workers"}
    said = "; ".join(
        f"{whose.get(name, name)} {it['at']}, load average {it['load']}" for name, it in sorted(stamps.items())
    )
    return f"Measured: {said}; {next(iter(stamps.values()))['machine']}."


def table(head: Row, rows: Iterable[Row]) -> list[str]:
    """A table of Markdown."""
    head = list(head)
    lines = [head, ["---"] * len(head), *(list(row) for row in rows)]
    return [f"| {' | '.join(line)} |" for line in lines]


def number(value: float | None, form: str = ".0f") -> str:
    """A figure, or that there is none."""
    return NOT_MEASURED if value is None else format(value, form)


def _of(figures: Figures, system: str, *path: str) -> Any:
    found: Any = figures.get(system)
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _ratio(part: float | None, whole: float | None, form: str = ".1f") -> str:
    return f"{part / whole:{form}} times" if part and whole else ""


def tell_start(figures: Figures) -> list[str]:
    """Ready after, memory."""
    ours, other = figures.get("hairline", {}), figures.get("stock", {})
    rows = [("ready after, s", number(ours.get("ready"), ".1f"), number(other.get("ready"), ".1f"), "at most 15")]
    rows += [("memory when ready, MB", _sum(ours.get("memory")), _sum(other.get("memory")), "under 900")]
    return table(("", "Hairline", "rasa init", "wanted of Hairline"), rows)


def tell_training(figures: Figures) -> list[str]:
    """Seconds."""
    ours, other = figures.get("hairline", {}), figures.get("stock", {})
    return table(
        ("s", "Hairline", "rasa init"),
        [
            ("first, every embedding computed", number(ours.get("first")), number(other.get("first"))),
            ("second, embeddings kept", number(ours.get("second")), ""),
        ],
    )


def _sum(memory: dict[str, float] | None) -> str:
    return number(sum(memory.values()) if memory else None)


WANTED = {("question", "p50"): "at most 25, 3 times", ("question", "p95"): "at most 60, 3 times"}


def tell_latency(figures: Figures) -> list[str]:
    """Quantiles by kind, CPU and memory by process."""
    rows = []
    for kind, label in (("question", "a question"), ("booking", "a booking's message"), ("all", "all")):
        for name in ("p50", "p95", "p99"):
            ours, other = _of(figures, "hairline", kind, name), _of(figures, "stock", kind, name)
            wanted = WANTED.get((kind, name), "")
            rows.append(
                (f"{label}, {name}, ms", number(ours, ".1f"), number(other, ".1f"), _ratio(other, ours), wanted)
            )
    for label, path in (("messages", ("all", "number")), ("of these without an answer", ("all", "failed"))):
        rows.append((label, number(_of(figures, "hairline", *path)), number(_of(figures, "stock", *path)), "", ""))
    rows.append(
        (
            "memory after them, MB",
            _sum(_of(figures, "hairline", "memory")),
            _sum(_of(figures, "stock", "memory")),
            "",
            "under 900",
        )
    )
    text = table(("", "Hairline", "rasa init", "Hairline is faster", "wanted"), rows)
    ours = figures.get("hairline", {})
    if ours:
        names = list(ours["memory"])
        parts = [(name, number(ours["memory"][name]), number(ours["cpu"].get(name), ".1f")) for name in names]
        text += ["", *table(("Hairline's process", "memory, MB", "CPU a message, ms"), parts)]
    return text


def tell_crowd(figures: Figures) -> list[str]:
    """Messages a second by number of visitors."""
    crowds = sorted({int(name) for one in figures.values() for name in one if name.isdigit()})
    rows = []
    for crowd in crowds:
        ours, other = (_of(figures, system, str(crowd), "rate") for system in ("hairline", "stock"))
        failed = [_of(figures, system, str(crowd), "failed") or 0 for system in ("hairline", "stock")]
        rows.append(
            (str(crowd), number(ours, ".1f"), number(other, ".1f"), _ratio(ours, other), f"{failed[0]}, {failed[1]}")
        )
    return table(
        ("at once", "Hairline, messages a second", "rasa init", "more (wanted: 5 times)", "without an answer"), rows
    )


def tell_growth(figures: Figures) -> list[str]:
    """Medians by length."""
    points = sorted({int(at) for one in figures.values() for at in one.get("median", {})})
    rows = []
    for at in points:
        ours, other = (_of(figures, system, "median", str(at)) for system in ("hairline", "stock"))
        rows.append((str(at), number(ours, ".1f"), number(other, ".1f") if other else ""))
    whose = {"hairline": "Hairline", "stock": "rasa init"}
    reached = [f"{whose[name]} {one['reached']} of {one['of']}" for name, one in sorted(figures.items())]
    text = table(("message", "Hairline, median ms", "rasa init, median ms"), rows)
    first, later = (_of(figures, "hairline", "median", at) for at in ("1", "500"))
    grown = f"Hairline's message 500 takes {_ratio(later, first)} as long as the first; wanted: at most twice. "
    said = f"{grown if later else ''}Messages answered: {'; '.join(reached)}."
    return [*text, "", said, "", *_drawn(figures)]


def _drawn(figures: Figures) -> list[str]:
    """CPU a message as the conversation grows, as bars of text: it is disturbed less than the clock."""
    text = ["CPU a message, all processes, in milliseconds:", "", "```"]
    for system, label in (("hairline", "Hairline"), ("stock", "rasa init")):
        spent = sorted((int(end), value) for end, value in (_of(figures, system, "cpu") or {}).items())
        shown = [each for place, each in enumerate(spent) if place % 3 == 0 or place == len(spent) - 1]
        for end, value in shown:
            text.append(f"{label:>9} to {end:>5} {value:7.1f} {'#' * min(int(value / 4) + 1, 70)}")
    return [*text, "```"]


def tell_steady(figures: Figures) -> list[str]:
    """Ten a second."""
    ours = figures["hairline"]
    rows = [
        (kind, *(number(ours[kind].get(name), ".1f") for name in ("p50", "p95", "p99")))
        for kind in ("question", "booking", "all")
    ]
    text = table((f"{ours['minutes']:g} minutes, ms", "p50", "p95", "p99"), rows)
    all_of_it = ours["all"]
    return [
        *text,
        "",
        f"{all_of_it['number']} messages, {all_of_it['failed']} without an answer. Wanted: p95 at most 300 ms "
        f"and no error in 30 minutes. Memory before {_sum(ours['memory_before'])} MB, after {_sum(ours['memory'])} MB.",
    ]


def tell_workers(figures: Figures) -> list[str]:
    """Messages a second with one and two."""
    one, two = (_of(figures, count, "rate") for count in ("1", "2"))
    rows = [
        ("1, on one core", number(one, ".1f"), ""),
        ("2, on two cores", number(two, ".1f"), _ratio(two, one, ".2f")),
    ]
    return [
        *table(("web, Rasa and action servers, of each", "messages a second at 16 at once", "wanted: 1.7 times"), rows),
        "",
        "The driver uses the same cores; where Hairline has one, it has the other one for itself.",
    ]


def tell_store(figures: Figures) -> list[str]:
    """What staff wait for with many leads, and what visitors do, by database."""
    kinds = sorted(figures)
    first = figures[kinds[0]]
    asked = [
        (name, *(number(_of(figures, kind, "asked", name, at)) for kind in kinds for at in ("p50", "p95")))
        for name in first["asked"]
    ]
    missed = [
        f"{name} ({kind})"
        for kind in kinds
        for name, took in figures[kind]["asked"].items()
        if name.startswith(("list", "search")) and took["p95"] >= STORE_GOAL_MS
    ]
    return [
        f"Milliseconds over HTTP with {first['leads']:,} leads, each asked {first['rounds']} times, about other leads:",
        "",
        *table(("", *(f"{kind} {at}" for kind in kinds for at in ("p50", "p95"))), asked),
        "",
        f"Wanted: below {STORE_GOAL_MS} ms to list and search. p95 not below: {', '.join(missed) or 'none'}.",
        "",
        "What as many leads cost a visitor, in milliseconds:",
        "",
        *table(("", "a question, p50", "p95", "CPU a message, all processes"), _visitors(figures)),
    ]


def _visitors(figures: Figures) -> list[Row]:
    rows: list[Row] = []
    for kind, one in sorted(figures.items()):
        for state, label in (("empty", "no leads"), ("full", f"{one['leads']:,} leads")):
            found = one["visitors"][state]
            took = (number(found["question"][at], ".1f") for at in ("p50", "p95"))
            rows.append((f"{kind}, {label}", *took, number(sum(found["cpu"].values()), ".1f")))
    return rows


STORE_GOAL_MS = 100

SECTIONS: tuple[tuple[str, str, Callable[[Figures], list[str]]], ...] = (
    ("Start", "start", tell_start),
    ("Training", "training", tell_training),
    ("How long a visitor waits", "latency", tell_latency),
    ("Many at once", "crowd", tell_crowd),
    ("A conversation that grows", "growth", tell_growth),
    ("Ten messages a second", "steady", tell_steady),
    ("Two workers", "workers", tell_workers),
    ("A million leads", "store", tell_store),
)

INTRODUCTION = """# How fast, how small

Written by `make benchmark` (bench/); do not edit. Every figure is that of the last run of its part, with the moment and
the machine's load average beside it: on two cores a load average above 3 means that others used the machine, too.

- **What is said**: the talks of bench/talks.yml: questions, bookings with corrections and with questions in between.
  The stock bot is told the same words; it understands few of them, which makes it no slower.
- **Open loop**: arrivals and messages have a timetable; a latency counts from the moment the message was due. Pauses
  between a visitor's messages differ by up to a half, so that messages of several visitors are not due in step. (Until
  23 November 2026 they did not, and two thirds of all messages were due at the very moment of others: figures of then
  are those of a queue.)
- **Hairline** is the whole system under its supervisor with SQLite, over its public API. **rasa init** is the project
  that this command makes, trained and served as it comes, over Rasa's REST channel. It has no actions and no database.
- **Again**: `make benchmark` measures all of this, `make benchmark PARTS="latency growth"` some of it, and
  `make benchmark PARTS=steady BENCH="--minutes 30"` the long form of the last but one. Run nothing else meanwhile.
  A store of a million leads is measured by `make benchmark-store` (bench/store.py): leads over three years with a
  delivery each and the conversations of the newest 50,000; the real web process is asked over HTTP.
- **Memory** is PSS, summed over all processes of a system. The driver of the load runs on the same cores, not counted.
"""
