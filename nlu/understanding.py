"""From spans and their topics to what the core is told: segments in order, each with one topic and a decision.

Plain Python and NumPy, without Rasa.
"""

from __future__ import annotations

import base64
import itertools
import re
from dataclasses import replace
from typing import Any, Callable, Dict, List, Sequence, Tuple

import numpy as np

from nlu.dividing import (
    ABOUT_THE_TALK,
    ANSWERS,
    CONCERNS,
    KIND_OF_A_QUESTION,
    MAX_RUN,
    PLEASANTRIES,
    Division,
    Judgement,
    Part,
    Pieces,
    Span,
    best_division,
)
from nlu.segments import Link, asks, link_of, tells
from nlu.topics import OUTSIDE, URGENT

SPANS = "hairline_spans"  # message property: List[Span]
VECTORS = "hairline_vectors"  # message property: {cleaned text: float32 (views, width)}
RANKING = 5
NEVER_BESIDE = ABOUT_THE_TALK | PLEASANTRIES  # never beside another request
# "What should I do?", "is this normal?": what words like these seem to ask where they stand beside an urgent problem.
PLEAS = frozenset(("aftercare", "capabilities", "medical_question", "side_effects"))
CLEARLY = 0.9  # the confidence from which an answer or a detail is one beside something else
URGENT_BESIDE = 0.2  # the same for an urgent problem
CONTACT = re.compile(r"@\w|\d(?:[\s().-]?\d){5,}")
SUBJECT = re.compile(r"\b(?:smp|scalp|micro ?-?pigment\w*|head|hairline|dots|this|yours?)\b", re.IGNORECASE)
BACK = re.compile(r"\b(?:it|its|it's|they|them|those|these|one|ones|that)\b", re.IGNORECASE)

# "ok so what can you do" says yes to nothing.
OPENER = re.compile(r"\W*(?:ok|okay|right)\b\W*(?:so|then|now|well)?\W*", re.IGNORECASE)

Segments = List[Tuple[Span, Judgement]]


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
    each = [list(piece) for piece in pieces[first:last]]
    part = text[left:right]
    return Span(
        first,
        last,
        left,
        right,
        tidy(part),
        asks=any(asks(tokens) for tokens in each),
        details=any(left <= found.start_char < right for found in doc.ents) or bool(CONTACT.search(part)),
        words=sum(token.is_alpha or token.like_num for token in doc[pieces[first].start : pieces[last - 1].end]),
        tells=tells(each[0]),
        link=link_of(pieces[first]),
        reason=pieces[first].label_,
    )


def choose_segments(pieces: Pieces) -> Segments:
    """A segment for each request, with its context; the whole message where it has but one."""
    core = [judgement for judgement in map(pieces.judge, pieces.single()) if not is_pleasantry(judgement)]
    if pieces.count == 1 or (core and all(judgement.topic in ("affirm", "deny") for judgement in core)):
        return [(pieces.whole, pieces.judge(pieces.whole))]
    return segments_of(pieces, best_division(pieces, Rules(pieces).may_be))


def segments_of(pieces: Pieces, division: Division) -> Segments:
    """The segments that a division makes."""
    segments = merge_same(without_pleas(with_context(pieces, division)))
    if len(segments) > 1 and not hangs_on_what_is_outside(segments):
        return segments
    (span, judgement), of_whole = segments[0], pieces.judge(pieces.whole)
    clearer = of_whole.topic == judgement.topic and of_whole.confidence >= judgement.confidence
    about_the_talk = of_whole.topic in ABOUT_THE_TALK and of_whole.decision == "sure"
    if clearer or about_the_talk:  # "wrong, it's Jordan Pike": its last piece alone looks like a detail
        return [(pieces.whole, of_whole)]
    return [(replace(pieces.whole, text=span.text), judgement)]


def is_pleasantry(judgement: Judgement) -> bool:
    """Whether a piece is surely a greeting, a goodbye or thanks."""
    return judgement.topic in PLEASANTRIES and judgement.decision == "sure"


class Rules:
    """What a division of a message must not do, however likely it looks."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        single = [(span, pieces.judge(span)) for span in pieces.single()]
        self._urgent = [span for span, judgement in single if is_urgent(judgement)]
        self._told = {Part(span.first, span.last, True) for span, judgement in single if is_told(span, judgement)}
        self._asked = {Part(span.first, span.last, True) for span, judgement in single if asks_clearly(span, judgement)}
        self._all_urgent = pieces.judge(pieces.whole).topic == URGENT

    def may_be(self, division: Division) -> bool:
        """True if no urgent problem is hidden, no told detail taken for a question, and each request may be one."""
        requests = [part for part in division if part.is_request]
        if not self._keeps_what_is_urgent(requests):
            return False
        if len(requests) == 1:
            return self._may_be_the_only_one(requests[0])
        return self._told.issubset(requests) and all(map(self._may_stand_beside, requests))

    def _keeps_what_is_urgent(self, requests: Sequence[Part]) -> bool:
        urgent = [part for part in requests if self._pieces.of(part)[1].topic == URGENT]
        if (self._all_urgent and not urgent) or (self._urgent and not self._asked.issubset(requests)):
            return False
        return all(any(part.first <= span.first < part.last for part in urgent) for span in self._urgent)

    def _may_be_the_only_one(self, part: Part) -> bool:
        asked_beside = any(not part.first <= one.first < part.last for one in self._asked)
        if self._pieces.of(part)[1].topic in ANSWERS and (asked_beside or self._is_opener(part)):
            return False
        return all(part.first <= told.first < part.last for told in self._told)

    def _is_opener(self, part: Part) -> bool:
        return part.last < self._pieces.count and bool(OPENER.fullmatch(self._pieces.of(part)[0].text))

    def _may_stand_beside(self, part: Part) -> bool:
        span, judgement = self._pieces.of(part)
        if part in self._told or judgement.topic == URGENT:
            return True
        if judgement.topic in ANSWERS:
            said = span.first == 0 and not span.asks and judgement.confidence >= CLEARLY
            return said and not self._is_opener(part)
        if judgement.topic in NEVER_BESIDE or (judgement.decision == "refuse" and judgement.topic != OUTSIDE):
            return False
        if self._urgent and (not span.asks or part in self._asked):  # "had it done on Tuesday" is told for its sake
            return span.asks
        if span.link is Link.OR:  # "or does it look fake"
            return False
        if span.tells and not span.asks and judgement.topic in CONCERNS:  # "I have a scar, can I still have it"
            return False
        return judgement.topic != "inform" and (span.asks or not self._told or judgement.topic == "book_consultation")


def is_urgent(judgement: Judgement) -> bool:
    """Whether a piece tells of an urgent problem, be something else said beside it or not."""
    return judgement.topic == URGENT and judgement.decision == "sure" and judgement.confidence >= URGENT_BESIDE


def asks_clearly(span: Span, judgement: Judgement) -> bool:
    """Whether a piece surely asks for something, and for more than what to do about an urgent problem."""
    clear = span.asks and judgement.decision == "sure" and judgement.confidence >= CLEARLY
    return clear and judgement.kind in (KIND_OF_A_QUESTION, "action") and judgement.topic not in PLEAS


def is_told(span: Span, judgement: Judgement) -> bool:
    """Whether a piece tells something that a booking wants to know."""
    named = span.first == 0 and span.words <= 3 and not span.tells  # "Otto Lindqvist. Is it free?"
    return judgement.topic == "inform" and judgement.confidence >= CLEARLY and (span.details or named)


def with_context(pieces: Pieces, division: Division) -> Segments:
    """The requests of a division, each with what comes before it, the last one with what follows it, too."""
    single, parts = pieces.single(), [part for part in division if part.is_request]
    edges = [0, *(part.last for part in parts[:-1]), pieces.count]
    return [
        (replace(pieces.of(part)[0], start=single[first].start, end=single[last - 1].end), pieces.of(part)[1])
        for part, (first, last) in zip(parts, itertools.pairwise(edges), strict=True)
    ]


def without_pleas(segments: Segments) -> Segments:
    """ "What should I do?" right after an urgent problem is no request of its own."""
    kept: Segments = []
    for span, judgement in segments:
        if kept and kept[-1][1].topic == URGENT and judgement.topic in PLEAS:
            kept[-1] = (replace(kept[-1][0], end=span.end), kept[-1][1])
        else:
            kept.append((span, judgement))
    return kept


def merge_same(segments: Segments) -> Segments:
    """Each topic once, where it was first asked; details as often as they are told, unless nothing else is said."""
    kept: Segments = []
    told_only = all(judgement.topic == "inform" for _, judgement in segments)
    for span, judgement in segments:
        often = judgement.topic == "inform" and not told_only
        if often or all(judgement.topic != other.topic for _, other in kept):
            kept.append((span, judgement))
    return kept


def hangs_on_what_is_outside(segments: Segments) -> bool:
    """Whether what follows something out of scope is about that: "do you do eyebrows and how much is it"."""
    if segments[0][1].topic != OUTSIDE:
        return False
    return all(
        judgement.topic != URGENT and not SUBJECT.search(span.text) and (BACK.search(span.text) or span.words <= 2)
        for span, judgement in segments[1:]
    )


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
