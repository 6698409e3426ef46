"""spaCy component: what a booking wants to know, as entities name, concern, time, someone_else and channel.

Rules, not a trained tagger: there is no corpus of visitors' bookings to train on, and a rule that is wrong can be read
and mended. Measured on tests/nlu/entities.yml (docs/understanding.md). E-mail addresses, phone numbers and the
meaning of times are read in `leads/` by libraries; here a time is only found.
"""

# ruff: noqa: E501  (patterns are read by their lines)
from __future__ import annotations

import re
from typing import Iterator, List, NamedTuple, Optional, Tuple

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import filter_spans

from nlu.names import GIVEN_NAMES, NOT_NAMES, PARTICLES, TITLES

LABELS = ("name", "concern", "time", "someone_else", "channel")


class Found(NamedTuple):
    """One entity: characters start to end of the text, and which of two overlapping ones stays (the higher rank)."""

    start: int
    end: int
    label: str
    rank: int = 0


def joined(*parts: str) -> str:
    """Alternatives, longest first, so that a longer one is never cut short."""
    return "(?:" + "|".join(sorted(parts, key=len, reverse=True)) + ")"


# --- times -----------------------------------------------------------------------------------------------------------
DAY = joined(
    "mon(?:day)?s?", "tue(?:s|sday)?s?", "wed(?:s|nesday)?s?", "thu(?:r|rs|rsday)?s?", "fri(?:day)?s?", "sat(?:urday)?s?",
    "sun(?:day)?s?", "weekdays?", "week ?days?", "weekends?", "mondya", "wensday", "wednsday", "thursdya", "firday", "teusday",
)  # fmt: skip
SURE_DAY = DAY.replace("sun(?:day)?s?", "sundays?").replace(
    "sat(?:urday)?s?", "saturdays?|sat(?= (?:am|pm|morning|afternoon|at|or|and|\\d))"
)
SURE_DAY = SURE_DAY.replace("wed(?:s|nesday)?s?", "weds?(?:nesday)?s?").replace("mon(?:day)?s?", "mondays?|mon")
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
PART = r"(?:early |late |mid[- ]?)?(?:mornings?|afternoons?|evenings?|nights?|lunch ?times?|noon|midday|am|pm|a\.m\.|p\.m\.)"
NUMBER = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
MERIDIEM = r"(?: ?(?:am|pm|a\.m\.?|p\.m\.?)\b)"
CLOCK = (
    rf"(?:(?:[01]?\d|2[0-3])[:.h][0-5]\d{MERIDIEM}?|(?:[01]?\d|2[0-3])(?:{MERIDIEM}| ?o'?clock)|noon|midday|lunch ?time"
    rf"|(?:half|quarter)(?: past| to)? (?:{NUMBER}|\d{{1,2}})|{NUMBER}(?: ?o'?clock| thirty|{MERIDIEM}))"
)
LOOSE_CLOCK = rf"(?:{CLOCK}|(?:[01]?\d|2[0-3])(?![\d/]|\s*(?:years?|sessions?|months?|weeks?|days?|minutes?|hours?|times?))|{NUMBER}\b)"
DATE = (
    rf"(?:(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH}(?:,? \d{{4}})?|{MONTH} (?:the )?\d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}})?"
    r"|\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{4}-\d\d-\d\d|the \d{1,2}(?:st|nd|rd|th))"
)
WITH_CLOCK = (
    rf"(?:,? ?(?:(?:at|around|about|after|before|by|from|till|until|past|@)? ?{LOOSE_CLOCK}|{PART}|in the {PART}))"
)
RELATIVE = (
    r"(?:the day after tomorrow|tomorrow|tmrw|tmr|tomoz|2moro|today|tonight|(?:early |late |sometime )?(?:next|this|in the coming|the coming) "
    r"(?:week|month|weekend|couple of weeks|few (?:weeks|days))|(?:the )?(?:end|start|beginning|middle) of (?:the|this|next) (?:week|month)"
    r"|in (?:a|one|two|three|four|\d) (?:days?|weeks?|months?)|in a fortnight|asap|as soon as possible|first thing|any ?time|anytime|any day|whenever)"
)
TIME = re.compile(
    rf"\b(?:(?:(?:on|this|next|every|any|coming|early|late|early on)\s+)*{SURE_DAY}(?![\w@]){WITH_CLOCK}*(?:\s*(?:,|or|and|to|-|–|through|till|until)\s*"
    rf"(?:next |this )?{SURE_DAY}(?![\w@]){WITH_CLOCK}*)*(?: week)?"
    rf"|{RELATIVE}\b(?! (?:after|before) (?:treatment|the treatment|surgery)){WITH_CLOCK}*(?:\s*(?:,|or|except|but not|but|on)\s*{SURE_DAY}(?![\w@]){WITH_CLOCK}*)?"
    rf"|(?<![\d/]){DATE}(?!\d){WITH_CLOCK}*(?:\s*(?:or|-|to)\s*{DATE}{WITH_CLOCK}*)?"
    rf"|between {LOOSE_CLOCK}\s*(?:and|to|-|&)\s*{LOOSE_CLOCK}"
    rf"|(?:after|before|around|about|by|from|at|past|till|until) {LOOSE_CLOCK}(?:\s*(?:to|-|till|until)\s*{LOOSE_CLOCK})?(?: (?:on )?(?:{SURE_DAY}|tomorrow))?(?![\w%:])"
    rf"|(?<![\d:.+/-]){CLOCK}(?:\s*(?:to|-|–|or|till|until)\s*{LOOSE_CLOCK})?(?: (?:on )?(?:{SURE_DAY}|tomorrow|today))?"
    rf"|(?:(?:in the|any|every|during the|on|early|late|most)\s+)*(?:mornings?|afternoons?|evenings?|lunch ?times?)(?: (?:only|after|before|at|around) {LOOSE_CLOCK})?"
    rf"|after (?:work|school|lunch)|school (?:hours|holidays)"
    r")(?!\w)",
    re.IGNORECASE,
)
# "good morning" is a greeting, "how many times", "lasts 3 to 5" no appointment.
NO_TIME = re.compile(r"(?:\bgood\s+|\bper\s+|\ba\s+)$", re.IGNORECASE)
# A duration or a treatment's course: "after 3 weeks", "in two months".
COURSE = re.compile(r"^(?:after|before|by|from|at|until|till|about|around) (?:\w+)$", re.IGNORECASE)
UNITS = re.compile(
    r"\s*(?:years?|yrs?|sessions?|months?|weeks?|days?|minutes?|mins?|hours?|hrs?|treatments?|people|percent|%|ml|pounds|quid|grand|k\b)",
    re.I,
)

# --- concerns --------------------------------------------------------------------------------------------------------
PLACE = r"(?:crown|temples?|hairline|parting|part|front|top|sides?|back(?: of (?:my|the|his|her) head)?|vertex|forehead|nape|scalp|head)"
CONCERN = re.compile(
    r"\b(?:"
    r"(?:(?:badly |slowly |slightly )?(?:receding|receded|recessed|uneven|high|thin|thinning|retreating|disappearing|patchy|crooked|asymmetrical|mature)\s+)?hair ?lines?"
    r"(?:\s+(?:is |are |has |keeps )?(?:receding|receded|going back|disappearing|thinning|creeping back|going|gone|moved back))?"
    r"|(?:receding|thinning|thin|bald|balding|empty|bare|sparse)\s+(?:(?:at|on|around|in|all over|along)\s+)?(?:the |my |his |her )?"
    + PLACE
    + "s?"
    r"|" + PLACE + r"\s+(?:is |are |area |has |mostly,? )?(?:thinning|thin|balding|bald|receding|going|gone|sparse)"
    r"|(?:(?:male|female)[ -])?pattern (?:baldness|balding|hair ?loss|alopecia|thinning)|hereditary (?:baldness|hair ?loss)|norwood(?: (?:scale )?\d[av]?)?|ludwig(?: \w+)?"
    r"|(?:alopecia|allopecia|alopicia)(?: (?:areata|totalis|universalis|barbae))?|traction alopecia|trichotillomania|folliculitis|androgen\w* alopecia|cicatricial alopecia"
    r"|(?:bald|balding|bare|thin|thinning|patchy|sparse|empty|hairless)[ -](?:spots?|patch(?:es)?|areas?|crown|bits?|hair)"
    r"|(?:hair ?loss|hairloss|hair ?fall|hair thinning|hair shedding|balding|baldness|thinning hair|hair density|density)"
    r"|(?:losing|lost|loosing) (?:my |his |her |all |all my |most of my |some )?hair"
    r"|(?:(?:my|his|her|the) )?hair(?:'s| is| has been|s)? (?:thinning|falling out|receding|going thin|getting thin\w*|gone thin|coming out)(?: (?:on top|at the crown|at the front))?"
    r"|(?:(?:an? |my |the |his |her )?(?:old |big |long |surgical |ugly |wide |small )*(?:(?:fut|fue|strip|transplant|hair transplant|surgery|surgical|burn|accident|injury|head|scalp|linear|plug|operation)\s+)*)scars?(?: tissue)?"
    r"(?:\s+(?:from|at|on|across|down|along|behind) (?:a |an |the |my |his |her )?(?:[\w-]+ ?){1,3}?(?=[,.;!?\n]|$| and | so | can | i ))?"
    r"|scarring|wid(?:e|er|ening) part(?:ing)?|part(?:ing)? (?:is |getting |that's )?wid(?:e|er|ening)|widow'?s peak"
    r"|(?:my|his|her|the) (?:crown|temples|parting|hairline)(?! (?:is|are|has|keeps) )(?: (?:mostly|mainly|area))?|crown(?: area)?|temples"
    r"|burns? (?:on|to) (?:my|his|her|the) (?:scalp|head)|buzz(?:ed)? cut look"
    r")(?!\w)",
    re.IGNORECASE,
)
LEADING = re.compile(r"^(?:an?|the|my|his|her)\s+", re.IGNORECASE)

# --- somebody else ---------------------------------------------------------------------------------------------------
KIN = joined(
    "husband", "wife", "hubby", "missus", "partner", "boyfriend", "bf", "girlfriend", "gf", "fianc[eé]e?", "son", "daughter", "mum", "mom",
    "mam", "mother", "mama", "dad", "father", "brother", "bro", "sister", "friend", "mate", "pal", "boss", "employee", "colleague", "co-?worker",
    "uncle", "aunt(?:ie|y)?", "nephew", "niece", "cousin", "client", "customer", "patient", "child", "kid", "lad", "boy", "girl", "grandson",
    "granddaughter", "grandad", "grandpa", "nan", "nana", "neighbou?r", "flatmate", "room-?mate", "other half", "teenager", "twin", "in-law",
    "father-in-law", "mother-in-law", "brother-in-law", "stepson", "step-?dad", "stepfather", "spouse", "fella", "papa",
)  # fmt: skip
WHO = rf"(?:my|our|his|her|their|a|the|one of my|me|ma|wee)\s+(?:\w+\s+)?{KIN}"
FOR_WHO = re.compile(
    rf"\b(?:for|on behalf of|behalf of|about|bring(?:ing)?|book(?:ing)?(?: in)?|asking for|enquiring for|inquiring for)\s+(?P<who>{WHO}|someone else|somebody else|"
    r"another person|my (?:whole )?family|him|her(?! \w+(?:line|loss|scar|head|hair))|someone|them)\b(?!'s (?:friend|mate))",
    re.IGNORECASE,
)
WHO_WANTS = re.compile(
    rf"(?:^|[.!?,;\n]\s*|\b(?:hi|hello|hey|and|but|so|it's|its|that|because|as|if|can|does|will|is)\s+)(?P<who>{WHO})(?:,? (?:[A-Z]\w+,? )?)"
    r"(?=\s*(?:wants?|would|'d|needs?|is|has|'s|asked|asks|lost|losing|suffers?|suffering|who|been|started|keeps|can|could|should|have|get|book|come|be)\b)",
    re.IGNORECASE,
)
WHO_ONLY = re.compile(rf"^\W*(?:it'?s |it is |actually |no,? |oh,? )*(?:for )?(?P<who>{WHO})\W*$", re.IGNORECASE)
NOT_ME = re.compile(
    r"\b(?:it'?s |it is |this is |that's )?not (?:for )?(?P<who>me)\b|\bfor (?P<other>someone else|somebody else)\b",
    re.IGNORECASE,
)

# --- channels --------------------------------------------------------------------------------------------------------
MEDIUM = r"(?:whats ?app|wattsapp|watsapp|e-?mails?|texts?|text messages?|sms|phone(?: calls?)?|calls?|call ?backs?|telephone|messages?|zoom|video call|telegram|signal|facetime)"
CHANNEL = re.compile(
    rf"\b(?:by|via|on|over|through|prefer(?:red)?(?: (?:a|an|by|via|to))?|rather (?:have )?(?:an? )?|contact me (?:by|via|on)|drop me (?:a|an)|send (?:me )?(?:a|an)|give (?:me|us) an?|gie us a)\s+"
    rf"(?P<a>{MEDIUM}|ring|bell|shout|buzz|line)(?! (?:number|address|is|app|no\b))(?!\w)"
    rf"|\b(?P<b>whats ?app|wattsapp|watsapp|e-?mail|text|sms|call|phone|ring|message)\s+(?:me|us|him|her|them|my (?:mobile|phone|cell))\b"
    rf"|\b(?P<c>{MEDIUM})(?:'s| is| are| would be| works| wud be)?\s+(?:is )?(?:better|best|fine|good|ok(?:ay)?|great|preferred|easier|easiest|only|please|pls|works)\b"
    rf"|^\W*(?:a |by |via )?(?P<d>{MEDIUM})(?:,? (?:please|pls|thanks|would be (?:best|good)|preferably))?\W*$"
    rf"|\bbest to (?P<e>call|text|email|ring|phone|whatsapp)\b",
    re.IGNORECASE,
)
NEGATED = re.compile(
    r"(?:\b(?:don'?t|do not|not|no|never|without|rather than|instead of|than|hate|can'?t|stop|please don'?t)\s+(?:\w+\s+)?)$",
    re.IGNORECASE,
)

# --- names -----------------------------------------------------------------------------------------------------------
LETTER = r"[^\W\d_]"
NAME_WORD = rf"{LETTER}[\w]*(?:['’\-‐]{LETTER}\w*)*\.?"
STRONG = re.compile(
    r"(?:\b(?:my|his|her|the|their|your client's|patient's|full|first|good|legal)\s+(?:full |first |last |good |legal |real |own |sur)?name(?:'s|s| is| was| would be|:| -| =|,)?\s*(?:is\s+)?"
    r"|\b(?:full |first |sur|last )?name(?:'s| is|:| -| =)\s*|\bnames\s+(?=[A-Z])|\b(?:i'?m|i am|he'?s|she'?s|is|was) (?:called|named|known as)\s+|\bthey call me\s+|\bcall me\s+|\b(?:it'?s )?under (?:the name (?:of )?)"
    r"|\bput (?:me|it|us|him|her) (?:down )?(?:as|under)\s+|\bmyself\s+|\b(?:kind |best |many )?(?:regards|sincerely|wishes),?\s+|\byou can call me\s+|\bspeaking (?:to|with)\s+|\b(?:called|named)\s+(?=[A-Z])"
    r"|\bshould (?:be|say|read)\s+(?=[A-Z][a-z]+(?: [A-Z]|$|\W*$)))",
    re.IGNORECASE,
)
WEAK = re.compile(
    r"\b(?:i'm|i’m|im|i am|this is|it's|it’s|its|it is|that's|thats|that is)\s+(?:just |only |actually )?",
    re.IGNORECASE,
)
IS_NAME = re.compile(
    rf"\b(?P<name>{NAME_WORD}(?: {NAME_WORD}){{0,2}}) is (?:my|his|her|the) (?:name|first name|surname)\b"
)
HERE = re.compile(
    rf"^\W*(?:(?:hi|hello|hey|morning|good morning|good afternoon)\W+)?(?P<name>{NAME_WORD}(?: {NAME_WORD}){{0,3}}?) (?:here|speaking)\b",
    re.IGNORECASE,
)
KIN_NAME = re.compile(
    rf"\b{KIN},? (?:is )?(?:called |named |is |- )?(?P<name>{NAME_WORD}(?: {NAME_WORD}){{0,2}})", re.IGNORECASE
)
EMAIL = re.compile(r"[^\s@,;<>()]+@[^\s@,;<>()]+\.\w+")
PHONE = re.compile(
    r"(?<![\w/])\+?\(?\d[\d\s().-]{5,}\d(?!\w)|\b(?:oh|zero|double|\d)(?: (?:oh|zero|double|treble|triple|one|two|three|four|five|six|seven|eight|nine|hundred|\d+)){4,}",
    re.IGNORECASE,
)
LAST_WORD = re.compile(r"\s*([^\W\d_]+)\W*$")
STOPS = {
    "and", "i", "my", "but", "from", "at", "on", "in", "with", "can", "would", "want", "wanna", "number", "email", "e-mail", "phone", "mobile", "here",
    "speaking", "is", "it", "its", "it's", "looking", "please", "pls", "born", "not", "or", "calling", "for", "the", "so", "im", "i'm", "you", "your",
    "tel", "cell", "mail", "as", "to", "that", "this", "if", "aged", "age", "also", "who", "whatsapp", "contact", "what", "how", "by", "x", "xx", "xxx",
    "i'd", "id", "have", "am", "was", "has", "n", "me", "thanks", "thank", "cheers", "hi", "hello", "btw", "then", "they", "we", "he", "she", "writing",
    "could", "do", "does", "will", "interested", "text", "call", "no", "spelt", "spelled", "spelling", "again", "now", "only", "just", "though",
}  # fmt: skip


def is_capitalised(word: str) -> bool:
    """Whether a word begins like a name in its script (scripts without case always do), or goes on so: "al-Sayed"."""
    return not word[0].islower() or any(part[:1].isupper() for part in re.split("['’‐-]", word)[1:])


def take_name(text: str, start: int, lower_too: bool) -> Optional[Tuple[int, int]]:
    """The longest run of name-like words from `start`; lower-case words only where the evidence is strong."""
    words: List[Tuple[int, int, str]] = []
    place = start
    pattern = re.compile(rf"\s{{0,2}}(?:({NAME_WORD})|\(|\")")
    while len(words) < 6:
        match = pattern.match(text, place)
        if not match or not match.group(1):
            break
        word = match.group(1)
        bare = word.rstrip(".").lower()
        particle = bare in PARTICLES and bool(words or text[match.end() :].strip())
        title = bare in TITLES
        if bare in STOPS and not (
            particle and bare not in {"and", "i", "x"} and words and _followed_by_name(text, match.end())
        ):
            break
        if (
            not is_capitalised(word)
            and not particle
            and not title
            and not (lower_too and len(words) < 3 and _all_lower(words))
        ):
            break
        if word.endswith(".") and len(bare) > 1 and not title:  # the end of a sentence
            words.append((match.start(1), match.end(1) - 1, bare))
            break
        words.append((match.start(1), match.end(1), bare))
        place = match.end()
    while words and (words[-1][2] in PARTICLES and len(words) > 1 and not is_capitalised(text[words[-1][0]])):
        words.pop()
    if not words or all(word in TITLES for _, _, word in words):
        return None
    return words[0][0], words[-1][1]


def _followed_by_name(text: str, place: int) -> bool:
    following = text[place:].lstrip()
    return bool(following) and following[0].isupper()


def _all_lower(words: List[Tuple[int, int, str]]) -> bool:
    return True


def shaped_like_name(words: List[str], sure_case: bool) -> bool:
    """Whether words without a verb of naming before them look like a name and like nothing else."""
    plain = [word.rstrip(".").lower() for word in words]
    if not words or len(words) > 5 or any(word in NOT_NAMES for word in plain):
        return False
    if plain[0] in GIVEN_NAMES or (len(plain) > 1 and plain[0] in TITLES):
        return True
    return sure_case and all(is_capitalised(word) or word.lower() in PARTICLES for word in words)


def find_names(text: str, taken: List[Found]) -> Iterator[Found]:
    """Names, strongest evidence first."""
    for match in STRONG.finditer(text):
        found = take_name(text, match.end(), lower_too=True)
        if found is None and "name" in match.group().lower():
            last = LAST_WORD.match(text, match.end())  # "my name is will": a common word, but nothing else follows
            found = last.span(1) if last else None
            if found and text[found[0] : found[1]].lower() in GIVEN_NAMES:
                yield Found(*found, "name", 9)
        elif found and not _wrong_name_talk(text, match, found):
            yield Found(*found, "name", 9)
    for match in IS_NAME.finditer(text):
        words = match["name"].split()
        while words and (
            words[0].lower() in STOPS
            or words[0].lower() in NOT_NAMES
            or (not is_capitalised(words[0]) and len(words) > 1)
        ):
            words.pop(0)
        if words:
            length = len(" ".join(words))
            yield Found(match.end("name") - length, match.end("name"), "name", 8)
    for match in KIN_NAME.finditer(text):
        words = match["name"].split()
        count = 0
        while (
            count < len(words)
            and (is_capitalised(words[count]) or words[count].lower() in GIVEN_NAMES)
            and words[count].lower().rstrip(".") not in (NOT_NAMES | STOPS)
        ):
            count += 1
        if count and shaped_like_name(words[:count], is_capitalised(words[0])):
            end = match.start("name") + len(" ".join(words[:count]).rstrip("."))
            yield Found(match.start("name"), end, "name", 7)
    shouting = text.isupper() or (text.istitle() and len(text.split()) > 5)
    for match in WEAK.finditer(text):
        found = take_name(text, match.end(), lower_too=False)
        if found is None or (not text[found[0]].isupper() and text[found[0]].islower()):
            found = _listed_name(text, match.end()) or found
        if found and shaped_like_name(text[found[0] : found[1]].split(), not shouting):
            yield Found(*found, "name", 6)
    here = HERE.match(text)
    if here and shaped_like_name(here["name"].split(), is_capitalised(here["name"])):
        yield Found(here.start("name"), here.end("name"), "name", 6)
    yield from bare_names(text, taken)


def _wrong_name_talk(text: str, match: "re.Match[str]", found: Tuple[int, int]) -> bool:
    """ "call me tomorrow", "call me back": no name follows."""
    words = text[found[0] : found[1]].lower().split()
    return words[0] in NOT_NAMES and not (
        match.group().lower().strip().endswith(("name is", "name's", "name:")) and len(words) > 1
    )


def _listed_name(text: str, place: int) -> Optional[Tuple[int, int]]:
    """A lower-case given name from the list, with a second word where one follows that is no ordinary word."""
    match = re.compile(rf"({NAME_WORD})(?: ({NAME_WORD}))?").match(text, place)
    if not match or match.group(1).rstrip(".").lower() not in GIVEN_NAMES:
        return None
    second = (match.group(2) or "").rstrip(".").lower()
    if second and second not in STOPS and second not in NOT_NAMES and len(second) > 1:
        return match.start(1), match.end(2)
    return match.start(1), match.end(1)


def bare_names(text: str, taken: List[Found]) -> Iterator[Found]:
    """A name without any words of naming: alone, or beside a phone number or an address."""
    masked = list(text)
    contacts = [match.span() for pattern in (EMAIL, PHONE) for match in pattern.finditer(text)]
    for start, end in contacts + [(found.start, found.end) for found in taken]:
        masked[start:end] = "\n" * (end - start)
    for match in re.finditer(r"(?:(?!(?<=[^\W\d_]{4})\.\s)[^,/;|\n()!?&+])+", "".join(masked)):
        chunk = match.group()
        words = re.findall(rf"{NAME_WORD}", chunk)
        if chunk.strip(" .-:") != " ".join(words).strip(" .") or not words:
            continue
        alone = not contacts and chunk.strip(" .") == text.strip(" .!")
        known = words[0].rstrip(".").lower() in GIVEN_NAMES or (
            words[0].rstrip(".").lower() in TITLES and len(words) > 1
        )
        cased = all(
            (is_capitalised(word) and not (word.isupper() and len(word) > 3 and word.isascii()))
            or word.lower() in PARTICLES
            for word in words
        )
        if not (contacts or alone or (known and cased)) or not shaped_like_name(words, cased):
            continue
        if alone and not known and len(words) < 2:
            continue
        if alone and not words[0][0].isascii() and not words[0][0].isupper():
            continue  # a whole message in another script is rather a message in another language
        start = match.start() + chunk.index(words[0])
        end = match.start() + chunk.rindex(words[-1]) + len(words[-1].rstrip("."))
        yield Found(start, end, "name", 4)
        return


# --- all together ----------------------------------------------------------------------------------------------------
def find_times(text: str) -> Iterator[Found]:
    """Phrases that say when; greetings, durations and phone numbers are none."""
    phones = [match.span() for match in PHONE.finditer(text)]
    for match in TIME.finditer(text):
        start, end = match.span()
        if any(start < stop and begin < end for begin, stop in phones):
            continue
        if NO_TIME.search(text[:start]) or UNITS.match(text, end):
            continue
        while text[start : start + 3].lower() == "on ":
            start += 3
        yield Found(start, end, "time", 2)


def find_concerns(text: str) -> Iterator[Found]:
    """What troubles the visitor, in their words."""
    for match in CONCERN.finditer(text):
        lead = LEADING.match(match.group())
        yield Found(match.start() + (lead.end() if lead else 0), match.end(), "concern", 3)


def find_others(text: str) -> Iterator[Found]:
    """Whom the booking is for, if for another person."""
    for pattern in (FOR_WHO, WHO_WANTS, WHO_ONLY):
        for match in pattern.finditer(text):
            yield Found(*match.span("who"), "someone_else", 5)
    for match in NOT_ME.finditer(text):
        group = "who" if match["who"] else "other"
        if group == "other" or re.search(r"\bfor\b|\bnot me\b", match.group(), re.IGNORECASE):
            yield Found(*match.span(group), "someone_else", 1)


def find_channels(text: str) -> Iterator[Found]:
    """How the visitor wants to be reached."""
    for match in CHANNEL.finditer(text):
        group = match.lastgroup or "a"
        if not NEGATED.search(text[: match.start()]) and not NEGATED.search(text[: match.start(group)]):
            yield Found(*match.span(group), "channel", 1)


def find_all(text: str) -> List[Found]:
    """Every entity of a text, overlaps settled: the higher rank stays, then the longer one."""
    found = [*find_others(text), *find_times(text), *find_concerns(text), *find_channels(text)]
    found += list(find_names(text, found))
    # "call me Liz" asks for no call
    found = [
        one
        for one in found
        if one.label != "channel"
        or not any(name.label == "name" and text[one.end : name.start].strip().lower() == "me" for name in found)
    ]
    kept: List[Found] = []
    for one in sorted(found, key=lambda item: (-item.rank, item.start - item.end, item.start)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept)


@Language.component("hairline_entities")
def entities(doc: Doc) -> Doc:
    """Sets `doc.ents`; entity borders are moved out to whole tokens."""
    spans = []
    for found in find_all(doc.text):
        span = doc.char_span(found.start, found.end, label=found.label, alignment_mode="expand")
        if span is not None:
            spans.append(span)
    doc.ents = filter_spans(spans)
    return doc
