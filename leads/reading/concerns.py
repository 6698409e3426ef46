"""What the visitor would like help with: words and category."""

import re
from collections.abc import Sequence

from leads.reading.forms import CORRECTS, FIELDS, REFUSES, WANTS_BOOKING, is_question
from leads.times import is_bare_month
from leads.understanding import Entity, Segment

CONCERNS = ("pattern_baldness", "receding_hairline", "scars_and_patches")
LONGEST_CONCERN = 500
_LONG = 25  # words; whoever writes more tells a story, and all of it is kept

_CATEGORY = (
    (
        "scars_and_patches",
        re.compile(
            r"\bscar(?:s|red|ring)?\b|\bpatch(?:es|y)?\b|areata|\bspots?\b|\bfu[te]\b|\bstrip\b|\bburn|injur"
            r"|\boperation|transplant|alopecia|trichotillomania"
            r"|\bfrom (?:an?|the|my|his|her) (?:\w+ )?(?:fall|accident|crash|surgery|dog bite|attack)\b",
            re.I,
        ),
    ),
    ("receding_hairline", re.compile(r"\bhair ?line|\breced|\btemples?\b|widow'?s|\bforehead\b|\bfront\b", re.I)),
    (
        "pattern_baldness",
        re.compile(
            r"\bthin(?:s|ning|ner|ned)?\b|\bbald|\bcrown\b|\bdensity\b|\bparting\b|\btop of|\bon top\b"
            r"|\bhair ?loss\b|\blosing (?:my |his |her )?hair|\bshedding\b|\bhair (?:is )?fall",
            re.I,
        ),
    ),
)
_LEAD = re.compile(
    r"^(?:(?:and|so|but|also|because|cos|hi|hello|well|actually|no|it'?s|its|it is|this is|that'?s|i'?m|im|i am"
    r"|i have(?: got)?|i'?ve(?: got)?|ive(?: got)?|got|with|for|about|the|a|an|my"
    r"|not \w+|concern|reason|problem|issue|help with|would like|like|is|change|to)[\s,:-]+)+",
    re.I,
)
_TAIL = re.compile(
    r"[\s,]+(?:and|i|is|it|free|available|on|at|with|my|would|but|so|can|could|please|pls|any|the|in|from|number"
    r"|name|change|to)$",
    re.I,
)
_DOES = r"(?:do|treat|help(?: with)?|for|on|with|cover|hide|fix)"
_POINTS = re.compile(
    r"\b(?:that'?s|that is|it'?s|this is) (?:exactly |just )?(?:what (?:i|i'?ve) (?:have|got|need|want)|me\b|mine\b"
    r"|my (?:problem|case|situation|issue))|\bi(?:'ve| have) (?:got )?(?:that|those|one|some)\b",
    re.I,
)
_COMPLAINT = re.compile(r"\b(?:already|just) (?:told|said|gave|answered|wrote|typed)\b|\btold (?:you|u)\b", re.I)
_DENIED = re.compile(
    r"\b(?:not|isn'?t|is not|rather than|instead of|no longer)\s+(?!just\b|only\b|happy\b|sure\b)[^,.;!?]*?"
    r"(?=[,.;!?]|\bbut\b|\bit'?s\b|$)",
    re.I,
)
_ILLNESS = re.compile(r"\b(?:chemo\w*|radio\s?therapy|radiation|cancer|mastectomy|leuk[a]?emia|lymphoma)\b", re.I)
_ADDS = re.compile(r"\b(?:also|as well|too|plus|more (?:of|like)|add|on top of that|the one)\b", re.I)
_OWN = re.compile(r"\b(?:i have|i'?ve|i(?: also)? (?:have|got)|my|i'?m)\b", re.I)
_ADD_THAT = re.compile(r"\b(?:add|note|put|write)\b.{0,12}\b(?:that|it|this|down)\b", re.I)
_INSTEAD = re.compile(r"\b(?:instead|change|rather|not \w+ but|actually|correct\w*)\b", re.I)
_BARE = frozenset("affirm deny thanks greet goodbye stop refuse_detail clarify start_over".split())  # noqa: SIM905


def mentions_concern(text: str) -> bool:
    """Whether words speak of hair, a scar or a patch."""
    return any(pattern.search(text) for _, pattern in _CATEGORY)


def concern_category(text: str) -> str:
    """The concern's category in the contract's names; `other` where nothing fits.

    "Receding hairline, not a bald patch" is of what it is, not of what it is not. Hair lost to an illness's treatment
    is no pattern baldness and no receding hairline.
    """
    kept = _DENIED.sub(" ", text)
    text = kept if mentions_concern(kept) else text
    found = next((name for name, pattern in _CATEGORY if pattern.search(text)), "other")
    return "other" if found != "scars_and_patches" and _ILLNESS.search(text) else found


def adds_concern(text: str) -> bool:
    """Whether a concern is told beside the one that was told before: "also it's more of a scar"."""
    return bool(_ADDS.search(text)) and not _INSTEAD.search(text)


def tells_of_another(text: str) -> bool:
    """ "I also have a scar, can you add that": one's own concern beside the one that was told."""
    adds = adds_concern(text) and _OWN.search(text) and mentions_concern(text)
    return bool(adds) and (not is_question(text) or bool(_ADD_THAT.search(text)))


def read_answer(rest: str, told: Sequence[Segment], *, other_details: bool) -> tuple[str, str] | None:
    """The concern in an answer to "what would you like help with?": (category, words).

    `rest` has phones, addresses, times and names blanked. With `other_details` in the message only words that speak of
    a concern count, else all of them.
    """
    words = " ".join(rest[s.start : s.end].strip() for s in told if not (s.topic in _BARE and s.is_sure))
    words = re.sub(r" {3,}", ", ", re.sub(r"(?<=[.,;!?\n]) {2,}", " ", words))  # dictated stops leave room behind them
    words = re.sub(r"\s{2,}", " ", words).strip(" ,.-/:")
    whole = mentions_concern(words) and not any(
        form.search(words) for name, form in FIELDS.items() if name != "concern"
    )
    if len(words.split()) <= _LONG and (other_details or (CORRECTS.search(words) and not whole)):
        return read_mention(rest)
    if _COMPLAINT.search(words):  # "I already told you!"
        return read_mention(rest)
    if is_bare_month(words):  # "May": a name, rather
        return None
    if not words or REFUSES.search(words) or len(re.findall(r"[^\W\d_]", words)) < 2 or _is_mash(words):
        return None
    sure = next((s.topic for s in told if s.topic in CONCERNS and s.is_sure), None)
    return sure or concern_category(words), words[:LONGEST_CONCERN]


def read_pointed_at(text: str) -> tuple[str, str] | None:
    """ "Do you do scars? That's what I have": the concern of the question, where the visitor says it is theirs."""
    if not _POINTS.search(text):
        return None
    asked = text.partition("?")[0]
    found = read_mention(re.sub(rf"^.*\b{_DOES}\b", "", asked, flags=re.I | re.S))
    return found or read_mention(text)


def read_mention(rest: str) -> tuple[str, str] | None:
    """A concern mentioned among other things, the last one where several are: (category, words)."""
    wished = WANTS_BOOKING.sub(",", rest)  # "I need an appointment for hair loss" is about hair loss
    chunks = [_trimmed(chunk) for chunk in re.split(r"[,.;!?\n|]| {3,}|\bbut\b", wished)]
    told = [chunk for chunk in chunks if chunk and mentions_concern(chunk) and not re.match(r"not\b", chunk, re.I)]
    if not told:
        return None
    words = told[-1] if CORRECTS.search(rest) else ", ".join(told)
    return concern_category(words), words[:LONGEST_CONCERN]


def from_entities(found: Sequence[Entity], *, corrects: bool) -> tuple[str, str] | None:
    """The concern that the language engine marked: (category, words)."""
    if not found:
        return None
    values = [found[-1].value] if corrects else list(dict.fromkeys(one.value.strip() for one in found))
    words = ", ".join(values)
    return concern_category(words), words[:LONGEST_CONCERN]


def _trimmed(chunk: str) -> str:
    words = _LEAD.sub("", re.sub(r"\s+", " ", chunk).strip())
    while (shorter := _TAIL.sub("", words)) != words:
        words = shorter
    return words.strip(" -:")


def _is_mash(words: str) -> bool:
    mashed = re.search(r"[bcdfghjklmnpqrstvwxz]{6,}|asdf|qwer|zxcv|sdfg|dfgh|hjkl|([a-z])\1{3,}", words.lower())
    return bool(mashed) and not mentions_concern(words) and len(words.split()) < 4
