"""Visitors who arrive by a timetable, and what they had to wait.

Open loop: who arrives when, and when each message is due, is fixed beforehand. A latency counts from the moment the
message was due, not from when it could be sent, so that a server which makes one message wait is charged for all that
wait behind it (no coordinated omission).
"""

import asyncio
import math
import random
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, cycle, islice
from pathlib import Path
from typing import Protocol

import yaml

TALKS = Path(__file__).parent / "talks.yml"
OPENS_BEFORE_S = 1.0  # a visitor opens the chat so long before the first message is due

SEED = 7


class NotAnswered(Exception):
    """The system under test refused a message or did not answer it."""


class Visitor(Protocol):
    """One conversation with a system under test."""

    async def open(self) -> None:
        """Begin. Raises `NotAnswered`."""

    async def say(self, text: str) -> None:
        """Return once the message is answered. Raises `NotAnswered`."""


class Bot(Protocol):
    """A system under test."""

    def visitor(self) -> Visitor:
        """Somebody who has not spoken yet."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is said, and the kind it is counted as: question, booking, other."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Due:
    """A line and when it is due, in seconds from the start."""

    at: float
    line: Line


@dataclass(frozen=True, slots=True)
class Sample:
    """One message: its kind, when it was due, how long its answer took in seconds; None where there was none."""

    kind: str
    due: float
    took: float | None


def read_talks() -> list[list[Line]]:
    """The talks of talks.yml."""
    talks = yaml.safe_load(TALKS.read_text(encoding="utf-8"))
    return [[Line(str(kind), str(text)) for said in talk for kind, text in said.items()] for talk in talks]


def timetable(talks: Sequence[Sequence[Line]], rate: float, seconds: float, pause: float) -> list[list[Due]]:
    """Visitors for so many seconds, one talk each in turn: `rate` messages a second in all, about `pause` s between a
    visitor's.

    Visitors arrive evenly, each so long after the one before as that one has messages. Their pauses differ by up to a
    half, the same ones in every timetable: with equal ones two thirds of all messages were due at the very moment of
    others, which is a queue that the timetable made.
    """
    chance = random.Random(SEED)  # noqa: S311, nothing is to be kept secret
    visits: list[list[Due]] = []
    arrives = OPENS_BEFORE_S
    for talk in cycle(talks):
        if arrives >= seconds:
            return visits
        pauses = (pause * chance.uniform(0.5, 1.5) for _ in talk)
        dues = [Due(at, line) for at, line in zip(accumulate(pauses, initial=arrives), talk, strict=False)]
        visits.append([due for due in dues if due.at < seconds])
        arrives += len(talk) / rate
    raise ValueError("no talks")


async def open_loop(bot: Bot, visits: Iterable[Sequence[Due]]) -> list[Sample]:
    """What every message of a timetable took. A visitor who got no answer goes on with the next message."""
    start = time.perf_counter()
    done = await asyncio.gather(*(_visit(bot, visit, start) for visit in visits))
    return [sample for samples in done for sample in samples]


async def _visit(bot: Bot, visit: Sequence[Due], start: float) -> list[Sample]:
    samples = []
    visitor = bot.visitor()
    await asyncio.sleep(start + visit[0].at - OPENS_BEFORE_S - time.perf_counter())
    try:
        await visitor.open()
    except NotAnswered:
        return [Sample(due.line.kind, due.at, None) for due in visit]
    for due in visit:
        await asyncio.sleep(start + due.at - time.perf_counter())
        took = None
        with suppress(NotAnswered):
            await visitor.say(due.line.text)
            took = time.perf_counter() - start - due.at
        samples.append(Sample(due.line.kind, due.at, took))
    return samples


async def at_once(bot: Bot, talks: Sequence[Sequence[Line]], visitors: int, seconds: float) -> tuple[int, int]:
    """Closed loop: so many visitors talk without a pause. How many messages were answered, and how many not."""
    end = time.perf_counter() + seconds
    counts = [0, 0]

    async def talk_on(first: int) -> None:
        for talk in islice(cycle(talks), first, None):
            visitor = bot.visitor()
            try:
                await visitor.open()
                for line in talk:
                    if time.perf_counter() > end:
                        return
                    await visitor.say(line.text)
                    counts[0] += time.perf_counter() <= end
            except NotAnswered:
                counts[1] += 1
                if time.perf_counter() > end:
                    return

    await asyncio.gather(*(talk_on(number) for number in range(visitors)))
    return counts[0], counts[1]


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all are not above (nearest rank). ValueError where there are none."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    rank = math.ceil(round(len(ordered) * share, 9))  # 100 * 0.07 is a little more than 7
    return ordered[max(rank - 1, 0)]
