"""From spans and their topics to what the core is told: segments in order, each with one topic and a decision.

Plain Python and NumPy, without Rasa.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np

from nlu.segments import asks

SPANS = "hairline_spans"  # message property: List[Span]
VECTORS = "hairline_vectors"  # message property: {cleaned text: float32 (views, width)}
MAX_RUN = 3  # pieces that may belong together; longer runs are only looked at as the whole message
RANKING = 5
OUTSIDE = "out_of_scope"
URGENT = "urgent_problem"
PLEASANTRIES = frozenset(("greet", "goodbye", "thanks"))
# Said about the turn before, never beside another request.
NEVER_ALONE = frozenset(("clarify", "stop", "refuse_detail", "correct_detail", "start_over", *PLEASANTRIES))
SEPARATE = 0.75  # the confidence from which a piece may be a request of its own
SEPARATE_AGAINST = 0.88  # the same where both pieces together are more clearly about something else
CONTACT = re.compile(r"@\w|\d(?:[\s().-]?\d){5,}")
SUBJECT = re.compile(r"\b(?:smp|scalp|micro ?-?pigment\w*|head|hairline)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Span:
    """A part of the message that may be one request: pieces `first` to `last` (exclusive), characters start to end."""

    first: int
    last: int
    start: int
    end: int
    text: str  # as it is encoded (cleaned and mended)
    asks: bool = True  # by its form a question or a wish
    details: bool = False  # holds something that a booking wants to know
    words: int = 9


@dataclass(frozen=True)
class Judgement:
    """What the classifier thinks of one span."""

    topic: str
    confidence: float
    decision: str  # sure, offer or refuse
    ranking: List[Tuple[str, float]]


def spans_to_encode(text: str, doc: Any, tidy: Callable[[str], str]) -> List[Span]:
    """The whole message, every piece, and every run of up to `MAX_RUN` pieces."""
    pieces = list(doc.spans["pieces"]) if doc is not None and "pieces" in doc.spans else []
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    if len(pieces) < 2:
        return [Span(0, 1, start, end, tidy(text))]
    spans = [Span(0, len(pieces), start, end, tidy(text))]
    for first in range(len(pieces)):
        for last in range(first + 1, min(first + MAX_RUN, len(pieces)) + 1):
            if (first, last) != (0, len(pieces)):
                spans.append(span_of(text, doc, pieces, first, last, tidy))
    return spans


def span_of(text: str, doc: Any, pieces: Sequence[Any], first: int, last: int, tidy: Callable[[str], str]) -> Span:
    """Pieces `first` to `last` of a message, with what can be seen of them without a model."""
    left, right = pieces[first].start_char, pieces[last - 1].end_char
    tokens = list(doc[pieces[first].start : pieces[last - 1].end])
    part = text[left:right]
    details = any(left <= found.start_char < right for found in doc.ents) or bool(CONTACT.search(part))
    words = sum(token.is_alpha or token.like_num for token in tokens)
    return Span(first, last, left, right, tidy(part), asks(tokens), details, words)


def choose_segments(spans: Sequence[Span], judge: Callable[[Span], Judgement]) -> List[Tuple[Span, Judgement]]:
    """Joins pieces from left to right unless both sides are surely requests of their own.

    A greeting or thanks beside something else is no request: it goes with its neighbour, which decides the topic.
    """
    by_range = {(span.first, span.last): span for span in spans}
    count = max(span.last for span in spans)
    whole = by_range[(0, count)]
    if count == 1:
        return [(whole, judge(whole))]
    single = [by_range[(number, number + 1)] for number in range(count)]
    core = [span for span in single if not is_pleasantry(span, judge(span))]
    if judge(whole).topic == URGENT or all(judge(span).topic in ("affirm", "deny") for span in core):
        return [(whole, judge(whole))]
    ranges: List[Tuple[int, int]] = []
    for span in core:
        ranges.append((span.first, span.last))
        while len(ranges) > 1:
            (first, middle), (after, last) = ranges[-2:]
            joined = by_range.get((first, last)) if middle == after else None
            if are_separate(by_range[ranges[-2]], by_range[ranges[-1]], judge, joined):
                break
            if joined is None:
                return [(whole, judge(whole))]
            ranges[-2:] = [(first, last)]
    if len(ranges) == 1 and ranges[0][1] - ranges[0][0] == len(core):
        inner = by_range[ranges[0]]
        return [(replace(whole, text=inner.text), better(judge(inner), judge(whole)))]
    return merge_same([(by_range[pair], judge(by_range[pair])) for pair in ranges], whole)


def is_pleasantry(span: Span, judgement: Judgement) -> bool:
    """Whether a piece is only a greeting, a goodbye or thanks."""
    return judgement.topic in PLEASANTRIES and judgement.decision == "sure" and span.words <= 5 and not span.details


def better(one: Judgement, other: Judgement) -> Judgement:
    """The judgement without the greeting, unless the whole message is clearer."""
    if other.topic == URGENT or (
        one.decision != "sure" and other.decision == "sure" and other.topic not in PLEASANTRIES
    ):
        return other
    return one


def merge_same(parts: List[Tuple[Span, Judgement]], whole: Span) -> List[Tuple[Span, Judgement]]:
    """Each topic once, where it was first asked."""
    kept: List[Tuple[Span, Judgement]] = []
    for span, judgement in parts:
        if all(judgement.topic != other.topic for _, other in kept):
            kept.append((span, judgement))
    return kept


def are_separate(left: Span, right: Span, judge: Callable[[Span], Judgement], joined: Optional[Span]) -> bool:
    """Whether two neighbours are requests of their own, surely about different things."""
    one, two = judge(left), judge(right)
    if one.topic == two.topic or one.decision != "sure" or two.decision != "sure":
        return False
    if not (stands_alone(left, one, judge, joined) and stands_alone(right, two, judge, joined)):
        return False
    if OUTSIDE in (one.topic, two.topic):
        # "do you do eyebrows and how much is it": the price is that of the eyebrows
        inside = right if one.topic == OUTSIDE else left
        return bool(SUBJECT.search(inside.text)) and left.asks and right.asks
    return True


def stands_alone(span: Span, judgement: Judgement, judge: Callable[[Span], Judgement], joined: Optional[Span]) -> bool:
    """Whether a piece would be understood by itself as its own request."""
    topic, least = judgement.topic, SEPARATE
    if topic in NEVER_ALONE:
        return False
    if topic in ("affirm", "deny"):
        return span.words <= 3 and span.first == 0
    if topic == "inform":
        return span.details
    if topic == URGENT:
        return judgement.confidence >= 0.5
    if joined is not None:
        together = judge(joined)
        if together.decision == "sure" and together.topic != topic and together.confidence > judgement.confidence:
            least = SEPARATE_AGAINST
    return judgement.confidence >= least and (span.asks or topic == "book_consultation")


def as_segment(text: str, span: Span, judgement: Judgement, vector: np.ndarray) -> Dict[str, Any]:
    """The segment as docs/architecture.md describes it; `vector` is the normalised sentence embedding."""
    return {
        "text": text[span.start : span.end],
        "start": span.start,
        "end": span.end,
        "topic": judgement.topic,
        "confidence": round(judgement.confidence, 4),
        "decision": judgement.decision,
        "ranking": [{"topic": topic, "confidence": round(value, 4)} for topic, value in judgement.ranking[:RANKING]],
        "vector": base64.b64encode(vector.astype("<f2").tobytes()).decode(),
    }


def booking_entities(doc: Any) -> List[Dict[str, Any]]:
    """spaCy's entities as Rasa writes them, offsets in characters of the message."""
    return [
        {
            "entity": span.label_,
            "value": span.text,
            "start": span.start_char,
            "end": span.end_char,
            "extractor": "spacy",
        }
        for span in (doc.ents if doc is not None else ())
    ]
