"""Forms of speech that decide how words are taken: question, yes, no, correction, refusal, condition.

English only, and none of it about one topic: what a message is about comes from the language engine.
"""

import re
import unicodedata
from re import Pattern

_OPENING = (
    r"^\W*(?:(?:and|so|but|ok|okay|also|hi|hello|well|um|please|btw|by the way|just|hang on|wait|sorry|oh)[\s,]+)*"
)

QUESTION = re.compile(
    r"\?|" + _OPENING + r"(?:what|whats|what's|who|whos|why|when|where|which|how|hows|how's|whose"
    r"|(?:is|are|was|were|do|does|did|can|could|will|would|should|may|has|have|am|must|shall|don'?t|isn'?t|doesn'?t"
    r"|won'?t|aren'?t)"
    r"\s+(?:i|it|its|you|u|they|this|that|these|there|the|a|an|my|your|we|he|she|smp|people|anyone|someone|somebody"
    r"|any|one|women|men)\b"
    r"|tell me (?:about|more|how|what|if|whether)|i (?:want|would like|'d like) to know|any (?:idea|chance|side|pain"
    r"|risk)|(?:i )?wonder)",
    re.I,
)
YES = re.compile(
    r"^\W*(?:(?:oh|ok|okay|well|um|ah|all right|alright|then|great|fine)[\s,]+)*(?:y|ya|ye|yh|yes+|yea+h*|yep|yup"
    r"|yas|aye|ok|okay|k|kk|sure|agreed?|i agree|i do"
    r"|i consent|consent(?:ed)?|fine|correct|right|all ?right|alright"
    r"|that'?s (?:right|correct|fine|ok|okay|it|good|me|all)|all (?:good|right|correct|fine)|go ahead|go for it"
    r"|please do|do it|(?:please )?send(?: it)?"
    r"|submit|confirm(?:ed)?|absolutely|definitely|of course|certainly|perfect|great|good|lovely|(?:it |that "
    r"|all )?(?:sounds|looks) (?:good|right|fine|correct|great|perfect|ok|okay)"
    r"|happy with that|no (?:problem|worries|objections?)|why not|deal|indeed|si|haan|ji|👍+|✅)(?!\w)",
    re.I,
)
HALF_YES = re.compile(
    r"^\W*(?:(?:oh|well|um)[\s,]+)*(?:ok|okay|k|kk|fine|right|all ?right|alright|great|good|sure)\b", re.I
)
"""A yes, unless something else follows: "ok, the earliest you have"."""
NO = re.compile(
    r"^\W*(?:(?:oh|ok|well|um|actually|sorry|hmm|err|still)[\s,]+)*(?:n|no+|nope|nah|na|naw|never|not? (?:really|yet"
    r"|now|today|at all|thanks?|thank you|way|correct|right)"
    r"|negative|i(?:'d| would) rather not|don'?t|do not|i (?:do not|don'?t|dont|disagree|refuse|decline|won'?t"
    r"|cannot|can'?t)|nein|non|👎+|❌)(?!\w)",
    re.I,
)
NOT_NO = re.compile(
    r"^\W*no (?:problem|worries|objections?|bother|issue|prob|preference)|^\W*(?:i )?(?:do not|don'?t|dont) (?:mind"
    r"|see why not|care)|^\W*no,? (?:that'?s|it'?s|all|thats|its) (?:right|fine|good|ok|correct)"
    r"|^\W*no (?:complaints?|probs?)\b",
    re.I,
)
NO_WAIT = re.compile(r"^\W*(?:no+|nope|nah)[\s,]+(?:wait|hang on|hold on|sorry)\b", re.I)
"""What opens a correction or a question and is neither yes nor no: "no wait, the number is ..."."""
NEGATED = re.compile(
    r"\b(?:(?:do|does|did|is|are|would|can|could|wo)(?:n'?t| not)|dont|not|never|withdraw|revoke|take back|refuse"
    r"|disagree)\b"
    r"(?:\s+\w+){0,3}?\s*\b(?:agree|consent|ok|okay|happy|comfortable|want|accept|allow|permission|send|right"
    r"|correct)\b",
    re.I,
)
WITHDRAWS = re.compile(
    r"\b(?:withdraw|revoke|take back|cancel|changed my mind about|no longer)\b.{0,30}\b(?:consent|agree\w*|permission)"
    r"|\b(?:don'?t|do not|no longer) (?:agree|consent)\b"
    r"|\b(?:don'?t|do not) (?:want (?:you|them|anyone|anybody) to |want my .{0,20})?(?:store|keep|save|kept|stored"
    r"|saved|keeping)\b.{0,20}(?:\b(?:my )?(?:data|details|number|info\w*)|$)",
    re.I,
)
CORRECTS = re.compile(
    r"\b(?:wrong|incorrect|mistake|typo|not right|isn'?t right|change|correction"
    r"|correct (?:the|my|his|her|it|that|this)|edit|update|amend|fix|replace"
    r"|instead|actually|i mean(?:t)?|rather"
    r"|no wait|wait|sorry|oops|make (?:it|that)|should be|should say|should end|mis(?:typed|spelt|spelled)|typed"
    r"|spelt|spelled|not \w+,? (?:but )?\w+|after all|add)\b",
    re.I,
)
LEAVES = re.compile(
    r"\b(?:leave (?:it|that|this)|never ?mind|forget (?:it|that)|keep (?:it|that|the old)|as it (?:is|was)"
    r"|don'?t bother|it'?s fine|that'?s fine)\b|^\W*(?:no,? )?nothing(?: else)?\W*$",
    re.I,
)
_TAKES_OUT = r"remove|delete|drop|erase|scrap|ditch|get rid of|take (?:out|off|away)"
REMOVES = re.compile(rf"\b(?:{_TAKES_OUT}|take\b.{{1,30}}\b(?:out|off|away)|without)\b", re.I)
_DROPS = rf"\b(?:{_TAKES_OUT}|lose|forget|instead of|not)\b"
_MY = r"(?: (?:my|the|that|this|old))*"
DROPPED: dict[str, Pattern[str]] = {
    "phone": re.compile(
        rf"{_DROPS}{_MY} (?:phone|number|mobile|landline)\b|\btake{_MY} (?:phone|mobile|landline)?(?: ?number)?"
        r" (?:out|off|away)\b",
        re.I,
    ),
    "email": re.compile(rf"{_DROPS}{_MY} e-?mail\b|\btake{_MY} e-?mail(?: address)? (?:out|off|away)\b", re.I),
}
"""What is to be taken out, said in so many words."""
SURNAME = re.compile(r"\b(?:surname|(?:last|family|second) name)\b(?!.{0,40}\bfirst name\b)", re.I | re.S)
FIELDS: dict[str, Pattern[str]] = {
    "name": re.compile(r"\b(?:sur)?name\b|\bspelling\b|\bspell?ed\b|\bspelt\b", re.I),
    "phone": re.compile(
        r"\bphone\b|\bnumber\b|\bmobile\b|\bcell\b|\btelephone\b|\bdigits?\b|\blandline\b|\bcall me\b|\bring me\b", re.I
    ),
    "email": re.compile(r"\be-?mails?\b|\bmail\b", re.I),
    "concern": re.compile(r"\bconcern\b|\breason\b|\bproblem\b|\bwhat it'?s about\b|\babout line\b|\bissue\b", re.I),
    "time": re.compile(r"\btimes?\b|\bdate\b|\bday\b|\bslot\b|\bappointment\b|\bwhen\b", re.I),
    "consent": re.compile(r"\bconsent\b|\bagreement\b|\bpermission\b", re.I),
}
REFUSES = re.compile(
    r"\b(?:rather not|prefer not|skip|pass|not (?:telling|giving|saying|comfortable)|won'?t (?:say|tell|give)"
    r"|don'?t want to (?:say|give|tell|share|talk)"
    r"|no comment|none of your|private|neither|don'?t have (?:one|an?|any|e-?mail|a? ?phone)|haven'?t got"
    r"|no (?:phone|mobile|e-?mail|mail|number)|without (?:phone|e-?mail)"
    r"|not (?:by )?(?:phone|e-?mail)|don'?t (?:do|use|like) (?:e-?mail|phones?)|(?:don'?t|never|not) (?:call|ring"
    r"|phone|e-?mail) me|nothing|not sure|(?:don'?t|do not|no) (?:know|idea)|dunno|idk|anonymous)\b",
    re.I,
)
REFUSED: dict[str, Pattern[str]] = {
    "phone": re.compile(
        r"\b(?:no|not|don'?t|dont|never|without|won'?t|stop|neither)\b(?:[^\w,.;]+\w+){0,4}?[^\w,.;]+(?:phone|calls?"
        r"|ring|number|mobile|called)\b",
        re.I,
    ),
    "email": re.compile(
        r"\b(?:no|not|don'?t|dont|never|without|won'?t|stop|neither)\b(?:[^\w,.;]+\w+){0,4}?[^\w,.;]+(?:e-?mails?"
        r"|mail)\b",
        re.I,
    ),
}
_CHOOSES = r"\b(?:by|via|on|over|through|use)\s+(?:the |my )?"
CHOSEN: dict[str, Pattern[str]] = {
    "phone": re.compile(_CHOOSES + r"(?:phone|mobile|telephone|landline)\b", re.I),
    "email": re.compile(_CHOOSES + r"e-?mail\b", re.I),
}
"""How to be reached, said as a wish; `REFUSED` goes before it: "not by phone"."""
UNSURE = re.compile(r"\b(?:not (?:really )?sure|unsure|(?:don'?t|do not) know|dunno|idk|maybe|no idea|hmm+)\b", re.I)
ENDING = re.compile(
    r"\b(?:end(?:s|ing)?(?: (?:in|with|on))?|last (?:\w+ )?(?:digits?|numbers?|bit)?(?: (?:is|are|should be|was"
    r"|were))?|final (?:\w+ )?digits? (?:is|are))"
    r"\D{0,20}?(\d(?:[\s-]?\d){0,5})\b",
    re.I,
)
CONDITION = re.compile(
    r"\b(?:but|only|as long as|so long as|provided|on condition|if you|if nobody|if no one|unless|except|just don'?t"
    r"|please don'?t|do not|don'?t|not before|not after)\b.*",
    re.I | re.S,
)
SAME = re.compile(
    r"\bsame (?:phone|number|mobile|e-?mail|address|contact|details|times?|slot|one|again"
    r"|as (?:before|mine|me|last|above|earlier))\b|\b(?:use|on) (?:mine|my own)\b|\bmine (?:again|is fine|will do)\b",
    re.I,
)
WANTS_BOOKING = re.compile(
    r"\b(?:book|arrange|organi[sz]e|schedule|set up|make|sort|request|fix up|needs?|wants?|have|get|like|love"
    r"|after)\b(?:\s+[\w'-]+){0,5}?\s+(?:consultation|consult|appointment|appt)\b(?! (?:is|cost|take|last|about|free))"
    r"|\bbook(?:ed)? (?:me|us|him|her|them|my|in|please|pls|one|for|another|now|a (?:slot|session|time|place"
    r"|visit))\b|\b(?:to|can i|like to|want to|wanna|could i) book\b|^\W*book\b"
    r"|\b(?:ask|get|have) (?:some(?:body|one)|them|the (?:clinic|team)) (?:to )?"
    r"(?:call|ring|phone|telephone|contact) me\b"
    r"|\b(?:call|ring|phone) me back\b|\bcall ?back\b|\bget (?:me )?booked\b|^\W*(?:a )?(?:consultation"
    r"|appointment) (?:pls|please|for)\b|^\W*(?:free )?consultation (?:request|booking)\b",
    re.I,
)
ANOTHER = re.compile(r"\b(?:another|second|new|one more|too|as well|also|separate)\b", re.I)


def is_question(text: str) -> bool:
    """Whether words ask something, by their form."""
    return bool(QUESTION.search(text))


_NO_WISH = re.compile(
    _OPENING + r"(?:what|how|why|who|when|where|is|are|does|do)\b|\b(?:don'?t|do not|dont|not|never|no need|cancel\w*"
    r"|mov(?:e|ing)|resched\w*|re-?arrange|check|chang(?:e|ing)|postpone)\b"
    r"|\b(?:my|the|our|an existing) (?:\w+ )?(?:appointment|appt)\b",
    re.I,
)


def wants_booking(text: str) -> bool:
    """Whether words wish for a consultation or a call, beside whatever else they say."""
    return any(
        not _NO_WISH.search(clause) and WANTS_BOOKING.search(clause)
        for clause in re.split(r"[.!?\n]+\s*|,\s+(?=(?:can|could|what|how)\b)", text)
    )


_MARKUP = re.compile(
    r"<(script|style)\b[^<>]{0,200}>.{0,2000}?(?:</\1\s{0,9}>|$)|</?[a-z][^<>]{0,200}>|<!--.{0,2000}?-->", re.I | re.S
)
_DICTATED = {"full stop": ".", "comma": ",", "question mark": "?", "exclamation mark": "!", "new line": "\n"}
_DICTATION = re.compile(rf"\s(?:{'|'.join(_DICTATED)})(?=\s|$)", re.I)


def as_written(text: str) -> str:
    """The text without markup, and with the stops that somebody dictated; of the same length, so that offsets stay."""
    text = _MARKUP.sub(lambda found: " " * len(found[0]), text)
    return _DICTATION.sub(lambda found: _DICTATED[found[0].strip().lower()].ljust(len(found[0])), text)


def without_symbols(text: str) -> str:
    """The text without emoji and other signs that are no writing."""
    return "".join(
        " " if unicodedata.category(char) in ("So", "Sk", "Cf") or char == "\ufe0f" else char for char in text
    )


def masked(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with these spans blanked, so that all offsets stay."""
    for begin, end in spans:
        text = text[:begin] + " " * (end - begin) + text[end:]
    return text
