"""Talks at random with hostile words: no crash, no silence, no word is a command, no lead that nobody agreed to."""

import threading
import time

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from leads.texts import clean
from tests.attacks.bots import Answer, Bot, Chat, HairlineBot, RestBot
from tests.attacks.forms import count, deadline, report
from tests.attacks.texts import COMMANDS, HOSTILE, ORDINARY

pytestmark = pytest.mark.slow

AT_ONCE = 4
LONGEST = 8
THANKS = "request has reached"
LONGEST_TEXT = 2000
REMOVED = "[removed at the visitor's wish]"

words = st.one_of(
    st.sampled_from(ORDINARY),
    st.sampled_from(HOSTILE),
    st.sampled_from(COMMANDS),
    st.text(max_size=60),
    st.tuples(st.sampled_from(ORDINARY), st.sampled_from(HOSTILE)).map(" ".join),
)
steps = st.one_of(
    st.tuples(st.just("say"), words),
    st.tuples(st.just("say"), st.sampled_from(ORDINARY)),
    st.tuples(st.just("choose"), st.integers(0, 9).map(str)),  # one of those on offer
    st.tuples(st.just("force"), st.one_of(st.sampled_from(COMMANDS), st.text(max_size=130))),
    st.tuples(st.just("twice"), words),
)
talks = st.lists(steps, min_size=1, max_size=LONGEST)


class _Talk:
    """One conversation and what must be true of it; raises AssertionError where it is not."""

    def __init__(self, bot: Bot[Chat]) -> None:
        self.bot = bot
        self.chat = bot.open()
        self.said: list[str] = []
        self.thanked = 0
        self.choices = self.chat.greeted_with
        self.offered = set(self.choices)
        self.keys = 0

    def take(self, step: tuple[str, str]) -> None:
        kind, what = step
        if kind == "say":
            self.hear(what, self.chat.say(what))
        elif kind == "twice":
            self.keys += 1
            first = self.chat.say(what, f"key-{self.keys}")
            self.hear(what, first)
            if first.status == 200:
                assert self.chat.say(what, f"key-{self.keys}").texts == first.texts, "a repeat was answered otherwise"
        elif kind == "choose" and self.choices:
            choice = self.choices[int(what) % len(self.choices)]
            self.hear(None, self.chat.choose(choice))
        elif kind == "force" and what not in self.offered:
            answer = self.chat.choose(what)
            self.check_status(answer)
            assert answer.status in (409, 422), f"a choice that nobody offered was taken: {answer.status}"

    def hear(self, text: str | None, answer: Answer) -> None:
        self.check_status(answer)
        if answer.status != 200:
            fits = text is not None and _is_sayable(text)
            # A person writes there, too fast, or the choice was withdrawn by a word in between.
            assert not fits, f"{text!r} was refused with {answer.status}"
            return
        assert text is None or _is_sayable(text), f"{text!r} was taken"
        if text is not None:
            self.said.append(clean(text))
        assert answer.texts or answer.state == "person", f"silence after {text!r}"
        self.choices = answer.choices or self.choices
        self.offered |= set(answer.choices)
        self.thanked += any(THANKS in said for said in answer.texts)

    def check_status(self, answer: Answer) -> None:
        assert answer.status < 500 or (answer.status == 503 and not self.bot.is_up()), f"status {answer.status}"

    def end(self) -> None:
        read = self.chat.read()
        assert read.status == 200, f"the talk cannot be read any more: {read.status}"
        said, kept = self.said, [text for text in read.texts if text in {*self.said, REMOVED}]
        if REMOVED in kept:  # they asked that it be forgotten: what they said since then is kept
            kept = kept[len(kept) - kept[::-1].index(REMOVED) :]
            said = said[len(said) - len(kept) :]
        assert kept == said, f"said {self.said}, kept {read.texts}"
        leads = [lead for lead in self.chat.leads() if lead["status"] != "incomplete"]
        assert len(leads) <= self.thanked, "a lead without thanks"
        for lead in leads:
            assert lead["consent"]["given"], "a lead without consent"


def _is_sayable(text: str) -> bool:
    try:
        return 1 <= len(clean(text)) <= LONGEST_TEXT
    except ValueError:
        return False


def attack(bot: Bot[Chat], talks_in_all: int) -> tuple[int, int]:
    """So many talks, some at the same time; how many talks and steps that were. Raises what is wrong with the bot."""
    before = bot.processes()
    until = deadline()
    faults: list[BaseException] = []
    ended: list[int] = []

    def one_visitor(number: int) -> None:
        @seed(number)
        @settings(
            max_examples=-(-talks_in_all // AT_ONCE),
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(talks)
        def talk(steps_of_talk: list[tuple[str, str]]) -> None:
            if faults or time.monotonic() > until:
                return
            here = _Talk(bot)
            for step in steps_of_talk:
                here.take(step)
            here.end()
            ended.append(len(steps_of_talk))

        try:
            talk()
        except BaseException as fault:  # a thread's faults are raised by the one that started it
            faults.append(fault)

    visitors = [threading.Thread(target=one_visitor, args=(number,)) for number in range(AT_ONCE)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    if faults:
        raise faults[0]
    assert bot.processes() == before, "a process exited"
    assert bot.is_up()
    return len(ended), sum(ended)


def test_no_talk_whatever_is_said_in_it_breaks_anything(hairline_bot: HairlineBot) -> None:
    began = time.monotonic()
    ended, steps_taken = attack(hairline_bot, count(24, 10_000))
    seconds = time.monotonic() - began
    report("talks", f"{ended} talks of {steps_taken} steps in all in {seconds:.0f} s: none broke anything")


def test_a_naive_bot_breaks(naive: RestBot) -> None:
    with pytest.raises(AssertionError):
        attack(naive, 24)


def test_the_stock_bot_breaks(stock: RestBot) -> None:
    with pytest.raises(AssertionError) as fault:
        attack(stock, 24)
    report("talks", f"the stock bot fails: {str(fault.value).splitlines()[0]}")
