"""From spans and their topics to what the core is told: segments in order, each with one topic and a decision.

Plain Python and NumPy, without Rasa.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np

from nlu.segments import Link, asks, link_of, tells

SPANS = "hairline_spans"  # message property: List[Span]
VECTORS = "hairline_vectors"  # message property: {cleaned text: float32 (views, width)}
MAX_RUN = 3  # pieces that may belong together; longer runs are only looked at as the whole message
RANKING = 5
OUTSIDE = "out_of_scope"
URGENT = "urgent_problem"
PLEASANTRIES = frozenset(("greet", "goodbye", "thanks"))
# Never beside another request.
NEVER_ALONE = frozenset(("clarify", "correct_detail", "start_over", *PLEASANTRIES))
# "What should I do?", "is this normal?": what words like these seem to ask where they stand beside an urgent problem.
PLEAS = frozenset(("aftercare", "capabilities", "medical_question", "side_effects"))
# Said to the turn before: only at the beginning of a message.
ANSWERS = frozenset(("affirm", "deny", "stop", "refuse_detail"))
CONCERNS = frozenset(("pattern_baldness", "receding_hairline", "scars_and_patches"))  # told as often as asked about
CLEARLY = 0.9  # the confidence from which a piece that does not ask by its form is a request of its own
URGENT_BESIDE = 0.2  # the same for an urgent problem beside something else
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
    asks: bool = True  # holds a piece that is a question or a wish by its form
    details: bool = False  # holds something that a booking wants to know
    words: int = 9
    tells: bool = False  # by its form something told of oneself
    link: Link = Link.NONE  # how it hangs on the piece before it


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
    )


@dataclass
class Group:
    """Neighbouring pieces that are one request, and what is thought of it; without a judgement so far only context."""

    first: int
    last: int
    judgement: Optional[Judgement] = None
    head: Optional[Span] = None  # the piece or run of pieces that the judgement is about


def choose_segments(spans: Sequence[Span], judge: Callable[[Span], Judgement]) -> List[Tuple[Span, Judgement]]:
    """A segment for each thing asked, surely about different things; otherwise the whole message.

    What asks for nothing is context: it goes with the request that follows it, or at the end with the one before. A
    greeting or thanks beside something else is no request.
    """
    by_range = {(span.first, span.last): span for span in spans}
    count = max(span.last for span in spans)
    whole = by_range[(0, count)]
    if count == 1:
        return [(whole, judge(whole))]
    single = [by_range[(number, number + 1)] for number in range(count)]
    core = [span for span in single if not is_pleasantry(span, judge(span))]
    if all(judge(span).topic in ("affirm", "deny") for span in core):
        return [(whole, judge(whole))]
    groups = merge_neighbours([group for group in group_pieces(core, by_range, judge) if group.head is not None])
    topics = {group.judgement.topic for group in groups if group.judgement}
    if judge(whole).topic == URGENT and URGENT not in topics:  # only together do the pieces tell of it
        return [(whole, judge(whole))]
    if len(topics) < 2 or is_one(groups):
        inner = by_range.get((core[0].first, core[-1].last), whole)
        return [(replace(whole, text=inner.text), better(judge(inner), judge(whole)))]
    ends = {span.last: span.end for span in single}
    starts = {span.first: span.start for span in single}
    return merge_same(
        [
            (replace(group.head, start=starts[group.first], end=ends[group.last]), group.judgement)
            for group in groups
            if group.head and group.judgement
        ]
    )


def group_pieces(
    core: Sequence[Span], by_range: Dict[Tuple[int, int], Span], judge: Callable[[Span], Judgement]
) -> List[Group]:
    """The pieces in order, each request with its context."""
    groups: List[Group] = []
    noted = any(span.details and judge(span).topic == "inform" for span in core)
    for span in core:
        judgement = judge(span)
        before = groups[-1] if groups and groups[-1].last == span.first else None
        alone = stands_alone(span, judgement, noted)
        if before is not None and hangs_on(before, span, judgement, alone):
            before.last = span.last
            settle(before, by_range, judge, noted)
            continue
        if not alone:
            if before is None or before.head is not None:
                groups.append(Group(span.first, span.last))
            else:
                before.last = span.last
            settle(groups[-1], by_range, judge, noted)
            continue
        if before is not None and before.head is None:  # what comes before it is its context
            head = by_range.get((before.first, span.last), span)  # "my hairline is gone. can it be made again?"
            if judge(head).decision != "sure" or judge(head).confidence <= judgement.confidence:
                head = span
            groups[-1] = Group(before.first, span.last, judge(head), head)
        else:
            groups.append(Group(span.first, span.last, judgement, span))
    while len(groups) > 1 and groups[-1].head is None:
        trailing = groups.pop()
        groups[-1].last = trailing.last
    return groups


def hangs_on(before: Group, span: Span, judgement: Judgement, alone: bool) -> bool:
    """Whether a piece goes on with the request before it; `alone`: it would be understood by itself."""
    if alone and judgement.topic == URGENT:
        return False
    if span.link is Link.LISTED:
        return before.head is None or not alone
    return span.link is Link.OR or (span.link is Link.GOES_ON and judgement.confidence < CLEARLY)


def topic_of(group: Optional[Group]) -> str:
    """The topic of a request, "" for context."""
    return group.judgement.topic if group and group.judgement else ""


def merge_neighbours(groups: Sequence[Group]) -> List[Group]:
    """Neighbours about the same thing are one request; "what should I do?" goes with the urgent problem before it."""
    merged: List[Group] = []
    for group in groups:
        before = merged[-1] if merged and merged[-1].last == group.first else None
        topic, topic_before = topic_of(group), topic_of(before)
        if before and (topic == topic_before or (topic_before == URGENT and topic in PLEAS)):
            before.last = group.last
        else:
            merged.append(group)
    return merged


def settle(
    group: Group, by_range: Dict[Tuple[int, int], Span], judge: Callable[[Span], Judgement], noted: bool
) -> None:
    """Pieces that say little each may be a request together."""
    joined = by_range.get((group.first, group.last))
    if joined is not None and joined.last - joined.first > 1 and stands_alone(joined, judge(joined), noted):
        group.head, group.judgement = joined, judge(joined)


def is_one(groups: Sequence[Group]) -> bool:
    """Whether requests hang together: "do you do eyebrows and how much is it" asks for the price of eyebrows."""
    topics = [group.judgement.topic for group in groups if group.judgement]
    if OUTSIDE not in topics or URGENT in topics:
        return False
    after = groups[topics.index(OUTSIDE) + 1 :]
    return bool(after) and not any(group.head and SUBJECT.search(group.head.text) for group in after)


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


def merge_same(parts: List[Tuple[Span, Judgement]]) -> List[Tuple[Span, Judgement]]:
    """Each topic once, where it was first asked; details as often as they are told."""
    kept: List[Tuple[Span, Judgement]] = []
    for span, judgement in parts:
        if judgement.topic == "inform" or all(judgement.topic != other.topic for _, other in kept):
            kept.append((span, judgement))
    return kept


def stands_alone(span: Span, judgement: Judgement, noted: bool) -> bool:
    """Whether a piece would be understood by itself as its own request; `noted`: the message tells details."""
    topic = judgement.topic
    if judgement.decision != "sure" or topic in NEVER_ALONE:
        return False
    if topic in ANSWERS:
        return span.first == 0 and not span.asks and judgement.confidence >= CLEARLY
    if topic == "inform":
        named = span.first == 0 and span.words <= 3 and not span.tells  # "Otto Lindqvist. Is it free?"
        return (span.details or named) and judgement.confidence >= CLEARLY
    if topic == URGENT:
        return judgement.confidence >= URGENT_BESIDE
    if topic == OUTSIDE:
        return judgement.confidence >= CLEARLY and span.asks
    if span.asks or topic == "book_consultation":
        return True
    # "price, pain, how long" asks three things, "book me in, Kai Long, 07700 900123, thinning" tells three.
    return judgement.confidence >= CLEARLY and not (noted or span.tells or topic in CONCERNS)


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
