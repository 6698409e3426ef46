"""The benchmark counts what happens: who comes when, what each waited since it was due, and who got no answer."""

import asyncio
import itertools
from collections import Counter

import pytest

from bench.load import OPENS_BEFORE_S, Due, Line, NotAnswered, at_once, open_loop, quantile, read_talks, timetable
from bench.parts import spread

TALK = [Line("question", "one"), Line("booking", "two"), Line("question", "three"), Line("other", "four")]


class Bot:
    """A bot that answers one message at a time, each after `works` seconds, and not at all what it does not like."""

    def __init__(self, works: float = 0.0, dislikes: str = "") -> None:
        self.works = works
        self.dislikes = dislikes
        self.said: list[tuple[int, str]] = []
        self.opened = 0
        self.most_at_once = 0
        self._numbers = itertools.count()
        self._asked = 0
        self._one_at_a_time = asyncio.Lock()

    def visitor(self) -> "BotVisitor":
        return BotVisitor(self, next(self._numbers))

    async def answer(self, visitor: int, text: str) -> None:
        self._asked += 1
        self.most_at_once = max(self.most_at_once, self._asked)
        async with self._one_at_a_time:
            await asyncio.sleep(self.works)
        self._asked -= 1
        self.said.append((visitor, text))
        if text == self.dislikes:
            raise NotAnswered(text)


class BotVisitor:
    def __init__(self, bot: Bot, number: int) -> None:
        self._bot = bot
        self._number = number

    async def open(self) -> None:
        self._bot.opened += 1

    async def say(self, text: str) -> None:
        await self._bot.answer(self._number, text)


def test_the_timetable_has_the_rate_that_was_asked_for() -> None:
    visits = timetable([TALK, TALK[:2]], rate=10, seconds=60, pause=0.5)
    dues = sorted(due.at for visit in visits for due in visit)
    assert len([at for at in dues if 20 <= at < 50]) == pytest.approx(300, rel=0.02)
    assert dues[0] == OPENS_BEFORE_S
    assert dues[-1] < 60
    for visit in visits:
        assert all(0.25 <= later.at - due.at <= 0.75 for due, later in itertools.pairwise(visit))


def test_the_timetable_is_always_the_same_and_makes_no_queue() -> None:
    visits = timetable(read_talks(), rate=4, seconds=60, pause=1.0)
    assert visits == timetable(read_talks(), rate=4, seconds=60, pause=1.0)
    dues = sorted(due.at for visit in visits for due in visit)
    together = [at for at, later in itertools.pairwise(dues) if later - at < 0.001]
    assert len(together) < len(dues) / 50


def test_every_talk_is_one_conversation_in_its_order() -> None:
    visits = timetable([TALK], rate=100, seconds=OPENS_BEFORE_S + 0.1, pause=0.01)
    bot = Bot()
    samples = asyncio.run(open_loop(bot, visits))
    assert bot.opened == len(visits) == 3
    for number, visit in enumerate(visits):
        assert [text for who, text in bot.said if who == number] == [due.line.text for due in visit]
    assert Counter(sample.kind for sample in samples) == Counter(due.line.kind for visit in visits for due in visit)


def test_a_wait_behind_others_counts_from_the_moment_the_message_was_due() -> None:
    # Four messages due at once, 50 ms of work each. Of one visitor the second is sent after the first is answered;
    # counted from its sending, it would not have waited for that.
    due = OPENS_BEFORE_S
    visits = [[Due(due, TALK[0]), Due(due, TALK[1])], [Due(due, TALK[2]), Due(due, TALK[3])]]
    samples = asyncio.run(open_loop(Bot(works=0.05), visits))
    took = sorted(sample.took or 0 for sample in samples)
    assert [sample.due for sample in samples] == [due] * 4
    for number, waited in enumerate(took, start=1):
        assert waited >= 0.05 * number - 0.001


def test_what_is_not_answered_is_counted_and_is_no_latency() -> None:
    visits = timetable([TALK], rate=100, seconds=OPENS_BEFORE_S + 0.03, pause=0.001)
    samples = asyncio.run(open_loop(Bot(dislikes="two"), visits))
    assert [sample.took is None for sample in samples] == [False, True, False, False]
    assert spread(samples, "booking") == {"number": 1, "failed": 1}
    everything = spread(samples, "all")
    assert (everything["number"], everything["failed"]) == (4, 1)


def test_so_many_talk_at_once_and_every_answer_counts() -> None:
    bot = Bot(works=0.002)
    answered, failed = asyncio.run(at_once(bot, [TALK], visitors=3, seconds=0.5))
    assert bot.most_at_once == 3
    assert 0 < len(bot.said) - 3 <= answered <= len(bot.said)
    assert failed == 0
    assert asyncio.run(at_once(Bot(works=0.002, dislikes="one"), [TALK], 2, 0.1))[1] > 0


@pytest.mark.parametrize(
    ("count", "share", "rank"), [(1, 0.5, 1), (2, 0.5, 1), (100, 0.95, 95), (100, 0.07, 7), (20, 0.99, 20), (3, 0.5, 2)]
)
def test_a_quantile_is_the_nearest_rank(count: int, share: float, rank: int) -> None:
    assert quantile([float(value) for value in range(count, 0, -1)], share) == rank


def test_nothing_has_no_quantile() -> None:
    with pytest.raises(ValueError, match="no values"):
        quantile([], 0.5)


def test_the_talks_hold_questions_and_bookings_with_questions_in_between() -> None:
    talks = read_talks()
    kinds = [[line.kind for line in talk] for talk in talks]
    assert {kind for talk in kinds for kind in talk} == {"question", "booking", "other"}
    bookings = [talk for talk in kinds if "booking" in talk]
    assert bookings
    assert all(talk[-1] == "booking" and "question" in talk for talk in bookings)
