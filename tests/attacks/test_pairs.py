"""Pairs of visitors at the same time, each with words of their own: no byte of another in an answer, stream or lead."""

import json
import queue
import random
import re
import threading

import pytest

from tests.attacks.bots import Bot, Chat, HairlineBot, HairlineChat, RestBot
from tests.attacks.forms import count, report
from tests.system import wait_until

pytestmark = pytest.mark.slow

AT_ONCE = 4
SEED = 11
CANARY = re.compile(rb"zq[a-z]{10}", re.I)
BOOKED_EVERY = 10
"""One pair in so many goes on to leave a request; a whole booking is seven turns."""
LAST_STEPS = ("any time", "yes I agree", "yes")


def lines(canary: str) -> list[str]:
    """What a visitor says: each line holds their canary where a booking keeps something, or none at all."""
    return [
        f"do you know {canary}?",
        "I'd like to book a consultation",
        f"my name is {canary.title()}",
        f"{canary}@example.com",
        f"it's about a scar from {canary}",
    ]


class _Visitor:
    """A visitor with a canary, and every byte that came to them."""

    def __init__(self, bot: Bot[Chat], canary: str) -> None:
        self.chat = bot.open()
        self.canary = canary
        self.raw: list[bytes] = []

    def take(self, step: str) -> None:
        answer = self.chat.say(step)
        assert answer.status == 200, answer.status
        self.raw.append(answer.raw)

    def check(self, other: "_Visitor") -> None:
        """Nothing foreign in what came, and no way into the other's talk."""
        self.raw.append(self.chat.read().raw)
        self.raw.append(json.dumps(self.chat.leads()).encode())
        self.raw.append(self.chat.read_of(other.chat).raw)
        self.raw.append(self.chat.speak_for(other.chat, f"this is {self.canary}").raw)
        found = {word.lower().decode() for raw in self.raw for word in CANARY.findall(raw)}
        assert found <= {self.canary}, f"{self.canary} was shown {found - {self.canary}}"
        own = other.chat.read()
        assert self.canary.encode() not in own.raw.lower(), f"{self.canary} spoke in another's talk"
        assert other.canary.encode() in own.raw.lower(), "the harness sees nothing: one's own words are not there"


class _Listener:
    """Keeps every byte of a talk's event stream, which ends when the talk is cleared."""

    def __init__(self, chat: HairlineChat) -> None:
        self.chat = chat
        self.heard: list[bytes] = []
        self._opened = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        assert self._opened.wait(60), "the event stream did not open"

    def _listen(self) -> None:
        with self.chat.events() as stream:
            for chunk in stream.iter_raw():
                self.heard.append(chunk)
                self._opened.set()

    def hear_all(self) -> bytes:
        """Everything, once the talk's last message has come."""
        last = json.loads(self.chat.read().raw)["messages"][-1]
        assert last["author"] == "bot"
        assert wait_until(lambda: last["id"].encode() in b"".join(self.heard), 60), "the event stream is silent"
        return b"".join(self.heard)

    def end(self) -> None:
        """Clear the talk."""
        self.chat.clear()
        self._thread.join(60)
        assert not self._thread.is_alive(), "the event stream outlives its talk"


def _pair(bot: Bot[Chat], chance: random.Random, books: bool) -> int:
    """One pair; how many leads came of it."""
    both = [_Visitor(bot, "zq" + "".join(chance.choices("abdeilmnorstu", k=10))) for _ in range(2)]
    listeners = [_Listener(visitor.chat) for visitor in both if isinstance(visitor.chat, HairlineChat)]
    talks = [lines(visitor.canary) + (list(LAST_STEPS) if books else []) for visitor in both]
    for steps in zip(*talks, strict=True):
        # Both at the same moment, not one after the other.
        sent = [threading.Thread(target=v.take, args=(s,)) for v, s in zip(both, steps, strict=True)]
        for thread in sent:
            thread.start()
        for thread in sent:
            thread.join()
    for visitor, listener in zip(both, listeners, strict=False):
        visitor.raw.append(listener.hear_all())
    both[0].check(both[1])
    both[1].check(both[0])
    leads = sum(len(visitor.chat.leads()) for visitor in both)
    for listener in listeners:
        listener.end()
    return leads


def attack(bot: Bot[Chat], pairs: int) -> int:
    """So many pairs, some at the same time; how many leads came of them. Raises what is wrong with the bot."""
    work: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(pairs):
        work.put(number)
    faults: list[BaseException] = []
    leads: list[int] = []

    def run() -> None:
        while not faults:
            try:
                number = work.get_nowait()
            except queue.Empty:
                return
            try:
                leads.append(_pair(bot, random.Random(SEED + number), books=number % BOOKED_EVERY == 0))
            except BaseException as fault:  # a thread's faults are raised by the one that started it
                faults.append(fault)

    runners = [threading.Thread(target=run) for _ in range(AT_ONCE)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    if faults:
        raise faults[0]
    return sum(leads)


def test_no_visitor_sees_a_byte_of_another(hairline_bot: HairlineBot) -> None:
    number = count(4, 1_000)
    before = hairline_bot.processes()
    leads = attack(hairline_bot, number)
    assert leads, "there was no lead to look into"
    assert hairline_bot.processes() == before
    report("pairs", f"{number} pairs: no foreign byte in an answer, transcript, event stream or one of {leads} leads")


def test_a_naive_bot_shows_them(naive: RestBot) -> None:
    with pytest.raises(AssertionError, match="was shown"):
        attack(naive, 2)


def test_the_stock_bot_shows_them(stock: RestBot) -> None:
    with pytest.raises(AssertionError, match="was shown") as fault:
        attack(stock, 2)
    report("pairs", f"the stock bot fails: {str(fault.value).splitlines()[0]}")
