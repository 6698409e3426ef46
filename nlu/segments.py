"""spaCy components: where a message can be divided into separate requests.

`clauses` proposes; it divides too often rather than too seldom. `nlu.understanding` keeps apart only what surely asks
for different things.
"""

from __future__ import annotations  # noqa: I001

import re
from enum import Enum
from typing import Iterator, List, Set, Tuple

from spacy.language import Language
from spacy.tokens import Doc, Span, Token
import itertools

# A message is cut into at most this many pieces: its spans are encoded one by one, and a visitor waits for them.
MAX_PIECES = 6

ASKING = frozenset("how what when where who why which".split())  # noqa: SIM905
QUESTION_WORDS = ASKING | frozenset(
    """
    whats what's hows wheres whos hw wat wats wot wots wher wen
    """.split()  # noqa: SIM905
)
AUXILIARIES = frozenset(
    """
    is are am was were do does did can could will would shall should may might must have has had isn't aren't
    don't doesn't can't won't couldn't wouldn't ca wo cant wont dont doesnt isnt r ar cn cud wud shud duz
    """.split()  # noqa: SIM905
)
SUBJECTS = frozenset(
    """
    i you u he she it we they this that there these those ya ye yous someone anyone my your the a an people
    women men smp micropigmentation
    """.split()  # noqa: SIM905
)
JOINERS = {"and", "but", "also", "plus", "so", "then", "or", "oh", "btw", "&", "additionally", "nd", "n", "adn"}
OPENERS = frozenset(
    """
    please pls tell give show book call text email ring send thanks thank cheers hi hello hey yes yeah yep no
    nope ok okay any im i'm ive id my let need want wanna looking just not sorry bye great actually
    """.split()  # noqa: SIM905
)
REQUESTS = frozenset(
    """
    tell show give send explain book need want any please pls kindly call ring list
    """.split()  # noqa: SIM905
)
WISHES = {
    ("i", "want"),
    ("i", "need"),
    ("i", "wanna"),
    ("i", "wish"),
    ("i", "would", "like"),
    ("i", "'d", "like"),
    ("i", "'d", "love"),
    ("let", "me"),
    ("let", "'s"),
    ("can", "i"),
    ("i", "have", "to"),
    ("wondering", "if"),
    ("do", "i"),
    ("looking", "to"),
    ("id", "like"),
    ("then", "i"),
    ("i", "d", "like"),
    ("want", "to"),
    ("it", "hurts"),
    ("it", "safe"),
}
# What stands before a question without being part of it: "sir what is", "if not how many".
ADDRESSES = frozenset(
    """
    sir madam maam doc mate guys folks if not else well right first firstly secondly
    """.split()  # noqa: SIM905
)
# These divide without a subject or a question word after them, too, where a question stands before.
DIVIDERS = frozenset("and nd n adn & + / also plus".split())  # noqa: SIM905
TAGS = {("or", "not"), ("or", "no"), ("or", "what")}  # "it will work or not"
NO_BOUNDARY = {("so", "that"), *TAGS}
LEAD_INS = frozenset(("right", "well", "now", "then"))  # "right so, how much"
# "I'd like to know", "I wonder", "grateful if you could": a question in the form of a statement.
INDIRECT = re.compile(
    r"\b(?:know|wonder(?:ing)?|grateful|curious|tell me|let me know|advise|explain|clarify|confirm|set out|ask|enquire|inquire)\b",  # noqa: E501
    re.IGNORECASE,
)
# Whoever begins so tells of himself or somebody near, which is the reason of a question and not one.
TELLERS = frozenset(
    """
    i im i'm ive i've id my mine we our he she his her they their mum mom dad me
    because as since
    """.split()  # noqa: SIM905
)
# "and for how long", "to whom": goes on with the question before it.
PREPOSITIONS = frozenset(
    """
    for after at by with to in from on of
    """.split()  # noqa: SIM905
)

# A greeting, an answer or thanks may be divided from what follows it without any other sign.
STANDALONE = {"hi", "hello", "hey", "hiya", "yes", "yeah", "yep", "no", "nope", "thanks", "cheers", "ok", "okay"}
ENDINGS = {".", "?", "!", "…", ";", "\n", "??", "?!", "!!", "..", "..."}
EDGES = frozenset((",", *JOINERS, *ENDINGS))


def starts_question(tokens: List[Token], index: int) -> bool:
    """Whether a question or a statement with its own subject begins at this token."""
    word = tokens[index].lower_
    after = tokens[index + 1].lower_ if index + 1 < len(tokens) else ""
    if word in QUESTION_WORDS:
        return True
    if word in AUXILIARIES and after in {"n't", "not"}:
        after = tokens[index + 2].lower_ if index + 2 < len(tokens) else ""
    if word in {"do", "have", "had"} and after in {"it", "this", "that", "a", "my"}:  # "can I still have it"
        return False
    return word in AUXILIARIES and after in SUBJECTS


def asks(tokens: List[Token]) -> bool:
    """Whether these words ask for something, by their form: a question, or a wish or request addressed to the clinic."""  # noqa: E501
    words = [token.lower_ for token in tokens if not token.is_punct and not token.is_space]
    if any("?" in token.text for token in tokens[-2:]) or tuple(words[-2:]) in TAGS:
        return True
    for start in range(min(4, len(tokens))):
        if starts_question(tokens, start) and all(
            token.lower_ in OPENERS
            or token.lower_ in JOINERS
            or token.lower_ in ADDRESSES
            or token.is_punct
            or token.lower_.endswith("ly")
            for token in tokens[:start]
        ):
            return True
    if INDIRECT.search(" ".join(words[:8])):
        return True
    return bool(words) and (words[0] in REQUESTS or tuple(words[:2]) in WISHES or tuple(words[:3]) in WISHES)


def tells(tokens: List[Token]) -> bool:
    """Whether these words begin like something told of oneself or of somebody near."""
    words = [token.lower_ for token in tokens if not token.is_punct and not token.is_space]
    return bool(words) and words[0] in TELLERS


def goes_on(tokens: List[Token]) -> bool:
    """Whether these words only go on with the question before them: "for how long", "to whom"."""
    words = [token.lower_ for token in tokens if not token.is_punct and not token.is_space]
    return 1 < len(words) <= 4 and words[0] in PREPOSITIONS and words[1] in QUESTION_WORDS


class Link(Enum):
    """How a piece hangs on the one before it."""

    NONE = "a request of its own, or not"
    OR = "or does it look fake"
    GOES_ON = "for how long"
    LISTED = "the price, where the piece before asks: only a request if it surely is one"


def link_of(piece: Span) -> Link:
    """How one of the `pieces` of a message hangs on the one before it."""
    if piece.start > 0 and piece.doc[piece.start - 1].lower_ == "or":
        return Link.OR
    if piece.label_ == "weak":
        return Link.LISTED
    return Link.GOES_ON if goes_on(list(piece)) else Link.NONE


def starts_statement(tokens: List[Token], index: int) -> bool:
    """Whether a clause with a subject and something said about it may begin at this token."""
    word = tokens[index].lower_
    after = tokens[index + 1].lower_ if index + 1 < len(tokens) else ""
    if word in {"i", "you", "u", "he", "she", "it", "we", "they", "there", "this", "that"}:
        return (bool(after) and after.isalpha()) or after.startswith("'")
    return word in OPENERS or (word == "my" and bool(after))


def boundaries(doc: Doc) -> Iterator[Tuple[int, str]]:
    """Every token index at which a piece may begin, with the reason: sentence, joiner, comma, bare or weak."""
    tokens = list(doc)
    for index in range(1, len(tokens)):
        before = tokens[index - 1]
        if tokens[index].is_space or (tokens[index].is_punct and tokens[index].text not in {"(", "-"}):
            continue
        if before.text[-1:] in ENDINGS or "\n" in before.text or before.text in ENDINGS:
            yield index, "sentence"
        elif (before.lower_, tokens[index].lower_) in NO_BOUNDARY:
            continue
        elif before.lower_ in JOINERS and (
            starts_question(tokens, index)
            or starts_statement(tokens, index)
            or tokens[index].lower_ in AUXILIARIES
            or tokens[index].lower_ == "whether"
        ):
            yield index, "joiner"
        elif before.text in {",", "-", "–", "—", ":", "/", "("}:
            if (
                starts_question(tokens, index)
                or starts_statement(tokens, index)
                or tokens[index].lower_ in JOINERS
                or (index >= 2 and tokens[index - 2].lower_ in STANDALONE)
                or (before.text == "," and is_listed(tokens, index))
            ):
                yield index, "comma"
        elif before.lower_ in DIVIDERS and tokens[index].lower_ not in JOINERS:
            yield index, "weak"
        elif starts_bare_question(tokens, index) and not continues(tokens, index):
            yield index, "bare"


def is_listed(tokens: List[Token], index: int) -> bool:
    """Whether a comma before this token divides things named in a few words: "price, pain, how many visits"."""
    before = next((far for far in range(2, 6) if index - far < 0 or tokens[index - far].lower_ in EDGES), 6)
    after = next((far for far in range(4) if index + far >= len(tokens) or tokens[index + far].lower_ in EDGES), 6)
    return before <= 5 or after <= 3


def starts_bare_question(tokens: List[Token], index: int) -> bool:
    """Whether a question begins here though no punctuation says so (dictation); relative clauses are none."""
    word = tokens[index].lower_
    after = tokens[index + 1].lower_ if index + 1 < len(tokens) else ""
    if word in {"how", "hows"} and after in {"much", "long", "many", "often", "soon", "do", "does", "is", "can", "old"}:
        return True
    if word == "whats" or (word == "what" and after in {"is", "are", "does", "do", "about", "'s", "s"}):
        return True
    if word in QUESTION_WORDS:  # "when can i", "which shampoo can i"; not "people who have"
        near = (place for place in (index + 1, index + 2) if place < len(tokens))
        return any(tokens[place].lower_ in AUXILIARIES and starts_question(tokens, place) for place in near)
    rest = tokens[index + 2 : index + 3]  # none in "EMI option is there?"
    more = bool(rest) and not rest[0].is_punct and rest[0].lower_ not in JOINERS
    says = after in {"a", "an"}  # "the sum is a lot"
    return more and not says and starts_question(tokens, index)


# Words after which a question word or an auxiliary goes on with the same clause: "know how", "about what", "and how".
LEADS_ON = ASKING | frozenset(
    """
    be know wondering wonder ask asking tell me about on of for at to from in with see explain understand sure
    if that than as and or but so is are just exactly like idea out not also long much many often soon old far
    hell please then because whether whoever really by depends say said check matter u you the my your no yes question
    """.split()  # noqa: SIM905
)


def continues(tokens: List[Token], index: int) -> bool:
    """Whether the clause running before this token goes on with it."""
    before = tokens[index - 1].lower_
    if before in LEADS_ON or before == "there":
        return True
    # "how much does it", "what colour is the": the words since the question word belong to the same question
    if tokens[index].lower_ in AUXILIARIES:
        since = (token.lower_ for token in reversed(tokens[max(0, index - 6) : index]))
        return next((word in QUESTION_WORDS for word in since if word in QUESTION_WORDS | AUXILIARIES), False)
    return False


def is_enough(span: Span) -> bool:
    """Whether a piece says something: two words, or one that stands alone ("yes,") or asks ("cost?")."""
    words = [token for token in span if token.is_alpha or token.like_num or "@" in token.text]
    words = [token for token in words if token.lower_ not in JOINERS]
    named = bool(words) and len(words[0].text) > 3 and "," in span.doc[span.start : span.end + 1].text
    return len(words) >= 2 or (bool(words) and (words[0].lower_ in STANDALONE or "?" in span.text or named))


def pieces(doc: Doc) -> List[Tuple[int, int, str]]:
    """Token ranges that cover the message, in order, and why each begins; at most `MAX_PIECES`, each with a word."""
    cuts: List[int] = []
    reasons = {0: "sentence"}
    sentence = 0  # where the sentence begins
    for index, reason in boundaries(doc):
        start = cuts[-1] if cuts else 0
        sentence = index if reason == "sentence" else sentence
        if reason == "weak" and (index - start < 3 or not asks(list(doc[sentence:index]))):
            continue  # nothing is asked yet, so that nothing is asked beside it
        if is_enough(doc[start:index]) and is_enough(doc[index:]):
            cuts.append(index)
            reasons[index] = reason
    edges = [0, *cuts, len(doc)]
    ranges = [(start, end) for start, end in itertools.pairwise(edges) if end > start]
    while len(ranges) > MAX_PIECES:  # join the two shortest neighbours
        sizes = [ranges[place + 1][1] - ranges[place][0] for place in range(len(ranges) - 1)]
        place = sizes.index(min(sizes))
        ranges[place : place + 2] = [(ranges[place][0], ranges[place + 1][1])]
    return [(start, end, reasons[start]) for start, end in ranges]


def opens(tokens: List[Token], index: int) -> bool:
    """Whether what is said begins here or later: a question, or what divides."""
    token = tokens[index]
    return token.is_punct or token.lower_ in JOINERS or token.lower_ in LEAD_INS or starts_question(tokens, index)


def trimmed(doc: Doc, start: int, end: int) -> Tuple[int, int]:
    """The range without joiners, commas and white space at its edges (a question mark stays)."""
    drop: Set[str] = {",", "-", "–", "—", ":", ";", "/", "(", ")", *JOINERS}
    while end > start and (doc[end - 1].is_space or doc[end - 1].lower_ in drop):
        end -= 1
    tokens = list(doc[:end])
    while start < end and (
        doc[start].is_space
        or doc[start].lower_ in drop
        or doc[start].is_punct
        or (doc[start].lower_ in LEAD_INS and (start + 1 == end or opens(tokens, start + 1)))
    ):
        start += 1
    return start, end


@Language.component("hairline_clauses")
def clauses(doc: Doc) -> Doc:
    """Sets `doc.spans["pieces"]`: the smallest parts into which the message may be divided, labelled with why."""
    spans = []
    for start, end, reason in pieces(doc):
        start, end = trimmed(doc, start, end)
        if end > start:
            spans.append(Span(doc, start, end, label=reason))
    doc.spans["pieces"] = spans
    return doc
