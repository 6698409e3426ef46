"""Which pieces of a message are requests of their own, and which only go with one: each way to divide it, and the best.

`nlu.segments` proposes pieces, the classifier judges every short run of them. A division takes some runs for requests
and the other pieces for context. Its score is a sum of weights, one for each thing that can be seen of its parts. The
weights were learned by `nlu.learn_dividing` from messages whose requests are known.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Mapping, NamedTuple, Tuple

from nlu.segments import Link
from nlu.topics import OUTSIDE, URGENT

WEIGHTS = Path(__file__).parent / "divided" / "weights.json"
MAX_RUN = 3  # pieces that may belong together; longer runs are only looked at as the whole message
PLEASANTRIES = frozenset(("greet", "goodbye", "thanks"))
CONCERNS = frozenset(("pattern_baldness", "receding_hairline", "scars_and_patches"))  # told as often as asked about
# Said to the turn before: only at the beginning of a message.
ANSWERS = frozenset(("affirm", "deny", "stop", "refuse_detail"))
ABOUT_THE_TALK = frozenset(("clarify", "correct_detail", "start_over"))
KINDS: Dict[str, str] = {
    **dict.fromkeys(PLEASANTRIES, "pleasantry"),
    **dict.fromkeys(CONCERNS, "concern"),
    **dict.fromkeys(ANSWERS, "answer"),
    **dict.fromkeys(ABOUT_THE_TALK, "about the talk"),
    **dict.fromkeys(
        ("bot_challenge", "human_handoff", "privacy", "existing_appointment", "book_consultation"), "action"
    ),
    "capabilities": "capabilities",
    "inform": "inform",
    OUTSIDE: "outside",
    URGENT: "urgent",
}
KIND_OF_A_QUESTION = "question"

Features = Dict[str, float]


@dataclass(frozen=True)
class Span:
    """A part of the message that may be one request: pieces `first` to `last` (exclusive), characters start to end."""

    first: int
    last: int
    start: int
    end: int
    text: str  # as it is encoded (cleaned and mended)
    asks: bool = True  # holds a piece that is a question or a wish by its form
    details: bool = False  # holds something that a booking wants to know
    words: int = 9
    tells: bool = False  # by its form something told of oneself
    link: Link = Link.NONE  # how it hangs on the piece before it
    reason: str = "sentence"  # why it may begin where it does


@dataclass(frozen=True)
class Judgement:
    """What the classifier thinks of one span."""

    topic: str
    confidence: float
    decision: str  # sure, offer or refuse
    ranking: List[Tuple[str, float]]

    @property
    def kind(self) -> str:
        """What sort of topic it is."""
        return KINDS.get(self.topic, KIND_OF_A_QUESTION)

    @property
    def odds(self) -> float:
        """The logarithm of the odds that the topic is right, within bounds."""
        chance = min(max(self.confidence, 0.02), 0.995)
        return log(chance / (1 - chance))


class Part(NamedTuple):
    """Pieces `first` to `last` (exclusive): one request, or one piece of context."""

    first: int
    last: int
    is_request: bool


Division = Tuple[Part, ...]


class Pieces:
    """A message's spans by their pieces, and what the classifier thinks of each."""

    def __init__(self, spans: Iterator[Span] | List[Span], judge: Callable[[Span], Judgement]) -> None:
        self.spans = {(span.first, span.last): span for span in spans}
        self.count = max(last for _, last in self.spans)
        self._judge = judge

    @property
    def whole(self) -> Span:
        """The whole message."""
        return self.spans[0, self.count]

    def single(self) -> List[Span]:
        """The pieces in order."""
        return [self.spans[number, number + 1] for number in range(self.count)]

    def of(self, part: Part) -> Tuple[Span, Judgement]:
        """The span of a part and what is thought of it."""
        span = self.spans[part.first, part.last]
        return span, self._judge(span)

    def judge(self, span: Span) -> Judgement:
        """What is thought of a span."""
        return self._judge(span)


def divisions(count: int) -> Iterator[Division]:
    """Every way to divide so many pieces, with at least one request."""
    return (division for division in _divisions(0, count) if any(part.is_request for part in division))


def _divisions(start: int, count: int) -> Iterator[Division]:
    if start == count:
        yield ()
        return
    ends = [end for end in range(start + 1, min(start + MAX_RUN, count) + 1) if (start, end) != (0, count)]
    parts = [Part(start, start + 1, False), *(Part(start, end, True) for end in ends)]
    for part in [*parts, *([Part(0, count, True)] if start == 0 else [])]:
        for rest in _divisions(part.last, count):
            yield (part, *rest)


# --- what is seen ----------------------------------------------------------------------------------------------------


def length_of(words: int) -> str:
    """A name for about how many words there are."""
    return "one word" if words <= 1 else "two words" if words == 2 else "few words" if words <= 4 else "words"


def of_request(span: Span, judgement: Judgement, whole: Judgement, count: int, follows: bool) -> Features:
    """What is seen of a request; `follows`: another one stands before it."""
    kind, pieces = judgement.kind, span.last - span.first
    seen: Features = {
        "": 1,
        "odds": judgement.odds,
        judgement.decision: 1,
        "asks": span.asks,
        "asks, odds": span.asks * judgement.odds,
        "tells": span.tells,
        "details": span.details,
        length_of(span.words): 1,
        "two pieces": pieces == 2,
        "more pieces": pieces >= 3,
        "whole": pieces == count,
        kind: 1,
        f"asks, {kind}": span.asks,
        "chance in whole": dict(whole.ranking).get(judgement.topic, 0.0),
        "as the whole": judgement.topic == whole.topic,
    }
    if follows:
        seen.update({
            f"follows, {span.reason}": 1,
            f"follows, {kind}": 1,
            "follows, asks": span.asks,
            "follows, odds": judgement.odds,
            "follows, goes on": span.link is Link.GOES_ON,
            "follows, or": span.link is Link.OR,
        })  # fmt: skip
    return {f"request: {name}": value for name, value in seen.items() if value}


def of_context(span: Span, judgement: Judgement) -> Features:
    """What is seen of a piece that is no request."""
    seen: Features = {
        "": 1,
        "odds": judgement.odds,
        "asks, odds": span.asks * judgement.odds,
        judgement.decision: 1,
        "asks": span.asks,
        "tells": span.tells,
        "details": span.details,
        length_of(span.words): 1,
        judgement.kind: 1,
        span.reason: 1,
    }
    return {f"context: {name}": value for name, value in seen.items() if value}


def of_inside(span: Span, judgement: Judgement, run: Span, of_run: Judgement) -> Features:
    """What is seen of a piece within a run that is taken for one request, where it would be another by itself."""
    if judgement.topic == of_run.topic or judgement.topic in PLEASANTRIES:
        return {}
    sure = judgement.decision == "sure"
    seen: Features = {
        "": 1,
        "odds": judgement.odds,
        "asks, odds": span.asks * judgement.odds,
        "sure": sure,
        "asks": span.asks,
        "sure, asks": sure and span.asks,
        "tells": span.tells,
        length_of(span.words): 1,
        span.reason: span.first > run.first,
    }
    return {f"inside: {name}": value for name, value in seen.items() if value}


def of_pair(before: Judgement, after: Judgement) -> Features:
    """What is seen of two requests, one after the other."""
    alike = dict(before.ranking).get(after.topic, 0.0) + dict(after.ranking).get(before.topic, 0.0)
    return {"pair: same": float(before.topic == after.topic), "pair: alike": alike}


def of_part(pieces: Pieces, part: Part, follows: bool) -> Features:
    """What is seen of one part; `follows`: a request stands before it."""
    span, judgement = pieces.of(part)
    if not part.is_request:
        return of_context(span, judgement)
    seen = of_request(span, judgement, pieces.judge(pieces.whole), pieces.count, follows)
    if part.last - part.first > 1:
        for piece in pieces.single()[part.first : part.last]:
            add(seen, of_inside(piece, pieces.judge(piece), span, judgement))
    return seen


def of_number(requests: int) -> Features:
    """What is seen of how many requests there are."""
    return {"one request": float(requests == 1), "many requests": float(requests > 2)}


def add(total: Features, seen: Features) -> None:
    """Add what is seen to a total."""
    for name, value in seen.items():
        total[name] = total.get(name, 0.0) + value


def features(pieces: Pieces, division: Division) -> Features:
    """Everything that is seen of a division, added up."""
    total: Features = {}
    requests = [part for part in division if part.is_request]
    for part in division:
        add(total, of_part(pieces, part, requests[0].first < part.first))
    for before, after in itertools.pairwise(requests):
        add(total, of_pair(pieces.of(before)[1], pieces.of(after)[1]))
    add(total, of_number(len(requests)))
    return total


# --- what is chosen --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def learned_weights() -> Mapping[str, float]:
    """The weights that were learned, by the names of what is seen."""
    weights: Dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return weights


def weigh(seen: Features, weights: Mapping[str, float]) -> float:
    """How much what is seen speaks for a division."""
    return sum(weights.get(name, 0.0) * value for name, value in seen.items())


def best_division(pieces: Pieces, may_be: Callable[[Division], bool]) -> Division:
    """The best of the divisions that may be, of which there must be one."""
    weights = learned_weights()

    # Many divisions have parts and pairs in common.
    @cache
    def part_worth(part: Part, follows: bool) -> float:
        return weigh(of_part(pieces, part, follows), weights)

    @cache
    def pair_worth(before: Part, after: Part) -> float:
        return weigh(of_pair(pieces.of(before)[1], pieces.of(after)[1]), weights)

    def worth(division: Division) -> float:
        requests = [part for part in division if part.is_request]
        return (
            sum(part_worth(part, requests[0].first < part.first) for part in division)
            + sum(itertools.starmap(pair_worth, itertools.pairwise(requests)))
            + weigh(of_number(len(requests)), weights)
        )

    return max(filter(may_be, divisions(pieces.count)), key=worth)
