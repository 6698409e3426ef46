"""spaCy components: where a message can be divided into separate requests.

`clauses` proposes; it divides too often rather than too seldom. `nlu.understanding` keeps apart only what surely asks
for different things.
"""

from __future__ import annotations

import itertools
import re
from enum import Enum
from typing import Iterator, List, Set, Tuple

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

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
DIVIDING_SIGNS = frozenset((",", "-", "–", "—", ":", "/", "(", ")", "+"))
REASON_WORDS = frozenset(("if", "because", "cos", "since"))  # what follows says why or when, it does not ask
# Why a piece may begin, the clearest first: where there are too many pieces, the last ones are joined.
REASONS = ("sentence", "joiner", "comma", "bare", "weak", "listed", "soft")


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


def link_of(piece: Span) -> Link:
    """How one of the `pieces` of a message hangs on the one before it."""
    if piece.start > 0 and piece.doc[piece.start - 1].lower_ == "or":
        return Link.OR
    return Link.GOES_ON if goes_on(list(piece)) else Link.NONE


def starts_statement(tokens: List[Token], index: int) -> bool:
    """Whether a clause with a subject and something said about it may begin at this token."""
    word = tokens[index].lower_
    after = tokens[index + 1].lower_ if index + 1 < len(tokens) else ""
    if word in {"i", "you", "u", "he", "she", "it", "we", "they", "there", "this", "that"}:
        return (bool(after) and after.isalpha()) or after.startswith("'")
    return word in OPENERS or (word == "my" and bool(after))


def boundaries(doc: Doc) -> Iterator[Tuple[int, str]]:
    """Every token index at which a piece may begin, with the reason (`REASONS`)."""
    tokens = list(doc)
    for index in range(1, len(tokens)):
        if not tokens[index].is_space and (not tokens[index].is_punct or tokens[index].text in {"(", "-"}):
            reason = reason_for(tokens, index)
            if reason:
                yield index, reason


def reason_for(tokens: List[Token], index: int) -> str:
    """Why a piece may begin at this token, "" where none does."""
    before, here = tokens[index - 1], tokens[index]
    if ends_sentence(tokens, index - 1):
        return "sentence"
    if (before.lower_, here.lower_) in NO_BOUNDARY or before.lower_ in REASON_WORDS:
        return ""
    clause = starts_question(tokens, index) or starts_statement(tokens, index)
    if before.lower_ in JOINERS:
        return "joiner" if clause or here.lower_ in AUXILIARIES or here.lower_ == "whether" else "weak"
    if before.text in DIVIDING_SIGNS:
        answered = index >= 2 and tokens[index - 2].lower_ in STANDALONE
        return "comma" if clause or answered or here.lower_ in JOINERS else "listed"
    if continues(tokens, index):
        return ""
    if starts_bare_question(tokens, index):
        return "bare"
    return "soft" if here.lower_ in QUESTION_WORDS else ""


def ends_sentence(tokens: List[Token], index: int) -> bool:
    """Whether a sentence ends with this token; whoever dictates may say "full stop"."""
    token = tokens[index]
    said = token.lower_ == "stop" and index > 0 and tokens[index - 1].lower_ == "full"
    return said or token.text[-1:] in ENDINGS or token.text in ENDINGS or "\n" in token.text


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
    """Whether a piece says something: two words, or one that is more than a particle ("cost", "yes,", "u?")."""
    words = [token for token in span if token.text[0].isalnum() and token.lower_ not in JOINERS]
    if len(words) != 1:
        return len(words) > 1
    return len(words[0].text) >= 3 or words[0].lower_ in STANDALONE or "?" in span.text


def pieces(doc: Doc) -> List[Tuple[int, int, str]]:
    """Token ranges that cover the message, in order, and why each begins; at most `MAX_PIECES`, each with a word."""
    cuts: List[int] = []
    reasons = {0: "sentence"}
    for index, reason in boundaries(doc):
        if is_enough(doc[cuts[-1] if cuts else 0 : index]) and is_enough(doc[index:]):
            cuts.append(index)
            reasons[index] = reason
    while len(cuts) >= MAX_PIECES:
        edges = [0, *cuts, len(doc)]
        cuts.remove(max(cuts, key=lambda cut: (REASONS.index(reasons[cut]), -shorter_beside(cut, edges))))
    return [(start, end, reasons[start]) for start, end in itertools.pairwise([0, *cuts, len(doc)]) if end > start]


def shorter_beside(cut: int, edges: List[int]) -> int:
    """How many tokens the shorter one of the two pieces beside a cut has."""
    place = edges.index(cut)
    return min(cut - edges[place - 1], edges[place + 1] - cut)


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
