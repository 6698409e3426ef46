"""Every way to divide a message, what must not happen to it, and what is learned from messages of known requests."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Dict, List, Tuple

import numpy as np
import pytest

from nlu.dividing import Judgement, Part, Pieces, Span, best_division, divisions, features
from nlu.learn_dividing import is_right, learn
from nlu.segments import Link
from nlu.understanding import Rules, choose_segments, segments_of

Thoughts = Dict[Tuple[int, int], Tuple[str, float]]


def message(count: int, thoughts: Thoughts, **seen: bool) -> Pieces:
    """So many pieces of ten characters; what is thought of the runs, "how_it_works" of those not named."""
    spans = [
        Span(first, last, 10 * first, 10 * last, f"{first} to {last}", **seen)
        for first, last in itertools.combinations(range(count + 1), 2)
        if last - first <= 3 or last - first == count
    ]

    def judge(span: Span) -> Judgement:
        topic, confidence = thoughts.get((span.first, span.last), ("how_it_works", 0.5))
        sure = confidence >= 0.7 or topic == "urgent_problem"
        return Judgement(topic, confidence, "sure" if sure else "offer", [(topic, confidence)])

    return Pieces(spans, judge)


def topics(pieces: Pieces) -> List[str]:
    return [judgement.topic for _, judgement in choose_segments(pieces)]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_each_division_covers_the_message_once_and_asks_for_something(count: int) -> None:
    found = list(divisions(count))
    assert len(set(found)) == len(found)
    for division in found:
        assert [number for part in division for number in range(part.first, part.last)] == list(range(count))
        assert any(part.is_request for part in division)
    assert (Part(0, count, True),) in found
    assert tuple(Part(number, number + 1, True) for number in range(count)) in found


def test_questions_that_are_surely_different_are_told_apart() -> None:
    pieces = message(2, {(0, 1): ("price", 0.99), (1, 2): ("pain", 0.99), (0, 2): ("price", 0.6)})
    assert topics(pieces) == ["price", "pain"]


def test_what_is_only_told_goes_with_the_question() -> None:
    spans = message(2, {}).spans
    told, asked = spans[0, 1], spans[1, 2]
    thoughts = {
        told: ("scars_and_patches", 0.8),
        asked: ("price", 0.98),
        spans[0, 2]: ("price", 0.9),
    }
    pieces = Pieces(
        [Span(0, 1, 0, 10, told.text, asks=False, tells=True), asked, spans[0, 2]],
        lambda span: Judgement(*thoughts[spans[span.first, span.last]], "sure", [("price", 0.9)]),
    )
    ((span, judgement),) = choose_segments(pieces)
    assert judgement.topic == "price"
    assert (span.start, span.end) == (0, 20)


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_an_urgent_problem_is_in_every_division_that_may_be(place: int) -> None:
    thoughts: Thoughts = {(number, number + 1): ("price", 0.99) for number in range(4)}
    thoughts[place, place + 1] = ("urgent_problem", 0.25)
    pieces = message(4, thoughts)
    allowed = [division for division in divisions(4) if Rules(pieces).may_be(division)]
    assert allowed
    for division in allowed:
        assert "urgent_problem" in [judgement.topic for _, judgement in segments_of(pieces, division)]


def test_an_urgent_problem_that_only_the_whole_tells_of_is_kept() -> None:
    thoughts: Thoughts = {(number, number + 1): ("price", 0.99) for number in range(3)}
    assert topics(message(3, {**thoughts, (0, 3): ("urgent_problem", 0.9)})) == ["urgent_problem"]


def test_a_detail_beside_a_question_is_a_part_of_its_own() -> None:
    pieces = message(2, {(0, 1): ("inform", 0.95), (1, 2): ("price", 0.95), (0, 2): ("price", 0.9)}, details=True)
    assert topics(pieces) == ["inform", "price"]


@pytest.mark.parametrize("topic", ["clarify", "start_over", "thanks", "greet"])
def test_what_is_said_about_the_talk_stands_beside_no_request(topic: str) -> None:
    pieces = message(2, {(0, 1): ("price", 0.95), (1, 2): (topic, 0.99), (0, 2): ("price", 0.9)})
    assert topics(pieces) == ["price"]


def test_an_answer_in_the_middle_is_none() -> None:
    thoughts: Thoughts = {(0, 1): ("price", 0.95), (1, 2): ("affirm", 0.99), (0, 2): ("price", 0.9)}
    assert topics(message(2, thoughts)) == ["price"]


def test_the_same_thing_asked_again_is_asked_once() -> None:
    thoughts: Thoughts = {(0, 1): ("price", 0.99), (1, 2): ("pain", 0.99), (2, 3): ("price", 0.99)}
    assert topics(message(3, thoughts)) == ["price", "pain"]


def test_some_division_may_be_whatever_is_thought() -> None:
    """Each rule forbids; together they must leave something, or the visitor hears nothing."""
    random = np.random.default_rng(2)
    kinds = [
        "price",
        "price",
        "inform",
        "affirm",
        "out_of_scope",
        "thanks",
        "clarify",
        "pattern_baldness",
        "urgent_problem",
    ]
    for _ in range(300):
        count = int(random.integers(2, 7))
        thoughts = {
            run: (kinds[random.integers(len(kinds))], float(random.uniform(0.1, 1))) for run in message(count, {}).spans
        }
        spans = [
            replace(
                span,
                asks=bool(random.integers(2)),
                tells=bool(random.integers(2)),
                details=bool(random.integers(2)),
                words=int(random.integers(1, 9)),
                link=[Link.NONE, Link.OR, Link.GOES_ON][random.integers(3)],
            )
            for span in message(count, thoughts).spans.values()
        ]
        pieces = Pieces(spans, message(count, thoughts).judge)
        assert any(map(Rules(pieces).may_be, divisions(count)))


def test_the_best_division_has_the_greatest_sum_of_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts and pairs are weighed once each; that must come to the same as weighing the whole."""
    random = np.random.default_rng(1)
    kinds = ["price", "pain", "inform", "out_of_scope", "thanks", "scars_and_patches", "urgent_problem"]
    for _ in range(20):
        count = int(random.integers(2, 7))
        thoughts = {
            run: (kinds[random.integers(len(kinds))], float(random.uniform(0.2, 1))) for run in message(count, {}).spans
        }
        pieces = message(count, thoughts)
        names = sorted({name for division in divisions(count) for name in features(pieces, division)})
        weights = dict(zip(names, random.normal(size=len(names)).tolist(), strict=True))
        monkeypatch.setattr("nlu.dividing.learned_weights", lambda weights=weights: weights)
        worth = {
            division: sum(weights[name] * value for name, value in features(pieces, division).items())
            for division in divisions(count)
        }
        assert worth[best_division(pieces, lambda _: True)] == pytest.approx(max(worth.values()))


def test_learning_finds_what_tells_right_from_wrong() -> None:
    apart = ([{"cut": 1.0, "noise": 1.0}, {"noise": 1.0}], np.array([True, False]), 1.0)
    together = ([{"cut": -1.0, "noise": 1.0}, {"noise": 1.0}], np.array([False, True]), 2.0)
    teaches_nothing = ([{"odd": 1.0}, {}], np.array([True, True]), 1.0)
    weights = learn([apart, together, teaches_nothing])
    assert weights["cut"] > 0.1
    assert abs(weights["noise"]) < 0.01
    assert "odd" not in weights


@pytest.mark.parametrize(
    ("labelled", "found", "right"),
    [
        ({"topics": ["price", "pain"]}, ["price", "pain"], True),
        ({"topics": ["price", "pain"]}, ["pain", "price"], False),
        ({"topics": ["price", "pain"]}, ["price"], False),
        ({"topics": ["price", "pain"]}, ["inform", "price", "pain"], True),
        ({"topics": ["inform", "price"]}, ["price"], False),
        ({"topic": "pain", "also": ["safety"]}, ["safety"], True),
        ({"topic": "pain"}, ["pain", "safety"], False),
        ({"topic": "pain"}, ["inform"], False),
    ],
)
def test_a_division_is_right_where_it_names_the_requests_in_order(
    labelled: Dict[str, object], found: List[str], right: bool
) -> None:
    assert is_right(labelled, found) is right
