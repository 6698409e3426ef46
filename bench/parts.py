"""The parts of the benchmark. Each returns figures as JSON holds them: messages in ms, the rest in s, memory in MB."""

import asyncio
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.load import Bot, NotAnswered, Sample, at_once, open_loop, quantile, read_talks, timetable
from bench.ours import Hairline, hairline, sets_of_workers
from bench.stock import Stock, stock
from bench.usage import Usage
from hairline.model import RASA_PYTHON
from hairline.settings import ROOT

Figures = dict[str, Any]
KINDS = ("question", "booking", "all")
CROWDS = (1, 2, 4, 8, 16)
GROWTH_AT = (1, 50, 100, 300, 500, 1000, 2000)
WARM_UP = 30  # messages
WARM_UP_S = 3.0  # where it is counted in time


@dataclass(frozen=True, slots=True)
class Options:
    """How much is measured."""

    seconds: float = 60
    """Of the latency part, for each system."""
    rate: float = 4
    """Messages a second of the latency part."""
    crowd_seconds: float = 10
    """For each number of visitors at once."""
    messages: int = 2000
    """Of the one conversation that grows."""
    stock_messages: int = 300
    """The same for the stock bot, which gets slower and slower; it is given up after `stock_seconds`."""
    stock_seconds: float = 120
    minutes: float = 2
    """Of ten messages a second."""
    with_stock: bool = True


def measure(parts: Sequence[str], options: Options, keep: Callable[[str, Figures], None]) -> None:
    """Measures the parts, giving each one's figures to `keep` as soon as they are there."""
    if "training" in parts:
        keep("training", measure_training())
    live = [part for part in LIVE if part in parts]
    if live:
        with hairline(rate_limit="off") as ours:
            for part in live:
                keep(part, {"hairline": LIVE[part](ours, options)})
    if "workers" in parts:
        keep("workers", measure_workers(options))
    beside = [part for part in live if part in BESIDE]
    if beside and options.with_stock:
        with stock() as other:
            keep("training", {"stock": {"first": other.trained_in}})
            for part in beside:
                keep(part, {"stock": LIVE[part](other, options)})


def run[Result](bot: Hairline | Stock, work: Coroutine[Any, Any, Result]) -> Result:
    """What `work` gives, in an event loop of its own; connections do not outlive it."""

    async def whole() -> Result:
        try:
            return await work
        finally:
            await bot.close()

    return asyncio.run(whole())


def measure_start(bot: Hairline | Stock, _: Options) -> Figures:
    """From its first process to ready, and what it then uses."""
    return {"ready": bot.ready_after, "memory": memory_of(bot.usage())}


def measure_latency(bot: Hairline | Stock, options: Options) -> Figures:
    """Conversations at a gentle pace, open loop, and the memory after them."""
    visits = timetable(read_talks(), options.rate, options.seconds, pause=1.0)
    run(bot, open_loop(bot, timetable(read_talks(), options.rate, WARM_UP / options.rate, pause=0.5)))
    before = bot.usage()
    samples = run(bot, open_loop(bot, visits))
    after = bot.usage()
    figures = {kind: spread(samples, kind) for kind in KINDS}
    return {
        **figures,
        "cpu": cpu_between(before, after, len(samples)),
        "memory": memory_of(after),
        "rate": options.rate,
    }


def measure_crowd(bot: Hairline | Stock, options: Options) -> Figures:
    """Messages a second at so many visitors at once."""
    figures = {}
    for crowd in CROWDS:
        began = time.perf_counter()
        answered, failed = run(bot, at_once(bot, read_talks(), crowd, options.crowd_seconds))
        figures[str(crowd)] = {"rate": answered / options.crowd_seconds, "failed": failed}
        print(f"    {bot.name}: {crowd} at once: {answered / (time.perf_counter() - began):.1f} a second", flush=True)
    return figures


def measure_growth(bot: Hairline | Stock, options: Options) -> Figures:
    """What a message costs as one conversation grows, and whether the system got to the end of it."""
    limit = options.messages if isinstance(bot, Hairline) else options.stock_messages
    patience = float("inf") if isinstance(bot, Hairline) else options.stock_seconds
    return run(bot, _grow(bot, limit, patience))


async def _grow(bot: Hairline | Stock, limit: int, patience: float) -> Figures:
    texts = [line.text for talk in read_talks() for line in talk if line.kind == "question"]
    for _ in range(3):  # so that the first message measured is not the first that the system ever saw
        await _ask_all(bot, texts)
    visitor = bot.visitor()
    await visitor.open()
    began, took = time.perf_counter(), list[float]()
    spent = [(0, sum(one.cpu for one in bot.usage().values()))]
    for number in range(limit):
        start = time.perf_counter()
        try:
            await visitor.say(texts[number % len(texts)])
        except NotAnswered:
            break
        took.append(time.perf_counter() - start)
        if (number + 1) % 100 == 0 or number + 1 == len(texts):
            spent.append((number + 1, sum(one.cpu for one in bot.usage().values())))
        if time.perf_counter() - began > patience:
            break
    points = {
        str(at): 1000 * statistics.median(took[at - 1 : at - 1 + len(texts)] if at == 1 else took[at - len(texts) : at])
        for at in GROWTH_AT
        if at <= len(took)
    }
    cpu = {str(end): 1000 * (after - before) / (end - start) for (start, before), (end, after) in pairwise(spent)}
    return {"median": points, "cpu": cpu, "reached": len(took), "of": limit}


async def _ask_all(bot: Bot, texts: Sequence[str]) -> None:
    visitor = bot.visitor()
    await visitor.open()
    for text in texts:
        await visitor.say(text)


def measure_steady(bot: Hairline | Stock, options: Options) -> Figures:
    """Ten messages a second, open loop."""
    visits = timetable(read_talks(), 10, options.minutes * 60, pause=1.0)
    before = bot.usage()
    samples = run(bot, open_loop(bot, visits))
    after = bot.usage()
    figures = {kind: spread(samples, kind) for kind in KINDS}
    return {**figures, "minutes": options.minutes, "memory_before": memory_of(before), "memory": memory_of(after)}


def measure_training() -> Figures:
    """Ours in a copy of its sources: first without any embedding kept, then with those of the first."""
    with tempfile.TemporaryDirectory(prefix="training-bench-") as name:
        folder = Path(name)
        for part in ("config.yml", "domain.yml"):
            shutil.copy(ROOT / part, folder)
        shutil.copytree(ROOT / "data", folder / "data")
        shutil.copytree(ROOT / "nlu", folder / "nlu", ignore=shutil.ignore_patterns(".venv", "__pycache__"))
        for part in ("spacy_en", "encoder"):
            shutil.copytree(ROOT / ".cache" / part, folder / ".cache" / part)
        took = []
        for turn in range(2):
            took.append(_train(folder, f"models{turn}"))
    return {"hairline": {"first": took[0], "second": took[1]}}


def _train(folder: Path, out: str) -> float:
    start = time.monotonic()
    subprocess.run(
        (str(RASA_PYTHON), "-W", "ignore", "-m", "rasa", "train", "--force", "--out", out),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "LOG_LEVEL": "ERROR", "RASA_TELEMETRY_ENABLED": "false"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return time.monotonic() - start


def measure_workers(options: Options) -> Figures:
    """Messages a second at sixteen at once: one web, Rasa and action server on one core, and two of each on two.

    On the same two cores a second Rasa process has nothing to gain: one system with one of each uses both already.
    """
    figures = {}
    for count in (1, 2):
        with sets_of_workers(count, rate_limit="off") as ours:
            run(ours, at_once(ours, read_talks(), 16, WARM_UP_S))
            answered, failed = run(ours, at_once(ours, read_talks(), 16, options.crowd_seconds))
            figures[str(count)] = {"rate": answered / options.crowd_seconds, "failed": failed}
    return figures


def spread(samples: Sequence[Sample], kind: str) -> Figures:
    """Quantiles of one kind in milliseconds, how many there were, and how many got no answer."""
    chosen = [sample for sample in samples if kind in ("all", sample.kind)]
    took = [1000 * sample.took for sample in chosen if sample.took is not None]
    quantiles = (
        {name: quantile(took, share) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))} if took else {}
    )
    return {**quantiles, "number": len(chosen), "failed": len(chosen) - len(took)}


def memory_of(used: dict[str, Usage]) -> dict[str, float]:
    """MB by process."""
    return {name: one.memory for name, one in used.items()}


def cpu_between(before: dict[str, Usage], after: dict[str, Usage], messages: int) -> dict[str, float]:
    """Milliseconds of CPU a message by process."""
    return {name: 1000 * (one.cpu - before[name].cpu) / messages for name, one in after.items() if name in before}


LIVE: dict[str, Callable[[Hairline | Stock, Options], Figures]] = {
    "start": measure_start,
    "latency": measure_latency,
    "crowd": measure_crowd,
    "growth": measure_growth,
    "steady": measure_steady,
}
"""Measured on a running system, in this order."""
BESIDE = ("start", "latency", "crowd", "growth")
"""Measured on the stock bot as well."""
PARTS = ("training", *LIVE, "workers")
