"""One breath that both tells and asks, divided: "my crown is thinning, does it help?" tells before it asks.

The language engine keeps such words together, because what is told belongs to the question. For a booking it is a
detail, or the yes that was asked for, and must not be lost.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, pairwise

from leads.reading.forms import HALF_YES, YES, is_question
from leads.understanding import BOOKING_TOPICS, Segment

_BREAK = re.compile(r"(?<=[.!?…\n])\s+|,\s+")
_GOES_ON = re.compile(r"\W*(?:(?:but|and|also|though|just)\W+)*", re.I)
_REASON = re.compile(r"\W*(?:(?:and|but|so)\s+)?(?:if|when|once|because|since|as|although|though|unless|until)\b", re.I)
"""What begins so is said for the sake of the question: "if I swim, does it fade?"."""
_WHY_NOT = re.compile(r"\W*(?:and )?why (?:ever )?not\W*", re.I)
_TELLING = frozenset(("affirm", "deny", "thanks", "greet"))


def parted(segment: Segment) -> list[Segment]:
    """The parts of a segment that tell and that ask, in order; the segment itself where it does one of them only.

    What the engine takes for a detail stays whole: "sorry, can you change the time to Thursday" asks in form only. So
    does what is asked about somebody's health: "I'm pregnant, can I still have it?" tells no name.
    """
    if segment.topic in (*BOOKING_TOPICS, "medical_question"):
        return [segment]
    parts = [(asks, start, end) for asks, start, end in _parts(segment.text) if segment.text[start:end].strip()]
    if len({asks for asks, _, _ in parts}) < 2:
        return [segment]
    return list(dict.fromkeys(_part(segment, *part) for part in parts))


def _parts(text: str) -> Iterator[tuple[bool, int, int]]:
    """Whether each part asks, with its place; neighbours of one kind stay together."""
    begin = _after_yes(text)
    edges = [0, *([begin] if begin else []), *(found.end() for found in _BREAK.finditer(text, begin)), len(text)]
    pieces = [(_asks(text[start:end]), start, end) for start, end in pairwise(edges)]
    for asks, group in groupby(pieces, key=lambda piece: piece[0]):
        run = list(group)
        yield asks, run[0][1], run[-1][2]


def _asks(piece: str) -> bool:
    if _WHY_NOT.fullmatch(piece):  # "sure, why not"
        return False
    return is_question(piece) or bool(_REASON.match(piece))


def _after_yes(text: str) -> int:
    """Where the question of "yes but can I bring a friend?" begins; 0 where no clear yes stands before one.

    A no before a question is none: who says "no wait, how long do you keep it?" goes on asking.
    """
    said = None if HALF_YES.match(text) else YES.match(text)
    begin = _GOES_ON.match(text, said.end()) if said else None
    return begin.end() if begin and is_question(text[begin.end() :].partition("?")[0]) else 0


def _part(segment: Segment, asks: bool, start: int, end: int) -> Segment:
    """A part with the topic of the whole if it can have it; what asks and has none is not placed.

    A question that can be answered stays whole, since what is told before it may be half of it ("I'm on warfarin").
    """
    if asks and segment.is_faq:
        return segment
    part = replace(segment, text=segment.text[start:end].rstrip(), start=segment.start + start, end=segment.start + end)
    if asks != (segment.topic in _TELLING):
        return part
    topic, decision = ("out_of_scope", "refuse") if asks else ("inform", "offer")
    return replace(part, topic=topic, decision=decision)
