"""Words about something that is wrong after treatment: which listed signs they name, and whether they tell or ask.

Whether a message tells of such a problem is the language engine's to say. Here a message that it took for one is told
apart only where its form leaves no doubt, and whoever is in doubt counts as somebody in trouble.
"""

import re

from leads.reading.forms import is_question, wants_booking

SIGNS = ("breathing", "swelling", "fever", "redness", "bleeding")
"""What the warning lists (utter_urgent), in its order; what each is called stands in utter_sign_<name>."""

_FACE = r"(?:face|facial|cheeks?|eyes?|eyelids?|forehead|lips?|mouth|tongue|throat)"
_SWOLLEN = r"(?:sw[eo]ll?(?:s|en|ing|ed)?|puff(?:s|y|ed|ing)?|blown? up|balloon(?:s|ed|ing)?)"
_SPREADS = r"(?:spread(?:s|ing)?|creep(?:s|ing)?|getting bigger|growing)"
_SIGN = {
    "breathing": re.compile(
        r"\b(?:can'?t|cannot|can not|can (?:hardly|barely)|hard(?:ly)?|struggl\w*|trouble|difficult\w*|problems?"
        r"|short(?:ness)?|fighting|gasping)\b.{0,20}\b(?:breath\w*|swallow(?:ing)?)\b|\b(?:breath\w*)\b.{0,15}\b(?:hard|difficult\w*"
        r"|trouble|problems?|heavy|tight|short)\b|\bgasping\b|\bwheez\w*|\b(?:throat|airway)\b.{0,20}"
        r"\b(?:tight\w*|clos(?:es|ed|ing)|closing up)\b",
        re.I,
    ),
    "swelling": re.compile(rf"\b{_FACE}\b.{{0,40}}\b{_SWOLLEN}\b|\b{_SWOLLEN}\b.{{0,25}}\b{_FACE}\b", re.I),
    "fever": re.compile(
        r"\bfever(?:s|ish)?\b|\b(?:high|raised|a|got|running|have|having) (?:bit of a )?temp(?:erature)?\b"
        r"(?! (?:of )?3[67])"
        r"|\btemp(?:erature)?\b.{0,20}?\b(?:3[89]|4[012]|10[0-6])\b|\b(?:3[89]|4[012])(?:[.,]\d)? ?(?:°|degrees|c\b)"
        r"|\b(?:38|39|4[01])[.,]\d\b",
        re.I,
    ),
    "redness": re.compile(
        rf"\bred(?:ness|der)?\b.{{0,30}}\b{_SPREADS}\b|\b{_SPREADS}\b.{{0,15}}\bred(?:ness)?\b"
        r"|\bred (?:streak|line|stripe)s?\b",
        re.I,
    ),
    "bleeding": re.compile(
        r"\b(?:bleed\w*|blood)\b.{0,30}\b(?:heav\w*|bad(?:ly)?|a lot|loads|lots|everywhere|pour\w*|gush\w*|spurt\w*"
        r"|soak\w*|(?:won'?t|wont|not|n'?t|never|doesn'?t|doesnt|can'?t|cannot) stop\w*|nonstop|non-stop)\b"
        r"|\b(?:heav(?:y|ily)|pour\w*|gush\w*|soaked|drenched|lots of|loads of|a lot of|can'?t stop the"
        r"|(?:won'?t|wont|not) stop)\b.{0,15}"
        r"\b(?:bleed\w*|blood)\b",
        re.I,
    ),
}
_DENIED = re.compile(r"\b(?:no|not|without|n[o']t|isn'?t|haven'?t|hasn'?t|don'?t|doesn'?t|never|nor)\b", re.I)
_CAN_NOT = re.compile(r"\b(?:can'?t|cannot|can not|can hardly|can barely)\b", re.I)


def signs_in(text: str) -> tuple[str, ...]:
    """The listed signs that words name as being there; "no fever" names none."""
    text = text.replace("’", "'")
    return tuple(sign for sign in SIGNS if any(not _is_denied(text, found) for found in _SIGN[sign].finditer(text)))


def _is_denied(text: str, found: re.Match[str]) -> bool:
    """Whether a "no" stands right before a sign, or between its two words ("the redness isn't spreading")."""
    before = re.split(r"[.,;!?\n]|\bbut\b", text[: found.start()])[-1].split()[-3:]
    said = found[0]
    if _CAN_NOT.search(said) or re.search(
        r"stop", said, re.I
    ):  # "can't breathe", "won't stop bleeding": a no is the sign
        said = ""
    return bool(_DENIED.search(" ".join(before)) or _DENIED.search(said))


# --- asked in general -------------------------------------------------------------------------------------------------

_SYMPTOM = (
    r"(?:infect|bleed|blood|smell|stink|swell|swollen|puff|fever|rash|react|allerg"
    r"|scab|ooz|weep|pus\b|itch|red\b|hurt|burn|ill\b|sick)"
)
_PEOPLE = (
    r"(?:(?:any|some|many|most|other|your|all|a lot of) ?)*(?:people|anyone|anybody|someone|somebody|everyone|clients?"
    r"|customers?|patients?|men|women|guys|folks?|others|many|most)"
)
_TREATMENT = (
    r"(?:it|this|that|smp|scalp micropigmentation|(?:the|a) (?:treatment|procedure|pigment|dots?|needles?|tattoo))"
)
_IN_GENERAL = re.compile(
    r"^\W*(?:(?:hi|hello|hey|and|so|but|ok|okay|also|just|btw|out of interest|quick question|wondering)\W+)*"
    r"(?:"
    rf"(?:do|does|did|can|could|will|would|might|may|has|have|had) {_PEOPLE}\b"
    rf"|(?:can|could|do|will|would) (?:you|u) (?:ever |often |sometimes )?get (?:an? |any |many |a lot of )?{_SYMPTOM}"
    r"|(?:is|are) there (?:ever )?(?:an?|any|much|some) (?:\w+ )?(?:risks?|chances?|dangers?|possibility)\b"
    r"|how (?:likely|common|often|high|big|rare|usual)\b"
    r"|what(?:'?s| is| are)? the (?:\w+ )?(?:risks?|chances?|odds|dangers?|likelihood|probability)\b"
    rf"|(?:can|could|will|would|does|do|might|may) {_TREATMENT} (?:\w+ ){{0,3}}?{_SYMPTOM}"
    r")",
    re.I,
)
_OWN = re.compile(
    r"\b(?:i|i'?m|i'?ve|i'?d|i'?ll|im|ive|me|my|mine|myself|we|we'?re|our|us|he|he'?s|she|she'?s|his|her|him|him|they'?re"
    r"|their|them|dad|mum|mom|husband|wife|partner|son|daughter|brother|sister|friend|mate|boyfriend|girlfriend)\b",
    re.I,
)
_NOW = re.compile(
    r"\b(?:since|yesterday|today|tonight|now|currently|this (?:morning|afternoon|evening|week|much|bad|long)"
    r"|last (?:night|week)|still|already|again|keeps?|keep on|ago|days? (?:later|after|on)|weeks? (?:later|after|on)"
    r"|so much|help|urgent\w*|emergency|asap|quick(?:ly)?|stop\w*|won'?t|wont|normal\w*|supposed|meant|should|worr\w*"
    r"|getting|worse|got|gone|turned|went|started|look|wrong|bad|severe\w*|monday|tuesday|wednesday|thursday"
    r"|friday|saturday|sunday)\b",
    re.I,
)


def asks_in_general(text: str) -> bool:
    """Whether words ask about risks in general: of nobody's own body, of nothing that has happened, and nothing else.

    "Do people ever get infections?"; not "is it infected?", and not "does it bleed this much?".
    """
    text = text.replace("’", "'")
    if not is_question(text) or _OWN.search(text) or _NOW.search(text):
        return False
    sentences = [one for one in re.split(r"[.!?;\n]+", text) if re.search(r"\w", one)]
    return bool(sentences) and all(_IN_GENERAL.search(one) for one in sentences)


_EMERGENCY = r"a ?(?:&|and|n|\+) ?e|e\.?r|emergency room|casualty|ambulance|999|911|112|111|urgent care|minor injuries"
_SEEKS_HELP = re.compile(
    rf"\b(?:should|shall|must|ought) (?:i|we|he|she)\b(?: \w+){{0,4}}? (?:{_EMERGENCY}|hospital|doctors?|gp)\b"
    rf"|\bdo(?:es)? (?:i|we|he|she) (?:need|have)\b(?: \w+){{0,3}}? (?:{_EMERGENCY})\b"
    r"|\bis (?:this|it) (?:an emergency|bad enough for)\b",
    re.I,
)


def seeks_help(text: str) -> bool:
    """Whether somebody asks if they should get emergency help: "should I go to A&E?"."""
    return bool(_SEEKS_HELP.search(text.replace("’", "'")))


# --- what is wanted ---------------------------------------------------------------------------------------------------

_CALL = re.compile(
    r"\b(?:call|ring|phone|contact|text|e-?mail|reach)(?:ing)? (?:me|us|him|her|back)\b|\bcall ?-?back\b"
    r"|\b(?:speak|talk) to (?:some(?:one|body)|a (?:person|human|nurse|doctor)|the clinic|them)\b",
    re.I,
)
_NO_CALL = re.compile(
    r"\b(?:don'?t|do not|no need|never|not|won'?t)\b[^.,;!?\n]{0,25}\b(?:call|ring|phone|contact|speak)", re.I
)
_CONSULTATION = re.compile(r"\bconsult(?:ation)?s?\b", re.I)
_NO_CONSULTATION = re.compile(
    r"\b(?:don'?t|do not|not|no|isn'?t|never|instead of|rather than)\b[^.,;!?\n]{0,30}\bconsult", re.I
)


def wants_call(text: str) -> bool:
    """Whether words wish that somebody gets in touch."""
    return bool(_CALL.search(text)) and not _NO_CALL.search(text.replace("’", "'"))


def wants_consultation(text: str) -> bool:
    """Whether words name a consultation as what is wanted, whatever else is open: "I'd like a consultation"."""
    named = _CONSULTATION.search(text) and not _NO_CONSULTATION.search(text.replace("’", "'"))
    return bool(named) and (wants_booking(text) or not is_question(text))
